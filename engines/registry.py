"""Engines by stage and name. Other packages add theirs with an entry point ``loraframe.engines.<stage>``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from inspect import signature
from typing import Any

from events.errors import BadSetting, EngineMissing, KeyMissing
from events.production import NO_ENGINE

EngineOptions = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""How engines are set up, by stage and name: model ids, prices, sizes."""

EMBEDDED = {
    ("prompt", "groq"): "engines.script.groq:GroqPrompts",
    ("prompt", "gemini"): "engines.script.gemini:GeminiPrompts",
    ("script", "beats"): "engines.script.beats:BeatPlanner",
    ("script", "groq"): "engines.script.groq:GroqWriter",
    ("script", "gemini"): "engines.script.gemini:GeminiWriter",
    ("video", "puppet"): "engines.video.puppet:Puppet",
    ("video", "slate"): "engines.video.slate:Slate",
    ("video", "drifting"): "engines.video.drifting:Drifting",
    ("video", "kling"): "engines.video.kling:Kling",
    ("video", "veo"): "engines.video.veo:Veo",
    ("video", "omni"): "engines.video.omni:Omni",
    ("video", "simulated"): "engines.video.simulated:Simulated",
    ("video", "comfyui"): "engines.video.comfyui:ComfyVideo",
    ("video", "animatediff"): "engines.video.animatediff:AnimateDiff",
    ("video", "wan"): "engines.video.wan:Wan",
    ("video", "ltx"): "engines.video.ltx:LTX",
    ("analyst", "rules"): "engines.analyst.rules:Rules",
    ("analyst", "groq"): "engines.analyst.groq:GroqAnalyst",
    ("analyst", "gemini"): "engines.analyst.gemini:GeminiAnalyst",
    ("image", "puppet"): "engines.image.puppet:PuppetStill",
    ("image", "sdxl"): "engines.image.sdxl:SDXL",
    ("image", "flux"): "engines.image.flux:Flux",
    ("image", "sd3"): "engines.image.sd3:SD3",
    ("image", "comfyui"): "engines.image.comfyui:ComfyImage",
    ("image", "gemini"): "engines.image.gemini:GeminiImage",
    ("image", "imagen"): "engines.image.imagen:Imagen",
    ("face", "faceapi"): "engines.face.onnx:Faces",
    ("face", "insightface"): "engines.face.insightface:InsightFace",
    ("refine", "canonical"): "engines.refine.canonical:Canonical",
    ("retouch", "canonical"): "engines.refine.canonical:Canonical",
    ("retouch", "gemini"): "engines.refine.gemini:GeminiEdit",
    ("retouch", "sdxl"): "engines.refine.inpaint:SDXLInpaint",
    ("retouch", "flux"): "engines.refine.inpaint:FluxInpaint",
    ("retouch", "sd3"): "engines.refine.inpaint:SD3Inpaint",
    ("speech", "kokoro"): "engines.speech.kokoro:Kokoro",
    ("speech", "elevenlabs"): "engines.speech.elevenlabs:ElevenLabs",
    ("music", "library"): "engines.music.library:Library",
    ("music", "synth"): "engines.music.synth:Synth",
    ("text", "minilm"): "engines.text.minilm:MiniLM",
    ("interpolate", "hold"): "engines.finish.hold:Hold",
    ("interpolate", "blend"): "engines.finish.blend:Blend",
    ("interpolate", "motion"): "engines.finish.motion:Motion",
    ("interpolate", "onnx"): "engines.finish.frame_model:FrameModel",
    ("upscale", "lanczos"): "engines.finish.lanczos:Lanczos",
    ("upscale", "onnx"): "engines.finish.super_resolution:SuperResolution",
}


EXTRAS = {
    "accelerate": "diffusers",
    "diffusers": "diffusers",
    "ftfy": "diffusers",
    "google": "google",
    "groq": "groq",
    "httpx2": "google",
    "insightface": "insightface",
    "peft": "diffusers",
    "safetensors": "diffusers",
    "torch": "diffusers",
    "transformers": "diffusers",
}
"""Which extra brings a package."""
REMOTE = {
    ("analyst", "gemini"),
    ("analyst", "groq"),
    ("image", "comfyui"),
    ("prompt", "gemini"),
    ("prompt", "groq"),
    ("retouch", "gemini"),
    ("script", "gemini"),
    ("script", "groq"),
    ("image", "gemini"),
    ("image", "imagen"),
    ("speech", "elevenlabs"),
    ("video", "comfyui"),
    ("video", "kling"),
    ("video", "omni"),
    ("video", "simulated"),
    ("video", "veo"),
}
"""Engines that work elsewhere: waiting for them takes no core of ours, so many calls may be under way at once."""
GOOGLE = (("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT"),)
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "elevenlabs": (("ELEVENLABS_API_KEY",),),
    "gemini": GOOGLE,
    "groq": (("GROQ_API_KEY",),),
    "imagen": GOOGLE,
    "kling": (("KLING_ACCESS_KEY",), ("KLING_SECRET_KEY",)),
    "omni": GOOGLE,
    "veo": GOOGLE,
}
"""The variables that an engine needs, by its name: one of each group."""
OPTIONAL = {"prompt", "refine", "retouch", "lips", "interpolate", "upscale"}
"""Stages that can be left out, by the engine ``none``."""


def names(stage: str) -> list[str]:
    """All engines that can be chosen for a stage."""
    own = [name for at, name in EMBEDDED if at == stage] + [NO_ENGINE] * (stage in OPTIONAL)
    return [*own, *(point.name for point in entry_points(group=f"loraframe.engines.{stage}"))]


def is_remote(stage: str, name: str) -> bool:
    """Whether an engine works elsewhere; one of another package says so by an attribute ``remote``."""
    return (stage, name.partition(":")[0]) in REMOTE or any(
        getattr(point.load(), "remote", False) for point in entry_points(group=f"loraframe.engines.{stage}", name=name)
    )


def check_names(engines: Mapping[str, str]) -> None:
    """Raises ``BadSetting`` for a name that no engine of its stage has; loads none. A wrapper's name says what it
    wraps: "drifting:slate"."""
    for stage, name in engines.items():
        for part in name.split(":"):
            if part not in names(stage):
                raise _unknown(stage, part)


def missing_keys(name: str) -> list[str]:
    """The usual variables that have to be set before this engine can work."""
    return [group[0] for group in KEYS.get(name, ()) if not any(os.environ.get(variable) for variable in group)]


def check_keys(engines: Iterable[str]) -> None:
    """Raises ``KeyMissing`` for the first engine that cannot work without one."""
    for name in engines:
        for part in name.split(":"):
            if missing := missing_keys(part):
                raise KeyMissing(
                    f"The engine {part} needs a key: set {' and '.join(missing)}, or choose another engine."
                )


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
            raise _missing(stage, name, (error.name or "").partition(".")[0]) from error
    for point in entry_points(group=f"loraframe.engines.{stage}", name=name):
        return point.load()
    raise _unknown(stage, name)


def _missing(stage: str, name: str, package: str) -> EngineMissing:
    how = f"pip install 'loraframe[{EXTRAS[package]}]'" if package in EXTRAS else f"pip install {package}"
    return EngineMissing(f"The {stage} engine {name!r} needs the package {package!r}: {how}")


def make_engine(stage: str, name: str, options: EngineOptions, *resources: Any) -> Any:
    """An engine, set up by its options. Raises as ``engine_class``, and ``BadSetting`` for an option that it does not
    have."""
    made, told = engine_class(stage, name), options.get(stage, {}).get(name, {})
    try:
        signature(made).bind(*resources, **told)
    except TypeError as error:
        raise BadSetting(f"The {stage} engine {name!r} cannot be set up so: {error}.") from error
    return made(*resources, **told)
