"""How every voice is made ready for the mix: no silence at the ends, no clicks, each line as loud as the next."""

from __future__ import annotations

import numpy as np

LEVEL = 0.1
"""Root mean square of the sounding parts of every line (-20 dBFS)."""
PEAK = 0.89
FADE = 0.008
TAIL = 0.06


def sounding(wave: np.ndarray, rate: int) -> slice:
    """Without what is 40 dB below the peak at either end, a breath of tail excepted."""
    loud = np.flatnonzero(np.abs(wave) > 0.01 * np.abs(wave).max(initial=0))
    if not loud.size:
        return slice(0, 0)
    tail = round(TAIL * rate)
    return slice(max(0, loud[0] - tail // 3), min(len(wave), loud[-1] + tail))


def trimmed(wave: np.ndarray, rate: int) -> np.ndarray:
    return wave[sounding(wave, rate)]


def faded(wave: np.ndarray, rate: int, seconds: float = FADE) -> np.ndarray:
    """Up from silence and down to it again within a few milliseconds."""
    length = min(round(seconds * rate), len(wave) // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    result = wave.copy()
    result[:length] *= ramp
    result[len(wave) - length :] *= ramp[::-1]
    return result


def levelled(wave: np.ndarray, rate: int, level: float = LEVEL, most: float = np.inf) -> np.ndarray:
    """Every line as loud as the next, measured where there is sound (20 ms windows within 30 dB). Nothing is made
    ``most`` times as loud as it was, or louder than ``PEAK``."""
    window = rate // 50
    windows = wave[: len(wave) // window * window].reshape(-1, window)
    power = np.mean(np.square(windows, dtype=np.float64), axis=1) if len(windows) else np.zeros(1)
    heard = power[power > power.max() * 1e-3]
    if not heard.size:
        return wave
    gain = min(level / np.sqrt(heard.mean()), PEAK / np.abs(wave).max(), most)
    return (wave * gain).astype(np.float32)
