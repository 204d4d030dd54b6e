"""Props: what somebody comes to have, and what is given, lost, thrown away, sold, stolen or destroyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engines.analyst.rules.handing import GAIN, GAIN_THING, GIVE, LOSE, LOSE_THING, is_verb
from engines.analyst.rules.hands import Hands, key_of
from engines.analyst.rules.objects import CARRIED, thing_in
from engines.analyst.rules.page import Page, Sentence, Slugs
from engines.analyst.rules.people import OTHER, WHO
from engines.analyst.rules.phrases import DETERMINER, past, phrase, phrases
from engines.analyst.rules.words import any_form, any_noun, any_of, listed, table
from events.script import Change, ChangeKind

WORDS = table("things")
THEM = re.compile(r"\s+(?:@\d+){2,}(?!['^\w])")
""" "He gives @0@1 to @1": "them" who include the giver are things."""
IT = re.compile(r"\s+(?:it|them|this|that|these|those)\b(?! is\b)")


AWAY = re.compile(
    rf"^[^;.]*?\b(?:{any_of(listed(WORDS['lose']['away']))}"
    r"|(?:into|in|on|onto|to|over|off|from|out of|through|among|down|under|past|across|beneath)"
    rf" (?:a|the|an|some|(?:@\d+)+'s)(?: [\w-]+)?(?: [\w-]+)? {any_noun(WORDS['destinations'])})(?!\w)",
    re.IGNORECASE,
)
INTO_OWN = re.compile(
    rf"^[^;.]*?\b(?:in|into|inside|under|behind|through|on|onto|over)\b (?:{WHO}'s|the) (?:\w+ )?(?:pocket"
    r"|belt|bag|sleeve|boot|coat|jacket|satchel|rucksack|knapsack|shirt|saddlebag|basket|bodice|apron"
    r"|shoulder|sash|waistband|hat)s?\b",
    re.IGNORECASE,
)
ONLY_AWAY = re.compile(any_form(WORDS["gain"]["only_away"]) + "$", re.IGNORECASE)
NEEDS_FROM = re.compile(any_form(WORDS["gain"]["needs_from"]) + "$", re.IGNORECASE)
OUT_OF = re.compile(r"[^;.,]*?\b(?:from|out of|off|out|loose|free|down|up)\b", re.IGNORECASE)
OWN_POCKET = re.compile(rf"^(?:\s+[\w-]+)?\s*(?:from|out of|off) ({WHO})'s (?:\w+ )*", re.IGNORECASE)
TO = re.compile(
    r"[^;.«»]*?\b(?:to|into|on to|onto|upon|at|for|with|on|across to|over to|round to|in|over|round|through"
    rf"|around)\b (?P<who>{WHO})(?P<own>'s (?:\w+ )?(?:hands?|lap|palm|keeping|care|arms?|fingers?|fist"
    r"|pocket|bag|grip|grasp|neck|wrist|belt|finger|satchel))?(?!')",
    re.IGNORECASE,
)
TO_OTHER = re.compile(
    rf"[^;.«»]*?\b(?:to|on to|into|with) (?:the |a |an |his |her |@\d+'s )(?:[\w'-]+ ){{0,3}}?(?:{OTHER})",
    re.IGNORECASE,
)
FROM = re.compile(
    r"(?:\s(?!and\b)\w+){0,3}?\s*\b(?:from|off|out of|from under|from between"
    rf"|from round) (?P<who>{WHO})(?!'s (?!(?:\w+ )?(?:hand|grip|grasp|fingers?|fist|pocket|belt|bag|neck"
    r"|lap|shoulder|finger|saddle|wrist|back|nose|arm)))",
    re.IGNORECASE,
)
OWN_PLACE = re.compile(
    r"\s*(?:back )?(?:in|into|inside|down|on|onto|round|around) (?:@\d+)+'s (?:\w+ )?"
    r"(?:pocket|bag|satchel|rucksack|knapsack|belt|boot|sleeve|lap|hand|palm|basket|pack|purse|handbag|neck|shoulder"
    r"|saddlebag|case|suitcase|pouch|apron|wallet|desk)s?\b"
)
LET = re.compile(
    rf"\b{any_form('let')} (?P<what>it|them|(?:[\w'@-]+ ){{1,6}}?[\w'-]+) (?:fall|go|drop|slip(?= (?:from|through"
    rf"|into|out|over|between|off|down|away))|sink|flutter"
    r"|sail|roll|burn|drift|slide|fly|float|tumble|crash)\b(?! of)",
    re.IGNORECASE,
)
RID = re.compile(rf"\b(?:{any_of(listed(WORDS['lose']['rid']))}) of\b", re.IGNORECASE)
"""The one the sentence is about loses: "is relieved of her knife"."""
OFF_GOES = re.compile(
    r"(?:^|[,;:] |\band )(?:and )?(?:overboard|away|down|into|over|through|off|out|up in"
    r"|under)\b[^,;.@]{0,40}?\b(?:goes|go|went|flies|fly|flew|sails|sailed|tumbles|falls|fell) (?!on\b"
    r"|the way\b)",
    re.IGNORECASE,
)
STRIPS = re.compile(
    rf"\b{any_form(WORDS['lose']['robbing'])} (?P<who>{WHO}) of\b(?! (?:(?:@\d+)+\^?(?!')|it\b))", re.IGNORECASE
)
PRESENTS = re.compile(
    rf"\b(?:{any_form(WORDS['gain']['presenting'])} (?P<who>{WHO}) with\b"
    rf"|{any_form('make')} (?P<whom>{WHO}) a (?:present|gift) of\b)",
    re.IGNORECASE,
)
PAYS = re.compile(rf"\b{any_form('pay, bribe, tip')} (?:{WHO}|him|her|them|(?:the|an?) [\w-]+) with\b", re.IGNORECASE)
GAP = re.compile(rf"(?:[,;]|\band|\bbut)\s*(?:and |but )?(?P<who>{WHO})(?= (?:an?|the|some|two|three|@\d+'s) )")
"""The verb of the clause before goes on: "Ava takes the lamp, Kairo the rope"."""
TRADES = re.compile(any_form("trade, swap, exchange, barter"))
WITH_IT = re.compile(
    r"\band with (?:it|them|him|her|that)(?: goes| go| went|,)?(?= (?:the|a|his|her|@\d+'s|all))", re.IGNORECASE
)
COUNTER = re.compile(
    r"[^;.]*?\b(?:under|across|over|through|on|onto) the (?:glass|counter|grille|grating|window|desk|table"
    r"|hatch|bar|threshold)\b",
    re.IGNORECASE,
)
HANDS = re.compile(
    rf"\b{any_form(WORDS['placing'])}\b(?=[^;.«»]*? (?:in|into|on|onto|round|around|over|through) {WHO}'s (?:\w+ )?"
    r"(?:hands?|lap|palms?|arms|fingers?|fist|neck|wrist|grip|grasp)\b)",
    re.IGNORECASE,
)
"""Put into somebody's hand, which gives it to them."""
SO_TOO = re.compile(r",? (?:and )?so (?:has|had|have|is|are|was|were|did|does|do|goes|went)\b")
ALL_OF_IT = re.compile(r" (?:the lot|everything|it all|all of it|the whole lot|all @\d+'s \w+)(?:\s*[:—–,]|,? even)")
SEIZES = re.compile(any_form(WORDS["seizing"]), re.IGNORECASE)
LEFT_AT = re.compile(
    r"\s*(?:lying |standing |propped )?(?:on|under|in|at|beneath|behind|with|against|by|beside|for)"
    rf" (?:the|an?|{WHO}'s|one) "
)
CARRIED_OFF = re.compile(
    r"(?P<list>(?:The|His|Her|@\d+'s) (?:(?! who| that)[^;.])+?) (?:they|the \w+|men in \w+) (?:carry|carried|cart"
    r"|carted|take|took|drag"
    r"|dragged|haul|hauled|bear|bore|load|loaded) (?:out|away|off|down|on to|onto)\b"
)
""" "The piano they carry out": from the only one whom it can belong to."""
BELONGS = re.compile(
    rf"(?:(?P<owner>{WHO})'s|\b[Tt]he) (?P<what>(?:[\w-]+ ){{0,3}}?[\w-]+) (?:now belongs? to|belongs? now to"
    rf"|(?:is|are) now|now (?:hangs?|sits?|lies?|rests?) in the (?:hands?|pocket|keeping) of) (?P<who>{WHO})(?!')"
)
PASSED_ON = re.compile(rf"(?:,|;|\band)(?: and)? (?P<who>{WHO})(?:,[^,]*,)? to (?:(?P<whom>{WHO})|the|an?)(?!')")
SOMEBODY = re.compile(OTHER)
BACK = re.compile(
    rf"\b(?:{any_form('put, hang, lay, set, place, slide, drop')})\b(?: [\w'@-]+){{1,5}}? (?:back|up again"
    r"|down again|there again)\b",
    re.IGNORECASE,
)
MISSING = re.compile(r"\s*(?:is |are |was |were )?(?:gone|missing|stolen|vanished|empty of)\b", re.IGNORECASE)
FOR_GOOD = re.compile(
    rf"\bat (?:the [\w-]+'s|{WHO}'s|his|her) feet\b|\bwith (?:him|her|them|the|an?|{WHO})\b|\b(?:for good"
    r"|for ever|forever|behind|never to|for the last time|where it|lying|unguarded"
    r"|on the platform|with the|in exchange|at the pawn)",
    re.IGNORECASE,
)
GONE = re.compile(
    r"(?:,? (?:which|that|too|and all|with all \w+ \w+|at last|then|now|also|itself|already|promptly"
    rf"|simply),?)*\s+(?:\w+ly )?(?:{any_of(listed(WORDS['gone']))}"
    r"|(?:is|are|was|were|gets|got|been|(?:has|have|had) been|is being|was being) (?:\w+ly )?"
    rf"(?:{any_of(listed(WORDS['gone_by']))}|\w+(?:ed|en|pt|wn|rn|ng|ck) (?:\w+ )?(?:out of|from|off|through) {WHO}'s"
    r" (?:\w+ )?(?:hands?|fists?|grip|grasp|fingers|arms?|pocket|belt|bag|head|neck|shoulder|lap)))(?!\w)",
    re.IGNORECASE,
)
CARRYING = re.compile(
    rf",? (?:(?:that|which) )?(?P<who>{WHO}) (?:(?:was|is|had been|has been|\w+ly|still) ){{0,2}}"
    r"(?:carrying|holding|clutching|guarding|carries|carried|holds|held|has|had|keeps|kept|brought|clutched),?"
)
BOTH = re.compile(r" and (?:the|an?|@\d+'s) (?:[\w-]+ ){0,4}?[\w-]+(?: of \w+)? (?P<verb>are|were|have)\b")
GONE_FAR = re.compile(
    rf" (?:\w+ly "
    rf")?{any_form('slide, slip, fall, fly, roll, drop, sail, tumble, go, topple, bounce, skid, plop, drift, sink')}"
    rf"(?={AWAY.pattern.removeprefix('^')})",
    re.IGNORECASE,
)
HAS = re.compile(rf"\b{any_form(WORDS['having'])}\b", re.IGNORECASE)
JOINED = re.compile(r"[\s;:,]*(?:and|but|while)?\s*")
ASIDES = re.compile(
    r"(?:, (?:to|with|after|for|without|as|in|at|on|not|much|almost) [^,;.]{1,40},)?(?: (?:up|out|away|down|off"
    r"|back|over|only|also|even|then|at last|\w+ly|first|straight|on|across))*"
)


def changes(page: Page) -> Iterator[Change]:
    hands = Hands(people=tuple(dict.fromkeys(who for sentence in page.sentences for who in sentence.everybody)))
    for change in page.known:
        if change.kind == ChangeKind.PROP_GAINED:
            hands.holder[key_of(change.what)] = change.character
            hands.names[key_of(change.what)] = change.what
        elif change.kind == ChangeKind.PROP_LOST:
            hands.holder.pop(key_of(change.what), None)
    for sentence in page.sentences:
        if not sentence.unreal:
            _read(sentence, hands)
    yield from (Change(kind=kind, character=who, what=what) for kind, who, what in hands.events)


@dataclass(frozen=True)
class Found:
    """A verb at its place and the rule that reads it."""

    match: re.Match[str]
    rule: str


def _read(sentence: Sentence, hands: Hands) -> None:
    """The verbs of a sentence in their order; giving stands before plain losing at the same word."""
    found: list[Found] = []
    hands.before = len(hands.events)
    rules = {
        "let": LET,
        "rid": RID,
        "goes": OFF_GOES,
        "goes with": WITH_IT,
        "strips": STRIPS,
        "presents": PRESENTS,
        "pays": PAYS,
        "hands": HANDS,
        "give": GIVE,
        "so too": SO_TOO,
        "gain": GAIN,
        "lose": LOSE,
        "gain_thing": GAIN_THING,
        "lose_thing": LOSE_THING,
        "back": BACK,
    }
    for rule, pattern in rules.items():
        found += [Found(match, rule) for match in pattern.finditer(sentence.text) if is_verb(match)]
    order = list(rules)
    found.sort(key=lambda one: (one.match.start(), order.index(one.rule)))
    at = -1
    for thing, start, end, owner in _things(sentence):
        for one in [one for one in found if at < one.match.start() < start]:
            _one(sentence, one, hands)
        at = max(at, start - 1)
        _thing(sentence, thing, start, end, owner, hands)
    for one in [one for one in found if one.match.start() > at]:
        _one(sentence, one, hands)

    _goes_on(sentence, hands)
    first = next(_things(sentence), None)
    if first and first[1] == 0 and not any(one.match.start() > 0 and _acts(one) for one in found):
        hands.last = hands.names[key_of(first[0])]


def _goes_on(sentence: Sentence, hands: Hands) -> None:
    """What belongs to another now, and verbs that serve the next clause too: "she gives it to @0, and @0 to @1"."""
    for match in CARRIED_OFF.finditer(sentence.text):
        sole = hands.people if len(hands.people) == 1 else sentence.before[:1]
        for said, _ in phrases(match["list"], 0):
            _moves(hands, thing_in(said, anything=True) or said, sole, ())
    for match in BELONGS.finditer(sentence.text):
        said = thing_in(match["what"])
        if said and not sentence.doubted(match.start()):
            held = hands.holder.get(key_of(said), "")
            _moves(
                hands,
                said,
                sentence.people(match["owner"] or "") or ((held,) if held else ()),
                sentence.people(match["who"]),
            )
    for match in PASSED_ON.finditer(sentence.text):
        if hands.holder.get(key_of(hands.last or "-"), "-") in (holders := sentence.people(match["who"])):
            _moves(hands, hands.last, holders, sentence.people(match["whom"] or ""))
    for match in GAP.finditer(sentence.text):
        verbs = [
            (found.end(), gain)
            for gain, pattern in ((True, GAIN), (True, GAIN_THING), (False, LOSE))
            for found in pattern.finditer(sentence.text, 0, match.start())
            if is_verb(found)
        ]
        if verbs and hands.events:
            for what, *_ in _objects(sentence, match.end(), hands):
                for who in sentence.people(match["who"]):
                    (hands.gain if max(verbs)[1] else hands.lose)(who, what)


def _acts(one: Found) -> bool:
    return one.rule not in ("gain_thing", "lose_thing", "back")


def _things(sentence: Sentence) -> Iterator[tuple[str, int, int, Slugs]]:
    """(thing, start, end, owner) for every phrase that ends in a known thing."""
    end = 0
    for match in DETERMINER.finditer(sentence.text):
        if match.start() < end:
            continue
        said, _ = phrase(sentence.text, match.start())
        what = thing_in(said)
        if what:
            end = sentence.text.find(what, match.start()) + len(what)
            yield what, match.start(), end, sentence.people(match[0].split("'s")[0] if "@" in match[0] else "")


def _thing(sentence: Sentence, what: str, start: int, end: int, owner: Slugs, hands: Hands) -> None:
    """A thing is spoken of: it may belong to somebody, and it may be gone."""
    key = key_of(what)
    holds = HAS.search(sentence.text[max(0, start - 14) : start])
    if owner and key not in hands.holder:
        hands.holder[key] = owner[0]
    elif holds and key not in hands.holder and len(sentence.subject(start)) == 1:
        hands.holder[key] = sentence.subject(start)[0]
    hands.names.setdefault(key, what)
    if carried := CARRYING.match(sentence.text, end):
        end = carried.end()
        hands.holder.setdefault(key, next(iter(sentence.people(carried["who"])), ""))
    if (both := BOTH.match(sentence.text, end)) and GONE.match(sentence.text, both.end() - 1 - len(both["verb"])):
        end = both.end() - 1 - len(both["verb"])
    gone = GONE.match(sentence.text, end) or MISSING.match(sentence.text, end) or GONE_FAR.match(sentence.text, end)
    if gone and not sentence.doubted(end):
        loser = _loser(sentence, gone, owner, key, hands)
        if loser:
            hands.lose(loser, what)
    if not hands.last or not re.search(
        rf"\b(?:{'with|of' if len(hands.events) == hands.before else AFTER})$", sentence.text[:start]
    ):
        hands.last = hands.names[key]


AFTER = any_of(listed(table("page")["prepositions"]))


def _loser(sentence: Sentence, gone: re.Match[str], owner: Slugs, key: str, hands: Hands) -> str:
    rest = sentence.text[gone.start() : gone.end() + 40]
    torn = re.search(rf"\b(?:from|out of|through|off|from between) ({WHO})(?:'s)?", rest)
    if torn:
        return sentence.people(torn[1])[0]
    robbed = MISSING.match(gone.string, gone.start()) or re.search(rf"{any_of(listed(WORDS['gone_by']))}$", gone[0])
    alone = sentence.everybody if len(sentence.everybody) == 1 and robbed else ()
    return (owner or alone)[0] if owner or (alone and key not in hands.holder) else hands.holder.get(key, "")


def _one(sentence: Sentence, one: Found, hands: Hands) -> None:
    if sentence.doubted(one.match.start()):
        if one.rule in ("lose", "lose_thing", "give"):
            _keeps(sentence, one.match, hands)
    elif one.rule == "back":
        hands.back()
    elif one.rule in ("strips", "presents"):
        _from_or_to(sentence, one, hands)
    elif one.rule in ("let", "rid", "goes", "goes with", "pays", "so too"):
        _goes(sentence, one, hands)
    elif one.rule in ("give", "hands"):
        _give(sentence, one.match, hands)
    elif one.rule.startswith("gain"):
        _gain(sentence, one.match, hands, anything=one.rule == "gain")
    else:
        _lose(sentence, one.match, hands, anything=one.rule == "lose")


def _keeps(sentence: Sentence, match: re.Match[str], hands: Hands) -> None:
    """ "Nearly left the lantern": it was his before."""
    for what, *_ in _objects(sentence, match.end(), hands):
        for who in sentence.subject(match.start())[:1]:
            hands.holder.setdefault(key_of(what), who)


def _from_or_to(sentence: Sentence, one: Found, hands: Hands) -> None:
    """ "Strips @0 of his medals", "presents @0 with a cup"."""
    found = one.match.groupdict()
    who, other = sentence.people(found["who"] or found["whom"]), sentence.subject(one.match.start())
    for what, *_ in _objects(sentence, one.match.end(), hands, anything=True):
        if one.rule == "strips":
            _moves(hands, what, who, ())
        else:
            _moves(hands, what, other, who)


def _goes(sentence: Sentence, one: Found, hands: Hands) -> None:
    """What is let go, what somebody is relieved of, what goes over the side."""
    match = one.match
    things = _objects(
        sentence, (match.start("what") - 1) if one.rule == "let" else match.end() - (match[0][-1] == " "), hands
    )
    owned = [thing for thing in things if thing[2]] if one.rule == "goes" else []
    for what, _, owner in owned or things:
        held = hands.holder.get(key_of(what), "")
        about = (
            sentence.subject(match.start())
            if one.rule in ("let", "rid", "pays")
            else sentence.people(sentence.text[: match.start()])[:1]
        )
        for who in (owner or about or ((held,) if held else hands.people[:1]))[:2]:
            hands.lose(who, what)


def _objects(sentence: Sentence, at: int, hands: Hands, anything: bool = False) -> list[tuple[str, int, Slugs]]:
    """What the verb that ends here is done to: (thing, where its phrase ends, whose it was)."""
    text = sentence.text
    at = past(ALL_OF_IT, text, past(ASIDES, text, at))
    several = THEM.match(text, at) if hands.last.endswith("s") else None
    if several and not set(sentence.subject(at)) & set(sentence.people(several[0])):
        several = None
    if (it := IT.match(text, at) or several) and hands.last:
        return [(hands.last, it.end(), ())]
    found: list[tuple[str, int, Slugs]] = []
    for said, end in phrases(text, at):
        determined = (
            DETERMINER.match(text, at)
            if not found
            else re.search(r"\b(?:a|an|the|his|her|two|three|'s|some)\s+$", text[: end - len(said)])
        )
        what = thing_in(said, anything and bool(determined), CARRIED if determined else ("thing",))
        if what:
            owner = re.search(rf"({WHO})'s\s+(?:(?:own|old|late) |\w+'s )?$", text[: end - len(said)])
            owned = sentence.people(owner[1]) if owner else found[-1][2] if found else ()
            found.append((what, end - len(said) + len(what), owned))
        elif not found:
            break
    apposed = len(found) == 2 and re.search(
        r", an? (?:[\w-]+ )*$", text[at : found[1][1] - len(found[1][0].split()[-1])]
    )
    return found[:1] if apposed and " and " not in text[at : found[1][1]] else found


def _fronted(sentence: Sentence, at: int, hands: Hands) -> list[tuple[str, int, Slugs]]:
    """ "The letter she passes to Kairo": the thing stands before its verb."""
    clause = sentence.clause(at)
    begin = past(JOINED, sentence.text, clause.start)
    said, end = phrase(sentence.text, begin, bare=False)
    if hands.last and re.search(rf"\b(?:which|that) {WHO} (?:\w+ )?$", sentence.text[clause.start : at]):
        before = [what for what, _, end, _ in _things(sentence) if end <= at]
        return [((before or [hands.last])[-1], at, ())]
    follows = re.match(rf"\s*(?:(?:that|which) )?{WHO} (?:has |had |have |is |\w+ly )?$", sentence.text[end:at])
    what = thing_in(said)
    return [(what, at, ())] if what and follows else []


def _give(sentence: Sentence, match: re.Match[str], hands: Hands) -> None:
    text, at = sentence.text, match.end()
    at = past(ASIDES, text, at)
    passive = re.search(r"\b(?:is|are|was|were|been|being|gets|got) (?:\w+ly )?$", text[: match.start()])
    passive = None if re.match(r"\w+ing\b", match[0]) else passive
    giver = () if passive else sentence.subject(match.start())
    to = re.compile(rf" ({WHO})(?!')(?!\^)").match(text, at)
    if to and not set(giver) & set(sentence.people(to[1])):
        for what, *_ in _objects(sentence, to.end(), hands):
            _moves(hands, what, giver, sentence.people(to[1]))
        return
    things = _objects(sentence, at, hands) or _fronted(sentence, match.start(), hands)
    if giver and not passive:
        hands.offered |= {key_of(what): giver[0] for what, *_ in things}
    if passive:
        for what, *_ in things:
            _moves(hands, what, (), sentence.subject(match.start()))
        return
    for what, end, owner in things:
        rest = text[end:] if end > match.end() else text[match.end() :]
        found, other = TO.match(rest), TO_OTHER.match(rest)
        if found and not (other and other.end() < found.end()):
            _moves(hands, what, giver, sentence.people(found["who"]))
        elif other:
            _moves(hands, what, giver, ())
        elif not giver and (hands.loser(what)) and re.match(r"\s*back\b", rest):
            hands.gain(hands.loser(what), what)
        elif giver and COUNTER.match(rest) and SOMEBODY.search(text):
            _moves(hands, what, giver, ())
        elif not giver and not owner and COUNTER.match(rest):
            _moves(hands, what, (), sentence.everybody[:1] or hands.people[:1])


def _moves(hands: Hands, what: str, giver: Slugs, receiver: Slugs) -> None:
    if set(giver) & set(receiver):
        return
    for who in giver:
        hands.lose(who, what)
    for who in receiver:
        hands.gain(who, what)


def _gain(sentence: Sentence, match: re.Match[str], hands: Hands, anything: bool) -> None:
    text = sentence.text
    passive = re.search(r"\b(?:is|are|was|were|been|being) (?:\w+ly )?$", text[: match.start()])
    taker = sentence.subject(match.start())
    if re.match(r" off\b", text[match.end() :]) or re.match(r"f(?:ind|ound)\w* out\b", text[match.start() :]):
        return
    if (
        passive
        and not re.match(r"\w+ing\b", match[0])
        and not match[0].lower().startswith(("be", "is", "are", "was", "were"))
    ):
        return
    found = _objects(sentence, match.end(), hands, anything) or _fronted(sentence, match.start(), hands)
    robbed = next((owner for *_, owner in found if owner), ()) if SEIZES.match(match[0]) and not taker else ()
    robbed = robbed or (hands.people if len(hands.people) == 1 and not taker and SEIZES.match(match[0]) else ())
    for what, end, owned in found:
        owner = owned or robbed
        rest = text[end:]
        if MISSING.match(rest):
            for who in taker:
                hands.lose(who, what)
            continue
        own = OWN_POCKET.match(rest)
        if NEEDS_FROM.match(match[0]) and not OUT_OF.match(rest):
            continue
        if (ONLY_AWAY.match(match[0]) and not INTO_OWN.match(rest)) or set(owner) & set(taker):
            continue
        if own and set(sentence.people(own[1])) & set(taker):
            continue
        source = FROM.match(rest)
        for who in (sentence.people(source["who"]) if source else ()) or owner:
            if taker != (who,):
                hands.lose(who, what)
        for who in taker[:1] if len(taker) == 1 else ():
            hands.gain(who, what)


def _lose(sentence: Sentence, match: re.Match[str], hands: Hands, anything: bool) -> None:
    text = sentence.text
    loser = sentence.subject(match.start())
    things = _objects(sentence, match.end(), hands, anything) or _fronted(sentence, match.start(), hands)
    if TRADES.match(match[0]) and things and (back := re.compile(r"[^;.]*? (?:for|against) ").match(text, match.end())):
        things = [one for one in things if one[1] <= back.end()]
        for what, *_ in _objects(sentence, back.end() - 1, hands, anything=True) if loser else ():
            hands.gain(loser[0], what)
    for what, end, owner in things:
        rest = text[end:]
        if OWN_PLACE.match(rest) or re.match(r" (?:shut|open|closed|to)\b(?! (?:@|(?:the|a|an)\b))", rest):
            continue
        left = LEFT_AT.match(rest) and re.match(r"lea?ft?|leav", match[0], re.IGNORECASE)
        if not (anything or left or AWAY.match(" " + rest[:60]) or FOR_GOOD.search(rest[:40])):
            continue
        for who in (loser or owner)[:2]:
            hands.lose(who, what)
