"""What a figure is asked for and what it answers: pose, light, sprite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Extent = Literal["bust", "half", "full"]
Colour3 = tuple[int, int, int]


@dataclass(frozen=True)
class Light:
    """The light of a place. ``key`` is where the key comes from, -1 left … 1 right; ``rim_side`` points to the
    light behind (x to the right, y down), ``rim`` is its power, 1 is usual."""

    ambient: Colour3 = (128, 128, 128)
    key_colour: Colour3 = (128, 120, 110)
    rim_colour: Colour3 = (255, 255, 255)
    key: float = 0.5
    rim: float = 1.0
    rim_side: tuple[float, float] = (1.0, -0.4)


@dataclass(frozen=True)
class Pose:
    """``expression`` neutral, smile, sad, angry, surprised; ``mouth`` shut, half, wide, round; ``turn`` front, left,
    right, up, down, "left" being the character's own left; ``stride`` -1..1 swings the legs of a whole figure."""

    expression: str = "neutral"
    mouth: str = "shut"
    blink: bool = False
    turn: str = "front"
    stride: float = 0.0


@dataclass(frozen=True)
class Sprite:
    """Premultiplied RGBA; where colour exceeds alpha, light is added. ``eyes`` is the point midway between the eyes of
    the figure at rest, ``face`` its height from brow to chin (``landmarks.face_size``), ``feet`` the y of the lowest
    point; all in pixels, the first two the same for every pose of one extent and size, so that figures do not jump."""

    pixels: np.ndarray
    eyes: tuple[float, float]
    face: float
    feet: float
