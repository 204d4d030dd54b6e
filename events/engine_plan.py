"""Which video engine films which shot: "Veo for the wide, Kling for the fight, puppet for the rest".

Pure rules over the script; only the user writes them, never a language model. An engine is exchanged for another only
where the user listed fallbacks, in their order, and every take says which engine made it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from pydantic import Field

from events.base import Value
from events.camera import Framing
from events.script import Mood, Scene
from events.storyboard import Shot


class EngineRule(Value):
    """``engine`` films every shot for which all the conditions that are given hold. ``mentions``: one of these words
    is in the scene's description."""

    engine: str = Field(min_length=1)
    scenes: tuple[int, ...] = ()
    framings: tuple[Framing, ...] = ()
    moods: tuple[Mood, ...] = ()
    mentions: tuple[str, ...] = ()

    def holds(self, scene: Scene, shot: Shot) -> bool:
        return (
            (not self.scenes or scene.number in self.scenes)
            and (not self.framings or shot.camera.framing in self.framings)
            and (not self.moods or scene.mood in self.moods)
            and (not self.mentions or any(_has_word(scene.description, word) for word in self.mentions))
        )


class VideoPlan(Value):
    """The first rule that holds says who films a shot, else ``default``; then, one after the other, ``fallbacks``."""

    default: str = Field(min_length=1)
    rules: tuple[EngineRule, ...] = ()
    fallbacks: tuple[str, ...] = ()

    @property
    def engines(self) -> tuple[str, ...]:
        """Every engine that may be asked."""
        return tuple(dict.fromkeys([self.default, *(rule.engine for rule in self.rules), *self.fallbacks]))

    def choices(self, scene: Scene, shot: Shot, assigned: str = "") -> Iterator[str]:
        """Who films this shot, and who instead. ``assigned`` is what the user chose for its scene since."""
        first = assigned or next((rule.engine for rule in self.rules if rule.holds(scene, shot)), self.default)
        yield first
        yield from (engine for engine in self.fallbacks if engine != first)

    def choice(self, scene: Scene, shot: Shot, assigned: str = "", given_up: Collection[str] = ()) -> str:
        """The first that has not given up; the last of them where all have."""
        choices = list(self.choices(scene, shot, assigned))
        return next((engine for engine in choices if engine not in given_up), choices[-1])


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) is not None
