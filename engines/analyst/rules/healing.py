"""Healing: which of the known injuries are over, and the scars that they leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.grammar import Scene
from engines.analyst.language.words import singular
from engines.analyst.rules.body import Spot, near, possessors, spots
from engines.analyst.rules.mending import SETS, STEMS, Clause, clauses, denied_trace, is_not_over, is_over, so_does
from engines.analyst.rules.standing import standing
from events.script import Change, ChangeKind


def changes(scene: Scene) -> Iterator[Change]:
    known = standing(scene.known)
    if known:
        told = scene.aloud if scene.quotes else scene
        yield from Healer(told, known, spots(told)).changes()


@dataclass
class Healer:
    """Follows which known injuries a scene speaks of, and which of them are over."""

    scene: Scene
    known: Sequence[Change]
    spots: dict[int, Spot]
    last: list[Change] = field(default_factory=list)
    over: dict[Change, None] = field(default_factory=dict)
    went_on: bool = False
    """Whether the clause before says that something has healed."""
    bad: set[Change] = field(default_factory=set)
    whole: dict[str, None] = field(default_factory=dict)

    def changes(self) -> Iterator[Change]:
        for sentence in self.scene.sentences:
            if not sentence.unreal and not sentence.asks:
                for clause in clauses(sentence):
                    yield from self._read(clause)
        healed = [one for one in self.over if one not in self.bad and one.character not in self.whole]
        healing = {"kind": ChangeKind.HEALING, "bandaged": False, "grave": False}
        yield from (one.model_copy(update=healing) for one in healed)
        yield from (Change(kind=ChangeKind.HEALING, character=slug, what="all") for slug in self.whole)

    def _read(self, clause: Clause) -> Iterator[Change]:
        named = self._named(clause)
        self.last = named or self.last
        likewise = self.went_on and so_does(clause)
        self.went_on = is_over(clause) or likewise
        if self.went_on:
            if people := self._all_of(clause, named):
                self.whole |= dict.fromkeys(people)
            else:
                self.over |= dict.fromkeys(named or self._meant(clause))
        elif is_not_over(clause) and (named or _about_a_hurt(clause)):
            self.bad |= set(named or self._meant(clause))
        yield from self._scar(clause, named or (self._meant(clause) if self.went_on else []))

    def _named(self, clause: Clause) -> list[Change]:
        """The known injuries that a clause names, by the part, by what they are, or both."""
        found = [one for word in dict.fromkeys([*clause.words, *clause.topic]) for one in self._by(word)]
        exact = [one for one in found if found.count(one) > 1]
        sure = {one.character for one in exact}
        return list(dict.fromkeys(one for one in found if one in exact or one.character not in sure))

    def _by(self, word: Token) -> list[Change]:
        lemmas = {word.lemma_.lower(), word.lower_, singular(word.lower_)}
        owner = possessors(word, self.scene)
        if (spot := self.spots.get(word.i)) and "eye" not in lemmas:
            return [one for one in self.known if one.where and near(one.where, spot.part)
                    and (not spot.sure or one.character in spot.who)]  # fmt: skip
        return [one for one in self.known if lemmas & STEMS.get(one.what, {one.what})
                and (not owner or one.character in owner)]  # fmt: skip

    def _meant(self, clause: Clause) -> list[Change]:
        """What "it", a person, or a clause without a subject is about."""
        topic = [word for word in clause.topic if word.lemma_.lower() not in SETS["dressings"] and word.pos_ != "VERB"]
        people = clause.deed.people(topic)
        theirs = [one for one in self.known if one.character in (people or self._speaks_of(clause))]
        if clause.lemmas & SETS["dressings"] and (bandaged := [one for one in theirs if one.bandaged]):
            return bandaged
        vague = SETS["pronouns"] | SETS["about_it"] | SETS["traces"]
        loose = not topic or any({word.lower_, word.lemma_.lower()} & vague for word in topic)
        if people and theirs and not loose:
            return [one for one in self.last if one in theirs] or theirs
        if loose or clause.lemmas & SETS["dressings"]:
            only = theirs if len(theirs) == 1 else self.known if len(self.known) == 1 else ()
            return self.last or self._near_by(clause) or list(only)
        return []

    def _speaks_of(self, clause: Clause) -> Slugs:
        """Who was last named up to the end of a clause."""
        earlier = [number for number in self.scene.people if number <= clause.head.sent.end]
        return self.scene.people[max(earlier)] if earlier else ()

    def _near_by(self, clause: Clause) -> list[Change]:
        return list(dict.fromkeys(one for word in clause.head.sent for one in self._by(word)))

    def _all_of(self, clause: Clause, named: Sequence[Change]) -> list[str]:
        """Those whose every injury is over: "every hurt", "not a mark left on her"."""
        nouns = [word for word in clause.words if word.pos_ == "NOUN" and singular(word.lower_) in SETS["generic"]]
        none = not named and any(word.lemma_ in SETS["marks"] and denied_trace(word) for word in nouns)
        whatever = [word for word in clause.words if _whatever(word)]
        everything = none or whatever or any(_every(word) for word in nouns)
        if not everything or any(word.i in self.spots for word in clause.words):
            return []
        said = [*clause.words, *(end for word in whatever for end in word.subtree)]
        people = {slug for word in said for slug in self.scene.who(word)}
        people = people or {slug for word in clause.head.sent for slug in self.scene.who(word)}
        many = [slug for slug in dict.fromkeys(one.character for one in self.known)
                if sum(one.character == slug for one in self.known) > 1]  # fmt: skip
        return [slug for slug in many if slug in people or not people]

    def _scar(self, clause: Clause, named: Sequence[Change]) -> Iterator[Change]:
        """A healed wound may leave a scar."""
        for word in clause.words:
            if not _is_scar(word) or clause.denied:
                continue
            if named and clause.head.lemma_ in ("leave", "become", "turn", "fade", "remain", "be", "show"):
                self.over |= dict.fromkeys(named[:1])
            for one in [one for one in [*named, *self.last] if one in self.over][:1]:
                yield Change(kind=ChangeKind.INJURY, character=one.character, what="scar", where=one.where)


def _about_a_hurt(clause: Clause) -> bool:
    """ "It still aches"; but "he is still climbing" is about no injury."""
    return not clause.deed.people(clause.topic) or bool(
        clause.lemmas & (SETS["trouble"] | SETS["sore"] | SETS["states"])
    )


def _is_scar(word: Token) -> bool:
    """ "A scar", "a thin white line"."""
    line = word.lemma_.lower() in SETS["scars"] and any(child.lower_ in SETS["scarring"] for child in word.children)
    return word.pos_ == "NOUN" and (word.lemma_.lower() == "scar" or line)


def _whatever(word: Token) -> bool:
    """ "Everything the fire did to her", "all that he brought home", "nothing of what the bear did"."""
    clause = any(end.dep_ in ("relcl", "pcomp", "ccomp") for child in word.children for end in (child, *child.children))
    return word.lower_ in SETS["everything"] and clause


def _every(word: Token) -> bool:
    """ "Every hurt", "all her wounds", "the last of his hurts"."""
    of = word.head.head if word.dep_ == "pobj" and word.head.lower_ == "of" else word
    below = [end for child in word.children for end in (child, *child.children)]
    return any(one.lower_ in SETS["every"] for one in (of, *of.children, *below))
