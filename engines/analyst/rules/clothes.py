"""Wardrobe: what somebody wears by the end of a scene, one change for each garment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.nouns import sort_of
from engines.analyst.rules.page import Page, Sentence, Slugs
from engines.analyst.rules.people import WHO
from engines.analyst.rules.phrases import DETERMINER, head, past, phrase, phrases
from engines.analyst.rules.words import any_form, any_noun, any_of, listed, table
from engines.script import lexicon
from events.script import Change, ChangeKind

WORDS = table("clothes")
GARMENT = re.compile(rf"(?:.*[\s-])?{any_noun(WORDS['garments'])}$", re.IGNORECASE)
NOT_CLOTHES = re.compile(rf"(?:.*\s)?{any_of(listed(WORDS['not_clothes']))}$", re.IGNORECASE)
WORN = ("garment", "", "thing", "substance")
PARTED = (
    r"(?:put|pull|slip|shrug|throw|draw|tug|fling)(?:s|ting|t|ped|ping|ged|ging|ed|ing)?|threw|drew|flung|had"
    r"|has|have|got|get|gets|set|sets|place|places|placed|clap|claps|clapped|jam|jams|jammed|ram|rams|rammed|try"
    r"|tries|tried"
    r"|sling|slings|slung|fling|flings|toss|tosses|tossed|tie|ties|tied|cram|crams|crammed|keep|keeps|kept|left|leaves"
    r"|buckle|buckles|buckled|strap|straps|strapped|button|buttons|buttoned|drag|drags|dragged|work|works|worked"
    r"|force|forces|forced|lace|laces|laced|zip|zips|zipped|hitch|hitches|hitched"
)
WEARS = re.compile(rf"\b{any_form(WORDS['wearing'])}\b", re.IGNORECASE)
"""After these anything is a garment that is no smile and no ring."""
PUTS = re.compile(rf"\b(?:{PARTED})\b(?=(?: [\w'-]+){{1,5}}? (?:back )?on\b)", re.IGNORECASE)
IN = re.compile(rf"(?<!right )\b{any_of(listed(WORDS['in']))}(?= )", re.IGNORECASE)
"""After these only a word that is known for a garment is one."""
ANYTHING = re.compile(rf"(?:{any_form(WORDS['anything'])}|{any_of(listed(WORDS['anything']))})$", re.IGNORECASE)
BODY = (
    rf"(?:{WHO}'s|the|both) (?:own |bare |left |right )*(?:{any_noun(table('injuries')['body'])}|shoulders|hair"
    r"|curls|body|brow|ears|eyes)\b"
)
CLOTHED = re.compile(
    r"(?:low |tight\w* |firmly |down |up |close |pulled |tied |drawn |slung |knotted |wound |thrown "
    r"|wrapped |perched |jammed |fastened |pushed |turned )*"
    r"(?:on|onto|over|round|around|about|across|under|in|above|to|from|covers|hides|hid|covering|hiding"
    rf"|shades|shading) (?P<body>{BODY})",
    re.IGNORECASE,
)
"""A garment on a body: "knots a red kerchief round her neck", "a cap low over his eyes"."""
IN_HAND = re.compile(r".*\b(?:in|to|from) \S*(?: \w+)? (?:hands?|arms?|fists?|lap|fingers|grip)$", re.IGNORECASE)
""" "Her clogs in her hand": carried, not worn."""
ROUND = re.compile(
    rf"(?:(?:hangs?|hung|flaps?|flapped|sits|sat|droops?|billows?|slips?|bags?|looks) (?:\w+ly )?)?(?:on|onto|over"
    rf"|round|around|about|across) (?P<who>{WHO})(?!')",
    re.IGNORECASE,
)
FITS = re.compile(
    rf"(?:(?:that|which) )?(?:(?:still |firmly )?(?:staying|stays|stayed) on\b|(?P<who>{WHO}) (?:\w+ )?(?:wears"
    rf"|wore|has on|had on|is wearing|was wearing"
    rf"|has put on|puts on|put on|pulls on)|(?:fits|suits|becomes|fitted|suited) (?P<whom>{WHO}))",
    re.IGNORECASE,
)
IT_IS = re.compile(rf"\b(?:it|this|that) (?:is|was) (?P<who>{WHO})|\bturns? out to be (?P<whom>{WHO})")
OVER_HEAD = re.compile(rf"\b(?:it|them) {CLOTHED.pattern}", re.IGNORECASE)
IT = re.compile(r" (?:back )?(?:it|them|this|these|that|both)\b")
HELPS = re.compile(rf"\b{any_form(WORDS['helping'])}\b (?P<who>{WHO})(?: up)? (?:in|into) ", re.IGNORECASE)
FOR = re.compile(r"\bfor (?=(?:a|an|the|his|her|some|@\d+'s) )", re.IGNORECASE)
TAKES_OFF = re.compile(
    r"\b(?:off|removes?|removed|sheds?|strips?|out of|without|hangs? up|unbutton\w*|unlac\w*|gives?|given"
    r"|hands?|folds?)\b",
    re.IGNORECASE,
)
MATERIAL = re.compile(any_of(listed(WORDS["materials"])), re.IGNORECASE)
INSTRUMENT = re.compile(rf"(?:[,;:—–]|{WHO}|^)\s*(?:and )?$")
"""Before "with a shawl": after anything but a name or a comma it says what something is done with."""
ONLY = re.compile(
    r"\s+(?:nothing but|nothing except|only|just|no more than|little more than|nothing more than|nothing over)\b"
)
HANDLED = re.compile(
    r"(?:with|inside|into) (?:a |an |the |@\d+'s )?(?:[\w-]+ )*?(?:pocket|sleeve|lining|hem|brim)", re.IGNORECASE
)
DAMP = re.compile(rf"\b{any_of(listed(WORDS['damp']))}\b", re.IGNORECASE)
HANGS = re.compile(
    rf"\b(?:round|around|on|over|about|from) (?P<who>{WHO})'s (?:\w+ )?(?:neck|shoulders?|head|waist|back|hips|feet"
    rf"|hands|wrists?) "
    r"(?:hangs?|hung|sits|sat|is|was|are|lies|lay|perches|perched|flaps|flapped)\b(?= )"
)
HANDLES = re.compile(
    r"\b(?:buy|bought|pack|steal|stole|sell|sold|find|found|wash|mend|dry|dries|iron|fold|bring|brought|lose|lost"
    r"|seize|take|took)"
    r"(?:s|es|ed)?\b"
)
LISTED = re.compile(r"(?<!:):(?= )")
"""Garments after a colon are worn: "@0 is pleased with herself: breeches, a clean shirt"."""
GAP = re.compile(rf"(?:[,;]|\band|\bbut)\s*(?:and )?({WHO}),? (?:a|an|the|in|two|some)\b ")


def changes(page: Page) -> Iterator[Change]:
    worn: dict[tuple[str, str], Change] = {}
    spoken_of = ""
    for sentence in page.sentences:
        if sentence.unreal:
            continue
        spoken = [*_garments(sentence)]
        it = [
            (who, what)
            for at, who in _puts_it_on(sentence)
            if (
                what := next(
                    (what for what, end in reversed(spoken) if end <= at), spoken_of or (spoken or [("", 0)])[0][0]
                )
            )
        ]
        spoken_of = spoken[-1][0] if spoken else spoken_of
        for who, what in (*_worn(sentence), *it):
            change = Change(kind=ChangeKind.WARDROBE, character=who, what=what, colour=lexicon.colour(what))
            worn.setdefault((who, head(what)), change)
        for who, what in _taken_off(sentence):
            worn.pop((who, head(what)), None)
    yield from worn.values()


def _worn(sentence: Sentence) -> Iterator[tuple[str, str]]:
    text = sentence.text
    found: list[tuple[str, str]] = []
    for pattern in (WEARS, PUTS, IN):
        for match in pattern.finditer(text):
            tool = match[0].lower() == "with" and not INSTRUMENT.search(text[: match.start()])
            if not tool and not sentence.doubted(match.start()) and not HANDLED.match(text, match.start()):
                found += _items(sentence, match, _wearer(sentence, match))
    for match in HELPS.finditer(text):
        helped = sentence.people(match["who"])
        found = [(who, what) for who, what in found if who in helped] + list(_items(sentence, match, helped))
    found += _on_bodies(sentence)
    for match in HANGS.finditer(text):
        found += [] if sentence.doubted(match.start()) else _items(sentence, match, sentence.people(match["who"]))
    for match in () if HANDLES.search(text) else LISTED.finditer(text):
        found += _items(sentence, match, sentence.subject(match.start() - 1) or sentence.before)
    yield from found
    for match in GAP.finditer(text) if found else ():
        yield from _items(sentence, match, sentence.people(match[1]))


def _items(sentence: Sentence, match: re.Match[str], who: Slugs) -> Iterator[tuple[str, str]]:
    """The garments of a list; after "wears" anything that is no smile and no ring."""
    at, anything = match.end(), bool(ANYTHING.match(match[0]))
    if re.match(r"(?:exchange|swap|trade|change)", match[0]) and (other := FOR.search(sentence.text, at)):
        at = other.end()
    if _damp(sentence, match.start()) or re.match(
        r" (?:[\w'@-]+ ){1,5}?(?:in|over|under) (?:@\d+'s|the|one) (?:hand|arm|lap|fist|mouth)", sentence.text[at:]
    ):
        return
    if only := ONLY.match(sentence.text, at):
        at = only.end()
    anything = anything and bool(DETERMINER.match(sentence.text, at))
    for said, _ in phrases(sentence.text, at):
        stuff = MATERIAL.fullmatch(said) and match[0].lower().endswith("in")
        worn = anything and not NOT_CLOTHES.match(said) and sort_of(said) in WORN
        what = _garment(said) or (said if stuff or worn else "")
        yield from ((slug, what) for slug in who if what)
        if not what and not anything:
            return


def _garment(said: str) -> str:
    """The phrase up to its garment: what comes after may be a verb ("monk's cowl waits")."""
    words = said.split()
    return next((what for end in range(len(words), 0, -1) if GARMENT.match(what := " ".join(words[:end]))), "")


def _on_bodies(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """Garments said to be on a body, to be worn or to fit."""
    for what, end in _garments(sentence):
        if sentence.doubted(end) or _damp(sentence, end - 1):
            continue
        rest = re.compile(r"[ ,]*(?:back )?")
        at = past(rest, sentence.text, end)
        clothed, fits, round_ = (
            CLOTHED.match(sentence.text, at),
            FITS.match(sentence.text, at),
            ROUND.match(sentence.text, at),
        )
        if clothed and IN_HAND.match(clothed[0]):
            continue
        if clothed:
            owner = re.match(WHO, clothed["body"])
            yield from ((who, what) for who in (sentence.people(owner[0]) if owner else sentence.subject(end)))
        elif fits:
            by = sentence.people(fits["who"] or fits["whom"] or "") or sentence.subject(end)
            yield from ((who, what) for who in by)
        elif round_:
            yield from ((who, what) for who in sentence.people(round_["who"]))


def _garments(sentence: Sentence) -> Iterator[tuple[str, int]]:
    """Every garment that the sentence speaks of, and where its phrase ends."""
    end = 0
    for match in DETERMINER.finditer(sentence.text):
        if match.start() >= end and (
            not match.start() or not sentence.text[match.start() - 1].isalpha() or sentence.text[match.start()] == " "
        ):
            what, end = phrase(sentence.text, match.start())
            if garment := _garment(what):
                yield garment, end - len(what) + len(garment)


def _puts_it_on(sentence: Sentence) -> Iterator[tuple[int, str]]:
    """(where, who) of every "puts it on"."""
    for match in OVER_HEAD.finditer(sentence.text):
        owner = re.match(WHO, match["body"])
        slugs = sentence.people(owner[0]) if owner else sentence.subject(match.start())
        yield from ((match.start(), who) for who in slugs)
    for pattern in (WEARS, PUTS):
        for match in pattern.finditer(sentence.text):
            if (
                not sentence.doubted(match.start())
                and IT.match(sentence.text, match.end())
                and not _damp(sentence, match.start())
            ):
                yield from ((match.start(), who) for who in sentence.subject(match.start()))


def _damp(sentence: Sentence, at: int) -> bool:
    """Whether the garment only stands in a statement about wetness."""
    return bool(DAMP.search(sentence.said(at)))


def _wearer(sentence: Sentence, match: re.Match[str]) -> Slugs:
    """Whom the clause is about; somebody unnamed may turn out to be one of the cast ("it is Emil")."""
    found = sentence.subject(match.start())
    known = IT_IS.search(sentence.text, match.end()) if not found else None
    return sentence.people(known["who"] or known["whom"]) if known else found


def _taken_off(sentence: Sentence) -> Iterator[tuple[str, str]]:
    for match in TAKES_OFF.finditer(sentence.text):
        start = DETERMINER.match(sentence.text, match.end())
        what, _ = phrase(sentence.text, match.end()) if start else ("", 0)
        if garment := _garment(what):
            yield from ((slug, garment) for slug in sentence.subject(match.start()))
