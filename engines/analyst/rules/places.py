"""Locations: where each character is at the end of a scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.coreference import SUBJECTS, Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.naming import name_of
from engines.analyst.language.nouns import sorts_of
from engines.analyst.rules.arrivals import (
    dunked,
    elsewhen,
    is_past,
    people_of,
    put_there,
    real_deeds,
    spoken_of,
    with_it,
)
from engines.analyst.rules.sites import NOUNS, WORDS, Spot, fixture_of, is_place, spot
from events.script import Change, ChangeKind

NOT_HOMEWARD = WORDS["looking"] | WORDS["seeing"] | WORDS["putting"] | WORDS["telling"] | {"head", "set"}


def changes(scene: Scene) -> Iterator[Change]:
    told = _Whereabouts(scene)
    for sentence in scene.sentences:
        if not sentence.unreal and not sentence.asks:
            told.read(sentence)
    told.stay()
    yield from (Change(kind=ChangeKind.LOCATION, character=who, what=what) for who, what in told.where.items())


@dataclass
class _Whereabouts:
    """Goes through a scene and remembers where everybody is."""

    scene: Scene
    where: dict[str, str] = field(default_factory=dict)
    setting: str = ""
    """Where the next one is who does something."""
    seen: str = ""
    """The place spoken of last: "Inside, …" is inside it."""
    opening: str = ""
    """The place with which the scene begins."""
    around: str = ""
    """The place with which a sentence begins: "In the lab, Ava reads while Emil leans …"."""

    def read(self, sentence: Sentence) -> None:
        deeds, before = {deed.verb.i: deed for deed in real_deeds(sentence)}, dict(self.where)
        self.around = ""
        for token in sentence.span:
            if token.i in deeds:
                self._leave(deeds[token.i])
                self._carried(deeds[token.i])
                self._enters_it(deeds[token.i])
            if token.lower_ in WORDS["there"] and _alone(token, self.scene):
                self._there(token, deeds)
            if token.lower_ == "home":
                self._home(token, deeds)
            elif is_place(token, self.scene):
                self._place(spot(token), deeds)
        for deed in deeds.values():
            self._share(deed)
            if self.around and not elsewhen(deed) and deed.lemma not in WORDS["departing"]:
                self._meanwhile(deed)
        self._settle(sentence, moved=self.where != before)

    def _home(self, token: Token, deeds: dict[int, Deed]) -> None:
        """ "Goes home", "at home", "back home"."""
        first = next(iter(deeds.values()), None) if token.is_sent_start else None
        deed = deeds.get(token.head.i) or deeds.get(token.head.head.i) or first
        there = token.is_sent_start or token.nbor(-1).lower_ in ("at", "back") if token.i else False
        if (
            deed
            and token.dep_ in ("advmod", "pobj", "dobj", "npadvmod")
            and (there or deed.verb.lemma_ not in NOT_HOMEWARD)
        ):
            brought = deed.people(deed.things) if deed.verb.lemma_ in WORDS["bringing"] else ()
            self.where |= dict.fromkeys((*deed.people(deed.doers), *brought), "home")

    def _carried(self, deed: Deed) -> None:
        """ "The taxi bears Ava away", "The train pulls out with Ava"."""
        vehicles = [
            token
            for token in deed.doers
            if not self.scene.who(token)
            and ("vehicle" in sorts_of(token) or (with_it(deed) and is_place(token, self.scene)))
        ]
        hit = any("body" in sorts_of(token) for _, token in deed.phrases())
        if vehicles and not hit and (deed.verb.lemma_ in WORDS["conveying"] or with_it(deed)):
            aboard = deed.people([*deed.things, *deed.with_words("with")])
            self.where |= dict.fromkeys(aboard, name_of(vehicles[-1], self.scene))

    def _enters_it(self, deed: Deed) -> None:
        reached = deed.things if deed.verb.lemma_ in WORDS["reaching"] else ()
        inside = deed.with_words("in", "into", "inside", "aboard")
        if self.seen and any(token.lower_ == "it" for token in (*reached, *inside)):
            self.where |= dict.fromkeys(deed.people(deed.doers), self.seen)

    def _place(self, at: Spot, deeds: dict[int, Deed]) -> None:
        name = name_of(at.noun, self.scene)
        who = put_there(at, self.scene, deeds) or self._all_of_them(at, deeds)
        self.where |= dict.fromkeys(who, name)
        self.seen = name
        if who and at.fronted:
            self.around = name
            self.opening = self.opening or name
        if not who and _sets_scene(at, deeds, self.scene):
            self.setting = name

    def _all_of_them(self, at: Spot, deeds: dict[int, Deed]) -> Slugs:
        """ "The two friends meet on the summit": everybody."""
        doers = deeds[at.head.i].doers if at.within and at.head.i in deeds else ()
        unnamed = not any(self.scene.who(token) for token in at.noun.sent)
        several = any(token.lemma_.lower() in WORDS["together"] for token in doers)
        return tuple(self.scene.cast) if several and unnamed else ()

    def _there(self, token: Token, deeds: dict[int, Deed]) -> None:
        verb = next((above for above in token.ancestors if above.pos_ in VERBS), None)
        deed = deeds.get(verb.i) if verb else None
        if deed and self.seen and not (elsewhen(deed) or dunked(deed, self.seen)):
            others = deed.people(deed.things)
            doers = deed.people(deed.doers) if not others or deed.verb.lemma_ not in WORDS["putting"] | {"lift"} else ()
            self.where |= dict.fromkeys((*doers, *others), self.seen)
            if token.is_sent_start:
                self.around = self.seen

    def _leave(self, deed: Deed) -> None:
        away = deed.lemma in WORDS["departing"]
        left = [*deed.things] if deed.verb.lemma_ in WORDS["leaving"] else []
        left += deed.with_words("from", "of") if deed.verb.lemma_ not in WORDS["looking"] else ()
        gone = deed.verb.lemma_ == "go" and any(token.lower_ in ("there", "here") for token in left)
        if deed.verb.lemma_ in WORDS["from_there"]:
            return
        if gone:
            self.where.clear()
        if away or any(is_place(token, self.scene) for token in left):
            for who in people_of(deed, deed.doers):
                self.where.pop(who, None)

    def _settle(self, sentence: Sentence, moved: bool) -> None:
        """Those who do something are where the scene is."""
        if self.setting and sentence.everybody:
            doing = dict.fromkeys(who for deed in sentence.told for who in deed.people(deed.doers))
            for who in () if moved else (doing or spoken_of(sentence)[:1]):
                self.where.setdefault(who, self.setting)
            self.setting = ""

    def stay(self) -> None:
        """Where a scene begins with a place, and speaks of no other, all who do something are there."""
        if {*self.where.values()} == {self.opening}:
            for sentence in self.scene.sentences:
                for deed in sentence.told:
                    if deed.verb.lemma_ in WORDS["present"] and not elsewhen(deed) and not is_past(deed.verb):
                        self.where |= dict.fromkeys(deed.people(deed.doers), self.opening)

    def _meanwhile(self, deed: Deed) -> None:
        """Those who do something in a sentence that begins with a place."""
        there = [*deed.doers, *deed.things] if deed.verb.lemma_ in WORDS["touching"] else deed.doers
        for who in deed.people(there):
            self.where.setdefault(who, self.around)

    def _share(self, deed: Deed) -> None:
        """People who are with each other are in the same place."""
        if deed.verb.dep_ == "relcl" and any(child.lower_ == "where" for child in deed.verb.children):
            self._where_they_are(deed)
        group = deed.people([*deed.doers, *deed.with_words(*WORDS["with"])])
        if deed.verb.lemma_ in WORDS["meeting"]:
            group = tuple(dict.fromkeys([*group, *deed.people(deed.things)]))
        place = next((self.where[who] for who in group if who in self.where), "")
        for who in group if place else ():
            self.where.setdefault(who, place)

    def _where_they_are(self, deed: Deed) -> None:
        """ "The yard where Emil waits", "the bench where he sits": where those are who come there."""
        noun = deed.verb.head
        hosts = [
            who for verb in noun.ancestors if verb.pos_ in VERBS for who in deed.people(Deed(verb, deed.who).doers)
        ]
        place = name_of(noun, self.scene) if is_place(noun, self.scene) else self.where.get((hosts or [""])[0], "")
        if place and not elsewhen(deed):
            self.where |= dict.fromkeys(deed.people(deed.doers), place)


def _sets_scene(at: Spot, deeds: dict[int, Deed], scene: Scene) -> bool:
    """Whether a place where nobody is put yet is that of those who are spoken of next: "The laundromat is empty.",
    "On the platform the band plays on and Ava weeps." """
    verb, sentence = at.head, at.noun.sent
    people = any(scene.who(token) for token in sentence)
    if verb.pos_ in VERBS and (verb.i not in deeds or elsewhen(deeds[verb.i]) or verb.dep_ in ("ccomp", "relcl")):
        return False
    vague = verb.dep_ != "ROOT" and verb.pos_ in NOUNS and sorts_of(verb)[:1] in (("abstract",), ("time",))
    if at.noun.lemma_ in WORDS["fixtures"] or verb.pos_ == "PRON" or vague:
        return False
    if fixture_of(at.noun, scene):
        return True
    if not at.prepositions:
        filled = at.noun.dep_ == "dobj" and verb.lemma_ in WORDS["filling"]
        described = at.noun.dep_ in SUBJECTS and verb.i in deeds and deeds[verb.i].lemma in WORDS["describing"]
        common = at.noun.pos_ != "PROPN"
        return common and not people and (at.noun.dep_ == "ROOT" or described or filled)
    if verb.pos_ in NOUNS and verb.dep_ in SUBJECTS:
        return False
    fronted = not any(token.pos_ in VERBS for token in sentence if token.i < at.noun.i)
    return at.within and at.prepositions[-1] in WORDS["static"] and (fronted or not people)


def _alone(adverb: Token, scene: Scene) -> bool:
    """Without a noun behind it, and not left over from a clause: "the river she swam in"."""
    left_over = adverb.dep_ == "prep" and adverb.head.dep_ == "relcl" and not is_place(adverb.head.head, scene)
    behind = any(child.dep_ in ("pobj", "pcomp") for child in adverb.children)
    return adverb.dep_ in ("advmod", "prt", "prep", "expl") and not behind and not left_over
