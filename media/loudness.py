"""How loud a film is, and a limiter that keeps it below a true peak.

Loudness after ITU-R BS.1770-4: K-weighting, 400 ms blocks, gates at -70 LUFS and 10 LU below the mean;
true peaks on the signal oversampled four times. Sound is ``(samples, 2)`` float32 at 48 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

RATE = 48_000
STEP = 4800
"""Samples of 100 ms, by which the 400 ms blocks move on."""
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1, -1.69065929318241, 0.73248077421585))
HIGHPASS = ((1, -2, 1), (1, -1.99004745483398, 0.99007225036621))
"""The two filters of the K-weighting at 48 kHz, numerator and denominator."""
SETTLE = 4032
"""Samples after which the filters have forgotten what was before (-170 dB)."""
FRAME = 48
"""Samples of the limiter's 1 ms control frames."""
MARGIN = 240
ATTACK, RELEASE = 1.2, 0.08
"""How fast the limiter's gain may fall and recover, dB a millisecond."""


@dataclass(frozen=True)
class Loudness:
    """``integrated`` in LUFS, -inf for silence; ``true_peak`` in dBTP."""

    integrated: float
    true_peak: float


def loudness(samples: np.ndarray) -> Loudness:
    """Of a whole film, or of any part of it of at least 0.4 s."""
    top = float(np.abs(samples).max(initial=0))
    peak = float(true_peaks(samples, 0.6 * top).max(initial=0))
    return Loudness(integrated(samples), decibels(peak))


def decibels(amplitude: float) -> float:
    return 20 * float(np.log10(amplitude)) if amplitude > 0 else -np.inf


def integrated(samples: np.ndarray) -> float:
    """Integrated loudness in LUFS; -inf for silence."""
    steps = _weighted_power(samples)
    if len(steps) < 4:
        return -np.inf
    blocks = np.convolve(steps, np.full(4, 0.25), "valid")
    heard = blocks[blocks > _power(-70)]
    if not heard.size:
        return -np.inf
    heard = heard[heard > heard.mean() / 10]
    return float(-0.691 + 10 * np.log10(heard.mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _weighted_power(samples: np.ndarray) -> np.ndarray:
    """Mean square of the K-weighted sound in every whole 100 ms, the channels added together.

    Filtered by overlap-save: 300 ms at a time, each after the 84 ms before it.
    """
    hop, size = 3 * STEP, 3 * STEP + SETTLE
    response = _k_weighting(size)
    count = len(samples) // STEP
    powers = np.zeros(-(-count // 3) * 3)
    for channel in samples.T:
        padded = np.zeros(SETTLE + len(powers) * STEP, np.float32)
        whole = channel[: len(powers) * STEP]
        padded[SETTLE : SETTLE + len(whole)] = whole
        windows = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
        for first in range(0, len(windows), 64):
            weighted = np.fft.irfft(np.fft.rfft(windows[first : first + 64]) * response, size)[:, SETTLE:]
            at = slice(first * 3, first * 3 + 3 * len(weighted))
            powers[at] += np.mean(weighted.reshape(-1, STEP) ** 2, axis=1, dtype=np.float64)
    return powers[:count]


@cache
def _k_weighting(size: int) -> np.ndarray:
    """Frequency response of the two filters at the bins of a real FFT."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response = np.ones(len(z), complex)
    for above, below in (SHELF, HIGHPASS):
        response *= np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    return response.astype(np.complex64)


def true_peaks(samples: np.ndarray, above: float = 0) -> np.ndarray:
    """The true peak of both channels in every 1 ms frame (the last one padded), ``(frames,)``.

    Where the samples stay below ``above`` for 100 ms their plain peak is given: oversampling is dear.
    """
    length = -(-len(samples) // STEP) * STEP
    padded = np.zeros((2, length + 2 * MARGIN), np.float32)
    padded[:, MARGIN : MARGIN + len(samples)] = samples.T
    inside = padded[:, MARGIN : MARGIN + length]
    plain = np.maximum(inside.max(axis=0), -inside.min(axis=0)).reshape(-1, STEP // FRAME, FRAME).max(axis=2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, STEP + 2 * MARGIN, axis=1)[:, ::STEP]
    loud = np.flatnonzero(plain.max(axis=1) >= max(above, 1e-9))
    for first in range(0, len(loud), 16):
        blocks = loud[first : first + 16]
        dense = _oversampled(windows[:, blocks]).max(axis=0)
        plain[blocks] = np.maximum(plain[blocks], dense.reshape(len(blocks), -1, 4 * FRAME).max(axis=2))
    return plain.reshape(-1)[: -(-len(samples) // FRAME)]


def _oversampled(windows: np.ndarray) -> np.ndarray:
    """Absolute values at four times the rate along the last axis, without the margins."""
    size = windows.shape[-1]
    taper = np.ones(size, np.float32)
    ramp = np.sin(np.linspace(0, np.pi / 2, MARGIN // 2, dtype=np.float32)) ** 2
    taper[: len(ramp)] = ramp
    taper[-len(ramp) :] = ramp[::-1]
    dense = np.fft.irfft(np.fft.rfft(windows * taper), 4 * size)[..., 4 * MARGIN : -4 * MARGIN]
    return np.abs(dense) * np.float32(4)


def limited(samples: np.ndarray, ceiling: float, peaks: np.ndarray | None = None) -> np.ndarray:
    """With every true peak at most ``ceiling`` (an amplitude), turned down ahead of it and let go slowly.

    ``peaks`` are the sound's ``true_peaks`` where they are known already.
    """
    if peaks is None:
        peaks = true_peaks(samples, 0.7 * ceiling)
    wanted = 20 * np.log10(np.minimum(1, ceiling / np.maximum(peaks, 1e-9)))
    frames = np.arange(len(wanted))
    falling = np.minimum.accumulate((wanted + ATTACK * frames)[::-1])[::-1] - ATTACK * frames
    gain = np.minimum.accumulate(falling - RELEASE * frames) + RELEASE * frames
    edges = np.minimum(np.append(gain, 0), np.append(0, gain))
    return with_gain(samples, (10 ** (edges / 20)).astype(np.float32), FRAME)


def with_gain(samples: np.ndarray, edges: np.ndarray, frame: int) -> np.ndarray:
    """Times a gain that runs in straight lines through ``edges``, one every ``frame`` samples."""
    ramp = np.arange(frame, dtype=np.float32) / frame
    course = edges[:-1, None] + np.diff(edges)[:, None] * ramp
    return samples * course.reshape(-1)[: len(samples), None]
