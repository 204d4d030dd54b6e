"""The Fountain screenplay importer (syntax: https://fountain.io/syntax).

Headings give place and time, action gives what is seen, what happens to people and the camera's words, cues give the
lines. Transitions, sections, synopses, page breaks, notes and the boneyard are passed over. A screenplay has no
lengths, so the asked seconds are shared out by the amount of speech and action, and a long scene is shot as several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engines.script import lexicon
from engines.script.pace import LONGEST, SILENCE, WORDS_PER_SECOND, share_out, words
from engines.script.reading import changes_in, felt
from events.errors import BadScript
from events.script import (
    NARRATOR,
    Change,
    ChangeKind,
    Line,
    Mood,
    Scene,
    Script,
    TimeOfDay,
    Weather,
    checked,
)

HEADING = re.compile(r"^(?:\.(?=\w)|(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E)[. ]\s*)(?P<rest>.+)$", re.IGNORECASE)
TITLE_KEY = re.compile(r"^(title|credit|author|authors|source|notes|draft date|date|contact|copyright)\s*:", re.I)
TRANSITION = re.compile(r"^(?:>.*|[A-Z ]+TO:|FADE (?:IN|OUT)[.:]?|CUT TO BLACK[.:]?)$")
CUE = re.compile(r"^(?:@(?P<forced>[^(^]+)|(?P<name>[A-Z0-9][A-Z0-9 .'’-]*?))\s*(?P<said>\((?:[^)]*)\)\s*)*\^?$")
VOICE_OVER = re.compile(r"\((?:V\.? ?O\.?|O\.? ?S\.?|O\.? ?C\.?)", re.IGNORECASE)
CAMERA_WORDS = re.compile(
    r"\b(?:[A-Z][A-Z'-]+ )*(?:CLOSE|WIDE|SHOT|ANGLE|PAN|PANS|DOLLY|ZOOM|TRACKING|TILT|HANDHELD|PUSH|PULL|OVER|INSERT"
    r"|TWO-SHOT|AERIAL|CRANE)\b(?:[ -][A-Z'-]{2,})*"
)
LOUDNESS = 0.3
"""How much screen time a word of action takes, beside a word of speech."""


@dataclass(frozen=True)
class Element:
    """One paragraph of a screenplay: ``speaker`` is a slug, narrator, or "" for action."""

    text: str
    speaker: str = ""
    manner: str = ""

    @property
    def weight(self) -> float:
        return words(self.text) * (1.0 if self.speaker else LOUDNESS)


@dataclass(frozen=True)
class Passage:
    """A scene as written, or the part of a long one that becomes a scene of the film."""

    heading: str
    elements: tuple[Element, ...]

    @property
    def seconds(self) -> float:
        return sum(element.weight for element in self.elements) / WORDS_PER_SECOND + SILENCE


def read_fountain(text: str, cast: Sequence[str], seconds: float) -> Script:
    """A screenplay as a script for this cast (slugs) of exactly so many seconds.

    Raises ``BadScript`` for speakers who are not in the cast, a screenplay without scenes, or one with more to say
    than fits the time.
    """
    lines = _plain(text).split("\n")
    title, body = _title_page(lines)
    passages = [passage for passage in _passages(body, cast) if passage.elements]
    if not passages:
        raise BadScript("There are no scenes in this screenplay. Begin each with a heading such as INT. LAB - NIGHT.")
    _check_length(passages, seconds)
    parts = _divided(passages, seconds)
    lengths = share_out(seconds, [part.seconds for part in parts])
    scenes = scenes_of(parts, lengths, {slug: slug.replace("-", " ").title() for slug in cast})
    return checked(Script(title=title or "Untitled", logline="", scenes=scenes), cast, seconds)


def _plain(text: str) -> str:
    """Without boneyard, notes, and marks of emphasis."""
    text = re.sub(r"/\*.*?\*/|\[\[.*?\]\]", "", text.replace("\r\n", "\n").replace("\ufeff", ""), flags=re.DOTALL)
    return re.sub(r"(?<!\\)(?:\*{1,3}|(?<!\w)_|_(?!\w))", "", text)


def _title_page(lines: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The title, and the lines after the title page."""
    if not lines or not TITLE_KEY.match(lines[0].strip()):
        return "", lines
    end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    page = " ".join(line.strip() for line in lines[:end])
    found = re.search(r"title:\s*(.*?)(?=\s+[A-Z][a-z]+(?: date)?:|$)", page, re.IGNORECASE)
    return (found[1].strip() if found else ""), lines[end:]


def _passages(lines: Sequence[str], cast: Sequence[str]) -> Iterator[Passage]:
    heading = ""
    elements: list[Element] = []
    strangers: dict[str, None] = {}
    for paragraph in re.split(r"\n\s*\n", "\n".join(line.strip() for line in lines)):
        rows = [row for row in paragraph.split("\n") if row and not _passed_over(row)]
        found = HEADING.match(rows[0]) if rows else None
        if found:
            yield Passage(heading, tuple(elements))
            heading, elements, rows = re.sub(r"#.*#$", "", found["rest"]).strip(), [], rows[1:]
        if rows:
            elements += _elements(rows, cast, strangers)
    if strangers:
        raise BadScript(
            f"{', '.join(strangers)} speak in this screenplay but are not in the cast ({', '.join(cast)}). "
            "Add them to the cast, rename them, or mark them (V.O.) to give their lines to the narrator."
        )
    yield Passage(heading, tuple(elements))


def _passed_over(row: str) -> bool:
    return bool(TRANSITION.match(row)) or (row.startswith(("#", "=")) and not row.startswith("=>"))


def _elements(rows: Sequence[str], cast: Sequence[str], strangers: dict[str, None]) -> list[Element]:
    """A paragraph as action, or as a cue with its lines."""
    cue = CUE.match(rows[0]) if len(rows) > 1 and not rows[0].startswith("!") else None
    if not cue:
        return [Element(" ".join(row.lstrip("!") for row in rows))]
    name = (cue["forced"] or cue["name"]).strip()
    speaker = _speaker(name, bool(VOICE_OVER.search(rows[0])), cast)
    if not speaker:
        strangers[name] = None
    manner = " ".join(row.strip("()") for row in rows[1:] if row.startswith("("))
    said = " ".join(row.lstrip("~") for row in rows[1:] if not row.startswith("("))
    return [Element(said, speaker or NARRATOR, manner)] if said else []


def _speaker(name: str, unseen: bool, cast: Sequence[str]) -> str:
    """The slug of a cue; the narrator for NARRATOR and for unknown voices that are not seen; else ""."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    known = next((who for who in cast if slug == who or slug.split("-")[0] == who.split("-")[0]), "")
    return known or (NARRATOR if unseen or slug == NARRATOR else "")


def _check_length(passages: Sequence[Passage], seconds: float) -> None:
    spoken = sum(words(element.text) for passage in passages for element in passage.elements if element.speaker)
    needed = spoken / WORDS_PER_SECOND + SILENCE * len(passages)
    if needed > seconds:
        raise BadScript(
            f"This screenplay has {spoken} spoken words, which take about {needed:.0f} seconds, but {seconds:g} were "
            "asked for. Ask for more seconds or cut the dialogue."
        )


def _divided(passages: Sequence[Passage], seconds: float) -> list[Passage]:
    """Halve the scene that gets the most time until none gets more than 25 s (or can be halved)."""
    parts = list(passages)
    while True:
        scale = seconds / sum(part.seconds for part in parts)
        long = [part for part in parts if part.seconds * scale > LONGEST and len(part.elements) > 1]
        if not long:
            return parts
        longest = max(long, key=lambda part: part.seconds)
        at = parts.index(longest)
        parts[at : at + 1] = _halves(longest)


def _halves(passage: Passage) -> list[Passage]:
    cuts = range(1, len(passage.elements))
    middle = min(cuts, key=lambda cut: abs(_weight(passage.elements[:cut]) - _weight(passage.elements[cut:])))
    return [replace(passage, elements=passage.elements[:middle]), replace(passage, elements=passage.elements[middle:])]


def _weight(elements: Sequence[Element]) -> float:
    return sum(element.weight for element in elements)


def scenes_of(parts: Sequence[Passage], lengths: Sequence[float], names: Mapping[str, str]) -> tuple[Scene, ...]:
    """Scenes of these lengths for a cast (slug to name). What is not said of a scene, such as its hour or its
    weather, goes on from the scene before."""
    return tuple(_scenes(parts, lengths, names))


def _scenes(parts: Sequence[Passage], lengths: Sequence[float], names: Mapping[str, str]) -> Iterator[Scene]:
    known: dict[tuple[str, ChangeKind], str] = {}
    earlier: list[Change] = []
    time, weather, heading, subject = TimeOfDay.DAY, Weather.CLEAR, "", ""
    seen: set[str] = set()
    for number, (part, seconds) in enumerate(zip(parts, lengths, strict=True), start=1):
        action = " ".join(element.text for element in part.elements if not element.speaker)
        location, hour = _where_and_when(part.heading)
        time, before = lexicon.time_of_day(hour) or time, time
        weather = lexicon.weather(f"{part.heading} {action}") or (weather if time == before else Weather.CLEAR)
        told = changes_in(action, names, earlier, subject)
        earlier += told
        seen = (
            _people(part, names) | {change.character for change in told} | (seen if part.heading == heading else set())
        )
        subject = _last_named(action, names) or subject
        heading, people = part.heading, tuple(slug for slug in names if slug in seen)
        manner = " ".join(element.manner for element in part.elements)
        mood = lexicon.mood(f"{action} {manner}") or (Mood.TENSE if weather == Weather.STORM else Mood.CALM)
        yield Scene(
            number=number,
            scene_id=f"{number:02d}-{re.sub(r'[^a-z0-9]+', '-', location.lower()).strip('-') or 'scene'}",
            description=action
            or f"{', '.join(names[who] for who in people) or 'Nobody'} in {location or 'the scene'}.",
            characters=people,
            seconds=seconds,
            location=location,
            place=lexicon.place(location),
            time=time,
            weather=weather,
            mood=mood,
            camera=", ".join(found.lower() for found in CAMERA_WORDS.findall(action)),
            lines=tuple(Line(speaker=e.speaker, text=e.text) for e in part.elements if e.speaker),
            changes=(*told, *felt(people, location, mood, known)),
        )


def _last_named(text: str, names: Mapping[str, str]) -> str:
    """Whom a "he" or "she" after this text means."""
    at = {slug: text.lower().rfind(name.split()[0].lower()) for slug, name in names.items()}
    last = max(at, key=lambda slug: at[slug])
    return last if at[last] >= 0 else ""


def _where_and_when(heading: str) -> tuple[str, str]:
    """ "CITY LAB - NIGHT" is the city lab, by night."""
    where, dash, when = heading.rpartition(" - ")
    return (where if dash else heading).strip(" -.").lower(), when if dash else heading


def _people(part: Passage, names: Mapping[str, str]) -> set[str]:
    """Who is in a passage: in its action by name, or with a line."""
    action = " ".join(element.text for element in part.elements if not element.speaker)
    named = {slug for slug, name in names.items() if re.search(rf"\b{re.escape(name.split()[0])}\b", action, re.I)}
    return named | {element.speaker for element in part.elements} & set(names)
