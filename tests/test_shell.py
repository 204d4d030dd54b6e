"""One aggregate awake: at-most-once commands, lost acknowledgements, strangers, snapshots and time travel."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from actors.shell import SNAPSHOT_EVERY, Shell, open_log, state_at
from bench.figures import Record
from events.character import CHARACTER
from events.errors import CommandReused, Conflict, Overtaken
from tests.people import creating, finds, playing

AVA = UUID(int=7)
COMMANDS = 500


def a_clock() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def command_id(*words: object) -> UUID:
    return uuid5(AVA, " ".join(map(str, words)))


@pytest.fixture(params=["sqlite", "postgres"])
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.db"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


def awake(url: str) -> Shell:
    return Shell(CHARACTER, AVA, open_log(url, create=True), a_clock)


def test_a_command_takes_effect_once(log_url: str) -> None:
    shell = awake(log_url)
    first = shell.handle(creating(), command_id("create"))
    again = awake(log_url).handle(creating(), command_id("create"))
    assert (first.repeated, again.repeated) == (False, True)
    assert again.version == first.version == shell.version


def test_a_repeated_command_with_another_payload_is_an_error(log_url: str) -> None:
    shell = awake(log_url)
    shell.handle(creating(), command_id("create"))
    with pytest.raises(CommandReused):
        shell.handle(creating("Zuri"), command_id("create"))


def test_a_refused_command_leaves_nothing(log_url: str) -> None:
    shell = awake(log_url)
    shell.handle(creating(), command_id("create"))
    with pytest.raises(Conflict):
        shell.handle(creating(), command_id("create again"))
    assert len(open_log(log_url).events(AVA)) == shell.version


def test_a_lost_acknowledgement_is_a_success(log_url: str) -> None:
    """Two shells of one character: the second one's copy of the state is old when the command comes again."""
    one, other = awake(log_url), awake(log_url)
    one.handle(creating(), command_id("create"))
    other.catch_up()
    one.handle(playing(1, finds("a lantern")), command_id("scene 1"))
    told = other.handle(playing(1, finds("a lantern")), command_id("scene 1"))
    assert told.repeated
    assert other.state.look.props == ("a lantern",)


def test_a_writer_that_lost_decides_once_more_and_knows_it(log_url: str) -> None:
    one, other = awake(log_url), awake(log_url)
    one.handle(creating(), command_id("create"))
    other.catch_up()
    one.handle(playing(1, finds("a lantern")), command_id("scene 1"))
    other.handle(playing(2, finds("a key")), command_id("scene 2"))
    assert other.lost_to_stranger and not one.lost_to_stranger
    assert other.state.look.props == ("a lantern", "a key")


def test_snapshot_and_tail_equal_the_full_fold(log_url: str) -> None:
    shell = awake(log_url)
    shell.handle(creating(), command_id("create"))
    for scene in range(SNAPSHOT_EVERY):
        shell.handle(playing(scene, finds(f"coin {scene}")), command_id(scene))
    log = open_log(log_url)
    assert log.snapshot(CHARACTER, AVA)[0] > 0
    assert awake(log_url).state == shell.state == CHARACTER.fold(log.events(AVA))


def test_every_past_version_can_be_shown(log_url: str) -> None:
    shell = awake(log_url)
    shell.handle(creating(), command_id("create"))
    versions = {shell.version: shell.state}
    for scene in range(1, 6):
        shell.handle(playing(scene, finds(f"coin {scene}")), command_id(scene))
        versions[shell.version] = shell.state
    log = open_log(log_url)
    assert all(state_at(CHARACTER, AVA, log, version) == state for version, state in versions.items())


def write_many(url: str, writer: int) -> None:
    shell = awake(url)
    for number in range(COMMANDS):
        send_until_accepted(shell, writer, number)


def send_until_accepted(shell: Shell, writer: int, number: int) -> None:
    while True:
        try:
            shell.handle(playing(number, finds(f"coin {writer}.{number}")), command_id(writer, number))
            return
        except Overtaken:
            continue


def test_two_writers(log_url: str, figure: Record) -> None:
    """Line main.7: 500 commands each on one character, from two processes."""
    awake(log_url).handle(creating(), command_id("create"))
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(log_url, writer)) for writer in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    recorded = open_log(log_url).recorded(AVA)
    store = log_url.partition(":")[0]
    contiguous = [r.version for r in recorded] == list(range(1, len(recorded) + 1))
    expected = {f"coin {writer}.{number}" for writer in range(2) for number in range(COMMANDS)}
    props = CHARACTER.fold(r.event for r in recorded).look.props
    once = sorted(props) == sorted(expected)
    figure("main.7", f"versions contiguous, two writers, {store}", len(recorded), "facts", "contiguous", contiguous)
    figure("main.7", f"commands with one effect, two writers, {store}", len(set(props)), "of 1000", "= 1000", once)
    assert contiguous and once
    assert [writer.exitcode for writer in writers] == [0, 0]
