"""A character as a puppet: from its references and its look to lit sprites.

Three steps, each kept: the face of a pose in the references' own pixels (once per process), the whole figure without
light (once per turn and size), and the light on it. Another mouth or a blink costs only the face again.
"""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import numpy as np

from engines.video import ActorOrder
from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.assembly import Assembly, Costume, Scale, assembled, placed
from engines.video.puppet.figure.body import ABOVE, BOTTOM, HALF_WIDTH
from engines.video.puppet.figure.features import Album, at_rest, cloth, face, turns_of
from engines.video.puppet.figure.injury import hurt
from engines.video.puppet.figure.light import Lighting, Window, lighting, shine, slopes
from engines.video.puppet.figure.sprite import Extent, Light, Pose, Sprite
from engines.video.puppet.figure.wardrobe import recoloured
from media.assets import Assets

LARGEST = 1.5
"""A sprite is baked at most at this multiple of its reference's pixels; more would only be blur to carry about."""


class Figure:
    """Bakes sprites of one actor in one look. Not for threads: one per process."""

    def __init__(self, actor: ActorOrder, assets: Assets) -> None:
        """Raises ``BadPicture`` when a reference shows no face, ``NotFound`` when its file is missing."""
        files: dict[str, Path] = {}
        for reference in actor.references:
            files.setdefault(reference.view, assets.path(reference.uri))
        self.album: Album = tuple(files.items())
        self.costume = Costume.of(actor.look)
        self.rest = at_rest(self.album)
        self.turns: frozenset[str] = turns_of(self.album)

    def sprite(self, pose: Pose, light: Light, extent: Extent, face_height: float) -> Sprite:
        """The figure in a pose and a light, its face about ``face_height`` pixels high (less where the reference is
        much smaller than that). A turn that no reference shows is the front."""
        turn = pose.turn if pose.turn in self.turns else "front"
        expression = pose.expression if turn == "front" else "neutral"
        stride = round(pose.stride, 3) if extent == "full" else 0.0
        return _sprite(self, Pose(expression, pose.mouth, pose.blink, turn, stride), light, extent, round(face_height))

    def scale(self, extent: Extent, face_height: int) -> Scale:
        mesh = self.rest.mesh
        factor = min(face_height / landmarks.face_size(mesh), LARGEST)
        unit = landmarks.face_width(mesh) * factor
        size = (round((ABOVE + BOTTOM[extent]) * unit), round(2 * HALF_WIDTH * unit))
        x, y = (float(v) for v in mesh[landmarks.CHIN, :2])
        return Scale(factor, (HALF_WIDTH * unit, ABOVE * unit), size, unit, (x, y))

    def features(self, pose: Pose) -> np.ndarray:
        """The reference's pixels with the face of a pose, dyed and hurt."""
        shown = face(self.album, pose)
        rgb, dye = shown.rgb, self.costume.style.colour
        if self.costume.dyed and dye is not None:
            rgb = recoloured(rgb, cloth(self.album, pose.turn), dye)
        return hurt(rgb, shown.alpha, shown.mesh, self.rest.mesh, self.costume.wounds)


# What the process keeps, of all its figures together: a sprite for a close-up has 5 MB.


@functools.lru_cache(maxsize=8)
def _assembly(figure: Figure, turn: str, extent: Extent, face_height: int, stride: float) -> Assembly:
    still = face(figure.album, Pose(turn=turn))
    scale = figure.scale(extent, face_height)
    return assembled(still, cloth(figure.album, turn), figure.rest, figure.costume, scale, extent, stride)


@functools.lru_cache(maxsize=8)
def _lit(
    figure: Figure, turn: str, light: Light, extent: Extent, face_height: int, stride: float
) -> tuple[np.ndarray, Lighting]:
    """The lit figure with its still face, premultiplied, and the light for other faces."""
    whole, scale = _assembly(figure, turn, extent, face_height, stride), figure.scale(extent, face_height)
    mesh = face(figure.album, Pose(turn=turn)).mesh
    lights = lighting(whole.alpha, slopes(whole.alpha, scale.unit, scale.points(mesh)), scale.unit, light, whole.glow)
    height, width = whole.alpha.shape
    return _glowing(shine(whole.rgb, whole.alpha, lights, (slice(0, height), slice(0, width))), whole.glow), lights


@functools.lru_cache(maxsize=40)
def _sprite(figure: Figure, pose: Pose, light: Light, extent: Extent, face_height: int) -> Sprite:
    scale = figure.scale(extent, face_height)
    pixels, lights = _lit(figure, pose.turn, light, extent, face_height, pose.stride)
    if pose != Pose(turn=pose.turn, stride=pose.stride):
        whole = _assembly(figure, pose.turn, extent, face_height, pose.stride)
        pixels = _with_face(figure, pixels, whole, lights, pose, scale)
    pixels.setflags(write=False)
    x, y = (float(v) for v in landmarks.between_eyes(scale.points(figure.rest.mesh)))
    feet = float(np.flatnonzero(pixels[..., 3].any(1))[-1])
    return Sprite(pixels, (x, y), landmarks.face_size(figure.rest.mesh) * scale.factor, feet)


def _with_face(
    figure: Figure, pixels: np.ndarray, whole: Assembly, lights: Lighting, pose: Pose, scale: Scale
) -> np.ndarray:
    """The lit figure with the face of another pose in it."""
    wanted = Pose(pose.expression, pose.mouth, pose.blink, pose.turn)
    still, other = face(figure.album, Pose(turn=pose.turn)), face(figure.album, wanted)
    cover = _face_cover(still.mesh, other.mesh, other.alpha.shape)
    window = _window(cover, scale)
    there = placed(np.dstack([figure.features(wanted), cover]), scale, window)
    share = there[..., 3:].astype(np.float32) / 255
    mixed = np.round(whole.rgb[window] * (1 - share) + there[..., :3] * share).astype(np.uint8)
    alpha = np.ascontiguousarray(whole.alpha[window])
    glow = None if whole.glow is None else np.ascontiguousarray(whole.glow[window])
    result = pixels.copy()
    result[window] = _glowing(shine(mixed, alpha, lights, window), glow)
    return result


def _face_cover(still: np.ndarray, other: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Where another face differs from the still one: both ovals, a little wider, softly. uint8."""
    unit = landmarks.face_width(still)
    outline = np.vstack([still[list(landmarks.OVAL), :2], other[list(landmarks.OVAL), :2]])
    cover = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(cover, cv2.convexHull(np.round(outline).astype(np.int32)), 255)
    wider = round(0.07 * unit) | 1
    cover = cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wider, wider)))
    return cv2.GaussianBlur(cover, (0, 0), 0.02 * unit)


def _window(cover: np.ndarray, scale: Scale) -> Window:
    """The part of the sprite under a cover in reference pixels."""
    x, y, width, height = cv2.boundingRect(cover)
    corners = (np.array([(x, y), (x + width, y + height)]) - scale.chin) * scale.factor + scale.origin
    low = np.maximum(np.floor(corners[0]), 0).astype(int)
    high = np.minimum(np.ceil(corners[1]), scale.size[::-1]).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _glowing(pixels: np.ndarray, glow: np.ndarray | None) -> np.ndarray:
    """Light that is carried adds to the colours and hides nothing behind it."""
    if glow is None:
        return pixels
    return np.dstack([cv2.add(np.ascontiguousarray(pixels[..., :3]), glow), pixels[..., 3]])
