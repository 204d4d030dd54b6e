"""A character as a puppet: from its references and its look to lit sprites."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from engines.video import ActorOrder
from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.body import ABOVE, BOTTOM, HALF_WIDTH, Build, draw_body
from engines.video.puppet.figure.cutout import Cutout, cutout
from engines.video.puppet.figure.features import BASES, TURNED, Features
from engines.video.puppet.figure.light import COARSE, Lighting, lighting, shine
from engines.video.puppet.figure.sketch import Sheet, smooth
from engines.video.puppet.figure.sprite import Extent, Light, Pose, Sprite
from media.assets import Assets

LARGEST = 1.5
"""A sprite is baked at most at this multiple of its reference's pixels; more would only be blur to carry about."""


@dataclass(frozen=True)
class Scale:
    """From reference pixels to sprite pixels."""

    factor: float
    origin: tuple[float, float]
    size: tuple[int, int]
    unit: float


class Figure:
    """Bakes sprites of one actor in one look. Not for threads: one per process."""

    def __init__(self, actor: ActorOrder, assets: Assets) -> None:
        """Raises ``BadPicture`` when a reference shows no face, ``NotFound`` when one is missing."""
        self.actor = actor
        self._files = {r.view: assets.path(r.uri) for r in reversed(actor.references)}
        base = next((name for name in BASES if name in self._files), actor.references[0].view)
        self._features = Features(self._view, base)
        self._base = cutout(self._files[base])
        self.turns = frozenset({"front"} | {turn for turn, view in TURNED.items() if view in self._files})
        self._sprite = functools.lru_cache(maxsize=48)(self._baked)
        self._dressed = functools.lru_cache(maxsize=16)(self._dress)
        self._posed = functools.lru_cache(maxsize=24)(self._pose)
        self._stage = functools.lru_cache(maxsize=4)(self._staged)
        self._lit = functools.lru_cache(maxsize=6)(self._light)

    def sprite(self, pose: Pose, light: Light, extent: Extent, face_height: float) -> Sprite:
        """The figure in a pose and a light, its face about ``face_height`` pixels high (less where the reference is
        much smaller than that)."""
        turn = pose.turn if pose.turn in self.turns else "front"
        stride = pose.stride if extent == "full" else 0.0
        wanted = Pose(pose.expression, pose.mouth, pose.blink, turn, stride)
        return self._sprite(wanted, light, extent, round(face_height, 1))

    # ------------------------------------------------------------ reference pixels

    def _view(self, name: str) -> Cutout | None:
        return self._dressed(name) if name in self._files else None

    def _dress(self, name: str) -> Cutout:
        return cutout(self._files[name])

    def _pose(self, pose: Pose) -> Cutout:
        return self._features.face(pose)

    # ------------------------------------------------------------ sprite pixels

    def _scale(self, extent: Extent, face_height: float) -> Scale:
        mesh = self._base.mesh
        factor = min(face_height / landmarks.face_height(mesh), LARGEST)
        unit = landmarks.face_width(mesh) * factor
        size = (round((ABOVE + BOTTOM[extent]) * unit), round(2 * HALF_WIDTH * unit))
        return Scale(factor, (HALF_WIDTH * unit, ABOVE * unit), size, unit)

    def _staged(self, turn: str, extent: Extent, face_height: float, stride: float) -> tuple[np.ndarray, np.ndarray]:
        """Albedo and alpha of the whole figure with a still face, uint8."""
        scale = self._scale(extent, face_height)
        sheet = Sheet(scale.size, scale.origin, scale.unit)
        bust = self._posed(Pose(turn=turn))
        draw_body(sheet, self._build(bust), extent, stride)
        rgb, alpha = self._placed(bust, scale, (slice(0, scale.size[0]), slice(0, scale.size[1])))
        sheet.lay(alpha.astype(np.float32) / 255, (slice(None), slice(None)), rgb)
        return np.clip(np.round(sheet.rgb), 0, 255).astype(np.uint8), np.round(sheet.alpha * 255).astype(np.uint8)

    def _build(self, bust: Cutout) -> Build:
        cloth = np.median(bust.rgb[-30:, bust.rgb.shape[1] // 6 : bust.rgb.shape[1] // 3].reshape(-1, 3), 0)
        skin = np.median(bust.rgb[bust.mesh[[50, 280], 1].astype(int), bust.mesh[[50, 280], 0].astype(int)], 0)
        unit = landmarks.face_width(self._base.mesh)
        chin = self._base.mesh[landmarks.CHIN]
        edge = min(chin[0], bust.alpha.shape[1] - chin[0]) - 2
        column = bust.alpha[:, int(chin[0] - edge)]
        drop = (int(np.argmax(column > 128)) if column.max() > 128 else bust.alpha.shape[0]) - chin[1]
        return Build(edge / unit, float(drop) / unit, cloth, np.array((52, 56, 68.0)), np.array((34, 32, 36.0)), skin)

    def _placed(self, bust: Cutout, scale: Scale, window: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
        """A cut-out's pixels in a window of the sprite, its lower edge faded into the body."""
        chin = self._base.mesh[landmarks.CHIN]
        height = bust.alpha.shape[0]
        fade = 1 - smooth(height - 40, height - 4, np.arange(height, dtype=np.float32))
        pixels = np.dstack([bust.rgb, np.round(bust.alpha * fade[:, None]).astype(np.uint8)])
        factor = scale.factor
        if factor < 0.7:
            small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            chin, factor, pixels = chin * small.shape[0] / height, 1.0, small
        rows, columns = window
        x, y = scale.origin[0] - chin[0] * factor - columns.start, scale.origin[1] - chin[1] * factor - rows.start
        matrix = np.array([[factor, 0, x], [0, factor, y]])
        size = (columns.stop - columns.start, rows.stop - rows.start)
        flags = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_LINEAR
        placed = cv2.warpAffine(pixels, matrix, size, flags=flags)
        return placed[..., :3], placed[..., 3]

    def _light(self, turn: str, light: Light, extent: Extent, face_height: float, stride: float) -> tuple[np.ndarray, Lighting]:
        rgb, alpha = self._stage(turn, extent, face_height, stride)
        scale = self._scale(extent, face_height)
        coarse = cv2.resize(alpha, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        relief = cv2.GaussianBlur(coarse, (0, 0), 0.12 * scale.unit / COARSE) * scale.unit / COARSE * 0.45
        lights = lighting(alpha, relief, scale.unit, light)
        whole = (slice(0, alpha.shape[0]), slice(0, alpha.shape[1]))
        return shine(rgb, alpha, lights, whole), lights

    def _baked(self, pose: Pose, light: Light, extent: Extent, face_height: float) -> Sprite:
        scale = self._scale(extent, face_height)
        pixels, lights = self._lit(pose.turn, light, extent, face_height, pose.stride)
        rest = Pose(turn=pose.turn, stride=pose.stride)
        if pose != rest:
            pixels = pixels.copy()
            face = self._posed(Pose(pose.expression, pose.mouth, pose.blink, pose.turn))
            window = self._face_window(face, scale)
            below, alpha = (sheet[window] for sheet in self._stage(pose.turn, extent, face_height, pose.stride))
            rgb, cover = self._placed(face, scale, window)
            pixels[window] = shine(np.ascontiguousarray(rgb), np.ascontiguousarray(alpha), lights, window)
        eyes = (landmarks.between_eyes(self._base.mesh) - self._base.mesh[landmarks.CHIN, :2]) * scale.factor + scale.origin
        height = landmarks.face_height(self._base.mesh) * scale.factor
        pixels.setflags(write=False)
        return Sprite(pixels, (float(eyes[0]), float(eyes[1])), height, float(scale.size[0] - 0.05 * scale.unit))

    def _face_window(self, face: Cutout, scale: Scale) -> tuple[slice, slice]:
        """The part of the sprite in which a face can differ from the still one."""
        rest = self._posed(Pose())
        points = np.vstack([face.mesh[list(landmarks.OVAL), :2], rest.mesh[list(landmarks.OVAL), :2]])
        margin = 0.08 * landmarks.face_width(self._base.mesh)
        chin = self._base.mesh[landmarks.CHIN, :2]
        low = ((points.min(0) - margin - chin) * scale.factor + scale.origin).astype(int)
        high = ((points.max(0) + margin - chin) * scale.factor + scale.origin).astype(int)
        low, high = np.maximum(low, 0), np.minimum(high, scale.size[::-1])
        return slice(low[1], high[1]), slice(low[0], high[0])
