"""Time travel in words, what is different between two states, and "what if"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from actors.settings import Settings
from actors.studio import Studio, id_of
from events.errors import Conflict, InvalidInput, NotFound
from events.look import SceneRef
from tests.people import creating, finds

FIRST, SECOND = UUID("aaaa0000-0000-4000-8000-000000000001"), UUID("bbbb0000-0000-4000-8000-000000000002")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Ava has played three scenes of each of two episodes, and found something in each."""
    with Studio(Settings.from_env({"LORAFRAME_HOME": str(tmp_path)})) as studio:
        ava = id_of("character", "ava")
        studio.tell("character", ava, creating("Ava"))
        for episode in (FIRST, SECOND):
            for scene in (1, 2, 3):
                studio.tell("character", ava, played(episode, scene))
        yield studio


def played(episode: UUID, scene: int):
    from events.character import PlayScene

    found = finds(f"{'first' if episode == FIRST else 'second'} thing {scene}")
    return PlayScene(scene=SceneRef(episode=episode, scene=scene), changes=(found,))


@pytest.mark.parametrize(
    ("when", "last"),
    [("1.1", "first thing 1"), ("1.3", "first thing 3"), ("2.2", "second thing 2"), ("bbbb.2", "second thing 2"),
     ("aaaa0000-0000.2", "first thing 2"), ("AAAA.3", "first thing 3")],
)  # fmt: skip
def test_a_character_is_shown_as_it_was_after_any_scene(studio: Studio, when: str, last: str) -> None:
    assert studio.character("ava", when).look.props[-1] == last


def test_and_at_any_version(studio: Studio) -> None:
    versions = [studio.character("ava", version).look.props for version in range(1, len(studio.history("ava")) + 1)]
    assert versions[0] == () and versions[-1] == studio.character("ava").look.props
    assert [len(props) for props in versions] == sorted(len(props) for props in versions)


@pytest.mark.parametrize("when", ["3.1", "1.9", "cccc.1", "999"])
def test_a_time_that_never_was_is_not_found(studio: Studio, when: str) -> None:
    with pytest.raises(NotFound):
        studio.character("ava", when)


@pytest.mark.parametrize("when", ["yesterday", "1.", ".2", "1.2.3", "-1"])
def test_words_that_are_no_time_say_how_it_is_said(studio: Studio, when: str) -> None:
    with pytest.raises(InvalidInput, match=r"2\.4"):
        studio.character("ava", when)


def test_what_is_different_between_two_times_is_told_field_by_field(studio: Studio) -> None:
    found = {each.field: (each.one, each.other) for each in studio.compare("ava@1.1", "ava@1.2")}
    assert found["props"] == (["first thing 1"], ["first thing 1", "first thing 2"])
    assert set(found) == {"props", "scenes", "last_scene"}
    assert studio.compare("ava", "ava") == []


def test_a_what_if_shares_all_up_to_the_fork_and_then_goes_its_own_way(studio: Studio) -> None:
    branch = studio.branch_character("ava", "1.2", "Ava Unlost")
    then = studio.character("ava", "1.2")
    named = {"name": "Ava Unlost", "slug": "ava-unlost", "branch_of": id_of("character", "ava")}
    assert branch == then.replaced(**named)
    studio.tell("character", id_of("character", "ava-unlost"), played(SECOND, 9))
    assert studio.character("ava-unlost").look.props[-1] == "second thing 9"
    assert "second thing 9" not in studio.character("ava").look.props
    assert studio.character("ava-unlost", "1.1").look.props == ("first thing 1",)
    assert [row["slug"] for row in studio.characters()] == ["ava", "ava-unlost"]


def test_a_fork_in_the_middle_of_a_command_takes_the_whole_of_it(studio: Studio) -> None:
    assert studio.branch_character("ava", 1, "Ava New").voice == "af_heart"


def test_a_what_if_needs_a_name_of_its_own(studio: Studio) -> None:
    with pytest.raises(Conflict):
        studio.branch_character("ava", "1.2", "Ava")
