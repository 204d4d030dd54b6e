"""The painted sets: every place is there at every hour, and a location is always the same place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.video.puppet.grade import Grade
from engines.video.puppet.layer import View, draw
from engines.video.puppet.render import LENS, SIZE
from engines.video.puppet.sets import build
from events.script import Mood, Place, TimeOfDay, Weather

DAY, CLEAR = TimeOfDay.DAY, Weather.CLEAR


def seen(place: Place, time: TimeOfDay, weather: Weather, location: str = "", mood: Mood = Mood.CALM) -> np.ndarray:
    """The empty set in a wide shot, graded, ``(608, 1280, 3)``."""
    picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    draw(picture, build(place, location, time, weather).layers, View(), LENS, 1.0)
    return Grade(mood).apply(picture, 0)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def assert_painted(picture: np.ndarray) -> None:
    """There is light and variety in every ninth of the picture between the bars."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    assert grey.std() > 12, "the picture is flat"
    assert 22 < grey.mean() < 215, "the picture is dark or blown out"
    for band in np.array_split(grey, 3):
        for part in np.array_split(band, 3, axis=1):
            assert part.max() > 24, "a part of the picture is black"


@pytest.mark.parametrize(
    ("place", "time", "weather"),
    [
        (place, list(TimeOfDay)[k % 4], list(Weather)[k % 6])
        for k, place in enumerate(Place)
    ],
)  # fmt: skip
def test_every_place_is_painted(place: Place, time: TimeOfDay, weather: Weather) -> None:
    assert_painted(seen(place, time, weather))


@pytest.mark.long
@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("time", TimeOfDay)
@pytest.mark.parametrize("weather", Weather)
def test_every_place_is_painted_at_every_time_in_every_weather(place: Place, time: TimeOfDay, weather: Weather) -> None:
    assert_painted(seen(place, time, weather))


def test_a_location_is_the_same_set_every_time_and_another_location_is_another() -> None:
    def wall(location: str) -> bytes:
        return b"".join(layer.pixels.tobytes() for layer in build(Place.CORRIDOR, location, DAY, CLEAR).layers)

    assert wall("Ward B, the hospital") == wall("the hospital, ward b")
    assert wall("the north corridor") != wall("the south corridor")


def test_time_and_weather_change_the_picture() -> None:
    clear = seen(Place.STREET, DAY, CLEAR)
    assert difference(clear, seen(Place.STREET, DAY, Weather.STORM)) > 8
    assert seen(Place.STREET, TimeOfDay.NIGHT, CLEAR).mean() < clear.mean()


def test_words_of_a_location_pull_in_what_they_name() -> None:
    room, kitchen = (seen(Place.ROOM, DAY, CLEAR, words) for words in ("the old bedroom", "the old kitchen"))
    assert difference(room, kitchen) > 8
