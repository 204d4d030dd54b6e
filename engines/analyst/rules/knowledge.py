"""What somebody learns: told, read, overheard or realised; ``what`` is what was learnt in the words of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.page import SAYING, Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_noun, any_of, forms, listed, table
from events.script import Change, ChangeKind

WORDS = table("knowledge")
CLAUSE_NEXT = (
    r"(?= (?:\w+ly |at last |now |too |at once |from (?:the |a |@\d+'s )?[\w' -]+? |in (?:the |a "
    r"|passing)[\w' -]*? )?(?:that|who|whose|what|where|why|how|when|which|whether)\b| ?[:—–])"
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
    rf"(?<!\w){any_of(listed(WORDS['dawning']))} (?P<who>{WHO})(?!')(?=(?: [\w'-]+){{0,4}}? (?:that|who"
    r"|what|where|why|how|whose)\b| ?[:—–]|,)",
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
    found: dict[tuple[str, str], Change] = {}
    everybody = tuple(dict.fromkeys(who for sentence in page.sentences for who in sentence.everybody))
    texts = [sentence.text for sentence in page.sentences]
    for number, sentence in enumerate(page.sentences):
        if sentence.unreal:
            continue
        earlier = " ".join(texts[max(0, number - 2) : number])
        more = next(iter(texts[number + 1 :]), "")
        for slugs, words in _learnt(sentence, earlier, more, everybody):
            goes_on = "«" in words and more.startswith("«")
            what = _plain(f"{words} {more if goes_on else ''}", sentence, page)
            for who in slugs if what else ():
                found[who, f"{sentence.number}"] = Change(kind=ChangeKind.LEARNT, character=who, what=what)
    yield from found.values()


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
            yield sentence.people(who), f"{earlier if ANAPHORA.match(rest) and len(text) < 60 else ''} {text}"
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


def _overheard(sentence: Sentence, earlier: str) -> Iterator[tuple[Slugs, str]]:
    """A voice is heard by somebody who listens in secret; what it says of the listener is no news."""
    hidden = LISTENS.search(sentence.text) or LISTENS.search(earlier)
    said = " ".join(sentence.quotes[int(number)] for number in re.findall(r"«(\d+)»", sentence.text))
    listener = sentence.everybody[:1] or sentence.before[:1]
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
        r"\s*(?: (?:\w+ly )?(?:who|whose)\b|,? (?:\w+ly )?(?:that|what|where|why|how|when)\b|,? (?:of"
        r"|about) |[:—–]|,? ?«|,? (?:everything|the truth|the secret|the news))",
        rest,
    ) and not re.match(r"\s*(?:how|what) (?:much|to)\b", rest):
        return rest
    if re.match(r"\s+(?:to|not to)\b", rest):
        return ""
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
    said = re.sub(r"«(\d+)»", lambda match: sentence.quotes[int(match[1])], words)
    said = re.sub(WHO, lambda match: " and ".join(names[int(one)] for one in re.findall(r"\d+", match[0])), said)
    said = re.sub(r"^\s*(?:in|from|by|at) [^,;.]*? that ", "", said)
    said = re.sub(r"^(?:that|of|about|:|,|—|–|-|\s)+", "", said)
    return " ".join(said.split()).strip(" .,;:—–-")


def _short(name: str) -> str:
    words = [word for word in name.split() if not word.endswith(".") and word not in ("Captain", "Doctor", "Professor")]
    return (words or name.split())[0]
