"""A laboratory: a great window, culture tanks or racks, screens, a tiled floor, cables."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, mix, rgb
from engines.video.puppet.sets import kit, landmarks
from engines.video.puppet.sets.design import Design, Source, Stage

FLOOR = 520.0


def paint(design: Design) -> Stage:
    colours = design.colours
    window_x = design.between(700, 860)
    tall = design.chance(0.6) or design.says(*landmarks.OBSERVATORY)
    opening = kit.arch(window_x, FLOOR - 14, 235, 150) if tall else kit.oblong(window_x, FLOOR - 60, 330, 270)

    sheets = [
        _outside(design, opening, window_x).layer(7),
        _wall(design, opening, window_x).layer(5),
        _equipment(design, window_x).layer(3.4),
        _floor(design, window_x).layer(2.4),
        kit.shafts((window_x, 130), (window_x - 460, 760), 420, colours.sun, 0.16 * colours.bright, design.seed).layer(
            2.0
        ),
        _near(design).layer(1.15, blur=4),
    ]
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=6,
        indoors=True,
        key=Source(window_x - 620, 330, mix(colours.accent, rgb("#c8c0b8"), 0.5)),
        rim=Source(window_x, 250, mix(colours.sun, rgb("#ffffff"), 0.1)),
        ambient=mix(colours.indoors("#6a6a70"), rgb("#5a5a60"), 0.5),
        haze=colours.sky[2],
        motes=colours.sun,
    )


def _outside(design: Design, opening: np.ndarray, x: float) -> Canvas:
    left, top = (opening.min(0) - 110).astype(int)
    right, _ = (opening.max(0) + 110).astype(int)
    canvas = kit.sky(design, 470, x + design.between(40, 130), (int(left), int(top), int(right), 640))
    colours = design.colours
    if design.chance(0.5):
        kit.skyline(
            canvas, design, 520, (50, 150), (26, 60), mix(colours.sky[1], colours.dark, 0.35), 0.22, design.seed + 1
        )
    kit.hills(canvas, 505, 70, mix(colours.sky[1], colours.sky[2], 0.25), colours.sky[1] * 0.7, design.seed + 2)
    return canvas


def _wall(design: Design, opening: np.ndarray, x: float) -> Canvas:
    canvas, colours = Canvas(), design.colours
    base = design.among("#3a4d5a", "#4a4a58", "#3d544e", "#54504e")
    canvas.sky(
        (-130, colours.indoors(base) * 0.30), (300, colours.indoors(base) * 0.78), (FLOOR, colours.indoors(base) * 0.42)
    )
    canvas.brush(0.45, design.seed + 3, base=4, wide=1.6, tall=0.8)
    _ribs(canvas, design, x)
    canvas.glow(x, 330, 420, 300, colours.sun, 0.22 * colours.bright)
    kit.frame(canvas, opening, colours.indoors("#2a3640") * 0.7, mix(colours.sun, rgb("#ffffff"), 0.1), 26)
    canvas.cut(opening)
    kit.bars(canvas, opening, colours.indoors("#24323a") * 0.7, int(design.random.integers(4, 7)), 3)
    return canvas


def _ribs(canvas: Canvas, design: Design, x: float) -> None:
    colours = design.colours
    rib = colours.indoors("#34454f")
    for offset in (-900, -640, -420, 420, 640, 860):
        at = x + offset
        canvas.area([(at, FLOOR), (at + 26, SHEET[1]), (at + 74, SHEET[1]), (at + 58, FLOOR)], rib * 0.8, rib * 0.45)
        edge = (at + 58, at + 74) if offset < 0 else (at, at + 26)
        canvas.line([(edge[0], FLOOR), (edge[1], SHEET[1])], mix(rib, colours.sun, 0.45 * colours.bright), 3, 0.8)
    for y, width in ((84, 16), (118, 8), (140, 5)):
        canvas.line([(SHEET[0], y), (SHEET[2], y - 18)], rib * 0.35, width)
        canvas.line([(SHEET[0], y - width / 2), (SHEET[2], y - 18 - width / 2)], rib * 1.3, 1, 0.6)


def _equipment(design: Design, x: float) -> Canvas:
    canvas = Canvas()
    observatory = design.says(*landmarks.OBSERVATORY)
    tanks = design.chance(0.6) and not observatory
    for k, offset in enumerate((-700, -540, 420, 590)):
        if tanks:
            _tank(canvas, design, x + offset, design.between(280, 330), design.seed + k)
        else:
            _rack(canvas, design, x + offset, design.between(250, 320), design.seed + k)
    if observatory:
        landmarks.telescope(canvas, design, x - 330, FLOOR)
    for k, offset in enumerate((250,) if observatory else (-370, 250)):
        _desk(canvas, design, x + offset, design.seed + 20 + k)
    return canvas


def _tank(canvas: Canvas, design: Design, x: float, tall: float, seed: int) -> None:
    """A lit glass cylinder with bubbles."""
    colours, half, random = design.colours, 58, np.random.default_rng(seed)
    top, base, glass = FLOOR + 14 - tall, FLOOR + 22, colours.accent
    canvas.box(x - half, top, x + half, base, glass * 0.28, glass * 0.14)
    canvas.box(x - half + 8, top + 24, x + half - 8, base - 34, glass * 0.72, glass * 0.34)
    canvas.glow(x, (top + base) / 2, 26, tall * 0.4, mix(glass, rgb("#ffffff"), 0.5), 0.34)
    canvas.box(x - half + 8, top + 24, x - half + 20, base - 34, glass * 0.3, None, 4, 0.5)
    canvas.box(x + half - 20, top + 24, x + half - 8, base - 34, glass * 0.25, None, 4, 0.6)
    canvas.line([(x - half + 15, top + 38), (x - half + 15, base - 50)], mix(glass, rgb("#ffffff"), 0.8), 3, 0.55)
    for _ in range(16):
        radius = random.uniform(2, 6)
        canvas.glow(
            x + random.uniform(-36, 36),
            random.uniform(top + 44, base - 44),
            radius,
            radius,
            mix(glass, rgb("#ffffff"), 0.6),
            0.5,
        )
    metal = colours.indoors("#50636c")
    for y in (top, top + 14, base - 30, base - 14):
        canvas.box(x - half - 7, y, x + half + 7, y + 14, metal * 0.9, metal * 0.35)
    canvas.box(x - 22, SHEET[1], x + 22, top, metal * 0.45, metal * 0.3)


def _rack(canvas: Canvas, design: Design, x: float, tall: float, seed: int) -> None:
    """A cabinet of instruments with small lights."""
    colours, random = design.colours, np.random.default_rng(seed)
    top, base, metal = FLOOR + 16 - tall, FLOOR + 20, colours.indoors("#3c4a54")
    canvas.box(x - 66, top, x + 66, base, metal * 0.9, metal * 0.4)
    canvas.line([(x - 66, base), (x - 66, top), (x + 66, top)], mix(metal, colours.sun, 0.4), 3, 0.7)
    for y in np.arange(top + 16, base - 30, 34):
        canvas.box(x - 56, y, x + 56, y + 26, metal * 0.45, metal * 0.3)
        for k in range(8):
            light = (colours.accent, colours.second, colours.lamp)[int(random.integers(3))]
            if random.random() < 0.6:
                canvas.box(x - 48 + k * 12, y + 9, x - 42 + k * 12, y + 15, light)
                canvas.glow(x - 45 + k * 12, y + 12, 9, 9, light, 0.35)


def _desk(canvas: Canvas, design: Design, x: float, seed: int) -> None:
    colours = design.colours
    y, metal = FLOOR - 36, colours.indoors("#54666f")
    canvas.box(x - 12, y + 10, x + 172, FLOOR + 26, metal * 0.34, metal * 0.2)
    canvas.box(x - 20, y, x + 180, y + 10, metal, metal * 0.6)
    for k in range(2):
        kit.screen(canvas, x + 8 + k * 82, y - 58, 66, 46, colours.accent, seed + k)


def _floor(design: Design, x: float) -> Canvas:
    colours = design.colours
    canvas = kit.floor(design, FLOOR, colours.indoors("#2b3238") * 0.6, colours.indoors("#565c62"), "tiles", x)
    canvas.beam(
        [(x - 230, FLOOR), (x + 230, FLOOR), (x + 60, 850), (x - 760, 850)], colours.sun, 0.42 * colours.bright, 26
    )
    for offset in (-700, -540, 420, 590):
        at = x + offset
        canvas.beam([(at - 46, FLOOR), (at + 46, FLOOR), (at + 60, 740), (at - 80, 740)], colours.accent, 0.18, 18)
    return canvas


def _near(design: Design) -> Canvas:
    canvas, colours = Canvas(), design.colours
    dark = colours.dark
    kit.cables(canvas, design.seed + 8, dark, 5, 190)
    right = design.chance(0.5)
    edge = (1180, 1240) if right else (40, 100)
    side = SHEET[2] if right else SHEET[0]
    canvas.area(
        [(edge[0], SHEET[1]), (edge[1], SHEET[3]), (side, SHEET[3]), (side, SHEET[1])],
        mix(dark, colours.indoors("#1c2a30"), 0.4),
        dark,
    )
    canvas.line([(edge[0], SHEET[1]), (edge[1], SHEET[3])], mix(colours.sun, dark, 0.4), 5, 0.7)
    return canvas
