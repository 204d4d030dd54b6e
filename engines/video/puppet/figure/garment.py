"""Clothes drawn over the bust: lapels, hoods, collars, buttons, so that a change of clothes is seen at once.

Measures as in ``body``: face widths from the middle of the chin. Everything hangs on the collar and the shoulder line.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engines.video.puppet.figure.body import Build
from engines.video.puppet.figure.sketch import Sheet, curve, ellipse, limb
from engines.video.puppet.figure.wardrobe import Style

BRASS = np.array((196, 158, 84), np.float32)
SIDES = (-1, 1)


def mirrored(points: list[tuple[float, float]], side: int) -> list[tuple[float, float]]:
    return [(side * x, y) for x, y in points]


def tone(colour: np.ndarray, amount: float) -> np.ndarray:
    """Darker (below 1) or lighter (above) cloth; black cloth still shows its seams."""
    return np.clip(np.asarray(colour, np.float32) * amount + (14 * (amount - 1) if amount > 1 else 0), 4, 250)


def opening(build: Build) -> list[tuple[float, float]]:
    """What an open coat leaves free: from the sides of the neck down to a point."""
    c = build.collar
    return [(-0.56, c - 0.3), (0.56, c - 0.3), (0.5, c + 0.35), (0.3, c + 1.05), (0.02, c + 1.95), (-0.02, c + 1.95),
            (-0.3, c + 1.05), (-0.5, c + 0.35)]  # fmt: skip


def draw_garment(sheet: Sheet, build: Build, style: Style) -> None:
    """Draw what the cut of the style adds."""
    draw = DRAW.get(style.cut)
    if draw is not None and style.colour is not None:
        draw(sheet, build, style)


def draw_behind(sheet: Sheet, build: Build, style: Style) -> None:
    """What stands behind the neck: a hood, a raised collar."""
    if style.colour is None:
        return
    c = build.collar
    if style.cut == "hood":
        back = curve(
            [(-1.0, c + 0.5), (-0.86, c - 0.05), (-0.5, c - 0.42), (0.5, c - 0.42), (0.86, c - 0.05), (1.0, c + 0.5)]
        )
        sheet.part(back, tone(build.cloth, 0.72), 0.12, 0.5)
    if style.cut in ("open", "cape"):
        back = curve([(-0.7, c + 0.5), (-0.58, c - 0.08), (0.58, c - 0.08), (0.7, c + 0.5)])
        sheet.part(back, tone(build.cloth, 0.7), 0.08, 0.6)


# ---------------------------------------------------------------- cuts


def _open(sheet: Sheet, build: Build, style: Style) -> None:
    c, cloth = build.collar, build.cloth
    for side in SIDES:
        lapel = mirrored(
            [
                (0.5, c - 0.06),
                (0.74, c + 0.04),
                (1.06, c + 0.72),
                (0.8, c + 0.8),
                (0.9, c + 1.0),
                (0.04, c + 2.1),
                (0.02, c + 1.94),
                (0.32, c + 1.05),
                (0.5, c + 0.45),
            ],
            side,
        )
        sheet.part(lapel, tone(cloth, 1.08), 0.04, 0.76)
        sheet.line(mirrored([(0.5, c + 0.38), (0.8, c + 0.8)], side), tone(cloth, 0.5), 0.018, 0.7)
        sheet.crease(mirrored([(1.06, c + 0.74), (0.9, c + 1.02), (0.08, c + 2.1)], side), 0.22, 0.03)
    _closure(sheet, build, c + 2.1, style)
    for side in SIDES:
        pocket = mirrored([(0.5, c + 2.55), (0.98, c + 2.5), (0.99, c + 2.62), (0.51, c + 2.67)], side)
        sheet.part(pocket, tone(cloth, 0.92), 0.03, 0.8)


def _closure(sheet: Sheet, build: Build, top: float, style: Style, colour: np.ndarray | None = None) -> None:
    """A front edge with buttons, down to the hem."""
    low = build.shoulder + style.length - 0.05
    sheet.crease([(0.05, top), (0.05, low)], 0.32, 0.025)
    button = tone(build.cloth, 0.45) if colour is None else colour
    for y in np.arange(top + 0.15, low - 0.2, 0.55):
        sheet.part(ellipse(-0.07, float(y), 0.055, 0.055), button, 0.02, 0.6)


def _hood(sheet: Sheet, build: Build, style: Style) -> None:
    c, cloth = build.collar, build.cloth
    for side in SIDES:
        roll = limb(
            mirrored([(0.74, c - 0.12), (0.78, c + 0.25), (0.5, c + 0.62), (0.03, c + 0.92)], side),
            [0.13, 0.2, 0.2, 0.12],
        )
        sheet.part(roll, tone(cloth, 1.05), 0.07, 0.55)
    for side, length in ((-1, 0.75), (1, 0.62)):
        string = mirrored([(0.16, c + 0.9), (0.2, c + 1.2), (0.18, c + 0.9 + length)], side)
        sheet.shadow(limb(string, [0.03, 0.03]), 0.4, 0.03, (0.02, 0.03))
        sheet.line(curve(string), (226, 222, 212), 0.045)
        sheet.fill(ellipse(side * 0.18, c + 0.93 + length, 0.035, 0.05), (90, 92, 98))
    s = build.shoulder
    sheet.line([(0, c + 0.95), (0, s + style.length)], tone(cloth, 0.45), 0.03, 0.9)
    sheet.line([(0.02, c + 0.95), (0.02, s + style.length)], (176, 180, 186), 0.014, 0.7)
    for side in SIDES:
        sheet.crease(mirrored([(0.35, s + 2.1), (0.95, s + 2.9)], side), 0.35, 0.03)


def _uniform(sheet: Sheet, build: Build, style: Style) -> None:
    c, s, cloth = build.collar, build.shoulder, build.cloth
    for side in SIDES:
        stand = mirrored([(0.02, c + 0.36), (0.56, c - 0.16), (0.64, c + 0.1), (0.04, c + 0.62)], side)
        sheet.part(stand, tone(cloth, 0.82), 0.04, 0.75)
        sheet.line(mirrored([(0.05, c + 0.56), (0.6, c + 0.06)], side), BRASS, 0.025, 0.9)
        start = (0.72, c + 0.2)
        end = (build.width - 0.3, s + 0.12)
        strap = limb(mirrored([start, end], side), [0.1, 0.13])
        sheet.part(strap, tone(cloth, 0.7), 0.04, 0.7)
        sheet.line(mirrored([start, end], side), BRASS, 0.03, 0.8)
        pocket = mirrored(
            [(0.42, s + 0.72), (0.98, s + 0.72), (0.98, s + 0.86), (0.7, s + 0.96), (0.42, s + 0.86)], side
        )
        sheet.part(pocket, tone(cloth, 0.94), 0.04, 0.75)
    _closure(sheet, build, c + 0.55, style, BRASS)
    sheet.part(ellipse(0.7, s + 0.5, 0.12, 0.12), BRASS, 0.04, 0.6)
    belt, wide = s + 2.35, build.width - 0.56
    sheet.part([(-wide, belt), (wide, belt), (wide, belt + 0.22), (-wide, belt + 0.22)], tone(cloth, 0.45), 0.04, 0.7)
    sheet.part([(-0.2, belt - 0.02), (0.2, belt - 0.02), (0.2, belt + 0.24), (-0.2, belt + 0.24)], BRASS, 0.03, 0.7)


def _dress(sheet: Sheet, build: Build, style: Style) -> None:
    c, s, cloth = build.collar, build.shoulder, build.cloth
    edge = curve([(-0.68, c - 0.02), (-0.5, c + 0.45), (0, c + 0.66), (0.5, c + 0.45), (0.68, c - 0.02)])
    sheet.line(edge, tone(cloth, 1.35), 0.09)
    sheet.crease(edge + np.array((0, 0.07)), 0.25, 0.04)
    for side in SIDES:
        for k in (0.25, 0.55, 0.85):
            sheet.crease(mirrored([(k * 0.6, c + 0.7 + 0.1 * k), (k * 0.9, s + 1.9)], side), 0.09, 0.06)
    waist = s + 2.05
    wide = build.width - 0.56
    top = [(-wide, waist), (0, waist + 0.1), (wide, waist)]
    sash = curve([*top, (wide, waist + 0.26), (0, waist + 0.36), (-wide, waist + 0.26)])
    sheet.part(sash, tone(cloth, 0.62), 0.05, 0.7)


def _cape(sheet: Sheet, build: Build, style: Style) -> None:
    c, s, w, cloth = build.collar, build.shoulder, build.width, build.cloth
    low = s + min(style.length, 5.6)
    for side in SIDES:
        panel = curve(
            [
                (0.4, c + 0.1),
                (0.75, c - 0.05),
                (w - 0.12, s - 0.02),
                (w + 0.1, s + 0.9),
                (w + 0.16, low),
                (w - 0.7, low + 0.05),
                (0.75, s + 1.6),
                (0.42, c + 0.75),
            ]
        )
        panel = panel * (side, 1)
        sheet.part(panel, cloth, 0.14, 0.58)
        for k in (0.25, 0.5, 0.75):
            top = (0.6 + k * 0.5, c + 0.35)
            sheet.crease(curve(mirrored([top, (0.75 + k * 0.8, s + 1.2), (0.85 + k * 0.85, low)], side)), 0.2, 0.06)
        sheet.line(
            curve(mirrored([(0.42, c + 0.75), (0.75, s + 1.6), (w - 0.7, low)], side)), tone(cloth, 1.35), 0.035, 0.8
        )
    roll = limb(
        [(-0.68, c + 0.05), (-0.4, c + 0.52), (0, c + 0.68), (0.4, c + 0.52), (0.68, c + 0.05)], [0.1, 0.13, 0.13, 0.1]
    )
    sheet.part(roll, tone(cloth, 0.85), 0.06, 0.6)
    sheet.part(ellipse(0, c + 0.7, 0.15, 0.15), BRASS, 0.05, 0.55)


def _scarf(sheet: Sheet, build: Build, style: Style) -> None:
    c = build.collar
    cloth = np.array(style.colour, np.float32)
    tail = limb([(0.34, c + 0.5), (0.42, c + 1.1), (0.36, c + 1.8)], [0.2, 0.24, 0.26])
    sheet.part(tail, tone(cloth, 0.92), 0.1, 0.6)
    for k in (-0.12, 0.0, 0.12):
        sheet.line([(0.36 + k, c + 1.98), (0.36 + k * 1.2, c + 2.16)], cloth, 0.03)
    for y, wide, thick in ((0.02, 0.66, 0.2), (0.26, 0.74, 0.22)):
        wrap = limb(
            [(-wide, c + y - 0.1), (-0.35, c + y + 0.2), (0, c + y + 0.26), (0.35, c + y + 0.2), (wide, c + y - 0.1)],
            [0.12, thick, thick, 0.12],
        )
        sheet.part(wrap, cloth, 0.1, 0.55)
        sheet.crease(curve([(-wide + 0.1, c + y), (0, c + y + 0.3), (wide - 0.1, c + y)]), 0.16, 0.04)


def _apron(sheet: Sheet, build: Build, style: Style) -> None:
    c, s = build.collar, build.shoulder
    cloth = np.array(style.colour, np.float32)
    low = s + min(style.length, 4.8)
    for side in SIDES:
        sheet.part(
            limb(mirrored([(0.62, c + 0.02), (0.66, s + 0.55)], side), [0.08, 0.08]), tone(cloth, 0.85), 0.03, 0.7
        )
    bib = [
        (-0.72, s + 0.42),
        (0.72, s + 0.42),
        (0.82, s + 1.6),
        (1.12, s + 2.2),
        (1.15, low),
        (-1.15, low),
        (-1.12, s + 2.2),
        (-0.82, s + 1.6),
    ]
    sheet.part(bib, cloth, 0.1, 0.7)
    sheet.crease([(-0.7, s + 0.52), (0.7, s + 0.52)], 0.3, 0.025)
    sheet.part([(-0.4, s + 1.0), (0.4, s + 1.0), (0.38, s + 1.55), (-0.38, s + 1.55)], tone(cloth, 0.92), 0.04, 0.75)
    sheet.part([(-1.2, s + 2.15), (1.2, s + 2.15), (1.2, s + 2.3), (-1.2, s + 2.3)], tone(cloth, 0.75), 0.04, 0.7)


def _shirt(sheet: Sheet, build: Build, style: Style) -> None:
    c, cloth = build.collar, build.cloth
    for side in SIDES:
        wing = mirrored([(0.04, c + 0.5), (0.5, c - 0.14), (0.66, c + 0.02), (0.6, c + 0.55), (0.3, c + 0.78)], side)
        sheet.part(wing, tone(cloth, 1.12), 0.04, 0.75)
    _closure(sheet, build, c + 0.62, style, tone(cloth, 1.4))
    sheet.crease([(0.14, c + 0.7), (0.14, build.shoulder + style.length)], 0.12, 0.02)


def _vest(sheet: Sheet, build: Build, style: Style) -> None:
    c, s = build.collar, build.shoulder
    cloth = np.array(style.colour, np.float32)
    low = s + style.length
    for side in SIDES:
        panel = mirrored(
            [
                (0.6, c + 0.02),
                (1.0, c + 0.22),
                (1.12, s + 0.9),
                (1.16, s + 1.6),
                (1.1, low),
                (0.02, low + 0.1),
                (0.02, s + 1.5),
            ],
            side,
        )
        sheet.part(panel, cloth, 0.1, 0.62)
        sheet.crease(mirrored([(0.35, s + 2.2), (0.9, s + 2.15)], side), 0.4, 0.03)
    for y in np.arange(s + 1.65, low - 0.1, 0.42):
        sheet.part(ellipse(-0.08, float(y), 0.05, 0.05), BRASS, 0.02, 0.6)


def _armour(sheet: Sheet, build: Build, style: Style) -> None:
    c, s, w, cloth = build.collar, build.shoulder, build.width, build.cloth
    ring = limb(
        [(-0.66, c + 0.05), (-0.36, c + 0.48), (0, c + 0.6), (0.36, c + 0.48), (0.66, c + 0.05)],
        [0.12, 0.15, 0.15, 0.12],
    )
    plate = curve(
        [
            (-0.85, c + 0.5),
            (0, c + 0.72),
            (0.85, c + 0.5),
            (1.0, s + 1.3),
            (0.7, s + 2.2),
            (0, s + 2.4),
            (-0.7, s + 2.2),
            (-1.0, s + 1.3),
        ],
        True,
    )
    sheet.part(plate, tone(cloth, 1.1), 0.16, 0.5)
    sheet.crease([(0, c + 0.8), (0, s + 2.3)], -0.35, 0.04)
    for side in SIDES:
        for k in (0.0, 0.24, 0.48):
            cap = curve(
                mirrored(
                    [
                        (w - 0.68 + k * 0.2, s - 0.12 + k),
                        (w - 0.2, s - 0.02 + k),
                        (w + 0.06, s + 0.4 + k),
                        (w - 0.25, s + 0.42 + k),
                        (w - 0.62 + k * 0.2, s + 0.26 + k),
                    ],
                    side,
                ),
                True,
            )
            sheet.part(cap, tone(cloth, 1.15 - k * 0.3), 0.08, 0.5)
    sheet.part(ring, tone(cloth, 0.8), 0.06, 0.55)


def _stripes(sheet: Sheet, build: Build, style: Style) -> None:
    s, w = build.shoulder, build.width
    light = np.array((226, 222, 212), np.float32)
    for y in np.arange(build.collar + 0.55, s + style.length, 0.36):
        sheet.line(
            curve([(-w - 0.1, float(y) - 0.08), (0, float(y) + 0.06), (w + 0.1, float(y) - 0.08)]), light, 0.13, 0.88
        )


DRAW: dict[str, Callable[[Sheet, Build, Style], None]] = {
    "open": _open, "hood": _hood, "uniform": _uniform, "dress": _dress, "cape": _cape, "scarf": _scarf, "apron": _apron,
    "shirt": _shirt, "vest": _vest, "armour": _armour, "stripes": _stripes,
}  # fmt: skip

OVER = ("scarf", "apron", "vest")
"""Worn over the clothes of the reference, which keep their colour."""
