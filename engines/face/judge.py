"""The identity judge: does everybody in a clip look like who they are meant to be?

Faces of sampled frames are assigned to the cast in the shot (``assignment.py``) and compared with all of the series
(``comparison.py``); a character is then measured by the median over the frames in which it was found, and where
something is wrong, the verdict says from when to when. No face is never a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from engines.face import FaceEngine
from engines.face.assignment import Found, Sample, assign
from engines.face.comparison import Comparison
from engines.face.identity import reach
from engines.face.spans import stretches
from events.base import Value
from events.character import Calibration, Identity
from events.script import FPS
from events.verdict import Sighting, Span, Verdict
from media.frames import frame_count, sample


class Gates(Value):
    """``pass_``, ``golden`` and ``copied`` are on the IDR scale.

    ``seen`` is the share of samples in which an identified character has to be found, and in which it may not look
    like somebody else; at ``copied`` and above, a face is so near to one reference picture that it was probably pasted
    from it. ``reach``: how far from its nearest reference a character with many may be in a clip, in lengths of the
    widest gap between neighbours among them (``engines.face.identity.reach``; 0: wherever it passes). ``bleed``: how
    far on the way to another of the cast a face may lie. Both were chosen on 256 takes of the sample cast as
    ``bench/drift.py`` makes them (of other seeds than it reports, but of the same four people): a reach of 1.0 refuses
    3 of 100 good ones, 1.1 one; at 1.2, a quarter of the faces that are half somebody else's passes.
    """

    pass_: float = Field(default=0.75, ge=0, le=1)
    golden: float = Field(default=0.85, ge=0, le=1)
    seen: float = Field(default=1 / 3, ge=0, le=1)
    copied: float = Field(default=0.95, ge=0, le=1)
    reach: float = Field(default=1.1, ge=0)
    bleed: float = Field(default=1 / 3, ge=0)


HALF_WAY = 0.5
"""The gate of bleeding for those whose references are too few to say how they can look: as near to the other as to
themselves. Measured on single frames of the sample cast with 1 and 3 references: 98 % of the good ones lie below 0.3,
of zuri, who is dark and often filmed in the dark, below 0.52."""

ENOUGH_FACES = 4
"""Faces whose median says more than the IDR of each: a single dark or blinking one is often as far from the references
as half of another face. Of 200 good composited takes with two samples each, 4.5 % were refused without this (at a reach
of 1.0 and a gate of bleeding of 0.25)."""


@dataclass(frozen=True)
class Evidence:
    """All that a verdict rests on. ``identified`` are in their order from left to right.

    ``times`` of the samples and ``length`` are seconds of the clip. ``reach`` is the raw similarity that the clip as a
    whole needs, by the slugs of those who have references enough.
    """

    samples: Sequence[Sample]
    times: Sequence[float]
    length: float
    sightings: Mapping[str, Sighting]
    identified: Sequence[str]
    reach: Mapping[str, float]
    gates: Gates

    def enough(self, frames: int) -> bool:
        """Whether something seen in so many samples counts."""
        return frames > 0 and frames >= self.gates.seen * len(self.samples)

    def faces(self, slug: str) -> list[Found]:
        return [sample.assigned[slug] for sample in self.samples if slug in sample.assigned]

    def passes(self, sample: Sample, *slugs: str) -> bool:
        """Whether all of these are in the sample and pass."""
        assigned = sample.assigned
        return all(slug in assigned and assigned[slug].like[slug].idr >= self.gates.pass_ for slug in slugs)

    def strays(self, slug: str) -> bool:
        """Whether the clip as a whole is further from the character's pictures than these are from each other."""
        seen = self.sightings[slug]
        if seen.raw is None or seen.frames < ENOUGH_FACES or slug not in self.reach:
            return False
        return seen.raw < self.reach[slug]

    def drifts(self, sample: Sample, slug: str) -> bool:
        """Whether the face does not pass, or is out of reach in a clip that strays."""
        if slug not in sample.assigned:
            return False
        out_of_reach = self.strays(slug) and sample.assigned[slug].like[slug].raw < self.reach[slug]
        return out_of_reach or not self.passes(sample, slug)

    def bleeds(self, sample: Sample, slug: str, other: str) -> bool:
        """Whether the face passes and yet lies on the way to another, to this one more than to the rest."""
        if not self.passes(sample, slug):
            return False
        leaning = sample.assigned[slug].leaning
        most = max((share for (one, _), share in leaning.items() if one == slug), default=0.0)
        share = leaning.get((slug, other), 0.0)
        return share >= max(most, self.bleeding_gate(slug))

    def bleeding_gate(self, slug: str) -> float:
        return self.gates.bleed if slug in self.reach else max(self.gates.bleed, HALF_WAY)

    def swapped(self, sample: Sample, left: str, right: str) -> bool:
        return self.passes(sample, left, right) and sample.assigned[left].x > sample.assigned[right].x


def judge(
    engine: FaceEngine,
    frames: Iterable[np.ndarray],
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
    gates: Gates | None = None,
) -> Verdict:
    """Judge sampled frames, ``(h, w, 3)`` RGB uint8, of one shot; as they have no times, the verdict has no spans.

    ``cast`` has the identity of everybody in the series; ``visible`` are the slugs in the shot, left to right, and
    ``identified`` those whose face has to be recognisable. ``fail`` where a face is a stranger's or another's or lies
    between two, or two are swapped; ``unknown`` where a face that is expected is not seen enough or none is expected;
    else ``pass``.
    """
    return _verdict(_gathered(engine, ((0.0, frame) for frame in frames), 0, cast, visible, identified, gates))


def judge_clip(
    engine: FaceEngine,
    path: Path,
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
    gates: Gates | None = None,
    every: float = 0.75,
) -> Verdict:
    """Judge a clip, as ``judge`` does, by one frame about each ``every`` seconds over the whole of it.

    The spans of the verdict say from when to when something is wrong with somebody identified, also in a clip that
    passes; ``stretches`` says how exactly.
    """
    return judge_samples(engine, sample(path, every), frame_count(path), cast, visible, identified, gates)


def judge_samples(
    engine: FaceEngine,
    samples: Iterable[tuple[int, np.ndarray]],
    frames: int,
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
    gates: Gates | None = None,
) -> Verdict:
    """The same of pictures that are at hand, with their numbers in a clip of so many ``frames``."""
    timed = ((number / FPS, frame) for number, frame in samples)
    return _verdict(_gathered(engine, timed, frames / FPS, cast, visible, identified, gates))


def _gathered(
    engine: FaceEngine,
    timed: Iterable[tuple[float, np.ndarray]],
    length: float,
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
    gates: Gates | None,
) -> Evidence:
    gates = gates or Gates()
    identified = [slug for slug in visible if slug in identified]
    comparison = Comparison(engine, cast, identified)
    times, samples = [], []
    for time, frame in timed:
        faces = [comparison.found(face) for face in engine.faces(frame, len(identified))]
        times.append(time)
        samples.append(assign(faces, visible, identified))
    sightings = {slug: _sighting(slug, samples, cast[slug].calibration, gates) for slug in visible}
    needed = _reaches(engine, {slug: cast[slug] for slug in identified}, gates)
    return Evidence(samples, times, length, sightings, identified, needed, gates)


def _reaches(engine: FaceEngine, cast: Mapping[str, Identity], gates: Gates) -> dict[str, float]:
    links = {slug: reach(identity.vectors, engine.similarity, engine.anchors) for slug, identity in cast.items()}
    return {slug: 1 - gates.reach * (1 - link) for slug, link in links.items() if link is not None and gates.reach}


def _sighting(slug: str, samples: Sequence[Sample], calibration: Calibration, gates: Gates) -> Sighting:
    seen = [sample.assigned[slug].like[slug] for sample in samples if slug in sample.assigned]
    if not seen:
        return Sighting(slug=slug, frames=0)
    values = [like.idr for like in seen]
    raw = float(np.median([like.raw for like in seen]))
    median = float(np.median(values))
    return Sighting(
        slug=slug,
        frames=len(seen),
        idr=median,
        low=float(np.percentile(values, 10)),
        raw=raw,
        copied=float(np.clip((raw - calibration.median) / (1 - calibration.median), 0, 1)),
        copy_paste=median >= gates.copied,
    )


# ---------------------------------------------------------------- the verdict


def _verdict(evidence: Evidence) -> Verdict:
    value, reason = _weigh(evidence)
    spans = tuple(sorted(_spans(evidence), key=lambda span: (span.start, span.kind, span.slugs)))
    return Verdict(value=value, sightings=tuple(evidence.sightings.values()), reason=reason, spans=spans)


def _weigh(evidence: Evidence) -> tuple[Literal["pass", "fail", "unknown"], str]:
    """The verdict and its reason. A face that is wrong weighs more than one that is missing."""
    wrong = [*_drifts(evidence), *_bleeds(evidence), *_swaps(evidence), *_intruders(evidence)]
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


def _drifts(evidence: Evidence) -> Iterator[str]:
    """Those who have to be recognisable and are not, though a face is there: as a whole, or in some samples."""
    gate = evidence.gates.pass_
    for slug in evidence.identified:
        seen = evidence.sightings[slug]
        lapses = sum(face.like[slug].idr < gate for face in evidence.faces(slug))
        if seen.idr is None or not evidence.enough(seen.frames):
            continue
        if seen.idr < gate:
            yield f"{slug} has IDR {seen.idr:.2f}, below the gate of {gate:.2f}{_resembling(slug, evidence)}."
        elif evidence.strays(slug):
            yield (
                f"{slug} has IDR {seen.idr:.2f}, but is only {seen.raw:.2f} like the nearest of its pictures, "
                f"which are at least {evidence.reach[slug]:.2f} like each other."
            )
        elif lapses > 1 and evidence.enough(lapses):
            yield f"{slug} is below the gate of {gate:.2f} in {lapses} of {len(evidence.samples)} samples."


def _resembling(slug: str, evidence: Evidence) -> str:
    """Whom of the cast the faces taken for this character look like instead."""
    faces = evidence.faces(slug)
    others = {other: np.median([face.like[other].idr for face in faces]) for other in faces[0].like if other != slug}
    nearest = max(others, key=lambda other: others[other], default="")
    return f": the face is that of {nearest}" if nearest and others[nearest] >= evidence.gates.pass_ else ""


def _bleeds(evidence: Evidence) -> Iterator[str]:
    """Those who pass, but with a face on its way to another of the cast."""
    for slug in evidence.identified:
        faces = evidence.faces(slug)
        if len(faces) < ENOUGH_FACES or not evidence.enough(len(faces)):
            continue
        leaning = {way: float(np.median([face.leaning[way] for face in faces])) for way in _ways(faces[0], slug)}
        way = max(leaning, key=lambda way: leaning[way], default=None)
        passes = evidence.sightings[slug].idr >= evidence.gates.pass_
        if passes and way and leaning[way] >= evidence.bleeding_gate(slug):
            yield f"The face of {slug} is {leaning[way]:.0%} of the way to that of {way[1]}."


def _ways(face: Found, slug: str) -> list[tuple[str, str]]:
    return [way for way in face.leaning if way[0] == slug]


def _swaps(evidence: Evidence) -> Iterator[str]:
    """Pairs who stand the wrong way round in at least half of the samples that show both well."""
    for left, right in combinations(evidence.identified, 2):
        both = [sample for sample in evidence.samples if evidence.passes(sample, left, right)]
        wrong = sum(evidence.swapped(sample, left, right) for sample in both)
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


def _spans(evidence: Evidence) -> Iterator[Span]:
    """The stretches in which something is wrong with somebody who has to be recognisable."""
    for slug in evidence.identified:
        yield from _span("missing", (slug,), [slug not in sample.assigned for sample in evidence.samples], evidence)
        yield from _span("drift", (slug,), [evidence.drifts(sample, slug) for sample in evidence.samples], evidence)
        for other in dict.fromkeys(way[1] for face in evidence.faces(slug) for way in _ways(face, slug)):
            bleeding = [evidence.bleeds(sample, slug, other) for sample in evidence.samples]
            yield from _span("bleed", (slug, other), bleeding, evidence)
    for left, right in combinations(evidence.identified, 2):
        swapped = [evidence.swapped(sample, left, right) for sample in evidence.samples]
        yield from _span("swap", (left, right), swapped, evidence)


def _span(
    kind: Literal["drift", "bleed", "swap", "missing"], slugs: tuple[str, ...], wrong: list[bool], evidence: Evidence
) -> Iterator[Span]:
    if evidence.length:
        for start, end in stretches(wrong, evidence.times, evidence.length):
            yield Span(kind=kind, slugs=slugs, start=start, end=end)
