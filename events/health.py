"""How well a character is set up to stay itself and to remember: a score from 0 to 100, and what would raise it.

Pure: the same character has the same score. Each part says how much it gave of how much, so the sum can be argued with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from events.base import Value
from events.character import Calibration, Character, Reference
from events.consolidation import SCENES_KEPT
from events.coverage import Side, measured_sides, missing

# ---------------------------------------------------------------- values


class Part(Value):
    """One part of the score: ``points`` of ``of``; ``raise_by`` says what would raise it, empty when it is full."""

    name: str
    points: float
    of: float
    raise_by: str = ""


class Health(Value):
    """``score`` is the rounded sum of the parts' points, 0..100."""

    score: int
    parts: tuple[Part, ...]

    @property
    def advice(self) -> list[str]:
        """What would raise the score, what raises it most first."""
        lacking = sorted((part for part in self.parts if part.raise_by), key=lambda part: part.points - part.of)
        return [part.raise_by for part in lacking]


Measure = tuple[float, str]
"""How full a part is, 0..1, and the sentence that says what would fill it."""


def health(character: Character, duplicates: Collection[str] = ()) -> Health:
    """The health of a character. ``duplicates`` are the names of others who have the same face."""
    measures: dict[str, Measure] = {name: measure(character) for name, measure in MEASURES.items()}
    measures["uniqueness"] = _uniqueness(duplicates)
    parts = tuple(_part(name, of, *measures[name]) for name, of in WEIGHTS.items())
    return Health(score=round(sum(part.points for part in parts)), parts=parts)


def _part(name: str, of: float, share: float, raise_by: str) -> Part:
    return Part(name=name, points=round(of * share, 2), of=of, raise_by=raise_by if share < 1 else "")


# ---------------------------------------------------------------- pictures

ENOUGH_REFERENCES = 8
"""From three pictures on a character is calibrated by its own; each further one shows another expression or light, and
those after the eighth add little."""
PROFILES = {Side.LEFT_PROFILE, Side.RIGHT_PROFILE}
PROFILE_WEIGHT = 0.5
"""What a profile counts against another side: films look at faces from the side least."""
SPREAD = 0.25
"""Raw similarity between the median and the weakest pair of references up to which they agree. Measured: 0.13-0.23 on
the sample cast, whose views differ in expression and by 28 degrees."""
GOOD_SHARPNESS, GOOD_FACE = 40.0, 160.0
"""Sharpness and height of the face in pixels of a picture that nothing is wrong with, as ``Quality`` measures them:
four times and twice the least that is accepted."""
GOOD_LIGHT = (0.2, 0.85)
POOR = 0.5
"""What a picture counts that is badly lit, or whose quality was never measured."""


def _references(character: Character) -> Measure:
    count = len(character.references)
    more = ENOUGH_REFERENCES - count
    return min(count / ENOUGH_REFERENCES, 1), f"Add {more} more picture{'s' * (more > 1)}: there are {count}."


def _coverage(character: Character) -> Measure:
    weights = {side: PROFILE_WEIGHT if side in PROFILES else 1.0 for side in Side}
    seen = set(measured_sides(character.references).values())
    share = sum(weights[side] for side in seen) / sum(weights.values())
    return share, f"Add pictures from other sides: {', '.join(missing(character.references))}."


def _agreement(character: Character) -> Measure:
    """Whether the references agree that they show one person; half a point where there are too few to tell."""
    if character.identity is None:
        return 0, "Add a picture: the identity was never measured."
    scale = character.identity.calibration
    if scale.poor:
        return 0, f"Replace the picture {scale.poor}: it looks like somebody else."
    if len(character.references) < 3:
        return 0.5, "Add pictures until there are three: then it shows whether they agree."
    return _tightness(scale), "Add pictures that lie between those that differ most: some are hardly alike."


def _tightness(scale: Calibration) -> float:
    """1 up to ``SPREAD``, 0 at twice that."""
    return min(1.0, max(0.0, 2 - (scale.median - scale.weakest) / SPREAD))


def _quality(character: Character) -> Measure:
    """The mean over the pictures, and the worst of them by name."""
    worst = {reference.view: min(_faults(reference)) for reference in character.references}
    if not worst:
        return 0, "Add a picture."
    view = min(worst, key=lambda view: worst[view])
    share = sum(good for good, _ in worst.values()) / len(worst)
    return share, f"Replace the picture {view}: {worst[view][1]}."


def _faults(reference: Reference) -> Iterator[tuple[float, str]]:
    """How good a picture is in each respect, 0..1, and what is wrong there when it is less than 1."""
    quality = reference.quality
    if quality is None:
        yield POOR, "its quality was never measured"
        return
    yield min(1.0, quality.sharpness / GOOD_SHARPNESS), "it is soft"
    yield min(1.0, quality.face / GOOD_FACE), "its face is small"
    yield (1.0 if quality.light >= GOOD_LIGHT[0] else POOR), "it is dark"
    yield (1.0 if quality.light <= GOOD_LIGHT[1] else POOR), "it is overexposed"


def _uniqueness(duplicates: Collection[str]) -> Measure:
    return float(not duplicates), f"This face belongs to {', '.join(sorted(duplicates))} too: use other pictures."


# ---------------------------------------------------------------- life

SCENES_TO_BE_KNOWN = 10


def _voice(character: Character) -> Measure:
    return float(bool(character.voice)), "Give it a voice."


def _consent(character: Character) -> Measure:
    recorded = bool(character.consent_by and character.consent_on)
    return float(recorded), "Record who agreed to the use of this face, and when."


def _scenes(character: Character) -> Measure:
    share = min(1.0, character.scenes / SCENES_TO_BE_KNOWN)
    return share, f"Let it play more scenes: it has played {character.scenes}."


def _memory(character: Character) -> Measure:
    """Full once scenes have been consolidated, as happens by itself every few."""
    remembered = character.scenes - len(character.notes)
    least = SCENES_KEPT["clip"]
    return min(1.0, remembered / least), f"Let it play {least} clips in a row: then its memories are consolidated."


MEASURES: dict[str, Callable[[Character], Measure]] = {
    "references": _references,
    "pose coverage": _coverage,
    "agreement": _agreement,
    "quality": _quality,
    "voice": _voice,
    "consent": _consent,
    "scenes": _scenes,
    "memory": _memory,
}
WEIGHTS = {
    "references": 15.0,
    "pose coverage": 15.0,
    "agreement": 20.0,
    "quality": 15.0,
    "uniqueness": 10.0,
    "voice": 5.0,
    "consent": 10.0,
    "scenes": 5.0,
    "memory": 5.0,
}
"""Points of each part; they add up to 100. What identity rests on counts most: whether the pictures agree, then how
many, from how many sides and how good. Without consent nothing may be made, and a face of two is none of either."""
