"""What a story prompt is about: its genre, goal, object, threat, people and places, found by plain rules.

No language model: noun phrases are found by their last word (``nouns.yaml``), goals by the verbs that announce them
("must", "has to", "sets out to"). What the prompt leaves open, the genre's own table fills in, so that any prompt,
even "hello", gives a whole premise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engines.script import CastNote
from engines.script.beats.tables import GENRES, NOUNS

DETERMINERS = {"a", "an", "the", "her", "his", "their", "its", "this", "that", "our", "my", "one", "another"}
HEADS = {head for heads in NOUNS["kinds"].values() for head in heads}
GOAL = re.compile(
    r"\b(?:must|has to|have to|needs? to|wants? to|tr(?:y|ies) to|sets? out to|decides? to|vows? to|hopes? to"
    r"|ordered to|sent to|only chance to|race(?:s)? to|job is to|mission is to)\s+"
    r"(?P<goal>(?!be\b)[a-z][^.,;:!?]*?)(?=[.,;:!?]|\s+(?:before|or|but|while|until|when|because)\s|$)",
    re.IGNORECASE,
)
DEADLINE = re.compile(
    r"\b(?P<deadline>before (?!long\b|it is\b|them\b|him\b|her\b[.,])[^.,;:!?]{4,60}?)(?=[.,;:!?]|\s+or\s|$)", re.I
)
STAKE = re.compile(r"\b(?:or else|or)\s+(?P<stake>[^.,;:!?]{3,40}? (?:will|won't) [^.,;:!?]{2,40})", re.I)
MESSAGE = re.compile(r"[\"“](?P<double>[^\"”]{6,70})[\"”]|(?<![\w])['‘](?P<single>[^'’]{6,70})['’](?!\w)")


@dataclass(frozen=True)
class Premise:
    """``goal`` is a bare verb phrase ("find the lost signal"), the others noun phrases with their article."""

    genre: str
    title: str
    goal: str
    deadline: str
    stake: str
    object: str
    threat: str
    figure: str
    region: str
    message: str
    places: tuple[str, ...]


def premise(story: str, cast: Sequence[CastNote]) -> Premise:
    """Read a prompt. Pure; never fails on a story that has words in it."""
    genre = genre_of(story)
    told = GENRES[genre]
    words = re.findall(r"[A-Za-zÀ-ÿ][\w'’-]*|[.,;:!?\"“”()]", story)
    names = {note.name.lower() for note in cast} | {part.lower() for note in cast for part in note.name.split()}
    found = {kind: list(_phrases(words, heads, names)) for kind, heads in NOUNS["kinds"].items()}
    regions = found["region"]
    goal = _said(GOAL, "goal", story)
    target = _first(_phrases(re.findall(r"[\w'’-]+", goal), NOUNS["kinds"]["object"], names))
    thing = _first(found["object"]) or told["object"]
    return Premise(
        genre=genre,
        title=_title(target or thing, _first(found["figure"]) or told["figure"]),
        goal=goal or told["goal"],
        deadline=_said(DEADLINE, "deadline", story) or told["deadline"],
        stake=_said(STAKE, "stake", story) or told["stake"],
        object=thing,
        threat=_first(found["threat"]) or told["threat"],
        figure=_first(found["figure"]) or told["figure"],
        region=_first(regions) or told["region"],
        message=_quoted(story) or told["message"],
        places=tuple(dict.fromkeys(found["place"])),
    )


def genre_of(story: str) -> str:
    """The genre with most of its hint words in the story; "mystery" where none has any."""
    said = story.lower()
    scores = {name: len(set(re.findall(table["hints"], said))) for name, table in GENRES.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else "mystery"


def _said(pattern: re.Pattern[str], group: str, story: str) -> str:
    found = pattern.search(story)
    return " ".join(found[group].split()) if found else ""


def _quoted(story: str) -> str:
    found = MESSAGE.search(story)
    return (found["double"] or found["single"]).strip(" .,") if found else ""


def _first(phrases: Any) -> str:
    return next(iter(phrases), "")


def _phrases(words: Sequence[str], heads: Sequence[str], names: set[str]) -> Iterator[str]:
    """Noun phrases that end in one of these heads, as "the" phrases, in the order of the story."""
    wanted = set(heads)
    for at, word in enumerate(words):
        if word.lower() in wanted and not (at + 1 < len(words) and words[at + 1].lower() in HEADS):
            yield _phrase(words, at, names)


def _phrase(words: Sequence[str], at: int, names: set[str]) -> str:
    """Walk back over adjectives to the article; without an article only the noun itself is sure."""
    first = at
    while first > max(0, at - 4) and _describes(words[first - 1], names):
        first -= 1
    owned = first > 0 and words[first - 1].lower() in DETERMINERS
    described = [word.lower() for word in words[first:at]] if owned else []
    return " ".join(["the", *described, words[at].lower()])


def _describes(word: str, names: set[str]) -> bool:
    plain = word.lower()
    return word[0].isalpha() and plain not in DETERMINERS | set(NOUNS["stops"]) | names


def _title(thing: str, figure: str) -> str:
    """Two to four words: the thing of the story, or with a bare noun whose it is."""
    words = thing.removeprefix("the ").split()
    if len(words) > 1:
        return " ".join(["The", *(word.capitalize() for word in words[-3:])])
    owner = figure.removeprefix("the ").split()[-1].capitalize()
    return f"The {owner}'s {words[0].capitalize()}"


def describe(premise: Premise, told: Mapping[str, str]) -> dict[str, str]:
    """The premise as the slots that the templates use."""
    slots = {key: value for key, value in premise.__dict__.items() if isinstance(value, str)}
    return {**told, **slots, "thing": premise.object.split()[-1]}
