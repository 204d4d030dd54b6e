"""A prompt engine: a shot's prompt in the words that a video engine takes best, by a language model.

Only the words change. Who is in the picture, how they look, what they carry and what is said must stand in the new
prompt as in the old one (``facts``): what is missing is told to the model, and in the end it is an error. Nothing is
dropped silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from pydantic import Field

from engines.chat import ChatModel, most
from engines.video import Profile
from events.base import Value
from events.errors import BadScript
from events.script import Mood, TimeOfDay, Weather

INSTRUCTIONS = files("engines.script").joinpath("prompting.md").read_text("utf-8")
ASKED, ANSWERED = 6_000, 3_000
"""Tokens of a prompt and of its rewriting, thoughts included, at most."""
LETTERS = 3
"""Characters of a token, at least, in English."""

SPOKEN = re.compile(r"“([^”]+)”")
SPEAKER = re.compile(r"^([^\n:“]{1,60}?) says: “", re.MULTILINE)
CAMERA = re.compile(r"^([\w -]+) shot, \w+ angle, ([\w ]+) camera\.$", re.MULTILINE)
SETTING = re.compile(rf"^(.+), ({'|'.join(TimeOfDay)}), ({'|'.join(Weather)})\. Mood: (\w+)\.$", re.MULTILINE)
PERSON = re.compile(rf"^(.*)\bNow ((?:.+; )?(?:{'|'.join(Mood)}))\.$", re.MULTILINE)
"""Somebody in the picture, as ``events/prompt.py`` writes it: who it is, and how it looks now."""
RULES = re.compile(r"^Always: (.+)$", re.MULTILINE)
LEAD = re.compile(r"^(?:wearing|carrying|in the company of|with|and)\s+|^(?:an?|the)\s+", re.IGNORECASE)


class Rewritten(Value):
    prompt: str = Field(min_length=1)


class PromptWriter:
    """``terms`` are the most that one prompt can cost; ``spent`` is what all of them have cost."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.terms = most(model, "prompt", ASKED, ANSWERED)

    @property
    def spent(self) -> float:
        """Dollars for all tokens so far."""
        return self._model.terms.price(self._model.used.asked, self._model.used.answered)

    def rewrite(self, prompt: str, engine: Profile, keep: Sequence[str] = (), longest: int = 0) -> str:
        """The prompt for this video engine, of at most ``longest`` characters (0: any number). ``keep`` are facts
        besides those of ``facts``.

        Raises ``BadScript`` for a prompt that is too long to begin with, ``TakeFailed`` where the model does not keep
        every fact, and as ``ChatModel.answer``.
        """
        kept = list(dict.fromkeys([*facts(prompt), *keep]))
        told = {"prompt": prompt, "engine": _manner(engine), "keep": kept, "longest": longest}
        message = json.dumps(told, ensure_ascii=False)
        if len(message) + len(INSTRUCTIONS) > LETTERS * ASKED:
            raise BadScript("The prompt is too long to be rewritten. Shorten the scene's description or the bible.")
        if longest and sum(map(len, kept)) > longest:
            raise BadScript(f"What this shot has to show does not fit into {longest} characters. Film it in two shots.")

        def check(answer: Rewritten) -> None:
            _check(answer.prompt, prompt, kept, longest)

        return self._model.answer(INSTRUCTIONS, message, Rewritten, check=check, longest=ANSWERED).prompt


def facts(prompt: str) -> tuple[str, ...]:
    """What has to stand in a prompt word for word: framing, movement, place, time, weather and mood; names, who
    somebody is, each piece of how they look; what is said, and the rules of the series."""
    shown = [part for found in (CAMERA, SETTING) for parts in found.findall(prompt) for part in parts]
    said = [*SPEAKER.findall(prompt), *SPOKEN.findall(prompt)]
    rules = [rule.rstrip(".") for told in RULES.findall(prompt) for rule in re.split(r"(?<=\.)\s+", told)]
    found = [*shown, *_people(prompt), *said, *rules]
    return tuple(dict.fromkeys(fact.strip() for fact in found if fact.strip()))


def _people(prompt: str) -> Iterator[str]:
    """Of everybody in the picture; who somebody is may take several lines."""
    identity: list[str] = []
    for line in prompt.splitlines():
        if found := PERSON.match(line):
            name, _, who = " ".join([*identity, found[1]]).strip().rstrip(".").partition(": ")
            yield from (name, who, *_looks(found[2]))
        ended = found or CAMERA.match(line) or SETTING.match(line)
        identity = [] if ended else [*identity, line]


def _looks(look: str) -> Iterator[str]:
    """ "wearing red coat (soaking wet); with a cut on the left cheek and a bruise; calm" in its pieces."""
    for piece in look.split(";"):
        for part in re.split(r"\band\b(?= an? )|[()]", piece):
            yield _bare(part)


def _bare(part: str) -> str:
    """Without the words that lead in."""
    while (less := LEAD.sub("", part.strip())) != part:
        part = less
    return part


def _check(new: str, old: str, kept: Sequence[str], longest: int) -> None:
    """Raises ``BadScript`` that lists what is missing."""
    if missing := [fact for fact in kept if not _stands(fact, new)]:
        raise BadScript(f"The prompt lacks these, word for word: {'; '.join(missing)}.")
    if longest and len(new) > longest:
        raise BadScript(f"The prompt has {len(new)} characters, and {longest} are allowed.")
    said = {_plain(line) for line in re.findall(r"[“\"]([^”\"]+)[”\"]", new)}
    if invented := said - {_plain(line) for line in SPOKEN.findall(old)} - {_plain(fact) for fact in kept}:
        raise BadScript(f"Nobody says this: {'; '.join(sorted(invented))}. Take the quotation marks or the line out.")


def _stands(fact: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(_plain(fact))}(?!\w)", _plain(text)) is not None


def _plain(text: str) -> str:
    """Compared without regard to case, blanks, and the shapes of apostrophes."""
    return " ".join(text.lower().replace("’", "'").split()).strip(" .,")


def _manner(engine: Profile) -> str:
    """What the model is told of the video engine: facts of its profile."""
    heard = (
        "It makes sound: give each line to its speaker in quotation marks, with the voice, and name what else is heard."
        if engine.native_audio
        else "It makes no sound: tell what is said in quotation marks, for the mouths, and no other sounds."
    )
    first = "It begins from a given picture: tell above all what moves and changes." if engine.first_frame else ""
    shown = "Pictures of the people are given too: name whom each description belongs to." if engine.references else ""
    return " ".join(part for part in (f"Clips of {engine.longest_clip:g} s at most.", heard, first, shown) if part)
