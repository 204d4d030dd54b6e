"""A rooftop: the city below, a parapet, tanks and vents, a sign, a rail in front."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, curve, mix, rgb
from engines.video.puppet.sets import kit, landmarks
from engines.video.puppet.sets.design import Design, Source, Stage
from events.script import Weather

EDGE = 500.0


def paint(design: Design) -> Stage:
    colours = design.colours
    sun_x = design.between(760, 1000)
    beacon_x = design.between(950, 1040) if design.says(*landmarks.BEACON) else 0.0
    sheets = [
        kit.sky(design, 480, sun_x).layer(9, opaque=True),
        _far(design).layer(7),
        _middle(design).layer(4.6),
        (_beacon(design, beacon_x) if beacon_x else _sign(design)).layer(3.4),
        _halo(design, sun_x, beacon_x).layer(3.3),
        _roof(design, sun_x).layer(2.5),
        _things(design).layer(2.6),
        _near(design).layer(1.2, blur=3),
    ]
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=0,
        indoors=False,
        key=Source(240, 300, mix(colours.shade, colours.second, 0.45 if colours.night else 0.1)),
        rim=Source(sun_x, 260, mix(colours.sun, colours.accent, 0.35 if colours.night else 0.0)),
        ambient=mix(colours.outdoors("#84848e"), rgb("#5c5e6e"), 0.45),
        haze=colours.haze * (0.5 if colours.night else 0.8),
        floor=622,
    )


def _far(design: Design) -> Canvas:
    canvas, colours = Canvas(), design.colours
    tone = colours.far(colours.outdoors("#46465e"), 0.55)
    kit.skyline(canvas, design, 520, (70, 250), (34, 80), tone, 0.24 if colours.night else 0.08, design.seed + 1)
    return canvas.haze(colours.haze, 0.7, 230, 520)


def _halo(design: Design, sun_x: float, beacon_x: float) -> Canvas:
    """The glow of the city between the towers."""
    canvas, colours = Canvas(light=True), design.colours
    power = 0.34 if colours.night else 0.10
    canvas.glow(sun_x - 560, 470, 330, 190, colours.second, power)
    canvas.glow(sun_x + 120, 480, 380, 170, colours.accent, power)
    if beacon_x:
        landmarks.beams(canvas, design, beacon_x)
    canvas.glow(640, 520, 900, 90, mix(colours.sky[3], colours.second, 0.3), power)
    return canvas


def _middle(design: Design) -> Canvas:
    """Nearer towers at both sides; the middle stays open."""
    canvas, colours = Canvas(), design.colours
    kit.skyline(
        canvas,
        design,
        540,
        (60, 190),
        (70, 130),
        colours.far(colours.outdoors("#3a3a50"), 0.22),
        0.38 if colours.night else 0.12,
        design.seed + 2,
    )
    for left, right in ((SHEET[0], 150), (1090, SHEET[2])):
        part = Canvas((int(left), SHEET[1], int(right), SHEET[3]))
        kit.skyline(
            part,
            design,
            560,
            (360, 520),
            (110, 180),
            colours.far(colours.outdoors("#34344a"), 0.1),
            0.4 if colours.night else 0.12,
            design.seed + 3,
        )
        window = np.s_[:, part.left - SHEET[0] : part.right - SHEET[0]]
        canvas.pixels[window] = canvas.pixels[window] * (1 - part.pixels[..., 3:] / 255) + part.pixels
    return canvas.haze(colours.haze, 0.45, 300, 560)


def _beacon(design: Design, x: float) -> Canvas:
    canvas = Canvas()
    landmarks.beacon(canvas, design, x, EDGE + 20)
    return canvas


def _sign(design: Design) -> Canvas:
    """A sign on a scaffold, lit at night."""
    canvas, colours = Canvas(), design.colours
    x = design.between(150, 260) if design.chance(0.5) else design.between(940, 1060)
    y, light = design.between(170, 220), colours.second
    metal = colours.outdoors("#2a2c36") * 0.7
    for k in (0, 70, 140, 210):
        canvas.line([(x + k, y), (x + k, EDGE + 40)], metal, 5)
    canvas.lines([[(x, v), (x + 210, v + 70)] for v in range(int(y) + 120, 480, 80)], metal, 3)
    canvas.box(x - 16, y - 10, x + 226, y + 108, rgb("#15121c"), rgb("#0c0a12"))
    power = 1.0 if colours.night else 0.55
    for k in range(4):
        left = x + 6 + k * 53
        strokes = [
            [(left, y + 8), (left, y + 88)],
            [(left, y + 8), (left + 36, y + 8)],
            [(left + 36, y + 8), (left + 36, y + 48)],
            [(left, y + 48), (left + 36, y + 48)],
            [(left, y + 88), (left + 36, y + 88)],
            [(left + 36, y + 48), (left + 36, y + 88)],
        ]
        canvas.lines([stroke for stroke in strokes if design.chance(0.68)], mix(light, rgb("#ffffff"), 0.25) * power, 6)
    canvas.glow(x + 105, y + 50, 150, 90, light, 0.6 * power)
    return canvas


def _roof(design: Design, sun_x: float) -> Canvas:
    """The roof's floor and its parapet."""
    colours = design.colours
    base = colours.outdoors("#6c6a70")
    if design.weather is Weather.SNOW:
        base = colours.outdoors("#d4dae4")
    canvas = kit.floor(design, EDGE + 26, base * 0.62, base, "tiles", 640)
    canvas = _merged(canvas, _parapet(design))
    canvas.glow(sun_x - 100, EDGE + 60, 420, 70, colours.sun, 0.30 * colours.bright)
    wet = design.weather in (Weather.RAIN, Weather.STORM)
    canvas.glow(sun_x - 140, 640, 130, 160, mix(colours.sun, colours.second, 0.5), 0.42 if wet else 0.14)
    return canvas


def _parapet(design: Design) -> Canvas:
    canvas, colours = Canvas(), design.colours
    stone = colours.outdoors("#585662")
    canvas.box(SHEET[0], EDGE - 30, SHEET[2], EDGE + 30, stone * 0.8, stone * 0.45)
    canvas.box(SHEET[0], EDGE - 38, SHEET[2], EDGE - 26, mix(stone, colours.sun, 0.3))
    canvas.lines([[(x, EDGE - 26), (x, EDGE + 30)] for x in range(-220, 1540, 118)], stone * 0.4, 3, 0.8)
    return canvas


def _merged(below: Canvas, above: Canvas) -> Canvas:
    whole = Canvas()
    window = np.s_[below.top - SHEET[1] : below.bottom - SHEET[1], :]
    whole.pixels[window] = below.pixels
    whole.pixels = whole.pixels * (1 - above.pixels[..., 3:] / 255) + above.pixels
    return whole


def _things(design: Design) -> Canvas:
    """A water tank, vents, an aerial: what stands on roofs."""
    canvas, colours = Canvas(), design.colours
    metal = colours.outdoors("#6a6a72")
    left = design.chance(0.5)
    _tank(
        canvas,
        design.between(90, 190) if left else design.between(1060, 1170),
        colours.outdoors("#6a4c3c"),
        colours.sun,
    )
    for k in range(2):
        x = (design.between(950, 1150) if left else design.between(60, 240)) + k * 150 * (-1 if left else 1)
        tall = design.between(60, 110)
        canvas.box(x, EDGE + 44 - tall, x + 110, EDGE + 44, metal * 0.75, metal * 0.4)
        canvas.box(x, EDGE + 40 - tall, x + 110, EDGE + 48 - tall, mix(metal, colours.sun, 0.35))
        canvas.lines(
            [[(x + 12, v), (x + 98, v)] for v in np.arange(EDGE + 60 - tall, EDGE + 36, 9)], metal * 0.25, 3, 0.9
        )
    x = design.between(330, 410) if not left else design.between(890, 980)
    canvas.line([(x, EDGE - 30), (x, 250)], metal * 0.35, 4)
    canvas.lines([[(x - 34 + 5 * k, 280 + 26 * k), (x + 34 - 5 * k, 280 + 26 * k)] for k in range(4)], metal * 0.35, 3)
    canvas.glow(x, 248, 9, 9, rgb("#ff4a3a"), 1.0)
    return canvas


def _tank(canvas: Canvas, x: float, wood: Colour, sun: Colour) -> None:
    for k in (-62, -20, 20, 62):
        canvas.line([(x + k * 0.8, 360), (x + k, EDGE + 50)], wood * 0.35, 7)
    canvas.lines([[(x - 58, 380), (x + 60, 470)], [(x + 58, 380), (x - 60, 470)]], wood * 0.3, 4)
    canvas.box(x - 76, 210, x + 76, 366, wood * 0.9, wood * 0.55)
    canvas.box(x + 20, 210, x + 76, 366, wood * 0.4, None, 12, 0.7)
    canvas.lines([[(x + k, 212), (x + k, 364)] for k in range(-64, 76, 14)], wood * 0.5, 2, 0.6)
    canvas.lines([[(x - 76, v), (x + 76, v)] for v in (240, 290, 340)], wood * 0.35, 4)
    canvas.area([(x - 88, 214), (x, 148), (x + 88, 214)], wood * 0.75, wood * 0.4)
    canvas.line([(x - 88, 214), (x, 148)], mix(wood, sun, 0.6), 4, 0.8)


def _near(design: Design) -> Canvas:
    """A cable and the corner of a housing close to the lens."""
    canvas, dark = Canvas(), design.colours.dark
    right = design.chance(0.5)
    x, side = (1165, SHEET[2]) if right else (115, SHEET[0])
    canvas.area(
        [(x, 560), (side, 540), (side, SHEET[3]), (x + (10 if right else -10), SHEET[3])],
        mix(dark, design.colours.sky[1], 0.15),
        dark,
    )
    canvas.line([(x, 560), (side, 540)], mix(design.colours.sun, dark, 0.45), 5, 0.7)
    for y in (40, 76):
        canvas.line(curve((SHEET[0], y), (300, y + 56), (900, y + 50), (SHEET[2], y - 30)), dark, 6)
    return canvas
