"""The people of the puppet engine: what a pose and a light change in their picture."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from engines.video import ActorOrder
from engines.video.puppet.figure import Figure, Light, Pose
from events.character import Reference
from events.look import Garment, Injury, Look
from media.assets import Assets
from tests.puppets import CAST, DAY, NAMES, SIZE, bust, changed, lab, patch, played


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return Assets(tmp_path_factory.mktemp("assets"))


# ---------------------------------------------------------------- sprites


@pytest.mark.parametrize("name", NAMES)
def test_a_sprite_is_premultiplied_and_says_where_its_face_is(assets: Assets, name: str) -> None:
    sprite = bust(played(assets, name))
    assert sprite.pixels.dtype == np.uint8
    assert (sprite.pixels[..., :3] <= sprite.pixels[..., 3:]).all()
    assert sprite.face == pytest.approx(SIZE)
    rows, columns = patch(sprite, 0, 0.1, 0.05)
    assert sprite.pixels[rows, columns, 3].min() == 255
    assert sprite.pixels[0, :, 3].max() == 0
    assert sprite.feet == sprite.pixels.shape[0] - 1


def test_every_extent_shows_more_of_the_body_with_the_same_head(assets: Assets) -> None:
    person = played(assets, "zuri")
    sprites = [person.sprite(Pose(), DAY, extent, 60) for extent in ("bust", "half", "full")]
    assert [s.eyes for s in sprites] == [sprites[0].eyes] * 3
    assert sprites[0].feet < sprites[1].feet < sprites[2].feet
    assert sprites[2].feet > 6.5 * sprites[2].face


def test_a_walking_figure_moves_its_legs_and_not_its_head(assets: Assets) -> None:
    person = played(assets, "marlow")
    still, stride = (person.sprite(Pose(stride=s), DAY, "full", 50) for s in (0.0, 0.8))
    rows = np.flatnonzero((still.pixels[..., 3] != stride.pixels[..., 3]).any(1))
    assert rows.min() > still.eyes[1] + still.face


def test_a_larger_face_is_not_baked_past_the_reference(assets: Assets) -> None:
    assert played(assets, "ava").sprite(Pose(), DAY, "bust", 900).face < 400


def test_the_light_falls_on_the_side_it_comes_from(assets: Assets) -> None:
    person = played(assets, "kairo")
    for key in (-0.9, 0.9):
        sprite = person.sprite(Pose(), Light(key=key, rim=0), "bust", SIZE)
        left, right = (lab(sprite)[patch(sprite, side * 0.28, 0.25)][..., 0].mean() for side in (-1, 1))
        assert (left > right) == (key < 0)


# ---------------------------------------------------------------- poses


@pytest.mark.parametrize("turn", ["front", "left", "right", "up", "down"])
def test_mouths_and_blinks_differ_in_every_turn(assets: Assets, turn: str) -> None:
    person = played(assets, "kairo")
    mouths = [bust(person, turn=turn, mouth=mouth) for mouth in ("shut", "half", "wide", "round")]
    for k, one in enumerate(mouths):
        for other in mouths[k + 1 :]:
            assert changed(one, other).sum() > 40
    assert changed(mouths[0], bust(person, turn=turn, blink=True)).sum() > 30


def test_expressions_differ(assets: Assets) -> None:
    person = played(assets, "zuri")
    shown = [bust(person, expression=e) for e in ("neutral", "smile", "sad", "angry", "surprised")]
    for k, one in enumerate(shown):
        assert all(changed(one, other).sum() > 40 for other in shown[k + 1 :])


def test_another_mouth_leaves_the_eyes_alone(assets: Assets) -> None:
    person = played(assets, "ava")
    shut, wide = bust(person), bust(person, mouth="wide")
    assert not changed(shut, wide)[patch(shut, 0, 0, 0.1)].any()


def test_a_turn_that_no_reference_shows_is_the_front(assets: Assets) -> None:
    picture = CAST / "ava" / "front_neutral.webp"
    references = (Reference(view="front_neutral", uri=assets.write(picture.read_bytes())),)
    person = Figure(ActorOrder(slug="ava", name="Ava", references=references, look=Look()), assets)
    assert person.turns == {"front"}
    assert np.array_equal(bust(person, turn="left").pixels, bust(person).pixels)


# ---------------------------------------------------------------- repeatable

FRESH = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.puppets import DAY, played
from engines.video.puppet.figure import Pose
from events.look import Garment, Injury, Look
from media.assets import Assets
look = Look(wardrobe=Garment(what="coat"), injuries=(Injury(what="burn"),), props=("lamp",))
person = played(Assets(Path({folder!r})), "ava", look)
print(hashlib.sha256(person.sprite(Pose("smile", "half"), DAY, "half", 90).pixels.tobytes()).hexdigest())
"""


def test_the_same_order_gives_the_same_bytes_in_a_fresh_process(assets: Assets) -> None:
    person = played(
        assets, "ava", Look(wardrobe=Garment(what="coat"), injuries=(Injury(what="burn"),), props=("lamp",))
    )
    here = hashlib.sha256(person.sprite(Pose("smile", "half"), DAY, "half", 90).pixels.tobytes()).hexdigest()
    code = FRESH.format(root=str(CAST.parents[1]), folder=str(assets.root))
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout.split()[-1] == here
