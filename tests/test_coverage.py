"""From which sides a character's pictures show it, and which one is most itself."""

from __future__ import annotations

import numpy as np
import pytest

from engines.face.portrait import sit
from events.character import Quality, Reference
from events.coverage import Side, angles, canonical, measured_sides, missing, sides
from tests.sample_cast import SLUGS, VIEWS, cut_out, engine

TURNED = {
    "three_quarter_left": Side.LEFT_THREE_QUARTER,
    "three_quarter_right": Side.RIGHT_THREE_QUARTER,
    "look_up": Side.UP,
    "look_down": Side.DOWN,
}


def seen(yaw: float = 0, pitch: float = 0, sharpness: float = 100) -> Quality:
    return Quality(sharpness=sharpness, face=200, light=0.5, contrast=0.1, yaw=yaw, pitch=pitch, roll=0)


def reference(view: str, quality: Quality | None) -> Reference:
    return Reference(view=view, uri="asset://" + "0" * 64, quality=quality)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_view_of_the_sample_cast_is_in_its_class(slug: str) -> None:
    found = sides({view: sit(engine(), view, cut_out(slug, view)).quality for view in VIEWS})
    assert found == {view: TURNED.get(view, Side.FRONT) for view in VIEWS}


@pytest.mark.parametrize(
    ("yaw", "side"),
    [
        (0, "front"),
        (30, "left three-quarter"),
        (-30, "right three-quarter"),
        (80, "left profile"),
        (-80, "right profile"),
    ],
)
def test_a_turn_decides_whatever_the_tilt(yaw: float, side: str) -> None:
    assert sides({"x": seen(yaw, pitch=9)})["x"] == side


def test_a_head_that_is_always_tipped_looks_ahead() -> None:
    """Tilt is against the person's own usual, as far as there are pictures to know it by."""
    level = {"a": seen(pitch=6), "b": seen(pitch=7), "c": seen(pitch=5)}
    assert set(sides(level).values()) == {Side.FRONT}
    assert sides(level | {"d": seen(pitch=13)})["d"] is Side.UP
    assert sides({"d": seen(pitch=13)})["d"] is Side.UP
    assert sides({"d": seen(pitch=7)})["d"] is Side.FRONT


def test_what_is_missing_is_said_in_words() -> None:
    references = [reference("one", seen()), reference("two", seen(yaw=30)), reference("old", None)]
    assert missing(references) == [
        "no right three-quarter view yet", "no left profile yet", "no right profile yet", "no view looking up yet",
        "no view looking down yet",
    ]  # fmt: skip
    assert len(missing([])) == len(Side)
    assert measured_sides(references) == {"one": Side.FRONT, "two": Side.LEFT_THREE_QUARTER}


def test_the_best_picture_of_a_class_is_the_canonical_one_else_the_sharpest() -> None:
    references = [
        reference("soft", seen(sharpness=40)),
        reference("crisp", seen(sharpness=400)),
        reference("left", seen(30)),
    ]
    assert angles(references) == {Side.FRONT: "crisp", Side.LEFT_THREE_QUARTER: "left"}
    assert angles(references, "soft") == {Side.FRONT: "soft", Side.LEFT_THREE_QUARTER: "left"}


def test_the_canonical_view_is_the_front_that_is_most_like_all_others() -> None:
    """The turned one is more alike to the others than any, and does not count."""
    qualities = {"front": seen(), "smile": seen(), "turned": seen(yaw=30)}
    alike = np.array([[1, 0.7, 0.9], [0.7, 1, 0.8], [0.9, 0.8, 1]])
    assert canonical(qualities, alike) == "front"


def test_a_soft_picture_is_not_the_canonical_one() -> None:
    qualities = {"soft": seen(sharpness=20), "crisp": seen(sharpness=300), "other": seen(sharpness=280)}
    alike = np.array([[1, 0.9, 0.9], [0.9, 1, 0.6], [0.9, 0.6, 1]])
    assert canonical(qualities, alike) == "crisp"


def test_one_picture_is_canonical_whatever_it_shows() -> None:
    assert canonical({"only": seen(yaw=60)}, np.eye(1)) == "only"
