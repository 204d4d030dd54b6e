"""A scene as the rules read it: sentences of clauses, with everybody numbered and whatever is said aloud set aside."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from engines.analyst import Person
from engines.analyst.rules import doubt
from engines.analyst.rules.people import OTHER, WHO, numbered
from engines.analyst.rules.words import any_form, any_of, irregular, listed, table
from events.script import Change

QUOTED = re.compile(r"[\"“]([^\"“”]*)[\"”]")
ENDS = re.compile(r"(?<=[.!?…])\s+(?=[A-Z@«(])|\n+")
CLAUSE = re.compile(
    r"\s*[;:,()—–…]\s*(?:for (?=(?:@\d+)+\^? ))?|\s-\s|\b(?:and|but|or|then|while|when|as(?! (?:far|well|long|soon"
    r"|much|high|deep) )|until|till|before|after|because|since"
    r"|so that|although|though"
    r"|where|who|whom|which|that|if|unless)\b"
)
SAYING = any_form(table("knowledge")["saying"])
SAYS = re.compile(
    rf"\s*{SAYING} ({WHO})(?!')(?=\s*(?:[,.;:]|$|(?:and|with|without|from|as|in|at|to|on|over)\b|\w+ly\b))"
)
""""…," says @0": the one who speaks stands behind the verb."""
APPOSED = re.compile(r",\s*(?:an?|the|in|still|now|once|all|with|his|her|@\d+'s)\b")
""" "@0, a tenor in a surplice, …": what stands between commas after a name is about it."""
NOUN_PHRASE = re.compile(
    rf"\s*(?:a|an|the|this|these|that|those|some|every|each|one|two|three|four|five|no|its|it|nothing|nobody|somebody"
    rf"|someone|something|another|both|there|{WHO}'s)\b",
    re.IGNORECASE,
)
OPENER = re.compile(
    r"\s*(?:«\d+»[,.]?|(?:so|now|then|meanwhile|soon|later|suddenly|at last|finally|still|yet|this time"
    r"|only|even|here|outside|inside|all at once|at once|again|perhaps|today|tonight|that night|by now"
    r"|once more)\b,?\s*|\s)+",
    re.IGNORECASE,
)
DOES = re.compile(rf"\b(?:does|did|do|has|had|have|can|could|is|was) ({WHO})(?!') (?:\w+ly )?$", re.IGNORECASE)
""" "Only then does @0 hear": the subject behind its auxiliary."""
SUBORDINATE = re.compile(
    r"(?:that|which|where|when|as|while|because|until|till|who|whom|if|though|although|since|before|after)\b"
)
LEADS_IN = re.compile(rf"\b(?:{'|'.join(listed(table('page')['prepositions']))})$", re.IGNORECASE)
VERB = re.compile(
    r"(?:\w{2,}(?<!s)s|\w+ed|\w+ing|" + any_of(past for pasts in irregular().values() for past in pasts) + r")$"
)
FINITE = re.compile(r"(?:is|was|has|had|does|did|can|could|will|would|\w{2,}(?<!s)s|\w+ed)$")
Slugs = tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """A piece of a sentence and whom it is about: nobody, where it is about a thing or somebody without a name."""

    start: int
    end: int
    about: Slugs
    own: str = ""
    """Whether the clause names its subject itself: "person", "other" or ""."""


@dataclass
class Sentence:
    """One sentence; positions are in ``text``."""

    text: str
    slugs: Sequence[str]
    quotes: Sequence[str]
    before: Slugs
    number: int
    unreal: bool = False
    clauses: list[Clause] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clauses = list(self._clauses())

    def people(self, number: str) -> Slugs:
        """The slugs of "@0@2"."""
        return tuple(self.slugs[int(one)] for one in re.findall(r"@(\d+)", number))

    @cached_property
    def everybody(self) -> Slugs:
        return tuple(dict.fromkeys(self.people(self.text)))

    def mentions(self, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        return re.compile(WHO).finditer(self.text, start, len(self.text) if end is None else end)

    def clause(self, at: int) -> Clause:
        return next(
            (clause for clause in reversed(self.clauses) if clause.start <= at), Clause(0, len(self.text), self.before)
        )

    def said(self, at: int) -> str:
        """The clause around a place."""
        clause = self.clause(at)
        return self.text[clause.start : clause.end]

    def subject(self, at: int) -> Slugs:
        """Whom the verb at this place is about."""
        clause = self.clause(at)
        pronouns = [found for found in self.mentions(clause.start, at) if found[0].endswith("^")]
        if pronouns:
            return self.people(pronouns[-1][0])
        if asked := DOES.search(self.text, clause.start, at):
            return self.people(asked[1])
        return self._named_later(clause) or clause.about

    def _named_later(self, clause: Clause) -> Slugs:
        """ "Barefoot, in striped pyjamas, Emil lies …": words without a verb before the first subject are about it."""
        if clause.own or any(earlier.own for earlier in self.clauses if earlier.start < clause.start):
            return ()
        following = [later for later in self.clauses if later.start >= clause.start]
        found = next((later for later in following if later.own), None)
        return found.about if found and found.own == "person" and found is not clause else ()

    def doubted(self, at: int) -> bool:
        """Whether what stands here did not happen: denied, wished, feared, dreamt, compared, long ago."""
        clause = self.clause(at)
        return self.unreal or doubt.doubted(self.text[clause.start : at], self.text[clause.start : clause.end])

    @property
    def last_subject(self) -> Slugs:
        return next((clause.about for clause in self.clauses if clause.about), self.before)

    def _clauses(self) -> Iterator[Clause]:
        cuts = sorted(
            {0, *(match.start() for match in CLAUSE.finditer(self.text)), len(self.text), *self._main_clauses()}
        )
        about = main = self.before
        aside = False
        for start, end in itertools.pairwise(cuts):
            lead = self.text[start:end].lstrip()
            if lead.startswith(",") and aside and not about:
                about = main
            about, own = self._about(start, end, about)
            if SUBORDINATE.match(lead):
                aside = True
            elif own or lead.startswith(","):
                aside, main = False, about
            yield Clause(start, end, about, own)

    def _main_clauses(self) -> Iterator[int]:
        """Where the main clause begins without a comma: "When @0 comes out @1 is there"."""
        for found in re.finditer(
            rf"\b(?:when|as|while|after|before|once|because|if) {WHO}(?!') [^,;:]*?", self.text, re.I
        ):
            for match in self.mentions(found.end()):
                between = self.text[found.end() : match.start()]
                verb = re.match(r" (\w+)", self.text[match.end() :])
                if (
                    re.search(r"[,;:.]|\b(?:and|but|or|that|who|where|when|as|while|than)\b", between)
                    or not between.strip()
                ):
                    break
                last = between.split()[-1]
                if verb and FINITE.match(verb[1]) and not LEADS_IN.search(last) and not VERB.match(last):
                    yield match.start()
                    break

    def _about(self, start: int, end: int, before: Slugs) -> tuple[Slugs, str]:
        """The first person in the clause who is no object; else whom the clause before was about."""
        lead = CLAUSE.match(self.text, start)
        begin = lead.end() if lead and lead.end() <= end else start
        opener = OPENER.match(self.text, begin, end)
        begin = opener.end() if opener else begin
        if speaker := SAYS.match(self.text, begin, end):
            return self.people(speaker[1]), "person"
        beside = re.search(rf"({WHO})$", self.text[:start])
        if beside and self.text[end : end + 1] == "," and APPOSED.match(self.text, start, end):
            return self.people(beside[1]), "person"
        fresh = NOUN_PHRASE.match(self.text, begin, end) or _unnamed_first(self.text[begin:end])
        if relative := re.compile(rf"[\s,]*({WHO}),? +who (\w+)").search(self.text, max(0, start - 12), end):
            several = self.people(relative[1])
            return (several[-1:] if re.match(r"is|was|has|\w+s$", relative[2]) else several), "person"
        fresh = fresh or (start == 0 and _noun_and_verb(self.text[begin:end]))
        for match in self.mentions(begin, end):
            left = self.text[begin : match.start()].rstrip()
            if self.text.startswith("'s", match.end()) or LEADS_IN.search(left):
                continue
            if left and _starts_with_verb(left) and not fresh:
                break
            if left and self._is_object(left, match, bool(fresh)):
                fresh = fresh or match
                break
            return self.people(match[0]), "person"
        return ((), "other") if fresh and _has_verb(self.text[begin:end]) else (before, "")

    def _is_object(self, left: str, match: re.Match[str], other: bool) -> bool:
        """Whether the verb just before somebody is done to them: "the guard sees @0", not "at the steps @0 stops"."""
        following = re.match(r" ([\w@']+)", self.text[match.end() :])
        if match[0].endswith("^") or not VERB.search(left) or re.search(r"\b(?:is|was)$", left):
            return False
        if not following:
            return other
        return not VERB.match(following[1]) and following[1] not in ("is", "are", "has", "can", "will", "does", "have")


def _unnamed_first(clause: str) -> bool:
    found = re.search(OTHER, clause)
    return bool(found and found.start() < 30 and re.match(r"\s*(?:the|a|an|two|three|his|her|old|young)\b", clause))


def _noun_and_verb(clause: str) -> bool:
    """ "Tears run …": a sentence that begins with a plain noun and its verb."""
    words = re.findall(r"[\w@'-]+", clause)[:2]
    return (
        len(words) == 2
        and words[0].isalpha()
        and not LEADS_IN.match(words[0])
        and not words[0].endswith(("ing", "ly"))
        and bool(VERB.match(words[1]))
    )


def _starts_with_verb(left: str) -> bool:
    return bool(VERB.match(left.split()[0])) and bool(VERB.search(left))


def _has_verb(clause: str) -> bool:
    return any(VERB.match(word) and not word.endswith("ing") for word in re.findall(r"[a-z]+", clause)[1:])


@dataclass
class Page:
    """A whole scene, its cast and what is known of it from earlier scenes."""

    sentences: list[Sentence]
    cast: Mapping[str, Person]
    known: Sequence[Change]
    text: str = ""
    subject: str = ""

    @cached_property
    def aloud(self) -> list[Sentence]:
        """The sentences with what is said aloud as part of them, unless it asks, doubts or lies."""

        def inlined(match: re.Match[str]) -> str:
            lie = re.match(r"[^.;]*\b(?:lie[sd]?|fibs?|pretend\w*|jok\w+)\b", self.text[match.end() :])
            return match[0] if lie or "?" in match[1] else match[1]

        return read(QUOTED.sub(inlined, self.text), self.cast, self.known, self.subject).sentences


def read(text: str, cast: Mapping[str, Person], known: Sequence[Change] = (), subject: str = "") -> Page:
    """``subject`` is the slug of the one whom the text goes on about, "" where it begins anew."""
    slugs, quotes = list(cast), []

    def aside(match: re.Match[str]) -> str:
        quotes.append(match[1])
        return f"«{len(quotes) - 1}»" + ("." if re.search(r"[.!?…—]$", match[1]) and _ends(match) else "")

    whole = numbered(QUOTED.sub(aside, text), cast, subject)
    sentences: list[Sentence] = []
    before: Slugs = (subject,) if subject in cast else ()
    unreal = doubt.Dreams()
    for number, part in enumerate(part for part in ENDS.split(whole) if part.strip()):
        sentence = Sentence(part.strip(), slugs, quotes, before, number, unreal.goes_on(part))
        before = sentence.last_subject
        sentences.append(sentence)
    return Page(sentences, cast, known, text, subject)


def _ends(quote: re.Match[str]) -> bool:
    """Whether a sentence ends with this quotation: no "he says" comes after it."""
    after = quote.string[quote.end() :].lstrip()
    return not re.match(rf"[a-z]|[A-Z]\w+(?: \w+)? {SAYING}\b", after)
