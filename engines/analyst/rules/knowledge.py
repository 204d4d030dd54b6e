"""What somebody learns: told, read, overheard or realised; ``what`` is what was learnt in the words of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.page import SAYING, Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_noun, any_of, forms, irregular, listed, table
from events.script import Change, ChangeKind

WORDS = table("knowledge")
CLAUSE_NEXT = (
    r"(?= (?:\w+ly |at last |now |too |at once |from [\w'@ -]{1,50}? |(?:in|on|over|at|by|through|out of|via|with)"
    r" [\w'@ -]{1,50}? (?=that\b))?(?:that|who|whose|what|where|why|how|when|which|whether)\b| ?[:—–])"
)
LEARNS = re.compile(
    rf"(?<!\w){saying(form for lemma in listed(WORDS['learning']) for form in forms(lemma))}{CLAUSE_NEXT}",
    re.IGNORECASE,
)
LEARNS_OF = re.compile(
    rf"(?<!\w){saying(form for lemma in listed(WORDS['learning_of']) for form in forms(lemma))}(?= (?:the|a"
    rf"|an|his|her|its|their|{WHO}'s)\b)",
    re.IGNORECASE,
)
REALISES = re.compile(
    rf"(?:,|«\d+»,?) (?:as )?(?P<who>{WHO}) (?:\w+ly |now |at last "
    rf"|suddenly )?{any_form(WORDS['realising'])}"
    r"(?:\s*[,.;:!]|\s*$| (?:now|at last|then|with|from|as|and|too|suddenly)\b)",
    re.IGNORECASE,
)
KNOWS = re.compile(
    rf"\b(?:now|at last|then|so|suddenly|finally)\b,? (?P<who>{WHO}) (?:\w+ )?knows?\b"
    rf"|(?P<who2>{WHO}) (?:now|at last|finally) knows?\b|(?P<who3>{WHO}) knows? (?:it )?(?:now|at last)\b",
    re.IGNORECASE,
)
ANAPHORA = re.compile(
    rf"\s*(?:{any_of(listed(WORDS['anaphora']))})?\s*(?:now|at last|then|too|at once|again)?\s*(?:[.,;!]|$)",
    re.IGNORECASE,
)
DAWNS = re.compile(
    rf"(?<!\w){any_of(listed(WORDS['dawning']))} (?P<who>{WHO})(?!')(?=(?: [\w'@-]+){{0,6}}?"
    r"(?: (?:that|who|what|where|why|how|whose)\b| ?[:—–]|,))",
    re.IGNORECASE,
)
DOCUMENT = any_noun(WORDS["documents"])
STATES = re.compile(
    r"(?<=[»,] )(?:says|reads|tells|announces|states|reports|confirms|ran|runs|read|said) (?:the|a|an"
    rf"|{WHO}'s) (?:[\w-]+ ){{0,3}}?{DOCUMENT}\b"
    rf"|\b(?:the|a|an|one|its|{WHO}'s|last) (?:[\w'-]+ ){{0,2}}?{DOCUMENT} (?:[\w-]+"
    rf" ){{0,3}}?{any_form(WORDS['stating'])}(?= ?:| ?«|,? (?:that|who|what|where|in|@)\b|,| {WHO})"
    r"|\b(?:leaves?|left) no doubt(?= ?:|,? that)|, it (?:says|reads|said|read)\b|\baccording to (?:the|a"
    rf"|{WHO}'s) (?:[\w-]+ ){{0,2}}?{DOCUMENT}\b",
    re.IGNORECASE,
)
SO_IT_IS = re.compile(
    rf"So (?:that|this|there|it|the|{WHO}'s|nobody|somebody|someone|all) [^?]*?\b(?:is|was|are|were|has|had|have)\b"
)
NEWS = re.compile(rf"\b{any_form(WORDS['news'])}\b")
OLD_NEWS = re.compile(
    r"\b(?:already|again|once more|for the (?:second|third|hundredth) time|before|long since|always"
    r"|has known|have known|had known|of course knows|as everyone knows)\b",
    re.IGNORECASE,
)


STATEMENT = re.compile(
    r"\b(?:is|are|was|were|has|have|had|did|never|will|won't|isn't|wasn't|didn't|knows?|belongs?|means?"
    r"|\w+ed)\b|'s\b|'re\b",
    re.IGNORECASE,
)
HEARS = re.compile(
    rf"\b{any_form('hear, overhear')} (?:[\w' -]{{1,40}}?|{WHO}) (?:say|saying|tell|telling|whisper"
    r"|whispering|mutter|muttering|mention|confess|confessing|admit|admitting|discuss|discussing|explain"
    r"|explaining|announce|boast|boasting|order|plan|planning|agree|speak of|speaking of|talk of"
    r"|talking of|talk about|talking about)\b",
    re.IGNORECASE,
)
DELIVERED = re.compile(
    r"\b(?:telegram|letter|message|news|word|cable|note|report|dispatch|despatch) (?:arrives|comes|came"
    r"|arrived|reaches|reached|is brought|is delivered|has come"
    rf"|has arrived)\b[^.;:]*?(?P<who>{WHO})(?!')[^:;.]*(?P<end>[:.;])",
    re.IGNORECASE,
)
CLICKS = re.compile(
    rf"(?P<who>{WHO}) (?:\w+ )?(?:puts? two and two together|put two and two together|sees the light"
    r"|has (?:the|his|her|its|@\d+'s) answer|knows the answer)\b[^:;.]*[:;.]"
    rf"|\b(?:the penny drops|it clicks|the truth dawns) (?:for|on) (?P<whom>{WHO})[^:;.]*[:;.]",
    re.IGNORECASE,
)
"""What comes next is what was found out."""
LISTENS = re.compile(
    rf"\b(?:{any_form('listen, eavesdrop, overhear')}|behind the (?:curtain|door|screen|wall|hedge|panel|arras)"
    rf"|ear (?:to|against)|keyhole|holds? {WHO}'s breath)\b",
    re.IGNORECASE,
)
UPSET = re.compile(
    rf"\b(?:everything|all|nothing) (?:that )?(?P<who>{WHO}) (?:has |had |ever |once |always )*(?:thought"
    r"|believed|knew|known|been told|took|imagined|assumed)\b",
    re.IGNORECASE,
)
"""A belief turned over: what was said just before is news."""


STUDIES = re.compile(
    rf"\b{any_form(WORDS['studying'])}\b(?= (?:[\w'@,-]+ ){{0,7}}?(?:{DOCUMENT}|{any_noun(WORDS['tidings'])}|date|words"
    r"|lines?|name|names|it)\b| (?:what|it)\b)",
    re.IGNORECASE,
)
"""Somebody looks into what tells something; what it tells may stand in the next clause or sentence."""
DAWNS_ALONE = re.compile(rf"(?<!\w){any_of(listed(WORDS['dawning'])[:14])} (?P<who>{WHO})(?!')", re.IGNORECASE)
COLON = re.compile(r"[^.;:—–«»]*?\s?[:—–]\s*(?=\S)")
HANDED = re.compile(
    rf"\b{any_form('give, hand, bring, pass, slip, deliver')} (?P<who>{WHO})(?!') (?:an?|the) (?:[\w-]+ ){{0,2}}?"
    r"(?:telegram|letter|note|message|cable|newspaper|wire|report|slip of paper)\b[^:«]*$"
)
"""Somebody is handed a message; the next sentence says what is in it."""
WHAT_IS_HEARD = re.compile(
    rf"\b[Ww]hat (?P<who>{WHO}) (?:\w+ "
    rf")?{any_form('hear, overhear, read, see, find, learn, discover, decipher')}\b[^;]*$"
    rf"|(?P<who2>{WHO}) (?:\w+ )?{any_form('hear, overhear, read')} (?:enough|it all|everything|every word)\b"
)
SHARED = re.compile(
    rf"(?P<what>[^;.]+?), (?:a fact|a secret|a thing|news|something|which|as) (?:that )?{WHO} (?:\w+ )?"
    rf"(?:shares? with|shared with|confides? to|confided to|confess(?:es|ed)? to|admits? to|admitted to|tells?|told"
    rf"|reveals? to|revealed to|explains? to|explained to) (?P<who>{WHO})(?!')"
)
CONFESSES = re.compile(
    rf"\b{any_form('own up to, confess to, admit to, confess, plead guilty to')} (?P<what>(?:the|a|having|{WHO}'s) "
    rf"[^,;.]+)"
)
TELLING = re.compile(rf"\b(?:{DOCUMENT}|date|{any_noun(WORDS['tidings'])})\b")
THE_TRUTH = re.compile(
    rf"\b(?:the|a|an|no|{WHO}'s) (?:[\w-]+ )?{any_noun(WORDS['tidings'])}(?:,? that| of how)\b", re.IGNORECASE
)
"""Words for news with what it says: "the proof that …"."""
NEWSWORTHY = re.compile(rf"\b{any_of(listed(WORDS['newsworthy']))}\b", re.IGNORECASE)
UNCERTAIN = re.compile(
    r"\b(?:if|perhaps|maybe|might|could|should|would|always|let's|let us|please|think|thought|suppose|hope|wish"
    r"|when i was"
    r"|they'll|i'll|we'll|you'll|remember|don't|do not|never mind|must|i'm not|lucky|like a|as if)\b|\?",
    re.IGNORECASE,
)
SECRET = re.compile(
    rf" (?:the|a|{WHO}'s|its|their|her|his) (?:[\w-]+ ){{0,2}}?{any_noun(WORDS['secrets'])}\b", re.IGNORECASE
)
SAID_BY = re.compile(
    rf"»[,.]? (?:{SAYING} (?P<who>{WHO})|(?P<who2>{WHO})(?: \w+ly)? {SAYING})|(?P<who3>{WHO})[^«»;.]*[,:] «",
    re.IGNORECASE,
)


def _telling() -> re.Pattern[str]:
    parts: list[str] = []
    for lemma in listed(WORDS["telling"]):
        verb, _, rest = lemma.partition(" * ")
        who = rf"(?P<who{len(parts)}>{WHO})(?!')(?!\^)"
        if rest:
            parts.append(rf"{any_of(forms(verb))} {who} {re.escape(rest)}")
        else:
            parts.append(rf"{any_of(forms(verb))} {who}")
    return re.compile(rf"\b(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


TELLS = _telling()


def changes(page: Page) -> Iterator[Change]:
    found: dict[tuple[str, int], Change] = {}
    everybody = tuple(dict.fromkeys(who for sentence in page.sentences for who in sentence.everybody))
    texts = [sentence.text for sentence in page.sentences]
    for number, sentence in enumerate(page.sentences):
        if sentence.unreal:
            continue
        earlier = " ".join(texts[max(0, number - 2) : number])
        following = next(iter(page.sentences[number + 1 :]), None)
        more = next(iter(texts[number + 1 :]), "")
        told = [
            *_learnt(sentence, earlier, more, everybody),
            *_next(sentence, following, everybody),
            *_aloud(sentence, everybody),
        ]
        for slugs, words in told:
            goes_on = "«" in words and more.startswith("«")
            what = _plain(f"{words} {more if goes_on else ''}", sentence, page)
            for who in slugs if len(what.split()) > 1 and not re.fullmatch(r"[A-Z]\w+ and [A-Z]\w+", what) else ():
                if not any(_same(what, old.what) for (one, at), old in found.items() if one == who and at != number):
                    found[who, number] = Change(kind=ChangeKind.LEARNT, character=who, what=what)
    yield from found.values()


def _same(one: str, other: str) -> bool:
    return one in other or other in one


def _learnt(sentence: Sentence, earlier: str, later: str, everybody: Slugs) -> Iterator[tuple[Slugs, str]]:
    """(who, the words that say what) for every piece of news in a sentence."""
    text = sentence.text
    for pattern in (LEARNS_OF, LEARNS):
        for match in pattern.finditer(text):
            if (
                not sentence.doubted(match.start())
                and not OLD_NEWS.search(text[: match.end()])
                and not _asks(text, match)
            ):
                yield sentence.subject(match.start()), text[match.end() :]
    for match in HEARS.finditer(text):
        if not sentence.doubted(match.start()):
            yield sentence.subject(match.start()), text[match.end() :]
    for match in DELIVERED.finditer(text):
        if not sentence.doubted(match.start()):
            yield sentence.people(match["who"]), text[match.end() :] or later
    for match in TELLS.finditer(text):
        who = next(value for value in match.groupdict().values() if value)
        told = _told(sentence, match, earlier)
        if (
            told
            and not re.match(r"[\s:,«]*No,", told if "No," in told else text)
            and not sentence.doubted(match.start())
            and set(sentence.people(who)) != set(sentence.subject(match.start()))
        ):
            yield sentence.people(who), told
    for match in DAWNS.finditer(text):
        if not sentence.doubted(match.start()):
            yield sentence.people(match["who"]), text[match.end() :]
    for match in (*REALISES.finditer(text), *KNOWS.finditer(text)):
        who = next(value for value in match.groupdict().values() if value)
        rest = text[match.end() :]
        if not sentence.doubted(match.end() - 1):
            yield sentence.people(who), f"{earlier if ANAPHORA.match(rest) and match.start() < 12 else ''} {text}"
    for match in CLICKS.finditer(text):
        if not sentence.doubted(match.start()):
            yield sentence.people(match["who"] or match["whom"]), text[match.end() :] or later
    yield from _overheard(sentence, earlier)
    for match in UPSET.finditer(text):
        yield sentence.people(match["who"]), f"{earlier} {text}"
    if STATES.search(text):
        yield _reader(sentence, everybody), text
    if SO_IT_IS.match(text):
        yield sentence.before, text
    if NEWS.search(text) and "«" in text:
        speaker = next((sentence.subject(match.start()) for match in NEWS.finditer(text)), ())
        yield tuple(who for who in everybody if who not in speaker), text


def _next(sentence: Sentence, following: Sentence | None, everybody: Slugs) -> Iterator[tuple[Slugs, str]]:
    """What is read, found out or understood, and told after a colon or in the next sentence."""
    text = sentence.text
    for match in (*STUDIES.finditer(text), *DAWNS_ALONE.finditer(text)):
        dawns = "who" in match.groupdict()
        who = sentence.people(match["who"]) if dawns else sentence.subject(match.start())
        if re.match(r" out\b| aloud\b|[^.;,]*? aloud\b", text[match.end() :]) or " out" in match[0]:
            who = everybody if re.match("read", match[0], re.I) else who
        if not who or sentence.doubted(match.start()) or OLD_NEWS.search(text[: match.end()]) or _asks(text, match):
            continue
        colon = COLON.match(text, match.end())
        if colon and (STATEMENT.search(text[colon.end() :]) or "«" in text[colon.end() :]):
            yield who, text[colon.end() :]
        elif (
            following and not re.search(r"[:—–«]", text[match.end() :]) and (dawns or TELLING.search(text, match.end()))
        ):
            told = _is_report(following) or (PRESENT.match(match[0]) and _is_past(following))
            yield from [(who, following.text)] if told else []
    for match in HANDED.finditer(text) if following and _is_report(following) else ():
        if not sentence.doubted(match.start()) and following:
            yield sentence.people(match["who"]), following.text
    for match in WHAT_IS_HEARD.finditer(text) if following and following.clauses[0].own != "person" else ():
        if not sentence.doubted(match.start()):
            yield sentence.people(match["who"] or match["who2"]), following.text if following else ""
    for match in SHARED.finditer(text):
        if not sentence.doubted(match.start("who")):
            yield sentence.people(match["who"]), match["what"]
    for match in CONFESSES.finditer(text):
        others = tuple(one for one in everybody if one not in sentence.subject(match.start()))
        if len(others) == 1 and sentence.subject(match.start()) and not sentence.doubted(match.start()):
            yield others, match["what"]
    for match in THE_TRUTH.finditer(text):
        if not sentence.doubted(match.start()):
            yield sentence.subject(match.start()), text[match.end() :]


PRESENT = re.compile(r"\w+s\b")
PAST = re.compile(rf"(?:\w+ed|{any_of(past for pasts in irregular().values() for past in pasts)})$")


def _is_past(sentence: Sentence) -> bool:
    """What a document tells is past where the scene is present: "Every payment went to the judge." """
    opening = sentence.clauses[0] if sentence.clauses else None
    words = re.findall(r"[a-z]+", sentence.text)[:6]
    return bool(opening and opening.own == "other" and any(PAST.match(word) for word in words[1:]))


def _is_report(sentence: Sentence) -> bool:
    """Whether a sentence states something of which nobody in the scene is the subject."""
    opening = sentence.clauses[0] if sentence.clauses else None
    states = re.match(r"[^,;:.]*?\b(?:is|are|was|were|has|have|had|will|would|did|never)\b", sentence.text)
    states = states or (
        re.search(r"!|\b(?:all along|after all|then|never)\b", sentence.text) and STATEMENT.search(sentence.text)
    )
    return bool(opening and opening.own != "person" and states and not sentence.unreal)


def _aloud(sentence: Sentence, everybody: Slugs) -> Iterator[tuple[Slugs, str]]:
    """A report in somebody's mouth is news to the only other one who is there."""
    said = " ".join(sentence.quotes[int(number)] for number in re.findall(r"«(\d+)»", sentence.text))
    by = SAID_BY.search(sentence.text)
    speaker = sentence.people(by["who"] or by["who2"] or by["who3"]) if by else ()
    others = tuple(who for who in everybody if who not in speaker)
    states = STATEMENT.search(said) and NEWSWORTHY.search(said) and not UNCERTAIN.search(said)
    if speaker and len(others) == 1 and states and len(said.split()) > 3 and others[0] not in said.lower():
        yield others, " ".join(re.findall(r"«\d+»", sentence.text))


def _overheard(sentence: Sentence, earlier: str) -> Iterator[tuple[Slugs, str]]:
    """A voice is heard by somebody who listens in secret; what it says of the listener is no news."""
    hidden = LISTENS.search(sentence.text) or LISTENS.search(earlier)
    said = " ".join(sentence.quotes[int(number)] for number in re.findall(r"«(\d+)»", sentence.text))
    listener = sentence.everybody[:1] or sentence.before[:1]
    reported = re.search(
        rf"\b(?:someone|somebody|the|a|an|one)\b[^,;.]*? {SAYING} that (?P<what>[^.;]+)", sentence.text, re.I
    )
    if hidden and reported and not sentence.everybody and listener:
        yield listener, reported["what"]
    unnamed = re.search(
        rf"»[,.]? (?:{SAYING} (?:the|a|an|one|somebody|someone)\b|(?:the|a|an|one|somebody"
        rf"|someone)\b[^,;.]*? {SAYING}\b)",
        sentence.text,
    )
    if (
        hidden
        and unnamed
        and len(said.split()) > 3
        and not said.endswith("?")
        and not any(who in said.lower() for who in listener)
    ):
        yield listener, sentence.text


def _asks(text: str, match: re.Match[str]) -> bool:
    """ "Asks who", "to see what is going on": nobody knows yet."""
    return bool(re.search(r"\b(?:to|let us|let me)\s$", text[: match.start()])) and not re.search(
        r"\b(?:comes?|gets?|came|got|surprised|astonished|shocked|horrified|relieved|amazed|has) to\s$",
        text[: match.start()],
    )


def _told(sentence: Sentence, match: re.Match[str], earlier: str) -> str:
    """What is told: the clause after it, else what stands before ("The engine is dead, he tells her.")."""
    rest = sentence.text[match.end() :]
    if re.match(
        r"\s*(?: (?:\w+ly )?(?:who|whose)\b|(?: (?!that\b)[\w'@-]+){0,6}? that\b|,? (?:\w+ly )?(?:that|what|where"
        r"|why|how|when)\b|,? (?:of"
        r"|about) |[:—–]|,? ?«|,? (?:everything|the truth|the secret|the news))",
        rest,
    ) and not re.match(r"\s*(?:how|what) (?:much|to)\b", rest):
        return rest
    if re.match(r"\s+(?:to|not to)\b", rest):
        return ""
    if SECRET.match(rest):
        return rest
    if re.match(r"\s+(?:the|a|an|@\d+|there|it|nobody|all|no)\b", rest) and re.search(
        r"\b(?:is|are|was|were|has|have|had|will|can|must)\b", rest
    ):
        return rest
    if re.match(r"\s*(?:[.;,!]|$|across|over|in|at|on|with|when|quietly|softly|later|through)", rest) and re.search(
        r", (?:@\d+\^? |\w+ \w+ )?(?:\w+ )?$|«\d+»", sentence.text[: match.start()]
    ):
        return sentence.text if _states(sentence) else ""
    return ""


def _states(sentence: Sentence) -> bool:
    """Whether what is said aloud here, if anything, is a statement and no order or question."""
    said = [sentence.quotes[int(number)] for number in re.findall(r"«(\d+)»", sentence.text)]
    return not said or any(STATEMENT.search(part) and not part.rstrip().endswith("?") for part in said)


def _reader(sentence: Sentence, everybody: Slugs) -> Slugs:
    """Who reads what a letter says: the one named in the sentence, else whom the text was about, else the only one."""
    return sentence.everybody[:1] or sentence.before[:1] or everybody[:1]


def _plain(words: str, sentence: Sentence, page: Page) -> str:
    """The words without numbers: names again, and what was said aloud in its place."""
    names = [_short(person.name) for person in page.cast.values()]
    if quoted := [sentence.quotes[int(number)].strip(" ,;—–-") for number in re.findall(r"«(\d+)»", words)]:
        words = " ".join(quoted)
    words = INTRODUCED.sub(
        "",
        INQUIT.sub(
            "", words.split(";")[0] if STATEMENT.search(words.split(";")[0]) and "and that" not in words else words
        ),
    )
    said = re.sub(r"«(\d+)»", lambda match: sentence.quotes[int(match[1])], words)
    said = re.sub(WHO, lambda match: " and ".join(names[int(one)] for one in re.findall(r"\d+", match[0])), said)
    said = re.sub(r"^\s*(?:in|from|by|at) [^,;.]*? that ", "", said)
    said = re.sub(r"^(?:that|of|about|:|,|—|–|-|\s)+", "", said)
    return " ".join(said.split()).strip(" .,;:—–-")


INQUIT = re.compile(
    rf", (?:{WHO}|it|the (?:[\w-]+ ){{0,2}}?[\w-]+) (?:\w+ly )?"
    rf"(?:{SAYING}|{any_form('inform, realise, realize, notice, note, read, understand, know')})\b(?! "
    rf"that)[^,.;:]*(?=[,.;]|$)",
    re.IGNORECASE,
)
""" ", the mate tells her": who says it is no part of it."""
INTRODUCED = re.compile(rf"^[^:.«»]{{1,60}}: (?={STATEMENT.pattern}|[^:]*?{STATEMENT.pattern})", re.IGNORECASE)


def _short(name: str) -> str:
    words = [word for word in name.split() if not word.endswith(".") and word not in ("Captain", "Doctor", "Professor")]
    return (words or name.split())[0]
