"""A clip from elsewhere becomes one of the house: the film's grid, the scene's colours, and nothing but a video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from actors.shot_order import is_chained
from engines.video import Profile
from events.camera import Camera
from events.errors import TakeFailed, Unsupported
from events.storyboard import Shot
from media.assets import Assets
from media.clips import ClipWriter
from media.frames import frame_count
from media.ingest import mean_colour, take_in
from media.sound import write_wav
from tests.orders import order
from tests.providers.clips import mp4

SIZE = (320, 180)


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


def painted(path: Path, colour: tuple[int, int, int], frames: int = 24) -> Path:
    """A clip of one colour that brightens a little."""
    with ClipWriter(path, frames, size=SIZE) as clip:
        for number in range(frames):
            clip.write(np.full((SIZE[1], SIZE[0], 3), np.array(colour) + number // 8, np.uint8))
    return path


def test_a_clip_of_another_size_and_rate_is_as_long_as_its_shot(assets: Assets, tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(mp4(2))
    taken = take_in(source, order(assets, frames=40, size=SIZE), assets)
    assert (taken.frames, frame_count(taken.path), taken.sound) == (40, 40, "")


def test_the_sound_is_taken_out_where_it_is_kept(assets: Assets, tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(mp4(2))
    taken = take_in(source, order(assets, frames=40, size=SIZE), assets, keep_sound=True)
    assert taken.sound in assets and assets.read(taken.sound)[:4] == b"RIFF"


def test_a_chain_stays_in_the_colours_of_its_scene(assets: Assets, tmp_path: Path) -> None:
    anchor = assets.take(painted(tmp_path / "first.mp4", (120, 110, 100)))
    drifted = painted(tmp_path / "drifted.mp4", (105, 118, 122))
    wanted = mean_colour(assets.path(anchor))
    free = mean_colour(take_in(drifted, order(assets, frames=24, size=SIZE), assets).path)
    held = mean_colour(take_in(drifted, order(assets, frames=24, size=SIZE, anchor=anchor), assets).path)
    assert np.abs(free - wanted).max() > 12 and np.abs(held - wanted).max() < 4


def test_another_scene_is_not_painted_over(assets: Assets, tmp_path: Path) -> None:
    """A clip that is dark on purpose stays rather dark: colours are moved by a third at most."""
    anchor = assets.take(painted(tmp_path / "first.mp4", (200, 200, 200)))
    dark = painted(tmp_path / "dark.mp4", (40, 40, 40))
    held = take_in(dark, order(assets, frames=24, size=SIZE, anchor=anchor), assets)
    assert mean_colour(held.path).max() < 60


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<html>Not found</html>",
        write_wav(np.zeros(100, np.float32)),
    ],
)
def test_what_is_no_video_is_refused_and_opens_nothing_else(content: bytes, assets: Assets, tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(content)
    with pytest.raises(TakeFailed):
        take_in(source, order(assets, frames=24, size=SIZE), assets)


# ---------------------------------------------------------------- chains


def chained(profile: Profile) -> list[bool]:
    """Which of five shots of a scene begin at the tail of the one before."""
    shots = (Shot(shot_id=str(n), scene=1, index=n, start=0, frames=24, camera=Camera()) for n in range(5))
    return [is_chained(shot, profile) for shot in shots]


@pytest.mark.parametrize(
    ("hops", "expected"),
    [(0, "-++++"), (1, "-----"), (2, "-+-+-"), (3, "-++-+")],
)
def test_a_chain_begins_anew_after_so_many_hops(hops: int, expected: str) -> None:
    profile = Profile(name="it", longest_clip=8, first_frame=True, hops=hops)
    assert chained(profile) == [sign == "+" for sign in expected]


def test_an_engine_that_cannot_go_on_says_what_to_choose() -> None:
    with pytest.raises(Unsupported, match=r"it: {hops: 1}"):
        chained(Profile(name="it", longest_clip=8))
    assert not any(chained(Profile(name="it", longest_clip=8, hops=1)))
    assert chained(Profile(name="it", longest_clip=8, extends=True)) == [False, True, True, True, True]
