"""From the command line to the film, with everything real and the quickest engine behind the camera."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers import cli

pytestmark = pytest.mark.long

ROOT = cli.SAMPLES.parent
STORY = "Ava walks home and sings a song about the sea."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LORAFRAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LORAFRAME_ENGINES", "video=slate")
    return tmp_path / "home"


def start(module: str, *arguments: Any) -> subprocess.Popen[str]:
    """As from a terminal, where Ctrl-C is heard: a job in the background is born deaf to it."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, preexec_fn=listen_to_interrupts, **pipes)


def listen_to_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def answer(*arguments: Any) -> Any:
    with start("drivers.cli", *arguments, "--json") as running:
        out, err = running.communicate()
    assert running.returncode == 0, err
    return json.loads(out)


def test_a_film_that_is_interrupted_goes_on_where_it_stopped(home: Path, tmp_path: Path) -> None:
    answer("character", "import", cli.SAMPLES / "cast" / "ava")
    with start("drivers.cli", "episode", "create", STORY, "--cast", "ava", "--seconds", 20, "--seed", 5) as making:
        assert making.stderr
        assert any(line.startswith("script") for line in making.stderr)
        making.send_signal(signal.SIGINT)
        told = making.stderr.read()
    assert making.returncode == cli.STOPPED
    beginning = told.split()[-1]
    assert told.strip().endswith(f"loraframe episode resume {beginning}")

    made = answer("episode", "resume", beginning, "--out", tmp_path / "film")
    assert made["film"] == str(tmp_path / "film" / "film.mp4")
    for name in (
        "film.mp4",
        "film.srt",
        "contact-sheet.jpg",
        "report.json",
        "identity.json",
        "identity.png",
        "timeline.otio",
    ):
        assert (tmp_path / "film" / name).stat().st_size > 0

    shown = answer("episode", "show", beginning)
    assert shown["status"] == "delivered"
    assert shown["progress"]["shots_accepted"] == shown["progress"]["shots"] > 0
    assert [row["episode_id"] for row in answer("episode", "list")] == [shown["episode_id"]]


def test_a_series_is_made_from_one_file_and_only_once(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "show.yaml"
    first = "Ava cuts her left cheek on a broken window in the corridor."
    file.write_text(
        f"title: Two nights\ncast: [{os.path.relpath(cli.SAMPLES / 'cast' / 'ava', tmp_path)}]\n"
        f"episodes:\n  - {{story: '{first}', seconds: 15}}\n  - {{story: '{STORY}', seconds: 15}}\n"
    )
    for expected_new_facts in (True, False):
        before = log_lines()
        with start("drivers.series", file, tmp_path / "films") as making:
            out, err = making.communicate()
        assert making.returncode == 0, err
        assert [Path(line).parent.name for line in out.split()] == ["episode-01", "episode-02"]
        assert (log_lines() > before) is expected_new_facts
    one, two = answer("episode", "list")
    assert version_of_ava(two["episode_id"]) > version_of_ava(one["episode_id"])


def log_lines() -> int:
    with start("drivers.cli", "log", "--json") as running:
        out, _ = running.communicate()
    return len(out.splitlines())


def version_of_ava(episode_id: str) -> int:
    """The version of her log at which an episode found Ava."""
    (member,) = answer("episode", "show", episode_id)["cast"]
    return int(member["version"])
