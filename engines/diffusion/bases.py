"""Which model an adapter is made for, and in whose manner its tensors are named: read from its header alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from engines.diffusion.header import Header
from events.errors import Unsupported

Base = Literal["sd15", "sd2", "sdxl", "sd3", "flux", "wan", "ltx"]
Style = Literal["diffusers", "kohya", "comfyui"]

NAMES: dict[Base, str] = {
    "sd15": "Stable Diffusion 1.5",
    "sd2": "Stable Diffusion 2",
    "sdxl": "SDXL",
    "sd3": "Stable Diffusion 3",
    "flux": "Flux",
    "wan": "Wan",
    "ltx": "LTX-Video",
}
"""What people call them."""

TOLD: tuple[tuple[Base, re.Pattern[str]], ...] = (
    ("sdxl", re.compile(r"sdxl|stable-diffusion-xl|sd_xl|pony|illustrious")),
    ("flux", re.compile(r"flux")),
    ("sd3", re.compile(r"sd3|stable-diffusion-3|stable-diffusion-v3")),
    ("wan", re.compile(r"wan")),
    ("ltx", re.compile(r"ltx")),
    ("sd2", re.compile(r"sd_?v2|sd_?2|stable-diffusion-v2|stable-diffusion-2")),
    ("sd15", re.compile(r"sd_?v1|sd_?1[._]?5|stable-diffusion-v1")),
)
"""In what trainers write: sd-scripts ``ss_base_model_version``, Stability's model specification
``modelspec.architecture`` (ai-toolkit ``ss_base_model_version`` too)."""
WRITTEN = ("ss_base_model_version", "modelspec.architecture", "base_model")

NAMED: tuple[tuple[Base, re.Pattern[str]], ...] = (
    ("flux", re.compile(r"(double_blocks|single_blocks|single_transformer_blocks)[._]\d+")),
    ("sd3", re.compile(r"joint_blocks[._]\d+")),
    ("wan", re.compile(r"blocks[._]\d+[._](self_attn|cross_attn|ffn|attn[12])[._]")),
    ("ltx", re.compile(r"transformer_blocks[._]\d+[._]attn[12][._]")),
)
"""What only this model's modules are called, in its makers' code or in diffusers."""
TEXT_WIDTHS: dict[int, Base] = {768: "sd15", 1024: "sd2", 2048: "sdxl"}
"""Of what the cross-attention of a U-Net listens to."""
TRANSFORMER_WIDTHS: dict[int, Base] = {1536: "sd3", 2432: "sd3", 3072: "flux"}
"""Of the joint blocks, which Flux and SD3 call alike in diffusers: SD3 medium, SD3.5 large, Flux."""
UNET = re.compile(r"(down_blocks|up_blocks|mid_block|input_blocks|output_blocks|middle_block)[._]")
LISTENS = re.compile(r"attn2[._](processor[._])?to_[kv]")
JOINT = re.compile(r"transformer_blocks[._]\d+[._](attn[._]|ff_context|norm1_context)")
PREFIX = re.compile(
    r"(model\.)?diffusion_model\.|lora_(unet|transformer)_|(base_model\.model\.)?((transformer|unet)\.)?"
)
"""Before the name of a module of the U-Net or transformer, in every style."""
DOWN = re.compile(r"lora_down\.weight$|lora_A(\.\w+)?\.weight$|lora\.down\.weight$")


def base_of(header: Header) -> Base | None:
    """The model that it is for; None where neither what its trainer wrote nor its tensors say."""
    return _written(header) or _named(header)


def style_of(header: Header) -> Style:
    """The manner of its names: kohya's trainers, ComfyUI (the makers' own names), or diffusers."""
    if any(name.startswith(("lora_unet_", "lora_te", "lora_transformer_")) for name in header.shapes):
        return "kohya"
    native = ("diffusion_model.", "model.diffusion_model.", "text_encoders.")
    return "comfyui" if any(name.startswith(native) for name in header.shapes) else "diffusers"


def must_be_for(base: Base, header: Header, name: str) -> None:
    """Raises ``Unsupported`` that says which model the adapter called ``name`` is for instead."""
    found = base_of(header)
    if found not in (None, base):
        raise Unsupported(
            f"{name} is a LoRA for {NAMES[found]}; the engine runs {NAMES[base]}. Use one that was trained on "
            f"{NAMES[base]}, or choose an engine that runs {NAMES[found]}."
        )


def _written(header: Header) -> Base | None:
    for key in WRITTEN:
        told = header.metadata.get(key, "").lower()
        for base, pattern in TOLD:
            if told and pattern.search(told):
                return base
    return None


def _named(header: Header) -> Base | None:
    names = [bare(name) for name in header.shapes]
    if any(UNET.match(name) for name in names):
        return _unet(header)
    joint = (TRANSFORMER_WIDTHS[width] for width in _widths(header, JOINT) if width in TRANSFORMER_WIDTHS)
    for base, pattern in NAMED:
        if any(pattern.match(name) for name in names) and not (base == "ltx" and any(map(JOINT.match, names))):
            return base
    return next(joint, None)


def bare(name: str) -> str:
    """A tensor's name without what says that it is one of the U-Net or transformer."""
    return PREFIX.sub("", name, count=1)


def _unet(header: Header) -> Base | None:
    if any(name.startswith(("lora_te2_", "text_encoder_2.")) for name in header.shapes):
        return "sdxl"
    return next((TEXT_WIDTHS[width] for width in _widths(header, LISTENS) if width in TEXT_WIDTHS), None)


def _widths(header: Header, modules: re.Pattern[str]) -> Iterator[int]:
    """What goes into these modules: the second dimension of an adapter's first matrix."""
    for name, shape in header.shapes.items():
        if modules.search(bare(name)) and DOWN.search(name) and len(shape) >= 2:
            yield shape[1]
