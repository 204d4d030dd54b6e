"""Any photograph with a face as a reference: found, cropped, cut out by the person matte, its own light flattened."""

from __future__ import annotations

import functools

import cv2
import numpy as np

from engines.face.matte import matte
from engines.face.mesh import mesh
from engines.face.onnx import Faces
from engines.video.puppet.figure import landmarks
from events.errors import BadPicture

FACE = 210
"""Pixels that a face is wide in a prepared photograph, at most."""
CROP = (-2.3, -2.2, 2.3, 2.9)
"""Left, top, right and bottom of what is kept, in face widths from the point between the eyes."""


@functools.lru_cache(maxsize=1)
def _detector() -> Faces:
    return Faces()


def face_box(picture: np.ndarray) -> tuple[float, float, float, float] | None:
    """The largest face of a picture, None when there is none."""
    found = _detector().faces(picture)
    return found[0].box if found else None


def cut_out(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """RGB ``(h, w, 3)``, alpha ``(h, w)`` and mesh ``(468, 3)`` of the person in an RGB uint8 picture.
    Raises ``BadPicture`` when no face can be found."""
    box = face_box(picture)
    if box is None:
        raise BadPicture("No face can be found in a photograph. Use one with a single face, seen from the front.")
    points, _ = mesh(picture, box)
    picture, points = _cropped(picture, points)
    alpha = _matted(picture)
    rgb = _without_background(picture, alpha)
    return _flattened(rgb, alpha, points), alpha, points


def _cropped(picture: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    width = landmarks.face_width(points)
    eyes = landmarks.between_eyes(points)
    height, across = picture.shape[:2]
    left, top = np.maximum(np.floor(eyes + np.array(CROP[:2]) * width), 0).astype(int)
    right, bottom = np.minimum(np.ceil(eyes + np.array(CROP[2:]) * width), (across, height)).astype(int)
    scale = min(1.0, FACE / width)
    part = picture[top:bottom, left:right]
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    points = (points - (left, top, 0)) * (size[0] / part.shape[1], size[1] / part.shape[0], scale)
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA), points.astype(np.float32)


def _matted(picture: np.ndarray) -> np.ndarray:
    """The matte, drawn to the picture's own edges."""
    rough = matte(picture)
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    fine = _guided(guide, rough, radius=max(4, picture.shape[1] // 80))
    return np.clip((fine - 0.35) / 0.4 * 255, 0, 255).astype(np.uint8)


def _guided(guide: np.ndarray, rough: np.ndarray, radius: int, noise: float = 1e-3) -> np.ndarray:
    """The guided filter of He, Sun and Tang (2010): ``rough`` with the edges of ``guide``."""
    size = (2 * radius + 1, 2 * radius + 1)
    mean, mean_rough = cv2.blur(guide, size), cv2.blur(rough, size)
    slope = (cv2.blur(guide * rough, size) - mean * mean_rough) / (cv2.blur(guide * guide, size) - mean**2 + noise)
    return cv2.blur(slope, size) * guide + cv2.blur(mean_rough - slope * mean, size)


def _without_background(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colours of the inside carried over the soft edge, which is a mixture with the old background."""
    solid = cv2.erode((alpha > 245).astype(np.float32), np.ones((3, 3), np.uint8))
    weight = cv2.GaussianBlur(solid, (0, 0), 4)[..., None]
    colour = cv2.GaussianBlur(picture * solid[..., None], (0, 0), 4) / np.maximum(weight, 1e-3)
    keep = np.maximum(solid[..., None], weight < 2e-3)
    return np.clip(picture * keep + colour * (1 - keep), 0, 255).astype(np.uint8)


def _flattened(rgb: np.ndarray, alpha: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Take the photograph's own light away: the broad lightness of the face is brought to its median."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    oval = np.zeros(alpha.shape, np.uint8)
    cv2.fillConvexPoly(oval, np.round(points[list(landmarks.OVAL), :2]).astype(np.int32), 255)
    skin = (oval > 0).astype(np.float32)
    broad = landmarks.face_width(points) * 0.22
    weight = cv2.GaussianBlur(skin, (0, 0), broad)
    light = cv2.GaussianBlur(lab[..., 0] * skin, (0, 0), broad) / np.maximum(weight, 1e-3)
    median = float(np.median(lab[..., 0][oval > 0]))
    gain = np.clip(median / np.maximum(light, 1), 0.75, 1.35)
    strength = 0.7 * np.clip(weight * 1.6, 0, 1)
    lab[..., 0] = np.clip(lab[..., 0] * (1 + (gain - 1) * strength), 0, 255)
    return cv2.cvtColor(np.round(lab).astype(np.uint8), cv2.COLOR_LAB2RGB)
