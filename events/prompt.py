"""The prompt of a shot: who is in it (identity), how they look now (state), and what happens.

Identity and state are kept apart: clothes, injuries and props are never part of the face.
"""

from __future__ import annotations

from collections.abc import Mapping

from events.character import Character
from events.look import Injury, Look
from events.script import NARRATOR, Scene
from events.storyboard import Shot


def shot_prompt(scene: Scene, shot: Shot, cast: Mapping[str, Character], looks: Mapping[str, Look]) -> str:
    """Plain English for any video model; one paragraph each for camera, place, people and action."""
    camera = f"{shot.camera.framing} shot, {shot.camera.angle} angle, {shot.camera.move} camera."
    place = f"{scene.location or scene.place}, {scene.time}, {scene.weather}. Mood: {scene.mood}."
    people = [f"{describe_identity(cast[s])} {describe_look(looks[s])}" for s in shot.visible]
    spoken = [f"{cast[t.speaker].name} says: “{scene.lines[t.line].text}”" for t in shot.lines if t.speaker != NARRATOR]
    return "\n".join([camera, place, *people, scene.description, *spoken])


def describe_identity(character: Character) -> str:
    return f"{character.name}: {character.description}" if character.description else f"{character.name}."


def describe_look(look: Look) -> str:
    """The state in words; empty for a character to whom nothing has happened yet."""
    worn = [f"wearing {look.wardrobe.what}"] if look.wardrobe else []
    hurt = [_hurt(injury) for injury in look.injuries]
    held = [f"carrying {prop}" for prop in look.props]
    told = "; ".join([*worn, *([f"with {' and '.join(hurt)}"] if hurt else []), *held])
    return f"Now {told}; {look.mood}." if told else f"Now {look.mood}."


def _hurt(injury: Injury) -> str:
    place = f" on the {injury.where}" if injury.where else ""
    return f"{'a bandaged' if injury.bandaged else 'a'} {injury.what}{place}"
