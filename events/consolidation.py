"""Consolidation: every few scenes become one short memory, with what kept coming back and where it is from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from events.base import Event, Value
from events.look import Look, SceneRef
from events.script import Mood

SCENES_KEPT = {"still": 5, "clip": 3}
"""After so many scenes of a medium, what has been noted since the last time is consolidated."""
RECURRING = 2 / 3
"""Share of the scenes in which something has to be told to be a trait."""
MOST_TRAITS = 12
LONGEST_SENTENCE = 160


class Note(Value):
    """A scene that has not been consolidated yet, and how the character came into it."""

    scene: SceneRef
    told: str = ""
    medium: Literal["clip", "still"] = "clip"
    look: Look = Look()


class MemoriesConsolidated(Event):
    """``traits`` are all that are known by now; ``sources`` the scenes that ``summary`` tells of."""

    topic = "character.memories-consolidated"
    sealed = True
    summary: str
    traits: tuple[str, ...] = ()
    sources: tuple[SceneRef, ...]


def consolidated(notes: Sequence[Note], look: Look, traits: Sequence[str]) -> MemoriesConsolidated | None:
    """One memory of these scenes, or None while there are too few. ``look`` is how the last one was left, ``traits``
    what was known before."""
    if not notes or len(notes) < SCENES_KEPT[notes[-1].medium]:
        return None
    ends = [note.look for note in notes[1:]] + [look]
    known = dict.fromkeys([*traits, *_recurring(ends)])
    return MemoriesConsolidated(
        summary=" ".join(filter(None, (_first_sentence(note.told) for note in notes))),
        traits=tuple(known)[-MOST_TRAITS:],
        sources=tuple(note.scene for note in notes),
    )


def _recurring(ends: Sequence[Look]) -> Iterable[str]:
    """What was so at the end of most of these scenes."""
    seen = Counter(trait for look in ends for trait in _traits(look))
    return sorted(trait for trait, times in seen.items() if times >= RECURRING * len(ends))


def _traits(look: Look) -> set[str]:
    company = {f"keeps company with {other}" for other in look.companions}
    carried = {f"carries {prop}" for prop in look.props}
    place = {f"is often at {look.location}"} if look.location else set()
    feels = set() if look.mood == Mood.CALM else {f"is usually {look.mood}"}
    return {*company, *carried, *place, *feels}


def _first_sentence(told: str) -> str:
    sentence = re.split(r"(?<=[.!?])\s", told.strip(), maxsplit=1)[0]
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[: LONGEST_SENTENCE - 1].rsplit(" ", 1)[0] + "…"
