"""ComfyUI as a video and an image engine, against a local server that speaks its protocol."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engines.comfyui import EXAMPLES, Server
from engines.image.comfyui import ComfyImage
from engines.registry import is_remote, make_engine
from engines.remote import Final, Patience
from engines.video import ActorOrder, ShotOrder
from engines.video.comfyui import ComfyVideo
from events.camera import Camera
from events.character import Reference
from events.errors import (
    BadSetting,
    Expired,
    KeyMissing,
    LoraFrameError,
    OutcomeUnknown,
    QuotaExceeded,
    TakeFailed,
    Unanswered,
    Unsupported,
)
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Shot
from media.assets import Assets
from media.frames import png
from media.ingest import take_in
from tests.providers.clips import mp4
from tests.providers.comfyui import ComfyUI
from tests.providers.server import Answer, Mishap, Provider, Request

KEY = "test-key-comfy-4711"
IMPATIENT = Patience(poll=0, sleep=lambda seconds: None)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMFY_API_KEY", raising=False)
    monkeypatch.delenv("COMFYUI_BASE_URL", raising=False)


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture
def server() -> Iterator[ComfyUI]:
    with ComfyUI() as server:
        yield server


def picture(assets: Assets, grey: int, size: tuple[int, int] = (64, 48)) -> str:
    return assets.write(png(np.full((size[1], size[0], 3), grey, np.uint8)))


def actor(assets: Assets, slug: str, *views: str) -> ActorOrder:
    seen = tuple(Reference(view=view, uri=picture(assets, 40 + len(slug) + n)) for n, view in enumerate(views))
    return ActorOrder(slug=slug, name=slug.title(), references=seen, look=Look())


def shot_order(**told: Any) -> ShotOrder:
    shot = Shot(shot_id="s01-1", scene=1, index=0, start=0, frames=told.pop("frames", 96), camera=Camera())
    scene = {"place": Place.LAB, "time": TimeOfDay.DAY, "weather": Weather.CLEAR, "mood": Mood.CALM}
    plain = {"prompt": "A woman in a lab.", "location": "the lab", "take_id": "take-1", "seed": 7}
    return ShotOrder(shot=shot, **(scene | plain | told))


def filming(assets: Assets, server: ComfyUI, **options: Any) -> ComfyVideo:
    return ComfyVideo(assets, base_url=server.url, **({"patience": IMPATIENT} | options))


def node(graph: dict[str, Any], kind: str, **inputs: Any) -> dict[str, Any]:
    """The inputs of the only node of a kind (that has these inputs)."""
    found = [
        one["inputs"] for one in graph.values() if one["class_type"] == kind and inputs.items() <= one["inputs"].items()
    ]
    assert len(found) == 1, (kind, found)
    return found[0]


def drawn(assets: Assets, change: Callable[[dict[str, Any]], None], example: str = "image_to_video.json") -> str:
    """A workflow of the user's own: an example, changed."""
    nodes = json.loads((EXAMPLES / example).read_text())
    change(nodes)
    (assets.root.parent / "mine.json").write_text(json.dumps(nodes))
    return "mine.json"


def titled(nodes: dict[str, Any], title: str) -> dict[str, Any]:
    return next(one for one in nodes.values() if one["_meta"]["title"] == title)


# ---------------------------------------------------------------- what is sent


def test_an_order_fills_in_the_named_inputs(assets: Assets, server: ComfyUI) -> None:
    first = picture(assets, 90)
    filming(assets, server).submit(shot_order(first=first, negative="rain", frames=96))
    (graph,) = server.graphs
    assert node(graph, "CLIPTextEncode", text="A woman in a lab.")
    assert node(graph, "CLIPTextEncode", text="rain")
    assert node(graph, "KSampler")["seed"] == 7
    latent = node(graph, "Wan22ImageToVideoLatent")
    assert (latent["width"], latent["height"], latent["length"]) == (1280, 704, 97)
    sent = node(graph, "LoadImage")["image"]
    assert sent == f"{hashlib.sha256(server.uploads[sent]).hexdigest()}.png"
    assert np.asarray(Image.open(io.BytesIO(server.uploads[sent]))).shape == (48, 64, 3)


def test_what_it_can_do_is_what_the_workflow_has(assets: Assets, server: ComfyUI) -> None:
    profile = filming(assets, server).profile
    assert profile.first_frame and profile.needs_first_frame and profile.negative and profile.seeds and profile.adapters
    assert (profile.references, profile.last_frame, profile.price(96), profile.account) == (0, False, 0, "comfyui")
    assert profile.remote and profile.findable
    assert filming(assets, server, price_per_second=0.1).profile.price(96) == pytest.approx(0.4)
    assert not server.requests


def test_nothing_of_the_people_but_their_pictures_is_sent(assets: Assets, server: ComfyUI) -> None:
    with Image.open(io.BytesIO(png(np.full((48, 64, 3), 90, np.uint8)))) as photo:
        noted, file = Image.Exif(), io.BytesIO()
        noted[0x010E] = "Marlow's daughter, at home"
        photo.save(file, "jpeg", exif=noted)
    order = shot_order(first=assets.write(file.getvalue()), actors=(actor(assets, "marlow", "front_neutral"),))
    filming(assets, server).submit(order)
    assert not [request for request in server.requests if b"marlow" in request.body.lower()]


def test_references_go_round_the_characters(assets: Assets, server: ComfyUI) -> None:
    def add(nodes: dict[str, Any]) -> None:
        for number in (1, 2, 3):
            title = {"title": f"Reference {number}"}
            nodes[f"r{number}"] = {"class_type": "LoadImage", "inputs": {"image": "example.png"}, "_meta": title}
        pictures = {f"image{number}": [f"r{number}", 0] for number in (1, 2, 3)}
        titled(nodes, "prompt").update(
            class_type="TextEncodeQwenImageEditPlus", inputs={"clip": ["2", 0], "prompt": ""} | pictures
        )

    engine = filming(assets, server, workflow=drawn(assets, add))
    assert engine.profile.references == 3
    ava, marlow = actor(assets, "ava", "turn_left", "front_neutral"), actor(assets, "marlow", "front_neutral")
    engine.submit(shot_order(first=picture(assets, 90), actors=(ava, marlow)))
    sent = node(server.graphs[0], "TextEncodeQwenImageEditPlus")
    greys = []
    for number in (1, 2, 3):
        name = server.graphs[0][sent[f"image{number}"][0]]["inputs"]["image"]
        greys.append(int(np.asarray(Image.open(io.BytesIO(server.uploads[name])))[0, 0, 0]))
    assert greys == [44, 46, 43]

    engine.submit(shot_order(first=picture(assets, 90), actors=(marlow,), take_id="take-2"))
    alone = node(server.graphs[1], "TextEncodeQwenImageEditPlus")
    assert "image1" in alone and not {"image2", "image3"} & alone.keys()
    assert not {"r2", "r3"} & server.graphs[1].keys()
    crowd = tuple(actor(assets, slug, "front_neutral") for slug in ("a", "bb", "ccc", "dddd"))
    with pytest.raises(Unsupported, match='"reference 4"'):
        engine.submit(shot_order(first=picture(assets, 90), actors=crowd, take_id="take-3"))


def test_without_a_first_picture_the_workflow_does_without_its_node(assets: Assets, server: ComfyUI) -> None:
    def scale(nodes: dict[str, Any]) -> None:
        size = {"width": 1280, "height": 704, "upscale_method": "area"}
        nodes["s"] = {"class_type": "ImageScale", "inputs": {"image": ["8", 0]} | size, "_meta": {"title": "Scale"}}
        nodes["9"]["inputs"]["start_image"] = ["s", 0]

    filming(assets, server, workflow=drawn(assets, scale)).submit(shot_order())
    assert "start_image" not in node(server.graphs[0], "Wan22ImageToVideoLatent")
    assert not {"LoadImage", "ImageScale"} & {one["class_type"] for one in server.graphs[0].values()}


def test_what_the_output_does_not_need_is_not_sent(assets: Assets, server: ComfyUI) -> None:
    def preview(nodes: dict[str, Any]) -> None:
        nodes["p"] = {"class_type": "PreviewFromSomewhere", "inputs": {"images": ["11", 0]}, "_meta": {"title": "Look"}}

    filming(assets, server, workflow=drawn(assets, preview)).submit(shot_order())
    assert "p" not in server.graphs[0]


def test_a_lora_is_loaded_or_passed_by(assets: Assets, server: ComfyUI) -> None:
    filming(assets, server, lora="ava.safetensors").submit(shot_order())
    filming(assets, server).submit(shot_order(take_id="take-2"))
    with_it, without = server.graphs
    assert node(with_it, "LoraLoaderModelOnly")["lora_name"] == "ava.safetensors"
    assert node(with_it, "ModelSamplingSD3")["model"] == ["4", 0]
    assert node(without, "ModelSamplingSD3")["model"] == ["1", 0] and "4" not in without
    with pytest.raises(Unsupported, match=r"lora_name 'eva.safetensors'.*LoraLoaderModelOnly.*only 'ava.safetensors'"):
        filming(assets, server, lora="eva.safetensors").submit(shot_order(take_id="take-3"))


def test_frames_are_those_of_the_workflows_own_rate(assets: Assets, server: ComfyUI) -> None:
    filming(assets, server, fps=16).submit(shot_order(frames=100))
    filming(assets, server, frame_step=1).submit(shot_order(frames=100, take_id="take-2"))
    assert [node(graph, "Wan22ImageToVideoLatent")["length"] for graph in server.graphs] == [69, 100]
    with pytest.raises(Unsupported, match="films 4 s at most"):
        filming(assets, server, longest_clip=4).submit(shot_order(frames=100, take_id="take-3"))


def test_a_workflow_of_one_length_is_cut_to_the_shot(assets: Assets, server: ComfyUI) -> None:
    workflow = drawn(assets, lambda nodes: nodes["9"]["_meta"].update(title="width, height"))
    engine = filming(assets, server, workflow=workflow, longest_clip=5, price_per_second=1)
    engine.submit(shot_order(frames=96))
    assert node(server.graphs[0], "Wan22ImageToVideoLatent")["length"] == 121
    assert engine.profile.price(96) == 5


@pytest.mark.parametrize("title, told", [("negative", {"negative": "rain"}), ("seed", {}), ("prompt", {})])
def test_an_input_that_the_order_needs_is_named(assets: Assets, server: ComfyUI, title: str, told: Any) -> None:
    workflow = drawn(assets, lambda nodes: titled(nodes, title)["_meta"].update(title="something"))
    with pytest.raises(Unsupported, match=f'no node titled "{title}": add it'):
        filming(assets, server, workflow=workflow).submit(shot_order(**told))
    assert not server.orders and not server.uploads


# ---------------------------------------------------------------- the workflow


def test_a_server_without_the_nodes_or_models_is_told_of_before_the_first_order(
    assets: Assets, server: ComfyUI
) -> None:
    del server.nodes["CreateVideo"]
    server.nodes["VAELoader"] = {"input": {"required": {"vae_name": [["wan_2.1_vae.safetensors"]]}}}
    engine = filming(assets, server)
    with pytest.raises(Unsupported) as told:
        engine.submit(shot_order(first=picture(assets, 90)))
    assert "the node CreateVideo" in str(told.value) and "vae_name 'wan2.2_vae.safetensors'" in str(told.value)
    assert not server.orders and not server.uploads
    server.nodes = dict(ComfyUI().nodes)
    assert engine.submit(shot_order())


def test_a_node_that_calls_a_paid_service_is_refused(assets: Assets, server: ComfyUI) -> None:
    def pay(nodes: dict[str, Any]) -> None:
        nodes["12"] = {"class_type": "KlingImage2VideoNode", "inputs": {"prompt": ""}, "_meta": {"title": "prompt"}}

    with pytest.raises(Unsupported, match="KlingImage2VideoNode, which calls a paid service"):
        filming(assets, server, workflow=drawn(assets, pay)).submit(shot_order())


@pytest.mark.parametrize(
    "content, why",
    [
        ('{"nodes": [], "links": [], "version": 0.4}', "not in the API format"),
        ('{"1": {"class_type": "SaveVideo"}}', "not in the API format"),
        ('{"1": {"class_type": "SaveVideo", "inputs": {"video": ["2", 0]}}}', "comes from nowhere"),
        ('{"1": {"class_type": "CLIPTextEncode", "inputs": {}}}', "0 nodes that could be its output"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "not in the API format"),
    ],
)
def test_a_file_that_is_no_workflow_is_an_error_at_once(assets: Assets, content: str, why: str) -> None:
    (assets.root.parent / "mine.json").write_text(content)
    with pytest.raises(BadSetting, match=why):
        ComfyVideo(assets, workflow="mine.json")


def test_a_workflow_lies_in_a_folder_of_the_users(
    assets: Assets, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "theirs.json"
    elsewhere.write_text((EXAMPLES / "image_to_video.json").read_text())
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    (assets.root.parent / "link.json").symlink_to(elsewhere)
    for told in (str(elsewhere), "link.json", "../../etc/passwd"):
        with pytest.raises(BadSetting, match="is not in"):
            ComfyVideo(assets, workflow=told)
    with pytest.raises(BadSetting, match="cannot be read"):
        ComfyVideo(assets, workflow="nowhere.json")
    monkeypatch.setenv("HOME", str(elsewhere.parent))
    assert ComfyVideo(assets, workflow="~/theirs.json")


def test_a_title_on_the_wrong_node_is_an_error_at_once(assets: Assets) -> None:
    workflow = drawn(assets, lambda nodes: titled(nodes, "VAE Decode")["_meta"].update(title="seed"))
    with pytest.raises(BadSetting, match='VAEDecode titled "seed" has no input for it'):
        ComfyVideo(assets, workflow=workflow)
    with pytest.raises(BadSetting, match='no node titled "lora"'):
        ComfyVideo(
            assets,
            workflow=drawn(assets, lambda nodes: titled(nodes, "lora")["_meta"].update(title="a LoRA")),
            lora="ava.safetensors",
        )


def test_of_two_that_save_one_is_titled_output(assets: Assets, server: ComfyUI) -> None:
    def second(nodes: dict[str, Any]) -> None:
        nodes["13"]["_meta"]["title"] = "Save Video"
        inputs = {"images": ["11", 0], "frame_rate": 24}
        nodes["14"] = {"class_type": "VHS_VideoCombine", "inputs": inputs, "_meta": {"title": "VHS"}}

    with pytest.raises(BadSetting, match=r'2 nodes that could be its output\. Title one of them "output"'):
        ComfyVideo(assets, workflow=drawn(assets, second))


# ---------------------------------------------------------------- what comes back


@pytest.mark.parametrize("listing", ["images", "gifs", "videos"])
def test_a_clip_comes_back(assets: Assets, tmp_path: Path, listing: str) -> None:
    with ComfyUI(listing=listing, polls=2) as server:
        order = shot_order(frames=48, size=(320, 180))
        operation = filming(assets, server).submit(order)
        clips = [filming(assets, server).collect(operation, order, tmp_path) for _ in range(2)]
        assert server.orders.total() == 1
    taken = take_in(Path(clips[0].path), order, assets)
    assert taken.frames == 48 and clips[0] == clips[1] and clips[0].cost is None


def test_the_server_says_when_it_is_done(assets: Assets, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing here sleeps, and a poll lasts an hour: only the web socket can end it."""
    asleep: list[float] = []
    patient = Patience(poll=3600, sleep=asleep.append)
    with ComfyUI(speaks=True, polls=10**6) as server, caplog.at_level("INFO", "loraframe"):
        engine = filming(assets, server, patience=patient)
        clip = engine.collect(engine.submit(shot_order()), shot_order(), tmp_path)
        assert Path(clip.path).exists() and server.rung == 1 and not asleep
    assert "1 of 2 steps" in caplog.text


def test_a_take_is_found_again(assets: Assets, tmp_path: Path) -> None:
    for named in (True, False):
        with ComfyUI([Mishap.DROP], names_orders=named) as server:
            engine = filming(assets, server)
            assert engine.find("take-1") == ""
            with pytest.raises(OutcomeUnknown, match="may have been accepted"):
                engine.submit(shot_order())
            operation = filming(assets, server).find("take-1")
            assert operation and server.orders.total() == 1
            engine.collect(operation, shot_order(), tmp_path)
            assert engine.find("take-1") == engine.submit(shot_order()) == operation
            assert server.orders.total() == 1


def test_a_still_comes_back_in_the_orders_size(assets: Assets, server: ComfyUI) -> None:
    engine = ComfyImage(assets, base_url=server.url, lora="ava.safetensors", patience=IMPATIENT, price=0.02)
    painted = engine.paint(shot_order())
    assert painted.shape == (720, 1280, 3) and painted.dtype == np.uint8 and painted.std() > 10
    assert (node(server.graphs[0], "EmptyLatentImage")["width"], engine.terms.price(1)) == (1280, 0.02)
    assert node(server.graphs[0], "LoraLoader")["lora_name"] == "ava.safetensors"
    engine.paint(shot_order())
    assert server.orders.total() == 2


def test_a_first_picture_and_its_clip_are_two_orders(assets: Assets, server: ComfyUI) -> None:
    """The image engine is given the order of the clip."""
    ComfyImage(assets, base_url=server.url, patience=IMPATIENT).paint(shot_order())
    assert filming(assets, server).find("take-1") == ""


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("mishap", [Mishap.DROP, Mishap.GATEWAY])
def test_a_lost_answer_is_unknown_and_not_ordered_again(assets: Assets, mishap: Mishap) -> None:
    with ComfyUI([mishap]) as server:
        with pytest.raises(OutcomeUnknown):
            filming(assets, server).submit(shot_order())
        assert server.orders.total() == 1


@pytest.mark.parametrize(
    "mishap, error, why",
    [
        (Mishap.FAILED, TakeFailed, r"KSampler \(6\) failed: Allocation on device failed. Use fewer frames"),
        (Mishap.REFUSED, TakeFailed, r"somebody has stopped it at the node KSampler \(6\)"),
        (Mishap.EXPIRED, Expired, "does not have it"),
    ],
)
def test_what_becomes_of_an_order(
    assets: Assets, tmp_path: Path, mishap: Mishap, error: type[LoraFrameError], why: str
) -> None:
    with ComfyUI([mishap]) as server:
        engine = filming(assets, server)
        operation = engine.submit(shot_order())
        for _ in range(2):
            with pytest.raises(error, match=why):
                engine.collect(operation, shot_order(), tmp_path)
        assert server.orders.total() == 1 and not list(tmp_path.glob("*.mp4*"))


def test_an_order_that_is_gone_has_expired(assets: Assets, server: ComfyUI, tmp_path: Path) -> None:
    engine = filming(assets, server)
    operation = engine.submit(shot_order())
    server.restart()
    with pytest.raises(Expired, match="no longer has this order"):
        engine.collect(operation, shot_order(), tmp_path)


def test_a_busy_server_is_waited_for_and_a_full_one_is_not(assets: Assets) -> None:
    with ComfyUI([Mishap.BUSY, Mishap.NONE, Mishap.NONE, *[Mishap.QUOTA] * 5, Mishap.ERROR]) as server:
        assert filming(assets, server).submit(shot_order())
        assert filming(assets, server).submit(shot_order(take_id="take-2"))
        with pytest.raises(QuotaExceeded, match="The queue is full") as told:
            filming(assets, server).submit(shot_order(take_id="take-3"))
        assert not isinstance(told.value, Final)
        with pytest.raises(TakeFailed, match="HTTP 500"):
            filming(assets, server).submit(shot_order(take_id="take-3"))
        assert server.orders.total() == 2


def test_an_order_that_the_server_refuses_says_which_node(assets: Assets, server: ComfyUI) -> None:
    workflow = drawn(assets, lambda nodes: nodes["11"]["inputs"].pop("vae"))
    with pytest.raises(Unsupported, match=r"VAEDecode \(11\): Required input is missing: vae"):
        filming(assets, server, workflow=workflow).submit(shot_order())
    assert not server.orders


def test_a_clip_that_never_comes_is_asked_for_later(assets: Assets, tmp_path: Path) -> None:
    with ComfyUI(polls=10**6) as server:
        engine = filming(assets, server, patience=Patience(poll=0, longest=0, sleep=lambda seconds: None))
        operation = engine.submit(shot_order())
        with pytest.raises(OutcomeUnknown, match="has not finished"):
            engine.collect(operation, shot_order(), tmp_path)


def test_the_wrong_kind_of_output_is_named(assets: Assets, server: ComfyUI, tmp_path: Path) -> None:
    workflow = drawn(assets, lambda nodes: None, "text_to_image.json")
    engine = filming(assets, server, workflow=workflow)
    with pytest.raises(TakeFailed, match=r'no file of the kinds \.mp4.*Title the node that saves one "output"'):
        engine.collect(engine.submit(shot_order()), shot_order(), tmp_path)


def test_a_server_that_is_not_there(assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    with ComfyUI() as server:
        gone = server.url
    with pytest.raises(Unanswered, match=r"ComfyUI at 127.0.0.1:\d+ cannot be asked.*COMFYUI_BASE_URL says where"):
        ComfyVideo(assets, base_url=gone, patience=IMPATIENT).submit(shot_order())
    monkeypatch.setenv("COMFYUI_BASE_URL", "192.168.1.5:8188")
    with pytest.raises(BadSetting, match="is no address of ComfyUI"):
        ComfyVideo(assets)


def test_a_key_is_sent_where_one_is_asked_for(
    assets: Assets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with ComfyUI(key=KEY) as server, caplog.at_level("DEBUG"):
        monkeypatch.setenv("COMFYUI_BASE_URL", server.url)
        engine = ComfyVideo(assets, patience=IMPATIENT)
        with pytest.raises(KeyMissing, match="Set COMFY_API_KEY"):
            engine.submit(shot_order())
        monkeypatch.setenv("COMFY_API_KEY", KEY)
        assert engine.collect(engine.submit(shot_order()), shot_order(), tmp_path).path
        server.speaks = True
        assert engine.collect(engine.submit(shot_order(take_id="take-2")), shot_order(), tmp_path).path
        assert server.rung == 1
        server.key = "another"
        with pytest.raises(KeyMissing) as told:
            engine.submit(shot_order())
    assert KEY not in f"{told.value!r} {told.value} {caplog.text} {vars(engine)}" and "/history" in caplog.text


def test_a_key_does_not_leave_by_http(assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on the local network may be reached, without the key."""
    monkeypatch.setenv("COMFY_API_KEY", KEY)
    assert Server("http://192.168.1.5:8188")._headers() == {}
    assert Server("https://cloud.comfy.org/api")._headers() == {"X-API-Key": KEY}


class Storage(Provider):
    def answer(self, request: Request) -> Answer:
        return Answer(body=mp4(2))


def test_a_hosted_server_sends_us_on_and_the_key_stays(
    assets: Assets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMFY_API_KEY", KEY)
    with ComfyUI(key=KEY) as server, Storage() as storage:
        server.storage = f"{storage.url}/signed"
        engine = filming(assets, server)
        clip = engine.collect(engine.submit(shot_order()), shot_order(), tmp_path)
        assert Path(clip.path).read_bytes() == mp4(2)
        assert KEY not in str(storage.requests) and len(storage.requests) == 1


def test_another_server_at_that_address_is_no_comfyui(assets: Assets) -> None:
    with Storage() as other, pytest.raises(TakeFailed, match="does not answer as ComfyUI does"):
        ComfyVideo(assets, base_url=other.url, patience=IMPATIENT).submit(shot_order())


def test_it_can_be_chosen(assets: Assets) -> None:
    assert isinstance(make_engine("video", "comfyui", {"video": {"comfyui": {"fps": 16}}}, assets), ComfyVideo)
    assert isinstance(make_engine("image", "comfyui", {}, assets), ComfyImage)
    assert is_remote("video", "comfyui") and is_remote("image", "comfyui")
