"""A video model as it is set up: which weights, where they run, and which adapters it wears for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch

from engines.diffusion.adapters import Adapter, converted, load_adapter, open_adapter, use_adapters
from engines.diffusion.bases import Base
from engines.diffusion.device import Device, Placement, compile_blocks, find_device, place
from engines.diffusion.loading import load
from events.errors import BadSetting

DTYPES = ("float32", "bfloat16", "float16")
Offload = Literal["", "whole", "components", "layers"]


@dataclass(frozen=True)
class Weights:
    """``model``: a name on the Hugging Face hub or a local folder, at this ``revision``. ``device``, ``dtype`` and
    ``offload`` (a ``Placement``) are chosen by what is there where they are empty. Raises ``BadSetting``."""

    model: str
    revision: str = ""
    device: str = ""
    dtype: str = ""
    offload: Offload = ""
    threads: int = 1
    compiled: bool = False

    def __post_init__(self) -> None:
        if self.offload:
            _must_be("offload", self.offload, list(Placement))
        if self.dtype:
            _must_be("dtype", self.dtype, DTYPES)

    @cached_property
    def place(self) -> Device:
        found = find_device(self.device, self.threads)
        return replace(found, dtype=getattr(torch, self.dtype)) if self.dtype else found

    @property
    def is_exact(self) -> bool:
        """Whether the same seed gives the same bytes: cards add up in any order."""
        return self.place.name == "cpu"

    def load(self, kind: str, model: str = "", revision: str = "", **told: Any) -> Any:
        """A class of diffusers with these weights, or with those of another ``model``. Raises ``EngineMissing``."""
        at = revision if model else self.revision
        return load(kind, model or self.model, at, **{"dtype": self.place.dtype, **told})

    def place_pipeline(self, pipeline: Any) -> None:
        """Bring it to where it runs. Raises ``BadSetting``."""
        if not self.offload:
            place(pipeline, self.place)
        elif self.offload == Placement.WHOLE:
            pipeline.to(self.place.name)
        elif self.is_exact:
            raise BadSetting(f"Nothing can be taken off a CPU: leave `offload: {self.offload}` out.")
        elif self.offload == Placement.COMPONENTS:
            pipeline.enable_model_cpu_offload(device=self.place.name)
        else:
            pipeline.enable_sequential_cpu_offload(device=self.place.name)

    def taken_off(self, pipeline: Any) -> None:
        """Make room on the card for another pipeline, which may have the same parts."""
        if not self.is_exact:
            pipeline.remove_all_hooks()
            pipeline.to("cpu")
            if self.place.name == "cuda":
                torch.cuda.empty_cache()

    def compile(self, pipeline: Any) -> None:
        """Where that was asked for."""
        for denoiser in denoisers(pipeline) if self.compiled else ():
            compile_blocks(denoiser)


def denoisers(pipeline: Any) -> list[Any]:
    """The U-Net or transformer of a pipeline, or its two transformers (Wan 2.2 A14B)."""
    parts = [getattr(pipeline, name, None) for name in ("unet", "transformer", "transformer_2")]
    return [part for part in parts if part is not None]


def _must_be(option: str, told: str, names: Sequence[str]) -> None:
    if told not in names:
        raise BadSetting(f"There is no {option} {told!r}. Choose one of {', '.join(names)}, or leave it out.")


class Wardrobe:
    """LoRA files by the slug of the character that they are of; a pipeline wears those of the people in the shot.

    Raises ``BadSetting`` for a file that is no adapter, ``Unsupported`` for one of another model than ``base``."""

    def __init__(self, loras: Mapping[str, str], weight: float, base: Base) -> None:
        files = {slug: Path(file).expanduser() for slug, file in loras.items()}
        self._adapters = {slug: open_adapter(slug, file, base) for slug, file in files.items()}
        self._weight, self._base = weight, base

    def wear(self, pipeline: Any, slugs: Sequence[str]) -> None:
        wanted = [slug for slug in slugs if slug in self._adapters]
        for slug in wanted:
            if slug not in _loaded(pipeline):
                self._load(pipeline, self._adapters[slug])
        use_adapters(pipeline, dict.fromkeys(wanted, self._weight))

    def _load(self, pipeline: Any, adapter: Adapter) -> None:
        """Where two transformers share the steps, both wear it."""
        load_adapter(pipeline, adapter, self._base)
        if getattr(pipeline, "transformer_2", None) is not None:
            tensors = converted(pipeline, adapter, self._base)
            pipeline.load_lora_weights(tensors, adapter_name=adapter.name, load_into_transformer_2=True)


def _loaded(pipeline: Any) -> set[str]:
    return {name for names in pipeline.get_list_adapters().values() for name in names}
