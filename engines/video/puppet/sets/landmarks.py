"""Things that a location's own words put on a set: boats at a quay, a telescope, a great lamp, water on a floor."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import Canvas, Colour, curve, ellipse, mix, rgb
from engines.video.puppet.sets import kit
from engines.video.puppet.sets.design import Design

HARBOUR = ("harbour", "harbor", "quay", "pier", "dock", "port", "wharf", "waterfront", "marina", "jetty", "canal")
OBSERVATORY = ("observatory", "telescope", "planetarium", "astronomer")
BEACON = ("lamp", "beacon", "lighthouse", "lantern")
WATER = ("flooded", "flood", "drowned", "sewer", "water", "sunken", "submerged")


def harbour(design: Design, vista: kit.Vista, base: float) -> Canvas:
    """Water along the right of a quay, with moored boats."""
    canvas, colours = Canvas(), design.colours
    sea = mix(colours.sky[1], colours.outdoors("#2f6273"), 0.5)
    top = vista.y + 6
    canvas.area(
        [(vista.x - 40, top), (canvas.right, top), (canvas.right, canvas.bottom), (vista.x, canvas.bottom)],
        mix(sea, colours.haze, 0.6),
        sea * 0.7,
    )
    random = np.random.default_rng(design.seed + 81)
    glints = mix(colours.sun, rgb("#ffffff"), 0.2)
    for y in np.geomspace(8, 420, 18):
        xs = random.uniform(vista.x, canvas.right, 12)
        canvas.lines([[(x, top + y), (x + 10 + y * 0.2, top + y)] for x in xs], glints, 1 + y / 160, 0.34)
    for size, side in ((0.16, 640), (0.24, 900), (0.36, 700), (0.56, 860), (0.85, 720)):
        _boat(canvas, design, *vista.at(side, base + 20, size), size, random)
    return canvas


def _boat(canvas: Canvas, design: Design, x: float, y: float, size: float, random: np.random.Generator) -> None:
    """A fishing boat seen from the side, at the waterline (x, y)."""
    colours = design.colours
    hull = colours.outdoors(design.among("#2f5a70", "#7a3a34", "#3a5a48", "#54505c"))
    half, air = 210 * size, float(np.clip(0.5 - size, 0, 0.4))
    dark, hull = colours.far(colours.outdoors("#2a2a30"), air), colours.far(hull, air)
    mast = random.uniform(330, 420) * size
    canvas.lines(
        [
            [(x - half * 0.1, y), (x - half * 0.1, y - mast)],
            [(x - half * 0.1, y - mast * 0.86), (x + half * 0.62, y - 60 * size)],
        ],
        dark,
        max(1.5, 9 * size),
    )
    canvas.lines(
        [[(x - half * 0.1, y - mast), (end, y - 50 * size)] for end in (x - half * 0.9, x + half * 0.95)],
        dark,
        max(1, 3 * size),
        0.8,
    )
    canvas.box(
        x - half * 0.55,
        y - 130 * size,
        x - half * 0.02,
        y - 50 * size,
        colours.far(colours.outdoors("#c8bca4"), air) * 0.85,
    )
    canvas.box(x - half * 0.48, y - 116 * size, x - half * 0.12, y - 86 * size, colours.lamp)
    canvas.glow(
        x - half * 0.3, y - 100 * size, 70 * size, 50 * size, colours.lamp, 0.5 if colours.bright < 0.8 else 0.1
    )
    deck = curve((x - half, y - 62 * size), (x, y - 46 * size), (x + half * 1.08, y - 84 * size))
    keel = curve(
        (x + half * 1.08, y - 84 * size),
        (x + half * 0.8, y + 14 * size),
        (x - half * 0.9, y + 14 * size),
        (x - half, y - 62 * size),
    )
    canvas.area(np.vstack([deck, keel]), hull * 1.1, hull * 0.6)
    canvas.line(deck, mix(hull, colours.sun, 0.6), max(1, 6 * size), 0.8)


def telescope(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    """A great telescope on its mount, pointed up to the right."""
    colours = design.colours
    brass = mix(colours.indoors("#a8844c"), colours.lamp * 0.6, 0.2)
    iron = colours.indoors("#46505a")
    canvas.area(
        [(x - 70, floor + 24), (x - 26, floor - 150), (x + 26, floor - 150), (x + 70, floor + 24)], iron, iron * 0.5
    )
    canvas.box(x - 104, floor + 8, x + 104, floor + 28, iron * 0.8, iron * 0.4)
    along = np.array((0.80, -0.60))
    across = np.array((0.60, 0.80))
    centre = np.array((x, floor - 180))
    for start, end, half in ((-190, -120, 20), (-130, 150, 34), (140, 250, 44)):
        corners = [
            centre + along * at + across * side
            for at, side in ((start, -half), (end, -half), (end, half), (start, half))
        ]
        canvas.area(corners, brass * 1.15, brass * 0.42)
        canvas.line([corners[0], corners[1]], mix(brass, rgb("#ffffff"), 0.5), 3, 0.7)
    for at in (-126, 144, 246):
        canvas.line([centre + along * at - across * 40, centre + along * at + across * 40], brass * 0.5, 9)
    canvas.area(ellipse(x, floor - 180, 58, 58), iron * 1.1, iron * 0.6)
    canvas.line(ellipse(x, floor - 180, 58, 58), mix(iron, colours.accent, 0.6), 4, 0.8)


def beacon(canvas: Canvas, design: Design, x: float, floor: float) -> None:
    """The lantern room of a great lamp."""
    colours = design.colours
    stone, iron = colours.outdoors("#8a8078"), colours.outdoors("#3a3c44")
    bright = mix(colours.lamp, rgb("#ffffff"), 0.5)
    canvas.area([(x - 92, floor), (x - 78, 330), (x + 78, 330), (x + 92, floor)], stone * 0.9, stone * 0.5)
    canvas.area([(x + 30, floor), (x + 26, 330), (x + 78, 330), (x + 92, floor)], stone * 0.4, None, 10, 0.7)
    canvas.box(x - 110, 318, x + 110, 336, iron * 1.1, iron * 0.6)
    canvas.lines(
        [[(x + k, 318), (x + k, 286)] for k in range(-104, 105, 26)] + [[(x - 106, 286), (x + 106, 286)]], iron, 3
    )
    canvas.box(x - 62, 190, x + 62, 318, mix(colours.lamp, colours.sky[1], 0.35), bright)
    canvas.area(ellipse(x, 258, 26, 40), rgb("#fff6dc"), None, 3)
    canvas.lines([[(x + k, 190), (x + k, 318)] for k in (-62, -21, 21, 62)], iron * 0.8, 5)
    canvas.area([(x - 78, 192), (x - 30, 150), (x, 132), (x + 30, 150), (x + 78, 192)], iron, iron * 0.6)
    canvas.line([(x, 132), (x, 100)], iron, 5)
    canvas.glow(x, 256, 220, 170, colours.lamp, 0.4 if colours.night else 0.2)


def beams(canvas: Canvas, design: Design, x: float) -> None:
    """The light of the great lamp, on a sheet of light."""
    lamp, power = design.colours.lamp, 0.34 if design.colours.night else 0.12
    canvas.beam([(x, 250), (x, 262), (x - 1100, 420), (x - 1100, 120)], lamp, power, 16)
    canvas.beam([(x, 250), (x, 262), (x + 1100, 330), (x + 1100, 90)], lamp, power, 16)
    canvas.glow(x, 256, 120, 110, lamp, 2 * power)


def wet_floor(canvas: Canvas, design: Design, vista: kit.Vista, side: float, base: float, light: Colour) -> None:
    """Standing water: a sheen and strokes of reflected light, to the walls."""
    random = np.random.default_rng(design.seed + 83)
    water = mix(design.colours.indoors("#274a54"), light, 0.12)
    canvas.area(vista.ground(-side, side, base - 8, 0.1, 2.4), mix(water, light, 0.3), water * 0.6, 0, 0.72)
    for size in np.geomspace(0.13, 2.0, 26):
        spots = random.uniform(-side * 0.96, side * 0.8, 5)
        strokes = [[vista.at(x, base - 8, size), vista.at(x + random.uniform(30, 110), base - 8, size)] for x in spots]
        canvas.lines(strokes, mix(light, rgb("#ffffff"), 0.2), max(1, 3 * size), 0.36)
    canvas.glow(vista.x, vista.y + base * 0.5, 130, 150, light, 0.5)
