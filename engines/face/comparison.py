"""What one face says about the whole cast: how like each it is, and whether it lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engines.face import Face, FaceEngine
from engines.face.assignment import Found, Likeness
from engines.face.identity import idr
from events.character import Identity


class Comparison:
    """Compares faces with a cast. ``visible`` are those in the shot, from whom a face may lean towards another."""

    def __init__(self, engine: FaceEngine, cast: Mapping[str, Identity], visible: Sequence[str]) -> None:
        self.engine = engine
        self.calibrations = {slug: identity.calibration for slug, identity in cast.items()}
        self.references = {slug: [np.array(vector) for vector in identity.vectors] for slug, identity in cast.items()}
        self.ways = [(slug, other) for slug in visible for other in cast if other != slug]

    def found(self, face: Face) -> Found:
        """The face, compared with everybody."""
        nearest = {slug: self._nearest(face.vector, slug) for slug in self.references}
        like = {slug: Likeness(raw, idr(raw, self.calibrations[slug])) for slug, (raw, _) in nearest.items()}
        leaning = {
            (one, other): self._lean(face.vector, nearest[one][1], nearest[other][1]) for one, other in self.ways
        }
        return Found(face.box[0] + face.box[2] / 2, like, leaning)

    def _lean(self, vector: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
        """0 where the two are so much alike that there is hardly a way between them."""
        alike = self.engine.similarity(own, other) >= self.engine.anchors.weakest
        return 0.0 if alike else lean(vector, own, other)

    def _nearest(self, vector: np.ndarray, slug: str) -> tuple[float, np.ndarray]:
        """The character's reference that is most like this face, behind its raw similarity."""
        similarities = [self.engine.similarity(vector, reference) for reference in self.references[slug]]
        best = max(range(len(similarities)), key=similarities.__getitem__)
        return similarities[best], self.references[slug][best]


def lean(vector: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    """How far along the way from one vector to another this one lies: its projection on the line between them.

    Faces that change with pose, light and expression move in most of the embedder's directions, and so away from the
    references; a face that somebody else bleeds into moves along this one.
    """
    way = other - own
    return float((vector - own) @ way / (way @ way))
