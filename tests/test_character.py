"""What a character may be told, and what it remembers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from pydantic import ValidationError

from events.character import (
    CHARACTER,
    AddReferences,
    AssignVoice,
    Character,
    CharacterCreated,
    CreateCharacter,
    IdentityExtracted,
    PlayScene,
    Reference,
    ReferenceAdded,
    SceneGenerated,
    VoiceAssigned,
)
from events.errors import Conflict, NoConsent, NotFound
from events.look import (
    Garment,
    Injury,
    InjuryAdded,
    InjuryHealed,
    LocationChanged,
    Look,
    MoodChanged,
    PropAcquired,
    PropLost,
    SceneRef,
    WardrobeChanged,
    rehearse,
)
from events.script import MEASURED_IN, Change, ChangeKind, Mood
from tests.people import IDENTITY, creating, playing
from tests.scenario import given

SCENE = SceneRef(episode=UUID(int=1), scene=3)
JUMPER = Garment(what="a teal jumper", colour="#2aa7ad")
COAT = Garment(what="a grey coat", colour="#808080")
DAY = 24.0
CUT = Injury(what="cut", where="left cheek", heals_at=9 * DAY)
BANDAGED_CUT = CUT.replaced(bandaged=True)
BRUISE = Injury(what="bruise", where="forehead", heals_at=7 * DAY)

AVA = CharacterCreated(
    name="Ava", slug="ava", description="Ava, somebody", consent_by="the tests", consent_on=date(2026, 1, 1)
)
IDENTIFIED = IdentityExtracted(embedder=IDENTITY.embedder, vectors=IDENTITY.vectors, calibration=IDENTITY.calibration)
PLAYED = SceneGenerated(scene=SCENE)


def change(kind: ChangeKind, what: str, **told: object) -> Change:
    return Change(kind=kind, character="ava", what=what, **told)


def play(*changes: Change, idr: float | None = None) -> PlayScene:
    return PlayScene(scene=SCENE, changes=changes, idr=idr)


def hurt(injury: Injury) -> InjuryAdded:
    return InjuryAdded(injury=injury, scene=SCENE)


def healed(injury: Injury) -> InjuryHealed:
    return InjuryHealed(injury=injury, scene=SCENE)


# ---------------------------------------------------------------- creating


def test_a_character_is_created_whole() -> None:
    picture = "asset://" + "0" * 64
    state = (
        given(CHARACTER)
        .when(creating())
        .then(
            AVA,
            ReferenceAdded(view="front_neutral", uri=picture),
            IDENTIFIED,
            VoiceAssigned(voice="af_heart"),
            WardrobeChanged(garment=JUMPER),
        )
    )
    assert state == Character(
        name="Ava",
        slug="ava",
        description="Ava, somebody",
        consent_by="the tests",
        consent_on=date(2026, 1, 1),
        references=(Reference(view="front_neutral", uri=picture),),
        identity=IDENTITY,
        voice="af_heart",
        look=Look(wardrobe=JUMPER),
    )


def test_without_clothes_there_is_no_fact_about_clothes() -> None:
    events = CHARACTER.decide(Character(), creating().replaced(wardrobe=None))
    assert not any(isinstance(event, WardrobeChanged) for event in events)


def test_a_character_is_created_once() -> None:
    given(CHARACTER, AVA).when(creating()).refused(Conflict, "Ava")


@pytest.mark.parametrize("nobody", ["", "  \n"])
def test_no_face_without_consent(nobody: str) -> None:
    given(CHARACTER).when(creating().replaced(consent_by=nobody)).refused(NoConsent, "--consent")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"slug": "../ava"}, {"slug": "Ava"}, {"references": ()}])
def test_a_command_that_makes_no_sense_cannot_be_said(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CreateCharacter.model_validate(creating().model_dump() | wrong)


@pytest.mark.parametrize(
    "command",
    [
        AssignVoice(voice="af_sky"),
        AddReferences(references=(Reference(view="photo", uri="asset://1"),), identity=IDENTITY),
        play(),
    ],
)
def test_nobody_talks_to_a_character_that_is_not_there(command: PlayScene) -> None:
    given(CHARACTER).when(command).refused(NotFound, "character create")


# ---------------------------------------------------------------- identity and voice


def test_new_pictures_bring_a_new_identity() -> None:
    pictures = (Reference(view="photo", uri="asset://1"), Reference(view="photo", uri="asset://2"))
    state = (
        given(CHARACTER, AVA)
        .when(AddReferences(references=pictures, identity=IDENTITY))
        .then(*(ReferenceAdded(view=p.view, uri=p.uri) for p in pictures), IDENTIFIED)
    )
    assert state.references == pictures
    assert state.identity == IDENTITY


def test_a_voice_is_assigned_and_the_same_one_again_changes_nothing() -> None:
    ava = given(CHARACTER, AVA, VoiceAssigned(voice="af_heart"))
    ava.when(AssignVoice(voice="af_sky")).then(VoiceAssigned(voice="af_sky"))
    ava.when(AssignVoice(voice="af_heart")).then()


# ---------------------------------------------------------------- what scenes do


def test_a_scene_in_which_nothing_happens_is_remembered() -> None:
    state = given(CHARACTER, AVA).when(play(idr=0.91)).then(SceneGenerated(scene=SCENE, idr=0.91))
    assert (state.scenes, state.last_scene) == (1, SCENE)


def test_an_injury_stays() -> None:
    state = (
        given(CHARACTER, AVA).when(play(change(ChangeKind.INJURY, "cut", where="left cheek"))).then(PLAYED, hurt(CUT))
    )
    assert state.look.injuries == (CUT,)


def test_the_same_injury_twice_is_one() -> None:
    given(CHARACTER, AVA, hurt(CUT)).when(play(change(ChangeKind.INJURY, "cut", where="left cheek"))).then(PLAYED)


def test_a_bandage_takes_the_place_of_the_bare_injury() -> None:
    bandage = change(ChangeKind.INJURY, "cut", where="left cheek", bandaged=True)
    state = given(CHARACTER, AVA, hurt(CUT)).when(play(bandage)).then(PLAYED, healed(CUT), hurt(BANDAGED_CUT))
    assert state.look.injuries == (BANDAGED_CUT,)


def test_healing_heals_what_is_named_and_only_that() -> None:
    both = given(CHARACTER, AVA, hurt(BANDAGED_CUT), hurt(BRUISE))
    state = both.when(play(change(ChangeKind.HEALING, "Cut"))).then(PLAYED, healed(BANDAGED_CUT))
    assert state.look.injuries == (BRUISE,)


def test_everything_can_be_healed() -> None:
    both = given(CHARACTER, AVA, hurt(CUT), hurt(BRUISE))
    state = both.when(play(change(ChangeKind.HEALING, "all"))).then(PLAYED, healed(CUT), healed(BRUISE))
    assert state.look.injuries == ()


def test_the_place_decides_between_two_injuries_of_one_kind() -> None:
    other = CUT.replaced(where="chin")
    two = given(CHARACTER, AVA, hurt(CUT), hurt(other))
    two.when(play(change(ChangeKind.HEALING, "cut", where="Chin"))).then(PLAYED, healed(other))


def test_what_is_not_there_cannot_heal() -> None:
    given(CHARACTER, AVA, hurt(CUT)).when(play(change(ChangeKind.HEALING, "bruise"))).then(PLAYED)


def test_clothes_are_changed_once() -> None:
    ava = given(CHARACTER, AVA, WardrobeChanged(garment=JUMPER))
    coat = change(ChangeKind.WARDROBE, COAT.what, colour=COAT.colour)
    jumper = change(ChangeKind.WARDROBE, JUMPER.what, colour=JUMPER.colour)
    state = ava.when(play(coat)).then(PLAYED, WardrobeChanged(garment=COAT, scene=SCENE))
    assert state.look.wardrobe == COAT
    ava.when(play(jumper)).then(PLAYED)


def test_a_prop_is_held_once_and_lost_once() -> None:
    empty_handed = given(CHARACTER, AVA)
    holding = given(CHARACTER, AVA, PropAcquired(prop="a lantern", scene=SCENE))
    gained, lost = change(ChangeKind.PROP_GAINED, "a lantern"), change(ChangeKind.PROP_LOST, "a lantern")
    empty_handed.when(play(gained)).then(PLAYED, PropAcquired(prop="a lantern", scene=SCENE))
    holding.when(play(gained)).then(PLAYED)
    assert holding.when(play(lost)).then(PLAYED, PropLost(prop="a lantern", scene=SCENE)).look.props == ()
    empty_handed.when(play(lost)).then(PLAYED)


def test_mood_and_place_change_only_when_they_are_others() -> None:
    moved = play(change(ChangeKind.MOOD, "tense"), change(ChangeKind.LOCATION, "the lab"))
    facts = (MoodChanged(mood=Mood.TENSE, scene=SCENE), LocationChanged(location="the lab", scene=SCENE))
    state = given(CHARACTER, AVA).when(moved).then(PLAYED, *facts)
    assert (state.look.mood, state.look.location) == (Mood.TENSE, "the lab")
    given(CHARACTER, AVA, *facts).when(moved).then(PLAYED)


def test_changes_of_one_scene_build_on_each_other() -> None:
    hurts, heals = change(ChangeKind.INJURY, "cut", where="left cheek"), change(ChangeKind.HEALING, "cut")
    state = given(CHARACTER, AVA).when(play(hurts, hurts, heals)).then(PLAYED, hurt(CUT), healed(CUT))
    assert state.look.injuries == ()


# ---------------------------------------------------------------- for any story


WORDS = st.sampled_from(["cut", "bruise", "a lantern", "a grey coat", "all"])
WHERE = st.sampled_from(["", "left cheek", "chin"])
CHANGES = st.one_of(
    st.builds(
        Change,
        kind=st.sampled_from([kind for kind in ChangeKind if kind not in MEASURED_IN]),
        character=st.just("ava"),
        what=WORDS,
        where=WHERE,
        bandaged=st.booleans(),
    ),
    st.builds(
        Change, kind=st.just(ChangeKind.MOOD), character=st.just("ava"), what=st.sampled_from([m.value for m in Mood])
    ),
)
SCENES = st.lists(st.lists(CHANGES, max_size=4), max_size=8)


@given_any(SCENES, st.integers(min_value=0, max_value=60))
def test_any_prefix_and_its_tail_fold_to_the_same(scenes: list[list[Change]], cut: int) -> None:
    """A snapshot is the fold of a prefix; that its JSON comes back is part of the promise."""
    story = given(CHARACTER).and_then(creating(), *(playing(n, *c) for n, c in enumerate(scenes)))
    snapshot = Character.model_validate_json(CHARACTER.fold(story.past[:cut]).model_dump_json())
    assert CHARACTER.fold(story.past[cut:], snapshot) == story.state


@given_any(SCENES)
def test_no_story_makes_a_character_impossible(scenes: list[list[Change]]) -> None:
    """Whatever is decided folds, to one of each injury and prop; rehearsing it tells the same."""
    look = given(CHARACTER).and_then(creating(), *(playing(n, *c) for n, c in enumerate(scenes))).state.look
    assert len(set(look.props)) == len(look.props)
    assert len({(i.what, i.where) for i in look.injuries}) == len(look.injuries)
    assert look == rehearse(Look(wardrobe=JUMPER), [change for scene in scenes for change in scene])
