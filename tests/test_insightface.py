"""The InsightFace engine on the library's real class, with tiny models in the shapes of its packs."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engines.face.identity import calibrate, idr
from engines.face.insightface import LICENCE, VARIABLE, InsightFace, providers
from engines.registry import engine_class
from events.errors import BadSetting, EngineMissing
from tests.insightface_pack import write_pack
from tests.sample_cast import EMPTY

GREY = np.full((640, 640, 3), 128, np.uint8)


def with_faces(*faces: tuple[int, int, int]) -> np.ndarray:
    """A grey picture with red cells, at these (column, row) of 32 pixels; the more blue, the larger the face."""
    picture = GREY.copy()
    for column, row, blue in faces:
        picture[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32] = (255, 0, blue)
    return picture


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture(scope="module")
def engine(pack: Path) -> InsightFace:
    return InsightFace(str(pack))


def test_faces_come_largest_first_with_box_points_and_vector(engine: InsightFace) -> None:
    large, small = engine.faces(with_faces((4, 4, 0), (14, 12, 255)))
    assert large.box == pytest.approx((14 * 32 - 112, 12 * 32 - 112, 224, 224), abs=2)
    assert small.box == pytest.approx((4 * 32 - 48, 4 * 32 - 48, 96, 96), abs=2)
    assert (large.landmarks.shape, large.vector.shape) == ((68, 2), (512,))
    assert np.linalg.norm(large.vector) == pytest.approx(1, abs=1e-5)
    assert large.score == pytest.approx(1, abs=0.02)
    left, top, width, height = large.box
    middle = large.landmarks.mean(0)
    assert left < middle[0] < left + width and top < middle[1] < top + height


def test_a_picture_without_anybody_has_no_face(engine: InsightFace) -> None:
    assert engine.faces(EMPTY) == []


def test_similarity_is_the_cosine_and_calibrates(engine: InsightFace) -> None:
    (face,) = engine.faces(with_faces((8, 8, 40)))
    assert engine.similarity(face.vector, face.vector) == pytest.approx(1)
    assert engine.similarity(face.vector, -3 * face.vector) == pytest.approx(-1)
    scale = calibrate([face.vector], engine.similarity, engine.anchors)
    assert [idr(raw, scale) for raw in (0.35, 0.40, 0.46)] == pytest.approx([0.5, 0.75, 0.85])


def test_the_vector_is_named_after_its_pack(engine: InsightFace, tmp_path: Path) -> None:
    """Vectors of two packs cannot be compared: identities tell them apart by this name."""
    assert engine.name == "insightface-tiny"
    assert InsightFace(str(write_pack(tmp_path / "other"))).name == "insightface-other"


def test_the_pack_is_chosen_by_a_variable(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(pack))
    assert engine_class("face", "insightface")().name == "insightface-tiny"


def test_a_pack_without_landmarks_takes_the_embedded_ones(tmp_path: Path) -> None:
    engine = InsightFace(str(write_pack(tmp_path / "short", "detector", "recogniser")))
    (face,) = engine.faces(with_faces((8, 8, 40)))
    assert face.landmarks.shape == (68, 2)
    assert engine.landmarker is not None


@pytest.mark.parametrize(("models", "lacking"), [(["recogniser"], "face detector"), (["detector"], "face recogniser")])
def test_a_folder_that_lacks_a_model_is_refused(models: list[str], lacking: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=lacking):
        InsightFace(str(write_pack(tmp_path / "part", *models)))


def test_a_pack_that_cannot_be_downloaded_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with caplog.at_level(logging.WARNING), pytest.raises(EngineMissing, match=VARIABLE):
        InsightFace("buffalo_l")
    assert "non-commercial research only" in caplog.text


def test_the_licence_is_said_where_the_engine_is_picked() -> None:
    assert "non-commercial research only" in (InsightFace.__doc__ or "")
    assert InsightFace.licence == LICENCE


def test_without_the_extra_the_engine_says_how_to_get_it() -> None:
    script = (
        "import sys; sys.modules['insightface'] = None\n"
        "from engines.registry import engine_class\n"
        "from events.errors import EngineMissing\n"
        "try: engine_class('face', 'insightface')\n"
        "except EngineMissing as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "loraframe[insightface]" in done.stdout
    assert "non-commercial research only" in done.stdout


def test_it_runs_on_the_cpu_where_there_is_nothing_else() -> None:
    assert providers()[-1] == "CPUExecutionProvider"
