"""Recall among ten thousand memories: how fast, and whether anything of somebody else ever comes along.

A hundred characters with a hundred memories each in three series and in none. The same sentences happen to many of
them, and each is asked for what others have lived through, in the others' very words.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np

from actors.remembering import answer
from actors.shell import open_log
from bench.figures import Record, recorder
from engines.text.minilm import MiniLM
from events.character import PlayScene, SceneGenerated
from events.log import Log
from events.look import SceneRef
from projections.memory import Memories
from projections.recall import Question

BOUND_MS = 50.0
WORLD = UUID(int=0x5EC)
SERIES = (None, *(uuid5(WORLD, f"series {number}") for number in range(3)))
WHEN = datetime(2026, 1, 1, tzinfo=UTC)

DID = """found|lost|buried|sold|burnt|hid|mended|stole|inherited|dropped|painted|bought back|gave away|dug up|won|broke
photographed|returned|forgot|swallowed""".replace("\n", "|").split("|")
WHAT = """a brass key|the torn map|her father's watch|a box of letters|the silver flute|an old camera|a loaf of bread
the blue lantern|a bag of coins|the wedding ring|a music box|the red umbrella|a stranger's passport|the broken radio
a wooden horse|the last photograph|a bottle of medicine|the captain's log|a pair of skates|the library book"""
WHERE = """behind the lighthouse|in the flooded archive|on the night train|at the fish market|under the piano
in the bank vault|on the rooftop|beside the canal|in the burning barn|at the border|in the hospital corridor
behind the altar|in the snow|on the ferry|in the wine cellar|at the railway station|in the desert|in the attic
at the funeral|in the lift"""


@dataclass(frozen=True)
class Told:
    """A memory as it was written into the log."""

    character: UUID
    series: UUID | None
    text: str


def sentences() -> list[str]:
    """8,000 things that can happen."""
    what, where = (words.replace("\n", "|").split("|") for words in (WHAT, WHERE))
    return [f"She {did} {thing} {place}." for did, thing, place in product(DID, what, where)]


def lives(characters: int, memories: int) -> list[Told]:
    """What happened to everybody. 1,009 and 7,919 are primes: neighbours share nothing, distant ones much."""
    known = sentences()
    return [
        Told(
            uuid5(WORLD, f"character {who}"),
            SERIES[number % len(SERIES)],
            known[(who * 1009 + number * 7919) % len(known)],
        )
        for who in range(characters)
        for number in range(memories)
    ]


def write_down(log: Log, told: list[Told]) -> None:
    """One command of as many scenes as somebody has lived through."""
    facts: dict[UUID, list[SceneGenerated]] = {}
    for memory in told:
        scenes = facts.setdefault(memory.character, [])
        number = len(scenes)
        scene = SceneRef(episode=uuid5(WORLD, f"episode {number // 15}"), scene=number % 15 + 1, series=memory.series)
        scenes.append(SceneGenerated(scene=scene, told=memory.text, hour=6.0 * number))
    for character, scenes in facts.items():
        command = PlayScene(scene=scenes[0].scene)
        log.append(character, 0, scenes, command, uuid5(character, "life"), WHEN)


def questions(told: list[Told], times: int) -> Iterator[Question]:
    """Everybody is asked for what happened to somebody else, in another series."""
    for number in range(times):
        asked, theirs = told[number * 7919 % len(told)], told[(number * 104_729 + 1) % len(told)]
        yield Question(character_id=asked.character, series_id=asked.series, query=theirs.text, upto=10_000)


def measure_recall(memories: Memories, log: Log, told: list[Told], times: int) -> tuple[list[float], int, int]:
    """Milliseconds of each recall, the query's own vector and a look at the log included; how many lines came to
    mind; how many of those were not lived through by that character in that series."""
    own = {(memory.character, memory.series, memory.text) for memory in told}
    took, lines, leaks = [], 0, 0
    for question in questions(told, times):
        began = time.perf_counter()
        (found,) = answer(memories, log, "recall", [question])
        took.append(1000 * (time.perf_counter() - began))
        lines += len(found)
        leaks += sum((question.character_id, question.series_id, r.memory.text) not in own for r in found)
        leaks += sum(
            (question.character_id, question.series_id) != (r.memory.character_id, r.memory.scene.series) for r in found
        )
    return took, lines, leaks


def record_recall(record: Record, told: list[Told], took: list[float], lines: int, leaks: int) -> tuple[bool, bool]:
    """The two figures of line identity.5; whether they are kept."""
    many = f"{len(told):,} memories of {len({memory.character for memory in told})} characters"
    p95 = float(np.percentile(took, 95))
    fast, tight = p95 <= BOUND_MS, lines > 0 and leaks == 0
    record("identity.5.p95", f"recall among {many}, {len(took)} questions", p95, "ms", f"<= {BOUND_MS:g}", fast)
    record("identity.5.leaks", f"lines of another character or series, among {many}", leaks, f"of {lines}", "0", tight)
    return fast, tight


OWNER = """
import json, sys, time
from pathlib import Path
import psutil
began = time.perf_counter()
from engines.text.minilm import MiniLM
from projections.memory import Memories
loaded = time.perf_counter()
with Memories(Path(sys.argv[1]), MiniLM()) as memories:
    opened = time.perf_counter()
    own = psutil.Process().memory_full_info().uss
print(json.dumps([loaded - began, opened - loaded, own / 2**20]))
"""


def owner_cost(folder: Path) -> tuple[float, float, float]:
    """Seconds to import, seconds to load the model and open the store, MiB of its own, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", OWNER, str(folder)], check=True, capture_output=True, text=True)
    imported, opened, own = json.loads(done.stdout)
    return imported, opened, own


def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="loraframe-bench-") as name:
        _measure(Path(name))


def _measure(folder: Path) -> None:
    record = recorder(measured_by="bench.recall")
    told = lives(characters=100, memories=100)
    log = open_log(f"sqlite:///{folder}/log.db", create=True)
    write_down(log, told)
    with Memories(folder / "memories.db", MiniLM()) as memories:
        began = time.perf_counter()
        memories.catch_up(log)
        rate = len(told) / (time.perf_counter() - began)
        record("identity.5", "memories read from the log and stored, a second", rate, "1/s", "", True)
        record_recall(record, told, *measure_recall(memories, log, told, times=400))
    imported, opened, own = owner_cost(folder / "memories.db")
    record("identity.5", "start of the owner: imports", imported, "s", "", True)
    record("identity.5", "start of the owner: model, store of 10,000 memories", opened, "s", "", True)
    record("identity.5", "memory of the owner with 10,000 memories open", own, "MiB", "", True)
