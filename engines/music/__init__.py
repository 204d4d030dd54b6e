"""Music engines: a bed of music for a mood, and the sound of a place."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from events.script import Mood, Place, TimeOfDay, Weather

RATE = 48_000
"""Samples per second of all film sound."""
FADE = 1.0
"""Seconds of equal-power fade at both ends of a bed. To cross from scene to scene, ask for this much more
than the scene lasts and start half of it early."""


class MusicEngine(Protocol):
    def music(self, mood: Mood, seconds: float, seed: int) -> np.ndarray:
        """Stereo float32 ``(samples, 2)`` at ``RATE``; seamless, faded by ``FADE`` at both ends,
        the same for the same arguments."""
        ...


class AmbienceEngine(Protocol):
    def ambience(self, place: Place, time: TimeOfDay, weather: Weather, seconds: float, seed: int) -> np.ndarray:
        """Stereo float32 ``(samples, 2)`` at ``RATE``, faded by ``FADE`` at both ends."""
        ...
