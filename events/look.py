"""What has happened to a character, as far as a picture has to show it: clothes, injuries, things, mood, place.

Order of this file: values, facts, ``evolve``, then ``happen``: the facts that a scene's changes amount to.
Story time is explicit: every scene says how many hours have passed before it, and nothing heals or dries by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.script import Change, ChangeKind, Mood, Pose, Weather

DAY = 24.0
HEALING_HOURS = {
    "scratch": 4 * DAY, "graze": 5 * DAY, "nosebleed": 1.0, "bruise": 7 * DAY, "black eye": 8 * DAY, "cut": 9 * DAY,
    "bite": 12 * DAY, "burn": 14 * DAY, "gash": 21 * DAY, "sprain": 21 * DAY, "wound": 28 * DAY, "fracture": 42 * DAY,
}  # fmt: skip
"""How long an injury stays, in hours of the story; a grave one twice as long. Any other has to be healed by a scene."""
SCAR = "scar"
"""Stays for ever, and is what is left of a grave injury that broke the skin."""
BREAKS_SKIN = frozenset({"cut", "gash", "bite", "burn", "wound"})
DRYING_HOURS = 2.0

# ---------------------------------------------------------------- values


class SceneRef(Value):
    """A scene of an episode (or a still, which is a job of one scene), and the series that it belongs to."""

    episode: UUID
    scene: int
    series: UUID | None = None


class Injury(Value):
    """``where`` is the place on the body; ``heals_at`` the hour of the story at which it is gone, None: it stays."""

    what: str
    where: str = ""
    bandaged: bool = False
    grave: bool = False
    heals_at: float | None = None

    def is_same(self, other: Injury) -> bool:
        """The same injury, whatever was done about it since."""
        return (self.what, self.where) == (other.what, other.where)


class Garment(Value):
    """``colour`` is ``#rrggbb``, or empty when only words are known."""

    what: str
    colour: str = ""


class Look(Value):
    """Everything about a character that a picture of it has to show and that is not its face.

    ``companions`` are mentions of other characters (``events/mentions.py``); ``hour`` is the hour of the character's
    own story, counted from its beginning; ``dry_at`` the hour at which wet clothes are dry, None while they are dry.
    """

    wardrobe: Garment | None = None
    injuries: tuple[Injury, ...] = ()
    props: tuple[str, ...] = ()
    mood: Mood = Mood.CALM
    location: str = ""
    pose: Pose | None = None
    weather: Weather | None = None
    companions: tuple[str, ...] = ()
    hour: float = 0.0
    dry_at: float | None = None

    @property
    def is_wet(self) -> bool:
        return self.dry_at is not None


# ---------------------------------------------------------------- facts


class LookFact(Event):
    """Something that happened to a character in a scene."""

    sealed = True


class TimePassed(LookFact):
    """Hours of the story between the scene before and this one."""

    topic = "character.time-passed"
    hours: float = Field(gt=0)
    scene: SceneRef


class InjuryAdded(LookFact):
    topic = "character.injury-added"
    injury: Injury
    scene: SceneRef


class InjuryHealed(LookFact):
    topic = "character.injury-healed"
    injury: Injury
    scene: SceneRef


class WardrobeChanged(LookFact):
    topic = "character.wardrobe-changed"
    garment: Garment
    scene: SceneRef | None = None


class ClothesSoaked(LookFact):
    topic = "character.clothes-soaked"
    dry_at: float
    scene: SceneRef


class ClothesDried(LookFact):
    topic = "character.clothes-dried"
    scene: SceneRef


class PropAcquired(LookFact):
    topic = "character.prop-acquired"
    prop: str
    scene: SceneRef


class PropLost(LookFact):
    topic = "character.prop-lost"
    prop: str
    scene: SceneRef


class MoodChanged(LookFact):
    topic = "character.mood-changed"
    mood: Mood
    scene: SceneRef


class LocationChanged(LookFact):
    topic = "character.location-changed"
    location: str
    scene: SceneRef


class PoseTaken(LookFact):
    topic = "character.pose-taken"
    pose: Pose
    scene: SceneRef


class WeatherMet(LookFact):
    topic = "character.weather-met"
    weather: Weather
    scene: SceneRef


class CompanionJoined(LookFact):
    topic = "character.companion-joined"
    companion: str
    scene: SceneRef


class CompanionLeft(LookFact):
    topic = "character.companion-left"
    companion: str
    scene: SceneRef


# ---------------------------------------------------------------- evolve

EVOLVE: dict[type[Event], Callable[[Look, Any], dict[str, object]]] = {
    TimePassed: lambda look, fact: {"hour": look.hour + fact.hours},
    InjuryAdded: lambda look, fact: {"injuries": (*look.injuries, fact.injury)},
    InjuryHealed: lambda look, fact: {"injuries": tuple(i for i in look.injuries if not i.is_same(fact.injury))},
    WardrobeChanged: lambda look, fact: {"wardrobe": fact.garment},
    ClothesSoaked: lambda look, fact: {"dry_at": fact.dry_at},
    ClothesDried: lambda look, fact: {"dry_at": None},
    PropAcquired: lambda look, fact: {"props": (*look.props, fact.prop)},
    PropLost: lambda look, fact: {"props": tuple(p for p in look.props if p != fact.prop)},
    MoodChanged: lambda look, fact: {"mood": fact.mood},
    LocationChanged: lambda look, fact: {"location": fact.location},
    PoseTaken: lambda look, fact: {"pose": fact.pose},
    WeatherMet: lambda look, fact: {"weather": fact.weather},
    CompanionJoined: lambda look, fact: {"companions": (*look.companions, fact.companion)},
    CompanionLeft: lambda look, fact: {"companions": tuple(c for c in look.companions if c != fact.companion)},
}
"""What each fact changes of a look."""


def evolve(look: Look, fact: Event) -> Look:
    return look.replaced(**EVOLVE[type(fact)](look, fact))


# ---------------------------------------------------------------- what a scene amounts to


def happen(look: Look, changes: Iterable[Change], scene: SceneRef, hours: float = 0.0) -> tuple[list[Event], Look]:
    """The facts of a scene that begins ``hours`` after the one before, and the look after them."""
    facts: list[Event] = []

    def told(fact: Event) -> None:
        nonlocal look
        if isinstance(fact, InjuryAdded) and any(fact.injury.is_same(injury) for injury in look.injuries):
            return  # two wounds of one place leave one scar
        facts.append(fact)
        look = evolve(look, fact)

    for fact in _time_passes(look, hours, scene):
        told(fact)
    for change in changes:
        for fact in _consequences(look, change, scene):
            told(fact)
    return facts, look


def rehearse(look: Look, changes: Iterable[Change], hours: float = 0.0) -> Look:
    """The look that a scene's changes lead to, without telling anybody: how scenes are planned ahead."""
    return happen(look, changes, SceneRef(episode=UUID(int=0), scene=0), hours)[1]


def _time_passes(look: Look, hours: float, scene: SceneRef) -> Iterator[Event]:
    """Injuries whose time is over heal (grave ones leave a scar), wet clothes dry."""
    now = look.hour + hours
    if hours > 0:
        yield TimePassed(hours=hours, scene=scene)
    for injury in look.injuries:
        if injury.heals_at is not None and injury.heals_at <= now:
            yield from _heal(injury, scene)
    if look.dry_at is not None and look.dry_at <= now:
        yield ClothesDried(scene=scene)


def _heal(injury: Injury, scene: SceneRef) -> Iterator[Event]:
    yield InjuryHealed(injury=injury, scene=scene)
    if injury.grave and injury.what in BREAKS_SKIN:
        yield InjuryAdded(injury=Injury(what=SCAR, where=injury.where), scene=scene)


def _consequences(look: Look, change: Change, scene: SceneRef) -> Iterable[Event]:
    """The facts that one change amounts to; none when it changes nothing."""
    what, held = change.what, change.what in look.props
    match change.kind:
        case ChangeKind.INJURY:
            return _hurt(look, change, scene)
        case ChangeKind.HEALING:
            return [fact for i in look.injuries if _is_meant(i, change) for fact in _heal(i, scene)]
        case ChangeKind.WARDROBE:
            return _dress(look, Garment(what=what, colour=change.colour), scene)
        case ChangeKind.SOAKED:
            return [ClothesSoaked(dry_at=look.hour + DRYING_HOURS, scene=scene)]
        case ChangeKind.DRIED:
            return [ClothesDried(scene=scene)] if look.is_wet else []
        case ChangeKind.PROP_GAINED:
            return [] if held else [PropAcquired(prop=what, scene=scene)]
        case ChangeKind.PROP_LOST:
            return [PropLost(prop=what, scene=scene)] if held else []
        case ChangeKind.MOOD:
            return [MoodChanged(mood=Mood(what), scene=scene)] if what != look.mood else []
        case ChangeKind.LOCATION:
            return [LocationChanged(location=what, scene=scene)] if what != look.location else []
        case ChangeKind.POSE:
            return [PoseTaken(pose=Pose(what), scene=scene)] if what != look.pose else []
        case ChangeKind.WEATHER:
            return [WeatherMet(weather=Weather(what), scene=scene)] if what != look.weather else []
        case ChangeKind.COMPANION_GAINED:
            return [] if what in look.companions else [CompanionJoined(companion=what, scene=scene)]
        case ChangeKind.COMPANION_LOST:
            return [CompanionLeft(companion=what, scene=scene)] if what in look.companions else []
        case ChangeKind.LEARNT:
            return []  # knowledge is no part of the look (events/character.py)


def _hurt(look: Look, change: Change, scene: SceneRef) -> list[Event]:
    """A bandage on a known injury replaces the bare one; the same injury twice is one."""
    known = next((i for i in look.injuries if (i.what, i.where) == (change.what, change.where)), None)
    if known and (known.bandaged, known.grave) == (change.bandaged, change.grave or known.grave):
        return []
    grave = change.grave or bool(known and known.grave)
    hours = HEALING_HOURS.get(change.what)
    heals_at = None if hours is None else look.hour + hours * (2 if grave else 1)
    injury = Injury(
        what=change.what,
        where=change.where,
        bandaged=change.bandaged,
        grave=grave,
        heals_at=known.heals_at if known and known.grave == grave else heals_at,
    )
    replaced: list[Event] = [InjuryHealed(injury=known, scene=scene)] if known else []
    return [*replaced, InjuryAdded(injury=injury, scene=scene)]


def _is_meant(injury: Injury, change: Change) -> bool:
    """A healing names the injury, and its place where there is doubt; "all" means whatever can heal."""
    what = change.what.lower()
    named = what == injury.what.lower() or (what == "all" and injury.what != SCAR)
    return named and change.where.lower() in ("", injury.where.lower())


def _dress(look: Look, garment: Garment, scene: SceneRef) -> list[Event]:
    """Fresh clothes are dry."""
    if garment == look.wardrobe:
        return []
    dried: list[Event] = [ClothesDried(scene=scene)] if look.is_wet else []
    return [WardrobeChanged(garment=garment, scene=scene), *dried]
