"""Who holds which thing while a scene goes on, and which words name things that somebody can hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Token

from engines.analyst.language.clauses import listed_with
from engines.analyst.language.coreference import Slugs
from engines.analyst.language.grammar import Scene
from engines.analyst.language.naming import name_of
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.words import listed, singular, table
from events.script import Change, ChangeKind

WORDS = table("things")
THINGS, NEVER = set(listed(WORDS["things"])), set(listed(WORDS["never"]))
COUNTING, IT, THEM = (set(listed(WORDS[part])) for part in ("counting", "it", "them"))
MADE_OF = set(listed(WORDS["made_of"]))
GARMENTS = {garment.split()[-1] for garment in listed(table("clothes")["garments"])}
MAIN = {"dobj", "nsubj", "nsubjpass", "conj", "attr", "ROOT"}
DONE_TO = {"dobj", "nsubjpass"}
BOUGHT = {"furniture", "fixture", "substance", "vehicle", "thing"}
"""What can be bought, stolen or sold, beside what one can carry about."""
TANGIBLE = {"thing", "garment", "food", "animal", "vehicle", "body"}
VAGUE = {"abstract", "substance"}
"""Sorts of words that with another noun before them are things, if they can be: "data pad"."""


def is_thing(noun: Token, anything: bool = False) -> bool:
    """Whether a noun names a thing that somebody can carry; ``anything``: or buy, steal and sell."""
    if noun.pos_ == "ADJ":
        return _read_as_adjective(noun)
    if noun.pos_ not in ("NOUN", "PROPN", "X") or (noun.pos_ != "NOUN" and noun.text[0].isupper()):
        return False
    word, sorts = noun.lemma_.lower(), sorts_of(noun)
    joined = {f"{child.lower_} {word}" for child in noun.children if child.dep_ in ("compound", "amod")}
    if {word, noun.lower_} & THINGS or joined & THINGS:
        return True
    if {word, noun.lower_} & (NEVER | GARMENTS):
        return False
    made = any(child.lower_ in MADE_OF for child in noun.children if child.dep_ in ("amod", "compound"))
    if made and sorts[:1] and sorts[0] in ("thing", "animal", "person", "food", "place"):
        return True
    named = "thing" in sorts and sorts[0] in VAGUE and any(child.dep_ == "compound" for child in noun.children)
    return named or (sorts[:1] or ("thing",))[0] in (BOUGHT if anything else {"thing"})


def _read_as_adjective(word: Token) -> bool:
    """ "His lute", "the lighter", which the parser may take for adjectives."""
    noun = word.dep_ in (*MAIN, "pobj") and any(child.dep_ in ("det", "poss") for child in word.children)
    return noun and (word.lower_ in THINGS or sorts_of(word)[:1] == ("thing",)) and word.lower_ not in NEVER


@dataclass
class Possession:
    """Who holds what as the scene goes on, by the last word of its name, and the events in their order."""

    scene: Scene
    holder: dict[str, Slugs] = field(default_factory=dict)
    offered: dict[str, Slugs] = field(default_factory=dict)
    """What is held out, and by whom: gone when somebody else takes it."""
    searched: Slugs = ()
    """Whose pockets somebody without a name has gone through."""
    lost: set[tuple[str, str]] = field(default_factory=set)
    events: list[tuple[ChangeKind, str, Token]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for change in self.scene.known:
            key = singular(change.what.split()[-1])
            if change.kind == ChangeKind.PROP_GAINED:
                self.holder[key] = (change.character,)
            elif change.kind == ChangeKind.PROP_LOST:
                self.lost.add((change.character, key))
                self.holder.pop(key, None)
        for token in self.scene.doc:
            if (owner := self.named_owner(token)) and is_thing(token):
                self.holder.setdefault(key_of(token), owner)

    def named_owner(self, noun: Token) -> Slugs:
        """Whose it is by its own words: "Ava's lamp", "her father's watch"."""
        for child in noun.children:
            if child.dep_ == "poss":
                return self.scene.who(child) or self.named_owner(child)
        return ()

    def owner(self, thing: Token) -> Slugs:
        return self.holder.get(key_of(thing)) or self.named_owner(thing)

    def giver(self, thing: Token) -> Slugs:
        """Who loses it when somebody takes it: who held it out, else its owner."""
        key = key_of(thing)
        return self.offered[key] if key in self.offered else self.owner(thing)

    def before(self, token: Token, doers: Slugs) -> Slugs:
        """Who had a thing before its present holders, or whose it is if they are not."""
        for thing in self.things(token, doers):
            had = [
                who for kind, who, what in self.events if kind == ChangeKind.PROP_LOST and key_of(what) == key_of(thing)
            ]
            if others := tuple(who for who in (had[-1:] or self.owner(thing)) if who not in doers):
                return others
        return ()

    def things(self, token: Token, people: Slugs = (), anything: bool = False) -> list[Token]:
        """The things that a word means: itself, those that "it" and "them" stand for, "two" of which it is one.
        ``people``: those who deal with them, so that they are not among "them"."""
        if token.lower_ in COUNTING | THEM | IT and (whole := counted(token)):
            return [thing for one in whole for thing in self.things(one, people, anything)]
        behind = [child for child in token.rights if child.i == token.i + 1 and child.dep_ == "amod"]
        if behind and (behind[0].lower_ in THINGS or sorts_of(behind[0])[:1] == ("thing",)):
            return behind
        if is_thing(token, anything):
            return [token]
        who = self.scene.who(token)
        if (who and not set(who) & set(people)) or token.pos_ not in ("PRON", "DET", "NUM", "NOUN", "ADJ"):
            return []
        if token.lower_ in THEM:
            return self._several(token)
        return [thing for thing in self._last(token)[:1] if is_thing(thing, anything)] if token.lower_ in IT else []

    def _last(self, pronoun: Token) -> list[Token]:
        """The things spoken of before a word, the last first, but those that passed through hands before others."""
        near = [
            token for token in self.scene.doc[: pronoun.i] if token.pos_ in ("NOUN", "PROPN") and not _modifies(token)
        ]
        moved = {key_of(thing) for _, _, thing in self.events} | set(self.offered)
        main = [
            token
            for token in near
            if key_of(token) in moved or (token.dep_ in (MAIN if is_thing(token) else DONE_TO) and _concrete(token))
        ]
        behind = [token for token in near if is_thing(token)]
        return list(reversed(main or behind))

    def _several(self, pronoun: Token) -> list[Token]:
        """ "Them" and "both": the last list of things, or the last in the plural."""
        for thing in self._last(pronoun):
            first = thing
            while first.dep_ == "conj":
                first = first.head
            group = [token for token in listed_with(first) if is_thing(token)]
            if len(group) > 1 or thing.tag_ == "NNS" or pronoun.lower_ in ("all", "lot", "everything"):
                return group
        return []

    def pass_on(self, thing: Token, givers: Slugs, takers: Slugs) -> None:
        """A thing goes from some, () where nobody in the cast had it, to others, () where nobody in the cast has it."""
        key = key_of(thing)
        mine = [event for event in self.events if key_of(event[2]) == key]
        if not givers and mine and mine[-1][0] == ChangeKind.PROP_LOST and (mine[-1][1],) == takers:
            self.events.remove(mine[-1])
            self.holder[key] = takers
            return
        givers = givers or tuple(who for who in self.offered.pop(key, ()) if who not in takers)
        for who in givers:
            if who not in takers:
                self._add(ChangeKind.PROP_LOST, who, thing)
                self.lost.add((who, key))
        for who in takers:
            self._add(ChangeKind.PROP_GAINED, who, thing)
            self.lost.discard((who, key))
        if takers:
            self.holder[key] = takers
        else:
            self.holder.pop(key, None)

    def has(self, who: Slugs, thing: Token) -> bool:
        """Whether they have it already: it is theirs, and they have not lost it."""
        key = key_of(thing)
        own = bool(who) and set(who) <= set(self.holder.get(key, ()) or self.named_owner(thing))
        return own and not any((one, key) in self.lost for one in who)

    def put_back(self, thing: Token) -> None:
        """What was only taken to look at is put back."""
        self.events = [
            event for event in self.events if key_of(event[2]) != key_of(thing) or event[0] != ChangeKind.PROP_GAINED
        ]
        self.holder.pop(key_of(thing), None)

    def _add(self, kind: ChangeKind, who: str, thing: Token) -> None:
        if (kind, who, key_of(thing)) not in {(old, whose, key_of(what)) for old, whose, what in self.events}:
            self.events.append((kind, who, thing))

    def changes(self) -> Iterator[Change]:
        """The events, each thing under the fullest of its names."""
        names: dict[str, str] = {}
        for token in self.scene.doc:
            if token.pos_ in ("NOUN", "PROPN") and token.dep_ not in ("compound", "nmod"):
                names[key_of(token)] = max(names.get(key_of(token), ""), name_of(token, self.scene), key=len)
        for kind, who, thing in self.events:
            yield Change(kind=kind, character=who, what=names.get(key_of(thing)) or name_of(thing, self.scene))


def key_of(thing: Token) -> str:
    """Two phrases with the same last word are the same thing."""
    return singular(thing.lower_)


def counted(token: Token) -> list[Token]:
    """ "Two of the keys"."""
    return [
        one for child in token.children if child.lower_ == "of" for end in child.children for one in listed_with(end)
    ]


def _concrete(token: Token) -> bool:
    return is_thing(token) or bool(TANGIBLE & {*sorts_of(token)[:1]})


def _modifies(token: Token) -> bool:
    return token.dep_ in ("compound", "nmod", "poss", "npadvmod")
