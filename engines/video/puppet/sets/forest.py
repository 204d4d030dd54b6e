"""A forest: trunks in three distances, mist between them, shafts of light, ferns in front."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, mix, rgb, smooth
from engines.video.puppet.sets import kit
from engines.video.puppet.sets.design import Design, Source, Stage
from events.script import Weather

GROUND = 510.0


def paint(design: Design) -> Stage:
    colours = design.colours
    sun_x = design.between(480, 860)
    pines = design.says("pine", "taiga", "mountain", "winter", "north")
    pines = pines or (design.chance(0.4) and not _autumn(design))
    air = mix(colours.haze, _green(design), 0.45)
    sheets = [
        _glade(design, sun_x, air).layer(8, opaque=True),
        _trees(design, (26, 16, 30), 0.62, air, 1, pines).layer(6),
        _trees(design, (13, 34, 58), 0.30, air, 2, pines).layer(4),
        _ground(design, sun_x, air).layer(2.6),
        _trees(design, (6, 70, 104), 0.04, air, 3, pines, clear=True).layer(2.7),
        kit.shafts((sun_x + 120, 20), (sun_x - 330, 690), 520, colours.sun, 0.20 * colours.bright, design.seed).layer(
            2.2
        ),
        _near(design).layer(1.15, blur=5),
    ]
    fireflies = colours.lamp if colours.night else colours.sun
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=0,
        indoors=False,
        key=Source(sun_x - 500, 200, mix(colours.shade, colours.sun, 0.4)),
        rim=Source(sun_x, 200, colours.sun),
        ambient=mix(mix(colours.outdoors("#80887c"), _green(design), 0.15), rgb("#5a5e62"), 0.5),
        haze=air * (0.6 if colours.night else 0.85),
        floor=630,
        motes=fireflies,
    )


def _autumn(design: Design) -> bool:
    return design.says("autumn", "fall", "october") or design.seed % 5 == 0


def _green(design: Design) -> Colour:
    """The colour of leaves on this day."""
    if design.weather is Weather.SNOW:
        return design.colours.outdoors("#8a98a0")
    if _autumn(design):
        return design.colours.outdoors("#b0743a")
    return design.colours.outdoors(("#5c8a4a", "#4a7c5a", "#7a8a44")[design.seed % 3])


def _glade(design: Design, sun_x: float, air: Colour) -> Canvas:
    canvas = kit.sky(design, 470, sun_x)
    whole = smooth(40, 470, np.arange(canvas.top, canvas.bottom, dtype=np.float32))[:, None, None]
    canvas.pixels[..., :3] += (air - canvas.pixels[..., :3]) * (0.25 + 0.5 * whole)
    canvas.glow(sun_x, 330, 330, 260, design.colours.sun, 0.42 if design.colours.night else 0.5 * design.colours.bright)
    return canvas


def _trees(
    design: Design,
    size: tuple[int, float, float],
    fog: float,
    air: Colour,
    number: int,
    pines: bool,
    clear: bool = False,
) -> Canvas:
    """``size`` is how many and how thick; ``clear`` keeps the middle free for the actors."""
    canvas, colours = Canvas(), design.colours
    random = np.random.default_rng(design.seed + 10 * number)
    count, low, high = size
    bark = mix(colours.outdoors("#54463e") * 0.62, air, fog)
    leaf = mix(_green(design) * 0.7, air, fog)
    xs = np.linspace(SHEET[0], SHEET[2], count) + random.uniform(-40, 40, count)
    for x in xs:
        if clear and 330 < x < 950:
            x = random.choice((random.uniform(-150, 200), random.uniform(1080, 1480)))
        thick = random.uniform(low, high)
        foot = GROUND + 6 + 30 * (1 - fog) * random.random()
        if pines:
            _pine(canvas, x, foot, thick, bark, leaf, random)
        else:
            _trunk(canvas, x, foot, thick, bark, colours.sun, random)
    if not pines:
        _canopy(canvas, design, random, leaf, number)
    _undergrowth(canvas, design, random, leaf, number, clear)
    return canvas.haze(air, 0.55 * fog + 0.12, 330, GROUND + 30)


def _canopy(canvas: Canvas, design: Design, random: np.random.Generator, leaf: Colour, number: int) -> None:
    """The roof of leaves, with light in it."""
    tones = [leaf * 0.6, leaf * 0.85, leaf, mix(leaf, design.colours.sun, 0.3)]
    for x in np.linspace(SHEET[0], SHEET[2], 11):
        spot = (x + random.uniform(-60, 60), random.uniform(-30, 120 - 26 * number))
        kit.leaves(canvas, int(random.integers(1 << 30)), spot, (150, 84), 150, tones, 13 + 7 * number)


def _undergrowth(
    canvas: Canvas, design: Design, random: np.random.Generator, leaf: Colour, number: int, clear: bool
) -> None:
    """Bushes at the feet of the trees."""
    tones = [leaf * 0.6, leaf * 0.8, mix(leaf, design.colours.sun, 0.16)]
    for x in random.uniform(*kit.WIDE, 10):
        if clear and 300 < x < 980:
            continue
        size = random.uniform(24, 40) * (0.6 + 0.35 * number)
        spot = (float(x), GROUND + 14 + 8 * number - size * 0.3)
        kit.leaves(canvas, int(random.integers(1 << 30)), spot, (size * 1.7, size * 0.7), 70, tones, 8 + 5 * number)


def _trunk(
    canvas: Canvas, x: float, foot: float, thick: float, bark: Colour, sun: Colour, random: np.random.Generator
) -> None:
    lean = random.uniform(-60, 60)
    left = [(x - thick * 0.8, foot), (x - thick * 0.5, foot - 60), (x - thick * 0.36 + lean, SHEET[1])]
    right = [(x + thick * 0.36 + lean, SHEET[1]), (x + thick * 0.5, foot - 60), (x + thick * 0.8, foot)]
    canvas.area([*left, *right], bark * 0.8, bark)
    canvas.area(
        [(x + thick * 0.2, foot), (x + thick * 0.2 + lean, SHEET[1]), *right], bark * 0.55, None, thick * 0.08, 0.6
    )
    canvas.line([left[1], left[2]], mix(bark, sun, 0.4), max(1, thick * 0.05), 0.6)
    for _ in range(2):
        y, side = random.uniform(0, 240), random.choice((-1, 1))
        at = x + lean * (foot - y) / (foot - SHEET[1])
        reach = random.uniform(2, 4.5) * thick
        canvas.line(
            [(at, y), (at + side * reach * 0.6, y - reach * 0.35), (at + side * reach, y - reach * 0.8)],
            bark * 0.8,
            max(1, thick * 0.16),
        )


def _pine(
    canvas: Canvas, x: float, foot: float, thick: float, bark: Colour, leaf: Colour, random: np.random.Generator
) -> None:
    tall = thick * random.uniform(11, 15)
    canvas.area([(x - thick * 0.3, foot), (x, foot - tall), (x + thick * 0.3, foot)], bark * 0.7)
    for k in range(7):
        y = foot - tall * (0.12 + 0.135 * k)
        half = thick * 2.6 * (1 - k / 7.6)
        top = y - tall * 0.24
        canvas.area(
            [
                (x, top),
                (x + half, y),
                (x + half * 0.4, y - half * 0.12),
                (x, y + half * 0.06),
                (x - half * 0.4, y - half * 0.12),
                (x - half, y),
            ],
            leaf * (1.05 - 0.03 * k),
            leaf * 0.62,
        )


def _ground(design: Design, sun_x: float, air: Colour) -> Canvas:
    colours = design.colours
    canvas = Canvas((SHEET[0], int(GROUND) - 60, SHEET[2], SHEET[3]))
    earth = mix(_green(design), colours.outdoors("#5a4a38"), 0.5) * 0.72
    if design.weather is Weather.SNOW:
        earth = colours.outdoors("#c4cedc")
    kit.hills(canvas, GROUND + 14, 34, mix(earth, air, 0.32), earth * 0.5, design.seed + 4, 6)
    path = [(sun_x - 40, GROUND), (sun_x + 40, GROUND), (900, 850), (330, 850)]
    canvas.area(path, mix(earth, rgb("#c0a888") * colours.shade / 255, 0.4), earth * 0.8, 12, 0.8)
    canvas.brush(0.3, design.seed + 31, base=16, wide=3, tall=0.6)
    canvas.beam(
        [(sun_x - 90, GROUND), (sun_x + 130, GROUND), (sun_x + 40, 800), (sun_x - 420, 800)],
        colours.sun,
        0.3 * colours.bright,
        36,
    )
    _grass(canvas, design, earth)
    return canvas


def _grass(canvas: Canvas, design: Design, earth: Colour) -> None:
    random = np.random.default_rng(design.seed + 33)
    for band, (y, tall) in enumerate(((GROUND + 24, 12), (GROUND + 70, 22), (GROUND + 150, 36))):
        blades = [
            [(x, y), (x + random.uniform(-8, 8), y - tall * random.uniform(0.5, 1))]
            for x in random.uniform(*kit.WIDE, 150)
            if not 400 < x < 860
        ]
        canvas.lines(blades, earth * (0.9 - 0.14 * band), 2 + band, 0.8)


def _near(design: Design) -> Canvas:
    """Ferns and a branch close to the lens."""
    canvas, colours = Canvas(), design.colours
    dark = mix(colours.dark, _green(design) * 0.25, 0.5)
    for k, (x, y) in enumerate(((10, 700), (170, 740), (1120, 740), (1290, 700))):
        kit.leaves(canvas, design.seed + 50 + k, (x, y), (110, 70), 60, [dark, dark * 1.3], 62)
    for k, (x, y) in enumerate(((-20, 60), (150, 20), (1250, 50), (1400, 80))):
        kit.leaves(canvas, design.seed + 60 + k, (x, y), (120, 60), 60, [dark, dark * 1.25], 50)
    return canvas
