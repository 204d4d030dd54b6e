"""The tables of words in ``tables/``, and the forms that a word takes.

A table is a YAML mapping of lists; a word is written once, in its plainest form, and several words to a line are
parted by commas or by blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

TABLES = files("engines.analyst.tables")
VOWELS = "aeiou"


@cache
def table(name: str) -> dict[str, Any]:
    """A table; "no" and "on" are words in it, no truth values."""
    words: dict[str, Any] = yaml.load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return words


def listed(entry: str | Iterable[str]) -> list[str]:
    """The words of an entry: a list, or one string of words parted by commas (else by blanks)."""
    if not isinstance(entry, str):
        return [word for part in entry for word in listed(f"{part}," if isinstance(part, str) else part)]
    parts = entry.split(",") if "," in entry else entry.split()
    return [word for part in parts if (word := " ".join(part.split()))]


@cache
def irregular() -> dict[str, tuple[str, ...]]:
    return {lemma: tuple(forms.split()) for lemma, forms in table("verbs")["irregular"].items()}


def forms(lemma: str) -> list[str]:
    """All forms of a verb, of which only the first word is bent: "pick up" gives picks up, picked up, picking up."""
    verb, _, rest = lemma.partition(" ")
    bent = {verb, _third(verb), _ing(verb), *(irregular().get(verb) or (_past(verb),))}
    return sorted(f"{form} {rest}".strip() for form in bent)


def _doubles(verb: str) -> bool:
    """Short verbs double the last letter: "drop" gives dropped. Longer ones that do are listed as irregular."""
    return bool(re.fullmatch(rf"[^{VOWELS}]*(?:qu)?[{VOWELS}][^{VOWELS}wxy]", verb))


def _third(verb: str) -> str:
    if re.search(rf"[^{VOWELS}]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|sh|ch|x|z|o)$", verb) else "s")


def _ing(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb != "be":
        return verb[:-1] + "ing"
    return verb + (verb[-1] if _doubles(verb) else "") + "ing"


def _past(verb: str) -> str:
    if re.search(rf"[^{VOWELS}]y$", verb):
        return verb[:-1] + "ied"
    if verb.endswith("e"):
        return verb + "d"
    return verb + (verb[-1] if _doubles(verb) else "") + "ed"


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return "(?:" + "|".join(sorted({*words}, key=lambda word: (-len(word), word))) + ")"


def singular(noun: str) -> str:
    """Good enough to compare two nouns: "watches" and "watch", "scarves" and "scarf" become one."""
    word = noun.lower()
    for ending, instead in (("ies", "y"), ("ves", "f"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("sses", "ss")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
