"""What of a cut-out is cloth, what is its trim, what is skin and hair."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.cutout import Cutout
from engines.video.puppet.figure.sketch import smooth

SHADES = 7
"""A material is known by its colour at this many lightnesses, from shadow to highlight."""
CHROMA, LIGHTNESS = 1.0, 0.25
"""How much a difference in a, b and in L counts: the same material is seen in light and in shadow."""
FAR = 14.0
"""A colour this far from cloth, skin and hair (in weighted Lab) is trim."""
LONG_HAIR = 0.3
"""Hair that covers less than this of what is beside the face ends above the chin."""
DARK = (40.0, 34.0, 30.0)


@dataclass(frozen=True)
class Cloth:
    """``cover`` and ``trim`` (h, w) float32 0..1: all cloth, and the part of it that is not the main colour; ``front``
    the head and its hair, which hang over any garment. ``lab`` is the main colour in Lab; ``skin`` and ``hair`` are
    colours in RGB, 0..255."""

    cover: np.ndarray
    trim: np.ndarray
    front: np.ndarray
    lab: np.ndarray
    skin: np.ndarray
    hair: np.ndarray


def cloth_of(face: Cutout) -> Cloth:
    """Look at the colours of face, head and lower edge, then ask of every pixel beside and below the chin which it is
    nearest to, helped by where it is: skin is likely on the neck, cloth on the shoulders, hair above."""
    lab = cv2.cvtColor(face.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    unit, chin = landmarks.face_width(face.mesh), face.mesh[landmarks.CHIN]
    y, x = np.mgrid[: lab.shape[0], : lab.shape[1]].astype(np.float32)
    neck = float(face.mesh[list(landmarks.EARS), 0].mean())
    across, down = np.abs(x - neck) / unit, (y - chin[1]) / unit
    skin_area, hair_area, head = _areas(face)
    shoulders = _shoulders(face, across, down, unit)
    skin, cloth = _shades(lab[skin_area]), _shades(lab[shoulders])
    hair = _shades(lab[hair_area]) if hair_area.sum() > 200 else skin

    below = slice(max(0, int(chin[1] - 0.45 * unit)), lab.shape[0])
    part, across, down = lab[below], across[below], down[below]
    wedge = np.hypot(across / 0.62, np.maximum(down, 0) / 0.95)
    to_cloth = _distance(part, cloth)
    to_skin = _distance(part, skin) + 10 * smooth(0.8, 1.5, wedge) - 6 * (1 - smooth(0.5, 1.1, wedge))
    to_hair = _distance(part, hair) + 12 * smooth(0.2, 0.7, down) - 12 * (1 - smooth(-0.3, 0.1, down))
    beside = (down < -0.1) & (across < 1.1) & ~head[below] & (face.alpha[below] > 200)
    if beside.any() and (to_hair < to_skin + 6)[beside].mean() < LONG_HAIR:
        to_hair += 50 * (down > 0)
    trim = (to_cloth > FAR) & (np.minimum(to_skin, to_hair) > FAR)
    is_cloth = ((to_cloth < np.minimum(to_skin, to_hair)) | trim) & ~head[below] & (face.alpha[below] > 0)

    cover, trimmed = np.zeros(lab.shape[:2], np.float32), np.zeros(lab.shape[:2], np.float32)
    cover[below] = _tidy(is_cloth, unit)
    trimmed[below] = _tidy(is_cloth & (to_cloth > 0.8 * FAR), unit) * cover[below]
    hair_colour = np.median(face.rgb[hair_area], 0) if hair_area.any() else np.array(DARK)
    front = np.ones(lab.shape[:2], np.float32)
    front[below] = _tidy(head[below] | (~is_cloth & (to_hair < to_skin)), unit)
    return Cloth(cover, trimmed, front, np.median(lab[shoulders], 0), np.median(face.rgb[skin_area], 0), hair_colour)


def _shoulders(face: Cutout, across: np.ndarray, down: np.ndarray, unit: float) -> np.ndarray:
    """Pixels that can only be cloth: the lowest of the picture, beside the neck; all that is below the chin if there
    are hardly any."""
    solid, rows = face.alpha > 200, np.arange(face.alpha.shape[0])[:, None]
    lowest = solid & (down > 0.2) & (rows > face.alpha.shape[0] - 0.35 * unit) & (across > 0.6)
    below = solid & (down > 0.3)
    enough = [area for area in (lowest, below, solid) if area.sum() > 200]
    return enough[0] if enough else solid


def _areas(face: Cutout) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks of skin (cheeks, nose, brow), of hair (round the head, outside the face), and of the whole face."""
    skin, head = np.zeros(face.alpha.shape, np.uint8), np.zeros(face.alpha.shape, np.uint8)
    oval = face.mesh[list(landmarks.OVAL), :2]
    middle = oval.mean(0)
    upper = np.column_stack([oval[:, 0], np.minimum(oval[:, 1], face.mesh[landmarks.NOSE_BASE, 1])])
    _fill(skin, middle + (upper - middle) * 0.75, 1)
    for eye in landmarks.EYES.values():
        _fill(skin, face.mesh[[*eye["upper"], *eye["lower"], *eye["brow"]], :2], 0)
    _fill(head, middle + (oval - middle) * 1.02, 1)
    near = np.zeros_like(head)
    _fill(near, middle + (oval - middle) * 1.12, 1)
    above = np.arange(len(head))[:, None] < face.mesh[landmarks.NOSE_TIP, 1]
    solid = face.alpha > 200
    return (skin > 0) & solid, solid & (near == 0) & above, head > 0


def _fill(mask: np.ndarray, points: np.ndarray, value: int) -> None:
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), value)


def _shades(colours: np.ndarray) -> np.ndarray:
    """A material: its median Lab at several lightnesses, ``(SHADES, 3)``."""
    order = np.argsort(colours[:, 0], kind="stable")
    return np.stack([np.median(colours[piece], 0) for piece in np.array_split(order, SHADES)])


def _distance(lab: np.ndarray, shades: np.ndarray) -> np.ndarray:
    """How far each pixel's colour is from a material. Chroma scales with lightness: a shadow is no other stuff."""
    nearest = np.full(lab.shape[:2], 1e9, np.float32)
    for shade in np.asarray(shades, np.float32):
        ratio = np.clip(lab[..., 0] / max(4.0, float(shade[0])), 0.2, 1.6)
        chroma = (lab[..., 1] - shade[1] * ratio) ** 2 + (lab[..., 2] - shade[2] * ratio) ** 2
        away = CHROMA * chroma + LIGHTNESS * LIGHTNESS * (lab[..., 0] - shade[0]) ** 2
        nearest = np.minimum(nearest, away)
    return np.sqrt(nearest)


def _tidy(mask: np.ndarray, unit: float) -> np.ndarray:
    """Without specks, with a soft edge."""
    size = max(3, round(0.02 * unit)) | 1
    clean = cv2.medianBlur(mask.astype(np.uint8) * 255, size)
    return cv2.GaussianBlur(clean.astype(np.float32) / 255, (0, 0), 0.8)
