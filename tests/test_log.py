"""The log's promises, one suite for every store: SQLite, and PostgreSQL on a real server."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import NullPool, create_engine, select

from events.base import Aggregate, Command, Event, Forgotten
from events.character import CHARACTER, AssignVoice, Character, CharacterCreated, VoiceAssigned
from events.errors import BadSetting, Overtaken, StorageError
from events.keys import keys_table
from events.log import RECEIPT, Log, digest_of, recorder_settings, sqlalchemy_url
from events.production import EPISODE
from tests.examples import AGGREGATES, AVA, FACTS, MARLOW
from tests.people import creating

WHEN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PLAIN, OTHER = UUID(int=21), UUID(int=22)
MARKS = ("Ava Lindqvist", "a navigator of thirty", "Ava Lindqvist herself", "asset://" + "a" * 64, "-0.5")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.db"
    told: str = request.getfixturevalue("fresh_postgres_url")
    return told


@pytest.fixture
def log(url: str) -> Log:
    return Log(url, AGGREGATES)


def voices(*names: object) -> list[Event]:
    return [VoiceAssigned(voice=str(name)) for name in names]


def say(log: Log, after: int, events: Sequence[Event], who: UUID = PLAIN, what: Command | None = None) -> UUID:
    """Append behind a version, by a command of its own."""
    command = what or AssignVoice(voice=f"{who} {after}")
    command_id = uuid5(who, f"{after} {command!r}")
    log.append(who, after, events, command, command_id, WHEN)
    return command_id


# ---------------------------------------------------------------- appending and reading


def test_an_empty_log_holds_nothing(log: Log) -> None:
    assert log.events(PLAIN) == log.recorded(PLAIN) == []
    assert log.since(0) == ([], 0)


def test_what_was_appended_is_read_in_its_order(log: Log) -> None:
    say(log, 0, voices("a", "b"))
    say(log, 2, voices("c"))
    assert log.events(PLAIN) == voices("a", "b", "c")
    assert [r.version for r in log.recorded(PLAIN)] == [1, 2, 3]


def test_every_fact_survives(log: Log) -> None:
    for aggregate in AGGREGATES:
        facts = [event for event in FACTS if type(event) in aggregate.facts]
        say(log, 0, facts, who=uuid5(AVA, aggregate.kind))
        assert log.events(uuid5(AVA, aggregate.kind)) == facts


def test_a_fact_is_stamped_with_who_and_when(log: Log) -> None:
    command_id = say(log, 0, voices("a", "b"))
    first, second = log.recorded(PLAIN)
    assert first.command_id == second.command_id == command_id
    assert first.occurred_at == WHEN
    assert first.event_id != second.event_id


def test_reading_can_begin_and_end_anywhere(log: Log) -> None:
    say(log, 0, voices(*"abcde"))
    assert log.events(PLAIN, after=2) == voices("c", "d", "e")
    assert log.events(PLAIN, after=1, upto=3) == voices("b", "c")
    assert log.events(PLAIN, after=5) == []


def test_aggregates_do_not_mix(log: Log) -> None:
    say(log, 0, voices("a"))
    say(log, 0, voices("b"), who=OTHER)
    assert (log.events(PLAIN), log.events(OTHER)) == (voices("a"), voices("b"))


# ---------------------------------------------------------------- the lock


@pytest.mark.parametrize("stale", [0, 1])
def test_a_writer_that_has_not_seen_the_last_version_is_refused(log: Log, stale: int) -> None:
    say(log, 0, voices("a", "b"))
    with pytest.raises(Overtaken):
        say(log, stale, voices("x"), what=AssignVoice(voice="late"))
    assert log.events(PLAIN) == voices("a", "b")


def test_all_facts_of_a_command_or_none(log: Log) -> None:
    say(log, 0, voices("a"))
    before = log.since(0)
    command = AssignVoice(voice="late")
    with pytest.raises(Overtaken):
        log.append(PLAIN, 0, voices("x", "y"), command, UUID(int=5), WHEN)
    assert log.events(PLAIN) == voices("a")
    assert log.receipt(PLAIN, UUID(int=5)) is None
    assert log.since(0) == before


def test_a_command_is_accepted_once(log: Log) -> None:
    command_id = say(log, 0, voices("a"), what=AssignVoice(voice="a"))
    with pytest.raises(Overtaken):
        log.append(PLAIN, 1, voices("a"), AssignVoice(voice="a"), command_id, WHEN)
    assert log.events(PLAIN) == voices("a")


def test_a_receipt_tells_what_was_accepted_and_where_its_facts_are(log: Log) -> None:
    say(log, 0, voices("a"))
    command_id = say(log, 1, voices("b", "c"), what=AssignVoice(voice="bc"))
    receipt = log.receipt(PLAIN, command_id)
    assert receipt is not None
    assert (receipt.first, receipt.last) == (2, 3)
    assert receipt.digest == digest_of(AssignVoice(voice="bc"))
    assert receipt.digest != digest_of(AssignVoice(voice="another payload"))
    assert log.receipt(OTHER, command_id) is None
    assert log.receipt(PLAIN, UUID(int=9)) is None


def test_one_command_id_may_reach_two_aggregates(log: Log) -> None:
    for who in (PLAIN, OTHER):
        log.append(who, 0, voices("a"), AssignVoice(voice="a"), UUID(int=5), WHEN)
    assert len(log.since(0)[0]) == 2


# ---------------------------------------------------------------- the order of the whole


def test_the_whole_log_is_followed_in_its_order(log: Log) -> None:
    say(log, 0, voices("a"))
    say(log, 0, voices("b"), who=OTHER)
    say(log, 1, voices("c"))
    entries, reached = log.since(0)
    assert [(e.aggregate_id, e.recorded.event) for e in entries] == list(
        zip([PLAIN, OTHER, PLAIN], voices("a", "b", "c"), strict=True)
    )
    positions = [entry.position for entry in entries]
    assert positions == sorted(set(positions))
    assert log.since(reached) == ([], reached)


def test_following_goes_on_behind_a_position(log: Log) -> None:
    say(log, 0, voices("a", "b"))
    entries, reached = log.since(0)
    assert [e.recorded.event for e in log.since(entries[0].position)[0]] == voices("b")
    say(log, 2, voices("c"))
    assert [e.recorded.event for e in log.since(reached)[0]] == voices("c")


def test_following_in_small_steps_passes_over_receipts_and_gaps(log: Log) -> None:
    """PostgreSQL's refused writes leave gaps; a step may hold nothing but a receipt."""
    for version in range(5):
        say(log, version, voices(version))
        with pytest.raises(Overtaken):
            say(log, version, voices("x"), what=AssignVoice(voice="late"))
    followed, position = [], 0
    while True:
        entries, reached = log.since(position, limit=1)
        if reached == position:
            break
        followed += [entry.recorded.event for entry in entries]
        position = reached
    assert followed == voices(*range(5))


# ---------------------------------------------------------------- snapshots


def test_without_a_snapshot_one_begins_at_the_beginning(log: Log) -> None:
    assert log.snapshot(CHARACTER, AVA) == (0, Character())


def test_the_newest_snapshot_not_after_a_version_is_given(log: Log) -> None:
    for version in (100, 200):
        log.save_snapshot(CHARACTER, AVA, version, Character(name="Ava", scenes=version))
    log.save_snapshot(CHARACTER, AVA, 200, Character(name="Ava", scenes=200))
    assert log.snapshot(CHARACTER, AVA) == (200, Character(name="Ava", scenes=200))
    assert log.snapshot(CHARACTER, AVA, upto=199) == (100, Character(name="Ava", scenes=100))
    assert log.snapshot(CHARACTER, AVA, upto=99) == (0, Character())


class OlderCharacter(Character):
    scar: str = ""


def test_a_snapshot_of_another_shape_is_ignored(log: Log) -> None:
    older = Aggregate("character-once", OlderCharacter(), CHARACTER.decide, CHARACTER.evolve, CHARACTER.facts)
    log.save_snapshot(older, AVA, 100, OlderCharacter(name="Ava"))
    assert log.snapshot(older, AVA)[0] == 100
    assert log.snapshot(CHARACTER, AVA) == (0, Character())


def test_a_snapshot_of_a_character_is_sealed_and_gone_with_its_key(log: Log, url: str) -> None:
    log.save_snapshot(CHARACTER, AVA, 100, Character(name=MARKS[0]))
    assert MARKS[0].encode() not in everything_stored(log, url)
    log.keys.forget(AVA)
    assert log.snapshot(CHARACTER, AVA) == (0, Character())


# ---------------------------------------------------------------- personal data


def everything_stored(log: Log, url: str) -> bytes:
    """The bytes of the files where there are any, and all rows as the store gives them."""
    rows = [row.state for row in log.recorder.select_notifications(1, 10_000)]
    rows += [row.state for who in (AVA, MARLOW) for row in log.snapshots.select_events(who)]
    folder = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite") else None
    files = [file.read_bytes() for file in folder.iterdir()] if folder else []
    return b"".join([*rows, *files])


def test_personal_data_is_not_stored_in_clear(log: Log, url: str) -> None:
    facts = [event for event in FACTS if type(event) in CHARACTER.facts]
    say(log, 0, facts, who=AVA)
    assert all(mark in str([event.model_dump() for event in facts]) for mark in MARKS)
    stored = everything_stored(log, url)
    assert [mark for mark in MARKS if mark.encode() in stored] == []


def test_what_is_forgotten_reads_as_forgotten_everywhere(log: Log, url: str) -> None:
    ava = CharacterCreated(name="Ava", slug="ava", consent_by="Ava", consent_on=WHEN.date())
    say(log, 0, [ava], who=AVA)
    say(log, 0, [ava], who=MARLOW)
    log.save_snapshot(CHARACTER, AVA, 1, Character(name="Ava"))
    log.save_snapshot(CHARACTER, MARLOW, 1, Character(name="Ava"))
    log.forget(AVA)
    for reader in (log, Log(url, AGGREGATES, create=False)):
        assert reader.events(AVA) == [Forgotten()]
        assert reader.events(MARLOW) == [ava]
        assert reader.since(0)[0][0].recorded.event == Forgotten()
    assert not log.snapshots.select_events(AVA) and log.snapshots.select_events(MARLOW)


def test_a_forgotten_key_is_not_in_the_files_any_more(log: Log, url: str) -> None:
    log.keys.provide(AVA)
    with create_engine(sqlalchemy_url(url), poolclass=NullPool).connect() as connection:
        key = connection.scalar(select(keys_table.c.key).where(keys_table.c.owner == AVA.hex))
    assert len(key) == 32
    log.forget(AVA)
    assert key not in everything_stored(log, url)


def test_a_forgotten_key_is_never_made_again(log: Log) -> None:
    log.keys.provide(AVA)
    log.keys.forget(AVA)
    assert log.keys.find(AVA) is None
    with pytest.raises(LookupError):
        log.keys.provide(AVA)


def test_two_logs_agree_on_one_key(log: Log, url: str) -> None:
    other = Log(url, AGGREGATES, create=False)
    assert log.keys.find(AVA) is None
    sealed = other.mapper.seal(AVA, b"a face")
    assert log.mapper.unseal(AVA, sealed) == b"a face"


# ---------------------------------------------------------------- rows that are not ours


def test_a_row_that_names_a_module_imports_nothing(log: Log) -> None:
    """The library's own mapper would import it."""
    sys.modules.pop("this", None)
    log.recorder.insert_events([StoredEvent(PLAIN, 1, "this:s", b"{}")])
    for read in (lambda: log.events(PLAIN), lambda: log.recorded(PLAIN), lambda: log.since(0)):
        with pytest.raises(StorageError, match="this:s"):
            read()
    assert "this" not in sys.modules


def test_a_log_knows_only_the_facts_it_was_given(log: Log, url: str) -> None:
    say(log, 0, voices("a"))
    with pytest.raises(StorageError, match="Update loraframe"):
        Log(url, [EPISODE], create=False).events(PLAIN)


def test_a_receipt_is_no_fact(log: Log) -> None:
    say(log, 0, voices("a"))
    assert RECEIPT not in {fact.topic for aggregate in AGGREGATES for fact in aggregate.facts}
    rows = log.recorder.select_notifications(1, 10)
    assert [row.topic for row in rows] == [VoiceAssigned.topic, RECEIPT]


# ---------------------------------------------------------------- opening


def test_a_log_that_nobody_made_is_an_error(url: str) -> None:
    with pytest.raises(StorageError, match="cannot be used"):
        Log(url, AGGREGATES, create=False).events(PLAIN)


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_text("my shopping list " * 100)
    with pytest.raises(StorageError, match=r"log\.db cannot be used"):
        Log(f"sqlite:///{tmp_path}/log.db", AGGREGATES)


def test_a_full_disk_is_named_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    log = Log(f"sqlite:///{tmp_path}/log.db", AGGREGATES)
    say(log, 0, voices("a"))
    with log.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA max_page_count=1")
    with pytest.raises(StorageError, match="disk that holds the log is full"):
        say(log, 1, voices("x" * 100_000, "y"))
    assert log.events(PLAIN) == voices("a")


@pytest.mark.parametrize("nowhere", ["mysql://localhost/log", "mongodb://localhost/log"])
def test_only_known_databases_are_opened(nowhere: str) -> None:
    with pytest.raises(BadSetting, match="sqlite:///FILE"):
        Log(nowhere, AGGREGATES)


def test_postgres_keeps_its_table_lock() -> None:
    """With database functions the library drops it, and a follower can miss facts."""
    assert "POSTGRES_ENABLE_DB_FUNCTIONS" not in recorder_settings("postgresql://localhost/log")


# ---------------------------------------------------------------- many processes

SPAWN = multiprocessing.get_context("spawn")
FACTS_EACH = 60
OPENERS = 4


def started(target: Callable[..., None], *arguments: tuple[Any, ...]) -> list[BaseProcess]:
    processes: list[BaseProcess] = [SPAWN.Process(target=target, args=told) for told in arguments]
    for process in processes:
        process.start()
    return processes


def exit_codes(processes: list[BaseProcess]) -> list[int | None]:
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def open_and_write(url: str, writer: int, create: bool) -> None:
    opened = Log(url, AGGREGATES, create=create)
    say(opened, 0, [CHARACTER.decide(Character(), creating())[0]], who=UUID(int=writer + 1))


@pytest.mark.parametrize("create", [True, False])
def test_many_processes_may_open_a_log_at_once(url: str, create: bool) -> None:
    if not create:
        Log(url, AGGREGATES)
    assert exit_codes(started(open_and_write, *((url, writer, create) for writer in range(OPENERS)))) == [0] * OPENERS
    assert len(Log(url, AGGREGATES, create=False).since(0)[0]) == OPENERS


def write_to_one(url: str, writer: int) -> None:
    opened = Log(url, AGGREGATES, create=False)
    version = len(opened.events(PLAIN))
    for number in range(FACTS_EACH):
        while True:
            try:
                say(opened, version, voices(f"{writer}.{number}"), what=AssignVoice(voice=f"{writer}.{number}"))
                version += 1
                break
            except Overtaken:
                version += len(opened.events(PLAIN, after=version))


def test_two_processes_on_one_aggregate_lose_and_double_nothing(log: Log, url: str) -> None:
    assert exit_codes(started(write_to_one, (url, 0), (url, 1))) == [0, 0]
    recorded = log.recorded(PLAIN)
    assert [r.version for r in recorded] == list(range(1, 2 * FACTS_EACH + 1))
    told = [r.event for r in recorded]
    assert all(
        [e for e in told if e.voice.startswith(f"{w}.")] == voices(*(f"{w}.{n}" for n in range(FACTS_EACH)))
        for w in (0, 1)
    )  # type: ignore[attr-defined]


SLOW_COMMITS = f"""
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON stored_events DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.originator_id = '{PLAIN}' AND mod(NEW.originator_version, 5) = 1) EXECUTE FUNCTION slow();
"""
"""The rows of one writer have their positions long before they can be seen: the order a follower can miss."""


def make_commits_slow(url: str) -> None:
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(SLOW_COMMITS)


def write_batches(url: str, who: UUID, begin: Barrier) -> None:
    opened = Log(url, AGGREGATES, create=False)
    begin.wait()
    for number in range(FACTS_EACH // 5):
        say(opened, number * 5, voices(*range(5)), who=who)


def test_a_follower_misses_nothing_while_two_writers_overlap(log: Log, url: str) -> None:
    if url.startswith("postgresql"):
        make_commits_slow(url)
    begin = SPAWN.Barrier(2)
    writers = started(write_batches, (url, PLAIN, begin), (url, OTHER, begin))
    followed, position, writing = [], 0, True
    while True:
        entries, reached = log.since(position)
        followed += [(entry.aggregate_id, entry.recorded.version) for entry in entries]
        if reached == position and not writing:
            break
        position, writing = reached, any(writer.is_alive() for writer in writers)
    assert exit_codes(writers) == [0, 0]
    assert sorted(followed) == [(who, version) for who in (PLAIN, OTHER) for version in range(1, FACTS_EACH + 1)]
