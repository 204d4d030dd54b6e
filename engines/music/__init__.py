"""Music engines: a bed of music for a mood, and the sound of a place."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from events.script import Mood, Place, TimeOfDay, Weather

RATE = 48_000
"""Samples per second of all film sound."""


class MusicEngine(Protocol):
    def music(self, mood: Mood, seconds: float, seed: int) -> np.ndarray:
        """Stereo float32 ``(samples, 2)`` at ``RATE``; loops and fades are the engine's business."""
        ...


class AmbienceEngine(Protocol):
    def ambience(self, place: Place, time: TimeOfDay, weather: Weather, seconds: float, seed: int) -> np.ndarray:
        """Stereo float32 ``(samples, 2)`` at ``RATE``."""
        ...
