"""What an episode may do: its commands, ``decide``, and the next step of a shot.

Every command is the director's. A repeated one changes nothing that is done: an accepted take stays
accepted and is never filmed again unless its scene is flagged.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any
from uuid import UUID
from zlib import crc32

from pydantic import Field

from events import episode_facts as facts
from events import revision
from events.base import Aggregate, Command, Event
from events.engine_plan import VideoPlan
from events.episode import EVOLVE, Episode, Take, evolve, line_key
from events.episode_facts import CastMember, ContinuityError, Deliverable, Finding, Limits, NativeAudio, Policy
from events.errors import Conflict, EngineMissing, KeyMissing, NotFound, QuotaExceeded, Refused, Unanswered, Unsupported
from events.script import Script
from events.storyboard import Shot
from events.verdict import Sighting, Verdict

# ---------------------------------------------------------------- commands


class RequestEpisode(Command):
    story: str
    cast: tuple[CastMember, ...] = Field(min_length=1)
    seconds: float = Field(gt=0)
    seed: int = 1
    engines: dict[str, str] = {}
    limits: Limits = Limits()
    series_id: UUID | None = None
    written: Script | None = None
    rules: tuple[str, ...] = ()
    video: VideoPlan | None = None
    on_unknown: Policy = "ask"
    native_audio: NativeAudio = "replace"


class WriteScript(Command):
    script: Script
    engine: str


class AddSpeech(Command):
    scene: int
    line: int
    speaker: str
    voice: str
    uri: str
    frames: int = Field(gt=0)
    worked: float = 0.0


class PlanScene(Command):
    """All shots of one scene, in order."""

    shots: tuple[Shot, ...] = Field(min_length=1)


class PaintFirstFrame(Command):
    shot_id: str
    uri: str
    cost: float = 0.0
    worked: float = 0.0


class RequestTake(Command):
    shot_id: str
    engine: str
    prompt: str
    price: float = 0.0
    options: dict[str, str] = {}


class SubmitTake(Command):
    take_id: str
    operation: str


class RenderTake(Command):
    take_id: str
    uri: str
    tail: str
    frames: int = Field(gt=0)
    cost: float = 0.0
    worked: float = 0.0
    sound: str = ""


class JudgeTake(Command):
    take_id: str
    verdict: Verdict
    worked: float = 0.0


class RefineTake(Command):
    """What a repair of the take's faces came to, as it was judged again."""

    take_id: str
    uri: str
    tail: str
    verdict: Verdict
    outside: float
    worked: float = 0.0


class FailTake(Command):
    take_id: str
    code: str
    reason: str


class ObserveTake(Command):
    take_id: str
    observed: tuple[ContinuityError, ...] = ()


class FlagScene(Command):
    scene: int
    reason: str


class CheckContinuity(Command):
    errors: tuple[ContinuityError, ...] = ()


class EraseEpisode(Command):
    """Forget this film for ever, because somebody who plays in it is erased."""


class CutEpisode(Command):
    film: str
    subtitles: str
    frames: int = Field(gt=0)
    sound: str = ""
    title: str = ""
    end: str = ""
    worked: float = 0.0


class CheckQuality(Command):
    """What quality control measured on ``film``; every finding that names a scene flags it."""

    film: str
    findings: tuple[Finding, ...] = ()
    measures: dict[str, float] = {}
    identity: tuple[tuple[str, Sighting], ...] = ()
    worked: float = 0.0


class DeliverEpisode(Command):
    files: tuple[Deliverable, ...] = Field(min_length=1)


class FailEpisode(Command):
    reason: str


# ---------------------------------------------------------------- the next step of a shot

NO_ENGINE = "none"
"""The name of the engine of a stage that is left out."""
LEAST_OUTSIDE = 0.98
"""Structural similarity outside the faces that a repaired take has to keep."""


GIVES_UP = {error.code for error in (EngineMissing, KeyMissing, QuotaExceeded, Refused, Unsupported)}
"""Failures after which the next engine is asked, where the user listed one: another take would fail as well."""
NEVER_TRIED = (GIVES_UP - {Refused.code}) | {Unanswered.code}
"""Failures that say nothing about the shot: they do not count as an attempt at it."""


class Step(StrEnum):
    """What has to happen next to get a shot accepted."""

    REQUEST = "request"
    SUBMIT = "submit"
    COLLECT = "collect"
    JUDGE = "judge"
    REFINE = "refine"
    ACCEPTED = "accepted"
    EXHAUSTED = "exhausted"


def next_step(state: Episode, shot_id: str) -> tuple[Step, Take | None]:
    """From the log alone, so that a director who has forgotten everything goes on where the last one stopped."""
    if take := state.accepted_take(shot_id):
        return Step.ACCEPTED, take
    tried = [take for take in state.takes_of(shot_id) if not take.dropped]
    if tried and tried[-1].open:
        take = tried[-1]
        return (Step.JUDGE if take.uri else Step.COLLECT if take.operation else Step.SUBMIT), take
    if tried and is_repairable(state, tried[-1]):
        return Step.REFINE, tried[-1]
    engine = engine_of(state, shot_id)
    if sum(take.engine == engine and was_attempted(take) for take in tried) >= _request(state).limits.takes:
        return Step.EXHAUSTED, tried[-1]
    return Step.REQUEST, None


def was_attempted(take: Take) -> bool:
    """A take that was judged was filmed, whatever became of its repair."""
    return take.verdict is not None or take.code not in NEVER_TRIED


def video_plan(request: facts.EpisodeRequested) -> VideoPlan:
    return request.video or VideoPlan(default=request.engines.get("video", "puppet"))


def engine_of(state: Episode, shot_id: str) -> str:
    """Who films the next take of a shot."""
    shot = state.shots[shot_id]
    unfilmed = (take for take in state.takes_of(shot_id) if take.verdict is None and not take.dropped)
    given_up = {take.engine for take in unfilmed if take.code in GIVES_UP}
    plan = video_plan(_request(state))
    return plan.choice(state.scene(shot.scene), shot, state.assigned.get(shot.scene, ""), given_up)


def has_fallback(state: Episode, take: Take) -> bool:
    """Whether somebody else can film a shot if the engine of this take gives up."""
    failed = state.replaced(takes=state.takes | {take.take_id: take.replaced(code=Refused.code)})
    return engine_of(failed, take.shot_id) != take.engine


def is_repairable(state: Episode, take: Take) -> bool:
    """A rejected take in which the faces are found, as long as there are rounds left."""
    request = _request(state)
    if take.failed or take.dropped or take.stuck or take.verdict is None or take.verdict.value != "fail":
        return False
    shot = state.shots[take.shot_id]
    rounds = request.limits.refinements if request.engines.get("refine", NO_ENGINE) != NO_ENGINE else 0
    return take.refinements < rounds and take.verdict.lowest(shot.identified) is not None


def take_seed(state: Episode, take_id: str) -> int:
    """One seed per take: the same episode seed films the same frames."""
    return crc32(f"{_request(state).seed}:{take_id}".encode())


def is_acceptable(shot: Shot, verdict: Verdict) -> bool:
    """No face seen is a pass only where none has to be recognised."""
    return verdict.value == "pass" or (verdict.value == "unknown" and not shot.identified)


# ---------------------------------------------------------------- decide


def _request(state: Episode) -> facts.EpisodeRequested:
    if state.request is None:
        raise NotFound("There is no such episode. `loraframe episode list` shows all.")
    return state.request


def _request_episode(state: Episode, command: RequestEpisode) -> list[Event]:
    if state.request:
        raise Conflict("This episode was requested before.")
    return [facts.EpisodeRequested(**command.__dict__)]


def _write_script(state: Episode, command: WriteScript) -> list[Event]:
    return [] if state.script else [facts.ScriptWritten(**command.__dict__)]


def _add_speech(state: Episode, command: AddSpeech) -> list[Event]:
    return [] if line_key(command.scene, command.line) in state.speech else [facts.SpeechRendered(**command.__dict__)]


def _plan_scene(state: Episode, command: PlanScene) -> list[Event]:
    return [facts.ShotPlanned(shot=shot) for shot in command.shots if state.shots.get(shot.shot_id) != shot]


def _request_take(state: Episode, command: RequestTake) -> list[Event]:
    step, _ = next_step(state, command.shot_id)
    if step is not Step.REQUEST:
        raise Conflict(f"Shot {command.shot_id} does not want a take now: its next step is {step}.")
    number = sum(1 for _ in state.takes_of(command.shot_id)) + 1
    take_id = f"{command.shot_id}-t{number}"
    requested = facts.TakeRequested(
        take_id=take_id,
        shot_id=command.shot_id,
        engine=command.engine,
        seed=take_seed(state, take_id),
        prompt=command.prompt,
        reserved=command.price,
        options=command.options,
    )
    return [requested]


def _submit_take(state: Episode, command: SubmitTake) -> list[Event]:
    take = _open_take(state, command.take_id)
    return [] if take is None or take.operation else [facts.TakeSubmitted(**command.__dict__)]


def _render_take(state: Episode, command: RenderTake) -> list[Event]:
    take = _open_take(state, command.take_id)
    return [] if take is None or take.uri else [facts.TakeRendered(**command.__dict__)]


def _judge_take(state: Episode, command: JudgeTake) -> list[Event]:
    take = _open_take(state, command.take_id)
    if take is None:
        return []
    if not take.uri:
        raise Conflict(f"Take {take.take_id} has not been rendered, so it cannot be judged.")
    return [facts.TakeJudged(**command.__dict__), *_accepted(state, take, command.verdict)]


def _accepted(state: Episode, take: Take, verdict: Verdict) -> list[Event]:
    """That the take is accepted, and that its scene is done by it, where they are."""
    shot = state.shots[take.shot_id]
    if not is_acceptable(shot, verdict):
        return []
    accepted = facts.TakeAccepted(take_id=take.take_id, shot_id=take.shot_id)
    others = {s.shot_id for s in state.shots_of(shot.scene)} - {shot.shot_id}
    done = others <= state.accepted.keys()
    return [accepted, facts.SceneCompleted(scene=shot.scene)] if done else [accepted]


def _refine_take(state: Episode, command: RefineTake) -> list[Event]:
    """The better one of the two takes is kept."""
    take = state.takes.get(command.take_id)
    if take is None or take.shot_id in state.accepted or not is_repairable(state, take):
        return []
    faces = state.shots[take.shot_id].identified
    assert take.verdict
    before, after = take.verdict.lowest(faces), command.verdict.lowest(faces)
    better = after is not None and (before is None or after > before)
    kept = better and command.outside >= LEAST_OUTSIDE and not command.verdict.has_anothers_head
    told = command.__dict__ | {"round": take.refinements + 1, "before": before, "after": after, "kept": kept}
    return [facts.TakeRefined(**told), *(_accepted(state, take, command.verdict) if kept else [])]


def _fail_take(state: Episode, command: FailTake) -> list[Event]:
    """A rejected take whose repair cannot be made fails too: else its repair would be tried for ever."""
    take = state.takes.get(command.take_id)
    in_repair = take is not None and take.shot_id not in state.accepted and is_repairable(state, take)
    return [facts.TakeFailed(**command.__dict__)] if in_repair or _open_take(state, command.take_id) else []


def _observe_take(state: Episode, command: ObserveTake) -> list[Event]:
    accepted = command.take_id in state.accepted.values()
    return [facts.TakeObserved(**command.__dict__)] if accepted else []


def _open_take(state: Episode, take_id: str) -> Take | None:
    """The take while it is undecided: a late result of an old attempt is discarded."""
    take = state.takes.get(take_id)
    if take is None:
        raise NotFound(f"There is no take {take_id}.")
    return take if take.open else None


def _flag_scene(state: Episode, command: FlagScene) -> list[Event]:
    if state.rounds.get(command.scene, 0) >= _request(state).limits.rounds:
        return [facts.EpisodeFailed(reason=f"Scene {command.scene} still fails after its last round: {command.reason}")]
    return [facts.SceneFlagged(**command.__dict__)]


def _cut_episode(state: Episode, command: CutEpisode) -> list[Event]:
    if state.script is None:
        raise Conflict("The episode has no script yet, so it cannot be cut.")
    if missing := {scene.number for scene in state.script.scenes} - state.completed:
        raise Conflict(f"Scenes {sorted(missing)} are not finished, so the episode cannot be cut.")
    return [facts.EpisodeCut(**command.__dict__)]


def _check_quality(state: Episode, command: CheckQuality) -> list[Event]:
    if state.cut is None or state.cut.film != command.film:
        raise Conflict("This film is not the episode's cut, so its quality does not count.")
    checked = facts.QualityChecked(passed=not command.findings, **command.__dict__)
    blamed = {f.scene: f.sentence for f in reversed(command.findings) if f.scene}
    if command.findings and not blamed:
        return [checked, facts.EpisodeFailed(reason=" ".join(f.sentence for f in command.findings))]
    flagged = (_flag_scene(state, FlagScene(scene=s, reason=blamed[s])) for s in sorted(blamed))
    return [checked, *(event for events in flagged for event in events)]


def _deliver_episode(state: Episode, command: DeliverEpisode) -> list[Event]:
    if not (state.quality and state.quality.passed):
        raise Conflict("The film has not passed its quality control, so it cannot be delivered.")
    return [] if state.delivered else [facts.EpisodeDelivered(**command.__dict__)]


def _fail_episode(state: Episode, command: FailEpisode) -> list[Event]:
    return [] if state.failed else [facts.EpisodeFailed(**command.__dict__)]


DECIDE: dict[type[Command], Callable[[Episode, Any], list[Event]]] = {
    RequestEpisode: _request_episode,
    WriteScript: _write_script,
    AddSpeech: _add_speech,
    PlanScene: _plan_scene,
    PaintFirstFrame: lambda state, command: [facts.FirstFramePainted(**command.__dict__)],
    RequestTake: _request_take,
    SubmitTake: _submit_take,
    RenderTake: _render_take,
    JudgeTake: _judge_take,
    RefineTake: _refine_take,
    FailTake: _fail_take,
    ObserveTake: _observe_take,
    FlagScene: _flag_scene,
    CutEpisode: _cut_episode,
    CheckQuality: _check_quality,
    DeliverEpisode: _deliver_episode,
    FailEpisode: _fail_episode,
    CheckContinuity: lambda state, command: [facts.ContinuityChecked(errors=command.errors)],
    EraseEpisode: lambda state, command: [facts.EpisodeErased()],
    **revision.DECIDE,
}


def decide(state: Episode, command: Command) -> list[Event]:
    """Raises ``NotFound`` before the episode is requested, ``Conflict`` for a step out of order."""
    if not isinstance(command, RequestEpisode):
        _request(state)
    return DECIDE[type(command)](state, command)


EPISODE = Aggregate("episode", Episode(), decide, evolve, tuple(EVOLVE))
