"""Many characters in one log: what it costs to make them, to wake one, and to keep one awake."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid5

import psutil
import ray

from actors.residence import Residence, awake_actors, put_to_sleep
from actors.settings import Settings
from actors.shell import Shell, open_log, state_at
from bench.figures import Record, recorder
from events.character import CHARACTER, Calibration, CreateCharacter, Identity, PlayScene, Reference
from events.log import Log
from events.look import SceneRef
from events.script import Change, ChangeKind
from projections.views import Views

CHARACTERS, FACTS = 1_000, 50
CAP, WAKINGS = 8, 60
MOODS = ("tense", "calm", "sad", "joyful")
IDENTITY = Identity(
    embedder="bench", vectors=((1.0, 0.0),), calibration=Calibration(stranger=0.4, weakest=0.5, median=0.65)
)


def somebody(number: int) -> UUID:
    return uuid5(UUID(int=0), f"somebody {number}")


def settings(home: Path, **changes: Any) -> Settings:
    return Settings.from_env({"LORAFRAME_HOME": str(home)}).model_copy(update=changes)


def creating(number: int) -> CreateCharacter:
    return CreateCharacter(
        name=f"Somebody {number}",
        slug=f"somebody-{number}",
        consent_by="the benchmark",
        consent_on="2026-01-01",
        references=(Reference(view="front", uri="asset://" + f"{number:064x}"),),
        identity=IDENTITY,
        voice="af_heart",
    )


def finding(thing: str, scene: int) -> PlayScene:
    """A scene in which a thing is found."""
    found = Change(kind=ChangeKind.PROP_GAINED, character="", what=thing)
    return PlayScene(scene=SceneRef(episode=UUID(int=1), scene=scene), changes=(found,))


def live(log: Log, number: int, facts: int) -> None:
    """Create one and let it live through scenes until its log has about so many facts."""
    character_id = somebody(number)
    shell = Shell(CHARACTER, character_id, log)
    shell.handle(creating(number), uuid5(character_id, "create"))
    while shell.version < facts:
        shell.handle(finding(f"thing {shell.version}", shell.version), uuid5(character_id, str(shell.version)))


def populate(home: Path, characters: int, facts: int) -> float:
    """Make them all in a new log; how many seconds each took."""
    log = open_log(settings(home).database_url, create=True)
    started = time.perf_counter()
    for number in range(characters):
        live(log, number, facts)
    return (time.perf_counter() - started) / characters


def wake(residence: Residence, number: int, scene: int) -> float:
    """Seconds until somebody who may sleep has taken a command."""
    started = time.perf_counter()
    command_id = uuid5(somebody(number), f"woken {scene}")
    residence.tell("character", somebody(number), finding(f"late thing {scene}", 1000 + scene), command_id)
    return time.perf_counter() - started


def visit(home: Path, characters: int, cap: int, wakings: int) -> tuple[list[float], list[int], list[float]]:
    """Wake one after the other, at random: seconds of each waking, how many were awake after each, and the memory of
    those awake at the end in MB (proportional set size)."""
    told = settings(home, awake_characters=cap, idle_seconds=600.0)
    residence, chance = Residence(told), random.Random(7)
    numbers = chance.sample(range(characters), wakings)
    took, awake = [], []
    for scene, number in enumerate(numbers):
        took.append(wake(residence, number, scene))
        awake.append(len(awake_actors(told.namespace)))
    handles = [ray.get_actor(name, namespace=told.namespace) for name in awake_actors(told.namespace)]
    memory = [
        psutil.Process(at).memory_full_info().pss / 2**20 for at in ray.get([h.process_id.remote() for h in handles])
    ]
    for name in awake_actors(told.namespace):
        put_to_sleep(name, told.namespace)
    return took, awake, memory


# ---------------------------------------------------------------- races


def race(home: Path, characters: int, races: int, seed: int = 1) -> list[str]:
    """Tell characters things while they are put to sleep at the same moment; what was lost, doubled or out of order."""
    told = settings(home, awake_characters=characters)
    log = open_log(told.database_url, create=True)
    residence, chance = Residence(told), random.Random(seed)
    things: dict[int, list[str]] = {number: [] for number in range(characters)}
    for number in things:
        residence.begin("character", somebody(number), creating(number), uuid5(somebody(number), "create"))
    for scene in range(races):
        number = chance.randrange(characters)
        sleeper = threading.Thread(target=put_to_sleep, args=(f"character:{somebody(number)}", told.namespace))
        sleeper.start()
        thing = f"thing {scene}"
        command_id = uuid5(somebody(number), thing)
        residence.tell("character", somebody(number), finding(thing, scene), command_id)
        sleeper.join()
        things[number].append(thing)
    return list(_losses(things, log))


def _losses(things: dict[int, list[str]], log: Log) -> Iterator[str]:
    for number, expected in things.items():
        found = state_at(CHARACTER, somebody(number), log)
        if list(found.look.props) != expected or found.scenes != len(expected):
            yield f"{number}: {found.scenes} scenes, {found.look.props} instead of {expected}"


# ---------------------------------------------------------------- the figures


def report(home: Path, record: Record, characters: int, facts: int, cap: int, wakings: int) -> None:
    """Record what ``characters`` of ``facts`` cost, with at most ``cap`` of them awake."""
    each = populate(home, characters, facts)
    log = open_log(settings(home).database_url)
    shown = len(Views(settings(home).views_url, log).characters())
    whole = shown == characters and all(
        state_at(CHARACTER, somebody(n), log).scenes > 0 for n in range(0, characters, max(1, characters // 50))
    )
    what = f"{characters} characters × {facts} facts made by the log alone, Ray asked for"
    record("identity.6", what, 0 if whole else -1, "actors", "= 0", whole)
    record("identity.6", "making one of them", 1000 * each, "ms", "", True)
    took, awake, memory = visit(home, characters, cap, wakings)
    record(
        "identity.6", f"most awake at once under a cap of {cap}", max(awake), "actors", f"<= {cap}", max(awake) <= cap
    )
    p95 = quantiles(took, n=20)[-1]
    record("identity.6", f"waking one of {characters}, 95th percentile of {wakings}", p95, "s", "<= 5", p95 <= 5)
    most = max(memory)
    record("identity.6", "memory of an awake actor (PSS)", most, "MB", "<= 120", most <= 120)


def measure() -> None:
    """Record the line identity.6 but for its races (``tests/test_crowd.py``)."""
    ray.init(num_cpus=2, namespace="loraframe", include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        with tempfile.TemporaryDirectory(prefix="loraframe-crowd-") as folder:
            report(Path(folder), recorder("bench.characters"), CHARACTERS, FACTS, CAP, WAKINGS)
    finally:
        ray.shutdown()
