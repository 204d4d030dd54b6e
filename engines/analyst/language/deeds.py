"""Deeds: what each verb of a sentence says was done, by whom, to what, and whether it was done at all.

"The key that a shepherd has given her" and "She was given the key by a shepherd" are one deed: to give, by the
shepherd, the key, to her. Only grammar is known here; what giving means is for the families of changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Span, Token

from engines.analyst.language import happening
from engines.analyst.language.clauses import (
    PASSIVE_SUBJECTS,
    RELATIVE,
    SUBJECTS,
    VERBS,
    antecedents,
    governor,
    listed_with,
    own_subjects,
    phrases,
)
from engines.analyst.language.coreference import Slugs, Who
from engines.analyst.language.objects import object_of_relative, own_objects, things_and_receivers

SOME = {"pair", "two", "three", "couple", "trio", "lot"}


def deeds(sentence: Span, who: Who) -> list[Deed]:
    """All deeds of a sentence, in the order of their verbs. ``who`` tells whom a word means."""
    return [Deed(token, who) for token in sentence if token.pos_ in VERBS and token.dep_ not in ("aux", "auxpass")]


@dataclass(frozen=True)
class Deed:
    """A verb with its roles, which are words of the tree; ``who`` tells the people among them."""

    verb: Token
    who: Who

    @cached_property
    def lemma(self) -> str:
        """The verb and its particle: "pick up", "put on"."""
        particles = [child.lower_ for child in self.verb.children if child.dep_ == "prt"]
        return " ".join([self.verb.lemma_.lower(), *particles])

    @cached_property
    def passive(self) -> bool:
        """ "is taken", and "the key taken by him": the one it is done to stands where the doer would."""
        by_form = any(child.dep_ in ("auxpass", *PASSIVE_SUBJECTS) for child in self.verb.children)
        return by_form or (self.verb.dep_ == "acl" and self.verb.tag_ == "VBN") or self._joined_passive

    @property
    def _joined_passive(self) -> bool:
        """ "is taken and burnt"."""
        joined = self.verb.dep_ == "conj" and self.verb.tag_ == "VBN" and self.verb.head.pos_ in VERBS
        own = any(child.dep_ in ("aux", *SUBJECTS) for child in self.verb.children)
        return joined and not own and Deed(self.verb.head, self.who).passive

    @cached_property
    def doers(self) -> tuple[Token, ...]:
        """Those who do it; () for a passive that does not say."""
        if self.passive:
            agents = self.with_words("by", deps=("agent",))
            return agents or tuple(token for token in self.with_words("by", deps=("prep",)) if self.who(token))
        return tuple(self._subjects)

    @cached_property
    def things(self) -> tuple[Token, ...]:
        """What it is done to: the objects of a verb, the subjects of a passive one. Where a verb has two, the person is
        the receiver: "gives her the key", "she was given the key"."""
        return self._split[0]

    @cached_property
    def receivers(self) -> tuple[Token, ...]:
        """Those to whom it is done: "gives her the key", "gives the key to her", "she was given the key"."""
        return tuple(dict.fromkeys([*self._split[1], *self.with_words("to", "for", "at")]))

    @cached_property
    def _split(self) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
        own = own_objects(self.verb, self.who)
        objects = [token for child in own for token in self._meant(child)]
        objects += self._subjects if self.passive else []
        objects += object_of_relative(self.verb) if len(own) < 2 else []
        return things_and_receivers(objects, self.who)

    def with_words(self, *words: str, deps: Sequence[str] = ("prep", "dative", "agent", "prt")) -> tuple[Token, ...]:
        """What stands behind one of these prepositions of the verb, or of its object: "takes the lamp from her"."""
        return tuple(token for preposition, token in self.phrases(deps) if preposition in words)

    def phrases(self, deps: Sequence[str] = ("prep", "dative", "agent", "prt")) -> Iterator[tuple[str, Token]]:
        """Each preposition of the verb, or of its object, with the words behind it."""
        ends = [child for child in self.verb.children if child.dep_ in ("dobj", "attr", "oprd", "advmod", "acomp")]
        for head in (self.verb, *(token for end in ends for token in listed_with(end))):
            yield from phrases(head, deps)

    def people(self, tokens: Sequence[Token]) -> Slugs:
        """Those of the cast among these words."""
        return tuple(dict.fromkeys(slug for token in tokens for slug in self.who(token)))

    @cached_property
    def happens(self) -> bool:
        """Whether it is told as done: not denied, wished, feared, asked for, nearly so, or only if."""
        return happening.happens(self.verb)

    @cached_property
    def _subjects(self) -> list[Token]:
        """The words where the subject stands; a verb without one has that of the verb it hangs on."""
        if own := [token for child in own_subjects(self.verb) for token in self._meant(child)]:
            return own
        if self.verb.head == self.verb:
            return self._hung_elsewhere
        if self.verb.dep_ == "acl":
            return list(listed_with(self.verb.head))
        head = governor(self.verb)
        if head is None:
            return []
        above = Deed(head, self.who)
        if self.verb.dep_ in ("xcomp", "ccomp") and above.things and head.lemma_ != "promise":
            return list(above.things)
        return above._subjects

    @property
    def _hung_elsewhere(self) -> list[Token]:
        """ "At the gate Ava, soaked, stops": somebody read as part of the phrase before."""
        if self.verb.tag_ not in ("VBZ", "VBD", "VBP") or self.passive:
            return []
        before = [token for child in self.verb.lefts for token in child.subtree if self.who(token)]
        return [token for token in before if token.pos_ == "PROPN" and token.dep_ in ("appos", "nmod", "compound")][-1:]

    def _meant(self, token: Token) -> Iterator[Token]:
        """A word with all that are joined to it; "who" and "that" mean the word that they follow; a verb read as the
        subject of the next ("he lets slip") gives its own."""
        clause = next((verb for verb in (self.verb, *self.verb.ancestors) if verb.dep_ == "relcl"), None)
        verbs = [child for child in token.children if child.dep_ in SUBJECTS] if token.pos_ in VERBS else []
        if verbs and token.tag_ in ("VBZ", "VBD"):
            yield from (one for child in verbs for one in listed_with(child))
        elif token.lower_ in RELATIVE and token.tag_ in ("WP", "WDT", "WP$", "IN", "DT") and clause is not None:
            yield from antecedents(clause)
        elif some := self._some_of(token):
            yield from some
        else:
            yield from listed_with(token)

    def _some_of(self, token: Token) -> list[Token]:
        """ "Both of them", "all three of the women"."""
        if token.pos_ not in ("NUM", "PRON", "DET") and token.lemma_ not in SOME:
            return []
        behind = [end for child in token.children if child.lower_ == "of" for end in child.children]
        return [end for end in behind if self.who(end)]
