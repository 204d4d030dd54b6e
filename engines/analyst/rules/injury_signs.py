"""Injuries as words tell of them: a noun or a participle and the part of the body that has it, or a verb of hurting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.words import singular
from engines.analyst.rules.body import Spot, above, bearers, first, near, part_of, possessors, spots
from engines.analyst.rules.hurting import blow_of
from engines.analyst.rules.injury_words import ADJECTIVES, NOUNS, SETS, WITHOUT_PART, noun_of, told
from events.script import Change, ChangeKind


@dataclass(frozen=True)
class Hurt:
    """An injury as found in the text; ``at`` is the number of its word, ``kind`` "verb", "noun" or "adjective"."""

    who: str
    what: str
    where: str
    at: int
    kind: str
    grave: bool = False
    bandaged: bool = False
    fresh: bool = False

    @property
    def change(self) -> Change:
        return Change(kind=ChangeKind.INJURY, character=self.who, what=self.what, where=self.where,
                      bandaged=self.bandaged, grave=self.grave or self.what == "fracture")  # fmt: skip

    def is_(self, other: Hurt | Change) -> bool:
        """Whether two say the same of the same place."""
        who = other.who if isinstance(other, Hurt) else other.character
        same_place = near(self.where, other.where) or self.what in WITHOUT_PART
        return self.who == who and self.what == other.what and same_place


@dataclass
class Reader:
    """Reads the injuries of a scene, those of a sentence after those of the sentence before."""

    scene: Scene
    spots: Mapping[int, Spot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spots = spots(self.scene)

    def hurts(self, sentence: Sentence) -> Iterator[Hurt]:
        if sentence.unreal or sentence.asks:
            return
        for token in sentence.span:
            if told(token, self.scene):
                yield from self._of(token, sentence)

    def _of(self, token: Token, sentence: Sentence) -> Iterator[Hurt]:
        """What one word tells of."""
        if token.i in self.scene.quotes:
            yield from self._diagnosis(token)
        elif what := self._bodiless(token):
            yield from self._hurt(token, what, None, "noun", bearers(token, self.scene))
        elif what := noun_of(token):
            yield from self._noun(token, what)
        elif (token.pos_ == "VERB" and token.dep_ != "amod") or token.tag_ == "NNS":
            yield from self._done(token)
        if token.lower_ in ADJECTIVES:
            yield from self._adjective(token)

    def _done(self, token: Token) -> Iterator[Hurt]:
        """What a verb of hurting does."""
        if blow := blow_of(token, self.scene, self.spots):
            for spot in blow.spots or (None,):
                yield from self._hurt(token, blow.what, spot, "verb", blow.who)

    def _hurt(self, token: Token, what: str, spot: Spot | None, kind: str, who: Slugs = ()) -> Iterator[Hurt]:
        part = spot.part if spot and what not in WITHOUT_PART else ""
        fresh = any(word.lower_ in SETS["fresh"] for word in token.children)
        kind = "adjective" if kind == "verb" and _only_mentioned(token) else kind
        for slug in who or (spot.who if spot else ()):
            yield Hurt(slug, what, part, token.i, kind, bool(_near_words(token) & SETS["grave"]), fresh=fresh)

    def _bodiless(self, token: Token) -> str:
        """A nose that bleeds and an eye that is black."""
        near_by = {word.lower_ for word in (*token.children, *token.head.children, token.head)}
        begun = [word for word in token.head.children if word.dep_ in ("xcomp", "conj") and word.pos_ == "VERB"]
        lemmas = {word.lemma_.lower() for word in (*token.children, token.head, *begun)}
        word = singular(token.lower_)
        if word == "nosebleed" or (word == "nose" and lemmas & {"bleed", "bloody", "bloodied", "bleeding"}):
            return "nosebleed"
        if word == "nose" and "blood" in {one.lower_ for one in token.sent} and lemmas & SETS["nose_bleeds"]:
            return "nosebleed"
        if word in SETS["shiner"] or (token.lower_ == "eye" and lemmas & {"black", "blackened", "blacken"}):
            return "black eye"
        swollen = token.lower_ == "eye" and token.head.lemma_.lower() in SETS["eye_blackens"] | {"swollen"}
        return "black eye" if swollen and near_by & SETS["blackened"] and "subj" in token.dep_ else ""

    def _noun(self, token: Token, what: str) -> Iterator[Hurt]:
        if token.dep_ == "conj" and part_of(token.head) and not any(child.dep_ == "det" for child in token.children):
            return
        spot = self._place_of(token)
        words = {child.lower_ for child in token.children}
        of = [end for child in token.children if child.lower_ == "of" for end in child.children if end.dep_ == "pobj"]
        if any(not part_of(end) and not self.scene.who(end) for end in of) and what in ("bite", "cut", "fracture"):
            return
        vague = spot is None and token.lemma_.lower() in SETS["only_on_a_part"] and not words & {"a", "an", "few"}
        spot = spot or self._taken_up(token)
        if words & SETS["old"] or (vague and spot is None) or _shown_only(token) or _of_a_thing(token, what):
            return
        if spot is not None:
            yield from self._hurt(token, what, spot, "noun", possessors(token, self.scene))
        elif self._had(token):
            yield from self._hurt(token, what, None, "noun", bearers(token, self.scene))

    def _taken_up(self, token: Token) -> Spot | None:
        """ "He holds his palm. The cut is deep", "catches him on the temple: there is a bruise there"."""
        definite = any(child.lower_ == "the" for child in token.children)
        there = any(word.lower_ == "there" for word in token.doc[token.i : token.i + 3])
        the = definite and "subj" in token.dep_ and not self.scene.known
        if not the and not (there and not definite and token.dep_ in ("attr", "dobj", "nsubj")):
            return None
        start = next((one.start for one in self.scene.doc.sents if one.end == token.sent.start), token.sent.start)
        return first(self.spots, list(token.doc[start : token.i])[::-1])

    def _had(self, token: Token) -> bool:
        verb = next(above(token), None)
        return verb is not None and verb.lemma_.lower() in SETS["having"] and "subj" not in token.dep_

    def _place_of(self, token: Token) -> Spot | None:
        """The part that has the injury: "a gash on her temple", "a burn runs across his hand", "her palm has a cut"."""
        verb = next(above(token), None)
        own = [end for child in token.children if child.lower_ in SETS["on"] for end in child.children]
        own += [child for child in token.children if child.dep_ in ("compound", "poss")]
        behind = [
            child for child in token.children if child.dep_ in ("relcl", "acl", "prep") and child.lower_ != "from"
        ]
        own += [end for child in behind for end in child.subtree]
        if spot := first(self.spots, own):
            return spot
        if verb is None or verb.sent != token.sent:
            return first(self.spots, list(token.sent[: token.i - token.sent.start])[::-1])
        deed = Deed(verb, self.scene.who)
        beside = [end for word, end in deed.phrases() if word in SETS["on"] and end.i != token.i]
        if token in deed.things or token in deed.doers or token.dep_ in ("appos", "conj", "pobj", "attr"):
            there = first(self.spots, beside) or self._behind(token) or first(self.spots, [*deed.doers, *deed.things])
            return there or self._before(token, deed)
        return None

    def _behind(self, token: Token) -> Spot | None:
        """ "A gash, not a deep one, opens on her cheek": the next part after a preposition."""
        for word in token.doc[token.i + 1 : token.sent.end]:
            if noun_of(word) or word.lower_ in ("and", ";"):
                return None
            if word.i in self.spots and self.spots[word.i].token.head.lower_ in SETS["on"]:
                return self.spots[word.i]
        return None

    def _before(self, token: Token, deed: Deed) -> Spot | None:
        """ "The steam catches his hand and leaves a burn"; "her palm, a deep gash"."""
        joined = token.dep_ in ("appos", "conj") and not part_of(token.head)
        if token in deed.doers and deed.verb.lemma_ in SETS["appearing"]:
            return first(self.spots, list(token.doc[: token.i])[::-1])
        loose = joined or deed.verb.lemma_ in ("leave", "raise") or deed.verb.dep_ == "conj"
        return first(self.spots, [word for word in token.sent if word.i < token.i][::-1]) if loose else None

    def _adjective(self, token: Token) -> Iterator[Hurt]:
        """ "A twisted ankle", "the chin is grazed", "her lip split"."""
        what = ADJECTIVES[token.lower_]
        bound = token.head if token.dep_ in ("amod", "compound", "nmod") else None
        if token.dep_ in ("acomp", "oprd", "attr"):
            bound = next((child for child in token.head.children if "subj" in child.dep_), None)
        elif subject := _it(token):
            bound = self._meant_by(subject)
        elif token.tag_ in ("VBN", "VBD") and token.i and _before_adverbs(token) in self.spots:
            bound = token.doc[_before_adverbs(token)]
        elif bound is not None and bound.i not in self.spots and (token.i + 1) in self.spots:
            bound = token.nbor()
        if bound is not None and bound.i in self.spots and not {child.lower_ for child in bound.children} & SETS["old"]:
            spot = self.spots[bound.i]
            if not (what == "sprain" and spot.head not in SETS["joints"]):
                yield from self._hurt(token, what, spot, "adjective")

    def _meant_by(self, it: Token) -> Token | None:
        """ "She clutches her wrist. It is broken": the last subject or object before, where that is a part."""
        start = next((one.start for one in self.scene.doc.sents if one.end == it.sent.start), it.sent.start)
        nouns = [word for word in it.doc[start : it.i] if word.pos_ == "NOUN" or word.i in self.spots]
        nouns = [word for word in nouns if word.dep_ in ("dobj", "nsubj", "nsubjpass")] or nouns
        return nouns[-1] if nouns and nouns[-1].i in self.spots else None

    def _diagnosis(self, token: Token) -> Iterator[Hurt]:
        """ "Broken," says somebody, and means the part that was last spoken of."""
        said = re.split(r"[.!?;]", self.scene.quotes[token.i].lower() + ".")[0]
        words = [word for word in re.findall(r"'s|'ve|[\w-]+", said) if word not in SETS["diagnosis"]]
        spot = first(self.spots, [*list(self.scene.doc[: token.i])[::-1], *token.sent])
        if "?" in self.scene.quotes[token.i] or not words or spot is None:
            return
        what = ADJECTIVES.get(words[0]) or NOUNS.get(words[0])
        if what and all(near(spot.part, word) for word in words[1:]):
            yield from self._hurt(token, what, spot, "noun", spot.who)


def _it(state: Token) -> Token | None:
    """What a state is said of, where that is "it", "they" or "two of them"."""
    verb = state.head if state.dep_ in ("acomp", "oprd", "attr") else state
    subject = next((child for child in verb.children if "subj" in child.dep_), None)
    if subject is None or state.dep_ in ("amod", "relcl"):
        return None
    words = {subject.lower_, *(end.lower_ for end in subject.subtree)}
    passive = any(child.dep_ == "auxpass" for child in verb.children) or verb.lemma_ in ("be", "look", "feel")
    return subject if passive and words & {"it", "they", "them"} and not words & {"both of them"} else None


def _only_mentioned(verb: Token) -> bool:
    """ "The knee that she sprained", "his scratched back": a hurt that is not told but reminded of."""
    alone = verb.tag_ == "VBN" and not any(child.dep_ in ("aux", "auxpass") for child in verb.children)
    return (alone and verb.dep_ in ("csubj", "nsubj", "relcl")) or (verb.dep_ == "relcl" and bool(part_of(verb.head)))


def _of_a_thing(noun: Token, what: str) -> bool:
    """ "The ice crack", "a finger into each hole"."""
    if noun.dep_ == "pobj" and noun.head.lower_ in ("into", "through") and noun.lemma_ in SETS["only_on_a_part"]:
        return True
    return what == "fracture" and any(word.dep_ == "compound" and not part_of(word) for word in noun.children)


def _shown_only(noun: Token) -> bool:
    """ "Paints a gash on his cheek", "the wound is years old"."""
    verb = next(above(noun), None)
    said = {child.lemma_ for child in verb.children if child.dep_ in ("acomp", "attr")} if verb is not None else set()
    return verb is not None and (verb.lemma_ in SETS["depicting"] or bool(said & SETS["old"]))


def _before_adverbs(token: Token) -> int:
    at = token.i - 1
    return at - 1 if at and token.doc[at].pos_ == "ADV" else at


def _near_words(token: Token) -> set[str]:
    beside = [*token.children, *(end for child in token.children for end in child.children)]
    return {word.lower_ for word in (token, *beside, *(token.head.children if token.dep_ in ("acomp", "amod") else ()))}
