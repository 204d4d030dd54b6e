"""The frame loop of one shot: set behind, actors, set in front, weather, grade."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from engines.video import ShotOrder
from engines.video.puppet import weather
from engines.video.puppet.acting import Acting, seed_for
from engines.video.puppet.camera import ACTOR_DEPTH, Path
from engines.video.puppet.figure import Figure
from engines.video.puppet.grade import BAR, Grade
from engines.video.puppet.layer import FRAME, View, draw
from engines.video.puppet.performer import Performer
from engines.video.puppet.sets.design import Stage
from engines.video.puppet.staging import DISTANT, marks
from events.script import FPS
from events.storyboard import Angle, Move
from media.assets import Assets

SIZE = (FRAME[0], FRAME[1] - 2 * BAR)
"""The picture between the bars."""
DISSOLVE = 8
"""Frames in which the tail of the shot before melts into a shot that continues it."""
KEYSTONE = 1.22
LENS = np.array([[1, 0, 0], [0, 1, -BAR], [0, 0, 1.0]])
HALF = np.diag([0.5, 0.5, 1.0]) @ LENS


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
        for mark in marks(self.order.shot, self.stage.floor, self.stage.seated):
            figure = figures[mark.slug]
            acting = Acting(self.order, mark, figure.turns, assets)
            cast.append(Performer(figure, acting, mark, self.stage, self.path))
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
            performer.draw(picture, number, view, LENS)
        draw(picture, self.before, view, LENS, seconds)
        for effect in self.near_air:
            effect.add(picture, seconds)
        flash = weather.lightning(self.order.weather, self.order.shot.scene, seconds)
        if flash > 0.03:
            flash *= 0.3 if self.stage.indoors else 1.0
            cv2.convertScaleAbs(picture, picture, 1 + 0.5 * flash, 18 * flash)
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
        picture = _converging(picture, self.order.shot.camera.angle)
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


def _converging(picture: np.ndarray, angle: Angle) -> np.ndarray:
    """Looking up, uprights meet above; looking down, below: the nearer edge is widened by ``KEYSTONE``."""
    if angle not in (Angle.LOW, Angle.HIGH):
        return picture
    height, width = picture.shape[:2]
    out = width * (KEYSTONE - 1) / 2
    top, bottom = (0.0, out) if angle is Angle.LOW else (out, 0.0)
    seen = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    bent = np.array([(-top, 0), (width + top, 0), (width + bottom, height), (-bottom, height)], np.float32)
    return cv2.warpPerspective(picture, cv2.getPerspectiveTransform(seen, bent), (width, height))


def _aim(order: ShotOrder) -> float:
    """What part of the set is behind a face: each character has its own."""
    shot = order.shot
    if shot.camera.framing in DISTANT or not shot.focus:
        return 0.0
    return (-260.0, 0.0, 260.0)[seed_for(shot.focus, "aim") % 3]
