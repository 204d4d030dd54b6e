"""Diffusion models of the real classes, tiny and untrained, saved as their makers save the large ones."""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxControlNetModel,
    FluxPipeline,
    FluxTransformer2DModel,
    SD3ControlNetModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

TOKENS = 77
SDXL_ATTENTIONS = 2 + 2 * 2 + 2
"""Transformer blocks of the tiny U-Net that listen to text: one place down, two up, one in the middle; two each."""


@cache
def place() -> Path:
    """A folder for all of them, gone with the process. One thread is the fastest for what is so small."""
    torch.set_num_threads(1)
    folder = Path(mkdtemp(prefix="lf-tiny-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


@cache
def saved(name: str) -> Path:
    """The folder of a tiny pipeline or network: sdxl, flux, sd3, and their ControlNets (``sdxl-control`` …)."""
    torch.manual_seed(7)
    folder = place() / name
    MAKERS[name]().save_pretrained(folder)
    return folder


def _clip_tokenizer() -> CLIPTokenizer:
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    folder = place() / "clip-tokenizer"
    folder.mkdir(exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer.from_pretrained(folder, model_max_length=TOKENS)


def _t5_tokenizer() -> PreTrainedTokenizerFast:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((chr(code), -3.0) for code in range(32, 127))]
    unigram = Tokenizer(models.Unigram(pieces, unk_id=2))
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    return PreTrainedTokenizerFast(
        tokenizer_object=unigram, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )


def _clip(width: int, projected: bool = False) -> Any:
    kind = CLIPTextModelWithProjection if projected else CLIPTextModel
    config = CLIPTextConfig(
        vocab_size=514,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=TOKENS,
        projection_dim=width,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=1,
    )
    return kind(config).eval()


def _t5() -> T5EncoderModel:
    return T5EncoderModel(T5Config(vocab_size=98, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=2)).eval()


def _vae(channels: int, **options: Any) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=channels,
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=64,
        **options,
    )


UNET: dict[str, Any] = {
    "block_out_channels": (16, 32),
    "layers_per_block": 1,
    "in_channels": 4,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "attention_head_dim": (2, 4),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "transformer_layers_per_block": (1, 2),
    "projection_class_embeddings_input_dim": 6 * 8 + 32,
    "cross_attention_dim": 64,
    "norm_num_groups": 8,
}


def _sdxl() -> StableDiffusionXLPipeline:
    unet = UNet2DConditionModel(
        **UNET, sample_size=8, out_channels=4, up_block_types=("CrossAttnUpBlock2D", "UpBlock2D")
    )
    return StableDiffusionXLPipeline(
        vae=_vae(4),
        text_encoder=_clip(32),
        text_encoder_2=_clip(32, projected=True),
        tokenizer=_clip_tokenizer(),
        tokenizer_2=_clip_tokenizer(),
        unet=unet,
        scheduler=EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"),
    )


FLUX: dict[str, Any] = {
    "in_channels": 16,
    "num_layers": 2,
    "num_single_layers": 2,
    "attention_head_dim": 16,
    "num_attention_heads": 2,
    "joint_attention_dim": 32,
    "pooled_projection_dim": 32,
    "axes_dims_rope": (4, 6, 6),
}


def _flux() -> FluxPipeline:
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=_vae(4, shift_factor=0.1, scaling_factor=0.36, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=_clip(32),
        tokenizer=_clip_tokenizer(),
        text_encoder_2=_t5(),
        tokenizer_2=_t5_tokenizer(),
        transformer=FluxTransformer2DModel(**FLUX, guidance_embeds=True),
    )


SD3: dict[str, Any] = {
    "sample_size": 32,
    "in_channels": 16,
    "num_layers": 2,
    "attention_head_dim": 16,
    "num_attention_heads": 2,
    "joint_attention_dim": 64,
    "caption_projection_dim": 32,
    "pooled_projection_dim": 64,
    "out_channels": 16,
    "pos_embed_max_size": 32,
}


def _sd3() -> StableDiffusion3Pipeline:
    return StableDiffusion3Pipeline(
        transformer=SD3Transformer2DModel(**SD3),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_vae(16, shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=_clip(32, projected=True),
        tokenizer=_clip_tokenizer(),
        text_encoder_2=_clip(32, projected=True),
        tokenizer_2=_clip_tokenizer(),
        text_encoder_3=_t5_wide(),
        tokenizer_3=_t5_tokenizer(),
    )


def _t5_wide() -> T5EncoderModel:
    return T5EncoderModel(T5Config(vocab_size=98, d_model=64, d_kv=8, d_ff=64, num_layers=1, num_heads=2)).eval()


def _vision() -> CLIPVisionModelWithProjection:
    config = CLIPVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=16,
        projection_dim=16,
    )  # fmt: skip
    return CLIPVisionModelWithProjection(config).eval()


@cache
def ip_adapter(base: str, kind: str) -> Path:
    """A folder with an IP-Adapter, as ``ip-adapter.safetensors``, and the network that sees, as ``image_encoder``."""
    folder = place() / f"{base}-ip-{kind}"
    folder.mkdir()
    chance = torch.Generator().manual_seed(sum(kind.encode()))
    tensors = {name: torch.randn(shape, generator=chance) for name, shape in IP_SHAPES[base].items()}
    save_file(tensors, folder / "ip-adapter.safetensors")
    copytree(saved("vision"), folder / "image_encoder")
    CLIPImageProcessor(size=32, crop_size=32).save_pretrained(folder / "image_encoder")
    return folder


def _projected(text: int, tokens: int = 4) -> dict[str, tuple[int, ...]]:
    """From a picture's vector of 16 to so many tokens of text."""
    norm = {f"norm.{name}": (text,) for name in ("weight", "bias")}
    return {"proj.weight": (tokens * text, 16), "proj.bias": (tokens * text,), **norm}


IP_SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "sdxl": {f"image_proj.{name}": shape for name, shape in _projected(64).items()}
    | {
        f"ip_adapter.{2 * number + 1}.to_{part}_ip.weight": (32, 64)
        for number in range(SDXL_ATTENTIONS)
        for part in "kv"
    },
    "flux": {f"ip_adapter_proj_model.{name}": shape for name, shape in _projected(32).items()}
    | {
        f"double_blocks.{number}.processor.ip_adapter_double_stream_{part}_proj.{name}": shape
        for number in range(2)
        for part in "kv"
        for name, shape in (("weight", (32, 32)), ("bias", (32,)))
    },
}


def _sdxl_control() -> ControlNetModel:
    net = ControlNetModel(**UNET, conditioning_embedding_out_channels=(8, 16, 16, 16))
    return _speaking(net)


def _speaking(net: Any) -> Any:
    """A ControlNet begins with zeros and says nothing until it is trained."""
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if "controlnet_" in name:
                weight.add_(0.1 * torch.randn_like(weight))
    return net


MAKERS: dict[str, Callable[[], Any]] = {
    "sdxl": _sdxl,
    "flux": _flux,
    "sd3": _sd3,
    "vision": _vision,
    "sdxl-control": _sdxl_control,
    "flux-control": lambda: _speaking(FluxControlNetModel(**FLUX, guidance_embeds=True)),
    "sd3-control": lambda: _speaking(SD3ControlNetModel(**{k: v for k, v in SD3.items()})),
}
