"""Memories and faces in Milvus: embedded and on a server, the same."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np
import psutil
import pytest

from actors.shell import Shell, open_log
from engines.face.onnx import Faces
from engines.text.minilm import MiniLM
from events.character import CHARACTER, EraseCharacter, MeasureIdentity, PlayScene
from events.errors import StorageError
from events.log import Log
from events.look import SceneRef
from events.memories import TOLD
from events.mentions import mention
from events.script import Change, ChangeKind
from projections.memory import Memories
from projections.recall import Question, Recalled
from projections.vectors import Shape, Vectors
from tests.people import IDENTITY, creating

AVA, KAIRO, LIGHTS, STORMS = (UUID(int=number) for number in (0xA, 0xB, 0xC, 0xD))
PILOT = UUID(int=1)
FIRE = "Ava pulled the cat out of the burning barn."
LETTER = "A letter from her father lay under the floor."
STORM = "The storm took the boat and the pier."
MARK = "Kairo whispered the word zyxomma-4711 to the ferryman."


class SecondMiniLM(MiniLM):
    """Another version of the model."""

    name = "minilm-l6-int8-2"


@dataclass(frozen=True)
class Home:
    """Where one test keeps its memories, and the folder in which the files are."""

    place: Path | str
    prefix: str
    files: Path

    def open(self, engine: MiniLM | None = None) -> Memories:
        return Memories(self.place, engine or MiniLM(), prefix=self.prefix)


@pytest.fixture(params=["embedded", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path, numbers: Iterator[int]) -> Home:
    if request.param == "embedded":
        return Home(tmp_path / "memories.db", "", tmp_path / "memories.db")
    uri, folder = request.getfixturevalue("milvus_server")
    return Home(uri, f"test_{next(numbers)}_", folder)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return open_log(f"sqlite:///{tmp_path}/log.db", create=True)


def live(log: Log, character_id: UUID, *told: str, series: UUID | None = LIGHTS, hours: float = 6.0) -> None:
    """The character plays these scenes, one after the other."""
    shell = Shell(CHARACTER, character_id, log)
    if not shell.version:
        shell.handle(creating("Ava" if character_id == AVA else "Kairo"), uuid5(character_id, "create"))
    for text in told:
        number = shell.state.scenes + 1
        scene = SceneRef(episode=PILOT, scene=number, series=series)
        shell.handle(PlayScene(scene=scene, told=text, hours=hours), uuid5(character_id, f"{series} {number}"))


def erase(log: Log, character_id: UUID) -> None:
    Shell(CHARACTER, character_id, log).handle(EraseCharacter(), uuid5(character_id, "erase"))
    log.forget(character_id)


def ask(memories: Memories, query: str, character_id: UUID = AVA, **more: object) -> list[Recalled]:
    told = {"series_id": LIGHTS, "upto": 1000} | more
    (found,) = memories.recall([Question(character_id=character_id, query=query, **told)])
    return found


def texts(found: Sequence[Recalled]) -> list[str]:
    return [recalled.memory.text for recalled in found]


# ---------------------------------------------------------------- following


def test_what_happened_comes_to_mind_with_its_scene(home: Home, log: Log) -> None:
    live(log, AVA, FIRE, LETTER, STORM)
    with home.open() as memories:
        memories.catch_up(log)
        best = ask(memories, "What did dad write?")[0]
        assert best.line(episode=2) == f"episode 2 scene 2: {LETTER}"
        assert (best.memory.hour, best.memory.scene.series) == (12.0, LIGHTS)


def test_before_anything_was_read_nothing_comes_to_mind(home: Home) -> None:
    with home.open() as memories:
        assert ask(memories, FIRE) == []
        assert memories.nearest_faces([[1.0, 0.0]], 5, "test") == [[]]


def test_reopened_it_goes_on_where_it_was(home: Home, log: Log) -> None:
    live(log, AVA, FIRE)
    with home.open() as memories:
        memories.catch_up(log)
    live(log, AVA, LETTER)
    with home.open() as memories:
        assert texts(ask(memories, FIRE)) == [FIRE]
        assert memories.catch_up(log) == 2  # time passed, and a scene
        assert memories.catch_up(log) == 0
        assert texts(ask(memories, LETTER)) == [LETTER, FIRE]


def test_small_steps_and_a_rebuild_lead_to_the_same_rows(home: Home, log: Log) -> None:
    with home.open() as memories:
        for text in (FIRE, LETTER, STORM):
            live(log, AVA, text)
            live(log, KAIRO, text, series=STORMS)
            memories.catch_up(log)
        before, found = memories.dump(), ask(memories, "water")
        assert len(before["memories_minilm_l6_int8_1"]) == 8  # six scenes and two summaries
        memories.rebuild(log)
        assert memories.dump() == before
        assert ask(memories, "water") == found


def test_facts_that_two_followers_read_are_kept_once(
    milvus_server: tuple[str, Path], numbers: Iterator[int], log: Log
) -> None:
    home = Home(milvus_server[0], f"test_{next(numbers)}_", milvus_server[1])
    live(log, AVA, FIRE)
    with home.open() as first:
        first.catch_up(log)
        with home.open() as second:
            live(log, AVA, LETTER)
            assert (first.catch_up(log), second.catch_up(log)) == (2, 2)
            assert texts(ask(second, LETTER)) == [LETTER, FIRE]


def test_another_model_has_memories_of_its_own(home: Home, log: Log) -> None:
    live(log, AVA, FIRE)
    with home.open() as memories:
        memories.catch_up(log)
    with home.open(SecondMiniLM()) as memories:
        assert memories.catch_up(log) == len(log.recorded(AVA))
        assert list(memories.dump()) == ["memories_minilm_l6_int8_2", "faces_test_2"]
    with home.open() as memories:
        assert memories.catch_up(log) == 0


def test_others_are_mentioned_by_id(home: Home, log: Log) -> None:
    live(log, AVA, f"She danced with {mention(KAIRO)} in the kitchen.")
    with home.open() as memories:
        memories.catch_up(log)
        (danced,) = ask(memories, f"dancing with {mention(KAIRO)}")
        assert danced.line(1) == f"episode 1 scene 1: She danced with {mention(KAIRO)} in the kitchen."
        assert ask(memories, f"dancing with {mention(KAIRO)}", tokens=16) == [danced]  # a name counts as one word


def test_a_text_longer_than_a_field_is_cut(home: Home, log: Log) -> None:
    live(log, AVA, "ä" * 40_000)
    with home.open() as memories:
        memories.catch_up(log)
        assert texts(ask(memories, "ä", tokens=100_000)) == ["ä" * 32_767]


# ---------------------------------------------------------------- whose, and from when


def test_nothing_of_another_character_or_series_is_recalled(home: Home, log: Log) -> None:
    live(log, AVA, FIRE)
    live(log, AVA, STORM, series=STORMS)
    live(log, AVA, "Ava bought a loaf of bread.", series=None)
    live(log, KAIRO, LETTER)
    with home.open() as memories:
        memories.catch_up(log)
        assert texts(ask(memories, LETTER)) == [FIRE]
        assert texts(ask(memories, FIRE, series_id=STORMS))[0] == STORM
        assert texts(ask(memories, FIRE, series_id=None)) == ["Ava bought a loaf of bread."]
        assert texts(ask(memories, FIRE, KAIRO)) == [LETTER]


def test_what_is_told_later_than_the_limit_is_not_known_yet(home: Home, log: Log) -> None:
    live(log, AVA, FIRE)
    limit = Shell(CHARACTER, AVA, log).version
    with home.open() as memories:
        memories.catch_up(log)
        before = ask(memories, LETTER, upto=limit)
        live(log, AVA, LETTER)
        memories.catch_up(log)
        assert ask(memories, LETTER, upto=limit) == before
        assert texts(ask(memories, LETTER, upto=limit + 2)) == [LETTER, FIRE]


# ---------------------------------------------------------------- faces


def test_only_the_kinds_that_are_asked_for_come_to_mind(home: Home, log: Log) -> None:
    shell = Shell(CHARACTER, AVA, log)
    shell.handle(creating("Ava"), uuid5(AVA, "create"))
    burn = Change(kind=ChangeKind.INJURY, character="ava", what="burn", where="left cheek")
    scene = SceneRef(episode=PILOT, scene=1, series=LIGHTS)
    told = PlayScene(scene=scene, told="A lamp burst in her face.", changes=(burn,))
    shell.handle(told, uuid5(AVA, "burnt"))
    with home.open() as memories:
        memories.catch_up(log)
        assert {found.memory.kind for found in ask(memories, "a burn on the cheek")} == {"scene", "injury"}
        assert [found.memory.kind for found in ask(memories, "a burn on the cheek", kinds=TOLD)] == ["scene"]


def test_a_face_finds_whose_it_is(home: Home, log: Log) -> None:
    rng = np.random.default_rng(1)
    ava, kairo = (vector / np.linalg.norm(vector) for vector in rng.normal(size=(2, 128)))
    for character_id, vector in ((AVA, ava), (KAIRO, kairo)):
        live(log, character_id)
        for embedder in ("faceapi-128", "arcface-r50"):
            known = IDENTITY.replaced(embedder=embedder, vectors=(tuple(vector.tolist()),))
            told = MeasureIdentity(identity=known)
            Shell(CHARACTER, character_id, log).handle(told, uuid5(character_id, embedder))
    seen = kairo + 0.02 * rng.normal(size=128)
    with home.open() as memories:
        memories.catch_up(log)
        ((nearest, other),) = memories.nearest_faces([seen.tolist()], 5, "faceapi-128")
        assert (nearest[:2], other[:2]) == ((KAIRO, "front_neutral"), (AVA, "front_neutral"))
        assert nearest[2] == pytest.approx(Faces().similarity(seen, kairo), abs=1e-5)
        (((_, _, cosine),),) = memories.nearest_faces([seen.tolist()], 1, "arcface-r50")
        assert cosine == pytest.approx(seen @ kairo / np.linalg.norm(seen), abs=1e-5)
        assert memories.nearest_faces([seen.tolist()] * 2, 5, "another") == [[], []]


# ---------------------------------------------------------------- erasure


def found_in(home: Home, *traces: bytes) -> list[str]:
    """Files of a store in which one of these is, but for the collections of other tests."""
    files = [file for file in home.files.rglob(f"*{home.prefix}*/**/*") if file.is_file()]
    files += [file for file in home.files.glob("*") if file.is_file()]
    return [str(file.relative_to(home.files)) for file in files if any(trace in file.read_bytes() for trace in traces)]


@pytest.mark.parametrize("settled", [True, False], ids=["settled", "in the write-ahead log"])
def test_of_an_erased_character_nothing_is_left_in_any_file(home: Home, log: Log, settled: bool) -> None:
    live(log, AVA, FIRE, LETTER)
    live(log, KAIRO, MARK, STORM, series=STORMS)
    face = np.array(IDENTITY.vectors[0], np.float32)
    words, vector = b"zyxomma-4711", MiniLM().embed([MARK])[0].tobytes()
    with home.open(SecondMiniLM()) as memories:
        memories.catch_up(log)
    memories = home.open()
    memories.catch_up(log)
    if settled:
        memories.close()
        memories = home.open()
    assert found_in(home, words), "the search would find it"
    assert found_in(home, vector), "and its vector"
    before = ask(memories, FIRE)
    erase(log, KAIRO)
    memories.catch_up(log)
    assert found_in(home, words, vector, str(KAIRO).encode(), KAIRO.hex.encode()) == []
    assert ask(memories, FIRE) == before
    assert ask(memories, MARK, KAIRO, series_id=STORMS) == []
    assert [owner for owner, _, _ in memories.nearest_faces([face.tolist()], 5, "test")[0]] == [AVA]
    kept = memories.dump()
    memories.rebuild(log)
    assert memories.dump() == kept
    memories.close()
    assert found_in(home, words, vector, str(KAIRO).encode()) == []


def test_what_a_crash_left_half_moved_is_dropped_on_opening(home: Home) -> None:
    shape = Shape("name", 2, "L2", {"name": 64})
    with Vectors(home.place, prefix=home.prefix) as store:
        store.provide("memories_of_a_model_next", shape)
        store.upsert("memories_of_a_model_next", [{"name": "half-moved-4711", "vector": [0.0, 1.0]}])
    with Vectors(home.place, prefix=home.prefix) as store:
        assert store.names() == []
    assert found_in(home, b"half-moved-4711") == []


# ---------------------------------------------------------------- who may open it

OPEN = """
import sys
from pathlib import Path
from engines.text.minilm import MiniLM
from events.errors import StorageError
from projections.memory import Memories
try:
    Memories(Path(sys.argv[1]), MiniLM()).close()
except StorageError as error:
    print(error)
"""


def open_elsewhere(folder: Path) -> str:
    """What another process says of opening this store. It says nothing else."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", OPEN, str(folder)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_second_process_is_told_how_to_share(tmp_path: Path) -> None:
    folder = tmp_path / "memories.db"
    with Memories(folder, MiniLM()):
        assert open_elsewhere(folder) == f"{folder} is open in another process; set LORAFRAME_MILVUS_URI to share it."
    assert open_elsewhere(folder) == ""


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"memories at http://127\.0\.0\.1:9 cannot be used: .*LORAFRAME_MILVUS_URI"):
        Memories("http://someone:secret@127.0.0.1:9", MiniLM())


def test_a_folder_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "memories.db").write_text("not a folder")
    with pytest.raises(StorageError, match=r"memories\.db cannot be opened"):
        Memories(tmp_path / "memories.db", MiniLM())


def test_a_closed_store_leaves_no_port_open(tmp_path: Path) -> None:
    def listening() -> set[int]:
        return {port.laddr.port for port in psutil.Process().net_connections() if port.status == psutil.CONN_LISTEN}

    before = listening()
    with Memories(tmp_path / "memories.db", MiniLM()):
        assert len(listening() - before) == 1
    assert listening() == before
