"""Scripts by a language model, from a story, the rules of its series and what its cast remembers.

The model writes a small form of the script (``Draft``). The scenes' lengths are shared out here, and everything is
checked by the rules that hold for every script.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Literal

from pydantic import Field

from engines.chat import ChatModel, most
from engines.script import StoryOrder, check_order, lexicon
from engines.script.pace import LONGEST, check_speech, share_out, speaking_time, word_budget, words
from engines.script.reading import felt
from events.base import Value
from events.errors import BadScript
from events.mentions import mentioned
from events.script import Change, ChangeKind, Line, Mood, Place, Scene, Script, TimeOfDay, Weather, checked

INSTRUCTIONS = files("engines.script").joinpath("chat.md").read_text("utf-8")
ASKED, ANSWERED = 24_000, 32_000
"""Tokens of an order and of its script, its thoughts included, at most."""
LETTERS = 3
"""Characters of a token, at least, in a story that is mostly English."""
BRISK = 16.5
"""Seconds of a scene where a film has as many scenes as it can bear: 18 in five minutes."""
ADDRESS = re.compile(r"://|\bwww\.|\basset:|\.\./|(?:^|\s)[/~]\w+/|\b[a-z]:\\", re.IGNORECASE)
"""What points at something outside of the story."""

Happening = Literal[
    ChangeKind.INJURY,
    ChangeKind.HEALING,
    ChangeKind.WARDROBE,
    ChangeKind.SOAKED,
    ChangeKind.DRIED,
    ChangeKind.PROP_GAINED,
    ChangeKind.PROP_LOST,
    ChangeKind.POSE,
    ChangeKind.COMPANION_GAINED,
    ChangeKind.COMPANION_LOST,
    ChangeKind.LEARNT,
]
"""The kinds of change that a scene does not say of itself."""


class DraftChange(Value):
    kind: Happening
    character: str
    what: str = Field(min_length=1, max_length=120)
    where: str = Field(default="", max_length=60)
    bandaged: bool = False
    grave: bool = False


class DraftScene(Value):
    description: str = Field(min_length=1, max_length=1500)
    characters: tuple[str, ...]
    location: str = Field(min_length=1, max_length=120)
    place: Place
    time: TimeOfDay
    weather: Weather
    mood: Mood
    camera: str = Field(max_length=200)
    hours_later: float = Field(default=0.0, ge=0, le=100_000)
    lines: tuple[Line, ...] = ()
    changes: tuple[DraftChange, ...] = ()


class Draft(Value):
    """A script as a model writes it."""

    title: str = Field(min_length=1, max_length=120)
    logline: str = Field(max_length=400)
    scenes: tuple[DraftScene, ...] = Field(min_length=1)


class ChatWriter:
    """A ``ScriptEngine``. ``terms`` are the most that one script can cost; ``spent`` is what it has cost."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.terms = most(model, "script", ASKED, ANSWERED)

    @property
    def spent(self) -> float:
        """Dollars for all tokens so far."""
        return self._model.terms.price(self._model.used.asked, self._model.used.answered)

    def write(self, order: StoryOrder) -> Script:
        """The script of an order. Raises ``BadScript`` for one that cannot be written, ``TakeFailed`` where the model
        does not manage it, and as ``ChatModel.answer``."""
        check_order(order)
        told = json.dumps(_told(order), ensure_ascii=False)
        if len(told) + len(INSTRUCTIONS) > LETTERS * ASKED:
            raise BadScript("The story is too long for a language model to film at once. Make several episodes of it.")
        draft = self._model.answer(
            INSTRUCTIONS, told, Draft, check=lambda draft: script_of(draft, order), seed=order.seed, longest=ANSWERED
        )
        return script_of(draft, order)


def scenes_of(seconds: float) -> tuple[int, int]:
    """The fewest and the most scenes of a film: 12 to 18 in five minutes."""
    fewest = max(1, math.ceil(seconds / LONGEST))
    return fewest, max(fewest, int(seconds // BRISK))


def _told(order: StoryOrder) -> dict[str, object]:
    fewest, most_scenes = scenes_of(order.seconds)
    usual = order.seconds / ((fewest + most_scenes) / 2)
    cast = [
        {"slug": n.slug, "name": n.name, "who": n.description, "pronoun": n.pronoun, "state": n.state}
        for n in order.cast
    ]
    return {
        "story": order.story,
        "title": order.title,
        "cast": cast,
        "rules": order.bible,
        "remembered": order.remembered,
        "seconds": order.seconds,
        "fewest_scenes": fewest,
        "most_scenes": most_scenes,
        "words_a_scene": word_budget(usual),
        "most_words_a_scene": word_budget(min(LONGEST, order.seconds)),
        "words_in_all": word_budget(usual) * fewest,
    }


def script_of(draft: Draft, order: StoryOrder) -> Script:
    """The script that a draft amounts to. Raises ``BadScript`` for what this cast cannot play in this time."""
    _check_count(draft, order)
    for number, scene in enumerate(draft.scenes, start=1):
        _check_company(number, scene, order)
        _check_plain(number, scene)
    needed = [_needed(number, scene) for number, scene in enumerate(draft.scenes, start=1)]
    if sum(needed) > order.seconds:
        raise BadScript(
            f"All that is said takes {sum(needed):.0f} seconds, and the film has {order.seconds:g}. Cut lines, or make "
            "them shorter."
        )
    scenes = tuple(_scenes(draft, share_out(order.seconds, needed)))
    for made in scenes:
        check_speech(made)
    script = Script(title=order.title or draft.title, logline=draft.logline, scenes=scenes)
    return checked(script, [note.slug for note in order.cast], order.seconds)


def _check_count(draft: Draft, order: StoryOrder) -> None:
    fewest, most_scenes = scenes_of(order.seconds)
    if not fewest <= len(draft.scenes) <= most_scenes:
        raise BadScript(
            f"There are {len(draft.scenes)} scenes. A film of {order.seconds:g} seconds has {fewest} to {most_scenes}."
        )
    if ADDRESS.search(f"{draft.title} {draft.logline}") or mentioned(f"{draft.title} {draft.logline}"):
        raise BadScript("The title or logline has an address in it. There are none in a script.")


def _check_company(number: int, scene: DraftScene, order: StoryOrder) -> None:
    company = (ChangeKind.COMPANION_GAINED, ChangeKind.COMPANION_LOST)
    slugs = {note.slug for note in order.cast}
    strangers = {change.what for change in scene.changes if change.kind in company} - slugs
    if strangers:
        raise BadScript(f"Scene {number} has the companion {', '.join(sorted(strangers))}, who is not in the cast.")


def _check_plain(number: int, scene: DraftScene) -> None:
    told = [scene.description, scene.location, scene.camera, *(line.text for line in scene.lines)]
    told += [f"{change.what} {change.where}" for change in scene.changes]
    if found := next((text for text in told if ADDRESS.search(text) or mentioned(text)), ""):
        raise BadScript(f"Scene {number} has an address in it ({found[:60]!r}). There are none in a script.")


def _needed(number: int, scene: DraftScene) -> float:
    """Seconds that the lines of a scene take. Raises ``BadScript`` where they are too many for any scene."""
    needed = speaking_time([line.text for line in scene.lines])
    if needed > LONGEST:
        said = sum(words(line.text) for line in scene.lines)
        raise BadScript(
            f"Scene {number} has {said} words to say, and there is time for {word_budget(LONGEST)}. Cut lines, or make "
            "two scenes of it."
        )
    return needed


def _scenes(draft: Draft, lengths: list[float]) -> Iterator[Scene]:
    known: dict[tuple[str, ChangeKind], str] = {}
    for number, (scene, seconds) in enumerate(zip(draft.scenes, lengths, strict=True), start=1):
        told = (*map(_change, scene.changes), *felt(scene.characters, scene.location, scene.mood, known))
        kept = scene.model_dump(include=set(DraftScene.model_fields) - {"changes", "lines"})
        yield Scene(number=number, scene_id=f"scene-{number}", seconds=seconds, lines=scene.lines, changes=told, **kept)


def _change(drafted: DraftChange) -> Change:
    colour = lexicon.colour(drafted.what) if drafted.kind is ChangeKind.WARDROBE else ""
    return Change(colour=colour, **drafted.model_dump())
