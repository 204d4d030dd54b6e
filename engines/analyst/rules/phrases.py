"""Noun phrases: "the old brass key of the chapel" is "old brass key"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.people import WHO
from engines.analyst.rules.words import any_of, listed, table

WORDS = table("phrases")
DETERMINER = re.compile(
    rf"\s*(?:(?:{any_of(listed(WORDS['determiners']))}|{WHO}'s|its)\s+(?:(?:own|only|one|very|best) )?)+(?:(?:old|late"
    rf"|dead) )?(?:{any_of(listed(WORDS['kin']))}'s\s+)?",
    re.IGNORECASE,
)
PAIR = re.compile(rf"\s*(?:{any_of(listed(WORDS['measures']))}) of\s+", re.IGNORECASE)
STOP = re.compile(
    rf"(?:{any_of(listed(WORDS['stops']))}|\w+ly(?<!woolly)(?<!ugly)(?<!curly)(?<!silly)|@\d+\S*)$", re.IGNORECASE
)
WORD = re.compile(r"\s*([A-Za-zÀ-ÿ0-9]+(?:[-'’][A-Za-zÀ-ÿ]+)*)")
AND = re.compile(
    r"\s*(?:,\s*and,?|,|and(?:, [^,;.]{1,25},)?|and,|as well as|plus|along with|together with)\s+(?:(?:even|also"
    r"|finally|lastly|last of all"
    r"|then|worst of all|best of all),?\s+)?"
)
LONGEST = 6


def past(words: re.Pattern[str], text: str, at: int) -> int:
    """Where the text goes on after these words, which may be missing."""
    found = words.match(text, at)
    return found.end() if found else at


def phrase(text: str, at: int, bare: bool = True) -> tuple[str, int]:
    """The noun phrase that begins here and where it ends; "" where there is none. ``bare``: it may lack an article."""
    found = DETERMINER.match(text, at)
    if not found and not bare:
        return "", at
    at = found.end() if found else at
    measure = PAIR.match(text, at)
    at = measure.end() if measure else at
    words: list[str] = []
    while len(words) < LONGEST and (word := WORD.match(text, at)) and not STOP.match(word[1]):
        words.append(word[1])
        at = word.end()
    return " ".join(words), at


def phrases(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The items of a list and where each ends: "a sealed letter and a silver compass"."""
    what, at = phrase(text, at)
    while what:
        yield what, at
        at = _after_aside(text, at)
        joined = AND.match(text, at)
        if not joined:
            return
        what, at = phrase(text, joined.end(), bare="and" in joined[0])


def _after_aside(text: str, at: int) -> int:
    """Past "of silk", "with a torn hem" and the like, to the next comma or "and" that could go on with the list."""
    aside = re.compile(
        r"\s+(?:of|off|with|from|made|for|that|which|full|too|at|on|in|under|over)\b[^,;.:]*?(?=,|;|\.|:| and )"
    ).match(text, at)
    return aside.end() if aside else at


def head(what: str) -> str:
    return what.split()[-1].lower() if what else ""
