"""Wardrobe: what somebody wears by the end of a scene, one change for each garment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS, listed_with
from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.predication import denied, said_of, verb_of
from engines.analyst.language.words import singular
from engines.analyst.rules.garments import (
    WORDS,
    asides,
    is_anything,
    is_bedding,
    is_clad,
    is_damp,
    is_garment,
    is_one,
    items,
    names_no_person,
    names_of,
    spoken_of,
    worn_for,
)
from engines.script import lexicon
from events.script import Change, ChangeKind

IT = {"it", "them", "these", "this", "that", "those", "both", "one"}

Worn = tuple[Slugs, Token]
"""Who wears which garment."""


def changes(scene: Scene) -> Iterator[Change]:
    worn: dict[tuple[str, str], Change] = {}
    for sentence in scene.sentences:
        if sentence.unreal or sentence.asks:
            continue
        for slugs, garment in _worn(sentence):
            for slug, (noun, what) in product(slugs, names_of(garment, scene)):
                change = Change(kind=ChangeKind.WARDROBE, character=slug, what=what, colour=lexicon.colour(what))
                worn.setdefault((slug, _key(noun)), change)
        for slugs, taken in _taken_off(sentence):
            for slug in slugs:
                worn.pop((slug, _key(taken)), None)
    yield from worn.values()


def _key(noun: Token) -> str:
    return singular(noun.lower_)


def _worn(sentence: Sentence) -> Iterator[Worn]:
    for deed in sentence.told:
        if is_one(deed.verb, "damp"):
            continue
        for rule in (_wears, _gets_into, _draped, _fits, _stays_on, _revealed, _swapped):
            yield from ((slugs, noun) for slugs, noun in rule(deed, sentence) if not denied(noun) and not is_damp(noun))
    for token in sentence.span:
        if is_garment(token) and token.dep_ != "compound":
            yield from _gapped(token, sentence)
            yield from _on_body(token, sentence)
            yield from _shown(token, sentence)
        if token.dep_ in ("pobj", "pcomp", "conj") and not denied(token):
            yield from _within(token, sentence)


def _verb(deed: Deed, words: str) -> bool:
    return bool({deed.lemma, deed.verb.lemma_.lower()} & WORDS[words])


def _wears(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "Wears a cape", "has it on", "buttons up her coat"."""
    if _verb(deed, "wearing"):
        for noun in items((*deed.things, *asides(deed), *worn_for(deed))):
            if is_garment(noun) if noun.i < deed.verb.i else is_anything(noun):
                yield deed.people(deed.doers), noun
            elif noun.lower_ in IT and (before := spoken_of(noun)) is not None:
                yield deed.people(deed.doers), before
    elif _verb(deed, "on_verbs"):
        behind = [noun for noun in deed.with_words("on") if is_garment(noun)]
        on = any(child.lower_ == "on" and not [*child.children] for child in deed.verb.children)
        meant = [spoken_of(noun) if noun.lower_ in IT else noun for noun in deed.things] if on else []
        things = [noun for noun in meant if noun is not None and is_garment(noun)]
        yield from ((deed.people(deed.doers), noun) for noun in (*behind, *things))
    if _verb(deed, "helping") and any(child.lower_ == "on" for child in deed.verb.children):
        yield from ((deed.people(deed.things), noun) for noun in deed.with_words("with") if is_garment(noun))
    others = [noun for word, noun in deed.phrases() if word in WORDS["on_body"] and sentence.scene.who(noun)]
    if _verb(deed, "fastening") and not others and not any(is_one(noun, "carrying") for _, noun in deed.phrases()):
        yield from (
            (_owner(noun, sentence) or deed.people(deed.doers), noun) for noun in deed.things if is_garment(noun)
        )


def _owner(noun: Token, sentence: Sentence) -> Slugs:
    own = [one for child in noun.children if child.dep_ == "poss" for one in listed_with(child)]
    return tuple(slug for one in own for slug in sentence.scene.who(one))


def _gets_into(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "Changes into overalls", "helps him into his coat", "slips her feet into slippers"."""
    if _verb(deed, "no_entry"):
        return
    objects = [thing for thing in deed.things if deed.passive or thing.i > deed.verb.i]
    limbs = [thing for thing in objects if is_one(thing, "limbs")]
    who = (limbs and _owner(limbs[0], sentence)) or deed.people(deed.doers if limbs else objects or deed.doers)
    yield from ((who, noun) for noun in items(deed.with_words("into")) if is_garment(noun))


def _draped(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "Ties a hat under her chin", "the tunic hangs on her", "pulls it over his head"."""
    if not _verb(deed, "draping"):
        return
    garments = [noun for noun in (*deed.things, *deed.doers) if is_garment(noun)]
    garments += [before for noun in deed.things if noun.lower_ in IT and (before := spoken_of(noun)) is not None]
    for preposition, place in deed.phrases():
        if garments and preposition in WORDS["on_body"]:
            yield from (
                (_body_of(place, deed, sentence), noun)
                for noun in garments
                if noun != place and not _covers(noun, place, preposition)
            )


def _covers(noun: Token, place: Token, preposition: str) -> bool:
    """ "The sheet over her head": no garment."""
    return is_bedding(noun) and preposition not in ("around", "round", "about") and not is_one(place, "trunk")


def _body_of(place: Token, deed: Deed, sentence: Sentence) -> Slugs:
    """Whose neck, head or shoulders; somebody as a whole."""
    if sentence.scene.who(place):
        return sentence.scene.who(place) if place.head.lower_ not in ("to", "under", "above", "at") else ()
    held = is_one(place, "carrying") and place.tag_ != "NNS"
    if (
        not is_one(place, "worn_at")
        or held
        or (place.lemma_ in ("hand", "finger", "knee") and deed.verb.lemma_ != "pull")
    ):
        return ()
    return _owner(place, sentence) or deed.people(deed.doers)


def _fits(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "The cap suits him", "shades his eyes"."""
    garments = [noun for noun in deed.doers if is_garment(noun)]
    if garments and _verb(deed, "fitting"):
        yield from ((deed.people(deed.things), noun) for noun in garments)
    if garments and _verb(deed, "covering"):
        places = [noun for noun in deed.things if is_one(noun, "worn_at") or is_one(noun, "limbs")]
        yield from ((_owner(place, sentence), noun) for place in places for noun in garments if not is_bedding(noun))


def _stays_on(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "Her hat stays on"."""
    on = any(child.lower_ == "on" and not any(end.dep_ == "pobj" for end in child.children)
             for child in deed.verb.children)  # fmt: skip
    if on and _verb(deed, "staying"):
        yield from ((_owner(noun, sentence), noun) for noun in deed.doers if is_garment(noun))


def _revealed(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "Underneath is a plain black dress", "takes off her coat and shows a red one"."""
    under = any(is_one(token, "under") for token in sentence.span)
    if _verb(deed, "revealing") or (under and deed.verb.lemma_ == "be"):
        who = deed.people(deed.doers) or sentence.everybody[:1]
        yield from ((who, noun) for noun in (*deed.things, *deed.doers) if is_garment(noun))


def _swapped(deed: Deed, sentence: Sentence) -> Iterator[Worn]:
    """ "Has exchanged her oilskins for a green gown"."""
    if _verb(deed, "swapping"):
        yield from ((deed.people(deed.doers), noun) for noun in items(deed.with_words("for")) if is_garment(noun))


def _within(noun: Token, sentence: Sentence) -> Iterator[Worn]:
    """ "In a long coat", "dressed in silk", "with a scarf round her neck"."""
    first = noun
    while (first.dep_ == "conj" and first.pos_ not in VERBS) or _stuff_of_garment(first, noun):
        first = first.head if first.dep_ == "conj" else first.head.head
    preposition = first.head
    if first.dep_ != "pobj" or not _told(preposition, sentence) or is_damp(noun):
        return
    verb = verb_of(preposition)
    clad = verb is not None and is_one(verb, "clad") and is_clad(noun)
    if preposition.lower_ == "in" and (is_garment(noun) or clad or _material(noun, preposition)):
        said = _clothed(preposition, sentence)
        lost = (
            preposition.dep_ == "ROOT"
            or not said
            or (said and all(one.pos_ == "NOUN" and names_no_person(one) for one in said))
        )
        yield _people(said, sentence) or (_next_to(preposition, sentence) if lost else ()), noun
    if preposition.lower_ == "on" and noun.doc[preposition.i - 1].lemma_ == "have" and is_garment(noun):
        before = [slug for token in noun.doc[noun.sent.start : preposition.i] for slug in sentence.scene.who(token)]
        yield tuple(before[-1:]), noun


def _stuff_of_garment(first: Token, noun: Token) -> bool:
    """ "A dress of nettles and a bonnet"."""
    return first != noun and first.dep_ == "pobj" and first.head.lower_ == "of" and is_garment(first.head.head)


def _on_body(noun: Token, sentence: Sentence) -> Iterator[Worn]:
    """ "A black cape about his shoulders": whatever the tree hangs the words on."""
    if noun.i + 2 >= noun.sent.end or denied(noun) or is_damp(noun) or not _told(noun, sentence):
        return
    preposition = noun.nbor(1)
    place = next((token for token in noun.doc[noun.i + 2 : noun.i + 5] if is_one(token, "worn_at")), None)
    if preposition.lower_ not in WORDS["on_body"] - {"to"} or place is None or is_one(place, "limbs"):
        return
    at_feet = preposition.lower_ == "at" and not is_one(place, "trunk")
    between = noun.doc[noun.i + 2 : place.i]
    if at_feet or _covers(noun, place, preposition.lower_) or not any(token.dep_ == "poss" for token in between):
        return
    yield _people(between, sentence) or sentence.everybody[:1], noun


def _gapped(noun: Token, sentence: Sentence) -> Iterator[Worn]:
    """ "Ava wears a gown, Kairo a toga"."""
    first = noun.left_edge if noun.left_edge.lower_ in ("a", "an") else next(iter(noun.children), noun)
    if first.lower_ not in ("a", "an") or first.i < 2:
        return
    person, before = noun.doc[first.i - 1], noun.doc[first.i - 2]
    if sentence.scene.who(person) and before.lower_ in (",", "and", ":", ";"):
        yield sentence.scene.who(person), noun


def _shown(noun: Token, sentence: Sentence) -> Iterator[Worn]:
    """ "Looks at himself in the mirror: a charcoal suit, a narrow tie"."""
    colons = [token.i for token in sentence.span if token.text in (":", "—") and token.i < noun.i]
    if not colons or any(token.pos_ in VERBS and token.tag_ != "VBN" for token in noun.doc[colons[-1] : noun.i]):
        return
    before = noun.doc[sentence.span.start : colons[-1]]
    if any(is_one(token, "shows") for token in before) and not any(is_one(token, "stowing") for token in before):
        yield _people(before, sentence)[:1], noun


def _told(preposition: Token, sentence: Sentence) -> bool:
    verb = verb_of(preposition)
    return verb is None or Deed(verb, sentence.scene.who).happens


def _next_to(preposition: Token, sentence: Sentence) -> Slugs:
    """ "In a long coat she walks on": whoever stands next to the phrase, where the tree hangs it on some thing."""
    after = [slug for token in preposition.subtree if token.i > preposition.i for slug in sentence.scene.who(token)]
    return tuple(after[:1])


def _material(noun: Token, preposition: Token) -> bool:
    """ "Dressed in black", "is in velvet"."""
    return is_one(noun, "materials") and (preposition.head.lemma_.lower() in WORDS["dressing"])


def _clothed(preposition: Token, sentence: Sentence) -> tuple[Token, ...]:
    """Whoever is "in" it; not where something is put or found there."""
    who, verb = sentence.scene.who, preposition.head
    said = said_of(preposition, who)
    if verb.pos_ not in VERBS:
        above = verb_of(preposition)
        if verb.pos_ == "NOUN" and verb.dep_ == "pobj" and above is not None:
            return Deed(above, who).things if Deed(above, who).passive else Deed(above, who).doers
        return (*said, verb.head) if verb.dep_ == "appos" and not _people(said, sentence) else said
    if any(one.i in (preposition.i - 1, preposition.i - 2) for one in said):
        return said
    deed = Deed(verb, who)
    if preposition.i < verb.i and not deed.passive:
        return deed.doers
    if is_one(verb, "dressing") and not said and verb.dep_ in ("ccomp", "advcl"):
        return Deed(verb.head, who).doers
    things = [thing for thing in deed.things if not who(thing)]
    return () if things and not deed.passive and verb.lemma_.lower() in WORDS["stowing"] else said


def _people(tokens: Iterable[Token], sentence: Sentence) -> Slugs:
    return tuple(dict.fromkeys(slug for token in tokens for slug in sentence.scene.who(token)))


def _taken_off(sentence: Sentence) -> Iterator[Worn]:
    """ "Takes off her coat", "slips out of the apron"."""
    for deed in sentence.told:
        if (
            _verb(deed, "taking_off")
            and not _verb(deed, "wearing")
            and not any(
                preposition in WORDS["on_body"] and _body_of(place, deed, sentence)
                for preposition, place in deed.phrases()
            )
        ):
            yield from ((deed.people(deed.doers), noun) for noun in deed.things if is_garment(noun))
        yield from ((deed.people(deed.doers), noun) for noun in deed.with_words("of") if is_garment(noun)
                    and noun.head.head.lower_ == "out")  # fmt: skip
