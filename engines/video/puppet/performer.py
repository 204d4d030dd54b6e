"""A performer: one character's sprites, put where its mark, its acting and the camera say, in the set's light."""

from __future__ import annotations

import cv2
import numpy as np

from engines.video.puppet.acting import Acting
from engines.video.puppet.camera import ACTOR_DEPTH, Path
from engines.video.puppet.figure import Figure, Light
from engines.video.puppet.layer import View, stamp
from engines.video.puppet.paint import mix, rgb
from engines.video.puppet.sets.design import Stage
from engines.video.puppet.staging import Mark

FOLLOW = 0.6
"""How much of a sideways move a close face goes along with: the camera circles it rather than leaves it."""
SHADE = 120.0
"""Face height of a dark shape close to the lens: it is out of focus, so it is made small."""


class Performer:
    """One character in one shot: its figure, its acting and its place."""

    def __init__(self, figure: Figure, acting: Acting, mark: Mark, stage: Stage, path: Path) -> None:
        self.figure, self.acting, self.mark = figure, acting, mark
        self.light = _light(stage, mark)
        self.rest = path.rest()
        standing = mark.feet is not None
        point = np.array([mark.x, mark.feet if standing else mark.eyes, 1])
        self.place = np.linalg.inv(self.rest.matrix(ACTOR_DEPTH)) @ point
        self.follow = 0.0 if standing else FOLLOW
        self.size = mark.face / self.rest.scale(ACTOR_DEPTH)
        self.height = SHADE if mark.foreground else _baked(self.size * path.largest(ACTOR_DEPTH))
        self.sole = 0.0
        self.shades: dict[int, np.ndarray] = {}

    def draw(self, picture: np.ndarray, frame: int, view: View, lens: np.ndarray) -> None:
        """Stamp the character as it is at a frame of the shot."""
        sprite = self.figure.sprite(self.acting.pose(frame), self.light, self.mark.extent, self.height)
        matrix = lens @ view.matrix(ACTOR_DEPTH)
        place = self.place[:2] + (np.array((view.x - self.rest.x, 0.0)) * self.follow / ACTOR_DEPTH)
        tilt, sway, stretch = self.acting.motion(frame)
        pixels = sprite.pixels
        if self.mark.feet is not None:
            _shadow(picture, matrix, place, self.size)
            anchor, pivot = (sprite.eyes[0], self._sole(pixels)), 0.0
            tilt, sway = 0.3 * tilt, 0.0
        else:
            anchor, pivot = sprite.eyes, 3.2 * self.size
        if self.mark.foreground:
            pixels = self._silhouette(pixels)
        body = _body(anchor, place, self.size / sprite.face, pivot, (tilt, sway * self.size, stretch))
        stamp(picture, pixels, matrix @ body)

    def _sole(self, pixels: np.ndarray) -> float:
        """The row on which the figure stands, as first seen."""
        if not self.sole:
            self.sole = float(np.flatnonzero(pixels[..., 3].max(1) > 128)[-1])
        return self.sole

    def _silhouette(self, pixels: np.ndarray) -> np.ndarray:
        """The dark, unsharp shape of somebody close to the lens."""
        if id(pixels) not in self.shades:
            self.shades[id(pixels)] = _shaded(pixels, self.light.rim_colour)
        return self.shades[id(pixels)]


def _shaded(pixels: np.ndarray, rim: tuple[int, int, int]) -> np.ndarray:
    """A sprite without its features: a dark mass of its mean colour with a thin edge of light, out of focus."""
    cover = pixels[..., 3].astype(np.float32) / 255
    mass = pixels[..., :3].mean((0, 1)) / max(0.01, cover.mean()) * 0.17
    edge = cover * np.clip(1 - cv2.GaussianBlur(cover, (0, 0), 4), 0, 1)
    colour = mass * cover[..., None] + edge[..., None] * np.array(rim, np.float32) * 0.9
    return cv2.GaussianBlur(cv2.convertScaleAbs(np.dstack([colour, cover * 255])), (0, 0), 2)


def _baked(height: float) -> float:
    """Face heights in steps, so that shots share sprites."""
    step = 8 if height < 100 else 24
    return float(step * np.ceil(height / step))


def _body(
    anchor: tuple[float, float], place: np.ndarray, grow: float, pivot: float, motion: tuple[float, float, float]
) -> np.ndarray:
    """3×3 from sprite pixels to the frame at rest, turned about a point ``pivot`` frame pixels below the anchor."""
    tilt, sway, stretch = motion
    angle = np.deg2rad(tilt)
    c, s = np.cos(angle) * grow, np.sin(angle) * grow
    turn = np.array([[c, -s * stretch], [s, c * stretch]])
    below = np.array((0, pivot))
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = place + np.array((sway, 0)) + below - turn @ (np.array(anchor) + below / grow)
    return matrix


def _shadow(picture: np.ndarray, matrix: np.ndarray, ground: np.ndarray, size: float) -> None:
    """A soft dark patch where the feet touch the ground."""
    place = np.array([[size / 20, 0, ground[0] - 2.4 * size], [0, size / 20, ground[1] - 0.5 * size], [0, 0, 1]])
    stamp(picture, SHADOW, matrix @ place)


def _soft_patch() -> np.ndarray:
    y, x = np.mgrid[-1:1:20j, -1:1:96j]
    patch = np.zeros((20, 96, 4), np.uint8)
    patch[..., 3] = 190 * np.exp(-((x / 0.5) ** 2) - (y / 0.45) ** 2)
    return patch


SHADOW = _soft_patch()


def _light(stage: Stage, mark: Mark) -> Light:
    """The set's lights as they fall on somebody at this mark."""
    key = -0.8 if stage.key.x < mark.x else 0.8
    rim_side = (-1.0 if stage.rim.x < mark.x else 1.0, -0.35)
    return Light(
        ambient=_bytes(_held(stage.ambient, 54, 72)),
        key_colour=_bytes(_held(mix(stage.key.colour, rgb("#b8b4b8"), 0.35), 48, 72)),
        rim_colour=_bytes(stage.rim.colour),
        key=key,
        rim=1.4,
        rim_side=rim_side,
    )


def _held(colour: np.ndarray, low: float, high: float) -> np.ndarray:
    """The colour with its brightness kept in bounds: a face must stay legible at night and by day."""
    level = float(colour @ np.array((0.3, 0.59, 0.11), np.float32))
    return colour * (float(np.clip(level, low, high)) / max(1.0, level))


def _bytes(colour: np.ndarray) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in np.clip(np.rint(colour), 0, 255))
    return red, green, blue
