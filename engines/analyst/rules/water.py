"""Clothes that get soaked, and dry again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.page import Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_noun, any_of, listed, table
from events.script import Change, ChangeKind

WORDS = table("water")
CLOTHES = "clothes"
WET = re.compile(
    rf"\b(?:{any_of(listed(WORDS['wet']))}\b|{any_form(WORDS['wetting'])}\b(?= (?:both )?{WHO})"
    rf"|{any_form('wring')}\b[^,;.]*\b(?:out of|from)\b)",
    re.IGNORECASE,
)
WATER = rf"(?:{any_noun(WORDS['waters'])})"
FALLS = re.compile(
    rf"\b{any_form(WORDS['falling'])}(?: \w+){{0,3}}? (?:in|into|through the ice of|under"
    rf"|off \w+ \w+ into)(?: (?:the|a|an))?(?: [\w-]+){{0,2}}? {WATER}\b"
    rf"|\b(?:in|over|under) (?P<who>{WHO}) (?:goes|went)\b(?= ?(?:;|,|\.|@))",
    re.IGNORECASE,
)
POURED = re.compile(
    r"\b(?:water|bucket|pail|wave|sea|surf|breaker|fountain|hose|tub|barrel|spray|jug"
    r"|rain)s?\b[^,;.]*?\b(?:over|on top of|closes above|closes over"
    rf"|down on) (?P<who>{WHO})(?:'s (?:\w+ )?head)?(?!')",
    re.IGNORECASE,
)
"""Water over somebody: "pours a bucket over @0's head"."""
POURS = re.compile(
    rf"\b{any_form(WORDS['pouring'])}\b",
    re.IGNORECASE,
)
RUNS_OFF = re.compile(
    rf"\bwater (?:is |was )?{any_form('run, pour, stream, drip, trickle, gush, squelch, slosh, ooze')} "
    rf"(?:out of|from|off|down|in) {WHO}'s (?:\w+ )?(?!eyes|mouth|nose|hand)",
    re.IGNORECASE,
)
NOT_CLOTHES = re.compile(rf"(?<!\w){saying(listed(WORDS['other_wet']))}(?!\w)", re.IGNORECASE)
DRY = re.compile(rf"(?<!\w){saying(listed(WORDS['dry']))}(?!\w)", re.IGNORECASE)
HAIR = re.compile(rf"\b{any_noun(WORDS['hair'])}\b[^,;.]*", re.IGNORECASE)
"""Hair and boots may drip on when the clothes are dry."""
NOT_DRY = re.compile(rf"(?<!\w){saying(listed(WORDS['not_dry']))}(?!\w)", re.IGNORECASE)


def changes(page: Page) -> Iterator[Change]:
    wet = {change.character: change.what for change in page.known if change.kind == ChangeKind.SOAKED}
    for change in page.known:
        if change.kind == ChangeKind.DRIED:
            wet.pop(change.character, None)
    soaked: list[str] = []
    for sentence in page.sentences:
        if sentence.unreal:
            continue
        for _at, slugs in _soaked(sentence):
            for slug in slugs:
                if slug not in wet and slug not in soaked:
                    soaked.append(slug)
    yield from (Change(kind=ChangeKind.SOAKED, character=slug, what=CLOTHES) for slug in soaked)
    yield from _dried(page, wet)


def _soaked(sentence: Sentence) -> Iterator[tuple[int, Slugs]]:
    text = NOT_CLOTHES.sub(_blank, sentence.text)
    for match in POURED.finditer(text):
        if POURS.search(match[0]) and not sentence.doubted(match.start()):
            yield match.start(), sentence.people(match["who"])
    for match in (*WET.finditer(text), *FALLS.finditer(text), *RUNS_OFF.finditer(text)):
        if not sentence.doubted(match.start()):
            yield match.start(), _whose(sentence, match)


def _whose(sentence: Sentence, match: re.Match[str]) -> Slugs:
    """Who gets wet: the one the water is done to ("soaks @0"), the owner of the clothes ("@0's coat is soaked"), or
    the one the clause is about."""
    clause = sentence.clause(match.start())
    if match.re is FALLS and match["who"]:
        return sentence.people(match["who"])
    if turned := re.match(
        rf"[^,]*, (?:is|was|stands|stood|sits|sat|comes|came) ({WHO})(?!')", sentence.text[match.start() :]
    ):
        return sentence.people(turned[1])
    done_to = re.compile(rf"\s*(?:through |every garment )?({WHO})").match(sentence.text, match.end())
    if done_to and not re.search(r"\b(?:is|are|was|were)\s+$", sentence.text[: match.start()]):
        return sentence.people(done_to[1])
    owners = list(sentence.mentions(clause.start, match.start()))
    if not sentence.subject(match.start()) and owners:
        return sentence.people(owners[0][0])
    if about := sentence.subject(match.start()):
        return about
    inside = list(sentence.mentions(clause.start, clause.end)) or list(sentence.mentions())
    return sentence.people(inside[0][0]) if inside else sentence.before


def _dried(page: Page, wet: dict[str, str]) -> Iterator[Change]:
    """Only what was soaked before can dry. Whoever the sentence names is dry; where it names nobody wet, those of the
    sentence before, else all who are wet."""
    dry: dict[str, bool] = {}
    before: Slugs = ()
    for sentence in page.sentences:
        for who, done in _drying(sentence, tuple(wet), before):
            dry[who] = done
        before = tuple(who for who in sentence.everybody if who in wet) or before
    for who, what in wet.items():
        if dry.get(who):
            yield Change(kind=ChangeKind.DRIED, character=who, what=what)


def _drying(sentence: Sentence, wet: Slugs, before: Slugs) -> Iterator[tuple[str, bool]]:
    if sentence.unreal:
        return
    text = HAIR.sub(_blank, sentence.text)
    damp = {who for denied in NOT_DRY.finditer(text) for who in _around(sentence, denied.start(), wet) or before or wet}
    yield from ((who, False) for who in damp)
    for match in DRY.finditer(NOT_DRY.sub(_blank, text)):
        if not sentence.doubted(match.start()):
            named = tuple(who for who in sentence.everybody if who in wet)
            yield from ((who, True) for who in named or before or wet if who not in damp)


def _blank(match: re.Match[str]) -> str:
    return "~" * len(match[0])


def _around(sentence: Sentence, at: int, wet: Slugs) -> Slugs:
    """Whom a clause names, else whom it is about."""
    clause = sentence.clause(at)
    named = sentence.people(sentence.text[clause.start : clause.end]) or clause.about
    return tuple(who for who in named if who in wet)
