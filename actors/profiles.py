"""Named sets of engines (``draft``, ``studio``, ``premium`` and the user's own), and how each engine is set up.

``actors/engines.yaml`` comes with the package; ``engines.yaml`` in the studio's home adds to it and wins.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from events.base import Value
from events.engine_plan import EngineRule
from events.episode_facts import NativeAudio, Policy
from events.errors import BadSetting

OURS = Path(__file__).with_name("engines.yaml")
YOURS = "engines.yaml"
OPTIONS = dict[str, dict[str, dict[str, Any]]]


class Profile(Value):
    """The engines of some stages; the embedded ones do the others. ``shots`` and ``fallbacks`` as in ``VideoPlan``."""

    script: str = ""
    analyst: str = ""
    prompt: str = ""
    image: str = ""
    video: str = ""
    face: str = ""
    refine: str = ""
    retouch: str = ""
    lips: str = ""
    interpolate: str = ""
    upscale: str = ""
    speech: str = ""
    music: str = ""
    text: str = ""
    shots: tuple[EngineRule, ...] = ()
    fallbacks: tuple[str, ...] = ()
    on_unknown: Policy = "ask"
    native_audio: NativeAudio = "replace"

    @property
    def engines(self) -> dict[str, str]:
        plain = self.model_dump(exclude={"shots", "fallbacks", "on_unknown", "native_audio"})
        return {stage: name for stage, name in plain.items() if name}


class EngineBook(Value):
    """A file of profiles and options; ``engines`` is by stage and name."""

    profiles: dict[str, Profile] = {}
    engines: OPTIONS = {}

    def profile(self, name: str) -> Profile:
        """Raises ``BadSetting`` for one that nobody has written."""
        if name not in self.profiles:
            raise BadSetting(f"There is no profile {name!r}. Choose one of {', '.join(self.profiles)}.")
        return self.profiles[name]

    def with_yours(self, yours: EngineBook) -> EngineBook:
        stages = {*self.engines, *yours.engines}
        merged = {stage: _merged(self.engines.get(stage, {}), yours.engines.get(stage, {})) for stage in stages}
        return EngineBook(profiles=self.profiles | yours.profiles, engines=merged)


def _merged(ours: dict[str, dict[str, Any]], yours: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: ours.get(name, {}) | yours.get(name, {}) for name in {*ours, *yours}}


def engine_book(home: Path) -> EngineBook:
    """Ours and the user's. Raises ``BadSetting`` for a file that cannot be read."""
    book, yours = _read(OURS), home / YOURS
    return book.with_yours(_read(yours)) if yours.exists() else book


def _read(file: Path) -> EngineBook:
    try:
        return EngineBook.model_validate(yaml.safe_load(file.read_text("utf-8")) or {})
    except yaml.YAMLError as error:
        raise BadSetting(f"{file} is not YAML: {error}.") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        raise BadSetting(f"{file}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}.") from error
