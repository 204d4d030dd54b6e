"""What sort of thing a noun names: a thing to carry, a place, a part of the body, something that nobody can touch.

The table is the commonest sense of each noun in WordNet 3.0 (Princeton University, 2006), where a sense counts by how
often it was met in the texts that WordNet's makers tagged. A phrase is of the sort of its last word.
"""

from __future__ import annotations

from functools import cache

from engines.analyst.rules.words import listed, singular, table

PLACE_ENDS = tuple(listed(table("places")["ends"]))


@cache
def _sorts() -> dict[str, str]:
    return {noun: sort for sort, nouns in table("nouns").items() for noun in nouns.split()}


@cache
def sort_of(phrase: str) -> str:
    """ "thing", "place", "body", "person", "abstract" and so on; "" where the last word is not in the table."""
    word = phrase.lower().split()[-1].split("-")[-1] if phrase.strip() else ""
    sorts = _sorts()
    for form in (word, singular(word), singular(word) + "e", word.removesuffix("s"), word.removesuffix("es")):
        if form in sorts:
            return sorts[form]
    return "place" if len(word) > 7 and singular(word).endswith(PLACE_ENDS) else ""
