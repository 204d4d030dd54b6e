"""Facts survive as bytes for ever: one golden row in ``golden/events`` for every version of every fact.

A new fact or a new schema version needs its row: ``LORAFRAME_GOLDEN=write pytest tests/test_mapper.py`` writes
what is missing and never touches what is there.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import StoredEvent

from events.base import Event, Forgotten
from events.errors import StorageError
from events.ledger import LEDGER
from events.mapper import SEALED, Mapper, Recorded
from tests.examples import AGGREGATES, AVA, FACTS

GOLDEN = Path(__file__).parent / "golden" / "events"
KEY = bytes(range(32))
ALL = [fact for aggregate in AGGREGATES for fact in aggregate.facts]


class OneKey:
    """Keys of a log in which everybody has the same one, or none."""

    def __init__(self, key: bytes | None = KEY) -> None:
        self._key = key

    def find(self, owner: UUID) -> AESGCM | None:
        return AESGCM(self._key) if self._key else None

    def provide(self, owner: UUID) -> AESGCM:
        return AESGCM(self._key or KEY)


def mapper(*facts: type[Event], key: bytes | None = KEY, **told: Any) -> Mapper:
    return Mapper(facts or ALL, OneKey(key), **told)  # type: ignore[arg-type]


def recorded(event: Event) -> Recorded:
    when = datetime(2026, 1, 1, 12, 30, 0, 250_000, tzinfo=UTC)
    return Recorded(event=event, event_id=UUID(int=1), command_id=UUID(int=2), occurred_at=when, version=3)


def golden_file(fact: type[Event] | Event) -> Path:
    return GOLDEN / f"{fact.topic}.v{fact.schema_version}.json"


def stored(file: Path) -> StoredEvent:
    told = json.loads(file.read_text())
    state = b64decode(told["sealed_row"]) if "sealed_row" in told else json.dumps(told["row"]).encode()
    return StoredEvent(UUID(told["aggregate"]), told["version"], told["topic"], state)


def write_missing_golden_rows() -> None:
    for event in FACTS:
        if not golden_file(event).exists():
            row = mapper().to_stored(AVA, recorded(event))
            told = {"aggregate": AVA.hex, "version": row.originator_version, "topic": row.topic}
            state = {"sealed_row": b64encode(row.state).decode()} if event.sealed else {"row": json.loads(row.state)}
            text = json.dumps(told | state, indent=1, ensure_ascii=False)
            golden_file(event).write_text(text + "\n")


if os.environ.get("LORAFRAME_GOLDEN") == "write":
    write_missing_golden_rows()


# ---------------------------------------------------------------- golden rows


def test_every_version_of_every_fact_has_an_example_and_a_golden_row() -> None:
    assert {type(event) for event in FACTS} == set(ALL)
    needed = {f"{fact.topic}.v{version}.json" for fact in ALL for version in range(1, fact.schema_version + 1)}
    assert {file.name for file in GOLDEN.glob("*.json")} == needed


def test_no_two_facts_share_a_topic() -> None:
    assert len({fact.topic for fact in ALL}) == len(ALL)


@pytest.mark.parametrize("event", FACTS, ids=lambda event: event.topic)
def test_a_golden_row_is_read_as_it_was_meant(event: Event) -> None:
    row = stored(golden_file(event))
    assert mapper().to_event(row) == event
    assert mapper().to_recorded(row) == recorded(event)


@pytest.mark.parametrize("event", FACTS, ids=lambda event: event.topic)
def test_what_is_written_today_is_read_today(event: Event) -> None:
    row = mapper().to_stored(AVA, recorded(event))
    assert mapper().to_recorded(row) == recorded(event)
    assert mapper().to_event(row) == event


# ---------------------------------------------------------------- rows that are not ours


@pytest.mark.parametrize("topic", ["os:system", "events.errors:LoraFrameError", "character.updated"])
def test_a_topic_off_the_list_is_an_error_and_imports_nothing(topic: str) -> None:
    with pytest.raises(StorageError, match="Update loraframe"):
        mapper().to_event(StoredEvent(AVA, 1, topic, b"{}"))


DAMAGED = [
    b"",
    b"not json",
    b"[]",
    b"{}",
    b'{"schema": 1, "fact": {"voice": 5}}',
    b'{"schema": 1, "fact": {"voice": "v", "pitch": 2}}',
    b'{"schema": 1, "fact": {}, "event_id": 1}',
]


@pytest.mark.parametrize("state", DAMAGED)
def test_a_damaged_row_is_named(state: bytes) -> None:
    row = StoredEvent(AVA, 9, "character.voice-assigned", state)
    for read in (mapper().to_event, mapper().to_recorded):
        with pytest.raises(StorageError, match=f"version 9 of {AVA}"):
            read(row)


# ---------------------------------------------------------------- old versions


class DoorOpenedOnce(Event):
    """As it was in schema 1: a door had no colour and its hinge was misspelt."""

    topic: ClassVar[str] = "door.opened"
    hindge: str


class DoorOpened(Event):
    topic: ClassVar[str] = "door.opened"
    schema_version: ClassVar[int] = 3
    hinge: str
    colour: str
    keeper: str = ""


UPCASTERS = {
    ("door.opened", 1): lambda told: {"hinge": told["hindge"]},
    ("door.opened", 2): lambda told: told | {"colour": "green"},
}


def test_old_rows_are_lifted_step_by_step_and_stay_as_they_are() -> None:
    old = mapper(DoorOpenedOnce).to_stored(AVA, recorded(DoorOpenedOnce(hindge="left")))
    today = mapper(DoorOpened, upcasters=UPCASTERS)
    assert today.to_event(old) == DoorOpened(hinge="left", colour="green")
    assert today.to_recorded(old) == recorded(DoorOpened(hinge="left", colour="green"))
    assert b"hindge" in old.state


def test_a_row_of_today_is_not_lifted() -> None:
    today = mapper(DoorOpened, upcasters=UPCASTERS)
    red = DoorOpened(hinge="right", colour="red", keeper="Ava")
    assert today.to_event(today.to_stored(AVA, recorded(red))) == red


def test_a_version_without_its_upcaster_is_named() -> None:
    old = mapper(DoorOpenedOnce).to_stored(AVA, recorded(DoorOpenedOnce(hindge="left")))
    with pytest.raises(StorageError, match=r"door\.opened"):
        mapper(DoorOpened).to_event(old)


# ---------------------------------------------------------------- personal data


ABOUT_PEOPLE = [event for event in FACTS if event.sealed]


@pytest.mark.parametrize("event", ABOUT_PEOPLE, ids=lambda event: event.topic)
def test_what_is_about_people_is_sealed_and_gone_with_the_key(event: Event) -> None:
    row = mapper().to_stored(AVA, recorded(event))
    assert row.state.startswith(SEALED)
    assert not [word for word in (b"fact", b"schema", b"ava", b"asset") if word in row.state.lower()]
    assert mapper(key=None).to_event(row) == mapper(key=None).to_recorded(row).event == Forgotten()


@pytest.mark.parametrize("event", ABOUT_PEOPLE, ids=lambda event: event.topic)
def test_a_row_of_the_first_version_is_forgotten_with_the_key_too(event: Event) -> None:
    row = stored(golden_file(event))
    sealed = row.state.startswith(SEALED) or b'"sealed"' in row.state
    assert (mapper(key=None).to_event(row) == Forgotten()) is sealed


def test_what_is_sealed_for_one_cannot_be_read_as_anothers() -> None:
    row = mapper().to_stored(AVA, recorded(ABOUT_PEOPLE[0]))
    moved = StoredEvent(UUID(int=99), row.originator_version, row.topic, row.state)
    with pytest.raises(StorageError, match="damaged"):
        mapper().to_event(moved)


def test_all_about_a_character_and_its_films_is_sealed() -> None:
    """Only that somebody was erased, what a show is called, and what was paid, can be read without a key."""
    assert {fact.topic for fact in ALL if not fact.sealed} == {
        "character.erased",
        "episode.erased",
        "job.erased",
        "series.created",
        "series.bible-written",
        "series.character-cast",
        "series.episode-ordered",
        *(fact.topic for fact in LEDGER.facts),
    }
