"""The command line as a user types it: answers, JSON, errors that help and exit codes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from actors.settings import Settings
from actors.studio import Studio
from drivers import cli

CAST = cli.SAMPLES / "cast"


class Said(NamedTuple):
    code: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


Loraframe = Callable[..., Said]


@pytest.fixture
def loraframe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Loraframe:
    """``loraframe("character", "list")`` with a home of its own."""
    monkeypatch.setenv("LORAFRAME_HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as exit:
            cli.main([str(argument) for argument in arguments])
        return Said(int(exit.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def home_of_ava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("studio") / "home"
    with Studio.open(Settings.from_env({"LORAFRAME_HOME": str(home)})) as studio:
        studio.import_character(CAST / "ava")
    return home


@pytest.fixture
def ava(loraframe: Loraframe, home_of_ava: Path, tmp_path: Path) -> Loraframe:
    """A studio that knows Ava."""
    shutil.copytree(home_of_ava, tmp_path / "home")
    return loraframe


def test_an_imported_character_is_shown_and_listed(ava: Loraframe) -> None:
    shown = ava("character", "show", "Ava", "--json").json()
    assert (shown["name"], shown["voice"], len(shown["references"])) == ("Ava", "af_heart", 13)
    assert [row["slug"] for row in ava("character", "list", "--json").json()] == ["ava"]
    assert "teal knitted jumper" in ava("character", "show", "ava").out


def test_face_vectors_never_leave_the_house(ava: Loraframe) -> None:
    assert ava("character", "show", "ava", "--json").json()["identity"]["embedder"]
    everything = ava("character", "show", "ava", "--json").out + ava("character", "history", "ava", "--json").out
    assert "vectors" not in everything + ava("log", "--json").out


def test_history_tells_every_version_and_any_of_them_can_be_shown(ava: Loraframe) -> None:
    history = ava("character", "history", "ava", "--json").json()
    assert [fact["version"] for fact in history] == list(range(1, len(history) + 1))
    first = ava("character", "show", "ava", "--as-of", "1", "--json").json()
    assert (first["name"], first["references"], first["voice"]) == ("Ava", [], "")


def test_a_folder_is_imported_as_a_character(loraframe: Loraframe) -> None:
    made = loraframe("character", "import", CAST / "kairo", "--json").json()
    assert (made["slug"], made["consent_on"]) == ("kairo", "2026-11-21")


def test_a_character_is_made_from_photographs(loraframe: Loraframe, tmp_path: Path) -> None:
    pictures = [CAST / "kairo" / f"{view}.webp" for view in ("front_neutral", "three_quarter_left", "front_smile")]
    references = [part for picture in pictures for part in ("--ref", picture)]
    made = loraframe("character", "create", "Kai Ro", *references, "--consent", "Kai Ro himself", "--json").json()
    assert (made["slug"], made["consent_by"], len(made["references"])) == ("kai-ro", "Kai Ro himself", 3)


def test_the_log_is_one_fact_a_line(ava: Loraframe) -> None:
    facts = [json.loads(line) for line in ava("log", "--json").out.splitlines()]
    assert facts[0]["topic"] == "character.created"
    assert [fact["version"] for fact in facts] == list(range(1, len(facts) + 1))
    assert ava("log", "--after", str(facts[-1]["position"]), "--json").out == ""


def test_rebuilding_gives_the_same_read_models(ava: Loraframe) -> None:
    first = ava("rebuild", "--json").json()["digest"]
    assert ava("rebuild", "--json").json()["digest"] == first


def test_an_order_for_an_episode_is_checked_before_anything_is_kept(ava: Loraframe) -> None:
    before = ava("log", "--json").out
    for arguments in (["", "--cast", "ava"], ["A walk.", "--cast", "ava,nobody"], ["A walk.", "--cast", ","]):
        refused = ava("episode", "create", *arguments)
        assert refused.code == cli.USER_ERROR, arguments
        assert refused.err.count(":") >= 1 and refused.out == ""
    assert ava("log", "--json").out == before
    assert ava("episode", "list", "--json").json() == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["character", "show", "nobody"], "not-found"),
        (["character", "history", "nobody"], "not-found"),
        (["character", "import", "nowhere"], "invalid-input"),
        (["character", "create", "Bo", "--consent", "Bo"], "invalid-input"),
        (["character", "create", "Bo", "--ref", str(CAST / "ava" / "front_neutral.webp")], "no-consent"),
        (["character", "create", "Bo", "--consent", "Bo", "--ref", __file__], "bad-picture"),
        (["character", "create", "Bo", "--consent", "Bo", "--ref", "missing.png"], "bad-picture"),
        (["episode", "show", "0123"], "not-found"),
        (["episode", "resume", "0123"], "not-found"),
        (["episode", "create", "missing.fountain", "--cast", "ava"], "not-found"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_code_and_leaves_nothing(
    loraframe: Loraframe, arguments: list[str], code: str
) -> None:
    refused = loraframe(*arguments)
    assert (refused.code, refused.out) == (cli.USER_ERROR, "")
    assert refused.err.startswith(f"{code}: ") and refused.err.rstrip().endswith((".", "..."))
    assert loraframe("character", "list", "--json").json() == []


def test_an_order_without_a_key_leaves_nothing(ava: Loraframe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    order = ("episode", "create", "Ava waits.", "--cast", "ava", "--seconds", "30", "--profile", "studio")
    before = ava("log", "--json").out
    refused = ava(*order, "--budget", "0.5")
    assert refused.code == cli.USER_ERROR and "groq needs a key: set GROQ_API_KEY" in refused.err
    assert "more than the budget of $0.50" in refused.err
    assert ava("log", "--json").out == before


def test_the_same_name_twice_is_refused(ava: Loraframe) -> None:
    refused = ava("character", "import", CAST / "ava")
    assert (refused.code, refused.err.split(":")[0]) == (cli.USER_ERROR, "conflict")


def test_a_character_folder_without_consent_is_refused(loraframe: Loraframe, tmp_path: Path) -> None:
    folder = shutil.copytree(CAST / "ava", tmp_path / "ava")
    sheet = folder / "character.yaml"
    sheet.write_text(sheet.read_text().replace("consent:", "rights:"))
    refused = loraframe("character", "import", folder)
    assert (refused.code, refused.err.split(":")[0]) == (cli.USER_ERROR, "no-consent")


def test_a_wrong_setting_is_named(loraframe: Loraframe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LORAFRAME_ENGINES", "vidoe=puppet")
    refused = loraframe("character", "list")
    assert (refused.code, "vidoe" in refused.err) == (cli.USER_ERROR, True)


def test_the_doctor_finds_this_machine_well(loraframe: Loraframe) -> None:
    found = {check["what"]: check for check in loraframe("doctor", "--json").json()}
    assert found["voices"]["ok"] and "af_heart" in found["voices"]["found"]
    assert found["engines/face/models"]["ok"]
    assert all(check["ok"] for check in found.values() if check["needed"])


def test_the_doctor_says_how_to_mend_what_is_broken(loraframe: Loraframe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LORAFRAME_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    sick = loraframe("doctor", "--json")
    database = next(check for check in json.loads(sick.out) if check["what"] == "database")
    assert sick.code == cli.FAILURE
    assert not database["ok"] and "LORAFRAME_DATABASE_URL" in database["advice"]
