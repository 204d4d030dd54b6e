"""Deeds: what each verb of a sentence says was done, by whom, to what, and whether it was done at all.

"The key that a shepherd has given her" and "She was given the key by a shepherd" are one deed: to give, by the
shepherd, the key, to her. Only grammar is known here; what giving means is for the families of changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Span, Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.words import listed, table

WORDS = table("deeds")
DENYING = set(listed(WORDS["denying"]))
SUPPOSING = set(listed(WORDS["supposing"]))
BARELY = {"barely", "hardly", "scarcely"}
"""With a clause of time they deny nothing: "has barely sat down when ..."."""
MODAL = set(listed(WORDS["modal"]))
NEARLY = set(listed(WORDS["nearly"]))
WITHOUT = set(listed(WORDS["without"]))
NOBODY = set(listed(WORDS["nobody"]))
ONLY_THOUGHT = set(listed(WORDS["only_thought"]))
THOUGHT_OF = set(listed(WORDS["thought_of"]))
RELATIVE = {"who", "whom", "which", "that"}
VERBS = {"VERB", "AUX"}
SOME = {"pair", "two", "three", "couple", "trio", "lot"}
OBJECTS = {"dobj", "oprd", "attr", "dative", "appos"}
SUBJECTS, PASSIVE_SUBJECTS = {"nsubj", "csubj", "expl"}, {"nsubjpass", "csubjpass"}

Who = Callable[[Token], Slugs]


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
        bare = [child for child in self.verb.children if child.dep_ in OBJECTS and child.pos_ != "ADP"]
        bare += [child for child in self.verb.children if _noun_as_clause(child)]
        bare += [end for child in bare for end in child.children if self._run_together(end)]
        objects = [token for child in (*bare, *(self._joined_objects if bare else ())) for token in self._meant(child)]
        objects += self._subjects if self.passive else []
        objects += self._object_of_relative if len(bare) < 2 else []
        beside = {
            token: [
                child for child in token.children if child.dep_ == "appos" and child not in bare and not self.who(child)
            ]
            for token in objects
            if self.who(token)
        }
        gapped = any(beside.values()) and len(objects) > len(beside) and not any(_is_dative(token) for token in objects)
        objects = [token for token in objects if not (gapped and beside.get(token))]
        objects += [noun for nouns in beside.values() for end in nouns if not gapped for noun in listed_with(end)]
        people = [token for token in objects if self.who(token)]
        things = [token for token in objects if token not in people]
        datives = [token for token in objects if _is_dative(token)]
        if things and (people or datives):
            return tuple(token for token in things if token not in datives), tuple(dict.fromkeys([*people, *datives]))
        return tuple(objects), ()

    @property
    def _joined_objects(self) -> list[Token]:
        """ "Gets a comb and a pass", where the parser joins the second to the verb."""
        return [
            child
            for child in self.verb.children
            if child.dep_ == "conj"
            and child.pos_ == "NOUN"
            and any(end.dep_ in ("det", "poss", "nummod") for end in child.children)
            and not any(end.dep_ in SUBJECTS for end in child.children)
        ]

    def _run_together(self, token: Token) -> bool:
        """An object that the parser has made a part of the one beside it: "sends Mary home", "leaves John the key"."""
        noun, apart = token.head, token.nbor(-1).is_punct if token.i else True
        if token.dep_ == "nmod" and _noun_as_clause(noun):
            return bool(self.who(token))
        if token.dep_ == "compound":
            return bool(self.who(token)) and not any(child.dep_ in ("det", "poss", "appos") for child in noun.children)
        return (
            token.dep_ == "appos"
            and bool(self.who(noun))
            and not self.who(token)
            and not apart
            and not any(child.is_punct for child in token.children if child.i < token.i)
            and not token.doc[noun.i + 1].is_punct
        )

    def with_words(self, *words: str, deps: Sequence[str] = ("prep", "dative", "agent", "prt")) -> tuple[Token, ...]:
        """What stands behind one of these prepositions of the verb, or of its object: "takes the lamp from her"."""
        return tuple(token for preposition, token in self.phrases(deps) if preposition in words)

    def phrases(self, deps: Sequence[str] = ("prep", "dative", "agent", "prt")) -> Iterator[tuple[str, Token]]:
        """Each preposition of the verb, or of its object, with the words behind it."""
        ends = [child for child in self.verb.children if child.dep_ in ("dobj", "attr", "oprd", "advmod", "acomp")]
        for head in (self.verb, *(token for end in ends for token in listed_with(end))):
            yield from _phrases(head, deps)

    def people(self, tokens: Sequence[Token]) -> Slugs:
        """Those of the cast among these words."""
        return tuple(dict.fromkeys(slug for token in tokens for slug in self.who(token)))

    @cached_property
    def happens(self) -> bool:
        """Whether it is told as done: not denied, wished, feared, asked for, nearly so, or only if."""
        return not self._denied and not self._supposed and self._within_happens

    @property
    def _denied(self) -> bool:
        words = {child.lower_ for child in self.verb.children if child.dep_ in ("neg", "advmod", "preconj", "cc")}
        nobody = any(_nobody(token) for token in (*self._own_subjects, *self._own_objects))
        just = bool(words & BARELY) and any(child.dep_ == "advcl" for child in self.verb.children)
        return bool(words & (DENYING | NEARLY) and not just) or nobody

    @property
    def _supposed(self) -> bool:
        modal = any(child.dep_ == "aux" and child.lower_ in MODAL for child in self.verb.children)
        if any(child.dep_ == "mark" and child.lower_ in SUPPOSING for child in self.verb.children):
            return True
        own = any(child.dep_ == "aux" for child in self.verb.children) or self._own_subjects
        inherits = self.verb.dep_ == "conj" and not own and self.verb.head.pos_ in VERBS
        return modal or (inherits and Deed(self.verb.head, self.who)._supposed)

    @property
    def _within_happens(self) -> bool:
        """What one only wants to do is not done; what one does not let happen does not happen."""
        head = _governor(self.verb)
        if self.verb.dep_ == "pcomp" and self.verb.head.lower_ in WITHOUT:
            return False
        if head is None:
            return True
        above = Deed(head, self.who)
        wished = self.verb.dep_ in ("xcomp", "ccomp", "pcomp") and _only_thought(self.verb, head)
        denied = self.verb.dep_ in ("xcomp", "ccomp") and above._denied
        nor = any(child.lower_ in ("or", "nor") for child in head.children) and above._denied
        return (
            not wished
            and not denied
            and not (self.verb.dep_ == "conj" and nor)
            and (self.verb.dep_ not in ("xcomp", "ccomp", "conj") or above._within_happens)
        )

    @property
    def _own_subjects(self) -> list[Token]:
        helping = [child for child in self.verb.children if child.dep_ in ("aux", "auxpass")]
        return [
            child
            for verb in (self.verb, *helping)
            for child in verb.children
            if child.dep_ in SUBJECTS | PASSIVE_SUBJECTS and not _parted(child, verb)
        ]

    @property
    def _own_objects(self) -> list[Token]:
        return [child for child in self.verb.children if child.dep_ in ("dobj", "attr")]

    @cached_property
    def _subjects(self) -> list[Token]:
        """The words where the subject stands; a verb without one has that of the verb it hangs on."""
        if own := [token for child in self._own_subjects for token in self._meant(child)]:
            return own
        head = self.verb.head
        if head == self.verb:
            return self._hung_elsewhere
        if self.verb.dep_ == "acl":
            return list(listed_with(head))
        governor = _governor(self.verb)
        if governor is None:
            return []
        above = Deed(governor, self.who)
        if self.verb.dep_ in ("xcomp", "ccomp") and above.things and governor.lemma_ != "promise":
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
            yield from _antecedents(clause)
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

    @property
    def _object_of_relative(self) -> list[Token]:
        """ "The glass a shepherd has given her": a clause without an object of its own is about the word before it."""
        said = any(
            (child.dep_ in SUBJECTS and child.lower_ in RELATIVE) or child.lower_ in ("where", "when", "why")
            for child in self.verb.children
        )
        if self.verb.dep_ != "relcl" or said:
            return []
        return list(_antecedents(self.verb))


def listed_with(token: Token) -> Iterator[Token]:
    """A word and those that are joined to it by "and" or a comma."""
    yield token
    for child in token.children:
        lists = child.dep_ == "appos" and any(end.dep_ == "conj" for end in child.children)
        if (child.dep_ == "conj" and child.pos_ not in VERBS) or lists:
            yield from listed_with(child)


def _noun_as_clause(token: Token) -> bool:
    """ "Slips Anna the code book", where the parser takes the last words for a clause."""
    own = any(child.dep_ in SUBJECTS for child in token.children)
    return token.dep_ == "ccomp" and token.pos_ == "NOUN" and not own


def _is_dative(token: Token) -> bool:
    while token.dep_ == "conj":
        token = token.head
    return token.dep_ == "dative"


def _antecedents(clause: Token) -> Iterator[Token]:
    """What a relative clause is about: the nearest word, unless its verb says that they are several, "her and him, who
    go on"."""
    yield clause.head
    if clause.tag_ == "VBP":
        yield from clause.head.conjuncts


def _phrases(head: Token, deps: Sequence[str]) -> Iterator[tuple[str, Token]]:
    for child in head.children:
        if child.dep_ not in deps or child.pos_ not in ("ADP", "SCONJ", "ADV", "PART"):
            continue
        for behind in child.children:
            if behind.dep_ in ("pobj", "pcomp"):
                yield from ((child.lower_, token) for token in listed_with(behind))
            elif behind.dep_ == "conj" and behind.pos_ == "ADP":
                yield from (
                    (behind.lower_, token)
                    for end in behind.children
                    if end.dep_ == "pobj"
                    for token in listed_with(end)
                )
        yield from _phrases(child, deps)


def _governor(verb: Token) -> Token | None:
    """The verb above this one, past "after", "without" and the like."""
    if verb.dep_ in ("relcl", "ROOT") or _stands_apart(verb):
        return None
    for token in verb.ancestors:
        if token.pos_ in VERBS:
            return token
        if token.pos_ not in ("ADP", "SCONJ", "ADJ", "ADV", "PART"):
            return None
    return None


def _stands_apart(verb: Token) -> bool:
    """ "She tells him the truth: he was never a doctor": the first half is no part of the second."""
    if verb.dep_ != "ccomp":
        return False
    before = verb.i < verb.head.i
    own = before or any(child.dep_ in SUBJECTS | PASSIVE_SUBJECTS for child in verb.children)
    that = not before and any(child.dep_ == "mark" for child in verb.children)
    return own and not that and _parted(verb, verb.head)


def _parted(one: Token, other: Token) -> bool:
    between = one.doc[min(one.i, other.i) : max(one.i, other.i)]
    return any(token.text in (":", ";") for token in between)


def _only_thought(verb: Token, head: Token) -> bool:
    """ "hopes to win", "fears that she falls", "thinks of falling"; but "hopes, laughing" laughs."""
    if verb.dep_ == "pcomp":
        return verb.head.lower_ in ("of", "about") and head.lemma_ in THOUGHT_OF
    told = head.lemma_ == "tell" and not any(child.tag_ == "TO" for child in verb.children)
    return head.lemma_.lower() in ONLY_THOUGHT and not told


def _nobody(token: Token) -> bool:
    """ "Nobody", "no key", "neither Ava nor Emil"; but "nothing but the key"."""
    words = {child.lower_ for child in token.children}
    if words & {"but", "except", "save"}:
        return False
    return token.lower_ in NOBODY or bool(words & {"no", "neither"})
