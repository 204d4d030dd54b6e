"""Places as they are spoken of: "on the upper bunk of the sleeping car" is the sleeping car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from engines.analyst.language.coreference import SUBJECTS
from engines.analyst.language.grammar import Scene
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.words import listed, table

WORDS = {entry: set(listed(words)) for entry, words in table("places").items()}
ENDS = tuple(WORDS["ends"])
NOUNS = ("NOUN", "PROPN")
IN_A_NAME = {"compound", "amod", "nmod", "poss", "nummod"}
INNER = WORDS["within"] | WORDS["directed"] | {"of"}
OUTER = WORDS["within"] | WORDS["directed"] | WORDS["around"]
PARTS = {"furniture", "fixture"}


@dataclass(frozen=True)
class Spot:
    """A place as it is spoken of: "on the upper bunk of the sleeping car".

    ``prepositions`` from the place outwards ("of", "on"), ``top`` the word whose head is what happens there.
    """

    noun: Token
    prepositions: tuple[str, ...]
    top: Token

    @property
    def head(self) -> Token:
        return self.top.head

    @property
    def within(self) -> bool:
        """Whether the words lead into the place, not past it, from it or towards it."""
        inner, outer = self.prepositions[:1], self.prepositions[-1:]
        return bool(inner) and {*inner} <= INNER and {*outer} <= OUTER

    @property
    def fronted(self) -> bool:
        """Whether its sentence or clause begins with it: "In the hall, Ava sees Emil"."""
        first = self.top.left_edge
        begins = first.is_sent_start or first.nbor(-1).is_punct or first.nbor(-1).dep_ == "cc" if first.i else True
        return (
            begins
            and self.top.i < self.head.i
            and self.prepositions[-1:] != ()
            and self.prepositions[-1] in WORDS["static"]
        )

    @property
    def directed(self) -> bool:
        return self.prepositions[-1:] != () and self.prepositions[-1] in WORDS["directed"]


def is_place(noun: Token, scene: Scene) -> bool:
    """Whether somebody can be in it: a room, a building, a natural site, a vehicle, a town."""
    misread = noun.pos_ == "ADJ" and (noun.dep_ in ("pobj", "dobj") or fixture_of(noun, scene))
    if not (noun.pos_ in NOUNS or misread) or scene.who(noun) or not _ends_name(noun, scene):
        return False
    return _is_sort_of_place(noun) and _stands(noun)


def _is_sort_of_place(noun: Token) -> bool:
    words, sorts = {noun.lemma_.lower(), noun.lower_}, sorts_of(noun)
    if noun.dep_ == "attr" and any(child.lower_ == "of" for child in noun.children):
        return False  # "is a river of mud"
    long = any(child.dep_ in ("compound", "amod") and child.lemma_ not in WORDS["fixtures"] for child in noun.children)
    if (words & WORDS["only_compound"] and not long) or words & WORDS["spots"] - WORDS["only_compound"]:
        return False
    if "body" in sorts and any(child.dep_ == "poss" for child in noun.children):
        return False
    if words & (WORDS["places"] | WORDS["only_compound"]):
        return True
    named = noun.pos_ == "PROPN" and not noun.text.rstrip("s").endswith("day") and noun.text not in WORDS["times"]
    return sorts[0] in ("place", "vehicle") if sorts else named or noun.lower_.endswith(ENDS)


def _ends_name(noun: Token, scene: Scene) -> bool:
    """Not the first part of a name, as in "kitchen table"."""
    if fixture_of(noun, scene):
        return True
    after = noun.nbor(1) if noun.i + 1 < len(scene.doc) else None
    if after is None or noun.dep_ not in IN_A_NAME or scene.who(after):
        return True
    return after.pos_ not in (*NOUNS, "PART") or (after.pos_ == "NOUN" and not sorts_of(after))


def fixture_of(noun: Token, scene: Scene) -> bool:
    """ "The boathouse roof leaks" is about the boathouse."""
    people = any(scene.who(token) for token in noun.sent)
    said = noun.dep_ in IN_A_NAME or noun.head.lower_ == "of"
    if noun.dep_ in IN_A_NAME and noun.head.dep_ == "pobj":
        return False
    fixture = noun.head if noun.dep_ in IN_A_NAME else noun.head.head
    seen = fixture.lemma_ in WORDS["fixtures"] and fixture.dep_ in (*SUBJECTS, "pobj")
    return said and seen and not people


def _stands(noun: Token) -> bool:
    """Whether it is spoken of as a certain place: "the court", "Ava's court", but not "in court"."""
    before = [child for child in noun.children if child.dep_ in ("det", "poss", "nummod", "amod", "nmod", "compound")]
    some = noun.tag_ in ("NNS", "NNPS", "NNP") or noun.lower_ in WORDS["bare"] or noun.dep_ == "compound"
    return bool(before) or some or (noun.i > 0 and noun.nbor(-1).pos_ in ("DET", "ADJ"))


def spot(noun: Token) -> Spot:
    """Climbs from a place through its parts, "the middle of …", to what happens there."""
    top, prepositions = noun, []
    while top.head != top:
        head = top.head
        if top.dep_ in ("conj", *IN_A_NAME) and head.pos_ in NOUNS:
            top = head
        elif head.pos_ in ("ADP", "SCONJ"):
            prepositions.append(head.lower_)
            top = head
        elif _leads_on(top, prepositions):
            top = head
        else:
            break
    if prepositions[1:] and prepositions[-1] in ("like", "as"):
        prepositions.pop()
    return Spot(noun, tuple(prepositions), top)


def _leads_on(top: Token, prepositions: Sequence[str]) -> bool:
    head = top.head
    if top.pos_ in ("ADP", "SCONJ") and head.pos_ in NOUNS:
        return _is_part(head, prepositions[-1])
    return top.pos_ in ("ADP", "ADV", "ADJ") and head.pos_ in ("ADJ", "ADV")


def _is_part(noun: Token, preposition: str) -> bool:
    """Whether a place behind this noun is where the noun is: "the edge of the wood", "a bench in the park"."""
    if preposition == "of" and noun.lemma_ not in WORDS["off"]:
        return bool({noun.lemma_.lower(), noun.lower_} & WORDS["spots"]) or bool({*sorts_of(noun)} & PARTS)
    return preposition in WORDS["within"] or noun.lower_ == "way"  # "makes her way to"
