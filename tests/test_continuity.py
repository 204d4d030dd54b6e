"""What happens to somebody in one scene is seen and said in every later one, until it is healed or changed."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from bench.figures import Record
from events.character import CHARACTER, Character
from events.continuity import SUDDEN, changes_of, compare, people_of, pictured, plan_world
from events.look import Garment, Injury, Look
from events.mentions import mention
from events.prompt import Background, describe_identity, describe_look, forbidden, shot_prompt
from events.script import MEASURED_IN, Change, ChangeKind, Line, Mood, Scene, Script
from events.storyboard import Camera, Framing, Shot, Timing
from events.verdict import Trait
from tests.people import creating, playing
from tests.scenario import given

JUMPER, COAT = Garment(what="a teal jumper", colour="#2aa7ad"), Garment(what="a red coat", colour="#c03030")
LOOKS = {"ava": Look(wardrobe=JUMPER), "marlow": Look()}
CUT = Injury(what="cut", where="left cheek", heals_at=9 * 24.0)

HURT = Change(kind=ChangeKind.INJURY, character="ava", what="cut", where="left cheek")
BANDAGE = HURT.replaced(bandaged=True)
HEAL = Change(kind=ChangeKind.HEALING, character="ava", what="cut")
DRESS = Change(kind=ChangeKind.WARDROBE, character="ava", what=COAT.what, colour=COAT.colour)
FIND = Change(kind=ChangeKind.PROP_GAINED, character="ava", what="a lantern")
LOSE = FIND.replaced(kind=ChangeKind.PROP_LOST)


def scene(number: int, *changes: Change, cast: tuple[str, ...] = ("ava", "marlow"), **told: object) -> Scene:
    return Scene(
        number=number,
        scene_id=f"s{number:02}",
        description="Something happens.",
        characters=cast,
        seconds=10,
        changes=changes,
        **told,  # type: ignore[arg-type]
    )


def script(*scenes: Scene) -> Script:
    return Script(title="A story", scenes=scenes)


# ---------------------------------------------------------------- the plan


@pytest.mark.parametrize("change", [HURT, FIND])
def test_sudden_changes_are_seen_after_they_happened(change: Change) -> None:
    worlds = plan_world(script(scene(1, change), scene(2)), LOOKS)
    untouched = worlds[1].look("ava", after_changes=False)
    assert (untouched.injuries, untouched.props) == ((), ())
    touched = worlds[1].look("ava", after_changes=True)
    assert (touched.injuries, touched.props) in {((CUT,), ()), ((), ("a lantern",))}
    assert worlds[2].look("ava", after_changes=False) == touched


@pytest.mark.parametrize("after_changes", [False, True])
def test_clothes_are_worn_from_the_first_frame(after_changes: bool) -> None:
    worlds = plan_world(script(scene(1), scene(2, DRESS), scene(3)), LOOKS)
    worn = [worlds[number].look("ava", after_changes).wardrobe for number in (1, 2, 3)]
    assert worn == [JUMPER, COAT, COAT]


def test_what_healed_between_scenes_is_gone_from_the_first_frame() -> None:
    worlds = plan_world(script(scene(1, HURT), scene(2), scene(3, HEAL)), LOOKS)
    injuries = [worlds[number].before["ava"].injuries for number in (1, 2, 3)]
    assert injuries == [(), (CUT,), ()]


def test_a_prop_is_held_until_the_moment_it_is_lost() -> None:
    worlds = plan_world(script(scene(1, FIND), scene(2, LOSE), scene(3)), LOOKS)
    held = [(worlds[n].before["ava"].props, worlds[n].after["ava"].props) for n in (1, 2, 3)]
    assert held == [((), ("a lantern",)), (("a lantern",), ()), ((), ())]


def test_a_scene_changes_nobody_else() -> None:
    worlds = plan_world(script(scene(1, HURT, DRESS, FIND), scene(2)), LOOKS)
    marlow = worlds[2].after["marlow"]
    assert (marlow.wardrobe, marlow.injuries, marlow.props) == (None, (), ())


def test_state_goes_on_through_scenes_in_which_one_is_not() -> None:
    worlds = plan_world(script(scene(1, HURT), scene(2, cast=("marlow",)), scene(3)), LOOKS)
    assert worlds[3].before["ava"].injuries == (CUT,)


def test_place_and_mood_are_those_of_the_scene_one_is_in() -> None:
    first = scene(1, cast=("ava",), location="the lab", mood=Mood.TENSE)
    worlds = plan_world(script(first, scene(2, cast=("marlow",), location="the roof")), LOOKS)
    ava, marlow = worlds[2].before["ava"], worlds[2].before["marlow"]
    assert (ava.location, ava.mood) == ("the lab", Mood.TENSE)
    assert (marlow.location, marlow.mood) == ("the roof", Mood.CALM)


def test_a_mood_of_ones_own_stands_before_the_scenes() -> None:
    sad = Change(kind=ChangeKind.MOOD, character="ava", what="sad")
    worlds = plan_world(script(scene(1, sad, mood=Mood.JOYFUL)), LOOKS)
    assert (worlds[1].before["ava"].mood, worlds[1].before["marlow"].mood) == (Mood.SAD, Mood.JOYFUL)


CHANGES = st.builds(
    Change,
    kind=st.sampled_from([kind for kind in ChangeKind if kind not in MEASURED_IN]),
    character=st.sampled_from(["ava", "marlow"]),
    what=st.sampled_from(["cut", "a lantern", "all"]),
    where=st.sampled_from(["", "chin"]),
    bandaged=st.booleans(),
)


@given_any(st.lists(st.lists(CHANGES, max_size=5), min_size=1, max_size=6))
def test_the_plan_is_what_the_characters_will_remember(changes: list[list[Change]]) -> None:
    """Each is told its changes when a scene is done; nothing is then other than it was filmed."""
    story = script(*(scene(n, *told) for n, told in enumerate(changes, start=1)))
    ava = given(CHARACTER).and_then(creating())
    worlds = plan_world(story, {"ava": ava.state.look, "marlow": Look()})
    for told in story.scenes:
        ava = ava.and_then(playing(told.number, *changes_of(told, "ava")))
        assert ava.state.look == worlds[told.number].after["ava"]


def test_only_what_happens_in_view_is_sudden() -> None:
    holds = {ChangeKind.HEALING, ChangeKind.WARDROBE, ChangeKind.DRIED, ChangeKind.LOCATION, *MEASURED_IN}
    assert set(ChangeKind) - SUDDEN == holds


# ---------------------------------------------------------------- the prompt


CAST = {
    "ava": Character(name="Ava", slug="ava", description="a navigator of thirty"),
    "marlow": Character(name="Marlow", slug="marlow"),
}


def prompts(story: Script, after_changes: bool = True) -> list[str]:
    """One prompt per scene, of a shot with everybody in it."""
    worlds = plan_world(story, LOOKS)
    told = []
    for number, world in worlds.items():
        shot = Shot(
            shot_id=f"s{number:02}-1",
            scene=number,
            index=0,
            start=0,
            frames=120,
            camera=Camera(framing=Framing.TWO_SHOT),
            visible=("ava", "marlow"),
            after_changes=after_changes,
        )
        looks = {slug: world.look(slug, after_changes) for slug in shot.visible}
        told.append(shot_prompt(story.scenes[number - 1], shot, CAST, looks))
    return told


def test_injuries_and_clothes_are_in_every_later_prompt(figure: Record) -> None:
    """Line main.4, the prompt's part: until healed or changed."""
    back = Change(kind=ChangeKind.WARDROBE, character="ava", what=JUMPER.what, colour=JUMPER.colour)
    middle = [scene(number) for number in range(3, 9)]
    story = script(scene(1), scene(2, HURT, DRESS), *middle, scene(9, HEAL, back), scene(10))
    told = prompts(story)
    hurt = [number for number, prompt in enumerate(told, start=1) if "a cut on the left cheek" in prompt]
    dressed = [number for number, prompt in enumerate(told, start=1) if "wearing a red coat" in prompt]
    kept = hurt == dressed == list(range(2, 9))
    figure("main.4", "later scenes whose prompt has the injury and the clothes", len(hurt), "of 7", "= 7", kept)
    assert kept


def test_before_it_happens_an_injury_is_not_in_the_prompt() -> None:
    (before,) = prompts(script(scene(1, HURT)), after_changes=False)
    assert "cut" not in before


def test_a_bandage_is_said() -> None:
    assert "with a bandaged cut on the left cheek" in prompts(script(scene(1, HURT), scene(2, BANDAGE)))[1]


def test_state_goes_into_the_next_episode() -> None:
    """The next episode begins with the looks that the characters remember."""
    ava = given(CHARACTER).and_then(creating(), playing(1, HURT, DRESS)).state
    worlds = plan_world(script(scene(1)), {"ava": ava.look})
    assert describe_look(worlds[1].before["ava"]) == "Now wearing a red coat; with a cut on the left cheek; calm."


def test_who_somebody_is_and_how_they_look_are_told_apart() -> None:
    look = Look(wardrobe=COAT, injuries=(CUT, Injury(what="bruise")), props=("a lantern", "a key"), mood=Mood.TENSE)
    assert describe_identity(CAST["ava"]) == "Ava: a navigator of thirty"
    assert describe_identity(CAST["marlow"]) == "Marlow."
    told = (
        "Now wearing a red coat; with a cut on the left cheek and a bruise; carrying a lantern; carrying a key; tense."
    )
    assert describe_look(look) == told
    assert describe_look(Look()) == "Now calm."


def test_a_prompt_says_camera_place_people_action_and_words() -> None:
    lines = (Line(speaker="ava", text="Careful!"), Line(speaker="narrator", text="Too late."))
    told = scene(1, location="the old stairs", lines=lines, mood=Mood.TENSE)
    shot = Shot(
        shot_id="s01-1",
        scene=1,
        index=0,
        start=0,
        frames=120,
        camera=Camera(framing=Framing.CLOSE_UP),
        visible=("ava",),
        lines=(
            Timing(line=0, speaker="ava", start=0, frames=24),
            Timing(line=1, speaker="narrator", start=24, frames=24),
        ),
    )
    assert shot_prompt(told, shot, CAST, {"ava": Look(mood=Mood.TENSE)}).splitlines() == [
        "close-up shot, eye angle, static camera.",
        "the old stairs, day, clear. Mood: tense.",
        "Ava: a navigator of thirty Now tense.",
        "Something happens.",
        "Ava says: “Careful!”",
    ]


def test_a_prompt_draws_on_memories_rules_and_names() -> None:
    story = script(scene(1, Change(kind=ChangeKind.COMPANION_GAINED, character="ava", what="marlow")))
    marlow = UUID(int=2)
    looks = plan_world(story, LOOKS, people_of({"marlow": marlow}, {"marlow": "Marlow"}))[1].after
    shot = Shot(shot_id="s01-1", scene=1, index=0, start=0, frames=120, camera=Camera(), visible=("ava",))
    background = Background(
        recalled={"ava": (f"(episode 1, scene 4) She promised {mention(marlow)} the map.",)},
        rules=("The sea is always in sight.",),
        names={marlow: "Marlow"},
    )
    prompt = shot_prompt(story.scenes[0], shot, CAST, looks, background)
    assert "in the company of Marlow" in prompt
    assert "Ava remembers: (episode 1, scene 4) She promised Marlow the map." in prompt
    assert "Always: The sea is always in sight." in prompt
    assert "Ava: a navigator of thirty Now wearing a teal jumper" in prompt.replace("\n", " ")


def test_what_the_rules_forbid_is_told_apart_where_the_engine_takes_it_so() -> None:
    told, marlow = scene(1), UUID(int=2)
    shot = Shot(shot_id="s01-1", scene=1, index=0, start=0, frames=120, camera=Camera())
    rules = ("No neon.", "The sea is always in sight.", f"Never {mention(marlow)} without a hat.", "Noon light.")
    background = Background(rules=rules, names={marlow: "Marlow"})
    assert forbidden(background) == "neon, Marlow without a hat"
    whole, apart = (shot_prompt(told, shot, CAST, {}, background, apart=apart) for apart in (False, True))
    assert "No neon. The sea" in whole
    assert apart.endswith("Always: The sea is always in sight. Noon light.")


def test_wet_clothes_and_deep_wounds_are_said() -> None:
    soaked = Change(kind=ChangeKind.SOAKED, character="ava", what="clothes")
    (prompt,) = prompts(script(scene(1, soaked, HURT.replaced(grave=True))))
    assert "wearing a teal jumper (soaking wet); with a deep cut on the left cheek" in prompt


# ---------------------------------------------------------------- planned against observed


def found(kind: ChangeKind, what: str, where: str = "") -> Change:
    return Change(kind=kind, character="ava", what=what, where=where)


def test_what_is_planned_and_said_is_no_error() -> None:
    planned = scene(1, HURT, DRESS, FIND)
    said = [found(ChangeKind.INJURY, "cut", "left cheek"), found(ChangeKind.WARDROBE, "long red coat"), FIND]
    assert compare(planned, said) == []
    assert compare(planned, []) == []


@pytest.mark.parametrize(
    ("plan", "said", "sides"),
    [
        ((DRESS,), found(ChangeKind.WARDROBE, "yellow oilskin"), ("a red coat", "yellow oilskin")),
        ((), found(ChangeKind.INJURY, "burn", "chin"), ("", "burn on the chin")),
        ((HURT,), found(ChangeKind.INJURY, "burn", "chin"), ("", "burn on the chin")),
        ((), found(ChangeKind.PROP_LOST, "lantern"), ("", "lantern")),
        ((found(ChangeKind.MOOD, "sad"),), found(ChangeKind.MOOD, "joyful"), ("sad", "joyful")),
    ],
)
def test_an_error_shows_both_sides(plan: tuple[Change, ...], said: Change, sides: tuple[str, str]) -> None:
    (error,) = compare(scene(3, *plan), [said])
    assert (error.scene, error.slug, error.kind, error.seen_in) == (3, "ava", said.kind, "text")
    assert (error.planned, error.observed) == sides


def test_a_place_may_be_named_more_or_less_fully() -> None:
    planned = scene(1, found(ChangeKind.LOCATION, "the old observatory"))
    assert compare(planned, [found(ChangeKind.LOCATION, "observatory")]) == []
    assert compare(planned, [found(ChangeKind.LOCATION, "old harbour")])
    planned = scene(1, found(ChangeKind.LOCATION, "the alley behind the fish market"))
    assert compare(planned, [found(ChangeKind.LOCATION, "alley")]) == []


def test_a_feeling_of_which_the_plan_says_nothing_is_no_error() -> None:
    assert compare(scene(1), [found(ChangeKind.MOOD, "joyful"), found(ChangeKind.LEARNT, "the lamp was lit")]) == []


def test_a_picture_that_shows_another_coat_is_an_error_of_continuity() -> None:
    coat = Trait(slug="ava", trait="wardrobe", value="fail", expected="#c03030", measured="#2f7d4a", distance=70)
    good, unseen = coat.replaced(value="pass"), coat.replaced(value="unknown")
    (error,) = pictured(2, [coat, good, unseen])
    assert (error.scene, error.planned, error.observed, error.seen_in) == (2, "#c03030", "#2f7d4a", "picture")
