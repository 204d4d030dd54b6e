"""What may be done to a clip from elsewhere before it is taken in: more pictures a second, and larger ones.

Two stages, ``interpolate`` and ``upscale``; ``media/ingest.py`` calls them, and both may be left out. Sound is none of
their business: what they make is silent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Interpolator(Protocol):
    def smooth(self, source: Path, fps: int, folder: Path) -> Path:
        """The same clip at ``fps`` pictures a second; the clip itself where it has them. Raises ``TakeFailed``."""
        ...


class Upscaler(Protocol):
    def enlarge(self, source: Path, size: tuple[int, int], folder: Path) -> Path:
        """The same clip, as large as fits into ``size`` (width and height); the clip itself where it is that large.
        Raises ``TakeFailed``."""
        ...
