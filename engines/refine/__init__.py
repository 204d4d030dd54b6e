"""Refine engines: give the faces of a drifted take back to the characters they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import Field

from events.base import Value
from events.character import Identity, Reference


class RefineOrder(Value):
    """Who has to be who in a picture. ``visible`` and ``identified`` as in ``Shot``: slugs, left to right, and those
    whose face has to be right. ``references`` are needed of the identified, ``identities`` of the whole cast; ``words``
    say who somebody is. ``fade_in`` and ``fade_out`` as in ``ShotOrder``. A later ``attempt`` may change more of the
    picture."""

    visible: tuple[str, ...]
    identified: tuple[str, ...]
    references: dict[str, tuple[Reference, ...]]
    identities: dict[str, Identity]
    words: dict[str, str] = {}
    fade_in: bool = False
    fade_out: bool = False
    attempt: int = Field(default=1, ge=1, le=3)


class Refined(Value):
    """A repaired clip on the local disk. ``outside``: how like the clip before it is outside the faces, as the
    lowest structural similarity (``media/ssim.py``) of the frames compared; 1 where nothing had to be repaired, and
    ``path`` is then the clip itself."""

    path: str
    outside: float


class RefineEngine(Protocol):
    name: str

    def clip(self, path: Path, order: RefineOrder, folder: Path) -> Refined:
        """Repair a house clip into ``folder``: as many frames, by the house encoder. Raises ``BadPicture`` where a
        reference shows no face."""
        ...

    def still(self, picture: np.ndarray, order: RefineOrder) -> np.ndarray:
        """Repair an ``(h, w, 3)`` RGB uint8 picture; the one that is given stays as it is."""
        ...
