"""Mouths that move with a voice, and eyes that blink."""

from __future__ import annotations

import functools
import wave
from pathlib import Path

import numpy as np

FPS = 24
ATTACK, RELEASE = 0.8, 0.45
"""Shares of the way to a louder and to a quieter level, per frame: lips open faster than they close."""
HALF, OPEN = 0.16, 0.5
"""Shares of the line's loud level from which the mouth is half and wholly open."""
DULL = 0.055
"""Zero crossings per sample below which a vowel is dull (oh, oo), so the lips are round."""


def mouth_track(wav: Path, start: int, frames: int) -> list[str]:
    """The mouth's shape for each film frame of a shot. The line begins at frame ``start``, negative when it began
    before. Shapes hold for two frames, as is usual in drawn film. Raises ``OSError`` when the file cannot be read."""
    levels, bright = _measured(str(wav))
    shapes = _shapes(levels, bright)
    held = [frame - frame % 2 - start for frame in range(frames)]
    return [shapes[i] if 0 <= i < len(shapes) else "shut" for i in held]


@functools.lru_cache(maxsize=32)
def _measured(wav: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Per film frame of the line: smoothed loudness, and brightness as zero crossings per sample."""
    with wave.open(wav) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, channels)[:, 0] / 32768
    edges = np.arange(int(np.ceil(len(samples) * FPS / rate)) + 1) * rate / FPS
    level, levels, bright = 0.0, [], []
    for begin, end in zip(edges[:-1].astype(int), edges[1:].astype(int), strict=True):
        piece = samples[begin:end]
        loud = float(np.sqrt(np.mean(piece**2))) if len(piece) else 0.0
        level += (loud - level) * (ATTACK if loud > level else RELEASE)
        levels.append(level)
        bright.append(float(np.mean(np.diff(np.signbit(piece)))) if len(piece) > 1 else 0.0)
    return tuple(levels), tuple(bright)


def _shapes(levels: tuple[float, ...], bright: tuple[float, ...]) -> list[str]:
    loud = float(np.percentile(levels, 95)) if levels else 0.0
    return [_shape(level / loud if loud else 0.0, edge) for level, edge in zip(levels, bright, strict=True)]


def _shape(level: float, brightness: float) -> str:
    if level < HALF:
        return "shut"
    if level < OPEN:
        return "half"
    return "round" if brightness < DULL else "wide"


BLINK = 4
"""Frames that the eyes stay closed."""
PAUSE = 3.4
"""Seconds between blinks, on average."""


def blinks(seed: int, frames: int) -> list[bool]:
    """For each film frame whether the eyes are closed. People blink every 2-5 seconds, now and then twice."""
    random = np.random.default_rng(seed)
    closed = [False] * frames
    at = int(random.uniform(0.5, PAUSE) * FPS)
    while at < frames:
        closed[at : at + BLINK] = [True] * len(closed[at : at + BLINK])
        again = 9 if random.random() < 0.15 else int(random.uniform(0.6, 1.4) * PAUSE * FPS)
        at += max(again, BLINK + 3)
    return closed
