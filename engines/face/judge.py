"""The identity judge: does everybody in a clip look like who they are meant to be?

Faces of sampled frames are assigned to the cast in the shot, per frame as well as all of them together allow; a
character is then measured by the median over the frames in which it was found. No face is never a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from engines.face import FaceEngine
from engines.face.identity import idr, likeness
from events.base import Value
from events.character import Identity
from events.episode import Sighting, Verdict
from media.frames import sample


class Gates(Value):
    """All but ``seen`` are on the IDR scale.

    ``seen`` is the share of samples in which an identified character has to be found; at ``copied`` and above, a
    face is so near to one reference picture that it was probably pasted from it.
    """

    pass_: float = Field(default=0.75, ge=0, le=1)
    golden: float = Field(default=0.85, ge=0, le=1)
    seen: float = Field(default=1 / 3, ge=0, le=1)
    copied: float = Field(default=0.95, ge=0, le=1)


UNKNOWN_FACE = 0.25
"""By how much IDR a face goes rather to somebody who has to be recognisable: a stranger's face, which is like nobody,
is then held against that one."""


@dataclass(frozen=True)
class Likeness:
    """How like one character one face is: raw similarity to its nearest reference, and that on the IDR scale."""

    raw: float
    idr: float


@dataclass(frozen=True)
class Found:
    """One face of one frame: the middle of it in pixels, and how like each character of the series it is, by slug."""

    x: float
    like: Mapping[str, Likeness]


@dataclass(frozen=True)
class Sample:
    """Who is who in one frame: faces by the slug of their character, and the faces that are nobody's."""

    assigned: Mapping[str, Found]
    others: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that a verdict rests on. ``identified`` are in their order from left to right."""

    samples: Sequence[Sample]
    sightings: Mapping[str, Sighting]
    identified: Sequence[str]
    gates: Gates

    def enough(self, frames: int) -> bool:
        """Whether something seen in so many samples counts."""
        return frames > 0 and frames >= self.gates.seen * len(self.samples)

    def shows(self, sample: Sample, *slugs: str) -> bool:
        """Whether all of these are in the sample and pass."""
        found = [(slug, sample.assigned[slug]) for slug in slugs if slug in sample.assigned]
        return len(found) == len(slugs) and all(face.like[slug].idr >= self.gates.pass_ for slug, face in found)


def judge(
    engine: FaceEngine,
    frames: Iterable[np.ndarray],
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
    gates: Gates | None = None,
) -> Verdict:
    """Judge sampled frames, ``(h, w, 3)`` RGB uint8, of one shot.

    ``cast`` has the identity of everybody in the series; ``visible`` are the slugs in the shot, left to right, and
    ``identified`` those whose face has to be recognisable. ``fail`` where a face is a stranger's or another's or two
    are swapped, ``unknown`` where a face that is expected is not seen enough or none is expected, else ``pass``.
    """
    gates = gates or Gates()
    identified = [slug for slug in visible if slug in identified]
    look = _looking_at(engine, cast, len(identified))
    samples = [assign(look(frame), visible, identified) for frame in frames]
    sightings = {slug: _sighting(slug, samples, gates) for slug in visible}
    value, reason = _weigh(Evidence(samples, sightings, identified, gates))
    return Verdict(value=value, sightings=tuple(sightings.values()), reason=reason)


def judge_clip(
    engine: FaceEngine,
    path: Path,
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
    gates: Gates | None = None,
    every: float = 0.75,
) -> Verdict:
    """Judge a clip by one frame about each ``every`` seconds."""
    frames = (frame for _, frame in sample(path, every))
    return judge(engine, frames, cast, visible, identified, gates)


def _looking_at(engine: FaceEngine, cast: Mapping[str, Identity], expected: int) -> Callable[[np.ndarray], list[Found]]:
    """What finds the faces of a frame and compares them with the whole cast."""
    references = {slug: [np.array(vector) for vector in identity.vectors] for slug, identity in cast.items()}

    def compare(vector: np.ndarray, slug: str) -> Likeness:
        raw = likeness(vector, references[slug], engine.similarity)
        return Likeness(raw, idr(raw, cast[slug].calibration))

    def look(frame: np.ndarray) -> list[Found]:
        faces = engine.faces(frame, expected)
        return [Found(f.box[0] + f.box[2] / 2, {slug: compare(f.vector, slug) for slug in cast}) for f in faces]

    return look


def assign(faces: Sequence[Found], visible: Sequence[str], identified: Sequence[str] = ()) -> Sample:
    """Give faces to the characters in the shot so that the sum of their IDR is greatest.

    Of n characters each can only get one of its n best faces, so those combinations are all tried: exact, and quick
    for the few people of a shot however many faces a crowd behind them has.
    """

    def gain(slug: str, face: int) -> float:
        return faces[face].like[slug].idr + (UNKNOWN_FACE if slug in identified else 0)

    def total(combination: tuple[int | None, ...]) -> float:
        return sum(gain(slug, face) for slug, face in zip(visible, combination, strict=True) if face is not None)

    choices = []
    for slug in visible:
        best = sorted(range(len(faces)), key=lambda face: -gain(slug, face))
        choices.append([*best[: len(visible)], None])
    chosen = max(filter(_distinct, product(*choices)), key=total)
    assigned = {slug: faces[face] for slug, face in zip(visible, chosen, strict=True) if face is not None}
    others = tuple(face for index, face in enumerate(faces) if index not in chosen)
    return Sample(assigned, others)


def _distinct(combination: tuple[int | None, ...]) -> bool:
    taken = [face for face in combination if face is not None]
    return len(set(taken)) == len(taken)


def _sighting(slug: str, samples: Sequence[Sample], gates: Gates) -> Sighting:
    seen = [sample.assigned[slug].like[slug] for sample in samples if slug in sample.assigned]
    if not seen:
        return Sighting(slug=slug, frames=0)
    values = [like.idr for like in seen]
    median = float(np.median(values))
    return Sighting(
        slug=slug,
        frames=len(seen),
        idr=median,
        low=float(np.percentile(values, 10)),
        raw=float(np.median([like.raw for like in seen])),
        copy_paste=median >= gates.copied,
    )


def _weigh(evidence: Evidence) -> tuple[Literal["pass", "fail", "unknown"], str]:
    """The verdict and its reason. A face that is wrong weighs more than one that is missing."""
    wrong = [*_strangers(evidence), *_swaps(evidence), *_intruders(evidence)]
    if wrong:
        return "fail", " ".join(wrong)
    if not evidence.identified:
        return "unknown", "No face had to be recognisable in this shot."
    seen = [evidence.sightings[slug] for slug in evidence.identified]
    missing = [s for s in seen if not evidence.enough(s.frames)]
    if missing:
        return "unknown", " ".join(
            f"{s.slug} was found in {s.frames} of {len(evidence.samples)} samples." for s in missing
        )
    return "pass", " ".join(f"{s.slug} has IDR {s.idr:.2f}." for s in seen)


def _strangers(evidence: Evidence) -> Iterator[str]:
    """Those who have to be recognisable and are not, though a face is there."""
    gate = evidence.gates.pass_
    for slug in evidence.identified:
        seen = evidence.sightings[slug]
        if seen.idr is not None and seen.idr < gate and evidence.enough(seen.frames):
            yield f"{slug} has IDR {seen.idr:.2f}, below the gate of {gate:.2f}{_resembling(slug, evidence)}."


def _resembling(slug: str, evidence: Evidence) -> str:
    """Whom of the cast the faces taken for this character look like instead."""
    faces = [sample.assigned[slug] for sample in evidence.samples if slug in sample.assigned]
    others = {other: np.median([face.like[other].idr for face in faces]) for other in faces[0].like if other != slug}
    nearest = max(others, key=lambda other: others[other], default="")
    return f": the face is that of {nearest}" if nearest and others[nearest] >= evidence.gates.pass_ else ""


def _swaps(evidence: Evidence) -> Iterator[str]:
    """Pairs who stand the wrong way round in at least half of the samples that show both well."""
    for left, right in combinations(evidence.identified, 2):
        both = [sample.assigned for sample in evidence.samples if evidence.shows(sample, left, right)]
        wrong = sum(found[left].x > found[right].x for found in both)
        if both and 2 * wrong >= len(both):
            yield f"{left} and {right} have changed places in {wrong} of {len(both)} samples."


def _intruders(evidence: Evidence) -> Iterator[str]:
    """Faces of the cast where they do not belong: on nobody expected, a second time, or on the body of another."""
    frames = Counter(slug for sample in evidence.samples for slug in _out_of_place(sample, evidence))
    for slug, seen in sorted(frames.items()):
        if evidence.enough(seen):
            place = "once too often" if slug in evidence.sightings else "though it is not in the shot"
            yield f"The face of {slug} was found {place}, in {seen} of {len(evidence.samples)} samples."


def _out_of_place(sample: Sample, evidence: Evidence) -> set[str]:
    """Whom the faces show that are not held against somebody identified (those fail by themselves)."""
    bystanders = [(slug, face) for slug, face in sample.assigned.items() if slug not in evidence.identified]
    nobodies = [("", face) for face in sample.others]
    shown = set()
    for owner, face in (*bystanders, *nobodies):
        best = max(face.like, key=lambda slug: face.like[slug].idr, default="")
        if best != owner and face.like[best].idr >= evidence.gates.pass_:
            shown.add(best)
    return shown
