"""Phrases before the subject: "In the canteen Ava slides a card across" is parted as "In the canteen, Ava slides …".

Without a comma the parser takes the name for the end of the phrase, and the sentence has no subject.
"""

from __future__ import annotations

import re

from engines.analyst.language.words import any_of, irregular, listed, table

WORDS = {entry: any_of(listed(words)) for entry, words in table("fronting").items()}
PASTS = any_of(form for past in irregular().values() for form in past)
NOUNS = rf"(?:{WORDS['before_nouns']} )?(?:(?!{WORDS['no_part']}\b)[\w'’-]+ ){{1,4}}"
NOUN_PHRASE = rf"{NOUNS}(?:(?:and|or) {NOUNS})?"
BEGINS = r"(?:^|[.!?;:…”\"] |(?:^|[.;,”\"] )(?:and|but|then|yet|so|only) )"
PHRASE = re.compile(rf"{BEGINS}(?:{WORDS['prepositions']} {NOUN_PHRASE})+$", re.IGNORECASE)
INVERTED = re.compile(rf"\b{WORDS['inverted']} $")
"""The name behind such a verb is its subject: "At the gate stands Ava"."""
GOES_ON = re.compile(rf" (?:\w+ly )?(?:and [A-Z]|\w+(?:[^s]s|ed)\b|{WORDS['helping']}\b|{PASTS}\b)")


def is_fronted(before: str, after: str) -> bool:
    """Whether the text before a name is a phrase that stands before its sentence; ``after``: the text behind it."""
    return bool(PHRASE.search(before)) and not INVERTED.search(before) and bool(GOES_ON.match(after))
