"""The colours of a person: measured in its pictures, and compared in the light of a scene."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from engines.face.portrait import sit
from engines.face.style import difference, from_hex, main_colours, style_of, to_hex, to_lab, unlit
from events.character import Style
from tests.sample_cast import SLUGS, VIEWS, cut_out, engine, portrait
from tests.takes import own_clothes

TOLD = {
    "ava": {"hair": "#a85a3c", "eyes": "#74a476"},
    "kairo": {"hair": "#333338", "eyes": "#452a1b", "left_eye": "#f0b030"},
    "marlow": {"hair": "#c4c4c4", "eyes": "#78a0d0"},
    "zuri": {"hair": "#1c1816", "eyes": "#3c2416"},
}
"""Copper hair, green eyes; black hair, a brown and an amber eye; grey hair, blue eyes; black hair, dark brown eyes."""


@cache
def style(slug: str) -> Style:
    return style_of([sit(engine(), view, cut_out(slug, view)) for view in VIEWS])


def apart(one: str, other: str) -> float:
    return difference(from_hex(one), from_hex(other))


@pytest.mark.parametrize("slug", SLUGS)
def test_hair_and_eyes_are_as_the_characters_description_says(slug: str) -> None:
    measured = style(slug)
    for name, code in TOLD[slug].items():
        assert apart(getattr(measured, name), code) < 14, (name, getattr(measured, name))
    assert bool(measured.left_eye) == (slug == "kairo")


@pytest.mark.parametrize("slug", SLUGS)
def test_most_of_the_palette_is_the_colour_of_the_clothes(slug: str) -> None:
    assert apart(style(slug).palette[0], own_clothes(slug).colour) < 24


def test_the_palette_has_the_trims_too_and_no_shade_twice() -> None:
    charcoal, red = style("kairo").palette
    assert apart(charcoal, "#333740") < 12
    assert apart(red, "#c03030") < 15


def test_a_photograph_without_transparency_shows_the_same_colours() -> None:
    opaque = style_of([sit(engine(), "photo", portrait("zuri"))])
    for name in ("hair", "eyes", "skin"):
        assert apart(getattr(opaque, name), getattr(style("zuri"), name)) < 6, name


def test_what_a_picture_does_not_show_is_empty() -> None:
    face = np.ascontiguousarray(portrait("kairo")[150:440, 190:450])
    seen = style_of([sit(engine(), "face", face)])
    assert (seen.hair, seen.palette) == ("", ())
    assert seen.skin
    assert seen.eyes


def test_shut_eyes_have_no_colour() -> None:
    assert style_of([sit(engine(), "blink", cut_out("zuri", "front_blink"))]).eyes == ""


@pytest.mark.parametrize("code", ["#000000", "#ffffff", "#218085", "#731a29"])
def test_a_colour_survives_the_way_to_lab_and_back(code: str) -> None:
    assert to_hex(from_hex(code)) == code


@pytest.mark.parametrize("light", [(1.0, 0.7, 0.5), (0.5, 0.6, 1.0), (0.4, 0.4, 0.4)])
@pytest.mark.parametrize("code", ["#218085", "#a85a3c", "#333338"])
def test_the_light_of_a_scene_is_taken_out(code: str, light: tuple[float, float, float]) -> None:
    """A lamp of any colour falls on skin and cloth alike."""
    skin, cloth = from_hex("#e6ad88"), from_hex(code)
    lit_skin, lit = lamp("#e6ad88", light), lamp(code, light)
    assert difference(unlit(lit, lit_skin, skin), cloth) < 9
    assert difference(unlit(lit, lit_skin, skin), cloth) <= 0.6 * difference(lit, cloth) + 2


def lamp(code: str, light: tuple[float, float, float]) -> np.ndarray:
    rgb = np.array([int(code[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return to_lab(255 * ((rgb**2.2 * light) ** (1 / 2.2))[None, None])[0, 0]


def test_the_main_colours_are_found_with_their_shares() -> None:
    picture = np.zeros((60, 60, 3), np.uint8)
    picture[:40], picture[40:] = (33, 128, 133), (193, 49, 44)
    (most, teal), (least, red) = main_colours(to_lab(picture).reshape(-1, 3), 2)
    assert (most, least) == pytest.approx((2 / 3, 1 / 3))
    assert (to_hex(teal), to_hex(red)) == ("#218085", "#c1312c")
    assert main_colours(np.zeros((0, 3), np.float32)) == []


def test_a_larger_picture_has_the_same_colours() -> None:
    large = cv2.resize(portrait("ava"), (1280, 1280), interpolation=cv2.INTER_CUBIC)
    seen = style_of([sit(engine(), "large", large)])
    assert apart(seen.hair, style("ava").hair) < 6
