"""The embedded video engine: a 2.5-D puppet film, made on the spot, for nothing.

Cut-outs of the characters, cut from their own reference pictures, act on painted sets under a moving camera.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np

from engines.video import ActorOrder, Clip, Profile, ShotOrder
from engines.video.puppet.figure import Figure
from engines.video.puppet.render import ShotFilm
from engines.video.puppet.sets import build
from engines.video.puppet.sets.design import Stage
from events.errors import TakeFailed
from media.assets import Assets
from media.clips import ClipWriter


class Puppet:
    """A ``VideoEngine``. It keeps the sets and figures it has made, for the next shot of the same scene."""

    profile = Profile(
        name="puppet",
        longest_clip=8.0,
        first_frame=True,
        references=20,
        seeds=True,
        speaks=True,
        repeatable=True,
        house_clips=True,
    )

    def __init__(self, assets: Assets, sets_kept: int = 3, figures_kept: int = 12) -> None:
        self.assets = assets
        self._stages: OrderedDict[tuple, Stage] = OrderedDict()
        self._figures: OrderedDict[ActorOrder, Figure] = OrderedDict()
        self._sets_kept, self._figures_kept = sets_kept, figures_kept

    def submit(self, order: ShotOrder) -> str:
        """The order's own digest: nothing is started, so nothing can be lost."""
        return hashlib.sha256(order.model_dump_json().encode()).hexdigest()

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        """Render the order into ``folder``. Raises ``TakeFailed`` for an operation of another order."""
        if operation != self.submit(order):
            raise TakeFailed("This operation belongs to another order. Submit the order again.")
        path = folder / f"{operation[:32]}.mp4"
        frames = order.shot.frames
        with ClipWriter(path, frames=frames, fade_in=order.fade_in, fade_out=order.fade_out, size=order.size) as writer:
            for picture, repeat in self.film(order).frames():
                writer.write(_sized(picture, order.size), repeat=repeat)
        return Clip(path=str(path), frames=frames)

    def film(self, order: ShotOrder) -> ShotFilm:
        """The pictures of an order, not encoded."""
        figures = {actor.slug: self._figure(actor) for actor in order.actors if actor.slug in order.shot.visible}
        missing = set(order.shot.visible) - set(figures)
        if missing:
            raise TakeFailed(f"The order shows {', '.join(sorted(missing))} but has no pictures of them.")
        return ShotFilm(order, self._stage(order), figures, self.assets, self._tail(order))

    def _stage(self, order: ShotOrder) -> Stage:
        key = (order.place, order.location, order.time, order.weather)
        if key not in self._stages:
            self._stages[key] = build(*key)
        self._stages.move_to_end(key)
        while len(self._stages) > self._sets_kept:
            self._stages.popitem(last=False)
        return self._stages[key]

    def _figure(self, actor: ActorOrder) -> Figure:
        if actor not in self._figures:
            self._figures[actor] = Figure(actor, self.assets)
        self._figures.move_to_end(actor)
        while len(self._figures) > self._figures_kept:
            self._figures.popitem(last=False)
        return self._figures[actor]

    def _tail(self, order: ShotOrder) -> np.ndarray | None:
        """The last frame of the shot before, when this one goes on from it."""
        if not (order.shot.continues and order.tail):
            return None
        coded = np.frombuffer(self.assets.read(order.tail), np.uint8)
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB)
        if picture is None:
            raise TakeFailed("The tail of the shot before is not a picture. Render that shot again.")
        return _sized(picture, (1280, 720))


def _sized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if picture.shape[1::-1] == size:
        return picture
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
