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
SWEPT = re.compile(
    rf"\b(?:the|a|an|its) (?:[\w-]+ ){{0,2}}?{any_noun(WORDS['flows'])} (?:\w+ly |then |promptly "
    rf")?{any_form(WORDS['taking'])}"
    rf" (?:both )?(?P<who>{WHO})(?!'s (?!clothes|coat|head|body|boots|skirt|shirt))"
    rf"|(?P<whom>{WHO}) (?:is|are|was|were|gets?|got) (?:\w+ly |then )?{any_of(listed(WORDS['swept']))}"
    r" (?:away|overboard|one way|off|under|ashore|down (?:the|a) (?:river|stream|rapids|weir)|downstream|out to sea"
    r"|up on"
    r"|into the (?:sea|river|lake|water|canal|stream|harbour|surf|waves|current)|over the (?:weir|falls|side))\b",
    re.IGNORECASE,
)
"""A river or a wave takes somebody along."""
UP_TO = re.compile(
    r"\b(?:in|into|through|wades?|waded|wading|sinks?|sank|stands?|stood|goes|went|water|is|was|are|were)\b[^.;]*?"
    rf"\b(?:up )?to (?:the|{WHO}'s) {any_of(listed(WORDS['depths']))}\b(?! with)",
    re.IGNORECASE,
)
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
NO_DRY = re.compile(
    r"\b(?:no|not an?|not one|without an?|isn't an?|is not an?|wasn't an?|hardly an?|scarcely an?|never an?|nor an?"
    r"|not a single)"
    r" dry (?:stitch|thread|inch|spot|hair|patch|fold|bone|rag|shirt|corner|seam)\b",
    re.IGNORECASE,
)
THROWN_IN = re.compile(
    rf"\b{any_form('tip, throw, push, pitch, knock, fling, shove, hurl, toss, spill, drop, dump, sweep')}"
    rf" (?P<who>{WHO})(?!') (?:\w+ ){{0,4}}?(?:in|into) (?:the|a) (?:[\w-]+ ){{0,2}}?{WATER}\b"
)
SPRAYS = re.compile(
    rf"\b{any_form('spray, splash, shower, hose, hose down, slosh, squirt, swamp, deluge, pelt, drown, baptise')}"
    rf" (?P<who>{WHO})(?!')[^;.]*?\b(?:{WATER}|ditchful|bucketful|head to foot|head to toe)\b",
    re.IGNORECASE,
)
NOT_DAMP = re.compile(
    r"\b(?:no|not an?|without an?|isn't an?|is not an?|wasn't an?|hardly an?|never an?|nor an?|not one|not a single)"
    r" (?:\w+ )?(?:damp|wet|moist|soggy|clammy|sodden) (?:thread|stitch|spot|patch|inch|fold|seam|hem|hair|sleeve"
    r"|corner)\b",
    re.IGNORECASE,
)
DRY = re.compile(rf"(?<!\w){saying(listed(WORDS['dry']))}(?!\w)", re.IGNORECASE)
HAIR = re.compile(rf"\b{any_noun(WORDS['hair'])}\b[^,;.]*", re.IGNORECASE)
"""Hair and boots may drip on when the clothes are dry."""
NOT_DRY = re.compile(
    rf"(?<!\w){saying(listed(WORDS['not_dry']))}(?!\w)"
    r"|(?<!no )\b(?:still|stays?|remains?|keeps?|will be|be|is|are|feels?)(?: \w+ly| as| quite)? (?:damp|wet|soaked"
    r"|sodden"
    r"|dripping|clammy|moist|soggy|drenched)\b(?! (?:no|any) (?:longer|more))",
    re.IGNORECASE,
)


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
    for match in (*SWEPT.finditer(text), *SPRAYS.finditer(text), *THROWN_IN.finditer(text)):
        if not sentence.doubted(match.start()):
            yield match.start(), sentence.people(match["who"] or match.groupdict().get("whom") or "")
    for match in NO_DRY.finditer(text):
        yield match.start(), _whose(sentence, match)
    for match in UP_TO.finditer(text):
        wet = re.search(rf"\b(?:{WATER}|swims?|wad(?:es?|ing|ed)|brimful|deep)\b", text)
        if wet and not sentence.doubted(match.start()):
            yield match.start(), _whose(sentence, match)
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
    for sentence in page.aloud:
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
    for match in (*DRY.finditer(NOT_DRY.sub(_blank, text)), *NOT_DAMP.finditer(text)):
        if match.re is NOT_DAMP or not sentence.doubted(match.start()):
            named = tuple(who for who in sentence.everybody if who in wet)
            yield from ((who, True) for who in named or before or wet if who not in damp)


def _blank(match: re.Match[str]) -> str:
    return "~" * len(match[0])


def _around(sentence: Sentence, at: int, wet: Slugs) -> Slugs:
    """Whom a clause names, else whom it is about."""
    clause = sentence.clause(at)
    named = sentence.people(sentence.text[clause.start : clause.end]) or clause.about
    return tuple(who for who in named if who in wet)
