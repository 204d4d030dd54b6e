"""Script engines: a story and a cast become a script."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from events.base import Value
from events.errors import BadScript
from events.script import Script

SHORTEST_FILM = 8.0


class CastNote(Value):
    """What a writer is told of a character: who it is and in what state the story finds it."""

    slug: str
    name: str
    description: str = ""
    pronoun: str = "they"
    state: str = ""


class StoryOrder(Value):
    """``story`` is a prompt of a line or a page; the same order gives the same script.

    ``bible`` are the rules of its series, ``remembered`` what the cast has lived through before, each with its scene.
    """

    story: str
    cast: tuple[CastNote, ...]
    seconds: float = Field(default=300, gt=0)
    seed: int = 1
    title: str = ""
    bible: tuple[str, ...] = ()
    remembered: tuple[str, ...] = ()


class ScriptEngine(Protocol):
    """Raises ``BadScript`` where the order cannot be written."""

    def write(self, order: StoryOrder) -> Script: ...


def check_order(order: StoryOrder) -> None:
    """Raises ``BadScript`` for a story without words, no cast, or less than ``SHORTEST_FILM`` seconds."""
    if not any(character.isalpha() for character in order.story):
        raise BadScript("The story is empty. Write at least a line: who wants what, and what stands in the way.")
    if not order.cast:
        raise BadScript("The cast is empty. Name at least one character to play the story.")
    if order.seconds < SHORTEST_FILM:
        raise BadScript(f"A film of {order.seconds:g} seconds is too short to tell a story. Ask for 8 or more.")
