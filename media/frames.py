"""Frames out of finished clips and films, decoded as cheaply as their use allows."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from PIL import Image

from events.errors import TakeFailed
from events.script import FPS
from media.clips import KEY_INTERVAL


def sample(path: Path, every: float) -> Iterator[tuple[int, np.ndarray]]:
    """One frame about each ``every`` seconds, with its number, ``(h, w, 3)`` RGB uint8; first and last included.

    Frames that no other frame refers to are not decoded, so a sample may lie a frame or two after its moment;
    from two seconds upward (the house's key frame interval) only key frames are decoded.
    """
    step = every * FPS
    last = -1
    due = 0.0
    for number, frame in _decoded(path, "NONKEY" if step >= KEY_INTERVAL else "NONREF"):
        if number >= due:
            yield number, rgb(frame)
            last = number
            due = max(due + step, number + step / 2)
    if frame_count(path) - 1 - last >= step / 2:
        number, frame = _last(path)
        yield number, rgb(frame)


def frames_at(path: Path, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
    """The frames with these numbers, in rising order, ``(h, w, 3)`` RGB uint8.

    Raises ``TakeFailed`` where there is no such frame.
    """
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        video.thread_count = 1
        for wanted in sorted(set(numbers)):
            file.seek(max(0, int(wanted / FPS / video.time_base)), stream=video)
            frame = next((frame for frame in file.decode(video) if _number(frame) >= wanted), None)
            if frame is None or wanted < 0:
                raise TakeFailed(f"{path.name} has no frame {wanted}.")
            yield wanted, rgb(frame)


def last_frame(path: Path) -> np.ndarray:
    """The last frame, ``(h, w, 3)`` RGB uint8: where the next shot of a scene begins."""
    return rgb(_last(path)[1])


def frame_count(path: Path) -> int:
    """Number of frames, from the index where there is one."""
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        return video.frames or sum(1 for packet in file.demux(video) if packet.size)


def png(picture: np.ndarray) -> bytes:
    """An ``(h, w, 3)`` RGB uint8 picture as a PNG file, quickly rather than small."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", compress_level=1)
    return file.getvalue()


def rgb(frame: av.VideoFrame) -> np.ndarray:
    """A decoded frame as ``(h, w, 3)`` RGB uint8, by the colour matrix that it is tagged with."""
    return frame.to_ndarray(format="rgb24")


def _decoded(path: Path, skip: Literal["NONKEY", "NONREF"]) -> Iterator[tuple[int, av.VideoFrame]]:
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        video.thread_count = 1
        video.codec_context.skip_frame = skip
        for frame in file.decode(video):
            yield _number(frame), frame


def _last(path: Path) -> tuple[int, av.VideoFrame]:
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        video.thread_count = 1
        if video.duration:
            file.seek(video.duration, stream=video)
        frames = deque(file.decode(video), maxlen=1)
    if not frames:
        raise TakeFailed(f"{path.name} has no picture in it.")
    return _number(frames[0]), frames[0]


def _number(frame: av.VideoFrame) -> int:
    return round(frame.pts * Fraction(frame.time_base) * FPS)
