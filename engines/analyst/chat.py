"""A state analyst that is a language model: it reads what the embedded rules have no words for, and it can see.

It answers with the same ``Answer``; that only the cast changes, in ways that there are, is checked here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files

import numpy as np

from engines.analyst import Answer, Person
from engines.chat import ChatModel, most
from engines.script import lexicon
from events.errors import BadScript
from events.script import MEASURED_IN, Change, ChangeKind

INSTRUCTIONS = files("engines.analyst").joinpath("chat.md").read_text("utf-8")
WITH_PICTURE = """
A picture of the filmed scene is given too. Tell also what can plainly be seen of the same kinds and is neither in the
scene's text nor known (a torn coat, a wet face, a thing in a hand), and only of somebody whom the text lets you tell
apart from everybody else in the picture. Where text and picture disagree, the picture is wrong: leave it out.
"""
ASKED, ANSWERED = 9_000, 4_000
"""Tokens of a scene with its picture, and of what is found in it, thoughts included, at most."""
LETTERS = 3
"""Characters of a token, at least, in a text that is mostly English."""
PICTURE = 2_048
"""Tokens of a picture at Groq; Google counts fewer."""
ALL = "all"
COMPANY = (ChangeKind.COMPANION_GAINED, ChangeKind.COMPANION_LOST)


class ChatAnalyst:
    """An ``Analyst``. ``terms`` are the most that one scene can cost; ``spent`` is what all of them have cost."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.terms = most(model, "scene", ASKED, ANSWERED)

    @property
    def spent(self) -> float:
        """Dollars for all tokens so far."""
        return self._model.terms.price(self._model.used.asked, self._model.used.answered)

    @property
    def sees(self) -> bool:
        return self._model.sees

    def observe(self, text: str, cast: Mapping[str, Person], known: Sequence[Change] = ()) -> tuple[Change, ...]:
        """See ``Analyst``. Raises ``TakeFailed`` where the model does not manage it, and as ``ChatModel.answer``."""
        return self._read(INSTRUCTIONS, text, cast, known, ())

    def look(
        self, picture: np.ndarray, text: str, cast: Mapping[str, Person], known: Sequence[Change] = ()
    ) -> tuple[Change, ...]:
        """The same with a picture of the scene, ``(h, w, 3)`` RGB uint8. Raises ``Unsupported`` where the model does
        not see."""
        return self._read(INSTRUCTIONS + WITH_PICTURE, text, cast, known, (picture,))

    def _read(
        self,
        instructions: str,
        text: str,
        cast: Mapping[str, Person],
        known: Sequence[Change],
        pictures: Sequence[np.ndarray],
    ) -> tuple[Change, ...]:
        told = _told(text, cast, known)
        if len(instructions) + len(told) > LETTERS * (ASKED - PICTURE):
            raise BadScript("The scene is too long to be read at once. Cut it into several.")

        def check(answer: Answer) -> None:
            for change in answer.changes:
                _check(change, cast, [*known, *answer.changes])

        answer = self._model.answer(instructions, told, Answer, pictures, check=check, longest=ANSWERED)
        return tuple(dict.fromkeys(map(_coloured, answer.changes)))


def _told(text: str, cast: Mapping[str, Person], known: Sequence[Change]) -> str:
    people = {slug: person.model_dump() for slug, person in cast.items()}
    earlier = [change.model_dump(mode="json", exclude_defaults=True) for change in known]
    return json.dumps({"scene": text, "cast": people, "known": earlier}, ensure_ascii=False)


def _check(change: Change, cast: Collection[str], told: Sequence[Change]) -> None:
    """Raises ``BadScript`` for a change that nobody of the cast can go through."""
    if change.character not in (("",) if change.kind is ChangeKind.WEATHER else cast):
        raise _wrong(change, f"has the character {change.character!r}. It is one of {', '.join(cast)}; '' for weather")
    if change.kind in COMPANY and (change.what not in cast or change.what == change.character):
        raise _wrong(change, f"names {change.what!r}, who is nobody else of {', '.join(cast)}")
    allowed = MEASURED_IN.get(change.kind)
    if allowed and change.what not in set(allowed):
        raise _wrong(change, f"is {change.what!r}. It is one of {', '.join(allowed)}")
    if change.kind is ChangeKind.HEALING and not any(_is_healed(injury, change) for injury in told):
        raise _wrong(change, f"is of {change.what!r}, which is no known injury of {change.character}")


def _coloured(change: Change) -> Change:
    """A garment's colour is read from its words, as everywhere."""
    return change.replaced(colour=lexicon.colour(change.what)) if change.kind is ChangeKind.WARDROBE else change


def _is_healed(injury: Change, healing: Change) -> bool:
    mine = injury.kind is ChangeKind.INJURY and injury.character == healing.character
    return mine and healing.what in (ALL, injury.what) and healing.where in ("", injury.where)


def _wrong(change: Change, why: str) -> BadScript:
    return BadScript(f"A change of the kind {change.kind} {why}.")
