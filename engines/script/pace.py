"""How long things take to say, and how a film's seconds are shared out to its scenes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from events.errors import BadScript
from events.script import FPS, Scene

WORDS_PER_SECOND = 2.6
"""A slow reading pace. Kokoro's voices say 3.5 and more of these scripts' words a second, so that what is written at
this pace fits its scene with every voice and leaves air for the picture."""
FASTEST = 3.2
"""Words a second that a hurried speaker says; more than that in a scene cannot be spoken in it."""
SILENCE = 2.5
"""Seconds of a scene that are kept free of speech."""
SHORTEST, LONGEST = 15.0, 25.0
"""Seconds of a scene."""


def words(text: str) -> int:
    return len(text.split())


def word_budget(seconds: float) -> int:
    """How many spoken words fit a scene of this length."""
    return max(0, int(WORDS_PER_SECOND * (seconds - SILENCE)))


def speaking_time(lines: Sequence[str]) -> float:
    """Seconds that these lines ask of a scene, with the silence around them."""
    return sum(words(line) for line in lines) / WORDS_PER_SECOND + max(SILENCE, 1.3 + 0.5 * len(lines))


def check_speech(scene: Scene) -> None:
    """Raises ``BadScript`` that names the scene where more is said in it than anybody can."""
    said = sum(words(line.text) for line in scene.lines)
    if said > FASTEST * scene.seconds:
        raise BadScript(
            f"Scene {scene.number} ({scene.scene_id}) has {said} words to say in {scene.seconds:g} seconds. "
            "Shorten its dialogue and narration, or give it more time."
        )


def share_out(seconds: float, needed: Sequence[float]) -> list[float]:
    """Seconds of each scene that ``needed`` so many; 15-25 each where number and need allow.

    They are multiples of 1/8 s (three frames, and exact in binary) that add up to ``seconds``, rounded to a frame,
    in the last scene. What is left over is shared evenly.
    """
    frames = round(seconds * FPS)
    wanted = np.array(needed) * FPS * min(1.0, seconds / sum(needed))
    low = np.maximum(wanted, _common_floor(wanted, frames))
    high = np.maximum(low, max(frames / len(wanted), LONGEST * FPS))
    lengths = np.clip(wanted + (frames - wanted.sum()) / len(wanted), low, high)
    for _ in range(50):
        off = frames - lengths.sum()
        free = lengths < high if off > 0 else lengths > low
        if abs(off) < 0.01 or not free.any():
            break
        lengths[free] += off / free.sum()
        lengths = np.clip(lengths, low, high)
    ends = 3 * np.round(np.cumsum(lengths) / 3).astype(int)
    ends[-1] = frames
    return [(end - start) / FPS for start, end in pairwise([0, *ends.tolist()])]


def _common_floor(wanted: np.ndarray, frames: int) -> float:
    """The most frames, up to 15 s, that every scene can have at least, found by bisection."""
    low, high = 0.0, min(frames / len(wanted), SHORTEST * FPS)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(wanted, middle).sum() <= frames + 0.01 else (low, middle)
    return low
