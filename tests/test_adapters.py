"""LoRA files: looked at before they are loaded, refused by name, and the same in every style."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from bench.figures import Record
from engines.diffusion.adapters import converted, load_adapter, open_adapter, unload_adapters, use_adapters
from engines.diffusion.bases import NAMES, Base, base_of, style_of
from engines.diffusion.header import MOST_HEADER_BYTES, MOST_TENSORS, read_header
from engines.diffusion.modules import makers_names
from events.errors import BadSetting, Unsupported
from tests.lora_files import PIPELINES, STYLES, TRAINED, lora, named, raw
from tests.tiny_models import saved

pytestmark = pytest.mark.filterwarnings(
    # SDXL's scheduler hands a tensor to numpy (diffusers 0.42 with numpy 2).
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
BASES: list[Base] = ["sdxl", "flux", "sd3"]


def pipeline(base: Base) -> Any:
    made = getattr(diffusers, PIPELINES[base]).from_pretrained(saved(base), dtype=torch.float32)
    made.set_progress_bar_config(disable=True)
    return made


def picture(pipe: Any) -> np.ndarray:
    chance = torch.Generator().manual_seed(3)
    made = pipe("Ava", width=64, height=64, num_inference_steps=2, generator=chance, output_type="np")
    return np.asarray(made.images[0])


@pytest.mark.parametrize("base", BASES)
def test_the_same_weights_change_the_picture_alike_in_every_style(base: Base, tmp_path: Path, figure: Record) -> None:
    pipe = pipeline(base)
    plain, painted = picture(pipe), {}
    for style in STYLES:
        adapter = open_adapter("ava", lora(base, style, tmp_path), base)
        assert adapter.style == style
        load_adapter(pipe, adapter, base)
        painted[style] = picture(pipe)
        unload_adapters(pipe)
        assert np.array_equal(picture(pipe), plain)
    change = min(float(np.abs(each - plain).max()) for each in painted.values())
    apart = max(float(np.abs(each - painted["diffusers"]).max()) for each in painted.values())
    what = f"LoRA in three key styles, tiny {NAMES[base]}: "
    figure("engines.5", what + "least change of the picture", change, "of 1", "> 0", change > 0)
    figure("engines.5", what + "largest difference between styles", apart, "of 1", "= 0", apart == 0)
    assert change > 0.01 and apart == 0


@pytest.mark.parametrize("base", ["sdxl", "flux"])
def test_a_file_of_kohyas_trainers_means_what_diffusers_thinks(base: Base, tmp_path: Path) -> None:
    """Without Flux's matrices of unequal parts, which diffusers takes in the real model's size only."""
    pipe, file = pipeline(base), tmp_path / "a.safetensors"
    tensors = load_file(lora(base, "kohya", tmp_path, text=False))
    save_file({name: tensor for name, tensor in tensors.items() if "linear1" not in name}, file)
    load_adapter(pipe, open_adapter("ava", file, base), base)
    ours = picture(pipe)
    unload_adapters(pipe)
    pipe.load_lora_weights(str(file))
    assert np.allclose(ours, picture(pipe), atol=1e-4)


def test_several_adapters_work_by_weight_together_or_not_at_all(tmp_path: Path) -> None:
    pipe = pipeline("flux")
    plain = picture(pipe)
    use_adapters(pipe, {})
    for slug, seed in (("ava", 5), ("marlow", 6)):
        load_adapter(pipe, open_adapter(slug, lora("flux", "comfyui", tmp_path, seed), "flux"), "flux")
    seen = []
    for weights in ({"ava": 1.0}, {"marlow": 1.0}, {"ava": 0.5}, {"ava": 0.5, "marlow": 0.5}):
        use_adapters(pipe, weights)
        seen.append(picture(pipe))
    assert len({each.tobytes() for each in [plain, *seen]}) == 5
    use_adapters(pipe, {})
    assert np.array_equal(picture(pipe), plain)


def test_alpha_counts_wherever_it_is_written(tmp_path: Path) -> None:
    """Tensors, the configuration of diffusers with its patterns, rank-stabilised; without it alpha is the rank."""
    pipe, module = pipeline("sd3"), "transformer_blocks.0.attn.to_q"
    down, up = torch.randn(4, 32), torch.randn(32, 4)
    stem = f"transformer.{module}"
    tensors = {f"{stem}.lora_A.weight": down, f"{stem}.lora_B.weight": up}

    def scale(config: dict[str, Any] | None = None, **more: torch.Tensor) -> float:
        file, told = tmp_path / "a.safetensors", {f"transformer.{key}": value for key, value in (config or {}).items()}
        save_file(
            tensors | {f"{stem}.{key}": value for key, value in more.items()},
            file,
            {"lora_adapter_metadata": json.dumps(told)},
        )
        made = converted(pipe, open_adapter("ava", file, "sd3"), "sd3")
        return float((made[f"{stem}.lora_B.weight"] / up).mean())

    assert scale() == 1
    assert scale(alpha=torch.tensor(2.0)) == pytest.approx(0.5)
    assert scale({"lora_alpha": 8}) == pytest.approx(2)
    assert scale({"lora_alpha": 8, "use_rslora": True}) == pytest.approx(8 / math.sqrt(4))
    assert scale({"lora_alpha": 8, "alpha_pattern": {"attn.to_q": 1}}) == pytest.approx(0.25)
    assert scale({"lora_alpha": 8, "alpha_pattern": {"attn.to_k": 1}}) == pytest.approx(2)


def test_modules_of_different_rank_keep_their_strength(tmp_path: Path) -> None:
    """The same product of matrices, once with its rank doubled by zeros."""
    one = lora("sd3", "comfyui", tmp_path, text=False)
    tensors, wide = load_file(one), tmp_path / "wide.safetensors"
    stem = f"diffusion_model.{TRAINED['sd3'][-1][0]}"
    for name, dimension in (("lora_down", 0), ("lora_up", 1)):
        matrix = tensors[f"{stem}.{name}.weight"]
        tensors[f"{stem}.{name}.weight"] = torch.cat([matrix, torch.zeros_like(matrix)], dim=dimension).contiguous()
    tensors[f"{stem}.alpha"] *= 2
    save_file(tensors, wide)
    pipe, seen = pipeline("sd3"), []
    for file in (one, wide):
        load_adapter(pipe, open_adapter("ava", file, "sd3"), "sd3")
        seen.append(picture(pipe))
        unload_adapters(pipe)
    assert np.allclose(*seen, atol=1e-5)


OF_OTHERS: list[tuple[Base, str, tuple[int, int], dict[str, str] | None]] = [
    ("sdxl", "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", (640, 2048), None),
    ("sdxl", "lora_te2_text_model_encoder_layers_0_mlp_fc1", (8, 8), {"ss_base_model_version": "sdxl_base_v1-0"}),
    ("sdxl", "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k", (640, 2048), None),
    ("sd15", "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k", (320, 768), None),
    ("sd15", "lora_unet_mid_block_attentions_0_proj_in", (8, 8), {"ss_base_model_version": "sd_v1"}),
    ("sd2", "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k", (320, 1024), None),
    ("flux", "lora_unet_double_blocks_0_img_attn_qkv", (9216, 3072), None),
    ("flux", "transformer.single_transformer_blocks.3.attn.to_q", (3072, 3072), None),
    ("flux", "transformer.transformer_blocks.3.attn.to_q", (3072, 3072), None),
    ("flux", "x", (8, 8), {"modelspec.architecture": "flux-1-dev/lora"}),
    ("sd3", "diffusion_model.joint_blocks.0.x_block.attn.qkv", (4608, 1536), None),
    ("sd3", "transformer.transformer_blocks.3.attn.to_q", (2432, 2432), None),
    ("wan", "diffusion_model.blocks.0.self_attn.q", (1536, 1536), None),
    ("wan", "lora_unet_blocks_0_cross_attn_k", (1536, 1536), None),
    ("wan", "transformer.blocks.0.attn2.to_q", (1536, 1536), None),
    ("ltx", "transformer.transformer_blocks.0.attn1.to_q", (2048, 2048), None),
    ("ltx", "diffusion_model.transformer_blocks.0.attn2.to_q", (2048, 2048), None),
]  # fmt: skip


@pytest.mark.parametrize(("base", "name", "shape", "metadata"), OF_OTHERS)
def test_an_adapter_for_another_model_is_refused_by_name(
    base: Base, name: str, shape: tuple[int, int], metadata: dict[str, str] | None, tmp_path: Path
) -> None:
    file = named(tmp_path, name, shape, metadata)
    assert base_of(read_header(file)) == base
    assert open_adapter("ava", file, base).name == "ava"
    for other in BASES:
        if other != base:
            with pytest.raises(Unsupported) as refusal:
                open_adapter("ava", file, other)
            assert f"is a LoRA for {NAMES[base]}; the engine runs {NAMES[other]}" in str(refusal.value)


def test_wrong_bases_refused_are_counted(tmp_path: Path, figure: Record) -> None:
    wrong = right = 0
    for base, name, shape, metadata in OF_OTHERS:
        for other in BASES:
            if other != base:
                wrong += 1
                try:
                    open_adapter("ava", named(tmp_path, name, shape, metadata), other)
                except Unsupported as error:
                    right += NAMES[base] in str(error) and NAMES[other] in str(error)
    figure(
        "engines.5", "LoRA files for a wrong base model, refused by name", right, f"of {wrong}", "all", right == wrong
    )
    assert right == wrong


def test_an_unknown_base_is_still_no_fit(tmp_path: Path) -> None:
    pipe = pipeline("flux")
    for name, shape, why in (
        ("lora_unet_something_else", (8, 8), "changes something_else|changes lora_unet_something_else"),
        ("transformer.transformer_blocks.0.attn.to_q", (32, 16), "another size"),
        ("lora_te2_encoder_block_0_layer_0_SelfAttention_q", (32, 32), "no text_encoder_2"),
    ):
        adapter = open_adapter("ava", named(tmp_path, name, shape), "flux")
        with pytest.raises(Unsupported, match=why):
            load_adapter(pipe, adapter, "flux")


@pytest.mark.parametrize(
    ("tensor", "method"),
    [("lokr_w1", "LoKr"), ("hada_w1_a", "LoHa"), ("dora_scale", "DoRA"), ("diff", "difference"), ("oft_blocks", "OFT")],
)
def test_other_methods_are_refused_by_name(tensor: str, method: str, tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    save_file({f"lora_unet_double_blocks_0_img_attn_qkv.{tensor}": torch.zeros(2, 2)}, file)
    with pytest.raises(Unsupported, match=method):
        open_adapter("ava", file, "flux")


def test_half_an_adapter_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    save_file({"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": torch.zeros(2, 32)}, file)
    with pytest.raises(BadSetting, match="lacks one of the two matrices"):
        load_adapter(pipeline("flux"), open_adapter("ava", file, "flux"), "flux")
    save_file({"weight": torch.zeros(2)}, file)
    with pytest.raises(BadSetting, match="holds no LoRA"):
        open_adapter("ava", file, "flux")


@pytest.mark.parametrize(
    ("tensors", "metadata"),
    [
        ({"lora_A.weight": torch.zeros(0, 32), "lora_B.weight": torch.zeros(32, 0)}, {}),
        ({"lora_A.weight": torch.zeros(4), "lora_B.weight": torch.zeros(32)}, {}),
        ({"lora_A.weight": torch.zeros(4, 32), "lora_B.weight": torch.zeros(32, 4), "alpha": torch.zeros(2)}, {}),
        ({"lora_A.weight": torch.zeros(4, 32), "lora_B.weight": torch.zeros(32, 4)}, "[" * 50_000),
        ({"lora_A.weight": torch.zeros(4, 32), "lora_B.weight": torch.zeros(32, 4)}, "[]"),
        ({"lora_A.weight": torch.zeros(4, 32), "lora_B.weight": torch.zeros(32, 4)}, '{"transformer.lora_alpha": "x"}'),
    ],
)
def test_matrices_that_cannot_be_are_refused(tensors: dict[str, torch.Tensor], metadata: Any, tmp_path: Path) -> None:
    file, stem = tmp_path / "a.safetensors", "transformer.single_transformer_blocks.0.attn.to_q"
    named_so = {f"{stem}.{name}": tensor for name, tensor in tensors.items()}
    save_file(named_so, file, {"lora_adapter_metadata": metadata} if metadata else None)
    with pytest.raises(BadSetting):
        load_adapter(pipeline("flux"), open_adapter("ava", file, "flux"), "flux")


TENSOR = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
EMPTY = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


@pytest.mark.parametrize(
    ("header", "length", "data", "why"),
    [
        ({}, MOST_HEADER_BYTES + 1, b"", "is the limit"),
        ({}, 2**63, b"", "is the limit"),
        ({f"t{n}": EMPTY for n in range(MOST_TENSORS + 1)}, None, b"", "5,001 tensors"),
        ({"a": TENSOR}, 500, b"1234", "header ends early"),
        ({"a": TENSOR}, None, b"123", "cut off"),
        ({"a": TENSOR, "b": TENSOR}, None, b"1234", "cut off"),
        ({"a": TENSOR | {"shape": [2]}}, None, b"1234", "cannot be"),
        ({"a": TENSOR | {"shape": [-1]}}, None, b"1234", "cannot be"),
        ({"a": TENSOR | {"shape": [1] * 9}}, None, b"1234", "cannot be"),
        ({"a": TENSOR | {"dtype": "PICKLE"}}, None, b"1234", "cannot be"),
        ({"a": "b"}, None, b"", "cannot be"),
        ([], None, b"", "is not that of a safetensors file"),
        (b"{", None, b"", "is not that of a safetensors file"),
        (b"[" * 500_000, None, b"", "is not that of a safetensors file"),
    ],
)  # fmt: skip
def test_a_header_beyond_the_limits_is_refused(
    header: Any, length: int | None, data: bytes, why: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match=why):
        read_header(raw(tmp_path / "a.safetensors", header, length, data))


def test_an_oversized_header_is_refused_before_it_is_read(tmp_path: Path, figure: Record) -> None:
    file = tmp_path / "a.safetensors"
    with file.open("wb") as opened:
        opened.write((64 * 2**20).to_bytes(8, "little"))
        opened.truncate(64 * 2**20 + 8)
    with pytest.raises(BadSetting, match=r"67,108,864 bytes, and 1,048,576 is the limit"):
        open_adapter("ava", file, "sdxl")
    figure("engines.5", "a header of 64 MiB is refused", 1, "of 1", "all", True)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        read_header(tmp_path / "none.safetensors")


def test_a_plain_header_is_read(tmp_path: Path) -> None:
    header = read_header(lora("sdxl", "kohya", tmp_path))
    assert style_of(header) == "kohya"
    assert header.shapes["lora_unet_output_blocks_0_1_proj_in.lora_down.weight"] == (4, 32)


@pytest.mark.parametrize("base", BASES)
def test_every_matrix_of_the_makers_has_its_place(base: Base) -> None:
    """As many names as the tiny model's blocks have matrices; every one once."""
    pipe = pipeline(base)
    names = makers_names(base, pipe.unet if base == "sdxl" else pipe.transformer)
    for native, modules in TRAINED[base]:
        assert names[native] == modules
    ours = [module for modules in names.values() for module in modules]
    assert len(ours) == len(set(ours))
