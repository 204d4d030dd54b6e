"""Clothes that get soaked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS, listed_with
from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.predication import denied, said_of, verb_of
from engines.analyst.language.words import listed, table
from events.script import Change, ChangeKind

WORDS = {name: set(listed(words)) for name, words in table("water").items()}
CLOTHES = "clothes"
AS_GOOD_AS = re.compile(
    r"\b(?:might|could|may) (?:just )?as well have (?:swum|bathed|jumped|fallen|dived|stood under)\b", re.I
)
""" "Might as well have swum there": wet through all the same."""
HEADS = {"head", "shoulder", "top", "body", "back", "face", "chest", "clothes", "hair"}


def changes(scene: Scene) -> Iterator[Change]:
    wet = still_wet(scene)
    soaked = [slug for sentence in scene.sentences if not sentence.unreal for slug in _soaked(sentence)]
    for slug in dict.fromkeys(soaked):
        if slug not in wet:
            yield Change(kind=ChangeKind.SOAKED, character=slug, what=CLOTHES)


def still_wet(scene: Scene) -> tuple[str, ...]:
    """Those who were soaked in earlier scenes and have not dried."""
    wet: dict[str, None] = {}
    for change in scene.known:
        if change.kind == ChangeKind.SOAKED:
            wet[change.character] = None
        elif change.kind == ChangeKind.DRIED:
            wet.pop(change.character, None)
    return tuple(wet)


def owners(tokens: Iterable[Token], scene: Scene) -> Slugs:
    """Those who are meant, or whose clothes are."""
    found: list[str] = []
    for token in tokens:
        own = [one for child in token.children if child.dep_ == "poss" for one in listed_with(child)]
        own = own or [one for one in token.subtree if one.dep_ not in ("pobj", "dobj")]
        found += scene.who(token) or [slug for one in own if is_clothes(token) for slug in scene.who(one)]
    return tuple(dict.fromkeys(found))


def is_clothes(noun: Token) -> bool:
    lemma = noun.lemma_.lower()
    garment = lemma in WORDS["clothes"] or noun.lower_ in WORDS["clothes"] or "garment" in sorts_of(noun)[:1]
    return garment and lemma not in WORDS["not_clothes"]


def _soaked(sentence: Sentence) -> Iterator[str]:
    scene = sentence.scene
    for deed in sentence.told:
        for rule in (_wetted, _in_the_water, _taken, _poured_over, _runs_off):
            yield from rule(deed, scene)
    if AS_GOOD_AS.search(sentence.span.text):
        swum = [deed for deed in sentence.deeds if any(child.lower_ == "well" for child in deed.verb.children)]
        yield from (slug for deed in swum for slug in deed.people(deed.doers))
    for token in sentence.span:
        verb = verb_of(token)
        if verb is None or Deed(verb, scene.who).happens:
            yield from _wet_through(token, scene)
        yield from _no_dry_stitch(token, scene)


def _is(token: Token, words: str) -> bool:
    return token.lemma_.lower() in WORDS[words] or token.lower_ in WORDS[words]


def _verb(deed: Deed, words: str) -> bool:
    return bool({deed.lemma, deed.verb.lemma_.lower()} & WORDS[words])


def _of_water(token: Token) -> bool:
    """Not "soaked in vinegar", "drenched in moonlight"."""
    return not any(
        end.lemma_.lower() in WORDS["not_with"] for child in token.children if child.dep_ in ("prep", "agent")
        for end in child.children
    )  # fmt: skip


def _wetted(deed: Deed, scene: Scene) -> Slugs:
    """ "The rain drenches her", "soaks through his coat"."""
    if not _verb(deed, "wetting") or not _of_water(deed.verb) or any(_is(doer, "not_with") for doer in deed.doers):
        return ()
    return owners((*deed.things, *deed.receivers, *deed.with_words("through")), scene)


def _in_the_water(deed: Deed, scene: Scene) -> Slugs:
    """Falls or is thrown into water, swims, is dragged out of it."""
    whom = deed.things if deed.passive or deed.things else deed.doers
    water = [preposition for preposition, noun in deed.phrases() if _is(noun, "waters")]
    inside = _verb(deed, "getting_in") and WORDS["in"] & {*water}
    outside = _verb(deed, "getting_out") and WORDS["out"] & {*water}
    sides = _verb(deed, "getting_in") and any(_is(noun, "side") for noun in deed.with_words("over"))
    off = _verb(deed, "getting_in") and any(_is(noun, "banks") for noun in deed.with_words("off", "from"))
    near = {
        child.lower_ for child in deed.verb.children if child.dep_ in ("advmod", "prt", "prep") and not child.n_rights
    }
    overboard = _verb(deed, "getting_in") and ("overboard" in near or (deed.verb.lemma_ == "go" and "under" in near))
    swims = _verb(deed, "swimming") and not deed.things
    deep = any(_is(noun, "depths") and _to(noun) for noun in deed.verb.subtree) and _near_water(deed)
    if deep or (swims and not whom):
        return deed.people(deed.doers)
    return deed.people(whom) if inside or outside or sides or off or overboard or swims else ()


def _to(noun: Token) -> bool:
    return noun.dep_ == "pobj" and noun.head.lower_ == "to"


def _near_water(deed: Deed) -> bool:
    return deed.verb.lemma_ in ("wade", "swim", "sink") or any(_is(token, "waters") for token in deed.verb.sent)


def _taken(deed: Deed, scene: Scene) -> Slugs:
    """ "The current takes him", "is washed overboard"."""
    flows = any(_is(doer, "flows") for doer in deed.doers)
    near = {child.lower_ for child in deed.verb.children}
    swept = deed.passive and deed.verb.lemma_ in ("sweep", "wash") and near & WORDS["overboard"]
    return deed.people(deed.things) if swept or (flows and _verb(deed, "carrying")) else ()


def _poured_over(deed: Deed, scene: Scene) -> Iterator[str]:
    """ "A wave breaks over her", "empties a bucket over his head"."""
    waters = any(_is(token, "waters") for token in deed.doers)
    if not waters and not any(_is(token, "flows") for token in (*deed.doers, *deed.things)):
        return
    for preposition, noun in deed.phrases():
        if preposition in WORDS["over"] or (preposition == "of" and noun.head.head.lower_ == "top"):
            own = [child for child in noun.children if child.dep_ == "poss" and noun.lemma_.lower() in HEADS]
            if preposition not in ("on", "onto", "down") or own:
                yield from deed.people([noun, *own])
            elif scene.who(noun) and deed.verb.lemma_ in WORDS["splashing"]:
                yield from scene.who(noun)


def _runs_off(deed: Deed, scene: Scene) -> Slugs:
    """ "Water drips from her coat", "wrings out his shirt", "her skirt clings to her"."""
    lemma = deed.verb.lemma_.lower()
    behind = [noun for noun in deed.with_words("from", "of", "off", "in", "out") if is_clothes(noun) or scene.who(noun)]
    if lemma == "wring":
        clothes = [token for token in (*deed.things, *behind) if is_clothes(token)]
        return (owners(clothes, scene) or deed.people(deed.doers)) if clothes else ()
    if _verb(deed, "running") and any(_is(token, "waters") for token in deed.doers):
        return owners(behind, scene) or (_nearest(deed.verb, scene) if behind else ())
    if _verb(deed, "running") and any(_is(token, "waters") for token in deed.things) and behind:
        return deed.people(deed.doers) or _nearest(deed.verb, scene)
    return owners([doer for doer in deed.doers if is_clothes(doer)], scene) if lemma in WORDS["clinging"] else ()


def _wet_through(token: Token, scene: Scene) -> Slugs:
    """ "Soaked", "dripping wet", "wet to the skin", "clothes heavy with water", "like a drowned rat"."""
    word = token.lower_
    wet = word == "wet" and token.i + 1 < len(scene.doc) and token.nbor(1).lower_ in WORDS["wholly"]
    heavy = word == "heavy" and any(_is(end, "waters") for child in token.children for end in child.children)
    state = token.pos_ not in VERBS or token.tag_ in ("VBN", "VBG", "VBD")
    if word == "drowned" and token.dep_ == "amod":
        return owners(said_of(token.head.head, scene.who), scene)
    if not (wet or heavy or (word in WORDS["soaked"] and state)) or not _of_water(token) or denied(token):
        return ()
    token = token.head if token.dep_ == "amod" and token.head.lower_ == "wet" else token
    about = said_of(token, scene.who)
    behind_comma = token.left_edge.i > 0 and token.doc[token.left_edge.i - 1].text == ","
    hung_wrongly = (token.dep_ == "amod" and token.i > token.head.i) or (token.dep_ == "acl" and behind_comma)
    if hung_wrongly or all(one.i == token.i or one.pos_ not in ("NOUN", "PROPN", "PRON") for one in about):
        return _nearest(token, scene)
    return owners([one for one in about if scene.who(one) or is_clothes(one)], scene)


def _nearest(token: Token, scene: Scene) -> Slugs:
    """Whom the sentence named last before a word, else first after it, where the tree does not say."""
    before = [one for one in token.doc[token.sent.start : token.i] if scene.who(one) and one.dep_ != "poss"]
    after = [one for one in token.doc[token.i : token.sent.end] if scene.who(one) and one.dep_ != "poss"]
    if not before and not after:
        return ()
    nearest = [*before[-1:], *after[:1]][0]
    with_them = [one for one in nearest.ancestors if one.dep_ in ("conj", "nsubj", "appos", "dobj")]
    joined = with_them if nearest.dep_ == "conj" else []
    return tuple(dict.fromkeys(slug for one in (*joined, nearest) for slug in scene.who(one)))


def _no_dry_stitch(token: Token, scene: Scene) -> Slugs:
    """ "Without a dry stitch", "not a dry thread on her body"."""
    dry = any(child.lower_ == "dry" for child in (*token.children, *token.head.children))
    if not dry or not _is(token, "stitches") or not denied(token):
        return ()
    inside = tuple(slug for one in token.subtree for slug in scene.who(one))
    verb = verb_of(token)
    return inside or (Deed(verb, scene.who).people(Deed(verb, scene.who).doers) if verb is not None else ())
