"""Characters as Ray actors: woken on first use, killed without loss, asleep when idle, never more than the cap."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
import ray
from ray.exceptions import RayActorError

from actors.residence import Residence, awake_actors, put_to_sleep
from actors.settings import Settings
from actors.shell import open_log, state_at
from events.character import CHARACTER, Character
from events.errors import Conflict
from events.ledger import LEDGER, LEDGER_ID
from tests.people import creating, finds, playing

pytestmark = pytest.mark.usefixtures("ray_cluster")


def settings(home: Path, **changes: Any) -> Settings:
    told = {"home": home, "database_url": f"sqlite:///{home}/log.db", "views_url": f"sqlite:///{home}/views.db"}
    return Settings.model_validate(told | changes)


@pytest.fixture
def home(tmp_path: Path) -> Any:
    open_log(f"sqlite:///{tmp_path}/log.db", create=True)
    yield tmp_path
    for name in awake(tmp_path):
        put_to_sleep(name, settings(tmp_path).namespace)


def awake(home: Path) -> list[str]:
    return awake_actors(settings(home).namespace)


def somebody(number: int) -> UUID:
    return uuid5(UUID(int=0), f"somebody {number}")


def handle_of(home: Path, character_id: UUID) -> Any:
    return ray.get_actor(f"character:{character_id}", namespace=settings(home).namespace)


def now_in_log(home: Path, character_id: UUID) -> Character:
    return state_at(CHARACTER, character_id, open_log(f"sqlite:///{home}/log.db"))


def test_a_character_wakes_on_first_use(home: Path) -> None:
    residence = Residence(settings(home))
    ava = somebody(1)
    assert awake(home) == []
    told = residence.tell("character", ava, creating(), uuid5(ava, "create"))
    assert awake(home) == [f"character:{ava}"]
    assert now_in_log(home, ava) == CHARACTER.fold(told.events)


def test_a_refusal_is_the_domain_s_own_error(home: Path) -> None:
    residence = Residence(settings(home))
    ava = somebody(2)
    residence.tell("character", ava, creating(), uuid5(ava, "create"))
    with pytest.raises(Conflict, match="There is a character 'Ava' already"):
        residence.tell("character", ava, creating(), uuid5(ava, "create again"))


def test_a_killed_character_loses_nothing(home: Path) -> None:
    residence = Residence(settings(home))
    ava = somebody(3)
    residence.tell("character", ava, creating(), uuid5(ava, "create"))
    for scene in range(3):
        os.kill(ray.get(handle_of(home, ava).process_id.remote()), signal.SIGKILL)
        residence.tell("character", ava, playing(scene, finds(f"coin {scene}")), uuid5(ava, f"scene {scene}"))
    assert now_in_log(home, ava).look.props == ("coin 0", "coin 1", "coin 2")


def test_an_idle_character_falls_asleep_and_wakes_as_it_was(home: Path) -> None:
    residence = Residence(settings(home, idle_seconds=0.2))
    ava = somebody(4)
    residence.tell("character", ava, creating(), uuid5(ava, "create"))
    ava_actor = handle_of(home, ava)
    with pytest.raises(RayActorError):
        while True:  # asking for its state does not keep it awake
            ray.get(ava_actor.state.remote(), timeout=30)
    residence.tell("character", ava, playing(1, finds("a key")), uuid5(ava, "scene"))
    assert now_in_log(home, ava).look.props == ("a key",)


def test_no_more_are_awake_than_the_cap(home: Path) -> None:
    residence = Residence(settings(home, awake_characters=2))
    for number in range(10, 14):
        residence.tell("character", somebody(number), creating(), uuid5(somebody(number), "create"))
        assert len(awake(home)) <= 2
    assert all(now_in_log(home, somebody(number)).name for number in range(10, 14))


def test_without_a_ray_threads_of_one_process_do_not_lose_each_other_s_commands(tmp_path: Path) -> None:
    url = settings(tmp_path).database_url
    open_log(url, create=True)
    subprocess.run([sys.executable, "-c", EIGHT_THREADS, str(tmp_path), url], check=True)
    assert len(state_at(LEDGER, LEDGER_ID, open_log(url)).held) == 40


EIGHT_THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4
from actors.residence import Residence
from actors.settings import Settings
from events.ledger import LEDGER_ID, Purchase, ReserveCost

residence = Residence(Settings(home=sys.argv[1], database_url=sys.argv[2], views_url=sys.argv[2]))
call = Purchase(
    purchase_id="0", stage="video", engine="it", account="it", project=UUID(int=0), dollars=1, by=UUID(int=0)
)

def buy(number):
    command = ReserveCost(purchase=call.replaced(purchase_id=str(number)))
    residence.tell("ledger", LEDGER_ID, command, uuid4())

with ThreadPoolExecutor(8) as threads:
    list(threads.map(buy, range(40)))
"""
