"""A show: its title, its bible, its cast and its episodes in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import Field

from events.base import Aggregate, Command, Event, Value, evolver
from events.errors import Conflict, NotFound


class SeriesCreated(Event):
    topic = "series.created"
    title: str


class BibleWritten(Event):
    """``rules`` hold for every picture of the series ("no neon; the sea is always in sight")."""

    topic = "series.bible-written"
    rules: tuple[str, ...]


class CharacterCast(Event):
    topic = "series.character-cast"
    character_id: UUID


class EpisodeOrdered(Event):
    topic = "series.episode-ordered"
    episode_id: UUID


class Series(Value):
    title: str = ""
    rules: tuple[str, ...] = ()
    cast: tuple[UUID, ...] = ()
    episodes: tuple[UUID, ...] = ()


EVOLVE: dict[type[Event], Callable[[Series, Any], Series]] = {
    SeriesCreated: lambda state, event: state.replaced(title=event.title),
    BibleWritten: lambda state, event: state.replaced(rules=event.rules),
    CharacterCast: lambda state, event: state.replaced(cast=(*state.cast, event.character_id)),
    EpisodeOrdered: lambda state, event: state.replaced(episodes=(*state.episodes, event.episode_id)),
}


evolve = evolver(EVOLVE)


class CreateSeries(Command):
    title: str = Field(min_length=1)


class WriteBible(Command):
    """The rules from now on, instead of those before."""

    rules: tuple[str, ...]


class OrderEpisode(Command):
    """Add an episode; characters that are new to the series join its cast."""

    episode_id: UUID
    cast: tuple[UUID, ...]


def _create(state: Series, command: CreateSeries) -> list[Event]:
    if state.title:
        raise Conflict(f"There is a series {command.title!r} already.")
    return [SeriesCreated(title=command.title)]


def _write_bible(state: Series, command: WriteBible) -> list[Event]:
    return [BibleWritten(rules=command.rules)] if command.rules != state.rules else []


def _order(state: Series, command: OrderEpisode) -> list[Event]:
    joining = [CharacterCast(character_id=c) for c in command.cast if c not in state.cast]
    ordered = [] if command.episode_id in state.episodes else [EpisodeOrdered(episode_id=command.episode_id)]
    return [*joining, *ordered]


DECIDE: dict[type[Command], Callable[[Series, Any], list[Event]]] = {
    CreateSeries: _create,
    WriteBible: _write_bible,
    OrderEpisode: _order,
}


def decide(state: Series, command: Command) -> list[Event]:
    """Raises ``NotFound`` before the series is created, ``Conflict`` when it is created twice."""
    if not state.title and not isinstance(command, CreateSeries):
        raise NotFound("There is no such series.")
    return DECIDE[type(command)](state, command)


SERIES = Aggregate("series", Series(), decide, evolve, tuple(EVOLVE))
