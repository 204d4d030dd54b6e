"""The driver script that makes a series from one YAML file."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.settings import Settings
from actors.studio import Studio
from drivers import cli
from drivers.series import cast, main, read_show
from events.errors import BadScript

SERIES = cli.SAMPLES / "series.yaml"


def test_the_sample_series_names_characters_and_stories_that_exist() -> None:
    show = read_show(SERIES)
    assert len(show.episodes) >= 2
    assert all((SERIES.parent / folder / "character.yaml").is_file() for folder in show.cast)
    slugs = {folder.name for folder in show.cast}
    assert all(order.story or (SERIES.parent / str(order.file)).is_file() for order in show.episodes)
    assert all(set(order.cast) <= slugs for order in show.episodes)


def test_a_character_is_cast_once_however_often_the_script_runs(tmp_path: Path) -> None:
    with Studio.open(Settings.from_env({"LORAFRAME_HOME": str(tmp_path)})) as studio:
        assert [cast(studio, cli.SAMPLES / "cast" / "ava") for _ in range(2)] == ["ava", "ava"]
        assert len(studio.characters()) == 1


@pytest.mark.parametrize(
    "text",
    ["", "title: X", "title: X\ncast: [a]\nepisodes: []", "title: X\ncast: [a]\nepisodes: [{storry: y}]", "a: ["],
)
def test_a_file_that_is_no_series_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "show.yaml"
    file.write_text(text)
    with pytest.raises(BadScript, match=r"show\.yaml"):
        read_show(file)


def test_the_script_explains_itself_and_its_errors(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([]) == 2
    assert main([str(tmp_path / "none.yaml")]) == 1
    assert "bad-script: " in capsys.readouterr().err
