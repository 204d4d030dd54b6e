"""Bad input: each is refused with one clear sentence, an exit code that is not 0, and nothing half-made."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from actors.settings import Settings
from actors.studio import Studio
from bench.figures import Record
from drivers import cli
from events.errors import BadSetting, StorageError
from media.assets import Assets
from tests.test_pictures import giant_png

CAST = cli.SAMPLES / "cast"
AVA = CAST / "ava" / "front_neutral.webp"
CONSENT = ("--consent", "the tests")


class Bad(NamedTuple):
    """What the user types, the code of the refusal, and a word that its sentence must hold."""

    arguments: Callable[[Path], list[str]]
    code: str
    word: str


def written(folder: Path, name: str, content: bytes) -> str:
    file = folder / name
    file.write_bytes(content)
    return str(file)


def painted(folder: Path, name: str, picture: Image.Image) -> str:
    picture.save(folder / name)
    return str(folder / name)


def character_from(make: Callable[[Path], str], *consent: str) -> Callable[[Path], list[str]]:
    return lambda folder: ["character", "create", "Bo", "--ref", make(folder), *consent]


def episode_of(story: str, cast: str = "ava", *more: str) -> Callable[[Path], list[str]]:
    return lambda folder: ["episode", "create", story, "--cast", cast, *more]


def faceless(folder: Path) -> str:
    noise = np.random.default_rng(8).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    return painted(folder, "wall.png", Image.fromarray(noise))


def two_faces(folder: Path) -> str:
    pair = Image.new("RGB", (1280, 640), (90, 90, 90))
    for place, slug in enumerate(("ava", "kairo")):
        person = Image.open(CAST / slug / "front_neutral.webp").convert("RGBA")
        pair.paste(person, (640 * place, 0), person)
    return painted(folder, "pair.png", pair)


def truncated(folder: Path) -> str:
    whole = painted(folder, "whole.jpg", Image.open(AVA).convert("RGB"))
    return written(folder, "half.jpg", Path(whole).read_bytes()[:20_000])


def scenes_that_do_not_add_up(folder: Path) -> list[str]:
    scene = {"scene_id": "s1", "description": "Ava waits.", "characters": ["ava"], "duration_sec": 20}
    file = written(folder, "scenes.json", json.dumps([scene, scene | {"scene_id": "s2"}]).encode())
    return ["episode", "create", file, "--cast", "ava", "--seconds", "300"]


BAD = {
    "a picture without a face": Bad(character_from(faceless, *CONSENT), "bad-picture", "face"),
    "a picture with two faces": Bad(character_from(two_faces, *CONSENT), "bad-picture", "faces"),
    "a giant PNG": Bad(
        character_from(lambda folder: written(folder, "giant.png", giant_png(50_000)), *CONSENT),
        "bad-picture",
        "megapixels",
    ),
    "a truncated JPEG": Bad(character_from(truncated, *CONSENT), "bad-picture", "half.jpg"),
    "a text named .jpg": Bad(
        character_from(lambda folder: written(folder, "notes.jpg", b"Not a picture.\n" * 99), *CONSENT),
        "bad-picture",
        "notes.jpg",
    ),
    "no consent": Bad(character_from(lambda folder: str(AVA)), "no-consent", "--consent"),
    "an empty story": Bad(episode_of(" \n "), "bad-script", "empty"),
    "an unknown cast member": Bad(episode_of("Ava waits.", "ava,nobody"), "not-found", "nobody"),
    "scenes that do not add up": Bad(scenes_that_do_not_add_up, "bad-script", "300"),
}


@pytest.fixture(scope="module")
def home_of_ava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("studio") / "home"
    with Studio.open(Settings.from_env({"LORAFRAME_HOME": str(home)})) as studio:
        studio.create_character("Ava", [AVA], consent="the tests", voice="af_heart")
    return home


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_and_nothing_is_half_made(
    name: str,
    home_of_ava: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    figure: Record,
) -> None:
    home = shutil.copytree(home_of_ava, tmp_path / "home")
    monkeypatch.setenv("LORAFRAME_HOME", str(home))
    before = kept_in(home)
    bad = BAD[name]
    with pytest.raises(SystemExit) as exit:
        cli.main(bad.arguments(tmp_path))
    told = capsys.readouterr().err
    assert exit.value.code == cli.USER_ERROR
    assert told.startswith(f"{bad.code}: ") and bad.word in told
    assert "Traceback" not in told
    changed = kept_in(home) ^ before
    figure("main.8", f"{name}: files and facts left behind or lost", len(changed), "", "= 0", not changed)
    assert not changed


def kept_in(home: Path) -> set[object]:
    """The assets, and the positions of the facts in the log."""
    with Studio.open(Settings.from_env({"LORAFRAME_HOME": str(home)})) as studio:
        assets = {file.name for file in (home / "assets").rglob("*") if file.is_file()}
        return assets | {entry.position for entry in studio.entries()}


@pytest.mark.parametrize("engine", ["nobody", "drifting:nobody"])
def test_an_engine_that_nobody_knows_is_refused(engine: str, home_of_ava: Path) -> None:
    told = {"LORAFRAME_HOME": str(home_of_ava), "LORAFRAME_ENGINES": f"video={engine}"}
    before = kept_in(home_of_ava)
    with Studio.open(Settings.from_env(told)) as studio, pytest.raises(BadSetting, match="Choose one of puppet"):
        studio.request_episode("Ava waits.", ["ava"])
    assert kept_in(home_of_ava) == before


def test_pictures_are_kept_all_or_none(tmp_path: Path) -> None:
    """No file may grow beyond 30 kB here: the third of these does not fit."""
    assets, limits = Assets(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    known = assets.write(b"1" * 10_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
    try:
        with pytest.raises(StorageError, match="full"):
            assets.write_all([b"1" * 10_000, b"2" * 20_000, b"3" * 40_000])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [known.removeprefix("asset://")]


SMALL_DISK = """
set -e
mount -t tmpfs -o size=$SIZE tmpfs "$LORAFRAME_HOME"
"$PYTHON" -m drivers.cli character import samples/cast/ava && code=0 || code=$?
umount "$LORAFRAME_HOME" || true
exit $code
"""


@pytest.mark.skipif(
    subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0,
    reason="this machine lets nobody mount a small disk",
)
@pytest.mark.parametrize("size", ["120k", "400k", "700k"])
def test_a_full_disk_is_one_sentence(size: str, tmp_path: Path, figure: Record) -> None:
    """A real disk of that size, at three stages: the databases, the pictures, the log."""
    told = subprocess.run(
        ["unshare", "-rm", "sh", "-c", SMALL_DISK],
        cwd=cli.SAMPLES.parent,
        env=os.environ | {"SIZE": size, "LORAFRAME_HOME": str(tmp_path), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    code = told.returncode
    figure("main.8", f"a full disk of {size}: exit code", code, "", f"= {cli.FAILURE}", code == cli.FAILURE)
    assert (code, told.stdout) == (cli.FAILURE, ""), told.stderr
    assert told.stderr.startswith("storage: ") and "full" in told.stderr
    assert "Traceback" not in told.stderr
