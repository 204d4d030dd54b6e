"""Weather: the last state that a scene tells of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.page import Page, Sentence
from engines.analyst.rules.words import any_of, listed, table
from events.script import Change, ChangeKind

WORDS = table("weather")
SIGNS = {name: re.compile(rf"\b{any_of(listed(signs))}\b", re.IGNORECASE) for name, signs in WORDS["signs"].items()}
OTHER_SENSE = re.compile(rf"\b{any_of(listed(WORDS['other_sense']))}\b", re.IGNORECASE)
NOT_NOW = re.compile(rf"\b{any_of(listed(WORDS['not_now']))}\b", re.IGNORECASE)
OVER = re.compile(
    r"\b(?:the |this |last )?(?:rain|snow|fog|mist|storm|gale|clouds?|drizzle|downpour|shower|thunder\w*"
    r"|hurricane|blizzard)s?"
    rf" (?:\w+ )?{any_of(listed(WORDS['over']))}\b",
    re.IGNORECASE,
)
STRONGEST = ("storm", "snow", "rain", "fog", "cloudy", "clear")


def changes(page: Page) -> Iterator[Change]:
    last = ""
    for sentence in page.sentences:
        if not sentence.unreal:
            last = _told(sentence) or last
    if last:
        yield Change(kind=ChangeKind.WEATHER, character="", what=last)


def _told(sentence: Sentence) -> str:
    """The weather of a sentence: the last one told, the stronger of two in one clause."""
    text = sentence.text
    text = OTHER_SENSE.sub(lambda match: "~" * len(match[0]), text)
    text = OVER.sub(lambda match: "~" * len(match[0]), text)
    found: dict[int, list[str]] = {}
    for name in STRONGEST:
        for match in SIGNS[name].finditer(text):
            clause = sentence.clause(match.start())
            before, whole = text[clause.start : match.start()], text[clause.start : clause.end]
            if not sentence.doubted(match.start()) and not NOT_NOW.search(before) and not NOT_NOW.search(whole):
                found.setdefault(clause.start, []).append(name)
    return found[max(found)][0] if found else ""
