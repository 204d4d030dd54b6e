"""The verbs of getting, giving and losing, and where their words are no verbs."""

from __future__ import annotations

import re

from engines.analyst.rules.words import any_of, forms, irregular, listed, table

WORDS = table("things")


def _verbs(entry: list[str]) -> re.Pattern[str]:
    """Verbs of which the second word may stand behind the object: "picks the coin up"."""
    parts = []
    for lemma in listed(entry):
        verb, _, particle = lemma.partition(" ")
        said = any_of(forms(verb))
        parts.append(rf"{said} {particle}" if particle else said)
        if particle in ("up", "out", "away", "down", "in", "over", "back", "behind", "overboard", "off"):
            parts.append(rf"{said}(?=(?: (?!and\b|but\b)[\w'@-]+){{1,6}}? {particle}\b)")
    return re.compile(rf"\b(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?!\w)", re.IGNORECASE)


GAIN, GAIN_THING = _verbs(WORDS["gain"]["anything"]), _verbs(WORDS["gain"]["things"])
LOSE, LOSE_THING = _verbs(WORDS["lose"]["anything"]), _verbs(WORDS["lose"]["things"])
GIVE = _verbs(WORDS["giving"])
VERBS = (*(WORDS[part][sort] for part in ("gain", "lose") for sort in ("anything", "things")), WORDS["giving"])
PLAIN = {lemma.split()[0] for lemma in listed(VERBS)} - {past for pasts in irregular().values() for past in pasts}


def is_verb(match: re.Match[str]) -> bool:
    """ "The pocket radio" and "her left palm" are no verbs: a plain form needs something to depend on."""
    word = match[0].split()[0].lower()
    if re.search(r"(?:\b(?:the|a|an|this|that|no)|'s) $", match.string[: match.start()]):
        return False
    if word not in PLAIN:
        return True
    return bool(
        re.search(
            r"(?:\b(?:to|and|or|then|can|will|not|both|all|together|they)|,|@\d+\^?|\w+ly)\s$",
            match.string[: match.start()],
        )
    )
