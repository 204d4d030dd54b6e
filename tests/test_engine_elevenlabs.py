"""ElevenLabs: what is sent, what comes back, and what each of its errors means. Its server is on this machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engines.remote import Final, Patience
from engines.speech.elevenlabs import ElevenLabs
from events.errors import (
    BadSetting,
    KeyMissing,
    LoraFrameError,
    OutcomeUnknown,
    QuotaExceeded,
    Refused,
    TakeFailed,
    Unsupported,
)
from tests.providers.elevenlabs import KEY, LETTER, ElevenLabsServer
from tests.providers.server import Mishap

LINE = "Kairo, run!"


@pytest.fixture(autouse=True)
def a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", KEY)


def engine(server: ElevenLabsServer, **options: Any) -> ElevenLabs:
    voices = {"ava": "id-ava", "kai": "id-kai", "gone": "id-gone"}
    return ElevenLabs(voices=voices, base_url=server.url, patience=Patience(sleep=lambda seconds: None), **options)


# ---------------------------------------------------------------- what is sent


def test_the_order_says_all_that_is_set() -> None:
    with ElevenLabsServer() as server:
        engine(server, model="eleven_v3", seed=7, stability=0.3, speed=1.1, language="en").say(LINE, "ava")
    (request,) = server.requests

    assert request.path == "/v1/text-to-speech/id-ava/with-timestamps"
    assert request.query == {"output_format": "pcm_24000"}
    assert request.json == {
        "text": LINE,
        "model_id": "eleven_v3",
        "seed": 7,
        "language_code": "en",
        "voice_settings": {
            "stability": 0.3,
            "similarity_boost": 0.75,
            "style": 0.0,
            "use_speaker_boost": True,
            "speed": 1.1,
        },
    }


def test_another_server_is_reached_by_the_usual_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with ElevenLabsServer() as server:
        monkeypatch.setenv("ELEVENLABS_BASE_URL", server.url)
        assert len(ElevenLabs(voices={"ava": "id-ava"}).say(LINE, "ava"))
    assert server.orders.total() == 1


def test_nothing_to_say_and_unknown_voices_cost_nothing() -> None:
    with ElevenLabsServer() as server:
        assert not engine(server).spoken("— …", "ava").words
        with pytest.raises(BadSetting, match=r"engines\.yaml"):
            engine(server).say(LINE, "ava+kai")
    assert not server.requests


@pytest.mark.parametrize("options", [{"rate": 11_025}, {"seed": -1}, {"seed": 2**32}])
def test_what_it_cannot_do_is_told_before_anything_is_sent(options: dict[str, int]) -> None:
    with pytest.raises(BadSetting):
        ElevenLabs(**options)


# ---------------------------------------------------------------- what comes back


@pytest.mark.parametrize("rate", [24_000, 44_100])
def test_the_silence_before_a_line_is_cut_and_its_words_are_where_they_are_heard(rate: int) -> None:
    with ElevenLabsServer(plan_rate=44_100) as server:
        speech = engine(server, rate=rate).spoken("Kairo,  run home!", "ava")

    assert [word.text for word in speech.words] == ["Kairo,", "run", "home!"]
    run = speech.words[1]
    assert run.start - speech.words[0].start == pytest.approx(8 * LETTER, abs=0.03)
    assert run.end - run.start == pytest.approx(3 * LETTER, abs=0.001)
    assert _loud(speech.samples, rate, run.start, run.end) > 0.1
    assert _loud(speech.samples, rate, run.end, speech.words[2].start) < 0.01
    assert speech.words[-1].end <= len(speech.samples) / rate
    assert len(speech.samples) / rate == pytest.approx(17 * LETTER, abs=0.08)


def _loud(samples: np.ndarray, rate: int, start: float, end: float) -> float:
    return float(np.abs(samples[round(start * rate) + 50 : round(end * rate) - 50]).max())


def test_the_seed_chooses_the_performance() -> None:
    with ElevenLabsServer() as server:
        one, other = (engine(server, seed=seed).say(LINE, "ava") for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_its_price_is_by_the_character() -> None:
    terms = ElevenLabs(price=0.00015).terms
    assert (terms.account, terms.unit) == ("elevenlabs", "character")
    assert terms.price(1000) == pytest.approx(0.15)


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("mishap", "error", "accepted"),
    [
        (Mishap.ERROR, TakeFailed, 0),
        (Mishap.DROP, OutcomeUnknown, 1),
        (Mishap.GATEWAY, OutcomeUnknown, 1),
        (Mishap.QUOTA, Final, 0),
        (Mishap.REFUSED, Refused, 1),
        (Mishap.FAILED, OutcomeUnknown, 1),
    ],
)
def test_what_goes_wrong_is_told_and_never_ordered_twice(
    mishap: Mishap, error: type[LoraFrameError], accepted: int
) -> None:
    with ElevenLabsServer([mishap]) as server, pytest.raises(error) as raised:
        engine(server).say(LINE, "ava")

    assert server.orders.total() == accepted
    assert len(server.requests) == 1
    assert KEY not in str(raised.value) + repr(raised.value)


def test_too_many_at_once_wait_for_their_turn() -> None:
    with ElevenLabsServer([Mishap.BUSY, Mishap.BUSY]) as server:
        assert len(engine(server).say(LINE, "ava"))
    assert server.orders.total() == 1


def test_one_who_is_never_let_in_is_told() -> None:
    with ElevenLabsServer([Mishap.BUSY] * 9) as server, pytest.raises(QuotaExceeded, match="concurrent"):
        engine(server).say(LINE, "ava")
    assert not server.orders


def test_a_wrong_key_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", "test-key-of-somebody-else")
    with ElevenLabsServer() as server, pytest.raises(KeyMissing, match="does not accept the key") as raised:
        engine(server).say(LINE, "ava")
    assert "somebody-else" not in str(raised.value) + repr(raised.value)


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELEVENLABS_API_KEY")
    with ElevenLabsServer() as server, pytest.raises(KeyMissing, match="ELEVENLABS_API_KEY"):
        engine(server).say(LINE, "ava")
    assert not server.requests


@pytest.mark.parametrize(
    ("options", "voice", "error", "words"),
    [
        ({}, "gone", BadSetting, "id-gone"),
        ({"rate": 44_100}, "ava", Unsupported, "lower `rate`"),
        ({"stability": 3.0}, "ava", Unsupported, "stability: at most 1"),
    ],
)
def test_settings_that_it_does_not_take_are_named(
    options: dict[str, Any], voice: str, error: type[LoraFrameError], words: str
) -> None:
    with ElevenLabsServer() as server, pytest.raises(error, match=words) as raised:
        engine(server, **options).say(LINE, voice)
    assert not server.orders
    assert KEY not in str(raised.value)
