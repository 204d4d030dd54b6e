"""The importer of a list of scenes in JSON.

Each scene is an object with ``scene_id, description, characters, duration_sec, camera, dialogue, narration, mood``;
``location``, ``time``, ``weather``, ``hours_later`` (since the scene before) and ``changes`` may be added. The file is
such a list, or an object with ``title``, ``logline`` and ``scenes``. What happens to people is read from the
description where no changes are given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError, field_validator

from engines.script import lexicon
from engines.script.pace import check_speech
from engines.script.reading import changes_in, felt
from events.base import Value
from events.errors import BadScript
from events.script import FPS, NARRATOR, Change, ChangeKind, Line, Mood, Scene, Script, TimeOfDay, Weather, checked


class SceneNote(Value):
    """One scene as the file has it."""

    scene_id: str
    description: str = Field(min_length=1)
    characters: tuple[str, ...] = ()
    duration_sec: float = Field(gt=0, le=600)
    camera: str = ""
    dialogue: tuple[Line, ...] = ()
    narration: str = ""
    mood: str = "calm"
    location: str = ""
    time: str = ""
    weather: str = ""
    hours_later: float = Field(default=0.0, ge=0)
    changes: tuple[Change, ...] = ()

    @field_validator("scene_id", mode="before")
    @classmethod
    def _as_text(cls, given: object) -> object:
        return str(given) if isinstance(given, int) else given

    @field_validator("narration", mode="before")
    @classmethod
    def _joined(cls, given: object) -> object:
        return " ".join(map(str, given)) if isinstance(given, list) else given or ""

    @field_validator("dialogue", mode="before")
    @classmethod
    def _lines(cls, given: Any) -> object:
        """Lines as ``{"speaker": "ava", "text": "..."}``, as ``{"ava": "..."}`` or as "AVA: ..."."""
        if given in (None, ""):
            return ()
        entries = given if isinstance(given, list) else [given]
        return tuple(_line(entry) for entry in entries)


def _line(entry: Any) -> Any:
    if isinstance(entry, str):
        speaker, colon, text = entry.partition(":")
        return {"speaker": speaker.strip(), "text": text.strip()} if colon else entry
    if isinstance(entry, Mapping) and "character" in entry:
        return {"speaker": entry["character"], "text": entry.get("text", entry.get("line", ""))}
    if isinstance(entry, Mapping) and "line" in entry:
        return {"speaker": entry.get("speaker", ""), "text": entry["line"]}
    if isinstance(entry, Mapping) and len(entry) == 1:
        ((speaker, text),) = entry.items()
        return {"speaker": speaker, "text": text}
    return entry


def read_scenes(text: str, cast: Sequence[str], seconds: float | None = None) -> Script:
    """The script of a JSON scene list for this cast (slugs).

    ``seconds`` is the asked length, None where none was asked: then the scenes' own sum holds. Raises ``BadScript``
    that names the scene for what cannot be read, people outside the cast, speech that does not fit its scene, or
    scenes that add up to more than 2 % more or less than ``seconds``.
    """
    title, logline, notes = _read(text)
    scenes = tuple(_scenes(notes, cast))
    return checked(Script(title=title, logline=logline, scenes=scenes), cast, seconds)


def _read(text: str) -> tuple[str, str, list[SceneNote]]:
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadScript(f"The scene list is not JSON: {error.msg} in line {error.lineno}.") from error
    page = told if isinstance(told, dict) else {"scenes": told}
    scenes = page.get("scenes")
    if not isinstance(scenes, list) or not scenes:
        raise BadScript('There are no scenes in this file. It must be a JSON list of scenes, or {"scenes": [...]}.')
    notes = [_note(number, entry) for number, entry in enumerate(scenes, start=1)]
    return str(page.get("title") or "Untitled"), str(page.get("logline") or ""), notes


def _note(number: int, entry: Any) -> SceneNote:
    name = entry.get("scene_id", "without scene_id") if isinstance(entry, dict) else "which is no object"
    try:
        return SceneNote.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the scene"
        raise BadScript(f"Scene {number} ({name}): {where}: {first['msg']}.") from error


def _scenes(notes: Sequence[SceneNote], cast: Sequence[str]) -> Iterator[Scene]:
    names = {slug: slug.replace("-", " ").title() for slug in cast}
    known: dict[tuple[str, ChangeKind], str] = {}
    earlier: list[Change] = []
    time, weather, location = TimeOfDay.DAY, Weather.CLEAR, ""
    for number, note in enumerate(notes, start=1):
        time, before = lexicon.time_of_day(note.time or note.description) or time, time
        said = lexicon.weather(note.weather or note.description)
        weather = said or (weather if time == before else Weather.CLEAR)
        location = note.location or location
        mood = _mood(note)
        people = tuple(_slug(who) for who in note.characters)
        lines = _spoken(note)
        told = _changes(note, names, people, earlier)
        earlier += told
        scene = Scene(
            number=number,
            scene_id=note.scene_id,
            description=note.description,
            characters=people,
            seconds=round(note.duration_sec * FPS) / FPS,
            location=location,
            place=lexicon.place(note.location or note.description),
            time=time,
            weather=weather,
            mood=mood,
            camera=note.camera,
            hours_later=note.hours_later,
            lines=lines,
            changes=(*told, *felt(people, location, mood, known)),
        )
        check_speech(scene)
        yield scene


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _mood(note: SceneNote) -> Mood:
    said = note.mood.lower().strip()
    return Mood(said) if said in set(Mood) else lexicon.mood(said) or lexicon.mood(note.description) or Mood.CALM


def _spoken(note: SceneNote) -> tuple[Line, ...]:
    narrated = (Line(speaker=NARRATOR, text=note.narration),) if note.narration.strip() else ()
    return narrated + tuple(Line(speaker=_slug(line.speaker), text=line.text) for line in note.dialogue)


def _changes(
    note: SceneNote, names: dict[str, str], people: Sequence[str], earlier: Sequence[Change]
) -> tuple[Change, ...]:
    if note.changes:
        return tuple(change.model_copy(update={"character": _slug(change.character)}) for change in note.changes)
    return tuple(change for change in changes_in(note.description, names, earlier) if change.character in people)
