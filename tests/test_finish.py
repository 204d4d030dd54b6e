"""The steps after a take: more pictures a second and larger ones, without a model and with one of the user's."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import onnx
import pytest
from onnx import TensorProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor, make_tensor_value_info

from engines.registry import engine_class, make_engine, names
from events.errors import BadSetting, EngineMissing, TakeFailed
from tests.providers.clips import mp4

SIZE = (192, 96)
SPEED = 8
"""Pixels from one picture to the next, of twelve a second."""


def clip(path: Path, pictures: list[np.ndarray], fps: int = 12) -> Path:
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, width=width, height=height, options={"crf": "5"})
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def pictures_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def moving(number: int) -> np.ndarray:
    """A textured square on grey, ``SPEED`` pixels further to the right in each picture."""
    picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    left = 16 + SPEED * number
    texture = np.random.default_rng(1).integers(150, 255, (8, 8, 1), np.uint8)
    picture[32:64, left : left + 32] = np.kron(texture, np.ones((4, 4, 1), np.uint8))
    return picture


@pytest.fixture
def square(tmp_path: Path) -> Path:
    return clip(tmp_path / "square.mp4", [moving(number) for number in range(12)])


def place(picture: np.ndarray) -> float:
    """Where the square is, from left to right: the middle of all that is brighter than the ground."""
    bright = np.clip(picture.astype(float).mean(2) - 110, 0, None).sum(0)
    return float((bright * np.arange(len(bright))).sum() / bright.sum())


def step(stage: str, name: str, **options: Any) -> Any:
    return make_engine(stage, name, {stage: {name: options}})


# ---------------------------------------------------------------- interpolation


@pytest.mark.parametrize("name", ["hold", "blend", "motion"])
def test_a_clip_gets_the_rate_of_the_film_and_keeps_its_length(name: str, square: Path, tmp_path: Path) -> None:
    smooth = step("interpolate", name).smooth(square, 24, tmp_path)
    with av.open(str(smooth)) as file:
        video = file.streams.video[0]
        assert video.average_rate == 24
        assert (video.width, video.height) == SIZE
    assert 21 <= len(pictures_of(smooth)) <= 25


@pytest.mark.parametrize("name", ["hold", "blend", "motion", "onnx"])
def test_a_clip_at_the_films_rate_is_left_alone(name: str, tmp_path: Path) -> None:
    source = clip(tmp_path / "even.mp4", [moving(number) for number in range(4)], fps=24)
    assert step("interpolate", name).smooth(source, 24, tmp_path) == source


def test_motion_is_between_where_it_was_and_where_it_will_be(square: Path, tmp_path: Path) -> None:
    """Hold shows each picture twice; blend both at once; motion one square, half-way."""
    held, blended, moved = (
        pictures_of(step("interpolate", name).smooth(square, 24, tmp_path)) for name in ("hold", "blend", "motion")
    )
    steps = np.diff([place(picture) for picture in moved[4:18]])
    assert steps == pytest.approx(SPEED / 2, abs=1.5)
    assert np.sort(np.diff([place(picture) for picture in held[4:18]]).round())[[0, -1]] == pytest.approx([0, SPEED])

    between = np.argmin([_sharpness(picture) for picture in blended[4:18]]) + 4
    assert _sharpness(blended[between]) < 0.85 * _sharpness(moved[between])


def _sharpness(picture: np.ndarray) -> float:
    return float(np.abs(np.diff(picture[32:64].astype(float).mean(2), axis=1)).mean())


# ---------------------------------------------------------------- upscaling


def test_a_small_clip_is_enlarged_as_far_as_it_fits(square: Path, tmp_path: Path) -> None:
    large = pictures_of(step("upscale", "lanczos").enlarge(square, (640, 360), tmp_path))
    small = pictures_of(square)

    assert large[0].shape == (320, 640, 3)
    assert len(large) == len(small)
    rows, columns = (np.arange(0, length, 8) for length in SIZE[::-1])
    again = large[3][(rows * 10 / 3 + 12).astype(int)][:, (columns * 10 / 3 + 12).astype(int)]
    assert np.abs(again[0].astype(float) - 90).max() < 6
    assert place(large[3]) == pytest.approx(place(small[3]) * 10 / 3, abs=5)


@pytest.mark.parametrize("name", ["lanczos", "onnx"])
def test_a_clip_that_is_large_enough_is_left_alone(name: str, square: Path, tmp_path: Path) -> None:
    assert step("upscale", name).enlarge(square, (192, 90), tmp_path) == square


# ---------------------------------------------------------------- models


Save = Callable[..., Path]


@pytest.fixture
def saved(tmp_path: Path) -> Save:
    """Save a model of these nodes; inputs and outputs are NCHW, with sides of any length."""

    def save(nodes: list[Any], inputs: dict[str, list[Any]], constants: dict[str, Any] | None = None) -> Path:
        values = [make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
        made = make_tensor_value_info("made", TensorProto.FLOAT, [1, "c", "H", "W"])
        told = [
            make_tensor(name, TensorProto.FLOAT, np.shape(array), np.ravel(array))
            for name, array in (constants or {}).items()
        ]
        graph = make_graph(nodes, "tiny", values, [made], told)
        file = tmp_path / f"model-{len(list(tmp_path.iterdir()))}.onnx"
        onnx.save(make_model(graph, opset_imports=[make_opsetid("", 18)], ir_version=9), str(file))
        return file

    return save


PICTURE = [1, 3, "h", "w"]
MEAN = [make_node("Sum", ["one", "other"], ["both"]), make_node("Mul", ["both", "half"], ["made"])]
HALF = {"half": np.array(0.5)}


@pytest.fixture
def negative(saved: Save) -> Path:
    """Three times as large, and the negative: nobody else's work looks like it."""
    nodes = [make_node("Resize", ["in", "", "scales"], ["large"]), make_node("Sub", ["one", "large"], ["made"])]
    return saved(nodes, {"in": PICTURE}, {"scales": np.array([1, 1, 3, 3.0]), "one": np.array(1.0)})


@pytest.mark.parametrize("size", [(576, 288), (480, 360), (960, 480)])
def test_a_super_resolution_model_paints_the_pictures(
    size: tuple[int, int], negative: Path, square: Path, tmp_path: Path
) -> None:
    large = step("upscale", "onnx", model=str(negative), multiple=20).enlarge(square, size, tmp_path)
    pictures = pictures_of(large)

    assert pictures[0].shape[:2] == (size[0] // 2, size[0])
    assert len(pictures) == 12
    assert np.abs(pictures[5][:20].astype(int) - (255 - 90)).max() < 8
    with av.open(str(large)) as file:
        assert file.streams.video[0].average_rate == 12


@pytest.fixture
def between(saved: Save, request: pytest.FixtureRequest) -> Path:
    """The mean of two pictures, as models of three kinds make it; the last one's is weighed by the moment."""
    if request.param == "two":
        return saved(MEAN, {"one": PICTURE, "other": PICTURE}, HALF)
    if request.param == "six":
        split = make_node("Split", ["in"], ["one", "other"], axis=1, num_outputs=2)
        return saved([split, *MEAN], {"in": [1, 6, "h", "w"]}, HALF)
    change = make_node("Sub", ["other", "one"], ["change"])
    weighed = make_node("Mul", ["change", "moment"], ["part"])
    nodes = [change, weighed, make_node("Add", ["one", "part"], ["made"])]
    return saved(nodes, {"one": PICTURE, "other": PICTURE, "moment": [1, 1, "h", "w"]})


@pytest.mark.parametrize("between", ["two", "six", "moment"], indirect=True)
def test_a_frame_model_makes_the_pictures_between(between: Path, tmp_path: Path) -> None:
    """A ground that brightens by 12 in each of ten pictures a second: every moment has its brightness."""
    greys = [np.full((96, 100, 3), 60 + 12 * number, np.uint8) for number in range(8)]
    source = clip(tmp_path / "grey.mp4", greys, fps=10)
    smooth = step("interpolate", "onnx", model=str(between)).smooth(source, 24, tmp_path)
    levels = [picture.mean() for picture in pictures_of(smooth)]

    assert levels[:17] == pytest.approx([60 + 12 * number * 10 / 24 for number in range(17)], abs=2.5)
    assert pictures_of(smooth)[3].shape == (96, 100, 3)


@pytest.mark.parametrize(("stage", "work"), [("interpolate", "smooth"), ("upscale", "enlarge")])
def test_a_model_that_is_not_there_is_asked_for(stage: str, work: str, square: Path, tmp_path: Path) -> None:
    wanted = 24 if work == "smooth" else (640, 360)
    for model in ("", str(tmp_path / "none.onnx")):
        with pytest.raises(EngineMissing, match=r"engines\.yaml"):
            getattr(step(stage, "onnx", model=model), work)(square, wanted, tmp_path)


def test_a_file_that_is_no_model_is_told(square: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.onnx").write_text("Dear model,")
    with pytest.raises(BadSetting, match=r"letter\.onnx"):
        step("upscale", "onnx", model=str(tmp_path / "letter.onnx")).enlarge(square, (640, 360), tmp_path)


def test_a_model_of_another_kind_is_told(saved: Save, negative: Path, square: Path, tmp_path: Path) -> None:
    flat = saved([make_node("ReduceMean", ["in"], ["made"], keepdims=1)], {"in": PICTURE})
    with pytest.raises(BadSetting, match="no picture"):
        step("upscale", "onnx", model=str(flat)).enlarge(square, (640, 360), tmp_path)
    with pytest.raises(BadSetting, match="between"):
        step("interpolate", "onnx", model=str(negative)).smooth(square, 24, tmp_path)


# ---------------------------------------------------------------- both stages


@pytest.mark.parametrize("name", ["hold", "blend", "motion"])
def test_what_is_no_video_is_told(name: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_text("Dear film,")
    with pytest.raises(TakeFailed, match=r"letter\.mp4"):
        step("interpolate", name).smooth(letter, 24, tmp_path)
    with pytest.raises(TakeFailed, match=r"letter\.mp4"):
        step("upscale", "lanczos").enlarge(letter, (640, 360), tmp_path)


def test_colours_stay(tmp_path: Path) -> None:
    """Of a clip with sound, of another rate and without colour tags."""
    source = tmp_path / "clip.mp4"
    source.write_bytes(mp4(1, SIZE))
    smooth = step("interpolate", "blend").smooth(source, 24, tmp_path)
    large = step("upscale", "lanczos").enlarge(smooth, (384, 192), tmp_path)

    before, after = pictures_of(source)[0], pictures_of(large)[0][::2, ::2]
    assert np.abs(before.astype(int) - after).mean() < 3
    with av.open(str(large)) as file:
        assert abs(file.duration / av.time_base - 1) < Fraction(1, 10)


@pytest.mark.parametrize("stage", ["interpolate", "upscale", "lips"])
def test_each_step_may_be_left_out(stage: str) -> None:
    assert "none" in names(stage)


@pytest.mark.parametrize(("stage", "name"), [(s, n) for s in ("interpolate", "upscale") for n in names(s)])
def test_each_engine_is_made_without_being_told_anything(stage: str, name: str) -> None:
    if name != "none":
        assert engine_class(stage, name)()
