"""Relighting: a flat cut-out is lit by the lights of its set.

Ambient tint, a broad key that follows the rounding of body and face, a thin rim on the edges towards the light behind,
and a soft shoulder instead of clipping.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.figure.sprite import Light

Window = tuple[slice, slice]
COARSE = 4
"""The broad light is computed on every fourth pixel."""
CONTRAST = 1.15
CURVE = ((np.arange(256) / 255.0) ** CONTRAST).astype(np.float32)


@dataclass(frozen=True)
class Lighting:
    """What a light does to each pixel of a figure: ``gain`` multiplies (coarse grid), ``edge`` is how much rim it gets."""

    gain: np.ndarray
    edge: np.ndarray
    rim: np.ndarray


def lighting(alpha: np.ndarray, relief: np.ndarray, unit: float, light: Light) -> Lighting:
    """``alpha`` (h, w) uint8; ``relief`` the height of the figure's surface on the coarse grid, in pixels of that grid;
    ``unit`` pixels of a face's width."""
    height, width = alpha.shape
    down, across = cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=1 / 8), cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=1 / 8)
    steep = np.sqrt(1 + across**2 + down**2)
    towards = np.array((light.key * 0.9, -0.35, 0.55), np.float32)
    towards /= np.linalg.norm(towards)
    lambert = (-across * towards[0] - down * towards[1] + towards[2]) / steep
    key = np.clip(0.12 + 1.05 * lambert, 0, 1.4)[..., None]
    side = np.linspace(-1, 1, relief.shape[1], dtype=np.float32)[None, :, None]
    key = key * (1 + 0.25 * light.key * side)
    ambient = np.array(light.ambient, np.float32) / 255 * 2
    gain = ambient + np.array(light.key_colour, np.float32) / 255 * 1.5 * key
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
    colour = cv2.LUT(rgb, CURVE) * _upscaled(lights.gain, lights.edge.shape, window)
    edge = lights.edge[window][..., None]
    bright = 0.35 + 0.65 * np.minimum(colour.max(2, keepdims=True), 1)
    colour += lights.rim * (edge * bright)
    colour = shoulder(colour) * (alpha[..., None].astype(np.float32))
    return np.dstack([np.round(colour).astype(np.uint8), alpha])


def shoulder(colour: np.ndarray) -> np.ndarray:
    """0..∞ to 0..1: dark tones stay, bright ones bend instead of clipping, so skin keeps its colour."""
    return colour / np.cbrt(1 + colour * colour * colour)


def _upscaled(coarse: np.ndarray, shape: tuple[int, int], window: Window) -> np.ndarray:
    """The window's part of a coarse grid, at full size."""
    rows, columns = window
    size = (columns.stop - columns.start, rows.stop - rows.start)
    sx, sy = coarse.shape[1] / shape[1], coarse.shape[0] / shape[0]
    matrix = np.array([[sx, 0, (columns.start + 0.5) * sx - 0.5], [0, sy, (rows.start + 0.5) * sy - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(coarse, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
