"""What a character remembers: the facts of its log that are worth recalling, each as one line with its scene.

What a character *is* now is never looked up among memories: that is its state. They are for what once was.
"""

from __future__ import annotations

from uuid import UUID

from events.base import Event, Value
from events.character import KnowledgeGained, SceneGenerated
from events.consolidation import MemoriesConsolidated
from events.look import (
    Injury,
    InjuryAdded,
    InjuryHealed,
    PropAcquired,
    PropLost,
    SceneRef,
    WardrobeChanged,
)

IMPORTANCE = {
    "injury": 0.9, "learnt": 0.8, "summary": 0.7, "prop": 0.6, "healing": 0.5, "scene": 0.5, "wardrobe": 0.4,
}  # fmt: skip
"""By kind: how much a memory matters besides being alike and recent, 0..1."""


TOLD = ("scene", "learnt", "summary")
"""The kinds that a prompt may draw on. The others are about how somebody looked, and an engine that reads of an old
wound paints it."""


class Memory(Value):
    """One line that can be recalled. ``event_id`` is the fact that it is from, ``version`` the place of that fact in
    the character's log, ``hour`` the story time in hours. Others are mentioned by id (``events/mentions.py``)."""

    event_id: UUID
    character_id: UUID
    version: int
    scene: SceneRef
    kind: str
    hour: float
    text: str

    @property
    def importance(self) -> float:
        return IMPORTANCE[self.kind]


def memory_of(fact: Event) -> tuple[str, str, SceneRef] | None:
    """Kind, text and scene of what is remembered of a fact, or None where it leaves no memory.

    A summary of scenes of several series is none: what happened in one series is not known in another.
    """
    match fact:
        case SceneGenerated(told=told) if told:
            return "scene", told, fact.scene
        case InjuryAdded():
            return "injury", f"Got {_hurt(fact.injury)}.", fact.scene
        case InjuryHealed():
            return "healing", f"The {_hurt(fact.injury, '')} healed.", fact.scene
        case WardrobeChanged(scene=scene) if scene:
            return "wardrobe", f"Put on {fact.garment.what}.", scene
        case PropAcquired():
            return "prop", f"Got {fact.prop}.", fact.scene
        case PropLost():
            return "prop", f"Lost {fact.prop}.", fact.scene
        case KnowledgeGained():
            return "learnt", f"Learnt: {fact.what}.", fact.scene
        case MemoriesConsolidated() if fact.summary and len({source.series for source in fact.sources}) == 1:
            return "summary", fact.summary, fact.sources[-1]
    return None


def _hurt(injury: Injury, article: str = "a ") -> str:
    how = "bandaged " if injury.bandaged else "bad " if injury.grave else ""
    return f"{article}{how}{injury.what}{f' on the {injury.where}' if injury.where else ''}"
