"""From pictures to the command that creates a character, with everything checked before anything is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import Field, ValidationError

from actors.settings import Settings
from events.base import Value
from events.character import AddReferences, Character, CreateCharacter, Identity, Reference
from events.errors import BadPicture, BadSetting, Conflict, InvalidInput, NoConsent
from events.look import Garment

MOST_REFERENCES = 20
STRANGER = 0.5
"""IDR at which strangers are confused."""
DEFAULT_VOICES = {"she": "af_bella", "he": "am_michael"}


class Consent(Value):
    """Who agreed to the use of a face, and when."""

    by: str = Field(min_length=1)
    on: date


class Portrait(Value):
    """A character as its maker describes it: what ``character.yaml`` says, or the command line."""

    name: str = Field(min_length=1)
    consent: Consent
    pictures: dict[str, Path] = Field(min_length=1, max_length=MOST_REFERENCES)
    description: str = ""
    pronoun: str = "they"
    voice: str = ""
    wardrobe: Garment | None = None


def read_folder(folder: Path) -> Portrait:
    """The portrait in ``folder/character.yaml``; pictures are named relative to the folder."""
    file = folder / "character.yaml"
    if not file.is_file():
        raise InvalidInput(f"There is no {file}. A character folder holds a character.yaml and its pictures.")
    try:
        told: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        views: dict[str, Any] = told["images"]["views"]
        pictures = {view: _inside(folder, entry["file"]) for view, entry in views.items()}
        described = {
            k: told[k] for k in ("name", "description", "pronoun", "voice", "wardrobe", "consent") if k in told
        }
        if "consent" not in described:
            raise NoConsent(
                f"{file} does not say who agreed to the use of this face: add `consent: {{by: WHO, on: DATE}}`."
            )
        return Portrait.model_validate(described | {"pictures": pictures})
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise InvalidInput(
            f"{file} cannot be used: {error}. Compare it with samples/cast/ava/character.yaml."
        ) from error


def _inside(folder: Path, name: str) -> Path:
    """A picture beside its character.yaml: nothing outside the folder is ever read."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadPicture(f"{name} lies outside {folder}. Put the picture into the folder.")
    return path


Check = Callable[[Identity], None]
"""Refuses a face by raising, before anything is kept."""


def audition(
    portrait: Portrait, settings: Settings, assets: Any, check: Check = lambda identity: None
) -> CreateCharacter:
    """Look at every picture, measure the identity, and only then keep the files.

    Raises ``BadPicture`` for a picture that cannot be used, ``BadSetting`` for an unknown voice, and what ``check``
    raises of the face.
    """
    voice = chosen_voice(portrait, settings)
    contents = {view: _read(path) for view, path in portrait.pictures.items()}
    engine, sittings = _look_at(contents, portrait.pictures, settings)
    identity = _identity(engine, sittings)
    check(identity)
    return CreateCharacter(
        name=portrait.name,
        slug=slug_of(portrait.name),
        description=portrait.description,
        pronoun=portrait.pronoun,
        consent_by=portrait.consent.by,
        consent_on=portrait.consent.on,
        references=_kept(contents, sittings, assets),
        identity=identity,
        voice=voice,
        wardrobe=portrait.wardrobe,
    )


def more_pictures(character: Character, files: Mapping[str, Path], settings: Settings, assets: Any) -> AddReferences:
    """The command that adds pictures to a character; its identity is measured anew from all of them.

    Raises ``BadPicture`` for a picture that cannot be used or shows somebody else, and for too many.
    """
    if len(character.references) + len(files) > MOST_REFERENCES:
        raise BadPicture(f"A character has at most {MOST_REFERENCES} pictures. Leave some out.")
    if again := next((r.view for r in character.references if r.view in files), None):
        raise Conflict(f"{character.name} has a picture {again!r} already. Rename the new one.")
    contents = {view: _read(path) for view, path in files.items()}
    known = {reference.view: assets.read(reference.uri) for reference in character.references}
    engine, sittings = _look_at(known | contents, files, settings)
    new = [sitting for sitting in sittings if sitting.view in contents]
    _must_be_same(character, engine, new)
    return AddReferences(references=_kept(contents, new, assets), identity=_identity(engine, sittings))


def remeasured(character: Character, settings: Settings, assets: Any) -> Identity:
    """The identity in the character's own pictures as the chosen face engine sees it."""
    engine, sittings = _look_at({r.view: assets.read(r.uri) for r in character.references}, {}, settings)
    return _identity(engine, sittings)


def embedder(settings: Settings) -> str:
    """The name that the chosen face engine measures under."""
    from engines.registry import engine_class

    engine = engine_class("face", settings.engines["face"])
    name: str = getattr(engine, "name", "") or engine().name
    return name


def _look_at(contents: Mapping[str, bytes], files: Mapping[str, Path], settings: Settings) -> tuple[Any, list[Any]]:
    """The face engine, and every picture as it sees it. ``files`` are where they are from, for the sentences."""
    from engines.face.portrait import sit
    from engines.registry import engine_class
    from media.pictures import open_picture

    pictures = {
        view: open_picture(content, files[view].name if view in files else view) for view, content in contents.items()
    }
    engine = engine_class("face", settings.engines["face"])()
    return engine, [sit(engine, view, picture) for view, picture in pictures.items()]


def _identity(engine: Any, sittings: Sequence[Any]) -> Identity:
    from engines.face.identity import drawn_from

    return drawn_from(engine, sittings)


def _kept(contents: Mapping[str, bytes], sittings: Sequence[Any], assets: Any) -> tuple[Reference, ...]:
    uris = assets.write_all(list(contents.values()))
    pairs = zip(sittings, uris, strict=True)
    return tuple(Reference(view=sitting.view, uri=uri, quality=sitting.quality) for sitting, uri in pairs)


def _must_be_same(character: Character, engine: Any, sittings: Sequence[Any]) -> None:
    from engines.face.identity import idr, likeness

    identity = character.identity
    if identity is None or identity.embedder != engine.name:
        return
    known = [np.array(vector) for vector in identity.vectors]
    for sitting in sittings:
        found = idr(likeness(sitting.face.vector, known, engine.similarity), identity.calibration)
        if found < STRANGER:
            raise BadPicture(
                f"The picture {sitting.view} shows somebody else than {character.name} (IDR {found:.2f}). Leave it out."
            )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadPicture(f"{path} cannot be read: {error.strerror}.") from error


def chosen_voice(portrait: Portrait, settings: Settings) -> str:
    from engines.registry import make_engine

    voice = portrait.voice or DEFAULT_VOICES.get(portrait.pronoun, "am_puck")
    voices: Sequence[str] = make_engine("speech", settings.engines["speech"], settings.engine_options).voices
    if voice not in voices:
        raise BadSetting(f"There is no voice {voice!r}. Choose one of {', '.join(voices)}.")
    return voice


def slug_of(name: str) -> str:
    """``"Dr. Zoë Ray"`` → ``"dr-zoe-ray"``. Raises ``InvalidInput`` when nothing is left of the name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        raise InvalidInput(f"{name!r} cannot be used as a name: use at least one letter from a to z or digit.")
    return slug


def views_of(files: Sequence[Path]) -> Mapping[str, Path]:
    """Pictures from a command line: each view is called like its file."""
    views = {file.stem: file for file in files}
    if len(views) < len(files):
        raise BadPicture("Two pictures have the same name. Rename one of them.")
    return views
