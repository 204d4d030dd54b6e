"""The person matte: how much of each pixel belongs to the person in front (MediaPipe selfie segmentation)."""

from __future__ import annotations

import cv2
import numpy as np

from engines.face.tflite import run

SIDE = 256


def matte(picture: np.ndarray) -> np.ndarray:
    """``(h, w)`` float32, 0..1, of an ``(h, w, 3)`` RGB uint8 picture. Soft, and no finer than 1/256 of the picture."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    share = run("selfie_segmentation.tflite", small)[0][0, :, :, 0]
    return np.clip(cv2.resize(share, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
