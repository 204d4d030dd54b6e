"""What every value, command and event has in common."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class _Personal:
    """Marks a field that the log seals with its character's own key (erasing the key erases it)."""


PERSONAL = _Personal()
Personal = Annotated[T, PERSONAL]
"""``name: Personal[str] = ""``: sealed in the log; the default is what is read once the key is gone."""


class Value(BaseModel):
    """An immutable, closed record: unknown fields are an error, equality is by content."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Value):
    """A past-tense fact about one aggregate.

    ``topic`` names it in the log for ever, whatever the class is called later; ``schema`` is the
    version of its fields. Who caused it and when is stamped around it by the log (``Recorded``).
    """

    topic: ClassVar[str]
    schema_version: ClassVar[int] = 1


class Command(Value):
    """An imperative request to one aggregate; it is accepted with events or refused with an error."""
