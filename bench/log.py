"""The log beside the ``eventsourcing`` library's own aggregate, on the same SQLite recorder in the same run."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from actors.shell import SNAPSHOT_EVERY, Shell, open_log
from bench.figures import recorder
from events.character import CHARACTER, Character, CharacterCreated, PlayScene
from events.log import Log
from events.look import LocationChanged, SceneRef

COMMANDS = 3_000
BLOCK = 100
"""Commands that one side writes before it is the other's turn."""
HISTORY = 10_000
ROUNDS = 7

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
SCENE = SceneRef(episode=UUID(int=1), scene=1)
AVA = UUID(int=7)


class LibraryCharacter(Aggregate):
    """The same character as the library's classic aggregate would have it."""

    @event("Created")
    def __init__(self) -> None:
        self.location = ""

    @event("LocationChanged")
    def move(self, location: str, episode: UUID, scene: int) -> None:
        self.location = location


def library(folder: Path) -> Application[UUID]:
    folder.mkdir()
    database = str(folder / "library.db")
    return Application({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": database})


def created(log: Log, aggregate_id: UUID) -> UUID:
    ava = CharacterCreated(name="Ava", slug="ava", consent_by="the benchmark", consent_on=WHEN.date())
    log.append(aggregate_id, 0, [ava], _command(0), uuid5(aggregate_id, "create"), WHEN)
    return aggregate_id


def _command(number: int) -> PlayScene:
    return PlayScene(scene=SCENE.replaced(scene=number))


def _fact(number: int) -> LocationChanged:
    return LocationChanged(location=f"place {number}", scene=SCENE)


def cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


# ---------------------------------------------------------------- appending


def append_seconds(folder: Path) -> tuple[float, float]:
    """Processor seconds for one command with one fact: (library, ours), the median of interleaved blocks."""
    app, log = library(folder), open_log(f"sqlite:///{folder}/log.db", create=True)
    theirs, ours = LibraryCharacter(), created(log, AVA)
    app.save(theirs)
    times: dict[str, list[float]] = {"library": [], "ours": []}
    for first in range(0, COMMANDS, BLOCK):
        numbers = range(first, first + BLOCK)
        times["library"].append(cpu(lambda n=numbers: _save(app, theirs, n)))
        times["ours"].append(cpu(lambda n=numbers: _append(log, ours, n)))
    return median(times["library"]) / BLOCK, median(times["ours"]) / BLOCK


def _save(app: Application[UUID], character: LibraryCharacter, numbers: range) -> None:
    for number in numbers:
        character.move(f"place {number}", SCENE.episode, SCENE.scene)
        app.save(character)


def _append(log: Log, aggregate_id: UUID, numbers: range) -> None:
    for number in numbers:
        command_id = uuid5(aggregate_id, str(number))
        log.append(aggregate_id, number + 1, [_fact(number)], _command(number), command_id, WHEN)


# ---------------------------------------------------------------- folding


def fold_seconds(folder: Path) -> tuple[float, float]:
    """Processor seconds to fold a long history: (library, ours)."""
    app, log = library(folder), open_log(f"sqlite:///{folder}/log.db", create=True)
    theirs, ours = LibraryCharacter(), long_history(log, AVA, HISTORY)
    for number in range(HISTORY - 1):
        theirs.move(f"place {number}", SCENE.episode, SCENE.scene)
    app.save(theirs)

    def folded() -> Character:
        return CHARACTER.fold(log.stream(ours))

    assert folded().look.location == app.repository.get(theirs.id).location  # type: ignore[attr-defined]
    return _interleaved(lambda: app.repository.get(theirs.id), folded)


def long_history(log: Log, aggregate_id: UUID, facts: int) -> UUID:
    created(log, aggregate_id)
    moved = [_fact(number) for number in range(facts - 1)]
    log.append(aggregate_id, 1, moved, _command(1), uuid5(aggregate_id, "moved"), WHEN)
    return aggregate_id


def _interleaved(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    times = [(cpu(one), cpu(other)) for _ in range(ROUNDS)]
    return median(first for first, _ in times), median(second for _, second in times)


# ---------------------------------------------------------------- waking


WAKE = """
import sys
from uuid import UUID
from actors.shell import AGGREGATES, Shell, open_log
Shell(AGGREGATES["character"], UUID(sys.argv[2]), open_log(sys.argv[1]))
"""
SHORT, LONG = UUID(int=10), UUID(int=11)


def two_characters(url: str) -> None:
    """One with 10 facts; one with 10,000, of which half a snapshot's distance is behind its snapshot."""
    log = open_log(url, create=True)
    tail = SNAPSHOT_EVERY // 2
    long_history(log, SHORT, 10)
    kept = Shell(CHARACTER, long_history(log, LONG, HISTORY - tail), log).version  # the first waking keeps the snapshot
    log.append(LONG, kept, [_fact(number) for number in range(tail)], _command(2), uuid5(LONG, "tail"), WHEN)
    assert Shell(CHARACTER, LONG, log).version == HISTORY


def wake_in_new_process(url: str) -> tuple[float, float]:
    """Processor seconds until a character is awake in a process of its own, imports included: (short, long)."""

    def waking(aggregate_id: UUID) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", WAKE, url, str(aggregate_id)], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    times = [(waking(SHORT), waking(LONG)) for _ in range(ROUNDS)]
    return median(short for short, _ in times), median(long for _, long in times)


def wake_here(url: str, times: int = 20) -> tuple[float, float]:
    """The same in a process that has everything loaded: what folding adds, per waking."""
    log = open_log(url)

    def waking(aggregate_id: UUID) -> Callable[[], object]:
        return lambda: [Shell(CHARACTER, aggregate_id, log) for _ in range(times)]

    short, long = _interleaved(waking(SHORT), waking(LONG))
    return short / times, long / times


def measure() -> None:
    """Append, fold and waking, each beside what it is compared with."""
    with tempfile.TemporaryDirectory(prefix="loraframe-bench-") as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    record = recorder(measured_by="bench.log")
    library_s, ours_s = append_seconds(folder / "append")
    ratio = library_s / ours_s
    record("main.9", "append: our rate / the library's", ratio, "ratio", ">= 0.9", ratio >= 0.9)
    library_s, ours_s = fold_seconds(folder / "fold")
    ratio = library_s / ours_s
    record("main.9", f"fold of {HISTORY:,} facts: our rate / the library's", ratio, "ratio", ">= 3", ratio >= 3)
    url = f"sqlite:///{folder}/waking.db"
    two_characters(url)
    short, long = wake_in_new_process(url)
    what = f"waking a character with {HISTORY:,} facts / one with 10, a process each"
    record("main.9", what, long / short, "ratio", "<= 1.2", long <= 1.2 * short)
    _, long = wake_here(url)
    what = f"waking a character with {HISTORY:,} facts where all is loaded"
    record("main.9", what, 1000 * long, "ms", "<= 5", long <= 0.005)
