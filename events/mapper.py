"""Facts to bytes and back.

Only topics on the allow-list are read, every read is validated, old versions are lifted to today's by
upcasters (history is never rewritten), and personal fields are sealed with their owner's key.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import StoredEvent
from pydantic import Field, TypeAdapter, ValidationError, create_model
from pydantic_core import from_json, to_json

from events.base import PERSONAL, Event, Value
from events.errors import StorageError
from events.keys import Keys

NONCE = 12

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Recorded(Value):
    """A fact with its stamp: what the log adds to an event when it is accepted."""

    event: Event
    event_id: UUID
    command_id: UUID
    occurred_at: datetime
    version: int


@cache
def _row_adapter(fact: type[Event]) -> TypeAdapter[Any]:
    """Validates a whole row in one pass: today's schema, nothing sealed. Anything else takes the long way."""
    today: Any = Literal[fact.schema_version]
    fields: dict[str, Any] = {"schema_": (today, Field(alias="schema")), "fact": (fact, ...), "sealed": (None, None)}
    return TypeAdapter(create_model(f"{fact.__name__}Row", **fields))


class Mapper:
    """Knows the facts of all aggregates. ``upcasters`` maps (topic, old schema version) to the lift to the next."""

    def __init__(
        self, facts: Iterable[type[Event]], keys: Keys, upcasters: dict[tuple[str, int], Upcaster] | None = None
    ) -> None:
        self._facts = {fact.topic: fact for fact in facts}
        self._personal = {topic: personal_fields(fact) for topic, fact in self._facts.items()}
        self._rows = {topic: _row_adapter(fact) for topic, fact in self._facts.items()}
        self._keys = keys
        self._upcasters = upcasters or {}

    def to_stored(self, owner: UUID, recorded: Recorded) -> StoredEvent:
        event = recorded.event
        row: dict[str, Any] = {
            "event_id": recorded.event_id,
            "command_id": recorded.command_id,
            "occurred_at": recorded.occurred_at,
            "schema": event.schema_version,
            "fact": event,
        }
        if personal := self._personal[event.topic]:
            row["fact"] = event.model_dump(mode="json", exclude=personal)
            row["sealed"] = self.seal(owner, to_json(event.model_dump(mode="json", include=personal)))
        return StoredEvent(owner, recorded.version, event.topic, to_json(row))

    def to_event(self, stored: StoredEvent) -> Event:
        """The fact alone: what folding needs. Raises ``StorageError`` for a row that is not one of ours."""
        try:
            fact: Event = self._rows[stored.topic].validate_json(stored.state).fact
            return fact
        except (KeyError, ValidationError):
            return self.to_recorded(stored).event

    def to_recorded(self, stored: StoredEvent) -> Recorded:
        """The fact with its stamp. Raises ``StorageError`` for a row that is not one of ours or is damaged."""
        fact = self._facts.get(stored.topic)
        if fact is None:
            raise StorageError(f"The log holds {stored.topic!r}, which this version does not know. Update loraframe.")
        try:
            row = from_json(stored.state)
            return Recorded(
                event=self._opened(fact, stored, row),
                event_id=row["event_id"],
                command_id=row["command_id"],
                occurred_at=row["occurred_at"],
                version=stored.originator_version,
            )
        except (ValueError, TypeError, KeyError, InvalidTag) as error:
            place = f"{stored.topic}, version {stored.originator_version} of {stored.originator_id}"
            raise StorageError(f"The log is damaged at {place}. Restore it from a backup.") from error

    def _opened(self, fact: type[Event], stored: StoredEvent, row: dict[str, Any]) -> Event:
        told = self._lifted(stored.topic, row["schema"], fact.schema_version, row["fact"])
        if (sealed := row.get("sealed")) and (opened := self.unseal(UUID(str(stored.originator_id)), sealed)):
            told |= from_json(opened)
        return fact.model_validate(told)

    def _lifted(self, topic: str, schema: int, today: int, told: dict[str, Any]) -> dict[str, Any]:
        for version in range(schema, today):
            told = self._upcasters[topic, version](told)
        return told

    def seal(self, owner: UUID, content: bytes) -> str:
        nonce = os.urandom(NONCE)
        return b64encode(nonce + self._keys.provide(owner).encrypt(nonce, content, owner.bytes)).decode()

    def unseal(self, owner: UUID, sealed: str) -> bytes | None:
        """What was sealed, or None once the key is gone."""
        cipher = self._keys.find(owner)
        raw = b64decode(sealed)
        return cipher.decrypt(raw[:NONCE], raw[NONCE:], owner.bytes) if cipher else None


def personal_fields(fact: type[Value]) -> set[str]:
    """Names of the fields that are marked ``Personal``."""
    return {name for name, field in fact.model_fields.items() if PERSONAL in field.metadata}
