"""What every speech engine does, whoever speaks: the same tests for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from engines.registry import engine_class, make_engine
from engines.speech import SpeechEngine
from engines.terms import FREE, Terms
from events.errors import BadSetting
from tests.providers.elevenlabs import KEY, ElevenLabsServer


@dataclass(frozen=True)
class Speaker:
    engine: SpeechEngine
    voice: str
    other: str


@pytest.fixture(scope="module", params=["kokoro", "elevenlabs"])
def speaker(request: pytest.FixtureRequest) -> Iterator[Speaker]:
    if request.param == "kokoro":
        yield Speaker(make_engine("speech", "kokoro", {}), "af_heart", "bm_george")
        return
    with ElevenLabsServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELEVENLABS_API_KEY", KEY)
        told = {"base_url": server.url, "voices": {"ava": "id-ava", "kai": "id-kai"}}
        yield Speaker(make_engine("speech", "elevenlabs", {"speech": {"elevenlabs": told}}), "ava", "kai")


def test_the_same_line_in_the_same_voice_is_the_same_sound(speaker: Speaker) -> None:
    once, again = (speaker.engine.say("Run, the roof!", speaker.voice) for _ in range(2))
    assert np.array_equal(once, again)


def test_each_voice_is_another(speaker: Speaker) -> None:
    one, other = (speaker.engine.say("Run, the roof!", voice)[:4000] for voice in (speaker.voice, speaker.other))
    assert not np.array_equal(one, other)


def test_a_line_is_mono_levelled_and_has_no_silent_ends(speaker: Speaker) -> None:
    line, edge = speaker.engine.say("Hush, they hear us.", speaker.voice), speaker.engine.rate // 10

    assert line.dtype == np.float32
    assert line.ndim == 1
    assert np.abs(line).max() <= 0.9
    assert 0.06 < np.sqrt(np.mean(line**2)) < 0.12
    assert np.abs(line[:edge]).max() > 0.005
    assert np.abs(line[-edge:]).max() > 0.005
    assert max(abs(line[0]), abs(line[-1])) < 0.005


def test_more_words_take_longer(speaker: Speaker) -> None:
    short, long = (len(speaker.engine.say(text, speaker.voice)) for text in ("Nobody came.", "Nobody came. " * 4))
    assert 2 < long / short < 5
    assert 0.3 < short / speaker.engine.rate < 3


def test_nothing_to_say_is_no_sound(speaker: Speaker) -> None:
    assert speaker.engine.say("…", speaker.voice).shape == (0,)


def test_an_unknown_voice_names_the_known_ones(speaker: Speaker) -> None:
    with pytest.raises(BadSetting, match=speaker.voice):
        speaker.engine.say("Hello.", "robot")


def test_its_voices_are_named(speaker: Speaker) -> None:
    assert {speaker.voice, speaker.other} <= set(speaker.engine.voices)


@pytest.mark.parametrize("name", ["kokoro", "elevenlabs"])
def test_it_says_before_its_first_line_what_a_character_costs(name: str) -> None:
    terms: Terms = getattr(engine_class("speech", name)(), "terms", FREE)
    assert terms.unit == "character" if terms.dollars else terms == FREE
