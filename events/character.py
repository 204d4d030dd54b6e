"""A digital actor: who it is (identity, permanent) and what has happened to it (state).

Order of this file: values, facts, state, ``evolve``, commands, ``decide``. How it looks is in ``look.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from events import look as looks
from events.base import Aggregate, Command, Event, Value, evolver
from events.consolidation import MemoriesConsolidated, Note, consolidated
from events.errors import Conflict, NoConsent, NotFound
from events.look import Garment, Look, SceneRef, WardrobeChanged, happen
from events.script import Change, ChangeKind

# ---------------------------------------------------------------- values


class Quality(Value):
    """What was measured of a reference picture when it was taken in (``engines/face/portrait.py``).

    ``sharpness`` is the variance of the Laplacian on the aligned face, ``face`` the height of the face in pixels,
    ``light`` its mean brightness and ``contrast`` its spread, both 0..1; angles in degrees, yaw positive to the
    person's own left.
    """

    sharpness: float
    face: float
    light: float
    contrast: float
    yaw: float
    pitch: float
    roll: float


class Reference(Value):
    """A reference picture. ``view`` says what it shows (``front_neutral``, ``mouth_wide`` …, ``photo``)."""

    view: str
    uri: str
    quality: Quality | None = None


class Calibration(Value):
    """Raw similarities at which IDR is 0.5, 0.75 and 0.85 (identical pictures are 1.0).

    ``poor`` names the picture to blame when the references disagree more than strangers do.
    """

    stranger: float
    weakest: float
    median: float
    poor: str = ""


class Style(Value):
    """What a character's references have in common besides the face, as ``#rrggbb``; empty where it was not seen.

    ``palette`` are the main colours of the clothes, most of it first; ``left_eye`` is empty unless the left eye has
    another colour than the right one.
    """

    hair: str = ""
    eyes: str = ""
    left_eye: str = ""
    skin: str = ""
    palette: tuple[str, ...] = ()


class Identity(Value):
    """One vector per reference, in their order, by one embedder; ``canonical`` is the view that is most itself."""

    embedder: str
    vectors: tuple[tuple[float, ...], ...]
    calibration: Calibration
    canonical: str = ""
    style: Style = Style()


# ---------------------------------------------------------------- facts


class CharacterFact(Event):
    """A fact about one person: sealed with that person's key."""

    sealed = True


class CharacterCreated(CharacterFact):
    topic = "character.created"
    name: str
    slug: str
    description: str = ""
    pronoun: str = "they"
    consent_by: str
    consent_on: date


class CharacterBranched(CharacterFact):
    """From here on this is a "what if" of ``source``, whose first ``version`` facts it shares."""

    topic = "character.branched"
    source: UUID
    version: int
    name: str
    slug: str


class CharacterErased(Event):
    """The last fact of a character: nothing else in its log can be read any more."""

    topic = "character.erased"


class ReferenceAdded(CharacterFact):
    topic = "character.reference-added"
    view: str
    uri: str
    quality: Quality | None = None


class IdentityExtracted(CharacterFact):
    topic = "character.identity-extracted"
    embedder: str
    vectors: tuple[tuple[float, ...], ...]
    calibration: Calibration
    canonical: str = ""
    style: Style = Style()


class VoiceAssigned(CharacterFact):
    topic = "character.voice-assigned"
    voice: str


Medium = Literal["clip", "still"]


class SceneGenerated(CharacterFact):
    """The character has played this scene; ``idr`` is its identity retention there, None when unseen.

    ``told`` is what happened there, ``hour`` when, in hours of the character's story.
    """

    topic = "character.scene-generated"
    scene: SceneRef
    idr: float | None = None
    told: str = ""
    medium: Medium = "clip"
    hour: float = 0.0


class KnowledgeGained(CharacterFact):
    topic = "character.knowledge-gained"
    what: str
    scene: SceneRef


# ---------------------------------------------------------------- state


class Character(Value):
    """A character as the log tells it. ``name`` is empty before it is created and after it was erased."""

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
    learnt: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    scenes: int = 0
    last_scene: SceneRef | None = None
    notes: tuple[Note, ...] = ()
    """Scenes since the last consolidation."""
    branch_of: UUID | None = None
    erased: bool = False

    @property
    def canonical(self) -> str:
        """The reference picture that is most itself; the first one where that was never measured."""
        named = self.identity.canonical if self.identity else ""
        return next((r.uri for r in self.references if r.view == named), self.references[0].uri)


# ---------------------------------------------------------------- evolve


def _created(state: Character, event: CharacterCreated) -> Character:
    return state.replaced(**event.__dict__)


def _branched(state: Character, event: CharacterBranched) -> Character:
    return state.replaced(name=event.name, slug=event.slug, branch_of=event.source)


def _reference_added(state: Character, event: ReferenceAdded) -> Character:
    return state.replaced(references=(*state.references, Reference(**event.__dict__)))


def _identity_extracted(state: Character, event: IdentityExtracted) -> Character:
    return state.replaced(identity=Identity(**event.__dict__))


def _voice_assigned(state: Character, event: VoiceAssigned) -> Character:
    return state.replaced(voice=event.voice)


def _scene_generated(state: Character, event: SceneGenerated) -> Character:
    note = Note(scene=event.scene, told=event.told, medium=event.medium, look=state.look)
    return state.replaced(scenes=state.scenes + 1, last_scene=event.scene, notes=(*state.notes, note))


def _knowledge_gained(state: Character, event: KnowledgeGained) -> Character:
    return state.replaced(learnt=(*state.learnt, event.what))


def _consolidated(state: Character, event: MemoriesConsolidated) -> Character:
    return state.replaced(notes=(), traits=event.traits)


def _look_changed(change: Callable[[Look, Any], dict[str, object]]) -> Callable[[Character, Any], Character]:
    """Lift a change of the look to a change of the character."""

    def evolved(state: Character, event: Any) -> Character:
        return state.replaced(look=state.look.replaced(**change(state.look, event)))

    return evolved


EVOLVE: dict[type[Event], Callable[[Character, Any], Character]] = {
    CharacterCreated: _created,
    CharacterBranched: _branched,
    CharacterErased: lambda state, event: Character(erased=True),
    ReferenceAdded: _reference_added,
    IdentityExtracted: _identity_extracted,
    VoiceAssigned: _voice_assigned,
    SceneGenerated: _scene_generated,
    KnowledgeGained: _knowledge_gained,
    MemoriesConsolidated: _consolidated,
    **{fact: _look_changed(change) for fact, change in looks.EVOLVE.items()},
}

evolve = evolver(EVOLVE)

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


class BranchCharacter(Command):
    """Begin a "what if": ``history`` are the facts of ``source`` up to ``version``."""

    source: UUID
    version: int = Field(ge=1)
    name: str = Field(min_length=1)
    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    history: tuple[Event, ...] = Field(min_length=1, repr=False, exclude=True)


class EraseCharacter(Command):
    """Forget this person for ever; the caller deletes the key and all that was made from it."""


class AddReferences(Command):
    """``identity`` is extracted from all references, old and new."""

    references: tuple[Reference, ...] = Field(min_length=1)
    identity: Identity


class MeasureIdentity(Command):
    """The identity in the same references as another embedder, or another version of ours, sees it."""

    identity: Identity


class AssignVoice(Command):
    voice: str = Field(min_length=1)


class PlayScene(Command):
    """Tell the character what a finished scene did to it. ``hours`` have passed before it; names of others in it are
    mentions (``events/mentions.py``)."""

    scene: SceneRef
    changes: tuple[Change, ...] = ()
    idr: float | None = None
    told: str = ""
    hours: float = Field(default=0.0, ge=0)
    medium: Medium = "clip"


# ---------------------------------------------------------------- decide


def _create(state: Character, command: CreateCharacter) -> list[Event]:
    _must_be_new(state, command.name)
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


def _must_be_new(state: Character, name: str) -> None:
    if state.erased:
        raise Conflict(f"{name!r} was erased, and an erased name stays empty. Choose another name.")
    if state.name:
        raise Conflict(f"There is a character {name!r} already. Choose another name, or add pictures to it.")


def _branch(state: Character, command: BranchCharacter) -> list[Event]:
    _must_be_new(state, command.name)
    told = command.model_dump(include={"source", "version", "name", "slug"})
    return [*command.history, CharacterBranched(**told)]


def _erase(state: Character, command: EraseCharacter) -> list[Event]:
    return [CharacterErased()]


def _referred(references: Iterable[Reference], identity: Identity) -> list[Event]:
    added = [ReferenceAdded(**reference.__dict__) for reference in references]
    return [*added, IdentityExtracted(**identity.__dict__)]


def _add_references(state: Character, command: AddReferences) -> list[Event]:
    known = {reference.view for reference in state.references}
    if again := next((r.view for r in command.references if r.view in known), None):
        raise Conflict(f"{state.name} has a picture {again!r} already. Rename the new one.")
    return _referred(command.references, command.identity)


def _measure_identity(state: Character, command: MeasureIdentity) -> list[Event]:
    return [IdentityExtracted(**command.identity.__dict__)] if command.identity != state.identity else []


def _assign_voice(state: Character, command: AssignVoice) -> list[Event]:
    return [VoiceAssigned(voice=command.voice)] if command.voice != state.voice else []


def _play_scene(state: Character, command: PlayScene) -> list[Event]:
    played = SceneGenerated(
        scene=command.scene,
        idr=command.idr,
        told=command.told,
        medium=command.medium,
        hour=state.look.hour + command.hours,
    )
    changed, look = happen(state.look, command.changes, command.scene, command.hours)
    learnt = {c.what: None for c in command.changes if c.kind == ChangeKind.LEARNT and c.what not in state.learnt}
    events = [played, *changed, *(KnowledgeGained(what=what, scene=command.scene) for what in learnt)]
    after = CHARACTER.fold(events, state)
    summed = consolidated(after.notes, look, after.traits)
    return [*events, summed] if summed else events


DECIDE: dict[type[Command], Callable[[Character, Any], list[Event]]] = {
    CreateCharacter: _create,
    BranchCharacter: _branch,
    EraseCharacter: _erase,
    AddReferences: _add_references,
    MeasureIdentity: _measure_identity,
    AssignVoice: _assign_voice,
    PlayScene: _play_scene,
}


def decide(state: Character, command: Command) -> list[Event]:
    """Raises ``NotFound`` before the character is created and once it was erased, ``Conflict`` when it is created
    twice."""
    if not state.name and not isinstance(command, CreateCharacter | BranchCharacter):
        told = "was erased" if state.erased else "is not there. `loraframe character create` or `import` makes one"
        raise NotFound(f"This character {told}.")
    return DECIDE[type(command)](state, command)


CHARACTER = Aggregate("character", Character(), decide, evolve, tuple(EVOLVE))
