"""One shot to an accepted take: request, submit, collect, judge, refine, and again.

What is next is read from the episode's log every time (``production.next_step``), so it makes no difference
whether this director began the take or one that died. What costs money is ordered at most once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.shot_order import is_chained, shot_order
from actors.spending import BILLED, Call
from actors.workers import Painting, Refinement, Rendering
from engines.registry import is_remote
from events.episode import Take
from events.errors import EngineError, OutcomeUnknown, TakeFailed, Unanswered
from events.production import (
    FailTake,
    FlagScene,
    JudgeTake,
    PaintFirstFrame,
    RefineTake,
    RenderTake,
    RequestTake,
    Step,
    SubmitTake,
    engine_of,
    has_fallback,
    next_step,
)
from events.prompt import shot_prompt
from events.script import FPS
from events.storyboard import Shot

if TYPE_CHECKING:
    from actors.director import Direction
    from engines.video import Profile, ShotOrder


class SceneFails(Exception):
    """No take of a shot was good enough: its scene has been flagged and goes round again."""


async def shoot(direction: Direction, shot: Shot) -> Take:
    """Film a shot until a take is accepted. Raises ``SceneFails`` when none was good enough."""
    while True:
        step, take = next_step(direction.state, shot.shot_id)
        if step is Step.ACCEPTED and take:
            return take
        if step is Step.EXHAUSTED and take:
            await flag(direction, shot, take)
        elif step is Step.REQUEST or take is None:
            await request(direction, shot)
        else:
            await advance(direction, step, take, shot)


async def request(direction: Direction, shot: Shot) -> None:
    """The intent to film, with its money reserved. Raises ``OverBudget``, and what its engine cannot do where nobody
    else may."""
    number = sum(1 for _ in direction.state.takes_of(shot.shot_id)) + 1
    take_id, engine = f"{shot.shot_id}-t{number}", engine_of(direction.state, shot.shot_id)
    words, price, refusal = "", 0.0, None
    try:
        profile = await direction.crew.profile(engine)
        words, price = prompt(direction, shot, profile), profile.price(shot.frames)
    except EngineError as error:
        refusal = error
    else:
        if price:
            await direction.purse.reserve(call_for(take_id, engine, profile, price))
        words = await direction.crew.rewritten(words, profile, list(direction.names.values()), take_id)
    options = direction.settings.options("video", engine)
    command = RequestTake(shot_id=shot.shot_id, engine=engine, prompt=words, price=price, options=options)
    await direction.tell(command, f"request {shot.shot_id} {number}")
    if refusal:
        await give_up(direction, direction.state.takes[take_id], refusal)


async def advance(direction: Direction, step: Step, take: Take, shot: Shot) -> None:
    """Do the one thing that is next. What an engine says of this take fails the take and not the episode; what would
    fail any take of a video engine is left to the next engine that the user listed, and stops the episode where there
    is none. A take that was ordered is never given up because nobody could be asked about it."""
    try:
        if step is Step.JUDGE:
            await judge(direction, take, shot)
        elif step is Step.REFINE:
            await refine(direction, take, shot)
        else:
            deal = submit if step is Step.SUBMIT else collect
            paid = deal(direction, take, await order_for(direction, shot, take))
            await (direction.purse.to_the_end(paid) if take.reserved else paid)
    except OutcomeUnknown:
        raise
    except TakeFailed as error:
        await fail(direction, take, error)
    except EngineError as error:
        if step is not Step.SUBMIT:
            raise
        await give_up(direction, take, error)


async def give_up(direction: Direction, take: Take, error: EngineError) -> None:
    """Another take of this engine would fail as well: the next one that the user listed is asked, else ``error`` stops
    the episode until the user has seen to it."""
    followed = has_fallback(direction.state, take)
    if followed or take.reserved:
        await fail(direction, take, error)
    if not followed:
        raise error


async def order_for(direction: Direction, shot: Shot, take: Take) -> ShotOrder:
    """The order; a first picture is painted where the engine needs one and there is no tail."""
    profile = await direction.crew.profile(take.engine)
    if profile.needs_first_frame and not is_chained(shot, profile) and shot.shot_id not in direction.state.frames:
        await paint_first(direction, shot, shot_order(direction, shot, take, profile))
    return shot_order(direction, shot, take, profile)


async def paint_first(direction: Direction, shot: Shot, order: ShotOrder) -> None:
    async def painted() -> None:
        once = is_remote("image", direction.settings.engines["image"])
        picture: Painting = await direction.stages.ask("painting", "paint", order, once=once)
        await direction.tell(PaintFirstFrame(shot_id=shot.shot_id, **picture.model_dump()), what)

    what = f"first frame {shot.shot_id} {direction.state.revision}"
    await direction.crew.buy(what, "image", painted)


async def submit(direction: Direction, take: Take, order: ShotOrder) -> None:
    """Order the take, once. What an earlier director may have ordered is looked for at the provider."""
    profile = await direction.crew.profile(take.engine)
    at_risk = take.reserved > 0 and not profile.repeatable
    if at_risk and not direction.purse.spending.is_mine(take.take_id):
        operation = await recovered(direction, take, profile, order)
    else:
        operation = await ordered(direction, take, profile, order)
    if operation:
        await direction.tell(SubmitTake(take_id=take.take_id, operation=operation), f"submit {take.take_id}")


async def ordered(direction: Direction, take: Take, profile: Profile, order: ShotOrder) -> str:
    """The provider's name for the take; empty where nobody knows whether there is one, and the take has failed."""
    ask, once = direction.stages.ask, take.reserved > 0 and not profile.repeatable
    try:
        operation: str = await ask("filming", "submit", order, engine=take.engine, once=once)
        return operation
    except Unanswered as error:  # of a question before the order
        await fail(direction, take, error)
        raise
    except OutcomeUnknown as error:
        found = await ask("filming", "find", order.take_id, engine=take.engine) if profile.findable else ""
        return found or await lost(direction, take, error)


async def recovered(direction: Direction, take: Take, profile: Profile, order: ShotOrder) -> str:
    if direction.purse.spending.held(take.take_id) is None:
        return await lost(direction, take, OutcomeUnknown(f"Take {take.take_id} was settled by hand."))
    if not profile.findable:
        why = f"Take {take.take_id} was about to be ordered of {take.engine} when its director died."
        return await lost(direction, take, OutcomeUnknown(why))
    found: str = await direction.stages.ask("filming", "find", order.take_id, engine=take.engine)
    if not found:
        await direction.purse.reserve(call_for(take.take_id, take.engine, profile, take.reserved))
    return found or await ordered(direction, take, profile, order)


async def lost(direction: Direction, take: Take, error: OutcomeUnknown) -> str:
    """Reported, and left to the policy: raises ``error`` where it is to ask, else the take has failed."""
    if direction.purse.spending.held(take.take_id):
        await direction.purse.lost(take.take_id, error)
    command = FailTake(take_id=take.take_id, code=error.code, reason=str(error))
    await direction.tell(command, f"fail {take.take_id}")
    return ""


async def collect(direction: Direction, take: Take, order: ShotOrder) -> None:
    """Take the clip in, with mouths that move where a lips engine sees to it: that may have a price of its own."""
    profile = await direction.crew.profile(take.engine)
    near = " ".join(sorted(actor.slug for actor in order.actors)) if profile.adapters else order.location

    async def collected() -> None:
        done: Rendering = await direction.stages.ask(
            "filming", "collect", take.operation, order, engine=take.engine, near=near, once=once
        )
        await direction.tell(RenderTake(take_id=take.take_id, **done.model_dump()), f"render {take.take_id}")
        await direction.purse.settle(take.take_id, "completed", done.cost)

    mute = not (profile.speaks or profile.house_clips)
    seconds = sum(line.frames for line in order.seen_speaking) / FPS if mute else 0
    once = seconds > 0 and is_remote("lips", direction.settings.engines["lips"])
    await direction.crew.buy(f"lips {take.take_id}", "lips", collected, seconds)


async def judge(direction: Direction, take: Take, shot: Shot) -> None:
    asked = take.uri, direction.identities, shot, direction.sitters(shot)
    verdict, worked = await direction.stages.ask("judging", "judge", *asked)
    command = JudgeTake(take_id=take.take_id, verdict=verdict, worked=worked)
    await direction.tell(command, f"judge {take.take_id}")


async def refine(direction: Direction, take: Take, shot: Shot) -> None:
    """Repair the faces of a rejected take, each time from the clip as it was filmed; whichever is better is kept."""
    number = take.refinements + 1
    asked = take.original or take.uri, direction.repair(shot, number), shot, direction.sitters(shot)

    async def refined() -> None:
        once = is_remote("refine", direction.settings.engines["refine"])
        done: Refinement = await direction.stages.ask("judging", "refine", *asked, once=once)
        command = RefineTake(take_id=take.take_id, **done.model_dump())
        await direction.tell(command, f"refine {take.take_id} {number}")

    await direction.crew.buy(f"refine {take.take_id} {number}", "refine", refined)


def call_for(take_id: str, engine: str, profile: Profile, dollars: float) -> Call:
    return Call(what=take_id, stage="video", engine=engine, account=profile.account, dollars=dollars)


async def fail(direction: Direction, take: Take, error: EngineError) -> None:
    await direction.tell(FailTake(take_id=take.take_id, code=error.code, reason=str(error)), f"fail {take.take_id}")
    paid = take.reserved if error.code in BILLED else 0.0
    await direction.purse.settle(take.take_id, "completed" if paid else "failed", paid)


async def flag(direction: Direction, shot: Shot, take: Take) -> None:
    reason = take.failed or (take.verdict.reason if take.verdict else "no take was accepted")
    round_ = direction.state.rounds.get(shot.scene, 0) + 1
    what = f"flag {shot.shot_id} {round_} {direction.state.revision}"
    await direction.tell(FlagScene(scene=shot.scene, reason=reason), what)
    raise SceneFails(reason)


def prompt(direction: Direction, shot: Shot, profile: Profile) -> str:
    looks = {slug: direction.world[shot.scene].look(slug, shot.after_changes) for slug in shot.visible}
    scene, background = direction.scene(shot.scene), direction.background(shot.scene)
    return shot_prompt(scene, shot, direction.cast, looks, background, apart=profile.negative)
