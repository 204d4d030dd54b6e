"""Which memories come to mind: alike, recent, important; each thing once; as many as there is room for.

Scored as in "Generative Agents" (Park et al. 2023, section 4.1): a weighted sum of relevance, recency and importance.
They scale each part by the smallest and the largest that were found; here the parts are taken as they are, and what is
alike weighs most. State never comes from here: what a character *is* now is its state.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import numpy as np
from pydantic import Field

from events.base import Value
from events.memories import Memory
from events.mentions import unmasked

RELEVANCE = 1.0
RECENCY = 0.03
IMPORTANCE = 0.05
"""Weights of how alike memory and question are (a cosine), of recency and of importance (each 0..1)."""
DECAY = 0.995
"""Recency after one hour of the story, from the same paper: half of it is gone after 138 hours."""
COMMON = 10
"""So many memories it takes until half of what they have in common is taken out of their vectors: their mean, and the
direction in which they differ most. What is in all of somebody's memories (who and where they are) says nothing about
one of them: Mu and Viswanath 2018, "All-but-the-Top". Measured on 135 memories of three people and 110 questions in
other words (``tests/recollections.py``): the memory that is meant is among the best five 100 times, by the plain cosine
91 times. The weights were chosen on the same."""
TOLD_ALREADY = 0.9
"""Share of a memory's words in one that is recalled already, from which on it says nothing new."""
STEADY = 5
"""Decimals of a score that do not depend on how the rows lie in the store."""


class Question(Value):
    """What a character is to remember for a prompt.

    Only memories of this character and this series count (None: those of no series), up to version ``upto`` of the
    character's log. ``hour`` is the hour of its story at which it is asked, None: that of the latest memory found.
    ``query`` speaks of others by mentions (``events/mentions.py``), as memories do. ``kinds`` are the kinds of memory
    that may come to mind (``events/memories.py``), all of them when empty.
    """

    character_id: UUID
    series_id: UUID | None = None
    query: str
    upto: int
    tokens: int = Field(default=160, ge=0)
    lines: int = Field(default=5, ge=0)
    hour: float | None = None
    kinds: tuple[str, ...] = ()


class Recalled(Value):
    """A memory that came to mind, and its score."""

    memory: Memory
    score: float

    def line(self, episode: int | None = None) -> str:
        """With its scene: "episode 2 scene 4: …", where ``episode`` is its number in the series. Others are still
        mentioned by id: whoever writes the prompt puts the names back."""
        place = f"episode {episode} " if episode else ""
        return f"{place}scene {self.memory.scene.scene}: {self.memory.text}"


def ranked(
    candidates: Sequence[tuple[Memory, np.ndarray]], asked: np.ndarray, hour: float | None = None
) -> list[Recalled]:
    """The candidates, each with its vector ``(d,)``, by score for the vector that is asked for, best first; of two that
    are equal, the later fact."""
    if not candidates:
        return []
    latest = max(memory.hour for memory, _ in candidates) if hour is None else hour
    alike = similarities(np.stack([vector for _, vector in candidates]), asked)
    scored = [
        Recalled(memory=memory, score=round(score(memory, float(like), latest), STEADY))
        for (memory, _), like in zip(candidates, alike, strict=True)
    ]
    return sorted(scored, key=lambda recalled: (-recalled.score, -recalled.memory.version))


def similarities(vectors: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Cosines ``(n,)`` of vectors ``(n, d)`` with one ``(d,)``, less what the vectors have in common."""
    share = len(vectors) / (len(vectors) + COMMON)
    mean = share * vectors.mean(0)
    apart, question = vectors - mean, asked - mean
    top = math.sqrt(share) * widest(apart)
    apart, question = apart - np.outer(apart @ top, top), question - (question @ top) * top
    lengths = np.linalg.norm(apart, axis=1) * np.linalg.norm(question)
    cosines: np.ndarray = apart @ question / np.maximum(lengths, 1e-9)
    return cosines


def widest(vectors: np.ndarray) -> np.ndarray:
    """The direction ``(d,)``, one long, in which vectors ``(n, d)`` spread most: their first singular vector."""
    _, ways = np.linalg.eigh(vectors @ vectors.T)  # n is smaller than d
    direction = ways[:, -1] @ vectors
    unit: np.ndarray = direction / max(float(np.linalg.norm(direction)), 1e-9)
    return unit


def score(memory: Memory, similarity: float, hour: float) -> float:
    recency: float = DECAY ** max(0.0, hour - memory.hour)
    return RELEVANCE * similarity + RECENCY * recency + IMPORTANCE * memory.importance


def chosen(best_first: Iterable[Recalled], question: Question, count: Callable[[str], int]) -> list[Recalled]:
    """As many as there is room for: nothing twice, and what is too long for the room that is left is passed over."""
    kept: list[Recalled] = []
    room = question.tokens
    for recalled in best_first:
        if len(kept) == question.lines:
            break
        tokens = count(unmasked(recalled.line(episode=1), {}))
        if tokens <= room and not _told(recalled.memory, (other.memory for other in kept)):
            kept.append(recalled)
            room -= tokens
    return kept


def _told(memory: Memory, kept: Iterable[Memory]) -> bool:
    """Nothing new beside one that is kept; or a summary, and one of the scenes that it sums up is kept."""
    words = _words(memory)
    for other in kept:
        known = _words(other)
        least = min(len(words), len(known)) if memory.kind == "summary" else len(words)
        if len(words & known) >= TOLD_ALREADY * least:
            return True
    return False


def _words(memory: Memory) -> set[str]:
    return set(re.findall(r"\w+", memory.text.lower()))
