"""What a set is told and what it gives: a design goes in, a stage comes out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engines.video.puppet.layer import Layer
from engines.video.puppet.paint import Colour
from engines.video.puppet.palette import Palette
from events.script import Place, TimeOfDay, Weather


@dataclass(frozen=True)
class Source:
    """A light of the set: where it is in the frame at rest, and its colour."""

    x: float
    y: float
    colour: Colour


@dataclass(frozen=True)
class Stage:
    """A built set. ``layers`` lie far to near; weather falls in front of those no nearer than ``window_depth``;
    ``key`` lights the actors' faces, ``rim`` their edges from behind; ``floor`` is the y of their
    feet, ``seated`` says that they sit; ``motes`` is the colour of dust in the light."""

    layers: tuple[Layer, ...]
    window_depth: float
    indoors: bool
    key: Source
    rim: Source
    ambient: Colour
    haze: Colour
    floor: float = 628.0
    motes: Colour | None = None
    seated: bool = False

    @cached_property
    def half(self) -> tuple[Layer, ...]:
        """The layers at half the resolution, for a set out of focus."""
        return tuple(layer.half() for layer in self.layers)


@dataclass(frozen=True)
class Design:
    """What a painter is told: the place's words, time, weather, colours, and the place's own randomness."""

    words: frozenset[str]
    time: TimeOfDay
    weather: Weather
    colours: Palette
    seed: int
    random: np.random.Generator = field(compare=False)

    def says(self, *words: str) -> bool:
        """Whether the location's words name one of these (in the singular)."""
        return any(word in self.words for word in words)

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def among(self, *options: str) -> str:
        return options[int(self.random.integers(len(options)))]

    def between(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))


def words_of(location: str) -> frozenset[str]:
    """The words of a location, lower case, without a plural s."""
    found = re.findall(r"[^\W\d_]+", location.lower())
    return frozenset(found) | {word[:-1] for word in found if word.endswith("s")}


def seed_of(place: Place, location: str) -> int:
    """A number that depends on the location's words alone."""
    name = f"{place.value}:{' '.join(sorted(words_of(location)))}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
