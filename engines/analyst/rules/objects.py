"""Which noun phrases name a thing that somebody can have, and which only sound so ("takes a breath")."""

from __future__ import annotations

import re

from engines.analyst.rules.nouns import sort_of
from engines.analyst.rules.people import OTHER
from engines.analyst.rules.words import any_noun, any_of, listed, table

WORDS = table("things")
THING = re.compile(rf"(?:.*[\s-])?{any_noun(WORDS['things'])}$", re.IGNORECASE)
NEVER = re.compile(rf"(?:.*\s)?{any_noun(WORDS['never'])}$", re.IGNORECASE)
PERSON = re.compile(rf"(?:.*\s)?{OTHER}$")
GARMENT = re.compile(rf"(?:.*[\s-])?{any_noun(table('clothes')['garments'])}$", re.IGNORECASE)
MADE = re.compile(rf"{any_of(listed(WORDS['made_of']))}$", re.IGNORECASE)
UNTOUCHABLE = re.compile(r"(?:ness|tion|sion|ity|ism|ance|ence|hood|ing|ly|ed)s?$", re.IGNORECASE)
ANYTHING = ("thing", "", "furniture", "fixture", "substance")
"""The sorts of things that can be bought, stolen, broken or given; after other verbs only what one can carry."""
CARRIED = ("thing", "")
OF_STUFF = ("thing", "animal", "person", "food", "place")
"""The sorts of nouns that name a thing when it is made of something: "a terracotta owl"."""


def thing_in(said: str, anything: bool = False, sorts: tuple[str, ...] = ("thing",)) -> str:
    """The phrase up to its thing; "" where it is none.

    ``sorts``: what a noun that is in no list of things may be; ``anything``: the verb is only done to things.
    """
    words = said.split()
    found = next((what for end in range(len(words), 0, -1) if THING.match(what := " ".join(words[:end]))), "")
    if found and (found == said or not NEVER.match(said)):
        return found
    if any(MADE.match(word) for word in words[:-1]) and sort_of(said) in OF_STUFF:
        return said
    named = next((" ".join(words[:end]) for end in range(len(words), 0, -1) if _ends(words, end)), "")
    if not named or not named[0].islower() or any(other.match(named) for other in (NEVER, PERSON, GARMENT)):
        return ""
    return named if sort_of(named) in (ANYTHING if anything else sorts) and not UNTOUCHABLE.search(named) else ""


def _ends(words: list[str], end: int) -> bool:
    """Whether a phrase may end here: at its last word, or at a noun before what may be a verb."""
    return end == len(words) or (sort_of(words[end - 1]) == "thing" and not sort_of(words[end]))
