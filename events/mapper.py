"""Facts to bytes and back.

Only topics on the allow-list are read, every read is validated, old versions are lifted to today's by upcasters
(history is never rewritten), and what is about a character is sealed with the key of the log it is in. A plain row is
a JSON object. A sealed one is ``SEALED``, the fact's schema version, a nonce, and two lines encrypted: the fact and its
stamp, each in JSON. Without the key it reads as ``Forgotten``.
"""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, Literal, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import StoredEvent
from pydantic import Field, TypeAdapter, ValidationError, create_model
from pydantic_core import from_json, to_json

from events.base import Event, Forgotten, Value
from events.errors import StorageError
from events.keys import Keys

SEALED = b"\0"
NONCE = 12
HEAD = 2
BODY = HEAD + NONCE

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
    """Validates a whole row in one pass: today's schema, sealed as a whole or not. Anything else takes the long way."""
    today: Any = Literal[fact.schema_version]
    fields: dict[str, Any] = {"schema_": (today, Field(alias="schema")), "fact": (fact, ...), "sealed": (None, None)}
    return TypeAdapter(create_model(f"{fact.__name__}Row", **fields))


class Mapper:
    """Knows the facts of all aggregates. ``upcasters`` maps (topic, old schema version) to the lift to the next."""

    def __init__(
        self, facts: Iterable[type[Event]], keys: Keys, upcasters: dict[tuple[str, int], Upcaster] | None = None
    ) -> None:
        self._facts = {fact.topic: fact for fact in facts}
        self._rows = {topic: _row_adapter(fact) for topic, fact in self._facts.items()}
        self._sealed = {
            topic: (SEALED + bytes([fact.schema_version]), fact.__pydantic_validator__.validate_json)
            for topic, fact in self._facts.items()
            if fact.sealed
        }
        self._keys = keys
        self._upcasters = upcasters or {}

    # ------------------------------------------------------------ writing

    def to_stored(self, owner: UUID, recorded: Recorded) -> StoredEvent:
        event = recorded.event
        stamp = {
            "event_id": recorded.event_id,
            "command_id": recorded.command_id,
            "occurred_at": recorded.occurred_at,
        }
        if event.sealed:
            head, _ = self._sealed[event.topic]
            state = self.seal(owner, event.__pydantic_serializer__.to_json(event) + b"\n" + to_json(stamp), head)
        else:
            state = to_json({**stamp, "schema": event.schema_version, "fact": event})
        return StoredEvent(owner, recorded.version, event.topic, state)

    def seal(self, owner: UUID, content: bytes, head: bytes = SEALED + b"\0") -> bytes:
        nonce = os.urandom(NONCE)
        return head + nonce + self._keys.provide(owner).encrypt(nonce, content, owner.bytes)

    # ------------------------------------------------------------ reading

    def to_event(self, stored: StoredEvent) -> Event:
        """The fact alone: what folding needs. Raises ``StorageError`` for a row that is not one of ours."""
        return next(self.to_events([stored]))

    def to_events(self, rows: Iterable[StoredEvent]) -> Iterator[Event]:
        """The facts of one aggregate. Raises ``StorageError`` for a row that is not one of ours.

        This loop is what waking a character costs: a row of today's version is deciphered and validated, no more.
        """
        owner: UUID | None = None
        for row in rows:
            if owner is None:
                owner = _uuid(row.originator_id)
                cipher, signed = self._keys.find(owner), owner.bytes
            state = row.state
            try:
                head, validate = self._sealed[row.topic]
                if cipher is None or state[:HEAD] != head:
                    yield self._otherwise(row)
                else:
                    told = cipher.decrypt(state[HEAD:BODY], state[BODY:], signed)
                    yield validate(told[: told.index(b"\n")])
            except (KeyError, ValueError, InvalidTag):
                yield self._otherwise(row)

    def _otherwise(self, stored: StoredEvent) -> Event:
        """A row that is not sealed, of an old version, forgotten or damaged."""
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
            return self._recorded(fact, stored)
        except (ValueError, TypeError, KeyError, InvalidTag) as error:
            place = f"{stored.topic}, version {stored.originator_version} of {stored.originator_id}"
            raise StorageError(f"The log is damaged at {place}. Restore it from a backup.") from error

    def _recorded(self, fact: type[Event], stored: StoredEvent) -> Recorded:
        row = self._row(stored)
        if row is None:
            return _unreadable(stored)
        told = self._told(stored, row)
        return Recorded(
            event=Forgotten() if told is None else fact.model_validate(self._lifted(fact, row["schema"], told)),
            event_id=row["event_id"],
            command_id=row["command_id"],
            occurred_at=row["occurred_at"],
            version=stored.originator_version,
        )

    def _row(self, stored: StoredEvent) -> dict[str, Any] | None:
        """The row as one object, or None once its key is gone."""
        state = stored.state
        if state[:1] != SEALED:
            return cast(dict[str, Any], from_json(state))
        opened = self.unseal(_uuid(stored.originator_id), state)
        if opened is None:
            return None
        fact, _, stamp = opened.partition(b"\n")
        return {**from_json(stamp), "schema": state[1], "fact": from_json(fact)}

    def _told(self, stored: StoredEvent, row: dict[str, Any]) -> dict[str, Any] | None:
        """The fact's fields. Rows of the first format sealed only some of them, in a field of its own."""
        told: dict[str, Any] = row["fact"]
        if not (sealed := row.get("sealed")):
            return told
        opened = self.unseal(_uuid(stored.originator_id), SEALED + b"\0" + b64decode(sealed))
        return None if opened is None else told | from_json(opened)

    def _lifted(self, fact: type[Event], schema: int, told: dict[str, Any]) -> dict[str, Any]:
        for version in range(schema, fact.schema_version):
            told = self._upcasters[fact.topic, version](told)
        return told

    def unseal(self, owner: UUID, sealed: bytes) -> bytes | None:
        """What was sealed, or None once the key is gone. Raises ``InvalidTag`` for what another owner sealed."""
        cipher = self._keys.find(owner)
        return cipher.decrypt(sealed[HEAD:BODY], sealed[BODY:], owner.bytes) if cipher else None


def _unreadable(stored: StoredEvent) -> Recorded:
    nobody = UUID(int=0)
    begin = datetime.fromtimestamp(0, UTC)
    return Recorded(
        event=Forgotten(), event_id=nobody, command_id=nobody, occurred_at=begin, version=stored.originator_version
    )


@lru_cache(maxsize=4096)
def _uuid(originator_id: UUID | str) -> UUID:
    return UUID(str(originator_id))
