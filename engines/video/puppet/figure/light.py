"""Relighting: a flat cut-out is lit by the lights of its set.

Ambient tint, a broad key that follows the rounding of body and face, a thin rim on the edges towards the light behind,
and a soft shoulder instead of clipping.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.sprite import Light

Window = tuple[slice, slice]
COARSE = 4
"""The broad light is computed on every fourth pixel."""
CONTRAST = 1.15
CURVE = ((np.arange(256) / 255.0) ** CONTRAST).astype(np.float32)


@dataclass(frozen=True)
class Lighting:
    """What a light does to each pixel of a figure: ``gain`` multiplies (on the coarse grid), ``edge`` is its rim."""

    gain: np.ndarray
    edge: np.ndarray
    rim: np.ndarray


def slopes(alpha: np.ndarray, unit: float, points: np.ndarray) -> np.ndarray:
    """How steep the figure's surface is, ``(h, w, 2)`` on the coarse grid: rounded towards the outline, and in the face
    as deep as its mesh. ``alpha`` (h, w) uint8, ``unit`` a face's width, ``points`` (468, 3) the mesh, in pixels."""
    size = (-(-alpha.shape[1] // COARSE), -(-alpha.shape[0] // COARSE))
    solid = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    grain = unit / COARSE
    body = cv2.GaussianBlur(solid, (0, 0), 0.12 * grain) * (0.42 * grain)
    depth, mask = _face_depth(points / COARSE, size, grain)
    return _gradient(body) * (1 - mask[..., None]) + _gradient(depth) * (FACE_DEPTH * mask[..., None])


FACE_DEPTH = 0.5
"""How much of the mesh's depth the light sees; all of it would look like a carving."""


def _gradient(height: np.ndarray) -> np.ndarray:
    return np.dstack(
        [cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)]
    )


def _face_depth(points: np.ndarray, size: tuple[int, int], grain: float) -> tuple[np.ndarray, np.ndarray]:
    """The mesh as a height field (scattered and blurred together), and where it counts."""
    total, weight = np.zeros(size[::-1], np.float32), np.zeros(size[::-1], np.float32)
    x, y = np.clip(np.round(points[:, :2]).astype(int), 0, np.array(size) - 1).T
    np.add.at(total, (y, x), -points[:, 2])
    np.add.at(weight, (y, x), 1)
    spread = max(1.0, 0.055 * grain)
    depth = cv2.GaussianBlur(total, (0, 0), spread) / np.maximum(cv2.GaussianBlur(weight, (0, 0), spread), 1e-4)
    oval = np.zeros(size[::-1], np.uint8)
    outline = points[list(landmarks.OVAL), :2]
    inner = outline.mean(0) + (outline - outline.mean(0)) * 0.86
    cv2.fillPoly(oval, [np.round(inner).astype(np.int32)], 255)
    return depth, cv2.GaussianBlur(oval.astype(np.float32) / 255, (0, 0), max(0.8, 0.07 * grain))


def lighting(alpha: np.ndarray, slope: np.ndarray, unit: float, light: Light, glow: np.ndarray | None) -> Lighting:
    """``slope`` from ``slopes``; ``glow`` is the light that the figure carries, ``(h, w, 3)`` uint8 like ``alpha``, or
    None."""
    across, down = slope[..., 0], slope[..., 1]
    towards = np.array((light.key * 0.9, -0.35, 0.6), np.float32)
    towards /= np.linalg.norm(towards)
    lambert = (-across * towards[0] - down * towards[1] + towards[2]) / np.sqrt(1 + across**2 + down**2)
    side = 1 + 0.3 * light.key * np.linspace(-1, 1, slope.shape[1], dtype=np.float32)
    key = (np.clip(0.06 + 1.15 * lambert, 0, 1.5) * side)[..., None]
    gain = np.array(light.ambient, np.float32) / 255 * 2 + np.array(light.key_colour, np.float32) / 255 * 1.6 * key
    if glow is not None:
        near = cv2.resize(glow, slope.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        gain = gain + cv2.GaussianBlur(near, (0, 0), 0.3 * unit / COARSE) * 1.3
    return Lighting(gain.astype(np.float32), _edge(alpha, unit, light), np.array(light.rim_colour, np.float32) / 255)


def _edge(alpha: np.ndarray, unit: float, light: Light) -> np.ndarray:
    """A thin band inside the outline on the side of the light behind."""
    x, y = light.rim_side
    length = max(1e-6, float(np.hypot(x, y)))
    reach = 0.042 * unit
    solid = alpha.astype(np.float32) / 255
    soft = cv2.GaussianBlur(solid, (0, 0), max(0.6, 0.016 * unit))
    shift = np.array([[1, 0, -x / length * reach], [0, 1, -y / length * reach]])
    moved = cv2.warpAffine(soft, shift, alpha.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.clip(solid - moved, 0, 1) * light.rim


def shine(rgb: np.ndarray, alpha: np.ndarray, lights: Lighting, window: Window) -> np.ndarray:
    """Premultiplied RGBA uint8 of a window of the figure. ``rgb`` and ``alpha`` are of the window, uint8."""
    colour = cv2.LUT(rgb, CURVE)
    colour *= _upscaled(lights.gain, lights.edge.shape, window)
    rim = lights.edge[window] * (0.35 + 0.65 * np.minimum(_brightest(colour), 1))
    colour += rim[..., None] * lights.rim
    colour *= (_shoulder(_brightest(colour)) * alpha)[..., None]
    return cv2.merge([*cv2.split(cv2.convertScaleAbs(colour)), alpha])


def _brightest(colour: np.ndarray) -> np.ndarray:
    red, green, blue = cv2.split(colour)
    return cv2.max(cv2.max(red, green), blue)


def _shoulder(brightest: np.ndarray) -> np.ndarray:
    """What a colour is multiplied by so that nothing clips: dark tones stay, bright ones bend, and all three channels
    alike, so that skin keeps its colour."""
    return 1 / np.cbrt(1 + brightest * brightest * brightest)


def _upscaled(coarse: np.ndarray, shape: tuple[int, int], window: Window) -> np.ndarray:
    """The window's part of a coarse grid, at full size."""
    rows, columns = window
    size = (columns.stop - columns.start, rows.stop - rows.start)
    sx, sy = coarse.shape[1] / shape[1], coarse.shape[0] / shape[0]
    matrix = np.array([[sx, 0, (columns.start + 0.5) * sx - 0.5], [0, sy, (rows.start + 0.5) * sy - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(coarse, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
