"""Video engines: one shot order becomes one clip.

``submit`` is the only call that may cost money; ``collect`` may be repeated from any process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pydantic import Field

from events.base import Value
from events.character import Reference
from events.errors import Unsupported
from events.look import Look
from events.script import FPS, Mood, Place, TimeOfDay, Weather
from events.storyboard import Shot


class Profile(Value):
    """Facts about what an engine can do. Sizes in pixels, times in seconds, prices in US dollars."""

    name: str
    longest_clip: float
    lengths: tuple[float, ...] = ()
    """The only lengths that it makes; empty: any up to ``longest_clip``. A clip is cut to its shot."""
    first_frame: bool = False
    needs_first_frame: bool = False
    """It only animates a picture: one is painted by the image engine where there is no tail."""
    last_frame: bool = False
    extends: bool = False
    """It goes on from the clip before instead of from its last frame."""
    hops: int = 0
    """How many shots in a row may begin at the tail of the one before until it drifts away; 0: any number."""
    references: int = 0
    """Pictures of characters that it takes."""
    adapters: bool = False
    negative: bool = False
    seeds: bool = False
    native_audio: bool = False
    speaks: bool = False
    """Mouths move with the spoken lines."""
    sizes: tuple[tuple[int, int], ...] = ((1280, 720),)
    price_per_second: float = 0.0
    account: str = ""
    """Whose bill it is on; engines of one provider share one."""
    repeatable: bool = False
    """Submitting the same order twice costs nothing and gives the same clip."""
    findable: bool = False
    """The provider can be asked whether an order arrived (``VideoEngine.find``)."""
    remote: bool = False
    """It works elsewhere: waiting for it takes no core of ours."""
    house_clips: bool = False
    """Its clips come from the house encoder, at the film's rate and length, ready to be cut."""

    def seconds_for(self, frames: int) -> float:
        """How much has to be ordered for a shot of so many film frames. Raises ``Unsupported``."""
        seconds = frames / FPS
        if seconds > self.longest_clip + 1e-6:
            raise Unsupported(
                f"{self.name} films {self.longest_clip:g} s at most, and the shot is {seconds:.1f} s long. Choose "
                "another engine for it, or shorten its scene."
            )
        return min((length for length in self.lengths if length >= seconds - 1e-6), default=seconds)

    def price(self, frames: int) -> float:
        return self.price_per_second * self.seconds_for(frames)


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
    first: str = ""
    """Asset of the picture to begin with: the tail, or one that the image engine has painted."""
    last: str = ""
    """Asset of the picture to end with, for an engine that takes one."""
    before: str = ""
    """Asset of the clip before, for an engine that goes on from it; and the provider's name for it."""
    before_operation: str = ""
    anchor: str = ""
    """Asset of the scene's first frame: its colours hold for the whole scene. Empty in a scene's first shot."""
    negative: str = ""
    """What must not be seen."""
    take_id: str = ""
    """Ours for this call: a provider that takes one can be asked for it later."""
    seed: int = 0
    size: tuple[int, int] = (1280, 720)
    fade_in: bool = False
    fade_out: bool = False
    """The cut cross-fades here: put key frames FADE frames from this end (see media/clips.py)."""

    @property
    def seen_speaking(self) -> tuple[SpokenLine, ...]:
        """The lines of those whose mouths are in the picture."""
        return tuple(line for line in self.lines if line.speaker in self.shot.visible)


class Clip(Value):
    """A finished clip on the local disk: any video, or one of the house encoder (media/clips.py) where the profile
    says so. ``cost`` is what the provider charged, None where that is the price."""

    path: str
    frames: int = Field(default=0, ge=0)
    """Of a house clip; others are counted when they are taken in."""
    cost: float | None = None


class VideoEngine(Protocol):
    """``submit`` raises ``OutcomeUnknown`` where the order was sent and no answer came; ``Unanswered``, as anything
    else, only where nothing was ordered. ``collect`` raises ``Unanswered`` where the provider cannot be asked now."""

    profile: Profile

    def submit(self, order: ShotOrder) -> str:
        """Start the work and answer with the provider's name for it (the *operation*)."""
        ...

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        """Wait for the operation and put the clip into ``folder``. Raises ``TakeFailed``."""
        ...


class FindsOrders(Protocol):
    """What a ``findable`` engine does besides."""

    def find(self, take_id: str) -> str:
        """The operation of an order that may have arrived; empty where the provider has never seen it."""
        ...
