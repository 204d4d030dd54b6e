"""The light of a picture on another face: skin tone and slow shading, found where both show skin."""

from __future__ import annotations

import cv2
import numpy as np

from engines.refine.warp import height, spread
from engines.video.puppet.figure.landmarks import BROWS, CHIN, EYES, FOREHEAD, LIPS, NOSE_BASE, OVAL

BLUR = 0.03
"""Radius about a mesh point over which its colour is averaged, in heights of the face."""
DARK = 8.0
"""Added to colours before their logarithm, so that shadows do not weigh more than they are seen."""
DISAGREES = 0.15
"""Difference of logarithms from which on a point is held for beard, hair or a feature rather than for skin."""
ROUNDS = 6
LEAN = np.array((0.0, 0.001, 0.001, 0.01, 0.01, 0.01))
"""How much the fit resists a slope and a bend of the light across the face (ridge, as a share of the points)."""
BEARD = 0.05
"""Weight of what lies below the nose: where one of the two has a beard, it says nothing of the light."""
FEATURES = {
    *LIPS, *OVAL, FOREHEAD,
    *(point for eye in EYES.values() for point in (*eye["upper"], *eye["lower"])),
    *(point for brow in BROWS.values() for point in brow),
}  # fmt: skip
SKIN = [point for point in range(468) if point not in FEATURES]


def skin(picture: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """Logarithms of the colours about the points of ``SKIN``, ``(n, 3)``."""
    radius = max(1, round(BLUR * height(mesh)))
    points = np.rint(mesh[SKIN, :2]).astype(int)
    limits = np.array(picture.shape[1::-1]) - 1
    low = np.clip(points.min(0) - radius, 0, limits)
    high = np.clip(points.max(0) + radius, 0, limits) + 1
    soft = cv2.blur(picture[low[1] : high[1], low[0] : high[0]], (2 * radius + 1, 2 * radius + 1))
    x, y = (np.clip(points, low, high - 1) - low).T
    return np.log(soft[y, x].astype(np.float64) + DARK)


def light(own: np.ndarray, other: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """What has to be added to the logarithms of ``own`` to stand in the light of ``other``, as the coefficients
    ``(6, 3)`` of ``shading``. ``mesh`` is where the face lies; points on which the two disagree count little
    (Cauchy's weights, iterated)."""
    terms, gap = shading(mesh[SKIN, :2], mesh), other - own
    shown = np.where(_below_nose(mesh), BEARD, 1.0)
    weight = shown
    for _ in range(ROUNDS):
        weighted = terms * weight[:, None]
        found: np.ndarray = np.linalg.solve(weighted.T @ terms + np.diag(LEAN) * weight.sum(), weighted.T @ gap)
        weight = shown / (1 + (np.abs(gap - terms @ found).max(1) / DISAGREES) ** 2)
    return found


def _below_nose(mesh: np.ndarray) -> np.ndarray:
    down = mesh[CHIN] - mesh[FOREHEAD]
    below: np.ndarray = (mesh[SKIN] - mesh[NOSE_BASE]) @ down > 0
    return below


def shading(places: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """A constant, two slopes and three bends across the face at places ``(…, 2)`` in pixels: ``(…, 6)``."""
    middle = mesh[:, :2].mean(0)
    u, v = np.moveaxis((places - middle) / height(mesh), -1, 0)
    return np.stack([np.ones_like(u), u, v, u * u, v * v, u * v], -1)


def lit(face: np.ndarray, coefficients: np.ndarray, mesh: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """A face ``(h, w, 3)`` uint8 that lies with its corner at ``corner``, in the light found, float32."""
    gain = spread(lambda places: np.exp(shading(places, mesh) @ coefficients), corner, face.shape[1::-1])
    return np.clip((face + np.float32(DARK)) * gain - np.float32(DARK), 0, 255)
