"""The print: bloom, one curve per channel by mood, a vignette, grain and the bars of a wide screen."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.layer import FRAME
from engines.video.puppet.paint import rgb, smooth
from events.script import Mood

BAR = 56
"""Height of the black bars above and below, in pixels: the picture is 1280×608."""


@dataclass(frozen=True)
class Look:
    """``lift`` tints the shadows, ``gain`` the lights (``#808080`` leaves them); 1 is neutral for the rest."""

    lift: str
    gain: str
    saturation: float
    contrast: float
    vignette: float = 0.5


LOOKS = {
    Mood.CALM: Look("#16242e", "#86827c", 1.04, 0.30),
    Mood.JOYFUL: Look("#242430", "#8e877c", 1.16, 0.26, 0.36),
    Mood.TENDER: Look("#2c1c28", "#8b8180", 1.06, 0.22, 0.45),
    Mood.HOPEFUL: Look("#1c2634", "#8b867c", 1.10, 0.28, 0.42),
    Mood.MYSTERIOUS: Look("#10203a", "#7c818b", 0.96, 0.40, 0.66),
    Mood.TENSE: Look("#0e2624", "#838178", 0.92, 0.46, 0.66),
    Mood.SAD: Look("#182036", "#777e89", 0.80, 0.28, 0.60),
    Mood.ANGRY: Look("#2c1014", "#8a7c76", 1.10, 0.48, 0.64),
    Mood.FEARFUL: Look("#0c1e26", "#79827f", 0.82, 0.44, 0.74),
    Mood.TRIUMPHANT: Look("#2c1c12", "#908576", 1.18, 0.32, 0.42),
}


class Grade:
    """Everything that is done to a finished picture of ``width`` × ``height`` pixels."""

    def __init__(self, mood: Mood, width: int = FRAME[0], height: int = FRAME[1] - 2 * BAR) -> None:
        look = LOOKS[mood]
        self.size = (width, height)
        self.table = _curves(look)
        self.vignette = _vignette(look.vignette, width, height)
        self.saturation = _saturation(look.saturation)
        self.grain = _grain(width + 64, height + 64)

    def apply(self, picture: np.ndarray, number: int) -> np.ndarray:
        """Grade one RGB picture; the grain is that of frame ``number`` of the scene."""
        width, height = self.size
        small = cv2.resize(picture, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        bloom = cv2.stackBlur(cv2.subtract(small, (150, 150, 150, 0)), (37, 37))
        picture = cv2.scaleAdd(cv2.resize(bloom, (width, height)), 0.5, picture)
        picture = cv2.LUT(cv2.transform(picture, self.saturation), self.table)
        picture = cv2.multiply(picture, self.vignette, scale=1 / 255)
        x, y = np.random.default_rng(number).integers(0, 64, 2)
        grain = self.grain[y : y + height, x : x + width]
        return cv2.subtract(cv2.add(picture, grain), (16, 16, 16, 0))


def _curves(look: Look) -> np.ndarray:
    x = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    lift, gain = rgb(look.lift) / 255, rgb(look.gain) / 128
    bent = x + (smooth(0, 1, x) - x) * look.contrast
    graded = lift * (1 - bent) ** 2 * 0.42 + bent * gain
    return np.clip(np.rint(graded * 255), 0, 255).astype(np.uint8)[None]


def _saturation(amount: float) -> np.ndarray:
    weights = np.array([0.30, 0.59, 0.11])
    return (np.eye(3) * amount + (1 - amount) * weights).astype(np.float32)


def _vignette(strength: float, width: int, height: int) -> np.ndarray:
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    shade = 1 - strength * np.clip(x**2 * 0.75 + y**2 * 0.6, 0, 1.4) ** 1.4 * 0.75
    return np.repeat((shade * 255).astype(np.uint8)[..., None], 3, 2)


def _grain(width: int, height: int) -> np.ndarray:
    raw = np.random.default_rng(3).normal(0, 1, (height, width)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), 0.7)
    grain = np.clip(np.rint(soft / soft.std() * 1.8 + 16), 0, 255).astype(np.uint8)
    return np.repeat(grain[..., None], 3, 2)
