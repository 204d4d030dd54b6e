"""Video pipelines of diffusers with all their parts and hardly any weights, saved as a hub would hold them.

The weights are random, and the same at every run: what comes out is noise, but noise that depends on words, pictures,
seed and adapter by the same code as the film of a real model.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLLTXVideo,
    AutoencoderKLWan,
    DDIMScheduler,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    LTXPipeline,
    LTXVideoTransformer3DModel,
    MotionAdapter,
    StableDiffusionPipeline,
    UNet2DConditionModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

WIDTH = 32
"""Of every text encoder."""

# ---------------------------------------------------------------- words


def sentence_tokenizer() -> PreTrainedTokenizerFast:
    """As T5's, with letters for pieces."""
    pieces = ["<pad>", "</s>", "<unk>", "▁", *map(chr, range(33, 127))]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=128
    )


def clip_tokenizer(folder: Path) -> CLIPTokenizer:
    """Letters of ASCII, alone and at the end of a word."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(33, 127)]
    pieces = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def t5(tokenizer: PreTrainedTokenizerFast, multilingual: bool) -> torch.nn.Module:
    sizes = dict(vocab_size=len(tokenizer), d_model=WIDTH, d_kv=8, d_ff=37, num_layers=2, num_heads=4)
    return UMT5EncoderModel(UMT5Config(**sizes)).eval() if multilingual else T5EncoderModel(T5Config(**sizes)).eval()


# ---------------------------------------------------------------- models


def stable_diffusion(folder: Path) -> Path:
    """A base of the family of SD 1.5."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        block_out_channels=(8, 8), layers_per_block=1, sample_size=8, cross_attention_dim=WIDTH, norm_num_groups=2,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(8, 8), latent_channels=4, norm_num_groups=2, sample_size=32,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip
    tokenizer = clip_tokenizer(folder / "letters")
    sizes = dict(hidden_size=WIDTH, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4)
    ends = dict(bos_token_id=len(tokenizer) - 2, eos_token_id=len(tokenizer) - 1, pad_token_id=1)
    text_encoder = CLIPTextModel(CLIPTextConfig(vocab_size=len(tokenizer), **sizes, **ends)).eval()
    pipeline = StableDiffusionPipeline(
        vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet,
        scheduler=DDIMScheduler(beta_start=0.00085, beta_end=0.012, steps_offset=1, clip_sample=False),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    return saved(pipeline, folder / "base")


def motion_adapter(folder: Path) -> Path:
    torch.manual_seed(1)
    adapter = MotionAdapter(
        block_out_channels=(8, 8), motion_layers_per_block=1, motion_norm_num_groups=2, motion_num_attention_heads=2
    )
    adapter.save_pretrained(folder / "motion")
    return folder / "motion"


def wan_text_to_video(folder: Path) -> Path:
    return saved(WanPipeline(**_wan_parts(2), transformer=_wan_transformer(16)), folder / "wan-t2v")


def wan_image_to_video(folder: Path) -> Path:
    """As Wan 2.1 I2V: CLIP sees the picture, and its latents stand beside the noise."""
    return saved(_wan_with_clip(), folder / "wan-i2v")


def wan_between_pictures(folder: Path) -> Path:
    """As Wan 2.1 FLF2V: CLIP sees two pictures."""
    return saved(_wan_with_clip(pos_embed_seq_len=2 * (4 + 1)), folder / "wan-flf2v")


def _wan_with_clip(**more: int) -> WanImageToVideoPipeline:
    sizes = dict(hidden_size=4, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2, image_size=16)
    return WanImageToVideoPipeline(
        **_wan_parts(3),
        image_encoder=CLIPVisionModel(CLIPVisionConfig(projection_dim=4, patch_size=8, **sizes)).eval(),
        image_processor=CLIPImageProcessor(crop_size=16, size=16),
        transformer=_wan_transformer(36, image_dim=4, added_kv_proj_dim=24, **more),
    )


def wan_two_stages(folder: Path) -> Path:
    """As Wan 2.2 I2V: no CLIP, one transformer for much noise and one for little."""
    parts = _wan_parts(6)
    both = {name: _wan_transformer(36) for name in ("transformer", "transformer_2")}
    return saved(WanImageToVideoPipeline(**parts, **both, boundary_ratio=0.9), folder / "wan-two-stages")


def wan_text_and_image(folder: Path) -> Path:
    """As Wan 2.2 TI2V: one model for both, which holds the latents of the picture still."""
    return saved(
        WanPipeline(**_wan_parts(4), transformer=_wan_transformer(16), expand_timesteps=True), folder / "wan-ti2v"
    )


def _wan_parts(seed: int) -> dict[str, object]:
    torch.manual_seed(seed)
    tokenizer = sentence_tokenizer()
    return {
        "vae": AutoencoderKLWan(
            base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
        ),
        "scheduler": UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0, num_train_timesteps=1000
        ),
        "text_encoder": t5(tokenizer, multilingual=True),
        "tokenizer": tokenizer,
    }


def _wan_transformer(channels: int, **more: int) -> WanTransformer3DModel:
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=16,
        text_dim=WIDTH, freq_dim=64, ffn_dim=32, num_layers=2, cross_attn_norm=True, rope_max_seq_len=64,
        qk_norm="rms_norm_across_heads", **more,
    )  # fmt: skip
    with torch.no_grad():  # weights of a trained one are larger: what it sees and hears makes a difference
        for name in ("patch_embedding", "proj_out"):
            getattr(transformer, name).weight.mul_(8)
    return transformer


def ltx(folder: Path) -> Path:
    torch.manual_seed(5)
    tokenizer = sentence_tokenizer()
    vae = AutoencoderKLLTXVideo(
        latent_channels=8, block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4,
        layers_per_block=(1,) * 5, decoder_layers_per_block=(1,) * 5, spatio_temporal_scaling=(True,) * 3 + (False,),
        decoder_spatio_temporal_scaling=(True,) * 3 + (False,), decoder_inject_noise=(False,) * 5,
        downsample_type=("conv",) * 4, upsample_residual=(False,) * 4, upsample_factor=(1,) * 4,
        timestep_conditioning=False, patch_size=4, patch_size_t=1, encoder_causal=True, decoder_causal=True,
    )  # fmt: skip
    with torch.no_grad():  # as a trained one: it hardly doubts what it sees
        vae.encoder.conv_out.conv.weight[-1] = 0
        vae.encoder.conv_out.conv.bias[-1] = -20
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=4, attention_head_dim=8, cross_attention_dim=WIDTH,
        num_layers=1, caption_channels=WIDTH,
    )  # fmt: skip
    pipeline = LTXPipeline(
        vae=vae, transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=t5(tokenizer, multilingual=False), tokenizer=tokenizer,
    )  # fmt: skip
    return saved(pipeline, folder / "ltx")


def saved(pipeline: DiffusionPipeline, folder: Path) -> Path:
    pipeline.save_pretrained(folder)
    return folder


# ---------------------------------------------------------------- adapters


def lora(pipeline: type[DiffusionPipeline], base: Path, part: str, folder: Path) -> Path:
    """A LoRA for ``part`` of a pipeline that is strong enough to be seen; a file in the format of diffusers."""
    torch.manual_seed(9)
    whole = pipeline.from_pretrained(base)
    model = getattr(whole, part)
    model.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    weights = {name: torch.randn_like(weight) for name, weight in get_peft_model_state_dict(model).items()}
    pipeline.save_lora_weights(folder, **{f"{part}_lora_layers": weights})
    return folder / "pytorch_lora_weights.safetensors"
