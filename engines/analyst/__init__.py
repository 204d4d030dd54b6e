"""State analysts: what a scene's text changes in the state of each character.

Every engine of this stage answers with the same thing, a list of ``events.script.Change``; one that asks a language
model hands it the JSON schema of ``Answer``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import Field

from events.base import Value
from events.script import Change


class Person(Value):
    """A character as a scene's text speaks of it: its full name, and "he", "she" or "they"."""

    name: str = Field(min_length=1)
    pronoun: str = "they"


class Answer(Value):
    """What an analyst found. A change of weather has the character ""."""

    changes: tuple[Change, ...] = ()


class Analyst(Protocol):
    """Reads a scene.

    ``cast`` maps slugs to people, ``known`` are the changes of the scenes before. Location, pose, mood, weather and
    clothing are told as they stand at the end of the scene; things, companions, injuries and news as they happen.
    """

    def observe(self, text: str, cast: Mapping[str, Person], known: Sequence[Change] = ()) -> tuple[Change, ...]: ...
