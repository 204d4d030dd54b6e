"""What can happen to one film of a series, from a story to the delivered cut: values, and the facts made of them.

What they lead to is in ``episode.py``, what may happen when in ``production.py`` and ``revision.py``.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.engine_plan import VideoPlan
from events.script import Script
from events.storyboard import Shot
from events.verdict import Sighting, Verdict

# ---------------------------------------------------------------- values


Policy = Literal["ask", "retry"]
"""What to do when nobody knows what became of a paid call: stop and ask, or pay for another within the budget."""


class CastMember(Value):
    """A character as the episode found it: its log up to ``version`` says who it was and how it looked. Where its
    pictures or voice have changed since and the episode was refreshed, those are as of ``pictures``."""

    slug: str
    character_id: UUID
    version: int
    pictures: int = 0


NativeAudio = Literal["keep", "replace"]
"""The sound that a video engine makes itself: kept as its scene's ambience, or thrown away."""


class Limits(Value):
    """How often a shot may be tried before its scene is flagged, how often a scene may go round again, and how often
    the faces of one take may be repaired."""

    takes: int = Field(default=3, ge=1)
    rounds: int = Field(default=2, ge=0)
    refinements: int = Field(default=3, ge=0)


SeenIn = Literal["text", "picture"]


class ContinuityError(Value):
    """The script plans one thing of a character and something else is there. ``seen_in`` is where it is: in the
    scene's own words, or in its picture."""

    scene: int
    slug: str
    kind: str
    planned: str
    observed: str
    seen_in: SeenIn


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
    video: VideoPlan | None = None
    """Who films what; None: ``engines["video"]`` films everything."""
    on_unknown: Policy = "ask"
    native_audio: NativeAudio = "replace"


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


class FirstFramePainted(EpisodeFact):
    """What a shot begins with where its engine only animates a picture and nothing was before."""

    topic = "episode.first-frame-painted"
    shot_id: str
    uri: str
    cost: float = 0.0
    worked: float = 0.0


class TakeRequested(EpisodeFact):
    """The intent to film; ``reserved`` dollars are held until it is rendered or fails."""

    topic = "episode.take-requested"
    take_id: str
    shot_id: str
    engine: str
    seed: int
    prompt: str
    reserved: float = 0.0
    options: dict[str, str] = {}
    """How the engine was set up: its model and whatever else is not its default."""


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
    sound: str = ""
    """The clip's own sound (WAV), where its engine made one and it is kept."""


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


class TakeObserved(EpisodeFact):
    """What a state analyst that sees has found in the last picture of an accepted take, and nobody had planned."""

    topic = "episode.take-observed"
    take_id: str
    observed: tuple[ContinuityError, ...] = ()


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


class EngineAssigned(EpisodeFact):
    """From now on these scenes are filmed by this engine."""

    topic = "episode.engine-assigned"
    scenes: tuple[int, ...]
    engine: str


class LineRevised(EpisodeFact):
    topic = "episode.line-revised"
    scene: int
    line: int
    text: str


class CastUpdated(EpisodeFact):
    """The episode looks at these later versions of its characters."""

    topic = "episode.cast-updated"
    cast: tuple[CastMember, ...]


class EpisodeReopened(EpisodeFact):
    """These takes and spoken lines (``line_key``) do not show any more what they should: they, and the cut, are made
    again, and nothing else."""

    topic = "episode.reopened"
    takes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    because: str = ""


class StoryboardDropped(EpisodeFact):
    """A revised line does not fit where the old one was: the scene is cut into shots anew."""

    topic = "episode.storyboard-dropped"
    scene: int


class EpisodeDelivered(EpisodeFact):
    topic = "episode.delivered"
    files: tuple[Deliverable, ...]


class EpisodeFailed(EpisodeFact):
    topic = "episode.failed"
    reason: str
