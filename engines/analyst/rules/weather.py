"""Weather: the last state that a scene tells of."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.nouns import sorts_of
from engines.analyst.language.predication import denied, said_of, verb_of
from engines.analyst.language.words import listed, table
from events.script import Change, ChangeKind

WORDS = table("weather")


def _states(part: str) -> dict[str, str]:
    return {word: state for state, words in WORDS[part].items() for word in listed(words)}


def _words(part: str) -> set[str]:
    return set(listed(WORDS[part]))


NOUNS, RAINS, ADJECTIVES = _states("nouns"), _states("verbs"), _states("adjectives")
OF_THE_SKY, OF_THE_DAY = _states("of_the_sky"), _states("of_the_day")
SKIES, DAYS, LIGHTS, UNDER, LOOKING = (_words(part) for part in ("skies", "days", "lights", "under", "looking"))
HIDDEN, OVER, COMING, MENTIONING = (_words(part) for part in ("hidden", "over", "coming", "mentioning"))
OF_IT, ABSENT_AFTER, UNREAL = _words("of_it"), _words("absent_after"), _words("unreal")
ENDED = "over"
STRONGEST = ("clear", "cloudy", "fog", "rain", "snow", "storm")
SUBJECTS = ("nsubj", "nsubjpass")
FALLS_BY_ITSELF = {"rain", "snow", "drizzle", "sleet", "cloud", "mist", "fog", "hail"}


def changes(scene: Scene) -> Iterator[Change]:
    last = ""
    for sentence in scene.sentences:
        if not sentence.unreal and not sentence.asks:
            for state in _told(sentence):
                last = ("clear" if last == "clear" else "") if state == ENDED else state
    if last:
        yield Change(kind=ChangeKind.WEATHER, character="", what=last)


def _told(sentence: Sentence) -> list[str]:
    """The states of a sentence in their order; of two that go together the stronger stands for both."""
    found: list[str] = []
    together: list[str] = []
    for token in sentence.span:
        if token.text in (";", ":"):
            found, together = found + _strongest(together), []
        elif state := _state(token, sentence):
            together.append(state)
    return found + _strongest(together)


def _strongest(found: list[str]) -> list[str]:
    return found if {"clear", ENDED} & {*found} else sorted(found, key=STRONGEST.index)


def _state(token: Token, sentence: Sentence) -> str:
    """What one word says of the weather: a state, that it is over, or nothing."""
    described = token.dep_ == "amod" and token.lower_ in ADJECTIVES
    if token.pos_ not in VERBS and not described and _lemma(token) in LIGHTS | {*NOUNS}:
        return "" if _only_mentioned(token, sentence) else _named(token, sentence)
    if token.pos_ in VERBS and _lemma(token) in RAINS:
        return _raining(token, sentence)
    state = _described(token, sentence)
    return state if state and _happens(token, sentence) else ""


def _lemma(token: Token) -> str:
    return token.lemma_.lower()


def _named(noun: Token, sentence: Sentence) -> str:
    light = _lemma(noun) in LIGHTS
    state = "clear" if light else NOUNS[_lemma(noun)]
    if denied(noun) or (noun.dep_ == "pobj" and noun.head.lower_ == "of" and denied(noun.head.head)):
        return {"cloudy": "clear", "clear": "cloudy" if light else ""}.get(state, "")
    verb = verb_of(noun)
    if noun.dep_ in SUBJECTS and verb is not None and not light:
        near = any(child.dep_ in ("prt", "advmod", "prep") and child.i > verb.i for child in verb.children)
        if _said(verb, OVER):
            return {"cloudy": "clear"}.get(state, ENDED) if _happens(noun, sentence) else state
        if _said(verb, COMING) or (_lemma(verb) == "come" and verb.tag_ == "VBG" and not near):
            return ""
    return state if _happens(noun, sentence) and (not light or _shines(noun, verb)) else ""


def _shines(light: Token, verb: Token | None) -> bool:
    """The sun that does not set, those who stand under it or look at the stars."""
    if light.dep_ == "pobj":
        return light.head.lower_ in UNDER and (_lemma(light) != "sun" or light.head.lower_ != "in")
    if light.dep_ == "dobj" and verb is not None:
        return _lemma(verb) in LOOKING and light.tag_ == "NNS"
    return verb is None or not _said(verb, HIDDEN)


def _only_mentioned(noun: Token, sentence: Sentence) -> bool:
    """Another thing that is called so ("rain hat"), one that is like it, painted, promised, remembered."""
    above = noun.head
    verb = above.dep_ in ("ROOT", "ccomp", "conj") and (above.tag_ == "NNS") != (noun.tag_ == "NNS")
    taken_for_noun = verb and _lemma(above) not in NOUNS
    part = noun.dep_ in ("compound", "nmod", "amod", "poss") and not sentence.scene.who(above)
    compound = part and not taken_for_noun
    star = _lemma(noun) == "star" and noun.tag_ not in ("NNS", "NNPS")
    bath = _lemma(noun) == "shower" and noun.dep_ not in SUBJECTS
    said = noun.dep_ == "pobj" and above.lower_ in ABSENT_AFTER and not denied(noun)
    of_it = noun.dep_ == "pobj" and above.lower_ == "of" and _lemma(above.head) in OF_IT
    spoken_of = noun.dep_ in ("dobj", "nsubjpass", "pobj") and bool(MENTIONING & {_lemma(above), _lemma(above.head)})
    return compound or star or bath or said or of_it or spoken_of or _of_another(noun, sentence)


def _of_another(noun: Token, sentence: Sentence) -> bool:
    """A storm of applause, yesterday's storm, the storm in her heart."""
    owners = [child for child in noun.children if child.dep_ == "poss"]
    owned = any(sentence.scene.who(owner) or "time" in sorts_of(owner) for owner in owners)
    owned = owned or any(child.lower_ in UNREAL or child.tag_ == "NNS" for child in noun.lefts)
    behind = [end for child in noun.children if child.lower_ in ("of", "in", "on") for end in child.children]
    return owned or any(
        ("body" in sorts_of(end)[:1]) if end.head.lower_ != "of" else not _wide(end)
        for end in behind
        if end.dep_ == "pobj"
    )


def _wide(noun: Token) -> bool:
    """What a storm may be "of": other weather, a time, a place."""
    return any(_lemma(token) in NOUNS for token in noun.subtree) or bool({"time", "place"} & {*sorts_of(noun)})


def _raining(verb: Token, sentence: Sentence) -> str:
    """ "It rains", "the sky clouds over"; not what else is rained, stormed or poured."""
    deed = Deed(verb, sentence.scene.who)
    by_itself = not deed.doers or any(one.lower_ == "it" or _lemma(one) in SKIES for one in deed.doers)
    falls = _lemma(verb) in FALLS_BY_ITSELF or not any(child.dep_ in ("dobj", "prep") for child in verb.children)
    if not by_itself or not falls:
        return ""
    if verb.dep_ == "xcomp" and _said(verb.head, OVER):
        return ENDED if _happens(verb.head, sentence) else RAINS[_lemma(verb)]
    return RAINS[_lemma(verb)] if _happens(verb, sentence) else ""


def _described(word: Token, sentence: Sentence) -> str:
    """An adjective of the sky, the day or a place: "the sky is a hard, cloudless blue", "a foggy street"."""
    heads = _subjects(word, sentence)
    if any(_lemma(head) in SKIES for head in heads) and (state := OF_THE_SKY.get(word.lower_, "")):
        return state
    if any(_lemma(head) in DAYS for head in heads) and (state := OF_THE_DAY.get(word.lower_, "")):
        return state
    wide = not heads or any(
        _lemma(head) in SKIES | DAYS | {"it", "everything", "world"} or "place" in sorts_of(head) for head in heads
    )
    return ADJECTIVES.get(word.lower_, "") if wide else ""


def _subjects(word: Token, sentence: Sentence) -> tuple[Token, ...]:
    """What an adjective is said of, past the noun that says it: "a clear blue", "the colour of lead"."""
    if word.lower_ not in {*ADJECTIVES, *OF_THE_SKY, *OF_THE_DAY}:
        return ()
    heads = said_of(word, sentence.scene.who)
    if word.dep_ == "pobj" and word.head.lower_ in ("of", "like", "as"):
        heads = said_of(word.head, sentence.scene.who)
    above = [
        one
        for head in heads
        if head.dep_ in ("attr", "acomp", "pobj", "dobj", "oprd")
        for one in said_of(head, sentence.scene.who)
    ]
    return (*heads, *above)


def _happens(word: Token, sentence: Sentence) -> bool:
    """Whether the clause of a word is told as true of now."""
    verb = verb_of(word)
    if verb is None:
        return True
    before = any(child.dep_ == "aux" and child.lower_ == "had" for child in verb.children) and (
        _lemma(verb) in FALLS_BY_ITSELF | {"be"}
    )
    still = any(child.dep_ == "mark" and child.lower_ in ABSENT_AFTER - {"as", "for"} for child in verb.children)
    return Deed(verb, sentence.scene.who).happens and not before and not still


def _said(verb: Token, lemmas: set[str]) -> bool:
    """Whether a verb, with its particle or what else is close to it, is one of these."""
    near = [child.lower_ for child in verb.children if child.dep_ in ("prt", "advmod", "acomp", "prep")]
    return bool(lemmas & {_lemma(verb), *(f"{_lemma(verb)} {word}" for word in near)})
