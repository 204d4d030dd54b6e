"""What did not happen: denials, wishes, fears, near misses, comparisons, dreams and memories."""

from __future__ import annotations

import re

from engines.analyst.rules.people import saying
from engines.analyst.rules.words import any_of, listed, table

WORDS = table("doubt")
BEFORE = re.compile(rf"(?<!\w){saying(listed(WORDS['before']))}(?!\w)|n't\b", re.IGNORECASE)
CLOSE = re.compile(rf"\b{any_of(listed(WORDS['close_before']))}(?: (?!@)[\w'-]+){{0,3}}\s*$", re.IGNORECASE)
NO_DENIAL = re.compile(rf"(?<!\w){saying(listed(WORDS['no_denial']))}(?!\w)", re.IGNORECASE)
WHOLE = re.compile(rf"(?<!\w){saying(listed(WORDS['sentence']))}(?!\w)", re.IGNORECASE)
DREAM = re.compile(rf"(?<!\w){saying(listed(WORDS['dream']))}(?!\w)", re.IGNORECASE)
WAKING = re.compile(rf"(?<!\w){saying(listed(WORDS['waking']))}(?!\w)", re.IGNORECASE)


def without_false_denials(words: str) -> str:
    """The words less those that only sound like a denial: "not only", "has not been so"."""
    return NO_DENIAL.sub("", words)


def doubted(before: str, clause: str) -> bool:
    """``before`` is the clause up to the words in question."""
    said = without_false_denials(before)
    return bool(BEFORE.search(said) or CLOSE.search(said)) or bool(
        re.match(r"\s*(?:if|unless|as if|as though)\b", clause)
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
        return self.dreaming or bool(WHOLE.search(re.sub(r"\bwhere\b[^,;.]*\bused to be\b", "", sentence)))
