"""An audition: every picture is looked at, and nothing is kept before all are good."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from time import thread_time

import cv2
import numpy as np
import pytest
from PIL import Image

from actors.casting import Consent, Portrait, audition, read_folder
from actors.settings import Settings
from bench.figures import Record
from events.errors import BadPicture
from media.assets import Assets
from tests.sample_cast import CAST, VIEWS, portrait


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"LORAFRAME_HOME": str(tmp_path / "home")})


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


def kept(assets: Assets) -> list[Path]:
    return [file for file in assets.root.rglob("*") if file.is_file()]


def nora(folder: Path, **pictures: np.ndarray) -> Portrait:
    files = {}
    for view, picture in pictures.items():
        files[view] = folder / f"{view}.jpg"
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=95)
        files[view].write_bytes(file.getvalue())
    return Portrait(name="Nora", consent=Consent(by="Nora", on=date(2026, 1, 1)), pictures=files)


def test_a_character_of_the_sample_cast_comes_with_all_that_was_measured(
    settings: Settings, assets: Assets, figure: Record
) -> None:
    began = thread_time()
    told = audition(read_folder(CAST / "ava"), settings, assets)
    took = thread_time() - began
    figure("identity.references", "13 reference pictures looked at, CPU", took, "s", "<= 6", took <= 6)
    assert took <= 6
    assert {reference.view for reference in told.references} == set(VIEWS)
    assert all(reference.quality for reference in told.references)
    qualities = {reference.view: reference.quality for reference in told.references}
    assert qualities["three_quarter_left"].yaw > 20
    assert told.identity.canonical in VIEWS
    assert told.identity.style.hair and told.identity.style.eyes and told.identity.style.palette
    assert len(kept(assets)) == 13


def test_one_picture_is_enough(settings: Settings, assets: Assets, tmp_path: Path) -> None:
    told = audition(nora(tmp_path, holiday=portrait("zuri")), settings, assets)
    (reference,) = told.references
    assert (told.identity.canonical, reference.view) == ("holiday", "holiday")
    assert reference.quality.face > 200


def test_one_bad_picture_refuses_all_before_anything_is_kept(
    settings: Settings, assets: Assets, tmp_path: Path
) -> None:
    shaken = cv2.GaussianBlur(portrait("zuri", "look_up"), (0, 0), 5)
    with pytest.raises(BadPicture, match="In the picture shaken the face is blurred"):
        audition(nora(tmp_path, good=portrait("zuri"), shaken=shaken), settings, assets)
    assert kept(assets) == []
