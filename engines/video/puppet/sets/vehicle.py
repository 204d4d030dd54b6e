"""A vehicle: a cabin with windows, and the world that passes by outside. A car, train, ship, aircraft or spaceship."""

from __future__ import annotations

import numpy as np

from engines.video.puppet.paint import SHEET, Canvas, Colour, curve, ellipse, mix, rgb
from engines.video.puppet.sets import kit
from engines.video.puppet.sets.design import Design, Source, Stage

KINDS = {
    "train": ("train", "railway", "carriage", "tram", "metro", "subway", "bus", "coach", "wagon"),
    "space": (
        "spaceship",
        "spacecraft",
        "shuttle",
        "starship",
        "cockpit",
        "rocket",
        "orbit",
        "space",
        "capsule",
        "pod",
    ),
    "boat": ("boat", "ship", "ferry", "yacht", "submarine", "trawler", "sail"),
    "car": ("car", "van", "truck", "taxi", "cab", "jeep", "ambulance", "lorry"),
}
FLOOR = 560.0


def paint(design: Design) -> Stage:
    kind = next((name for name, words in KINDS.items() if design.says(*words)), "train")
    colours = design.colours
    windows = _openings(kind)
    sheets = [_sky(design, kind).layer(9, opaque=True)]
    sheets += _passing(design, kind)
    sheets += [
        _cabin(design, kind, windows).layer(3.4),
        _seats(design, kind).layer(1.5 if kind == "space" else 2.4),
        _near(design, kind).layer(1.15, blur=5),
    ]
    light = colours.accent if kind in ("space", "car") else colours.lamp
    return Stage(
        layers=tuple(piece for sheet in sheets for piece in sheet.pieces()),
        window_depth=4,
        indoors=True,
        key=Source(200, 200, mix(light, colours.shade, 0.5)),
        rim=Source(760, 240, mix(colours.sun, colours.accent, 0.5 if kind == "space" else 0.0)),
        ambient=mix(colours.indoors("#7c7c80"), rgb("#5c5c62"), 0.5),
        haze=colours.sky[2],
        floor=640,
        seated=kind == "car",
    )


def _openings(kind: str) -> list[np.ndarray]:
    """The windows of the cabin."""
    if kind == "space":
        return [np.array([(180, 420), (300, 130), (980, 130), (1100, 420)])]
    if kind == "car":
        return [np.array([(-40, 430), (90, 150), (1190, 150), (1320, 430)])]
    if kind == "boat":
        return [ellipse(x, 270, 104, 104) for x in (-60, 260, 640, 1020, 1340)]
    return [_rounded(x, 130, 300, 270) for x in (-250, 110, 470, 830, 1190)]


def _rounded(x: float, y: float, wide: float, tall: float, corner: float = 34) -> np.ndarray:
    corners = [
        (x + wide - corner, y + corner, -90),
        (x + wide - corner, y + tall - corner, 0),
        (x + corner, y + tall - corner, 90),
        (x + corner, y + corner, 180),
    ]
    return np.vstack([ellipse(cx, cy, corner, corner, start, start + 90) for cx, cy, start in corners])


def _sky(design: Design, kind: str) -> Canvas:
    if kind != "space":
        return kit.sky(design, 400, 860)
    canvas, random = Canvas(), np.random.default_rng(design.seed + 5)
    canvas.sky((-130, rgb("#04050f")), (400, rgb("#0c1030")), (850, rgb("#140c2a")))
    for _ in range(220):
        x, y = random.uniform(*kit.WIDE), random.uniform(-130, 460)
        canvas.glow(x, y, 1.6, 1.6, rgb("#dfe8ff"), random.uniform(0.2, 1.0))
    canvas.glow(420, 220, 330, 120, design.colours.second, 0.24)
    canvas.glow(980, 160, 260, 150, design.colours.accent, 0.20)
    planet = mix(design.colours.accent, rgb("#8090b0"), 0.5)
    canvas.area(ellipse(840, 330, 150, 150), planet, planet * 0.3, 1)
    canvas.area(ellipse(890, 350, 150, 150), rgb("#05060f"), None, 26, 0.8)
    canvas.glow(740, 250, 120, 120, planet, 0.3)
    return canvas


def _passing(design: Design, kind: str) -> list:
    """The land, sea or dust that scrolls by, slow far away and fast nearby."""
    colours = design.colours
    if kind == "space":
        return []
    far, near = Canvas((0, 180, 1600, 560)), Canvas((0, 180, 1600, 560))
    tone = mix(colours.sky[1], colours.outdoors("#4a5a58"), 0.5)
    if kind == "boat":
        sea = mix(colours.sky[1], colours.outdoors("#2f5a68"), 0.5)
        far.area([(0, 290), (1600, 290), (1600, 560), (0, 560)], mix(sea, colours.haze, 0.5), sea * 0.7)
        far.lines(
            [[(x, y), (x + 60, y)] for y in range(300, 540, 18) for x in range(int(y * 7 % 90), 1560, 170)],
            mix(sea, colours.sun, 0.5),
            2,
            0.5,
        )
        return [far.layer(8, scroll=16).looped()]
    kit.hills(far, 410, 120, mix(tone, colours.haze, 0.5), tone * 0.8, design.seed + 1)
    if design.says("city", "town", "street", "taxi", "metro", "tram"):
        kit.skyline(
            far,
            design,
            420,
            (60, 190),
            (30, 70),
            mix(colours.outdoors("#484860"), colours.haze, 0.4),
            0.35 if colours.night else 0.1,
            design.seed + 2,
        )
    _roadside(near, design)
    return [far.layer(8, scroll=44).looped(), near.layer(6, scroll=230).looped()]


def _roadside(canvas: Canvas, design: Design) -> None:
    """Bushes, trees and poles beside the way."""
    random = np.random.default_rng(design.seed + 9)
    tone = design.colours.outdoors("#38463a") * 0.7
    kit.hills(canvas, 446, 30, tone, tone * 0.5, design.seed + 3, 9)
    for x in random.uniform(60, 1540, 7):
        kit.tree(canvas, x, 452, random.uniform(20, 52), tone, design.colours.sun, int(random.integers(1 << 30)))
    poles = range(120, 1600, 460)
    for x in poles:
        canvas.line([(x, 200), (x, 470)], tone * 0.5, 6)
        for y in (216, 236):
            canvas.line([(x - 22, y), (x + 22, y)], tone * 0.5, 4)
    share = np.linspace(0, 1, 20)
    for x in range(-340, 1600, 460):
        for y in (212, 232):
            canvas.line(np.stack([x + 460 * share, y + 30 * np.sin(share * np.pi)], 1), tone * 0.5, 2, 0.7)


def _cabin(design: Design, kind: str, windows: list[np.ndarray]) -> Canvas:
    """The wall of the cabin with its windows."""
    canvas, colours = Canvas(), design.colours
    wall = colours.indoors({"train": "#8a7a64", "space": "#4c5866", "boat": "#7a5a40", "car": "#3a3a42"}[kind])
    if kind == "train":
        wall = colours.indoors(design.among("#8a7a64", "#6a7c7c", "#7a5c50"))
    canvas.sky((-130, wall * 0.3), (260, wall * 0.8), (560, wall * 0.4))
    canvas.brush(0.2, design.seed + 3, base=5, wide=2)
    _panelling(canvas, design, kind, wall)
    for opening in windows:
        centre = opening.mean(0)
        canvas.glow(centre[0], centre[1], 260, 200, colours.sun, 0.2 * colours.bright)
    for opening in windows:
        kit.frame(canvas, opening, wall * 0.4, mix(wall, colours.sun, 0.6), 22)
        canvas.cut(opening)
        _reflection(canvas, opening)
    if kind == "space":
        canvas.lines([[(520, 126), (470, 424)], [(760, 126), (810, 424)]], wall * 0.45, 16)
    if kind == "car":
        _dashboard(canvas, design, wall)
    return canvas


def _reflection(canvas: Canvas, opening: np.ndarray) -> None:
    """A pale slanted gleam on the glass."""
    left, top = opening.min(0)
    right, bottom = opening.max(0)
    wide = (right - left) * 0.16
    x = left + (right - left) * 0.3
    canvas.area(
        [(x, top + 8), (x + wide, top + 8), (x + wide - 70, bottom - 8), (x - 70, bottom - 8)],
        rgb("#ffffff"),
        None,
        5,
        0.06,
    )


def _panelling(canvas: Canvas, design: Design, kind: str, wall: Colour) -> None:
    colours = design.colours
    canvas.box(SHEET[0], 436, SHEET[2], 446, wall * 1.2, wall * 0.6)
    canvas.box(SHEET[0], 446, SHEET[2], SHEET[3], wall * 0.46, wall * 0.2)
    canvas.box(SHEET[0], 60, SHEET[2], 92, wall * 0.9, wall * 0.5)
    light = colours.accent if kind in ("space", "car") else colours.lamp
    for x in range(-180, 1500, 240):
        canvas.box(x, 70, x + 130, 80, mix(light, rgb("#ffffff"), 0.45))
        canvas.glow(x + 65, 80, 130, 60, light, 0.34)
    if kind == "space":
        for k, x in enumerate((20, 1130)):
            kit.screen(canvas, x, 200, 120, 80, colours.accent, design.seed + k)
            kit.screen(canvas, x, 310, 120, 60, colours.second, design.seed + 4 + k)


def _dashboard(canvas: Canvas, design: Design, wall: Colour) -> None:
    """The dashboard of a car with its dials."""
    colours = design.colours
    canvas.area(
        curve(
            (SHEET[0], 470),
            (100, 418),
            (500, 404),
            (900, 404),
            (1200, 418),
            (SHEET[2], 470),
            (SHEET[2], SHEET[3]),
            (SHEET[0], SHEET[3]),
        ),
        wall * 0.55,
        wall * 0.2,
    )
    for x in (330, 430):
        canvas.line(ellipse(x, 470, 34, 30), colours.accent, 4, 0.9)
        canvas.line([(x, 470), (x + 18, 452)], colours.second, 3)
        canvas.glow(x, 470, 60, 50, colours.accent, 0.4)
    kit.screen(canvas, 600, 440, 130, 60, colours.accent, design.seed)
    canvas.box(560, 150, 720, 190, wall * 0.3, wall * 0.2)


def _seats(design: Design, kind: str) -> Canvas:
    """Seats and, in a spaceship, a console."""
    canvas, colours = Canvas(), design.colours
    cloth = colours.indoors(design.among("#8a3f3f", "#3f5f7a", "#4a6a58", "#7a6440"))
    if kind == "space":
        metal = colours.indoors("#3a4650")
        canvas.area(
            [(SHEET[0], SHEET[3]), (SHEET[0], 560), (200, 500), (1080, 500), (SHEET[2], 560), (SHEET[2], SHEET[3])],
            metal,
            metal * 0.3,
        )
        canvas.line([(SHEET[0], 560), (200, 500), (1080, 500), (SHEET[2], 560)], mix(metal, colours.accent, 0.7), 4)
        for k in range(34):
            light = (colours.accent, colours.second, colours.lamp)[int(design.random.integers(3))]
            x, y = 220 + 25 * k, 520 + 20 * float(design.random.integers(3))
            canvas.box(x, y, x + 14, y + 7, light * 0.9)
            canvas.glow(x + 7, y + 4, 15, 10, light, 0.16)
        return canvas
    for x in (-150, 150, 900, 1200):
        canvas.area(
            curve(
                (x - 8, SHEET[3]),
                (x - 6, 470),
                (x + 30, 410),
                (x + 130, 404),
                (x + 216, 410),
                (x + 250, 470),
                (x + 252, SHEET[3]),
            ),
            cloth,
            cloth * 0.35,
        )
        canvas.line(
            curve((x - 6, 470), (x + 30, 410), (x + 130, 404), (x + 216, 410), (x + 250, 470)),
            mix(cloth, colours.sun, 0.4),
            3,
            0.6,
        )
    return canvas


def _near(design: Design, kind: str) -> Canvas:
    """The frame of a door or the rest of a seat close to the lens."""
    canvas, dark = Canvas(), design.colours.dark
    right = design.chance(0.5)
    x = 1260 if right else 20
    canvas.area(
        curve((x - 120, SHEET[3]), (x - 112, 420), (x - 60, 330), (x + 60, 330), (x + 112, 420), (x + 120, SHEET[3])),
        mix(dark, design.colours.indoors("#3a3a40"), 0.3),
        dark,
    )
    canvas.line(
        curve((x - 112, 420), (x - 60, 330), (x + 60, 330), (x + 112, 420)), mix(design.colours.sun, dark, 0.55), 5, 0.6
    )
    return canvas
