"""A deed as one that moves things between people: what it moves, from whom, to whom, and whether it can come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.words import listed
from engines.analyst.rules.possession import WORDS, Possession, counted, is_thing

CLASSES = {name: set(listed(words)) for name, words in WORDS.items()}
VERBS = listed(
    "giving giving_up throwing destroying taking getting finding going vanishing having returning keeping kept"
)
KNOWN = set().union(*(CLASSES[name] for name in VERBS))
ANYTHING = CLASSES["for_anything"]
PLACING = CLASSES["places_into"]
PARTS = ("prt", "advmod", "prep", "acomp", "advcl", "xcomp", "ccomp")
Move = tuple[Token, Slugs, Slugs]
"""A thing, those who lose it and those who gain it; () for whoever is not in the cast."""


@dataclass(frozen=True)
class Dealing:
    """A deed as one that moves things between people."""

    deed: Deed
    hands: Possession

    @cached_property
    def verb(self) -> str:
        return self.deed.verb.lemma_.lower()

    @cached_property
    def doers(self) -> Slugs:
        return self.deed.people(self.deed.doers)

    @cached_property
    def stems(self) -> list[str]:
        """The verb with each of its particles and objects: "hand over", "get hold"; alone where that is no other."""
        parts = [child for child in self.deed.verb.children if child.dep_ in PARTS and not _leads(child)]
        parts += [grand for child in parts for grand in child.children if child.dep_ == "prt"]
        joined = [f"{self.verb} {part.lower_}" for part in parts]
        other = any(stem in KNOWN for stem in joined) or any(part.dep_ == "prt" for part in parts)
        objects = [f"{self.verb} {noun.lemma_.lower()}" for noun in self.deed.things if noun.pos_ == "NOUN"]
        return [*joined, *objects] if other else [self.verb, *joined, *objects]

    @cached_property
    def phrases(self) -> list[tuple[str, Token]]:
        """Each preposition with the words behind it."""
        return list(self.deed.phrases())

    def themes(self, name: str) -> list[Token]:
        """The things to which a class of verbs does what it does."""
        verbs = CLASSES[name]
        tokens = [token for stem in self.stems if stem in verbs for token in self.deed.things]
        whole = any(token.pos_ == "NOUN" for token in self.deed.things)
        stems = [stem for stem in (self.verb, *self.stems) if not whole or stem != self.verb]
        tokens += [token for stem in stems for word, token in self.phrases if f"{stem} {word}" in verbs]
        beside = [
            end for token in tokens for end in token.children if end.dep_ == "appos" and self.hands.scene.who(end)
        ]
        tokens += [noun for end in beside for noun in end.children if noun.dep_ == "appos"]
        return self.meant(tokens)

    def meant(self, tokens: Sequence[Token]) -> list[Token]:
        people = (*self.doers, *self.takers)
        anything = bool(ANYTHING & {self.verb, *self.stems})
        found = [thing for token in tokens for thing in self.hands.things(token, people, anything)]
        return list(dict.fromkeys(found))

    @cached_property
    def _goals(self) -> list[Token]:
        """The words that may say who receives."""
        ends = [end for word, end in self.phrases if word != "of"]
        datives = [token for token in self.deed.receivers if token not in ends]
        datives += [one for token in self.deed.things for one in counted(token) if self.hands.scene.who(one)]
        datives += [token for token in self._behind_to if token not in datives]
        return datives + [token for word, token in self.phrases if self._leads_to(word, token)]

    @property
    def _behind_to(self) -> Iterator[Token]:
        """ "Hands it through the window to Ava", where the parser joins her to the window."""
        for preposition, token in ((end.head, end) for end in self.deed.verb.subtree if end.dep_ == "pobj"):
            above = next((verb for verb in preposition.ancestors if verb.pos_ in ("VERB", "AUX")), None)
            if preposition.lower_ == "to" and above == self.deed.verb and self.hands.scene.who(token):
                yield token

    def _leads_to(self, word: str, token: Token) -> bool:
        if word == "with":
            return self.verb in ("leave", "deposit", "lodge")
        if word in ("for", "at"):
            return bool(self.hands.scene.who(token)) and (word == "for" or self.verb not in CLASSES["hurling"])
        if word in ("on", "upon") and self.hands.scene.who(token):
            return self.verb in CLASSES["upon"]
        return word == "to" or _in_grip(word, token)

    @cached_property
    def takers(self) -> Slugs:
        found = [slug for token in self._goals for slug in self.holder(token)]
        if not found and not self.somebody and CLASSES["back"] & {*self.stems}:
            found = [slug for token in self.deed.things for slug in self.hands.before(token, self.doers)]
        return tuple(dict.fromkeys(slug for slug in found if slug not in self.doers))

    @cached_property
    def somebody(self) -> bool:
        """Whether somebody without a name receives."""
        goals = [token for token in self._goals if not self.holder(token)]
        whose = [child for token in goals for child in (*counted(token), *token.children)]
        return any(
            self.is_somebody(token) for token in (*goals, *(one for one in whose if one.dep_ in ("poss", "pobj")))
        )

    def is_somebody(self, token: Token) -> bool:
        if token.lower_ in ("him", "her", "them"):
            return not self.hands.scene.who(token)
        return (
            sorts_of(token)[:1] in (("person",), ("animal",))
            or token.lemma_ in CLASSES["institutions"]
            or (token.pos_ == "PROPN" and not self.hands.scene.who(token))
        )

    def holder(self, token: Token) -> Slugs:
        """The person whom a word means, or whose hand or pocket it is."""
        each = tuple(slug for one in counted(token) for slug in self.hands.scene.who(one))
        whose = self.hands.named_owner(token) if token.lemma_ in CLASSES["grip"] else ()
        return each or self.hands.scene.who(token) or whose

    @cached_property
    def sources(self) -> Slugs:
        """Those from whom: "from her", "out of his hands", "off Kairo's shoulder"."""
        ends = [
            token for word, token in self.phrases if word in ("from", "of", "off", "through", "between", "in", "under")
        ]
        return tuple(dict.fromkeys(slug for token in ends for slug in self.holder(token)))

    @cached_property
    def only_meant(self) -> bool:
        """ "Comes to collect the cups": on the way to do it, not told as done."""
        to = any(child.tag_ == "TO" for child in self.deed.verb.children)
        return to and self.deed.verb.dep_ in ("xcomp", "advcl") and self.deed.verb.head.lemma_ in CLASSES["on_the_way"]

    @cached_property
    def from_own(self) -> bool:
        """ "From his pocket": he had it before."""
        ends = [token for word, token in self.phrases if word in ("from", "of", "off", "in")]
        return any(
            token.lemma_ in CLASSES["own"] and (not self._whose(token) or set(self._whose(token)) & set(self.doers))
            for token in ends
        )

    def _whose(self, token: Token) -> Slugs:
        return self.hands.named_owner(token)

    @cached_property
    def stows(self) -> bool:
        """Into one's own pocket."""
        ends = [token for word, token in self.phrases if word in PLACING]
        own = any(
            token.lemma_ in CLASSES["own"] and set(self._whose(token) or self.doers) & set(self.doers) for token in ends
        )
        return own and bool(CLASSES["stowing"] & {self.verb})

    @cached_property
    def away(self) -> bool:
        """To a place from where nothing comes back."""
        parts = {child.lower_ for child in self.deed.verb.children if child.dep_ in ("prt", "advmod", "prep")}
        ends = [token for word, token in self.phrases if word in PLACING]
        good = any(word == "for" and token.lower_ in ("good", "ever") for word, token in self.phrases)
        return good or bool(parts & CLASSES["away_words"] and not ends) or any(_of_no_return(token) for token in ends)

    @cached_property
    def alone(self) -> Slugs:
        """The only one of the cast in the sentence, else in the scene, whose it can be."""
        here = tuple(dict.fromkeys(slug for token in self.deed.verb.sent for slug in self.hands.scene.who(token)))
        return next((some for some in (here, tuple(self.hands.scene.cast)) if len(some) == 1), ())

    @property
    def seized(self) -> bool:
        """ "Has been stolen", "they take it away", "the wind snatches it": from whoever it is told of."""
        stolen = self.deed.passive and not self.deed.doers and self.verb in CLASSES["stealing"]
        taken = bool(CLASSES["seizing"] & {*self.stems}) and bool(self.deed.doers) and not self.doers
        return stolen or taken or bool({token.lemma_ for token in self.deed.doers} & CLASSES["nature"])

    @property
    def robbed(self) -> Slugs:
        """Whom somebody without a name, who now takes a thing, has searched: "frisks Emil. He takes the lamp"."""
        taker = self.deed.doers[:1]
        he = bool(taker) and taker[0].pos_ == "PRON" and set(self.doers) <= set(self.hands.searched)
        return self.hands.searched if he or (taker and not self.doers) else ()

    @property
    def ruined(self) -> bool:
        """ "Is in pieces", "goes overboard"."""
        words = {token.lower_ for _, token in self.phrases} | {child.lower_ for child in self.deed.verb.children}
        return self.verb in CLASSES["turning"] and bool(words & CLASSES["gone"])

    @property
    def gone(self) -> bool:
        """ "Has vanished", "is gone", "is in pieces"."""
        return self.ruined or bool(CLASSES["vanishing"] & {*self.stems}) or self.deed.verb.text == "gone"

    @property
    def possessors(self) -> Slugs:
        """ "Belongs to her", "is hers", "is in her hands"."""
        ends = [token for word, token in self.phrases if word == "to" or _in_grip(word, token)]
        ends += [token for token in self.deed.things if self.hands.scene.who(token) and self.verb == "be"]
        return tuple(dict.fromkeys(slug for token in ends for slug in self.holder(token)))

    @cached_property
    def sunk(self) -> bool:
        """Into the sea, the fire, a drain."""
        for_good = any(word == "for" and token.lower_ in ("good", "ever") for word, token in self.phrases)
        into = [token.lemma_.lower() for word, token in self.phrases if word in CLASSES["into"]]
        return for_good or bool(CLASSES["away"] & {*into})

    def price(self) -> list[Token]:
        return self.meant([token for token in self.deed.with_words("for", "against") if token.i > self.deed.verb.i])

    def agent(self, thing: Token) -> Slugs:
        """Who does it to this one thing: "Ava takes the lamp, Kairo the rope"."""
        own = [child for child in thing.children if child.dep_ == "nsubj"]
        own += [thing.head] if thing.dep_ == "appos" and thing.i > thing.head.i else []
        return self.deed.people(own) or self.doers

    def receiver(self, thing: Token) -> Slugs:
        """Who gets this one of several: "gives Ava the lamp and Kairo the rope"."""
        before = self.named_before(thing) if len(self.takers) > 1 else ()
        return before if set(before) & set(self.takers) else self.takers

    def named_before(self, thing: Token) -> Slugs:
        """Of whom a thing is told straight before its name: "Ava with a rope"."""
        doc, at = thing.doc, thing.left_edge.i - 1
        at -= at > 0 and doc[at].lower_ == "with"
        return self.hands.scene.who(doc[at]) if at >= 0 else ()

    def source(self, thing: Token) -> Slugs:
        """From whom comes this one of several: "a lamp from Ava and a rope from Kairo"."""
        if end := from_whom(thing):
            return self.holder(end)
        return self.sources

    @cached_property
    def of_stranger(self) -> bool:
        return any(
            self.is_somebody(token) for token in self.deed.with_words("from", "off", "of") if not self.holder(token)
        )

    def gapped(self) -> Iterator[tuple[Token, Slugs]]:
        """Later things with receivers of their own: "the lamp to Ava, the rope to Kairo"."""
        for token in self.deed.verb.subtree:
            if token.dep_ in ("appos", "conj") and is_thing(token):
                ends = [end for child in token.children if child.lower_ == "to" for end in child.children]
                if to := self.deed.people(ends):
                    yield token, to


def _in_grip(word: str, token: Token) -> bool:
    """ "Into the palm"."""
    return word in CLASSES["into_grip"] and token.lemma_ in CLASSES["grip"]


def _leads(part: Token) -> bool:
    """Whether a preposition has words behind it, and is no particle."""
    return any(child.dep_ == "pobj" for child in part.children)


def from_whom(thing: Token) -> Token | None:
    """What stands behind "from" straight after a thing."""
    after = thing.doc[thing.i + 1] if thing.i + 1 < len(thing.doc) else thing
    if after.lower_ not in ("from", "off"):
        return None
    return next((end for end in after.children if end.dep_ == "pobj"), None)


def _of_no_return(token: Token) -> bool:
    word = token.lemma_.lower()
    if word in CLASSES["not_away"] | CLASSES["own"]:
        return False
    return word in CLASSES["away"] or sorts_of(token)[:1] in (("place",), ("vehicle",))
