"""A slip of the parser that is mended: a verb that it reads as a noun."""

from __future__ import annotations

from collections.abc import Mapping

from spacy.tokens import Token

NOUNLY = {"det", "cop", "aux", "poss", "amod", "case"}
"""What hangs on a noun and on no verb."""


def read_as_verb(token: Token, named: Mapping[int, str]) -> None:
    """What could be a noun too is a verb where it has a subject: "Ava kneels", "Ava and Emil tumble in", "Rain hisses",
    "a bus splashes"."""
    if token.i in named or token.dep_ in ("dobj", "dative") or token.pos_ not in ("NOUN", "PROPN", "VERB"):
        return
    subjects = [child for child in token.lefts if child.dep_ in ("nsubj", "nsubjpass")]
    before = [child for child in token.lefts if child.dep_ in ("compound", "nmod", "npadvmod")][-1:]
    if _is_verb(token, subjects, before, any(child.i in named for child in before)):
        for child in [] if subjects else before:
            child.dep_ = "nsubj"
        if token.pos_ != "VERB":
            token.pos_, token.tag_ = "VERB", "VBZ"
            token.dep_ = "ROOT" if token.dep_ == "pobj" else token.dep_


def _is_verb(token: Token, subjects: list[Token], before: list[Token], named: bool) -> bool:
    """``before``: a noun read as part of this one, ``named`` where it is somebody."""
    third = token.tag_ == "VBZ" or (token.lower_.endswith("s") and not token.lower_.endswith("ss"))
    one = token.tag_ == "VBZ" or any(child.lower_ in ("a", "an", "each", "every") for child in token.lefts)
    several = any(child.dep_ == "conj" for noun in (*subjects, *before) for child in noun.children)
    if _alone(token) or (token.pos_ == "NOUN" and subjects and not {c.dep_ for c in token.children} & NOUNLY):
        return True
    if token.dep_ == "conj" and token.head.pos_ == "VERB" and token.tag_ == "NNS" and not token.n_lefts:
        return True
    if token.dep_ == "pobj" and not named:
        return False
    alone = subjects and (third or several or token.lower_.endswith("ing"))
    return bool(alone or (named and several != third) or (before and third and one))


def _alone(token: Token) -> bool:
    """ "Mary's heart sinks": a plural at the root of a sentence without any verb."""
    plural = token.tag_ == "NNS" and token.dep_ == "ROOT" and token.i > 0 and token.nbor(-1).dep_ == "compound"
    return plural and not any(word.pos_ in ("VERB", "AUX") for word in token.sent)
