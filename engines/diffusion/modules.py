"""What a module of a diffusion model is called by its makers, and by diffusers: adapters use both names.

The tables follow diffusers' own converters of whole checkpoints (``loaders/single_file_utils.py`` and
``scripts/convert_*`` of diffusers 0.42). Where the makers have one matrix for query, key and value, diffusers has
three: the rows are shared out in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engines.diffusion.bases import Base

Table = Sequence[tuple[str, Sequence[str]]]
QKV = ("to_q", "to_k", "to_v")
ADDED_QKV = ("add_q_proj", "add_k_proj", "add_v_proj")


def _under(prefix: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in names)


FLUX: Table = (
    ("img_in", ["x_embedder"]),
    ("txt_in", ["context_embedder"]),
    ("time_in.in_layer", ["time_text_embed.timestep_embedder.linear_1"]),
    ("time_in.out_layer", ["time_text_embed.timestep_embedder.linear_2"]),
    ("vector_in.in_layer", ["time_text_embed.text_embedder.linear_1"]),
    ("vector_in.out_layer", ["time_text_embed.text_embedder.linear_2"]),
    ("guidance_in.in_layer", ["time_text_embed.guidance_embedder.linear_1"]),
    ("guidance_in.out_layer", ["time_text_embed.guidance_embedder.linear_2"]),
    ("final_layer.linear", ["proj_out"]),
    ("double_blocks.{}.img_mod.lin", ["transformer_blocks.{}.norm1.linear"]),
    ("double_blocks.{}.txt_mod.lin", ["transformer_blocks.{}.norm1_context.linear"]),
    ("double_blocks.{}.img_attn.qkv", _under("transformer_blocks.{}.attn", QKV)),
    ("double_blocks.{}.txt_attn.qkv", _under("transformer_blocks.{}.attn", ADDED_QKV)),
    ("double_blocks.{}.img_attn.proj", ["transformer_blocks.{}.attn.to_out.0"]),
    ("double_blocks.{}.txt_attn.proj", ["transformer_blocks.{}.attn.to_add_out"]),
    ("double_blocks.{}.img_mlp.0", ["transformer_blocks.{}.ff.net.0.proj"]),
    ("double_blocks.{}.img_mlp.2", ["transformer_blocks.{}.ff.net.2"]),
    ("double_blocks.{}.txt_mlp.0", ["transformer_blocks.{}.ff_context.net.0.proj"]),
    ("double_blocks.{}.txt_mlp.2", ["transformer_blocks.{}.ff_context.net.2"]),
    ("single_blocks.{}.modulation.lin", ["single_transformer_blocks.{}.norm.linear"]),
    (
        "single_blocks.{}.linear1",
        (*_under("single_transformer_blocks.{}.attn", QKV), "single_transformer_blocks.{}.proj_mlp"),
    ),
    ("single_blocks.{}.linear2", ["single_transformer_blocks.{}.proj_out"]),
)
SD3: Table = (
    ("x_embedder.proj", ["pos_embed.proj"]),
    ("t_embedder.mlp.0", ["time_text_embed.timestep_embedder.linear_1"]),
    ("t_embedder.mlp.2", ["time_text_embed.timestep_embedder.linear_2"]),
    ("y_embedder.mlp.0", ["time_text_embed.text_embedder.linear_1"]),
    ("y_embedder.mlp.2", ["time_text_embed.text_embedder.linear_2"]),
    ("final_layer.linear", ["proj_out"]),
    ("joint_blocks.{}.x_block.adaLN_modulation.1", ["transformer_blocks.{}.norm1.linear"]),
    ("joint_blocks.{}.x_block.attn.qkv", _under("transformer_blocks.{}.attn", QKV)),
    ("joint_blocks.{}.context_block.attn.qkv", _under("transformer_blocks.{}.attn", ADDED_QKV)),
    ("joint_blocks.{}.x_block.attn2.qkv", _under("transformer_blocks.{}.attn2", QKV)),
    ("joint_blocks.{}.x_block.attn.proj", ["transformer_blocks.{}.attn.to_out.0"]),
    ("joint_blocks.{}.x_block.attn2.proj", ["transformer_blocks.{}.attn2.to_out.0"]),
    ("joint_blocks.{}.context_block.attn.proj", ["transformer_blocks.{}.attn.to_add_out"]),
    ("joint_blocks.{}.x_block.mlp.fc1", ["transformer_blocks.{}.ff.net.0.proj"]),
    ("joint_blocks.{}.x_block.mlp.fc2", ["transformer_blocks.{}.ff.net.2"]),
    ("joint_blocks.{}.context_block.mlp.fc1", ["transformer_blocks.{}.ff_context.net.0.proj"]),
    ("joint_blocks.{}.context_block.mlp.fc2", ["transformer_blocks.{}.ff_context.net.2"]),
)
WAN: Table = (
    ("text_embedding.0", ["condition_embedder.text_embedder.linear_1"]),
    ("text_embedding.2", ["condition_embedder.text_embedder.linear_2"]),
    ("time_embedding.0", ["condition_embedder.time_embedder.linear_1"]),
    ("time_embedding.2", ["condition_embedder.time_embedder.linear_2"]),
    ("time_projection.1", ["condition_embedder.time_proj"]),
    ("head.head", ["proj_out"]),
    *(
        (f"blocks.{{}}.{theirs}.{short}", [f"blocks.{{}}.{ours}.{long}"])
        for theirs, ours in (("self_attn", "attn1"), ("cross_attn", "attn2"))
        for short, long in (("q", "to_q"), ("k", "to_k"), ("v", "to_v"), ("o", "to_out.0"))
    ),
    ("blocks.{}.cross_attn.k_img", ["blocks.{}.attn2.add_k_proj"]),
    ("blocks.{}.cross_attn.v_img", ["blocks.{}.attn2.add_v_proj"]),
    ("blocks.{}.ffn.0", ["blocks.{}.ffn.net.0.proj"]),
    ("blocks.{}.ffn.2", ["blocks.{}.ffn.net.2"]),
)
LTX: Table = (
    ("patchify_proj", ["proj_in"]),
    ("adaln_single.emb.timestep_embedder.linear_1", ["time_embed.emb.timestep_embedder.linear_1"]),
    ("adaln_single.emb.timestep_embedder.linear_2", ["time_embed.emb.timestep_embedder.linear_2"]),
    ("adaln_single.linear", ["time_embed.linear"]),
)
TABLES: dict[Base, Table] = {"flux": FLUX, "sd3": SD3, "wan": WAN, "ltx": LTX}
"""The makers' names, and diffusers' ones for the same rows; ``{}`` is the number of the block."""

RESNET = (
    ("conv1", "in_layers.2"),
    ("conv2", "out_layers.3"),
    ("time_emb_proj", "emb_layers.1"),
    ("conv_shortcut", "skip_connection"),
)
UNET_ENDS = {
    "conv_in": "input_blocks.0.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}
PLACE = re.compile(r"(down_blocks|up_blocks)\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.?(.*)")
MIDDLE = re.compile(r"mid_block\.(resnets|attentions)\.(\d+)\.?(.*)")


def makers_names(base: Base, model: Any) -> dict[str, tuple[str, ...]]:
    """The makers' name of each matrix that may have an adapter, and the modules of ``model`` that share its rows.
    ``model`` is the U-Net or transformer of a diffusers pipeline."""
    modules = matrices(model)
    if base not in TABLES:
        layers = model.config.layers_per_block
        return {native: (name,) for name in modules if (native := _in_unet(name, layers, modules))}
    there = set(modules)
    return {native: names for native, names in _numbered(TABLES[base], _blocks(modules)) if there.issuperset(names)}


def matrices(model: Any) -> list[str]:
    """The modules of a model that have a weight; without what adapters have put into it."""
    names = (name for name, module in model.named_modules() if getattr(module, "weight", None) is not None)
    return [name for name in names if ".base_layer" not in name and ".lora_" not in name]


def _blocks(modules: Sequence[str]) -> int:
    """One more than the highest number of any block."""
    numbers = [int(found[1]) for name in modules if (found := re.match(r"\w*blocks\.(\d+)\.", name))]
    return max(numbers, default=-1) + 1


def _numbered(table: Table, blocks: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    for native, names in table:
        for number in range(blocks) if "{}" in native else (0,):
            yield native.format(number), tuple(name.format(number) for name in names)


def _in_unet(name: str, layers: int, modules: Sequence[str]) -> str:
    """The makers' name of a U-Net's module, by its place; empty where there is none."""
    if name in UNET_ENDS:
        return UNET_ENDS[name]
    if found := MIDDLE.fullmatch(name):
        kind, number, rest = found.groups()
        return f"middle_block.{1 if kind == 'attentions' else 2 * int(number)}.{_inner(kind, rest)}"
    if not (found := PLACE.fullmatch(name)):
        return ""
    side, block, kind, layer, rest = found[1], int(found[2]), found[3], int(found[4]), found[5]
    first = block * (layers + 1)
    if kind == "downsamplers":
        return f"input_blocks.{first + layers + 1}.0.op"
    if kind == "upsamplers":
        attends = any(each.startswith(f"up_blocks.{block}.attentions") for each in modules)
        return f"output_blocks.{first + layers}.{2 if attends else 1}.conv"
    place = f"input_blocks.{1 + first + layer}" if side == "down_blocks" else f"output_blocks.{first + layer}"
    return f"{place}.{int(kind == 'attentions')}.{_inner(kind, rest)}"


def _inner(kind: str, rest: str) -> str:
    return dict(RESNET).get(rest, rest) if kind == "resnets" else rest
