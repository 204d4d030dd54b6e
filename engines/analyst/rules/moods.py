"""Moods: a feeling that the text states or plainly shows; the last one of each character stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.sayings import Sayings, clause
from engines.analyst.language.words import any_of, listed, table
from engines.analyst.rules.bearers import AMOUNT, EXPRESSION, VERBS, bearer, nearest, owner, people
from events.script import Change, ChangeKind

WORDS = table("moods")
Feeling = tuple[int, str, Slugs]
"""Where it is told, which it is, "" for none any more, and whose it is."""


def _moods(entry: str) -> dict[str, str]:
    return {word: mood for mood, words in WORDS[entry].items() for word in listed(words)}


ADJECTIVES, NOUNS, STIRS, ADVERBS, PHRASES = (
    _moods(entry) for entry in ("adjectives", "nouns", "stirs", "adverbs", "phrases")
)
PHRASES |= {
    phrase.replace("their", own): mood
    for phrase, mood in PHRASES.items()
    for own in ("her", "his")
    if "their" in phrase.split()
} | {phrase.replace("themselves", own): mood for phrase, mood in PHRASES.items() for own in ("herself", "himself")}
SHOWS = {mood: Sayings(said) for mood, said in WORDS["shows"].items()}
FEELS, HIDES, GOES, DRAINS, FEIGNS, WITH_OBJECT, BODILY = (
    set(listed(WORDS[entry])) for entry in ("feels", "hides", "goes", "drains", "feigns", "with_object", "bodily")
)
PHRASE = re.compile(rf"\b{any_of(PHRASES)}\b", re.I)
OTHER_SENSE = re.compile(rf"\b{any_of(listed(WORDS['other_sense']))}\b", re.I)
DENIED = re.compile(
    r"\b(?:no longer|not|n't|never|hardly|scarcely|less|neither|nor|anything but|far from|without|no|like an?|as if"
    r"|(?:tr(?:y|ies|ied|ying)|pretend\w*) to"
    r"|as though|than|almost|nearly|instead of|rather than|past|beyond|past being|beyond being|used to be|to be|if"
    r"|whether|how)(?: [\w'-]+){0,2} ?$",
    re.I,
)
EMPHATIC = re.compile(
    r"(?:\bnever|\bnot|n't)(?: \w+){0,3} (?:so|more|such|this)\b|\bnothing\b[^.;]*\b(?:only|but|except)\b"
    r"|\bnot only\b|\bno (?:little|small)\b"
    r"|\b(?:cannot|can not|can ?n't|could not|could ?n't)(?: \w+)? (?:stop|help|contain|hide|conceal)\b",
    re.I,
)
WITH = {"with", "in", "for", "from", "of", "by", "out", "to", "into", "through"}


def changes(scene: Scene) -> Iterator[Change]:
    last: dict[str, str] = {}
    for sentence in scene.sentences:
        if not sentence.unreal and not sentence.asks:
            for _, mood, slugs in sorted(_felt(sentence)):
                last |= dict.fromkeys(slugs, mood)
    yield from (Change(kind=ChangeKind.MOOD, character=who, what=mood) for who, mood in last.items() if mood)


def _felt(sentence: Sentence) -> Iterator[Feeling]:
    span, scene = sentence.span, sentence.scene
    elsewhere = [(match.start(), match.end()) for match in OTHER_SENSE.finditer(span.text)]
    for token in span:
        at = token.idx - span.start_char
        if any(start <= at < end for start, end in elsewhere):
            continue
        yield from _stated(token, scene)
    for match in PHRASE.finditer(span.text):
        token = next((token for token in span if token.idx - span.start_char >= match.start()), span[0])
        if not _denied(token, scene):
            yield token.i, PHRASES[match[0].lower()], bearer(token, scene)
    for deed in (*sentence.deeds, *_misread(sentence)):
        at = deed.verb.idx - span.start_char
        if not any(start <= at < end for start, end in elsewhere):
            yield from _shown(deed, scene)


def _misread(sentence: Sentence) -> list[Deed]:
    """Verbs that the parser takes for nouns: "leans on the churn and weeps"."""
    return [
        Deed(token, sentence.scene.who)
        for token in sentence.span
        if token.tag_ == "NNS" and token.dep_ == "conj" and not token.n_lefts and _is_place(token.head)
    ]


def _is_place(noun: Token) -> bool:
    """ "On the churn", "into a cushion"; but "with a groan" ."""
    one = noun.tag_ == "NN" and any(child.dep_ in ("det", "poss") for child in noun.children)
    return (
        one and noun.dep_ == "pobj" and noun.head.lower_ not in ("with", "amid", "from", "for", "between", "by", "to")
    )


def _stated(token: Token, scene: Scene) -> Iterator[Feeling]:
    word = token.lower_
    if (mood := NOUNS.get(word) or NOUNS.get(token.lemma_.lower())) and token.pos_ in ("NOUN", "PROPN"):
        yield from _of_noun(token, mood, scene)
    elif (mood := ADVERBS.get(word) or ADJECTIVES.get(word)) and _is_state(token) and not _denied(token, scene):
        yield token.i, mood, bearer(token, scene)


def _is_state(token: Token) -> bool:
    """ "Moved", "touched": a state, unless somebody moves."""
    does = (
        child.dep_ == "dobj" or (child.dep_ == "nsubj" and child.pos_ not in ("NOUN", "VERB"))
        for child in token.children
    )
    finite = token.tag_ == "VBD" and any(does)
    active = token.tag_ in ("VB", "VBP", "VBZ") or finite or any(child.lemma_ == "have" for child in token.children)
    return token.pos_ not in VERBS or not active


def _of_noun(noun: Token, mood: str, scene: Scene) -> Iterator[Feeling]:
    """A feeling "with" or "in" which somebody does something, that somebody feels, that takes hold of somebody."""
    role = noun
    while role.dep_ == "pobj" and role.head.lower_ == "of" and role.head.head.lemma_.lower() in AMOUNT:
        role = role.head.head
    while role.dep_ == "conj" and role.head.pos_ in ("NOUN", "PROPN"):
        role = role.head
    if role.dep_ == "pobj" and role.head.lower_ in ("but", "except", "save") and role.head.head.lower_ == "nothing":
        role = role.head.head
    verb = role.head
    hidden = verb.lemma_ in HIDES and role.dep_ == "dobj"
    if _denied(noun, scene) and not hidden:
        return
    if role.dep_ == "pobj" and verb.lower_ in WITH and (verb.lower_ in ("with", "in") or not _is_thing(verb.head)):
        yield noun.i, mood, owner(role, scene) or bearer(verb, scene)
    elif role.dep_ in ("dobj", "attr") and (hidden or verb.lemma_ in (*FEELS, "be")):
        deed = Deed(verb, scene.who)
        yield noun.i, mood, deed.people(deed.doers) or _named(deed, scene, role) or nearest(noun, scene)
    elif role.dep_ in ("nsubj", "nsubjpass") and verb.pos_ in VERBS:
        yield (
            noun.i,
            _after(mood, Deed(verb, scene.who)),
            owner(role, scene) or _named(Deed(verb, scene.who), scene, role),
        )
    elif role.lower_ == "tears":
        yield noun.i, mood, nearest(noun, scene)


def _is_thing(token: Token) -> bool:
    return token.pos_ == "NOUN" and token.lemma_.lower() not in EXPRESSION | AMOUNT


def _after(mood: str, deed: Deed) -> str:
    """What stays of a feeling: nothing of one that goes, calm where a bad one drains away."""
    adjectives = {child.lower_ for child in deed.verb.children if child.dep_ in ("acomp", "oprd")}
    if deed.lemma.split()[0] in DRAINS and mood in ("tense", "angry", "fearful"):
        return "calm"
    return "" if deed.lemma.split()[0] in GOES | DRAINS or adjectives & {"gone", "over", "spent"} else mood


def _named(deed: Deed, scene: Scene, role: Token | None = None) -> Slugs:
    """ "Fear grips her", "joy floods her heart", "a great calm comes over her": anybody whom the clause names, be it
    as owner."""
    return next((scene.who(token) for token in clause(deed.verb) if token is not role and scene.who(token)), ())


def _denied(token: Token, scene: Scene) -> bool:
    """Denied, compared, wished, feigned; "never so sad" is very sad."""
    start = token.sent.start
    before = re.split(r"[,;:.]|\bbut\b|\band\b", scene.doc[start : token.i].text)[-1]
    clauses = scene.doc[start : token.i + 1].text
    if EMPHATIC.search(clauses):
        return False
    if DENIED.search(before + " "):
        return True
    verb = next((up for up in (token, *token.ancestors) if up.pos_ in VERBS), None)
    if verb is None or _apart(token, verb):
        return False
    deed = Deed(verb, scene.who)
    return not deed.happens or deed.lemma in FEIGNS or _had(deed)


def _apart(token: Token, verb: Token) -> bool:
    """ "Says nothing, a sly smile on his lips": behind a comma, and in no list, it is not denied with its verb."""
    within = [up for up in (token, *token.ancestors) if verb.is_ancestor(up) and up != verb]
    edges = [up.left_edge.i for up in within if up.dep_ != "amod"]
    joined = any(up.dep_ == "conj" for up in within)
    return not joined and any(edge > verb.i and verb.doc[edge - 1].text == "," for edge in edges)


def _had(deed: Deed) -> bool:
    """ "Had hoped": felt before the scene, unless it was "just"."""
    words = {child.lower_ for child in deed.verb.children}
    return "had" in words and not words & {"just", "ever", "always"} and deed.verb.tag_ == "VBN"


def _shown(deed: Deed, scene: Scene) -> Iterator[Feeling]:
    """Weeping, holding one's breath; frightening somebody."""
    if deed.verb.dep_ == "amod" and not scene.who(deed.verb.head):
        return
    if _had(deed) or (not deed.happens and not EMPHATIC.search(deed.verb.sent.text)):
        return
    if any(token.lemma_.lower() in BODILY for token in deed.with_words("with", "from", "in")):
        return
    named = _named_feelings(deed)
    for mood, sayings in SHOWS.items():
        if named - {mood}:
            continue
        said = sayings.of(deed.verb)
        if said or (
            said == ()
            and not _speaks(deed, scene)
            and _by_somebody(deed)
            and (not deed.things or deed.lemma in WITH_OBJECT)
        ):
            yield deed.verb.i, mood, _shower(deed, said, scene)
    if (mood := STIRS.get(deed.verb.lemma_.lower())) and not deed.with_words("of"):
        yield deed.verb.i, mood, deed.people(deed.things)


def _named_feelings(deed: Deed) -> set[str]:
    """ "Weeps for joy", "tears of gladness run down": the feelings that the words beside a show name."""
    parts = [*clause(deed.verb), *(deed.verb.head.subtree if deed.verb.dep_ in ("acl", "relcl") else ())]
    behind = [token for token in parts if token.dep_ == "pobj" and token.head.lower_ in ("of", "for", "with", "from")]
    return {NOUNS[token.lower_] for token in behind if token.lower_ in NOUNS and token.lemma_ != "tear"}


def _by_somebody(deed: Deed) -> bool:
    """ "Ava melts", "her face melts", not "the snow melts": what is nobody's does not feel."""
    nouns = [child for child in deed.verb.children if child.dep_ == "nsubj" and child.pos_ == "NOUN"]
    return bool(deed.people(deed.doers)) or all(token.lemma_.lower() in EXPRESSION for token in nouns)


def _shower(deed: Deed, said: tuple[str, ...], scene: Scene) -> Slugs:
    """Whose jaw is clenched, whose eyes fill; else whoever does it."""
    parts = [token for token in clause(deed.verb) if token.lemma_.lower() in said and token.pos_ == "NOUN"]
    owned = [child for part in parts for child in part.children if child.dep_ == "poss"]
    if owned:
        return deed.people(owned)
    own = any(child.dep_ in ("nsubj", "nsubjpass") and child not in parts for child in deed.verb.children)
    return people(deed.doers, scene) or (() if own else _named(deed, scene) or nearest(deed.verb, scene))


def _speaks(deed: Deed, scene: Scene) -> bool:
    """ "Cries" beside something said aloud is only loud."""
    return deed.lemma.split()[0] in ("cry", "scream", "shriek", "hiss", "growl", "whisper", "sob", "wail") and any(
        token.i in scene.quotes for token in (deed.verb.head, *deed.verb.subtree)
    )
