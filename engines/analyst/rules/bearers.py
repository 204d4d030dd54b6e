"""Whose a feeling is: the one a word is said of, the owner of a face, a heart or a voice, or the nearest subject."""

from __future__ import annotations

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.words import listed, table

EXPRESSION, AMOUNT, MAKES = (set(listed(table("moods")[entry])) for entry in ("expression", "amount", "makes"))
VERBS = {"VERB", "AUX"}


def nearest(token: Token, scene: Scene) -> Slugs:
    """The subject before a word in its sentence, else anybody before it: where the tree does not say."""
    before = [word for word in reversed(scene.doc[token.sent.start : token.i]) if scene.who(word)]
    subjects = [word for word in before if word.dep_ in ("nsubj", "nsubjpass")]
    others = [word for word in before if word.dep_ != "poss"]
    found = next(iter((*subjects, *others, *before)), None)
    return people((found, *found.conjuncts), scene) if found is not None else ()


def owner(noun: Token, scene: Scene) -> Slugs:
    return tuple(slug for child in noun.children if child.dep_ == "poss" for slug in scene.who(child))


def bearer(token: Token, scene: Scene) -> Slugs:
    """Whose a state is: up the tree to a person, to the owner of a face or a heart, or to a verb's subject."""
    if (noun := described(token)) is not None and not scene.who(noun):
        on = [
            end for child in noun.children if child.dep_ == "prep" for part in child.children for end in part.children
        ]
        seen = noun.lemma_.lower() in EXPRESSION | AMOUNT
        return (owner(noun, scene) or people(tuple(on), scene) or nearest(token, scene)) if seen else ()
    for up in (token, *token.ancestors):
        if up is not token and scene.who(up):
            return scene.who(up)
        if up.pos_ in VERBS and (who := of_verb(up, token, scene)):
            return who
        if subject := [child for child in up.children if child.dep_ in ("nsubj", "nsubjpass")]:
            other = "person" in sorts_of(subject[0])[:1]
            return person_or_owner(subject[0], scene) or (() if other else nearest(token, scene))
        if up.pos_ == "NOUN" and up is not token and (whose := owner(up, scene)):
            return whose
    return nearest(token, scene)


def described(adjective: Token) -> Token | None:
    """The noun after an adjective that stands before it: "an angry, red burn"."""
    if adjective.dep_ in ("amod", "compound") and adjective.head.i > adjective.i and adjective.head.pos_ != "ADJ":
        return adjective.head
    behind = [
        word for word in adjective.doc[adjective.sent.start : adjective.i] if word.pos_ not in ("ADJ", "ADV", "PUNCT")
    ]
    if not behind or behind[-1].tag_ not in ("DT", "PRP$"):
        return None
    rest = adjective.doc[adjective.i + 1 : adjective.sent.end]
    noun = next((word for word in rest if word.pos_ not in ("ADJ", "PUNCT", "CCONJ")), None)
    return noun if noun is not None and noun.pos_ in ("NOUN", "VERB", "PROPN") else None


def of_verb(verb: Token, token: Token, scene: Scene) -> Slugs:
    deed = Deed(verb, scene.who)
    if verb.lemma_ in MAKES and token is not verb and (made := people(deed.things, scene)):
        return made
    doers = deed.things if deed.passive and not deed.people(deed.doers) else deed.doers
    return people(doers, scene)


def people(tokens: tuple[Token, ...], scene: Scene) -> Slugs:
    return tuple(dict.fromkeys(slug for token in tokens for slug in person_or_owner(token, scene)))


def person_or_owner(token: Token, scene: Scene) -> Slugs:
    """ "She", "her heart", "both of them"."""
    within = [end for child in token.children if child.lower_ in ("of", "in") for end in child.children]
    return scene.who(token) or owner(token, scene) or tuple(slug for end in within for slug in scene.who(end))
