"""Moods: a feeling that the text states or plainly shows; the last one of each character stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules import doubt
from engines.analyst.rules.page import Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_of, listed, table
from events.script import Change, ChangeKind

WORDS = table("moods")
BEING, DEGREE, EXPRESSION = (any_of(listed(WORDS[entry])) for entry in ("being", "degree", "expression"))
FILLS = any_of(listed(WORDS["fills"]))
AMOUNT = any_of(listed(WORDS["amount"]))
NO_NOUN_NEXT = (
    rf"(?=\s*(?:$|[^\w\s@]|(?:{any_of(listed(table('page')['prepositions']))}|that|when|as|because|now|again"
    r"|too|enough|at|but|then|indeed|once|all|almost|still|also|beyond|who|to|if|since|while|before|after"
    r"|until|together|both|the|he|she|@\d+)\b|@))"
)
OTHER_SENSE = re.compile(rf"\b{saying(listed(WORDS['other_sense']))}(?!\w)", re.IGNORECASE)
NO_MORE = re.compile(
    r"\b(?:no longer|not|less|stops? being|used to be|more than|to be|forgets? to|anything but|far from"
    r"|neither|nor|how|whether|ask\w*|make|wants?|try|tries)\b(?: [\w'@]+){0,2}\s*$",
    re.IGNORECASE,
)


def _signs() -> Iterator[tuple[str, re.Pattern[str]]]:
    for mood, words in WORDS["adjectives"].items():
        told = saying(listed(words))
        yield (
            mood,
            re.compile(
                rf"(?:\b(?:{BEING})(?: {WHO}(?!'))?(?:,? {DEGREE})*|(?:^|[,;:—–(]|\band|\bbut"
                rf"|\byet)(?: {DEGREE})*|{WHO}(?: {DEGREE})+|\b(?:too"
                rf"|so)) ?\b(?P<sign>{told}){NO_NOUN_NEXT}"
                rf"|(?:\b(?:with|an?|in|of)|'s|,)(?: \w+)? (?P<sign2>{told}) {EXPRESSION}s?\b",
                re.IGNORECASE,
            ),
        )
    for mood, words in WORDS["nouns"].items():
        told = any_of(listed(words))
        yield (
            mood,
            re.compile(
                rf"\b(?:with|in|for|of|from|out of|by) (?:(?:an?|the|{WHO}'s|such|all|pure|sheer|very"
                rf"|[\w-]+) ){{0,3}}?(?P<sign>{told})\b(?! (?:of|for) (?:the|a|an)\b)"
                rf"|\b(?P<sign2>{told}) (?:[\w-]+ ){{0,2}}?{FILLS}\b"
                rf"|\b(?:{AMOUNT}) (?:[\w-]+ )?(?P<sign3>{told})\b|'s (?:\w+ )?(?P<sign4>{told}) (?:is"
                r"|knows|was|has|rises|grows|shows)\b",
                re.IGNORECASE,
            ),
        )
    for part in ("shows", "adverbs"):
        for mood, words in WORDS[part].items():
            yield mood, re.compile(rf"(?<!\w)(?P<sign>{saying(listed(words))})(?!\w)", re.IGNORECASE)


SIGNS = list(_signs())
BEINGS = set(listed(WORDS["being"]))
HEART = re.compile(rf"{WHO}'s (?:\w+ )?(?:heart|face|eyes|voice|mood|soul|spirits?|mind|smile|expression|gaze|look)\b")


def changes(page: Page) -> Iterator[Change]:
    last: dict[str, str] = {}
    for sentence in page.sentences:
        if not sentence.unreal:
            for _, mood, slugs in sorted(_felt(sentence)):
                last |= dict.fromkeys(slugs, mood)
    yield from (Change(kind=ChangeKind.MOOD, character=who, what=mood) for who, mood in last.items())


def _felt(sentence: Sentence) -> Iterator[tuple[int, str, Slugs]]:
    text = OTHER_SENSE.sub(lambda match: "~" * len(match[0]), sentence.text)
    for mood, pattern in SIGNS:
        for match in pattern.finditer(text):
            at = next(match.start(name) for name, said in match.groupdict().items() if said)
            clause = sentence.clause(at)
            if sentence.doubted(at) or NO_MORE.search(doubt.without_false_denials(text[clause.start : at])):
                continue
            slugs = _who(sentence, match, at)
            if slugs:
                yield at, mood, slugs


def _who(sentence: Sentence, match: re.Match[str], at: int) -> Slugs:
    """Whom the feeling takes ("fear grips @0"), whose heart or face it is, else whom the clause is about."""
    clause = sentence.clause(at)
    taken = re.compile(rf"[^;,.]*?\b(?:{FILLS})\b (?:of |in |on |over |from |through |down |across )?({WHO})").match(
        sentence.text, at
    )
    about = sentence.subject(at)
    if taken:
        return sentence.people(taken[1])
    if about:
        return about
    said = sentence.text[clause.start : clause.end]
    owners = [found for found in sentence.mentions(clause.start, clause.end)]
    if not owners and "sign2" in match.groupdict() and (faces := [*HEART.finditer(sentence.text, 0, at)]):
        return sentence.people(faces[-1][0])
    if not owners or (match[0].split()[0].lower() in BEINGS and not HEART.search(said)):
        return ()
    return sentence.people(owners[0][0])
