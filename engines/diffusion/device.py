"""Where a diffusion pipeline runs, and how much of it lies on the card at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch

from events.errors import BadSetting

WORK = 3 * 2**30
"""Bytes left free on the card beside the weights, for what is computed: pictures of a megapixel with tiling. An
allowance, not a measurement; ``WORK_SHARE`` of the weights where that is more."""
WORK_SHARE = 0.15
NAMES = ("cuda", "mps", "cpu")


class Placement(StrEnum):
    """All on the device; one component at a time (slower by its way there); one layer at a time (much slower)."""

    WHOLE = "whole"
    COMPONENTS = "components"
    LAYERS = "layers"


@dataclass(frozen=True)
class Device:
    """``free``: bytes for weights and work; None where the device shares the computer's memory."""

    name: str
    free: int | None = None
    dtype: torch.dtype = torch.float32


def find_device(name: str = "", threads: int = 1) -> Device:
    """The device called ``name``; left out, the best there is. On a CPU only ``threads`` work: two threads on a shared
    machine of two cores were four times as slow as one. Raises ``BadSetting`` for one that is not here."""
    if name and name not in NAMES:
        raise BadSetting(f"There is no device {name!r}. Choose one of {', '.join(NAMES)}.")
    there = [each for each in NAMES if _is_there(each)]
    if name and name not in there:
        raise BadSetting(f"This machine has no {name}. Choose {' or '.join(there)}, or leave the option out.")
    chosen = name or there[0]
    if chosen == "cuda":
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return Device("cuda", torch.cuda.mem_get_info()[0], dtype)
    if chosen == "mps":
        return Device("mps", None, torch.float16)
    torch.set_num_threads(threads)
    return Device("cpu")


def _is_there(name: str) -> bool:
    if name == "cuda":
        return torch.cuda.is_available()
    return name == "cpu" or torch.backends.mps.is_available()


def placement(free: int | None, weights: dict[str, int]) -> Placement:
    """How a pipeline fits into ``free`` bytes; ``weights`` are the bytes of its components."""
    whole, largest = sum(weights.values()), max(weights.values(), default=0)
    if free is None or whole + max(WORK, WORK_SHARE * whole) <= free:
        return Placement.WHOLE
    return Placement.COMPONENTS if largest + max(WORK, WORK_SHARE * largest) <= free else Placement.LAYERS


def place(pipeline: Any, device: Device) -> Placement:
    """Bring a pipeline (again) to where it runs; may be called for every pipeline that shares these components."""
    how = placement(device.free, weights_of(pipeline))
    if how is Placement.COMPONENTS:
        pipeline.enable_model_cpu_offload(device=device.name)
    elif how is Placement.LAYERS:
        pipeline.enable_sequential_cpu_offload(device=device.name)
    else:
        pipeline.to(device.name)
    if device.free is not None and hasattr(pipeline, "vae"):
        pipeline.vae.enable_tiling()
    if device.name == "mps":
        pipeline.enable_attention_slicing()
    return how


def compile_blocks(model: Any) -> None:
    """Compile the blocks that a U-Net or transformer repeats (all of it where it does not say which): the first picture
    takes minutes longer."""
    if model._repeated_blocks:
        model.compile_repeated_blocks()
    else:
        model.compile()


def weights_of(pipeline: Any) -> dict[str, int]:
    """Bytes of each component that has weights."""
    parts = {name: part for name, part in pipeline.components.items() if isinstance(part, torch.nn.Module)}
    return {name: sum(each.nbytes for each in part.parameters()) for name, part in parts.items()}


def generator(seed: int) -> torch.Generator:
    """Chance for one order. On the CPU wherever the pipeline runs, so that a seed gives the same noise everywhere."""
    return torch.Generator("cpu").manual_seed(seed % 2**63)
