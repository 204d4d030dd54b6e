"""What a noun and the words before it name: "the old brass key of the chapel" is "old brass key"."""

from __future__ import annotations

from spacy.tokens import Token

from engines.analyst.language.grammar import Scene
from engines.analyst.language.words import listed, table

KIN = set(listed(table("people")["kin"]))
MODIFIERS = {"compound", "amod", "nmod", "poss", "punct", "case", "advmod", "npadvmod", "quantmod", "pobj"}


def name_of(noun: Token, scene: Scene) -> str:
    """The noun with what is said of it before it: colour, stuff, "sheriff's"; without articles, numbers, the
    possessive of somebody in the cast or of kin. As written, in lower case at the start of a sentence."""
    first = noun.i
    while first > noun.sent.start and _belongs(scene.doc[first - 1], noun, scene):
        first -= 1
    while first < noun.i and (scene.doc[first].pos_ in ("PUNCT", "NUM", "DET", "ADP", "CCONJ", "PART")):
        first += 1
    words = scene.doc[first : noun.i + 1]
    text = words.text
    begins = words[0].is_sent_start and words[0].pos_ != "PROPN"
    return text[0].lower() + text[1:] if begins else text


def _belongs(word: Token, noun: Token, scene: Scene) -> bool:
    """Whether a word before a noun is part of its name."""
    if word.dep_ == "det" or word.dep_ == "predet" or scene.who(word) or word.lower_ in KIN:
        return False
    if word.lower_ == "'s" and (scene.who(word.head) or word.head.lower_ in KIN):
        return False
    joined = word.pos_ == "CCONJ" and noun.is_ancestor(word)
    return noun.is_ancestor(word) and (word.dep_ in MODIFIERS or word.dep_ in ("cc", "conj") or joined)
