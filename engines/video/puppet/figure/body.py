"""The body that no reference shows: it goes on where the bust leaves the picture, in the same cloth.

All measures are in face widths; x from the middle of the chin, y down from the chin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engines.video.puppet.figure.sketch import Sheet, curve, ellipse, limb, smooth
from engines.video.puppet.figure.wardrobe import Style

BOTTOM = {"bust": 2.15, "half": 4.4, "full": 10.1}
"""How far below the chin each extent reaches."""
ABOVE = 2.3
HALF_WIDTH = 2.35


@dataclass(frozen=True)
class Build:
    """``line`` (n, 2) is the outline of the shoulders, left to right, as far as it is seen, about their middle, which
    is ``middle`` away from the chin; ``collar`` the y at
    which cloth begins beside the neck; ``tone`` (m,) the brightness of the cloth across the picture's lower edge, from
    the first to the last x of ``line``, and ``seam`` the y of that edge. Colours are RGB, 0..255."""

    line: np.ndarray
    middle: float
    collar: float
    seam: float
    tone: np.ndarray
    cloth: np.ndarray
    skin: np.ndarray
    trousers: np.ndarray
    shoes: np.ndarray

    @property
    def shoulder(self) -> float:
        """The y of the shoulders' outer ends."""
        return float(self.line[[0, -1], 1].mean())

    @property
    def width(self) -> float:
        """From the middle to the outside of the arm."""
        return min(float(np.abs(self.line[[0, -1], 0]).mean()) + 0.16, HALF_WIDTH - 0.4)

    def end(self, side: int) -> float:
        """The y of one shoulder's outer end: people do not always stand straight."""
        return float(np.clip(self.line[-1 if side > 0 else 0, 1], self.shoulder - 0.3, self.shoulder + 0.3))

    def coloured(self, colour: tuple[float, float, float] | None) -> Build:
        return self if colour is None else replace(self, cloth=np.array(colour, np.float32))


@dataclass(frozen=True)
class Joints:
    """Where a limb bends. ``side`` is -1 on the picture's left, which is the character's right."""

    side: int
    top: tuple[float, float]
    middle: tuple[float, float]
    end: tuple[float, float]


def arm_of(build: Build, side: int, swing: float = 0.0) -> Joints:
    """An arm that hangs, or swings while walking."""
    s, w = build.shoulder, build.width
    sway = swing if swing * side > 0 else 0.35 * swing
    top = (side * (w - 0.36), build.end(side) + 0.34)
    return Joints(side, top, (side * (w - 0.2) + 0.16 * sway, s + 1.95), (side * (w - 0.26) + 0.55 * sway, s + 3.5))


def raised_arm(build: Build, side: int, hand: tuple[float, float]) -> Joints:
    """An arm bent so that its hand is at ``hand``."""
    s, w = build.shoulder, build.width
    return Joints(
        side, (side * (w - 0.36), build.end(side) + 0.34), (side * (w - 0.04), max(s + 1.75, hand[1] + 0.1)), hand
    )


def leg_of(build: Build, side: int, stride: float) -> Joints:
    s, step = build.shoulder, side * stride
    lift = max(0.0, -step) * 0.28
    ankle = (side * 0.4 + step * 0.95, s + 8.45 - lift)
    knee = (side * 0.46 + step * 0.62 + lift * 0.6, s + 5.95 - lift * 0.4)
    return Joints(side, (side * 0.5, s + 3.3), knee, ankle)


def draw_neck(sheet: Sheet, build: Build) -> None:
    """For pictures that end at the chin."""
    c = build.collar
    neck = [
        (-0.34, -0.25),
        (0.34, -0.25),
        (0.36, c - 0.1),
        (0.6, c + 0.16),
        (0, c + 0.75),
        (-0.6, c + 0.16),
        (-0.36, c - 0.1),
    ]
    sheet.part(neck, build.skin * 0.86, 0.12, 0.6)


def draw_body(sheet: Sheet, build: Build, style: Style, extent: str, stride: float, raised: list[Joints]) -> None:
    """From far to near: legs, hanging arms, torso, raised arms, and the shoulders that the picture's own will cover."""
    if extent != "bust":
        _legs(sheet, build, style, stride)
    for side in (-1, 1):
        if side not in [arm.side for arm in raised]:
            arm = arm_of(build, side, -side * stride)
            _hand(sheet, build, arm)
            _arm(sheet, build, arm)
    _torso(sheet, build, style, extent, stride)
    for arm in raised:
        _arm(sheet, build, arm)
    _shoulders(sheet, build)
    _toned(sheet, build)


def draw_forearm(sheet: Sheet, build: Build, arm: Joints) -> None:
    """The part of a raised arm that comes before clothes and straps, and its fist."""
    x, y = arm.end
    sheet.part(ellipse(x - 0.1 * arm.side, y - 0.05, 0.2, 0.18), build.skin, 0.07, 0.7)
    sheet.part(limb([arm.middle, arm.end], [0.3, 0.26, 0.2]), build.cloth, 0.13, 0.58)
    _cuff(sheet, arm)


def _arm(sheet: Sheet, build: Build, arm: Joints) -> None:
    sheet.part(limb([arm.top, arm.middle, arm.end], [0.36, 0.3, 0.3, 0.26, 0.21]), build.cloth, 0.13, 0.58)
    x, y = arm.middle
    for k, lean in ((-0.12, 0.08), (0.0, -0.05), (0.13, 0.06)):
        sheet.crease([(x - 0.16, y + k), (x + 0.16, y + k + lean)], 0.13, 0.04)
    _cuff(sheet, arm)


def _cuff(sheet: Sheet, arm: Joints) -> None:
    along = _direction(arm)
    across = np.array((-along[1], along[0])) * 0.2
    cuff = np.array(arm.end) - along * 0.02
    sheet.crease([cuff - across, cuff + across], 0.3, 0.035)


def _direction(arm: Joints) -> np.ndarray:
    along = np.subtract(arm.end, arm.middle)
    return along / max(1e-6, float(np.linalg.norm(along)))


def _hand(sheet: Sheet, build: Build, arm: Joints) -> None:
    along = _direction(arm)
    inward = np.array((-arm.side, 0.0))
    wrist = np.array(arm.end)
    palm, tips = wrist + along * 0.26, wrist + along * 0.62 + inward * 0.06
    sheet.part(limb([wrist, palm, tips], [0.13, 0.18, 0.15, 0.07]), build.skin, 0.06, 0.7)
    sheet.part(
        limb([wrist + along * 0.1 + inward * 0.1, palm + inward * 0.17 + along * 0.08], [0.07, 0.055]),
        build.skin,
        0.04,
        0.75,
    )
    for k in (-0.05, 0.02, 0.09):
        sheet.crease([palm + along * 0.1 + inward * k, tips - along * 0.03 + inward * (k * 0.6)], 0.2, 0.018)


def _torso(sheet: Sheet, build: Build, style: Style, extent: str, stride: float) -> None:
    """From the shoulders to the hem, which a long garment has below the knees."""
    s, w = build.shoulder, build.width - 0.3
    long = style.length > 4 and extent == "full"
    low = s + (style.length if long else min(style.length, 3.6))
    flare = w - 0.16 if not long else w + (0.42 if style.bare else 0.16)
    sway = 0.16 * stride * long
    side = [(0.6, s - 0.2), (w - 0.05, s + 0.35), (w - 0.14, s + 1.0), (w - 0.3, s + 2.2), (w - 0.2, s + 3.0)]
    right = curve([*side, (flare + sway, low)])
    left = curve([*side, (flare - sway, low)]) * (-1, 1)
    bottom = curve([right[-1], (sway, low + 0.1), left[-1]])
    sheet.part(np.vstack([right, bottom, left[::-1]]), build.cloth, 0.22, 0.56)
    for x in (-1, 1):
        sheet.crease([(x * (w - 0.1), s + 0.75), (x * (w - 0.55), s + 1.2)], 0.12, 0.06)
        sheet.crease([(x * (w - 0.28), s + 2.05), (x * (w - 0.75), s + 2.25)], 0.1, 0.05)
        sheet.crease([(x * (w - 0.25), s + 2.5), (x * 0.35, s + 2.85)], 0.07, 0.06)
    if long:
        for k in (-0.62, -0.25, 0.12, 0.5):
            sheet.crease([(k * (w - 0.2), s + 3.0), (k * flare * 1.1 + sway, low - 0.05)], 0.13, 0.07)
    else:
        sheet.crease([(-w, low - 0.1), (w, low - 0.1)], 0.2, 0.03)


def _legs(sheet: Sheet, build: Build, style: Style, stride: float) -> None:
    colour = build.skin if style.bare else build.trousers
    thick = [0.4, 0.34, 0.27, 0.2, 0.15] if style.bare else [0.54, 0.46, 0.36, 0.31, 0.26]
    for side in (1, -1) if stride < 0 else (-1, 1):
        leg = leg_of(build, side, stride)
        x, y = leg.end
        toe = 0.16 * side if abs(stride) < 0.1 else 0.3
        sheet.part(
            limb([(x - 0.02, y + 0.12), (x + toe * 0.5, y + 0.16), (x + 1.25 * toe, y + 0.2)], [0.24, 0.24, 0.15]),
            build.shoes,
            0.06,
            0.6,
        )
        dark = 0.78 if side * stride < 0 else 1.0
        sheet.part(limb([leg.top, leg.middle, leg.end], thick), colour * dark, 0.14, 0.52)
        knee = leg.middle
        for k in (-0.1, 0.08):
            sheet.crease([(knee[0] - 0.2, knee[1] + k), (knee[0] + 0.18, knee[1] + k + 0.06)], 0.14, 0.05)
    s = build.shoulder
    hips = [(-0.98, s + 3.0), (0.98, s + 3.0), (0.9, s + 3.8), (0.0, s + 4.1), (-0.9, s + 3.8)]
    sheet.fill(hips, colour * 0.92, soft=0.06)


def _shoulders(sheet: Sheet, build: Build) -> None:
    """The outline of the picture's shoulders, carried on over the ends of the arms."""
    s, w = build.shoulder, build.width
    line = build.line + np.array((0, 0.03), np.float32)
    left, right = line[0], line[-1]
    low, high = build.end(-1), build.end(1)
    end_right = curve([right, (w - 0.06, high + 0.2), (w, high + 0.55), (w - 0.02, s + 0.9)])
    end_left = curve([(-w + 0.02, s + 0.9), (-w, low + 0.55), (-w + 0.06, low + 0.2), left])
    under = [(w - 0.02, s + 0.9), (-w + 0.02, s + 0.9)]
    mask, window = sheet.mask(np.vstack([end_left, line, end_right, under]))
    y = (np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None] - sheet.origin[1]) / sheet.unit
    x = (np.arange(window[1].start, window[1].stop, dtype=np.float32)[None] - sheet.origin[0]) / sheet.unit
    fade = 1 - smooth(s + 0.1, s + 0.5, y)
    round_off = 1 - 0.42 * smooth(w - 0.45, w + 0.02, np.abs(x))
    sheet.lay(mask * fade, window, build.cloth * (np.ones_like(mask) * round_off)[..., None])


def _toned(sheet: Sheet, build: Build) -> None:
    """The picture's own light and dark at its lower edge goes on for a while below it; cloth has a grain."""
    height, width = sheet.alpha.shape
    x = (np.arange(width, dtype=np.float32) - sheet.origin[0]) / sheet.unit
    y = (np.arange(height, dtype=np.float32) - sheet.origin[1]) / sheet.unit
    places = np.linspace(build.line[0, 0], build.line[-1, 0], len(build.tone))
    tone = np.interp(x, places, build.tone)[None]
    near = (1 - smooth(build.seam, build.seam + 1.3, y))[:, None]
    random = np.random.default_rng(5)
    cells = random.random((round(height / sheet.unit * 14), round(width / sheet.unit * 22)), np.float32)
    grain = cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    sheet.rgb *= ((1 + (tone - 1) * near) * (0.97 + 0.06 * grain))[..., None]
