"""The kit of shapes that sets are made of: skies, skylines, windows, lamps, floors, screens, plants."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, curve, ellipse, mix, noise, rgb, smooth
from engines.video.puppet.sets.design import Design
from events.script import TimeOfDay, Weather

WIDE = (SHEET[0], SHEET[2])

# ---------------------------------------------------------------- sky and distance


def sky(design: Design, horizon: float = 470, sun_x: float = 880, area: tuple[int, int, int, int] = SHEET) -> Canvas:
    """The sky down to a horizon, with stars or clouds and the sun or moon at ``sun_x``."""
    canvas, colours = Canvas(area), design.colours
    top = horizon - 560
    canvas.sky(*((top + 560 * share, colour) for share, colour in zip((0.1, 0.5, 0.8, 1.0), colours.sky, strict=True)))
    if colours.night and design.weather in (Weather.CLEAR, Weather.CLOUDY):
        _stars(canvas, design.seed, horizon)
    if design.weather in (Weather.RAIN, Weather.STORM, Weather.CLOUDY):
        canvas.glow(sun_x, horizon, 620, 150, colours.sky[3], 0.35)
    _sun(canvas, design, sun_x, horizon)
    _clouds(canvas, design, horizon)
    return canvas


def _stars(canvas: Canvas, seed: int, horizon: float) -> None:
    random = np.random.default_rng(seed + 5)
    for _ in range(130):
        x, y = random.uniform(canvas.left, canvas.right), random.uniform(canvas.top, horizon - 60)
        canvas.glow(x, y, 1.5, 1.5, rgb("#cfdcff"), random.uniform(0.2, 0.9) * (1 - 0.5 * y / horizon))


def _sun(canvas: Canvas, design: Design, x: float, horizon: float) -> None:
    height = {TimeOfDay.DAWN: 70, TimeOfDay.DAY: 300, TimeOfDay.DUSK: 46, TimeOfDay.NIGHT: 290}[design.time]
    y, colours = horizon - height, design.colours
    veiled = design.weather not in (Weather.CLEAR, Weather.SNOW)
    strong = {TimeOfDay.DAY: 0.6, TimeOfDay.NIGHT: 0.5}.get(design.time, 1.0)
    if veiled:
        strong = 0.8 if colours.night else 0.45
    canvas.glow(x, y, 420, 240, colours.sun, 0.24 * strong)
    canvas.glow(x, y, 150, 110, colours.sun, 0.30 * strong)
    if veiled:
        canvas.disc(x, y, 34, mix(colours.sun, rgb("#ffffff"), 0.3), 9, 0.3 if design.weather is Weather.STORM else 0.5)
        return
    radius = 30 if colours.night else 34
    canvas.disc(x, y, radius, mix(colours.sun, rgb("#ffffff"), 0.55), 1.2, 0.96)
    if colours.night:
        canvas.disc(x + 12, y - 7, radius * 0.82, colours.sky[1], 3, 0.35)


def _clouds(canvas: Canvas, design: Design, horizon: float) -> None:
    colours = design.colours
    cover = {Weather.CLEAR: 0.60, Weather.CLOUDY: 0.42, Weather.STORM: 0.34, Weather.RAIN: 0.38}.get(
        design.weather, 0.5
    )
    shape = noise(canvas.shape, design.seed + 6, base=3, octaves=5, wide=2.6)
    rows = np.arange(canvas.top, canvas.bottom, dtype=np.float32)[:, None]
    high = smooth(horizon + 30, horizon - 160, rows) * smooth(-240, 120, rows)
    body = smooth(cover, cover + 0.30, shape) * high
    lit = np.clip(shape - np.roll(shape, 14, 0), 0, 1) * 9 * body
    tone = mix(colours.sky[1], colours.sky[2], 0.55) * (0.82 if design.weather is Weather.STORM else 1.04)
    whole = (slice(None), slice(None))
    canvas._lay(tone, body * 0.72, whole)
    canvas._shine(colours.sun, np.clip(lit, 0, 1) * 0.5 * (0.4 if colours.night else 1), whole)


def ridge(left: float, right: float, y: float, height: float, seed: int, base: int = 4) -> list[tuple[float, float]]:
    """A line of hills as points from left to right."""
    line = noise((8, 400), seed, base=base, octaves=5)[0]
    xs = np.linspace(left, right, 200)
    return [(float(x), float(y - height * v)) for x, v in zip(xs, line[::2], strict=True)]


def hills(canvas: Canvas, y: float, height: float, top: Colour, bottom: Colour, seed: int, base: int = 4) -> None:
    """Hills from side to side, filled to the bottom of the sheet."""
    line = ridge(canvas.left, canvas.right, y, height, seed, base)
    canvas.area([*line, (canvas.right, canvas.bottom), (canvas.left, canvas.bottom)], top, bottom)


def skyline(
    canvas: Canvas,
    design: Design,
    base: float,
    height: tuple[float, float],
    width: tuple[float, float],
    colour: Colour,
    lit: float,
    seed: int,
) -> None:
    """A row of towers with windows, ``lit`` the share of windows with light."""
    random = np.random.default_rng(seed)
    x = float(canvas.left)
    shade = colour * 0.72
    while x < canvas.right:
        wide, tall = random.uniform(*width), random.uniform(*height)
        top = base - tall
        canvas.box(
            x, top, x + wide, canvas.bottom, colour * random.uniform(0.86, 1.12), mix(colour, design.colours.haze, 0.35)
        )
        canvas.box(x + wide * 0.72, top, x + wide, canvas.bottom, shade, None, 0, 0.45)
        _roof(canvas, random, x, top, wide, colour)
        _windows(canvas, design, random, (x, top, wide, base), lit)
        x += wide + random.uniform(-6, 30)


def _roof(canvas: Canvas, random: np.random.Generator, x: float, top: float, wide: float, colour: Colour) -> None:
    kind = random.integers(4)
    if kind == 0:
        canvas.box(x + wide * 0.2, top - 16, x + wide * 0.7, top + 2, colour * 0.9)
    elif kind == 1:
        canvas.line([(x + wide * 0.5, top), (x + wide * 0.5, top - random.uniform(30, 70))], colour * 0.8, 3)
    elif kind == 2:
        canvas.area([(x, top + 1), (x + wide, top + 1), (x + wide, top - wide * 0.35)], colour)


def _windows(
    canvas: Canvas, design: Design, random: np.random.Generator, block: tuple[float, float, float, float], lit: float
) -> None:
    x, top, wide, base = block
    colours = design.colours
    step_x, step_y = 15, 20
    groups: dict[int, list] = {0: [], 1: [], 2: []}
    for row in np.arange(top + 14, min(base, canvas.bottom) - 8, step_y):
        for column in np.arange(x + 8, x + wide - 12, step_x):
            if random.random() < lit:
                pane = [(column, row), (column + 7, row), (column + 7, row + 10), (column, row + 10)]
                groups[int(random.choice(3, p=(0.62, 0.24, 0.14)))].append(pane)
    for kind, colour in enumerate((colours.lamp, mix(colours.lamp, rgb("#ffffff"), 0.4), colours.accent)):
        canvas.areas(groups[kind], colour, (0.75, 0.5, 0.6)[kind] * (1 if colours.night else 0.65))


def tree(canvas: Canvas, x: float, foot: float, size: float, leaf: Colour, light: Colour, seed: int) -> None:
    """A round tree: a short trunk under a cloud of leaves, lit from above."""
    random = np.random.default_rng(seed)
    canvas.area(
        [
            (x - size * 0.12, foot),
            (x - size * 0.06, foot - size),
            (x + size * 0.06, foot - size),
            (x + size * 0.12, foot),
        ],
        leaf * 0.4,
    )
    spots = random.normal(0, 0.36, (14, 2)) * (size, size * 0.62)
    for k, (dx, dy) in enumerate(spots):
        share = k / len(spots)
        radius = size * (0.52 - 0.2 * share)
        tone = mix(leaf * 0.62, mix(leaf, light, 0.22), share)
        at = (x + dx, foot - size * 1.45 + dy - size * 0.16 * share)
        canvas.area(ellipse(*at, radius, radius * 0.86), tone, tone * 0.72, 1.2)
    crown = (x, foot - size * 1.45)
    leaves(
        canvas,
        seed + 1,
        crown,
        (size * 0.9, size * 0.62),
        40,
        [leaf * 0.7, leaf, mix(leaf, light, 0.3)],
        7 + size * 0.06,
    )


# ---------------------------------------------------------------- rooms


def floor(
    design: Design, y: float, near: Colour, far: Colour, style: str, x: float = 640, depth: float = 2.4
) -> Canvas:
    """A floor seen from eye height, its lines running to a vanishing point above ``x``. ``style`` is ``tiles``,
    ``boards`` or ``plain``."""
    canvas = Canvas((SHEET[0], int(y) - 6, SHEET[2], SHEET[3]))
    low, high = WIDE
    canvas.area([(low, y), (high, y), (high, SHEET[3]), (low, SHEET[3])], far, near)
    dark = near * 0.45
    if style != "plain":
        canvas.lines([[(x + k * 62, y), (x + k * 330, SHEET[3])] for k in range(-20, 21)], dark, 2, 0.6)
    if style == "tiles":
        canvas.lines([[(low, v), (high, v)] for v in _receding(y)], dark, 2, 0.55)
    canvas.brush(0.12, design.seed + 31, base=8, wide=4, tall=0.4)
    canvas.box(low, y - 6, high, y + 2, dark * 0.6)
    return canvas


def _receding(y: float) -> list[float]:
    """Heights of evenly spaced lines on the floor."""
    return [
        y + (SHEET[3] - y) * 0.9 / (1 + 0.55 * k) - 30 for k in range(14) if 0.9 / (1 + 0.55 * k) * (SHEET[3] - y) > 36
    ]


def arch(x: float, base: float, half: float, height: float) -> np.ndarray:
    """A round-topped opening."""
    top = ellipse(x, base - height, half, half, 180, 360)
    return np.vstack([[(x - half, base)], top, [(x + half, base)]])


def oblong(x: float, base: float, half: float, height: float) -> np.ndarray:
    return np.array([(x - half, base), (x - half, base - height), (x + half, base - height), (x + half, base)])


def bars(canvas: Canvas, opening: np.ndarray, colour: Colour, columns: int, rows: int, width: float = 6) -> None:
    """Glazing bars across an opening."""
    left, top = opening.min(0)
    right, bottom = opening.max(0)
    upright = [_chord(opening, x, 0) for x in np.linspace(left, right, columns + 1)[1:-1]]
    level = [_chord(opening, y, 1) for y in np.linspace(top, bottom, rows + 1)[1:-1]]
    canvas.lines(upright + level, colour, width)


def _chord(opening: np.ndarray, at: float, axis: int) -> np.ndarray:
    """Where a line at x (``axis`` 0) or y (1) enters and leaves a convex opening."""
    here, there = opening[:, axis], np.roll(opening[:, axis], -1)
    crossing = (here - at) * (there - at) <= 0
    crossing &= here != there
    share = (at - here[crossing]) / (there[crossing] - here[crossing])
    ends = opening[crossing] + (np.roll(opening, -1, 0)[crossing] - opening[crossing]) * share[:, None]
    order = np.argsort(ends[:, 1 - axis])
    return ends[order[[0, -1]]]


def frame(canvas: Canvas, opening: np.ndarray, colour: Colour, light: Colour, width: float = 14) -> None:
    """The frame around an opening, lit on its inner edge."""
    closed = np.vstack([opening, opening[:1]])
    canvas.line(closed, colour, width)
    canvas.line(closed, light, max(2, width / 6), 0.6)


def pendant(canvas: Canvas, x: float, y: float, size: float, metal: Colour, light: Colour, power: float = 0.5) -> None:
    """A lamp on a cable, with its cone of glow."""
    canvas.line([(x, SHEET[1]), (x, y - size)], metal * 0.6, 3)
    canvas.area(
        curve((x - size, y), (x - size * 0.4, y - size * 0.75), (x + size * 0.4, y - size * 0.75), (x + size, y)),
        metal,
        metal * 0.5,
    )
    canvas.box(x - size * 0.8, y - 3, x + size * 0.8, y + 4, mix(light, rgb("#ffffff"), 0.5), None, 1)
    canvas.glow(x, y, size * 2.2, size * 1.8, light, power)


def screen(canvas: Canvas, x: float, y: float, wide: float, tall: float, colour: Colour, seed: int) -> None:
    """A lit screen with lines of data."""
    random = np.random.default_rng(seed)
    canvas.box(x - 5, y - 5, x + wide + 5, y + tall + 5, rgb("#0a1416"))
    canvas.box(x, y, x + wide, y + tall, colour * 0.85, colour * 0.35)
    pale = mix(colour, rgb("#ffffff"), 0.75)
    rows = np.arange(y + 8, y + tall - 4, 9)
    canvas.lines([[(x + 6, v), (x + 6 + (wide - 12) * random.uniform(0.2, 0.95), v)] for v in rows], pale, 2, 0.7)
    canvas.glow(x + wide / 2, y + tall / 2, wide, tall, colour, 0.2)


def books(
    canvas: Canvas, x: float, y: float, wide: float, tall: float, tint: Colour, random: np.random.Generator
) -> None:
    """A shelf's row of books standing on ``y``."""
    spines = ("#7a3b32", "#35596b", "#8a6a36", "#4a5a3a", "#5a3a5c", "#a08a68", "#2c3c50", "#7c5a48")
    at = x
    while at < x + wide - 6:
        thick, high = random.uniform(6, 15), tall * random.uniform(0.68, 0.94)
        if random.random() < 0.9:
            colour = rgb(spines[int(random.integers(len(spines)))]) * tint / 255
            canvas.box(at, y - high, min(at + thick, x + wide), y, colour * 1.15, colour * 0.6)
        at += thick + 1


def cables(canvas: Canvas, seed: int, colour: Colour, count: int = 5, low: float = 200) -> None:
    """Cables that hang into the top of the picture."""
    random = np.random.default_rng(seed)
    share = np.linspace(0, 1, 30)
    for _ in range(count):
        x, reach, sag = random.uniform(*WIDE), random.uniform(180, 420), random.uniform(0.3, 1) * low
        points = np.stack([x + share * reach, SHEET[1] + 60 + np.sin(share * np.pi) * sag], 1)
        canvas.line(points, colour, float(random.uniform(4, 11)))


def leaves(
    canvas: Canvas,
    seed: int,
    centre: tuple[float, float],
    size: tuple[float, float],
    count: int,
    colours: list[Colour],
    length: float = 26,
) -> None:
    """A mass of leaves around a centre."""
    random = np.random.default_rng(seed)
    spots = random.normal(0, 0.5, (count, 2)) * size + centre
    turns = random.uniform(0, np.pi, count)
    for part, colour in enumerate(colours):
        shapes = []
        for (x, y), turn in zip(spots[part :: len(colours)], turns[part :: len(colours)], strict=True):
            along = np.array((np.cos(turn), np.sin(turn))) * length * random.uniform(0.5, 1)
            across = np.array((-along[1], along[0])) * 0.3
            shapes.append(np.array((x, y)) + np.array([-along, across, along, -across]))
        canvas.areas(shapes, colour)


def shafts(
    source: tuple[float, float],
    foot: tuple[float, float],
    spread: float,
    colour: Colour,
    power: float,
    seed: int,
    depth_y: float = 760,
) -> Canvas:
    """Shafts of light falling from an opening to the floor, as a sheet of light."""
    canvas = Canvas(light=True)
    uneven = noise((8, 80), seed, base=14, octaves=3)[0]
    for k in range(7):
        share = k / 6 - 0.5
        x, to = source[0] + share * spread, foot[0] + share * spread * 1.7
        canvas.beam(
            [(x, source[1]), (x + 26, source[1]), (to + 100, foot[1]), (to, foot[1])],
            colour,
            power * (0.25 + uneven[k * 10]),
            13,
        )
    fade = smooth(depth_y + 120, source[1], np.arange(canvas.top, canvas.bottom, dtype=np.float32))
    canvas.pixels *= fade[:, None, None]
    return canvas


# ---------------------------------------------------------------- perspective


class Vista:
    """A one-point perspective. A place at ``size`` 1 lies at the actors' feet; smaller sizes lie further away.

    ``at(side, up, size)`` puts a point ``side`` pixels right of the middle and ``up`` pixels below the eye line,
    as measured at size 1, into the frame.
    """

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def at(self, side: float, up: float, size: float) -> tuple[float, float]:
        return self.x + side * size, self.y + up * size

    def wall(self, side: float, top: float, base: float, far: float, near: float) -> np.ndarray:
        """A wall along the line of sight, from size ``far`` to ``near``."""
        return np.array(
            [self.at(side, top, far), self.at(side, top, near), self.at(side, base, near), self.at(side, base, far)]
        )

    def ground(self, left: float, right: float, base: float, far: float, near: float) -> np.ndarray:
        """A flat piece of floor (or ceiling) at height ``base``."""
        return np.array(
            [self.at(left, base, far), self.at(right, base, far), self.at(right, base, near), self.at(left, base, near)]
        )

    def front(self, left: float, right: float, top: float, base: float, size: float) -> np.ndarray:
        """An upright rectangle that faces the camera."""
        return np.array(
            [self.at(left, top, size), self.at(right, top, size), self.at(right, base, size), self.at(left, base, size)]
        )
