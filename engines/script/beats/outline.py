"""How long a story is and what comes when: beats, seconds, times of day, weather and places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engines.script.beats.premise import Premise
from engines.script.beats.tables import BEATS
from engines.script.pace import LONGEST, SHORTEST
from events.script import TimeOfDay, Weather

USUAL = 18.8
"""Seconds of a scene in the middle of a film."""


def scene_count(seconds: float) -> int:
    """How many scenes a film of this length has at most, of 15-25 s each as long as there are beats for them."""
    count = max(1, round(seconds / USUAL))
    while count > 1 and seconds / count < SHORTEST:
        count -= 1
    while count < len(BEATS) - 1 and seconds / count > LONGEST - 1:
        count += 1
    return min(count, len(BEATS) - 1)


def chosen_beats(count: int) -> list[dict[str, Any]]:
    """So many beats in story order, the most needed ones; the first one of the table is for a single scene."""
    if count == 1:
        return BEATS[:1]
    needed = sorted(BEATS[1:], key=lambda beat: beat["rank"])[:count]
    return [beat for beat in BEATS if beat in needed]


def times(beats: Sequence[Mapping[str, Any]], story: str) -> list[TimeOfDay]:
    """The hours of the story: one night from dusk to dawn, or a day and a night where it begins by daylight."""
    night = [TimeOfDay.DUSK, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.DAWN]
    day = [TimeOfDay.DAY, TimeOfDay.DAY, TimeOfDay.DUSK, TimeOfDay.NIGHT, TimeOfDay.NIGHT, TimeOfDay.DAWN]
    by_day = re.search(r"morning|school|lesson|noon|one day|summer|market day|afternoon", story.lower())
    return _spread(day if by_day else night, beats)


def weathers(beats: Sequence[Mapping[str, Any]], arc: Sequence[str]) -> list[Weather]:
    return _spread([Weather(word) for word in arc], beats)


def _spread(arc: Sequence[Any], beats: Sequence[Mapping[str, Any]]) -> list[Any]:
    """An arc of any length over the beats; its last value is for what comes after all is done."""
    over = [beat["beat"] in ("resolution", "coda") for beat in beats]
    running = max(1, over.count(False))
    return [arc[-1] if done else arc[i * (len(arc) - 1) // running] for i, done in enumerate(over)]


def settings(
    premise: Premise, table: Mapping[str, Sequence[str]], beats: Sequence[Mapping[str, Any]], rng: np.random.Generator
) -> dict[str, str]:
    """Where each part of the story happens, as "in the ..." phrases: the prompt's own places first, the genre's
    for the rest. A single place of the prompt is where the story leads, unless the story begins by finding there."""
    chosen = {part: str(options[int(rng.integers(len(options)))]) for part, options in table.items()}
    own = [f"{_preposition(place)} {place}" for place in premise.places]
    used = {beat["where"] for beat in beats}
    order = ("home", "heart", "after") if len(own) > 1 or premise.found_at_home else ("heart", "high", "home")
    return {**chosen, **dict(zip((part for part in order if part in used), own, strict=False))}


def _preposition(place: str) -> str:
    if re.search(r"roof|deck|pier|quay|hill|island|bridge|beach|mountain|street|train|bus|ship|boat", place):
        return "on"
    return "at" if re.search(r"harbou?r|station|gate|bank|school|docks|airport|base|dam\b", place) else "in"
