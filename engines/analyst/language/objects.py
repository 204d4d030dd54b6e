"""The objects of a verb, past the slips of the parser: what a deed is done to, and to whom."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Token

from engines.analyst.language.clauses import RELATIVE, SUBJECTS, antecedents, listed_with
from engines.analyst.language.coreference import Who

OBJECTS = {"dobj", "oprd", "attr", "dative", "appos"}
OF_A_NOUN = {"det", "poss", "nummod"}


def own_objects(verb: Token, who: Who) -> list[Token]:
    """The words that stand where the objects of a verb do."""
    found = [child for child in verb.children if child.dep_ in OBJECTS and child.pos_ != "ADP"]
    found += [child for child in verb.children if _noun_as_clause(child)]
    found += [end for child in found for end in child.children if _run_together(end, who)]
    return found + _joined_objects(verb) if found else []


def object_of_relative(verb: Token) -> list[Token]:
    """ "The glass a shepherd has given her": a clause without an object of its own is about the word before it."""
    said = any(
        (child.dep_ in SUBJECTS and child.lower_ in RELATIVE) or child.lower_ in ("where", "when", "why")
        for child in verb.children
    )
    return list(antecedents(verb)) if verb.dep_ == "relcl" and not said else []


def things_and_receivers(objects: Iterable[Token], who: Who) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """What is passed on, and to whom: where a verb has two objects, the person is the receiver."""
    objects = _with_what_stands_beside(list(objects), who)
    people = [token for token in objects if who(token)]
    datives = [token for token in objects if _is_dative(token)]
    things = [token for token in objects if token not in people and token not in datives]
    if things and (people or datives):
        return tuple(things), tuple(dict.fromkeys([*people, *datives]))
    return tuple(objects), ()


def _with_what_stands_beside(objects: list[Token], who: Who) -> list[Token]:
    """ "Slips Mary the code book", where the parser takes the thing for another name of the person; a list of such
    pairs, "hands Mary the lamp, John the rope", is told apart by whoever reads the deed."""
    beside = {
        token: [child for child in token.children if child.dep_ == "appos" and child not in objects and not who(child)]
        for token in objects
        if who(token)
    }
    several = len(objects) > len(beside) and not any(_is_dative(token) for token in objects)
    if any(beside.values()) and several:
        return [token for token in objects if not beside.get(token)]
    return objects + [noun for nouns in beside.values() for end in nouns for noun in listed_with(end)]


def _joined_objects(verb: Token) -> list[Token]:
    """ "Gets a comb and a pass", where the parser joins the second to the verb."""
    joined = [child for child in verb.children if child.dep_ == "conj" and child.pos_ == "NOUN"]
    below = {child: {end.dep_ for end in child.children} for child in joined}
    return [child for child in joined if below[child] & OF_A_NOUN and not below[child] & SUBJECTS]


def _run_together(token: Token, who: Who) -> bool:
    """An object that the parser has made a part of the one beside it: "sends Mary home", "leaves John the key"."""
    noun = token.head
    if token.dep_ == "nmod" and _noun_as_clause(noun):
        return bool(who(token))
    if token.dep_ == "compound":
        return bool(who(token)) and not any(child.dep_ in ("det", "poss", "appos") for child in noun.children)
    signs = (token.nbor(-1), token.doc[noun.i + 1], *token.lefts) if token.i else (token,)
    return token.dep_ == "appos" and bool(who(noun)) and not who(token) and not any(sign.is_punct for sign in signs)


def _noun_as_clause(token: Token) -> bool:
    """ "Slips Anna the code book", where the parser takes the last words for a clause."""
    own = any(child.dep_ in SUBJECTS for child in token.children)
    return token.dep_ == "ccomp" and token.pos_ == "NOUN" and not own


def _is_dative(token: Token) -> bool:
    while token.dep_ == "conj":
        token = token.head
    return token.dep_ == "dative"
