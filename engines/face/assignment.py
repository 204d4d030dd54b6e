"""Who is who in one frame: its faces are given to the characters in the shot, as well as all of them together allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

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
    """One face of one frame: the middle of it in pixels, and how like each character of the series it is, by slug.

    ``leaning`` says for a character in the shot and another of the series how far the face lies on the way from the
    one to the other: 0 at the first, 1 at the second.
    """

    x: float
    like: Mapping[str, Likeness]
    leaning: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """Who is who in one frame: faces by the slug of their character, and the faces that are nobody's."""

    assigned: Mapping[str, Found]
    others: tuple[Found, ...] = ()


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
