"""Engines by stage and name. Other packages add theirs with an entry point ``loraframe.engines.<stage>``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from events.errors import BadSetting, EngineMissing
from events.production import NO_ENGINE

EMBEDDED = {
    ("script", "beats"): "engines.script.beats:BeatPlanner",
    ("video", "puppet"): "engines.video.puppet:Puppet",
    ("video", "slate"): "engines.video.slate:Slate",
    ("video", "drifting"): "engines.video.drifting:Drifting",
    ("analyst", "rules"): "engines.analyst.rules:Rules",
    ("image", "puppet"): "engines.image.puppet:PuppetStill",
    ("face", "faceapi"): "engines.face.onnx:Faces",
    ("face", "insightface"): "engines.face.insightface:InsightFace",
    ("refine", "canonical"): "engines.refine.canonical:Canonical",
    ("speech", "kokoro"): "engines.speech.kokoro:Kokoro",
    ("music", "library"): "engines.music.library:Library",
    ("music", "synth"): "engines.music.synth:Synth",
    ("text", "minilm"): "engines.text.minilm:MiniLM",
}


OPTIONAL = {"refine"}
"""Stages that can be left out, by the engine ``none``."""


def names(stage: str) -> list[str]:
    """All engines that can be chosen for a stage."""
    own = [name for at, name in EMBEDDED if at == stage] + [NO_ENGINE] * (stage in OPTIONAL)
    return [*own, *(point.name for point in entry_points(group=f"loraframe.engines.{stage}"))]


def check_names(engines: Mapping[str, str]) -> None:
    """Raises ``BadSetting`` for a name that no engine of its stage has; loads none. A wrapper's name says what it
    wraps: "drifting:slate"."""
    for stage, name in engines.items():
        for part in name.split(":"):
            if part not in names(stage):
                raise _unknown(stage, part)


def _unknown(stage: str, name: str) -> BadSetting:
    return BadSetting(f"There is no {stage} engine {name!r}. Choose one of {', '.join(names(stage))}.")


def engine_class(stage: str, name: str) -> Any:
    """The class of an engine. Raises ``BadSetting`` for an unknown name, ``EngineMissing`` for one whose
    packages are not installed."""
    if target := EMBEDDED.get((stage, name)):
        module, _, attribute = target.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise EngineMissing(f"The {stage} engine {name!r} needs the package {error.name!r}: install it.") from error
    for point in entry_points(group=f"loraframe.engines.{stage}", name=name):
        return point.load()
    raise _unknown(stage, name)
