"""Anywhere: open country under a great sky. Hills by default; a desert, a shore, mountains or fields by its words."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, curve, mix, rgb
from engines.video.puppet.sets import kit
from engines.video.puppet.sets.design import Design, Source, Stage
from events.script import Weather

KINDS = {
    "desert": ("desert", "dune", "sand", "wasteland", "mars", "canyon"),
    "shore": (
        "sea",
        "beach",
        "shore",
        "harbour",
        "harbor",
        "coast",
        "lake",
        "dock",
        "pier",
        "ocean",
        "island",
        "river",
        "lighthouse",
        "bay",
        "port",
        "quay",
    ),
    "mountains": ("mountain", "cliff", "peak", "snow", "glacier", "summit", "pass", "valley"),
    "fields": ("field", "farm", "meadow", "garden", "park", "village", "hill", "countryside", "vineyard", "orchard"),
}
GROUND = 500.0


def paint(design: Design) -> Stage:
    kind = next((name for name, words in KINDS.items() if design.says(*words)), "")
    kind = kind or design.among("fields", "mountains", "shore")
    colours = design.colours
    sun_x = design.between(480, 860)
    sheets = [
        kit.sky(design, 450, sun_x).layer(9, opaque=True),
        _far(design, kind).layer(7),
        _middle(design, kind, sun_x).layer(4.4),
        _ground(design, kind, sun_x).layer(2.6),
        _air(design, sun_x).layer(2.2),
        _near(design, kind).layer(1.2, blur=5),
    ]
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=0,
        indoors=False,
        key=Source(sun_x - 460, 240, mix(colours.shade, colours.sun, 0.4)),
        rim=Source(sun_x, 250, colours.sun),
        ambient=mix(colours.outdoors("#888890"), rgb("#5c5e66"), 0.45),
        haze=colours.haze * (0.55 if colours.night else 0.85),
        floor=630,
        motes=colours.sun * 0.7,
    )


def _land(design: Design, kind: str) -> Colour:
    if design.weather is Weather.SNOW:
        return design.colours.outdoors("#cdd6e2")
    tones = {"desert": "#b8834e", "shore": "#8a7a60", "mountains": "#5c6a5c", "fields": "#6f8a4c"}
    return design.colours.outdoors(tones[kind])


def _far(design: Design, kind: str) -> Canvas:
    """The line of the horizon."""
    canvas, colours = Canvas(), design.colours
    tone = mix(colours.sky[1], _land(design, kind), 0.35)
    if kind == "shore":
        sea = mix(colours.sky[1], colours.outdoors("#2f6a7a"), 0.45)
        kit.hills(canvas, 446, 46, colours.far(tone, 0.55), colours.far(tone, 0.5), design.seed + 1, 3)
        canvas.area(
            [(SHEET[0], 440), (SHEET[2], 440), (SHEET[2], SHEET[3]), (SHEET[0], SHEET[3])],
            colours.far(sea, 0.55),
            sea * 0.6,
        )
        return canvas
    if kind == "mountains":
        for k, (y, tall) in enumerate(((430, 290), (450, 210))):
            kit.hills(
                canvas,
                y,
                tall,
                colours.far(tone, 0.5 - 0.2 * k) * (1.06 - 0.1 * k),
                colours.far(tone, 0.75),
                design.seed + 1 + k,
                5,
            )
        return canvas.haze(colours.haze, 0.6, 260, 460)
    kit.hills(canvas, 440, 110, colours.far(tone, 0.6), colours.far(tone, 0.7), design.seed + 1, 3)
    kit.hills(canvas, 462, 90, colours.far(tone, 0.4), colours.far(tone, 0.55), design.seed + 2, 4)
    return canvas


def _middle(design: Design, kind: str, sun_x: float) -> Canvas:
    """What stands in the middle distance: trees, dunes, boats, a lighthouse."""
    canvas, colours = Canvas(), design.colours
    land = colours.far(_land(design, kind), 0.2)
    if kind == "shore":
        _glitter(canvas, design, sun_x)
        _lighthouse(canvas, design, design.between(1000, 1160) if sun_x < 660 else design.between(150, 300))
        return canvas
    kit.hills(canvas, 490, 70, land * 0.86, land * 0.6, design.seed + 3, 4)
    if kind == "desert":
        random = np.random.default_rng(design.seed + 12)
        for x in (random.uniform(-200, 240), random.uniform(900, 1040), random.uniform(1180, 1500)):
            _mesa(canvas, x, random.uniform(110, 220), random.uniform(80, 170), land)
        return canvas
    _copse(canvas, design, land)
    if design.says("village", "farm", "town"):
        _cottages(canvas, design, land)
    return canvas


def _mesa(canvas: Canvas, x: float, half: float, tall: float, land: Colour) -> None:
    """A flat-topped rock with a foot of rubble, banded."""
    foot, top = 500.0, 500 - tall
    rock = land * 0.8
    cliff = [
        (x - half * 0.72, foot - tall * 0.3),
        (x - half * 0.6, top + 6),
        (x + half * 0.5, top),
        (x + half * 0.66, foot - tall * 0.3),
    ]
    canvas.area(cliff, rock * 1.1, rock * 0.8)
    canvas.area(
        [cliff[2], cliff[3], (x + half * 0.3, foot - tall * 0.3), (x + half * 0.24, top)], rock * 0.6, None, 4, 0.7
    )
    for share in (0.22, 0.4, 0.55):
        y = top + tall * share
        canvas.line([(x - half * 0.68, y), (x + half * 0.6, y)], rock * 0.66, 3, 0.6)
    canvas.area(
        curve(
            (x - half * 1.3, foot),
            (x - half * 0.72, foot - tall * 0.32),
            (x + half * 0.66, foot - tall * 0.32),
            (x + half * 1.3, foot),
        ),
        rock,
        rock * 0.8,
    )


def _copse(canvas: Canvas, design: Design, land: Colour) -> None:
    """Round trees in loose groups, the middle left open."""
    random = np.random.default_rng(design.seed + 12)
    for x in random.uniform(*kit.WIDE, 12):
        if 460 < x < 820:
            continue
        leaf = land * random.uniform(0.6, 0.85)
        kit.tree(
            canvas,
            x,
            482 + random.uniform(-8, 22),
            random.uniform(30, 66),
            leaf,
            design.colours.sun,
            int(random.integers(1 << 30)),
        )


def _cottages(canvas: Canvas, design: Design, land: Colour) -> None:
    colours = design.colours
    for k in range(5):
        x = (120, 250, 350, 920, 1060)[k] + design.between(-20, 20)
        wide, tall = design.between(56, 84), design.between(34, 48)
        wall = colours.outdoors("#c8b898") * 0.8
        canvas.box(x, 486 - tall, x + wide, 490, wall, wall * 0.7)
        canvas.area(
            [(x - 8, 488 - tall), (x + wide / 2, 452 - tall), (x + wide + 8, 488 - tall)],
            colours.outdoors("#8a4a38"),
            colours.outdoors("#6a3a30"),
        )
        canvas.box(x + wide * 0.4, 466, x + wide * 0.6, 478, colours.lamp)
        canvas.glow(x + wide / 2, 472, 26, 20, colours.lamp, 0.4)


def _glitter(canvas: Canvas, design: Design, sun_x: float) -> None:
    """The path of the sun on the water."""
    random = np.random.default_rng(design.seed + 14)
    for band in range(16):
        y = 444 + band * 4.6
        strokes = []
        for x in random.normal(sun_x, 26 + band * 7, 7):
            length = random.uniform(6, 16 + 2 * band)
            strokes.append([(x - length, y), (x + length, y)])
        canvas.lines(strokes, mix(design.colours.sun, rgb("#ffffff"), 0.3), 2, 0.55)


def _lighthouse(canvas: Canvas, design: Design, x: float) -> None:
    colours = design.colours
    stone = colours.far(colours.outdoors("#d8d0c4"), 0.15)
    rock = colours.far(colours.outdoors("#54504e"), 0.15)
    canvas.area(
        curve((x - 170, 470), (x - 90, 430), (x - 20, 416), (x + 60, 424), (x + 130, 446), (x + 180, 470)),
        rock,
        rock * 0.7,
    )
    canvas.area([(x - 22, 424), (x - 14, 262), (x + 14, 262), (x + 22, 424)], stone, stone * 0.8)
    for y in (296, 350):
        canvas.area(
            [(x - 17, y), (x + 17, y), (x + 19, y + 24), (x - 19, y + 24)],
            colours.far(colours.outdoors("#a84038"), 0.1),
        )
    canvas.box(x - 20, 256, x + 20, 263, rock)
    canvas.box(x - 11, 236, x + 11, 257, mix(colours.lamp, rgb("#ffffff"), 0.5))
    canvas.area([(x - 15, 237), (x, 220), (x + 15, 237)], rock)
    canvas.glow(x, 246, 60, 44, colours.lamp, 0.8 if colours.bright < 0.8 else 0.2)


def _ground(design: Design, kind: str, sun_x: float) -> Canvas:
    colours = design.colours
    canvas = Canvas((SHEET[0], 430, SHEET[2], SHEET[3]))
    land = _land(design, kind)
    if kind == "shore":
        land = mix(land, colours.outdoors("#cdb58a"), 0.5)
    canvas_y = GROUND + (26 if kind == "shore" else 12)
    kit.hills(canvas, canvas_y, 26, mix(land, colours.sun, 0.16), land * 0.5, design.seed + 4, 3)
    if kind in ("fields", "mountains"):
        path = curve(
            (sun_x - 30, GROUND),
            (sun_x - 90, 550),
            (560, 620),
            (300, 850),
            (760, 850),
            (780, 640),
            (sun_x + 10, 550),
            (sun_x + 6, GROUND),
        )
        canvas.area(path, mix(land, colours.outdoors("#c8ac80"), 0.6), land * 0.9, 6, 0.8)
    canvas.brush(0.22, design.seed + 31, base=12, wide=4, tall=0.4)
    canvas.glow(sun_x, GROUND + 40, 400, 70, colours.sun, 0.34 * colours.bright)
    _tufts(canvas, design, land, kind)
    return canvas


def _tufts(canvas: Canvas, design: Design, land: Colour, kind: str) -> None:
    """Grass or stones in the foreground."""
    random = np.random.default_rng(design.seed + 33)
    if kind in ("desert", "shore"):
        for x, y in zip(random.uniform(*kit.WIDE, 26), random.uniform(GROUND + 50, 760, 26), strict=True):
            size = (y - 480) * random.uniform(0.03, 0.09)
            canvas.area(
                curve((x - 2 * size, y), (x - size, y - size), (x + size, y - size * 0.8), (x + 2 * size, y)),
                land * 0.8,
                land * 0.45,
            )
        return
    for y, tall in ((GROUND + 34, 10), (GROUND + 80, 20), (GROUND + 150, 34)):
        xs = random.uniform(*kit.WIDE, 170)
        blades = [[(x, y), (x + random.uniform(-9, 9), y - tall * random.uniform(0.5, 1))] for x in xs]
        canvas.lines(blades, mix(land, design.colours.sun, 0.2) * 0.75, 2, 0.7)


def _air(design: Design, sun_x: float) -> Canvas:
    """Low light over the ground."""
    power = 0.22 * design.colours.bright
    return Canvas(light=True).glow(sun_x, 440, 560, 120, design.colours.sun, power)


def _near(design: Design, kind: str) -> Canvas:
    """Grass, a rock or a branch close to the lens."""
    canvas, colours = Canvas(), design.colours
    dark = mix(colours.dark, _land(design, kind) * 0.3, 0.5)
    right = design.chance(0.5)
    x = 1240 if right else 40
    if kind in ("fields", "mountains"):
        random = np.random.default_rng(design.seed + 52)
        for centre in (x, 640 + (x - 640) * 1.25):
            roots = random.normal(centre, 80, 34)
            canvas.lines(
                [
                    curve(
                        (r, SHEET[3]),
                        (r + random.uniform(-20, 20), 700),
                        (r + random.uniform(-70, 70), random.uniform(520, 640)),
                    )
                    for r in roots
                ],
                dark,
                7,
            )
        return canvas
    canvas.area(
        curve((x - 260, SHEET[3]), (x - 190, 660), (x - 70, 590), (x + 80, 600), (x + 210, 680), (x + 280, SHEET[3])),
        dark * 1.4,
        dark,
    )
    return canvas
