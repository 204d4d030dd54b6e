"""Sentences in which nothing happens: dreams, memories, pictures and plans."""

from __future__ import annotations

import re

from engines.analyst.language.words import any_of, listed, table

WHOLE, DREAM, WAKING = (
    re.compile(rf"\b{any_of(map(re.escape, listed(table('doubt')[name])))}\b", re.IGNORECASE)
    for name in ("sentence", "dream", "waking")
)
WHERE_IT_WAS = re.compile(
    r"\bwhere\b[^,;.]*\bused to be\b|\b(?:as|than|like) (?:it|he|she|they) used to\b", re.IGNORECASE
)


class Dreams:
    """A dream goes on over several sentences until somebody wakes; other untrue sentences stand alone."""

    def __init__(self) -> None:
        self.dreaming = False

    def goes_on(self, sentence: str) -> bool:
        if WAKING.search(sentence):
            self.dreaming = False
            return False
        self.dreaming = self.dreaming or bool(DREAM.search(sentence))
        return self.dreaming or bool(WHOLE.search(WHERE_IT_WAS.sub("", sentence)))
