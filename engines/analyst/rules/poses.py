"""Poses: how each character holds itself at the end; walking, running and climbing only while they still go on."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.coreference import Slugs, Who
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.predication import said_of, verb_of
from engines.analyst.language.sayings import Sayings
from engines.analyst.language.words import forms, listed, table
from events.script import Change, ChangeKind

WORDS = table("poses")


def _poses(part: str) -> dict[str, str]:
    return {word: pose for pose, words in WORDS[part].items() for word in listed(words)}


def _words(part: str) -> set[str]:
    return set(listed(WORDS[part]))


VERB, PHRASAL, ADJECTIVE, ON, INTO = (_poses(part) for part in ("verbs", "phrasal", "adjectives", "on", "into"))
FORMS = {form: pose for verb, pose in VERB.items() for form in forms(verb)}
SAYINGS = {pose: Sayings(words) for pose, words in WORDS["sayings"].items()}
NOT_WITH = {pose: set(listed(words)) for pose, words in WORDS["not_with"].items()}
LEANING_ON, RESTS, SINKING, TO_BED = (_words(part) for part in ("leaning_on", "rests", "sinking", "to_bed"))
SEATS, BEDS, STOPS, ENDS = (_words(part) for part in ("seats", "beds", "stops", "ends"))
ARRIVES, ARRIVES_AT, LEANS_WITH = (_words(part) for part in ("arrives", "arrives_at", "leans_with"))
MOVING = ("walking", "running", "climbing")
LENGTHS = {"length", "mile", "way", "yard", "distance", "step", "block", "dog"}
BECOMING = {"asleep", "silent", "quiet", "still", "pale", "true", "mad", "ill", "wrong"}
GOING_ON = {"away", "on", "along", "around", "ahead"}
BEARING = ("prep", "prt", "advmod", "acomp", "oprd")

Event = tuple[int, str, Slugs]
"""(where in the text, pose, who); an empty pose says that what they did before is over."""


def changes(scene: Scene) -> Iterator[Change]:
    pose: dict[str, str] = {}
    for sentence in scene.sentences:
        if not sentence.unreal and not sentence.asks:
            for _, what, slugs in sorted(_events(sentence)):
                pose.update(dict.fromkeys(slugs, what))
    yield from (Change(kind=ChangeKind.POSE, character=who, what=what) for who, what in pose.items() if what)


def _events(sentence: Sentence) -> Iterator[Event]:
    moving: Slugs = ()
    for deed in sentence.told:
        found = [*_of_verb(deed), *_on_a_seat(deed)]
        yield from found
        moving += tuple(slug for _, what, slugs in found if what in MOVING for slug in slugs)
        if not found and _ends(deed, moving):
            yield deed.verb.i, "", deed.people(deed.things if deed.passive else deed.doers)
    for token in sentence.span:
        yield from _of_phrase(token, sentence)


def _ends(deed: Deed, moving: Slugs) -> bool:
    stops = deed.lemma in STOPS and bool({*deed.people(deed.doers)} & {*moving})
    return stops or (bool({deed.lemma, deed.lemma.split()[0]} & ENDS) and _goes(deed))


def _goes(deed: Deed) -> bool:
    """ "Gets out", "boards the bus"; but "gets his breath back", "goes pale", "falls asleep", "bows her head"."""
    becomes = any(child.dep_ == "acomp" or child.lower_ in BECOMING for child in deed.verb.children)
    things = [thing for thing in deed.things if not deed.people([thing])]
    fixed = any(not {"place", "vehicle", "furniture", "animal"} & {*sorts_of(thing)} for thing in things)
    return not becomes and (deed.passive or not fixed)


def _of_verb(deed: Deed) -> Iterator[Event]:
    """A verb that names the pose: "sits", "is seated", "sits her down", "rests her elbows on the rail"."""
    lemma = deed.lemma.split()[0]
    near = {child.lower_ for child in deed.verb.rights if child.dep_ in BEARING}
    pose = _said(deed) or PHRASAL.get(deed.lemma) or VERB.get(lemma) or FORMS.get(lemma, "")
    pose = pose or ("lying" if _lay(deed) else "")
    if lemma in RESTS and not (pose == "leaning" and _itself(deed)):
        pose = "leaning" if any(thing.lemma_ in LEANS_WITH for thing in deed.things) else ""
    if not pose or near & NOT_WITH.get(pose, set()) or not _fits(pose, deed, near):
        return
    whom = deed.things if deed.passive or deed.people(deed.things) else deed.doers
    if deed.verb.dep_ == "xcomp" and deed.verb.head.lemma_ in STOPS:
        return
    yield deed.verb.i, _lasting(pose, deed, near), deed.people(whom)


def _said(deed: Deed) -> str:
    """ "Takes to her heels", "pulls himself upright"."""
    return next((pose for pose, sayings in SAYINGS.items() if sayings.of(deed.verb) is not None), "")


def _lay(deed: Deed) -> bool:
    """ "Lay", past of "lie", and "lays him down"."""
    return deed.verb.lemma_ == "lay" and (bool(deed.people(deed.things)) or not deed.things)


def _itself(deed: Deed) -> bool:
    """Done to nothing, or to somebody; what stands further on, or behind a comma, is no object."""
    near = deed.verb.doc[deed.verb.i + 1 : deed.verb.i + len(deed.lemma.split()) + 2]
    things = [thing for thing in deed.things if thing.left_edge in near and "," not in (token.text for token in near)]
    return not things or bool(deed.people(things))


def _fits(pose: str, deed: Deed, near: set[str]) -> bool:
    if _said(deed):
        return True
    if pose == "leaning":
        return (
            bool(near & LEANING_ON)
            or any(word in LEANING_ON for word, _ in deed.phrases())
            or (deed.verb.lemma_ == "lean" and not near)
        )
    if pose == "lying" and deed.verb.lemma_ == "lie":
        return any(child.dep_ in (*BEARING, "npadvmod", "dobj") and child.tag_ != "WRB" for child in deed.verb.children)
    if pose in ("climbing", "sitting", "kneeling", "crouching"):
        return True
    along = pose == "walking" and all(thing.lemma_ in LENGTHS or "place" in sorts_of(thing) for thing in deed.things)
    return along or _itself(deed)


def _lasting(pose: str, deed: Deed, near: set[str]) -> str:
    """Movement that comes to a place is over; what "is" or "goes on" running is not."""
    if pose not in MOVING:
        return pose
    if deed.passive:
        return ""
    verb = deed.verb
    helpers = {child.lemma_.lower() for child in verb.children if child.dep_ == "aux"}
    if any(child.lower_ == "had" for child in verb.head.children):
        return ""
    if verb.tag_ == "VBG" and (helpers & {"be", "have"} or verb.dep_ in ("xcomp", "ccomp", "acl")):
        return pose
    if near & GOING_ON:
        return pose
    bare = {child.lower_ for child in verb.rights if child.dep_ in BEARING and not child.n_rights}
    arrived = (
        (bare & ARRIVES)
        or near & {"out", "off"}
        or (near & {"down", "up"} and any(word in ("from", "off") for word, _ in deed.phrases()))
        or "have" in helpers
        or (pose == "climbing" and near & {"over", "through"})
    )
    return "" if arrived or any(word in ARRIVES_AT for word, _ in deed.phrases()) else pose


def _on_a_seat(deed: Deed) -> Iterator[Event]:
    """ "Sinks onto a bench", "falls into bed", "pushes her into a chair", "takes a seat"."""
    if deed.verb.lemma_ == "take" and any(thing.lemma_ in ("seat", "place") for thing in deed.things):
        yield deed.verb.i, "sitting", deed.people(deed.doers)
    for preposition, noun in deed.phrases():
        bed = noun.lemma_ in BEDS
        seat = noun.lemma_ in SEATS or sorts_of(noun)[:1] == ("furniture",)
        onto = preposition in ("on", "onto", "into", "in", "upon", "to", "beside")
        if onto and _itself(deed) and deed.verb.lemma_ in (TO_BED | SINKING if bed else SINKING if seat else ()):
            lies = bed and (preposition in ("into", "in", "to") or deed.verb.lemma_ in TO_BED)
            lies = lies or deed.verb.lemma_ == "lay"
            yield noun.i, "lying" if lies else "sitting", deed.people(deed.things or deed.doers)


def _of_phrase(token: Token, sentence: Sentence) -> Iterator[Event]:
    """ "On her knees", "gets to his feet", "into a crouch", "seated", "with her back against the wall"."""
    who = sentence.scene.who
    verb = verb_of(token)
    if verb is not None and not Deed(verb, who).happens:
        return
    if token.pos_ not in VERBS and (pose := ADJECTIVE.get(token.lower_)):
        yield token.i, pose, _slugs(said_of(token, who), sentence)
    if token.pos_ not in VERBS and (pose := FORMS.get(token.lower_)):
        yield token.i, pose, _slugs(_misread(token, who), sentence)
    if token.dep_ == "pobj" and (pose := _borne(token)):
        yield token.i, pose, _borne_on(token, sentence)


def _misread(word: Token, who: Who) -> tuple[Token, ...]:
    """Whose pose it is where the parser takes a verb for a noun: "Ava reads in bed, kneeling, and …", "the two of them
    kneel"; () where it is a noun."""
    if not word.i or word.i + 1 == len(word.doc):
        return ()
    before, after = word.nbor(-1), word.nbor(1)
    if word.lower_.endswith("ing"):
        verb = verb_of(word)
        apart = before.text == "," and after.text in (",", ".", ";")
        return Deed(verb, who).doers if apart and verb is not None else ()
    counted = before.pos_ == "NUM" or before.lower_ in ("both", "all")
    said = bool(who(before)) and before.dep_ != "poss" and before.tag_ != "PRP$" and before.text != "her"
    return (before,) if said and not counted and word.dep_ != "pobj" else ()


def _borne(noun: Token) -> str:
    preposition = noun.head.lower_
    if any(child.lower_ == "of" for child in noun.children):
        return ""
    if preposition in ("on", "onto", "upon", "to"):
        pose = ON.get(noun.lemma_.lower(), "")
        feet = pose in ("standing", "kneeling", "crouching") and noun.tag_ == "NNS"
        return pose if preposition != "to" or feet else ""
    if preposition == "into":
        return INTO.get(noun.lemma_.lower(), "")
    against = any(child.lower_ in ("against", "to") for child in noun.children)
    return "leaning" if preposition == "with" and noun.lemma_ in LEANS_WITH and against else ""


def _borne_on(noun: Token, sentence: Sentence) -> Slugs:
    """Whoever is on their own knees, feet or back; nobody where something else is put there."""
    who, preposition = sentence.scene.who, noun.head
    own = {slug for child in noun.children if child.dep_ == "poss" for slug in who(child)}
    above = preposition.head
    before = preposition.i < above.i
    deed = Deed(above, who)
    if above.pos_ in VERBS and not _itself(deed) and not before:
        return ()
    said = deed.doers if above.pos_ in VERBS and before else said_of(preposition, who)
    slugs = _slugs(said, sentence)
    return slugs if not own or {*slugs} <= own else ()


def _slugs(tokens: tuple[Token, ...], sentence: Sentence) -> Slugs:
    return tuple(dict.fromkeys(slug for token in tokens for slug in sentence.scene.who(token)))
