"""Clips of the house: the promised frames, key frames and colours, and frames taken out of them again."""

from __future__ import annotations

import resource
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from events.errors import BadPicture, StorageError, TakeFailed
from media.clips import FADE, TO_YUV, ClipWriter, i420, normalise, open_house_encoder
from media.cut import parameter_sets
from media.frames import frame_count, last_frame, png, sample

FRAMES = 120


def moving(frames: int) -> list[np.ndarray]:
    """A gradient that moves, with grain: each frame differs from all others."""
    chance = np.random.default_rng(7)
    paint = cv2.resize(chance.integers(30, 226, (9, 16, 3), np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC)
    grainy = np.clip(paint + chance.normal(0, 2, (720, 1280, 1)), 0, 255).astype(np.uint8)
    return [np.roll(grainy, (5 * number, 9 * number), (0, 1)) for number in range(frames)]


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return moving(FRAMES // 2)


@pytest.fixture(scope="module")
def clip(pictures: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "on-twos.mp4"
    with ClipWriter(path, FRAMES, fade_in=True, fade_out=True) as writer:
        for picture in pictures:
            writer.write(picture, repeat=2)
    return path


def test_a_clip_is_house_video(clip: Path) -> None:
    with av.open(str(clip)) as file:
        video = file.streams.video[0]
        context = video.codec_context
        assert (context.name, context.width, context.height, context.pix_fmt) == ("h264", 1280, 720, "yuv420p")
        assert (video.average_rate, video.frames, context.profile, len(file.streams)) == (24, FRAMES, "High", 1)
        house = bytes(open_house_encoder().extradata)
        assert parameter_sets(bytes(context.extradata)) == parameter_sets(house) != []


def test_key_frames_are_where_the_cut_needs_them(clip: Path) -> None:
    with av.open(str(clip)) as file:
        keys = [number for number, entry in enumerate(file.streams.video[0].index_entries) if entry.is_keyframe]
    assert {0, FADE, FRAMES - FADE} <= set(keys)


def test_the_same_pictures_give_the_same_bytes(pictures: list[np.ndarray], tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        with ClipWriter(tmp_path / name, 10) as writer:
            for picture in pictures[:10]:
                writer.write(picture)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_colours_are_bt709() -> None:
    """Luma of the primaries in studio range, from the standard's weights."""
    for colour, luma in (((255, 0, 0), 63), ((0, 255, 0), 173), ((0, 0, 255), 32), ((255, 255, 255), 235)):
        planes = i420(np.full((16, 16, 3), colour, np.uint8))
        assert abs(int(planes[0, 0]) - luma) <= 1
    assert np.allclose(TO_YUV[1:, :3].sum(1), 0)


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    colours = np.array([(200, 30, 40), (40, 160, 60), (30, 60, 190), (226, 184, 140)], np.uint8)
    picture = np.repeat(np.repeat(colours.reshape(2, 2, 3), 360, 0), 640, 1)
    with ClipWriter(tmp_path / "colours.mp4", 3) as writer:
        writer.write(picture, repeat=3)
    seen = last_frame(tmp_path / "colours.mp4")[180::360, 320::640].reshape(4, 3)
    assert np.abs(seen.astype(int) - colours).max() <= 4


def test_a_wrong_number_of_frames_leaves_nothing(pictures: list[np.ndarray], tmp_path: Path) -> None:
    with (
        pytest.raises(TakeFailed, match="was to have 24 frames and got 1"),
        ClipWriter(tmp_path / "short.mp4", 24) as writer,
    ):
        writer.write(pictures[0])
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="1280x720"), ClipWriter(tmp_path / "bad.mp4", 1) as writer:
        writer.write(np.zeros((480, 640, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_so_and_leaves_nothing(pictures: list[np.ndarray], tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageError, match="is full"), ClipWriter(tmp_path / "big.mp4", 40) as writer:
            for picture in pictures[:40]:
                writer.write(picture)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("every", [0.25, 0.5, 1.0, 2.0])
def test_samples_cover_the_clip_and_are_the_right_pictures(
    clip: Path, pictures: list[np.ndarray], every: float
) -> None:
    taken = list(sample(clip, every))
    numbers = [number for number, _ in taken]
    assert numbers[0] == 0
    assert numbers[-1] >= FRAMES - 13
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= FRAMES / 24 / every / 2
    for number, picture in taken:
        right = np.abs(picture.astype(int) - pictures[number // 2]).mean()
        assert right < 4
        assert right < np.abs(picture.astype(int) - pictures[(number // 2 + 3) % len(pictures)]).mean()


def test_the_last_frame_and_the_count(clip: Path, pictures: list[np.ndarray]) -> None:
    assert frame_count(clip) == FRAMES
    assert np.abs(last_frame(clip).astype(int) - pictures[-1]).mean() < 4
    assert png(pictures[0]).startswith(b"\x89PNG")


def test_a_foreign_clip_becomes_a_house_clip(tmp_path: Path) -> None:
    """Half a second of 30 fps, 4:3, another codec: 12 frames of 24 fps between bars, held to 36."""
    source = tmp_path / "foreign.mkv"
    with av.open(str(source), "w") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for _ in range(15):
            frame = av.VideoFrame.from_ndarray(np.full((480, 640, 3), (40, 160, 60), np.uint8), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    assert normalise(source, tmp_path / "as-long.mp4") == 12
    assert normalise(source, tmp_path / "held.mp4", frames=36, fade_in=True) == 36
    assert frame_count(tmp_path / "held.mp4") == 36
    picture = last_frame(tmp_path / "held.mp4")
    assert picture[:, :150].max() <= 3
    assert np.abs(picture[360, 640].astype(int) - (40, 160, 60)).max() <= 8


def test_a_text_file_is_no_clip(tmp_path: Path) -> None:
    source = tmp_path / "story.mp4"
    source.write_text("Once upon a time.")
    with pytest.raises(TakeFailed, match=r"story\.mp4 is not a video"):
        normalise(source, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()
