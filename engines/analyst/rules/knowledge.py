"""What somebody learns: told, read, overheard or realised; ``what`` is what was learnt in the words of the text.

A verb of telling makes its hearers know (``telling``), a verb of learning its doers; who reads a letter learns what it
says. What is told stands where ``reports`` looks for it; ``spoken`` tells news from talk.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.doubt import WHOLE
from engines.analyst.language.grammar import Scene
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.sayings import Sayings
from engines.analyst.language.words import table
from engines.analyst.rules.passages import Fact, Passage, Words, is_document, lemmas, plain, states
from engines.analyst.rules.reports import clause, lasts, report, told_by, told_of
from engines.analyst.rules.spoken import doubted, is_news, stale, statement, weighs
from engines.analyst.rules.telling import (
    ANAPHORA,
    REALISING,
    SAYING,
    STATING,
    TELLING,
    brings_news,
    dawns,
    emerges,
    hands_over,
    hearers,
    listeners,
    misread,
    reads_aloud,
    spellings,
    stands_as_news,
    tells,
)  # fmt: skip
from events.script import Change, ChangeKind

LEARNING, LEARNING_OF, PERCEIVING, STUDYING = (
    lemmas(name) for name in ("learning", "learning_of", "perceiving", "studying")
)
KNOWN_BEFORE, NOW, UNTRUE = (lemmas(name) for name in ("known_before", "now", "untrue"))
COMES_TO_EARS = Sayings(table("knowledge")["sayings"])
LISTENING, VOICES = lemmas("listening"), lemmas("voices")


def changes(scene: Scene) -> Iterator[Change]:
    kept: list[Fact] = []
    for number in range(len(scene.sentences)):
        for who, words in _facts(Passage(scene, number)):
            new = tuple(slug for slug in who if not any(slug in old and _same(words, said) for old, said in kept))
            if len(plain(words, scene).split()) > 1:
                kept.append((new, words))
    for who, words in kept:
        what = plain(words, scene)
        yield from (Change(kind=ChangeKind.LEARNT, character=slug, what=what) for slug in who)


def _same(one: Words, other: Words) -> bool:
    """Whether two facts share words of the text, or most of what they speak of."""
    if {token.i for token in one} & {token.i for token in other}:
        return True
    mine, theirs = _topics(one), _topics(other)
    return len(mine & theirs) * 2 > min(len(mine), len(theirs))


def _topics(words: Words) -> set[str]:
    return {
        token.lemma_.lower() for token in words if token.pos_ in ("NOUN", "VERB", "ADJ", "NUM") and not token.is_stop
    }


def _facts(passage: Passage) -> Iterator[Fact]:
    """Who learns what in one sentence."""
    done = [deed for deed in (*passage.sentence.deeds, *misread(passage)) if deed.happens and not _only_meant(deed)]
    done = [] if stale(passage) else done
    rules = (tells, _learns, dawns, emerges, brings_news, hands_over)
    told = [fact for deed in done if not _dreamt(deed, passage) for rule in rules for fact in rule(deed, passage)]
    yield from told
    if not passage.sentence.unreal:
        yield from (*_written(passage), *_overheard(passage), *stands_as_news(passage)) if not told else ()
        yield from _concluded(passage)
    yield from _said_aloud(passage)


def _only_meant(deed: Deed) -> bool:
    """ "To find out why", "already knows": a purpose, or nothing new."""
    words = {child.lower_ for child in deed.verb.children}
    if any(child.dep_ == "mark" and child.lower_ == "before" for child in deed.verb.children):
        return deed.verb.lemma_ in PERCEIVING
    purpose = (
        "to" in {child.lower_ for child in deed.verb.children if child.dep_ == "aux"} and deed.verb.dep_ == "advcl"
    )
    retold = "once more" in deed.verb.sent.text[deed.verb.idx - deed.verb.sent.start_char :]
    return (purpose and "only" not in words) or retold or bool(words & KNOWN_BEFORE)


def _dreamt(deed: Deed, passage: Passage) -> bool:
    """A sentence of dreams or memories; but "tomorrow" in what is told is no dream."""
    if not passage.sentence.unreal:
        return False
    told = {token.i for token in told_by(deed, passage)}
    rest = "".join(token.text_with_ws for token in passage.sentence.span if token.i not in told)
    return bool(WHOLE.search(rest)) or not WHOLE.search(passage.sentence.span.text)


def _learns(deed: Deed, passage: Passage) -> Iterator[Fact]:
    """ "Learns that …", "overhears the guards discuss …", "reads the telegram. The mine will close." """
    if reads_aloud(deed):
        return
    if COMES_TO_EARS.of(deed.verb) and (words := told_by(deed, passage)):
        named = tuple(slug for token in deed.verb.subtree if token not in words for slug in passage.scene.who(token))
        yield tuple(dict.fromkeys(named)) or passage.here, words
        return
    if not (spellings(deed) & (LEARNING | STUDYING | LEARNING_OF) or _comes_to_know(deed)):
        return
    who, words = _learners(deed, passage), _learnt(deed, passage)
    if words and not (deed.verb.lemma_ in PERCEIVING and _of_oneself(who, words, deed)):
        yield who, words


def _learners(deed: Deed, passage: Passage) -> Slugs:
    """The doers; where the tree has none, the last one named before the verb."""
    if deed.doers or deed.passive:
        return deed.people(deed.doers) or (deed.people(deed.things) if deed.passive else ())
    before = [deed.who(token) for token in passage.words(passage.sentence.span.start, deed.verb.i) if deed.who(token)]
    return before[-1] if before else ()


def _learnt(deed: Deed, passage: Passage) -> Words:
    told, names = clause(deed), spellings(deed)
    if told is not None and deed.verb.lemma_ in PERCEIVING and told.dep_ == "ccomp" and not _opened(told):
        return _from_another(told, deed, passage)
    into = bool(names & STUDYING) and _looks_into(deed)
    words = told_by(deed, passage) if into or not names & STUDYING or names & LEARNING else ()
    if not words and (into or _all_of_it(deed)):
        words = report(passage.near(1), heard=_all_of_it(deed))
    if not words and names & LEARNING_OF:
        words = told_of(deed) or _from_another(next(iter(_seconds(deed)), None), deed, passage)
    return words or _earlier(deed, passage)


def _all_of_it(deed: Deed) -> bool:
    """ "What she hears is enough", "overhears everything"."""
    what = any(token.lower_ == "what" and token.i < deed.verb.i for token in deed.verb.children)
    return (what and deed.verb.dep_ == "csubj") or any(token.lower_ in ANAPHORA | {"enough"} for token in deed.things)


def _comes_to_know(deed: Deed) -> bool:
    """ "Now she knows", "lets her know"."""
    if deed.verb.lemma_ != "know":
        return False
    told = clause(deed)
    if (
        told is not None
        and _opened(told)
        and any(token.text == ":" for token in deed.verb.sent[told.i - deed.verb.sent.start :])
    ):
        return True
    before = deed.verb.nbor(-1).lower_ if deed.verb.i else ""
    words = {child.lower_ for child in deed.verb.children} | {before}
    return bool(words & NOW) or (
        deed.verb.dep_ in ("ccomp", "xcomp") and deed.verb.head.lemma_ in ("let", "come", "get")
    )


def _opened(verb: Token) -> bool:
    first = next(iter(verb.subtree))
    return first.lower_ in ("that", "how") or first.tag_ in ("WP", "WRB", "WP$", "WDT")


def _seconds(deed: Deed) -> Iterator[Token]:
    """The verbs of those who are overheard: "overhears two guards discussing the ambush"."""
    for head in (deed.verb, *deed.things):
        yield from (
            child
            for child in head.children
            if child.pos_ == "VERB" and child.dep_ in ("acl", "ccomp", "xcomp", "advcl")
        )


def _from_another(verb: Token | None, deed: Deed, passage: Passage) -> Words:
    """What somebody is heard to say."""
    if verb is None or verb.lemma_ not in TELLING | SAYING | {"discuss", "talk", "speak", "plan"}:
        return ()
    other = Deed(verb, deed.who)
    return told_by(other, passage) or told_of(other) or tuple(t for thing in other.things for t in thing.subtree)


def _looks_into(deed: Deed) -> bool:
    objects = [*deed.things, *(token for _, token in deed.phrases())]
    return any(is_document(token) or next(token.subtree).lower_ == "what" for token in objects)


def _of_oneself(who: Slugs, words: Words, deed: Deed) -> bool:
    """ "Finds that he has cut his thumb": nothing that needs to be told."""
    first = next((token for token in words if token.dep_ in ("nsubj", "nsubjpass", "expl")), None)
    if first is None or weighs(words) or any(token.pos_ == "NOUN" and is_document(token) for token in deed.verb.sent):
        return False
    own = words if first.dep_ == "expl" else [first, *(first.children if "body" in sorts_of(first)[:1] else ())]
    return bool(set(deed.people(list(own))) & set(who))


def _earlier(deed: Deed, passage: Passage) -> Words:
    """ "The sceptre was never here; now she knows it": what was said just before."""
    objects = [token.lower_ for token in deed.things if token.i > deed.verb.i]
    if not (_comes_to_know(deed) or deed.verb.lemma_ in REALISING) or not set(objects) <= ANAPHORA:
        return ()
    here = passage.words(passage.sentence.span.start, deed.verb.i)
    if cut := [at for at, token in enumerate(here) if token.text == ";"]:
        return here[: cut[-1]]
    return report(passage.near(-1))


def _written(passage: Passage) -> Iterator[Fact]:
    """ "Letter by letter the inscription comes alive: the queen was never here." """
    span = passage.sentence.span
    pause = next((token for token in span if token.text == ":"), None)
    if pause is None or passage.quoted or not any(is_document(token) for token in passage.words(span.start, pause.i)):
        return
    before = [deed for deed in passage.sentence.deeds if deed.verb.i < pause.i]
    if any(not deed.happens and any(map(is_document, deed.things)) for deed in before):
        return
    words = passage.words(pause.i + 1, span.end)
    about = next((token for token in words if token.dep_ in ("nsubj", "nsubjpass")), None)
    if (
        states(words)
        and about is not None
        and lasts(about.head)
        and about.pos_ in ("NOUN", "PROPN")
        and not passage.scene.who(about)
        and ("person" in sorts_of(about)[:1] or not any(passage.scene.who(token) for token in about.subtree))
    ):
        yield passage.here, words


def _concluded(passage: Passage) -> Iterator[Fact]:
    """ "So her sister is living in Odessa." "According to the log, she sank." """
    span = passage.sentence.span
    if any(token.lower_ == "according" and any(map(is_document, token.subtree)) for token in span):
        yield passage.here, tuple(span)
    before = passage.near(-1)
    if before and span[0].text == "So" and not passage.sentence.asks and span[1].lower_ != "it" and report(passage):
        yield before.here, tuple(span)


def _overheard(passage: Passage) -> Iterator[Fact]:
    """ "With her ear to the door she can follow every word. The mine is bankrupt." """
    lemmas = {token.lemma_.lower() for token in passage.sentence.span}
    if lemmas & LISTENING and lemmas & VOICES and (words := report(passage.near(1))):
        yield passage.here, words


def _said_aloud(passage: Passage) -> Iterator[Fact]:
    """A fact in somebody's mouth is news to whoever hears it; what one is told or confessed need be no great news."""
    before = passage.near(-1)
    if not passage.speech or (before and passage.quoted and before.speech != before.quoted):
        return
    deed = _speaking(passage)
    said = [passage.scene.quotes[token.i] for token in passage.speech]
    verb = deed.verb.lemma_.lower() if deed else ""
    if verb in UNTRUE or (deed and not deed.happens) or doubted(passage):
        return
    aloud = deed is not None and reads_aloud(deed)
    told = (verb in TELLING or aloud or _eavesdrops(passage)) and any(statement(words) for words in said)
    if deed and verb in LEARNING and not aloud and any(statement(words) for words in said):
        yield deed.people(deed.doers), passage.speech
    elif told or any(is_news(words) for words in said):
        here = passage.sentence.everybody
        reader = deed.people(deed.doers) if deed and aloud else ()
        yield (*reader, *(hearers(deed, passage) if deed else listeners(here, passage))), passage.speech


def _eavesdrops(passage: Passage) -> bool:
    """Whether somebody is said to listen, here or just before."""
    near = [there for step in (-1, 0) if (there := passage.near(step))]
    return any(token.lemma_.lower() in LISTENING for there in near for token in there.sentence.span)


def _speaking(passage: Passage) -> Deed | None:
    """The deed that says what is said aloud: the nearest verb of saying, else what the speaker does beside it."""
    at = passage.quoted[0].i
    near = sorted([*passage.sentence.deeds, *misread(passage)], key=lambda deed: abs(deed.verb.i - at))
    saying = [deed for deed in near if deed.verb.lemma_.lower() in TELLING | SAYING | UNTRUE | LEARNING | STATING]
    before = passage.near(-1)
    earlier = before.sentence.deeds[:1] if before else []
    return next(iter([*saying, *near, *earlier]), None)
