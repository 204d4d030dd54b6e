"""Speech engines: a line of text in one fixed voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class SpeechEngine(Protocol):
    """One that costs something says so by ``terms`` (``engines/terms.py``), for each character of text."""

    rate: int
    """Samples per second of what ``say`` returns."""
    voices: tuple[str, ...]

    def say(self, text: str, voice: str) -> np.ndarray:
        """Mono float32 in -1..1, without silence at the ends. The same text and voice give the same
        samples. Raises ``BadSetting`` for an unknown voice."""
        ...


@dataclass(frozen=True)
class Word:
    """When a word is heard, in seconds from the beginning of its line."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """A spoken line, as ``SpeechEngine.say`` gives it, and when each word of it is heard."""

    samples: np.ndarray
    words: tuple[Word, ...]


class TimesWords(Protocol):
    """What an engine does besides that knows when its words are heard."""

    def spoken(self, text: str, voice: str) -> Speech: ...
