"""Veo and Omni against Google's protocols: what is sent, what comes back, and what goes wrong."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

from actors.profiles import engine_book
from engines.registry import is_remote, make_engine
from engines.remote import Final, Patience
from engines.video import VideoEngine
from engines.video.omni import Omni
from engines.video.veo import Veo
from events.errors import (
    Expired,
    KeyMissing,
    LoraFrameError,
    OutcomeUnknown,
    QuotaExceeded,
    Refused,
    TakeFailed,
    Unsupported,
)
from media.assets import Assets
from media.frames import frame_count
from tests.orders import order
from tests.providers.clips import mp4, png
from tests.providers.google import KEY, REFUSAL, Google
from tests.providers.server import Answer, Dropped, Mishap, Request
from tests.sample_cast import engine

PATIENCE = Patience(poll=0, sleep=lambda seconds: None)
Make = Callable[..., VideoEngine]


@pytest.fixture(autouse=True)
def google_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEMINI_API_KEY", KEY)


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture(params=[Veo, Omni])
def make(request: pytest.FixtureRequest, assets: Assets) -> Make:
    """An engine that talks to a server."""
    return lambda server, **told: request.param(assets, base_url=server.url, patience=PATIENCE, **told)


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as server:
        yield server


def veo(assets: Assets, server: Google, **told: Any) -> Veo:
    return Veo(assets, base_url=server.url, patience=PATIENCE, **told)


def omni(assets: Assets, server: Google, **told: Any) -> Omni:
    return Omni(assets, base_url=server.url, patience=PATIENCE, **told)


def picture(content: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def blocks(body: Any) -> list[dict[str, Any]]:
    """Text and media of an order to Omni."""
    (told,) = body["input"]
    assert told["type"] == "user_input"
    content: list[dict[str, Any]] = told["content"]
    return content


def without_key(error: LoraFrameError) -> bool:
    cause, said = error.__cause__, f"{error} {error!r}"
    return KEY not in said and (cause is None or KEY not in f"{cause} {cause!r}")


# ---------------------------------------------------------------- both


def test_a_clip_is_ordered_once_and_collected_by_anybody_any_number_of_times(
    make: Make, assets: Assets, tmp_path: Path
) -> None:
    with Google(polls=2) as server:
        told = order(assets, "ava", frames=90)
        operation = make(server).submit(told)
        places = [tmp_path / "one", tmp_path / "two"]
        for place in places:
            place.mkdir()
        clips = [make(server).collect(operation, told, place) for place in places]
        assert [Path(clip.path).read_bytes() for clip in clips] == [server.clip, server.clip]
        assert sum(server.orders.values()) == 1


def test_a_clip_may_be_fetched_from_an_address(make: Make, assets: Assets, tmp_path: Path) -> None:
    with Google(by_address=True) as server:
        engine, told = make(server), order(assets, "ava")
        clip = engine.collect(engine.submit(told), told, tmp_path)
        assert Path(clip.path).read_bytes() == server.clip


@pytest.mark.parametrize(
    ("mishap", "meant", "times"),
    [
        (Mishap.DROP, OutcomeUnknown, 1),
        (Mishap.GATEWAY, OutcomeUnknown, 1),
        (Mishap.ERROR, TakeFailed, 0),
        (Mishap.QUOTA, Final, 0),
    ],
)
def test_what_goes_wrong_with_an_order(
    make: Make, assets: Assets, mishap: Mishap, meant: type[LoraFrameError], times: int
) -> None:
    with Google([mishap]) as server:
        with pytest.raises(meant) as error:
            make(server).submit(order(assets, "ava"))
        assert type(error.value) is meant
        assert sum(server.orders.values()) == times
        assert len(server.bodies) == 1, "sent once"
        assert without_key(error.value)


def test_an_order_that_was_not_taken_is_sent_again(make: Make, assets: Assets) -> None:
    with Google([Mishap.BUSY, Mishap.BUSY]) as server:
        assert make(server).submit(order(assets, "ava"))
        assert (len(server.bodies), sum(server.orders.values())) == (3, 1)


def test_a_provider_that_is_always_busy_is_not_asked_for_ever(make: Make, assets: Assets) -> None:
    with Google([Mishap.BUSY] * 20) as server:
        with pytest.raises(QuotaExceeded):
            make(server).submit(order(assets, "ava"))
        assert not server.orders


@pytest.mark.parametrize(
    ("mishap", "meant"),
    [(Mishap.REFUSED, Refused), (Mishap.FAILED, TakeFailed), (Mishap.EXPIRED, Expired)],
)
def test_what_becomes_of_an_order_that_was_taken(
    make: Make, assets: Assets, tmp_path: Path, mishap: Mishap, meant: type[LoraFrameError]
) -> None:
    with Google([mishap]) as server:
        engine, told = make(server), order(assets, "ava")
        operation = engine.submit(told)
        for _ in range(2):
            with pytest.raises(meant) as error:
                engine.collect(operation, told, tmp_path)
            assert type(error.value) is meant
        assert sum(server.orders.values()) == 1


def test_an_order_that_google_does_not_have_any_more(
    make: Make, google: Google, assets: Assets, tmp_path: Path
) -> None:
    unknown = {"veo": "projects/p/locations/l/publishers/google/models/m/operations/9", "omni": "9"}
    maker = make(google)
    with pytest.raises(Expired):
        maker.collect(unknown[maker.profile.name], order(assets, "ava"), tmp_path)


def test_a_key_that_is_not_accepted_is_in_no_message(
    make: Make, google: Google, assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", wrong := "wrong-key-77aa")
    with pytest.raises(KeyMissing) as error:
        make(google).submit(order(assets, "ava"))
    assert wrong not in f"{error.value} {error.value!r} {error.value.__cause__!r}"
    assert "[secret]" in str(error.value)


def test_without_a_key_the_profile_can_still_be_read(
    make: Make, google: Google, assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    maker = make(google)
    assert maker.profile.account == "google" and maker.profile.remote
    with pytest.raises(KeyMissing, match="GEMINI_API_KEY"):
        maker.submit(order(assets, "ava"))
    assert not google.requests


def test_faces_travel_by_no_open_road(assets: Assets) -> None:
    for made in (Veo, Omni):
        with pytest.raises(Unsupported, match="https"):
            made(assets, base_url="http://example.com").submit(order(assets, "ava"))


def test_a_model_that_is_gone_is_named(google: Google, assets: Assets) -> None:
    google._film = lambda request: google.error(404, "NOT_FOUND", "veo-0 is not found.")  # type: ignore[method-assign]
    with pytest.raises(Unsupported, match="`model`"):
        veo(assets, google, model="veo-0").submit(order(assets, "ava"))


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"size": (1000, 1000)}, "16:9"),
        ({"frames": 24 * 12}, "12.0 s"),
        ({"last": "asset://x"}, "ends at a picture"),
    ],
)
def test_what_neither_can_do_is_said(
    make: Make, google: Google, assets: Assets, told: dict[str, Any], word: str
) -> None:
    with pytest.raises(Unsupported, match=word):
        make(google).submit(order(assets, "ava", **told))
    assert not google.orders


def test_more_people_than_pictures_is_said(make: Make, google: Google, assets: Assets) -> None:
    with pytest.raises(Unsupported, match="1 pictures"):
        make(google, references=1).submit(order(assets, "ava", "kairo"))
    assert not google.orders


def test_the_registry_makes_them() -> None:
    assert is_remote("video", "veo") and is_remote("video", "omni")
    assert make_engine("video", "veo", {}, None).profile.name == "veo"
    assert make_engine("video", "omni", {}, None).profile.name == "omni"


def test_the_settings_that_come_with_it_make_all_of_them(tmp_path: Path) -> None:
    options = engine_book(tmp_path).engines
    for stage, name in (("video", "veo"), ("video", "omni"), ("image", "gemini"), ("image", "imagen")):
        assert make_engine(stage, name, options, None).name == name
    assert make_engine("retouch", "gemini", options, None, engine()).terms.dollars == 0.067


def test_a_question_that_is_lost_is_asked_again(make: Make, assets: Assets, tmp_path: Path) -> None:
    """The server fails twice and hangs up once, in the middle of an order; nothing is ordered again."""
    with Google() as server:
        maker, told = make(server), order(assets, "ava")
        operation = maker.submit(told)
        answer, wrong = server.answer, [server.error(500, "INTERNAL", "x"), server.error(503, "UNAVAILABLE", "x"), None]

        def moody(request: Request) -> Answer:
            if not wrong:
                return answer(request)
            if (failure := wrong.pop(0)) is None:
                raise Dropped
            return failure

        server.answer = moody  # type: ignore[method-assign]
        assert Path(maker.collect(operation, told, tmp_path).path).read_bytes() == server.clip
        assert not wrong and sum(server.orders.values()) == 1


def test_an_extension_is_cut_off_what_comes_before_it(make: Make, assets: Assets, tmp_path: Path) -> None:
    """The clip before comes along; what was added stays, with its sound."""
    with Google(clip=mp4(9, size=(160, 90))) as server:
        engine = make(server, extends=True)
        told = order(assets, "ava", frames=7 * 24, before=assets.write(mp4(2)), before_operation="1", first="")
        clip = engine.collect(engine.submit(told), told, tmp_path)
        assert frame_count(Path(clip.path)) == pytest.approx(7 * 30, abs=2)
        with av.open(clip.path) as file:
            assert file.streams.audio
            heard = sum(frame.samples for frame in file.decode(file.streams.audio[0]))
        assert heard / 44_100 == pytest.approx(7, abs=0.15)


def test_an_extension_that_comes_alone_stays_as_it_is(make: Make, assets: Assets, tmp_path: Path) -> None:
    with Google() as server:
        maker = make(server, extends=True)
        told = order(assets, "ava", frames=7 * 24, before=assets.write(mp4(2)), before_operation="1")
        assert Path(maker.collect(maker.submit(told), told, tmp_path).path).read_bytes() == server.clip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (REFUSAL, Refused),
        ("Invalid value at 'safety_settings'.", Unsupported),
        ("`durationSeconds` is out of bound.", Unsupported),
    ],
)
def test_a_refusal_is_told_from_a_mistake(
    make: Make, google: Google, assets: Assets, said: str, meant: type[LoraFrameError]
) -> None:
    google.answer = lambda request: google.error(400, "INVALID_ARGUMENT", said)  # type: ignore[method-assign]
    with pytest.raises(meant) as error:
        make(google).submit(order(assets, "ava"))
    assert type(error.value) is meant


# ---------------------------------------------------------------- Veo


def test_veo_begins_and_ends_at_pictures(google: Google, assets: Assets) -> None:
    first, last = assets.write(png((1280, 720))), assets.write(png((640, 360)))
    veo(assets, google, references=0).submit(
        order(assets, "ava", frames=100, first=first, last=last, negative="rain", seed=2**33 + 5, size=(1920, 1080))
    )
    (body,) = google.bodies
    assert picture(body["instances"][0]["image"]["bytesBase64Encoded"]).shape == (720, 1280, 3)
    assert picture(body["instances"][0]["lastFrame"]["bytesBase64Encoded"]).shape == (360, 640, 3)
    assert "referenceImages" not in body["instances"][0]
    assert body["instances"][0]["prompt"] == "They walk."
    assert body["parameters"] == {
        "sampleCount": 1, "durationSeconds": 6, "aspectRatio": "16:9", "resolution": "1080p", "seed": 5,
        "negativePrompt": "rain", "generateAudio": False, "personGeneration": "allow_adult",
    }  # fmt: skip
    (request,) = google.requests
    assert request.path == "/v1beta1/publishers/google/models/veo-3.1-generate-001:predictLongRunning"


def test_veo_is_guided_by_pictures_where_there_is_none_to_begin_with(
    google: Google, assets: Assets, tmp_path: Path
) -> None:
    engine = veo(assets, google, generate_audio=True)
    told = order(assets, "ava", "kairo", frames=80)
    clip = engine.collect(engine.submit(told), told, tmp_path)
    instance, parameters = google.bodies[0]["instances"][0], google.bodies[0]["parameters"]
    assert [shown["referenceType"] for shown in instance["referenceImages"]] == ["ASSET"] * 3
    assert instance["prompt"].endswith("Picture 1 shows Ava. Picture 2 shows Kairo. Picture 3 shows Ava.")
    assert (parameters["durationSeconds"], parameters["generateAudio"]) == (8, True)
    assert clip.cost == pytest.approx(8 * 0.40) == engine.profile.price(80)


def test_veo_costs_what_it_films(google: Google, assets: Assets, tmp_path: Path) -> None:
    engine = veo(assets, google)
    told = order(assets, frames=80, first=assets.write(png()))
    clip = engine.collect(engine.submit(told), told, tmp_path)
    assert clip.cost == pytest.approx(4 * 0.20)
    assert clip.cost is not None and clip.cost <= engine.profile.price(80), "never more than was reserved"


def test_veo_goes_on_from_the_clip_before(google: Google, assets: Assets) -> None:
    before = mp4(2)
    told = order(assets, "ava", first=assets.write(png()), before=assets.write(before), before_operation="1")
    veo(assets, google, extends=True).submit(told)
    veo(assets, google).submit(told)
    extended, begun = (body["instances"][0] for body in google.bodies)
    assert base64.b64decode(extended["video"]["bytesBase64Encoded"]) == before and "image" not in extended
    assert "image" in begun and "video" not in begun
    assert google.bodies[0]["parameters"]["durationSeconds"] == 7


def test_nothing_is_sent_that_the_order_does_not_need(google: Google, assets: Assets) -> None:
    veo(assets, google).submit(order(assets, "ava", take_id="my-series-12"))
    sent = google.requests[0].body.decode()
    assert not any(word in sent for word in ("front_neutral", "my-series-12", '"ava"', str(assets.root)))


def test_veo_fetches_from_a_bucket_as_the_account_of_the_machine(
    assets: Assets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Google() as server:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account(tmp_path / "account.json", server.url)))
        server._filmed = lambda number: {"response": {"videos": [{"gcsUri": "gs://films/1/clip.mp4"}]}}  # type: ignore[method-assign]
        answer = server.answer

        def store(request: Request) -> Answer:
            if request.path == "/token":
                return Answer(200, {"access_token": "token-1", "expires_in": 3600, "token_type": "Bearer"})
            if request.path == "/films/1/clip.mp4":
                known = request.headers.get("authorization") == "Bearer token-1"
                return Answer(200, server.clip) if known else Answer(401, {})
            return answer(request)

        server.answer = store  # type: ignore[method-assign]
        maker, told = veo(assets, server, bucket="gs://films", storage_url=server.url), order(assets, "ava")
        clip = maker.collect(maker.submit(told), told, tmp_path)
        assert Path(clip.path).read_bytes() == server.clip
        assert server.bodies[0]["parameters"]["storageUri"] == "gs://films"


def account(place: Path, url: str) -> Path:
    """A service account whose tokens come from here."""
    secret = rsa.generate_private_key(65537, 2048)
    pem = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    told = {"type": "service_account", "client_email": "a@b.c", "token_uri": f"{url}/token", "private_key": pem}
    place.write_text(json.dumps(told))
    return place


# ---------------------------------------------------------------- Omni


def test_omni_begins_and_ends_at_pictures(google: Google, assets: Assets) -> None:
    first, last = assets.write(png((1280, 720))), assets.write(png((640, 360)))
    omni(assets, google).submit(order(assets, "ava", frames=100, first=first, last=last, negative="rain"))
    (body,) = google.bodies
    text, *pictures = blocks(body)
    assert text == {"type": "text", "text": "They walk.\nDo not show: rain"}
    assert [picture(block["data"]).shape for block in pictures] == [(720, 1280, 3), (360, 640, 3)]
    assert body["generation_config"] == {"video_config": {"task": "image_to_video"}}
    assert body["background"] is True
    assert body["response_format"] == {
        "type": "video", "delivery": "uri", "aspect_ratio": "16:9", "resolution": "720p", "duration": "5s",
    }  # fmt: skip


def test_omni_orders_no_more_than_its_price_is_for(google: Google, assets: Assets) -> None:
    large = order(assets, "ava", size=(1920, 1080))
    with pytest.raises(Unsupported, match="720 lines"):
        omni(assets, google).submit(large)
    omni(assets, google, lines=1080, price_per_second=0.15).submit(large)
    assert google.bodies[0]["response_format"]["resolution"] == "1080p"


@pytest.mark.parametrize(
    ("slugs", "begins", "task", "media"),
    [
        ((), {}, "text_to_video", []),
        (("ava", "kairo"), {}, "reference_to_video", ["image"] * 3),
        (("ava",), {"before": b"clip"}, "extend", ["video"]),
    ],
)
def test_omni_has_a_task_for_each_beginning(
    google: Google, assets: Assets, slugs: tuple[str, ...], begins: dict[str, bytes], task: str, media: list[str]
) -> None:
    stored: dict[str, Any] = {"size": (720, 1280)} | {name: assets.write(mp4(2)) for name in begins}
    omni(assets, google, extends=True).submit(order(assets, *slugs, **stored))
    (body,) = google.bodies
    assert body["generation_config"]["video_config"]["task"] == task
    assert [block["type"] for block in blocks(body)] == ["text", *media]
    assert body["response_format"]["aspect_ratio"] == "9:16"


def test_the_key_goes_to_google_alone(assets: Assets, tmp_path: Path) -> None:
    with Google() as elsewhere, Google() as server:
        engine, told = omni(assets, server), order(assets, "ava")
        operation = engine.submit(told)
        elsewhere.fates[operation] = Mishap.NONE
        server._interacted = lambda number: {  # type: ignore[method-assign]
            "status": "completed",
            "steps": [
                {"type": "model_output", "content": [{"type": "video", "uri": f"{elsewhere.url}/made/{number}"}]}
            ],
        }
        engine.collect(operation, told, tmp_path)
        (fetched,) = elsewhere.requests
        assert "x-goog-api-key" not in fetched.headers


def test_the_key_fetches_what_lies_at_google(assets: Assets, tmp_path: Path) -> None:
    with Google(by_address=True) as server:
        engine, told = omni(assets, server), order(assets, "ava")
        engine.collect(engine.submit(told), told, tmp_path)
        assert (server.requests[-1].headers["x-goog-api-key"], server.requests[-1].query) == (KEY, {"alt": "media"})
