"""The state analyst against labelled scenes: precision, recall and F1 for each kind of change."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import record
from engines.analyst import Analyst, Person
from engines.analyst.language.words import singular
from engines.analyst.rules import Rules
from events.script import Change, ChangeKind

LABELS = Path(__file__).resolve().parent.parent / "tests" / "labels"
DEV = LABELS / "state_changes_dev.json"
HELD_OUT = LABELS / "state_changes_heldout.json"
"""A third of the scenes, which the rules were not written against."""
BOUND = 0.9
BY_HEAD = {ChangeKind.WARDROBE, ChangeKind.PROP_GAINED, ChangeKind.PROP_LOST, ChangeKind.LOCATION}
BY_PERSON = {ChangeKind.SOAKED, ChangeKind.DRIED}


@dataclass
class Score:
    """What was found rightly, found wrongly and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        seen = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / seen if seen else 1.0


@dataclass(frozen=True)
class Reading:
    """A labelled scene beside what the analyst found in it."""

    scene: dict[str, Any]
    labels: tuple[Change, ...]
    found: tuple[Change, ...]


def measure() -> None:
    """Record F1 per kind on the held-out scenes. Where they are not, record it on the scenes that the rules were
    written against, under lines of their own: that is no proof of the promise."""
    seen = not HELD_OUT.exists()
    for kind, score in scores(readings(DEV if seen else HELD_OUT, Rules())).items():
        line = f"identity.3.development.{kind}" if seen else f"identity.3.{kind}"
        what = f"{kind}: F1 on {'scenes the rules were written against' if seen else 'held-out scenes'}"
        record(line, what, score.f1, "F1", f">= {BOUND}", score.f1 >= BOUND, "bench.analyst")


def readings(file: Path, analyst: Analyst) -> list[Reading]:
    return [_reading(scene, analyst) for scene in json.loads(file.read_text(encoding="utf-8"))]


def _reading(scene: dict[str, Any], analyst: Analyst) -> Reading:
    cast = {slug: Person(name=name, pronoun=scene["pronouns"][slug]) for slug, name in scene["cast"].items()}
    known, labels = (tuple(Change.model_validate(change) for change in scene[part]) for part in ("known", "changes"))
    return Reading(scene, labels, tuple(analyst.observe(scene["text"], cast, known)))


def scores(read: Iterable[Reading]) -> dict[ChangeKind, Score]:
    found: dict[ChangeKind, Score] = defaultdict(Score)
    for reading in read:
        for kind in ChangeKind:
            right, wrong, missed = compared(_of(kind, reading.labels), _of(kind, reading.found))
            score = found[kind]
            score.right, score.wrong, score.missed = (
                score.right + right,
                score.wrong + len(wrong),
                score.missed + len(missed),
            )
    return dict(found)


def _of(kind: ChangeKind, told: Sequence[Change]) -> list[Change]:
    return [change for change in told if change.kind == kind]


def compared(labels: Sequence[Change], found: Sequence[Change]) -> tuple[int, list[Change], list[Change]]:
    """How many are right, which are wrong, which are missed; each label is matched by one find."""
    left, missed = list(found), []
    for label in labels:
        match = next((change for change in left if same(label, change)), None)
        if match:
            left.remove(match)
        else:
            missed.append(label)
    return len(labels) - len(missed), left, missed


def same(label: Change, found: Change) -> bool:
    """Whether a find says what the label says, up to the words that a reader would not care about."""
    if label.kind != found.kind or label.character != found.character:
        return False
    if label.kind in BY_PERSON:
        return True
    if label.kind in BY_HEAD:
        return _head(label.what) == _head(found.what)
    if label.kind == ChangeKind.LEARNT:
        return set(_words(label.what)) <= set(_words(found.what))
    if label.kind == ChangeKind.HEALING:
        return label.what == found.what and (not (label.where and found.where) or _spot(label) == _spot(found))
    if label.kind == ChangeKind.INJURY:
        same_spot = not label.where or _spot(label) == _spot(found)
        return label.what == found.what and same_spot and label.bandaged == found.bandaged
    return label.what == found.what


def _head(what: str) -> str:
    return singular(what.split()[-1])


def _words(what: str) -> list[str]:
    return re.findall(r"[\w'-]+", what.lower())


def _spot(change: Change) -> str:
    return re.sub(r"\b(?:the|an?|his|her|their)\b", "", change.where.lower()).strip()
