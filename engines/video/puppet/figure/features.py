"""The face that a pose asks for: eyes of one reference with the mouth of another, warps where a picture is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.cutout import Cutout
from engines.video.puppet.figure.sketch import smooth
from engines.video.puppet.figure.sprite import Pose
from engines.video.puppet.figure.warp import closed_eyes, expressed, spoken

TURNED = {"left": "three_quarter_left", "right": "three_quarter_right", "up": "look_up", "down": "look_down"}
BASES = ("front_neutral", "front", "photo")

View = Callable[[str], Cutout | None]


@dataclass(frozen=True)
class Features:
    """Answers with the face for each pose; ``view`` gives the cut-out of a named reference, None where there is none."""

    view: View
    base: str

    def face(self, pose: Pose) -> Cutout:
        """The whole cut-out with this face. Poses of one turn differ only about the face."""
        if pose.turn in TURNED and (turned := self.view(TURNED[pose.turn])) is not None:
            face = turned if pose.mouth == "shut" else spoken(turned, pose.mouth)
            return closed_eyes(face) if pose.blink else face
        return self._blinking(self._speaking(self._expressing(pose.expression), pose), pose)

    def _swappable(self, name: str) -> Cutout | None:
        """A reference taken with the same camera as the base."""
        base, other = self.view(self.base), self.view(name)
        assert base is not None
        return other if other is not None and other.rgb.shape == base.rgb.shape else None

    def _expressing(self, expression: str) -> Cutout:
        base = self.view(self.base)
        assert base is not None
        if expression == "neutral":
            return base
        own = self._swappable(f"front_{expression}")
        return own if own is not None else expressed(base, expression)

    def _speaking(self, face: Cutout, pose: Pose) -> Cutout:
        if pose.mouth == "shut":
            return face
        mouth = self._swappable(f"mouth_{pose.mouth}")
        if mouth is None:
            return spoken(face, pose.mouth)
        top, low = face.mesh[landmarks.NOSE_TIP, 1], face.mesh[landmarks.NOSE_BASE, 1]
        rows = np.arange(face.rgb.shape[0], dtype=np.float32)
        share = np.broadcast_to(smooth(top, low + 0.4 * (low - top), rows)[:, None], face.alpha.shape)
        return _blended(face, mouth, share)

    def _blinking(self, face: Cutout, pose: Pose) -> Cutout:
        if not pose.blink:
            return face
        blink = self._swappable("front_blink")
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
    """``one`` where ``share`` (h, w) is 0, ``other`` where it is 1; the points go with the pixels."""
    k = share[..., None]
    rgb = np.round(one.rgb * (1 - k) + other.rgb * k).astype(np.uint8)
    alpha = np.round(one.alpha * (1 - share) + other.alpha * share).astype(np.uint8)
    x, y = np.clip(np.round(one.mesh[:, :2]).astype(int), 0, np.array(share.shape[::-1]) - 1).T
    at = share[y, x][:, None]
    return Cutout(rgb, alpha, (one.mesh * (1 - at) + other.mesh * at).astype(np.float32))
