"""What stays and what passes: injuries heal in their time, scars stay, wet clothes dry, and a scene says the hours."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from events.character import CHARACTER
from events.continuity import changes_of, hours_before, people_of, plan_world
from events.look import (
    HEALING_HOURS,
    ClothesDried,
    ClothesSoaked,
    Garment,
    Injury,
    InjuryAdded,
    InjuryHealed,
    Look,
    SceneRef,
    TimePassed,
    WardrobeChanged,
    happen,
    rehearse,
)
from events.mentions import SOMEBODY, masked, mention, unmasked
from events.script import Change, ChangeKind, Scene, Script
from tests.people import creating, playing
from tests.scenario import given

SCENE = SceneRef(episode=UUID(int=0), scene=0)
AVA, MARLOW = UUID(int=1), UUID(int=2)


def change(kind: ChangeKind, what: str, **told: object) -> Change:
    return Change(kind=kind, character="ava", what=what, **told)


def hurt(what: str, **told: object) -> Change:
    return change(ChangeKind.INJURY, what, where="left cheek", **told)


SOAK = change(ChangeKind.SOAKED, "clothes")

# ---------------------------------------------------------------- time


@pytest.mark.parametrize("what", HEALING_HOURS)
def test_an_injury_is_there_until_its_time_is_over(what: str) -> None:
    injured = rehearse(Look(), [hurt(what)])
    hours = HEALING_HOURS[what]
    assert rehearse(injured, [], hours - 0.1).injuries == injured.injuries
    assert rehearse(injured, [], hours).injuries == ()


def test_without_time_nothing_heals() -> None:
    look = rehearse(Look(), [hurt("cut")])
    for _ in range(50):
        look = rehearse(look, [])
    assert look.injuries


def test_hours_add_up_over_scenes() -> None:
    look = rehearse(Look(), [hurt("bruise")])
    half = HEALING_HOURS["bruise"] / 2
    assert rehearse(rehearse(look, [], half), [], half).injuries == ()


def test_a_grave_injury_takes_twice_as_long_and_leaves_a_scar() -> None:
    look = rehearse(Look(), [hurt("gash", grave=True)])
    hours = HEALING_HOURS["gash"]
    assert rehearse(look, [], hours).injuries == look.injuries
    facts, after = happen(look, [], SCENE, 2 * hours)
    scar = Injury(what="scar", where="left cheek")
    (gash,) = look.injuries
    assert facts == [
        TimePassed(hours=2 * hours, scene=SCENE),
        InjuryHealed(injury=gash, scene=SCENE),
        InjuryAdded(injury=scar, scene=SCENE),
    ]
    assert after.injuries == (scar,)


def test_a_scar_stays_whatever_is_healed_and_however_long_it_takes() -> None:
    scarred = rehearse(Look(), [hurt("scar")])
    everything = change(ChangeKind.HEALING, "all")
    assert rehearse(scarred, [everything], 1e6).injuries == scarred.injuries


def test_a_bandage_does_not_begin_the_healing_again() -> None:
    look = rehearse(rehearse(Look(), [hurt("cut")]), [hurt("cut", bandaged=True)], 48)
    (cut,) = look.injuries
    assert cut.bandaged and cut.heals_at == HEALING_HOURS["cut"]


def test_what_becomes_grave_takes_longer() -> None:
    (cut,) = rehearse(rehearse(Look(), [hurt("cut")]), [hurt("cut", grave=True)]).injuries
    assert cut.grave and cut.heals_at == 2 * HEALING_HOURS["cut"]


def test_wet_clothes_dry_in_time_or_by_fresh_ones() -> None:
    soaked, wet = happen(Look(), [SOAK], SCENE)
    assert soaked == [ClothesSoaked(dry_at=2.0, scene=SCENE)] and wet.is_wet
    assert rehearse(wet, [], 1.5).is_wet
    assert not rehearse(wet, [], 2.0).is_wet
    coat = Garment(what="a dry coat")
    dressed, fresh = happen(wet, [change(ChangeKind.WARDROBE, coat.what)], SCENE)
    assert dressed == [WardrobeChanged(garment=coat, scene=SCENE), ClothesDried(scene=SCENE)] and not fresh.is_wet


def scene(number: int, *changes: Change, cast: tuple[str, ...] = ("ava",), hours: float = 0) -> Scene:
    return Scene(
        number=number,
        scene_id=f"s{number}",
        description="Something happens.",
        characters=cast,
        seconds=10,
        changes=changes,
        hours_later=hours,
    )


HOURS = st.sampled_from([0.0, 1.0, 30.0, 200.0, 500.0])
INJURIES = st.sampled_from([hurt("cut"), hurt("bruise"), hurt("burn", grave=True), SOAK, hurt("cut", bandaged=True)])
SCENES = st.lists(st.tuples(st.lists(INJURIES, max_size=2), HOURS, st.booleans()), min_size=1, max_size=7)


@given_any(SCENES)
def test_time_that_passes_without_somebody_passes_for_them_too(told: list[tuple[list[Change], float, bool]]) -> None:
    """What was planned for a scene is what the character has become when it is told, wherever it was in between."""
    script = Script(
        title="Days",
        scenes=tuple(
            scene(n, *(changes if present else ()), cast=("ava",) if present else (), hours=hours)
            for n, (changes, hours, present) in enumerate(told, start=1)
        ),
    )
    ava = given(CHARACTER).and_then(creating())
    worlds = plan_world(script, {"ava": ava.state.look})
    for played in script.scenes:
        if "ava" in played.characters:
            hours = hours_before(script, played, "ava")
            ava = ava.and_then(playing(played.number, *changes_of(played, "ava")).replaced(hours=hours))
            assert ava.state.look == worlds[played.number].after["ava"]


# ---------------------------------------------------------------- others by their ids


PEOPLE = people_of({"ava": AVA, "nora-lind": MARLOW}, {"ava": "Ava", "nora-lind": "Nora Lind"})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Ava waits for Nora Lind.", "Ava waits for Nora Lind."),
        ("NORA has Ava's coat.", "Nora Lind has Ava's coat."),
        ("Nora and AVA", "Nora Lind and Ava"),
        ("nothing", "nothing"),
    ],
)
def test_names_are_kept_as_ids_and_come_back(text: str, read: str) -> None:
    kept = masked(text, PEOPLE)
    assert not [name for name in ("Ava", "Nora", "AVA", "NORA", "Lind") if name in kept]
    assert unmasked(kept, {AVA: "Ava", MARLOW: "Nora Lind"}) == read


def test_a_name_inside_a_word_is_no_name() -> None:
    assert masked("Avalanche, lava", PEOPLE) == "Avalanche, lava"


def test_who_was_erased_is_somebody() -> None:
    assert unmasked(f"{mention(AVA)} waits.", {}) == f"{SOMEBODY} waits."


def test_company_is_kept_as_an_id() -> None:
    joined = Change(kind=ChangeKind.COMPANION_GAINED, character="ava", what="nora-lind")
    met = scene(1, joined, cast=("ava", "nora-lind"))
    world = plan_world(Script(title="T", scenes=(met,)), {"ava": Look()}, PEOPLE)
    assert world[1].after["ava"].companions == (mention(MARLOW),)
