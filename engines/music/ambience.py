"""The sound of a place: its room or air, its weather, and what moves in it at this time of day.

A place is a list of ``Layer``: a loop of shaped noise or a hum, swelling as it will. Birds, crickets,
thunder, drips and passing cars are placed over it, the seed says where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engines.music import RATE
from engines.music.timbre import Shape, band, faded, noise, place, repeated, room, swell, wander
from events.script import Place, TimeOfDay, Weather

LEVEL = 0.05
"""Root mean square of a layer of level 1 (-26 dBFS)."""


@dataclass(frozen=True)
class Layer:
    """Noise of ``shape``; ``level`` 0..1, of which ``swelling`` comes and goes every ``period`` seconds."""

    shape: Shape
    level: float
    swelling: float = 0.2
    period: float = 6


def hum(pitch: float, overtones: int, rolloff: float = 1.3) -> Shape:
    """A machine: narrow lines at multiples of a pitch."""

    def shape(f: np.ndarray) -> np.ndarray:
        nearest = np.clip(np.round(f / pitch), 1, overtones)
        return np.exp(-(((f - nearest * pitch) / 0.6) ** 2)) * nearest**-rolloff

    return shape


PLACES: dict[Place, tuple[Layer, ...]] = {
    Place.LAB: (Layer(hum(60, 9), 0.30, 0.1), Layer(band(150, 900, 1), 0.35, 0.1), Layer(hum(412, 4), 0.035, 0.6, 4)),
    Place.CORRIDOR: (Layer(band(90, 380, 1), 0.55, 0.3, 9), Layer(hum(100, 6), 0.14, 0.2)),
    Place.STREET: (Layer(band(60, 420, 1), 0.7, 0.5, 5), Layer(band(600, 2600, 1), 0.16, 0.5, 3)),
    Place.ROOFTOP: (Layer(band(120, 520, 1), 0.55, 0.8, 4), Layer(band(50, 160, 1), 0.4, 0.3, 8)),
    Place.FOREST: (Layer(band(900, 4200, 1), 0.28, 0.8, 5), Layer(band(120, 500, 1), 0.22, 0.6, 7)),
    Place.ROOM: (Layer(band(80, 320, 1), 0.34, 0.1), Layer(hum(50, 3), 0.05, 0.3)),
    Place.VEHICLE: (
        Layer(band(35, 140, 1), 0.9, 0.25, 3),
        Layer(hum(43, 8), 0.4, 0.3, 4),
        Layer(band(250, 1200, 1), 0.2, 0.4, 4),
    ),
    Place.ANYWHERE: (Layer(band(100, 450, 1), 0.3, 0.4, 7),),
}
WEATHERS: dict[Weather, tuple[Layer, ...]] = {
    Weather.RAIN: (Layer(band(1200, 9000, 1), 0.55, 0.25, 5), Layer(band(200, 900, 1), 0.22, 0.3, 7)),
    Weather.STORM: (
        Layer(band(900, 8000, 1), 0.85, 0.4, 3),
        Layer(band(150, 600, 2), 0.7, 0.9, 3),
        Layer(band(40, 130, 1), 0.4, 0.6, 5),
    ),
    Weather.SNOW: (Layer(band(200, 700, 1), 0.14, 0.8, 7),),
    Weather.FOG: (Layer(band(60, 220, 1), 0.2, 0.5, 8),),
}
INDOORS = frozenset({Place.LAB, Place.CORRIDOR, Place.ROOM, Place.VEHICLE})
MUFFLE = 0.4
"""How much of the weather's level is heard indoors."""


class Ambience:
    """The ambience engine that needs no files."""

    def ambience(self, where: Place, time: TimeOfDay, weather: Weather, seconds: float, seed: int) -> np.ndarray:
        kinds = (list(Place).index(where), list(TimeOfDay).index(time), list(Weather).index(weather))
        rng = np.random.default_rng((seed, *kinds))
        track = np.zeros((round(seconds * RATE), 2), np.float32)
        for layer in PLACES[where]:
            _add(rng, track, layer)
        for layer in WEATHERS.get(weather, ()):
            _add(rng, track, _muffled(layer) if where in INDOORS else layer)
        if weather is Weather.SNOW and where not in INDOORS:
            track *= np.float32(0.6)
        for happening in _happenings(where, time, weather):
            happening(rng, track)
        return faded(track)


def _add(rng: np.random.Generator, track: np.ndarray, layer: Layer) -> None:
    loop = noise(rng, layer.shape)
    course = 1 - layer.swelling + layer.swelling * 2 * wander(rng, len(track), layer.period) ** 2
    sound = repeated(loop, len(track), int(rng.integers(len(loop)))) * course[:, None]
    place(track, sound, 0, LEVEL * layer.level)


def _muffled(layer: Layer) -> Layer:
    """Heard through a wall."""
    return Layer(lambda f: layer.shape(f) / (1 + (f / 700) ** 2), layer.level * MUFFLE, layer.swelling, layer.period)


Happening = Callable[[np.random.Generator, np.ndarray], None]


def _happenings(where: Place, time: TimeOfDay, weather: Weather) -> list[Happening]:
    """What else is heard: animals where there are trees and no storm, cars in a street, thunder."""
    heard: list[Happening] = []
    outdoors, wet = where not in INDOORS, weather in (Weather.RAIN, Weather.STORM)
    if where is Place.FOREST and not wet and weather is not Weather.SNOW:
        heard.append(_crickets if time is TimeOfDay.NIGHT else _birds)
        if time in (TimeOfDay.DUSK, TimeOfDay.NIGHT):
            heard.append(_owl)
    if where is Place.STREET:
        heard.append(_cars)
    if where is Place.ROOFTOP and time in (TimeOfDay.DAWN, TimeOfDay.DAY) and not wet:
        heard.append(_birds)
    if where is Place.CORRIDOR:
        heard.append(_drips)
    if where is Place.LAB:
        heard.append(_machines)
    if weather is Weather.STORM:
        heard.append(_thunder if outdoors else _far_thunder)
    return heard


def _times(rng: np.random.Generator, track: np.ndarray, every: float) -> list[int]:
    """Random moments, on average ``every`` seconds, the first soon after the beginning."""
    times, at = [], rng.uniform(0.1, 1) * every * RATE
    while at < len(track):
        times.append(int(at))
        at += rng.exponential(every) * RATE + 0.3 * RATE
    return times


def _chirp(pitches: np.ndarray, envelope: np.ndarray) -> np.ndarray:
    """A whistle along a course of pitches in hertz."""
    return np.sin(np.cumsum(pitches) * (2 * np.pi / RATE)).astype(np.float32) * envelope


def _birds(rng: np.random.Generator, track: np.ndarray) -> None:
    """A few birds, each with one call of its own, near and far."""
    far = np.zeros_like(track)
    for _ in range(3):
        base, pan, level = rng.uniform(2300, 4600), rng.uniform(-0.8, 0.8), rng.uniform(0.010, 0.028)
        call = [
            (rng.uniform(0.8, 1.25), rng.uniform(0.8, 1.25), rng.uniform(0.05, 0.16)) for _ in range(rng.integers(2, 6))
        ]
        for at in _times(rng, track, 4.5):
            for first, last, seconds in call:
                length = int(seconds * RATE)
                pitches = base * np.geomspace(first, last, length) * (1 + 0.02 * np.sin(np.arange(length) * 0.004))
                place(far, _chirp(pitches, swell(length, seconds * 0.3, seconds * 0.6)), at, level, pan)
                at += int(length * 1.35)
    track += room(rng, far, 1.1, 0.35)


def _owl(rng: np.random.Generator, track: np.ndarray) -> None:
    far = np.zeros_like(track)
    pan = rng.uniform(-0.7, 0.7)
    for at in _times(rng, track, 11):
        for late, seconds in ((0, 0.35), (0.55, 0.18), (0.8, 0.7)):
            length = int(seconds * RATE)
            pitches = 390 * (1 + 0.05 * np.sin(np.linspace(0, np.pi, length)))
            place(far, _chirp(pitches, swell(length, 0.08, seconds * 0.6)), at + int(late * RATE), 0.03, pan)
    track += room(rng, far, 1.8, 0.6)


def _crickets(rng: np.random.Generator, track: np.ndarray) -> None:
    """Pulse trains near 4.5 kHz, two of them, resting now and then."""
    time = np.arange(len(track), dtype=np.float32) / RATE
    for pan in (-0.6, 0.5):
        pitch, rate = rng.uniform(4100, 4900), rng.uniform(13, 17)
        pulses = np.maximum(0, np.sin(np.float32(2 * np.pi * rate) * time)) ** 2
        phrases = np.clip(np.sin(np.float32(2 * np.pi * rng.uniform(0.5, 0.8)) * time) * 6 + 2, 0, 1)
        course = 0.3 + 0.7 * wander(rng, len(track), 4)
        sound = np.sin(np.float32(2 * np.pi * pitch) * time) * pulses * phrases * course
        place(track, sound.astype(np.float32), 0, 0.011, pan)


def _cars(rng: np.random.Generator, track: np.ndarray) -> None:
    """Cars that come, pass from one side to the other, and go."""
    tyres = noise(rng, band(180, 1100, 1))[:, 0]
    for at in _times(rng, track, 6.5):
        length = int(rng.uniform(3.5, 6) * RATE)
        sound = repeated(tyres, length, int(rng.integers(len(tyres))))
        away = np.linspace(-2.5, 2.5, length, dtype=np.float32)
        side = float(rng.choice([-1, 1]))
        angle = (1 + side * np.tanh(away)) * np.pi / 4
        loudness = swell(length, 0.5, 0.5) / (1 + 2.2 * away**2)
        stereo = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (sound * loudness)[:, None]
        place(track, stereo.astype(np.float32), at, rng.uniform(0.03, 0.06))


def _drips(rng: np.random.Generator, track: np.ndarray) -> None:
    wet = np.zeros_like(track)
    for at in _times(rng, track, 5):
        length = int(0.06 * RATE)
        pitches = np.geomspace(rng.uniform(900, 1500), rng.uniform(1900, 2600), length)
        decay = np.exp(-np.arange(length, dtype=np.float32) / (0.012 * RATE)) * swell(length, 0.001, 0.02)
        place(wet, _chirp(pitches, decay), at, rng.uniform(0.015, 0.04), rng.uniform(-0.7, 0.7))
    track += room(rng, wet, 1.6, 0.5)


def _machines(rng: np.random.Generator, track: np.ndarray) -> None:
    """Soft double tones of instruments, and a relay now and then."""
    far = np.zeros_like(track)
    for at in _times(rng, track, 6):
        length, pitch = int(0.11 * RATE), float(rng.choice([988, 1319, 1480]))
        for turn in range(int(rng.integers(1, 4))):
            tone = _chirp(np.full(length, pitch), swell(length, 0.01, 0.05))
            place(far, tone, at + turn * int(0.19 * RATE), 0.008, rng.uniform(-0.6, 0.6))
    track += room(rng, far, 0.8, 0.4)


def _thunder(rng: np.random.Generator, track: np.ndarray, level: float = 0.30, high: float = 400) -> None:
    """Rolling claps: several bursts of low noise, each duller than the one before."""
    rumble = noise(rng, band(28, high, 1))
    for at in _times(rng, track, 9):
        length = int(rng.uniform(3, 5) * RATE)
        sound = repeated(rumble, length, int(rng.integers(len(rumble))))
        course = np.exp(-np.arange(length, dtype=np.float32) / (1.1 * RATE)) * swell(length, 0.06, 0.8)
        course *= 0.35 + 1.2 * wander(rng, length, 0.4) ** 2
        place(track, sound * course[:, None], at, level * rng.uniform(0.5, 1))


def _far_thunder(rng: np.random.Generator, track: np.ndarray) -> None:
    _thunder(rng, track, 0.12, 130)
