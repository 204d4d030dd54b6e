"""The words of a story: script, scene, line and the changes a scene makes to its characters.

People are named by *slug* ("ava") everywhere in a script; the episode maps slugs to characters.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pydantic import Field

from events.base import Value
from events.errors import BadScript

NARRATOR = "narrator"
FPS = 24
"""Film frames per second, everywhere."""


class Mood(StrEnum):
    CALM = "calm"
    JOYFUL = "joyful"
    TENDER = "tender"
    HOPEFUL = "hopeful"
    MYSTERIOUS = "mysterious"
    TENSE = "tense"
    SAD = "sad"
    ANGRY = "angry"
    FEARFUL = "fearful"
    TRIUMPHANT = "triumphant"


class Place(StrEnum):
    """What kind of set a location needs; ``Scene.location`` keeps the author's own words."""

    LAB = "lab"
    CORRIDOR = "corridor"
    STREET = "street"
    ROOFTOP = "rooftop"
    FOREST = "forest"
    ROOM = "room"
    VEHICLE = "vehicle"
    ANYWHERE = "anywhere"


class TimeOfDay(StrEnum):
    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    FOG = "fog"
    SNOW = "snow"
    STORM = "storm"


class Pose(StrEnum):
    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    KNEELING = "kneeling"
    CROUCHING = "crouching"
    WALKING = "walking"
    RUNNING = "running"
    CLIMBING = "climbing"
    LEANING = "leaning"


class ChangeKind(StrEnum):
    INJURY = "injury"
    HEALING = "healing"
    WARDROBE = "wardrobe"
    SOAKED = "soaked"
    DRIED = "dried"
    PROP_GAINED = "prop_gained"
    PROP_LOST = "prop_lost"
    MOOD = "mood"
    LOCATION = "location"
    POSE = "pose"
    WEATHER = "weather"
    COMPANION_GAINED = "companion_gained"
    COMPANION_LOST = "companion_lost"
    LEARNT = "learnt"


MEASURED_IN = {ChangeKind.MOOD: Mood, ChangeKind.POSE: Pose, ChangeKind.WEATHER: Weather}
"""Kinds whose ``what`` is a word of a list."""


class Change(Value):
    """What a scene does to one character.

    ``what`` is the garment, injury, prop, mood, pose, weather or place, the slug of a companion, or what was learnt, in
    the author's words; ``where`` the place on the body ("left cheek"); ``colour`` an ``#rrggbb`` for cloth;
    ``bandaged`` and ``grave`` are for injuries.
    """

    kind: ChangeKind
    character: str
    what: str = Field(min_length=1)
    where: str = ""
    colour: str = Field(default="", pattern=r"^(#[0-9a-f]{6})?$")
    bandaged: bool = False
    grave: bool = False


class Line(Value):
    """One thing said aloud. ``speaker`` is a slug of the scene's cast or ``narrator``."""

    speaker: str
    text: str = Field(min_length=1)


class Scene(Value):
    """15-25 s of story in one place. ``camera`` is free words ("slow dolly in, low angle close-up");
    ``hours_later`` the hours of the story between the scene before and this one."""

    number: int = Field(ge=1)
    scene_id: str
    description: str = Field(min_length=1)
    characters: tuple[str, ...] = ()
    seconds: float = Field(gt=0)
    location: str = ""
    place: Place = Place.ANYWHERE
    time: TimeOfDay = TimeOfDay.DAY
    weather: Weather = Weather.CLEAR
    mood: Mood = Mood.CALM
    camera: str = ""
    hours_later: float = Field(default=0.0, ge=0)
    lines: tuple[Line, ...] = ()
    changes: tuple[Change, ...] = ()


class Script(Value):
    """A whole episode on paper. The scenes' seconds add up to the seconds that were asked for."""

    title: str = Field(min_length=1)
    logline: str = ""
    scenes: tuple[Scene, ...] = Field(min_length=1)

    @property
    def seconds(self) -> float:
        return sum(scene.seconds for scene in self.scenes)


TOLERANCE = 0.02
"""How far, as a share, a script's seconds may be from what was asked."""


def checked(script: Script, cast: Collection[str], seconds: float | None = None) -> Script:
    """The script itself, once it is sure that this cast can play it in this time.

    ``seconds`` is the asked length, None where none was asked. Raises ``BadScript`` that names the scene.
    """
    for number, scene in enumerate(script.scenes, start=1):
        if scene.number != number:
            raise BadScript(f"Scene {scene.scene_id} has the number {scene.number}, but it is scene {number} in order.")
        _check_people(scene, cast)
    if seconds is not None and abs(script.seconds - seconds) > TOLERANCE * seconds:
        raise BadScript(
            f"The scenes add up to {script.seconds:g} seconds, but {seconds:g} were asked for. "
            "Change the scenes' lengths, or ask for that many seconds."
        )
    return script


def _check_people(scene: Scene, cast: Collection[str]) -> None:
    unknown = [who for who in scene.characters if who not in cast]
    if unknown:
        raise BadScript(
            f"Scene {scene.number} ({scene.scene_id}) has {', '.join(unknown)}, who is not in the cast "
            f"({', '.join(cast)}). Add the character to the cast or rename it in the script."
        )
    present = {*scene.characters, NARRATOR}
    absent = sorted({line.speaker for line in scene.lines} - present)
    absent += sorted({change.character for change in scene.changes} - {*scene.characters})
    if absent:
        raise BadScript(
            f"Scene {scene.number} ({scene.scene_id}) gives {', '.join(absent)} something to say or to go through, "
            "but they are not among its characters. List them there."
        )
    for change in scene.changes:
        allowed = MEASURED_IN.get(change.kind)
        if allowed and change.what not in set(allowed):
            raise BadScript(
                f"Scene {scene.number} ({scene.scene_id}) has the {change.kind} {change.what!r}. "
                f"Use one of: {', '.join(allowed)}."
            )
