"""Wounds and dressings, drawn where the story says they are.

On the face they hang on the mesh and follow it into every view; on the body they hang on the joints of ``body``.
They are modest: nothing covers an eye or the nose, so a hurt face is still that face.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.sketch import Sheet, curve, ellipse, limb
from events.look import Injury

Kind = Literal["cut", "scar", "bruise", "burn", "black eye", "graze"]

KINDS: tuple[tuple[str, Kind], ...] = (
    ("black.eye|shiner", "black eye"), ("bruise|swell|swollen|sprain|fracture|broken|break", "bruise"),
    ("burn|scald|blister", "burn"), ("scar", "scar"), ("graze|scrape|scratch|abrasion", "graze"), ("", "cut"),
)  # fmt: skip
DRESSED = r"bandag|plaster|dressing|gauze|stitch|sling|splint|cast\b"

FACE: dict[str, tuple[tuple[int, ...], tuple[int, ...], float]] = {
    "cheek": ((50, 205, 187), (280, 425, 411), -62),
    "face": ((50, 205, 187), (280, 425, 411), -62),
    "forehead": ((104, 69), (333, 299), 18),
    "head": ((104, 69), (333, 299), 18),
    "temple": ((71, 139), (301, 368), -70),
    "brow": ((105, 66), (334, 296), 25),
    "eye": ((119, 101), (348, 330), 20),
    "nose": ((197, 195), (197, 195), 8),
    "lip": ((84, 181), (314, 405), -50),
    "mouth": ((84, 181), (314, 405), -50),
    "chin": ((176, 208), (400, 428), 12),
    "jaw": ((135, 138), (364, 367), -30),
    "ear": ((234, 227), (454, 447), -80),
}
"""Place: mesh points on the character's right and left whose middle it is, and the usual slant in degrees."""
BODY = (
    "neck", "throat", "shoulder", "arm", "elbow", "wrist", "hand", "finger", "chest", "rib", "side", "stomach", "back",
    "leg", "thigh", "knee", "ankle", "foot", "shin",
)  # fmt: skip
OTHER_WORDS = {
    "eyebrow": "brow", "cheekbone": "cheek", "scalp": "head", "skull": "head", "palm": "hand", "forearm": "arm",
    "calf": "leg", "toe": "foot", "torso": "chest", "belly": "stomach", "hip": "side", "eyelid": "eye",
}  # fmt: skip


@dataclass(frozen=True)
class Wound:
    """``side`` is -1 on the character's right (the picture's left), 1 on its left, 0 in the middle."""

    kind: Kind
    place: str
    side: int
    dressed: bool

    @property
    def on_face(self) -> bool:
        return self.place in FACE


def wound_of(injury: Injury) -> Wound:
    """Read the words of an injury. Without a place it is on the cheek, without a side on the left."""
    words = f"{injury.where} {injury.what}".lower()
    kind = next(kind for pattern, kind in KINDS if re.search(pattern, injury.what.lower()))
    places = [*FACE, *BODY, *OTHER_WORDS]
    found = [(match.start(), place) for place in places if (match := re.search(rf"\b{place}(?:s|es)?\b", words))]
    place = min(found)[1] if found else "eye" if kind == "black eye" else "cheek"
    side = -1 if re.search(r"\bright\b", words) else 1
    if place in ("nose", "neck", "throat", "chest", "stomach", "back") and "left" not in words and "right" not in words:
        side = 0
    dressed = injury.bandaged or bool(re.search(DRESSED, words))
    return Wound(kind, OTHER_WORDS.get(place, place), side, dressed)


# ---------------------------------------------------------------- on the face

DECAL = 128
"""Side of the square in which a decal is drawn, in pixels."""
REACH = 0.64
"""Side of that square in face widths."""


TURNED_AWAY = 0.32
"""Skin that appears smaller than this share of what it is from the front is so far round the head that a wound on it is
drawn nearer to the nose, where it can be seen."""


def hurt(
    rgb: np.ndarray, alpha: np.ndarray, mesh: np.ndarray, rest: np.ndarray, wounds: tuple[Wound, ...]
) -> np.ndarray:
    """The picture with the face's wounds. ``mesh`` is the face's, ``rest`` that of the still front view in which
    decals are upright; both ``(468, 3)``."""
    for wound in wounds:
        if wound.on_face:
            rgb = (
                _band(rgb, alpha, mesh)
                if wound.place == "head" and wound.dressed
                else _stuck(rgb, alpha, mesh, rest, wound)
            )
    return rgb


def _stuck(rgb: np.ndarray, alpha: np.ndarray, mesh: np.ndarray, rest: np.ndarray, wound: Wound) -> np.ndarray:
    """Draw the wound's decal in the still face's frame and bend it onto this face."""
    right, left, slant = FACE[wound.place]
    points = list(left if wound.side > 0 else right)
    centre, unit = rest[points, :2].mean(0), landmarks.face_width(rest)
    decal = _decal(
        wound, slant * (1 if wound.side > 0 else -1), float(rgb[tuple(mesh[points[0], 1::-1].astype(int))].mean())
    )
    scale = REACH * unit / DECAL
    bend = _bend(mesh, rest, centre, unit)
    if abs(np.linalg.det(bend)) < TURNED_AWAY:
        centre = centre + (rest[landmarks.NOSE_TIP, :2] - centre) * (0.4, 0.0)
        bend = _bend(mesh, rest, centre, unit)
    flat = np.array([[scale, 0, centre[0] - REACH * unit / 2], [0, scale, centre[1] - REACH * unit / 2], [0, 0, 1]])
    matrix = (bend @ flat)[:2]
    corners = matrix @ np.array([[0, DECAL, 0, DECAL], [0, 0, DECAL, DECAL], [1, 1, 1, 1]])
    left, top = np.maximum(np.floor(corners.min(1)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(1)), alpha.shape[::-1]).astype(int)
    if right - left < 2 or bottom - top < 2:
        return rgb
    window = slice(int(top), int(bottom)), slice(int(left), int(right))
    matrix[:, 2] -= left, top
    layer = cv2.warpAffine(np.dstack([decal.rgb, decal.alpha * 255]), matrix, (int(right - left), int(bottom - top)))
    cover = layer[..., 3] / 255 * _skin_mask(mesh - (left, top, 0), layer.shape[:2]) * (alpha[window] > 128)
    shade = cv2.GaussianBlur(np.roll(cover, (2, 1), (0, 1)), (0, 0), 0.018 * unit) * (0.4 if wound.dressed else 0.0)
    colour = layer[..., :3] / np.maximum(layer[..., 3:] / 255, 1e-3)
    k = cover[..., None]
    result = rgb.copy()
    result[window] = np.clip(rgb[window] * (1 - (shade * (1 - cover))[..., None]) * (1 - k) + colour * k + 0.5, 0, 255)
    return result


def _bend(mesh: np.ndarray, rest: np.ndarray, centre: np.ndarray, unit: float) -> np.ndarray:
    """The affine map (3×3) of the skin about a point of the still face to this face."""
    near = np.linalg.norm(rest[:, :2] - centre, axis=1) < 0.24 * unit
    source = np.column_stack([rest[near, :2], np.ones(near.sum())])
    solution, *_ = np.linalg.lstsq(source, mesh[near, :2].astype(np.float64), rcond=None)
    return np.vstack([solution.T, [0, 0, 1]])


def _skin_mask(mesh: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The face without the eyes, softly."""
    mask = np.zeros(shape, np.uint8)
    oval = mesh[list(landmarks.OVAL), :2]
    wider = oval.mean(0) + (oval - oval.mean(0)) * 1.08
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(wider).astype(np.int32)), 255)
    for eye in landmarks.EYES.values():
        cv2.fillPoly(mask, [np.round(mesh[[*eye["upper"], *eye["lower"][::-1]], :2]).astype(np.int32)], 0)
    return cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 1.2)


def _decal(wound: Wound, slant: float, skin: float) -> Sheet:
    """The wound on a small sheet; its alpha is premultiplied into ``rgb``."""
    sheet = Sheet((DECAL, DECAL), (DECAL / 2, DECAL / 2), DECAL / REACH)
    if wound.dressed:
        _plaster(sheet, slant, skin)
    else:
        DECALS[wound.kind](sheet, slant, skin)
    sheet.rgb *= sheet.alpha[..., None]
    return sheet


def _turned(points: list[tuple[float, float]], slant: float) -> np.ndarray:
    angle = np.deg2rad(slant)
    c, s = np.cos(angle), np.sin(angle)
    return (np.array(points) @ np.array([[c, s], [-s, c]])).astype(np.float32)


def _plaster(sheet: Sheet, slant: float, skin: float) -> None:
    strip = np.array((236, 194, 146) if skin > 150 else (240, 214, 180), np.float32)
    sheet.part(
        _turned(list(map(tuple, limb([(-0.13, 0), (0, 0), (0.13, 0)], [0.06, 0.06, 0.06]))), slant), strip, 0.03, 0.82
    )
    sheet.part(
        _turned([(-0.065, -0.057), (0.065, -0.057), (0.065, 0.057), (-0.065, 0.057)], slant), strip * 1.06, 0.02, 0.9
    )
    for x in (-0.155, -0.135, -0.115, 0.115, 0.135, 0.155):
        for y in (-0.025, 0.025):
            x1, y1 = _turned([(x, y)], slant)[0]
            sheet.fill(ellipse(float(x1), float(y1), 0.006, 0.006), strip * 0.7)
    sheet.fill(_turned(list(map(tuple, ellipse(0.01, 0, 0.028, 0.02))), slant), (176, 70, 60), 0.008, 0.75)


def _cut(sheet: Sheet, slant: float, skin: float) -> None:
    line = _turned(list(map(tuple, curve([(-0.17, 0.015), (-0.05, -0.01), (0.06, 0.012), (0.17, -0.01)]))), slant)
    sheet.fill(_turned(list(map(tuple, ellipse(0, 0, 0.2, 0.05))), slant), (176, 70, 62), 0.025, 0.45)
    lens = _turned(
        [(-0.17, 0.012), (-0.04, -0.03), (0.07, -0.012), (0.17, -0.008), (0.06, 0.035), (-0.05, 0.018)], slant
    )
    sheet.fill(lens, (138, 20, 22), 0.004, 0.95)
    sheet.line(line, (74, 8, 12), 0.012, 0.9)
    for x, length in ((-0.02, 0.075), (0.08, 0.03)):
        x0, y0 = _turned([(x, 0.02)], slant)[0]
        sheet.fill(limb([(x0, y0), (x0, y0 + length)], [0.009, 0.012]), (140, 18, 20), 0.003, 0.85)


def _scar(sheet: Sheet, slant: float, skin: float) -> None:
    pale = np.array((236, 176, 160) if skin > 110 else (176, 124, 104), np.float32)
    line = _turned(list(map(tuple, curve([(-0.2, 0.01), (-0.05, -0.015), (0.08, 0.01), (0.2, -0.012)]))), slant)
    sheet.fill(limb(line[::6], [0.018, 0.026, 0.018]), pale * 0.62, 0.008, 0.7)
    sheet.line(line, pale, 0.022, 0.95)
    for x in (-0.12, -0.03, 0.06, 0.14):
        sheet.line(_turned([(x - 0.01, -0.045), (x + 0.01, 0.045)], slant), pale * 0.66, 0.011, 0.8)


def _bruise(sheet: Sheet, slant: float, skin: float) -> None:
    sheet.fill(ellipse(0, 0, 0.17, 0.13, slant), (150, 118, 70), 0.045, 0.4)
    sheet.fill(ellipse(0.01, 0.0, 0.125, 0.09, slant), (92, 42, 84), 0.035, 0.62)
    sheet.fill(ellipse(-0.02, 0.01, 0.06, 0.04, slant), (58, 26, 66), 0.025, 0.55)


def _black_eye(sheet: Sheet, slant: float, skin: float) -> None:
    sheet.fill(ellipse(0, -0.03, 0.19, 0.13), (120, 84, 92), 0.04, 0.45)
    sheet.fill(ellipse(0, -0.035, 0.16, 0.09), (70, 34, 78), 0.035, 0.7)


def _burn(sheet: Sheet, slant: float, skin: float) -> None:
    edge = curve(
        [(-0.16, 0.02), (-0.08, -0.09), (0.05, -0.07), (0.16, -0.03), (0.12, 0.08), (0, 0.11), (-0.11, 0.09)], True
    )
    sheet.fill(_turned(list(map(tuple, edge)), slant), (176, 62, 50), 0.022, 0.62)
    sheet.fill(_turned(list(map(tuple, edge * 0.62)), slant), (120, 36, 32), 0.018, 0.6)
    for x, y in ((-0.06, -0.02), (0.05, 0.03), (0.08, -0.02), (-0.02, 0.05)):
        sheet.fill(ellipse(x, y, 0.02, 0.016), (226, 150, 120), 0.006, 0.7)


def _graze(sheet: Sheet, slant: float, skin: float) -> None:
    sheet.fill(ellipse(0, 0, 0.13, 0.08, slant), (186, 84, 74), 0.03, 0.25)
    for k in (-0.07, -0.035, 0.0, 0.03, 0.065):
        sheet.line(_turned([(-0.09 + abs(k), k), (0.1 - abs(k), k + 0.015)], slant), (132, 30, 28), 0.01, 0.7)


DECALS = {"cut": _cut, "scar": _scar, "bruise": _bruise, "black eye": _black_eye, "burn": _burn, "graze": _graze}


def _band(rgb: np.ndarray, alpha: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """A bandage round the head, above the brows."""
    unit = landmarks.face_width(mesh)
    right, left = (mesh[list(landmarks.BROWS[side][:5]), :2].mean(0) for side in ("right", "left"))
    along = (left - right) / max(1e-6, float(np.linalg.norm(left - right)))
    up = np.array((along[1], -along[0]))
    middle = (right + left) / 2
    sheet = Sheet(alpha.shape, tuple(middle), unit)
    sheet.rgb[:], sheet.alpha[:] = rgb, 1.0
    for low, tint in ((0.16, 0.93), (0.27, 1.0)):
        points = [(-0.9, low - 0.07), (-0.45, low), (0, low + 0.02), (0.45, low), (0.9, low - 0.07)]
        line = np.array([(along * x + up * y) for x, y in points])
        sheet.part(limb(line, [0.075, 0.075, 0.075]), np.array((232, 224, 208)) * tint, 0.03, 0.75)
    inside = (alpha > 128)[..., None]
    return np.where(inside, np.clip(np.round(sheet.rgb), 0, 255), rgb).astype(np.uint8)
