"""References as cut-outs: the person alone, with the mesh of the face. Each picture is prepared once per process."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from engines.face.mesh import mesh
from engines.video.puppet.figure.photograph import cut_out, face_box
from events.errors import BadPicture

GREY = 128


@dataclass(frozen=True)
class Cutout:
    """``rgb`` (h, w, 3) uint8, straight, its colours carried on past the edge; ``alpha`` (h, w) uint8; ``mesh``
    (468, 3) in pixels."""

    rgb: np.ndarray
    alpha: np.ndarray
    mesh: np.ndarray


@functools.lru_cache(maxsize=64)
def cutout(file: Path) -> Cutout:
    """Prepare a reference picture. Raises ``BadPicture`` when no face can be found in it."""
    with Image.open(file) as image:
        pixels = np.asarray(image.convert("RGBA"))
    if pixels[..., 3].min() > 250:
        return Cutout(*cut_out(np.ascontiguousarray(pixels[..., :3])))
    alpha = np.ascontiguousarray(pixels[..., 3])
    rgb = carried_on(np.ascontiguousarray(pixels[..., :3]), alpha)
    return Cutout(rgb, alpha, face_mesh(rgb, alpha))


def face_mesh(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The mesh of a cut-out's face: looked for where a head must be, by the detector where that fails."""
    share = alpha[..., None].astype(np.float32) / 255
    shown = (rgb * share + GREY * (1 - share)).astype(np.uint8)
    points, sure = mesh(shown, _head_box(alpha))
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    inside = (low > 0).all() and (high < alpha.shape[::-1]).all()
    if sure > 0 and inside:
        return points
    box = face_box(shown)
    if box is None:
        raise BadPicture(
            "No face can be found in a reference picture. Use one with a face that is seen from the front."
        )
    return mesh(shown, box)[0]


def _head_box(alpha: np.ndarray) -> tuple[float, float, float, float]:
    """Where the face of a bust is: below the crown, about the middle of the head."""
    solid = alpha > 128
    rows = np.flatnonzero(solid.any(1))
    crown, height = rows[0], rows[-1] - rows[0]
    columns = np.flatnonzero(solid[crown : crown + int(0.35 * height)].any(0))
    middle, side = (columns[0] + columns[-1]) / 2, 0.5 * height
    return (middle - side / 2, crown + 0.15 * height, side, side)


def carried_on(rgb: np.ndarray, alpha: np.ndarray, reach: float = 4.0) -> np.ndarray:
    """Carry the colours of the solid part on over the soft edge and past it, so that no background shines in."""
    solid = (alpha > 250).astype(np.float32)
    weight = cv2.GaussianBlur(solid, (0, 0), reach)[..., None]
    colour = cv2.GaussianBlur(rgb * solid[..., None], (0, 0), reach) / np.maximum(weight, 1e-3)
    spread = np.where(weight > 2e-3, colour, rgb)
    keep = solid[..., None]
    return np.clip(np.round(rgb * keep + spread * (1 - keep)), 0, 255).astype(np.uint8)
