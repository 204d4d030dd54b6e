"""Face engines: find the faces of a picture and say who they are as vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Face:
    """One face. ``box`` is (x, y, width, height) in pixels, ``landmarks`` (68, 2) in the iBUG order,
    ``vector`` the embedding, ``score`` the detector's 0..1."""

    box: tuple[float, float, float, float]
    score: float
    landmarks: np.ndarray
    vector: np.ndarray


@dataclass(frozen=True)
class Anchors:
    """The embedder's own scale, used where a character has too few references to calibrate by:
    similarities at which strangers are confused, and of a weak and a usual pair of one person."""

    stranger: float
    weakest: float
    median: float


class FaceEngine(Protocol):
    name: str
    anchors: Anchors

    def faces(self, picture: np.ndarray, expected: int | None = None) -> list[Face]:
        """The faces of an ``(h, w, 3)`` RGB uint8 picture, largest first.

        All of them; with ``expected``, the search may end once that many are found (0: large ones only).
        """
        ...

    def similarity(self, one: np.ndarray, other: np.ndarray) -> float:
        """Raw similarity of two vectors, 1 for identical, falling as they differ."""
        ...
