"""Speech engines: a line of text in one fixed voice."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class SpeechEngine(Protocol):
    rate: int
    """Samples per second of what ``say`` returns."""
    voices: tuple[str, ...]

    def say(self, text: str, voice: str) -> np.ndarray:
        """Mono float32 in -1..1, without silence at the ends. The same text and voice give the same
        samples. Raises ``BadSetting`` for an unknown voice."""
        ...
