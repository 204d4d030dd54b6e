"""What the whole-film report says of identity: over time, and by how long somebody had not been seen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from events.episode import Episode
from events.episode_facts import QualityChecked
from events.script import Scene, Script
from events.storyboard import Camera, Shot
from events.verdict import Sighting
from media.layout import Piece
from media.reel import Reel
from media.retention import plot, retention

NAMES = {"ava": "Ava", "marlow": "Marlow", "zuri": "Zuri"}
SEEN = [(1, "ava", 0.95), (1, "marlow", 0.9), (2, "ava", 0.93), (5, "ava", 0.8), (6, "ava", None), (7, "ava", 0.9)]


@pytest.fixture
def reel() -> Reel:
    """Seven scenes of one shot of five seconds each."""
    scenes = tuple(
        Scene(number=n, scene_id=f"s{n}", description="On.", characters=("ava", "marlow"), seconds=5)
        for n in range(1, 8)
    )
    shots = {
        f"s{n:02}-01": Shot(shot_id=f"s{n:02}-01", scene=n, index=0, start=0, frames=120, camera=Camera())
        for n in range(1, 8)
    }
    identity = tuple(
        (f"s{n:02}-01", Sighting(slug=slug, frames=4, idr=idr, low=None if idr is None else idr - 0.05))
        for n, slug, idr in SEEN
    )
    checked = QualityChecked(film="asset://film", passed=True, identity=identity)
    starts = {name: 120 * index for index, name in enumerate(shots)}
    pieces = tuple(Piece(Path(f"{name}.mp4"), frames=120) for name in shots)
    return Reel(Episode(shots=shots, quality=checked), Script(title="T", scenes=scenes), pieces, starts)


def test_everybody_is_followed_over_the_film(reel: Reel) -> None:
    told = retention(reel, NAMES, 0.75)
    ava = told["characters"]["ava"]["over_time"]
    assert [(seen["scene"], seen["seconds"], seen["idr"]) for seen in ava] == [
        (1, 2.5, 0.95), (2, 7.5, 0.93), (5, 22.5, 0.8), (6, 27.5, None), (7, 32.5, 0.9),
    ]  # fmt: skip
    assert told["characters"]["zuri"]["over_time"] == []
    json.dumps(told)


def test_who_was_long_away_is_told_apart_from_who_was_just_seen(reel: Reel) -> None:
    """A scene in which the face was not found is no sighting: the gap goes on over it."""
    gaps = retention(reel, NAMES, 0.75)["characters"]["ava"]["by_gap"]
    assert [(gap["gap"], gap["idr"], gap["sightings"]) for gap in gaps] == [
        (0, 0.95, 1), (1, 0.93, 1), (2, 0.9, 1), (3, 0.8, 1),
    ]  # fmt: skip


def test_the_picture_shows_a_line_for_everybody_who_was_seen(reel: Reel, tmp_path: Path) -> None:
    plot(retention(reel, NAMES, 0.75), "T", tmp_path / "identity.png")
    picture = np.asarray(Image.open(tmp_path / "identity.png").convert("RGB")).astype(int)
    assert picture.shape[:2] == (720, 1200)
    colours = {"ava": (0x2B, 0x7A, 0x78), "marlow": (0xD2, 0x69, 0x1E), "zuri": (0x5B, 0x5E, 0xA6)}
    drawn = {slug: (np.abs(picture - colour).max(2) < 12).sum() > 20 for slug, colour in colours.items()}
    assert drawn == {"ava": True, "marlow": True, "zuri": False}


def test_a_film_in_which_nobody_is_recognised_has_an_empty_plot(reel: Reel, tmp_path: Path) -> None:
    plot(retention(reel, {"zuri": "Zuri"}, 0.75), "T", tmp_path / "identity.png")
    assert (tmp_path / "identity.png").stat().st_size > 0
