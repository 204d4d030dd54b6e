"""The embedded image engine: one still of the puppet film."""

from __future__ import annotations

import numpy as np

from engines.video import ShotOrder
from engines.video.puppet import Puppet
from media.assets import Assets


class PuppetStill:
    """An ``ImageEngine``: the picture in the middle of the shot, by the same code as the film."""

    def __init__(self, assets: Assets) -> None:
        self._puppet = Puppet(assets)

    def paint(self, order: ShotOrder) -> np.ndarray:
        """One picture, ``(720, 1280, 3)`` RGB uint8. Raises ``TakeFailed`` for an actor without pictures."""
        return self._puppet.film(order).frame(order.shot.frames // 2)
