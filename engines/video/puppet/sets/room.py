"""A room: a window, a wall, furniture by the location's words, a lamp, boards with a patch of daylight."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, curve, ellipse, mix, rgb
from engines.video.puppet.sets import furniture, kit
from engines.video.puppet.sets.design import Design, Source, Stage

FLOOR = 516.0
WALLS = ("#8a6f5c", "#6e7c78", "#7a6a7c", "#8c7a58", "#5f7080", "#86625a")
KINDS = {
    "kitchen": ("kitchen", "cafe", "diner", "restaurant", "bakery", "bar", "pub", "tavern"),
    "library": ("library", "study", "bookshop", "archive", "office", "museum", "school", "classroom"),
    "bedroom": ("bedroom", "bed", "hotel", "hospital", "clinic", "nursery", "ward", "infirmary"),
    "parlour": ("parlour", "living", "lounge", "house", "cottage", "cabin", "apartment", "flat", "home"),
}


def paint(design: Design) -> Stage:
    colours = design.colours
    window_x = design.between(720, 860)
    opening = kit.oblong(window_x, FLOOR - 130, design.between(130, 180), 250)
    if design.chance(0.3):
        opening = kit.arch(window_x, FLOOR - 110, 150, 110)
    lamp_x = window_x + design.between(250, 280)
    sheets = [
        _outside(design, opening, window_x).layer(7),
        _wall(design, opening, window_x, lamp_x).layer(5),
        furniture.paint(design, _kind(design), window_x, lamp_x, FLOOR).layer(3.6),
        _floor(design, window_x, lamp_x).layer(2.4),
        kit.shafts(
            (window_x - 60, 170), (window_x - 420, 760), 260, colours.sun, 0.15 * colours.bright, design.seed
        ).layer(2.0),
        _near(design, lamp_x).layer(1.2, blur=5),
    ]
    warm = colours.lamp if colours.bright < 0.8 else mix(colours.lamp, colours.sun, 0.6)
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=6,
        indoors=True,
        key=Source(lamp_x, 300, warm),
        rim=Source(window_x, 260, mix(colours.sun, rgb("#ffffff"), 0.1)),
        ambient=mix(colours.indoors("#8a8078"), rgb("#625c5a"), 0.5),
        haze=colours.sky[2],
        motes=colours.sun * 0.8,
    )


def _kind(design: Design) -> str:
    for name, words in KINDS.items():
        if design.says(*words):
            return name
    return design.among(*KINDS)


def _outside(design: Design, opening: np.ndarray, x: float) -> Canvas:
    left, right = int(opening[:, 0].min() - 110), int(opening[:, 0].max() + 110)
    top = int(opening[:, 1].min() - 110)
    canvas = kit.sky(design, 390, x + design.between(-30, 90), (left, top, right, 560))
    colours = design.colours
    if design.chance(0.5):
        kit.skyline(
            canvas,
            design,
            420,
            (40, 130),
            (24, 50),
            mix(colours.sky[1], colours.dark, 0.3),
            0.3 if colours.night else 0.1,
            design.seed + 1,
        )
    kit.hills(canvas, 405, 60, mix(colours.sky[1], colours.sky[2], 0.25), colours.sky[1] * 0.7, design.seed + 2)
    return canvas


def _wall(design: Design, opening: np.ndarray, x: float, lamp_x: float) -> Canvas:
    canvas, colours = Canvas(), design.colours
    wall = colours.indoors(design.among(*WALLS))
    canvas.sky((-130, wall * 0.34), (300, wall * 0.72), (FLOOR, wall * 0.55))
    if design.chance(0.5):
        canvas.lines([[(v, SHEET[1]), (v, 380)] for v in range(-240, 1540, 46)], wall * 0.58, 14, 0.28)
    panel = wall * 0.5
    canvas.box(SHEET[0], 392, SHEET[2], FLOOR, panel, panel * 0.66)
    canvas.box(SHEET[0], 386, SHEET[2], 396, wall * 0.9)
    canvas.lines(
        [[(v, 410), (v + 76, 410), (v + 76, 498), (v, 498), (v, 410)] for v in range(-230, 1540, 104)],
        panel * 0.6,
        3,
        0.8,
    )
    canvas.brush(0.28, design.seed + 3, base=5, wide=1.4, tall=0.8)
    canvas.glow(x, 280, 330, 240, colours.sun, 0.26 * colours.bright)
    canvas.glow(lamp_x, 300, 300, 230, colours.lamp, 0.46 if colours.bright < 0.8 else 0.16)
    kit.frame(canvas, opening, colours.indoors("#d8cfc0") * 0.72, mix(colours.sun, rgb("#ffffff"), 0.2), 20)
    canvas.cut(opening)
    kit.bars(canvas, opening, colours.indoors("#d8cfc0") * 0.6, 2, 3, 7)
    _curtains(canvas, design, opening)
    return canvas


def _curtains(canvas: Canvas, design: Design, opening: np.ndarray) -> None:
    """Two gathered lengths of cloth and their rod."""
    colours = design.colours
    cloth = colours.indoors(design.among("#a04848", "#3f6f74", "#b08a50", "#6a5a8a", "#7c8a68"))
    left, right, top = opening[:, 0].min(), opening[:, 0].max(), opening[:, 1].min() - 26
    for edge, way in ((left, -1), (right, 1)):
        for k in range(6):
            x = edge + way * (k * 15 - 16)
            tone = cloth * (0.95 - 0.32 * (k % 2))
            canvas.area(
                curve(
                    (x - 9, top),
                    (x - 11, 300),
                    (x - 9 + way * 8, FLOOR - 22),
                    (x + 9 + way * 8, FLOOR - 22),
                    (x + 11, 300),
                    (x + 9, top),
                ),
                tone,
                tone * 0.55,
            )
    canvas.line([(left - 110, top), (right + 110, top)], cloth * 0.3, 8)


def _floor(design: Design, window_x: float, lamp_x: float) -> Canvas:
    colours = design.colours
    wood = colours.indoors(design.among("#8a6242", "#6e5240", "#7c7068"))
    canvas = kit.floor(design, FLOOR, wood * 0.5, wood * 0.95, "boards", window_x)
    canvas.beam(
        [(window_x - 130, FLOOR + 26), (window_x + 130, FLOOR + 26), (window_x - 60, 760), (window_x - 560, 760)],
        colours.sun,
        0.42 * colours.bright,
        16,
    )
    rug = colours.indoors(design.among("#8a3f3f", "#3f5f70", "#7a6a3c", "#5a4a70"))
    canvas.area(ellipse(560, 640, 420, 66), rug * 0.8, rug * 0.6, 1, 0.9)
    canvas.line(ellipse(560, 640, 392, 58), mix(rug, rgb("#f0d8a8"), 0.4), 4, 0.6)
    canvas.glow(lamp_x + 40, 580, 260, 70, colours.lamp, 0.3 if colours.bright < 0.8 else 0.1)
    return canvas


def _near(design: Design, lamp_x: float) -> Canvas:
    """A plant or the back of a chair close to the lens."""
    canvas, colours = Canvas(), design.colours
    dark = mix(colours.dark, colours.indoors("#3a3028"), 0.3)
    right = design.chance(0.5)
    x = 1250 if right else 30
    if design.chance(0.6):
        leaf = mix(colours.dark, colours.indoors("#3a5a44"), 0.5)
        kit.leaves(canvas, design.seed + 51, (x, 470), (120, 170), 46, [leaf, leaf * 1.4], 70)
        canvas.area([(x - 60, 650), (x + 60, 650), (x + 46, SHEET[3]), (x - 46, SHEET[3])], dark)
    else:
        canvas.area(
            curve(
                (x - 150, SHEET[3]), (x - 140, 520), (x - 60, 450), (x + 60, 450), (x + 140, 520), (x + 150, SHEET[3])
            ),
            dark * 1.3,
            dark,
        )
        canvas.line(
            curve((x - 140, 520), (x - 60, 450), (x + 60, 450), (x + 140, 520)), mix(colours.sun, dark, 0.5), 5, 0.6
        )
    return canvas
