"""The frame loop of one shot: set behind, actors, set in front, weather, grade."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from engines.video import ShotOrder
from engines.video.puppet import weather
from engines.video.puppet.acting import Acting, seed_for
from engines.video.puppet.camera import ACTOR_DEPTH, Path
from engines.video.puppet.figure import Figure, Light
from engines.video.puppet.grade import BAR, Grade
from engines.video.puppet.layer import FRAME, View, draw, stamp
from engines.video.puppet.paint import mix, rgb
from engines.video.puppet.sets.design import Stage
from engines.video.puppet.staging import DISTANT, Mark, marks
from events.script import FPS
from events.storyboard import Move
from media.assets import Assets

SIZE = (FRAME[0], FRAME[1] - 2 * BAR)
"""The picture between the bars."""
DISSOLVE = 8
"""Frames in which the tail of the shot before melts into a shot that continues it."""
LENS = np.array([[1, 0, 0], [0, 1, -BAR], [0, 0, 1.0]])
HALF = np.diag([0.5, 0.5, 1.0]) @ LENS


class Performer:
    """One character in one shot: its figure, its acting and its place."""

    def __init__(self, figure: Figure, acting: Acting, mark: Mark, light: Light, path: Path, start: float) -> None:
        self.figure, self.acting, self.mark, self.light = figure, acting, mark, light
        rest = path.rest()
        depth = ACTOR_DEPTH
        point = np.array([mark.x, mark.feet if mark.feet is not None else mark.eyes, 1])
        self.ground = np.linalg.inv(rest.matrix(depth)) @ point
        self.scale = 1 / rest.scale(depth)
        self.height = _baked(mark.face * path.largest(depth) * self.scale)
        self.sole = 0.0
        self.shades: dict[int, np.ndarray] = {}

    def draw(self, picture: np.ndarray, frame: int, view: View) -> None:
        sprite = self.figure.sprite(self.acting.pose(frame), self.light, self.mark.extent, self.height)
        matrix = LENS @ view.matrix(ACTOR_DEPTH)
        size = self.mark.face * self.scale
        tilt, sway, stretch = self.acting.motion(frame)
        pixels = sprite.pixels
        if self.mark.feet is not None:
            _shadow(picture, matrix, self.ground, size)
            anchor, tilt, sway = (sprite.eyes[0], self._sole(pixels)), tilt * 0.3, 0.0
        else:
            anchor = sprite.eyes
        if self.mark.foreground:
            pixels = self._silhouette(pixels)
        grow = size / sprite.face
        body = _body(anchor, self.ground, grow, tilt, sway * size, stretch, 3.2 * size if self.mark.feet is None else 0)
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
    """A sprite without its features: a dark mass of its own colours with a thin edge of light, out of focus."""
    cover = pixels[..., 3].astype(np.float32) / 255
    mass = cv2.stackBlur(pixels, (81, 81))[..., :3] * 0.2
    edge = cover * np.clip(1 - cv2.GaussianBlur(cover, (0, 0), 9), 0, 1)
    colour = mass * cover[..., None] + edge[..., None] * np.array(rim, np.float32) * 0.9
    return cv2.GaussianBlur(cv2.convertScaleAbs(np.dstack([colour, cover * 255])), (0, 0), 5)


def _baked(height: float) -> float:
    """Face heights in steps, so that shots share sprites."""
    step = 8 if height < 100 else 24
    return float(step * np.ceil(height / step))


def _body(
    anchor: tuple[float, float],
    ground: np.ndarray,
    grow: float,
    tilt: float,
    sway: float,
    stretch: float,
    below: float,
) -> np.ndarray:
    """3×3 from sprite pixels to the frame at rest: turned about a point ``below`` the anchor."""
    angle = np.deg2rad(tilt)
    c, s = np.cos(angle) * grow, np.sin(angle) * grow
    turn = np.array([[c, -s * stretch], [s, c * stretch]])
    pivot = np.array((anchor[0], anchor[1] + below / grow))
    place = np.array((ground[0] + sway, ground[1] + below))
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = turn, place - turn @ pivot
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


class ShotFilm:
    """All pictures of one shot. ``frames`` yields them; the same order gives the same pictures."""

    def __init__(
        self, order: ShotOrder, stage: Stage, figures: dict[str, Figure], assets: Assets, tail: np.ndarray | None
    ) -> None:
        self.order, self.stage, self.tail = order, stage, tail
        shot = order.shot
        seed = seed_for(shot.scene, "camera")
        self.path = Path(shot.camera, _aim(order), seed)
        self.grade = Grade(order.mood)
        self.performers = self._cast(figures, assets)
        self._dress(seed)

    def _cast(self, figures: dict[str, Figure], assets: Assets) -> list[Performer]:
        """The characters with their marks and lights."""
        cast = []
        for mark in marks(self.order.shot, self.stage.floor):
            figure = figures[mark.slug]
            acting = Acting(self.order, mark, figure.turns, assets)
            light = _light(self.stage, mark)
            cast.append(Performer(figure, acting, mark, light, self.path, self.order.shot.start / FPS))
        return cast

    def _dress(self, seed: int) -> None:
        """Sort the set's layers around the actors and hang up the weather."""
        self.soft = bool(self.performers) and self.path.lens.blur > 0
        self.lens, self.size = (HALF, (SIZE[0] // 2, SIZE[1] // 2)) if self.soft else (LENS, SIZE)
        layers = self.stage.half if self.soft else self.stage.layers
        self.behind = [layer for layer in layers if layer.depth > ACTOR_DEPTH]
        self.before = [layer for layer in layers if layer.depth <= ACTOR_DEPTH]
        self.air = weather.falling(self.order.weather, self.size, seed, False, self.stage.haze)
        self.near_air = []
        if not self.stage.indoors:
            self.near_air = weather.falling(self.order.weather, SIZE, seed, True, self.stage.haze)
        if self.stage.motes is not None:
            self.near_air.append(weather.flakes(SIZE, seed, 46, 2.2, 0.35, (7, -5), self.stage.motes))
        self._still: np.ndarray | None = None

    def frames(self) -> Iterator[tuple[np.ndarray, int]]:
        """RGB pictures of the whole frame, and how often each is shown."""
        step = 1 if self.path.on_ones else 2
        total = self.order.shot.frames
        for frame in range(0, total, step):
            yield self.frame(frame), min(step, total - frame)

    def frame(self, number: int) -> np.ndarray:
        """The picture of one frame of the shot, ``(720, 1280, 3)`` uint8 RGB."""
        clock = self.order.shot.start + number
        seconds = clock / FPS
        view = self.path.view(seconds)
        picture = self._background(view, seconds)
        for performer in self.performers:
            performer.draw(picture, number, view)
        draw(picture, self.before, view, LENS, seconds)
        for effect in self.near_air:
            effect.add(picture, seconds)
        flash = weather.lightning(self.order.weather, self.order.shot.scene, seconds)
        if flash > 0.03:
            cv2.convertScaleAbs(picture, picture, 1 + 0.7 * flash, 22 * flash)
        whole = np.zeros((FRAME[1], FRAME[0], 3), np.uint8)
        whole[BAR:-BAR] = self.grade.apply(picture, clock)
        return self._joined(whole, number)

    def _background(self, view: View, seconds: float) -> np.ndarray:
        """The set behind the actors, out of focus as the lens asks, at full size."""
        static = self.order.shot.camera.move is Move.STATIC and not any(layer.scroll for layer in self.behind)
        if static and not self.air:
            if self._still is None:
                self._still = self._painted(view, seconds)
            return self._still.copy()
        return self._painted(view, seconds)

    def _painted(self, view: View, seconds: float) -> np.ndarray:
        picture = np.zeros((self.size[1], self.size[0], 3), np.uint8)
        outside = [layer for layer in self.behind if layer.depth >= self.stage.window_depth]
        inside = [layer for layer in self.behind if layer.depth < self.stage.window_depth]
        draw(picture, outside, view, self.lens, seconds)
        for effect in self.air:
            effect.add(picture, seconds)
        draw(picture, inside, view, self.lens, seconds)
        if not self.soft:
            return picture
        size = 2 * round(view.focus / 2) + 1
        return cv2.resize(cv2.stackBlur(picture, (size, size)), SIZE)

    def _joined(self, picture: np.ndarray, number: int) -> np.ndarray:
        """Melt the tail of the shot before into the first frames of one that continues it."""
        if self.tail is None or number >= DISSOLVE:
            return picture
        share = (number + 1) / (DISSOLVE + 1)
        return cv2.addWeighted(picture, share, self.tail, 1 - share, 0)


def _aim(order: ShotOrder) -> float:
    """What part of the set is behind a face: each character has its own."""
    shot = order.shot
    if shot.camera.framing in DISTANT or not shot.focus:
        return 0.0
    return (-260.0, 0.0, 260.0)[seed_for(shot.focus, "aim") % 3]


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
