"""A still: one picture of one character, asked for in words; the same loop as a shot.

Order of this file: facts, state, ``evolve``, the next step, commands, ``decide``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any
from zlib import crc32

from pydantic import Field

from events.base import Aggregate, Command, Event, Value, evolver
from events.episode_facts import CastMember, Limits
from events.errors import Conflict, NotFound
from events.production import LEAST_OUTSIDE, NO_ENGINE
from events.script import Change
from events.verdict import Verdict

# ---------------------------------------------------------------- facts


class JobFact(Event):
    """A fact about a still: sealed with its own key, which is deleted when its character is erased."""

    sealed = True


class JobRequested(JobFact):
    """``asked`` are the user's words, with others mentioned by id; ``changes`` what they do to the character, as the
    state analyst reads them; ``face`` whether it has to be recognisable."""

    topic = "job.requested"
    character: CastMember
    asked: str
    face: bool = True
    changes: tuple[Change, ...] = ()
    seed: int
    engines: dict[str, str]
    limits: Limits = Limits()


class PictureRequested(JobFact):
    topic = "job.picture-requested"
    picture: int
    seed: int
    prompt: str
    reserved: float = 0.0


class PicturePainted(JobFact):
    topic = "job.picture-painted"
    picture: int
    uri: str
    cost: float = 0.0
    worked: float = 0.0


class PictureJudged(JobFact):
    topic = "job.picture-judged"
    picture: int
    verdict: Verdict
    worked: float = 0.0


class PictureRefined(JobFact):
    """As ``TakeRefined`` for a shot."""

    topic = "job.picture-refined"
    picture: int
    round: int
    uri: str
    verdict: Verdict
    before: float | None
    after: float | None
    outside: float
    kept: bool
    worked: float = 0.0


class PictureFailed(JobFact):
    topic = "job.picture-failed"
    picture: int
    code: str
    reason: str


class JobCompleted(JobFact):
    topic = "job.completed"
    uri: str
    idr: float | None


class JobFailed(JobFact):
    topic = "job.failed"
    reason: str


class JobErased(Event):
    topic = "job.erased"


# ---------------------------------------------------------------- state


class Picture(Value):
    """One attempt, as far as it has come."""

    number: int
    seed: int
    prompt: str
    uri: str = ""
    original: str = ""
    verdict: Verdict | None = None
    refinements: int = 0
    stuck: bool = False
    failed: str = ""


class Job(Value):
    request: JobRequested | None = None
    pictures: tuple[Picture, ...] = ()
    completed: JobCompleted | None = None
    failed: str = ""
    erased: bool = False


# ---------------------------------------------------------------- evolve


def _picture(change: Callable[[Picture, Any], dict[str, object]]) -> Callable[[Job, Any], Job]:
    """Lift a change of the last picture to a change of the job."""

    def evolved(state: Job, event: Any) -> Job:
        *before, last = state.pictures
        return state.replaced(pictures=(*before, last.replaced(**change(last, event))))

    return evolved


def _picture_requested(state: Job, event: PictureRequested) -> Job:
    new = Picture(number=event.picture, seed=event.seed, prompt=event.prompt)
    return state.replaced(pictures=(*state.pictures, new))


def _refined(picture: Picture, event: PictureRefined) -> dict[str, object]:
    told: dict[str, object] = {"refinements": event.round, "stuck": event.verdict.has_anothers_head}
    kept = {"uri": event.uri, "verdict": event.verdict, "original": picture.original or picture.uri}
    return told | (kept if event.kept else {})


EVOLVE: dict[type[Event], Callable[[Job, Any], Job]] = {
    JobRequested: lambda state, event: state.replaced(request=event),
    PictureRequested: _picture_requested,
    PicturePainted: _picture(lambda picture, event: {"uri": event.uri}),
    PictureJudged: _picture(lambda picture, event: {"verdict": event.verdict}),
    PictureRefined: _picture(_refined),
    PictureFailed: _picture(lambda picture, event: {"failed": event.reason}),
    JobCompleted: lambda state, event: state.replaced(completed=event),
    JobFailed: lambda state, event: state.replaced(failed=event.reason),
    JobErased: lambda state, event: Job(erased=True),
}

evolve = evolver(EVOLVE)

# ---------------------------------------------------------------- the next step


class Step(StrEnum):
    REQUEST = "request"
    PAINT = "paint"
    JUDGE = "judge"
    REFINE = "refine"
    DONE = "done"


def next_step(state: Job) -> Step:
    """From the log alone, as for a shot (``events/production.py``)."""
    if state.completed or state.failed:
        return Step.DONE
    last = state.pictures[-1] if state.pictures else None
    if last is None or last.failed:
        return Step.REQUEST
    if not last.uri:
        return Step.PAINT
    if last.verdict is None:
        return Step.JUDGE
    return Step.REFINE if _is_repairable(state, last) else Step.REQUEST


def _is_repairable(state: Job, picture: Picture) -> bool:
    request = _request(state)
    has_engine = request.engines.get("retouch", request.engines.get("refine", NO_ENGINE)) != NO_ENGINE
    verdict = picture.verdict
    wrong = verdict is not None and verdict.value == "fail" and verdict.lowest({request.character.slug}) is not None
    return has_engine and wrong and not picture.stuck and picture.refinements < request.limits.refinements


# ---------------------------------------------------------------- commands


class RequestStill(Command):
    character: CastMember
    asked: str = Field(min_length=1)
    face: bool = True
    changes: tuple[Change, ...] = ()
    seed: int = 1
    engines: dict[str, str] = {}
    limits: Limits = Limits()


class RequestPicture(Command):
    prompt: str
    price: float = 0.0


class PaintPicture(Command):
    uri: str
    cost: float = 0.0
    worked: float = 0.0


class JudgePicture(Command):
    verdict: Verdict
    worked: float = 0.0


class RefinePicture(Command):
    uri: str
    verdict: Verdict
    outside: float
    worked: float = 0.0


class FailPicture(Command):
    code: str
    reason: str


class EraseJob(Command):
    """Forget this picture for ever, because its character is erased."""


# ---------------------------------------------------------------- decide


def _request(state: Job) -> JobRequested:
    if state.request is None:
        raise NotFound("There is no such still." if not state.erased else "This still was erased.")
    return state.request


def _last(state: Job, step: Step) -> Picture:
    if next_step(state) is not step:
        raise Conflict(f"The still does not want that now: its next step is {next_step(state)}.")
    return state.pictures[-1]


def _request_still(state: Job, command: RequestStill) -> list[Event]:
    if state.request or state.erased:
        raise Conflict("This still was asked for before.")
    return [JobRequested(**command.__dict__)]


def _request_picture(state: Job, command: RequestPicture) -> list[Event]:
    if next_step(state) is not Step.REQUEST:
        raise Conflict(f"The still does not want a picture now: its next step is {next_step(state)}.")
    request, number = _request(state), len(state.pictures) + 1
    if number > request.limits.takes:
        return [JobFailed(reason=_why(state))]
    seed = crc32(f"{request.seed}:{number}".encode())
    return [PictureRequested(picture=number, seed=seed, prompt=command.prompt, reserved=command.price)]


def _why(state: Job) -> str:
    last = state.pictures[-1]
    return last.failed or (last.verdict.reason if last.verdict else "No picture was painted.")


def _paint(state: Job, command: PaintPicture) -> list[Event]:
    return [PicturePainted(picture=_last(state, Step.PAINT).number, **command.__dict__)]


def _judge(state: Job, command: JudgePicture) -> list[Event]:
    picture = _last(state, Step.JUDGE)
    judged = PictureJudged(picture=picture.number, **command.__dict__)
    return [judged, *_completed(state, picture.uri, command.verdict)]


def _completed(state: Job, uri: str, verdict: Verdict) -> list[Event]:
    request = _request(state)
    good = verdict.value == "pass" or (verdict.value == "unknown" and not request.face)
    return [JobCompleted(uri=uri, idr=verdict.lowest({request.character.slug}))] if good else []


def _refine(state: Job, command: RefinePicture) -> list[Event]:
    """The better one of the two is kept."""
    picture = _last(state, Step.REFINE)
    face = {_request(state).character.slug}
    assert picture.verdict
    before, after = picture.verdict.lowest(face), command.verdict.lowest(face)
    better = after is not None and (before is None or after > before)
    kept = better and command.outside >= LEAST_OUTSIDE and not command.verdict.has_anothers_head
    told: dict[str, Any] = {
        "picture": picture.number,
        "round": picture.refinements + 1,
        "before": before,
        "after": after,
        "kept": kept,
    }
    refined = PictureRefined(**(told | command.__dict__))
    return [refined, *(_completed(state, command.uri, command.verdict) if kept else [])]


def _fail(state: Job, command: FailPicture) -> list[Event]:
    if next_step(state) not in (Step.PAINT, Step.JUDGE, Step.REFINE):
        raise Conflict(f"No picture of this still can fail now: its next step is {next_step(state)}.")
    return [PictureFailed(picture=state.pictures[-1].number, **command.__dict__)]


DECIDE: dict[type[Command], Callable[[Job, Any], list[Event]]] = {
    RequestStill: _request_still,
    RequestPicture: _request_picture,
    PaintPicture: _paint,
    JudgePicture: _judge,
    RefinePicture: _refine,
    FailPicture: _fail,
    EraseJob: lambda state, command: [JobErased()],
}


def decide(state: Job, command: Command) -> list[Event]:
    """Raises ``NotFound`` before the still is asked for, ``Conflict`` for a step out of order."""
    if not isinstance(command, RequestStill):
        _request(state)
    return DECIDE[type(command)](state, command)


JOB = Aggregate("job", Job(), decide, evolve, tuple(EVOLVE))
