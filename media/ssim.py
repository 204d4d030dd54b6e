"""Structural similarity: how like one picture is to another as people see it.

Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural similarity", IEEE
Transactions on Image Processing 13 (2004); their window and constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np

WINDOW, SIGMA = (11, 11), 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
EVERY = 6
"""Frames of a clip from one that is compared to the next."""
MARGIN = 1.25
"""Side of the square that is a face's, in the larger extent of its points, as ``engines/face/onnx.py`` cuts faces."""

Box = tuple[float, float, float, float]


def similarity(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The map ``(h, w)`` float32, 1 where the two ``(h, w)`` uint8 pictures of luma are the same."""
    x, y = one.astype(np.float32), other.astype(np.float32)
    mx, my, xx, yy, xy = (cv2.GaussianBlur(term, WINDOW, SIGMA) for term in (x, y, x * x, y * y, x * y))
    both, squares = mx * my, mx * mx + my * my
    alike: np.ndarray = (2 * both + C1) * (2 * (xy - both) + C2) / ((squares + C1) * (xx + yy - squares + C2))
    return alike


def outside(one: Path, other: Path, boxes: Sequence[Sequence[Box]]) -> list[float]:
    """The mean similarity of two clips outside the squares about these boxes (x, y, width, height; some per frame), for
    one frame in ``EVERY``."""
    pairs = enumerate(zip(_lumas(one), _lumas(other), strict=True))
    return [beside(shown, changed, boxes[number]) for number, (shown, changed) in pairs if number % EVERY == 0]


def beside(one: np.ndarray, other: np.ndarray, boxes: Sequence[Box]) -> float:
    """The mean similarity of two ``(h, w)`` uint8 pictures of luma outside the squares about these boxes."""
    rest = np.ones(one.shape, bool)
    for box in boxes:
        rest[square(box)] = False
    return float(similarity(one, other)[rest].mean())


def luma(picture: np.ndarray) -> np.ndarray:
    """``(h, w)`` uint8 of an RGB picture."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def square(box: Box) -> tuple[slice, slice]:
    """Rows and columns of the square about a face."""
    x, y, width, height = box
    half = max(width, height) * MARGIN / 2
    return (
        slice(max(0, int(y + height / 2 - half)), max(0, int(y + height / 2 + half))),
        slice(max(0, int(x + width / 2 - half)), max(0, int(x + width / 2 + half))),
    )


def _lumas(path: Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        video.thread_count = 1
        for frame in file.decode(video):
            yield frame.to_ndarray(format="gray") if frame.format.name == "gray" else _luma(frame)


def _luma(frame: av.VideoFrame) -> np.ndarray:
    return frame.to_ndarray(format="yuv420p")[: frame.height]
