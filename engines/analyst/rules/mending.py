"""Clauses that say that something has healed, or that it has not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Span, Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.happening import denied, supposed
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.words import listed, table
from engines.analyst.rules.body import part_of
from engines.analyst.rules.treatments import treats

WORDS = table("healing")
SETS = {name: frozenset(listed(words)) for name, words in WORDS.items() if isinstance(words, str)}
STEMS = {what: set(listed(words)) for what, words in WORDS["stems"].items()}
INJURIES = SETS["generic"] | {word for words in STEMS.values() for word in words}
DRIVING = [tuple(saying.split()) for name in ("driving", "driven_by_remedies") for saying in listed(WORDS[name])]
PARTING = {";", "but", "though", "although", "while", "whereas", "—", "–"}
THEIRS = {"his", "hers", "theirs"}
"""What is theirs, and not they themselves."""
DENIALS = {"no", "not", "n't", "never", "nothing", "without", "none", "neither", "nor", "hardly"}
CLAUSES = {"conj", "advcl", "ccomp", "parataxis", "relcl", "ROOT"}
COMPLEMENTS = {"acomp", "advmod", "oprd", "attr", "ccomp", "prt", "xcomp", "advcl"}


@dataclass
class Clause:
    """A verb, or the first word of a sentence without one, with the words that are its own."""

    head: Token
    scene: Scene
    stretch: Sequence[Token]

    @cached_property
    def words(self) -> list[Token]:
        own = [word for word in _own(self.head) if word in self.stretch]
        return sorted(own, key=lambda word: word.i) if len(own) > 1 else list(self.stretch)

    @cached_property
    def lemmas(self) -> set[str]:
        return {word.lemma_.lower() for word in self.words} | {word.lower_ for word in self.words}

    @cached_property
    def deed(self) -> Deed:
        return Deed(self.head, self.scene.who)

    @cached_property
    def denied(self) -> bool:
        said = " ".join(word.lower_ for word in self.words)
        return bool({*said.replace("nothing but", "").split()} & DENIALS)

    @property
    def awaited(self) -> bool:
        """ "Once it has healed, she will play again"."""
        marks = {child.lower_ for child in self.head.children if child.dep_ in ("mark", "advmod")}
        when = bool(marks & {"once", "when", "until", "till", "before"})
        return self.head.dep_ == "advcl" and when and supposed(self.head.head)

    @property
    def topic(self) -> list[Token]:
        """What it is about: its subject and its objects."""
        return [*self.deed.doers, *self.deed.things, *self.deed.receivers]


def _own(head: Token) -> Iterator[Token]:
    yield head
    for child in head.children:
        compared = any(mark.lower_ in ("as", "like") and mark.dep_ == "mark" for mark in child.children)
        purpose = child.tag_ == "VB" and any(mark.lower_ == "to" for mark in child.children)
        if compared or purpose or not (child.dep_ in CLAUSES and child.pos_ in VERBS):
            yield from _own(child)


def clauses(sentence: Sentence) -> list[Clause]:
    """The clauses of a sentence in their order, each within one of the stretches that ";" and "but" part."""
    return [clause for stretch in _stretches(sentence.span) for clause in _within(stretch, sentence.scene)]


def _stretches(span: Span) -> Iterator[list[Token]]:
    stretch: list[Token] = []
    for token in span:
        before = token.nbor(-1).lower_ if token.i else ""
        if token.lower_ in PARTING and before not in ("as", "a", "nothing", "all", "anything"):
            yield stretch
            stretch = []
        stretch.append(token)
    yield stretch


def _within(stretch: Sequence[Token], scene: Scene) -> Iterator[Clause]:
    heads = [token for token in stretch if (token.pos_ in VERBS and token.dep_ in CLAUSES) or token.dep_ == "ROOT"]
    own = [{*_own(head)} for head in heads]
    apart = [head for head in heads if not any(head in words for words in own if words != {*_own(head)})]
    apart = apart or [token for token in stretch if token.head not in stretch and not token.is_punct][:1]
    yield from (Clause(head, scene, stretch) for head in sorted(apart, key=lambda head: head.left_edge.i))


def is_over(clause: Clause) -> bool:
    """Whether a clause says that something has healed."""
    if clause.lemmas & {"nobody", "no", "none", "never"} and clause.head.lemma_ in SETS["nobody_can"]:
        return True
    if _in_its_place(clause) or _verbless_denial(clause):
        return True
    if treats(clause.deed) or supposed(clause.deed.verb) or (clause.lemmas & SETS["adverbs"] and not clause.denied):
        return False
    if clause.awaited or _discoloured(clause):
        return False
    if _works_again(clause) or _driven_out(clause) or _is_so_no_longer(clause) or _sought_in_vain(clause):
        return True
    said = " ".join(word.lemma_.lower() for word in clause.words)
    if any(phrase in said for phrase in SETS["phrases"] if not clause.denied or {*phrase.split()} & DENIALS):
        return True
    return any(_heals(word, clause) for word in clause.words) or _no_trouble(clause) or _off_for_good(clause)


def _discoloured(clause: Clause) -> bool:
    """ "Faded to yellow", and not to nothing."""
    said = " ".join(word.lower_ for word in clause.words)
    return any(f"to {colour}" in said for colour in SETS["colours"]) and "to nothing" not in said


def _works_again(clause: Clause) -> bool:
    """ "His ankle takes him upstairs again", "she can grip with the hand once more", "his elbow bends all the way"."""
    if clause.denied or clause.head.lemma_ not in SETS["working"] or clause.lemmas & SETS["trouble"]:
        return False
    of_a_part = any(part_of(doer) for doer in clause.deed.doers)
    fully = " ".join(word.lower_ for word in clause.words)
    able = of_a_part or {"can", "able"} & clause.lemmas or "weight" in clause.lemmas
    return bool(able) and any(phrase in fully for phrase in SETS["fully"]) and clause.deed.happens


def _driven_out(clause: Clause) -> bool:
    """ "Three weeks have seen off his black eye", "he has got over the sprain"; a doctor dealing with it treats it."""
    verb = clause.head.lemma_.lower()
    fits = [saying for saying in DRIVING if saying[0] == verb and clause.lemmas.issuperset(saying[1:])]
    hurts = [word for word in clause.words if word.lemma_.lower() in INJURIES or word.lower_ in INJURIES]
    over = [
        saying for saying in fits if " ".join(saying) not in SETS["driven_by_remedies"] or not _treater(clause.deed)
    ]
    return bool(over and hurts) and not clause.denied and clause.deed.happens


def _is_so_no_longer(clause: Clause) -> bool:
    """ "A thumb that is sprained no longer", "his jaw is not blue any more"."""
    said = " ".join(word.lower_ for word in clause.words)
    no_longer = "no longer" in said or (
        clause.denied and any(end in said for end in ("any more", "anymore", "any longer"))
    )
    state = {word.lower_ for word in clause.words if word.pos_ in ("ADJ", "VERB") and word.dep_ != "amod"}
    return no_longer and bool(state & (SETS["states"] | SETS["sore"] | SETS["colours"]))


def _sought_in_vain(clause: Clause) -> bool:
    """ "She looks for the scratch and cannot find it"."""
    seeking = clause.head.lemma_ in SETS["seeking"] and clause.denied
    return seeking and any(
        word.lower_ in ("it", "them") or word.lemma_.lower() in INJURIES for word in clause.deed.things
    )


def _in_its_place(clause: Clause) -> bool:
    """ "Where the burn was there is nothing but clean skin"."""
    where = any(word.lower_ == "where" for word in clause.words[:3])
    where = where and any(word.tag_ in ("VBD", "VBN") for word in clause.words)
    beside = {word.lemma_.lower() for word in clause.head.sent if word not in clause.words}
    return where and bool(beside & SETS["in_its_place"])


def _verbless_denial(clause: Clause) -> bool:
    """ "Of the graze not a trace"; "the graze not even that"."""
    bare = not any(word.pos_ in VERBS for word in clause.words) and bool(clause.lemmas & {"that", "so", "much", "this"})
    return bare and bool(clause.lemmas & {"not", "nor"})


def _heals(word: Token, clause: Clause) -> bool:
    """A verb of healing, or a word for what is well again, that is not denied and not only going on."""
    if clause.denied and word.pos_ not in VERBS and word.lower_ not in SETS["sound"]:
        return False
    deed = Deed(word, clause.scene.who)
    if word.pos_ in VERBS and _verb_of_healing(deed) and word.dep_ not in ("amod", "aux", "auxpass"):
        going_on = word.tag_ == "VBG" and word.dep_ != "advcl"
        begun = word.tag_ == "VB" and any(child.lower_ == "to" for child in word.children)
        return deed.happens and not going_on and not begun
    if word.lower_ in SETS["strong"] and (word.dep_ != "amod" or word.tag_ == "VBN"):
        return deed.happens and not clause.denied
    if word.tag_ == "VBN" and word.lower_ in SETS["sound"] and deed.passive:
        return deed.happens
    said_of = word.head.lemma_ in SETS["being"] and word.dep_ in COMPLEMENTS
    of_somebody = clause.deed.people(clause.deed.doers) and not any(part_of(one) for one in clause.words)
    if said_of and of_somebody and word.lower_ not in SETS["of_people"]:
        return False
    return word.lower_ in SETS["sound"] and said_of and not denied(word.head)


def _verb_of_healing(deed: Deed) -> bool:
    """A hand that closes, or that is closed, is not healed; a cut that closes, or a bitten hand, is."""
    verb = deed.lemma if deed.lemma in SETS["heal"] else deed.verb.lemma_
    target = (*deed.things, *(() if deed.things else deed.doers))
    people = [token for token in target if token.lower_ not in THEIRS]
    well = any(part_of(token) and not _hurt(token) for token in target) or bool(deed.people(people))
    treated = bool(deed.things) and _treater(deed)
    return verb in SETS["heal"] and not (verb in SETS["of_injuries"] and (well or treated or not target))


def _hurt(part: Token) -> bool:
    return any(child.tag_ == "VBN" or child.lower_ in SETS["states"] | {"black"} for child in part.children)


def _treater(deed: Deed) -> bool:
    """Whether it is somebody who closes a cut or sets a bone, which is treating it."""
    return any(deed.people([doer]) or sorts_of(doer)[:1] == ("person",) for doer in deed.doers)


def _no_trouble(clause: Clause) -> bool:
    """ "No longer hurts", "has stopped aching", "not a trace is left", "without a limp"."""
    if not clause.denied:
        stopping = [child for word in clause.words if word.lemma_ in SETS["stop"] for child in word.children]
        return any(child.lemma_ in SETS["trouble"] for child in stopping)
    left = clause.lemmas & {"remain", "leave"} or ("be" in clause.lemmas and clause.lemmas & {"see", "show"})
    if any(denied_trace(word) for word in clause.words) or ("nothing" in clause.lemmas and left):
        return True
    never = {child.lower_ for child in clause.head.children} & (DENIALS | {"longer"})
    troubles = SETS["trouble"] & SETS["of_people"] if clause.deed.people(clause.deed.doers) else SETS["trouble"]
    return bool(never) and clause.head.lemma_ in troubles


def denied_trace(word: Token) -> bool:
    """ "Not a trace", "without a limp"; but "no sign of Marlow" is about no injury."""
    before = {one.lower_ for one in word.doc[max(word.sent.start, word.i - 8) : word.i]}
    of = [end for child in word.children if child.lower_ == "of" for end in child.children if end.dep_ == "pobj"]
    else_ = any(not part_of(end) and end.pos_ != "PRON" and end.lemma_.lower() not in INJURIES for end in of)
    noun = word.pos_ in ("NOUN", "PROPN", "VERB", "ADJ") and word.lemma_.lower() in SETS["traces"]
    return noun and not else_ and bool(before & (DENIALS - {"nothing", "none", "n't"}))


def _off_for_good(clause: Clause) -> bool:
    """A plaster, a sling or stitches come off when what is under them is whole; a bandage may only be changed."""
    lemmas = {clause.deed.lemma, clause.head.lemma_} | {f"{clause.head.lemma_} {word.lower_}" for word in clause.words}
    return bool(lemmas & SETS["off"]) and bool(clause.lemmas & SETS["for_good"]) and not clause.denied


def so_does(clause: Clause) -> bool:
    """ "And so has the scratch"."""
    if clause.denied:
        return False
    verbless = not any(word.pos_ in VERBS for word in clause.words)
    return bool(clause.lemmas & {"too", "also", "likewise"}) if verbless else (
        clause.head.lemma_ in ("have", "be", "do") and bool(clause.lemmas & {"so", "likewise"}))  # fmt: skip


def is_not_over(clause: Clause) -> bool:
    """Whether a clause says that something still hurts."""
    denied = clause.denied
    if "can" in clause.lemmas and denied and clause.head.lemma_ in SETS["using"]:
        return True
    said = [word.lower_ for word in clause.words]
    if any(f"as {word} as" in " ".join(said) for word in SETS["sore"]):
        return True
    if not denied and clause.lemmas & {"still", "half", "raw", "worse", "unhealed", "inflamed", "infected", "swollen"}:
        return True
    again = clause.head.lemma_ in SETS["again_bad"] and clause.head.pos_ == "VERB"
    return again and not denied and "stop" not in clause.lemmas
