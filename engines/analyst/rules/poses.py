"""Poses: how each character holds itself at the end; walking, running and climbing only while they still go on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engines.analyst.rules.page import Page, Sentence, Slugs
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_noun, any_of, forms, listed, table
from events.script import Change, ChangeKind

WORDS = table("poses")
MOVING = ("walking", "running", "climbing")
AFTER = {
    "stand": rf"(?!(?: \w+ly)? {saying(listed(WORDS['stand_not']))}(?!\w))",
    "rise": rf"(?! {any_of(listed(WORDS['rise_not']))}\b)",
    "run": rf"(?! {saying(listed(WORDS['run_not']))}(?!\w))(?! (?:a|an|the|one|both|some|two|{WHO}'s)\b)",
    "bolt": r"(?! upright)",
    "lean": rf"(?= {saying(listed(WORDS['lean_next']))}(?!\w)|[,.;]|$)",
}
"""What may or may not follow a verb that has other senses too."""
LIES = rf"(?<!» )(?<!»)\b{any_form('lie')}(?= {any_of(listed(WORDS['lie_next']))}\b|[,.;:]? ?{WHO}(?!')|\s*[.;]|, \w)"
SINKS = (
    rf"\b{saying(form for lemma in listed(WORDS['sinking']) for form in forms(lemma))}(?: \w+ly| back| down"
    r"| wearily)* (?:on|onto|on to|into|in|upon|to|down on|back on"
    rf"|beside)(?! step\b)(?: [\w'@-]+){{0,3}}? {any_noun(WORDS['seats'])}\b"
)
SEATS = re.compile(rf"{any_noun('bed, bunk, cot, mattress')}$")


def _verb(lemma: str) -> str:
    return rf"\b{saying(forms(lemma))}(?!\w)(?!-){AFTER.get(lemma.split()[0], '')}"


def _signs() -> Iterator[tuple[str, re.Pattern[str]]]:
    for pose, lemmas in WORDS["verbs"].items():
        yield (
            pose,
            re.compile(
                "|".join(_verb(lemma) for lemma in sorted(listed(lemmas), key=len, reverse=True)), re.IGNORECASE
            ),
        )
    for pose, words in WORDS["signs"].items():
        yield pose, re.compile(rf"(?<!\w){saying(listed(words))}(?!\w)", re.IGNORECASE)
    yield "lying", re.compile(LIES, re.IGNORECASE)
    yield "sitting", re.compile(SINKS, re.IGNORECASE)


SIGNS = list(_signs())
ARRIVES = re.compile(rf"(?: \w+ly)?(?: straight| back| right)? {any_of(listed(WORDS['arrives']))}\b", re.IGNORECASE)
GOES_ON = re.compile(rf"(?: {any_of(listed(WORDS['on']))}\b|\s*[.,;:!?—–]|\s*$| {WHO}(?!')| \w+ly\b)", re.IGNORECASE)
ENDS = re.compile(rf"\b{any_form(WORDS['ends'])}(?!\w)", re.IGNORECASE)
NOUN_BEFORE = re.compile(
    r"(?:\b(?:the|a|an|of|his|her|this|that|no|every|first|last|long|short|steep|hard|one|two|to|without"
    r"|after|before)|'s) (?:\w+ )?$",
    re.IGNORECASE,
)
SPEAKING = re.compile(rf"»[,.]?\s*(?:{WHO} )?$")
"""Who lies after a quotation tells a lie."""
OF_A_THING = re.compile(
    r"\b(?:water|blood|sweat|tears?|rain|snow|oil|wax|ink|sand|smoke|engine|motor|meter|taps?|hose)s? $", re.I
)
BEGINS = re.compile(rf"\b{any_form('begin, start, continue, turn, go on')} to $", re.IGNORECASE)
INVERTED = re.compile(rf"(?: \w+)?,? ({WHO})(?!')(?!\^)")


def changes(page: Page) -> Iterator[Change]:
    pose: dict[str, str] = {}
    for sentence in page.sentences:
        if sentence.unreal:
            continue
        for _, what, slugs in sorted(_events(sentence)):
            for who in slugs:
                if what:
                    pose[who] = what
                else:
                    pose.pop(who, None)
    yield from (Change(kind=ChangeKind.POSE, character=who, what=what) for who, what in pose.items())


def _events(sentence: Sentence) -> Iterator[tuple[int, str, Slugs]]:
    """(where, pose, who); an empty pose says that whatever they did before is over."""
    text = sentence.text
    taken: list[tuple[int, int]] = []
    for what, pattern in SIGNS:
        for match in pattern.finditer(text):
            noun = NOUN_BEFORE.search(text[: match.start()]) and not BEGINS.search(text[: match.start()])
            if sentence.doubted(match.start()) or (noun and not _is_third(match)):
                continue
            if what == "lying" and SPEAKING.search(text[: match.start()]):
                continue
            if match[0].lower().endswith("ing") and OF_A_THING.search(text[: match.start()]):
                continue
            slugs = _who(sentence, match)
            taken.append(match.span())
            yield match.start(), _lasting(what, sentence, match), slugs
    for match in ENDS.finditer(text):
        if NOUN_BEFORE.search(text[: match.start()]):
            continue
        if not any(start <= match.start() < end for start, end in taken) and not sentence.doubted(match.start()):
            yield match.start(), "", sentence.subject(match.start())


def _is_third(match: re.Match[str]) -> bool:
    """ "The boy sits" is a verb after a noun; "a walk" is none."""
    return bool(re.match(r"\w+(?:s|ing|ed|[aeiou]t|ood|an)\b", match[0])) and not re.match(
        r"(?:walks|runs|climbs)\b", match[0]
    )


def _lasting(what: str, sentence: Sentence, match: re.Match[str]) -> str:
    """Movement that comes to a place is over; what is "still going on" is not."""
    rest = sentence.text[match.end() :]
    if what not in MOVING:
        return what
    progressive = match[0].lower().split()[0].endswith("ing")
    if (
        ARRIVES.match(rest)
        and not progressive
        and not re.match(r" (?:in|off) (?:circles|silence|step|single file|the rain|the snow)", rest)
    ):
        return ""
    return what if GOES_ON.match(rest) else ""


def _who(sentence: Sentence, match: re.Match[str]) -> Slugs:
    """The one found so ("finds @0 lying"), the one named after ("there sits @0"), the one the clause is about."""
    found = re.search(rf"({WHO}),? (?:still |already |\w+ly )?$", sentence.text[: match.start()])
    if found and match[0].split()[0].endswith("ing"):
        return sentence.people(found[1])
    about = sentence.subject(match.start())
    inverted = INVERTED.match(sentence.text, match.end())
    clause = sentence.clause(match.start())
    if inverted and not clause.own and inverted.start(1) < clause.end:
        return sentence.people(inverted[1])
    return about
