"""The words that tell of injuries."""

from __future__ import annotations

from spacy.tokens import Token

from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.language.words import forms, listed, singular, table
from engines.analyst.rules.body import above

WORDS = table("injuries")


def _by_word(name: str) -> dict[str, str]:
    return {word: what for what, words in WORDS[name].items() for word in listed(words)}


SETS = {name: frozenset(listed(words)) for name, words in WORDS.items() if isinstance(words, str)}
NOUNS, VERBS, THINGS = _by_word("nouns"), _by_word("verbs"), _by_word("things")
FORMS = {form: verb for verb in VERBS if " " not in verb for form in forms(verb)}
NO_STATE = {"open", "turn", "pull", "roll", "rake", "score"}
"""Verbs whose participles tell of no hurt: "open palms", "a turned head"."""
STATES = {
    form: verb
    for form, verb in FORMS.items()
    if verb not in NO_STATE and form.endswith(("d", "t", "n")) and (form != verb or verb in ("cut", "split", "slit"))
}
ADJECTIVES = _by_word("adjectives") | {form: VERBS[verb] for form, verb in STATES.items()}
GESTURES = {verb: set(listed(parts)) for verb, parts in WORDS["gestures"].items()}
ALONG = {"scratch", "cut", "gash", "burn", "graze", "bite", "wound"}
"""What is done across or into a part; a wave that "breaks over her head" breaks nothing."""
WITHOUT_PART = {"nosebleed", "black eye", "concussion"}


def noun_of(token: Token) -> str:
    """The injury that a noun names."""
    if token.pos_ not in ("NOUN", "PROPN", "ADJ") or token.dep_ in ("amod", "compound", "acomp"):
        return ""
    lemma = token.lemma_.lower()
    pair = f"{token.nbor(-1).lower_} {lemma}" if token.i else ""
    return NOUNS.get(pair) or NOUNS.get(lemma) or NOUNS.get(singular(token.lower_), "")


def told(token: Token, scene: Scene) -> bool:
    """Whether what a word tells of is so: not denied, wished or likened to."""
    deps = ("det", "neg", "cc", "preconj", "advmod", "amod")
    words = {child.lower_ for child in token.children if child.dep_ in deps}
    if words & {"no", "not", "any", "never", "neither", "half", "such"} and token.pos_ != "VERB":
        return False
    if token.head.pos_ in ("ADP", "SCONJ") and token.head.lower_ in SETS["like"] and token.pos_ == "NOUN":
        return False
    verb = next(above(token), None)
    return verb is None or Deed(verb, scene.who).happens
