"""One owner of the memories: woken on first use, killed without loss, asleep when idle; and none where Ray is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
import ray
from ray.exceptions import RayActorError

from actors.remembering import OWNER, STORE, Remembrance, open_memories
from actors.residence import awake_actors, put_to_sleep
from actors.settings import Settings
from actors.shell import Shell, open_log
from engines.text.minilm import MiniLM
from events.character import CHARACTER, PlayScene
from events.errors import InUse
from events.look import SceneRef
from projections.memory import Memories
from projections.recall import Question
from tests.people import creating

AVA, SHOW = UUID(int=0xA), UUID(int=0xC)
FIRE = "Ava pulled the cat out of the burning barn."
LETTER = "A letter from her father lay under the floor."
ASKED = [Question(character_id=AVA, series_id=SHOW, query="dad wrote", upto=1000, lines=1)]


def settings(home: Path, **changes: Any) -> Settings:
    told = {"home": home, "database_url": f"sqlite:///{home}/log.db", "views_url": f"sqlite:///{home}/views.db"}
    return Settings.model_validate(told | changes)


@pytest.fixture
def home(tmp_path: Path) -> Any:
    open_log(f"sqlite:///{tmp_path}/log.db", create=True)
    live(tmp_path, FIRE)
    yield tmp_path
    if ray.is_initialized():
        put_to_sleep(OWNER, settings(tmp_path).namespace)


def live(home: Path, *told: str) -> None:
    shell = Shell(CHARACTER, AVA, open_log(f"sqlite:///{home}/log.db"))
    if not shell.version:
        shell.handle(creating(), uuid5(AVA, "create"))
    for text in told:
        number = shell.state.scenes + 1
        scene = SceneRef(episode=UUID(int=1), scene=number, series=SHOW)
        shell.handle(PlayScene(scene=scene, told=text), uuid5(AVA, str(number)))


def recalled(remembrance: Remembrance) -> list[str]:
    return [found.memory.text for (found,) in remembrance.recall(ASKED)]


def owner(home: Path) -> Any:
    return ray.get_actor(OWNER, namespace=settings(home).namespace)


@pytest.mark.usefixtures("ray_cluster")
def test_the_owner_reads_what_is_new_before_it_answers(home: Path) -> None:
    remembrance = Remembrance(settings(home))
    assert recalled(remembrance) == [FIRE]
    live(home, LETTER)
    assert recalled(remembrance) == [LETTER]
    assert awake_actors(settings(home).namespace) == [OWNER]


@pytest.mark.usefixtures("ray_cluster")
def test_a_killed_owner_loses_nothing(home: Path) -> None:
    remembrance = Remembrance(settings(home))
    assert recalled(remembrance) == [FIRE]
    os.kill(ray.get(owner(home).process_id.remote()), signal.SIGKILL)
    assert remembrance.nearest_faces([[1.0, 0.0]], 1, "test") == [[(AVA, "front_neutral", 1.0)]]
    assert remembrance.rebuild() == remembrance.catch_up() + len(open_log(f"sqlite:///{home}/log.db").recorded(AVA))


@pytest.mark.usefixtures("ray_cluster")
def test_an_idle_owner_lets_go_of_the_store(home: Path) -> None:
    remembrance = Remembrance(settings(home, idle_seconds=1.0))
    assert recalled(remembrance) == [FIRE]
    asleep = owner(home)
    with pytest.raises(RayActorError):
        while True:  # asking for its process does not keep it awake
            ray.get(asleep.process_id.remote(), timeout=30)
    with Memories(home / STORE, MiniLM()) as memories:
        assert memories.recall(ASKED) != [[]]


@pytest.mark.usefixtures("ray_cluster")
def test_while_it_is_open_elsewhere_the_owner_says_so(home: Path) -> None:
    remembrance = Remembrance(settings(home), patience=0.0)
    with Memories(home / STORE, MiniLM()), pytest.raises(InUse, match="is open in another process"):
        remembrance.catch_up()
    assert recalled(remembrance) == [FIRE]


@pytest.mark.usefixtures("ray_cluster")
def test_the_owner_waits_for_who_has_it_open_and_lets_go_soon(home: Path) -> None:
    remembrance = Remembrance(settings(home), patience=60.0)
    with ThreadPoolExecutor(1) as other:
        with Memories(home / STORE, MiniLM()):
            waiting = other.submit(remembrance.recall, ASKED)
        assert waiting.result() != [[]]
    with open_memories(settings(home), patience=60.0) as memories:  # though the owner is awake
        assert memories.recall(ASKED) != [[]]


@pytest.mark.usefixtures("ray_cluster")
def test_a_server_is_followed_by_the_owner_and_searched_here(home: Path, milvus_server: tuple[str, Path]) -> None:
    remembrance = Remembrance(settings(home, milvus_uri=milvus_server[0]))
    assert recalled(remembrance) == [FIRE]
    live(home, LETTER)
    assert recalled(remembrance) == [LETTER]
    assert remembrance.nearest_faces([[1.0, 0.0]], 1, "test") == [[(AVA, "front_neutral", 1.0)]]
    remembrance.close()
    assert not (home / STORE).exists()


ALONE = """
import sys
from pathlib import Path
from tests.test_remembering import AVA, ASKED, Remembrance, recalled, settings
remembrance = Remembrance(settings(Path(sys.argv[1])))
print(recalled(remembrance), remembrance.catch_up(), remembrance.nearest_faces([[1.0, 0.0]], 1, "test")[0][0][1:])
"""


def test_without_ray_whoever_asks_opens_the_store_itself(home: Path) -> None:
    """In a process of its own; and it writes nothing else to the terminal."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", ALONE, str(home)], capture_output=True, text=True)
    assert (done.stderr, done.stdout.strip()) == ("", f"{[FIRE]} 0 ('front_neutral', 1.0)")


def test_who_only_wakes_does_not_load_milvus() -> None:
    script = (
        "import sys, actors.remembering; print([m for m in ('pymilvus', 'faiss', 'tokenizers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
