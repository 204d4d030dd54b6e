"""Furniture against the back wall of a room: what makes it a kitchen, a library, a bedroom or a parlour."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import Canvas, Colour, curve, ellipse, mix, rgb
from engines.video.puppet.sets import kit
from engines.video.puppet.sets.design import Design


def paint(design: Design, kind: str, window_x: float, lamp_x: float, floor: float) -> Canvas:
    """The furniture of a room of some ``kind``, on both sides of the window at ``window_x``."""
    canvas = Canvas()
    furnish = {"kitchen": _kitchen, "library": _library, "bedroom": _bedroom, "parlour": _parlour}[kind]
    furnish(canvas, design, window_x, floor)
    if kind in ("bedroom", "parlour"):
        _standing_lamp(canvas, design, lamp_x, floor)
        _pictures(canvas, design, window_x)
    return canvas


def _wood(design: Design) -> Colour:
    return design.colours.indoors(design.among("#7a5238", "#5c4232", "#8a6a48"))


def _kitchen(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    colours = design.colours
    front = colours.indoors(design.among("#5c7c74", "#8a5a48", "#6a7488", "#a08858"))
    for left, right in ((x - 860, x - 240), (x + 220, x + 760)):
        canvas.box(left, floor - 118, right, floor + 16, front * 0.8, front * 0.45)
        canvas.box(left - 8, floor - 132, right + 8, floor - 116, mix(front, rgb("#e8d8c0"), 0.5), front * 0.6)
        for at in np.arange(left + 8, right - 60, 96):
            canvas.line(
                [(at, floor - 104), (at + 82, floor - 104), (at + 82, floor + 4), (at, floor + 4), (at, floor - 104)],
                front * 0.4,
                3,
            )
            canvas.disc(at + 72, floor - 54, 4, colours.lamp)
        _pots(canvas, design, left, right, floor - 132)
    canvas.box(x - 720, 130, x - 360, 262, front * 0.7, front * 0.5)
    canvas.lines([[(at, 136), (at, 256)] for at in (x - 630, x - 540, x - 450)], front * 0.32, 3)
    for k in (0, 1, 2):
        kit.pendant(canvas, x - 330 + k * 130, 150, 30, front * 0.6, colours.lamp, 0.55)


def _pots(canvas: Canvas, design: Design, left: float, right: float, y: float) -> None:
    for at in np.arange(left + 30, right - 50, 92):
        tone = design.colours.indoors(design.among("#b06a48", "#d0c0a0", "#6a7a80", "#a84a4a"))
        tall, wide = design.between(18, 46), design.between(14, 24)
        canvas.box(at, y - tall, at + wide, y, tone * 1.05, tone * 0.6)
        if design.chance(0.3):
            kit.leaves(
                canvas,
                int(at) + 3000,
                (at + wide / 2, y - tall - 14),
                (20, 20),
                14,
                [design.colours.indoors("#5c8a54")],
                14,
            )


def _library(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    wood, tint = _wood(design), design.colours.indoors("#ffffff")
    random = np.random.default_rng(design.seed + 70)
    for left, right in ((x - 900, x - 600), (x - 580, x - 270), (x + 250, x + 560), (x + 580, x + 860)):
        canvas.box(left, 110, right, floor + 14, wood * 0.34, wood * 0.24)
        for y in range(190, int(floor) + 14, 78):
            kit.books(canvas, left + 12, y, right - left - 24, 66, tint, random)
            canvas.box(left, y, right, y + 9, wood * 0.9, wood * 0.5)
        for at in (left, right - 10):
            canvas.box(at, 104, at + 10, floor + 14, wood * 0.95, wood * 0.5)
        canvas.box(left - 8, 94, right + 8, 112, wood * 1.05, wood * 0.6)
    _desk(canvas, design, x - 210, floor, wood)


def _desk(canvas: Canvas, design: Design, x: float, floor: float, wood: Colour) -> None:
    colours = design.colours
    canvas.box(x, floor - 74, x + 300, floor - 60, wood * 1.2, wood * 0.8)
    canvas.box(x + 14, floor - 60, x + 110, floor + 20, wood * 0.7, wood * 0.4)
    canvas.box(x + 250, floor - 60, x + 286, floor + 20, wood * 0.6, wood * 0.4)
    canvas.area(
        [(x + 40, floor - 74), (x + 56, floor - 124), (x + 92, floor - 124), (x + 108, floor - 74)],
        colours.indoors("#3f7a5a"),
    )
    canvas.glow(x + 74, floor - 84, 80, 50, colours.lamp, 0.6)


def _bedroom(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    colours, wood = design.colours, _wood(design)
    clinical = design.says("hospital", "clinic", "ward", "infirmary")
    cloth = colours.indoors("#b8ccd0" if clinical else design.among("#7a4a50", "#4a6478", "#8a7c5c"))
    sheet = colours.indoors("#e4e0d8")
    left = x - 800
    canvas.area(
        curve(
            (left - 10, floor),
            (left - 6, floor - 150),
            (left + 60, floor - 176),
            (left + 120, floor - 150),
            (left + 124, floor),
        ),
        wood * 0.9,
        wood * 0.5,
    )
    canvas.box(left + 10, floor - 84, left + 480, floor + 20, cloth * 0.95, cloth * 0.5)
    canvas.area(
        curve((left + 20, floor - 80), (left + 60, floor - 118), (left + 150, floor - 112), (left + 176, floor - 78)),
        sheet,
        sheet * 0.7,
    )
    canvas.box(left + 180, floor - 90, left + 480, floor - 62, sheet * 0.9, sheet * 0.6)
    canvas.box(left + 474, floor - 110, left + 494, floor + 24, wood * 0.9, wood * 0.5)
    if clinical:
        kit.screen(canvas, left + 180, 220, 90, 66, colours.accent, design.seed)
        canvas.line([(left + 310, 180), (left + 310, floor)], colours.indoors("#a0a8ac"), 5)
        canvas.area(ellipse(left + 326, 220, 15, 26), colours.indoors("#cfe0e0") * 0.8)
    canvas.box(x + 340, 180, x + 610, floor + 16, wood * 0.85, wood * 0.45)
    canvas.lines([[(x + 475, 190), (x + 475, floor)]], wood * 0.3, 4)


def _parlour(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    colours = design.colours
    cloth = colours.indoors(design.among("#3f6a68", "#8a4a44", "#5a5078", "#8c7240"))
    left = x - 790
    canvas.area(
        curve(
            (left - 10, floor + 12),
            (left - 16, floor - 70),
            (left + 20, floor - 148),
            (left + 210, floor - 156),
            (left + 400, floor - 148),
            (left + 436, floor - 70),
            (left + 430, floor + 12),
        ),
        cloth,
        cloth * 0.55,
    )
    for k in range(2):
        canvas.area(
            curve(
                (left + 34 + k * 180, floor - 6),
                (left + 34 + k * 180, floor - 66),
                (left + 120 + k * 180, floor - 76),
                (left + 202 + k * 180, floor - 66),
                (left + 202 + k * 180, floor - 6),
            ),
            cloth * 1.15,
            cloth * 0.7,
        )
    for at in (left - 26, left + 396):
        canvas.area(
            curve(
                (at, floor + 14), (at, floor - 74), (at + 28, floor - 92), (at + 56, floor - 74), (at + 56, floor + 14)
            ),
            cloth * 0.95,
            cloth * 0.5,
        )
    _fireplace(canvas, design, x + 490, floor)


def _standing_lamp(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    colours = design.colours
    lit = 1.0 if colours.bright < 0.8 else 0.55
    canvas.line([(x, 260), (x, floor + 8)], colours.dark * 2, 6)
    canvas.area(ellipse(x, floor + 8, 36, 8), colours.dark * 2)
    shade = mix(colours.lamp, rgb("#ffffff"), 0.2) * lit
    canvas.area([(x - 30, 190), (x + 30, 190), (x + 54, 266), (x - 54, 266)], shade * 0.9, shade)
    canvas.glow(x, 240, 150, 130, colours.lamp, 0.5 * lit)


def _fireplace(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    colours = design.colours
    stone = colours.indoors("#8a8078")
    canvas.box(x - 150, floor - 200, x + 150, floor + 18, stone * 0.8, stone * 0.5)
    canvas.box(x - 172, floor - 222, x + 172, floor - 198, stone * 1.1, stone * 0.7)
    canvas.area(kit.arch(x, floor + 18, 92, 70), colours.dark)
    for k, tone in enumerate(("#d2481e", "#ff8a2a", "#ffd070")):
        size = 1 - 0.28 * k
        canvas.area(
            curve(
                (x - 54 * size, floor + 12),
                (x - 40 * size, floor - 50 * size),
                (x - 8, floor - 100 * size),
                (x + 20 * size, floor - 56 * size),
                (x + 52 * size, floor + 12),
            ),
            rgb(tone),
            None,
            3,
            0.9,
        )
    canvas.glow(x, floor - 30, 170, 130, rgb("#ff8a3a"), 0.6)


def _pictures(canvas: Canvas, design: Design, x: float) -> None:
    """A clock or framed pictures between window and furniture."""
    colours, wood = design.colours, _wood(design)
    for k in range(2):
        at, y = x - 420 - k * 150, 190 + 24 * k
        if design.chance(0.45):
            continue
        tone = colours.indoors(design.among("#c0a070", "#6a8a9a", "#a06a5a", "#8a9a70"))
        canvas.box(at, y, at + 84, y + 104, wood * 0.6)
        canvas.box(at + 8, y + 8, at + 76, y + 96, tone, tone * 0.6)
        canvas.area(
            curve((at + 8, y + 96), (at + 20, y + 60), (at + 44, y + 72), (at + 60, y + 50), (at + 76, y + 96)),
            tone * 0.5,
        )
