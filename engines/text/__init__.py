"""Text engines: say what a text means as a vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class TextEngine(Protocol):
    """``name`` says model and version: vectors are only comparable under one name. ``dimensions`` of a vector."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors ``(n, dimensions)``, float32, of unit length: their dot product is the similarity of two texts.

        A text has the same vector whatever it is embedded together with.
        """
        ...

    def count(self, text: str) -> int:
        """Tokens of the text, by this engine's own tokenizer."""
        ...
