"""The face that a pose asks for: eyes of one reference with the mouth of another, warps where a picture is missing."""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.cloth import Cloth, cloth_of
from engines.video.puppet.figure.cutout import Cutout, cutout
from engines.video.puppet.figure.sketch import smooth
from engines.video.puppet.figure.sprite import Pose
from engines.video.puppet.figure.warp import closed_eyes, expressed, spoken

Album = tuple[tuple[str, Path], ...]
"""The references of a character: view and file."""

TURNED = {"left": "three_quarter_left", "right": "three_quarter_right", "up": "look_up", "down": "look_down"}
BASES = ("front_neutral", "front", "photo")


def base_of(album: Album) -> str:
    """The view that shows the face at rest, from the front."""
    views = [view for view, _ in album]
    return next((view for view in BASES if view in views), views[0])


def turns_of(album: Album) -> frozenset[str]:
    views = {view for view, _ in album}
    return frozenset({"front"} | {turn for turn, view in TURNED.items() if view in views})


def at_rest(album: Album) -> Cutout:
    """The still face from the front, to which everything is measured."""
    return cutout(dict(album)[base_of(album)])


@functools.lru_cache(maxsize=24)
def cloth(album: Album, turn: str) -> Cloth:
    return cloth_of(face(album, Pose(turn=turn)))


@functools.lru_cache(maxsize=48)
def face(album: Album, pose: Pose) -> Cutout:
    """The whole cut-out with this face. Poses of one turn differ only about the face."""
    if pose.turn != "front":
        turned = _aligned(cutout(dict(album)[TURNED[pose.turn]]), at_rest(album))
        spoke = turned if pose.mouth == "shut" else spoken(turned, pose.mouth)
        return closed_eyes(spoke) if pose.blink else spoke
    return _blinking(album, _speaking(album, _expressing(album, pose.expression), pose), pose)


SAME_CAMERA = 0.12
"""Heads that differ less than this in size were taken with one camera, if their pictures have one size."""


def _aligned(turned: Cutout, rest: Cutout) -> Cutout:
    """A turned head, brought to the size and place of the still one where another camera took it."""
    scale = landmarks.size(rest.mesh) / landmarks.size(turned.mesh)
    if turned.rgb.shape == rest.rgb.shape and abs(scale - 1) < SAME_CAMERA:
        return turned
    x, y = landmarks.between_eyes(rest.mesh) - landmarks.between_eyes(turned.mesh) * scale
    matrix, size = np.array([[scale, 0, x], [0, scale, y]]), rest.alpha.shape[::-1]
    rgb = cv2.warpAffine(turned.rgb, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    mesh = turned.mesh * np.float32(scale) + np.array((x, y, 0), np.float32)
    return Cutout(rgb, cv2.warpAffine(turned.alpha, matrix, size), mesh)


def _swappable(album: Album, view: str) -> Cutout | None:
    """A reference taken with the same camera as the still face, None where there is none."""
    file = dict(album).get(view)
    if file is None:
        return None
    other = cutout(file)
    return other if other.rgb.shape == at_rest(album).rgb.shape else None


def _expressing(album: Album, expression: str) -> Cutout:
    rest = at_rest(album)
    if expression == "neutral":
        return rest
    own = _swappable(album, f"front_{expression}")
    return own if own is not None else expressed(rest, expression)


def _speaking(album: Album, face: Cutout, pose: Pose) -> Cutout:
    if pose.mouth == "shut":
        return face
    mouth = _swappable(album, f"mouth_{pose.mouth}")
    if mouth is None:
        return spoken(face, pose.mouth)
    return _blended(face, mouth, _below_nose(face))


def _below_nose(face: Cutout) -> np.ndarray:
    """0 above the nose's tip, 1 below its base."""
    top, low = face.mesh[landmarks.NOSE_TIP, 1], face.mesh[landmarks.NOSE_BASE, 1]
    rows = np.arange(face.rgb.shape[0], dtype=np.float32)
    return np.broadcast_to(smooth(top, low + 0.4 * (low - top), rows)[:, None], face.alpha.shape)


def _blinking(album: Album, face: Cutout, pose: Pose) -> Cutout:
    if not pose.blink:
        return face
    blink = _swappable(album, "front_blink")
    return closed_eyes(face) if blink is None else _blended(face, blink, _eye_mask(face))


def _eye_mask(face: Cutout) -> np.ndarray:
    """Soft ellipses over the eyes, below the brows."""
    mask = np.zeros(face.alpha.shape, np.float32)
    for side, eye in landmarks.EYES.items():
        centre = face.mesh[list(eye["corners"]), :2].mean(0)
        radius = landmarks.eye_radius(face.mesh, side)
        axes = (round(1.35 * radius), round(0.8 * radius))
        cv2.ellipse(mask, (round(float(centre[0])), round(float(centre[1]))), axes, 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), 0.15 * landmarks.eye_radius(face.mesh, "left"))


def _blended(one: Cutout, other: Cutout, share: np.ndarray) -> Cutout:
    """``one`` where ``share`` (h, w) is 0, ``other`` where it is 1, about the face; the points go with the pixels."""
    pad = 0.3 * landmarks.face_width(one.mesh)
    left, top = np.maximum(one.mesh[:, :2].min(0) - pad, 0).astype(int)
    right, bottom = np.minimum(one.mesh[:, :2].max(0) + pad, share.shape[::-1]).astype(int)
    window = slice(top, bottom), slice(left, right)
    k = share[window]
    rgb, alpha = one.rgb.copy(), one.alpha.copy()
    rgb[window] = np.round(one.rgb[window] * (1 - k[..., None]) + other.rgb[window] * k[..., None]).astype(np.uint8)
    alpha[window] = np.round(one.alpha[window] * (1 - k) + other.alpha[window] * k).astype(np.uint8)
    x, y = np.clip(np.round(one.mesh[:, :2]).astype(int), 0, np.array(share.shape[::-1]) - 1).T
    at = share[y, x][:, None]
    return Cutout(rgb, alpha, (one.mesh * (1 - at) + other.mesh * at).astype(np.float32))
