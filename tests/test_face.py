"""The embedded face engine: it finds the sample cast, large and small, and keeps its people apart."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from engines.face.models import convert
from engines.face.onnx import CHIP, MODELS, STEADY, Scales, chip, covering, session, similarity_transform, suppressed
from events.errors import StorageError
from media.pictures import flattened
from tests.sample_cast import EMPTY, SLUGS, VIEWS, cut_out, engine, frame, portrait


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_every_view_shows_one_face_on_any_background(slug: str, grey: int) -> None:
    found = {view: len(engine().faces(flattened(cut_out(slug, view), grey), expected=1)) for view in VIEWS}
    assert found == dict.fromkeys(VIEWS, 1)


def test_the_thorough_search_finds_no_second_face_in_a_portrait() -> None:
    for slug in SLUGS:
        assert len(engine().faces(portrait(slug))) == 1


def test_a_frame_without_anybody_has_no_face() -> None:
    assert engine().faces(EMPTY) == []
    noise = np.random.default_rng(1).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    assert engine().faces(noise) == []


def test_small_and_large_faces_of_one_frame_are_found_largest_first() -> None:
    picture = frame(("ava", "front_neutral"), scale=1.0)
    far = frame(("kairo", "front_smile"), scale=0.2)
    picture[:300, 900:1200] = far[420:720, 490:790]
    large, small = engine().faces(picture)
    assert large.box[3] > 150 > small.box[3]
    assert large.box[0] < small.box[0]


def test_a_wide_shot_face_of_fifty_pixels_is_found() -> None:
    (face,) = engine().faces(frame(("marlow", "front_neutral"), scale=0.2), expected=1)
    assert face.box[3] < 80


@pytest.mark.parametrize("slug", SLUGS)
def test_a_face_that_fills_its_picture_is_found(slug: str) -> None:
    whole = portrait(slug)
    (face,) = engine().faces(whole)
    x, y, width, height = (round(number) for number in face.box)
    (filling,) = engine().faces(np.ascontiguousarray(whole[y - 20 : y + height + 10, x : x + width]))
    assert engine().similarity(face.vector, filling.vector) > engine().anchors.median


def test_landmarks_lie_where_the_features_are() -> None:
    """iBUG order: the person's right eye is on the left of the picture, above the mouth, above the chin."""
    (face,) = engine().faces(portrait("ava"))
    right_eye, left_eye = face.landmarks[36:42].mean(0), face.landmarks[42:48].mean(0)
    mouth, chin = face.landmarks[48:68].mean(0), face.landmarks[8]
    assert face.landmarks.shape == (68, 2)
    assert right_eye[0] < mouth[0] < left_eye[0]
    assert right_eye[1] < mouth[1] < chin[1]
    assert abs(right_eye[1] - left_eye[1]) < 10


def test_a_turned_head_gives_the_same_chip() -> None:
    """The chip is aligned: a picture on its side shows the same person."""
    picture = portrait("zuri")
    (upright,) = engine().faces(picture)
    points = np.column_stack([picture.shape[0] - 1 - upright.landmarks[:, 1], upright.landmarks[:, 0]])
    turned = np.ascontiguousarray(np.rot90(picture, -1))
    chips = np.stack([chip(Scales(picture), upright.landmarks), chip(Scales(turned), points)])
    assert chips.shape == (2, CHIP, CHIP, 3)
    one, other = engine().embed(chips)
    assert engine().similarity(one, other) > 0.95


def test_similarity_is_one_for_itself_and_higher_for_the_same_person() -> None:
    (neutral,), (smile,) = engine().faces(portrait("ava")), engine().faces(portrait("ava", "front_smile"))
    (other,) = engine().faces(portrait("zuri"))
    assert engine().similarity(neutral.vector, neutral.vector) == 1.0
    same, different = (engine().similarity(neutral.vector, face.vector) for face in (smile, other))
    assert same > engine().anchors.weakest > engine().anchors.stranger > different


def test_the_same_picture_gives_the_same_vector_bit_for_bit() -> None:
    (one,), (again,) = engine().faces(portrait("kairo")), engine().faces(portrait("kairo"))
    assert one.vector.tobytes() == again.vector.tobytes()


def test_the_transform_recovers_a_turn_a_scale_and_a_shift() -> None:
    points = np.random.default_rng(2).normal(size=(5, 2))
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    places = 2.5 * points @ turn.T + [7, -4]
    assert np.allclose(similarity_transform(points, places), np.column_stack([2.5 * turn, [7, -4]]))


def test_of_boxes_on_one_face_the_best_is_kept() -> None:
    boxes = np.array([[0, 0, 100, 100], [5, 5, 100, 100], [300, 0, 50, 50]], float)
    kept, scores = suppressed(boxes, np.array([0.6, 0.9, 0.7]))
    assert kept.tolist() == [[5, 5, 100, 100], [300, 0, 50, 50]]
    assert scores.tolist() == [0.9, 0.7]
    assert covering(boxes[0], np.array([25.0, 25, 10, 10])) == 1


def test_landmarks_settle_on_a_face_and_nowhere_else() -> None:
    picture = frame(("ava", "front_neutral"), scale=0.5)
    (face,) = engine().faces(picture)
    x, y, width, height = face.box
    shoulder, wall = (x + width, y + height, 120, 120), (40, 40, 200, 200)
    _, moved = engine().landmarks(Scales(picture), np.array([face.box, shoulder, wall]))
    assert moved[0] < STEADY < min(moved[1:])


@pytest.mark.parametrize("name", list(convert.MODELS))
def test_a_damaged_model_is_refused(name: str, tmp_path: Path) -> None:
    content = bytearray((MODELS / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    shutil.copy(MODELS / "SHA256SUMS.txt", tmp_path)
    with pytest.raises(StorageError, match=f"{name} is damaged"):
        session(name, folder=tmp_path)


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    shutil.copy(MODELS / "SHA256SUMS.txt", tmp_path)
    with pytest.raises(StorageError, match="damaged"):
        session("detector.onnx", folder=tmp_path)


def test_the_readme_tells_the_sums_of_the_models() -> None:
    readme = (MODELS / "README.md").read_text()
    for name in convert.MODELS:
        digest = hashlib.sha256((MODELS / name).read_bytes()).hexdigest()
        assert digest in readme
        assert f"{digest}  {name}" in (MODELS / "SHA256SUMS.txt").read_text()


def test_quantised_weights_in_the_graph_equal_float_weights(tmp_path: Path) -> None:
    """The converter's graph computes what the same graph with dequantised float weights computes."""
    random = np.random.default_rng(3)
    stored = random.integers(0, 256, (3, 3, 3, 4), dtype=np.uint8)
    bias = random.normal(size=4).astype(np.float32)
    floats = stored.astype(np.float32) * np.float32(0.02) + np.float32(-1.3)
    answers = []
    for weight in (convert.Weight(stored, 0.02, -1.3), convert.Weight(floats)):
        graph = convert.Graph({"filters": weight, "bias": convert.Weight(bias)})
        output = graph.conv(graph.pixels((120.0, 110.0, 100.0), 255), "filters", "bias")
        graph.save(tmp_path / "conv.onnx", 8, 8, output, ["N", 4, 8, 8])
        assert onnx.load(tmp_path / "conv.onnx").ir_version == 8
        network = onnxruntime.InferenceSession(str(tmp_path / "conv.onnx"), providers=["CPUExecutionProvider"])
        pixels = np.random.default_rng(4).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
        answers.append(network.run(None, {"pixels": pixels})[0])
    assert np.array_equal(*answers)
