"""Every mood has music, every place a sound, for any length and always the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engines.music import FADE, RATE
from engines.music.ambience import Ambience
from engines.music.library import BUNDLED, Library
from engines.music.synth import Synth
from events.errors import BadSetting, EngineError
from events.script import Mood, Place, TimeOfDay, Weather
from media.sound import write_wav


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


def levels(sound: np.ndarray, seconds: float = 0.5) -> np.ndarray:
    """Decibels of every half second."""
    size = round(seconds * RATE)
    whole = sound[: len(sound) // size * size].reshape(-1, size * 2)
    return 10 * np.log10(np.mean(whole**2, axis=1) + 1e-12)


def is_a_bed(sound: np.ndarray, seconds: float) -> bool:
    """Stereo of that length, faded at its ends, without clipping, clicks or holes."""
    inside = levels(sound)[3:-3]
    return (
        sound.shape == (round(seconds * RATE), 2)
        and sound.dtype == np.float32
        and np.abs(sound[[0, -1]]).max() < 1e-3
        and np.abs(sound).max() < 0.95
        and inside.min() > inside.max() - 30
    )


@pytest.mark.parametrize("mood", list(Mood))
def test_every_mood_has_music(library: Library, mood: Mood) -> None:
    assert is_a_bed(library.music(mood, 9.5, seed=4), 9.5)


@pytest.mark.parametrize("mood", [Mood.CALM, Mood.TENSE])
def test_music_is_the_same_for_the_same_seed_and_another_for_another(library: Library, mood: Mood) -> None:
    once, again, other = (library.music(mood, 6, seed) for seed in (7, 7, 8))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


@pytest.mark.parametrize("mood", [Mood.TENDER, Mood.JOYFUL])
def test_a_short_track_lasts_for_a_long_scene(library: Library, mood: Mood) -> None:
    long = library.music(mood, 80, seed=2)
    assert long.shape == (80 * RATE, 2)
    assert levels(long)[3:-3].min() > -50
    assert np.abs(np.diff(long, axis=0)).max() < 0.35


def test_music_is_equally_loud_in_every_mood(library: Library) -> None:
    loudest = [np.sort(levels(library.music(mood, 12, seed=1)))[-8:].mean() for mood in Mood]
    assert max(loudest) - min(loudest) < 4


def test_the_bundled_music_plays_where_there_is_some(library: Library) -> None:
    assert set(library.tracks) == set(BUNDLED)
    assert not np.array_equal(library.music(Mood.CALM, 4, 1), Synth().music(Mood.CALM, 4, 1))


@pytest.mark.parametrize("mood", list(Mood))
def test_the_synthesiser_has_a_score_for_every_mood(mood: Mood) -> None:
    assert is_a_bed(Synth().music(mood, 7, seed=11), 7)


def test_fearful_is_slower_and_darker_than_joyful() -> None:
    def centre(mood: Mood) -> float:
        power = np.abs(np.fft.rfft(Synth().music(mood, 12, seed=3)[:, 0])) ** 2
        return float(np.sum(np.fft.rfftfreq(12 * RATE, 1 / RATE) * power) / power.sum())

    assert centre(Mood.SAD) < centre(Mood.JOYFUL)


def test_two_beds_cross_over_without_a_hole(library: Library) -> None:
    first, second = library.music(Mood.HOPEFUL, 8, 1), library.music(Mood.SAD, 8, 1)
    overlap = round(FADE * RATE)
    together = np.concatenate([first[:-overlap], first[-overlap:] + second[:overlap], second[overlap:]])
    crossing = levels(together)[12:17]
    assert crossing.min() > levels(together)[3:-3].mean() - 12


def test_a_folder_of_ones_own_comes_before_the_synthesiser(tmp_path: Path) -> None:
    time = np.arange(6 * RATE) / RATE
    (tmp_path / "tense").mkdir()
    (tmp_path / "tense" / "mine.wav").write_bytes(write_wav((0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)))
    mine = Library(tmp_path)

    spectrum = np.abs(np.fft.rfft(mine.music(Mood.TENSE, 10, 1)[:, 0]))
    assert np.argmax(spectrum) / 10 == pytest.approx(220, abs=1)
    assert is_a_bed(mine.music(Mood.CALM, 6, 1), 6)


def test_a_folder_without_music_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="no music"):
        Library(tmp_path)


def test_a_file_that_is_no_music_is_named(tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "broken.mp3").write_bytes(b"not music")
    with pytest.raises(EngineError, match=r"broken\.mp3"):
        Library(tmp_path).music(Mood.CALM, 5, 1)


@pytest.mark.parametrize("where", list(Place))
def test_every_place_has_a_sound(where: Place) -> None:
    sound = Ambience().ambience(where, TimeOfDay.DAY, Weather.CLEAR, 8, seed=5)
    assert is_a_bed(sound, 8)
    assert -45 < levels(sound)[4:-4].mean() < -20


@pytest.mark.parametrize("weather", list(Weather))
@pytest.mark.parametrize("time", list(TimeOfDay))
def test_a_forest_sounds_at_every_hour_and_in_every_weather(time: TimeOfDay, weather: Weather) -> None:
    sound = Ambience().ambience(Place.FOREST, time, weather, 6, seed=5)
    assert sound.shape == (6 * RATE, 2)
    assert np.abs(sound).max() < 0.95
    assert np.array_equal(sound, Ambience().ambience(Place.FOREST, time, weather, 6, seed=5))


def test_rain_is_heard_outside_and_less_so_inside() -> None:
    def hiss(where: Place, weather: Weather) -> float:
        power = np.abs(np.fft.rfft(Ambience().ambience(where, TimeOfDay.NIGHT, weather, 8, 2)[:, 0])) ** 2
        return float(power[8 * 3000 : 8 * 9000].sum())

    assert hiss(Place.STREET, Weather.RAIN) > 10 * hiss(Place.STREET, Weather.CLEAR)
    assert hiss(Place.ROOM, Weather.RAIN) < 0.2 * hiss(Place.STREET, Weather.RAIN)


def test_snow_hushes_a_street() -> None:
    clear, snow = (Ambience().ambience(Place.STREET, TimeOfDay.NIGHT, w, 8, 2) for w in (Weather.CLEAR, Weather.SNOW))
    assert levels(snow).mean() < levels(clear).mean()
