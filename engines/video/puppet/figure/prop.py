"""Things that a character holds or wears, drawn by what their words name; an unknown thing is a parcel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engines.video.puppet.figure.body import Build, Joints, draw_forearm, raised_arm
from engines.video.puppet.figure.sketch import Sheet, curve, ellipse, limb, rgb

STEEL, BRASS, LEATHER, PAPER = rgb("#9aa4ae"), rgb("#c09a50"), rgb("#6b452c"), rgb("#e2d6b8")
WOOD, DARK, GLASS, RED = rgb("#7a5638"), rgb("#1d2126"), rgb("#8fd0d4"), rgb("#b0303c")

Place = tuple[float, float]
WORN = ("bag", "hat")


@dataclass(frozen=True)
class Pen:
    """Draws in the frame of a prop: origin where the hand is, turned by ``turn`` degrees, ``size`` face widths to 1."""

    sheet: Sheet
    at: Place
    turn: float = 0.0
    size: float = 1.0

    def points(self, points: list[Place] | np.ndarray) -> np.ndarray:
        c, s = np.cos(np.deg2rad(self.turn)), np.sin(np.deg2rad(self.turn))
        return (np.asarray(points, np.float32) * self.size @ np.array([[c, s], [-s, c]]) + self.at).astype(np.float32)

    def part(
        self, points: list[Place] | np.ndarray, colour: np.ndarray, roundness: float = 0.05, edge: float = 0.62
    ) -> None:
        self.sheet.part(self.points(points), colour, roundness * self.size, edge)

    def line(self, points: list[Place] | np.ndarray, colour: np.ndarray, width: float, opacity: float = 1.0) -> None:
        self.sheet.line(self.points(points), colour, width * self.size, opacity)

    def box(self, left: float, top: float, right: float, bottom: float, colour: np.ndarray, edge: float = 0.75) -> None:
        self.part([(left, top), (right, top), (right, bottom), (left, bottom)], colour, 0.04, edge)

    def glow(self, x: float, y: float, radius: float, colour: str, power: float) -> None:
        ((px, py),) = self.points([(x, y)])
        self.sheet.glow(float(px), float(py), radius * self.size, rgb(colour), power)


def _lantern(pen: Pen) -> None:
    pen.line(curve([(-0.24, 0.24), (-0.2, -0.02), (0, -0.12), (0.2, -0.02), (0.24, 0.24)]), DARK, 0.04)
    pen.part([(-0.16, 0.2), (0.16, 0.2), (0.28, 0.34), (-0.28, 0.34)], BRASS * 0.7)
    pen.box(-0.24, 0.34, 0.24, 0.86, rgb("#ffcf78"), 0.8)
    pen.part(curve([(0, 0.44), (0.08, 0.62), (0, 0.76), (-0.08, 0.62)], True), rgb("#fff4d0"), 0.02, 0.95)
    for x in (-0.23, -0.08, 0.08, 0.23):
        pen.line([(x, 0.34), (x, 0.86)], BRASS * 0.55, 0.035)
    pen.box(-0.3, 0.86, 0.3, 0.98, BRASS * 0.65)
    pen.glow(0, 0.6, 0.85, "#ff9a3c", 0.55)
    pen.glow(0, 0.6, 0.3, "#ffd890", 0.8)


def _torch(pen: Pen) -> None:
    pen.part(limb([(0, 0.35), (0, -0.35)], [0.07, 0.09]), DARK)
    pen.part([(-0.09, -0.34), (0.09, -0.34), (0.15, -0.56), (-0.15, -0.56)], STEEL)
    pen.part(ellipse(0, -0.57, 0.15, 0.05), rgb("#fff6d8"), 0.02, 0.95)
    pen.glow(0, -0.7, 0.5, "#ffe0a0", 0.75)


def _flame(pen: Pen) -> None:
    pen.part(limb([(0, 0.6), (0, -0.3)], [0.06, 0.08]), WOOD)
    pen.part(
        curve([(-0.15, -0.3), (-0.17, -0.5), (0, -0.85), (0.16, -0.5), (0.15, -0.3)], True), rgb("#ff9a2c"), 0.05, 0.85
    )
    pen.part(curve([(-0.07, -0.32), (0, -0.62), (0.08, -0.32)], True), rgb("#ffe9a0"), 0.03, 0.9)
    pen.glow(0, -0.5, 0.8, "#ff7a20", 0.6)


def _book(pen: Pen) -> None:
    pen.box(-0.4, -0.5, 0.42, 0.5, rgb("#6d2b34"))
    pen.box(0.34, -0.46, 0.42, 0.48, PAPER, 0.85)
    pen.line([(-0.3, -0.5), (-0.3, 0.5)], rgb("#4a1a22"), 0.04)
    pen.line([(-0.16, -0.34), (0.24, -0.34), (0.24, 0.34), (-0.16, 0.34), (-0.16, -0.34)], BRASS, 0.025)
    pen.part(ellipse(0.04, 0, 0.1, 0.13), BRASS, 0.04)


def _device(pen: Pen) -> None:
    pen.box(-0.24, -0.44, 0.24, 0.44, DARK, 0.55)
    pen.box(-0.2, -0.38, 0.2, 0.36, rgb("#2fb4c4"), 0.9)
    for k, y in enumerate((-0.26, -0.16, -0.06, 0.06, 0.18)):
        pen.line([(-0.14, y), (-0.02 + 0.05 * (k % 3), y)], rgb("#d8fbff"), 0.035)
    pen.glow(0, 0, 0.5, "#38d0e0", 0.45)


def _key(pen: Pen) -> None:
    pen.line(ellipse(0, -0.32, 0.17, 0.17), BRASS * 0.3, 0.15)
    pen.line([(0, -0.14), (0, 0.44)], BRASS * 0.3, 0.15)
    pen.line(ellipse(0, -0.32, 0.17, 0.17), BRASS, 0.09)
    pen.part(limb([(0, -0.14), (0, 0.42)], [0.05, 0.05]), BRASS, 0.03)
    pen.line(ellipse(0, -0.33, 0.18, 0.18), BRASS * 1.3, 0.03)
    for y in (0.26, 0.38):
        pen.box(0, y, 0.17, y + 0.08, BRASS, 0.4)


def _map(pen: Pen) -> None:
    pen.part(
        [
            (-0.62, -0.42),
            (-0.2, -0.48),
            (0.2, -0.4),
            (0.62, -0.46),
            (0.6, 0.34),
            (0.2, 0.4),
            (-0.2, 0.32),
            (-0.6, 0.38),
        ],
        PAPER,
        0.05,
        0.8,
    )
    for x in (-0.2, 0.2):
        pen.line([(x, -0.44), (x, 0.36)], PAPER * 0.75, 0.02)
    pen.line(curve([(-0.5, 0.2), (-0.3, -0.1), (0.0, 0.05), (0.2, -0.25), (0.46, -0.2)]), rgb("#5b7a86"), 0.035)
    pen.line(curve([(-0.42, -0.25), (-0.1, -0.3), (0.1, 0.2), (0.4, 0.15)]), rgb("#8a6a44"), 0.025)
    for one, other in (((0.4, -0.26), (0.52, -0.14)), ((0.52, -0.26), (0.4, -0.14))):
        pen.line([one, other], RED, 0.035)


def _letter(pen: Pen) -> None:
    pen.box(-0.44, -0.3, 0.44, 0.3, PAPER * 1.04, 0.85)
    pen.line([(-0.44, -0.3), (0, 0.06), (0.44, -0.3)], PAPER * 0.65, 0.025)
    pen.part(ellipse(0, 0.06, 0.09, 0.09), RED, 0.03)


def _sword(pen: Pen) -> None:
    pen.part([(-0.075, -0.12), (0.075, -0.12), (0.065, -1.55), (0, -1.75), (-0.065, -1.55)], STEEL * 1.15, 0.03, 0.7)
    pen.line([(0, -0.15), (0, -1.6)], STEEL * 0.7, 0.025)
    pen.part(limb([(-0.3, -0.08), (0, -0.1), (0.3, -0.08)], [0.05, 0.06, 0.05]), BRASS, 0.03)
    pen.part(limb([(0, -0.05), (0, 0.3)], [0.06, 0.06]), LEATHER, 0.03)
    pen.part(ellipse(0, 0.36, 0.08, 0.08), BRASS, 0.03)


def _staff(pen: Pen) -> None:
    pen.part(limb([(0, -1.7), (0.03, 0.2), (0, 2.4)], [0.06, 0.07, 0.06]), WOOD, 0.04)


def _flower(pen: Pen) -> None:
    pen.line(curve([(0, 0.5), (0.03, 0.0), (-0.02, -0.4)]), rgb("#3f6b36"), 0.05)
    pen.part(curve([(0.02, 0.1), (0.2, -0.05), (0.26, 0.08)], True), rgb("#4a7a3c"), 0.03)
    for k in range(6):
        angle = np.deg2rad(60 * k)
        pen.part(
            ellipse(0.15 * np.cos(angle) - 0.02, 0.15 * np.sin(angle) - 0.5, 0.13, 0.1, 60 * k),
            rgb("#d2476a"),
            0.04,
            0.65,
        )
    pen.part(ellipse(-0.02, -0.5, 0.09, 0.09), rgb("#f0c050"), 0.03)


def _cup(pen: Pen) -> None:
    pen.line(ellipse(0.28, 0.02, 0.12, 0.14), rgb("#c8ccd2"), 0.06)
    pen.part([(-0.26, -0.24), (0.26, -0.24), (0.2, 0.28), (-0.2, 0.28)], rgb("#d4d8dc"), 0.09)
    pen.part(ellipse(0, -0.24, 0.26, 0.07), rgb("#4a2f20"), 0.02, 0.8)
    for x in (-0.08, 0.08):
        pen.line(curve([(x, -0.38), (x + 0.06, -0.5), (x - 0.04, -0.62), (x + 0.03, -0.76)]), rgb("#ffffff"), 0.03, 0.4)


def _bottle(pen: Pen) -> None:
    pen.part(
        curve(
            [
                (-0.07, -0.5),
                (0.07, -0.5),
                (0.08, -0.24),
                (0.2, -0.02),
                (0.2, 0.4),
                (-0.2, 0.4),
                (-0.2, -0.02),
                (-0.08, -0.24),
            ],
            True,
        ),
        GLASS * 0.7,
        0.06,
    )
    pen.box(-0.17, 0.05, 0.17, 0.35, rgb("#58c890"), 0.8)
    pen.box(-0.06, -0.6, 0.06, -0.48, WOOD)
    pen.glow(0, 0.15, 0.4, "#50e0a0", 0.35)


def _gem(pen: Pen) -> None:
    pen.part([(0, -0.34), (0.24, -0.12), (0.15, 0.28), (-0.15, 0.28), (-0.24, -0.12)], rgb("#7cc8f0"), 0.05, 0.7)
    pen.part([(0, -0.34), (0.09, -0.1), (0, 0.28), (-0.09, -0.1)], rgb("#d8f4ff"), 0.03, 0.85)
    pen.glow(0, 0, 0.65, "#58b8ff", 0.6)


def _round(pen: Pen) -> None:
    pen.part(ellipse(0, 0, 0.28, 0.28), BRASS, 0.06)
    pen.part(ellipse(0, 0, 0.22, 0.22), rgb("#ece4d0"), 0.04, 0.85)
    pen.line([(0, 0), (0.0, -0.15)], DARK, 0.03)
    pen.line([(0, 0), (0.11, 0.06)], RED, 0.03)
    pen.part(ellipse(0, -0.33, 0.06, 0.06), BRASS, 0.02)


def _case(pen: Pen) -> None:
    pen.line(curve([(-0.16, 0.16), (-0.14, -0.02), (0.14, -0.02), (0.16, 0.16)]), DARK, 0.06)
    pen.box(-0.55, 0.14, 0.55, 0.85, LEATHER)
    for x in (-0.32, 0.32):
        pen.box(x - 0.05, 0.14, x + 0.05, 0.85, LEATHER * 0.7)
        pen.box(x - 0.07, 0.3, x + 0.07, 0.4, BRASS)


def _gun(pen: Pen) -> None:
    pen.box(-0.1, -0.34, 0.62, -0.14, DARK * 1.6)
    pen.part([(-0.08, -0.16), (0.14, -0.16), (0.06, 0.26), (-0.14, 0.26)], DARK * 1.3)
    pen.line([(0.2, -0.14), (0.24, 0.0), (0.1, 0.02)], DARK * 1.4, 0.035)


def _rope(pen: Pen) -> None:
    for k in range(4):
        pen.line(ellipse(0, 0.1 + 0.03 * k, 0.34 - 0.035 * k, 0.4 - 0.04 * k), rgb("#b89a68") * (1 - 0.09 * k), 0.06)


def _shield(pen: Pen) -> None:
    pen.part(curve([(-0.5, -0.5), (0, -0.62), (0.5, -0.5), (0.46, 0.2), (0, 0.75), (-0.46, 0.2)], True), STEEL, 0.1)
    pen.part(
        curve([(-0.36, -0.38), (0, -0.47), (0.36, -0.38), (0.32, 0.14), (0, 0.55), (-0.32, 0.14)], True), RED, 0.08
    )
    pen.part(ellipse(0, -0.02, 0.15, 0.15), BRASS, 0.05)


def _parcel(pen: Pen) -> None:
    pen.box(-0.42, -0.34, 0.42, 0.34, rgb("#a8814f"))
    pen.box(-0.06, -0.34, 0.06, 0.34, rgb("#e0c48a"))
    pen.line([(-0.42, -0.02), (0.42, -0.02)], rgb("#e0c48a"), 0.07)
    pen.glow(0, 0, 0.75, "#ffd890", 0.35)


DRAWINGS: tuple[tuple[str, Callable[[Pen], None], float], ...] = (
    ("lantern|oil lamp|lamp|candle", _lantern, 1.05),
    ("flashlight|torchlight|headlamp|flare", _torch, 1.0),
    ("torch|firebrand", _flame, 1.0),
    ("key ?card|phone|tablet|device|radio|communicator|scanner|remote|recorder|transmitter", _device, 1.0),
    ("drive|chip|console|tracker|camera", _device, 1.0),
    ("key", _key, 1.0),
    ("book|diary|journal|notebook|logbook|ledger|tome|grimoire|manual", _book, 0.95),
    ("map|chart|blueprint|scroll|plan", _map, 1.0),
    ("letter|envelope|note|paper|photo|picture|ticket|card|document|page|file|folder|invitation", _letter, 0.95),
    ("sword|blade|dagger|knife|machete|sabre|saber", _sword, 0.9),
    ("staff|stick|cane|spear|pole|axe|wand|crowbar|oar|broom|rod|umbrella|hammer", _staff, 0.9),
    ("flower|rose|bouquet|lily|tulip|blossom", _flower, 1.05),
    ("cup|mug|tea|coffee|glass of|goblet|chalice", _cup, 1.0),
    ("bottle|vial|potion|flask|serum|medicine|antidote|jar", _bottle, 1.0),
    ("crystal|gem|stone|jewel|orb|shard|diamond|artifact|artefact|amulet|talisman|ring", _gem, 1.0),
    ("compass|watch|clock|medallion|medal|locket|coin|badge|pendant", _round, 1.0),
    ("suitcase|briefcase|case|toolbox|trunk|medkit|first.aid", _case, 0.95),
    ("gun|pistol|revolver|blaster|rifle", _gun, 0.95),
    ("shield|buckler", _shield, 1.0),
    ("rope|cable|chain|hose|wire", _rope, 1.0),
)
"""Words, drawing, size. The first that is found counts."""
BAG = r"\b(?:bag|backpack|rucksack|satchel|pouch|purse)"
HAT = r"\b(?:hat|cap|helmet|beret|crown|fedora)\b"


def drawing_of(prop: str) -> tuple[Callable[[Pen], None], float]:
    words = prop.lower()
    found = next((row for row in DRAWINGS if re.search(rf"\b(?:{row[0]})", words)), None)
    return (found[1], found[2]) if found else (_parcel, 1.0)


@dataclass(frozen=True)
class Carried:
    """What is carried how: on the back or shoulder, on the head, in the two hands."""

    bag: bool
    hat: str
    held: tuple[str, ...]


def carried(props: tuple[str, ...]) -> Carried:
    """The newest two things are in the hands."""
    hat = next((p for p in props if re.search(HAT, p.lower())), "")
    bag = any(re.search(BAG, p.lower()) for p in props)
    held = [p for p in props if p != hat and not re.search(BAG, p.lower())]
    return Carried(bag, hat, tuple(held[-2:][::-1]))


def draw_bag(sheet: Sheet, build: Build) -> None:
    """A strap across the chest and a bag at the hip."""
    c, s, w = build.collar, build.shoulder, build.width
    strap = curve([(-0.7, c + 0.1), (-0.35, s + 0.5), (0.35, s + 1.4), (w - 0.35, s + 2.6)])
    sheet.part(limb(strap[::6], [0.085, 0.085]), LEATHER, 0.04, 0.62)
    sheet.part([(-0.34, s + 0.42), (-0.16, s + 0.36), (-0.06, s + 0.62), (-0.24, s + 0.68)], BRASS, 0.03, 0.7)
    bag = curve([(w - 0.72, s + 2.6), (w + 0.12, s + 2.6), (w + 0.16, s + 3.4), (w - 0.72, s + 3.45)], True)
    sheet.part(bag, LEATHER * 1.1, 0.1, 0.55)
    sheet.crease([(w - 0.7, s + 2.95), (w + 0.14, s + 2.92)], 0.35, 0.035)


def draw_hat(sheet: Sheet, at: Place, top: float, wide: float, prop: str) -> None:
    """On the head: ``at`` the middle of the hairline, ``top`` the crown's y, ``wide`` half the head's width."""
    x, y = at
    colour = BRASS if "crown" in prop else STEEL if "helmet" in prop else rgb("#3a3e48")
    dome = curve(
        [
            (x - wide - 0.03, y),
            (x - wide * 0.95, (y + top) / 2),
            (x - 0.35, top - 0.16),
            (x + 0.35, top - 0.16),
            (x + wide * 0.95, (y + top) / 2),
            (x + wide + 0.03, y),
        ]
    )
    sheet.part(dome, colour, 0.12, 0.55)
    brim = 0.3 if re.search("hat|fedora", prop.lower()) else 0.06
    sheet.part(
        limb([(x - wide - brim, y + 0.02), (x, y - 0.05), (x + wide + brim, y + 0.02)], [0.06, 0.09, 0.06]),
        colour * 0.8,
        0.04,
        0.6,
    )


@dataclass(frozen=True)
class Held:
    """A thing in a hand: its drawing and size, the arm that holds it, and where the fist is."""

    draw: Callable[[Pen], None]
    size: float
    arm: Joints
    at: Place
    turn: float


def held(build: Build, extent: str, side: int, prop: str) -> Held:
    """How a thing is held: up beside the chest, where medium shots still see it; at the waist of a whole figure."""
    draw, size = drawing_of(prop)
    hangs = draw in (_lantern, _case)
    x, y = side * min(1.15, build.width - 0.5), 0.66 if hangs else 1.22
    if extent == "full":
        x, y = side * (build.width - 0.66), build.shoulder + 1.95 - 0.25 * hangs
    arm = raised_arm(build, side, (x + 0.12 * side, y + 0.14))
    return Held(draw, size, arm, (x, y), 0.0 if hangs else 8.0 * side)


def draw_held(sheet: Sheet, build: Build, thing: Held) -> None:
    """The forearm, the thing, and the fingers around it."""
    x, y = thing.at
    draw_forearm(sheet, build, thing.arm)
    thing.draw(Pen(sheet, (x, y + (0.02 if thing.turn == 0 else -0.12)), thing.turn, thing.size))
    for k in range(4):
        finger = limb([(x - 0.16 + 0.1 * k, y + 0.02), (x - 0.15 + 0.1 * k, y + 0.17)], [0.058, 0.052])
        sheet.part(finger, build.skin, 0.03, 0.72)
