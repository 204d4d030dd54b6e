"""A sentence between its neighbours, and small questions about its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Token

from engines.analyst.language.clauses import SUBJECTS
from engines.analyst.language.coreference import Slugs
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.words import listed, table

FINITE = {"VBD", "VBZ", "VBP", "MD"}
SUBJECT = {*SUBJECTS, "nsubjpass"}
Words = tuple[Token, ...]
Fact = tuple[Slugs, Words]
"""Who learns it, and the words of the text that say it."""


def lemmas(name: str) -> set[str]:
    """An entry of the table of knowledge."""
    return set(listed(table("knowledge")[name]))


DOCUMENTS, TIDINGS = lemmas("documents"), lemmas("tidings")


@dataclass(frozen=True)
class Passage:
    """A sentence between its neighbours."""

    scene: Scene
    number: int

    @cached_property
    def sentence(self) -> Sentence:
        return self.scene.sentences[self.number]

    def near(self, step: int) -> Passage | None:
        """The passage so many sentences on, or back."""
        there = 0 <= self.number + step < len(self.scene.sentences)
        return Passage(self.scene, self.number + step) if there else None

    @cached_property
    def quoted(self) -> Words:
        """One word for each thing that is said aloud in it."""
        return tuple(token for token in self.sentence.span if token.i in self.scene.quotes)

    @cached_property
    def speech(self) -> Words:
        """What is said aloud, with what the speaker says on without a new "she says"."""
        following = self.near(1)
        goes_on = self.quoted and following and following.quoted and not following.sentence.deeds
        return (*self.quoted, *(following.speech if following and goes_on else ()))

    @cached_property
    def here(self) -> Slugs:
        """Those of whom it speaks; where it speaks of nobody, those of whom the text spoke last."""
        before, after = self.near(-1), self.near(1)
        earlier = before.here if before else ()
        return self.sentence.everybody or earlier or (after.sentence.everybody if after and not before else ())

    def words(self, start: int, end: int) -> Words:
        """The words of the sentence from one number to before another."""
        return tuple(token for token in self.sentence.span if start <= token.i < end)


def finite(verb: Token) -> bool:
    return verb.tag_ in FINITE or any(
        child.dep_ in ("aux", "auxpass") and child.tag_ in FINITE for child in verb.children
    )


def states(words: Iterable[Token]) -> bool:
    """Whether these words hold a verb that states something, or a quotation does it for them."""
    return any(token.tag_ in FINITE for token in words)


def subjects(verb: Token) -> Words:
    return tuple(child for child in verb.children if child.dep_ in SUBJECT)


def is_document(token: Token) -> bool:
    return token.pos_ not in ("VERB", "AUX") and (
        token.lemma_.lower() in DOCUMENTS | TIDINGS
        or any(child.lemma_.lower() in DOCUMENTS and child.dep_ == "compound" for child in token.children)
    )


def plain(words: Sequence[Token], scene: Scene) -> str:
    """Words as a statement that stands alone: names for pronouns, no "that" before it."""
    said = "".join(
        _plain(token, scene) + (" " if token.i + 1 != following.i and token.i not in scene.quotes else "")
        for token, following in zip(words, [*words[1:], words[-1]], strict=True)
    )
    said = re.sub(r"^(?:that|of|about|so|and|[,:;—–\-\s\"“”])+\b", "", said, flags=re.IGNORECASE)
    return " ".join(said.replace('"', "").split()).strip(" .,;:—–-")


def _plain(token: Token, scene: Scene) -> str:
    if token.i in scene.quotes:
        return scene.quotes[token.i].strip() + " "
    slugs = scene.who(token)
    if not slugs or token.lower_.endswith(("self", "selves")) or token.tag_ not in ("PRP", "PRP$", "NNP", "NNPS", "NN"):
        return token.text_with_ws
    names = " and ".join(short(scene.cast[slug].name) for slug in slugs)
    return names + ("'s" if token.tag_ == "PRP$" else "") + token.whitespace_


def short(name: str) -> str:
    """The first name, without a title."""
    words = [word for word in name.split() if not word.endswith(".") and word not in ("Captain", "Doctor", "Professor")]
    return (words or name.split())[0]
