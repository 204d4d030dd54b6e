"""A clip from elsewhere becomes one of the house: read with care, in the colours of its scene, on the film's grid.

Every foreign clip is encoded once, here, and copied ever after (``media/clips.py``). Its sound is taken out before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from events.base import Value
from events.errors import TakeFailed
from events.script import FPS
from media.assets import Assets
from media.clips import normalise
from media.frames import sample
from media.sound import write_wav

if TYPE_CHECKING:
    from engines.finish import Interpolator, Upscaler
    from engines.lips import LipsEngine
    from engines.video import ShotOrder

FORMATS = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "image2", "gif", "apng"}
"""Demuxers of FFmpeg that are let near a file which somebody else has made."""
SOUND_RATE = 48_000
STRONGEST = 0.35
"""How far the colours of a clip may be moved: a gain of each channel between 1 - and 1 + this."""


class TakenIn(Value):
    """A house clip on the local disk, and its own sound as an asset (WAV), empty where it has none or none is kept."""

    path: Path
    frames: int
    sound: str = ""


@dataclass(frozen=True)
class Steps:
    """What is done to a clip before it is taken in; each may be left out."""

    lips: LipsEngine | None = None
    interpolate: Interpolator | None = None
    upscale: Upscaler | None = None

    def take(self, source: Path, order: ShotOrder) -> Path:
        """The clip after these steps, beside ``source``: while it is small, what takes long for each pixel."""
        folder = source.parent
        if self.lips and self.will_speak(order):
            source = self.lips.speak(source, order, folder)
            must_be_video(source)
        if self.interpolate:
            source = self.interpolate.smooth(source, FPS, folder)
        if self.upscale:
            source = self.upscale.enlarge(source, order.size, folder)
        return source

    def will_speak(self, order: ShotOrder) -> bool:
        """Whether a mouth that is seen gets our lines to say."""
        return self.lips is not None and bool(order.seen_speaking)


def take_in(
    source: Path, order: ShotOrder, assets: Assets, keep_sound: bool = False, steps: Steps | None = None
) -> TakenIn:
    """Make a house clip of any video, as long as its shot. Raises ``TakeFailed`` for what is none. A mouth that is made
    to say our lines afterwards is not to say its own: then no sound is kept."""
    must_be_video(source)
    path = source.with_name(f"{source.stem}-house.mp4")
    gains = _gains(source, assets.path(order.anchor)) if order.anchor else None
    steps = steps or Steps()
    worked_on = steps.take(source, order)
    frames = normalise(worked_on, path, order.shot.frames, order.fade_in, order.fade_out, order.size, gains)
    sound = _sound(source, assets) if keep_sound and not steps.will_speak(order) else ""
    return TakenIn(path=path, frames=frames, sound=sound)


def must_be_video(source: Path) -> None:
    """Raises ``TakeFailed`` for a file of another kind; nothing that it points to is opened."""
    try:
        with av.open(str(source), options={"protocol_whitelist": "file"}) as file:
            if file.format.name not in FORMATS or not file.streams.video:
                raise TakeFailed(f"{source.name} is a {file.format.name} file and no video that is taken.")
    except av.error.FFmpegError as error:
        raise TakeFailed(f"{source.name} is not a video that can be read.") from error


# ---------------------------------------------------------------- colour


def _gains(source: Path, anchor: Path) -> np.ndarray:
    """What to multiply each channel of a clip by, so that it has the mean colours of the anchor's: chained clips drift
    in colour, each a little from the one before."""
    wanted, found = mean_colour(anchor), mean_colour(source)
    return np.clip(wanted / np.maximum(found, 1.0), 1 - STRONGEST, 1 + STRONGEST)


def mean_colour(clip: Path) -> np.ndarray:
    """The mean of red, green and blue over a clip, looked at once a second and made small."""
    small = (cv2.resize(picture, (32, 18), interpolation=cv2.INTER_AREA) for _, picture in sample(clip, 1.0))
    return np.mean([picture.mean((0, 1)) for picture in small], axis=0)


# ---------------------------------------------------------------- sound


def _sound(source: Path, assets: Assets) -> str:
    with av.open(str(source)) as file:
        if not file.streams.audio:
            return ""
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
        frames = [made for frame in file.decode(file.streams.audio[0]) for made in resampler.resample(frame)]
        frames += resampler.resample(None)
        pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    return assets.write(write_wav(np.concatenate(pieces), SOUND_RATE)) if pieces else ""
