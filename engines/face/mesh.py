"""The face mesh: 468 points on one face (MediaPipe face landmark)."""

from __future__ import annotations

import cv2
import numpy as np

from engines.face.tflite import run

SIDE = 192
POINTS = 468
MARGIN = 1.5
"""Side of the crop in heights of the face, as the model was trained to see it."""
LOOKS = 3
"""How often the crop is centred again on what was found."""


def mesh(picture: np.ndarray, box: tuple[float, float, float, float]) -> tuple[np.ndarray, float]:
    """Points ``(468, 3)`` in pixels, float32 (z towards the viewer is negative), and how sure the model is that
    this is a face (a logit, above 0: yes), for the face in ``box`` (x, y, width, height) of an RGB uint8 picture."""
    centre = np.array((box[0] + box[2] / 2, box[1] + box[3] / 2))
    side = max(box[2], box[3]) * MARGIN
    for _ in range(LOOKS):
        points, sure = _look(picture, centre, side)
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        centre, side = (low + high) / 2, float((high - low).max()) * MARGIN
    return points, sure


def _look(picture: np.ndarray, centre: np.ndarray, side: float) -> tuple[np.ndarray, float]:
    scale = SIDE / side
    corner = centre - side / 2
    matrix = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]])
    crop = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    outputs = run("face_landmark.tflite", crop)
    points = next(o for o in outputs if o.size == POINTS * 3).reshape(POINTS, 3) / scale
    points[:, :2] += corner
    sure = next(o for o in outputs if o.size == 1)
    return points.astype(np.float32), float(sure.reshape(-1)[0])
