"""Continuity, as a script supervisor keeps it: what the scenes say and show is compared with what was planned.

It is advice for whoever makes the film: what is found is recorded, and stops nothing. Where a language model does not
manage it, nobody has looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from engines.registry import is_remote
from events.continuity import compare, known_of
from events.episode import Take
from events.episode_facts import ContinuityError
from events.errors import BadScript, QuotaExceeded, TakeFailed
from events.production import CheckContinuity, ObserveTake
from events.script import Change, Scene

if TYPE_CHECKING:
    from actors.director import Direction
    from engines.analyst import Person


async def check_words(direction: Direction) -> None:
    """Note where the script's own words say something else of a character than its plan does."""

    async def checked() -> None:
        found = await read(direction)
        errors = [error for scene, changes in found for error in compare(scene, changes)]
        await direction.tell(CheckContinuity(errors=tuple(errors)), "continuity")

    if direction.state.continuity is None:
        await advised(direction, "continuity", checked, len(direction.script.scenes))


async def check_picture(direction: Direction, scene: Scene) -> None:
    """Note what the last picture of a scene shows of its people besides the plan, where the state analyst sees."""
    last = direction.state.shots_of(scene.number)[-1]
    take = direction.state.accepted_take(last.shot_id)
    analyst = direction.settings.engines["analyst"]
    if take is None or take.observed is not None or not (last.visible and is_remote("analyst", analyst)):
        return
    if not getattr(direction.crew.own("analyst"), "sees", False):
        return

    async def observed() -> None:
        errors = await asyncio.to_thread(in_picture, direction, scene, take, last.visible)
        command = ObserveTake(take_id=take.take_id, observed=tuple(errors))
        await direction.tell(command, f"observe {take.take_id}")

    await advised(direction, f"look {take.take_id}", observed)


async def advised(direction: Direction, what: str, made: Any, units: float = 1) -> None:
    try:
        await direction.crew.buy(what, "analyst", made, units)
    except (BadScript, QuotaExceeded, TakeFailed):
        return


async def read(direction: Direction) -> list[tuple[Scene, Sequence[Change]]]:
    """What the state analyst reads in each scene; one that works here does it among the workers, and stays there."""
    scenes = direction.script.scenes
    told = [
        (scene.description, people(direction, scene.characters), known_before(direction, scene, scene.characters))
        for scene in scenes
    ]
    if is_remote("analyst", direction.settings.engines["analyst"]):
        observe = direction.crew.own("analyst").observe
        found = await asyncio.to_thread(lambda: [observe(*words) for words in told])
    else:
        found = await direction.stages.ask("finishing", "observe", told)
    return list(zip(scenes, found, strict=True))


def in_picture(direction: Direction, scene: Scene, take: Take, visible: Iterable[str]) -> list[ContinuityError]:
    from media.assets import Assets
    from media.pictures import flattened, open_picture

    shown = Assets(direction.settings.home / "assets").read(take.tail)
    known = [*known_before(direction, scene, visible), *scene.changes]
    analyst, cast = direction.crew.own("analyst"), people(direction, visible)
    found = analyst.look(flattened(open_picture(shown, take.tail)), scene.description, cast, known)
    return compare(scene, found, "picture")


def known_before(direction: Direction, scene: Scene, slugs: Iterable[str]) -> list[Change]:
    looks = direction.world[scene.number].before
    return [change for slug in slugs for change in known_of(looks[slug], slug)]


def people(direction: Direction, slugs: Iterable[str]) -> dict[str, Person]:
    from engines.analyst import Person

    cast = direction.cast
    return {slug: Person(name=cast[slug].name, pronoun=cast[slug].pronoun) for slug in slugs}
