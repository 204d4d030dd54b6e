"""Video engines: one shot order becomes one clip.

``submit`` is the only call that may cost money; ``collect`` may be repeated from any process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pydantic import Field

from events.base import Value
from events.character import Reference
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Shot


class Profile(Value):
    """Facts about what an engine can do. Sizes in pixels, times in seconds, prices in US dollars."""

    name: str
    longest_clip: float
    first_frame: bool = False
    last_frame: bool = False
    references: int = 0
    native_audio: bool = False
    sizes: tuple[tuple[int, int], ...] = ((1280, 720),)
    price_per_second: float = 0.0
    repeatable: bool = False
    """Submitting the same order twice costs nothing and gives the same clip."""


class ActorOrder(Value):
    """One character as this shot needs it: its reference pictures and the state it is in."""

    slug: str
    name: str
    references: tuple[Reference, ...]
    look: Look


class SpokenLine(Value):
    """A line heard in this shot. ``audio`` is the asset of the whole line (mono WAV); ``start`` is the
    film frame of the shot at which it begins, negative when it began in the shot before."""

    speaker: str
    text: str
    audio: str
    start: int
    frames: int


class ShotOrder(Value):
    """All that an engine is told. The same order and seed give the same frames."""

    shot: Shot
    prompt: str
    location: str
    place: Place
    time: TimeOfDay
    weather: Weather
    mood: Mood
    description: str = ""
    actors: tuple[ActorOrder, ...] = ()
    lines: tuple[SpokenLine, ...] = ()
    tail: str = ""
    """Asset of the last frame (PNG) of the accepted take before, empty in a scene's first shot."""
    seed: int = 0
    size: tuple[int, int] = (1280, 720)
    fade_in: bool = False
    fade_out: bool = False
    """The cut cross-fades here: put key frames FADE frames from this end (see media/clips.py)."""


class Clip(Value):
    """A finished clip on the local disk, encoded by the house encoder (media/clips.py)."""

    path: str
    frames: int = Field(gt=0)
    cost: float = 0.0


class VideoEngine(Protocol):
    profile: Profile

    def submit(self, order: ShotOrder) -> str:
        """Start the work and answer with the provider's name for it (the *operation*)."""
        ...

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        """Wait for the operation and put the clip into ``folder``. Raises ``TakeFailed``."""
        ...
