"""A finished film measured from its own file, in one decoding pass that workers can share.

``inspect_range`` watches a stretch of frames, ``listen`` hears the sound, ``merge`` puts all of it together;
``media/quality.py`` judges what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from pathlib import Path

import av
import cv2
import numpy as np

from events.errors import QualityFailed
from events.script import FPS
from media.frames import rgb
from media.loudness import RATE, loudness
from media.quality import LONGEST_STILL, Measures, Stretch
from media.sound import heard

BLACK_LUMA = 32
BLACK_SHARE = 0.98
"""A picture is black when this share of it is darker than ``BLACK_LUMA`` (studio range: 16 is black)."""
SMALL = (160, 90)
LEAST_CHANGE = 4.0
GRAIN = 7.0
LEAST_CELLS = 12
LIGHT_CHANGE = 2.5

OnSample = Callable[[int, np.ndarray], None]
"""Called with a frame's number and its ``(h, w, 3)`` RGB uint8 picture."""


@dataclass(frozen=True)
class Pictures:
    """The frames ``first`` up to ``end``: runs of black and of frozen frames that are too long or touch an edge.

    ``opening`` is the first picture, and ``still`` the last one that counted as a change, both small luma.
    """

    first: int
    end: int
    black: tuple[tuple[int, int], ...]
    frozen: tuple[tuple[int, int], ...]
    opening: np.ndarray
    still: np.ndarray


@dataclass(frozen=True)
class Sound:
    """The film's sound: its length in seconds, LUFS and dBTP."""

    seconds: float
    loudness: float
    true_peak: float


def inspect_range(
    film: Path, first: int, end: int, on_sample: OnSample | None = None, every: int = FPS // 2
) -> Pictures:
    """Measure the frames ``first`` up to ``end``; hand each ``every``-th frame to ``on_sample``.

    Raises ``QualityFailed`` where the file cannot be decoded to that end.
    """
    dark: list[bool] = []
    changes: list[int] = []
    opening = still = None
    for number, frame in _frames(film, first, end):
        luma = _luma(frame)
        small = shrunk(luma)
        if opening is None or still is None:
            opening = still = small
        elif moved(still, small):
            still = small
            changes.append(number)
        dark.append(is_black(small))
        if on_sample and number % every == 0:
            on_sample(number, rgb(frame))
    if opening is None or still is None or len(dark) != end - first:
        raise QualityFailed(f"{film.name} breaks off at frame {first + len(dark)} of {end}. Cut it again.")
    black = [(a, b) for a, b in _runs(dark, first) if _matters(a, b, first, end)]
    frozen = [(a, b) for a, b in _between(changes, first, end) if _matters(a, b, first, end)]
    return Pictures(first, end, tuple(black), tuple(frozen), opening, still)


def shrunk(luma: np.ndarray) -> np.ndarray:
    """Luma at 160 by 90, float32: means of cells of 8 by 8, in which grain is eight times weaker."""
    half = cv2.resize(luma, (2 * SMALL[0], 2 * SMALL[1]), interpolation=cv2.INTER_AREA)
    return cv2.resize(half.astype(np.float32), SMALL, interpolation=cv2.INTER_AREA)


def moved(still: np.ndarray, now: np.ndarray) -> bool:
    """Whether something other than the grain is different between two small pictures.

    Grain shifts all cells a little, so its strength is the median shift; life shifts some cells by much more
    than that, and light shifts all of them. Calibrated on house clips: with grain of strength 0 to 5 a frozen
    picture has at most 4 such cells, a chest that moves by 0.4 pixels 24, a blink 32, a push-in of 0.3 % in
    four seconds 150.
    """
    shift = np.abs(now - still)
    usual = float(np.median(shift))
    return usual >= LIGHT_CHANGE or int((shift >= max(LEAST_CHANGE, GRAIN * usual)).sum()) >= LEAST_CELLS


def is_black(small: np.ndarray) -> bool:
    return float((small < BLACK_LUMA).mean()) >= BLACK_SHARE


def _frames(film: Path, first: int, end: int) -> Iterator[tuple[int, av.VideoFrame]]:
    try:
        with av.open(str(film)) as file:
            video = file.streams.video[0]
            video.thread_count = 1
            video.codec_context.options = {"err_detect": "explode"}
            if first:
                file.seek(int(first / FPS / video.time_base), stream=video)
            for frame in file.decode(video):
                number = round(frame.pts * video.time_base * FPS)
                if number >= end:
                    return
                if number >= first:
                    yield number, frame
    except (av.error.InvalidDataError, IndexError) as error:
        raise QualityFailed(f"{film.name} cannot be decoded. Cut it again.") from error


def _luma(frame: av.VideoFrame) -> np.ndarray:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def _runs(flags: Sequence[bool], first: int) -> Iterator[tuple[int, int]]:
    at = first
    for flag, run in groupby(flags):
        length = sum(1 for _ in run)
        if flag:
            yield at, at + length
        at += length


def _between(changes: Sequence[int], first: int, end: int) -> Iterator[tuple[int, int]]:
    yield from zip([first, *changes], [*changes, end], strict=True)


def _matters(start: int, stop: int, first: int, end: int) -> bool:
    return _too_long(start, stop) or start == first or stop == end


def _too_long(start: int, stop: int) -> bool:
    return stop - start > LONGEST_STILL * FPS


# ---------------------------------------------------------------- the film as a whole


def inspect(film: Path, on_sample: OnSample | None = None, every: int = FPS // 2) -> Measures:
    """Measure a finished film in one pass. Raises ``QualityFailed`` when it cannot be decoded."""
    with av.open(str(film)) as file:
        frames = file.streams.video[0].frames
    return merge(film, [inspect_range(film, 0, frames, on_sample, every)], listen(film))


def merge(film: Path, parts: Sequence[Pictures], sound: Sound) -> Measures:
    """Put neighbouring parts and the sound together."""
    whole = reduce(_joined, sorted(parts, key=lambda part: part.first))
    with av.open(str(film)) as file:
        video = file.streams.video[0]
        width, height, fps = video.codec_context.width, video.codec_context.height, float(video.average_rate)
        frames = video.frames
    if (whole.first, whole.end) != (0, frames):
        raise ValueError(f"The parts cover frames {whole.first} to {whole.end} of {frames}.")
    return Measures(
        seconds=frames / fps,
        width=width,
        height=height,
        fps=fps,
        black=_stretches(whole.black),
        frozen=_stretches(whole.frozen),
        sound_seconds=sound.seconds,
        loudness=sound.loudness,
        true_peak=sound.true_peak,
    )


def _joined(left: Pictures, right: Pictures) -> Pictures:
    """Runs that meet at the seam become one; frozen ones only when the picture is still the same."""
    if left.end != right.first:
        raise ValueError(f"Frames {left.end} to {right.first} were not inspected.")
    same = not moved(left.still, right.opening)
    black = _connected(left.black, right.black, left.end)
    frozen = _connected(left.frozen, right.frozen, left.end) if same else (*left.frozen, *right.frozen)
    return Pictures(left.first, right.end, black, frozen, left.opening, right.still)


def _connected(
    left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...], seam: int
) -> tuple[tuple[int, int], ...]:
    if left and right and left[-1][1] == right[0][0] == seam:
        return (*left[:-1], (left[-1][0], right[0][1]), *right[1:])
    return (*left, *right)


def _stretches(runs: tuple[tuple[int, int], ...]) -> tuple[Stretch, ...]:
    return tuple(Stretch(start / FPS, end / FPS) for start, end in runs if _too_long(start, end))


def listen(film: Path) -> Sound:
    """Measure what a player decodes; silence has a loudness of minus infinity."""
    samples = heard(film)
    if not len(samples):
        return Sound(0.0, float("-inf"), float("-inf"))
    measured = loudness(samples)
    return Sound(len(samples) / RATE, measured.integrated, measured.true_peak)
