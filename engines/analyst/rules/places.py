"""Locations: where each character is at the end of a scene."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.nouns import sort_of
from engines.analyst.rules.page import NOUN_PHRASE, Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.phrases import DETERMINER, phrase
from engines.analyst.rules.words import any_form, any_noun, any_of, forms, listed, table
from events.script import Change, ChangeKind

WORDS = table("places")
PLACE = re.compile(rf"(?:.*[\s-])?{any_noun(WORDS['places'])}$", re.IGNORECASE)
SPOT = re.compile(rf"(?:.*[\s-])?{any_noun(WORDS['spots'])}$", re.IGNORECASE)
STANDS_BARE = set(listed(WORDS["stands_bare"]))
PART_OF = re.compile(
    rf"\s*(?:the|its|a) (?:\w+ )?{any_of(listed(WORDS['parts']))} of (?=(?:the|a|an|{WHO}'s)\b)", re.IGNORECASE
)
WITHIN = any_of(listed(WORDS["within"]))
ENTERING = saying(form for lemma in listed(WORDS["entering"]) for form in forms(lemma))
AT = re.compile(
    rf"(?<!\w)(?P<in>{WITHIN})(?= )|\b"
    rf"(?P<reach>{ENTERING})"
    r"(?= )|\b(?P<to>to)(?= )|\b(?:watch|look|see|wave|call|shout|listen|speak|film|observe)(?:s|es|ed|ing"
    r"|d)?\b[^;,.]*? (?P<from>from)(?= (?:the|a|an|@))",
    re.IGNORECASE,
)
HOME = re.compile(
    r"\b(?:(?:back|at|is|are|be|was|comes?|came|gets?|got|arrives?|arrived|reach(?:es)?|reached|returns?"
    r"|returned|goes|went|limps?|alone at|prances?|dances?|trots?|skips?|staggers?|hobbles?|strolls?|trudges?|runs?"
    r"|walks?"
    r"|rides?|drives?|hurries|carries|carried|brings?|brought|sails?|creeps?|slips?|slinks?|waltzes|limped|trudged"
    r"|walked"
    r"|rode|drove|hurried|sailed) home|home (?:again|at last|now))\b(?!-)(?! (?:to|in) )",
    re.IGNORECASE,
)
BARE = re.compile(
    rf"\b{any_of(word for word in listed(WORDS['bare']) if ' ' in word and 'home' not in word)}\b(?! (?:the|a|an)\b)",
    re.IGNORECASE,
)
MOVING = any_form(WORDS["moving"])
TO_THERE = re.compile(rf"\b{MOVING}\b[^;,.]*$", re.IGNORECASE)
GOAL = re.compile(
    r"\b(?:way|road|path|ticket|train|passage|key|door|stairs|steps|map|letter|journey|trip|ride|way back|next"
    r"|set out|sets out|set off|sets off|start|starts|down)\s*$",
    re.IGNORECASE,
)
OBJECT = (
    rf"(?! (?:him|her|it|them)sel)(?: (?:up|out|down|away|back))? (?=(?:the|a|an|it|them|this|that|some|both|two"
    rf"|three|{WHO}'s"
    rf"|[\w-]+ (?:in|into|on|at))\b|{WHO})"
)
ELSEWHERE = re.compile(
    r"\b(?:(?:years?|months?|weeks?|days?|hours?|nights?|miles|life|lives|everyone|everybody|anyone|no one|nobody"
    r"|people"
    r"|somebody|someone|lights?|voices?|man|woman|men|women|sound|noise|name|history|best|worst|biggest|only|first) "
    r"(?:back )?$|(?:than|like|as) (?:anyone|anybody|everyone|any|all|a|the)\b[^;,]*$)"
    rf"|\b(?:{any_form(WORDS['looking'])}\b|{any_form(WORDS['throwing'])}{OBJECT})[^;,]*$",
    re.IGNORECASE,
)
PENDING = re.compile(r"\s*,?\s*(?:since|until|till|before|so that)\b")
CARRIER = any_noun(WORDS["carriers"])
CARRIED = re.compile(rf"(?<!\w)({WHO})'s (?:[\w-]+ ){{0,2}}?{CARRIER}\b", re.IGNORECASE)
ON_BOARD = re.compile(
    rf"\b(?:the|a|an) (?P<what3>(?:[\w-]+ ){{0,2}}?{CARRIER})\b[^;.]*?,? with (?P<who3>{WHO})(?:'s)? (?:on board"
    rf"|aboard|in it|inside)\b",
    re.IGNORECASE,
)
DEPARTS = re.compile(
    rf"\b(?:the|a|an) (?P<what2>(?:[\w-]+ ){{0,2}}?{CARRIER}) (?:\w+ly )?"
    rf"(?:{any_form('bear, carry, take, whisk, drive, speed, bring, sweep, haul, lurch off with')}) "
    rf"(?P<who2>{WHO})(?!')"
    rf"(?= (?:away|off|out|north|south|east|west|home|into|back|on|past|through|down|up|along)\b)|"
    rf"\b(?:the|a|an) (?P<what>(?:[\w-]+ ){{0,2}}?{CARRIER}) (?:\w+ ){{1,3}}?(?:with|carrying|taking"
    rf"|bearing) (?P<who>{WHO})(?!')",
    re.IGNORECASE,
)
WHERE = re.compile(
    rf"\b(?:the|a|an) (?P<what>(?:[\w-]+ ){{0,2}}?{any_noun(WORDS['places'])}),? where (?P<who>{WHO})(?!')"
    r"(?= (?:\w+ )?(?:sits?|stands?|lies|waits?|kneels?|sleeps?|is|are|works?|lives?|crouch\w*|lean\w*"
    r"|hides?))",
    re.IGNORECASE,
)
SETTING = re.compile(
    rf"(?:The|A|An) (?P<what>(?:[\w-]+ ){{0,4}}?{any_noun(WORDS['places'])})(?: [\w-]+){{0,2}}?"
    rf" {any_of(listed(WORDS['setting']['bare']))}\b"
)
INSIDE = re.compile(r"The (?:[\w-]+ ){1,3}?(?:in|inside)(?= (?:the|a|an|@\d+'s) )")
""" "The stove in the hut has worked wonders": the hut is where the scene is."""
PART_SEEN = re.compile(
    rf"(?:The|A) (?P<what>(?:[\w-]+ )?{any_noun(WORDS['places'])}) (?:roofs?|windows?|walls?|floors?|doors?|bells?"
    rf"|clocks?"
    r"|lights?|lamps?|chimneys?|stoves?|fires?|ceilings?|shutters|curtains|rafters|beams)\b"
)
EMPTY = re.compile(rf"(?:{any_of(listed(WORDS['setting']['nobody']))})\b", re.IGNORECASE)
SEVERAL = re.compile(rf"\b{any_of(listed(WORDS['setting']['several']))}\b")
ENTERS_IT = re.compile(
    rf"\b(?:{any_form(WORDS['entering'])} it"
    rf"|{any_form('go, walk, step, slip, climb, creep, come, steal, push, file')} (?:in|inside|in there"
    r"|into it)|(?:is|are|was|were) (?:inside|in it))\b(?! (?:the|a|an|@))",
    re.IGNORECASE,
)
LONG_SINCE = re.compile(
    r"For (?:[\w-]+ ){1,3}(?:days|weeks|months|years|hours|nights)\b|(?:Days|Weeks|Months|Years) of\b"
)
TOLD = re.compile(
    rf"\b{any_form('learn, hear, tell, say, find out, read, write, claim, report, know, believe, think, discover')}"
    r"\b[^;:.«»]*? that [^,;:.«»]*$",
    re.IGNORECASE,
)
"""What is only told of: "hears that he is in Cairo"."""
SETS_OUT = re.compile(
    r"\b(?:sets?|setting) (?:off|out|forth)\b|\b(?:rides?|drives?|sails?|gallops?|marche?s?|walks?) (?:off|away) "
    r"together\b"
    r"|\btakes? the (?:\w+ )?(?:road|path|trail|track|train|bus|ferry)\b|\b(?:is|are) off\b(?! (?:the|duty|balance"
    r"|guard|course))"
)
LEAVING = re.compile(rf"\b{any_form(WORDS['leaving'])}\b(?= (?:the|a|an|{WHO}'s) )", re.IGNORECASE)
NOT_PLACES = re.compile(rf"(?<!\w){saying(listed(WORDS['not_places']))}(?!\w)", re.IGNORECASE)
TIMES = re.compile(
    r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June"
    r"|July|August|September|October|November|December|Easter|Christmas|Whitsun|Midsummer|New Year|God"
    r"|English|French|Latin|German|Spanish|Russian|Italian)",
    re.IGNORECASE,
)
PROPER = re.compile(r"\s+(?:the )?((?:St\.? )?[A-Z][\w'-]+(?: (?:of |the |and )*[A-Z][\w'-]+)*)")
WITH_THEM = re.compile(
    r"\b(?:[Tt]here(?: too)?,? |[Tt]here,? [^.;@]*?(?:is|stands?|sits?|lies|waits?|was|stood|sat|lay) |where |with "
    r"|beside |behind |next to |followed by |opposite |alongside "
    rf"|{any_form(WORDS['bringing'])}"
    rf" )(?P<who>{WHO})(?!')"
)
SENT = re.compile(any_form(WORDS["sending"]))
BROUGHT = re.compile(
    rf"\b(?:{any_form(WORDS['bringing'])}|{any_form(WORDS['sending'])}) (?P<who>{WHO})(?!')(?: \w+)? $"
)
"""Somebody is taken to a place, by those who go there too or who only put them there."""
FOLLOWS = re.compile(
    rf"(?P<who>{WHO}),? (?:close |right |just |a step |hard )?(?:behind|beside|next to|with|after|at"
    rf"|follows|following|on) (?P<other>{WHO})"
)


def changes(page: Page) -> Iterator[Change]:
    where: dict[str, str] = {}
    setting = seen = ""
    for sentence in page.sentences:
        if sentence.unreal:
            continue
        if setting and sentence.everybody:
            for who in [clause.about for clause in sentence.clauses if clause.own == "person"]:
                where |= dict.fromkeys(who, setting)
            setting = ""
        _settle(sentence, where)
        seen = _last_seen(sentence) or seen
        for match in ENTERS_IT.finditer(sentence.text) if seen else ():
            where |= dict.fromkeys(() if sentence.doubted(match.start()) else sentence.subject(match.start()), seen)
        setting = "" if where else _setting(sentence) or setting
    yield from (Change(kind=ChangeKind.LOCATION, character=who, what=what) for who, what in where.items())


def _setting(sentence: Sentence) -> str:
    """The place that a sentence without people paints: "The laundromat is empty.", "Nothing stirs on the moor." """
    if sentence.everybody:
        return ""
    if found := SETTING.match(sentence.text):
        return found["what"]
    if EMPTY.match(sentence.text) or SEVERAL.search(sentence.text):
        return next((what for _, what, _, _ in _places(sentence)), "")
    if part := PART_SEEN.match(sentence.text):
        return part["what"]
    if inside := INSIDE.match(sentence.text):
        return _place(sentence.text, inside.end())[0]
    return ""


def _last_seen(sentence: Sentence) -> str:
    """The last place spoken of, for "enters it"."""
    found = [
        _place(sentence.text, match.start())[0] for match in re.finditer(r"(?<=\w)(?= (?:the|a|an) )", sentence.text)
    ]
    return next((what for what in reversed(found) if what), "")


def _settle(sentence: Sentence, where: dict[str, str]) -> None:
    last = -9
    for at, what, end, preposition in _places(sentence):
        nested = at - last <= 2 and preposition not in ("", "into", "onto")
        last = end
        pending = PENDING.match(sentence.said(at))
        told = TOLD.search(sentence.text[:at]) or LONG_SINCE.match(sentence.text)
        if nested or pending or told or sentence.doubted(at):
            continue
        brought = BROUGHT.search(sentence.text[:at])
        for who in sentence.people(brought["who"]) if brought else _who(sentence, at):
            where[who] = what
        if brought and not SENT.match(brought[0]):
            where |= dict.fromkeys(sentence.subject(at), what)
    for match in LEAVING.finditer(sentence.text):
        what, _ = phrase(sentence.text, match.end())
        for who in sentence.subject(match.start()):
            if where.get(who, "").split()[-1:] == what.split()[-1:]:
                where.pop(who)
    for match in SETS_OUT.finditer(sentence.text):
        for who in () if sentence.doubted(match.start()) else sentence.subject(match.start()):
            if not any(at > match.start() for at, *_ in _places(sentence)):
                where.pop(who, None)
    for match in WHERE.finditer(sentence.text):
        where |= dict.fromkeys(sentence.people(match["who"]), match["what"])
    for match in ON_BOARD.finditer(sentence.text):
        where |= dict.fromkeys(sentence.people(match["who3"]), match["what3"])
    for match in DEPARTS.finditer(sentence.text):
        where |= dict.fromkeys(sentence.people(match["who"] or match["who2"]), match["what"] or match["what2"])
    _brought(sentence, where)


def _places(sentence: Sentence) -> Iterator[tuple[int, str, int, str]]:
    """(where it stands, the place, its end, the word before it) of every place somebody could be in."""
    text = NOT_PLACES.sub(lambda match: "~" * len(match[0]), sentence.text)
    found: list[tuple[int, str, int, str]] = []
    for match in AT.finditer(text):
        what, end = _place(text, match.end())
        if what and _is_there(sentence, match):
            found.append((match.start(), what, end, (match["in"] or "").lower()))
    found += [(match.start(), "home", match.end(), "") for match in HOME.finditer(text)]
    found += [
        (match.start(), match[0].split(" ", 1)[1].removeprefix("the "), match.end(), "")
        for match in BARE.finditer(text)
        if not ELSEWHERE.search(text[: match.start()])
    ]
    yield from sorted(found)


def _place(text: str, at: int) -> tuple[str, int]:
    """The place named here: "the deserted fairground", "the middle of the square", "Main Street"."""
    part = PART_OF.match(text, at)
    at = part.end() - 0 if part else at
    found = re.compile(rf"\s*(?:{DETERMINER.pattern})?", re.IGNORECASE).match(text, at)
    said, end = phrase(text, at)
    words = said.split()
    stands = DETERMINER.match(text, at) or (words and words[0][0].isupper())
    for last in range(len(words), 0, -1):
        what = " ".join(words[:last])
        follows = words[last] if last < len(words) else ""
        if (
            _is_place(what)
            and (not sort_of(follows) or follows.endswith(("ing", "ed")))
            and (stands or words[-1] in STANDS_BARE or what.endswith("s"))
        ):
            return what, end - len(said) + len(what)
    proper = PROPER.match(text, at)
    if proper and not TIMES.match(proper[1]):
        return proper[1], proper.end()
    return "", found.end() if found else at


def _is_place(what: str) -> bool:
    return bool(PLACE.match(what)) or (sort_of(what) == "place" and not SPOT.match(what) and what.islower())


def _is_there(sentence: Sentence, match: re.Match[str]) -> bool:
    clause = sentence.clause(match.start())
    before = sentence.text[clause.start : match.start()]
    if re.search(r"\b(?:him|her|it|them)sel(?:f|ves) $", before) and match["in"]:
        return True
    if match["to"]:
        return bool(TO_THERE.search(before)) and not GOAL.search(before) and not ELSEWHERE.search(before)
    return bool(BROUGHT.search(before)) or not ELSEWHERE.search(before)


def _who(sentence: Sentence, at: int) -> Slugs:
    """Whom the clause is about; a place at the head of a sentence is where the first one named in it is."""
    about = sentence.subject(at)
    clause = sentence.clause(at)
    opening = not sentence.text[:at].strip(" ,") or (
        not list(sentence.mentions(0, at)) and clause.start == 0 and at < 25 and not NOUN_PHRASE.match(sentence.text)
    )
    if about and not (opening and clause.own != "person"):
        return about
    if carried := CARRIED.match(sentence.said(at).lstrip(" ,;:")):
        return sentence.people(carried[1])
    if clause.own == "other" and not about and not opening:
        done_to = [
            found[0]
            for found in sentence.mentions(clause.start, at)
            if not re.match("'s (?!name)", sentence.text[found.end() :])
        ]
        return sentence.people(done_to[-1]) if done_to else ()
    if opening or (not about and clause.own != "other"):
        return next((later.about for later in sentence.clauses if later.own == "person"), sentence.everybody[:1])
    return about


def _brought(sentence: Sentence, where: dict[str, str]) -> None:
    """Somebody else is in the same place: "where Emil already sits", "Marlow, behind her", "helps him into"."""
    for match in FOLLOWS.finditer(sentence.text):
        one, other = sentence.people(match["who"]), sentence.people(match["other"])
        _share((*one, *other), where)
    for match in WITH_THEM.finditer(sentence.text):
        if not sentence.doubted(match.start()):
            host = sentence.subject(match.start()) or sentence.before or sentence.everybody
            there = list(where)[-1:] if re.match("there|where", match[0], re.IGNORECASE) else []
            _share((*there, *host[:1], *sentence.everybody[:1], *sentence.people(match["who"])), where)


def _share(people: Slugs, where: dict[str, str]) -> None:
    place = next((where[who] for who in people if who in where), "")
    for who in people if place else ():
        where.setdefault(who, place)
