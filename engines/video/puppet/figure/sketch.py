"""A sheet to draw bodies, clothes and props on: soft, rounded shapes in units of the face's width.

The origin is the chin of the figure at rest, x to the right, y down. Colours are straight (not premultiplied) while
drawing, so that light can be put on afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

cv2.setNumThreads(1)

Points = Sequence[Sequence[float] | np.ndarray] | np.ndarray
Window = tuple[slice, slice]
Colour = np.ndarray | tuple[float, float, float]


def rgb(code: str) -> np.ndarray:
    """``#rrggbb`` as three float32, 0..255."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def smooth(low: float, high: float, value: np.ndarray | float) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, a soft step between."""
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blurred(mask: np.ndarray, spread: float) -> np.ndarray:
    """A Gaussian blur; a wide one is made on a smaller picture, where it costs a fraction and looks the same."""
    shrink = int(spread / 4)
    if shrink < 2 or min(mask.shape[:2]) < 4 * shrink:
        return cv2.GaussianBlur(mask, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    small = cv2.resize(mask, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), spread / shrink, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(soft, mask.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def curve(points: Points, closed: bool = False, steps: int = 10) -> np.ndarray:
    """A Catmull-Rom spline through the points."""
    p = np.asarray(points, np.float32)
    p = np.vstack([p[-1], p, p[:2]]) if closed else np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    pieces = [
        0.5 * (2 * b[i] + (c[i] - a[i]) * t + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
               + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3)
        for i in range(len(a))
    ]  # fmt: skip
    return np.vstack(pieces if closed else [*pieces, p[-2:-1]])


def limb(spine: Points, radii: Sequence[float]) -> np.ndarray:
    """The outline of a limb: a smooth spine with a radius at each of its points, round at both ends."""
    line = curve(spine)
    radius = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(radii)), radii)[:, None]
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    turn = np.linspace(-np.pi / 2, np.pi / 2, 9)[1:-1, None]
    end = line[-1] + radius[-1] * (np.cos(turn) * along[-1] - np.sin(turn) * normal[-1])
    start = line[0] + radius[0] * (-np.cos(turn) * along[0] + np.sin(turn) * normal[0])
    return np.vstack([line + normal * radius, end, (line - normal * radius)[::-1], start]).astype(np.float32)


def ellipse(x: float, y: float, wide: float, tall: float, turn: float = 0.0) -> np.ndarray:
    """An ellipse by its centre, half axes and angle in degrees."""
    t = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    flat = np.stack([np.cos(t) * wide, np.sin(t) * tall], 1)
    return (flat @ np.array([[c, s], [-s, c]]) + (x, y)).astype(np.float32)


class Sheet:
    """``rgb`` (h, w, 3) and ``alpha`` (h, w), float32; 0..255 and 0..1. ``light`` is added to the lit picture."""

    def __init__(self, shape: tuple[int, int], origin: tuple[float, float], unit: float) -> None:
        self.rgb = np.zeros((*shape, 3), np.float32)
        self.alpha = np.zeros(shape, np.float32)
        self.light: list[tuple[np.ndarray, Window]] = []
        self.origin, self.unit = np.array(origin, np.float32), unit

    def mask(self, points: Points, soft: float = 0.0, width: float = 0.0) -> tuple[np.ndarray, Window]:
        """How much of each pixel a shape covers (or a line, ``width`` wide), and the window of the sheet it lies in."""
        pixels = np.asarray(points, np.float32) * self.unit + self.origin
        blur, thick = soft * self.unit, width * self.unit
        window = self._window(pixels, 3 * blur + thick + 2)
        cover = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
        if cover.size:
            fixed = np.round((pixels - (window[1].start, window[0].start)) * 16).astype(np.int32)
            if width:
                cv2.polylines(cover, [fixed], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)
            else:
                cv2.fillPoly(cover, [fixed], 255, cv2.LINE_AA, 4)
        mask = cover.astype(np.float32) / 255
        if width and thick < 1:
            mask *= thick
        return (blurred(mask, blur) if blur > 0.3 and mask.size else mask), window

    def _window(self, pixels: np.ndarray, pad: float) -> Window:
        low, high = np.floor(pixels.min(0) - pad), np.ceil(pixels.max(0) + pad)
        x = np.clip((low[0], high[0] + 1), 0, self.alpha.shape[1]).astype(int)
        y = np.clip((low[1], high[1] + 1), 0, self.alpha.shape[0]).astype(int)
        return slice(y[0], y[1]), slice(x[0], x[1])

    def lay(self, mask: np.ndarray, window: Window, colour: Colour) -> None:
        """Put colour over what is there."""
        if not mask.size:
            return
        below = self.alpha[window]
        share = mask / np.maximum(mask + below * (1 - mask), 1e-4)
        self.rgb[window] += (np.asarray(colour, np.float32) - self.rgb[window]) * share[..., None]
        self.alpha[window] = mask + below * (1 - mask)

    def part(self, points: Points, colour: Colour, roundness: float = 0.15, edge: float = 0.62) -> None:
        """A rounded thing: darker towards its outline, with a soft shadow on what lies under it."""
        self.shadow(points, 0.35, 0.09, (0.02, 0.05))
        mask, window = self.mask(points)
        if not mask.size:
            return
        form = blurred(mask, max(0.5, roundness * self.unit))
        shade = edge + (1.06 - edge) * smooth(0.42, 0.98, form)
        self.lay(mask, window, np.asarray(colour, np.float32) * shade[..., None])

    def fill(self, points: Points, colour: Colour, soft: float = 0.0, opacity: float = 1.0) -> None:
        mask, window = self.mask(points, soft)
        self.lay(mask * opacity, window, colour)

    def line(self, points: Points, colour: Colour, width: float, opacity: float = 1.0, soft: float = 0.0) -> None:
        mask, window = self.mask(points, soft, width)
        self.lay(mask * opacity * (self.alpha[window] > 0), window, colour)

    def shadow(self, points: Points, strength: float, soft: float, shift: tuple[float, float] = (0, 0)) -> None:
        """Darken what is already drawn, under and around a shape."""
        mask, window = self.mask(np.asarray(points, np.float32) + shift, soft)
        self.rgb[window] *= 1 - strength * mask[..., None]

    def crease(self, points: Points, strength: float, width: float) -> None:
        """A fold: a soft dark line with a lighter one beside it. Negative strength lightens."""
        mask, window = self.mask(points, width / 2, width)
        self.rgb[window] *= 1 - strength * mask[..., None]

    def glow(self, x: float, y: float, radius: float, colour: Colour, power: float = 1.0) -> None:
        """Light that adds to whatever is behind the figure."""
        reach = self.origin + np.array((x, y)) * self.unit
        window = self._window(reach[None], 2.5 * radius * self.unit)
        rows, columns = np.mgrid[window].astype(np.float32)
        distance = ((columns - reach[0]) ** 2 + (rows - reach[1]) ** 2) / (radius * self.unit) ** 2
        self.light.append((np.exp(-distance)[..., None] * np.asarray(colour, np.float32) * power, window))
