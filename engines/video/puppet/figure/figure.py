"""A character as a puppet: from its references and its look to lit sprites.

Three steps, each kept: the face of a pose in the references' own pixels (once per process), the whole figure without
light (once per turn and size), and the light on it. Another mouth or a blink costs only the face again.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np

from engines.video import ActorOrder
from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.body import ABOVE, BOTTOM, HALF_WIDTH
from engines.video.puppet.figure.features import at_rest, cloth, face, turns_of
from engines.video.puppet.figure.injury import hurt
from engines.video.puppet.figure.light import Lighting, Window, lighting, shine, slopes
from engines.video.puppet.figure.sprite import Extent, Light, Pose, Sprite
from engines.video.puppet.figure.stage import Costume, Scale, Stage, placed, staged
from engines.video.puppet.figure.wardrobe import recoloured
from media.assets import Assets

LARGEST = 1.5
"""A sprite is baked at most at this multiple of its reference's pixels; more would only be blur to carry about."""


class Figure:
    """Bakes sprites of one actor in one look. Not for threads: one per process."""

    def __init__(self, actor: ActorOrder, assets: Assets) -> None:
        """Raises ``BadPicture`` when a reference shows no face, ``NotFound`` when its file is missing."""
        self._album = tuple({r.view: assets.path(r.uri) for r in reversed(actor.references)}.items())
        self._costume = Costume.of(actor.look)
        self._rest = at_rest(self._album)
        self.turns: frozenset[str] = turns_of(self._album)
        self._sprite = functools.lru_cache(maxsize=24)(self._baked)
        self._stage = functools.lru_cache(maxsize=6)(self._staged)
        self._lit = functools.lru_cache(maxsize=6)(self._light)

    def sprite(self, pose: Pose, light: Light, extent: Extent, face_height: float) -> Sprite:
        """The figure in a pose and a light, its face about ``face_height`` pixels high (less where the reference is
        much smaller than that). A turn that no reference shows is the front."""
        turn = pose.turn if pose.turn in self.turns else "front"
        expression = pose.expression if turn == "front" else "neutral"
        stride = round(pose.stride, 3) if extent == "full" else 0.0
        return self._sprite(Pose(expression, pose.mouth, pose.blink, turn, stride), light, extent, round(face_height))

    def _scale(self, extent: Extent, face_height: int) -> Scale:
        mesh = self._rest.mesh
        factor = min(face_height / landmarks.face_size(mesh), LARGEST)
        unit = landmarks.face_width(mesh) * factor
        size = (round((ABOVE + BOTTOM[extent]) * unit), round(2 * HALF_WIDTH * unit))
        x, y = (float(v) for v in mesh[landmarks.CHIN, :2])
        return Scale(factor, (HALF_WIDTH * unit, ABOVE * unit), size, unit, (x, y))

    def _staged(self, turn: str, extent: Extent, face_height: int, stride: float) -> Stage:
        still = face(self._album, Pose(turn=turn))
        scale = self._scale(extent, face_height)
        return staged(still, cloth(self._album, turn), self._rest, self._costume, scale, extent, stride)

    def _light(
        self, turn: str, light: Light, extent: Extent, face_height: int, stride: float
    ) -> tuple[np.ndarray, Lighting]:
        """The lit figure with its still face, premultiplied, and the light for other faces."""
        stage, scale = self._stage(turn, extent, face_height, stride), self._scale(extent, face_height)
        mesh = face(self._album, Pose(turn=turn)).mesh
        lights = lighting(
            stage.alpha, slopes(stage.alpha, scale.unit, scale.points(mesh)), scale.unit, light, stage.glow
        )
        height, width = stage.alpha.shape
        return _glowing(shine(stage.rgb, stage.alpha, lights, (slice(0, height), slice(0, width))), stage.glow), lights

    def _baked(self, pose: Pose, light: Light, extent: Extent, face_height: int) -> Sprite:
        scale = self._scale(extent, face_height)
        pixels, lights = self._lit(pose.turn, light, extent, face_height, pose.stride)
        if pose != Pose(turn=pose.turn, stride=pose.stride):
            stage = self._stage(pose.turn, extent, face_height, pose.stride)
            pixels = self._with_face(pixels, stage, lights, pose, scale)
        pixels.setflags(write=False)
        eyes = scale.points(self._rest.mesh)[:, :2]
        x, y = (float(v) for v in landmarks.between_eyes(eyes))
        height = landmarks.face_size(self._rest.mesh) * scale.factor
        feet = float(np.flatnonzero(pixels[..., 3].any(1))[-1])
        return Sprite(pixels, (x, y), height, feet)

    def _with_face(self, pixels: np.ndarray, stage: Stage, lights: Lighting, pose: Pose, scale: Scale) -> np.ndarray:
        """The lit figure with the face of another pose in it."""
        still = face(self._album, Pose(turn=pose.turn))
        other = face(self._album, Pose(pose.expression, pose.mouth, pose.blink, pose.turn))
        garb = cloth(self._album, pose.turn)
        rgb = other.rgb
        if self._costume.dyed and self._costume.style.colour:
            rgb = recoloured(rgb, garb, self._costume.style.colour)
        rgb = hurt(rgb, other.alpha, other.mesh, self._rest.mesh, self._costume.wounds)
        cover = _face_cover(still.mesh, other.mesh, other.alpha.shape)
        window = _window(cover, scale)
        there = placed(np.dstack([rgb, cover]), scale, window)
        share = there[..., 3:].astype(np.float32) / 255
        mixed = np.round(stage.rgb[window] * (1 - share) + there[..., :3] * share).astype(np.uint8)
        alpha = np.ascontiguousarray(stage.alpha[window])
        result = pixels.copy()
        glow = None if stage.glow is None else np.ascontiguousarray(stage.glow[window])
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
