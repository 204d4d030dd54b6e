"""Changes to an episode after it was ordered, and exactly what each makes stale: nothing else is made again.

A shot depends on the pictures of those who are seen in it, on the lines that they speak in it, and on its engine. The
tail of the shot before is where it began, not what it depends on: the cut hides a take that was made again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from pydantic import Field

from events.base import Command, Event
from events.episode import Episode, Take, line_key
from events.episode_facts import (
    CastMember,
    CastUpdated,
    EngineAssigned,
    EpisodeReopened,
    LineRevised,
    StoryboardDropped,
)
from events.errors import Conflict, NotFound
from events.storyboard import Shot

# ---------------------------------------------------------------- commands


class AssignEngine(Command):
    """Film these scenes, or all of them, by another engine from now on: drafts become the real thing."""

    engine: str = Field(min_length=1)
    scenes: tuple[int, ...] = ()


class ReviseLine(Command):
    scene: int
    line: int = Field(ge=0)
    text: str = Field(min_length=1)


class RefreshEpisode(Command):
    """Look at today's versions of the cast. ``faces`` and ``voices`` are the slugs of those whose pictures or LoRA, or
    whose voice, are others now, ``engines`` the engines that are set up otherwise."""

    cast: tuple[CastMember, ...]
    faces: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()


class DropStoryboard(Command):
    scene: int


# ---------------------------------------------------------------- what depends on what


def takes_showing(state: Episode, is_meant: Callable[[Shot], bool]) -> list[Take]:
    """All takes of the shots that are meant, those that failed too: so every engine has its chance again."""
    return [take for take in state.takes.values() if not take.dropped and is_meant(state.shots[take.shot_id])]


def shown_take(state: Episode, shot: Shot) -> Take | None:
    """The take that a shot is judged by: the accepted one, else the last. Who gave up before a fallback filmed it has
    no part in it."""
    counted = [take for take in state.takes_of(shot.shot_id) if not take.dropped]
    return state.accepted_take(shot.shot_id) or (counted[-1] if counted else None)


def shows_mouth(shot: Shot, lines: Collection[int]) -> bool:
    """Whether somebody is seen to speak one of these lines of the shot's scene."""
    return any(timing.line in lines and timing.speaker in shot.visible for timing in shot.lines)


def lines_of(state: Episode, speakers: Collection[str]) -> Iterator[tuple[int, int]]:
    """(scene, line) of everything that they say."""
    for scene in state.script.scenes if state.script else ():
        yield from ((scene.number, number) for number, line in enumerate(scene.lines) if line.speaker in speakers)


# ---------------------------------------------------------------- decide


def _assign_engine(state: Episode, command: AssignEngine) -> list[Event]:
    numbers = [scene.number for scene in state.script.scenes] if state.script else []
    if unknown := sorted(set(command.scenes) - set(numbers)):
        raise NotFound(f"This episode has no scene {unknown[0]}. It has {len(numbers)}.")
    scenes = command.scenes or tuple(numbers)

    def by_another(shot: Shot) -> bool:
        shown = shown_take(state, shot)
        return shot.scene in scenes and shown is not None and (shown.engine != command.engine or bool(shown.failed))

    assigned = EngineAssigned(scenes=scenes, engine=command.engine)
    because = f"filmed by {command.engine} from now on"
    return [assigned, *_reopened(state, takes_showing(state, by_another), because=because)]


def _revise_line(state: Episode, command: ReviseLine) -> list[Event]:
    spoken = dict(_lines(state))
    if (command.scene, command.line) not in spoken:
        raise NotFound(f"Scene {command.scene} has no line {command.line}. `loraframe episode show` lists them.")
    if spoken[command.scene, command.line] == command.text:
        return []
    stale = takes_showing(state, lambda shot: shot.scene == command.scene and shows_mouth(shot, {command.line}))
    key = line_key(command.scene, command.line)
    because = f"line {command.line} of scene {command.scene} is another"
    return [LineRevised(**command.__dict__), *_reopened(state, stale, (key,), because)]


def _lines(state: Episode) -> Iterator[tuple[tuple[int, int], str]]:
    for scene in state.script.scenes if state.script else ():
        yield from (((scene.number, number), line.text) for number, line in enumerate(scene.lines))


def _refresh(state: Episode, command: RefreshEpisode) -> list[Event]:
    assert state.request
    revoiced = set(lines_of(state, command.voices))

    def is_meant(shot: Shot) -> bool:
        lines = {line for scene, line in revoiced if scene == shot.scene}
        shown = shown_take(state, shot)
        by_changed = shown is not None and shown.engine in command.engines
        return by_changed or bool(set(command.faces) & set(shot.visible)) or shows_mouth(shot, lines)

    stale = takes_showing(state, is_meant)
    lines = tuple(line_key(scene, line) for scene, line in sorted(revoiced))
    if state.failed and (paid := _lost_by(state, stale, lines)):
        return [EpisodeReopened(because=f"take {paid[0].take_id} is finished first, then refresh")]
    changed = ", ".join(dict.fromkeys([*command.faces, *command.voices, *command.engines]))
    updated = [CastUpdated(cast=command.cast)] if command.cast != state.request.cast else []
    return [*updated, *_reopened(state, stale, lines, f"changed: {changed}" if changed else "it had failed")]


def _reopened(state: Episode, stale: list[Take], lines: tuple[str, ...] = (), because: str = "") -> list[Event]:
    """Nothing is reopened for nothing; an episode that failed always is, so that it can be gone on with. Refuses what
    would lose a take under way that somebody pays for."""
    known = tuple(key for key in lines if key in state.speech)
    if not (stale or known or state.failed):
        return []
    if paid := _lost_by(state, stale, lines):
        first = "`loraframe episode refresh`" if state.failed else "`loraframe episode resume`"
        raise Conflict(f"Take {paid[0].take_id} is being made. Let {first} finish first.")
    takes = tuple(take.take_id for take in stale)
    return [EpisodeReopened(takes=takes, lines=known, because=because)]


def _lost_by(state: Episode, stale: list[Take], lines: tuple[str, ...]) -> list[Take]:
    """Takes under way that somebody pays for and that must not be lost: any, while a director may be at work; after a
    failure, those that are stale, and those of scenes with other lines, which may need another storyboard."""
    under_way = [take for take in state.takes.values() if take.open and (take.operation or take.reserved)]
    scenes = {key.partition("/")[0] for key in lines}
    return [t for t in under_way if not state.failed or t in stale or str(state.shots[t.shot_id].scene) in scenes]


def _drop_storyboard(state: Episode, command: DropStoryboard) -> list[Event]:
    return [StoryboardDropped(scene=command.scene)] if state.shots_of(command.scene) else []


DECIDE: dict[type[Command], Callable[[Episode, Any], list[Event]]] = {
    AssignEngine: _assign_engine,
    ReviseLine: _revise_line,
    RefreshEpisode: _refresh,
    DropStoryboard: _drop_storyboard,
}
