"""What a director reads before it shoots: the script, and what comes to everybody's mind."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from actors.remembering import Remembrance
from actors.shell import state_at
from engines.registry import is_remote
from events.character import CHARACTER
from events.episode_facts import CastMember
from events.memories import TOLD
from events.mentions import SOMEBODY, masked, mentioned, unmasked
from events.prompt import describe_look
from events.script import Script
from events.series import SERIES, Series
from projections.recall import Question, Recalled

if TYPE_CHECKING:
    from actors.director import Direction
    from engines.script import CastNote


def written(direction: Direction) -> Script:
    """A script by the script engine. Raises ``BadScript``."""
    from engines.script import StoryOrder

    request = direction.request
    order = StoryOrder(
        story=request.story,
        cast=tuple(_note(direction, slug) for slug in direction.cast),
        seconds=request.seconds,
        seed=request.seed,
        bible=tuple(named(direction, rule) for rule in request.rules),
        remembered=_remembered(direction),
    )
    script: Script = direction.crew.own("script").write(order)
    return script


def _note(direction: Direction, slug: str) -> CastNote:
    from engines.script import CastNote

    character = direction.cast[slug]
    return CastNote(
        slug=slug,
        name=character.name,
        description=character.description,
        pronoun=character.pronoun,
        state=describe_look(character.look),
    )


def _remembered(direction: Direction) -> tuple[str, ...]:
    """What comes to mind at the story, of those who have lived through anything: for a writer who reads it."""
    if not is_remote("script", direction.settings.engines["script"]):
        return ()
    told = masked(direction.request.story, direction.people)
    members = [member for member in direction.request.cast if direction.cast[member.slug].scenes]
    asked = [_question(direction, member, told) for member in members]
    found = Remembrance(direction.settings).recall(asked) if asked else []
    return tuple(named(direction, _line(direction, memory)) for memories in found for memory in memories)


def recalled(direction: Direction) -> dict[int, dict[str, tuple[str, ...]]]:
    """What comes to everybody's mind in each scene: lines by scene and slug, with others mentioned by id."""
    asked = [
        (scene, member)
        for scene in direction.script.scenes
        for member in direction.request.cast
        if member.slug in scene.characters
    ]
    questions = [
        _question(
            direction,
            member,
            masked(scene.description, direction.people),
            direction.world[scene.number].before[member.slug].hour,
        )
        for scene, member in asked
    ]
    lines: dict[int, dict[str, tuple[str, ...]]] = {}
    for (scene, member), found in zip(asked, Remembrance(direction.settings).recall(questions), strict=True):
        told = tuple(_line(direction, memory) for memory in found)
        lines.setdefault(scene.number, {})[member.slug] = told
    return lines


def _question(direction: Direction, member: CastMember, query: str, hour: float | None = None) -> Question:
    return Question(
        character_id=member.character_id,
        series_id=direction.request.series_id,
        query=query,
        upto=member.version,
        kinds=TOLD,
        hour=hour,
    )


def _line(direction: Direction, memory: Recalled) -> str:
    return memory.line(episode_number(direction, memory.memory.scene.episode))


def episode_number(direction: Direction, episode_id: UUID) -> int | None:
    """Its place in the series, from 1; None for a film or a still outside of it."""
    series_id = direction.request.series_id
    series = state_at(SERIES, series_id, direction.log) if series_id else Series()
    return series.episodes.index(episode_id) + 1 if episode_id in series.episodes else None


def named(direction: Direction, text: str) -> str:
    """With the names put back of those who are mentioned by id."""
    return unmasked(text, {at: state_at(CHARACTER, at, direction.log).name or SOMEBODY for at in mentioned(text)})
