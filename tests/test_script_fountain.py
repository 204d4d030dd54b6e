"""Screenplays in Fountain."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.script.fountain import read_fountain
from events.errors import BadScript
from events.script import NARRATOR, ChangeKind, Place, Script, TimeOfDay, Weather

CAST = ("ava", "marlow", "kairo")
SAMPLE = Path(__file__).parent.parent / "samples" / "stories" / "night-ferry.fountain"


@pytest.fixture
def ferry() -> Script:
    return read_fountain(SAMPLE.read_text("utf-8"), CAST, 100)


def test_the_sample_is_read_whole(ferry: Script) -> None:
    assert ferry.title == "The Night Ferry"
    assert ferry.seconds == 100
    assert next(scene.location for scene in ferry.scenes) == "harbour pier"
    assert ferry.scenes[0].place == Place.STREET
    assert ferry.scenes[0].time == TimeOfDay.NIGHT
    assert ferry.scenes[0].weather == Weather.FOG
    assert ferry.scenes[-1].time == TimeOfDay.DAWN
    spoken = [line for scene in ferry.scenes for line in scene.lines]
    assert len(spoken) == 13
    assert {line.speaker for line in spoken} == {NARRATOR, *CAST}
    told = " ".join(scene.description for scene in ferry.scenes)
    assert not any(passed in told for passed in ("lamp comes back", "CUT TO", "THE END", "importer", "FADE"))


def test_camera_words_and_changes_come_from_the_action(ferry: Script) -> None:
    cameras = [scene.camera for scene in ferry.scenes]
    assert cameras[0] == "wide shot"
    assert "dutch angle, handheld" in cameras
    changes = [change for scene in ferry.scenes for change in scene.changes]
    injuries = [(c.character, c.what, c.where, c.bandaged) for c in changes if c.kind == ChangeKind.INJURY]
    assert injuries == [("kairo", "cut", "forehead", True)]
    assert [(c.character, c.what) for c in changes if c.kind == ChangeKind.WARDROBE] == [("ava", "yellow raincoat")]
    assert [c.kind for c in changes if "key" in c.what] == [ChangeKind.PROP_GAINED, ChangeKind.PROP_LOST]


@pytest.mark.parametrize("seconds", [75, 90, 150, 300])
def test_the_asked_seconds_are_shared_out_exactly(seconds: float) -> None:
    script = read_fountain(SAMPLE.read_text("utf-8"), CAST, seconds)
    assert script.seconds == seconds
    for scene in script.scenes:
        assert scene.seconds <= 25 or len(scene.lines) <= 1


def test_a_stranger_who_speaks_is_named() -> None:
    with pytest.raises(BadScript, match="THE MAYOR"):
        read_fountain("INT. OFFICE - DAY\n\nTHE MAYOR\nGet out.\n\nAVA\nNo.", CAST, 20)


def test_an_unseen_stranger_is_the_narrator() -> None:
    script = read_fountain("INT. OFFICE - DAY\n\nA phone.\n\nVOICE ON PHONE (V.O.)\nGet out.\n\nAVA\nNo.", CAST, 20)
    assert [line.speaker for line in script.scenes[0].lines] == [NARRATOR, "ava"]


def test_forced_elements_emphasis_and_dual_dialogue() -> None:
    text = ".THE ROOF - DAWN\n\n!RAIN\nFalls.\n\n@Ava\n*Look* at _that_.\n\nMARLOW ^\n(softly)\nI am looking."
    scene = read_fountain(text, CAST, 16).scenes[0]
    assert scene.place == Place.ROOFTOP and scene.time == TimeOfDay.DAWN and scene.weather == Weather.RAIN
    assert [(line.speaker, line.text) for line in scene.lines] == [
        ("ava", "Look at that."),
        ("marlow", "I am looking."),
    ]


def test_a_screenplay_without_scenes_or_with_too_much_talk_is_refused() -> None:
    with pytest.raises(BadScript, match="no scenes"):
        read_fountain("Title: Nothing\n\n", CAST, 60)
    with pytest.raises(BadScript, match="spoken words"):
        read_fountain("INT. LAB - DAY\n\nAVA\n" + "word " * 200, CAST, 30)
