"""The words of a story: script, scene, line and the changes a scene makes to its characters.

People are named by *slug* ("ava") everywhere in a script; the episode maps slugs to characters.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from events.base import Value

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


class ChangeKind(StrEnum):
    INJURY = "injury"
    HEALING = "healing"
    WARDROBE = "wardrobe"
    PROP_GAINED = "prop_gained"
    PROP_LOST = "prop_lost"
    MOOD = "mood"
    LOCATION = "location"


class Change(Value):
    """What a scene does to one character.

    ``what`` is the garment, injury, prop, mood or place in the author's words; ``where`` the place
    on the body ("left cheek"); ``colour`` an ``#rrggbb`` for cloth; ``bandaged`` for injuries.
    """

    kind: ChangeKind
    character: str
    what: str = Field(min_length=1)
    where: str = ""
    colour: str = Field(default="", pattern=r"^(#[0-9a-f]{6})?$")
    bandaged: bool = False


class Line(Value):
    """One thing said aloud. ``speaker`` is a slug of the scene's cast or ``narrator``."""

    speaker: str
    text: str = Field(min_length=1)


class Scene(Value):
    """15-25 s of story in one place. ``camera`` is free words ("slow dolly in, low angle close-up")."""

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
