"""A corridor: walls, doors and lamps that run to a lit end. A ship's, a hospital's, an old house's or a works'."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, mix, rgb
from engines.video.puppet.sets import kit, landmarks
from engines.video.puppet.sets.design import Design, Source, Stage

SIDE, TOP, BASE = 560.0, -330.0, 300.0
SIZES = tuple(0.10 * 1.42**k for k in range(10))


@dataclass(frozen=True)
class Style:
    wall: str
    floor: str
    door: str
    lamp: str
    ribs: bool
    panels: bool
    sconces: bool


STYLES = {
    "ship": Style("#4a5b68", "#39444c", "#2d3a44", "#bff4ff", True, True, False),
    "hospital": Style("#8fa8a4", "#73807e", "#5f7d80", "#f2fff4", False, True, False),
    "house": Style("#7a5a4a", "#5c4032", "#4a2f24", "#ffc888", False, False, True),
    "works": Style("#5c5a56", "#45433f", "#6a4634", "#ffd9a0", True, False, False),
}

WORDS = {
    "hospital": ("hospital", "clinic", "ward", "school", "office", "station"),
    "house": ("hotel", "house", "castle", "palace", "mansion", "theatre", "theater", "apartment", "museum", "inn"),
    "works": ("tunnel", "basement", "cellar", "sewer", "factory", "mine", "bunker", "prison", "cave", "archive"),
    "ship": ("ship", "spaceship", "sublevel", "base", "lab", "laboratory", "reactor", "deck"),
}


def paint(design: Design) -> Stage:
    style = STYLES[_style(design)]
    colours = design.colours
    vista = kit.Vista(design.between(560, 720), 322)
    lamp = mix(rgb(style.lamp), colours.accent, 0.25 if style.ribs else 0.05)
    end = colours.sun if design.chance(0.5) and not colours.night else mix(colours.accent, lamp, 0.4)

    far = _tube(design, style, vista, lamp, SIZES[:8])
    _end(far, design, vista, end)
    near = _tube(design, style, vista, lamp, SIZES[5:])
    if design.says(*landmarks.WATER):
        landmarks.wet_floor(far, design, vista, SIDE, BASE, end)
        landmarks.wet_floor(near, design, vista, SIDE, BASE, end)
    mist = (
        Canvas(light=True).glow(vista.x, vista.y + 10, 210, 170, end, 0.24).glow(vista.x, vista.y, 520, 300, end, 0.10)
    )
    sheets = [
        far.layer(4.2, opaque=True),
        near.layer(2.5),
        mist.layer(2.3),
        _near(design, style, end).layer(1.15, blur=4),
    ]
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=9,
        indoors=True,
        key=Source(vista.x - 400, 60, lamp),
        rim=Source(vista.x, vista.y, mix(end, rgb("#ffffff"), 0.15)),
        ambient=mix(colours.indoors(style.wall), rgb("#606068"), 0.6),
        haze=end,
        motes=end * 0.7,
    )


def _style(design: Design) -> str:
    for name, words in WORDS.items():
        if design.says(*words):
            return name
    return design.among(*STYLES)


def _tube(design: Design, style: Style, vista: kit.Vista, lamp: Colour, sizes: tuple[float, ...]) -> Canvas:
    """A stretch of walls, floor and ceiling, painted from far to near."""
    canvas, colours = Canvas(), design.colours
    wall, floor = colours.indoors(style.wall), colours.indoors(style.floor)
    for far, near in pairwise(sizes):
        light = float(np.interp(far, (0.1, 0.5, 2.0), (1.0, 0.72, 0.34)))
        canvas.area(vista.ground(-SIDE, SIDE, TOP, far, near), wall * light * 0.5, wall * light * 0.34)
        canvas.area(vista.ground(-SIDE, SIDE, BASE, far, near), floor * light * 1.1, floor * light * 0.8)
        for side in (-1, 1):
            shade = light * (0.92 if side < 0 else 0.74)
            canvas.area(vista.wall(side * SIDE, TOP, BASE, far, near), wall * shade * 0.72, wall * shade)
            _fittings(canvas, design, style, vista, side, far, near, shade)
        _lamps(canvas, style, vista, lamp, far, near)
        if style.ribs:
            _rib(canvas, vista, far, wall * light, lamp)
    return canvas


def _fittings(
    canvas: Canvas, design: Design, style: Style, vista: kit.Vista, side: int, far: float, near: float, shade: float
) -> None:
    """A door or a panel line, a skirting, a strip of light or a wall lamp."""
    colours, x = design.colours, side * SIDE
    wall = colours.indoors(style.wall) * shade
    a, b = far + (near - far) * 0.25, far + (near - far) * 0.72
    canvas.area(vista.wall(x, BASE - 26, BASE, far, near), wall * 0.45)
    if style.panels:
        canvas.area(vista.wall(x, 20, 34, far, near), mix(wall, colours.accent, 0.7))
        canvas.line([vista.at(x, TOP, far), vista.at(x, BASE, far)], wall * 0.5, max(1, 5 * far))
    if not style.panels:
        canvas.area(vista.wall(x, 70, 80, far, near), wall * 0.55)
    if design.chance(0.62):
        door = colours.indoors(style.door) * shade
        canvas.area(vista.wall(x, -176, BASE - 2, a, b), wall * 0.42)
        inner_a, inner_b = a + (b - a) * 0.09, b - (b - a) * 0.09
        canvas.area(vista.wall(x, -160, BASE - 2, inner_a, inner_b), door * 1.25, door * 0.7)
        sign = (colours.accent, colours.second)[int(design.chance(0.3))]
        canvas.area(vista.wall(x, -212, -194, inner_a, inner_b), sign * 0.9)
        middle = vista.at(x, -200, (a + b) / 2)
        canvas.glow(*middle, 90 * b, 60 * b, sign, 0.22)
    elif style.sconces:
        middle = vista.at(x * 0.97, -110, (far + near) / 2)
        canvas.disc(*middle, 13 * near, mix(colours.lamp, rgb("#ffffff"), 0.5), 2)
        canvas.glow(*middle, 150 * near, 190 * near, colours.lamp, 0.5)


def _lamps(canvas: Canvas, style: Style, vista: kit.Vista, lamp: Colour, far: float, near: float) -> None:
    """A panel in the ceiling, its light on the floor."""
    if style.sconces:
        return
    a, b = far + (near - far) * 0.2, far + (near - far) * 0.75
    canvas.area(vista.ground(-120, 120, TOP + 3, a, b), mix(lamp, rgb("#ffffff"), 0.4), lamp, 1)
    x, y = vista.at(0, TOP, (a + b) / 2)
    canvas.glow(x, y, 300 * b, 120 * b, lamp, 0.26)
    canvas.beam(vista.ground(-150, 150, BASE, a, b), lamp, 0.26, 16 * b)


def _rib(canvas: Canvas, vista: kit.Vista, size: float, colour: Colour, lamp: Colour) -> None:
    """A frame around the passage."""
    corners = [
        (-SIDE, BASE),
        (-SIDE, TOP + 130),
        (-SIDE + 130, TOP),
        (SIDE - 130, TOP),
        (SIDE, TOP + 130),
        (SIDE, BASE),
    ]
    line = [vista.at(side, up, size) for side, up in corners]
    canvas.line(line, colour * 0.42, max(2, 44 * size))
    canvas.line(line, mix(colour, lamp, 0.5), max(1, 5 * size), 0.6)


def _end(canvas: Canvas, design: Design, vista: kit.Vista, light: Colour) -> None:
    """The lit end: a door or a window."""
    size, colours = SIZES[0], design.colours
    canvas.area(vista.front(-SIDE, SIDE, TOP, BASE, size), colours.indoors("#39424a"), colours.indoors("#2a3036"))
    canvas.area(vista.front(-330, 330, -240, BASE, size), mix(light, rgb("#ffffff"), 0.35) * 0.92, light * 0.8)
    canvas.line([vista.at(0, -240, size), vista.at(0, BASE, size)], colours.dark, 2, 0.5)
    canvas.glow(vista.x, vista.y, 100, 80, light, 0.4)


def _near(design: Design, style: Style, light: Colour) -> Canvas:
    """The edge of a doorway that the camera looks through."""
    canvas, dark = Canvas(), design.colours.dark
    wood = mix(dark, design.colours.indoors(style.door), 0.3)
    left = design.chance(0.5)
    edge, side = ((70, 40), SHEET[0]) if left else ((1210, 1240), SHEET[2])
    canvas.area([(edge[0], SHEET[1]), (edge[1], SHEET[3]), (side, SHEET[3]), (side, SHEET[1])], wood, dark)
    canvas.line([(edge[0], SHEET[1]), (edge[1], SHEET[3])], mix(light, dark, 0.45), 5, 0.7)
    if style.ribs:
        kit.cables(canvas, design.seed + 8, dark, 4, 150)
    return canvas
