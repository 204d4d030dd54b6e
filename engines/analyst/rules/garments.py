"""Garments: which nouns name something to wear, and what each is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spacy.tokens import Token

from engines.analyst.language.clauses import listed_with
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.language.naming import name_of
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.predication import verb_of
from engines.analyst.language.words import listed, table

WORDS = {name: set(listed(words)) for name, words in table("clothes").items()}
WORN = {"garment", "thing", "substance"}
JOINED = re.compile(r" and | or |, ")


def is_one(token: Token, words: str) -> bool:
    return bool({token.lemma_.lower(), token.lower_} & WORDS[words])


def is_garment(noun: Token) -> bool:
    """A word for something to wear; "clothes" only with a word that says which."""
    if noun.pos_ not in ("NOUN", "PROPN", "ADJ") or is_one(noun, "not_clothes"):
        return False
    if is_one(noun, "any_clothes"):
        which = [
            child for child in noun.children if child.dep_ in ("amod", "compound") and not is_one(child, "not_which")
        ]
        return any(child.dep_ == "compound" or noun.lemma_ != "skin" for child in which)
    return is_one(noun, "garments") or sorts_of(noun)[:1] == ("garment",)


def is_anything(noun: Token) -> bool:
    """What is worn, of whatever sort it is."""
    if is_garment(noun):
        return True
    other = (
        noun.lower_.endswith("ing")
        or is_one(noun, "not_clothes")
        or is_one(noun, "any_clothes")
        or noun.pos_ not in ("NOUN", "PROPN")
    )
    return not other and bool(WORN & {*sorts_of(noun)[:2]} or not sorts_of(noun))


def is_damp(noun: Token) -> bool:
    """Whether it is only said that it is wet or dry."""
    verb = verb_of(noun)
    near = [*noun.children, *(child for child in (verb.children if verb is not None else ()) if child.dep_ != "advcl")]
    return any(is_one(child, "damp") and child.dep_ in ("amod", "acomp", "oprd", "attr") for child in near)


def is_bedding(noun: Token) -> bool:
    """It covers those who lie; it is worn only around the shoulders or the waist."""
    return is_one(noun, "bedding")


def is_clad(noun: Token) -> bool:
    """What one is "dressed in", be it a crown; not "in haste"."""
    return is_anything(noun) or (is_one(noun, "not_clothes") and sorts_of(noun)[:1] in (("thing",), ("body",)))


def items(tokens: Iterable[Token]) -> Iterator[Token]:
    """The things among words that only count or bound them: "a pair of goggles", "nothing but a nightshirt"."""
    for token in tokens:
        inner = [
            end
            for child in token.children
            if child.lower_ in ({"but", "except", "save"} if is_one(token, "nothing") else {"of"})
            and (is_one(token, "nothing") or is_one(token, "counting"))
            for end in child.children
            if end.dep_ in ("pobj", "pcomp")
        ]
        yield from (one for end in inner for one in listed_with(end)) if inner else iter((token,))


def names_of(noun: Token, scene: Scene) -> Iterator[tuple[Token, str]]:
    """A garment with its name; two where the tree takes the first for a part of the second, "a cape and red gloves"."""
    name = name_of(noun, scene)
    joined = [child for child in noun.lefts if child.dep_ in ("amod", "nmod", "compound") and is_garment(child)]
    parts = JOINED.split(name)
    if joined and len(parts) > 1:
        yield from zip((joined[0], noun), (parts[0], parts[-1]), strict=True)
        return
    before = noun.doc[noun.left_edge.i - 1] if noun.left_edge.i else noun
    yield noun, f"{before.lower_} {name}" if before == noun.head and before.tag_ == "VBG" and _for(before) else name


def _for(verb: Token) -> bool:
    """ "Riding breeches", which the tree takes for riding them."""
    return is_one(verb, "worn_for")


def spoken_of(pronoun: Token) -> Token | None:
    """The garment that was spoken of last before "it"."""
    before = [token for token in pronoun.doc[: pronoun.i] if is_garment(token) and token.dep_ != "compound"]
    return before[-1] if before else None


def asides(deed: Deed) -> Iterator[Token]:
    """ "Wears a cape and, against all advice, a top hat": the tree hangs the hat on the advice."""
    for token in deed.verb.subtree:
        first = token.left_edge.i
        aside = token.dep_ == "appos" and token.head.dep_ == "pobj" and first > 1 and token.doc[first - 1].text == ","
        if aside and is_garment(token) and not is_garment(token.head):
            yield token


def worn_for(deed: Deed) -> Iterator[Token]:
    """ "Puts on riding breeches"."""
    for child in deed.verb.children:
        if child.tag_ == "VBG" and child.i > deed.verb.i and is_one(child, "worn_for"):
            yield from (noun for noun in Deed(child, deed.who).things if is_garment(noun))


def names_no_person(noun: Token) -> bool:
    return not {"person", "animal"} & {*sorts_of(noun)[:2]} and not is_garment(noun)
