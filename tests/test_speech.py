"""What is written is what is heard: words to phonemes, phonemes to a voice."""

from __future__ import annotations

import numpy as np
import pytest

from engines.speech.kokoro import COMFORTABLE, LONGEST, RATE, Kokoro, spoken_runs
from engines.speech.phonemes import phonemes
from engines.speech.spelling import sounds
from engines.speech.words import spoken
from engines.wheels import wheel_file
from events.errors import BadSetting, EngineMissing


@pytest.fixture(scope="module")
def kokoro() -> Kokoro:
    return Kokoro()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Kairo", "kˈIɹO"),
        ("Zuri", "zˈʊɹi"),
        ("Marlow", "mˈɑɹlO"),
        ("Ava", "ˈAvə"),
        ("Zuri's", "zˈʊɹiz"),
        ("lighthouse", "lˈIthˌWs"),
        ("Dr. Ames", "dˈɑktəɹ ˈAmz"),
        ("wouldn't", "wˈʊdᵊnt"),
        ("waiting", "wˈATɪŋ"),
        ("stopped", "stˈɑpt"),
        ("hurried", "hˈɜɹid"),
        ("wolves", "wˈʊlvz"),
        ("moonbase", "mˈunbˌAs"),
        ("unmapped", "ˌʌnmˈæpt"),
        ("flickering", "flˈɪkəɹɪŋ"),
        ("half-past", "hˈæf pˈæst"),
        ("STOP", "stˈɑp"),
        ("FBI", "ˌɛfbˌiˈI"),
        ("the US", "ðə jˌuˈɛs"),
        ("the end", "ði ˈɛnd"),
        ("the lab", "ðə lˈæb"),
        ("to stay", "tə stˈA"),
        ("to eat", "tʊ ˈit"),
        ("a storm", "ɐ stˈɔɹm"),
        ("he lives here", "hi lˈɪvz hˈɪɹ"),
        ("their lives", "ðɛɹ lˈIvz"),
        ("close the door", "klˈOz ðə dˈɔɹ"),
        ("a close call", "ɐ klˈOs kˈɔl"),
        ("she read it", "ʃi ɹˈɛd ɪt"),
        ("they read it", "ðA ɹˈid ɪt"),
        ("the record", "ðə ɹˈɛkəɹd"),
        ("to record", "tə ɹəkˈɔɹd"),
        ("used to run", "jˈust tə ɹˈʌn"),
        ("we used it", "wi jˈuzd ɪt"),
        ("an excuse", "ɐn ɪkskjˈus"),
        ("I will excuse you", "ˌI wɪl ɪkskjˈuz ju"),
        ("a tear", "ɐ tˈɪɹ"),
        ("café", "kæfˈA"),
        ("Kairo lives", "kˈIɹO lˈɪvz"),
        ("I could.", "ˌI kˈʊd."),
        ("O'Brien's", "ObɹˈIənz"),
        ("doin' fine", "dˈuɪn fˈIn"),
        ("nooo", "nˈO"),
        ("Shhh!", "ʃ!"),
    ],
)
def test_words_sound_as_an_american_says_them(written: str, said: str) -> None:
    assert phonemes(written, "us") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [("Marlow", "mˈɑːlQ"), ("harbour", "hˈɑːbə"), ("the answer", "ði ˈɑːnsə"), ("go home", "ɡˌQ hˈQm")],
)
def test_british_voices_speak_british(written: str, said: str) -> None:
    assert phonemes(written, "gb") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("In 1984", "In nineteen eighty-four"),
        ("2005 and 2026", "two thousand five and twenty twenty-six"),
        ("the 21st", "the twenty-first"),
        ("at 7:05", "at seven oh five"),
        ("at 3:00 p.m.", "at three o'clock P M."),
        ("$5.50", "five dollars and fifty cents"),
        ("12,500 km", "twelve thousand five hundred kilometers"),
        ("100%", "one hundred percent"),
        ("-5°C", "minus five degrees Celsius"),
        ("3.14", "three point one four"),
        ("the 1980s", "the nineteen eighties"),
        ("12 Baker St. and St. John", "twelve Baker Street and Saint John"),
        ("room 007", "room zero zero seven"),
        ("“Don’t”", "Don't"),
        ("wait...", "wait…"),
        ("now--go", "now — go"),
        ("Mr. & Mrs. Li", "Mister and Missis Li"),
    ],
)
def test_figures_and_abbreviations_are_spoken(written: str, said: str) -> None:
    assert spoken(written) == said


def test_an_unknown_word_is_spelled_from_its_letters() -> None:
    assert sounds("grelbin") == ("G", "R", "EH1", "L", "B", "AH0", "N")
    assert phonemes("grelbin", "us") == "ɡɹˈɛlbən"


def test_punctuation_survives_for_the_intonation() -> None:
    assert phonemes("Run! Now, or never?", "us") == "ɹˈʌn! nˈW, ɔɹ nˈɛvəɹ?"


def test_the_same_line_in_the_same_voice_is_the_same_sound(kokoro: Kokoro) -> None:
    once = kokoro.say("Kairo, run!", "am_puck")
    again = kokoro.say("Kairo, run!", "am_puck")
    other = kokoro.say("Kairo, run!", "bf_emma")

    assert np.array_equal(once, again)
    assert not np.array_equal(once[:10_000], other[:10_000])


def test_a_line_is_levelled_and_has_no_silent_ends(kokoro: Kokoro) -> None:
    quiet, loud = kokoro.say("Hush, they hear us.", "af_heart"), kokoro.say("The roof is falling!", "bm_george")

    for line in (quiet, loud):
        assert line.dtype == np.float32
        assert np.abs(line).max() <= 0.9
        assert 0.06 < np.sqrt(np.mean(line**2)) < 0.12
        assert np.abs(line[: RATE // 10]).max() > 0.005
        assert np.abs(line[-RATE // 10 :]).max() > 0.005


def test_a_long_speech_takes_its_time(kokoro: Kokoro) -> None:
    short, long = (len(kokoro.say(text, "bm_fable")) for text in ("Nobody came.", "Nobody came. " * 4))
    assert 2 < long / short < 5


def test_sentences_are_said_together_until_they_are_many() -> None:
    runs = spoken_runs(phonemes("Nobody came to the lighthouse. " * 12, "us"))
    assert len(runs) > 1
    assert all(len(run) <= COMFORTABLE and run.endswith(".") for run in runs)


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    endless = phonemes("and the waves came in " * 60, "us")
    runs = spoken_runs(endless)
    assert all(len(run) <= LONGEST for run in runs)
    assert " ".join(runs) == endless


def test_a_blend_is_a_voice_of_its_own(kokoro: Kokoro) -> None:
    assert len(kokoro.say("Hello.", "af_heart+af_bella")) > RATE / 4


def test_nothing_to_say_is_no_sound(kokoro: Kokoro) -> None:
    assert kokoro.say("…", "af_heart").shape == (0,)


def test_an_unknown_voice_names_the_known_ones(kokoro: Kokoro) -> None:
    with pytest.raises(BadSetting, match="af_heart"):
        kokoro.say("Hello.", "robot")


def test_a_missing_data_wheel_says_how_to_install_it() -> None:
    with pytest.raises(EngineMissing, match=r"requirements/data\.txt"):
        wheel_file("kokoro_klingon_voice", "part.bin")
