"""Whom a deed puts in a place, and whether it does so now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.coreference import ALL, SUBJECTS, Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.rules.sites import NOUNS, WORDS, Spot

NOBODY = {"nobody", "none", "nothing"}


def put_there(at: Spot, scene: Scene, deeds: dict[int, Deed]) -> Slugs:
    """Those who are put in a place."""
    if at.top.dep_ in ("dobj", "nsubjpass") and not at.prepositions:
        deed = deeds.get(at.head.i)
        return people_of(deed, deed.doers) if deed and deed.verb.lemma_ in WORDS["reaching"] else ()
    if not at.within:
        return _calling(at, deeds)
    if at.head.pos_ in NOUNS or scene.who(at.head):
        return scene.who(at.head) if at.head.lower_ not in ALL else ()
    if at.head.pos_ == "ADJ" and at.head.dep_ in ("advcl", "amod", "acl", "appos"):
        before = at.noun.doc[max(at.head.i - 2, at.head.sent.start) : at.head.i]
        return tuple(who for word in before for who in scene.who(word))
    deed = next((Deed(word, scene.who) for word in (at.top, at.head) if _acts_as_verb(word)), deeds.get(at.head.i))
    return _settled(deed, at) if deed and not elsewhen(deed) and not dunked(deed, at.noun.lemma_) else ()


def _calling(at: Spot, deeds: dict[int, Deed]) -> Slugs:
    """ "Calls to him from the loft"."""
    deed = deeds.get(at.head.i) if at.prepositions == ("from",) else None
    return (
        people_of(deed, deed.doers) if deed and deed.verb.lemma_ in WORDS["from_there"] and not elsewhen(deed) else ()
    )


def _acts_as_verb(word: Token) -> bool:
    """A verb that the parser takes for an adjective."""
    return word.pos_ == "ADJ" and any(child.dep_ in SUBJECTS for child in word.children)


def _settled(deed: Deed, at: Spot) -> Slugs:
    """Whom a deed with these words puts in the place: those who do it, those whom it is done to, or both."""
    verb, doers = deed.verb.lemma_.lower(), people_of(deed, deed.doers)
    things = [token for token in deed.things if not token.is_ancestor(deed.verb)]
    others = deed.people([*things, *(deed.receivers if at.prepositions[-1] in WORDS["static"] else ())])
    if at.fronted:
        return (*doers, *(others if verb not in WORDS["putting"] | WORDS["telling"] else ()))
    if at.prepositions[-1] in ("to", "unto") and verb not in WORDS["moving"]:
        return ()
    if verb in WORDS["bringing"]:
        return (*doers, *others)
    if verb in WORDS["looking"] and at.prepositions[-1] not in WORDS["static"] - {"at"}:
        return ()
    if verb in WORDS["seeing"] | WORDS["putting"] and things:
        return others
    if things and at.directed:
        return others
    return (*doers, *others)


def real_deeds(sentence: Sentence) -> Iterator[Deed]:
    """What is told as done; who "finds nobody in the hall" is in the hall."""
    for deed in sentence.deeds:
        nobody = any(child.dep_ == "dobj" and child.lower_ in NOBODY for child in deed.verb.children)
        helped = any(child.dep_ in ("neg", "aux") for child in deed.verb.children)
        if deed.happens or (nobody and not helped and deed.verb.lemma_ in WORDS["finding"]):
            yield deed


def dunked(deed: Deed, place: str) -> bool:
    """Who falls or is sent into a pond is soon out of it."""
    return deed.verb.lemma_ in WORDS["dunking"] and place.split()[-1] in WORDS["waters"]


def with_it(deed: Deed) -> bool:
    """ "The pod falls away with him in it", "the ferry left with her on board"."""
    aboard = [child for child in deed.verb.subtree if child.lower_ in ("aboard", "inside")]
    return bool(aboard) or any(token.lower_ in ("it", "board") for token in deed.with_words("in", "on"))


def spoken_of(sentence: Sentence) -> Slugs:
    """Those of whom it speaks, not of their kin."""
    kin = [token for token in sentence.span if token.dep_ == "poss" and "person" in sorts_of(token.head)]
    named = [token for token in sentence.span if token not in kin]
    return tuple(dict.fromkeys(who for token in named for who in sentence.scene.who(token)))


def people_of(deed: Deed, tokens: Sequence[Token]) -> Slugs:
    """Those of the cast among these words, also as "all three of them"."""
    parts = [end for token in tokens for child in token.children if child.lower_ == "of" for end in child.children]
    return deed.people([*tokens, *parts])


def elsewhen(deed: Deed) -> bool:
    """Not now: until then, long before, or only as somebody tells it."""
    above = [deed.verb, *(token for token in deed.verb.ancestors if token.pos_ in VERBS)]
    for verb in above:
        if any(child.dep_ == "mark" and child.lower_ in ("until", "till", "before") for child in verb.children):
            return True
        if (
            verb.dep_ == "ccomp"
            and verb.tag_ != "VBG"
            and verb.head.lemma_.lower() in WORDS["telling"]
            and verb.head.i < verb.i
        ):
            return True
    told_of = above[0].dep_ in ("relcl", "ccomp", "advcl") and any(
        child.dep_ in SUBJECTS or child.lower_ == "having" for child in above[0].children
    )
    return told_of and is_past(above[0]) and not is_past(above[-1])


def is_past(verb: Token) -> bool:
    having = any(child.lower_ == "having" for child in verb.children)
    helped = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    return having or any(word.tag_ == "VBD" for word in (verb, *helped))
