"""Companions lost: parting, deserting, being swept apart, staying behind while others go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.sayings import Sayings, clause, words_with
from engines.analyst.language.words import any_of, listed
from engines.analyst.rules.meeting import DEPARTURES, is_no_longer
from engines.analyst.rules.party import OF_PEOPLE, WORDS, Party, Sides

DESERTS, LEAVES, PARTINGS, GETS_AWAY, OWN_WAY, STEALS_OFF, TEARS, STAYS, GOES_ALONE = (
    Sayings(WORDS[entry])
    for entry in ("deserts", "leaves", "partings", "gets_away", "own_way", "steals_off", "tears", "stays", "goes_alone")
)
LEFT_SO, OFF, DIRECTIONS, BRANCHES, GULFS, ENDED, DESERTING = (
    set(listed(WORDS[entry])) for entry in ("left_so", "off", "directions", "branches", "gulfs", "ended", "deserting")
)
BY_STEALTH, ALONE, FAREWELLS = (
    re.compile(rf"\b{any_of(listed(WORDS[entry]))}\b", re.I) for entry in ("by_stealth", "alone", "farewells")
)
LAST = re.compile(
    r"\b(?:last|final) (?:embrace|handshake|kiss|hug|wave)\b|\b(?:is|was) (?:a |their )?(?:goodbye|farewell)\b"
    r"|\bwav(?:es?|ed|ing) (?:\w+ ){0,3}(?:until|till)\b"
    r"|\bwav(?:es?|ed|ing)\b[^.;]*\bas\b[^.;]*\b(?:pulls?|pulled|draws?|drew|sails?|rolls?|drives?|steams?|dwindles?|recedes?)\b",
    re.I,
)
DONE_WITH = re.compile(
    r"\b(?:(?:done|through|finished) with|enough of|(?:no|nothing) more (?:of|to do with)|nothing to do with"
    r"|never (?:wants? to |wanted to |again to )?(?:see|sees|saw|meet|meets|met|hear of|speak to)"
    r"(?= [^.;]*\bagain\b)) (?=\w)",
    re.I,
)
NEVER_AGAIN = re.compile(
    r"\b(?:never|neither|not|n't)\b[^.;]*\b(?:sees?|saw|meets?|met|hears? from|heard from) "
    r"(?:the other|each other|one another)\b(?![^.;]*\buntil\b)",
    re.I,
)
GOODBYES = {"goodbye", "good-bye", "farewell", "adieu", "goodbyes", "farewells"}
TOGETHER = {"be", "ride", "walk", "work", "live", "hunt", "go", "run", "belong", "fight"}
JOINED = {"together", "partner", "companion", "ally", "friend", "team", "pair"}
END = {"over", "end", "break", "finish", "dissolve"}
FROM = ("from", "with", "to", "of", "on", "behind")


def parted(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """Those who lose each other."""
    for deed in sentence.deeds:
        if _is_backstory(deed) or not (deed in sentence.told or _must_part(deed)):
            continue
        yield from _deserted(deed, party)
        yield from _parted(deed, party)
        yield from _torn(deed, party)
        yield from _went_alone(deed, party)
        yield from _let_go(deed, party)
        yield from _divided(deed, party)
    if not sentence.asks:
        yield from _done_with(sentence, party)
    yield from _in_two_directions(sentence, party)
    yield from _stayed(sentence, party)
    yield from _aloud(sentence, party)


def _text(deed: Deed) -> str:
    return " ".join(token.lower_ for token in clause(deed.verb))


def _is_backstory(deed: Deed) -> bool:
    """ "Whom she had lost at the ferry"."""
    return deed.verb.dep_ == "relcl" and any(child.lower_ == "had" for child in deed.verb.children)


def _must_part(deed: Deed) -> bool:
    """ "They must part here"."""
    words = {child.lower_ for child in deed.verb.children if child.dep_ in ("aux", "neg", "mark")}
    return "must" in words and not words & {"not", "n't", "if", "unless"} and PARTINGS.of(deed.verb) is not None


def _from_rest(some: Slugs, party: Party) -> Iterator[Sides]:
    if some and (rest := party.friends(some)):
        yield some, rest


def _deserted(deed: Deed, party: Party) -> Iterator[Sides]:
    left = party.of([*deed.things, *_subjects_left(deed)])
    goods = any(not party.of([token]) for token in deed.things)
    doers = party.of(deed.doers)
    others = tuple(who for who in left if who not in doers)
    said = DESERTS.of(deed.verb)
    if said:
        others += tuple(
            who for who in party.of([*deed.receivers, *deed.with_words("of")]) if who not in (*others, *doers)
        )
    if LEAVES.of(deed.verb) is not None:
        if others and not goods and _is_parting(deed):
            yield doers, others
        elif any(token.lemma_.lower() in OF_PEOPLE for token in deed.things) and not others:
            yield from _from_rest(doers, party)
    elif said is not None and others and (said or not goods):
        yield doers or party.friends(others), others


def _subjects_left(deed: Deed) -> Iterator[Token]:
    """ "Leaves him standing": he is the subject of standing."""
    for child in deed.verb.children:
        if child.dep_ == "ccomp":
            yield from (end for end in child.children if end.dep_ in ("nsubj", "nsubjpass"))


def _is_parting(deed: Deed) -> bool:
    """ "Leaves him", "leaves him standing"; but not "leaves him speechless" nor "leaves him to his work"."""
    so = [child for child in deed.verb.children if child.dep_ in ("ccomp", "xcomp", "acomp", "oprd")]
    forms = {form for child in so for form in (child.lower_, child.lemma_.lower())}
    words = words_with(deed.verb)
    return bool(LEFT_SO & (words | forms)) or not (so or deed.with_words("with", "to", "in"))


def _parted(deed: Deed, party: Party) -> Iterator[Sides]:
    doers = party.doers(deed)
    if PARTINGS.of(deed.verb) is not None:
        named = party.of([*deed.things, *deed.receivers, *deed.with_words(*FROM)])
        others = tuple(who for who in named if who not in doers)
        if len(doers) > 1 or (doers and others):
            yield doers, others
        elif doers and (OWN_WAY.of(deed.verb) is not None or _says_goodbye(deed)):
            yield from _from_rest(doers, party)
        elif not doers and any(token.tag_ == "NNS" and "vehicle" in sorts_of(token) for token in deed.doers):
            yield party.whole(), ()
    elif GETS_AWAY.of(deed.verb) is not None and (left := party.with_someone(deed, "from")):
        yield doers, left
    elif OWN_WAY.of(deed.verb) is not None or (deed.lemma in DESERTING and not deed.things):
        yield from _from_rest(doers, party)
    elif (
        deed.lemma == "end" and "here" in words_with(deed.verb) and {one.lower_ for one in deed.doers} & {"it", "this"}
    ) or ({token.lemma_ for token in deed.doers} & ENDED and END & {deed.verb.lemma_, *words_with(deed.verb)}):
        yield party.whole(), ()


def _says_goodbye(deed: Deed) -> bool:
    """To nobody else, nor to a place."""
    return bool(GOODBYES & words_with(deed.verb)) and not any(deed.phrases())


def _done_with(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """ "Wants no more of him", "no longer rides with him", "neither sees the other again"."""
    text, first = sentence.span.text, sentence.span.start_char
    for match in DONE_WITH.finditer(text):
        before = [token for token in sentence.span if token.idx < first + match.start()]
        behind = next(token for token in sentence.span if token.idx >= first + match.end())
        doers = [who for token in before for who in party.of([token])][-1:]
        if behind.dep_ != "poss" and (others := tuple(who for who in party.of([behind]) if who not in doers)):
            yield tuple(doers), others
    for deed in sentence.deeds:
        goes = deed.verb.lemma_ in TOGETHER or DEPARTURES.of(deed.verb) is not None
        if goes and is_no_longer(deed) and (party.of(deed.with_words("with")) or JOINED & words_with(deed.verb)):
            yield party.doers(deed), party.with_someone(deed, "with")
    if NEVER_AGAIN.search(text):
        yield party.whole(sentence.everybody), ()


def _torn(deed: Deed, party: Party) -> Iterator[Sides]:
    if TEARS.of(deed.verb) is None:
        return
    taken = party.of(deed.things)
    others = tuple(who for who in party.of(deed.with_words("from")) if who not in taken)
    words = words_with(deed.verb)
    if taken and others:
        yield taken, others
    elif len(taken) > 1 and "apart" in words:
        yield taken, ()
    elif taken and words & (OFF | DIRECTIONS) and not party.of(deed.doers):
        yield from _from_rest(taken, party)


def _went_alone(deed: Deed, party: Party) -> Iterator[Sides]:
    doers = party.of(deed.doers)
    goes = DEPARTURES.of(deed.verb) is not None
    if goes and (left := party.of(deed.with_words("without"))):
        yield doers, left
    elif goes and not doers and deed.doers and (taken := party.of(deed.with_words("with"))):
        yield from _from_rest(taken, party)
    else:
        stays = STAYS.of(deed.verb) is not None
        goes = not any(child.dep_ == "xcomp" for child in deed.verb.children) and (goes or _goes_alone(deed))
        alone = (goes or stays) and ALONE.search(_text(deed))
        steals_off = STEALS_OFF.of(deed.verb) is not None and BY_STEALTH.search(_text(deed))
        if alone or steals_off or (stays and "behind" in words_with(deed.verb)):
            yield from [(doers, ())] if len(doers) > 1 and not stays else _from_rest(doers, party)


def _goes_alone(deed: Deed) -> bool:
    """ "Starts down the hill"; not "starts the engine"."""
    return not deed.things and GOES_ALONE.of(deed.verb) is not None


def _let_go(deed: Deed, party: Party) -> Iterator[Sides]:
    """ "Watches him ride off", "lets her go"."""
    above = Deed(deed.verb.head, deed.who)
    gone = party.of(deed.doers)
    if deed.verb.dep_ in ("ccomp", "xcomp", "advcl") and above.lemma in ("watch", "let", "see", "wave"):
        lets_by = above.lemma in ("let", "see") and any(deed.phrases())
        if (deed.lemma == "go" and not lets_by) or DEPARTURES.of(deed.verb) is not None:
            yield tuple(who for who in party.of(above.doers) if who not in gone), gone


def _divided(deed: Deed, party: Party) -> Iterator[Sides]:
    """ "The gorge lies between him and the others." """
    if {token.lemma_ for token in deed.doers} & GULFS and (between := deed.with_words("between")):
        one = party.of(between[:1])
        yield one, tuple(who for who in party.of(between[1:]) if who not in one)


def _in_two_directions(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """ "Ava turns left, Marlow right." """
    ways: dict[str, str] = {}
    last: list[str] = []
    for token in sentence.span:
        if way := _way(token):
            ways |= {one: way for one in last if one not in ways}
            last = []
        elif token.dep_ != "poss" and (who := sentence.scene.who(token)):
            last = [*(last if token.i and token.nbor(-1).lower_ in ("and", ",") else ()), *who]
    for one, other in combinations(ways, 2):
        if ways[one] != ways[other]:
            yield (one,), (other,)


def _way(token: Token) -> str:
    """ "north"; "one way", "the other"."""
    of_noun = token.dep_ in ("amod", "compound") and token.head.lemma_.lower() not in BRANCHES
    if token.lower_ in DIRECTIONS and not of_noun and token.head.pos_ != "ADP":
        return token.lower_
    before = token.nbor(-1).lower_ if token.i else ""
    if token.lower_ == "way" and before == "one":
        return "one"
    return "other" if token.lower_ == "other" and before == "the" and token.dep_ != "amod" else ""


def _stayed(sentence: Sentence, party: Party) -> Iterator[Sides]:
    """One stays while the other goes on."""
    staying = [who for deed in sentence.told if STAYS.of(deed.verb) is not None for who in party.of(deed.doers)]
    going = [who for deed in sentence.told if DEPARTURES.of(deed.verb) is not None for who in party.of(deed.doers)]
    apart = tuple(who for who in going if who not in staying)
    if staying and apart:
        yield tuple(dict.fromkeys(staying)), tuple(dict.fromkeys(apart))


def _aloud(sentence: Sentence, party: Party) -> Iterator[Sides]:
    for token in sentence.span:
        said = sentence.scene.quotes.get(token.i, "")
        if FAREWELLS.search(said) and "?" not in said:
            speaker = next(
                (party.of(deed.doers) for deed in sentence.told if party.of(deed.doers)), party.everybody[:1]
            )
            yield from _from_rest(speaker[:1], party)
    if LAST.search(sentence.span.text):
        yield party.whole(sentence.everybody), ()
