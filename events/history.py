"""Time travel in words: which version of a character's log is meant, and what is different between two states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from events.base import Value
from events.character import Character, CharacterBranched, SceneGenerated
from events.errors import InvalidInput, NotFound
from events.mapper import Recorded

AS_OF = (
    "Say a version (12), or an episode and a scene: 2.4 is the fourth scene of its second, 3f9a.4 that of episode 3f9a."
)


def version_at(history: Sequence[Recorded], as_of: str) -> int:
    """The version that ``as_of`` means: a version, or ``EPISODE.SCENE`` with the episode by its number in this
    character's life or by the beginning of its id; after that scene. Raises ``InvalidInput`` and ``NotFound``."""
    if as_of.isdecimal():
        return _existing(history, int(as_of))
    parts = re.fullmatch(r"([0-9a-fA-F-]+)\.(\d+)", as_of)
    if not parts:
        raise InvalidInput(f"{as_of!r} is no point in time. {AS_OF}")
    episode, scene = parts[1].lower(), int(parts[2])
    played = [fact for fact in history if isinstance(fact.event, SceneGenerated)]
    episodes = list(dict.fromkeys(_scene(fact)[0] for fact in played))
    meant = [at for number, at in enumerate(episodes, 1) if episode == str(number)]
    meant = meant or [at for at in episodes if at.startswith(episode) or at.replace("-", "").startswith(episode)]
    meant_scenes = {(at, scene) for at in meant}
    found = [fact.version for fact in played if _scene(fact) in meant_scenes]
    if not found:
        raise NotFound(f"The character has not played scene {scene} of episode {episode}. {AS_OF}")
    return whole(history, max(found))


def whole(history: Sequence[Recorded], version: int) -> int:
    """The last fact of what happened at ``version``: half a command is no state to look at or to go on from.

    A "what if" has its source's facts by one command: there, the next scene begins what happens next.
    """
    begun = next(index for index, fact in enumerate(history) if fact.version == version)
    for before, fact in pairwise(history[begun:]):
        if fact.command_id != before.command_id or isinstance(fact.event, SceneGenerated | CharacterBranched):
            return before.version
    return history[-1].version


def _scene(fact: Recorded) -> tuple[str, int]:
    assert isinstance(fact.event, SceneGenerated)
    return str(fact.event.scene.episode), fact.event.scene.scene


def _existing(history: Sequence[Recorded], version: int) -> int:
    if not 1 <= version <= history[-1].version:
        raise NotFound(f"There is no version {version}: the log has {history[-1].version}.")
    return version


class Difference(Value):
    """One field of two characters, or of one at two times."""

    field: str
    one: Any
    other: Any


def differences(one: Character, other: Character) -> Iterator[Difference]:
    """What is not the same, field by field; of the look each part by itself, of the face only whether."""
    told = [state.model_dump(mode="json", exclude={"notes", "identity"}) for state in (one, other)]
    for state in told:
        state["references"] = [reference["view"] for reference in state["references"]]
    looks = [state.pop("look") for state in told]
    for field in [*told[0]]:
        if told[0][field] != told[1][field]:
            yield Difference(field=field, one=told[0][field], other=told[1][field])
    for field in [*looks[0]]:
        if looks[0][field] != looks[1][field]:
            yield Difference(field=field, one=looks[0][field], other=looks[1][field])
    if one.identity != other.identity:
        measured = [state.identity.calibration.model_dump() if state.identity else None for state in (one, other)]
        yield Difference(field="identity", one=measured[0], other=measured[1])
