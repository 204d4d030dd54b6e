"""Injuries: a word for a hurt and the part of the body it belongs to, and the bandage that is put on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engines.analyst.rules.page import Clause, Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_noun, any_of, listed, plural, singular, table
from events.script import Change, ChangeKind

WORDS = table("injuries")
PART = rf"(?:(?:left|right|upper|lower|little|ring|index|middle)[ -])*{any_noun(WORDS['body'])}\b"
SPOT = re.compile(
    rf"(?<!\w)(?:(?P<owner>{WHO})'s (?:own |good |bad |poor )*(?:[a-z-]+ed )?|)(?P<part>{PART})", re.IGNORECASE
)
ALONG = r"(?:across |along |down |into |deep into |through |over |at |up )?"


def _along(what: str) -> str:
    """ "Rakes across @0's shin": a wave that "breaks over her head" breaks nothing."""
    return ALONG if what in ALONG_IT else ""


ALONG_IT = ("scratch", "cut", "gash", "burn", "graze", "bite", "wound")
SAYINGS = re.compile(rf"(?<!\w){saying(listed(WORDS['sayings']))}(?!\w)", re.IGNORECASE)
ONLY_JOINTS, JOINTS = (
    re.compile(any_form(WORDS["only_joints"]), re.I),
    re.compile(any_noun(WORDS["joints"]) + "$", re.I),
)
GRAVE = re.compile(rf"\b{any_of(listed(WORDS['grave']))}\b", re.IGNORECASE)
FRESH = re.compile(rf"\b{any_of(listed(WORDS['fresh']))}\b", re.IGNORECASE)


def _done_by_things() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """What teeth, hot things and sharp things do to a part of the body."""
    yield (
        "bite",
        "verb",
        re.compile(
            r"\b(?:teeth|fangs|jaws) (?:close|closed|sink|sank|snap|snapped|fasten|fastened|meet|met|clamp"
            r"|clamped|go|went|dig|dug)\b[^;,.]*?\b(?:on|into|in|round|around"
            rf"|through) (?P<part>(?:{WHO}'s |the ){PART})"
            rf"|\bsinks?\b (?:its|his|her) (?:teeth|fangs) into (?P<part2>(?:{WHO}'s |the ){PART})",
            re.IGNORECASE,
        ),
    )
    yield (
        "burn",
        "verb",
        re.compile(
            rf"\b(?:{any_of(listed(WORDS['hot']))} [\w-]+|{any_noun(WORDS['burners'])})(?: [\w-]+){{0,3}}?"
            r" (?:over|on|onto|across|against|down|into|catch|catches|caught|lick|licks|touch|touches|sear|sears"
            rf"|scalds?|burns?|hits?) (?:{WHO}'s|the|{WHO} (?:on|across|in|over) the) (?:bare |own )?(?P<part>{PART})",
            re.IGNORECASE,
        ),
    )
    yield (
        "cut",
        "verb",
        re.compile(
            rf"\b{any_noun(WORDS['sharp'])}(?: [\w-]+){{0,4}}? {any_form('open, lay open, slice, catch, slash')} "
            rf"(?:open )?"
            rf"(?:{WHO}'s|{WHO} (?:on|across|in|over) the) (?:bare |own )?(?P<part>{PART})",
            re.IGNORECASE,
        ),
    )
    yield (
        "scratch",
        "verb",
        re.compile(
            rf"\b{any_noun(WORDS['scratchers'])}(?: [\w-]+){{0,2}}? (?:open |across |along |down |into |over |deep "
            rf"into )?"
            rf"(?:{WHO}'s|{WHO} (?:on|across|in) the) (?:bare |own )?(?P<part>{PART})",
            re.IGNORECASE,
        ),
    )


def _signs() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """(injury, kind of word, pattern) from the particular to the general."""
    for what, words in WORDS["body_less"].items():
        said = any_of(re.escape(word) for word in listed(words)).replace(r"the\ nose", rf"(?:the|{WHO}'s) nose")
        yield what, "whole", re.compile(rf"\b{said}\b", re.IGNORECASE)
    yield from _done_by_things()
    for what, words in WORDS["verbs"].items():
        yield (
            what,
            "verb",
            re.compile(
                rf"\b{any_form(words)} (?:open |badly |deeply |slightly )?{_along(what)}(?:(?:both(?: of)? "
                rf")?{WHO}'s|both"
                rf"|the|a|an|two|three|{WHO} (?:in|on|through|across) the) "
                rf"(?:own |both |bare )?(?P<part>{PART})",
                re.IGNORECASE,
            ),
        )
    for what, words in WORDS["adjectives"].items():
        told = any_of(listed(words))
        yield (
            what,
            "adjective",
            re.compile(
                rf"(?<!\w)(?:{told}(?: and \w+ed)?(?:, swollen)? (?P<part>{PART})"
                rf"|(?P<part2>{PART}) (?:(?:is|are|was|were|has been|have been|got|gets|looks"
                rf"|hangs) )(?:\w+ly |both |all )?{told}\b"
                rf"|{WHO}'s (?:left |right )?(?P<part4>{PART}) {told}(?=\s*[,.;]| and\b| by\b| in\b|$)"
                rf"|(?:is|are|was|were|been|gets|got) {told} (?:in|on|through|across|above|below) (?:the"
                rf"|{WHO}'s) (?P<part3>{PART}))",
                re.IGNORECASE,
            ),
        )
    for what, words in WORDS["nouns"].items():
        nouns = any_of(plural(noun) for noun in listed(words))
        yield (
            what,
            "noun",
            re.compile(
                rf"(?<!\w)(?:a|an|the|another|one|two|three|four|five|several|some|this|that|{WHO}'s|with|,"
                rf"|and|no)(?: [\w-]+,?){{0,4}}? {nouns}\b",
                re.IGNORECASE,
            ),
        )


SIGNS = list(_signs())
HURT = (
    rf"(?:{any_noun([noun for nouns in WORDS['nouns'].values() for noun in listed(nouns)])}|injury|injuries"
    r"|place|bleeding)"
)
TREATS = re.compile(
    rf"\b{any_form(WORDS['treating']['verbs'])}(?: up)?\b(?= (?:it|them|the|both|a|tight|up)\b"
    rf"| (?:@\d+)++(?!\^))(?! (?:{WHO}'s|the) (?!{PART}|[a-z-]+ (?:{PART}|{HURT})|{HURT}))",
    re.IGNORECASE,
)
ADJECTIVES = {what: listed(words) for what, words in WORDS["adjectives"].items()}
DIAGNOSIS = re.compile(
    r"(?:(?:it's|it is|that's|that is|i'd say|only|just|looks|a|bad|badly|nasty"
    rf"|clean)[ ,]+)*(?P<word>{any_of([word for words in ADJECTIVES.values() for word in words] + list(ADJECTIVES))})\b"
    r"(?=[.,!?]|$)",
    re.IGNORECASE,
)
SAID_DONE = re.compile(
    r"\b(?:you|you've|you have|it's|it is|i've|i have) (?:just |only |probably |badly )?"
    rf"(?P<word>{any_of([word for words in ADJECTIVES.values() for word in words])}) (?:it|that)\b",
    re.IGNORECASE,
)
CLOTH = any_noun(WORDS["treating"]["cloths"])
WRAPS = re.compile(rf"\b{any_form(WORDS['treating']['wrapping'])}\b(?=[^;.]*\b{CLOTH}\b)", re.IGNORECASE)
TREATED = re.compile(rf"\b{any_of(listed(WORDS['treating']['done']))}\b", re.IGNORECASE)
NEED_FLESH = re.compile(
    r"\b(?:wound|bleeding|blood|hurt|injury|injured|swollen|swelling|it|them|cut|gash|burn|arm|leg)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Hurt:
    """An injury as found in the text; ``at`` orders them in the scene."""

    who: str
    what: str
    where: str
    grave: bool
    at: tuple[int, int]
    kind: str
    bandaged: bool = False

    @property
    def change(self) -> Change:
        grave = self.grave or self.what == "fracture"
        return Change(
            kind=ChangeKind.INJURY,
            character=self.who,
            what=self.what,
            where=self.where,
            bandaged=self.bandaged,
            grave=grave,
        )


def changes(page: Page) -> Iterator[Change]:
    owners: dict[str, str] = {change.where.split()[-1]: change.character for change in standing(page) if change.where}
    found: list[Hurt] = []
    last = ("", "")
    known = list(standing(page))
    treated: list[Change] = []
    for sentence in page.sentences:
        for hurt in () if sentence.unreal else _hurts(sentence, owners, last):
            if not _known(hurt, known, sentence):
                found = _added(found, hurt)
        for who, part, _ in spots(sentence):
            last = (who, part) if who else last
            owners |= {_head(part): who} if who else {}
        heard = None if sentence.unreal else HEARD.search(sentence.text)
        if heard and last[0] and not sentence.doubted(heard.start()):
            found = _added(found, Hurt(last[0], "fracture", last[1], False, (sentence.number, heard.start()), "noun"))
        for hurt in _diagnoses(sentence, last):
            found = _added(found, hurt)
        if not sentence.unreal:
            found, more = _treatments(sentence, owners, found, known)
            treated += more
    yield from (hurt.change for hurt in found)
    yield from dict.fromkeys(treated)


def standing(page: Page) -> Iterator[Change]:
    """The injuries of earlier scenes that have not healed since, each as last told."""
    open_: dict[tuple[str, str, str], Change] = {}
    for change in page.known:
        key = (change.character, change.what, change.where)
        if change.kind == ChangeKind.INJURY:
            open_[key] = change
        elif change.kind == ChangeKind.HEALING:
            open_ = {
                at: one
                for at, one in open_.items()
                if at[0] != change.character
                or change.what not in ("all", at[1])
                or (change.where and change.where != at[2])
            }
    return iter(open_.values())


def spots(sentence: Sentence) -> list[tuple[str, str, int]]:
    """(owner or "", part, place) of every part of a body that the sentence speaks of."""
    found = []
    for match in SPOT.finditer(sentence.text):
        slugs = sentence.people(match["owner"] or "")
        found.append((slugs[0] if slugs else "", match["part"].lower(), match.start("part")))
    return found


def _head(part: str) -> str:
    return singular(part.split()[-1])


def _hurts(sentence: Sentence, owners: dict[str, str], last: tuple[str, str]) -> Iterator[Hurt]:
    text = SAYINGS.sub(lambda match: "~" * len(match[0]), sentence.text)
    taken: list[range] = []
    for what, kind, pattern in SIGNS:
        for match in pattern.finditer(text):
            if sentence.doubted(match.end() - 1) or _inside(match, taken):
                continue
            hurt = _hurt(sentence, what, kind, match, owners, last)
            if hurt:
                taken.append(range(match.start(), match.end()))
                yield hurt


def _diagnoses(sentence: Sentence, last: tuple[str, str]) -> Iterator[Hurt]:
    """ "Broken," says somebody, and means the part that was last spoken of."""
    quoted = [(match.start(), sentence.quotes[int(match[1])]) for match in re.finditer(r"«(\d+)»", sentence.text)]
    plain = [(0, sentence.text)] if sentence.text.startswith("It") else []
    for at, words in (*quoted, *plain):
        said = DIAGNOSIS.match(words)
        here = next(((who, part) for who, part, _ in spots(sentence) if who), last)
        if not said and (done := SAID_DONE.search(words)) and "?" not in words and here[0]:
            what = next((what for what, words in ADJECTIVES.items() if done["word"].lower() in words), "")
            yield Hurt(here[0], what, here[1], bool(GRAVE.search(words)), (sentence.number, at), "noun")
        if said and last[0]:
            word = said["word"].lower()
            what = next((what for what, words in ADJECTIVES.items() if word in words or word == what), "")
            if what:
                yield Hurt(last[0], what, last[1], bool(GRAVE.search(said[0])), (sentence.number, at), "noun")


def _inside(match: re.Match[str], taken: list[range]) -> bool:
    return any(match.end() - 1 in span for span in taken)


def _hurt(
    sentence: Sentence, what: str, kind: str, match: re.Match[str], owners: dict[str, str], last: tuple[str, str]
) -> Hurt | None:
    text, at = sentence.text, (sentence.number, match.start())
    part = next((value for value in match.groupdict().values() if value), "")
    place = match.start()
    if part:
        place = next(match.start(name) for name, value in match.groupdict().items() if value)
    elif kind == "noun":
        object_next = re.match(r" (?:the|an?|it|@\d+)", text[match.end() :])
        if VERB_AFTER_ALL.match(match[0]) and (object_next or not match[0].lower().startswith("the")):
            return None
        part, place = _spot_of_noun(sentence, match)
        if not part and last[0] and _treated(text):
            return Hurt(last[0], what, last[1], bool(GRAVE.search(match[0])), at, kind)
        if not part:
            return None
    who = _owner(sentence, match, place, part, owners)
    if not who or (kind == "verb" and _harmless(match)):
        return None
    said = sentence.said(match.end() - 1) + " " + text[match.end() : match.end() + 40].split(".")[0]
    part = "" if kind == "whole" else re.sub(rf"^(?:both |two |the |{WHO}'s )+", "", part.lower())
    return Hurt(who, what, part, bool(GRAVE.search(said)), at, kind)


VERB_AFTER_ALL = re.compile(
    r"(?:a|an|another|one|this|that|the)\b.*(?:breaks|cuts|burns|scratches|bites|nicks|grazes|strains|slits"
    r"|slices|wounds|bumps|stings|slashes)$",
    re.IGNORECASE,
)
""" "A wave breaks": no noun follows "a" in the plural."""
HEARD = re.compile(
    r"\b(?:hears?|heard|feels?|felt) (?:it|something|the bones?|a bone|the joint) (?:\w+ )?(?:break|snap|crack|go|give"
    r"|splinter)\b|\b(?:it|the bone|a bone) (?:breaks|snaps|cracks|gives)\b",
    re.IGNORECASE,
)
"""A bone breaks that was spoken of just before."""


def _treated(text: str) -> bool:
    return bool(TREATS.search(text) or WRAPS.search(text))


def _harmless(match: re.Match[str]) -> bool:
    """ "Turns his eyes": these verbs hurt only joints."""
    return bool(ONLY_JOINTS.match(match[0]) and not JOINTS.search(match[0]))


def _spot_of_noun(sentence: Sentence, match: re.Match[str]) -> tuple[str, int]:
    """Where "a scratch" is: the part after it ("on the wrist"), else the last one before it in the sentence."""
    text = sentence.text
    after = re.compile(
        r"(?:[ ,]+[\w-]+){0,6}? (?:on|in|across|over|above|below|under|along|to|at|down|through|of|round"
        rf"|around|beneath|behind|from)(?: (?:the|both|one|{WHO}'s|(?:top|back|side|bridge|tip|corner|heel"
        rf"|ball|inside|palm) of))* (?:own )?(?P<part>{PART})",
        re.IGNORECASE,
    ).match(text, match.end())
    if after:
        return after["part"], after.start("part")
    before = [(part, at) for _, part, at in spots(sentence) if at < match.end()]
    return before[-1] if before else ("", match.start())


def _owner(sentence: Sentence, match: re.Match[str], place: int, part: str, owners: dict[str, str]) -> str:
    """Whose body: the owner named with the part, the person it was done to, whose part was spoken of, the subject."""
    text = sentence.text
    named = re.search(rf"({WHO})'s (?:own |bare |left |right |[a-z]+ed )*$", text[:place])
    done_to = re.search(rf"({WHO}) (?:in|on|across|through|over|above|below)(?: the)? (?:left |right )?$", text[:place])
    inside = re.search(rf"({WHO})(?:'s)?", match[0])
    slugs: Slugs = ()
    for found in (named, done_to, inside):
        if found and not slugs:
            slugs = sentence.people(found[1])
    if not slugs and part and _head(part) in owners:
        return owners[_head(part)]
    slugs = slugs or sentence.subject(place)
    if not slugs:
        near = [found for found in sentence.mentions(0, place)] or list(sentence.mentions())
        slugs = sentence.people(near[-1][0]) if near else sentence.before
    return slugs[0] if slugs else ""


def _known(hurt: Hurt, known: list[Change], sentence: Sentence) -> bool:
    """Whether the text only speaks again of an injury that is known."""
    if FRESH.search(sentence.said(hurt.at[1])) and hurt.kind == "noun":
        return False
    return any(
        one.character == hurt.who
        and (_head(one.where) == _head(hurt.where) if one.where and hurt.where else one.what == hurt.what)
        for one in known
    )


def _added(found: list[Hurt], hurt: Hurt) -> list[Hurt]:
    """A noun names what a verb before it did at the same place: one injury."""
    for old in found:
        same_place = old.who == hurt.who and (
            old.where == hurt.where or _head(old.where or "-") == _head(hurt.where or "-")
        )
        if same_place:
            first, second = sorted((old, hurt), key=lambda one: one.at)
            better = second if second.kind == "noun" else first
            where = max(first.where, second.where, key=len)
            merged = replace(
                better, where=where, grave=first.grave or second.grave, bandaged=first.bandaged or second.bandaged
            )
            return [merged if one is old else one for one in found]
    return [*found, hurt]


def _treatments(
    sentence: Sentence, owners: dict[str, str], found: list[Hurt], known: list[Change]
) -> tuple[list[Hurt], list[Change]]:
    treated: list[Change] = []
    text = sentence.text
    for match in (*TREATS.finditer(text), *WRAPS.finditer(text), *TREATED.finditer(text)):
        if sentence.doubted(match.start()):
            continue
        parts = _parts(sentence, sentence.clause(match.start()), owners) or _parts(sentence, None, owners)
        heads = {head for _, head in parts}
        nurse = sentence.subject(match.start())
        here = [hurt for hurt in found if _head(hurt.where or "-") in heads and _owned(parts, hurt.who, hurt.where)]
        there = [
            one
            for one in known
            if not one.bandaged and one.where and _head(one.where) in heads and _owned(parts, one.character, one.where)
        ]
        if not here and not there:
            here = _last(sentence, found, nurse)
            there = [] if here else [one for one in known if not one.bandaged and _meant(one, sentence)]
        found = [replace(hurt, bandaged=True) if hurt in here else hurt for hurt in found]
        treated += [one.model_copy(update={"bandaged": True}) for one in there]
    return found, treated


def _parts(sentence: Sentence, clause: Clause | None, owners: dict[str, str]) -> set[tuple[str, str]]:
    """(owner or "", part) of what a clause or the sentence speaks of; an arm in a sling stands for its wrist too."""
    start, end = (clause.start, clause.end) if clause else (0, len(sentence.text))
    parts = {
        (owner or owners.get(_head(part), ""), _head(part)) for owner, part, at in spots(sentence) if start <= at < end
    }
    return parts | {(owner, part) for owner, limb in parts for part in listed(WORDS["limbs"].get(limb, ""))}


def _owned(parts: set[tuple[str, str]], who: str, where: str) -> bool:
    return (who, _head(where)) in parts or ("", _head(where)) in parts


def _last(sentence: Sentence, found: list[Hurt], nurse: Slugs) -> list[Hurt]:
    """ "Binds it": what was hurt last, in this sentence or just before."""
    near = [hurt for hurt in found if sentence.number - hurt.at[0] <= 2]
    patients = [hurt for hurt in near if hurt.who in sentence.everybody and hurt.who not in nurse] or near
    last = max(patients, key=lambda hurt: hurt.at, default=None)
    return [hurt for hurt in patients if last and hurt.who == last.who and hurt.at[0] == last.at[0]]


def _meant(one: Change, sentence: Sentence) -> bool:
    word = re.search(rf"\b(?:{re.escape(one.what)}\w*|wound|injury|it)\b", sentence.text, re.IGNORECASE)
    return bool(word) and (one.character in sentence.everybody or one.character in sentence.before)
