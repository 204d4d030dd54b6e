"""Gemini's pictures and edits, Imagen's, and faces repaired by an edit, against Google's protocols."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from engines.image import ImageEngine
from engines.image.gemini import GeminiImage, shape
from engines.image.imagen import Imagen
from engines.refine.edit import covering, window
from engines.refine.gemini import GeminiEdit
from engines.refine.tracking import follow
from engines.registry import engine_class, is_remote
from engines.remote import Final, Patience
from engines.terms import Terms
from events.errors import KeyMissing, LoraFrameError, OutcomeUnknown, Refused, TakeFailed, Unsupported
from media.assets import Assets
from media.frames import png
from tests.orders import actor, order, repair
from tests.providers import clips
from tests.providers.google import KEY, Google
from tests.providers.server import Mishap
from tests.sample_cast import CAST, engine, frame
from tests.test_refine import recognised

PATIENCE = Patience(poll=0, sleep=lambda seconds: None)
Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def google_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEMINI_API_KEY", KEY)


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as server:
        yield server


@pytest.fixture(params=[GeminiImage, Imagen])
def make(request: pytest.FixtureRequest, assets: Assets) -> Make:
    return lambda server, **told: request.param(assets, base_url=server.url, patience=PATIENCE, **told)


def gemini(assets: Assets, server: Google, **told: Any) -> GeminiImage:
    return GeminiImage(assets, base_url=server.url, patience=PATIENCE, **told)


def sent_picture(part: dict[str, Any]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.urlsafe_b64decode(part["inlineData"]["data"]))).convert("RGB"))


# ---------------------------------------------------------------- both


def test_a_picture_has_the_size_that_was_ordered(make: Make, google: Google, assets: Assets) -> None:
    painter: ImageEngine = make(google)
    painted = painter.paint(order(assets, size=(640, 360)))
    assert painted.shape == (360, 640, 3) and painted.dtype == np.uint8
    assert np.abs(painted.astype(float) - clips.picture(0, (640, 360))).mean() < 12
    assert sum(google.orders.values()) == 1


@pytest.mark.parametrize(
    ("mishap", "meant", "times"),
    [
        (Mishap.DROP, OutcomeUnknown, 1),
        (Mishap.GATEWAY, OutcomeUnknown, 1),
        (Mishap.ERROR, TakeFailed, 0),
        (Mishap.QUOTA, Final, 0),
        (Mishap.REFUSED, Refused, 1),
        (Mishap.FAILED, TakeFailed, 1),
    ],
)
def test_what_goes_wrong(make: Make, assets: Assets, mishap: Mishap, meant: type[LoraFrameError], times: int) -> None:
    with Google([mishap]) as server:
        with pytest.raises(meant) as error:
            make(server).paint(order(assets))
        assert type(error.value) is meant
        assert (sum(server.orders.values()), len(server.bodies)) == (times, 1)
        assert KEY not in f"{error.value} {error.value!r} {error.value.__cause__!r}"


def test_a_picture_that_was_not_taken_on_is_ordered_again(make: Make, assets: Assets) -> None:
    with Google([Mishap.BUSY]) as server:
        make(server).paint(order(assets))
        assert (len(server.bodies), sum(server.orders.values())) == (2, 1)


def test_a_key_that_is_not_accepted(
    make: Make, google: Google, assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", wrong := "wrong-key-77aa")
    with pytest.raises(KeyMissing) as error:
        make(google).paint(order(assets))
    assert wrong not in f"{error.value} {error.value!r} {error.value.__cause__!r}"


def test_they_say_what_they_cost(make: Make, google: Google) -> None:
    assert make(google, price=0.05).terms == Terms(account="google", unit="picture", dollars=0.05)


def test_the_registry_has_them() -> None:
    assert engine_class("image", "gemini") is GeminiImage and is_remote("image", "gemini")
    assert engine_class("image", "imagen") is Imagen and is_remote("image", "imagen")
    assert engine_class("retouch", "gemini") is GeminiEdit


# ---------------------------------------------------------------- Gemini


def test_gemini_is_shown_the_characters(google: Google, assets: Assets) -> None:
    gemini(assets, google, references=3).paint(order(assets, "ava", "kairo", negative="rain", seed=2**40 + 3))
    (body,) = google.bodies
    text, *pictures = body["contents"][0]["parts"]
    assert "They walk." in text["text"] and "Do not show: rain" in text["text"]
    assert "Picture 1 shows Ava. Picture 2 shows Kairo. Picture 3 shows Ava." in text["text"]
    first = Image.open(CAST / "ava" / "front_neutral.webp").convert("RGBA")
    face = np.asarray(first)[first.height // 2, first.width // 2, :3]
    assert np.abs(sent_picture(pictures[0])[first.height // 2, first.width // 2].astype(int) - face).max() < 12
    assert len(pictures) == 3
    assert body["generationConfig"] == {
        "responseModalities": ["TEXT", "IMAGE"], "seed": 3, "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
    }  # fmt: skip
    assert google.requests[0].path == "/v1/models/gemini-3.1-flash-image:generateContent"


def test_an_edit_comes_back_as_large_as_it_was(google: Google, assets: Assets) -> None:
    picture, mask = clips.picture(0, (300, 300)), np.zeros((300, 300), np.uint8)
    mask[100:200, 100:200] = 1
    edited = gemini(assets, google).edit(picture, mask, "Make it red.", [actor("ava", assets).references[0].uri])
    assert edited.shape == picture.shape
    text, first, second, third = google.bodies[0]["contents"][0]["parts"]
    assert text["text"].endswith("Make it red.")
    assert np.array_equal(sent_picture(first), picture)
    assert np.array_equal(sent_picture(second)[..., 0] > 0, mask > 0)
    assert sent_picture(third).size
    assert google.bodies[0]["generationConfig"]["imageConfig"]["aspectRatio"] == "1:1"


def test_shapes_are_the_nearest() -> None:
    assert [shape(size) for size in ((1280, 720), (720, 1280), (500, 510), (2400, 1000))] == [
        "16:9", "9:16", "1:1", "21:9",
    ]  # fmt: skip


# ---------------------------------------------------------------- Imagen


def test_imagen_paints_nobody_who_has_to_be_recognised(google: Google, assets: Assets) -> None:
    painter = Imagen(assets, base_url=google.url, patience=PATIENCE)
    with pytest.raises(Unsupported, match="`faces`"):
        painter.paint(order(assets, "ava"))
    assert not google.orders
    Imagen(assets, base_url=google.url, patience=PATIENCE, faces=False).paint(order(assets, "ava", negative="rain"))
    (body,) = google.bodies
    assert body["instances"] == [{"prompt": "They walk.\nDo not show: rain"}]
    assert (body["parameters"]["sampleCount"], body["parameters"]["aspectRatio"]) == (1, "16:9")


# ---------------------------------------------------------------- repairing faces


def editor(right: np.ndarray, wrong: np.ndarray, people: int, shift: int = 0, tint: int = 0) -> Callable[..., bytes]:
    """An image model that paints what is ``right`` where the mask is white, and is careless with the rest."""
    sights = [track.sights[0] for track in follow([wrong], engine(), people)]
    part = window(covering(sights, wrong.shape))

    def paints(parts: list[dict[str, Any]]) -> bytes:
        seen, mask = sent_picture(parts[1]), sent_picture(parts[2])
        wanted = cv2.resize(right[part], seen.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        made = np.where(mask > 0, wanted, seen).astype(int) + np.array([tint, -tint, tint // 2])
        return png(np.roll(np.clip(made, 0, 255).astype(np.uint8), shift, axis=(0, 1)))

    return paints


@pytest.mark.parametrize("people", [("ava",), ("zuri", "marlow")])
def test_faces_are_repaired_and_nothing_else_is_touched(assets: Assets, people: tuple[str, ...]) -> None:
    others = {"ava": "zuri", "zuri": "ava", "marlow": "kairo"}
    wrong = frame(*((others[slug], "front_neutral") for slug in people))
    right = frame(*((slug, "front_neutral") for slug in people))
    paints = editor(right, wrong, len(people), shift=4, tint=8)
    with Google(paints=paints) as server:
        refiner = GeminiEdit(assets, engine(), base_url=server.url, patience=PATIENCE)
        refined = refiner.still(wrong, repair(assets, *people))
        assert sum(server.orders.values()) == 1, "one call for all faces"
    assert min(recognised(wrong, *people)) < 0.75 <= min(recognised(refined, *people))
    sights = [track.sights[0] for track in follow([wrong], engine(), len(people))]
    outside = covering(sights, wrong.shape) == 0
    assert np.array_equal(refined[outside], wrong[outside])


def test_a_face_that_is_right_costs_nothing(google: Google, assets: Assets) -> None:
    picture = frame(("ava", "front_neutral"))
    refined = GeminiEdit(assets, engine(), base_url=google.url, patience=PATIENCE).still(picture, repair(assets, "ava"))
    assert np.array_equal(refined, picture) and not google.requests


def test_another_picture_is_no_repair(google: Google, assets: Assets) -> None:
    with pytest.raises(TakeFailed, match="another picture"):
        GeminiEdit(assets, engine(), base_url=google.url, patience=PATIENCE).still(
            frame(("zuri", "front_neutral")), repair(assets, "ava")
        )


def test_clips_would_flicker(google: Google, assets: Assets, tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="flicker"):
        GeminiEdit(assets, engine(), base_url=google.url).clip(tmp_path / "clip.mp4", repair(assets, "ava"), tmp_path)
    assert not google.requests
