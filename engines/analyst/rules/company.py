"""Companions: who joins whom, finds each other again, or parts; every new pair in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from engines.analyst.rules.page import Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_of, forms, listed, table
from events.script import Change, ChangeKind

WORDS = table("company")
Pair = tuple[str, str]
NOT_REALLY = re.compile(rf"\b{any_of(listed(WORDS['no']))}(?!\w)", re.IGNORECASE)


def _said(entry: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){saying(listed(WORDS[entry]))}(?!\w)", re.IGNORECASE)


def _with(entry: str) -> re.Pattern[str]:
    """Verbs with somebody after them."""
    verbs = saying(form for lemma in listed(WORDS[entry]) for form in forms(lemma))
    return re.compile(
        rf"(?<!\w){verbs} (?P<who>{WHO})(?!'s? (?!side|company|party|crew|band|arms|expedition))(?!\^)", re.IGNORECASE
    )


def _around(entry: str) -> re.Pattern[str]:
    """Verbs with somebody in the middle: "takes @1 along"."""
    parts = []
    for lemma in listed(WORDS[entry]):
        verb, _, rest = lemma.partition(" * ") if " * " in lemma else (lemma.removesuffix(" *"), "", "")
        parts.append(rf"{any_of(forms(verb))} (?:{WHO})(?!')(?!\^)" + (rf" {re.escape(rest)}" if rest else ""))
    return re.compile(rf"\b(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


GAINED_ALL, LOST_ALL, ALONE, SETTLED = (
    _said(entry) for entry in ("gained_together", "lost_together", "alone", "settled")
)
GAINED_WITH, LOST_FROM = _with("gained_with"), _with("lost_from")
GAINED_TAKING, LOST_TAKING = _around("gained_taking"), _around("lost_taking")
TOGETHER = re.compile(
    rf"\b{any_of(form for lemma in listed(WORDS['together_after']) for form in forms(lemma))}\b[^;.]*?\b"
    r"(?:together|side by side)\b",
    re.IGNORECASE,
)

FORKS = re.compile(
    r"\b(?:takes?|took|goes|went|turns?|rides?|chooses?|follows?) (?:the |to the |off )?(?:left|right|one"
    r"|other|north\w*|south\w*|east\w*|west\w*|upper|lower|inland|coast\w*)\b[^;.]*?(?:,|;|\band|\bwhile"
    rf"|\bbut) {WHO} (?:\w+ )?(?:the |to the )?(?:left|right|other|north|south|east|west|upper|lower|inland"
    r"|coast)",
    re.IGNORECASE,
)
DIRECTION = (
    "(?:to the )?(?:north|south|east|west|left|right|inland|upstream|downstream|uphill|downhill|home)(?:ward|wards)?"
)
APART = re.compile(rf"{WHO} (?:\w+ )?{DIRECTION}(?:,|;| and| while| but)+ {WHO} (?:\w+ )?{DIRECTION}\b", re.IGNORECASE)
FROM_EACH = re.compile(rf"\b\w+ (?P<one>{WHO}) (?:away |off |apart |out )?from (?P<other>{WHO})(?!')")
TAKES_FROM = re.compile(
    any_form(
        "sweep, carry, tear, drag, drive, push, wash, pull, force, separate, part, divide, lead, take,"
        " bear, hurl, wrench, keep, cut off"
    )
)
"""A flood, a crowd or a guard takes one from the other."""
AGAIN = re.compile(
    r"\b(?:together again|reunited|partners(?:,| then| now|\.|!)|found you at last|i have found you|i've found you)",
    re.IGNORECASE,
)
NEVER_PART = re.compile(
    r"\b(?:nothing|nobody|no one|no power on earth|never)\b[^;.]*\b(?:part|parts|parted|separate|separates"
    r"|separated|leave each other|let each other go|lose each other|come between)\b[^;.]*\b(?:again"
    r"|any more|now)\b",
    re.IGNORECASE,
)
"""A promise that only those make who have found each other."""


def changes(page: Page) -> Iterator[Change]:
    pairs = _known(page.known)
    told: dict[tuple[ChangeKind, str, str], Change] = {}
    everybody = list(dict.fromkeys(who for sentence in page.sentences for who in sentence.everybody))
    so_far: list[str] = []
    for sentence in page.sentences:
        so_far += [who for who in sentence.everybody if who not in so_far]
        if sentence.unreal:
            continue
        for kind, one, other in _events(sentence, pairs, so_far, everybody):
            if one == other or (kind == ChangeKind.COMPANION_GAINED and (one, other) in pairs):
                continue
            (pairs.add if kind == ChangeKind.COMPANION_GAINED else pairs.discard)((one, other))
            told[kind, one, other] = Change(kind=kind, character=one, what=other)
    yield from told.values()


def _known(known: Iterable[Change]) -> set[Pair]:
    pairs: set[Pair] = set()
    for change in known:
        if change.kind == ChangeKind.COMPANION_GAINED:
            pairs.add((change.character, change.what))
        elif change.kind == ChangeKind.COMPANION_LOST:
            pairs.discard((change.character, change.what))
    return pairs


def _events(
    sentence: Sentence, pairs: set[Pair], so_far: list[str], everybody: list[str]
) -> Iterator[tuple[ChangeKind, str, str]]:
    gained, lost = ChangeKind.COMPANION_GAINED, ChangeKind.COMPANION_LOST
    for kind, patterns in ((gained, [GAINED_WITH, GAINED_TAKING]), (lost, [LOST_FROM, LOST_TAKING])):
        for pattern in patterns:
            for match in pattern.finditer(sentence.text):
                if _happens(sentence, match):
                    others = sentence.people(match["who"] if "who" in match.groupdict() else match[0])
                    yield from _between(kind, sentence.subject(match.start()), others)
    for _ in (*FORKS.finditer(sentence.text), *APART.finditer(sentence.text)):
        yield from _all(lost, sentence.everybody)
    for match in FROM_EACH.finditer(sentence.text):
        if TAKES_FROM.match(match[0]) and _happens(sentence, match):
            yield from _between(lost, sentence.people(match["one"]), sentence.people(match["other"]))
    for match in NEVER_PART.finditer(sentence.text):
        yield from _all(gained, _group(sentence, match, so_far, everybody))
    for kind, patterns in ((gained, [GAINED_ALL, TOGETHER]), (lost, [LOST_ALL])):
        for pattern in patterns:
            for match in pattern.finditer(sentence.text):
                if _happens(sentence, match) and not (kind == lost and ALONE.search(sentence.text)):
                    yield from _all(kind, _group(sentence, match, so_far, everybody))
    for match in re.finditer(r"«(\d+)»", sentence.text):
        if AGAIN.search(sentence.quotes[int(match[1])]):
            yield from _all(gained, _group(sentence, match, so_far, everybody))
    for match in ALONE.finditer(sentence.text):
        if _happens(sentence, match):
            for who in sentence.subject(match.start())[:1]:
                friends = [other for one, other in pairs if one == who] or [other for other in so_far if other != who]
                yield from _between(lost, (who,), tuple(friends))


def _happens(sentence: Sentence, match: re.Match[str]) -> bool:
    clause = sentence.clause(match.start())
    before = sentence.text[clause.start : match.start()]
    return not NOT_REALLY.search(before)


def _between(kind: ChangeKind, some: Slugs, others: Slugs) -> Iterator[tuple[ChangeKind, str, str]]:
    for one in some:
        for other in others:
            yield kind, one, other
            yield kind, other, one


def _all(kind: ChangeKind, people: Slugs) -> Iterator[tuple[ChangeKind, str, str]]:
    yield from ((kind, one, other) for one, other in permutations(people, 2))


def _group(sentence: Sentence, match: re.Match[str], so_far: list[str], everybody: list[str]) -> Slugs:
    """The people of the clause, of the sentence, of the story so far: the smallest that are several."""
    clause = sentence.clause(match.start())
    here = tuple(dict.fromkeys(sentence.people(sentence.text[clause.start : clause.end])))
    about = sentence.subject(match.start())
    for people in (
        about,
        here,
        (*about, *(who for who in here if who not in about)),
        sentence.everybody,
        tuple(so_far),
        tuple(everybody),
    ):
        if len(people) > 1:
            return people
    return ()
