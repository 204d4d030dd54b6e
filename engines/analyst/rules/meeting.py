"""Becoming companions: joining, setting off together, finding each other again, agreeing to an offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.sayings import Sayings, clause, words_with
from engines.analyst.language.words import any_of, listed
from engines.analyst.rules.party import WORDS, Party, Sides

JOINS, COMES_ALONG, UNITE, DEPARTURES, GOES, SETS_OUT, FINDS, ACCEPTS = (
    Sayings(WORDS[entry])
    for entry in ("joins", "comes_along", "unite", "departures", "goes", "sets_out", "finds", "accepts")
)
PARTNERS, ASKING, OFFERING, DECLINES, CREWS, LETS_IN = (
    set(listed(WORDS[entry])) for entry in ("partners", "asking", "offering", "declines", "crews", "lets_in")
)
JOINT = re.compile(rf"\b{any_of(listed(WORDS['joint']))}\b")
OFFERS = re.compile(rf"\b{any_of(listed(WORDS['offers']))}\b", re.I)
REUNIONS = re.compile(rf"\b{any_of(listed(WORDS['reunions']))}\b", re.I)
AGAIN = re.compile(
    r"\b(?:again|at last|once more|after (?:[\w-]+ ){1,3}(?:days|weeks|months|years|winters|summers)"
    r"|(?:for|as) (?:dead|lost|drowned)|(?:believed|thought) (?:\w+ )?(?:dead|lost|drowned|gone))\b",
    re.I,
)
TOGETHER_AGAIN = re.compile(
    r"\b(?:together|side by side|back|face to face) (?:again|once more|at last|together)\b|\breunited\b"
    r"|\bpartners(?: now| then| again| at last)?[.!]",
    re.I,
)
NUMBERS = {"two": 2, "pair": 2, "three": 3, "trio": 3, "four": 4}
NUMBER = rf"(?P<number>{any_of(NUMBERS)})"
NOW = r"\b(?:from (?:now|here|then|that \w+|this \w+)|now|henceforth|becomes?|became|makes?|made|grown|on as)\b"
COUNT = re.compile(
    rf"{NOW}.*\b(?:{NUMBER} of them|(?:company|crew|party|team|band|gang) of {NUMBER.replace('number', 'crew')})\b"
    rf"|\b{NUMBER.replace('number', 'them')} of them,? now\b|\bon as (?:a )?{NUMBER.replace('number', 'on')}\b",
    re.I,
)
NOT_ALONE = re.compile(r"\b(?:no longer|not) (?:\w+ )?alone\b(?:.*\bany ?more\b)?", re.I)
SOUGHT = re.compile(
    r"\b(?:search\w*|look\w*|hunt\w*|sought|comb\w*) (?:\w+ )*?for\b"
    r"|\b(?:lost|missing|separated|swept|drowned)\b",
    re.I,
)
FROM_NOW = re.compile(r"\bfrom (?:now|here|then|that \w+|this \w+) (?:on|onwards?|they)\b", re.I)
EACH_OTHER = re.compile(r"\b(?:each|one an)\s?other\b")
PARTS = {"part", "separate", "leave", "lose", "divide"}
WITH = ("with", "beside", "alongside", "behind", "by")


def met(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """Those who become companions."""
    for deed in sentence.deeds:
        if is_no_longer(deed):
            continue
        if deed.happens or _promised(deed):
            yield from _joined(deed, party)
            yield from _set_off(deed, party)
            yield from _found(deed, sentence, party)
            yield from _partners(deed, party)
        elif deed.verb.lemma_.lower() in PARTS and re.search(r"\b(?:again|any ?more|now|ever)\b", sentence.span.text):
            yield _whole(deed, party), ()
    if TOGETHER_AGAIN.search(sentence.span.text) and sentence.told:
        yield party.whole(sentence.everybody), ()
    yield from _counted(sentence, party)
    yield from _agreed(sentence, party)


def is_no_longer(deed: Deed) -> bool:
    """ "No longer rides with her", "are partners no more"."""
    words = [child.lower_ for child in deed.verb.subtree]
    return any(f"{one} {other}" in ("no longer", "no more") for one, other in pairwise(words))


def _counted(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """ "From now on there are three of them." """
    for match in COUNT.finditer(sentence.span.text):
        number = NUMBERS[next(said for said in match.groups() if said).lower()]
        groups = (sentence.everybody, party.so_far, party.everybody, tuple(party.scene.cast))
        yield next((group for group in groups if len(group) == number), ()), ()
    if NOT_ALONE.search(sentence.span.text):
        yield party.whole(sentence.everybody), ()


def _promised(deed: Deed) -> bool:
    """ "They will ride as partners": what the teller promises holds."""
    words = {child.lower_ for child in deed.verb.children if child.dep_ in ("aux", "neg", "mark")}
    return "will" in words and not words & {"not", "n't", "if", "unless", "whether"}


def _sides(deed: Deed, party: Party) -> Iterator[Sides]:
    doers, others = party.doers(deed), party.others(deed)
    if len(doers) > 1 or (doers and others):
        yield doers, others


def _whole(deed: Deed, party: Party) -> tuple[str, ...]:
    return party.whole(tuple(dict.fromkeys((*party.doers(deed), *party.others(deed)))))


def _joined(deed: Deed, party: Party) -> Iterator[Sides]:
    doers = party.doers(deed)
    said = JOINS.of(deed.verb)
    joined = party.others(deed) if said else party.of([*deed.things, *deed.with_words("with")])
    if (said is not None and _on_board(deed) and joined) or UNITE.of(deed.verb) is not None:
        yield from _sides(deed, party)
    elif said is not None and EACH_OTHER.search(_text(deed)):
        yield doers, ()
    elif doers and (COMES_ALONG.of(deed.verb) is not None or _is_let_in(deed)):
        yield doers, party.others(deed) or party.friends(doers)


def _is_let_in(deed: Deed) -> bool:
    """ "Is welcomed into the gang"."""
    return deed.lemma in LETS_IN and any(token.lemma_ in CREWS for token in deed.with_words("into", "to"))


def _on_board(deed: Deed) -> bool:
    """Not "picks him up off the floor", "joins her at the table"."""
    sitting = deed.with_words("at", "for", "in", "on", "by")
    brief = any({"furniture", "food", "fixture"} & {*sorts_of(noun)[:2]} for noun in sitting)
    return not brief and not deed.with_words("off", "from", "of")


def _set_off(deed: Deed, party: Party) -> Iterator[Sides]:
    departs = DEPARTURES.of(deed.verb) is not None
    beside = party.with_someone(deed, *WITH)
    if (departs or GOES.of(deed.verb) is not None) and beside and party.of(deed.doers):
        yield party.doers(deed), beside
    elif departs and JOINT.search(_text(deed)):
        yield _whole(deed, party), ()
    elif SETS_OUT.of(deed.verb) is not None:
        yield party.doers(deed), ()


def _text(deed: Deed) -> str:
    return " ".join(token.lower_ for token in clause(deed.verb))


def _found(deed: Deed, sentence: Sentence, party: Party) -> Iterator[Sides]:
    said = FINDS.of(deed.verb)
    if said is None or (not said and any(not party.of([token]) for token in deed.things)):
        return
    for some, others in _sides(deed, party):
        lost = any((one, other) in party.apart for one in (*some, *others) for other in (*some, *others))
        if lost or AGAIN.search(sentence.span.text) or SOUGHT.search(party.told):
            yield some, others


def _partners(deed: Deed, party: Party) -> Iterator[Sides]:
    """ "They become partners", "ride as companions", "takes her for a partner"."""
    new = deed.lemma == "become" or (deed.lemma == "be" and {"now", "again"} & words_with(deed.verb))
    named = [*(deed.things if new else ()), *(deed.with_words("as", "for") if deed.lemma != "be" else ())]
    if any(token.lemma_.lower() in PARTNERS for token in named) or FROM_NOW.search(_text(deed)):
        yield _whole(deed, party), ()


def _agreed(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """Somebody offers to come along or asks others to, and then one of the others does something that agrees."""
    for deed in sentence.deeds:
        if party.offer and deed.happens and ACCEPTS.of(deed.verb) is not None and not _declines(sentence):
            two = len(party.everybody) == 2
            yield (party.everybody, ()) if two else (party.doers(deed), party.offer)
        if deed.lemma in ASKING and OFFERING & {token.lemma_.lower() for token in deed.verb.subtree}:
            party.offer = party.of(deed.doers)
        elif OFFERS.search(_said_in(sentence)):
            party.offer = party.of(deed.doers) or party.everybody[:1]
    if REUNIONS.search(_said_in(sentence)):
        yield party.whole(), ()


def _said_in(sentence: Sentence) -> str:
    return " ".join(sentence.scene.quotes.get(token.i, "") for token in sentence.span)


def _declines(sentence: Sentence) -> bool:
    return bool(DECLINES & {token.lemma_.lower() for token in sentence.span})
