"""One film of a series, from a story to the delivered cut.

Order of this file: values, facts, state, ``evolve``. What an episode may do is in ``production.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, Value, evolver
from events.script import Script
from events.storyboard import Shot

# ---------------------------------------------------------------- values


class Sighting(Value):
    """How one character was seen in a clip or film.

    ``idr`` is the median and ``low`` the 10th percentile of its calibrated identity over the sampled
    frames in which it was found, ``raw`` the median raw similarity; None when never seen. ``copied`` says how near its
    faces are to one single reference picture: 0 like a usual pair of the character's pictures, 1 identical.
    """

    slug: str
    frames: int = Field(ge=0)
    idr: float | None = None
    low: float | None = None
    raw: float | None = None
    copied: float | None = None
    copy_paste: bool = False


Opinion = Literal["pass", "fail", "unknown"]


class Span(Value):
    """A stretch of a clip, in seconds from its start, in which something is wrong with the faces.

    ``drift``: ``slugs`` does not look like itself; ``bleed``: it looks like itself and like the second one at once;
    ``swap``: the two have changed places; ``missing``: it is expected and not found.
    """

    kind: Literal["drift", "bleed", "swap", "missing"]
    slugs: tuple[str, ...]
    start: float
    end: float


class Trait(Value):
    """One thing besides the face that was measured of a character: what it should be, what it is, how far apart.

    ``trait`` is hair, eyes, wardrobe or mark; colours are ``#rrggbb`` and ``distance`` their ΔE (CIE76).
    """

    slug: str
    trait: str
    value: Opinion
    expected: str = ""
    measured: str = ""
    distance: float | None = None


class Verdict(Value):
    """What the identity judge says of a take. ``reason`` is a sentence for the report."""

    value: Opinion
    sightings: tuple[Sighting, ...] = ()
    reason: str = ""
    spans: tuple[Span, ...] = ()
    traits: tuple[Trait, ...] = ()

    def lowest(self, slugs: Collection[str]) -> float | None:
        """The lowest IDR of these, None where none of them was seen."""
        return min((s.idr for s in self.sightings if s.slug in slugs and s.idr is not None), default=None)

    @property
    def has_anothers_head(self) -> bool:
        """The right face under somebody else's hair: a repair cannot mend that, another take can."""
        return any(trait.trait == "hair" and trait.value == "fail" for trait in self.traits)


class CastMember(Value):
    """A character as the episode found it: its log up to ``version`` says who it was and how it looked."""

    slug: str
    character_id: UUID
    version: int


class Limits(Value):
    """How often a shot may be tried before its scene is flagged, how often a scene may go round again, and how often
    the faces of one take may be repaired."""

    takes: int = Field(default=3, ge=1)
    rounds: int = Field(default=2, ge=0)
    refinements: int = Field(default=3, ge=0)


class ContinuityError(Value):
    """The script plans one thing of a character and something else is there. ``seen_in`` is where it is: in the
    scene's own words, or in its picture."""

    scene: int
    slug: str
    kind: str
    planned: str
    observed: str
    seen_in: Literal["text", "picture"]


class Finding(Value):
    """Something that quality control noticed; ``scene`` is 0 when it is about the whole film."""

    kind: str
    scene: int = 0
    start: float = 0
    end: float = 0
    sentence: str


class Deliverable(Value):
    """A file of the finished episode: ``name`` as the user sees it, ``uri`` as the asset store keeps it."""

    name: str
    uri: str


# ---------------------------------------------------------------- facts


class EpisodeFact(Event):
    """A fact about a film: sealed with the film's own key, which is deleted when one of its cast is erased."""

    sealed = True


class EpisodeErased(Event):
    """The last fact of an episode with somebody who was erased: nothing else in its log can be read any more."""

    topic = "episode.erased"


class EpisodeRequested(EpisodeFact):
    topic = "episode.requested"
    story: str
    cast: tuple[CastMember, ...]
    seconds: float
    seed: int
    engines: dict[str, str]
    limits: Limits = Limits()
    series_id: UUID | None = None
    written: Script | None = None
    """A script that the user brought; None when the script engine has to write one."""
    rules: tuple[str, ...] = ()
    """Of the series' bible, as it was when the episode was ordered."""


class ScriptWritten(EpisodeFact):
    topic = "episode.script-written"
    script: Script
    engine: str


class SpeechRendered(EpisodeFact):
    topic = "episode.speech-rendered"
    scene: int
    line: int
    speaker: str
    voice: str
    uri: str
    frames: int
    worked: float = 0.0


class ShotPlanned(EpisodeFact):
    topic = "episode.shot-planned"
    shot: Shot


class TakeRequested(EpisodeFact):
    """The intent to film; ``reserved`` dollars are held until it is rendered or fails."""

    topic = "episode.take-requested"
    take_id: str
    shot_id: str
    engine: str
    seed: int
    prompt: str
    reserved: float = 0.0


class TakeSubmitted(EpisodeFact):
    topic = "episode.take-submitted"
    take_id: str
    operation: str


class TakeRendered(EpisodeFact):
    """``tail`` is the clip's last frame, from which the next shot of the scene begins."""

    topic = "episode.take-rendered"
    take_id: str
    uri: str
    tail: str
    frames: int
    cost: float = 0.0
    worked: float = 0.0
    """Seconds that the engine worked, here and in the other facts."""


class TakeJudged(EpisodeFact):
    topic = "episode.take-judged"
    take_id: str
    verdict: Verdict
    worked: float = 0.0


class TakeRefined(EpisodeFact):
    """The faces of a rejected take were repaired. ``before`` and ``after`` are the lowest IDR of those who have to be
    recognised, ``outside`` the structural similarity outside their faces; ``kept`` when it is the better take."""

    topic = "episode.take-refined"
    take_id: str
    round: int
    uri: str
    tail: str
    verdict: Verdict
    before: float | None
    after: float | None
    outside: float
    kept: bool
    worked: float = 0.0


class TakeFailed(EpisodeFact):
    topic = "episode.take-failed"
    take_id: str
    code: str
    reason: str


class TakeAccepted(EpisodeFact):
    topic = "episode.take-accepted"
    take_id: str
    shot_id: str


class SceneCompleted(EpisodeFact):
    topic = "episode.scene-completed"
    scene: int


class ContinuityChecked(EpisodeFact):
    topic = "episode.continuity-checked"
    errors: tuple[ContinuityError, ...] = ()


class EpisodeCut(EpisodeFact):
    """``sound`` is the mix alone, ``title`` and ``end`` the cards, empty when the film is too short for them."""

    topic = "episode.cut"
    film: str
    subtitles: str
    frames: int
    sound: str = ""
    title: str = ""
    end: str = ""
    worked: float = 0.0


class QualityChecked(EpisodeFact):
    topic = "episode.quality-checked"
    film: str
    passed: bool
    findings: tuple[Finding, ...] = ()
    measures: dict[str, float] = {}
    identity: tuple[tuple[str, Sighting], ...] = ()
    """(shot_id, sighting) as measured on the finished film."""
    worked: float = 0.0


class SceneFlagged(EpisodeFact):
    """The scene goes round again: none of its takes counts any more."""

    topic = "episode.scene-flagged"
    scene: int
    reason: str


class EpisodeDelivered(EpisodeFact):
    topic = "episode.delivered"
    files: tuple[Deliverable, ...]


class EpisodeFailed(EpisodeFact):
    topic = "episode.failed"
    reason: str


# ---------------------------------------------------------------- state


def line_key(scene: int, line: int) -> str:
    return f"{scene}/{line}"


class Take(Value):
    """One attempt at a shot, as far as it has come."""

    take_id: str
    shot_id: str
    seed: int
    prompt: str
    operation: str = ""
    uri: str = ""
    tail: str = ""
    frames: int = 0
    verdict: Verdict | None = None
    original: str = ""
    """The clip as it was filmed, once a repaired one is better."""
    refinements: int = 0
    stuck: bool = False
    """No repair can make it good."""
    failed: str = ""
    dropped: bool = False
    """Its scene was flagged after it was accepted."""

    @property
    def open(self) -> bool:
        return not (self.verdict or self.failed or self.dropped)


class Episode(Value):
    """An episode as its log tells it."""

    request: EpisodeRequested | None = None
    script: Script | None = None
    speech: dict[str, SpeechRendered] = {}
    """By ``line_key``."""
    shots: dict[str, Shot] = {}
    takes: dict[str, Take] = {}
    accepted: dict[str, str] = {}
    completed: frozenset[int] = frozenset()
    rounds: dict[int, int] = {}
    cut: EpisodeCut | None = None
    quality: QualityChecked | None = None
    delivered: tuple[Deliverable, ...] = ()
    failed: str = ""
    continuity: tuple[ContinuityError, ...] | None = None
    """None until it was checked."""
    erased: bool = False

    def shots_of(self, scene: int) -> list[Shot]:
        return [shot for shot in self.shots.values() if shot.scene == scene]

    def takes_of(self, shot_id: str) -> Iterator[Take]:
        return (take for take in self.takes.values() if take.shot_id == shot_id)

    def accepted_take(self, shot_id: str) -> Take | None:
        take_id = self.accepted.get(shot_id)
        return self.takes[take_id] if take_id else None

    def identity_in(self, scene: int) -> dict[str, float]:
        """The lowest IDR, by slug, of everybody who had to be recognised in an accepted take of a scene."""
        lowest: dict[str, float] = {}
        for shot in self.shots_of(scene):
            take = self.accepted_take(shot.shot_id)
            for slug in shot.identified if take and take.verdict else ():
                if take and take.verdict and (idr := take.verdict.lowest({slug})) is not None:
                    lowest[slug] = min(idr, lowest.get(slug, 1.0))
        return lowest


# ---------------------------------------------------------------- evolve


def _requested(state: Episode, event: EpisodeRequested) -> Episode:
    return state.replaced(request=event)


def _script_written(state: Episode, event: ScriptWritten) -> Episode:
    return state.replaced(script=event.script)


def _speech_rendered(state: Episode, event: SpeechRendered) -> Episode:
    return state.replaced(speech=state.speech | {line_key(event.scene, event.line): event})


def _shot_planned(state: Episode, event: ShotPlanned) -> Episode:
    return state.replaced(shots=state.shots | {event.shot.shot_id: event.shot})


def _take_requested(state: Episode, event: TakeRequested) -> Episode:
    take = Take(take_id=event.take_id, shot_id=event.shot_id, seed=event.seed, prompt=event.prompt)
    return state.replaced(takes=state.takes | {event.take_id: take})


def _take(*fields: str) -> Callable[[Episode, Any], Episode]:
    """Write these fields of the event into its take."""

    def evolved(state: Episode, event: Any) -> Episode:
        changed = state.takes[event.take_id].replaced(**{name: getattr(event, name) for name in fields})
        return state.replaced(takes=state.takes | {event.take_id: changed})

    return evolved


def _take_refined(state: Episode, event: TakeRefined) -> Episode:
    before = state.takes[event.take_id]
    told: dict[str, Any] = {"refinements": event.round, "stuck": event.verdict.has_anothers_head}
    if event.kept:
        told |= {"uri": event.uri, "tail": event.tail, "verdict": event.verdict}
        told["original"] = before.original or before.uri
    return state.replaced(takes=state.takes | {event.take_id: before.replaced(**told)})


def _take_failed(state: Episode, event: TakeFailed) -> Episode:
    failed = state.takes[event.take_id].replaced(failed=event.reason)
    return state.replaced(takes=state.takes | {event.take_id: failed})


def _take_accepted(state: Episode, event: TakeAccepted) -> Episode:
    return state.replaced(accepted=state.accepted | {event.shot_id: event.take_id})


def _scene_completed(state: Episode, event: SceneCompleted) -> Episode:
    return state.replaced(completed=state.completed | {event.scene})


def _cut(state: Episode, event: EpisodeCut) -> Episode:
    return state.replaced(cut=event, quality=None)


def _quality_checked(state: Episode, event: QualityChecked) -> Episode:
    return state.replaced(quality=event)


def _scene_flagged(state: Episode, event: SceneFlagged) -> Episode:
    again = {shot.shot_id for shot in state.shots_of(event.scene)}
    return state.replaced(
        rounds=state.rounds | {event.scene: state.rounds.get(event.scene, 0) + 1},
        completed=state.completed - {event.scene},
        accepted={shot: take for shot, take in state.accepted.items() if shot not in again},
        takes={i: t.replaced(dropped=True) if t.shot_id in again else t for i, t in state.takes.items()},
        cut=None,
        quality=None,
    )


def _delivered(state: Episode, event: EpisodeDelivered) -> Episode:
    return state.replaced(delivered=event.files)


def _failed(state: Episode, event: EpisodeFailed) -> Episode:
    return state.replaced(failed=event.reason)


EVOLVE: dict[type[Event], Callable[[Episode, Any], Episode]] = {
    EpisodeRequested: _requested,
    ScriptWritten: _script_written,
    SpeechRendered: _speech_rendered,
    ShotPlanned: _shot_planned,
    TakeRequested: _take_requested,
    TakeSubmitted: _take("operation"),
    TakeRendered: _take("uri", "tail", "frames"),
    TakeJudged: _take("verdict"),
    TakeRefined: _take_refined,
    TakeFailed: _take_failed,
    TakeAccepted: _take_accepted,
    SceneCompleted: _scene_completed,
    EpisodeCut: _cut,
    QualityChecked: _quality_checked,
    SceneFlagged: _scene_flagged,
    EpisodeDelivered: _delivered,
    EpisodeFailed: _failed,
    ContinuityChecked: lambda state, event: state.replaced(continuity=event.errors),
    EpisodeErased: lambda state, event: Episode(erased=True),
}

evolve = evolver(EVOLVE)
