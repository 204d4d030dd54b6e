"""A new face that is somebody's already is refused; pictures are added to a character, and only its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from actors.settings import Settings
from actors.studio import Studio
from events.errors import BadPicture, Conflict, FaceKnown, NotFound
from tests.sample_cast import CAST


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio(Settings.from_env({"LORAFRAME_HOME": str(tmp_path / "home")})) as studio:
        studio.import_character(CAST / "ava")
        yield studio


def pictures(slug: str, *views: str) -> list[Path]:
    return [CAST / slug / f"{view}.webp" for view in views]


def files_of(studio: Studio) -> set[Path]:
    return {path for path in studio.assets.root.rglob("*") if path.is_file()}


def test_the_face_of_another_character_is_refused_by_name_and_nothing_is_kept(studio: Studio) -> None:
    before = files_of(studio)
    with pytest.raises(FaceKnown, match="already belongs to Ava"):
        studio.create_character("Eva", pictures("ava", "front_smile", "look_up"), "the tests", pronoun="she")
    assert files_of(studio) == before
    assert [row["slug"] for row in studio.characters()] == ["ava"]


def test_a_double_is_made_when_it_is_asked_for(studio: Studio) -> None:
    studio.create_character("Eva", pictures("ava", "front_smile"), "the tests", pronoun="she", twin=True)
    assert any("belongs to Ava" in advice for advice in studio.health("eva").advice)


@pytest.mark.parametrize("slug", ["marlow", "kairo", "zuri"])
def test_another_face_is_welcome(studio: Studio, slug: str) -> None:
    assert studio.import_character(CAST / slug).slug == slug


def test_more_pictures_make_a_new_calibration(studio: Studio, tmp_path: Path) -> None:
    told = yaml.safe_load((CAST / "zuri" / "character.yaml").read_text())
    few = pictures("zuri", "front_neutral", "look_up", "front_sad")
    before = studio.create_character("Zuri", few, "the tests", description=told["description"])
    after = studio.add_pictures("zuri", pictures("zuri", "three_quarter_left", "front_smile"))
    assert [reference.view for reference in after.references[3:]] == ["three_quarter_left", "front_smile"]
    assert before.identity and after.identity
    assert len(after.identity.vectors) == 5
    assert after.identity.calibration.weakest <= before.identity.calibration.weakest
    assert studio.health("zuri").score > 0


def test_a_picture_of_somebody_else_is_not_added(studio: Studio, tmp_path: Path) -> None:
    before = studio.character("ava"), files_of(studio)
    stranger = tmp_path / "holiday.webp"
    stranger.write_bytes((CAST / "marlow" / "front_smile.webp").read_bytes())
    with pytest.raises(BadPicture, match="holiday shows somebody else than Ava"):
        studio.add_pictures("ava", [stranger])
    assert (studio.character("ava"), files_of(studio)) == before


def test_a_picture_of_the_same_name_is_not_added_twice(studio: Studio) -> None:
    with pytest.raises(Conflict, match="front_smile"):
        studio.add_pictures("ava", pictures("ava", "front_smile"))


def test_twenty_pictures_are_enough(studio: Studio, tmp_path: Path) -> None:
    many = [tmp_path / f"more{n}.webp" for n in range(8)]
    with pytest.raises(BadPicture, match="at most 20"):
        studio.add_pictures("ava", many)


def test_nobody_gets_no_pictures(studio: Studio) -> None:
    with pytest.raises(NotFound):
        studio.add_pictures("nobody", pictures("ava", "front_smile"))
