"""Treatment: what is bandaged, splinted, sewn up or put in a sling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from spacy.tokens import Token

from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.language.words import forms, listed, singular, table
from engines.analyst.rules.body import Spot, near
from engines.analyst.rules.injury_signs import Hurt
from engines.analyst.rules.injury_words import NOUNS, noun_of, told
from events.script import Change

WORDS = table("treatments")
TREATING, WITH_DRESSING, DRESSINGS, CLOTHS, HURTS = (
    set(listed(WORDS[name])) for name in ("verbs", "with_a_dressing", "dressings", "cloths", "hurts")
)
NO_DEED = {"aux", "auxpass", "amod", "compound"}
STATES = {"be", "have", "get", "give", "wear", "go", "end up", "vanish", "disappear", "close", "hold"}
"""Verbs that tell of a treatment only where they name the part."""
FORMS = {form: verb for verb in TREATING | WITH_DRESSING if " " not in verb for form in forms(verb)}
PRONOUNS = {"it", "them", "this", "that", "both", "one"}


def treatments(tokens: Iterable[Token], scene: Scene) -> Iterator[Deed]:
    """The deeds that treat somebody."""
    for token in tokens:
        if token.pos_ in ("VERB", "AUX") and token.dep_ not in NO_DEED and told(token, scene):
            deed = Deed(token, scene.who)
            if treats(deed) and not _of_the_dressing(deed):
                yield deed


def _of_the_dressing(deed: Deed) -> bool:
    """ "The strapping stays on", "the bandage slips from her arm": what is there already treats nothing anew."""
    named = any(child.dep_ == "det" for child in deed.verb.children) and deed.verb.tag_ == "VBG"
    the = [
        doer for doer in deed.doers if is_dressing(doer, DRESSINGS) and any(c.lower_ == "the" for c in doer.children)
    ]
    return named or bool(the and (deed.verb.lemma_ in ("be", "have", "slip", "hold", "rest", "hang")))


def treats(deed: Deed) -> bool:
    verb = FORMS.get(deed.verb.lower_, deed.verb.lemma_)
    if any(child.lower_ in ("off", "away", "rid", "without", "out", "aside", "free") for child in deed.verb.children):
        return False
    if verb == "close" and not deed.things:
        return False
    if verb in TREATING or (verb == "wrap" and not deed.with_words("in")):
        return True
    return verb in WITH_DRESSING and any(is_dressing(token, DRESSINGS | CLOTHS) for token in ends(deed))


def ends(deed: Deed) -> list[Token]:
    """What is used and what it is used on: all nouns of the deed."""
    below = (*own_words(deed.verb), *_following(deed.verb))
    own = [token for token in below if token.pos_ in ("NOUN", "PROPN", "PRON", "ADJ", "X")]
    return [token for token in dict.fromkeys([*deed.things, *deed.receivers, *own])
            if token not in deed.doers or deed.passive or not deed.people([token])]  # fmt: skip


def own_words(verb: Token) -> Iterator[Token]:
    """The words below a verb, down to the next verb; "round" is none."""
    for child in verb.children:
        if child.pos_ not in ("VERB", "AUX") or child.lower_ in ("round", "around"):
            yield child
            yield from own_words(child)


def _following(verb: Token) -> Iterator[Token]:
    """The words up to the next sign or verb, wherever the parser hangs them."""
    for word in verb.doc[verb.i + 1 : verb.sent.end]:
        if word.pos_ in ("PUNCT", "CCONJ", "VERB") and word.lower_ not in ("round", "around"):
            return
        yield word


def is_dressing(token: Token, words: set[str]) -> bool:
    return token.lemma_.lower() in words or singular(token.lower_) in words


def aimed_at(deed: Deed, spots: Mapping[int, Spot], hurts: Sequence[Hurt | Change]) -> list[Hurt | Change]:
    """Which of the hurts a treatment is for: those that it names, else the last one where it says "it" or nothing."""
    named = [token for token in ends(deed) if not is_dressing(token, DRESSINGS)]
    parts = [spots[token.i] for token in named if token.i in spots]
    if parts:
        return [hurt for spot in parts for hurt in hurts if _lies_on(hurt, spot)]
    if kinds := [token for token in named if noun_of(token) or token.lemma_.lower() in HURTS]:
        return [hurt for token in kinds for hurt in _called(token, hurts, spots)][-1:]
    it = any(token.lower_ in PRONOUNS for token in named)
    plural = bool(hurts) and any(token.lower_ == "them" for token in named) and hurts[-1].where.endswith(("s", "feet"))
    people = deed.people([] if plural else named)
    medical = FORMS.get(deed.verb.lower_) in TREATING or any(is_dressing(token, DRESSINGS) for token in ends(deed))
    if people and people != deed.people(deed.doers):
        return [hurt for hurt in hurts if who_of(hurt) in people][-1:] if medical else []
    bare = FORMS.get(deed.verb.lower_) not in TREATING or not deed.things
    loose = deed.verb.lemma_ not in STATES and medical and bare
    return list(hurts[-1:]) if it or loose else []


def who_of(hurt: Hurt | Change) -> str:
    return hurt.who if isinstance(hurt, Hurt) else hurt.character


def _lies_on(hurt: Hurt | Change, spot: Spot) -> bool:
    return bool(hurt.where) and near(hurt.where, spot.part) and (not spot.sure or who_of(hurt) in spot.who)


def _called(token: Token, hurts: Sequence[Hurt | Change], spots: Mapping[int, Spot]) -> list[Hurt | Change]:
    """Those that a noun may mean: "the cut", "the wound"."""
    parts = [spots[end.i] for end in token.subtree if end.i in spots]
    fits = [hurt for hurt in hurts if all(_lies_on(hurt, spot) for spot in parts)]
    same = [hurt for hurt in fits if hurt.what == NOUNS.get(token.lemma_.lower())]
    return same or (fits if token.lemma_.lower() in HURTS | {"cut"} else [])
