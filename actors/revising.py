"""Changing an episode after it was ordered: another engine, another line, today's cast. Only what depends on the change
is made again, by the next ``resume_episode``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.shell import Shell, now, state_at
from engines.registry import check_keys, check_names, engine_class
from events.base import Command
from events.character import CHARACTER, Character
from events.episode import Episode
from events.episode_facts import CastMember, EpisodeReopened, TakeRequested
from events.log import Log
from events.production import EPISODE
from events.revision import AssignEngine, RefreshEpisode, ReviseLine

if TYPE_CHECKING:
    from actors.studio import Studio


def upgrade(studio: Studio, episode_id: UUID, engine: str, scenes: Sequence[int] = ()) -> EpisodeReopened | None:
    """Film these scenes, or all, by another engine: script, voices, music and timing stay. What is stale now; None
    where nothing is. Raises ``BadSetting``, ``KeyMissing``, ``EngineMissing``, ``NotFound``, ``Conflict``."""
    check_names({"video": engine})
    check_keys([engine])
    for part in engine.split(":"):
        engine_class("video", part)
    return _tell(studio, episode_id, AssignEngine(engine=engine, scenes=tuple(scenes)))


def revise(studio: Studio, episode_id: UUID, scene: int, line: int, text: str) -> EpisodeReopened | None:
    """Say something else: ``line`` counts from 0. Raises ``NotFound``, ``Conflict``."""
    return _tell(studio, episode_id, ReviseLine(scene=scene, line=line, text=text))


def refresh(studio: Studio, episode_id: UUID) -> EpisodeReopened | None:
    """Look at today's pictures, LoRAs and voices of the cast, and at today's settings of the engines."""
    return _tell(studio, episode_id, changes_since(studio, episode_id))


def stale(studio: Studio, episode_id: UUID) -> EpisodeReopened | None:
    """What ``refresh`` would make again; nothing is changed."""
    events = EPISODE.decide(studio.episode(episode_id), changes_since(studio, episode_id))
    return _reopened(events)


def changes_since(studio: Studio, episode_id: UUID) -> RefreshEpisode:
    """What is different from when the episode was filmed."""
    state = studio.episode(episode_id)
    assert state.request
    then = {member.slug: played_by(member, studio.log) for member in state.request.cast}
    today = {m.slug: state_at(CHARACTER, m.character_id, studio.log) for m in state.request.cast}
    faces = tuple(slug for slug in then if _seen_as(then[slug]) != _seen_as(today[slug]))
    voices = tuple(slug for slug in then if then[slug].voice != today[slug].voice)
    cast = tuple(_updated(studio, member, member.slug in (*faces, *voices)) for member in state.request.cast)
    return RefreshEpisode(cast=cast, faces=faces, voices=voices, engines=_set_up_otherwise(studio, episode_id, state))


def _seen_as(character: Character) -> tuple[Any, ...]:
    """What a picture of a character is made from, besides its state."""
    return character.references, character.description


def _updated(studio: Studio, member: CastMember, changed: bool) -> CastMember:
    """What it has lived through since belongs to later episodes: only its pictures and its voice are today's."""
    return member.replaced(pictures=len(studio.log.events(member.character_id))) if changed else member


def played_by(member: CastMember, log: Log) -> Character:
    """A character as an episode shows it."""
    found = state_at(CHARACTER, member.character_id, log, member.version)
    if not member.pictures:
        return found
    newer = state_at(CHARACTER, member.character_id, log, member.pictures)
    today = {name: getattr(newer, name) for name in ("references", "identity", "voice", "description")}
    return found.replaced(**today)


def _set_up_otherwise(studio: Studio, episode_id: UUID, state: Episode) -> tuple[str, ...]:
    shown = {take_id for take_id in state.accepted.values()}
    asked = [fact for fact in studio.log.events(episode_id) if isinstance(fact, TakeRequested)]
    changed = (
        fact.engine
        for fact in asked
        if fact.take_id in shown and fact.options != studio.settings.options("video", fact.engine)
    )
    return tuple(dict.fromkeys(changed))


def _tell(studio: Studio, episode_id: UUID, command: Command) -> EpisodeReopened | None:
    shell: Shell[Episode] = Shell(EPISODE, episode_id, studio.log, now)
    return _reopened(shell.handle(command, studio.new_id()).events)


def _reopened(events: Sequence[Any]) -> EpisodeReopened | None:
    return next((event for event in events if isinstance(event, EpisodeReopened)), None)
