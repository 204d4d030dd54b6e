"""From pictures to the command that creates a character, with everything checked before anything is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from actors.settings import Settings
from events.base import Value
from events.character import CreateCharacter, Reference
from events.errors import BadPicture, BadSetting, InvalidInput, NoConsent
from events.look import Garment

MOST_REFERENCES = 20
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


def audition(portrait: Portrait, settings: Settings, assets: Any) -> CreateCharacter:
    """Look at every picture, measure the identity, and only then keep the files.

    Raises ``BadPicture`` for a picture that cannot be used, ``BadSetting`` for an unknown voice.
    """
    from engines.face.identity import drawn_from
    from engines.face.portrait import sit
    from engines.registry import engine_class
    from media.pictures import open_picture

    contents = {view: _read(path) for view, path in portrait.pictures.items()}
    pictures = {view: open_picture(content, portrait.pictures[view].name) for view, content in contents.items()}
    engine = engine_class("face", settings.engines["face"])()
    sittings = [sit(engine, view, picture) for view, picture in pictures.items()]
    identity = drawn_from(engine, sittings)
    kept = assets.write_all(list(contents.values()))
    references = tuple(
        Reference(view=sitting.view, uri=uri, quality=sitting.quality)
        for sitting, uri in zip(sittings, kept, strict=True)
    )
    return CreateCharacter(
        name=portrait.name,
        slug=slug_of(portrait.name),
        description=portrait.description,
        pronoun=portrait.pronoun,
        consent_by=portrait.consent.by,
        consent_on=portrait.consent.on,
        references=references,
        identity=identity,
        voice=chosen_voice(portrait, settings),
        wardrobe=portrait.wardrobe,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadPicture(f"{path} cannot be read: {error.strerror}.") from error


def chosen_voice(portrait: Portrait, settings: Settings) -> str:
    from engines.registry import engine_class

    voice = portrait.voice or DEFAULT_VOICES.get(portrait.pronoun, "am_puck")
    voices: Sequence[str] = engine_class("speech", settings.engines["speech"])().voices
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
