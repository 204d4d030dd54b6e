"""The append-only event log: the only truth. SQLite in one file, or PostgreSQL, by URL.

A writer states the version it has seen; the unique (aggregate, version) of the store is the lock. Beside its
facts every accepted command leaves a *receipt* in the same transaction, under an id that is derived from the
command's: so a command takes effect at most once, whoever sends it again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    PersistenceError,
    StoredEvent,
)
from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy.engine import URL, make_url

from events.base import Aggregate, Command, Event, Value
from events.errors import BadSetting, Overtaken, StorageError
from events.keys import Keys
from events.mapper import SEALED, Mapper, Recorded, Upcaster

RECEIPT = "command.accepted"
SNAPSHOTS = "snapshots"
LOCK_TIMEOUT = 10
"""Seconds that a writer waits for another's lock."""


class Receipt(Value):
    """Proof that a command was accepted: what it was (as a digest) and where its facts are."""

    aggregate_id: UUID
    command_id: UUID
    digest: str
    first: int
    last: int


class Entry(Value):
    """One fact in the order of the whole log. ``position`` grows, with gaps."""

    position: int
    aggregate_id: UUID
    recorded: Recorded


class Log:
    """Reads and appends facts. One per process; safe for threads."""

    def __init__(
        self,
        url: str,
        aggregates: Iterable[Aggregate[Any]],
        create: bool = True,
        upcasters: dict[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        factory = InfrastructureFactory.construct(recorder_settings(url, create))
        self._engine = sqlalchemy.create_engine(sqlalchemy_url(url), poolclass=sqlalchemy.NullPool)
        self.keys = Keys(self._engine)
        with _storage_errors(url), _one_creator(self._engine) if create else nullcontext():
            if create:
                self.keys.create_table()
            self.recorder: ApplicationRecorder = factory.application_recorder()
            self.snapshots: AggregateRecorder = factory.aggregate_recorder(SNAPSHOTS)
        self._aggregates = {a.kind: a for a in aggregates}
        self.mapper = Mapper((f for a in self._aggregates.values() for f in a.facts), self.keys, upcasters)
        self.url = url

    # ------------------------------------------------------------ writing

    def append(
        self,
        aggregate_id: UUID,
        after: int,
        events: Sequence[Event],
        command: Command,
        command_id: UUID,
        occurred_at: datetime,
    ) -> list[Recorded]:
        """Add facts behind version ``after``, all or none. Raises ``Overtaken`` when that is not the last
        version any more or when the command was accepted before (then there is a receipt)."""
        recorded = [
            Recorded.model_construct(
                event=event,
                event_id=uuid5(command_id, str(index)),
                command_id=command_id,
                occurred_at=occurred_at,
                version=after + 1 + index,
            )
            for index, event in enumerate(events)
        ]
        with _storage_errors(self.url):
            rows = [self.mapper.to_stored(aggregate_id, r) for r in recorded]
            rows.append(_receipt_row(aggregate_id, command_id, command, after + 1, after + len(events)))
            try:
                self.recorder.insert_events(rows)
            except IntegrityError as error:
                raise Overtaken(f"Version {after + 1} of {aggregate_id} was written by somebody else.") from error
        return recorded

    def receipt(self, aggregate_id: UUID, command_id: UUID) -> Receipt | None:
        rows = self._rows(_receipt_id(aggregate_id, command_id))
        return Receipt.model_validate_json(rows[0].state) if rows else None

    # ------------------------------------------------------------ reading

    def events(self, aggregate_id: UUID, after: int = 0, upto: int | None = None) -> list[Event]:
        """The facts of one aggregate, oldest first."""
        return list(self.stream(aggregate_id, after, upto))

    def stream(self, aggregate_id: UUID, after: int = 0, upto: int | None = None) -> Iterator[Event]:
        """The same one by one: folding a long history takes half the time when its facts are not kept."""
        return self.mapper.to_events(self._rows(aggregate_id, after, upto))

    def recorded(self, aggregate_id: UUID, after: int = 0, upto: int | None = None) -> list[Recorded]:
        """The same with who, when and version."""
        return [self.mapper.to_recorded(row) for row in self._rows(aggregate_id, after, upto)]

    def since(self, position: int, limit: int = 1000) -> tuple[list[Entry], int]:
        """Facts of all aggregates behind ``position``, and the position reached (receipts are passed over)."""
        with _storage_errors(self.url):
            rows = self.recorder.select_notifications(position + 1, limit)
        entries = [
            Entry.model_construct(
                position=row.id,
                aggregate_id=UUID(str(row.originator_id)),
                recorded=self.mapper.to_recorded(row),
            )
            for row in rows
            if row.topic != RECEIPT
        ]
        return entries, rows[-1].id if rows else position

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """All facts behind a position, in order, to the end of the log."""
        position = after
        while True:
            found, reached = self.since(position)
            yield from found
            if reached == position:
                return
            position = reached

    def _rows(self, aggregate_id: UUID, after: int = 0, upto: int | None = None) -> Sequence[StoredEvent]:
        with _storage_errors(self.url):
            return self.recorder.select_events(aggregate_id, gt=after, lte=upto)

    # ------------------------------------------------------------ snapshots

    def save_snapshot(self, aggregate: Aggregate[Any], aggregate_id: UUID, version: int, state: Value) -> None:
        """Keep a state so that waking need not fold from the beginning. Losing one loses nothing."""
        content = state.model_dump_json().encode()
        with suppress(IntegrityError, LookupError):  # the same version was kept already, or all of it is forgotten
            if any(fact.sealed for fact in aggregate.facts):
                content = self.mapper.seal(aggregate_id, content)
            self.snapshots.insert_events([StoredEvent(aggregate_id, version, shape(aggregate), content)])

    def snapshot(self, aggregate: Aggregate[Any], aggregate_id: UUID, upto: int | None = None) -> tuple[int, Any]:
        """The newest usable snapshot as (version, state); (0, initial) when there is none or its shape is old."""
        for row in self.snapshots.select_events(aggregate_id, lte=upto, desc=True, limit=1):
            if row.topic == shape(aggregate):
                opened = self.mapper.unseal(aggregate_id, row.state) if row.state[:1] == SEALED else row.state
                if opened is not None:
                    return row.originator_version, type(aggregate.initial).model_validate_json(opened)
        return 0, aggregate.initial

    # ------------------------------------------------------------ forgetting

    def forget(self, aggregate_id: UUID) -> None:
        """Make what was sealed about an aggregate unreadable for ever: its key and its snapshots are deleted."""
        self.keys.forget(aggregate_id)
        sqlite = self._engine.dialect.name == "sqlite"
        table = sqlalchemy.table(f"stored_{SNAPSHOTS}", sqlalchemy.column("originator_id"))
        owned = table.c.originator_id == (aggregate_id.hex if sqlite else aggregate_id)
        with _storage_errors(self.url), self._engine.begin() as connection:
            connection.execute(sqlalchemy.delete(table).where(owned))


def digest_of(command: Command) -> str:
    """What a command says, as a sha256: the same id with another digest is an error."""
    return hashlib.sha256(type(command).__name__.encode() + command.model_dump_json().encode()).hexdigest()


def shape(aggregate: Aggregate[Any]) -> str:
    """Kind and fields of the state: it changes when they do, so that old snapshots are not misread."""
    if aggregate.kind not in _shapes:
        schema = to_json(TypeAdapter(type(aggregate.initial)).json_schema())
        _shapes[aggregate.kind] = f"{aggregate.kind}.{hashlib.sha256(schema).hexdigest()[:16]}"
    return _shapes[aggregate.kind]


_shapes: dict[str, str] = {}


def _receipt_id(aggregate_id: UUID, command_id: UUID) -> UUID:
    return uuid5(aggregate_id, command_id.hex)


def _receipt_row(aggregate_id: UUID, command_id: UUID, command: Command, first: int, last: int) -> StoredEvent:
    told = {"aggregate_id": aggregate_id, "command_id": command_id, "digest": digest_of(command)}
    row = to_json(told | {"first": first, "last": last})
    return StoredEvent(_receipt_id(aggregate_id, command_id), 1, RECEIPT, row)


def recorder_settings(url: str, create: bool = True) -> dict[str, str]:
    """Settings of the ``eventsourcing`` recorders for a database URL (``sqlite:///file``, ``postgresql://…``).

    PostgreSQL keeps its table lock (no database functions): without it a follower can miss events.
    """
    parts = make_url(url)
    common = {"CREATE_TABLE": "y" if create else "n"}
    if parts.get_backend_name() == "sqlite":
        path = Path(parts.database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        return common | {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(path),
            "SQLITE_LOCK_TIMEOUT": str(LOCK_TIMEOUT),
            "ORIGINATOR_ID_TYPE": "text",  # the rows are the same; reading them makes no UUID of each
        }
    if parts.get_backend_name() == "postgresql":
        return common | _postgres_settings(parts)
    raise BadSetting(f"{url!r} is no database of LoraFrame. Use sqlite:///FILE or postgresql://USER@HOST/NAME.")


def _postgres_settings(parts: URL) -> dict[str, str]:
    host = parts.host or parts.query.get("host", "")
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.database or "",
        "POSTGRES_HOST": host if isinstance(host, str) else host[0],
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or "",
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_MAX_OVERFLOW": "1",
        "POSTGRES_LOCK_TIMEOUT": str(LOCK_TIMEOUT),
    }


def sqlalchemy_url(url: str) -> URL:
    parts = make_url(url)
    return parts.set(drivername="postgresql+psycopg") if parts.get_backend_name() == "postgresql" else parts


@contextmanager
def _one_creator(engine: sqlalchemy.Engine) -> Iterator[None]:
    """PostgreSQL fails when two processes create the same tables at once: one waits for the other."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(hashtext('loraframe'))"))
        yield


@contextmanager
def _storage_errors(url: str) -> Iterator[None]:
    """Turns a store that cannot be used into a sentence that helps."""
    try:
        yield
    except IntegrityError:
        raise
    except (PersistenceError, sqlite3.Error, sqlalchemy.exc.DBAPIError) as error:
        if "disk is full" in str(error) or "No space left" in str(error):
            told = "The disk that holds the log is full. Free some space and run the command again."
            raise StorageError(told) from error
        place = make_url(url).render_as_string(hide_password=True)
        raise StorageError(f"The log at {place} cannot be used: {error}") from error
