"""One shot to an accepted take: request, submit, collect, judge, refine, and again.

What is next is read from the episode's log every time (``production.next_step``), so it makes no difference
whether this director began the take or one that died.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actors.pools import Refinement, Rendering
from events.episode import Take
from events.errors import EngineError, TakeFailed
from events.production import (
    FailTake,
    FlagScene,
    JudgeTake,
    RefineTake,
    RenderTake,
    RequestTake,
    Step,
    SubmitTake,
    next_step,
)
from events.prompt import shot_prompt
from events.storyboard import Shot

if TYPE_CHECKING:
    from actors.director import Direction
    from engines.video import ShotOrder


class SceneFails(Exception):
    """No take of a shot was good enough: its scene has been flagged and goes round again."""


async def shoot(direction: Direction, shot: Shot, tail: str) -> Take:
    """Film a shot until a take is accepted; ``tail`` is the last picture of the shot before."""
    while True:
        step, take = next_step(direction.state, shot.shot_id)
        if step is Step.ACCEPTED and take:
            return take
        if step is Step.EXHAUSTED and take:
            await flag(direction, shot, take)
        elif step is Step.REQUEST or take is None:
            await request(direction, shot)
        else:
            await advance(direction, step, take, shot, tail)


async def request(direction: Direction, shot: Shot) -> None:
    number = sum(1 for _ in direction.state.takes_of(shot.shot_id)) + 1
    profile = await direction.profile
    price = profile.price_per_second * shot.frames / 24
    command = RequestTake(shot_id=shot.shot_id, engine=profile.name, prompt=prompt(direction, shot), price=price)
    await direction.tell(command, f"request {shot.shot_id} {number}")


async def advance(direction: Direction, step: Step, take: Take, shot: Shot, tail: str) -> None:
    """Do the one thing that is next; what the engine refuses fails the take and not the episode."""
    try:
        if step is Step.JUDGE:
            await judge(direction, take, shot)
        elif step is Step.REFINE:
            await refine(direction, take, shot)
        elif step is Step.COLLECT:
            await collect(direction, take, order_for(direction, shot, take, tail))
        else:
            await submit(direction, take, order_for(direction, shot, take, tail))
    except TakeFailed as error:
        await fail(direction, take, error)


async def submit(direction: Direction, take: Take, order: ShotOrder) -> None:
    operation = await direction.stages.ask("filming", "submit", order)
    await direction.tell(SubmitTake(take_id=take.take_id, operation=operation), f"submit {take.take_id}")


async def collect(direction: Direction, take: Take, order: ShotOrder) -> None:
    done: Rendering = await direction.stages.ask("filming", "collect", take.operation, order, near=order.location)
    command = RenderTake(take_id=take.take_id, **done.model_dump())
    await direction.tell(command, f"render {take.take_id}")


async def judge(direction: Direction, take: Take, shot: Shot) -> None:
    asked = take.uri, direction.identities, shot, direction.sitters(shot)
    verdict, worked = await direction.stages.ask("judging", "judge", *asked)
    command = JudgeTake(take_id=take.take_id, verdict=verdict, worked=worked)
    await direction.tell(command, f"judge {take.take_id}")


async def refine(direction: Direction, take: Take, shot: Shot) -> None:
    """Repair the faces of a rejected take, each time from the clip as it was filmed; whichever is better is kept."""
    repair = direction.repair(shot, take.refinements + 1)
    asked = take.original or take.uri, repair, shot, direction.sitters(shot)
    refined: Refinement = await direction.stages.ask("judging", "refine", *asked)
    command = RefineTake(take_id=take.take_id, **refined.model_dump())
    await direction.tell(command, f"refine {take.take_id} {take.refinements + 1}")


async def fail(direction: Direction, take: Take, error: EngineError) -> None:
    command = FailTake(take_id=take.take_id, code=error.code, reason=str(error))
    await direction.tell(command, f"fail {take.take_id}")


async def flag(direction: Direction, shot: Shot, take: Take) -> None:
    reason = take.failed or (take.verdict.reason if take.verdict else "no take was accepted")
    round_ = direction.state.rounds.get(shot.scene, 0) + 1
    await direction.tell(FlagScene(scene=shot.scene, reason=reason), f"flag {shot.scene} {round_}")
    raise SceneFails(reason)


def prompt(direction: Direction, shot: Shot) -> str:
    looks = {slug: direction.world[shot.scene].look(slug, shot.after_changes) for slug in shot.visible}
    return shot_prompt(direction.scene(shot.scene), shot, direction.cast, looks, direction.background(shot.scene))


def order_for(direction: Direction, shot: Shot, take: Take, tail: str) -> ShotOrder:
    """Everything the engine is told; made again from the log whenever it is needed."""
    from engines.video import ShotOrder

    scene = direction.scene(shot.scene)
    last = direction.state.shots_of(shot.scene)[-1]
    return ShotOrder(
        shot=shot,
        prompt=take.prompt,
        location=scene.location,
        place=scene.place,
        time=scene.time,
        weather=scene.weather,
        mood=scene.mood,
        description=scene.description,
        actors=tuple(actor(direction, slug, shot) for slug in shot.visible),
        lines=tuple(spoken(direction, shot)),
        tail=tail,
        seed=take.seed,
        fade_in=shot.index == 0,
        fade_out=shot.shot_id == last.shot_id,
    )


def actor(direction: Direction, slug: str, shot: Shot) -> Any:
    from engines.video import ActorOrder

    character = direction.cast[slug]
    look = direction.world[shot.scene].look(slug, shot.after_changes)
    return ActorOrder(slug=slug, name=character.name, references=character.references, look=look)


def spoken(direction: Direction, shot: Shot) -> list[Any]:
    from engines.video import SpokenLine

    scene = direction.scene(shot.scene)
    return [
        SpokenLine(
            speaker=timing.speaker,
            text=scene.lines[timing.line].text,
            audio=direction.speech(shot.scene, timing.line).uri,
            start=timing.start - shot.start,
            frames=timing.frames,
        )
        for timing in shot.lines
    ]
