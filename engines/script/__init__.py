"""Script engines: a story and a cast become a script."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from events.base import Value
from events.script import Script


class CastNote(Value):
    """What a writer is told of a character: who it is and in what state the story finds it."""

    slug: str
    name: str
    description: str = ""
    pronoun: str = "they"
    state: str = ""


class StoryOrder(Value):
    """``story`` is a prompt of a line or a page; the same order gives the same script."""

    story: str
    cast: tuple[CastNote, ...]
    seconds: float = Field(default=300, gt=0)
    seed: int = 1
    title: str = ""


class ScriptEngine(Protocol):
    """Raises ``BadScript`` where the order cannot be written."""

    def write(self, order: StoryOrder) -> Script: ...
