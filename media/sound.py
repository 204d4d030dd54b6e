"""The film's sound: speech, music and ambience become one mix of a set loudness.

Sound is ``(samples, 2)`` float32 at 48 kHz unless said otherwise.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import av
import numpy as np

from events.errors import StorageError
from media.loudness import RATE, integrated, limited, loudness, true_peaks, with_gain

LOUDNESS = -16.0
"""LUFS of a finished mix."""
CEILING = -3.0
"""dBTP of a finished mix: AAC adds to the peaks, and -1.5 is what the film may have."""
TRUE_PEAK = -1.6
"""dBTP that a decoded film may reach: a little below the -1.5 that quality control allows."""
ENCODINGS = 4
FRAME = 480
"""Samples of the ducking's 10 ms control frames."""
LOOK_AHEAD, HOLD = 0.25, 0.45
"""Seconds for which a bed is already and still turned down before and after a word."""
EASE = 0.3
"""Seconds in which it is turned down and up."""
AUDIBLE = 0.006
"""Root mean square from which speech counts (-44 dBFS)."""


class Kind(StrEnum):
    SPEECH = "speech"
    MUSIC = "music"
    AMBIENCE = "ambience"


GAINS = {Kind.SPEECH: 0.0, Kind.MUSIC: -3.0, Kind.AMBIENCE: 0.0}
"""Decibels by which the engines' own levels are balanced."""
DUCKING = {Kind.SPEECH: 0.0, Kind.MUSIC: -10.0, Kind.AMBIENCE: -4.0}
"""Decibels by which each kind is lower while somebody speaks."""


@dataclass(frozen=True)
class Cue:
    """A sound and its place in the film.

    ``start`` in seconds (negative: it began before the film), ``samples`` mono ``(n,)`` or stereo
    ``(n, 2)`` at ``rate``, ``gain`` in decibels, ``pan`` -1 left to 1 right (mono only; speech belongs
    within 0.3 of the middle).
    """

    start: float
    samples: np.ndarray
    kind: Kind
    gain: float = 0.0
    pan: float = 0.0
    rate: int = RATE


def mix(cues: Sequence[Cue], seconds: float) -> np.ndarray:
    """The finished mix of a film: beds ducked under speech, then at ``LOUDNESS`` below ``CEILING``.

    Beds that overlap cross over as their own fades say. Cues reaching outside the film are cut off.
    """
    film = np.zeros((round(seconds * RATE), 2), np.float32)
    for cue in (cue for cue in cues if cue.kind is Kind.SPEECH):
        _lay(film, cue, None)
    talking = _talking(film)
    for cue in (cue for cue in cues if cue.kind is not Kind.SPEECH):
        _lay(film, cue, talking)
    return mastered(film)


def mastered(film: np.ndarray) -> np.ndarray:
    """At ``LOUDNESS`` with true peaks below ``CEILING``; silence stays silence."""
    wanted = LOUDNESS - integrated(film)
    if not np.isfinite(wanted):
        return film
    ceiling = 10 ** (CEILING / 20)
    peaks = true_peaks(film, 0.5 * ceiling / 10 ** (wanted / 20))
    for _ in range(4):
        gain = np.float32(10 ** (wanted / 20))
        finished = limited(film, ceiling / gain, peaks)
        finished *= gain
        missing = LOUDNESS - integrated(finished)
        if abs(missing) < 0.2:
            break
        wanted += missing
    over = loudness(finished).true_peak - CEILING
    finished *= np.float32(10 ** (-max(0, over) / 20))
    return finished


def _lay(film: np.ndarray, cue: Cue, talking: np.ndarray | None) -> None:
    """Add a cue to the film in place, turned down where ``talking`` says so."""
    sound = _stereo(resampled(cue.samples, cue.rate), cue.pan)
    start = round(cue.start * RATE)
    first, last = max(0, start), min(len(film), start + len(sound))
    if first >= last:
        return
    sound = sound[first - start : last - start] * np.float32(10 ** ((GAINS[cue.kind] + cue.gain) / 20))
    if talking is not None:
        frame = first // FRAME
        edges = (10 ** (DUCKING[cue.kind] * talking[frame : last // FRAME + 2] / 20)).astype(np.float32)
        lead = first - frame * FRAME
        film[first:last] += with_gain(np.pad(sound, ((lead, 0), (0, 0))), edges, FRAME)[lead:]
    else:
        film[first:last] += sound


def _stereo(samples: np.ndarray, pan: float) -> np.ndarray:
    """Mono to its place by constant power; a sound in the middle keeps its level in both ears."""
    if samples.ndim == 2:
        return samples
    angle = (np.clip(pan, -1, 1) + 1) * np.pi / 4
    return samples[:, None] * np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2))


def _talking(speech: np.ndarray) -> np.ndarray:
    """How far beds are turned down, 0..1, at the edges of the control frames."""
    frames = -(-len(speech) // FRAME)
    padded = np.zeros((frames * FRAME, 2), np.float32)
    padded[: len(speech)] = speech
    heard = np.sqrt(np.mean(padded.reshape(frames, -1) ** 2, axis=1)) > AUDIBLE
    around = (round((LOOK_AHEAD + EASE / 2) * RATE / FRAME), round((HOLD + EASE / 2) * RATE / FRAME))
    reach = np.concatenate([np.zeros(around[1]), heard, np.zeros(around[0] + 2)])
    windows = np.lib.stride_tricks.sliding_window_view(reach, around[0] + around[1] + 1)
    held = windows.max(axis=1).astype(np.float64)
    ease = np.hanning(round(EASE * RATE / FRAME) + 2)[1:-1]
    eased = np.convolve(np.pad(held, len(ease) // 2, mode="edge"), ease / ease.sum(), "same")
    return np.clip(eased[len(ease) // 2 :][: frames + 2], 0, 1)


def resampled(samples: np.ndarray, rate: int) -> np.ndarray:
    """To 48 kHz by the whole sound's spectrum: exact, without delay, for sounds with quiet ends."""
    if rate == RATE or not len(samples):
        return samples
    unit = rate // 100
    whole = (len(samples) // unit + 10) * unit
    spectrum = np.fft.rfft(samples, whole, axis=0)
    bigger = np.fft.irfft(spectrum, whole * RATE // rate, axis=0)[: round(len(samples) * RATE / rate)]
    return (bigger * (RATE / rate)).astype(np.float32)


def write_wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    """A 16-bit WAV file's bytes of mono ``(n,)`` or stereo ``(n, 2)`` in -1..1."""
    pcm = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.tobytes())
    return file.getvalue()


def read_wav(content: bytes) -> tuple[np.ndarray, int]:
    """Float32 samples, ``(n,)`` or ``(n, channels)``, and the rate. Raises ``StorageError``."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            if file.getsampwidth() != 2:
                raise wave.Error("not 16-bit")
            pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            rate, channels = file.getframerate(), file.getnchannels()
    except (wave.Error, EOFError) as error:
        raise StorageError("A sound in the asset store is damaged. Restore it from a backup, or resume.") from error
    samples = pcm.astype(np.float32) / 32767
    return (samples if channels == 1 else samples.reshape(-1, channels)), rate


def encode_aac(samples: np.ndarray, path: Path, bit_rate: int = 160_000) -> None:
    """AAC-LC, 48 kHz stereo, alone in an MP4 file; its first packet is the encoder's priming."""
    with av.open(str(path), "w", format="mp4") as container:
        options = {"aac_coder": "fast"}  # half the time of the default, and here also nearer to the original
        stream = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=bit_rate, options=options)
        for frame in _frames(samples):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def encode_below(samples: np.ndarray, path: Path, true_peak: float = TRUE_PEAK) -> None:
    """Encode so that what a player decodes stays below ``true_peak`` dBTP: AAC adds up to 3 dB to a peak, which is
    known only afterwards, so a mix is limited where it came out too high, and only there, and encoded again.
    """
    highest = 10 ** (true_peak / 20)
    for _ in range(ENCODINGS):
        encode_aac(samples, path)
        peaks = true_peaks(heard(path)[: len(samples)], 0.7 * highest)
        if peaks.max(initial=0) <= highest:
            return
        samples = limited(samples, 0.97 * highest, peaks)


def heard(path: Path) -> np.ndarray:
    """The sound of a film or sound file as a player decodes it; ``(0, 2)`` when it has none."""
    with av.open(str(path)) as file:
        if not file.streams.audio:
            return np.zeros((0, 2), np.float32)
        stereo = av.AudioResampler("fltp", "stereo", RATE)
        return np.concatenate([b.to_ndarray().T for frame in file.decode(audio=0) for b in stereo.resample(frame)])


def _frames(samples: np.ndarray) -> Iterator[av.AudioFrame]:
    for at in range(0, len(samples), 1024):
        planes = np.ascontiguousarray(samples[at : at + 1024].T, np.float32)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = at
        yield frame
