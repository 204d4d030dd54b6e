"""Who is told: a verb of telling makes its hearers know; where it names none, whoever is there listens."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.predication import denied, verb_of
from engines.analyst.rules.passages import TIDINGS, Fact, Passage, Words, is_document, lemmas, states, subjects
from engines.analyst.rules.reports import clause, report, told_by, told_of
from engines.analyst.rules.spoken import weighs

TELLING, SAYING, STATING, CONFESSING = (lemmas(name) for name in ("telling", "saying", "stating", "confessing"))
DAWNING, EMERGING, GETTING, ARRIVING = (lemmas(name) for name in ("dawning", "emerging", "getting", "arriving"))
NEWS = {"news", "word", "tidings", "knowledge", "realisation", "realization", "discovery", "revelation", "certainty"}
PLAIN, HEARSAY, ANAPHORA, REALISING = (lemmas(name) for name in ("plain", "hearsay", "anaphora", "realising"))
TO_THEM = ("to", "with", "at", "into", "in", "on")


def tells(deed: Deed, passage: Passage) -> Iterator[Fact]:
    """ "Tells her that …", "admits to the theft", "the lid tells him: …"; a document is a teller as well."""
    stated = deed.lemma in STATING and any(is_document(token) for token in deed.doers)
    telling = _is_telling(deed) or stated or _makes_plain(deed)
    if passage.speech or _backstory(deed) or not (telling or _says(deed)):
        return
    words = told_by(deed, passage)
    if telling and not words:
        words = _foretold(deed, passage) or told_of(deed)
    who = hearers(deed, passage) if words else ()
    worth = telling or (_weighty(words) and not _about(who, words, deed))
    if who and worth and not _trivial(deed, words):
        yield (*who, *(deed.people(deed.doers) if reads_aloud(deed) else ())), words


def _about(who: Slugs, words: Words, deed: Deed) -> bool:
    """Whether what is said is about these people, or something of theirs."""
    first = next((token for token in words if token.dep_ in ("nsubj", "nsubjpass")), None)
    return first is not None and bool(set(deed.people(list(first.subtree))) & set(who))


def _is_telling(deed: Deed) -> bool:
    """A verb of telling; "slip" only with what is let slip, "read" only aloud."""
    lemma = deed.verb.lemma_.lower()
    if lemma == "slip":
        return clause(deed) is not None
    if lemma == "break":
        return any(token.lemma_.lower() in TIDINGS | ANAPHORA for token in deed.things)
    return bool(spellings(deed) & TELLING) or reads_aloud(deed)


def spellings(deed: Deed) -> set[str]:
    """The verb, with its particle, and with each of its prepositions: "come", "come upon"."""
    verb = deed.verb.lemma_.lower()
    return {deed.lemma, verb, *(f"{verb} {child.lower_}" for child in deed.verb.children if child.dep_ == "prep")}


def reads_aloud(deed: Deed) -> bool:
    return deed.verb.lemma_ == "read" and any(child.lower_ in ("out", "aloud") for child in deed.verb.children)


def misread(passage: Passage) -> list[Deed]:
    """Verbs of telling that the parser takes for nouns: "the cook mutters to Ava"."""
    return [
        Deed(token, passage.scene.who)
        for token in passage.sentence.span
        if token.tag_ == "NNS"
        and token.dep_ in ("ROOT", "conj")
        and token.lemma_.lower() in TELLING | REALISING
        and token.i > token.sent.start
        and not any(child.dep_ == "det" and child.i == token.i - 1 for child in token.children)
    ]


def _says(deed: Deed) -> bool:
    """Somebody says so, and not just "people"."""
    return deed.verb.lemma_.lower() in SAYING and not any(token.lower_ in HEARSAY for token in deed.doers)


def _backstory(deed: Deed) -> bool:
    """ "Had warned him" was before the scene."""
    words = {child.lower_ for child in deed.verb.children}
    return "had" in words and "just" not in words


def _weighty(words: Words) -> bool:
    """Whether what somebody merely says is about a thing or a person by name, not "it is deep"."""
    about = next((token for token in words if token.dep_ in ("nsubj", "nsubjpass")), None)
    return about is not None and about.pos_ in ("NOUN", "PROPN")


def _foretold(deed: Deed, passage: Passage) -> Words:
    """ "Tells her the news. The mill is sold." "He confesses. He has sold the mill." """
    things = [token for token in deed.things if not deed.who(token)]
    if not all(token.lemma_.lower() in TIDINGS | ANAPHORA for token in things) or deed.verb.lemma_ not in CONFESSING:
        return ()
    return report(passage.near(1), deed.people(deed.doers))


def _makes_plain(deed: Deed) -> bool:
    """ "It becomes clear to her that", "makes it known that"."""
    return any(
        child.lower_ in PLAIN for child in deed.verb.children if child.dep_ in ("acomp", "oprd", "ccomp", "amod")
    )


def hearers(deed: Deed, passage: Passage) -> Slugs:
    """Those whom the verb names as told; else whoever is there and listens."""
    given = (*deed.things, *deed.receivers, *_given_to(deed))
    phrases = [token for word, token in deed.phrases() if word in TO_THEM]
    ears = [child for token in phrases for child in token.children if child.dep_ == "poss" and token.lemma_ == "ear"]
    doers = deed.people(deed.doers)
    if named := tuple(slug for slug in deed.people([*given, *phrases, *ears]) if slug not in doers):
        return named
    authors = deed.people([child for token in deed.doers for child in token.children if child.dep_ == "poss"])
    others = [token for token in (*given, *phrases) if "person" in sorts_of(token)[:1] and not deed.who(token)]
    remembered = deed.verb.dep_ == "relcl" and not doers and not deed.passive
    return () if others or remembered else listeners(doers or authors, passage)


def _given_to(deed: Deed) -> list[Token]:
    """ "Brings her cocoa and the news": what the parser takes for the owner of the first thing."""
    owners = [child for noun in deed.things[:1] for child in noun.children if child.lower_ == "her"]
    return owners if deed.verb.lemma_ in ARRIVING else []


def listeners(speakers: Slugs, passage: Passage) -> Slugs:
    around = tuple(passage.scene.cast) if speakers else passage.here
    return tuple(slug for slug in around if slug not in speakers)


def _trivial(deed: Deed, words: Words) -> bool:
    """Advice, promises, and how somebody feels: "that she should rest", "that he is tired"."""
    verb = next((token for token in words if token.tag_ in ("VBD", "VBZ", "VBP", "MD")), None)
    if verb is None:
        return False
    advises = verb.lower_ in ("should", "ought", "could", "might", "may")
    root = verb.head if verb.dep_ in ("aux", "auxpass") else verb
    own = set(deed.people(deed.doers)) & {slug for token in subjects(root) for slug in deed.who(token)}
    promises = verb.lower_ in ("will", "would", "'ll", "'d")
    feels = root.lemma_ == "feel" or (any(child.dep_ == "acomp" for child in root.children) and not weighs(words))
    return advises or (bool(own) and (promises or feels))


def dawns(deed: Deed, passage: Passage) -> Iterator[Fact]:
    """ "It dawns on her that …", "strikes him: …"."""
    if deed.verb.lemma_ not in DAWNING:
        return
    who = deed.people([*deed.things, *deed.receivers, *(token for _, token in deed.phrases())])
    news = any(token.lemma_ in TIDINGS or token.lower_ == "it" for token in deed.doers)
    words = told_by(deed, passage) or (report(passage.near(1)) if news else ())
    if words:
        yield who, words


def emerges(deed: Deed, passage: Passage) -> Iterator[Fact]:
    """ "It turns out that …"."""
    if deed.lemma in EMERGING and (words := told_by(deed, passage)):
        about = {slug for token in words for slug in passage.scene.who(token)}
        yield tuple(slug for slug in passage.here if slug not in about), words


def brings_news(deed: Deed, passage: Passage) -> Iterator[Fact]:
    """ "Finds proof that …", "the news that … reaches her", "brings word of the wreck"."""
    if _is_telling(deed) or deed.verb.dep_ == "relcl":
        return
    beside = [child for child in deed.verb.children if child.dep_ == "npadvmod"]
    for noun in dict.fromkeys((*deed.things, *deed.doers, *beside)):
        own = any(set(deed.who(child)) & {*deed.people(deed.doers)} for child in noun.children)
        if noun.lemma_.lower() not in TIDINGS or own:
            continue
        words = _said_by(noun) or told_by(deed, passage) or told_of(deed)
        if words and (noun in beside or (deed.verb.lemma_ in GETTING and noun not in deed.doers)):
            yield deed.people(deed.doers), words
        elif words and deed.verb.lemma_ in ARRIVING:
            yield hearers(deed, passage), words


def stands_as_news(passage: Passage) -> Iterator[Fact]:
    """ "Gives her a horseshoe, for luck, and the news that …", "what is left is the knowledge that …": news that the
    tree hangs on no verb of its own."""
    for noun in passage.sentence.span:
        if noun.lemma_.lower() not in NEWS or noun.dep_ not in ("conj", "attr", "appos", "ROOT") or denied(noun):
            continue
        verb, words = verb_of(noun), _said_by(noun)
        deed = Deed(verb, passage.scene.who) if verb is not None else None
        whole = words and not (words[0].dep_ in ("nsubj", "nsubjpass") and words[0].tag_ == "WDT")
        if whole and states(words) and deed is not None and deed.happens:
            given = deed.verb.lemma_ in ARRIVING
            yield hearers(deed, passage) if given else deed.people(deed.doers) or passage.here, words


def hands_over(deed: Deed, passage: Passage) -> Iterator[Fact]:
    """ "Hands her a telegram. The mine will close." """
    if deed.verb.lemma_ in ARRIVING and any(map(is_document, deed.things)) and (words := report(passage.near(1))):
        yield deed.people(deed.receivers), words


def _said_by(noun: Token) -> Words:
    """What news is of: "the news that …", "word of …"."""
    for child in noun.children:
        if child.i > noun.i and (child.dep_ in ("acl", "relcl") or child.lower_ == "of"):
            return tuple(child.subtree)
    return ()
