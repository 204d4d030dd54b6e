"""Image engines on diffusion models: the real pipelines of diffusers, with tiny weights, on the CPU."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engines.diffusion.control import canny
from engines.diffusion.device import WORK, Device, Placement, find_device, generator, place, placement, weights_of
from engines.diffusion.painter import Painter, words_for, working_size
from engines.diffusion.regions import shares
from engines.diffusion.windows import WINDOW, windows
from engines.image.flux import Flux
from engines.image.sd3 import SD3
from engines.image.sdxl import SDXL
from engines.registry import make_engine, names
from engines.video import ActorOrder, ShotOrder
from events.camera import Camera, Framing
from events.character import Reference
from events.errors import BadSetting, EngineMissing, TakeFailed, Unsupported
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Shot
from media.assets import Assets
from tests.lora_files import lora, named
from tests.providers.clips import png
from tests.sample_cast import CAST
from tests.tiny_models import ip_adapter, saved

pytestmark = [
    # SDXL's scheduler hands a tensor to numpy (diffusers 0.42 with numpy 2).
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
    # Flux's ControlNet takes a class of diffusers from where it was (diffusers 0.42).
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
ENGINES: dict[str, type[Painter]] = {"sdxl": SDXL, "flux": Flux, "sd3": SD3}
PROMPT = """close-up shot, eye angle, static camera.
The old stairs, night, rain. Mood: tense.
Ava: a navigator of thirty Now wearing a grey coat; tense.
Marlow: a keeper of the light Now calm.
Ava remembers: The lamp was never lit.
Ava falls on the stairs."""


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture(params=ENGINES)
def base(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def engine(base: str, assets: Assets, **options: Any) -> Any:
    told = {"model": str(saved(base)), "steps": 2, "device": "cpu", **options}
    return make_engine("image", base, {"image": {base: told}}, assets)


def order(*slugs: str, assets: Assets | None = None, **changes: Any) -> ShotOrder:
    camera = Camera(framing=Framing.CLOSE_UP)
    shot = Shot(
        shot_id="s", scene=1, index=0, start=0, frames=96, camera=camera, focus=slugs[0] if slugs else "", visible=slugs
    )
    made = ShotOrder(
        shot=shot,
        prompt=PROMPT,
        location="the old stairs",
        place=Place.CORRIDOR,
        time=TimeOfDay.NIGHT,
        weather=Weather.RAIN,
        mood=Mood.TENSE,
        actors=tuple(actor(slug, assets) for slug in slugs),
        size=(64, 64),
        seed=3,
    )
    return made.replaced(**changes)


def actor(slug: str, assets: Assets | None) -> ActorOrder:
    views = ("mouth_wide", "front_neutral")
    shown = (
        [Reference(view=view, uri=assets.write((CAST / slug / f"{view}.webp").read_bytes())) for view in views]
        if assets
        else []
    )
    return ActorOrder(slug=slug, name=slug.title(), references=tuple(shown), look=Look())


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


# ---------------------------------------------------------------- orders


def test_a_picture_of_the_ordered_size_again_and_again(base: str, assets: Assets) -> None:
    painter = engine(base, assets)
    first = painter.paint(order("ava"))
    assert first.shape == (64, 64, 3) and first.dtype == np.uint8 and first.std() > 1
    other = painter.paint(order("ava", seed=4))
    assert apart(first, other) > 1
    assert np.array_equal(first, painter.paint(order("ava")))
    assert np.array_equal(first, engine(base, assets).paint(order("ava")))
    assert painter.paint(order("ava", size=(100, 50))).shape == (50, 100, 3)


def test_words_and_unwanted_words_count_to_the_last(base: str, assets: Assets) -> None:
    painter = engine(base, assets)
    plain = painter.paint(order("ava"))
    for changes in ({"prompt": f"{PROMPT} A ship."}, {"negative": "fog, blurred"}):
        assert apart(plain, painter.paint(order("ava", **changes))) > 0


def test_an_edit_changes_what_is_masked_and_nothing_else(base: str, assets: Assets) -> None:
    painter = engine(base, assets)
    picture = painter.paint(order("ava", size=(96, 64)))
    mask = np.zeros((64, 96), np.uint8)
    mask[20:44, 30:60] = 255
    edited = painter.edit(picture, mask, "a scar on the cheek", seed=1)
    assert edited.shape == picture.shape and edited.dtype == np.uint8
    assert np.array_equal(edited[mask == 0], picture[mask == 0])
    assert apart(edited[mask > 0], picture[mask > 0]) > 1
    assert np.array_equal(edited, painter.edit(picture, mask > 0, "a scar on the cheek", seed=1))
    assert np.array_equal(edited, painter.edit(picture, mask, "a scar on the cheek", seed=1))
    assert np.array_equal(picture, painter.paint(order("ava", size=(96, 64))))


# ---------------------------------------------------------------- adapters and regions


def test_a_characters_adapter_works_where_the_character_is_seen(base: str, assets: Assets, tmp_path: Path) -> None:
    painter = engine(base, assets, loras={"ava": str(lora(base, "kohya", tmp_path))})
    plain = engine(base, assets)
    assert np.array_equal(painter.paint(order("marlow")), plain.paint(order("marlow")))
    with_ava = painter.paint(order("ava"))
    assert apart(with_ava, plain.paint(order("ava"))) > 1
    assert np.array_equal(painter.paint(order("marlow")), plain.paint(order("marlow")))
    half = engine(base, assets, loras={"ava": str(lora(base, "kohya", tmp_path))}, lora_weight=0.5)
    assert apart(with_ava, half.paint(order("ava"))) > 1
    picture, mask = plain.paint(order("marlow")), np.full((64, 64), 255, np.uint8)
    assert apart(painter.edit(picture, mask, "her", slugs=["ava"]), painter.edit(picture, mask, "her")) > 1


def test_of_two_characters_each_has_a_side(base: str, assets: Assets, tmp_path: Path) -> None:
    """Ava's adapter changes her side more than the other, though the decoder sees the whole picture: left where she is
    the first."""
    wide, loras = {"size": (128, 64)}, {"ava": str(lora(base, "comfyui", tmp_path, text=False))}
    painter = engine(base, assets, loras=loras, lora_weight=0.02, steps=1, guidance=1.0)
    plain = engine(base, assets, steps=1, guidance=1.0)
    for slugs, side in ((("ava", "marlow"), 0), (("marlow", "ava"), 1)):
        changed, before = painter.paint(order(*slugs, **wide)), plain.paint(order(*slugs, **wide))
        halves = [apart(changed[:, :64], before[:, :64]), apart(changed[:, 64:], before[:, 64:])]
        assert halves[side] > 1.5 * halves[1 - side], (slugs, halves)
    together = engine(base, assets, loras=loras, lora_weight=0.02, steps=1, guidance=1.0, regions=False)
    assert apart(together.paint(order("ava", "marlow", **wide)), painter.paint(order("ava", "marlow", **wide))) > 0.5


def test_a_region_is_told_of_one_character() -> None:
    ava, marlow = actor("ava", None), actor("marlow", None)
    told = words_for(PROMPT, marlow, [ava, marlow])
    assert told.startswith("Marlow: a keeper") and "navigator" not in told and "never lit" not in told
    assert "The old stairs" in told and "Ava falls on the stairs." in told


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_column_is_shared_out(count: int) -> None:
    parts = shares(count, 60)
    assert torch.allclose(parts.sum(0), torch.ones(60)) and parts.min() >= 0
    assert [int(part.argmax()) * count // 60 for part in parts] == list(range(count))


def test_a_lora_for_another_model_is_refused_when_the_engine_is_set_up(assets: Assets, tmp_path: Path) -> None:
    file = named(tmp_path, "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", (640, 2048))
    with pytest.raises(Unsupported, match="is a LoRA for SDXL; the engine runs Flux"):
        engine("flux", assets, loras={"ava": str(file)})


# ---------------------------------------------------------------- ControlNet and IP-Adapter


def test_outlines_are_followed(base: str, assets: Assets) -> None:
    net = {"kind": "canny", "model": str(saved(f"{base}-control"))}
    painter, first = engine(base, assets, controlnet=net), assets.write(png())
    followed = painter.paint(order("ava", first=first, size=(64, 64)))
    assert apart(followed, engine(base, assets).paint(order("ava"))) > 0.5
    weak = engine(base, assets, controlnet=net | {"scale": 0.1}).paint(order("ava", first=first))
    assert apart(followed, weak) > 0.2
    assert painter.paint(order("ava", assets=assets)).shape == (64, 64, 3)
    with pytest.raises(Unsupported, match="neither a first picture nor a reference"):
        painter.paint(order("ava"))


def test_pose_and_depth_need_a_preprocessor(assets: Assets) -> None:
    first = assets.write(png())
    for kind in ("pose", "depth"):
        net = {"kind": kind, "model": str(saved("sdxl-control"))}
        with pytest.raises(Unsupported, match=f"Nothing here finds a {kind}"):
            engine("sdxl", assets, controlnet=net).paint(order(first=first))
        painted = engine("sdxl", assets, controlnet=net, preprocess=canny).paint(order(first=first))
        outlined = engine("sdxl", assets, controlnet=net | {"kind": "canny"}).paint(order(first=first))
        assert np.array_equal(painted, outlined)


def adapters(base: str, *kinds: str) -> dict[str, Any]:
    """The face's and the style's have the same encoder."""
    told = {}
    for kind in kinds:
        folder = ip_adapter(base, kind)
        encoder = str(folder / "image_encoder") if base == "flux" else "image_encoder"
        told[kind] = {"model": str(folder), "weight": "ip-adapter.safetensors", "scale": 1.0, "encoder": encoder}
    return told


@pytest.mark.parametrize("base", ["sdxl", "flux"])
def test_faces_and_styles_are_seen(base: str, assets: Assets) -> None:
    painter = engine(base, assets, ip_adapter=adapters(base, "face", "style"))
    blind = painter.paint(order("ava"))
    face = painter.paint(order("ava", assets=assets))
    other = painter.paint(order("ava", assets=assets).replaced(actors=(actor("zuri", assets).replaced(slug="ava"),)))
    styled = painter.paint(order("ava", assets=assets, anchor=assets.write(png())))
    seen = [blind, face, other, styled]
    assert all(apart(seen[one], seen[two]) > 0.05 for one in range(4) for two in range(one))
    assert np.array_equal(face, painter.paint(order("ava", assets=assets)))
    picture, mask = blind, np.full((64, 64), 255, np.uint8)
    shown = painter.edit(picture, mask, "her", [each.uri for each in actor("ava", assets).references])
    assert apart(shown, painter.edit(picture, mask, "her")) > 0.05


@pytest.mark.parametrize("base", ["sdxl", "flux"])
def test_two_faces_stay_on_their_sides(base: str, assets: Assets) -> None:
    painter, wide = engine(base, assets, ip_adapter=adapters(base, "face"), steps=1), {"size": (128, 64)}
    both = order("ava", "marlow", assets=assets, **wide)
    faceless = both.replaced(actors=(both.actors[0].replaced(references=()), both.actors[1]))
    one, other = painter.paint(both), painter.paint(faceless)
    assert apart(one[:, :64], other[:, :64]) > 2 * apart(one[:, 64:], other[:, 64:])


def test_an_ip_adapter_that_cannot_be_is_refused(assets: Assets) -> None:
    told = {"model": "m", "weight": "a.safetensors"}
    with pytest.raises(Unsupported, match="Stable Diffusion 3 takes no IP-Adapter"):
        engine("sd3", assets, ip_adapter={"face": told})
    for wrong in ({"hat": told}, {"face": told | {"weight": "a.bin"}}):
        with pytest.raises(BadSetting, match="The option ip_adapter"):
            engine("sdxl", assets, ip_adapter=wrong)
    with pytest.raises(BadSetting, match="The option controlnet"):
        engine("sdxl", assets, controlnet={"kind": "smell", "model": "m"})


# ---------------------------------------------------------------- models and machines


def test_a_model_that_cannot_be_had_is_missing(assets: Assets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_planted_secret")
    with pytest.raises(EngineMissing, match="cannot be had") as missing:
        engine("sdxl", assets, model=str(tmp_path)).paint(order())
    assert "hf_planted_secret" not in f"{missing.value} {missing.value!r}"


@pytest.mark.parametrize("name", ENGINES)
def test_without_the_extra_it_says_which_to_install(name: str, assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [each for each in sys.modules if each.startswith(("engines.diffusion", "engines.image."))]:
        monkeypatch.delitem(sys.modules, module)
    for package in ("torch", "diffusers"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineMissing, match=r"pip install 'loraframe\[diffusers\]'"):
        make_engine("image", name, {}, assets)


def test_the_engines_can_be_chosen(base: str, assets: Assets) -> None:
    assert base in names("image")
    assert "licen" in ENGINES[base].licence.lower() or "under" in ENGINES[base].licence
    with pytest.raises(BadSetting, match="cannot be set up so"):
        engine(base, assets, size=3)


GIB = 2**30


@pytest.mark.parametrize(
    ("free", "parts", "how"),
    [
        (None, [50], Placement.WHOLE),
        (24, [5, 2], Placement.WHOLE),
        (24, [23, 9], Placement.LAYERS),
        (32, [23, 9], Placement.COMPONENTS),
        (80, [23, 9], Placement.WHOLE),
        (4, [5, 2], Placement.LAYERS),
    ],
)
def test_what_does_not_fit_the_card_goes_there_by_parts(free: int | None, parts: list[int], how: Placement) -> None:
    weights = {str(number): part * GIB for number, part in enumerate(parts)}
    assert placement(None if free is None else free * GIB, weights) is how


def test_by_parts_it_paints_the_same_picture(base: str, assets: Assets, tmp_path: Path) -> None:
    """The card is played by the CPU: components are brought to where they run and back all the same."""
    loras = {slug: str(lora(base, "kohya", tmp_path, seed)) for slug, seed in (("ava", 5), ("marlow", 6))}
    whole = engine(base, assets, loras=loras)
    orders = [order("ava", "marlow"), order("zuri"), order("marlow")]
    pictures = [whole.paint(each) for each in orders]
    mask = np.full((64, 64), 255, np.uint8)
    edited = whole.edit(pictures[0], mask, "her", slugs=["ava"])
    weights = weights_of(whole._base)
    painter = engine(base, assets, loras=loras)
    painter._device = Device("cpu", sum(weights.values()) + WORK - 1)
    assert placement(painter._device.free, weights) is Placement.COMPONENTS
    for each, seen in zip(orders, pictures, strict=True):
        assert apart(painter.paint(each), seen) < 0.01
    assert apart(painter.edit(pictures[0], mask, "her", slugs=["ava"]), edited) < 0.01
    assert apart(painter.paint(orders[0]), pictures[0]) < 0.01


def test_the_device_is_one_that_is_here() -> None:
    assert find_device("cpu") == Device("cpu") and torch.get_num_threads() == 1
    with pytest.raises(BadSetting, match="no device 'tpu'"):
        find_device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(BadSetting, match="has no cuda"):
            find_device("cuda")


def test_weights_are_counted_and_chance_comes_from_the_seed(assets: Assets) -> None:
    painter = engine("sd3", assets)
    painter.paint(order())
    weights = weights_of(painter._base)
    assert weights["transformer"] == 4 * sum(each.numel() for each in painter._base.transformer.parameters())
    assert place(painter._base, Device("cpu", free=None)) is Placement.WHOLE
    assert generator(-1).initial_seed() == generator(2**63 - 1).initial_seed()


def test_a_card_that_is_full_fails_the_picture(assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    painter = engine("sd3", assets)
    painter.paint(order())

    def full(*args: Any, **kwargs: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(painter._base.vae, "decode", full)
    with pytest.raises(TakeFailed, match="memory is too small"):
        painter.paint(order())


@pytest.mark.parametrize(
    ("size", "working"),
    [((1280, 720), (1280, 720)), ((1920, 1080), (1360, 768)), ((64, 64), (64, 64)), ((100, 50), (96, 48))],
)
def test_large_pictures_are_painted_at_a_megapixel(size: tuple[int, int], working: tuple[int, int]) -> None:
    assert working_size(size, 2**20, 16) == working


def test_a_long_prompt_is_read_in_windows(assets: Assets) -> None:
    painter = engine("sdxl", assets)
    tokenizer = painter._base.tokenizer
    parts = windows(f"{PROMPT} {'word ' * 60}", tokenizer)
    assert len(parts) > 3
    assert all(len(tokenizer(part).input_ids) <= WINDOW + 2 for part in parts)
    assert " ".join(parts).split() == f"{PROMPT} {'word ' * 60}".split()
    assert windows("", tokenizer) == [""]
