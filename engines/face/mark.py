"""A cut, bruise, scar or plaster on the face: is anything there, at its place, that the canonical face does not have?

The skin around the place is cut from both pictures and laid over each other by the mesh. In the logarithm of light,
lamps and grades are an offset that varies smoothly over the skin: what is left after that is taken away differs in
itself. A mark differs in colour (cuts, burns, bruises, plasters) or in fine lines (scars).
"""

from __future__ import annotations

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.injury import FACE, Wound

SIDE = 64
"""Side of a piece of skin in pixels."""
REACH, INNER = 0.7, 0.2
"""Side of it, and radius of the place itself, in face widths."""
SMALLEST = 70.0
"""Face width in pixels below which no mark can be seen."""
TURNED_AWAY = 0.45
"""Skin that appears smaller than this share of what it is on the canonical face cannot be judged."""
LEAST = 150
"""Pixels of skin that have to be left at the place, of about 1,000."""
EVEN, EVEN_HUE = 0.5, 0.6
"""How far, in logarithms of light and of its colour, skin may be from the middle of its place on the canonical face:
brows, hair and a shadowed edge are further."""
COARSE, FINE, LINES = 1.3, 0.8, 4.0
"""Standard deviations in pixels of the blurs: against grain where colours are compared, and the band of the lines."""
COLOUR, LINE = 0.138, 0.114
"""How much the 85th percentile of colour, and the 90th of lines, has to differ to be a mark. Measured on 160 puppet
takes in all moods and times of day, as strengths: bare cheeks, foreheads and chins 0.3-0.8 usually and at most 1.1 in
95 of 100 (beards most), with a mark 1.05 and more, faint scars on dark skin least."""


def strength(
    canonical: np.ndarray, rest: np.ndarray, picture: np.ndarray, points: np.ndarray, wound: Wound
) -> float | None:
    """How visible a mark is at the place of ``wound`` in an RGB uint8 picture with a face of mesh ``points``, against
    the canonical picture with mesh ``rest``: from 1 on it is there. None where the place cannot be seen."""
    if not wound.on_face or wound.place in UNSAID or landmarks.face_width(points) < SMALLEST:
        return None
    flat, bent = _placed(rest, points, wound)
    if (
        abs(np.linalg.det(bent[:2, :2]))
        < TURNED_AWAY * (landmarks.face_width(points) / landmarks.face_width(rest)) ** 2
    ):
        return None
    own, seen = _piece(canonical, flat), _piece(picture, bent @ flat)
    skin = _skin(own, _piece(_bare(canonical.shape, rest), flat) > 128)
    place = skin & (RADIUS < INNER)
    if place.sum() < LEAST or not _inside(picture, bent @ flat):
        return None
    colour = np.percentile(_colour(own, seen, skin)[place], 85)
    line = np.percentile(np.abs(_lines(seen, skin) - _lines(own, skin))[place], 90)
    return float(max(colour / COLOUR, line / LINE)) / (ALLOWED if wound.place in UNEVEN else 1)


UNSAID = frozenset({"temple", "jaw", "ear", "lip", "mouth"})
"""Places on the edge of the face, where hair and background come and go, and on the mouth, which speaks: nothing is
said of them (a quarter to a half of bare ones looked marked)."""
UNEVEN, ALLOWED = frozenset({"brow", "eye", "nose"}), 1.4
"""Places that expressions move, and how much more has to be seen there."""

_Y, _X = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
RADIUS = np.hypot(_X, _Y) / SIDE * REACH
_ACROSS, _DOWN = _X.ravel() / SIDE, _Y.ravel() / SIDE
SMOOTH = np.column_stack([np.ones(SIDE * SIDE), _ACROSS, _DOWN, _ACROSS**2, _DOWN**2, _ACROSS * _DOWN])
"""What light may do on a piece of skin: a surface of the second degree, for skin is round."""


def _placed(rest: np.ndarray, points: np.ndarray, wound: Wound) -> tuple[np.ndarray, np.ndarray]:
    """The maps (3×3) from a piece to the canonical picture, and from there to the picture."""
    right, left, _ = FACE[wound.place]
    unit, centre = landmarks.face_width(rest), rest[list(left if wound.side > 0 else right), :2].mean(0)
    corner = centre - REACH * unit / 2
    scale = REACH * unit / SIDE
    near = np.linalg.norm(rest[:, :2] - centre, axis=1) < 0.3 * unit
    source = np.column_stack([rest[near, :2], np.ones(near.sum())])
    solution, *_ = np.linalg.lstsq(source, points[near, :2].astype(np.float64), rcond=None)
    return np.array([[scale, 0, corner[0]], [0, scale, corner[1]], [0, 0, 1]]), np.vstack([solution.T, [0, 0, 1]])


def _piece(picture: np.ndarray, place: np.ndarray) -> np.ndarray:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, place[:2], (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _inside(picture: np.ndarray, place: np.ndarray) -> bool:
    """Whether the place itself lies within the picture."""
    corners = place[:2] @ np.array([[0.2, 0.8, 0.2, 0.8], [0.2, 0.2, 0.8, 0.8], [1 / SIDE] * 4]) * SIDE
    height, width = picture.shape[:2]
    return bool((corners >= 0).all() and (corners[0] < width).all() and (corners[1] < height).all())


def _bare(shape: tuple[int, ...], mesh: np.ndarray) -> np.ndarray:
    """255 where the face is, without eyes, brows and lips."""
    mask = np.zeros(shape[:2], np.uint8)
    oval = mesh[list(landmarks.OVAL), :2]
    cv2.fillConvexPoly(mask, _hull(oval.mean(0) + (oval - oval.mean(0)) * 0.97), 255)
    for eye in landmarks.EYES.values():
        cv2.fillConvexPoly(mask, _hull(mesh[[*eye["upper"], *eye["lower"], *eye["brow"]], :2]), 0)
    cv2.fillConvexPoly(mask, _hull(mesh[list(landmarks.LIPS), :2]), 0)
    return mask


def _hull(points: np.ndarray) -> np.ndarray:
    hull: np.ndarray = cv2.convexHull(np.round(points).astype(np.int32))
    return hull


def _light(piece: np.ndarray, blur: float) -> np.ndarray:
    """The logarithm of linear light, by channel; the offset keeps the noise of black from counting."""
    soft = cv2.GaussianBlur(piece, (0, 0), blur).astype(np.float32) / 255
    return np.log(np.where(soft <= 0.04045, soft / 12.92, ((soft + 0.055) / 1.055) ** 2.4) + 0.01)


def _skin(own: np.ndarray, bare: np.ndarray) -> np.ndarray:
    """Where the canonical piece is skin as in the middle of it."""
    place = bare & (RADIUS < INNER)
    if not place.any():
        return place
    light = _light(own, FINE)
    middle, hue = np.median(light[place], 0), light - light.mean(2, keepdims=True)
    even = np.abs((light - middle).mean(2)) < EVEN
    even &= np.linalg.norm(hue - (middle - middle.mean()), axis=2) < EVEN_HUE
    return cv2.erode((bare & even).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _colour(own: np.ndarray, seen: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """How far the hue of each pixel differs, once what varies smoothly is taken away."""
    apart = _light(seen, COARSE) - _light(own, COARSE)
    left = np.dstack([_levelled(apart[..., channel], skin) for channel in range(3)])
    return np.linalg.norm(left - left.mean(2, keepdims=True), axis=2)


def _levelled(values: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Less the smooth surface that most of the skin lies on."""
    flat, chosen = values.ravel(), skin.ravel()
    for _ in range(3):
        solution, *_ = np.linalg.lstsq(SMOOTH[chosen], flat[chosen], rcond=None)
        left = flat - SMOOTH @ solution
        spread = 1.48 * np.median(np.abs(left[skin.ravel()]))
        chosen = skin.ravel() & (np.abs(left) < 2 * spread + 1e-3)
    return left.reshape(values.shape)


def _lines(piece: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """What is finer than ``LINES`` in the lightness, within the skin."""
    light = _light(piece, FINE).mean(2)
    weight = cv2.GaussianBlur(skin.astype(np.float32), (0, 0), LINES)
    around = cv2.GaussianBlur(np.where(skin, light, 0).astype(np.float32), (0, 0), LINES) / np.maximum(weight, 1e-3)
    return np.where(skin, light - around, 0)
