"""Kling: what an order becomes on the wire, what comes back, and that nothing is ordered twice."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from engines.registry import is_remote, make_engine
from engines.remote import Final, Patience
from engines.video import ActorOrder, ShotOrder, SpokenLine
from engines.video.kling import Kling
from engines.video.kling.request import as_jpeg, beats
from events.character import Reference
from events.errors import (
    BadSetting,
    Expired,
    KeyMissing,
    LoraFrameError,
    OutcomeUnknown,
    QuotaExceeded,
    Refused,
    TakeFailed,
    Unsupported,
)
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Camera, Shot
from media.assets import Assets
from media.ingest import take_in
from tests.providers.clips import png
from tests.providers.kling import ACCESS, SECRET, KlingServer
from tests.providers.server import Answer, Mishap, Provider, Request

AT_ONCE = Patience(poll=0, sleep=lambda seconds: None)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_ACCESS_KEY", ACCESS)
    monkeypatch.setenv("KLING_SECRET_KEY", SECRET)


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture
def server() -> Iterator[KlingServer]:
    with KlingServer() as running:
        yield running


def kling(server: KlingServer, assets: Assets, **options: Any) -> Kling:
    return Kling(assets, base_url=server.url, **{"patience": AT_ONCE, **options})


def actor(assets: Assets, slug: str, *views: str) -> ActorOrder:
    references = tuple(
        Reference(view=view, uri=assets.write(png((300 + number, 400)))) for number, view in enumerate(views)
    )
    return ActorOrder(slug=slug, name=slug.title(), references=references, look=Look())


def order(*actors: ActorOrder, frames: int = 96, **told: Any) -> ShotOrder:
    shot = Shot(shot_id="3-1", scene=3, index=0, start=0, frames=frames, camera=Camera())
    place = {"location": "pier", "place": Place.LAB, "time": TimeOfDay.DAY, "weather": Weather.CLEAR, "mood": Mood.CALM}
    words = {"prompt": "Ava walks to the edge of the pier.", "take_id": "episode-1-take-7"}
    return ShotOrder(shot=shot, actors=actors, **place, **{**words, **told})


def line(speaker: str, text: str, second: float) -> SpokenLine:
    return SpokenLine(speaker=speaker, text=text, audio="", start=round(second * 24), frames=24)


def size_of(picture: str) -> tuple[int, int]:
    return Image.open(io.BytesIO(base64.b64decode(picture))).size


# ---------------------------------------------------------------- what is sent


def test_a_shot_in_words_alone(server: KlingServer, assets: Assets) -> None:
    operation = kling(server, assets).submit(order())
    assert operation == "omni-video/829836802793406551"
    assert server.body == {
        "model_name": "kling-v3-omni",
        "prompt": "Ava walks to the edge of the pier.",
        "duration": "4",
        "mode": "std",
        "sound": "off",
        "aspect_ratio": "16:9",
        "external_task_id": "episode-1-take-7",
    }


@pytest.mark.parametrize(
    ("model", "frames", "ordered"),
    [("kling-v3-omni", 49, "3"), ("kling-v3", 15 * 24, "15"), ("kling-v2-6", 96, "5"), ("kling-video-o1", 150, "10")],
)
def test_the_next_length_that_the_model_makes_is_ordered(
    server: KlingServer, assets: Assets, model: str, frames: int, ordered: str
) -> None:
    kling(server, assets, model=model).submit(order(frames=frames))
    assert server.body["duration"] == ordered


def test_a_shot_that_is_too_long_is_refused_before_it_is_sent(server: KlingServer, assets: Assets) -> None:
    with pytest.raises(Unsupported, match="films 10 s at most"):
        kling(server, assets, model="kling-v2-6").submit(order(frames=11 * 24))
    assert not server.requests


def test_pictures_of_the_cast_are_shared_out_and_named_in_the_prompt(server: KlingServer, assets: Assets) -> None:
    views = ("front_smile", "three_quarter_right", "front_neutral", "mouth_wide", "three_quarter_left")
    kling(server, assets).submit(order(actor(assets, "ava", *views), actor(assets, "marlow", *views), negative="rain"))
    widths = [size_of(entry["image_url"])[0] for entry in server.body["image_list"]]
    assert widths == [
        302,
        304,
        301,
        300,
        302,
        304,
        301,
    ]  # the front, the sides, the rest: four of one, three of another
    assert all("type" not in entry for entry in server.body["image_list"])
    assert server.body["prompt"].splitlines()[1:] == [
        "Ava is <<<image_1>>>, <<<image_2>>>, <<<image_3>>>, <<<image_4>>>. "
        "Marlow is <<<image_5>>>, <<<image_6>>>, <<<image_7>>>.",
        "Not to be seen: rain",
    ]


def test_a_first_and_a_last_picture_with_omni(server: KlingServer, assets: Assets) -> None:
    ava = actor(assets, "ava", "front_neutral")
    first, last = assets.write(png((640, 360))), assets.write(png((1280, 720)))
    kling(server, assets).submit(order(ava, first=first, last=last))
    shown = server.body["image_list"]
    assert [entry.get("type") for entry in shown] == ["first_frame", "end_frame", None]
    assert [size_of(entry["image_url"]) for entry in shown[:2]] == [(640, 360), (1280, 720)]
    assert server.body["prompt"].endswith("Ava is <<<image_3>>>.") and "aspect_ratio" not in server.body


def test_a_first_and_a_last_picture_with_image_to_video(server: KlingServer, assets: Assets) -> None:
    engine = kling(server, assets, model="kling-v2-6", mode="pro")
    operation = engine.submit(order(first=assets.write(png()), last=assets.write(png((1280, 720))), negative="rain"))
    assert operation.startswith("image2video/")
    assert size_of(server.body["image"]) == (640, 360) and size_of(server.body["image_tail"]) == (1280, 720)
    assert server.body["negative_prompt"] == "rain" and "rain" not in server.body["prompt"]
    assert "aspect_ratio" not in server.body and "cfg_scale" not in server.body


def test_an_older_model_takes_several_pictures_or_a_first_one(server: KlingServer, assets: Assets) -> None:
    ava = actor(assets, "ava", "front_neutral", "front_smile")
    engine = kling(server, assets, model="kling-v1-6")
    assert engine.submit(order(ava, take_id="1")).startswith("multi-image2video/")
    assert len(server.body["image_list"]) == 2
    assert engine.submit(order(ava, take_id="2", first=assets.write(png()))).startswith("image2video/")
    assert engine.submit(order(take_id="3")).startswith("text2video/")


def test_elements_of_the_library_stand_for_characters(server: KlingServer, assets: Assets) -> None:
    ava, marlow = actor(assets, "ava", "front_neutral"), actor(assets, "marlow", "front_neutral")
    kling(server, assets, elements={"ava": 41}).submit(order(marlow, ava))
    assert server.body["element_list"] == [{"element_id": 41}] and len(server.body["image_list"]) == 1
    assert server.body["prompt"].endswith("Ava is <<<element_1>>>. Marlow is <<<image_1>>>.")

    engine = kling(server, assets, model="kling-v3", elements={"ava": 41})
    assert engine.profile.needs_first_frame
    engine.submit(order(ava, take_id="2", first=assets.write(png())))
    assert server.body["element_list"] == [{"element_id": 41}]
    with pytest.raises(Unsupported, match="without a first picture"):
        engine.submit(order(ava))


def test_sound_is_ordered_where_the_model_makes_it(server: KlingServer, assets: Assets) -> None:
    engine = kling(server, assets, model="kling-v2-6", mode="pro", sound=True)
    engine.submit(order())
    assert server.body["sound"] == "on" and engine.profile.native_audio and engine.profile.speaks
    assert not engine.profile.last_frame  # this model makes no sound between two pictures
    kling(server, assets, model="kling-v2-1-master").submit(order(take_id="2"))
    assert "sound" not in server.body and "mode" not in server.body
    kling(server, assets, model="kling-v3", cfg_scale=0.7).submit(order(take_id="3"))
    assert server.body["sound"] == "off" and server.body["cfg_scale"] == 0.7


def test_a_shot_that_kling_cuts_itself(server: KlingServer, assets: Assets) -> None:
    engine = kling(server, assets, multi_shot="intelligence")
    engine.submit(order())
    assert (server.body["multi_shot"], server.body["shot_type"]) == (True, "intelligence") and server.body["prompt"]
    assert not engine.profile.first_frame and engine.profile.hops == 1
    with pytest.raises(Unsupported, match="a first picture where it cuts inside a shot"):
        engine.submit(order(first=assets.write(png())))


def test_a_shot_that_is_cut_where_another_speaks(server: KlingServer, assets: Assets) -> None:
    lines = (line("ava", "Who is there?", 0.5), line("ava", "Say it.", 1.5), line("marlow", "Only me.", 3.1))
    prompt = "A pier.\nAva says: “Who is there?”\nAva says: “Say it.”\nMarlow says: “Only me.”"
    kling(server, assets, model="kling-v3", multi_shot="customize").submit(
        order(prompt=prompt, lines=lines, frames=120)
    )
    assert server.body["shot_type"] == "customize" and "prompt" not in server.body
    assert server.body["multi_prompt"] == [
        {"index": 1, "prompt": "A pier.\nAva says: “Who is there?”\nAva says: “Say it.”", "duration": "3"},
        {"index": 2, "prompt": "A pier.\nMarlow says: “Only me.”", "duration": "2"},
    ]
    with pytest.raises(Unsupported, match="reads 512 characters"):
        kling(server, assets, multi_shot="customize").submit(order(prompt="x" * 513, lines=lines, frames=120))


def test_there_are_never_more_than_six_beats_and_they_fill_the_shot() -> None:
    lines = tuple(line("ab"[number % 2], f"line {number}", number) for number in range(15))
    cut = beats(order(lines=lines, frames=15 * 24), 15)
    assert len(cut) == 6 and sum(length for _, length in cut) == 15
    assert beats(order(), 4) == [("Ava walks to the edge of the pier.", 4)]


def test_only_a_model_that_says_so_is_cut_inside_or_makes_sound(assets: Assets) -> None:
    wrong = [
        ({"model": "kling-v2-6", "multi_shot": "customize"}, "multi_shot"),
        ({"multi_shot": "now and then"}, "multi_shot"),
        ({"model": "kling-v2-6", "mode": "std", "sound": True}, "sound in mode 'std'"),
        ({"model": "kling-v2-5-turbo", "elements": {"ava": 1}}, "elements"),
        ({"model": "kling-v3", "elements": {"ava": 1}, "multi_shot": "customize"}, "elements with multi_shot"),
        ({"cfg_scale": 0.5}, "cfg_scale"),
        ({"mode": "4k"}, "mode"),
        ({"model": "kling-v9"}, "like: "),
        ({"mode": "pro", "price_per_second": {"std": 0.1}}, "price_per_second"),
    ]
    for options, said in wrong:
        with pytest.raises(BadSetting, match=said):
            Kling(assets, **options)


def test_what_the_model_lacks_is_an_error_that_names_it(server: KlingServer, assets: Assets) -> None:
    picture = assets.write(png())
    crowd = [actor(assets, f"extra-{number}", "front_neutral") for number in range(8)]
    lacking = [
        ({"model": "kling-v2-6"}, order(first=picture, last=picture), "a last picture in this mode"),
        ({}, order(last=picture), "a last picture without a first one"),
        ({"model": "kling-v2-1"}, order(), "shots without a first picture"),
        ({}, order(before=picture), "go on from a clip"),
        ({}, order(*crowd), "room for 7 characters, and the shot has 8"),
        ({"elements": {who.slug: 1 for who in crowd}}, order(*crowd), "takes 7 elements"),
        ({}, order(size=(1280, 1000)), "1280x1000"),
        ({}, order(prompt="x" * 2501), "reads 2500 characters"),
    ]
    for options, wanted, said in lacking:
        with pytest.raises(Unsupported, match=said):
            kling(server, assets, **options).submit(wanted)
    assert not server.requests


def test_a_new_model_is_set_up_like_one_that_is_known(server: KlingServer, assets: Assets) -> None:
    kling(server, assets, model="kling-v9-omni", like="kling-v3-omni").submit(order())
    assert server.body["model_name"] == "kling-v9-omni"


@pytest.mark.parametrize("size", [(100, 80), (4000, 1000), (90, 2000), (1280, 720), (301, 752)])
def test_any_picture_is_made_one_that_kling_takes(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    made = as_jpeg(noise)
    seen = Image.open(io.BytesIO(made))
    assert min(seen.size) >= 300 and max(seen.size) <= 1920 and max(seen.size) <= 2.5 * min(seen.size)
    assert len(made) < 10_000_000


# ---------------------------------------------------------------- what comes back


def test_a_clip_is_collected_as_often_as_one_likes(server: KlingServer, assets: Assets, tmp_path: Path) -> None:
    ordered = order()
    operation = kling(server, assets).submit(ordered)
    engine = kling(server, assets, dollars_per_unit=0.14)  # another process
    clips = [engine.collect(operation, ordered, tmp_path) for _ in range(2)]
    assert clips[0] == clips[1] and clips[0].cost == pytest.approx(4 * 0.6 * 0.14)
    assert Path(clips[0].path).read_bytes() == server.clip
    with av.open(clips[0].path) as file:
        assert file.streams.video
    assert server.orders == {"episode-1-take-7": 1}


def test_the_clip_becomes_one_of_the_house(server: KlingServer, assets: Assets) -> None:
    engine, ordered = kling(server, assets), order(frames=60, size=(320, 180))
    clip = engine.collect(engine.submit(ordered), ordered, assets.root)
    taken = take_in(Path(clip.path), ordered, assets, keep_sound=True)
    assert taken.frames == 60 and taken.sound in assets and not engine.profile.house_clips


def test_the_price_is_that_of_the_mode(assets: Assets) -> None:
    prices = {"std": 0.084, "pro": 0.112, "std sound": 0.112, "pro sound": 0.14}
    assert Kling(assets, price_per_second=prices).profile.price(96) == pytest.approx(4 * 0.084)
    assert Kling(assets, price_per_second=prices, mode="pro", sound=True).profile.price(49) == pytest.approx(3 * 0.14)
    assert Kling(assets, price_per_second=0.2, model="kling-v2-6").profile.price(49) == pytest.approx(5 * 0.2)


def test_the_engine_that_comes_with_the_package_has_a_price(assets: Assets, tmp_path: Path) -> None:
    from actors.profiles import engine_book

    engine = make_engine("video", "kling", engine_book(tmp_path).engines, assets)
    assert engine.profile.price_per_second > 0 and engine.profile.remote and is_remote("video", "kling")


@pytest.mark.parametrize("lost", [Mishap.DROP, Mishap.GATEWAY])
def test_a_lost_answer_is_unknown_and_the_order_is_found(assets: Assets, tmp_path: Path, lost: Mishap) -> None:
    with KlingServer([lost]) as server:
        engine, ordered = kling(server, assets), order()
        with pytest.raises(OutcomeUnknown):
            engine.submit(ordered)
        operation = engine.find(ordered.take_id)
        assert operation == "omni-video/829836802793406551"
        assert engine.collect(operation, ordered, tmp_path).path
        assert server.orders == {ordered.take_id: 1}


def test_an_order_is_found_under_whichever_path_it_went(server: KlingServer, assets: Assets) -> None:
    operation = kling(server, assets, model="kling-v3").submit(order())
    assert operation.startswith("text2video/") and kling(server, assets).find("episode-1-take-7") == operation
    assert kling(server, assets).find("") == ""


def test_an_order_on_its_way_is_waited_for_before_it_counts_as_never_sent(server: KlingServer, assets: Assets) -> None:
    other = kling(server, assets)
    arriving = Patience(poll=7, sleep=lambda seconds: waits.append(seconds) or other.submit(order()))
    waits: list[float] = []
    assert kling(server, assets, patience=arriving).find("episode-1-take-7") and waits == [7]
    assert kling(server, assets).find("episode-1-take-8") == ""


def test_an_order_that_is_there_already_is_the_same_order(server: KlingServer, assets: Assets) -> None:
    engine = kling(server, assets)
    assert engine.submit(order()) == engine.submit(order())
    assert server.orders == {"episode-1-take-7": 1}


class Elsewhere(Provider):
    """A server that gives everybody the same answer."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__()
        self.said = Answer(status, body)

    def answer(self, request: Request) -> Answer:
        return self.said


@pytest.mark.parametrize("body", [b"<html>", {"code": 0, "data": None}, {"code": 0, "data": {}}])
def test_a_success_without_a_task_id_is_unknown(assets: Assets, body: Any) -> None:
    with Elsewhere(200, body) as other, pytest.raises(OutcomeUnknown, match="may have been accepted"):
        Kling(assets, base_url=other.url, patience=AT_ONCE).submit(order())
    assert len(other.requests) == 1


def test_a_question_that_fails_is_no_missing_order(server: KlingServer, assets: Assets) -> None:
    """Whoever hears that an order never arrived may order again."""
    with Elsewhere(404, b"<html>Not Found</html>") as other, pytest.raises(Expired):
        Kling(assets, base_url=other.url, patience=AT_ONCE).find("take")
    with pytest.raises(Unsupported, match="method is invalid"):
        Kling(assets, base_url=f"{server.url}/v2", patience=AT_ONCE).find("take")
    with pytest.raises(KeyMissing):
        kling(server, assets, clock=lambda: time.time() - 10_000).find("take")


@pytest.mark.parametrize(
    ("mishap", "kind"),
    [(Mishap.ERROR, TakeFailed), (Mishap.QUOTA, Final)],
)
def test_an_order_that_was_not_accepted(assets: Assets, mishap: Mishap, kind: type[LoraFrameError]) -> None:
    with KlingServer([mishap]) as server:
        with pytest.raises(kind):
            kling(server, assets).submit(order())
        assert not server.orders


def test_too_many_at_once_is_waited_for(assets: Assets) -> None:
    waits: list[float] = []
    with KlingServer([Mishap.BUSY, Mishap.BUSY]) as server:
        kling(server, assets, patience=Patience(poll=0, sleep=waits.append)).submit(order())
        assert server.orders.total() == 1 and len(waits) == 2


@pytest.mark.parametrize(
    ("mishap", "kind", "said"),
    [
        (Mishap.REFUSED, Refused, "safety rules: Failure to pass the risk control system"),
        (Mishap.FAILED, TakeFailed, "Internal generation error"),
        (Mishap.EXPIRED, Expired, "film it again"),
    ],
)
def test_what_can_become_of_an_order(
    assets: Assets, tmp_path: Path, mishap: Mishap, kind: type[LoraFrameError], said: str
) -> None:
    with KlingServer([mishap]) as server:
        engine = kling(server, assets)
        operation = engine.submit(order())
        for _ in range(2):
            with pytest.raises(kind, match=said) as caught:
                engine.collect(operation, order(), tmp_path)
            assert type(caught.value) is kind
        assert server.orders.total() == 1


def test_an_order_that_kling_has_forgotten_is_expired(server: KlingServer, assets: Assets, tmp_path: Path) -> None:
    with pytest.raises(Expired, match="no longer has this order"):
        kling(server, assets).collect("omni-video/1", order(), tmp_path)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *[(code, KeyMissing) for code in (1000, 1001, 1002, 1003, 1004)],
        *[(code, Final) for code in (1100, 1101, 1102, 1103, 1304)],
        *[(code, Unsupported) for code in (1200, 1201, 1202, 1203)],
        *[(code, Refused) for code in (1300, 1301)],
        *[(code, QuotaExceeded) for code in (1302, 1303)],
        *[(code, TakeFailed) for code in (5000, 5001)],
    ],
)
def test_each_service_code_has_its_meaning_and_no_key_is_repeated(
    assets: Assets, code: int, kind: type[LoraFrameError]
) -> None:
    with KlingServer(refuses=[code] * 9) as server:
        with pytest.raises(kind) as caught:
            kling(server, assets).submit(order())
        assert not server.orders
        told = f"{caught.value} {caught.value!r}"
        tokens = {request.headers["authorization"].split()[1] for request in server.requests}
        assert not any(secret in told for secret in (ACCESS, SECRET, *tokens))


# ---------------------------------------------------------------- keys


def test_the_secret_key_is_in_nothing_that_is_sent(server: KlingServer, assets: Assets, tmp_path: Path) -> None:
    engine, ordered = kling(server, assets), order(actor(assets, "ava", "front_neutral"))
    engine.collect(engine.submit(ordered), ordered, tmp_path)
    engine.find(ordered.take_id)
    for request in server.requests:
        sent = f"{request.path} {request.query} {request.headers} {request.body!r}"
        assert SECRET not in sent and base64.b64encode(SECRET.encode()).decode().rstrip("=") not in sent
        assert "ava" not in json.dumps(request.json if request.body else "").replace("Ava", "")  # no slug
    assert SECRET not in repr(vars(engine)) and ACCESS not in repr(vars(engine))


def test_every_request_has_a_token_of_its_own(assets: Assets, tmp_path: Path) -> None:
    """A clock that goes on by an hour with every look at it would make any token too old for a second request."""
    now = [1_800_000_000.0]

    def an_hour_on() -> float:
        now[0] += 3600
        return now[0]

    with KlingServer(polls=3, clock=lambda: now[0]) as server:
        engine = kling(server, assets, clock=an_hour_on)
        engine.collect(engine.submit(order()), order(), tmp_path)
        tokens = [request.headers["authorization"] for request in server.requests if request.path.startswith("/v1")]
        assert len(tokens) == len(set(tokens)) == 5


def test_keys_that_are_missing_or_wrong(server: KlingServer, assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_SECRET_KEY", "another-secret-key")
    with pytest.raises(KeyMissing, match="does not accept the key"):
        kling(server, assets).submit(order())
    monkeypatch.delenv("KLING_SECRET_KEY")
    with pytest.raises(KeyMissing, match="Set KLING_SECRET_KEY"):
        kling(server, assets).submit(order())
    assert not server.orders


def test_the_address_is_an_option_or_a_variable(
    server: KlingServer, assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_BASE_URL", server.url)
    assert Kling(assets, patience=AT_ONCE).submit(order())
    with pytest.raises(Unsupported, match="https"):
        Kling(assets, base_url="http://api-singapore.klingai.com")
