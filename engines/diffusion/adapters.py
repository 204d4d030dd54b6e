"""LoRA adapters of any origin, in any pipeline of diffusers.

A file is judged by its header before its tensors are read (``header.py``, ``bases.py``). Its tensors, by whatever name,
are then given the names of diffusers, so that the same weights give the same picture in every style. Alpha is put into
the second matrix (times alpha / rank): diffusers forgets it where a file of its own has no metadata, takes it from
tensors for some models, and drops it for others (SD3, LTX).
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from engines.diffusion.bases import Base, Style, bare, must_be_for, style_of
from engines.diffusion.header import Header, read_header
from engines.diffusion.modules import makers_names, matrices
from events.errors import BadSetting, Unsupported

ENDINGS = (
    ("down", re.compile(r"[._]lora\.down\.weight$|\.lora_down\.weight$|\.lora_A(\.default)?\.weight$")),
    ("up", re.compile(r"[._]lora\.up\.weight$|\.lora_up\.weight$|\.lora_B(\.default)?\.weight$")),
    ("alpha", re.compile(r"\.alpha$")),
)
OTHERS = {
    "dora_scale": "DoRA",
    "lora_magnitude_vector": "DoRA",
    "hada_": "LoHa",
    "lokr_": "LoKr",
    "lora_mid": "LoCon with a middle matrix",
    "oft_": "OFT",
    ".diff": "a full difference of weights",
    "lora_B.bias": "a bias",
}
"""What else trainers make of layers, by a part of the tensors' names."""
TEXT_ENCODERS = (
    (re.compile(r"lora_te1?_|text_encoder\.|text_encoders\.clip_l\.(transformer\.)?"), "text_encoder"),
    (re.compile(r"lora_te2_|text_encoder_2\.|text_encoders\.clip_g\.(transformer\.)?"), "text_encoder_2"),
    (re.compile(r"lora_te3_|text_encoder_3\.|text_encoders\.t5xxl\.(transformer\.)?"), "text_encoder_3"),
)
METADATA = "lora_adapter_metadata"
"""Where diffusers keeps the configuration of an adapter (its own files, since 0.34)."""


@dataclass(frozen=True)
class Adapter:
    """A LoRA file that may be loaded. ``name`` is what messages and the pipeline call it."""

    name: str
    file: Path
    style: Style
    header: Header


@dataclass
class _Pair:
    """What a file has of one module."""

    down: torch.Tensor | None = None
    up: torch.Tensor | None = None
    alpha: float | None = None


def open_adapter(name: str, file: Path, base: Base) -> Adapter:
    """Look at a LoRA file without loading it. Raises ``BadSetting`` for a file that cannot be one, ``Unsupported`` for
    one that was made for another model than ``base`` or that is no plain LoRA."""
    header = read_header(file)
    must_be_for(base, header, f"{file.name} ({name})")
    for part, method in OTHERS.items():
        if any(part in tensor for tensor in header.shapes):
            raise Unsupported(f"{file.name} ({name}) holds {method}, which is not loaded. Use a plain LoRA.")
    if not any(ending.search(tensor) for tensor in header.shapes for _, ending in ENDINGS[:2]):
        raise BadSetting(f"{file.name} ({name}) holds no LoRA.")
    return Adapter(name=name, file=file, style=style_of(header), header=header)


def load_adapter(pipeline: Any, adapter: Adapter, base: Base) -> None:
    """Put an adapter into a pipeline under its own name. Raises ``Unsupported`` where it does not fit the model."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")  # several adapters are what we mean
        pipeline.load_lora_weights(converted(pipeline, adapter, base), adapter_name=adapter.name)


def use_adapters(pipeline: Any, weights: Mapping[str, float]) -> None:
    """Let these loaded adapters work, each with its weight, and no other."""
    if not any(pipeline.get_list_adapters().values()):
        return
    if weights:
        pipeline.enable_lora()
        pipeline.set_adapters(list(weights), list(weights.values()))
    else:
        pipeline.disable_lora()


def unload_adapters(pipeline: Any) -> None:
    """The pipeline as it was before any was loaded."""
    pipeline.unload_lora_weights()


def converted(pipeline: Any, adapter: Adapter, base: Base) -> dict[str, torch.Tensor]:
    """The adapter's tensors under the names of diffusers, with alpha = rank."""
    names = _Names(pipeline, base)
    result: dict[str, torch.Tensor] = {}
    for stem, pair in _grouped(adapter).items():
        component, modules = names.find(stem, adapter)
        down, up = _scaled(stem, pair, adapter, component)
        first = 0
        for module in modules:
            rows = names.rows(component, module) if len(modules) > 1 else len(up)
            result[f"{component}.{module}.lora_A.weight"] = down
            result[f"{component}.{module}.lora_B.weight"] = up[first : first + rows].contiguous()
            first += rows
        names.must_fit(component, modules, down, up, first, adapter)
    return result


def _grouped(adapter: Adapter) -> dict[str, _Pair]:
    groups: dict[str, _Pair] = {}
    for name, tensor in load_file(adapter.file).items():
        kind, stem = _ending(name, adapter)
        if kind == "alpha" and tensor.numel() != 1:
            raise BadSetting(f"{adapter.file.name} ({adapter.name}): {name} has to be one number.")
        setattr(groups.setdefault(stem, _Pair()), kind, float(tensor) if kind == "alpha" else tensor)
    return groups


def _ending(name: str, adapter: Adapter) -> tuple[str, str]:
    """What of a module a tensor is, and the module's name as the file has it."""
    for kind, ending in ENDINGS:
        if found := ending.search(name):
            return kind, name[: found.start()]
    raise Unsupported(f"{adapter.file.name} ({adapter.name}) holds {name}, which is no part of a plain LoRA.")


def _scaled(stem: str, pair: _Pair, adapter: Adapter, component: str) -> tuple[torch.Tensor, torch.Tensor]:
    if pair.down is None or pair.up is None:
        raise BadSetting(f"{adapter.file.name} ({adapter.name}) lacks one of the two matrices of {stem}.")
    if pair.down.ndim not in (2, 4) or pair.up.ndim != pair.down.ndim or len(pair.down) == 0:
        raise BadSetting(f"{adapter.file.name} ({adapter.name}): the two matrices of {stem} cannot be.")
    rank = len(pair.down)
    scale = _told_scale(adapter, component, stem, rank) if pair.alpha is None else pair.alpha / rank
    return pair.down, pair.up if scale == 1 else pair.up.float() * scale


def _told_scale(adapter: Adapter, component: str, stem: str, rank: int) -> float:
    """By the configuration that diffusers puts beside the tensors; 1 where there is none. Its patterns are taken as
    the names that diffusers writes there, never run as the regular expressions that peft takes too."""
    try:
        config = json.loads(adapter.header.metadata.get(METADATA, "{}"))
        alpha = config.get(f"{component}.lora_alpha", rank)
        for name, other in (config.get(f"{component}.alpha_pattern") or {}).items():
            if f".{bare(stem)}".endswith(f".{name.removeprefix('^')}"):
                alpha = other
        return float(alpha) / (math.sqrt(rank) if config.get(f"{component}.use_rslora") else rank)
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise BadSetting(f"{adapter.file.name} ({adapter.name}) has a configuration that cannot be.") from error


@dataclass
class _Names:
    """Finds the modules that a name in a file means. Dots and underscores are one: kohya's trainers write only the
    latter."""

    pipeline: Any
    base: Base
    known: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def find(self, stem: str, adapter: Adapter) -> tuple[str, tuple[str, ...]]:
        """The component, and the modules in it that share the rows of the second matrix."""
        component, rest = self._component(stem)
        if component not in self.known:
            self.known[component] = self._modules(component)
        if modules := self.known[component].get(_plain(rest)):
            return component, modules
        what = f"a part of {component} that the pipeline lacks" if self.known[component] else f"no {component} here"
        raise Unsupported(f"{adapter.file.name} ({adapter.name}) changes {stem}: {what}. It is for another model.")

    def rows(self, component: str, module: str) -> int:
        return int(getattr(self.pipeline, component).get_submodule(module).weight.shape[0])

    def must_fit(
        self,
        component: str,
        modules: tuple[str, ...],
        down: torch.Tensor,
        up: torch.Tensor,
        rows: int,
        adapter: Adapter,
    ) -> None:
        for module in modules:
            weight = getattr(self.pipeline, component).get_submodule(module).weight
            whole = rows if len(modules) > 1 else weight.shape[0]
            if weight.shape[1:] != down.shape[1:] or whole != len(up) or down.shape[0] != up.shape[1]:
                raise Unsupported(
                    f"{adapter.file.name} ({adapter.name}) does not fit {module}: it is for a model of another size."
                )

    def _component(self, stem: str) -> tuple[str, str]:
        for pattern, component in TEXT_ENCODERS:
            if found := pattern.match(stem):
                return component, stem[found.end() :]
        return ("unet" if hasattr(self.pipeline, "unet") else "transformer"), bare(stem)

    def _modules(self, component: str) -> dict[str, tuple[str, ...]]:
        model = getattr(self.pipeline, component, None)
        if model is None or component not in self.pipeline._lora_loadable_modules:
            return {}
        own = {_plain(name): (name,) for name in matrices(model)}
        if component.startswith("text_encoder"):
            return own
        return {_plain(name): modules for name, modules in makers_names(self.base, model).items()} | own


def _plain(name: str) -> str:
    """``CLIPTextModel`` has lost its inner ``text_model`` in transformers 5; old diffusers files name the processors of
    attention."""
    for part in ("text_model.", "text_model_", ".processor"):
        name = name.replace(part, "")
    return name.replace(".", "_")
