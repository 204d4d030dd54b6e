"""Erasing a character: no trace of it is left in log, snapshots, vectors, assets or read models.

The keys of its log and of the films it plays in are deleted, so what was sealed with them is noise; a last fact in each
says that it was erased. All steps can be repeated: after a crash the same command goes on where it stopped.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from events.base import Command, Event, Value
from events.character import CharacterBranched, CharacterErased, EraseCharacter
from events.episode_facts import EpisodeErased, EpisodeRequested
from events.errors import NotFound
from events.job import EraseJob, JobErased, JobRequested
from events.production import EraseEpisode

if TYPE_CHECKING:
    from actors.studio import Studio

ADDRESS = re.compile(r"asset://[0-9a-f]{64}")


class Erased(Value):
    """What went with a character: the "what ifs" that share its face, the films and stills it is in, and files."""

    characters: tuple[UUID, ...]
    episodes: tuple[UUID, ...]
    stills: tuple[UUID, ...]
    assets: int


def erase(studio: Studio, character_id: UUID) -> Erased:
    """Raises ``NotFound`` for a character that has never been."""
    facts = _facts_by_aggregate(studio)
    if character_id not in facts:
        raise NotFound("There is no such character to erase.")
    characters = _with_branches(character_id, facts)
    episodes = [at for at, told in facts.items() if any(_plays(fact, characters) for fact in told)]
    stills = [at for at, told in facts.items() if any(_sits(fact, characters) for fact in told)]
    gone = {*characters, *episodes, *stills}
    for kind, found in (("job", stills), ("episode", episodes), ("character", characters)):
        for aggregate_id in found:
            _say_so(studio, kind, aggregate_id, facts[aggregate_id])
    assets = _addresses(facts, gone) - _addresses(facts, facts.keys() - gone)
    for uri in assets:
        studio.assets.delete(uri)
    for aggregate_id in gone:
        studio.log.forget(aggregate_id)
        shutil.rmtree(studio.films(aggregate_id), ignore_errors=True)
    studio.views.scrub()
    studio.remembrance.catch_up()
    return Erased(characters=tuple(characters), episodes=tuple(episodes), stills=tuple(stills), assets=len(assets))


def _facts_by_aggregate(studio: Studio) -> dict[UUID, list[Event]]:
    facts: dict[UUID, list[Event]] = {}
    for entry in studio.entries():
        facts.setdefault(entry.aggregate_id, []).append(entry.recorded.event)
    return facts


def _with_branches(character_id: UUID, facts: dict[UUID, list[Event]]) -> list[UUID]:
    """The character and every "what if" of it, and of those."""
    found = [character_id]
    for source in found:
        found += [
            at
            for at, told in facts.items()
            if at not in found and any(isinstance(f, CharacterBranched) and f.source == source for f in told)
        ]
    return found


def _plays(fact: Event, characters: Iterable[UUID]) -> bool:
    return isinstance(fact, EpisodeRequested) and any(member.character_id in characters for member in fact.cast)


def _sits(fact: Event, characters: Iterable[UUID]) -> bool:
    return isinstance(fact, JobRequested) and fact.character.character_id in characters


LAST_WORDS: dict[str, Command] = {"job": EraseJob(), "episode": EraseEpisode(), "character": EraseCharacter()}
ERASED = (CharacterErased, EpisodeErased, JobErased)


def _say_so(studio: Studio, kind: str, aggregate_id: UUID, told: list[Event]) -> None:
    """The last fact; whoever still works on it is overtaken by it."""
    if not isinstance(told[-1], ERASED):
        studio.tell(kind, aggregate_id, LAST_WORDS[kind])


def _addresses(facts: dict[UUID, list[Event]], aggregates: Iterable[UUID]) -> set[str]:
    return {uri for at in aggregates for fact in facts[at] for uri in ADDRESS.findall(fact.model_dump_json())}
