"""A digital actor: who it is (identity, permanent) and what has happened to it (state).

Order of this file: values, facts, state, ``evolve``, commands, ``decide``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from events.base import Aggregate, Command, Event, Personal, Value
from events.errors import Conflict, NoConsent, NotFound
from events.script import Change, ChangeKind, Mood

# ---------------------------------------------------------------- values


class Reference(Value):
    """A reference picture. ``view`` says what it shows (``front_neutral``, ``mouth_wide`` …, ``photo``)."""

    view: str
    uri: str


class Injury(Value):
    what: str
    where: str = ""
    bandaged: bool = False


class Garment(Value):
    """``colour`` is ``#rrggbb``, or empty when only words are known."""

    what: str
    colour: str = ""


class Look(Value):
    """Everything about a character that a picture of it has to show and that is not its face."""

    wardrobe: Garment | None = None
    injuries: tuple[Injury, ...] = ()
    props: tuple[str, ...] = ()
    mood: Mood = Mood.CALM
    location: str = ""


class Calibration(Value):
    """Raw similarities at which IDR is 0.5, 0.75 and 0.85 (identical pictures are 1.0).

    ``poor`` names the picture to blame when the references disagree more than strangers do.
    """

    stranger: float
    weakest: float
    median: float
    poor: str = ""


class Identity(Value):
    """One vector per reference, in their order, by one embedder."""

    embedder: str
    vectors: tuple[tuple[float, ...], ...]
    calibration: Calibration


class SceneRef(Value):
    episode: UUID
    scene: int


# ---------------------------------------------------------------- facts


class CharacterCreated(Event):
    topic = "character.created"
    name: Personal[str] = ""
    slug: Personal[str] = ""
    description: Personal[str] = ""
    pronoun: str = "they"
    consent_by: Personal[str] = ""
    consent_on: date


class ReferenceAdded(Event):
    topic = "character.reference-added"
    view: str
    uri: Personal[str] = ""


class IdentityExtracted(Event):
    topic = "character.identity-extracted"
    embedder: str
    vectors: Personal[tuple[tuple[float, ...], ...]] = ()
    calibration: Calibration


class VoiceAssigned(Event):
    topic = "character.voice-assigned"
    voice: str


class SceneGenerated(Event):
    """The character has played this scene; ``idr`` is its identity retention there, None when unseen."""

    topic = "character.scene-generated"
    scene: SceneRef
    idr: float | None = None


class InjuryAdded(Event):
    topic = "character.injury-added"
    injury: Injury
    scene: SceneRef


class InjuryHealed(Event):
    topic = "character.injury-healed"
    injury: Injury
    scene: SceneRef


class WardrobeChanged(Event):
    topic = "character.wardrobe-changed"
    garment: Garment
    scene: SceneRef | None = None


class PropAcquired(Event):
    topic = "character.prop-acquired"
    prop: str
    scene: SceneRef


class PropLost(Event):
    topic = "character.prop-lost"
    prop: str
    scene: SceneRef


class MoodChanged(Event):
    topic = "character.mood-changed"
    mood: Mood
    scene: SceneRef


class LocationChanged(Event):
    topic = "character.location-changed"
    location: str
    scene: SceneRef


# ---------------------------------------------------------------- state


class Character(Value):
    """A character as the log tells it. ``name`` is empty before it is created."""

    name: str = ""
    slug: str = ""
    description: str = ""
    pronoun: str = "they"
    consent_by: str = ""
    consent_on: date | None = None
    references: tuple[Reference, ...] = ()
    identity: Identity | None = None
    voice: str = ""
    look: Look = Look()
    scenes: int = 0
    last_scene: SceneRef | None = None


# ---------------------------------------------------------------- evolve


def _created(state: Character, event: CharacterCreated) -> Character:
    return state.replaced(**event.__dict__)


def _reference_added(state: Character, event: ReferenceAdded) -> Character:
    added = Reference(view=event.view, uri=event.uri)
    return state.replaced(references=(*state.references, added))


def _identity_extracted(state: Character, event: IdentityExtracted) -> Character:
    return state.replaced(identity=Identity(**event.__dict__))


def _voice_assigned(state: Character, event: VoiceAssigned) -> Character:
    return state.replaced(voice=event.voice)


def _scene_generated(state: Character, event: SceneGenerated) -> Character:
    return state.replaced(scenes=state.scenes + 1, last_scene=event.scene)


def _looks(change: Callable[[Look, Any], dict[str, object]]) -> Callable[[Character, Any], Character]:
    """Lift a change of the look to a change of the character."""

    def evolved(state: Character, event: Any) -> Character:
        return state.replaced(look=state.look.replaced(**change(state.look, event)))

    return evolved


EVOLVE: dict[type[Event], Callable[[Character, Any], Character]] = {
    CharacterCreated: _created,
    ReferenceAdded: _reference_added,
    IdentityExtracted: _identity_extracted,
    VoiceAssigned: _voice_assigned,
    SceneGenerated: _scene_generated,
    InjuryAdded: _looks(lambda look, event: {"injuries": (*look.injuries, event.injury)}),
    InjuryHealed: _looks(lambda look, event: {"injuries": tuple(i for i in look.injuries if i != event.injury)}),
    WardrobeChanged: _looks(lambda look, event: {"wardrobe": event.garment}),
    PropAcquired: _looks(lambda look, event: {"props": (*look.props, event.prop)}),
    PropLost: _looks(lambda look, event: {"props": tuple(p for p in look.props if p != event.prop)}),
    MoodChanged: _looks(lambda look, event: {"mood": event.mood}),
    LocationChanged: _looks(lambda look, event: {"location": event.location}),
}


def evolve(state: Character, event: Event) -> Character:
    return EVOLVE[type(event)](state, event)


# ---------------------------------------------------------------- commands


class CreateCharacter(Command):
    """All that makes a character, at once: it exists whole or not at all."""

    name: str = Field(min_length=1)
    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    description: str = ""
    pronoun: str = "they"
    consent_by: str
    consent_on: date
    references: tuple[Reference, ...] = Field(min_length=1)
    identity: Identity
    voice: str
    wardrobe: Garment | None = None


class AddReferences(Command):
    """``identity`` is extracted from all references, old and new."""

    references: tuple[Reference, ...] = Field(min_length=1)
    identity: Identity


class AssignVoice(Command):
    voice: str = Field(min_length=1)


class PlayScene(Command):
    """Tell the character what a finished scene did to it."""

    scene: SceneRef
    changes: tuple[Change, ...] = ()
    idr: float | None = None


# ---------------------------------------------------------------- decide


def _create(state: Character, command: CreateCharacter) -> list[Event]:
    if state.name:
        raise Conflict(f"There is a character {command.name!r} already. Choose another name, or add pictures to it.")
    if not command.consent_by.strip():
        raise NoConsent('Say who agreed to the use of this face: --consent "NAME".')
    told = command.model_dump(include={"name", "slug", "description", "pronoun", "consent_by", "consent_on"})
    dressed = [WardrobeChanged(garment=command.wardrobe)] if command.wardrobe else []
    return [
        CharacterCreated(**told),
        *_referred(command.references, command.identity),
        VoiceAssigned(voice=command.voice),
        *dressed,
    ]


def _referred(references: Iterable[Reference], identity: Identity) -> list[Event]:
    added = [ReferenceAdded(view=r.view, uri=r.uri) for r in references]
    return [*added, IdentityExtracted(**identity.__dict__)]


def _add_references(state: Character, command: AddReferences) -> list[Event]:
    return _referred(command.references, command.identity)


def _assign_voice(state: Character, command: AssignVoice) -> list[Event]:
    return [VoiceAssigned(voice=command.voice)] if command.voice != state.voice else []


def _play_scene(state: Character, command: PlayScene) -> list[Event]:
    events: list[Event] = [SceneGenerated(scene=command.scene, idr=command.idr)]
    look = state.look
    for change in command.changes:
        for event in _consequences(look, change, command.scene):
            events.append(event)
            look = evolve(Character(look=look), event).look
    return events


def _consequences(look: Look, change: Change, scene: SceneRef) -> list[Event]:
    """The facts that one change amounts to; none when it changes nothing."""
    match change.kind:
        case ChangeKind.INJURY:
            return _hurt(look, Injury(what=change.what, where=change.where, bandaged=change.bandaged), scene)
        case ChangeKind.HEALING:
            return [InjuryHealed(injury=i, scene=scene) for i in look.injuries if _same_injury(i, change)]
        case ChangeKind.WARDROBE:
            garment = Garment(what=change.what, colour=change.colour)
            return [WardrobeChanged(garment=garment, scene=scene)] if garment != look.wardrobe else []
        case ChangeKind.PROP_GAINED:
            return [PropAcquired(prop=change.what, scene=scene)] if change.what not in look.props else []
        case ChangeKind.PROP_LOST:
            return [PropLost(prop=change.what, scene=scene)] if change.what in look.props else []
        case ChangeKind.MOOD:
            mood = Mood(change.what)
            return [MoodChanged(mood=mood, scene=scene)] if mood != look.mood else []
        case ChangeKind.LOCATION:
            return [LocationChanged(location=change.what, scene=scene)] if change.what != look.location else []


def _hurt(look: Look, injury: Injury, scene: SceneRef) -> list[Event]:
    """A bandage on a known injury replaces the bare one; the same injury twice is one."""
    if injury in look.injuries:
        return []
    bare = injury.replaced(bandaged=not injury.bandaged)
    replaced: list[Event] = [InjuryHealed(injury=bare, scene=scene)] if bare in look.injuries else []
    return [*replaced, InjuryAdded(injury=injury, scene=scene)]


def _same_injury(injury: Injury, change: Change) -> bool:
    """A healing names the injury, and its place where there is doubt."""
    return change.what.lower() in (injury.what.lower(), "all") and change.where.lower() in ("", injury.where.lower())


DECIDE: dict[type[Command], Callable[[Character, Any], list[Event]]] = {
    CreateCharacter: _create,
    AddReferences: _add_references,
    AssignVoice: _assign_voice,
    PlayScene: _play_scene,
}


def decide(state: Character, command: Command) -> list[Event]:
    """Raises ``NotFound`` before the character is created, ``Conflict`` when it is created twice."""
    if not state.name and not isinstance(command, CreateCharacter):
        raise NotFound("There is no such character. `loraframe character create` or `character import` makes one.")
    return DECIDE[type(command)](state, command)


def rehearse(look: Look, changes: Iterable[Change]) -> Look:
    """The look that a scene's changes lead to, without telling anybody: how scenes are planned ahead."""
    nowhere = SceneRef(episode=UUID(int=0), scene=0)
    state = Character(name="rehearsal", look=look)
    for event in _play_scene(state, PlayScene(scene=nowhere, changes=tuple(changes))):
        state = evolve(state, event)
    return state.look


CHARACTER = Aggregate("character", Character(), decide, evolve, tuple(EVOLVE))
