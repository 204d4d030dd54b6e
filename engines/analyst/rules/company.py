"""Companions: who joins whom, finds each other again, or parts; every new pair in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

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


TOGETHER_THEY = re.compile(
    rf"\bTogether,? "
    rf"(?:@\d+){{2,}}\^? {any_of(form for lemma in listed(WORDS['together_after']) for form in forms(lemma))}\b"
)
GOES_ALONE = re.compile(
    rf"\b{any_form('go, ride, walk, drive, sail, continue, leave, march, travel, set off, set out, take the, head')}\b"
    r"[^;.,]* alone\b(?! in| with| at| on the)"
)
LEAVES_ALL = re.compile(
    rf"\b{any_form('leave, quit, desert, abandon, forsake, walk out on, take leave of, bid farewell to')}"
    r" the (?:company|party|band|group|expedition|others|crew|caravan|fellowship|gang|team|column|convoy|pair"
    r"|couple)\b",
    re.IGNORECASE,
)
FOUND_AGAIN = _with("finds_again")
GOES_HIS_WAY = re.compile(
    rf"(?P<who>{WHO})(?!')[^;.@]{{0,50}}?\b(?P<way>north|south|east|west|left|right|inland|seaward|upstream"
    rf"|downstream|uphill"
    r"|downhill|upriver|downriver|homeward|one way|the other way|the other)(?:wards?)?\b(?! (?:hand|arm|leg|foot|side))"
)
ASKS_TO_COME = re.compile(
    rf"\b(?:ask|asks|asked|beg|begs|begged|offer|offers|offered|want|wants) (?:@\d+ )?(?:to (?:join|come|ride|go"
    rf"|travel|sail)|if"
    rf" {WHO} (?:may|might|can|could) (?:join|come|ride|go|travel|sail))\b[^.]*?(?:;|,|\band|\.)(?P<then>[^.]*)",
    re.IGNORECASE,
)
QUOTED_COMES, QUOTED_LEAVES = _said("comes"), _said("leaves")
AGREES = re.compile(rf"(?<!\w){saying(form for lemma in listed(WORDS['agrees']) for form in forms(lemma))}(?!\w)", re.I)
DECLINES = re.compile(
    r"\b(?:shakes? (?:@\d+'s )?head|refus\w+|declin\w+|says? no|said no|laughs? at|turns? away|stays?|remains?|but"
    r"|not|never)\b"
)
BORNE_OFF = re.compile(
    rf"\b(?:the|a|an) (?:[\w-]+ ){{0,2}}?(?:train|bus|taxi|cab|car|coach|boat|ship|ferry|van|truck|lorry|cart|carriage"
    r"|wagon|plane|sledge|tram|ambulance|steamer|jeep|stagecoach|launch|lifeboat|convoy|helicopter|shuttle)"
    rf" (?:\w+ly )?(?:bears?|bore|carries|carried|takes?|took|whisks?|whisked|drives?|drove|speeds?|sped"
    rf"|pulls? (?:out|away) with|pulled (?:out|away) with) (?P<who>{WHO})(?!') ?(?:away|off|out|home|north|south"
    rf"|east|west)?\b",
    re.IGNORECASE,
)
WITH_AT_SIDE = re.compile(
    rf"\bwith (?P<who>{WHO}) (?:at|by) {WHO}'s side\b|\bwith (?P<whom>{WHO}) (?:beside|behind) {WHO}", re.I
)
SETS_OFF = re.compile(
    rf"\b{any_form('leave, ride, set out, set off, sail, travel, depart, drive, march, gallop, go on, walk on')}\b"
)


def changes(page: Page) -> Iterator[Change]:
    pairs = _known(page.known)
    apart = {(one.character, one.what) for one in page.known if one.kind == ChangeKind.COMPANION_LOST} - pairs
    told: dict[tuple[ChangeKind, str, str], Change] = {}
    everybody = list(dict.fromkeys(who for sentence in page.sentences for who in sentence.everybody))
    so_far: list[str] = []
    invited = False
    for sentence in page.sentences:
        so_far += [who for who in sentence.everybody if who not in so_far]
        if sentence.unreal:
            continue
        invited = invited or any(
            QUOTED_COMES.search(sentence.quotes[int(n)]) for n in re.findall(r"«(\d+)»", sentence.text)
        )
        told_here = [*_events(sentence, pairs, so_far, everybody)]
        after = (
            re.sub(r"«\d+»[^;.]*?(?:[,;.]|$)", "", sentence.text, count=1) if "«" in sentence.text else sentence.text
        )
        if invited and len(everybody) == 2 and AGREES.search(after) and not DECLINES.search(after):
            told_here += _all(ChangeKind.COMPANION_GAINED, tuple(everybody))
        for match in FOUND_AGAIN.finditer(sentence.text) if apart else ():
            both = (*sentence.subject(match.start())[:1], *sentence.people(match["who"])[:1])
            if both in apart and _happens(sentence, match) and not sentence.doubted(match.start()):
                told_here += _all(ChangeKind.COMPANION_GAINED, both)
        for kind, one, other in told_here:
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
    yield from _borne_off(sentence, so_far)
    ways = {
        match["who"]: match["way"].lower()
        for match in GOES_HIS_WAY.finditer(sentence.text)
        if _happens(sentence, match)
    }
    if len(ways) > 1 and len({*ways.values()}) == len(ways):
        for one, other in combinations(ways, 2):
            yield from _between(lost, sentence.people(one), sentence.people(other))
    for match in LEAVES_ALL.finditer(sentence.text):
        if _happens(sentence, match) and not re.search(r"\bhad (?:\w+ly )?$", sentence.text[: match.start()]):
            about = sentence.subject(match.start())
            yield from _between(lost, about, tuple(who for who in everybody if who not in about))
    for match in ASKS_TO_COME.finditer(sentence.text):
        if AGREES.search(match["then"]) and not DECLINES.search(match["then"]):
            yield from _all(
                gained, _group(sentence, match, so_far, everybody) if len(everybody) == 2 else tuple(so_far)
            )
    for match in WITH_AT_SIDE.finditer(sentence.text):
        if SETS_OFF.search(sentence.text) and _happens(sentence, match):
            others = sentence.people(match["who"] or match["whom"])
            yield from _between(gained, tuple(who for who in sentence.everybody if who not in others), others)
    for match in re.finditer(r"«(\d+)»", sentence.text):
        quote = sentence.quotes[int(match[1])]
        if QUOTED_LEAVES.search(quote) and "?" not in quote and len(everybody) == 2:
            yield from _all(lost, tuple(everybody))
        if AGAIN.search(sentence.quotes[int(match[1])]):
            yield from _all(gained, _group(sentence, match, so_far, everybody))
    for match in TOGETHER_THEY.finditer(sentence.text):
        if _happens(sentence, match):
            yield from _all(gained, _group(sentence, match, so_far, everybody))
    for match in (*ALONE.finditer(sentence.text), *GOES_ALONE.finditer(sentence.text)):
        if _happens(sentence, match):
            for who in sentence.subject(match.start())[:1]:
                friends = [other for one, other in pairs if one == who] or [other for other in so_far if other != who]
                yield from _between(lost, (who,), tuple(friends))


def _borne_off(sentence: Sentence, so_far: list[str]) -> Iterator[tuple[ChangeKind, str, str]]:
    """ "The train carries @0 away": from whoever stays."""
    for match in BORNE_OFF.finditer(sentence.text):
        gone = sentence.people(match["who"])
        if _happens(sentence, match):
            yield from _between(ChangeKind.COMPANION_LOST, tuple(who for who in so_far if who not in gone), gone)


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
