"""Clips and pictures as providers send them: another size and rate than the film's, with sound."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np
from PIL import Image

RATE = 44_100


@cache
def mp4(seconds: float, size: tuple[int, int] = (640, 360), fps: int = 30, sound: bool = True) -> bytes:
    """A moving test picture in H.264, with a tone of 220 Hz in AAC where there is ``sound``."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        video = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "30"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = out.add_stream("aac", rate=RATE, layout="mono") if sound else None
        for number in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(picture(number, size), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio:
            _add_tone(out, audio, seconds)
    return file.getvalue()


def _add_tone(out: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    times = np.arange(round(seconds * RATE)) / RATE
    samples = (0.2 * np.sin(2 * np.pi * 220 * times)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
    frame.sample_rate, frame.pts = RATE, 0
    out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def picture(number: int, size: tuple[int, int]) -> np.ndarray:
    """A gradient that drifts."""
    width, height = size
    across = np.linspace(0, 255, width)[None, :, None]
    down = np.linspace(0, 120, height)[:, None, None]
    return (np.broadcast_to(across, (height, width, 3)) + down + 3 * number * np.array([1, 2, 3])).astype(np.uint8)


@cache
def png(size: tuple[int, int] = (640, 360)) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture(0, size)).save(file, "PNG")
    return file.getvalue()
