"""What sort of thing a noun names: a thing to carry, a place, a part of the body, something that nobody can touch.

The table has the sorts of each noun's commonest senses in WordNet 3.0 (Princeton University, 2006), the commonest
first; ``nouns_from_wordnet.py`` makes it. A compound noun is of the sort of its last word.
"""

from __future__ import annotations

from functools import cache

from spacy.tokens import Token

from engines.analyst.language.words import TABLES


@cache
def _sorts() -> dict[str, tuple[str, ...]]:
    lines = (TABLES / "nouns.txt").read_text(encoding="ascii").splitlines()
    rows = [line.split(": ", 1) for line in lines if not line.startswith("#")]
    return {noun: tuple(sorts.split()) for sorts, nouns in rows for noun in nouns.split()}


def sorts_of(noun: Token) -> tuple[str, ...]:
    """The sorts of its commonest senses: "thing", "place", "vehicle", "garment", "furniture", "fixture", "substance",
    "body", "person", "animal", "plant", "food", "time", "abstract"; () for a word that is not in the table."""
    return _sorts().get(noun.lemma_.lower()) or _sorts().get(noun.lower_, ())
