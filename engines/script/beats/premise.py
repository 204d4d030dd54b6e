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
    r"|ordered to|sent to|only chance to|races? to|job is to|mission is to"
    r"|to (?=(?:find|save|stop|steal|rescue|free|recover|solve|win|escape|protect|destroy|deliver|prove|break)\b))\s*"
    r"(?P<goal>(?!be\b)[a-z][^.,;:!?]*?)(?=[.,;:!?]|\s+(?:before|or|but|while|until|when|because)\s|$)",
    re.IGNORECASE,
)
QUESTS = {
    "searches for": "search for",
    "looks for": "look for",
    "hunts": "hunt",
    "investigates": "find out the truth about",
    "steals": "steal",
    "rescues": "rescue",
    "saves": "save",
    "protects": "protect",
    "fights": "fight",
    "solves": "solve",
    "delivers": "deliver",
    "repairs": "repair",
    "seeks": "seek",
    "defends": "defend",
    "explores": "explore",
    "breaks into": "break into",
    "chases": "chase",
    "builds": "build",
    "learns": "learn",
    "hunt": "hunt",
    "search for": "search for",
    "look for": "look for",
    "break into": "break into",
}
"""Verbs that tell of a quest, and how they read after "must"."""
QUEST = re.compile(
    rf"\b(?P<verb>{'|'.join(QUESTS)})\b(?P<rest> [^.,;:!?]*?)(?=[.,;:!?]|\s(?:before|or|but|while|until|when)\s|$)",
    re.IGNORECASE,
)
DEADLINE = re.compile(
    r"\b(?P<deadline>before (?!long\b|it is\b|them\b|him\b|her\b[.,])[^.,;:!?]{4,60}?)(?=[.,;:!?]|\s+or\s|$)", re.I
)
STAKE = re.compile(r"\b(?:or else|or)\s+(?P<stake>[^.,;:!?]{3,40}? (?:will|won't) [^.,;:!?]{2,40})", re.I)
MESSAGE = re.compile(r"[\"“](?P<double>[^\"”]{6,70})[\"”]|(?<![\w])['‘](?P<single>[^'’]{6,70})['’](?!\w)")


FOUND_AT = r"\b(?:finds?|found|discovers?|receives?|inherits?|wakes?|lives?|works?|hides?)\b"
"""Verbs of a story's beginning: the place they happen in is where it begins."""
ORDERS = r"(?:please |can you |i want |make|write|create|tell|a (?:story|film|movie|tale|video))"
"""How a prompt begins that speaks to the writer and not of the story."""
FINDING = r"(?:finds?|found|discovers?|receives?|inherits?|opens?|digs up|comes across|stumbles (?:on|upon))"
"""Verbs whose object is what the story turns on."""


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
    found_at_home: bool


def premise(story: str, cast: Sequence[CastNote]) -> Premise:
    """Read a prompt. Pure; never fails on a story that has words in it."""
    genre = genre_of(story)
    told = GENRES[genre]
    words = re.findall(r"[A-Za-zÀ-ÿ][\w'’-]*|[.,;:!?\"“”()]", story)
    names = {part.lower() for note in cast for part in note.name.split()}
    found = {kind: list(_phrases(words, heads, names)) for kind, heads in NOUNS["kinds"].items()}
    lead = _lead(words, found)
    others = {kind: [phrase for phrase in phrases if phrase != lead] for kind, phrases in found.items()}
    goal = _goal(story)
    carried = _found_thing(story, names) or _first(p for p in found["object"] if p.split()[-1] not in goal.split())
    threat = _first(others["threat"]) or told["threat"]
    figure = _first(phrase for phrase in others["figure"] if phrase != threat)
    return Premise(
        genre=genre,
        title=_title(carried or _first(found["object"]), _first(found["place"]), lead or figure, told["object"]),
        goal=goal or told["goal"],
        deadline=_said(DEADLINE, "deadline", story) or told["deadline"],
        stake=_said(STAKE, "stake", story) or told["stake"],
        object=carried or told["object"],
        threat=threat,
        figure=_owned(figure, story, cast[0].name) or told["figure"],
        region=_first(found["region"]) or told["region"],
        message=_quoted(story) or told["message"],
        places=tuple(dict.fromkeys(found["place"])),
        found_at_home=bool(
            re.search(FOUND_AT + r"[^.]*" + _first(found["place"]).split(" ")[-1], story, re.IGNORECASE)
        ),
    )


def _lead(words: Sequence[str], found: Mapping[str, Sequence[str]]) -> str:
    """ "A young baker ..." at the very beginning is the lead, whom the cast plays, and no one else."""
    if not words or words[0].lower() not in ("a", "an", "two", "three", "four"):
        return ""
    start = " ".join(word.lower() for word in words[1:5])
    people = [*found["figure"], *found["threat"]]
    return _first(phrase for phrase in people if start.startswith(phrase.removeprefix("the ")))


def places_in(text: str) -> list[str]:
    """The places that a text names, as "the ..." phrases in their order."""
    return list(_phrases(re.findall(r"[\w'’-]+", text), NOUNS["kinds"]["place"], set()))


def _begins_at(noun: str, story: str) -> bool:
    return bool(noun and re.search(FOUND_AT + r"[^.]*" + re.escape(noun), story, re.IGNORECASE))


def _owned(figure: str, story: str, name: str) -> str:
    """ "Her brother" is the lead's brother."""
    noun = figure.removeprefix("the ")
    return f"{name}'s {noun}" if noun and re.search(rf"\b(?:her|his|their) {noun}\b", story, re.IGNORECASE) else figure


def _goal(story: str) -> str:
    """What must be done, as a bare verb phrase; from "searches for a cure" it is "search for a cure"."""
    announced = _said(GOAL, "goal", story)
    if announced:
        return announced
    done = QUEST.search(story)
    if done and re.fullmatch(r" (?:him|her|them|it|us|me)", done["rest"]):
        return ""
    return " ".join(f"{QUESTS[done['verb'].lower()]} {done['rest']}".split()) if done else ""


def genre_of(story: str) -> str:
    """The genre with most of its hint words in the story; "mystery" where none has any."""
    said = story.lower()
    scores = {name: len(set(re.findall(table["hints"], said))) for name, table in GENRES.items()}
    best = max(scores, key=lambda name: (scores[name], name != "mystery"))
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


def _found_thing(story: str, names: set[str]) -> str:
    """What somebody in the story finds, steals or receives."""
    for found in re.finditer(rf"\b{FINDING} ([^.,;:!?]+)", story, re.IGNORECASE):
        thing = _first(_phrases(re.findall(r"[\w'’-]+", found[1]), NOUNS["kinds"]["object"], names))
        if thing:
            return thing
    return ""


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


def _title(thing: str, place: str, figure: str, fallback: str) -> str:
    """Two to four words out of the prompt: its thing, its place, or whose the thing is."""
    words = (thing or place or fallback).removeprefix("the ").split()
    owner = figure.split()[-1].capitalize() if figure and not (place and not thing) else ""
    if owner and (not thing or len(words) == 1):
        return f"The {owner}'s {words[-1].capitalize()}"
    return " ".join(["The", *(word.capitalize() for word in words[-3:])])


def describe(premise: Premise) -> dict[str, str]:
    """The premise as the slots that the templates use."""
    slots = {key: value for key, value in premise.__dict__.items() if isinstance(value, str)}
    return {**slots, "thing": premise.object.split()[-1]}


def sentences(story: str) -> list[str]:
    return [" ".join(found.split()) for found in re.split(r"(?<=[.!?])[\"”’']?\s+", story.strip()) if found.strip()]


def opening_sentence(story: str) -> str:
    """The story's own first sentence, where it sets a scene that the narrator can say; else ""."""
    told = sentences(story)
    if len(told) < 2 or GOAL.search(told[0]) or MESSAGE.search(told[0]):
        return ""
    order = re.match(ORDERS, told[0], re.IGNORECASE)
    return told[0] if not order and told[0][-1] in ".!?" and len(told[0].split()) <= 24 else ""


def sentence_about(story: str, name: str) -> str:
    """A short sentence of the story that begins with this name; else ""."""
    begins = re.compile(rf"{re.escape(name)}\b(?! (?:and|or)\b)")
    told = [sentence for sentence in sentences(story)[1:] if begins.match(sentence)]
    return next((s for s in told if len(s.split()) <= 14 and not GOAL.search(s) and '"' not in s), "")
