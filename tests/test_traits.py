"""Traits besides the face: each passes when it is right and fails when it is wrong, in every light the films have."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from bench.figures import Record
from engines.face.identity import extract
from engines.face.style import difference, from_hex
from engines.face.traits import TraitSheet, trait_sheet, traits
from events.character import Identity
from events.look import Garment, Injury, Look
from events.storyboard import Framing
from events.verdict import Trait
from tests.sample_cast import EMPTY, SLUGS, cut_out, engine, frame
from tests.takes import VIEWS, own_clothes, recast, take

SHORT = 4
"""Scenes of the short form: one of each person; too few to be a figure."""
DETECTED, FALSE_ALARMS = 0.9, 0.05
COATS = ("#8a2f2a", "#2f569c", "#2f7a4a", "#d9b53a", "#24262b", "#dedcd6", "#5f3c88", "#6a4a34")
MARKS = ("cut", "bruise", "scar", "burn", "graze", "black eye")
PLACES = ("left cheek", "right cheek", "forehead", "chin", "right cheek", "nose")


@cache
def sheet(slug: str) -> TraitSheet:
    identity = extract(engine(), {view: cut_out(slug, view) for view in VIEWS})
    return trait_sheet(engine(), identity, cut_out(slug, identity.canonical))


def measured(frames: list[np.ndarray], slug: str, look: Look) -> dict[str, Trait]:
    """The traits of one character, by name."""
    cast = {slug: sheet(slug) for slug in SLUGS}
    found = traits(engine(), frames, cast, [slug], {slug: look})
    assert [trait.trait for trait in found] == ["hair", "eyes", "wardrobe", *["mark"] * len(look.injuries)]
    return {trait.trait: trait for trait in found}


def values(found: dict[str, Trait]) -> dict[str, str]:
    return {name: trait.value for name, trait in found.items()}


# ---------------------------------------------------------------- how often it is right


def looks(number: int, slug: str) -> tuple[Look, Look]:
    """What the character wears and bears in this scene, and the same with another coat."""
    worn = own_clothes(slug) if number % 2 else Garment(what="jumper", colour=COATS[number % 8])
    others = [code for code in COATS if difference(from_hex(code), from_hex(worn.colour)) > 30]
    mark = MARKS[number % 6]
    injury = Injury(what=mark, where="left eye" if mark == "black eye" else PLACES[(number // 2) % 6])
    right = Look(wardrobe=worn, injuries=(injury,))
    return right, right.replaced(wardrobe=Garment(what="jumper", colour=others[number % len(others)]))


@pytest.mark.parametrize("scenes", [SHORT, pytest.param(48, marks=pytest.mark.long)])
def test_right_traits_pass_and_wrong_ones_fail(scenes: int, figure: Record) -> None:
    """Of each scene there is a right take, and one with other hair and eyes and without the mark; the right one is also
    held against another coat."""
    right: dict[str, Counter[str]] = {name: Counter() for name in ("hair", "eyes", "wardrobe", "mark")}
    wrong: dict[str, Counter[str]] = {name: Counter() for name in right}
    for number in range(scenes):
        slug = SLUGS[(number + number // 4) % 4]
        told, other_coat = looks(number, slug)
        good = take(number, slug, told)
        for name, trait in measured(good, slug, told).items():
            right[name][trait.value] += 1
        wrong["wardrobe"][measured(good, slug, other_coat)["wardrobe"].value] += 1
        bad = measured(take(number, slug, told.replaced(injuries=()), recast(slug)), slug, told)
        for name in ("hair", "eyes", "mark"):
            wrong[name][bad[name].value] += 1
    for name in right:
        if scenes == SHORT:
            assert right[name]["fail"] + wrong[name]["pass"] <= 1, (name, right[name], wrong[name])
        else:
            _record(figure, name, right[name], wrong[name])


def _record(figure: Record, name: str, right: Counter[str], wrong: Counter[str]) -> None:
    """Shares of the verdicts that are not ``unknown``; most of them have to be none."""
    alarms, missed = right["fail"] / (right["fail"] + right["pass"]), wrong["pass"] / (wrong["fail"] + wrong["pass"])
    told = f"of {right.total()} takes"
    figure(f"identity.traits.{name}.false-alarms", f"right {name} called wrong, {told}", alarms, "share", "<= 0.05",
           alarms <= FALSE_ALARMS)  # fmt: skip
    figure(f"identity.traits.{name}.detected", f"wrong {name} found, {told}", 1 - missed, "share", ">= 0.9",
           1 - missed >= DETECTED)  # fmt: skip
    assert alarms <= FALSE_ALARMS, (name, right)
    assert 1 - missed >= DETECTED, (name, wrong)
    assert right["unknown"] + wrong["unknown"] < 0.5 * (right.total() + wrong.total()), (name, right, wrong)


# ---------------------------------------------------------------- one by one


def close_up(slug: str, look: Look) -> list[np.ndarray]:
    return take(1, slug, look, framing=Framing.CLOSE_UP)


def test_traits_are_told_with_what_was_expected_and_measured() -> None:
    look = Look(wardrobe=own_clothes("zuri"), injuries=(Injury(what="cut", where="right cheek"),))
    found = measured(close_up("zuri", look), "zuri", look)
    assert values(found) == dict.fromkeys(found, "pass")
    assert found["wardrobe"].expected == own_clothes("zuri").colour
    assert found["wardrobe"].distance is not None
    assert difference(from_hex(found["hair"].measured), from_hex(found["hair"].expected)) == pytest.approx(
        found["hair"].distance, abs=1
    )
    assert (found["mark"].expected, found["mark"].measured) == ("cut on the right cheek", "seen")


def test_a_plaster_is_a_mark_and_a_missing_one_fails() -> None:
    look = Look(wardrobe=own_clothes("ava"), injuries=(Injury(what="cut", where="left cheek", bandaged=True),))
    assert measured(close_up("ava", look), "ava", look)["mark"].value == "pass"
    bare = measured(close_up("ava", look.replaced(injuries=())), "ava", look)["mark"]
    assert (bare.value, bare.measured, bare.expected) == ("fail", "not seen", "bandaged cut on the left cheek")


def test_a_mark_on_the_other_cheek_is_not_the_one_that_was_meant() -> None:
    left, right = (Injury(what="cut", where=f"{side} cheek") for side in ("left", "right"))
    frames = close_up("marlow", Look(injuries=(left,)))
    assert measured(frames, "marlow", Look(injuries=(left,)))["mark"].value == "pass"
    assert measured(frames, "marlow", Look(injuries=(right,)))["mark"].value == "fail"


@pytest.mark.parametrize("where", ["left hand", "left ear", "lip"])
def test_of_places_that_cannot_be_seen_nothing_is_said(where: str) -> None:
    look = Look(injuries=(Injury(what="cut", where=where),))
    assert measured([frame(("kairo", "front_neutral"))], "kairo", look)["mark"].value == "unknown"


def test_a_cheek_that_is_turned_away_is_unknown() -> None:
    """Who turns to their own left shows the right cheek."""
    turned = [frame(("kairo", "three_quarter_left"))]
    away, towards = (Look(injuries=(Injury(what="cut", where=f"{side} cheek"),)) for side in ("left", "right"))
    assert measured(turned, "kairo", away)["mark"].value == "unknown"
    assert measured(turned, "kairo", towards)["mark"].value == "fail"


def test_without_a_colour_or_out_of_the_picture_clothes_are_unknown() -> None:
    shown = [frame(("marlow", "front_neutral"))]
    assert measured(shown, "marlow", Look(wardrobe=Garment(what="a coat")))["wardrobe"].value == "unknown"
    face = [np.ascontiguousarray(cut_out("marlow")[120:460, 180:460, :3])]
    assert measured(face, "marlow", Look(wardrobe=own_clothes("marlow")))["wardrobe"].value == "unknown"


def test_eyes_that_are_small_or_shut_are_unknown() -> None:
    assert measured([frame(("ava", "front_neutral"), scale=0.3)], "ava", Look())["eyes"].value == "unknown"
    assert measured([frame(("zuri", "front_blink"))], "zuri", Look())["eyes"].value == "unknown"
    assert measured([frame(("zuri", "front_neutral"))], "zuri", Look())["eyes"].value == "pass"


def test_light_that_hides_every_colour_leaves_all_unknown() -> None:
    red = (frame(("ava", "front_neutral")) * (0.6, 0.02, 0.02)).astype(np.uint8)
    look = Look(wardrobe=own_clothes("ava"), injuries=(Injury(what="cut", where="left cheek"),))
    assert set(values(measured([red], "ava", look)).values()) == {"unknown"}


def test_somebody_who_is_not_there_has_no_traits() -> None:
    look = Look(wardrobe=own_clothes("ava"), injuries=(Injury(what="cut", where="left cheek"),))
    assert set(values(measured([EMPTY], "ava", look)).values()) == {"unknown"}
    assert set(values(measured([], "ava", look)).values()) == {"unknown"}


def test_two_people_are_not_mistaken_for_each_other() -> None:
    frames = [frame(("ava", "front_neutral"), ("zuri", "front_neutral"))]
    cast = {slug: sheet(slug) for slug in SLUGS}
    worn = {slug: Look(wardrobe=own_clothes(slug)) for slug in ("ava", "zuri")}
    found = traits(engine(), frames, cast, ["ava", "zuri"], worn)
    assert [(trait.slug, trait.trait, trait.value) for trait in found] == [
        (slug, trait, "pass") for slug in ("ava", "zuri") for trait in ("hair", "eyes", "wardrobe")
    ]
    swapped = traits(engine(), frames, cast, ["ava", "zuri"], {"ava": worn["zuri"], "zuri": worn["ava"]})
    assert [trait.value for trait in swapped if trait.trait == "wardrobe"] == ["fail", "fail"]


def test_an_identity_without_a_style_leaves_its_colours_unknown() -> None:
    """As it was before styles were measured."""
    known = sheet("ava")
    bare = Identity(**{**known.identity.__dict__, "style": type(known.identity.style)()})
    cast = {"ava": TraitSheet(bare, known.picture, known.mesh)}
    found = traits(engine(), [frame(("ava", "front_neutral"))], cast, ["ava"], {})
    assert [trait.value for trait in found] == ["unknown"] * 3
