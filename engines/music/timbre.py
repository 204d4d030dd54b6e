"""The sounds that music and ambience are made of: noises, ensembles, plucks, drums and a room.

Loops are shaped as a spectrum with random phases and brought to time by one inverse FFT, so that they
repeat without a seam (the PADsynth algorithm, Paul Nasca 2003, for tones; plain shaping for noise).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engines.music import FADE, RATE

LOOP = 2**18
"""Samples of a loop, 5.5 s."""
FREQUENCIES = np.fft.rfftfreq(LOOP, 1 / RATE).astype(np.float32)
BASS = 160
"""Hertz below which both ears hear the same."""

Shape = Callable[[np.ndarray], np.ndarray]
"""Frequencies in hertz to amplitudes."""


def noise(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A loop of stereo noise ``(LOOP, 2)`` with this spectrum and a root mean square of 1."""
    amplitudes = shape(np.maximum(FREQUENCIES, 1)).astype(np.float32)
    return _loop(rng, amplitudes, slice(0, len(amplitudes)))


def band(low: float, high: float, slope: float = 2) -> Shape:
    """A band between two frequencies; ``slope`` 1 falls off by 6 dB an octave outside it."""
    return lambda f: 1 / (1 + (low / f) ** (2 * slope)) / (1 + (f / high) ** (2 * slope)) / np.sqrt(f)


def ensemble(rng: np.random.Generator, pitch: float, brightness: float, spread: float = 14) -> np.ndarray:
    """A loop of many players on one note, wide and breathing: ``(LOOP, 2)``, root mean square 1.

    ``brightness`` is the frequency in hertz above which overtones fall away quickly, ``spread`` how far
    apart in cents the players are tuned.
    """
    amplitudes = np.zeros(len(FREQUENCIES), np.float32)
    width = 2 ** (spread / 1200) - 1
    harmonics = np.arange(1, max(2, int(min(12_000, 6 * brightness) / pitch)))
    for harmonic in harmonics:
        centre = pitch * harmonic
        strength = harmonic**-1.1 / (1 + (centre / brightness) ** 2)
        bandwidth = width * centre + 0.3
        low, high = np.searchsorted(FREQUENCIES, (centre - 4 * bandwidth, centre + 4 * bandwidth))
        distance = (FREQUENCIES[low:high] - centre) / bandwidth
        amplitudes[low:high] += strength * np.exp(-(distance**2)) / np.sqrt(bandwidth)
    sounding = np.flatnonzero(amplitudes)
    return _loop(rng, amplitudes, slice(int(sounding[0]), int(sounding[-1]) + 1))


def _loop(rng: np.random.Generator, amplitudes: np.ndarray, sounding: slice) -> np.ndarray:
    """To time, each ear with its own phases, except in the bass, which sits in the middle."""
    loop = np.empty((LOOP, 2), np.float32)
    both = rng.random((2, sounding.stop - sounding.start), np.float32) * np.float32(2 * np.pi)
    bass = max(0, int(np.searchsorted(FREQUENCIES, BASS)) - sounding.start)
    both[1, :bass] = both[0, :bass]
    for channel, phases in enumerate(both):
        spectrum = np.zeros(len(amplitudes), np.complex64)
        spectrum[sounding] = amplitudes[sounding] * (np.cos(phases) + 1j * np.sin(phases))
        loop[:, channel] = np.fft.irfft(spectrum, LOOP)
    return loop / np.sqrt(np.mean(loop**2))


def pluck(pitch: float, seconds: float, brightness: float) -> np.ndarray:
    """A string struck once, between harp and felt piano: mono ``(samples,)``, peak near 1.

    Overtones are a little sharp, as a stiff string's are (Fletcher 1964), and die away sooner.
    """
    time = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    sound = np.zeros_like(time)
    for harmonic in range(1, max(2, min(10, int(8000 / pitch)))):
        strength = harmonic**-1.3 / (1 + (pitch * harmonic / brightness) ** 2)
        if strength < 0.003:
            break
        frequency = pitch * harmonic * np.sqrt(1 + 0.0003 * harmonic**2)
        decay = 1.1 + 0.5 * harmonic + pitch / 600
        sound += strength * np.exp(-decay * time) * np.sin(np.float32(2 * np.pi * frequency) * time)
    sound *= np.minimum(1, time / 0.006) * np.minimum(1, (seconds - time) / 0.1)
    return sound / np.abs(sound).max()


def drum(rng: np.random.Generator, pitch: float, seconds: float = 0.9) -> np.ndarray:
    """A big soft drum: mono, peak near 1."""
    time = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    glide = pitch * (time + 0.9 * 0.04 * (1 - np.exp(-time / 0.04)))
    skin = np.sin(np.float32(2 * np.pi) * glide) * np.exp(-time * 5.5)
    breath = np.convolve(rng.standard_normal(len(time)).astype(np.float32), np.ones(48, np.float32) / 20, "same")
    sound = (skin + 0.12 * breath * np.exp(-time * 28)) * np.minimum(1, time / 0.004)
    return sound / np.abs(sound).max()


def room(rng: np.random.Generator, dry: np.ndarray, seconds: float, share: float) -> np.ndarray:
    """``(samples, 2)`` in a room: convolved with noise that decays by 60 dB in ``seconds`` and darkens."""
    length = int(seconds * RATE)
    time = np.arange(length, dtype=np.float32)[:, None] / RATE
    response = rng.standard_normal((length, 2)).astype(np.float32) * np.exp(-6.9 * time / seconds)
    response = smoothed(response, 12) * np.minimum(1, time / 0.02)
    response /= np.sqrt(np.sum(response**2, axis=0))
    size = 1 << (len(dry) + length - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size, axis=0) * np.fft.rfft(response, size, axis=0), size, axis=0)
    return dry * np.float32(1 - share) + wet[: len(dry)].astype(np.float32) * np.float32(share)


def smoothed(samples: np.ndarray, width: int) -> np.ndarray:
    """A running mean along time: the cheapest low-pass."""
    total = np.cumsum(np.vstack([np.zeros((width, samples.shape[1])), samples]), axis=0)
    return ((total[width:] - total[:-width]) / width).astype(np.float32)


def repeated(loop: np.ndarray, length: int, start: int = 0) -> np.ndarray:
    """``length`` samples of a loop from ``start`` on."""
    turns = -(-(length + start) // len(loop))
    return np.concatenate([loop] * turns)[start : start + length] if turns > 1 else loop[start : start + length]


def wander(rng: np.random.Generator, length: int, period: float) -> np.ndarray:
    """A smooth random course between 0 and 1, ``(length,)``, turning about every ``period`` seconds."""
    knots = max(4, int(length / RATE / period) + 4)
    course = rng.random(knots)
    at = np.linspace(1, knots - 2, length // 256 + 2)
    before = at.astype(int)
    ease = (1 - np.cos(np.pi * (at - before))) / 2
    coarse = course[before] * (1 - ease) + course[np.minimum(before + 1, knots - 1)] * ease
    return np.interp(np.arange(length) / 256, np.arange(len(coarse)), coarse).astype(np.float32)


def swell(length: int, attack: float, release: float) -> np.ndarray:
    """A rise and a fall of raised cosines in seconds, ``(length,)``."""
    envelope = np.ones(length, np.float32)
    for seconds, end in ((attack, slice(None)), (release, slice(None, None, -1))):
        ramp = min(int(seconds * RATE), length // 2)
        envelope[end][:ramp] *= (1 - np.cos(np.linspace(0, np.pi, ramp, dtype=np.float32))) / 2
    return envelope


def faded(samples: np.ndarray) -> np.ndarray:
    """Equal-power fades of ``FADE`` at both ends, so that two beds that overlap by it keep their level."""
    ramp = min(int(FADE * RATE), len(samples) // 2)
    rise = np.sin(np.linspace(0, np.pi / 2, ramp, dtype=np.float32))[:, None]
    samples = samples.copy()
    samples[:ramp] *= rise
    samples[len(samples) - ramp :] *= rise[::-1]
    return samples


def levelled(samples: np.ndarray, level: float) -> np.ndarray:
    """Scaled to a root mean square of ``level`` in the louder half of its half-seconds."""
    size = RATE // 2
    windows = samples[: max(1, len(samples) // size) * size].reshape(-1, min(size, len(samples)), samples.shape[1])
    power = np.sort(np.mean(windows**2, axis=(1, 2)))
    loud = power[len(power) // 2 :].mean()
    return samples * np.float32(level / np.sqrt(loud)) if loud > 0 else samples


def place(track: np.ndarray, sound: np.ndarray, at: int, gain: float, pan: float = 0) -> None:
    """Add a mono or stereo sound to a stereo track, in place; what does not fit is dropped."""
    at = max(0, at)
    sound = sound[: max(0, len(track) - at)] * np.float32(gain)
    if len(sound) == 0:
        return
    if sound.ndim == 1:
        angle = (pan + 1) * np.pi / 4
        sound = sound[:, None] * np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2))
    track[at : at + len(sound)] += sound
