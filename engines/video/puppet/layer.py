"""Layers: painted sheets at depths, seen through one pinhole, laid over each other by one rule.

Every layer is premultiplied RGBA, uint8. Light is the same with alpha 0, so one rule blends all:
``frame = frame × (1 − alpha) + layer``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

FRAME = (1280, 720)


@dataclass(frozen=True)
class View:
    """Where the camera is at one moment. ``x`` and ``y`` are pixels at depth 1, ``push`` is depth travelled,
    ``roll`` degrees, ``focus`` the blur of the set behind the actors in frame pixels."""

    x: float = 0.0
    y: float = 0.0
    push: float = 0.0
    roll: float = 0.0
    focus: float = 0.0

    def scale(self, depth: float) -> float:
        """How large a thing at this depth appears, 1 at rest."""
        return depth / max(0.05, depth - self.push)

    def matrix(self, depth: float) -> np.ndarray:
        """The pinhole: 3×3 from frame pixels at rest to frame pixels seen. Near things move and grow more."""
        angle, scale = np.deg2rad(self.roll), self.scale(depth)
        c, s = np.cos(angle) * scale, np.sin(angle) * scale
        centre = np.array(FRAME) / 2
        x, y = centre + np.array((self.x, self.y)) / depth
        return np.array([[c, -s, centre[0] - c * x + s * y], [s, c, centre[1] - s * x - c * y], [0, 0, 1]])


@dataclass(frozen=True)
class Layer:
    """One sheet. ``left`` and ``top`` say where it lies at rest, ``shrink`` frame pixels per own pixel."""

    pixels: np.ndarray
    left: float
    top: float
    depth: float
    opaque: bool = False
    scroll: float = 0.0
    shrink: float = 1.0

    def place(self) -> np.ndarray:
        """3×3 from own pixels to frame pixels at rest."""
        return np.array([[self.shrink, 0, self.left], [0, self.shrink, self.top], [0, 0, 1]])

    def half(self) -> Layer:
        """The same at half the resolution, for sets out of focus."""
        pixels = cv2.resize(self.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return replace(self, pixels=pixels, shrink=self.shrink * 2)

    def tinted(self, colour: np.ndarray, share: float) -> Layer:
        """The same seen through air of this colour."""
        air = np.append(colour / 255 * share, 0)
        matrix = np.eye(4) * (1 - share)
        matrix[:3, 3], matrix[3, 3] = air[:3], 1
        return replace(self, pixels=cv2.transform(self.pixels, matrix.astype(np.float32)))

    def looped(self) -> Layer:
        """Followed by its own mirror image, so that it can pass by for ever without a seam."""
        return replace(self, pixels=np.hstack([self.pixels, self.pixels[:, ::-1]]))

    def pieces(self) -> list[Layer]:
        """Cropped to what is painted, and cut apart at wide empty gaps: less to move per frame."""
        if self.opaque or self.scroll:
            return [self]
        painted = self.pixels.any(2)
        runs = _runs(painted.any(0), gap=48)
        return [self._cropped(painted, start, stop) for start, stop in runs]

    def _cropped(self, painted: np.ndarray, start: int, stop: int) -> Layer:
        rows = np.flatnonzero(painted[:, start:stop].any(1))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        part = np.ascontiguousarray(self.pixels[top:bottom, start:stop])
        return replace(self, pixels=part, left=self.left + start, top=self.top + top)


def _runs(used: np.ndarray, gap: int) -> list[tuple[int, int]]:
    """Stretches of used columns, joined where fewer than ``gap`` lie between them."""
    columns = np.flatnonzero(used)
    if not len(columns):
        return []
    breaks = np.flatnonzero(np.diff(columns) > gap)
    starts = [columns[0], *columns[breaks + 1]]
    stops = [*columns[breaks], columns[-1]]
    return [(int(a), int(b) + 1) for a, b in zip(starts, stops, strict=True)]


def over(frame: np.ndarray, sheet: np.ndarray) -> None:
    """Blend RGBA over RGB, in place; both of one size, the frame contiguous."""
    rest = cv2.bitwise_not(cv2.extractChannel(sheet, 3))
    cv2.multiply(frame, cv2.merge([rest, rest, rest]), frame, 1 / 255)
    cv2.add(frame, cv2.cvtColor(sheet, cv2.COLOR_RGBA2RGB), frame)


def stamp(frame: np.ndarray, pixels: np.ndarray, matrix: np.ndarray, border: int = cv2.BORDER_CONSTANT) -> None:
    """Warp RGBA pixels into an RGB frame, touching only the rectangle that they cover."""
    height, width = pixels.shape[:2]
    corners = (matrix @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1.0]]))[:2]
    left, top = np.maximum(np.floor(corners.min(1) - 1), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(1) + 1), frame.shape[1::-1]).astype(int)
    if right <= left or bottom <= top:
        return
    shifted = matrix[:2].copy()
    shifted[:, 2] -= left, top
    size = (int(right - left), int(bottom - top))
    sheet = cv2.warpAffine(pixels, shifted, size, flags=cv2.INTER_LINEAR, borderMode=border)
    part = np.ascontiguousarray(frame[top:bottom, left:right])
    over(part, sheet)
    frame[top:bottom, left:right] = part


def draw(frame: np.ndarray, layers: Sequence[Layer], view: View, lens: np.ndarray, seconds: float) -> None:
    """Lay layers, far to near, into a frame; ``lens`` (3×3) takes frame pixels to the pixels of this picture."""
    for layer in layers:
        if view.scale(layer.depth) > 3 and not layer.opaque:
            continue
        matrix = lens @ view.matrix(layer.depth) @ layer.place()
        if layer.scroll:
            _draw_scrolled(frame, layer, matrix, seconds)
        elif layer.opaque:
            sheet = cv2.warpAffine(
                layer.pixels, matrix[:2], frame.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
            )
            cv2.cvtColor(sheet, cv2.COLOR_RGBA2RGB, frame)
        else:
            stamp(frame, layer.pixels, matrix)


def _draw_scrolled(frame: np.ndarray, layer: Layer, matrix: np.ndarray, seconds: float) -> None:
    """A sheet that passes by for ever: it is drawn twice, side by side."""
    width = layer.pixels.shape[1]
    offset = (layer.scroll * seconds / layer.shrink) % width
    for shift in (-offset, width - offset):
        move = np.array([[1, 0, shift], [0, 1, 0], [0, 0, 1.0]])
        stamp(frame, layer.pixels, matrix @ move)
