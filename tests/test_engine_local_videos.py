"""AnimateDiff, Wan and LTX on this machine: the real pipelines of diffusers, with hardly any weights."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from actors.profiles import engine_book
from engines.registry import engine_class, make_engine
from engines.video import ActorOrder, ShotOrder, VideoEngine
from events.camera import Camera
from events.errors import BadSetting, EngineMissing, Unsupported
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import LONGEST, Shot
from media.assets import Assets
from media.ingest import take_in
from tests import tiny_videos

SIZE = (64, 32)
PROMPT = "medium shot. ava waits in the lab at night."


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The folder of a tiny model by the name of its function in ``tiny_videos``; each is made once."""
    folder = tmp_path_factory.mktemp("models")
    return cache(lambda name: str(getattr(tiny_videos, name)(folder)))


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


def picture(assets: Assets, number: int) -> str:
    """A picture of coloured squares, others for every number."""
    squares = np.random.default_rng(number).integers(0, 255, (4, 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(squares).resize((128, 64), Image.Resampling.NEAREST).save(file, "PNG")
    return assets.write(file.getvalue())


def order(frames: int = 18, seed: int = 1, slugs: tuple[str, ...] = ("ava",), **told: Any) -> ShotOrder:
    shot = Shot(shot_id="1-1", scene=1, index=0, start=0, frames=frames, camera=Camera(), visible=slugs)
    actors = tuple(ActorOrder(slug=slug, name=slug.title(), references=(), look=Look()) for slug in slugs)
    return ShotOrder(
        shot=shot, location="lab", place=Place.LAB, time=TimeOfDay.NIGHT, weather=Weather.CLEAR, mood=Mood.CALM,
        actors=actors, seed=seed, size=SIZE, **({"prompt": PROMPT} | told),
    )  # fmt: skip


TINY = {"steps": 2, "size": SIZE, "device": "cpu"}


def animatediff(assets: Assets, tiny: Callable[[str], str], **told: Any) -> VideoEngine:
    own = {"model": tiny("stable_diffusion"), "motion": tiny("motion_adapter"), "context": 8, "longest_frames": 32}
    return make_engine("video", "animatediff", {"video": {"animatediff": TINY | own | told}}, assets)


def wan(assets: Assets, tiny: Callable[[str], str], **told: Any) -> VideoEngine:
    own = {"model": tiny("wan_text_and_image"), "longest_frames": 21, "pieces": 1}
    return make_engine("video", "wan", {"video": {"wan": TINY | own | told}}, assets)


def ltx(assets: Assets, tiny: Callable[[str], str], **told: Any) -> VideoEngine:
    own = {"model": tiny("ltx"), "longest_frames": 25}
    return make_engine("video", "ltx", {"video": {"ltx": TINY | own | told}}, assets)


EVERY = pytest.mark.parametrize("make", [animatediff, wan, ltx])
WITH_PICTURES = pytest.mark.parametrize("make", [wan, ltx])


def filmed(engine: VideoEngine, wanted: ShotOrder, folder: Path) -> np.ndarray:
    """The frames of the clip, ``(n, h, w, 3)`` RGB uint8."""
    with av.open(engine.collect(engine.submit(wanted), wanted, folder).path) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The mean difference of two pictures or clips, 0..255."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


# ---------------------------------------------------------------- what every one of them does


@EVERY
def test_submitting_only_names_the_order(make: Any, assets: Assets, tiny: Any) -> None:
    engine = make(assets, tiny)
    assert engine.submit(order()) == engine.submit(order())
    assert engine.submit(order()) != engine.submit(order(seed=2))
    assert not engine._pipelines


@EVERY
def test_the_profile_tells_the_facts(make: Any, assets: Assets, tiny: Any) -> None:
    profile = make(assets, tiny, hops=3).profile
    assert (profile.remote, profile.price(9), profile.account) == (False, 0, "")
    assert profile.adapters and profile.seeds and profile.repeatable and profile.negative
    assert (profile.hops, profile.sizes) == (3, (SIZE,))
    assert profile.first_frame == (make is not animatediff)


@EVERY
@pytest.mark.parametrize(("frames", "fps"), [(18, 24), (9, 24), (24, 16)])
def test_the_clip_is_as_long_as_its_shot(
    make: Any, frames: int, fps: float, assets: Assets, tiny: Any, tmp_path: Path
) -> None:
    engine = make(assets, tiny, fps=fps)
    wanted = order(frames)
    clip = engine.collect(engine.submit(wanted), wanted, tmp_path)
    with av.open(clip.path) as file:
        video = file.streams.video[0]
        assert (video.codec.name, video.average_rate) == ("h264", Fraction(fps))
        assert (video.width, video.height) == SIZE
        length = sum(1 for _ in file.decode(video))
    assert length % engine.step == 1 % engine.step
    assert frames / 24 <= length / fps < frames / 24 + max(engine.step, 8) / fps
    assert clip.cost == 0
    assert take_in(Path(clip.path), wanted, assets).frames == frames


@EVERY
def test_the_same_seed_gives_the_same_clip_and_another_another(
    make: Any, assets: Assets, tiny: Any, tmp_path: Path
) -> None:
    engine = make(assets, tiny)
    first = filmed(engine, order(), tmp_path)
    other = filmed(engine, order(seed=2), tmp_path)
    assert np.array_equal(first, filmed(engine, order(), tmp_path))
    assert np.array_equal(first, filmed(make(assets, tiny), order(), tmp_path))
    assert apart(first, other) > 1


@EVERY
def test_words_are_read_to_their_end(make: Any, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    long = "medium shot of ava in the lab at night. " * 5
    engine = make(assets, tiny, steps=4)
    clips = [filmed(engine, order(prompt=long + end), tmp_path) for end in ("ava runs.", "marlow waits in rain.")]
    assert not np.array_equal(*clips)


@EVERY
def test_unwanted_things_are_told_and_refused_where_nobody_listens(
    make: Any, assets: Assets, tiny: Any, tmp_path: Path
) -> None:
    engine = make(assets, tiny, guidance=9.0)
    clips = [filmed(engine, order(negative=words), tmp_path) for words in ("", "blurred rain")]
    assert not np.array_equal(*clips)
    with pytest.raises(Unsupported, match="negative prompt"):
        make(assets, tiny, guidance=1.0).submit(order(negative="blurred"))


@EVERY
def test_a_clip_longer_than_allowed_is_refused_by_name(make: Any, assets: Assets, tiny: Any) -> None:
    engine = make(assets, tiny)
    engine.submit(order(int(engine.profile.longest_clip * 24)))
    with pytest.raises(Unsupported, match=rf"{engine.profile.name} films .* s at most"):
        engine.submit(order(int(engine.profile.longest_clip * 24) + 1))


@EVERY
def test_a_shape_that_would_be_distorted_is_refused(make: Any, assets: Assets, tiny: Any) -> None:
    with pytest.raises(Unsupported, match="64×64, which has another shape"):
        make(assets, tiny, size=(64, 64)).submit(order())


@EVERY
@pytest.mark.parametrize(
    "wrong", [{"size": (60, 30)}, {"dtype": "float99"}, {"offload": "half"}, {"device": "abacus"}, {"wings": 2}]
)
def test_settings_that_cannot_be_are_refused(make: Any, wrong: dict[str, Any], assets: Assets, tiny: Any) -> None:
    with pytest.raises(BadSetting):
        make(assets, tiny, **wrong)


@EVERY
def test_a_model_that_is_not_there_is_named(make: Any, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    engine = make(assets, tiny, model=str(tmp_path / "nothing"))
    with pytest.raises(EngineMissing, match="nothing"):
        filmed(engine, order(), tmp_path)


# ---------------------------------------------------------------- adapters


def trained(make: Any, tiny: Any, folder: Path) -> str:
    pipeline, name, part = {
        animatediff: (diffusers.StableDiffusionPipeline, "stable_diffusion", "unet"),
        wan: (diffusers.WanPipeline, "wan_text_and_image", "transformer"),
        ltx: (diffusers.LTXPipeline, "ltx", "transformer"),
    }[make]
    return str(tiny_videos.lora(pipeline, Path(tiny(name)), part, folder))


@EVERY
def test_an_adapter_changes_the_clips_of_its_character_alone(
    make: Any, assets: Assets, tiny: Any, tmp_path: Path
) -> None:
    lora = trained(make, tiny, tmp_path)
    plain, dressed = make(assets, tiny), make(assets, tiny, loras={"ava": lora})
    without = filmed(plain, order(), tmp_path)
    assert apart(filmed(dressed, order(), tmp_path), without) > 0.5
    assert np.array_equal(filmed(dressed, order(slugs=("marlow",)), tmp_path), without)
    assert apart(filmed(dressed, order(slugs=("marlow", "ava")), tmp_path), without) > 0.5
    weak = make(assets, tiny, loras={"ava": lora}, lora_weight=0.0)
    assert np.array_equal(filmed(weak, order(), tmp_path), without)


@pytest.mark.parametrize(("make", "other"), [(animatediff, wan), (wan, ltx), (ltx, animatediff)])
def test_an_adapter_of_another_model_is_refused_by_name(
    make: Any, other: Any, assets: Assets, tiny: Any, tmp_path: Path
) -> None:
    lora = trained(other, tiny, tmp_path)
    with pytest.raises(Unsupported, match=r"another model|is a LoRA for"):
        filmed(make(assets, tiny, loras={"ava": lora}), order(), tmp_path)


def test_both_transformers_of_wan_wear_an_adapter(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    folder = tiny("wan_two_stages")
    lora = tiny_videos.lora(diffusers.WanImageToVideoPipeline, Path(folder), "transformer", tmp_path)
    engine = wan(assets, tiny, model=folder, loras={"ava": str(lora)})
    filmed(engine, order(first=picture(assets, 1)), tmp_path)
    worn = engine._pipelines["picture"].get_list_adapters()
    assert worn == {"transformer": ["ava"], "transformer_2": ["ava"]}


# ---------------------------------------------------------------- pictures to begin and to end with


@WITH_PICTURES
def test_a_clip_begins_at_the_first_picture_whatever_the_seed(
    make: Any, assets: Assets, tiny: Any, tmp_path: Path
) -> None:
    """Held still by the pipeline: two seeds begin alike and part later; without a picture they never were alike."""
    engine = make(assets, tiny, **({"picture_noise": 0.0} if make is ltx else {}))
    start = picture(assets, 1)
    one, two = (filmed(engine, order(seed=seed, first=start), tmp_path) for seed in (1, 2))
    free_one, free_two = (filmed(engine, order(seed=seed), tmp_path) for seed in (1, 2))
    assert apart(one[0], two[0]) < 0.35 * apart(one[-1], two[-1])
    assert apart(one[0], two[0]) < 0.35 * apart(free_one[0], free_two[0])


@WITH_PICTURES
def test_another_first_picture_is_another_clip(make: Any, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    engine = make(assets, tiny)
    one, two = (filmed(engine, order(first=picture(assets, number)), tmp_path) for number in (1, 2))
    assert not np.array_equal(one[0], two[0])
    assert not np.array_equal(one[-1], two[-1])


@pytest.mark.parametrize(("make", "told"), [(wan, {"last_frame": True}), (ltx, {})])
def test_a_last_picture_changes_the_end(make: Any, told: Any, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    if make is wan:
        told = told | {"model": tiny("wan_two_stages")}
    engine = make(assets, tiny, **told)
    first, one, two = (picture(assets, number) for number in (1, 2, 3))
    free, *ended = (filmed(engine, order(first=first, last=uri), tmp_path) for uri in ("", one, two))
    assert apart(free[-1], ended[0][-1]) > 1
    assert not np.array_equal(*ended)


def test_ltx_may_end_at_a_picture_without_beginning_at_one(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    engine = ltx(assets, tiny)
    ending = filmed(engine, order(last=picture(assets, 1)), tmp_path)
    assert not np.array_equal(ending, filmed(engine, order(), tmp_path))


@WITH_PICTURES
def test_a_clip_with_an_ending_ends_with_its_shot(make: Any, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    """All its frames are shown in the time of the shot, so that the last one is not cut away."""
    told = {"model": tiny("wan_two_stages"), "last_frame": True} if make is wan else {}
    engine, still = make(assets, tiny, **told), picture(assets, 1)
    wanted = order(14, first=still, last=still)
    with av.open(engine.collect(engine.submit(wanted), wanted, tmp_path).path) as file:
        video = file.streams.video[0]
        assert video.frames / video.average_rate == pytest.approx(14 / 24, abs=0.01)


def test_animatediff_refuses_pictures(assets: Assets, tiny: Any) -> None:
    start = picture(assets, 1)
    with pytest.raises(Unsupported, match="animatediff cannot begin at a given picture"):
        animatediff(assets, tiny).submit(order(first=start))
    with pytest.raises(Unsupported, match="animatediff cannot end at a given picture"):
        animatediff(assets, tiny).submit(order(last=start))


# ---------------------------------------------------------------- longer than one run


@WITH_PICTURES
def test_a_long_shot_is_filmed_in_pieces(make: Any, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    """The first piece is the clip that it would be alone; the next goes on from its last frame."""
    engine = make(assets, tiny, pieces=2)
    longest = engine.profile.longest_clip * 24
    assert longest == 2 * (make(assets, tiny).profile.longest_clip * 24 - 1) + 1
    whole = filmed(engine, order(round(longest)), tmp_path)
    piece = filmed(make(assets, tiny), order(len(whole) // 2 + 1), tmp_path)
    assert len(whole) == round(longest)
    assert apart(whole[: len(piece) - 2], piece[:-2]) < 1
    assert len({frame.tobytes() for frame in whole}) > len(whole) // 2


def test_animatediff_films_longer_than_its_adapter_was_trained_for(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    assert len(filmed(animatediff(assets, tiny, fps=8), order(48), tmp_path)) == 16
    assert len(filmed(animatediff(assets, tiny, fps=8), order(6), tmp_path)) == 8


# ---------------------------------------------------------------- the kinds of Wan


def test_wan_films_from_words_with_a_model_of_its_own(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    told = {"model": tiny("wan_image_to_video"), "text_model": tiny("wan_text_to_video")}
    engine = wan(assets, tiny, **told)
    start = picture(assets, 1)
    free, begun = filmed(engine, order(), tmp_path), filmed(engine, order(first=start), tmp_path)
    only = filmed(wan(assets, tiny, model=tiny("wan_text_to_video")), order(), tmp_path)
    assert np.array_equal(free, only)
    assert apart(begun, free) > 1


@pytest.mark.parametrize("first", [True, False])
def test_one_wan_for_both_is_in_memory_once(first: bool, assets: Assets, tiny: Any, tmp_path: Path) -> None:
    engine = wan(assets, tiny)
    wanted = [order(9), order(9, first=picture(assets, 1))]
    for each in reversed(wanted) if first else wanted:
        filmed(engine, each, tmp_path)
    assert engine._pipelines["words"].transformer is engine._pipelines["picture"].transformer


def test_what_a_kind_of_wan_cannot_do_is_refused_by_name(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    start = picture(assets, 1)
    between, begun = order(first=start, last=start), order(first=start)
    for name, wanted, told in (
        ("wan_text_and_image", between, "cannot end"),
        ("wan_image_to_video", between, "cannot end"),
        ("wan_between_pictures", begun, "between two pictures only"),
        ("wan_text_to_video", begun, "from words only"),
        ("wan_image_to_video", order(), "from a picture only"),
    ):
        with pytest.raises(Unsupported, match=told):
            filmed(wan(assets, tiny, model=tiny(name), last_frame=True), wanted, tmp_path)
    with pytest.raises(Unsupported, match="cannot end"):
        wan(assets, tiny).submit(between)
    with pytest.raises(Unsupported, match="only where it begins at one"):
        wan(assets, tiny, last_frame=True).submit(order(last=start))
    with pytest.raises(Unsupported, match="none to begin with"):
        wan(assets, tiny, needs_first_frame=True).submit(order())


def test_wan_films_between_two_pictures(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    engine = wan(assets, tiny, model=tiny("wan_between_pictures"), last_frame=True)
    first, *ends = (picture(assets, number) for number in (1, 2, 3))
    clips = [filmed(engine, order(first=first, last=end), tmp_path) for end in ends]
    assert not np.array_equal(*clips)


def test_an_older_ltx_is_refused_by_name(assets: Assets, tiny: Any, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    pipeline = diffusers.LTXPipeline.from_pretrained(tiny("ltx"))
    pipeline.scheduler.register_to_config(use_dynamic_shifting=True)
    pipeline.save_pretrained(folder)
    with pytest.raises(BadSetting, match="older than LTX-Video"):
        filmed(ltx(assets, tiny, model=str(folder)), order(), tmp_path)


# ---------------------------------------------------------------- without the extra


@pytest.mark.parametrize("name", ["animatediff", "wan", "ltx"])
@pytest.mark.parametrize("package", ["diffusers", "torch"])
def test_without_the_extra_it_says_what_to_install(name: str, package: str) -> None:
    script = f"""
import sys
sys.modules[{package!r}] = None
from actors.profiles import engine_book
from engines.registry import engine_class
from events.errors import EngineMissing
try:
    engine_class("video", {name!r})
except EngineMissing as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "pip install 'loraframe[diffusers]'" in done.stdout


@pytest.mark.parametrize("name", ["animatediff", "wan", "ltx"])
def test_weights_have_a_licence_to_read(name: str) -> None:
    assert "weights" in engine_class("video", name).licence


@pytest.mark.parametrize("name", ["animatediff", "wan", "ltx"])
def test_the_settings_of_the_package_film_every_shot_of_a_storyboard(name: str, assets: Assets) -> None:
    engine = make_engine("video", name, engine_book(assets.root).engines, assets)
    assert engine.profile.seconds_for(LONGEST) == LONGEST / 24
    engine.submit(order(LONGEST).replaced(size=(1280, 720)))
