"""Verbs of hurting: who or what hurts which part of a body, and what only looks like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.words import singular
from engines.analyst.rules.body import Spot, first
from engines.analyst.rules.injury_words import ALONG, FORMS, GESTURES, NOUNS, SETS, THINGS, VERBS, noun_of

Spots = Mapping[int, Spot]
NO_ABSOLUTE = {"burn", "sting", "bite", "turn", "shoot"}
"""Cheeks burn and eyes sting without being hurt."""
PULLED = {"tear", "rip", "wrench", "snap", "turn", "twist", "pull"}
"""What is pulled away is not hurt."""
PIECES = {"point", "tip", "end", "fragment", "piece", "splinter"}


@dataclass(frozen=True)
class Blow:
    """What is done to parts of a body, or to somebody where no part is named."""

    what: str
    spots: Sequence[Spot]
    who: Slugs = ()


def blow_of(token: Token, scene: Scene, spots: Spots) -> Blow | None:
    if token.pos_ != "VERB":
        return _misread(token, scene, spots)
    deed = Deed(token, scene.who)
    if any(noun_of(thing) for thing in deed.things):
        return None
    what, thing = VERBS.get(verb_of(deed), ""), _thing(deed, scene)
    spot = _part(deed, bool(thing), spots, scene)
    if skinned := _flayed(deed, spots) or _gives_way(deed, spots):
        return skinned
    if thing and spot and (token.lemma_ in ("open", "tear", "run") or not what):
        return Blow(thing, [spot])
    if not what or (not spot and verb_of(deed) not in SETS["whole_person"]) or _harmless(deed, spot):
        return None
    return Blow(what, _with_others(spot, deed, spots) if spot else (), () if spot else deed.people(deed.things))


def _with_others(spot: Spot, deed: Deed, spots: Spots) -> list[Spot]:
    """ "Scrapes her knee and her elbow"."""
    others = [spots[token.i] for token in deed.things if token.i in spots]
    return others if spot in others else [spot]


def _flayed(deed: Deed, spots: Spots) -> Blow | None:
    """ "Takes the skin off her palms"."""
    skin = any(thing.lemma_.lower() in ("skin", "flesh") and thing.head == deed.verb for thing in deed.things)
    spot = first(spots, deed.with_words("off", "from")) if skin and deed.verb.lemma_ in SETS["flaying"] else None
    return Blow("graze", [spot]) if spot else None


def _gives_way(deed: Deed, spots: Spots) -> Blow | None:
    """ "His collarbone gives with a snap", "something snaps in her wrist"."""
    ends = list(deed.phrases())
    if deed.verb.lemma_ in SETS["giving"] and any(end.lemma_ in SETS["snaps"] for word, end in ends if word == "with"):
        spot = first(spots, deed.doers)
    elif deed.verb.lemma_ in ("snap", "crack", "break") and any(doer.lower_ == "something" for doer in deed.doers):
        spot = first(spots, [word for doer in deed.doers for word in doer.subtree] + [end for _, end in ends])
    else:
        return None
    return Blow("fracture", [spot]) if spot and spot.head not in SETS["boneless"] else None


def _misread(token: Token, scene: Scene, spots: Spots) -> Blow | None:
    """A verb that the parser takes for a noun: "a bramble rakes across her shin"."""
    spot = first(spots, token.doc[token.i + 1 : token.i + 6])
    between = token.doc[token.i + 1 : spot.token.i] if spot else ()
    if spot is None or any(word.pos_ in ("VERB", "PUNCT", "NOUN") for word in between):
        return None
    before = token.doc[max(token.sent.start, token.i - 4) : token.i]
    thing = next((what for word in before if (what := _made_by(word, scene))), "")
    what = thing if token.lemma_ in SETS["contact"] and thing else VERBS.get(token.lemma_, "")
    along = any(word.pos_ == "ADP" for word in between)
    return Blow(what, [spot]) if what and not (along and (token.lemma_ in NOUNS or what not in ALONG)) else None


def _thing(deed: Deed, scene: Scene) -> str:
    """What the thing that does it, or that is poured on somebody, makes of flesh."""
    if deed.verb.lemma_ not in SETS["contact"]:
        return ""
    poured = deed.things if deed.verb.lemma_ in SETS["poured"] else ()
    what = next((what for token in (*deed.doers, *poured) if (what := _made_by(token, scene))), "")
    return "" if what in ("cut", "scratch") and deed.verb.lemma_ in SETS["gentle"] else what


def _made_by(token: Token, scene: Scene) -> str:
    if token.lemma_.lower() in SETS["harmless"]:
        return ""
    if any(child.lower_ in SETS["hot"] for child in token.children) and not scene.who(token):
        return "burn"
    within = [end for end in token.subtree if end is not token] if token.lemma_.lower() in PIECES else []
    of_it = next((what for end in within if (what := THINGS.get(end.lemma_.lower(), ""))), "")
    return of_it or THINGS.get(token.lemma_.lower()) or THINGS.get(singular(token.lower_), "")


def _part(deed: Deed, of_thing: bool, spots: Spots, scene: Scene) -> Spot | None:
    """The part that it is done to."""
    verb = verb_of(deed)
    things = [token for token in deed.things if not _made_by(token, scene)]
    into = VERBS.get(verb) in ALONG and not deed.things
    along = of_thing or into or verb == "go over on" or deed.people(deed.things)
    behind = [end for word, end in deed.phrases() if along and word in SETS["on"]]
    pieces = [token for token in (*things, *_suffering(deed)) if token.lemma_.lower() in SETS["flesh"]]
    flesh = [end for piece in pieces for end in (*piece.subtree, *(end for _, end in deed.phrases()))]
    return first(spots, [*things, *behind, *_suffering(deed), *flesh]) or _heard(deed, spots)


def _suffering(deed: Deed) -> Sequence[Token]:
    """ "His arm breaks", "her collarbone broken": the part stands where the doer would."""
    participle = deed.verb.tag_ in ("VBN", "VBD") and deed.verb.lemma_ not in NO_ABSOLUTE
    alone = participle or deed.verb.lemma_ in SETS["intransitive"]
    return deed.doers if alone and not deed.things else ()


def _heard(deed: Deed, spots: Spots) -> Spot | None:
    """ "Everyone hears it break"."""
    bare = deed.verb.tag_ in ("VB", "VBP") and any(doer.lower_ in ("it", "something") for doer in deed.doers)
    heard = bare and deed.verb.head.lemma_ in ("hear", "feel") and deed.verb.lemma_ in SETS["intransitive"]
    return first(spots, list(deed.verb.doc[: deed.verb.i])[::-1]) if heard else None


def _harmless(deed: Deed, spot: Spot | None) -> bool:
    """Gestures, and what is moved rather than hurt."""
    verb = verb_of(deed)
    deps = ("prep", "prt", "advmod", "oprd", "dative")
    beside = {child.lower_ for child in deed.verb.children if child.dep_ in deps}
    if any(doer.lemma_.lower() in SETS["harmless"] for doer in deed.doers):
        return True
    if spot is None:
        return bool(beside & SETS["away"]) or any(sorts_of(doer)[:1] == ("abstract",) for doer in deed.doers)
    moved = verb in PULLED and bool(beside & (SETS["away"] - {"back"}))
    return moved or _gesture(deed, spot, beside) or _not_of_this_part(verb, spot)


def _gesture(deed: Deed, spot: Spot, beside: set[str]) -> bool:
    """What people do with their own bodies: they scratch a chin, bite a lip, open a hand."""
    verb, people = verb_of(deed), deed.people(deed.doers)
    if verb == "open":
        return bool(people) or not deed.doers or spot.token not in deed.things
    mine = bool({*people} & {*spot.who}) or not deed.doers
    knocked = verb == "crack" and bool(people) and any(word in ("on", "against") for word, _ in deed.phrases())
    shown = mine and spot.head in GESTURES.get(verb, ()) and not beside & {"on", "open", "with", "against", "badly"}
    held_out = verb in SETS["past_a_preposition"] and spot.token in deed.things and not deed.passive
    return knocked or shown or held_out


def _not_of_this_part(verb: str, spot: Spot) -> bool:
    """Only joints are sprained; a back and a neck that are turned are not."""
    if VERBS.get(verb) == "fracture" and spot.head in SETS["soft"]:
        return True
    turned = verb in ("turn", "twist", "roll") and spot.head in SETS["never_twisted"]
    return verb in SETS["only_joints"] and (spot.head not in SETS["joints"] or turned)


def verb_of(deed: Deed) -> str:
    """The verb as the table has it: "lay open", "go over on", "break"."""
    if deed.verb.lower_ == "wound" and deed.verb.tag_ in ("VBD", "VBN"):
        return "wind"
    verb = FORMS.get(deed.verb.lower_, deed.verb.lemma_.lower())
    behind = deed.verb.doc[deed.verb.i + 1 : deed.verb.i + 3].text.lower()
    said = (f"{verb} {behind}", deed.lemma, f"{verb} {_open(deed)}", verb)
    return next((one for one in said if one in VERBS), verb)


def _open(deed: Deed) -> str:
    """ "Lays open her heel", "rubs his palms raw"."""
    behind = [deed.verb, *deed.things]
    near_by = [word.doc[word.i + 1].lower_ for word in behind if word.i + 1 < len(word.doc)]
    return next((word for word in near_by if word in ("open", "raw", "bare")), "")
