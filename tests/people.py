"""Characters for tests that are not about faces."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from events.character import Calibration, CreateCharacter, Identity, PlayScene, Reference
from events.look import Garment, SceneRef
from events.script import Change, ChangeKind

IDENTITY = Identity(
    embedder="test", vectors=((1.0, 0.0),), calibration=Calibration(stranger=0.4, weakest=0.5, median=0.65)
)


def creating(name: str = "Ava") -> CreateCharacter:
    return CreateCharacter(
        name=name,
        slug=name.lower(),
        description=f"{name}, somebody",
        consent_by="the tests",
        consent_on=date(2026, 1, 1),
        references=(Reference(view="front_neutral", uri="asset://" + "0" * 64),),
        identity=IDENTITY,
        voice="af_heart",
        wardrobe=Garment(what="a teal jumper", colour="#2aa7ad"),
    )


def playing(number: int, *changes: Change) -> PlayScene:
    return PlayScene(scene=SceneRef(episode=UUID(int=1), scene=number), changes=changes)


def finds(prop: str) -> Change:
    return Change(kind=ChangeKind.PROP_GAINED, character="ava", what=prop)
