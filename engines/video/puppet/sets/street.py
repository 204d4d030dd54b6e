"""A street: house fronts on both sides, shop lights and lamps, a road to the horizon."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, mix, rgb
from engines.video.puppet.sets import kit, landmarks
from engines.video.puppet.sets.design import Design, Source, Stage
from events.script import Weather

SIDE, BASE = 520.0, 240.0
FRONTS = ("#7c5446", "#8a7358", "#5d6672", "#74564f", "#6d6a5c", "#56606a", "#84614a")


def paint(design: Design) -> Stage:
    colours = design.colours
    vista = kit.Vista(design.between(520, 760), 396)
    sky = kit.sky(design, 440, vista.x + design.between(-60, 60))
    quay = design.says(*landmarks.HARBOUR)
    rows = (-1,) if quay else (-1, 1)
    water = [landmarks.harbour(design, vista, BASE).layer(3.6)] if quay else []
    sheets = [
        sky.layer(8, opaque=True),
        _distance(design).layer(6),
        _side(design, vista, (0.12, 0.2, 0.32, 0.5), rows).layer(4),
        *water,
        _road(design, vista).layer(2.6),
        _side(design, vista, (0.5, 0.8, 1.25, 2.0), rows).layer(3),
        _lamps(design, vista).layer(2.5),
        _shine(design, vista).layer(2.45),
        _near(design).layer(1.15, blur=5),
    ]
    lamp = colours.lamp if colours.night else colours.sun
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=0,
        indoors=False,
        key=Source(vista.x - 420, 240, mix(lamp, colours.accent, 0.3 if colours.night else 0.0)),
        rim=Source(vista.x, 300, mix(colours.sun, colours.second, 0.4 if colours.night else 0.0)),
        ambient=mix(colours.outdoors("#84848c"), rgb("#5c5e6c"), 0.45),
        haze=colours.haze * (0.5 if colours.night else 0.8),
        floor=622,
    )


def _distance(design: Design) -> Canvas:
    canvas, colours = Canvas(), design.colours
    kit.skyline(
        canvas,
        design,
        470,
        (90, 260),
        (50, 110),
        colours.far(colours.outdoors("#4a4a5c"), 0.45),
        0.3 if colours.night else 0.12,
        design.seed + 1,
    )
    return canvas.haze(colours.haze, 0.75, 180, 470)


def _side(design: Design, vista: kit.Vista, sizes: tuple[float, ...], rows: tuple[int, ...]) -> Canvas:
    """The houses of one side (-1 left, 1 right) or both, far to near."""
    canvas, colours = Canvas(), design.colours
    for far, near in pairwise(sizes):
        for side in rows:
            top = -design.between(430, 640)
            front = colours.outdoors(design.among(*FRONTS))
            lit = 1.0 if (side < 0) == (vista.x > 640) else 0.72
            air = float(np.interp(far, (0.1, 0.6), (0.5, 0.0)))
            _house(canvas, design, vista, side, (far, near), top, colours.far(front * lit, air), air)
    return canvas


def _house(
    canvas: Canvas,
    design: Design,
    vista: kit.Vista,
    side: int,
    sizes: tuple[float, float],
    top: float,
    colour: Colour,
    air: float,
) -> None:
    far, near = sizes
    x = side * SIDE
    canvas.area(vista.wall(x, top, BASE, far, near), colour * 0.62, colour)
    canvas.area(vista.wall(x, top - 12, top + 10, far, near), colour * 1.25)
    canvas.line([vista.at(x, top, far), vista.at(x, BASE, far)], colour * 0.45, max(1, 6 * far))
    _panes(canvas, design, vista, x, sizes, top, colour, air)
    _shop(canvas, design, vista, x, sizes, colour, air)


def _panes(
    canvas: Canvas,
    design: Design,
    vista: kit.Vista,
    x: float,
    sizes: tuple[float, float],
    top: float,
    colour: Colour,
    air: float,
) -> None:
    """Rows of windows; some have light."""
    colours = design.colours
    lit: list[np.ndarray] = []
    unlit: list[np.ndarray] = []
    for row in np.arange(top + 40, 20, 84):
        for share in (0.1, 0.4, 0.7):
            a, b = (sizes[0] + (sizes[1] - sizes[0]) * s for s in (share, share + 0.16))
            pane = vista.wall(x, row, row + 52, a, b)
            (lit if design.chance(0.3 if colours.night else 0.1) else unlit).append(pane)
    glass = mix(colour * 0.4, colours.sky[2], 0.35)
    canvas.areas(unlit, glass)
    canvas.areas(lit, colours.far(colours.lamp, air), 0.9)


def _shop(
    canvas: Canvas, design: Design, vista: kit.Vista, x: float, sizes: tuple[float, float], colour: Colour, air: float
) -> None:
    """A shop window, an awning and a hanging sign."""
    colours = design.colours
    far, near = sizes
    a, b = far + (near - far) * 0.14, far + (near - far) * 0.86
    light = mix(colours.lamp, (colours.accent, colours.second)[int(design.chance(0.5))], 0.45)
    strong = 0.8 if colours.night else 0.55
    canvas.area(vista.wall(x, 60, BASE, far, near), colour * 0.5)
    glass = mix(colours.far(light, air), colours.sky[2] * 0.55, 0.0 if colours.night else 0.6) * strong
    canvas.area(vista.wall(x, 84, BASE - 34, a, b), glass, glass * 0.6)
    _goods(canvas, design, vista, x, (a, b), glass, colour)
    canvas.glow(*vista.at(x * 0.96, 160, b), 170 * near, 120 * near, light, 0.34 * strong)
    awning = colours.outdoors(design.among("#a03c3c", "#2f6f72", "#b08a3c", "#4a5a8a"))
    canvas.area(
        [vista.at(x, 52, a), vista.at(x, 52, b), vista.at(x * 0.86, 96, b), vista.at(x * 0.86, 96, a)],
        awning,
        awning * 0.6,
    )
    if design.chance(0.7):
        _sign(canvas, design, vista, x, b)


def _goods(
    canvas: Canvas,
    design: Design,
    vista: kit.Vista,
    x: float,
    sizes: tuple[float, float],
    glass: Colour,
    colour: Colour,
) -> None:
    """What is in the window, the bars of the window, a door."""
    shares = np.linspace(0.04, 0.66, 7)
    edges = [sizes[0] + (sizes[1] - sizes[0]) * float(share) for share in shares]
    goods = [
        vista.wall(x, BASE - 34 - design.between(16, 62), BASE - 34, edge, edge * 1.05)
        for edge in edges
        if design.chance(0.7)
    ]
    canvas.areas(goods, glass * 0.45)
    bars = [[vista.at(x, 84, size), vista.at(x, BASE - 34, size)] for size in edges[::3]]
    canvas.lines(bars, colour * 0.35, max(1.0, 6 * sizes[0]))
    door = sizes[0] + (sizes[1] - sizes[0]) * 0.76
    canvas.area(vista.wall(x, 84, BASE, door, sizes[1]), colour * 0.4, colour * 0.3)
    canvas.area(vista.wall(x, 96, 180, door * 1.02, sizes[1] * 0.98), glass * 0.8)


def _sign(canvas: Canvas, design: Design, vista: kit.Vista, x: float, size: float) -> None:
    """An upright sign with strokes of light."""
    colours = design.colours
    neon = (colours.accent, colours.second)[int(design.chance(0.5))]
    top, base = -design.between(150, 230), -20.0
    left, right = sorted((x * 0.84, x * 0.97))
    canvas.area(vista.front(left, right, top, base, size), rgb("#14101c"))
    for up in np.arange(top + 16, base - 22, 34):
        a, b = left + 14, right - 14
        strokes = [[(a, up), (b, up)], [((a + b) / 2, up), ((a + b) / 2, up + 22)], [(a, up + 22), (b, up + 22)]]
        chosen = [[vista.at(*point, size) for point in stroke] for stroke in strokes if design.chance(0.75)]
        canvas.lines(chosen, neon, max(2, 5 * size))
    canvas.glow(
        *vista.at((left + right) / 2, (top + base) / 2, size),
        150 * size,
        170 * size,
        neon,
        0.3 if colours.night else 0.12,
    )


def _road(design: Design, vista: kit.Vista) -> Canvas:
    colours = design.colours
    canvas = Canvas((SHEET[0], int(vista.y), SHEET[2], SHEET[3]))
    wet = design.weather in (Weather.RAIN, Weather.STORM)
    road = colours.outdoors("#5a5a60") * (0.72 if wet else 1)
    if design.weather is Weather.SNOW:
        road = colours.outdoors("#c8d0dc")
    edge = 470 if design.says(*landmarks.HARBOUR) else 1400
    canvas.area(vista.ground(-1400, edge, BASE, 0.1, 2.2), colours.far(road, 0.4), road * 0.7)
    canvas.area(vista.ground(-330, 330, BASE + 8, 0.1, 2.2), colours.far(road * 0.8, 0.35), road * 0.5)
    marks = [vista.ground(-9, 9, BASE + 8, s, s * 1.22) for s in (0.13, 0.2, 0.3, 0.45, 0.68, 1.0, 1.5)]
    canvas.areas(marks, mix(road, rgb("#f0e6cc"), 0.5), 0.7)
    for side in (-1, 1):
        canvas.area(vista.ground(side * 330, side * 344, BASE + 2, 0.1, 2.2), road * 1.3)
    canvas.brush(0.2, design.seed + 31, base=9, wide=5, tall=0.4)
    canvas.glow(vista.x, vista.y + 30, 300, 60, colours.sun, 0.3 * colours.bright)
    shine = 0.5 if wet else 0.22
    for side, light in ((-1, colours.accent), (1, colours.second)):
        x, y = vista.at(side * SIDE * 0.8, BASE, 0.9)
        canvas.glow(x, y + 30, 150, 90, mix(light, colours.lamp, 0.5), shine * (1.3 if colours.night else 0.5))
    canvas.glow(vista.x, 640, 100, 260, colours.sun, (0.34 if wet else 0.14) * colours.bright)
    return canvas


def _lamps(design: Design, vista: kit.Vista) -> Canvas:
    """Street lamps along the kerb."""
    canvas, colours = Canvas(), design.colours
    metal = colours.outdoors("#30343c") * 0.7
    for size in (0.26, 0.42, 0.7, 1.15):
        for side in (-1, 1):
            foot, head = vista.at(side * 400, BASE, size), vista.at(side * 400, -210, size)
            arm = vista.at(side * 330, -226, size)
            canvas.line([foot, head, arm], metal, max(2, 10 * size))
            if colours.night or design.weather is not Weather.CLEAR or colours.bright < 0.8:
                canvas.disc(arm[0], arm[1] + 7 * size, 9 * size, mix(colours.lamp, rgb("#ffffff"), 0.6), 1.5)
    return canvas


def _shine(design: Design, vista: kit.Vista) -> Canvas:
    """The light around the lamps."""
    canvas, colours = Canvas(light=True), design.colours
    power = 0.32 if colours.night else 0.16 if colours.bright < 0.8 else 0.0
    canvas.glow(vista.x - 430, 420, 300, 210, colours.second, 0.5 * power)
    canvas.glow(vista.x + 430, 420, 300, 210, colours.accent, 0.5 * power)
    for size in (0.26, 0.42, 0.7, 1.15):
        for side in (-1, 1):
            x, y = vista.at(side * 330, -220, size)
            canvas.glow(x, y, 130 * size, 120 * size, colours.lamp, power)
    return canvas


def _near(design: Design) -> Canvas:
    """A post, wires or a sign board close to the lens."""
    canvas, dark = Canvas(), design.colours.dark
    left = design.chance(0.5)
    x = 60 if left else 1220
    canvas.box(x - 26, SHEET[1], x + 26, SHEET[3], mix(dark, design.colours.sky[1], 0.12), dark)
    canvas.line(
        [(x + (26 if left else -26), SHEET[1]), (x + (26 if left else -26), SHEET[3])],
        mix(design.colours.sun, dark, 0.5),
        4,
        0.6,
    )
    share = np.linspace(0, 1, 30)
    for k in range(3):
        canvas.line(np.stack([-260 + share * 1800, 30 + 24 * k + np.sin(share * np.pi) * (36 + 14 * k)], 1), dark, 4)
    return canvas
