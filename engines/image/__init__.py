"""Image engines: one still of characters in a place, as an asset's bytes."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from engines.video import ShotOrder


class ImageEngine(Protocol):
    def paint(self, order: ShotOrder) -> np.ndarray:
        """One picture, ``(height, width, 3)`` RGB uint8. Raises ``TakeFailed``."""
        ...
