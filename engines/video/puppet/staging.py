"""Staging: who stands where, how big, turned which way, for a framing and an angle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engines.video.puppet.grade import BAR
from engines.video.puppet.layer import FRAME
from events.storyboard import Angle, Framing, Shot

Extent = Literal["bust", "half", "full"]


@dataclass(frozen=True)
class Mark:
    """Where one character stands. ``face`` is its face height and (``x``, ``eyes``) the point between its eyes, in
    frame pixels at the start of the move; ``feet`` replaces ``eyes`` where the whole figure is seen. ``turn`` is the
    way to its partner. A ``foreground`` figure is a dark shape at the edge that the camera looks past."""

    slug: str
    x: float
    face: float
    eyes: float
    extent: Extent
    feet: float | None = None
    turn: Literal["front", "left", "right"] = "front"
    foreground: bool = False
    order: int = 0


FACES = {
    Framing.EXTREME_WIDE: 17.0,
    Framing.WIDE: 31.0,
    Framing.FULL: 42.0,
    Framing.MEDIUM: 164.0,
    Framing.CLOSE_UP: 246.0,
    Framing.EXTREME_CLOSE_UP: 350.0,
    Framing.TWO_SHOT: 172.0,
    Framing.OVER_THE_SHOULDER: 196.0,
}
"""Face heights, chin to brows, in pixels of a 720-line frame."""

EYES = {
    Framing.MEDIUM: 0.36,
    Framing.CLOSE_UP: 0.40,
    Framing.EXTREME_CLOSE_UP: 0.42,
    Framing.TWO_SHOT: 0.40,
    Framing.OVER_THE_SHOULDER: 0.38,
}
"""Height of the eye line, as a share of the picture between the bars."""

DISTANT = frozenset({Framing.EXTREME_WIDE, Framing.WIDE, Framing.FULL})


def marks(shot: Shot, floor: float, seated: bool = False) -> list[Mark]:
    """The marks of everybody visible, far to near. ``floor`` is the y of feet on this set; where all are ``seated``,
    as in a car, nobody is seen from head to foot."""
    if not shot.visible:
        return []
    framing = shot.camera.framing
    if framing in DISTANT and not shot.identified:
        return _seated(shot) if seated else _standing(shot, floor)
    if framing is Framing.OVER_THE_SHOULDER and len(shot.visible) > 1:
        return _over_the_shoulder(shot)
    return _portrait(shot)


def _standing(shot: Shot, floor: float) -> list[Mark]:
    """Whole figures on the ground, spread around the middle third."""
    face = FACES[shot.camera.framing]
    count = len(shot.visible)
    gap = 4.6 * face + 20
    start = FRAME[0] * _third(shot) - gap * (count - 1) / 2
    lift = {Framing.EXTREME_WIDE: -46.0, Framing.WIDE: -8.0}.get(shot.camera.framing, 22.0)
    return [
        Mark(slug, start + gap * k, face, 0, "full", floor + lift + 6 * (k % 2), _towards(k, count))
        for k, slug in enumerate(shot.visible)
    ]


def _seated(shot: Shot) -> list[Mark]:
    """Heads and shoulders side by side, small."""
    face, count = 1.2 * FACES[shot.camera.framing] + 50, len(shot.visible)
    start = FRAME[0] * _third(shot) - 1.6 * face * (count - 1)
    eyes = _eye_line(shot, 0.52)
    return [
        Mark(slug, start + 3.2 * face * k, face, eyes, "half", None, _towards(k, count))
        for k, slug in enumerate(shot.visible)
    ]


def _third(shot: Shot) -> float:
    """Off the middle for one person, by turns left and right."""
    if len(shot.visible) > 1:
        return 0.5
    return 0.40 if (shot.scene + shot.index) % 2 else 0.60


def _portrait(shot: Shot) -> list[Mark]:
    """Faces large enough to know, side by side; whoever is not identified stands further back."""
    framing, count = shot.camera.framing, len(shot.visible)
    wanted = FACES[framing] if framing in EYES else FACES[Framing.MEDIUM]
    face = min(wanted, {1: 999.0, 2: 190.0, 3: 164.0}.get(count, 152.0))
    eyes = _eye_line(shot, EYES.get(framing, 0.36))
    placed = []
    for k, slug in enumerate(shot.visible):
        known = slug in shot.identified or not shot.identified
        size = face if known else face * 0.8
        x = FRAME[0] * (_portrait_x(shot) if count == 1 else (k + 0.5 + _inwards(k, count)) / count)
        extent: Extent = "half" if size < 200 else "bust"
        mark = Mark(slug, x, size, eyes + (0 if known else 14), extent, None, _towards(k, count), order=int(known))
        placed.append(mark)
    return sorted(placed, key=lambda mark: mark.order)


def _portrait_x(shot: Shot) -> float:
    """A close face sits a little off the middle, on the side it speaks from."""
    off = 0.0 if shot.camera.framing is Framing.EXTREME_CLOSE_UP else 0.055
    return 0.5 + (off if (shot.scene + len(shot.focus)) % 2 else -off)


def _inwards(k: int, count: int) -> float:
    """Two people stand closer than the frame is wide."""
    return 0.10 * (1 if k == 0 else -1) if count == 2 else 0.0


def _over_the_shoulder(shot: Shot) -> list[Mark]:
    """The focus looks past the dark shoulder of the other."""
    focus = shot.focus if shot.focus in shot.visible else shot.visible[-1]
    other = next(slug for slug in shot.visible if slug != focus)
    right = shot.visible.index(focus) > 0
    eyes = _eye_line(shot, EYES[Framing.OVER_THE_SHOULDER])
    face = FACES[Framing.OVER_THE_SHOULDER]
    facing: Literal["left", "right"] = "right" if right else "left"
    behind: Literal["left", "right"] = "left" if right else "right"
    return [
        Mark(focus, FRAME[0] * (0.62 if right else 0.38), face, eyes, "half", None, facing),
        Mark(other, FRAME[0] * (0.11 if right else 0.89), face * 1.7, eyes + 70, "bust", None, behind, True, 1),
    ]


def _eye_line(shot: Shot, share: float) -> float:
    height = FRAME[1] - 2 * BAR
    shift = {Angle.LOW: -12.0, Angle.HIGH: 22.0}.get(shot.camera.angle, 0.0)
    return BAR + height * share + shift


def _towards(k: int, count: int) -> Literal["front", "left", "right"]:
    """The turn that looks at the others: who stands left looks right, which is its own left."""
    if count < 2:
        return "front"
    return "left" if k < count / 2 else "right"
