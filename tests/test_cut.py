"""The cut: right length, copied pictures untouched, fades that blend, a file that every player can read."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from events.errors import StorageError, TakeFailed
from media.clips import ClipWriter
from media.cut import cut
from media.layout import FADE, Piece, film_frames, film_layout

LENGTHS = (40, 36, 60, 38)
RATE = 48_000


@dataclass(frozen=True)
class Line:
    start: float
    end: float
    text: str


CUES = [Line(0.5, 2.0, "They found us."), Line(2.0, 3.25, "Über die Dächer — lauf!"), Line(4.0, 6.0, "Now.")]


def write_clip(path: Path, frames: int, seed: int, fade_in: bool, fade_out: bool) -> Path:
    """A moving gradient with grain: each frame differs from all others."""
    chance = np.random.default_rng(seed)
    paint = cv2.resize(chance.integers(30, 226, (9, 16, 3), np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC)
    grainy = np.clip(paint + chance.normal(0, 3, (720, 1280, 1)), 0, 255).astype(np.uint8)
    with ClipWriter(path, frames, fade_in, fade_out) as writer:
        for number in range(frames):
            writer.write(np.roll(grainy, (3 * number, 7 * number), (0, 1)))
    return path


def write_sound(path: Path, seconds: float) -> Path:
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)
    with av.open(str(path), "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        frame.sample_rate = RATE
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound") / "sound.m4a", 20)


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> list[Piece]:
    """Three scenes: one of a single shot, one of two shots with a hard cut between them, one of one."""
    folder = tmp_path_factory.mktemp("pieces")
    fades = [(False, True), (True, False), (False, True), (True, False)]
    return [
        Piece(write_clip(folder / f"{n}.mp4", frames, n, *fade), *fade, frames)
        for n, (frames, fade) in enumerate(zip(LENGTHS, fades, strict=True))
    ]


@pytest.fixture(scope="module")
def film(pieces: list[Piece], sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("film") / "film.mp4"
    assert cut(pieces, sound, CUES, out, title="Rooftops") == sum(LENGTHS) - 2 * FADE
    assert [path.name for path in out.parent.iterdir()] == ["film.mp4"]
    return out


def lumas(path: Path) -> list[np.ndarray]:
    """The luma of all frames, by a decoder that stops at the smallest fault."""
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        video.codec_context.options = {"err_detect": "crccheck+bitstream+buffer+explode"}
        frames = []
        for number, frame in enumerate(file.decode(video)):
            assert frame.pts * video.time_base * 24 == number
            frames.append(frame.to_ndarray()[:720])
    return frames


@pytest.fixture(scope="module")
def shown(film: Path) -> list[np.ndarray]:
    return lumas(film)


@pytest.fixture(scope="module")
def sources(pieces: list[Piece]) -> list[list[np.ndarray]]:
    return [lumas(piece.path) for piece in pieces]


def test_layout_counts_a_cross_fade_once(pieces: list[Piece]) -> None:
    assert film_layout(pieces) == [0, 28, 64, 112]
    assert film_frames(pieces) == sum(LENGTHS) - 2 * FADE


def test_a_fade_needs_both_neighbours() -> None:
    one, other = Piece(Path("a"), fade_out=True, frames=100), Piece(Path("b"), fade_in=False, frames=50)
    assert film_layout([one, other]) == [0, 100]


def test_the_film_has_every_frame_on_the_grid(shown: list[np.ndarray]) -> None:
    assert len(shown) == sum(LENGTHS) - 2 * FADE


def test_copied_frames_are_untouched(
    pieces: list[Piece], shown: list[np.ndarray], sources: list[list[np.ndarray]]
) -> None:
    for piece, start, frames in zip(pieces, film_layout(pieces), sources, strict=True):
        first = FADE if piece.fade_in else 0
        end = len(frames) - (FADE if piece.fade_out else 0)
        for number in range(first, end):
            assert np.array_equal(shown[start + number], frames[number])


def test_fades_are_blends(pieces: list[Piece], shown: list[np.ndarray], sources: list[list[np.ndarray]]) -> None:
    starts = film_layout(pieces)
    for left in (0, 2):
        for number in range(FADE):
            share = (number + 1) / (FADE + 1)
            ending = sources[left][len(sources[left]) - FADE + number]
            wanted = cv2.addWeighted(ending, 1 - share, sources[left + 1][number], share, 0)
            assert cv2.PSNR(wanted, shown[starts[left + 1] + number]) > 38


def test_seeking_lands_on_the_right_frame(film: Path, shown: list[np.ndarray]) -> None:
    chance = np.random.default_rng(3)
    with av.open(str(film)) as file:
        video = file.streams.video[0]
        for wanted in chance.integers(0, len(shown), 20):
            file.seek(int(Fraction(int(wanted), 24) / video.time_base), stream=video)
            frame = next(f for f in file.decode(video) if f.pts * video.time_base * 24 >= int(wanted))
            assert np.array_equal(frame.to_ndarray()[:720], shown[wanted])


def test_sound_is_copied_to_the_films_end(film: Path, sound: Path, shown: list[np.ndarray]) -> None:
    with av.open(str(film)) as file:
        audio = file.streams.audio[0]
        assert audio.codec_context.name == "aac"
        heard = np.concatenate([frame.to_ndarray() for frame in file.decode(audio)], 1)
    assert abs(heard.shape[1] / RATE - len(shown) / 24) < 0.03
    with av.open(str(sound)) as file:
        original = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], 1)
    whole = heard.shape[1] - 2048
    assert np.array_equal(heard[:, :whole], original[:, :whole])


def test_subtitles_can_be_switched_on(film: Path) -> None:
    with av.open(str(film)) as file:
        stream = file.streams.subtitles[0]
        assert stream.language == "eng"
        told = [packet for packet in file.demux(stream) if packet.size > 2]
        texts = [bytes(packet)[2:].decode() for packet in told]
        starts = [float(packet.pts * packet.time_base) for packet in told]
    assert texts == [cue.text for cue in CUES]
    assert starts == pytest.approx([cue.start for cue in CUES], abs=0.002)


def test_the_index_comes_first_and_the_title_is_told(film: Path) -> None:
    content = film.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    with av.open(str(film)) as file:
        assert file.metadata["title"] == "Rooftops"


def test_a_clip_from_elsewhere_is_fitted_in(pieces: list[Piece], sound: Path, tmp_path: Path) -> None:
    """A 640x360 clip at 30 fps of another encoder stands between two of the house."""
    foreign = tmp_path / "foreign.mp4"
    with av.open(str(foreign), "w") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(75):
            frame = av.VideoFrame.from_ndarray(np.full((360, 640, 3), number * 3, np.uint8), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    out = tmp_path / "film.mp4"
    joined = [pieces[0], Piece(foreign, True, False), pieces[2]]
    assert cut(joined, sound, [], out) == 40 + 60 + 60 - FADE
    assert len(lumas(out)) == 148
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "foreign.mp4"]


def test_key_frames_elsewhere_only_make_the_bridge_longer(pieces: list[Piece], sound: Path, tmp_path: Path) -> None:
    """A house clip rendered without its fades in mind has key frames at 0 and 48 only."""
    unplanned = write_clip(tmp_path / "unplanned.mp4", 110, 9, False, False)
    out = tmp_path / "film.mp4"
    cut([pieces[0], Piece(unplanned, True, True), pieces[3]], sound, [], out)
    shown = lumas(out)
    assert len(shown) == 40 + 110 + 38 - 2 * FADE
    original = lumas(unplanned)
    assert np.array_equal(shown[28 + 60], original[60])
    assert all(cv2.PSNR(shown[28 + n], original[n]) > 38 for n in (12, 30, 47, 97))


@pytest.mark.parametrize("damage", ["text", "truncated", "short"])
def test_a_clip_that_cannot_be_used_is_named_and_nothing_is_left(
    pieces: list[Piece], sound: Path, tmp_path: Path, damage: str
) -> None:
    bad = tmp_path / "bad.mp4"
    if damage == "text":
        bad.write_text("not a film")
    elif damage == "truncated":
        bad.write_bytes(pieces[1].path.read_bytes()[:100_000])
    else:
        write_clip(bad, 20, 1, True, True)
    with pytest.raises(TakeFailed, match=r"bad\.mp4"):
        cut([pieces[0], Piece(bad, True, True), pieces[3]], sound, CUES, tmp_path / "film.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


def test_a_full_disk_is_said_so_and_leaves_nothing(pieces: list[Piece], sound: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(StorageError, match="is full"):
            cut(pieces, sound, CUES, tmp_path / "film.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
