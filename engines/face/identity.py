"""Identity retention (IDR): one scale on which 0.75 passes and 0.85 is golden, whoever it is and whatever embedder.

Raw similarities are no such scale: two photographs of one person are nearly the same for one embedder and far apart
for another, and a face with a changing hair style spreads wider than one without. So IDR is measured per character
against what its own reference pictures are to each other::

    raw similarity   0    strangers are confused    weakest own pair    median own pair    identical
    IDR              0             0.5                   0.75                0.85             1

and linear between, so that it never falls while the raw similarity rises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from engines.face import Anchors, FaceEngine
from engines.face.portrait import Sitting, sit
from engines.face.style import style_of
from events.character import Calibration, Identity
from events.coverage import canonical

Vector = Sequence[float] | np.ndarray
Similarity = Callable[[np.ndarray, np.ndarray], float]

ENOUGH_REFERENCES = 3
COVERING = 12
"""References from which on they are taken to cover how the character can look, so that a clip of it has to be like one
of them. With n pictures, one more is further from them than each is from the rest in one of n + 1 cases; of good takes
of the sample cast (the median of three frames) it were 6 % with 8 pictures by chance, 3 % with 10, 1 % with all 13."""
MARGIN = 0.02
"""Least distance in raw similarity between two knots of the scale; keeps it strictly rising."""


def calibrate(
    vectors: Sequence[Vector], similarity: Similarity, anchors: Anchors, views: Sequence[str] = ()
) -> Calibration:
    """The scale of a character with these reference vectors; ``views`` names them.

    With fewer than three references it is the embedder's own. References more alike than two pictures of one person
    usually are (frames of one sitting) do not make the gates stricter than that, or every other picture of the
    person would fail. References less alike than strangers leave the gate above the strangers, and ``poor`` names
    the picture that is least like the others.
    """
    if len(vectors) < ENOUGH_REFERENCES:
        return Calibration(stranger=anchors.stranger, weakest=anchors.weakest, median=anchors.median)
    alike = pairwise(vectors, similarity)
    pairs = alike[np.triu_indices(len(vectors), 1)]
    weakest = float(np.clip(pairs.min(), anchors.stranger + MARGIN, anchors.median))
    median = float(np.clip(np.median(pairs), weakest + MARGIN, (1 + anchors.median) / 2))
    poor = pairs.min() <= anchors.stranger
    blamed = _least_alike(alike, views) if poor else ""
    return Calibration(stranger=anchors.stranger, weakest=weakest, median=median, poor=blamed)


def idr(raw: float, calibration: Calibration) -> float:
    """Identity retention, 0..1, of a raw similarity to the nearest reference."""
    knots = (0.0, calibration.stranger, calibration.weakest, calibration.median, 1.0)
    return float(np.interp(raw, knots, (0.0, 0.5, 0.75, 0.85, 1.0)))


def likeness(vector: np.ndarray, references: Sequence[np.ndarray], similarity: Similarity) -> float:
    """Raw similarity of a face to a character: to its nearest reference."""
    return max(similarity(vector, reference) for reference in references)


def reach(vectors: Sequence[Vector], similarity: Similarity, anchors: Anchors) -> float | None:
    """The raw similarity to its nearest reference that a clip of the character has to reach, its weakest link: the
    weakest of the similarities that join all references into one, each added by the one most like it (the longest edge
    of the minimum spanning tree).

    A face is compared with its *nearest* reference, the scale of IDR is made of *all* pairs: where a front and a
    profile are 0.5 alike, whoever is 0.5 like the front passes. What lies further from all pictures than these do from
    their neighbours is no further view of them. None where the references are too few, or so much alike (frames of one
    sitting), that they do not say how the character can look.
    """
    if len(vectors) < COVERING:
        return None
    alike = pairwise(vectors, similarity)
    if alike.min() > anchors.median:
        return None
    link, joined, left = 1.0, alike[0], set(range(1, len(alike)))
    while left:
        nearest = max(left, key=lambda index: joined[index])
        left.remove(nearest)
        link = min(link, float(joined[nearest]))
        joined = np.maximum(joined, alike[nearest])
    return link


def extract(engine: FaceEngine, pictures: Mapping[str, np.ndarray]) -> Identity:
    """The identity in reference pictures, ``(h, w, 3)`` RGB or RGBA uint8 by the name of their view.

    Raises ``BadPicture`` for a picture that cannot be used (``engines/face/portrait.py``).
    """
    return drawn_from(engine, [sit(engine, view, picture) for view, picture in pictures.items()])


def drawn_from(engine: FaceEngine, sittings: Sequence[Sitting]) -> Identity:
    """The identity in reference pictures that were looked at already."""
    views, vectors = [sitting.view for sitting in sittings], [sitting.face.vector for sitting in sittings]
    qualities = {sitting.view: sitting.quality for sitting in sittings}
    return Identity(
        embedder=engine.name,
        vectors=tuple(tuple(map(float, vector)) for vector in vectors),
        calibration=calibrate(vectors, engine.similarity, engine.anchors, views),
        canonical=canonical(qualities, pairwise(vectors, engine.similarity)),
        style=style_of(sittings),
    )


def pairwise(vectors: Sequence[Vector], similarity: Similarity) -> np.ndarray:
    """Similarities of all pairs, ``(n, n)``, 1 on the diagonal."""
    arrays = [np.asarray(vector) for vector in vectors]
    alike = np.eye(len(arrays))
    for one, other in combinations(range(len(arrays)), 2):
        alike[one, other] = alike[other, one] = similarity(arrays[one], arrays[other])
    return alike


def _least_alike(alike: np.ndarray, views: Sequence[str]) -> str:
    """The picture whose similarities to the others have the lowest median."""
    others = [np.median(np.delete(row, index)) for index, row in enumerate(alike)]
    worst = int(np.argmin(others))
    return views[worst] if views else f"picture {worst + 1}"
