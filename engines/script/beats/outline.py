"""How long a story is and what comes when: beats, seconds, times of day, weather and places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from engines.script.beats.premise import Premise
from engines.script.beats.tables import BEATS
from events.script import FPS, TimeOfDay, Weather

WORDS_PER_SECOND = 2.2
"""A calm reading pace, pauses between sentences included; Kokoro's voices are a little faster."""
SILENCE = 2.5
"""Seconds of a scene that are kept free of speech."""
SHORTEST, USUAL, LONGEST = 15.0, 18.8, 25.0
"""Seconds of a scene."""
FOUND_AT = r"\b(?:finds?|discovers?|receives?|inherits?|stumbles?|wakes?|lives?|works?|hides?)\b"


def words(text: str) -> int:
    return len(text.split())


def word_budget(seconds: float) -> int:
    """How many spoken words fit a scene of this length."""
    return max(0, int(WORDS_PER_SECOND * (seconds - SILENCE)))


def beats_for(seconds: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    """The beats of a film of this length in story order: the most needed ones first, all of them in a long film."""
    count = max(1, round(seconds / USUAL))
    if count > 12:
        count += int(rng.integers(-1, 2))
    while count > 1 and seconds / count < SHORTEST:
        count -= 1
    while count < len(BEATS) and seconds / count > LONGEST - 1:
        count += 1
    needed = sorted(BEATS, key=lambda beat: beat["rank"])[:count]
    return [beat for beat in BEATS if beat in needed]


def share_out(seconds: float, spoken_words: Sequence[int]) -> list[float]:
    """Seconds of each scene, longer where more is said, 15-25 where the number of scenes allows. They are multiples of
    1/8 s (three frames, and exact in binary) that add up to ``seconds``, rounded to a frame, in the last scene."""
    frames = round(seconds * FPS)
    even = frames / len(spoken_words)
    low, high = min(even, SHORTEST * FPS), max(even, LONGEST * FPS)
    needed = np.array([(count / WORDS_PER_SECOND + SILENCE) * FPS for count in spoken_words])
    lengths = np.clip(needed + (frames - needed.sum()) / len(needed), low, high)
    for _ in range(50):
        off = frames - lengths.sum()
        free = lengths < high if off > 0 else lengths > low
        if abs(off) < 0.01 or not free.any():
            break
        lengths[free] += off / free.sum()
        lengths = np.clip(lengths, low, high)
    ends = 3 * np.round(np.cumsum(lengths) / 3).astype(int)
    ends[-1] = frames
    return [(end - start) / FPS for start, end in pairwise([0, *ends.tolist()])]


def times(count: int, story: str) -> list[TimeOfDay]:
    """The hours of the story: one night from dusk to dawn, or a day and a night where it begins by daylight."""
    night = [TimeOfDay.DUSK, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.DAWN]
    day = [TimeOfDay.DAY, TimeOfDay.DAY, TimeOfDay.DUSK, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.DAWN]
    hours = (
        day if re.search(r"morning|school|lesson|noon|one day|summer|market day|afternoon", story.lower()) else night
    )
    return _spread(hours, count)


def weathers(count: int, arc: Sequence[str]) -> list[Weather]:
    return _spread([Weather(word) for word in arc], count)


def _spread(arc: Sequence[Any], count: int) -> list[Any]:
    """An arc of any length over so many scenes; the last scene has its last value."""
    if count == 1:
        return [arc[0]]
    steps = [arc[min(len(arc) - 2, int(i * (len(arc) - 1) / (count - 1)))] for i in range(count - 1)]
    return [*steps, arc[-1]]


def settings(
    premise: Premise, table: Mapping[str, Sequence[str]], story: str, rng: np.random.Generator
) -> dict[str, str]:
    """Where each part of the story happens, as "in the ..." phrases: the prompt's own places first, the genre's
    for the rest."""
    chosen = {part: str(options[int(rng.integers(len(options)))]) for part, options in table.items()}
    own = [
        f"{'on' if re.search('roof|deck|pier|quay|hill|island|bridge|beach|mountain', p) else 'in'} {p}"
        for p in premise.places
    ]
    if len(own) == 1:
        found = re.search(FOUND_AT + r"[^.]*" + re.escape(premise.places[0].split()[-1]), story, re.IGNORECASE)
        return {**chosen, ("home" if found else "heart"): own[0]}
    return {**chosen, **dict(zip(("home", "heart", "high"), own, strict=False))}
