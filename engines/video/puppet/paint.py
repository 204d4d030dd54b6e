"""Paint: soft-edged shapes, gradients, light and brush work on a sheet of premultiplied RGBA.

Coordinates are frame pixels of a 1280×720 frame at rest; a sheet reaches past the frame (``SHEET``), so
that the camera may roam. Everything is float until ``Canvas.layer`` turns it into a ``Layer``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from engines.video.puppet.layer import Layer

cv2.setNumThreads(1)

SHEET = (-260, -130, 1540, 850)
"""Left, top, right and bottom of a whole sheet."""

Colour = np.ndarray
"""Three float32, 0..255."""
Points = Sequence[tuple[float, float]] | np.ndarray


def rgb(code: str) -> Colour:
    """``#rrggbb`` as a colour."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    return one + (other - one) * share


def smooth(low: float, high: float, value: np.ndarray | float) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, a soft step between."""
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def noise(
    shape: tuple[int, int], seed: int, base: int = 4, octaves: int = 4, wide: float = 1.0, tall: float = 1.0
) -> np.ndarray:
    """Fractal value noise in 0..1, float32; ``wide`` and ``tall`` stretch it into strokes, strata or fog."""
    height, width = max(2, shape[0] // 2), max(2, shape[1] // 2)
    random = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = base * 2**octave
        grid = random.random((int(cells * height / width / tall) + 3, int(cells / wide) + 3), np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    total = cv2.normalize(total, None, 0, 1, cv2.NORM_MINMAX)
    return cv2.resize(total, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


class Canvas:
    """A sheet to paint on. With ``light`` it holds light alone: it adds to what is behind and hides nothing."""

    def __init__(self, area: tuple[int, int, int, int] = SHEET, light: bool = False) -> None:
        self.left, self.top, self.right, self.bottom = area
        self.light = light
        self.pixels = np.zeros((self.bottom - self.top, self.right - self.left, 4), np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        return self.pixels.shape[:2]

    # ------------------------------------------------------------ masks

    def _window(self, points: np.ndarray, pad: float) -> tuple[slice, slice]:
        """The part of the sheet that a shape can touch."""
        low, high = np.floor(points.min(0) - pad), np.ceil(points.max(0) + pad)
        x = np.clip((low[0] - self.left, high[0] - self.left + 1), 0, self.shape[1]).astype(int)
        y = np.clip((low[1] - self.top, high[1] - self.top + 1), 0, self.shape[0]).astype(int)
        return slice(y[0], y[1]), slice(x[0], x[1])

    def _mask(self, shapes: Iterable[Points], soft: float = 0, width: float = 0) -> tuple[np.ndarray, tuple]:
        """Anti-aliased cover 0..1 of areas (or of lines ``width`` wide), and where on the sheet it lies."""
        shapes = [np.asarray(points, np.float32) for points in shapes]
        window = self._window(np.vstack(shapes), 3 * soft + width + 2)
        cover = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
        if cover.size == 0:
            return cover.astype(np.float32), window
        corner = np.array((self.left + window[1].start, self.top + window[0].start), np.float32)
        fixed = [np.round((points - corner) * 16).astype(np.int32) for points in shapes]
        if width:
            cv2.polylines(cover, fixed, False, 255, max(1, round(width)), cv2.LINE_AA, 4)
        else:
            for points in fixed:
                cv2.fillPoly(cover, [points], 255, cv2.LINE_AA, 4)
        mask = cover.astype(np.float32) / 255
        return (cv2.GaussianBlur(mask, (0, 0), soft) if soft else mask), window

    def rows(self, window: tuple[slice, slice]) -> np.ndarray:
        """Frame y of each row of a window, as a column."""
        return np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None] + self.top

    def columns(self, window: tuple[slice, slice]) -> np.ndarray:
        return np.arange(window[1].start, window[1].stop, dtype=np.float32)[None] + self.left

    # ------------------------------------------------------------ paint

    def _lay(self, colour: np.ndarray, mask: np.ndarray, window: tuple[slice, slice]) -> Canvas:
        """Paint over what is there."""
        if mask.size:
            here, cover = self.pixels[window], mask[..., None]
            here *= 1 - cover
            here += np.dstack([colour * cover, 255 * cover])
        return self

    def _shine(self, colour: Colour, mask: np.ndarray, window: tuple[slice, slice]) -> Canvas:
        """Add light: to everything on a sheet of light, else to what has been painted."""
        if mask.size:
            here = self.pixels[window]
            lit = mask if self.light else mask * here[..., 3] / 255
            here[..., :3] += colour * lit[..., None]
        return self

    def sky(self, *stops: tuple[float, Colour]) -> Canvas:
        """Fill the sheet from top to bottom with ``(y, colour)`` stops."""
        rows = np.arange(self.top, self.bottom, dtype=np.float32)
        heights = [y for y, _ in stops]
        bands = [np.interp(rows, heights, [colour[k] for _, colour in stops]) for k in range(3)]
        self.pixels[..., :3] = np.stack(bands, 1)[:, None]
        self.pixels[..., 3] = 255
        return self

    def area(
        self, points: Points, top: Colour, bottom: Colour | None = None, soft: float = 0, opacity: float = 1
    ) -> Canvas:
        """A filled polygon, shaded from ``top`` to ``bottom``."""
        mask, window = self._mask([points], soft)
        colour: np.ndarray = top
        if bottom is not None:
            heights = np.asarray(points, np.float32)[:, 1]
            share = np.clip((self.rows(window) - heights.min()) / max(1, np.ptp(heights)), 0, 1)[..., None]
            colour = top * (1 - share) + bottom * share
        return self._lay(colour, mask * opacity, window)

    def areas(self, shapes: Sequence[Points], colour: Colour, opacity: float = 1, soft: float = 0) -> Canvas:
        """Many polygons of one colour at once."""
        if not shapes:
            return self
        mask, window = self._mask(shapes, soft)
        return self._lay(colour, mask * opacity, window)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
        below: Colour | None = None,
        soft: float = 0,
        opacity: float = 1,
    ) -> Canvas:
        return self.area([(left, top), (right, top), (right, bottom), (left, bottom)], colour, below, soft, opacity)

    def line(self, points: Points, colour: Colour, width: float = 3, opacity: float = 1) -> Canvas:
        return self.lines([points], colour, width, opacity)

    def lines(self, many: Sequence[Points], colour: Colour, width: float = 3, opacity: float = 1) -> Canvas:
        if not many:
            return self
        mask, window = self._mask(many, 0, width)
        return self._lay(colour, mask * opacity, window)

    def disc(self, x: float, y: float, radius: float, colour: Colour, soft: float = 0, opacity: float = 1) -> Canvas:
        return self.area(ellipse(x, y, radius, radius), colour, None, soft, opacity)

    def cut(self, points: Points, soft: float = 0) -> Canvas:
        """Cut a hole, such as a window in a wall."""
        mask, window = self._mask([points], soft)
        self.pixels[window] *= (1 - mask)[..., None]
        return self

    # ------------------------------------------------------------ light

    def glow(self, x: float, y: float, wide: float, tall: float, colour: Colour, power: float = 1.0) -> Canvas:
        """A round of light that fades out at about twice its radii."""
        window = self._window(np.array([(x - 2.6 * wide, y - 2.6 * tall), (x + 2.6 * wide, y + 2.6 * tall)]), 0)
        across = np.exp(-(((self.columns(window) - x) / wide) ** 2))
        down = np.exp(-(((self.rows(window) - y) / tall) ** 2))
        return self._shine(colour, across * down * power, window)

    def beam(self, points: Points, colour: Colour, power: float, soft: float) -> Canvas:
        """Light in the shape of a polygon with soft edges."""
        mask, window = self._mask([points], soft)
        return self._shine(colour, mask * power, window)

    def haze(self, colour: Colour, share: float, from_y: float, to_y: float) -> Canvas:
        """Mist that thickens from one height to another; it tints what has been painted."""
        rows = np.arange(self.top, self.bottom, dtype=np.float32)
        cover = (np.clip((rows - from_y) / (to_y - from_y), 0, 1) * share)[:, None, None]
        rows_used = np.flatnonzero(cover[:, 0, 0])
        if len(rows_used):
            part = self.pixels[rows_used[0] :]
            part[..., :3] += (part[..., 3:] * (colour / 255) - part[..., :3]) * cover[rows_used[0] :]
        return self

    def brush(
        self, amount: float, seed: int, base: int = 6, wide: float = 1.0, tall: float = 1.0, octaves: int = 4
    ) -> Canvas:
        """Brush work: uneven brightness."""
        strokes = 1 + amount * (noise(self.shape, seed, base, octaves, wide, tall) - 0.5) * 2
        self.pixels[..., :3] *= strokes[..., None]
        return self

    # ------------------------------------------------------------ done

    def layer(self, depth: float, blur: float = 0, scroll: float = 0, opaque: bool = False) -> Layer:
        """The finished sheet at a depth, cropped to what is painted. ``scroll`` is pixels per second."""
        window = self._painted(3 * blur)
        pixels = np.ascontiguousarray(self.pixels[window])
        if self.light:
            pixels[..., 3] = 0
        if blur:
            pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
        dither = np.random.default_rng(1).random(pixels.shape[:2], np.float32) - 0.5
        pixels[..., :3] += dither[..., None]
        left, top = self.left + window[1].start, self.top + window[0].start
        return Layer(cv2.convertScaleAbs(np.maximum(pixels, 0, out=pixels)), left, top, depth, opaque, scroll)

    def _painted(self, pad: float) -> tuple[slice, slice]:
        """The rectangle that holds everything painted, and ``pad`` pixels around it."""
        strongest = cv2.reduce(self.pixels.reshape(self.shape[0], -1), 1, cv2.REDUCE_MAX)[:, 0]
        rows = np.flatnonzero(strongest > 0.5)
        across = cv2.reduce(self.pixels.reshape(self.shape[0], -1), 0, cv2.REDUCE_MAX).reshape(-1, 4).max(1)
        columns = np.flatnonzero(across > 0.5)
        if not len(rows):
            return slice(0, 1), slice(0, 1)
        spans = []
        for used, limit in ((rows, self.shape[0]), (columns, self.shape[1])):
            low, high = int(max(0, used[0] - pad)), int(min(limit, used[-1] + 1 + pad))
            spans.append(slice(low, high))
        return spans[0], spans[1]


def ellipse(x: float, y: float, wide: float, tall: float, start: float = 0, end: float = 360) -> np.ndarray:
    """Points on an ellipse, angles in degrees clockwise from the right."""
    angles = np.deg2rad(np.linspace(start, end, 40))
    return np.stack([x + wide * np.cos(angles), y + tall * np.sin(angles)], 1)


def curve(*points: tuple[float, float]) -> np.ndarray:
    """A smooth line through the points (Catmull-Rom)."""
    p = np.asarray(points, np.float32)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
    pieces = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack(pieces)
