"""Clothes that were soaked and dry again."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.predication import denied, said_of, verb_of
from engines.analyst.rules.water import CLOTHES, WORDS, is_clothes, owners, still_wet
from events.script import Change, ChangeKind

ANYTHING = {"it", "they", "them", "this", "that", "which", "everything", "all", "both", "each", "rest", "one"}


def changes(scene: Scene) -> Iterator[Change]:
    """Only what was soaked before can dry. Whoever the sentence names is dry; where it names nobody wet, those of the
    sentence before, else all who are wet."""
    wet = still_wet(scene)
    dry: dict[str, bool] = {}
    before: Slugs = ()
    for sentence in scene.aloud.sentences if wet else ():
        if not sentence.unreal and not sentence.asks:
            dry.update(_drying(sentence, wet, before))
        before = tuple(slug for slug in sentence.everybody if slug in wet) or before
    yield from (Change(kind=ChangeKind.DRIED, character=slug, what=CLOTHES) for slug in wet if dry.get(slug))


def _drying(sentence: Sentence, wet: Slugs, before: Slugs) -> dict[str, bool]:
    """Who is said to be dry, and who to be wet still."""
    meant = tuple(slug for slug in sentence.everybody if slug in wet) or before or wet
    damp = {
        slug for token in sentence.span if _still_damp(token, sentence) for slug in _whose(token, sentence) or meant
    }
    dried = [token for token in sentence.span if _dry(token, sentence) or _no_more_damp(token, sentence)]
    dry = bool(dried)
    damp -= {slug for token in dried for slug in _whose(token, sentence)}
    return {slug: dry and slug not in damp for slug in meant if dry or slug in damp}


def _whose(token: Token, sentence: Sentence) -> Slugs:
    """Those of whom it is said, or of whose clothes."""
    who = sentence.scene.who
    about = said_of(token, who)
    own = tuple(slug for one in about for child in one.children if child.dep_ == "poss" for slug in who(child))
    return owners(about, sentence.scene) or own


def _happens(token: Token, sentence: Sentence) -> bool:
    verb = verb_of(token)
    return not denied(token) and (verb is None or Deed(verb, sentence.scene.who).happens)


def _of_clothes(token: Token, sentence: Sentence) -> bool:
    """Whether it is said of somebody, of clothes, or of what is not named."""
    about = said_of(token, sentence.scene.who)
    return not about or any(_can_dry(one, sentence) for one in about)


def _can_dry(noun: Token, sentence: Sentence) -> bool:
    """Somebody, clothes, what belongs to somebody and is no hair or mouth, or the wet itself."""
    who = sentence.scene.who
    own = any(who(child) for child in noun.children if child.dep_ == "poss")
    body = "body" in sorts_of(noun) or noun.lemma_.lower() in WORDS["not_clothes"]
    named = bool(who(noun)) or is_clothes(noun) or noun.lower_ in ANYTHING
    return named or (own and not body) or _moisture(noun)


def _dry(token: Token, sentence: Sentence) -> bool:
    """ "Is dry", "has dried", "the sun dries her coat"; not "dry land", "hangs them up to dry", "dries her eyes"."""
    if token.lower_ not in WORDS["dry"] and token.lemma_.lower() != "dry":
        return False
    if not _happens(token, sentence) or token.dep_ == "amod" or _qualified(token) or token.tag_ == "VBG":
        return False
    if token.pos_ not in VERBS:
        return _of_clothes(token, sentence)
    deed = Deed(token, sentence.scene.who)
    wanted = any(child.lower_ in ("to", "can") for child in token.children if child.dep_ == "aux")
    roles = (*deed.things, *deed.doers)
    objects = [one for one in deed.things if one.i > token.i]
    objects += [noun for noun in deed.with_words("of", "from") if objects and is_clothes(noun)]
    fits = not roles or any(_can_dry(one, sentence) for one in objects or roles)
    return fits and not wanted


def _qualified(token: Token) -> bool:
    """ "Half dry", "nearly dry", "far from dry"."""
    before = token.doc[max(token.i - 2, 0) : token.i]
    return any(word.lower_ in WORDS["still"] for word in before)


def _still_damp(token: Token, sentence: Sentence) -> bool:
    """ "Is still damp", "goes on dripping", "is not dry"."""
    if _ended(token) or not _of_clothes(token, sentence):
        return False
    if token.lemma_.lower() == "dry" and token.dep_ != "amod":
        return not _happens(token, sentence) or _qualified(token)
    attribute = token.dep_ == "amod" and token.head.pos_ in ("NOUN", "PROPN")
    verb = verb_of(token)
    never = verb is not None and any(child.dep_ == "neg" for child in verb.children)
    return _is_damp(token) and not attribute and not denied(token) and not never and not _moisture(token)


def _is_damp(token: Token) -> bool:
    return token.pos_ not in ("NOUN", "PROPN") and bool({token.lemma_.lower(), token.lower_} & WORDS["damp"])


def _ended(token: Token) -> bool:
    """ "No longer wet", "stops dripping"."""
    near = [*token.children, *token.head.children]
    longer = any(one.lower_ in WORDS["no_more"] for one in (*near, *token.doc[max(token.i - 3, 0) : token.i]))
    longer = longer or (token.dep_ == "amod" and token.head.lemma_ in WORDS["stitches"] and denied(token.head))
    return longer or token.head.lemma_ in ("stop", "cease")


def _no_more_damp(token: Token, sentence: Sentence) -> bool:
    """ "No longer damp", "not a trace of damp", "the last moisture has left the cloth"."""
    if _is_damp(token) and _ended(token):
        return True
    return _moisture(token) and _gone(token, sentence)


def _moisture(token: Token) -> bool:
    return token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in WORDS["moisture"]


def _gone(token: Token, sentence: Sentence) -> bool:
    above = token.head.head if token.dep_ == "pobj" and token.head.lower_ == "of" else token
    if denied(token) or denied(above):
        return token.lemma_.lower() in WORDS["damp"] | {"moisture", "dampness", "wetness"}
    verb = verb_of(above)
    if verb is None or above.dep_ not in ("nsubj", "nsubjpass", "dobj"):
        return False
    return verb.lemma_.lower() in WORDS["leaving"] and Deed(verb, sentence.scene.who).happens
