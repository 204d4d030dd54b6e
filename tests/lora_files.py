"""LoRA files with the same weights in the styles of diffusers, kohya's trainers and ComfyUI, for the tiny models.

The makers' names are written out here, not taken from the code that is tested. Where they have one matrix for several
of diffusers', these share its first matrix.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import load_file, save_file

from tests.tiny_models import saved

RANK, ALPHA = 4, 8.0
STYLES = ("diffusers", "kohya", "comfyui")
Modules = tuple[str, ...]


def _attention(native: str, ours: str, block: str) -> list[tuple[str, Modules]]:
    return [(f"{native}.{block}.{name}", (f"{ours}.{block}.{name}",)) for name in ("to_q", "to_k", "to_v", "to_out.0")]


def _three(prefix: str, names: str = "to_q to_k to_v") -> Modules:
    return tuple(f"{prefix}.{name}" for name in names.split())


ADDED = "add_q_proj add_k_proj add_v_proj"
TRAINED: dict[str, list[tuple[str, Modules]]] = {
    "sdxl": [
        *_attention("input_blocks.3.1", "down_blocks.1.attentions.0", "transformer_blocks.1.attn2"),
        *_attention("middle_block.1", "mid_block.attentions.0", "transformer_blocks.0.attn1"),
        *_attention("output_blocks.1.1", "up_blocks.0.attentions.1", "transformer_blocks.0.attn2"),
        ("output_blocks.0.1.proj_in", ("up_blocks.0.attentions.0.proj_in",)),
    ],
    "flux": [
        ("double_blocks.0.img_attn.qkv", _three("transformer_blocks.0.attn")),
        ("double_blocks.1.txt_attn.qkv", _three("transformer_blocks.1.attn", ADDED)),
        ("double_blocks.1.img_attn.proj", ("transformer_blocks.1.attn.to_out.0",)),
        ("double_blocks.0.img_mlp.0", ("transformer_blocks.0.ff.net.0.proj",)),
        ("single_blocks.0.linear1", _three("single_transformer_blocks.0", "attn.to_q attn.to_k attn.to_v proj_mlp")),
        ("single_blocks.1.linear2", ("single_transformer_blocks.1.proj_out",)),
    ],
    "sd3": [
        ("joint_blocks.0.x_block.attn.qkv", _three("transformer_blocks.0.attn")),
        ("joint_blocks.0.context_block.attn.qkv", _three("transformer_blocks.0.attn", ADDED)),
        ("joint_blocks.1.x_block.attn.proj", ("transformer_blocks.1.attn.to_out.0",)),
        ("joint_blocks.1.x_block.mlp.fc1", ("transformer_blocks.1.ff.net.0.proj",)),
    ],
}  # fmt: skip
"""What is trained of the U-Net or transformer: the makers' name, and diffusers'."""
DENOISERS = {"sdxl": "unet", "flux": "transformer", "sd3": "transformer"}
PIPELINES = {"sdxl": "StableDiffusionXLPipeline", "flux": "FluxPipeline", "sd3": "StableDiffusion3Pipeline"}
TEXT = "text_model.encoder.layers.1.self_attn.q_proj"
Weights = Mapping[str, tuple[torch.Tensor, torch.Tensor]]


def lora(base: str, style: str, folder: Path, seed: int = 5, text: bool = True) -> Path:
    """A file that changes the picture much; ``text``: it changes the first text encoder too."""
    weights, read = _weights(base, seed), _text_weights(seed)
    file = folder / f"{base}-{style}-{seed}.safetensors"
    if style == "diffusers":
        _save_diffusers(base, file, weights, read if text else None)
    else:
        tensors: dict[str, torch.Tensor] = {}
        for name, matrices in weights.items():
            stem = f"lora_unet_{name.replace('.', '_')}" if style == "kohya" else f"diffusion_model.{name}"
            tensors |= _plain(stem, matrices)
        if text:
            kohya, comfyui = f"lora_te1_{TEXT.replace('.', '_')}", f"text_encoders.clip_l.transformer.{TEXT}"
            tensors |= _plain(kohya if style == "kohya" else comfyui, read)
        save_file(tensors, file)
    return file


def _plain(stem: str, matrices: tuple[torch.Tensor, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {
        f"{stem}.lora_down.weight": matrices[0],
        f"{stem}.lora_up.weight": matrices[1],
        f"{stem}.alpha": torch.tensor(ALPHA),
    }


def _weights(base: str, seed: int) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """By the makers' names."""
    chance, there = torch.Generator().manual_seed(seed), shapes(base)
    made = {}
    for native, modules in TRAINED[base]:
        rows = sum(there[f"{module}.weight"][0] for module in modules)
        down = torch.randn(RANK, there[f"{modules[0]}.weight"][1], generator=chance)
        made[native] = (down, torch.randn(rows, RANK, generator=chance))
    return made


def _text_weights(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(seed + 1)
    return torch.randn(RANK, 32, generator=chance), torch.randn(32, RANK, generator=chance)


def shapes(base: str) -> dict[str, tuple[int, ...]]:
    folder = saved(base) / DENOISERS[base]
    return {name: tuple(tensor.shape) for name, tensor in load_file(next(folder.glob("*.safetensors"))).items()}


def _save_diffusers(base: str, file: Path, weights: Weights, read: tuple[torch.Tensor, torch.Tensor] | None) -> None:
    """By the library's own method, with alpha in the metadata."""
    layers: dict[str, torch.Tensor] = {}
    for native, modules in TRAINED[base]:
        first = 0
        for module in modules:
            rows = shapes(base)[f"{module}.weight"][0]
            layers[f"{module}.lora_A.weight"] = weights[native][0].clone()
            layers[f"{module}.lora_B.weight"] = weights[native][1][first : first + rows].clone()
            first += rows
    config: dict[str, Any] = {"r": RANK, "lora_alpha": ALPHA}
    told: dict[str, Any] = {
        f"{DENOISERS[base]}_lora_layers": layers,
        f"{DENOISERS[base]}_lora_adapter_metadata": config,
    }
    if read:
        text = {f"{TEXT}.lora_A.weight": read[0], f"{TEXT}.lora_B.weight": read[1]}
        told |= {"text_encoder_lora_layers": text, "text_encoder_lora_adapter_metadata": config}
    getattr(diffusers, PIPELINES[base]).save_lora_weights(file.parent, weight_name=file.name, **told)


def named(folder: Path, name: str, shape: tuple[int, int], metadata: dict[str, str] | None = None) -> Path:
    """A file of one module."""
    file = folder / "one.safetensors"
    down, up = torch.zeros(2, shape[1]), torch.zeros(shape[0], 2)
    save_file({f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}, file, metadata)
    return file


def raw(file: Path, header: Any, length: int | None = None, data: bytes = b"") -> Path:
    """A file with a header that says whatever it likes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    file.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return file
