"""The body that no reference shows: torso, arms, hands, legs, in the cloth of the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.video.puppet.figure.sketch import Sheet, limb


@dataclass(frozen=True)
class Build:
    """Where a body goes on from its bust, in face widths from the chin. ``edge`` is how far from the middle the
    picture shows the shoulder, ``drop`` how far below the chin it is there."""

    edge: float
    drop: float
    cloth: np.ndarray
    trousers: np.ndarray
    shoes: np.ndarray
    skin: np.ndarray


BOTTOM = {"bust": 2.15, "half": 4.3, "full": 10.0}
"""How far below the chin each extent reaches."""
ABOVE = 2.3
HALF_WIDTH = 2.3


def draw_body(sheet: Sheet, build: Build, extent: str, stride: float) -> None:
    """From far to near: far arm, legs, torso, near arm."""
    s = build.drop
    out = build.edge + 0.1
    if extent == "full":
        _legs(sheet, build, stride)
    for side in (-1, 1):
        _arm(sheet, build, side, stride * -side)
    sheet.part(
        [(-out, s + 0.1), (-0.8, s - 0.5), (0.8, s - 0.5), (out, s + 0.1), (out - 0.25, s + 0.8), (1.0, s + 2.2),
         (1.06, s + 3.4), (-1.06, s + 3.4), (-1.0, s + 2.2), (-out + 0.25, s + 0.8)], build.cloth, 0.2, 0.6)  # fmt: skip


def _arm(sheet: Sheet, build: Build, side: int, swing: float) -> None:
    s, x = build.drop, build.edge
    shoulder = (side * (x - 0.22), s + 0.3)
    elbow = (side * (x + 0.02) + 0.1 * swing, s + 1.9)
    wrist = (side * (x - 0.05) + 0.3 * swing, s + 3.3)
    sheet.part(limb([wrist, (wrist[0], wrist[1] + 0.35), (wrist[0] - side * 0.04, wrist[1] + 0.6)], [0.14, 0.19, 0.12]), build.skin, 0.08)
    sheet.part(limb([shoulder, elbow, wrist], [0.38, 0.29, 0.2]), build.cloth, 0.16, 0.55)


def _legs(sheet: Sheet, build: Build, stride: float) -> None:
    s = build.drop
    for side in (-1, 1):
        step = side * stride
        foot = (side * 0.42 + step * 0.95, s + 8.6 - max(0.0, -step) * 0.25)
        knee = (side * 0.48 + step * 0.55, s + 5.9)
        sheet.part(limb([(foot[0] - 0.05, foot[1]), (foot[0] + 0.15, foot[1] + 0.05)], [0.2, 0.17]), build.shoes, 0.08)
        sheet.part(limb([(side * 0.5, s + 3.3), knee, (foot[0], foot[1] - 0.15)], [0.56, 0.37, 0.24]), build.trousers, 0.16, 0.5)
