"""Scene lists in JSON, and the checks that every script goes through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engines.script.lexicon import place
from engines.script.reading import changes_in
from engines.script.scene_json import read_scenes
from events.errors import BadScript
from events.script import NARRATOR, Change, ChangeKind, Mood, Place, Weather

CAST = ("zuri", "kairo")
SAMPLE = Path(__file__).parent.parent / "samples" / "stories" / "signal.json"
SCENE = {
    "scene_id": "one",
    "description": "Zuri looks out.",
    "characters": ["Zuri"],
    "duration_sec": 16,
    "camera": "close-up",
    "dialogue": [],
    "narration": "It is quiet.",
    "mood": "calm",
}


def scenes(**changed: Any) -> str:
    return json.dumps([{**SCENE, **changed}])


def test_the_sample_is_read_whole() -> None:
    script = read_scenes(SAMPLE.read_text("utf-8"), CAST, 60)
    assert script.title == "The Quiet Signal"
    assert [scene.scene_id for scene in script.scenes] == ["bridge", "airlock", "home"]
    assert script.scenes[0].place == Place.LAB
    assert script.scenes[0].lines[0].speaker == NARRATOR
    told = [(c.kind, c.what) for scene in script.scenes for c in scene.changes if c.character == "kairo"]
    assert (ChangeKind.INJURY, "burn") in told and (ChangeKind.WARDROBE, "grey wool jumper") in told


@pytest.mark.parametrize(
    "dialogue",
    [
        [{"speaker": "zuri", "text": "Hello."}],
        [{"character": "Zuri", "line": "Hello."}],
        [{"zuri": "Hello."}],
        ["ZURI: Hello."],
        "Zuri: Hello.",
    ],
)
def test_dialogue_may_be_written_in_several_ways(dialogue: Any) -> None:
    lines = read_scenes(scenes(dialogue=dialogue), CAST).scenes[0].lines
    assert [(line.speaker, line.text) for line in lines] == [(NARRATOR, "It is quiet."), ("zuri", "Hello.")]


def test_words_become_moods_and_weather() -> None:
    scene = read_scenes(scenes(mood="furious", weather="heavy rain"), CAST).scenes[0]
    assert scene.mood == Mood.ANGRY and scene.weather == Weather.RAIN


def test_scenes_that_do_not_sum_up_are_refused_with_the_sums() -> None:
    text = SAMPLE.read_text("utf-8")
    assert read_scenes(text, CAST, 61).seconds == 60
    with pytest.raises(BadScript, match="60 seconds, but 90"):
        read_scenes(text, CAST, 90)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "not JSON"),
        ("[]", "no scenes"),
        ("42", "no scenes"),
        (scenes(characters=["nobody"]), "Scene 1 .one. has nobody"),
        (scenes(dialogue=["KAIRO: Hi."]), "Scene 1 .one. gives kairo"),
        (scenes(duration_sec=-1), "Scene 1 .one.: duration_sec"),
        (scenes(description=""), "Scene 1 .one.: description"),
        (scenes(colour="red"), "Scene 1 .one.: colour"),
        (scenes(dialogue=["no colon"]), "Scene 1 .one.: dialogue"),
        (scenes(narration="word " * 60), "60 words to say in 16 seconds"),
        (scenes(changes=[{"kind": "mood", "character": "zuri", "what": "odd"}]), "mood 'odd'"),
        (json.dumps(["a scene"]), "Scene 1"),
    ],
)
def test_a_bad_list_is_refused_and_the_scene_named(text: str, says: str) -> None:
    with pytest.raises(BadScript, match=says):
        read_scenes(text, CAST)


@pytest.mark.parametrize(
    ("text", "kind", "who", "what", "where"),
    [
        ("Kairo slips and cuts his left hand.", ChangeKind.INJURY, "kairo", "cut", "left hand"),
        ("Steam burns Kairo's right cheek.", ChangeKind.INJURY, "kairo", "burn", "right cheek"),
        ("Zuri is shot in the shoulder.", ChangeKind.INJURY, "zuri", "wound", "shoulder"),
        ("There is a gash across Zuri's forehead.", ChangeKind.INJURY, "zuri", "gash", "forehead"),
        ("Kairo pulls on a yellow coat.", ChangeKind.WARDROBE, "kairo", "yellow coat", ""),
        ("Zuri finds the brass key.", ChangeKind.PROP_GAINED, "zuri", "brass key", ""),
        ("Zuri drops the lantern.", ChangeKind.PROP_LOST, "zuri", "lantern", ""),
    ],
)
def test_changes_are_read_from_plain_words(text: str, kind: ChangeKind, who: str, what: str, where: str) -> None:
    (change,) = changes_in(text, {"zuri": "Zuri", "kairo": "Kairo"})
    assert (change.kind, change.character, change.what, change.where) == (kind, who, what, where)


def test_what_only_sounds_like_a_change_is_passed_over() -> None:
    text = "Zuri takes a breath. Kairo takes the stairs. The storm breaks. Zuri cuts him off. A cut in the film."
    assert changes_in(text, {"zuri": "Zuri", "kairo": "Kairo"}) == ()


def test_a_bandage_and_a_healing_belong_to_the_injury_before() -> None:
    hurt = Change(kind=ChangeKind.INJURY, character="kairo", what="burn", where="right hand")
    cast = {"zuri": "Zuri", "kairo": "Kairo"}
    (bandaged,) = changes_in("Zuri bandages Kairo's hand.", cast, [hurt])
    assert bandaged == hurt.model_copy(update={"bandaged": True})
    (healed,) = changes_in("Kairo takes off the bandage.", cast, [hurt])
    assert (healed.kind, healed.what) == (ChangeKind.HEALING, "burn")


def test_a_thing_that_is_given_changes_hands() -> None:
    lost, gained = changes_in("Zuri hands the old map to Kairo.", {"zuri": "Zuri", "kairo": "Kairo"})
    assert (lost.kind, lost.character) == (ChangeKind.PROP_LOST, "zuri")
    assert (gained.kind, gained.character, gained.what) == (ChangeKind.PROP_GAINED, "kairo", lost.what)


@pytest.mark.parametrize(
    ("location", "set_"),
    [
        ("the harbour tavern", Place.ROOM),
        ("the control room of the station", Place.LAB),
        ("the flooded archive corridor", Place.CORRIDOR),
        ("the roof beside the great lamp", Place.ROOFTOP),
        ("a police car", Place.VEHICLE),
        ("the wood behind the house", Place.FOREST),
        ("city street", Place.STREET),
        ("nowhere in particular", Place.ANYWHERE),
    ],
)
def test_a_location_is_read_by_its_noun(location: str, set_: Place) -> None:
    assert place(location) == set_
