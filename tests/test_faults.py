"""Everything that can die is killed while an episode is made; `episode resume` goes on, and the log is whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import numpy as np
import psutil
import pytest

from actors.settings import Settings
from actors.shell import state_at
from actors.studio import Studio
from bench.figures import Record
from events.character import SceneGenerated
from events.episode import Episode
from events.episode_facts import TakeAccepted, TakeRendered, TakeRequested
from events.log import Entry
from events.production import EPISODE
from media.inspection import inspect

CAST = Path(__file__).parent.parent / "samples" / "cast"
PROCESSES = {
    "character": "ray::Resident",
    "director": "ray::EpisodeDirector",
    "worker": "ray::ServeReplica",
}
"""How the victims' processes are called."""
VICTIMS = (*PROCESSES, "ray")
MOST_RUNS = 60
FACTS = 18
"""Facts that every scene has at least: the moments for killing are spread over them."""


@pytest.mark.parametrize(
    ("kills", "seconds"),
    [pytest.param(5, 30, id="short"), pytest.param(20, 60, id="full", marks=pytest.mark.long)],
)
def test_an_episode_survives_what_is_killed(kills: int, seconds: int, tmp_path: Path, figure: Record) -> None:
    """Line main.5."""
    production = Production(tmp_path, seconds)
    killed = production.film(kills, np.random.default_rng(kills))
    entries = list(production.log.entries())
    figure("main.5", f"kills survived, {seconds} s episode", sum(killed.values()), "kills", f"= {kills}", True)
    assert sum(killed.values()) == kills and set(killed) == set(VICTIMS), killed
    assert production.state.delivered
    assert inspect(production.film_file).frozen == ()

    faults = {
        "takes rendered again after acceptance": rendered_after_acceptance(entries),
        "events doubled": doubled(entries),
        "gaps in versions": gaps(entries),
        "scenes told twice": told_twice(entries),
    }
    for what, found in faults.items():
        figure("main.5", f"{what}, {seconds} s episode", len(found), "", "= 0", not found)
    assert not any(faults.values()), faults


class Production:
    """An episode in a home of its own, made by the command line as a user would."""

    def __init__(self, home: Path, seconds: int) -> None:
        self.environ = {
            **os.environ,
            "LORAFRAME_HOME": str(home),
            "LORAFRAME_ENGINES": "video=slate",
            "LORAFRAME_SPEECH_WORKERS": "1",
        }
        with Studio(Settings.from_env(self.environ)) as studio:
            studio.import_character(CAST / "ava")
            studio.import_character(CAST / "kairo")
            self.episode_id: UUID = studio.request_episode("Ava finds a map.", ["ava", "kairo"], seconds)
            self.assets, self.log = studio.assets, studio.log

    @property
    def state(self) -> Episode:
        return state_at(EPISODE, self.episode_id, self.log)

    @property
    def film_file(self) -> Path:
        state = self.state
        assert state.cut
        return self.assets.path(state.cut.film)

    def film(self, kills: int, chance: np.random.Generator) -> Counter[str]:
        """Resume until it is delivered, killing on the way; every kind of victim has its turn."""
        victims = [VICTIMS[number % len(VICTIMS)] for number in chance.permutation(kills)]
        moments = sorted(chance.integers(2, FACTS * self.scenes_expected(), kills))
        killed: Counter[str] = Counter()
        for _ in range(MOST_RUNS):
            self.run(list(zip(moments, victims, strict=True))[sum(killed.values()) :], killed)
            assert not self.state.failed, self.state.failed
            if self.state.delivered:
                return killed
        raise AssertionError(f"Not delivered after {MOST_RUNS} runs: {killed}")

    def scenes_expected(self) -> int:
        request = self.state.request
        assert request
        return round(request.seconds / 20)

    def run(self, plan: list[tuple[int, str]], killed: Counter[str]) -> None:
        """One `episode resume`; returns when it has ended, by itself or because all of Ray was killed."""
        command = [sys.executable, "-m", "drivers.cli", "episode", "resume", str(self.episode_id), "--json"]
        process = psutil.Popen(command, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for moment, victim in plan:
                self.wait_for(process, moment, victim)
                killed[victim] += kill(process, victim)
                if process.poll() is not None:
                    return
            process.wait()
        finally:
            kill(process, "ray")

    def wait_for(self, process: psutil.Popen, moment: int, victim: str) -> None:
        """Until the episode has so many facts and the victim lives, or the process has ended."""
        while len(self.log.events(self.episode_id)) < moment or not alive(process, victim):
            try:
                process.wait(timeout=0.05)
                return
            except psutil.TimeoutExpired:
                continue


def alive(process: psutil.Popen, victim: str) -> list[psutil.Process]:
    try:
        children = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    if victim == "ray":
        return children
    return [child for child in children if title(child).startswith(PROCESSES[victim])]


def title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def kill(process: psutil.Popen, victim: str) -> int:
    """Kill -9 one victim, or the driver with all of its Ray; how many victims were hit."""
    targets = alive(process, victim)
    if not targets:
        return 0
    chosen = [*targets, process] if victim == "ray" else targets[:1]
    for target in chosen:
        with suppress(psutil.NoSuchProcess):
            target.kill()
    psutil.wait_procs(chosen)
    return 1


# ---------------------------------------------------------------- what must not be in the log


def rendered_after_acceptance(entries: list[Entry]) -> list[str]:
    accepted: dict[str, str] = {}
    again = []
    for event in (entry.recorded.event for entry in entries):
        match event:
            case TakeAccepted():
                accepted[event.take_id] = accepted[event.shot_id] = event.take_id
            case TakeRendered() if event.take_id in accepted:
                again.append(event.take_id)
            case TakeRequested() if event.shot_id in accepted:
                again.append(event.take_id)
    return again


def doubled(entries: list[Entry]) -> list[UUID]:
    return [event_id for event_id, times in Counter(e.recorded.event_id for e in entries).items() if times > 1]


def gaps(entries: list[Entry]) -> list[UUID]:
    def versions(aggregate: UUID) -> Iterator[int]:
        return (e.recorded.version for e in entries if e.aggregate_id == aggregate)

    aggregates = {entry.aggregate_id for entry in entries}
    return [a for a in aggregates if list(versions(a)) != list(range(1, len(list(versions(a))) + 1))]


def told_twice(entries: list[Entry]) -> list[object]:
    told = Counter(
        (e.aggregate_id, e.recorded.event.scene) for e in entries if isinstance(e.recorded.event, SceneGenerated)
    )
    return [scene for scene, times in told.items() if times > 1]
