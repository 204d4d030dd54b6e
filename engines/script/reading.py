"""Reading what happens to people in plain action text: injuries, bandages, healing, clothes, things, feelings.

Small and cautious: it looks for a person of the cast and a verb it knows ("Kairo cuts his left hand", "she pulls on a
yellow coat", "Ava gives the key to Marlow"), and passes over what it does not understand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from engines.script import lexicon
from engines.script.lexicon import BODY, GARMENT
from events.script import Change, ChangeKind, Mood

ARTICLE = r"(?:an?|the|his|her|their|its|some|another|[A-Z]\w+'s) "
OWNED = r"(?:the|his|her|their|[A-Z]\w+'s) "
PROP = (
    r"(?:[a-z-]+ ){0,2}?(?:key|tape|map|letter|note|book|diary|notebook|compass|lantern|lamp|torch|flashlight|watch"
    r"|ring|sword|knife|gun|pistol|rope|bag|case|suitcase|box|photograph|photo|camera|radio|phone|stone|crystal|mask|coin"
    r"|envelope|parcel|bottle|flower|rose|cup|umbrella|hammer|axe|staff|wand|amulet|locket|pendant|medal|disc|chip"
    r"|cylinder|whistle|horn|violin|guitar|diamond|jewel|scroll|crown|shield|tool|wrench|ticket|passport|badge)s?\b"
)
HURTS = {
    "cut": "cut", "slice": "cut", "slash": "cut", "gash": "gash", "burn": "burn", "scald": "burn", "bruise": "bruise",
    "hit": "bruise", "strike": "bruise", "bang": "bruise", "scrape": "scratch", "scratch": "scratch", "graze": "graze",
    "break": "fracture", "fracture": "fracture", "sprain": "sprain", "twist": "sprain", "wound": "wound",
    "injure": "wound", "hurt": "wound", "shot": "wound", "stab": "wound", "pierce": "wound",
}  # fmt: skip
"""Verbs that hurt, and the injury they leave."""
HURT_VERB = r"(?P<verb>" + "|".join(HURTS) + r")(?:s|es|ed|ted|bed|n)?"
NOUN = "cut|gash|bruise|burn|scratch|graze|wound|sprain|fracture"
INJURIES = (
    rf"(?P<noun>{NOUN}) (?:on|across|over|above|in|to|along) {OWNED}(?P<where>{BODY})",
    rf"\b{HURT_VERB} (?:open )?{OWNED}(?P<where>{BODY})",
    rf"\b(?:is|are|gets|was) {HURT_VERB} (?:in|on|across|above) {OWNED}(?P<where>{BODY})",
    rf"(?P<bleeds>bleed(?:s|ing)?|blood runs) (?:from|at|down) {OWNED}(?P<where>{BODY})",
)
BANDAGE = rf"bandag\w+(?: up)?(?: (?:on|round|around|over))?(?: {OWNED}(?P<where>{BODY}))?"
HEALED = r"\b(?:heals|healed|has healed|takes? off the bandage|removes? the bandage|without the bandage)"
DRESSING = (
    r"(?:puts? on|pull(?:s|ed)? on|change[sd]? into|slip(?:s|ped)? into|shrug(?:s|ged)? on|don(?:s|ned)|wears|wore"
    r"|wearing|dressed in|now in)"
)
TAKING = (
    r"(?:takes?|took|grab(?:s|bed)?|pick(?:s|ed)? up|finds?|found|pocket(?:s|ed)?|receive[sd]?|steals?|stole|draws?"
    r"|drew|lift(?:s|ed)?|catches|caught|seize[sd]?|unearth(?:s|ed)?)"
)
LOSING = (
    r"(?:drop(?:s|ped)?|loses?|lost|throws? away|threw away|leaves? behind|left behind|puts? down|lets? go of|breaks?"
    r"|broke)"
)
GIVING = r"(?:gives?|gave|hand(?:s|ed)?|pass(?:es|ed)?)"
DRESSED = rf"\b{DRESSING} (?:{ARTICLE})?(?P<what>(?:[a-z-]+ ){{0,3}}?{GARMENT})\b"
GAINED = rf"\b{TAKING} (?:up |out )?(?:{ARTICLE})(?P<what>{PROP})"
LOST = rf"\b{LOSING} (?:{ARTICLE})(?P<what>{PROP})"
GIVEN = rf"\b{GIVING} (?:{ARTICLE})(?P<what>{PROP}) to (?P<to>\w+)"
GIVEN_TO = rf"\b{GIVING} (?P<to>[A-Z]\w+) (?:{ARTICLE})(?P<what>{PROP})"


def changes_in(
    text: str, cast: Mapping[str, str], earlier: Sequence[Change] = (), subject: str = ""
) -> tuple[Change, ...]:
    """The changes that this text makes to the cast (slug to name).

    ``earlier`` are the changes of the scenes before: a bandage or a healing belongs to an injury told there.
    ``subject`` is who "he" or "she" is until somebody is named.
    """
    changes: list[Change] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
        named = [(match.start(), slug) for slug, name in cast.items() for match in _named(name, sentence)]
        subject = min(named)[1] if named else subject
        if subject:
            changes += _in_sentence(sentence, subject, dict(sorted(named)), cast, [*earlier, *changes])
    return tuple(dict.fromkeys(changes))


def _named(name: str, sentence: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"\b{re.escape(name.split()[0])}\b", sentence, re.IGNORECASE)


def _in_sentence(
    sentence: str, subject: str, named: Mapping[int, str], cast: Mapping[str, str], earlier: Sequence[Change]
) -> Iterator[Change]:
    def whose(match: re.Match[str]) -> str:
        """Whose body: the last one named before the end of the phrase."""
        return next((slug for at, slug in reversed(list(named.items())) if at < match.end()), subject)

    bandage = re.search(BANDAGE, sentence, re.IGNORECASE)
    healed = re.search(HEALED, sentence, re.IGNORECASE)
    if healed:
        yield Change(kind=ChangeKind.HEALING, character=whose(healed), what=_hurt(whose(healed), earlier)[0] or "all")
    elif bandage:
        who, spot = whose(bandage), (bandage["where"] or "").lower()
        what, where = _hurt(who, earlier, spot)
        yield Change(kind=ChangeKind.INJURY, character=who, what=what or "wound", where=where or spot, bandaged=True)
    else:
        yield from _injuries(sentence, whose)
    for match in re.finditer(DRESSED, sentence, re.IGNORECASE):
        what = match["what"].lower()
        yield Change(kind=ChangeKind.WARDROBE, character=subject, what=what, colour=lexicon.colour(what))
    yield from _things(sentence, subject, cast)


def _injuries(sentence: str, whose: Callable[[re.Match[str]], str]) -> Iterator[Change]:
    for pattern in INJURIES:
        match = re.search(pattern, sentence, re.IGNORECASE)
        if match:
            found = match.groupdict()
            what = found.get("noun") or HURTS.get((found.get("verb") or "").lower(), "cut")
            yield Change(
                kind=ChangeKind.INJURY, character=whose(match), what=what.lower(), where=match["where"].lower()
            )
            return


def _hurt(who: str, earlier: Sequence[Change], spot: str = "") -> tuple[str, str]:
    """The last injury told of somebody, at this spot where there is one, as what and where; empty when none."""
    told = [change for change in earlier if change.kind == ChangeKind.INJURY and change.character == who]
    told.sort(key=lambda change: bool(spot) and spot in change.where)
    return (told[-1].what, told[-1].where) if told else ("", "")


def _things(sentence: str, subject: str, cast: Mapping[str, str]) -> Iterator[Change]:
    slugs = {name.split()[0].lower(): slug for slug, name in cast.items()}
    given = re.search(GIVEN, sentence, re.IGNORECASE) or re.search(GIVEN_TO, sentence)
    if given:
        yield Change(kind=ChangeKind.PROP_LOST, character=subject, what=given["what"].lower())
        if given["to"].lower() in slugs:
            yield Change(kind=ChangeKind.PROP_GAINED, character=slugs[given["to"].lower()], what=given["what"].lower())
        return
    for pattern, kind in ((GAINED, ChangeKind.PROP_GAINED), (LOST, ChangeKind.PROP_LOST)):
        for match in re.finditer(pattern, sentence, re.IGNORECASE):
            yield Change(kind=kind, character=subject, what=match["what"].lower())


def felt(
    characters: Sequence[str], location: str, mood: Mood, known: dict[tuple[str, ChangeKind], str]
) -> tuple[Change, ...]:
    """Where everybody in a scene is and how they feel, where that is new; it is remembered in ``known``."""
    changes = []
    for who in characters:
        for kind, what in ((ChangeKind.LOCATION, location), (ChangeKind.MOOD, str(mood))):
            if what and known.get((who, kind)) != what:
                known[who, kind] = what
                changes.append(Change(kind=kind, character=who, what=what))
    return tuple(changes)
