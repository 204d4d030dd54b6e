"""One film of a series as its log tells it: how far it is, from a story to the delivered cut.

Order of this file: state, ``evolve``. Its facts are in ``episode_facts.py``; what it may do is in ``production.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from events.base import Event, Value, evolver
from events.episode_facts import (
    CastUpdated,
    ContinuityChecked,
    ContinuityError,
    Deliverable,
    EngineAssigned,
    EpisodeCut,
    EpisodeDelivered,
    EpisodeErased,
    EpisodeFailed,
    EpisodeReopened,
    EpisodeRequested,
    FirstFramePainted,
    LineRevised,
    QualityChecked,
    SceneCompleted,
    SceneFlagged,
    ScriptWritten,
    ShotPlanned,
    SpeechRendered,
    StoryboardDropped,
    TakeAccepted,
    TakeFailed,
    TakeJudged,
    TakeObserved,
    TakeRefined,
    TakeRendered,
    TakeRequested,
    TakeSubmitted,
)
from events.script import Scene, Script
from events.storyboard import Shot
from events.verdict import Verdict

# ---------------------------------------------------------------- state


def line_key(scene: int, line: int) -> str:
    return f"{scene}/{line}"


class Take(Value):
    """One attempt at a shot, as far as it has come."""

    take_id: str
    shot_id: str
    seed: int
    prompt: str
    engine: str = ""
    reserved: float = 0.0
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
    sound: str = ""
    observed: tuple[ContinuityError, ...] | None = None
    """What its picture shows besides the plan; None where nobody has looked."""
    failed: str = ""
    code: str = ""
    """Of the error that it failed with."""
    dropped: bool = False
    """Its scene was flagged after it was accepted, or what it should show has changed."""

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
    frames: dict[str, str] = {}
    """First pictures that were painted, by shot."""
    takes: dict[str, Take] = {}
    accepted: dict[str, str] = {}
    completed: frozenset[int] = frozenset()
    rounds: dict[int, int] = {}
    cut: EpisodeCut | None = None
    quality: QualityChecked | None = None
    delivered: tuple[Deliverable, ...] = ()
    failed: str = ""
    revision: int = 0
    """How often it was opened again."""
    assigned: dict[int, str] = {}
    """Engines that scenes were given after the order."""
    continuity: tuple[ContinuityError, ...] | None = None
    """None until it was checked."""
    erased: bool = False

    def shots_of(self, scene: int) -> list[Shot]:
        return [shot for shot in self.shots.values() if shot.scene == scene]

    def scene(self, number: int) -> Scene:
        assert self.script
        return next(scene for scene in self.script.scenes if scene.number == number)

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
    told = event.model_dump(include={"take_id", "shot_id", "seed", "prompt", "engine", "reserved"})
    take = Take(**told)
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
    failed = state.takes[event.take_id].replaced(failed=event.reason, code=event.code)
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


def _line_revised(state: Episode, event: LineRevised) -> Episode:
    scene = state.scene(event.scene)
    lines = tuple(
        line.replaced(text=event.text) if number == event.line else line for number, line in enumerate(scene.lines)
    )
    return _rewritten(state, scene.replaced(lines=lines))


def _rewritten(state: Episode, scene: Scene) -> Episode:
    assert state.script
    scenes = tuple(scene if known.number == scene.number else known for known in state.script.scenes)
    return state.replaced(script=state.script.replaced(scenes=scenes))


def _cast_updated(state: Episode, event: CastUpdated) -> Episode:
    assert state.request
    return state.replaced(request=state.request.replaced(cast=event.cast))


def _reopened(state: Episode, event: EpisodeReopened) -> Episode:
    stale = {state.takes[take_id].shot_id for take_id in event.takes}
    return state.replaced(
        takes=state.takes | {take_id: state.takes[take_id].replaced(dropped=True) for take_id in event.takes},
        accepted={shot_id: take_id for shot_id, take_id in state.accepted.items() if shot_id not in stale},
        completed=state.completed - {state.shots[shot_id].scene for shot_id in stale},
        frames={shot_id: uri for shot_id, uri in state.frames.items() if shot_id not in stale},
        speech={key: spoken for key, spoken in state.speech.items() if key not in event.lines},
        revision=state.revision + 1,
        cut=None,
        quality=None,
        delivered=(),
        failed="",
    )


def _storyboard_dropped(state: Episode, event: StoryboardDropped) -> Episode:
    gone = {shot.shot_id for shot in state.shots_of(event.scene)}
    return state.replaced(
        shots={shot_id: shot for shot_id, shot in state.shots.items() if shot_id not in gone},
        takes={i: t.replaced(dropped=True) if t.shot_id in gone else t for i, t in state.takes.items()},
        accepted={shot_id: take_id for shot_id, take_id in state.accepted.items() if shot_id not in gone},
        frames={shot_id: uri for shot_id, uri in state.frames.items() if shot_id not in gone},
        completed=state.completed - {event.scene},
        revision=state.revision + 1,
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
    FirstFramePainted: lambda state, event: state.replaced(frames=state.frames | {event.shot_id: event.uri}),
    TakeRequested: _take_requested,
    TakeSubmitted: _take("operation"),
    TakeRendered: _take("uri", "tail", "frames", "sound"),
    TakeJudged: _take("verdict"),
    TakeRefined: _take_refined,
    TakeFailed: _take_failed,
    TakeObserved: _take("observed"),
    TakeAccepted: _take_accepted,
    SceneCompleted: _scene_completed,
    EpisodeCut: _cut,
    QualityChecked: _quality_checked,
    SceneFlagged: _scene_flagged,
    EngineAssigned: lambda state, event: state.replaced(
        assigned=state.assigned | dict.fromkeys(event.scenes, event.engine)
    ),
    LineRevised: _line_revised,
    CastUpdated: _cast_updated,
    EpisodeReopened: _reopened,
    StoryboardDropped: _storyboard_dropped,
    EpisodeDelivered: _delivered,
    EpisodeFailed: _failed,
    ContinuityChecked: lambda state, event: state.replaced(continuity=event.errors),
    EpisodeErased: lambda state, event: Episode(erased=True),
}

evolve = evolver(EVOLVE)
