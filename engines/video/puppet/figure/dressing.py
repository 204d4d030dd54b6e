"""Wounds of the body: dressings on arm, hand and leg, a sling, a crutch, torn and stained cloth."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.figure.body import Build, Joints, arm_of, leg_of
from engines.video.puppet.figure.injury import Wound
from engines.video.puppet.figure.sketch import Sheet, curve, ellipse, limb

GAUZE = np.array((228, 220, 204), np.float32)
BLOOD = np.array((112, 22, 22), np.float32)
WOOD = np.array((128, 92, 58), np.float32)

ARM = ("shoulder", "arm", "elbow", "wrist", "hand", "finger")
LEG = ("leg", "thigh", "knee", "shin", "ankle", "foot")
ALONG = {"shoulder": 0.05, "arm": 0.3, "elbow": 0.5, "wrist": 0.95, "hand": 1.1, "finger": 1.15,
         "thigh": 0.25, "leg": 0.6, "knee": 0.5, "shin": 0.75, "ankle": 0.95, "foot": 1.0}  # fmt: skip
"""How far down its limb a place is: 0 at the top joint, 0.5 at the middle one, 1 at the last."""


def in_sling(wounds: tuple[Wound, ...]) -> int:
    """The side whose arm is in a sling, 0 for none."""
    return next((w.side or 1 for w in wounds if w.place in ARM and w.dressed), 0)


def draw_body_wounds(sheet: Sheet, build: Build, wounds: tuple[Wound, ...], extent: str, stride: float) -> None:
    """Everything that is not on the face, so that each wound can be seen in each extent."""
    for wound in wounds:
        side = wound.side or 1
        if wound.place in ARM:
            _on_arm(sheet, build, wound, side, stride)
        elif wound.place in LEG:
            _crutch(sheet, build, side)
            if extent == "full":
                _on_limb(sheet, wound, leg_of(build, side, stride), 0.36)
        elif not wound.on_face:
            _on_torso(sheet, build, wound, side)


def _on_arm(sheet: Sheet, build: Build, wound: Wound, side: int, stride: float) -> None:
    if wound.dressed:
        _sling(sheet, build, side)
        top = (side * (build.width - 0.16), build.shoulder + 0.62)
        _wrapped(sheet, (top[0], top[1] - 0.2), (top[0] + side * 0.03, top[1] + 0.22), 0.33)
        return
    arm = arm_of(build, side, -side * stride)
    _on_limb(sheet, wound, arm, 0.27)
    if wound.place != "shoulder":
        _stain(sheet, side * (build.width - 0.2), build.shoulder + 0.75, 0.2)


def _on_limb(sheet: Sheet, wound: Wound, joints: Joints, radius: float) -> None:
    at = ALONG[wound.place]
    spine = np.array([joints.top, joints.middle, joints.end])
    place = np.array([np.interp(min(at, 1) * 2, [0, 1, 2], spine[:, k]) for k in (0, 1)])
    below = np.array([np.interp(min(at + 0.14, 1.12) * 2, [0, 1, 2], spine[:, k]) for k in (0, 1)])
    if at >= 0.95:
        place, below = place - (below - place) * 0.5 - (0, 0.1), place + np.array((0, 0.3))
        radius *= 0.7
    if wound.dressed:
        _wrapped(sheet, tuple(place), tuple(below), radius)
    else:
        _stain(sheet, float(place[0]), float(place[1]), 0.6 * radius)


def _wrapped(sheet: Sheet, start: tuple[float, float], end: tuple[float, float], radius: float) -> None:
    """Gauze wound around a limb."""
    sheet.part(limb([start, end], [radius * 1.04, radius * 1.0]), GAUZE, 0.07, 0.62)
    along = np.subtract(end, start)
    across = np.array((-along[1], along[0])) / max(1e-6, float(np.linalg.norm(along))) * radius
    for k in (0.0, 0.33, 0.66, 1.0):
        middle = np.array(start) + along * k
        sheet.crease([middle - across - along * 0.12, middle + across + along * 0.12], 0.2, 0.03)


def _stain(sheet: Sheet, x: float, y: float, size: float) -> None:
    """Torn cloth with blood around it."""
    mask, window = sheet.mask(ellipse(x, y, size, size * 1.25), 0.3 * size)
    sheet.rgb[window] += (BLOOD - sheet.rgb[window]) * (0.7 * mask * (sheet.alpha[window] > 0.5))[..., None]
    tear = curve([(x - 0.4 * size, y - 0.5 * size), (x + 0.1 * size, y - 0.1 * size), (x + 0.4 * size, y + 0.6 * size)])
    sheet.line(tear, (60, 8, 10), 0.22 * size, 0.9)
    sheet.line(tear + np.array((0.08, 0.04)) * size, (186, 120, 100), 0.08 * size, 0.8)


def _sling(sheet: Sheet, build: Build, side: int) -> None:
    """A strap over the other shoulder, and the cloth that carries the forearm."""
    c, s, w = build.collar, build.shoulder, build.width
    strap = curve([(-side * 0.58, c + 0.02), (-side * 0.3, s + 0.6), (side * 0.1, s + 1.5)])
    sheet.part(limb(strap[::5], [0.1, 0.13, 0.16]), GAUZE, 0.05, 0.68)
    sheet.part(
        limb([(side * 0.62, c + 0.02), (side * 0.66, s + 0.7), (side * 0.72, s + 1.5)], [0.09, 0.12, 0.16]),
        GAUZE * 0.95,
        0.05,
        0.68,
    )
    cradle = curve(
        [
            (side * (w - 0.02), s + 1.42),
            (side * (w + 0.04), s + 1.95),
            (side * (w - 0.5), s + 2.3),
            (-side * 0.35, s + 2.1),
            (-side * 0.5, s + 1.75),
            (side * 0.1, s + 1.42),
            (side * 0.8, s + 1.3),
        ],
        True,
    )
    sheet.part(cradle, GAUZE, 0.14, 0.6)
    for k in (0.0, 0.3, 0.6):
        sheet.crease([(side * (0.1 + k), s + 1.5), (side * (0.5 + k * 1.2), s + 2.2)], 0.13, 0.05)
    hand = limb([(-side * 0.42, s + 1.82), (-side * 0.68, s + 1.78), (-side * 0.86, s + 1.8)], [0.13, 0.15, 0.07])
    sheet.part(hand, build.skin, 0.06, 0.7)


def _crutch(sheet: Sheet, build: Build, side: int) -> None:
    """Under the arm on the hurt side."""
    s, w = build.shoulder, build.width
    for x in (-0.1, 0.1):
        sheet.part(
            limb(
                [(side * (w + 0.12 + x), s + 0.5), (side * (w + 0.1 + x * 0.8), s + 3.4), (side * (w + 0.06), s + 5.2)],
                [0.05, 0.05],
            ),
            WOOD,
            0.03,
            0.6,
        )
    sheet.part(limb([(side * (w + 0.05), s + 5.0), (side * (w + 0.04), s + 8.55)], [0.06, 0.06]), WOOD, 0.03, 0.6)
    sheet.part(
        limb(
            [(side * (w - 0.14), s + 0.42), (side * (w + 0.12), s + 0.36), (side * (w + 0.36), s + 0.44)],
            [0.1, 0.12, 0.1],
        ),
        GAUZE * 0.8,
        0.05,
        0.6,
    )
    sheet.part(limb([(side * (w - 0.06), s + 2.9), (side * (w + 0.28), s + 2.9)], [0.06, 0.06]), WOOD * 0.7, 0.03, 0.6)


def _on_torso(sheet: Sheet, build: Build, wound: Wound, side: int) -> None:
    c, s = build.collar, build.shoulder
    if wound.place in ("neck", "throat"):
        if wound.dressed:
            for k in (0.0, 0.13):
                sheet.part(
                    limb([(-0.52, c - 0.12 + k), (0, c + 0.12 + k), (0.52, c - 0.12 + k)], [0.07, 0.08, 0.07]),
                    GAUZE,
                    0.04,
                    0.65,
                )
        else:
            _stain(sheet, side * 0.22, c + 0.02, 0.09)
        return
    y = s + {"chest": 0.75, "back": 0.75, "rib": 1.5, "side": 2.2, "stomach": 2.2}.get(wound.place, 0.8)
    if wound.dressed:
        band = [(-side * 0.95, s + 0.1), (0, s + 0.7), (side * 1.15, s + 1.25)]
        sheet.part(limb(band, [0.2, 0.22, 0.22]), GAUZE, 0.07, 0.62)
        for k in (0.25, 0.5, 0.75):
            x = -side * 0.95 + side * 2.1 * k
            sheet.crease([(x - 0.08, s + 0.05 + 1.15 * k), (x + 0.1, s + 0.4 + 1.15 * k)], 0.2, 0.03)
    else:
        _stain(sheet, side * 0.55, min(y, s + 0.9), 0.2)
        if y > s + 1:
            _stain(sheet, side * 0.65, y, 0.3)
