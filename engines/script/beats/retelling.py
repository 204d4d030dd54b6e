"""A story of a page or more tells what happens itself: here it is read aloud, played and cut into scenes.

Its sentences become what is seen and what the narrator says, what it quotes becomes dialogue, and the places, hours,
weather, moods and changes of its people are read from its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from engines.script import StoryOrder
from engines.script.beats.outline import scene_count
from engines.script.beats.premise import places_in, sentences
from engines.script.fountain import Element, Passage, scenes_of
from engines.script.pace import share_out, speaking_time, words
from events.script import NARRATOR, Scene, Script

PAGE = 12
"""Sentences from which a story is a page."""
FULL = 0.4
"""Share of the film that the story's words have to fill to be retold."""
QUOTE = re.compile(r"[\"“]([^\"”]+)[\"”]")
SAID = re.compile(
    r"\b(?:said|says|asked|asks|whispered|whispers|shouted|shouts|replied|replies|answered|answers|cried|cries"
    r"|called|calls|muttered|mutters|added|adds|told|tells)\b",
    re.IGNORECASE,
)
CAMERAS = (
    "wide shot, slow dolly in", "medium shot, track right", "close-up, static", "over the shoulder, slow dolly in",
    "low angle medium shot", "two-shot, slow zoom in", "high angle wide shot, dolly out", "handheld medium shot",
    "close-up, slow dolly in", "full shot, track left",
)  # fmt: skip


def is_page(order: StoryOrder) -> bool:
    """Whether a story is long enough to be told in its own words, and is about this cast."""
    told = sentences(order.story)
    about_cast = any(re.search(rf"\b{re.escape(note.name)}\b", order.story) for note in order.cast)
    return about_cast and len(told) >= PAGE and speaking_time(told) >= FULL * order.seconds


def retold(order: StoryOrder, title: str) -> Script:
    """The page as a script of exactly the asked seconds; narration that does not fit is left to the picture."""
    names = {note.slug: note.name for note in order.cast}
    parts = _parts(list(_elements(order.story, names)), scene_count(order.seconds))
    parts = _fitting(parts, order.seconds)
    scenes = scenes_of(parts, share_out(order.seconds, [_seconds(part) for part in parts]), names)
    return Script(title=title, logline=sentences(order.story)[0], scenes=tuple(_filmed(scenes, order.seed)))


def _filmed(scenes: Sequence[Scene], seed: int) -> Iterator[Scene]:
    """With camera words; where a scene only says "he" and "she", those of the scene before are still there."""
    first = int(np.random.default_rng(seed).integers(len(CAMERAS)))
    people: tuple[str, ...] = ()
    for number, scene in enumerate(scenes, start=first):
        people = scene.characters or people
        yield scene.model_copy(update={"camera": CAMERAS[number % len(CAMERAS)], "characters": people})


def _elements(story: str, names: Mapping[str, str]) -> Iterator[Element]:
    """Each sentence as action and narration, each quotation as a line of whoever is named beside it."""
    speaker = ""
    for paragraph in re.split(r"\n\s*\n", story):
        pieces = QUOTE.split(" ".join(paragraph.split()))
        for at, piece in enumerate(pieces):
            if at % 2:
                beside = [*sentences(pieces[at + 1])[:1], *sentences(pieces[at - 1])[-1:]]
                speaker = next((who for text in beside for who in _named(text, names)), speaker)
                yield Element(_closed(piece), speaker or NARRATOR)
            else:
                yield from _told(piece)


def _told(text: str) -> Iterator[Element]:
    for sentence in sentences(text):
        if len(sentence) > 2 and not (SAID.search(sentence) and words(sentence) <= 4):
            yield Element(sentence)
            yield Element(sentence, NARRATOR)


def _named(text: str, names: Mapping[str, str]) -> list[str]:
    return [slug for slug, name in names.items() if re.search(rf"\b{re.escape(name)}\b", text)]


def _closed(quotation: str) -> str:
    """A quotation that ends in a comma is a sentence when it stands alone."""
    return re.sub(r",?$", "", quotation.strip()) + ("" if quotation.strip()[-1:] in ".!?" else ".")


def _parts(elements: Sequence[Element], count: int) -> list[Passage]:
    """The elements in so many runs of like weight; each is headed by the last place that was named."""
    weights = np.cumsum([element.weight for element in elements])
    scene_of = np.minimum((weights - weights[0]) * count // max(weights[-1] - weights[0], 1e-9), count - 1)
    for at in range(len(elements) - 1):
        if not elements[at].speaker:  # what is seen stays with what is said of it
            scene_of[at] = scene_of[at + 1]
    parts, place = [], ""
    for number in sorted(set(scene_of.tolist())):
        run = tuple(element for element, of in zip(elements, scene_of, strict=True) if of == number)
        text = " ".join(element.text for element in run)
        place = next(iter(places_in(text)), place)
        parts.append(Passage(f"{place} - {text}", run))
    return parts


def _seconds(part: Passage) -> float:
    return speaking_time([element.text for element in part.elements if element.speaker])


def _fitting(parts: list[Passage], seconds: float) -> list[Passage]:
    """Leave narration out, the longest of the fullest scene first, until all can be said in time."""
    while sum(map(_seconds, parts)) > seconds:
        fullest = max(parts, key=_seconds)
        spoken = [element for element in fullest.elements if element.speaker]
        gone = max(spoken, key=lambda element: (element.speaker == NARRATOR, words(element.text)))
        kept = tuple(element for element in fullest.elements if element is not gone)
        parts[parts.index(fullest)] = Passage(fullest.heading, kept)
    return parts
