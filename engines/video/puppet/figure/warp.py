"""Small warps on the mesh for pictures that are not there: mouths, closed eyes, expressions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.cutout import Cutout
from engines.video.puppet.figure.sketch import smooth


def _within(face: Cutout, points: tuple[int, ...], margin: float, edit: Callable[[Cutout], Cutout]) -> Cutout:
    """Edit only the window about some mesh points, ``margin`` face widths wider than they reach."""
    pad = margin * landmarks.face_width(face.mesh)
    at = face.mesh[list(points), :2]
    left, top = np.maximum(np.floor(at.min(0) - pad), 0).astype(int)
    right, bottom = np.minimum(np.ceil(at.max(0) + pad), face.alpha.shape[::-1]).astype(int)
    window, corner = (slice(top, bottom), slice(left, right)), np.array((left, top, 0), np.float32)
    edited = edit(Cutout(face.rgb[window], face.alpha[window], face.mesh - corner))
    rgb, alpha = face.rgb.copy(), face.alpha.copy()
    rgb[window], alpha[window] = edited.rgb, edited.alpha
    return Cutout(rgb, alpha, edited.mesh + corner)


def _sampled(face: Cutout, x: np.ndarray, y: np.ndarray, mesh: np.ndarray) -> Cutout:
    """The picture with each pixel taken from (x, y)."""
    rgb = cv2.remap(face.rgb, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(face.alpha, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Cutout(rgb, alpha, mesh)


# ---------------------------------------------------------------- mouths

MOUTHS = {"half": (0.06, 1.0), "wide": (0.13, 1.0), "round": (0.095, 0.76)}
"""How far the jaw drops, in face heights, and how wide the lips are drawn."""
INSIDE = np.array((52, 18, 20), np.float32)
TEETH = np.array((226, 218, 205), np.float32)
TONGUE = np.array((150, 70, 72), np.float32)


def spoken(face: Cutout, mouth: str) -> Cutout:
    """Open the mouth: the lower lip and the jaw go down, the inside is drawn."""
    drop, width = MOUTHS[mouth]

    def opened(part: Cutout) -> Cutout:
        return _opened(part if width == 1 else _pursed(part, width), drop * landmarks.face_height(part.mesh))

    return _within(face, (*landmarks.LIPS, landmarks.CHIN, landmarks.NOSE_TIP), 0.55, opened)


def _axes(mesh: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Middle of the mouth, unit vectors along and across it, and half its width."""
    right, left = mesh[list(landmarks.MOUTH_CORNERS), :2]
    half = float(np.linalg.norm(left - right)) / 2
    along = (left - right) / (2 * half)
    middle = (mesh[13, :2] + mesh[14, :2]) / 2
    return middle, along, np.array((-along[1], along[0])), half


def _frame(face: Cutout) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each pixel its own place (x, y) and its place (u, v) in half mouth widths along and across the mouth."""
    middle, along, across, half = _axes(face.mesh)
    y, x = np.mgrid[: face.alpha.shape[0], : face.alpha.shape[1]].astype(np.float32)
    u = ((x - middle[0]) * along[0] + (y - middle[1]) * along[1]) / half
    v = ((x - middle[0]) * across[0] + (y - middle[1]) * across[1]) / half
    return x, y, u.astype(np.float32), v.astype(np.float32)


def _lip(mesh: np.ndarray, points: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """A lip's contour as (u, v), u increasing."""
    middle, along, across, half = _axes(mesh)
    flat = (mesh[list(points), :2] - middle) / half
    u, v = flat @ along, flat @ across
    order = np.argsort(u)
    return u[order], v[order]


def _pursed(face: Cutout, width: float) -> Cutout:
    """Draw the corners of the mouth together."""
    middle, along, across, half = _axes(face.mesh)
    x, y, u, v = _frame(face)
    near = (1 - smooth(0.9, 2.0, np.abs(u))) * (1 - smooth(0.5, 1.5, np.abs(v)))
    more = u * (1 / width - 1) * near * half
    flat = (face.mesh[:, :2] - middle) / half
    pull = (1 - smooth(0.9, 2.0, np.abs(flat @ along))) * (1 - smooth(0.5, 1.5, np.abs(flat @ across)))
    mesh = face.mesh.copy()
    mesh[:, :2] += ((flat @ along) * (width - 1) * pull * half)[:, None] * along
    return _sampled(face, x + more * along[0], y + more * along[1], mesh.astype(np.float32))


def _opened(face: Cutout, drop: float) -> Cutout:
    """The lower lip and the jaw go ``drop`` pixels down."""
    middle, _, across, half = _axes(face.mesh)
    x, y, u, v = _frame(face)
    top_u, top_v = _lip(face.mesh, landmarks.LIPS_INNER_TOP)
    low_u, low_v = _lip(face.mesh, landmarks.LIPS_INNER_BOTTOM)
    upper, lower = np.interp(u, top_u, top_v), np.interp(u, low_u, low_v)
    lower = np.maximum(lower, upper)
    chin = float((face.mesh[landmarks.CHIN, :2] - middle) @ across) / half
    fall = drop / half
    arch = np.sqrt(np.clip(1 - (u / 1.02) ** 2, 0, 1))
    jaw = 1 - smooth(0.6, 1.9, np.abs(u))
    opening = lower + fall * arch
    below = np.clip((v - opening) / max(0.1, chin - 0), 0, 3)
    amount = fall * ((1 - smooth(0, 0.8, below)) * arch + smooth(0, 0.8, below) * 0.75 * jaw)
    amount = amount * (1 - smooth(1.0, 1.9, below)) * (v > lower)
    source = np.maximum(v - amount, np.where(v > opening, lower, -9))
    moved = _sampled(face, (x + (source - v) * half * across[0]).astype(np.float32),
                     (y + (source - v) * half * across[1]).astype(np.float32), _dropped(face.mesh, drop))  # fmt: skip
    inside = smooth(-0.02, 0.03, v - lower) * smooth(-0.02, 0.03, opening - v) * (fall * arch > 0.02)
    return replace(moved, rgb=_mouth_inside(moved.rgb, u, (v - lower) / max(fall, 1e-3), inside))


def _mouth_inside(rgb: np.ndarray, u: np.ndarray, depth: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Darkness, a hint of the upper teeth, the tongue below."""
    teeth = (1 - smooth(0.16, 0.26, depth)) * (1 - smooth(0.55, 0.85, np.abs(u)))
    tongue = smooth(0.6, 1.0, depth) * (1 - smooth(0.3, 0.8, np.abs(u))) * 0.7
    colour = INSIDE + (TONGUE - INSIDE) * tongue[..., None]
    colour = colour + (TEETH * 0.78 - colour) * teeth[..., None]
    k = cover[..., None]
    return np.clip(np.round(rgb * (1 - k) + colour * k), 0, 255).astype(np.uint8)


def _dropped(mesh: np.ndarray, drop: float) -> np.ndarray:
    middle, along, across, half = _axes(mesh)
    flat = (mesh[:, :2] - middle) / half
    v = flat @ across
    share = smooth(0.0, 0.15, v) * (1 - smooth(0.6, 1.9, np.abs(flat @ along)))
    moved = mesh.copy()
    moved[:, :2] += (0.85 * drop * share)[:, None] * across
    return moved.astype(np.float32)


# ---------------------------------------------------------------- eyes


def closed_eyes(face: Cutout) -> Cutout:
    """Draw the upper lids down over the eyes and put a line of lashes where they meet the lower lids."""
    for side, eye in landmarks.EYES.items():
        face = _within(face, (*eye["upper"], *eye["lower"], *eye["brow"]), 0.08, functools.partial(_closed, side=side))
    return face


def _closed(face: Cutout, side: str) -> Cutout:
    eye = landmarks.EYES[side]
    one, other = face.mesh[list(eye["corners"]), :2]
    radius = float(np.linalg.norm(other - one)) / 2
    if radius < 2:
        return face
    along = (other - one) / (2 * radius)
    across = np.array((-along[1], along[0]))
    middle = (one + other) / 2
    y, x = np.mgrid[: face.alpha.shape[0], : face.alpha.shape[1]].astype(np.float32)
    u = ((x - middle[0]) * along[0] + (y - middle[1]) * along[1]) / radius
    v = ((x - middle[0]) * across[0] + (y - middle[1]) * across[1]) / radius

    def contour(points: tuple[int, ...]) -> np.ndarray:
        flat = (face.mesh[list(points), :2] - middle) / radius
        order = np.argsort(flat @ along)
        return np.interp(u, (flat @ along)[order], (flat @ across)[order])

    upper, lower, brow = contour(eye["upper"]), contour(eye["lower"]), contour(eye["brow"])
    meet = upper + (lower - upper) * 0.85
    crease = upper - 0.55 * np.clip(upper - brow, 0.1, 1.2)
    lid = upper - 0.16
    inside = (v > crease) & (v < meet) & (np.abs(u) < 1.05)
    share = (v - crease) / np.maximum(meet - crease, 1e-3)
    source = np.where(inside, crease + share * (lid - crease), v)
    window = 1 - smooth(0.92, 1.08, np.abs(u))
    shift = (source - v) * window * radius
    shut = _sampled(
        face, (x + shift * across[0]).astype(np.float32), (y + shift * across[1]).astype(np.float32), face.mesh
    )
    line = np.exp(-(((v - meet) / 0.07) ** 2)) * (1 - smooth(0.8, 1.05, np.abs(u))) * 0.75
    rgb = shut.rgb * (1 - line[..., None]) + np.array((40, 26, 24), np.float32) * line[..., None]
    return replace(shut, rgb=np.clip(np.round(rgb), 0, 255).astype(np.uint8))


# ---------------------------------------------------------------- expressions

BROW, INNER_BROW, CORNER = "brow", "inner brow", "corner"
EXPRESSIONS = {
    "smile": {BROW: (0, -0.01), INNER_BROW: (0, -0.01), CORNER: (0.035, -0.045)},
    "sad": {BROW: (0, 0.012), INNER_BROW: (-0.005, -0.045), CORNER: (-0.005, 0.04)},
    "angry": {BROW: (-0.01, 0.02), INNER_BROW: (-0.022, 0.055), CORNER: (-0.012, 0.02)},
    "surprised": {BROW: (0, -0.06), INNER_BROW: (0, -0.06), CORNER: (-0.01, 0.0)},
}
"""Shifts outward from the middle of the face and downward, in face heights."""
INNER = {"right": (66, 107, 65, 55), "left": (296, 336, 295, 285)}


def expressed(face: Cutout, expression: str) -> Cutout:
    """Move the brows and the corners of the mouth."""
    shifts = EXPRESSIONS.get(expression)
    if shifts is None:
        return face
    height = landmarks.face_height(face.mesh)
    points, moves = [], []
    for side, sign in (("right", -1), ("left", 1)):
        for index in landmarks.BROWS[side]:
            points.append(index)
            moves.append(shifts[INNER_BROW if index in INNER[side] else BROW])
            moves[-1] = (moves[-1][0] * sign, moves[-1][1])
        points.append(landmarks.MOUTH_CORNERS[side == "left"])
        moves.append((shifts[CORNER][0] * sign, shifts[CORNER][1]))
    pulled = functools.partial(_pulled, points=points, moves=np.array(moves, np.float32) * height)
    moved = _within(face, landmarks.OVAL, 0.05, pulled)
    return spoken(moved, "half") if expression == "surprised" else moved


def _pulled(face: Cutout, points: list[int], moves: np.ndarray) -> Cutout:
    """Pull mesh points by pixels; the skin around follows, softly."""
    reach = 0.13 * landmarks.face_height(face.mesh)
    y, x = np.mgrid[: face.alpha.shape[0], : face.alpha.shape[1]].astype(np.float32)
    shift, total = np.zeros((*face.alpha.shape, 2), np.float32), np.zeros(face.alpha.shape, np.float32)
    for point, move in zip(face.mesh[points, :2] + moves, moves, strict=True):
        weight = np.exp(-((x - point[0]) ** 2 + (y - point[1]) ** 2) / (reach * reach))
        shift += weight[..., None] * move
        total += weight
    shift /= np.maximum(total, 1)[..., None]
    mesh = face.mesh.copy()
    mesh[points, :2] += moves
    return _sampled(face, x - shift[..., 0], y - shift[..., 1], mesh)
