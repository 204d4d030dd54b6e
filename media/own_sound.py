"""The sound that clips bring along: voices where a mouth is seen to speak, else the noise of the place.

A clip that speaks is as loud as a line of ours, and music makes room for it in the same way. Whether a clip's sound is
kept at all is decided when it is taken in (``media/ingest.py``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engines.speech.levels import LEVEL, faded, levelled
from media.assets import Assets
from media.reel import Reel, SpokenLine
from media.sound import Cue, Kind, read_wav

PLACE = 0.05
"""Root mean square of the noise of a place (-26 dBFS), as in ``engines/music/ambience.py``."""
MOST = 4.0
"""How many times as loud a clip may become: one that is nearly silent stays quiet."""
EDGE = 0.02
"""Seconds in which a sound comes and goes at a cut, so that it does not click."""


def own_sounds(reel: Reel, assets: Assets) -> Iterator[Cue]:
    """Each at its shot's place, and as long as the shot."""
    for own in reel.own_sounds():
        samples, rate = read_wav(assets.read(own.uri))
        shown = faded(samples[: round((own.end - own.start) * rate)], rate, EDGE)
        kind, level = (Kind.SPEECH, LEVEL) if own.speaks else (Kind.AMBIENCE, PLACE)
        yield Cue(own.start, levelled(shown, rate, level, MOST), kind, rate=rate)


def parts(line: SpokenLine, samples: np.ndarray, rate: int) -> Iterator[tuple[float, np.ndarray]]:
    """What our voice says of a line, and when: all of it, unless a clip says some of it itself."""
    for start, end in line.ours:
        if (start, end) == (line.start, line.end):
            yield start, samples
        else:
            first, last = round((start - line.start) * rate), round((end - line.start) * rate)
            yield start, faded(samples[first:last], rate, EDGE)
