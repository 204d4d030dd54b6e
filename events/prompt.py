"""The prompt of a shot, for any engine that reads English.

A paragraph each: camera, place, then of everybody in the picture who it is (identity, permanent) and how it looks now
(state), what is remembered, what happens, what is said, and the rules of the series. Identity and state are kept apart:
clothes, injuries and props are never part of the face. State comes from the character's log alone; memories are only
for what once was, and each says which scene it is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from events.base import Value
from events.character import Character
from events.look import SCAR, Injury, Look
from events.mentions import unmasked
from events.script import NARRATOR, Scene
from events.storyboard import Shot


class Background(Value):
    """What a prompt may draw on besides the scene: lines recalled by slug (``projections/memory.py``), the rules of
    the series' bible, and the names that mentions stand for."""

    recalled: dict[str, tuple[str, ...]] = {}
    rules: tuple[str, ...] = ()
    names: dict[UUID, str] = {}


NOTHING = Background()
FORBIDS = re.compile(r"(no|never|without)\s+", re.IGNORECASE)


def shot_prompt(
    scene: Scene,
    shot: Shot,
    cast: Mapping[str, Character],
    looks: Mapping[str, Look],
    background: Background = NOTHING,
    apart: bool = False,
) -> str:
    """``cast`` and ``looks`` have everybody in the shot, by slug. ``apart``: what is ``forbidden`` is told apart, and
    not here, since most engines paint what a prompt names even where it says no."""
    camera = f"{shot.camera.framing} shot, {shot.camera.angle} angle, {shot.camera.move} camera."
    place = f"{scene.location or scene.place}, {scene.time}, {scene.weather}. Mood: {scene.mood}."
    people = [f"{describe_identity(cast[s])} {describe_look(looks[s])}" for s in shot.visible]
    spoken = [f"{cast[t.speaker].name} says: “{scene.lines[t.line].text}”" for t in shot.lines if t.speaker != NARRATOR]
    remembered = list(_remembered(shot.visible, cast, background.recalled))
    rules = [rule for rule in background.rules if not (apart and FORBIDS.match(rule))]
    told = [camera, place, *people, *remembered, scene.description, *spoken, *_rules(rules)]
    return unmasked("\n".join(told), background.names)


def forbidden(background: Background) -> str:
    """What the rules forbid, in words for an engine that takes it apart from the prompt ("No neon." forbids "neon")."""
    told = [FORBIDS.sub("", rule, count=1).rstrip(" .") for rule in background.rules if FORBIDS.match(rule)]
    return unmasked(", ".join(told), background.names)


def still_prompt(character: Character, asked: str, recalled: Sequence[str]) -> str:
    """The prompt of a picture of one character; others are still mentioned by id."""
    person = f"{describe_identity(character)} {describe_look(character.look)}"
    remembered = _remembered([character.slug], {character.slug: character}, {character.slug: recalled})
    return "\n".join([person, *remembered, asked])


def describe_identity(character: Character) -> str:
    return f"{character.name}: {character.description}" if character.description else f"{character.name}."


def describe_look(look: Look) -> str:
    """The state in words; of a character to whom nothing has happened yet only its mood."""
    wet = " (soaking wet)" if look.is_wet else ""
    worn = [f"wearing {look.wardrobe.what}{wet}"] if look.wardrobe else []
    hurt = [f"with {' and '.join(_hurt(injury) for injury in look.injuries)}"] if look.injuries else []
    held = [f"carrying {prop}" for prop in look.props]
    company = [f"in the company of {' and '.join(look.companions)}"] if look.companions else []
    pose = [look.pose.value] if look.pose else []
    told = "; ".join([*worn, *hurt, *held, *pose, *company])
    return f"Now {told}; {look.mood}." if told else f"Now {look.mood}."


def _hurt(injury: Injury) -> str:
    place = f" on the {injury.where}" if injury.where else ""
    how = "bandaged " if injury.bandaged else "deep " if injury.grave and injury.what != SCAR else ""
    return f"a {how}{injury.what}{place}"


def _remembered(
    slugs: Sequence[str], cast: Mapping[str, Character], recalled: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for slug in slugs:
        if lines := recalled.get(slug):
            yield f"{cast[slug].name} remembers: {' '.join(lines)}"


def _rules(rules: Sequence[str]) -> list[str]:
    return [f"Always: {' '.join(rules)}"] if rules else []
