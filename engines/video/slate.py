"""The quickest engine that is still true: each actor's own picture on a plain ground, and nothing moves.

For story reels, for trying things out, and for tests of everything around the camera: judge, director, cut
and quality control work on its clips for real.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from engines.video import ActorOrder, Clip, Profile, ShotOrder
from media.assets import Assets
from media.clips import ClipWriter
from media.pictures import open_picture

HOLD = 12
"""Film frames between two steps of the ground's drift, so that quality control sees a living picture."""
PICTURE = 600
"""Height of an actor's picture in a 720-pixel frame."""


class Slate:
    """A ``VideoEngine`` without a stage. ``references``: the first one, or ``front_neutral``, is shown."""

    profile = Profile(name="slate", longest_clip=60, first_frame=True, references=20, repeatable=True, house_clips=True)

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def submit(self, order: ShotOrder) -> str:
        return hashlib.sha256(order.model_dump_json().encode()).hexdigest()

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        path = folder / f"{operation[:16]}.mp4"
        frames = order.shot.frames
        with ClipWriter(path, frames, order.fade_in, order.fade_out, order.size) as writer:
            for first in range(0, frames, HOLD):
                writer.write(self._picture(order, first), min(HOLD, frames - first))
        return Clip(path=str(path), frames=frames)

    def _picture(self, order: ShotOrder, frame: int) -> np.ndarray:
        picture = ground(order, frame)
        width = order.size[0] // max(1, len(order.actors))
        for place, actor in enumerate(order.actors):
            self._paste(picture, actor, place * width + width // 2)
        return picture

    def _paste(self, picture: np.ndarray, actor: ActorOrder, middle: int) -> None:
        """Lay the actor's picture over the ground, standing on the lower edge."""
        cut_out = _portrait(self._assets, _front(actor))
        height, width = cut_out.shape[:2]
        left = max(0, min(middle - width // 2, picture.shape[1] - width))
        place = picture[-height:, left : left + width]
        alpha = cut_out[..., 3:].astype(np.float32) / 255
        place[:] = place * (1 - alpha) + cut_out[..., :3] * alpha


def ground(order: ShotOrder, frame: int) -> np.ndarray:
    """A dark vertical gradient in a colour that follows from the location's words and drifts slowly."""
    width, height = order.size
    digest = hashlib.sha256(order.location.encode()).digest()
    colour = np.frombuffer(digest[:3], np.uint8) / 255 * 60 + 40
    phase = (order.shot.start + frame) / 24
    rows = np.linspace(0.7, 1.3, height)[:, None, None] * colour + 12 * np.sin(phase + np.arange(3))
    return np.broadcast_to(rows, (height, width, 3)).clip(0, 255).astype(np.uint8)


def _front(actor: ActorOrder) -> str:
    by_view = {reference.view: reference.uri for reference in actor.references}
    return by_view.get("front_neutral", actor.references[0].uri)


@lru_cache(maxsize=16)
def _portrait(assets: Assets, uri: str) -> np.ndarray:
    picture = open_picture(assets.read(uri), uri)
    if picture.shape[2] == 3:
        picture = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    scale = PICTURE / picture.shape[0]
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
