"""The people of the puppet engine: clothes, wounds and things that a look puts on them."""

from __future__ import annotations

import io

import numpy as np
import pytest
import yaml
from PIL import Image

from engines.video import ActorOrder
from engines.video.puppet.figure import Figure, Pose
from engines.video.puppet.figure import landmarks as lm
from engines.video.puppet.figure.cloth import cloth_of
from engines.video.puppet.figure.cutout import cutout
from engines.video.puppet.figure.injury import FACE, wound_of
from engines.video.puppet.figure.wardrobe import recoloured
from events.character import Reference
from events.look import Garment, Injury, Look
from media.assets import Assets
from tests.puppets import CAST, DAY, NAMES, bust, changed, lab, moved, patch, played


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return Assets(tmp_path_factory.mktemp("assets"))


# ---------------------------------------------------------------- wardrobe


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("colour", ["#2f6b3a", "#e8e2d4", "#1c1e24"])
def test_a_wardrobe_colour_moves_the_cloth_and_not_the_skin(assets: Assets, name: str, colour: str) -> None:
    bare, dressed = (
        bust(played(assets, name)),
        bust(played(assets, name, Look(wardrobe=Garment(what="jumper", colour=colour)))),
    )
    if not (name == "kairo" and colour == "#1c1e24"):  # charcoal to black is a small step
        for side in (-1, 1):
            assert moved(bare, dressed, patch(bare, side * 1.0, 1.75)) > 15
    for across, down in ((0, 0.2), (-0.25, 0.3), (0.25, 0.3), (0, -0.3)):
        assert moved(bare, dressed, patch(bare, across, down)) < 1.5


@pytest.mark.parametrize("name", NAMES)
def test_what_somebody_wears_in_the_pictures_stays_as_it_is(assets: Assets, name: str) -> None:
    own = Garment.model_validate(yaml.safe_load((CAST / name / "character.yaml").read_text())["wardrobe"])
    bare, dressed = bust(played(assets, name)), bust(played(assets, name, Look(wardrobe=own)))
    for across, down in ((-1.0, 1.75), (1.0, 1.75), (-0.35, 1.15), (0.35, 1.15)):
        assert moved(bare, dressed, patch(bare, across, down)) < 1.5


def test_grey_is_not_charcoal(assets: Assets) -> None:
    bare, grey = (bust(played(assets, "kairo", look)) for look in (Look(), Look(wardrobe=Garment(what="grey jumper"))))
    assert moved(bare, grey, patch(bare, 1.0, 1.75)) > 10


@pytest.mark.parametrize("name", NAMES)
def test_carried_light_ends_before_the_sprite_does(assets: Assets, name: str) -> None:
    lit = bust(played(assets, name, Look(props=("lantern",)))).pixels
    assert lit[..., :3][lit[..., 3] == 0].max() > 20  # it shines beside the figure
    for edge in (lit[:, 0], lit[:, -1]):
        assert edge[..., :3][edge[..., 3] == 0].max(initial=0) <= 2


@pytest.mark.parametrize("name", ["ava", "zuri"])
def test_clothes_of_the_colour_of_skin_are_told_from_skin_by_where_they_are(assets: Assets, name: str) -> None:
    own = cutout(CAST / name / "front_neutral.webp")
    cloth = cloth_of(own)
    alike = recoloured(own.rgb, cloth, tuple(0.92 * cloth.skin))
    file = io.BytesIO()
    Image.fromarray(np.dstack([alike, own.alpha])).save(file, "PNG")
    references = (Reference(view="front_neutral", uri=assets.write(file.getvalue())),)
    looks = (Look(), Look(wardrobe=Garment(what="jumper", colour="#2f7a4a")))
    bare, green = (
        bust(Figure(ActorOrder(slug=name, name=name, references=references, look=look), assets)) for look in looks
    )
    for side in (-1, 1):
        assert moved(bare, green, patch(bare, side * 1.0, 1.6)) > 30
    for across, down in ((0, 0.2), (-0.25, 0.3), (0.25, 0.3), (0, 0.85)):
        assert moved(bare, green, patch(bare, across, down, 0.06)) < 1.5


@pytest.mark.parametrize(
    "words",
    ["wool coat", "hoodie", "uniform", "dress", "cloak", "scarf", "apron", "shirt", "vest", "armour", "striped top"],
)
def test_a_garment_has_a_shape_of_its_own(assets: Assets, words: str) -> None:
    plain = bust(played(assets, "marlow", Look(wardrobe=Garment(what="something", colour="#7a5a3a"))))
    garment = bust(played(assets, "marlow", Look(wardrobe=Garment(what=words, colour="#7a5a3a"))))
    difference = changed(plain, garment)
    assert difference.sum() > 0.01 * (plain.pixels[..., 3] > 0).sum()
    assert not difference[: int(plain.eyes[1] + 0.25 * plain.face)].any()


def test_a_garment_without_a_colour_takes_the_one_its_words_name(assets: Assets) -> None:
    red, green = (bust(played(assets, "kairo", Look(wardrobe=Garment(what=f"{c} jacket")))) for c in ("red", "green"))
    at = patch(red, 1.1, 1.9)
    assert lab(red)[at][..., 1].mean() > 15 > -10 > lab(green)[at][..., 1].mean()


# ---------------------------------------------------------------- injuries


@pytest.mark.parametrize("what", ["cut", "scar", "bruise", "burn", "graze"])
@pytest.mark.parametrize("where", ["left cheek", "right cheek", "forehead", "chin", "left brow"])
def test_a_face_wound_is_at_its_place(assets: Assets, what: str, where: str) -> None:
    whole, hurt = (
        bust(played(assets, "marlow")),
        bust(played(assets, "marlow", Look(injuries=(Injury(what=what, where=where),)))),
    )
    difference = changed(whole, hurt)
    assert difference.sum() > 15
    y, x = (float(v.mean()) for v in np.nonzero(difference))
    mesh = cutout(CAST / "marlow" / "front_neutral.webp").mesh
    right, left, _ = FACE[wound_of(Injury(what=what, where=where)).place]
    points = mesh[list(right if "right" in where else left), :2].mean(0)
    scale = whole.face / lm.face_size(mesh)
    place = (points - lm.between_eyes(mesh)) * scale + whole.eyes
    assert np.hypot(x - place[0], y - place[1]) < 0.12 * whole.face


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turn", ["front", "left", "right", "up", "down"])
def test_a_plaster_is_seen_in_every_view_and_leaves_eyes_and_nose_free(assets: Assets, name: str, turn: str) -> None:
    cut = Injury(what="cut", where="right cheek", bandaged=True)
    whole, hurt = bust(played(assets, name), turn=turn), bust(played(assets, name, Look(injuries=(cut,))), turn=turn)
    difference = changed(whole, hurt)
    assert 30 < difference.sum() < 0.12 * whole.face**2
    if turn == "front":
        assert not difference[patch(whole, 0, 0.05, 0.1)].any()


@pytest.mark.parametrize("where", ["left arm", "right hand", "left leg", "neck", "ribs", "right shoulder", "head"])
@pytest.mark.parametrize("bandaged", [False, True])
def test_a_wound_of_the_body_is_seen_in_every_extent(assets: Assets, where: str, bandaged: bool) -> None:
    whole = played(assets, "zuri")
    hurt = played(assets, "zuri", Look(injuries=(Injury(what="wound", where=where, bandaged=bandaged),)))
    for extent in ("bust", "half", "full"):
        one, other = (person.sprite(Pose(), DAY, extent, 40) for person in (whole, hurt))
        assert changed(one, other, 20).sum() > 25


def test_a_wound_stays_on_a_speaking_face(assets: Assets) -> None:
    cut = Injury(what="cut", where="left cheek", bandaged=True)
    whole, hurt = played(assets, "kairo"), played(assets, "kairo", Look(injuries=(cut,)))
    for pose in ({"mouth": "wide"}, {"blink": True}, {"expression": "smile", "mouth": "half"}):
        assert changed(bust(whole, **pose), bust(hurt, **pose)).sum() > 30


# ---------------------------------------------------------------- things


@pytest.mark.parametrize(
    "prop",
    ["brass lantern", "book", "phone", "key", "map", "leather bag", "sword", "rose", "cup", "letter", "hat", "idol"],
)
def test_a_thing_is_seen_in_every_extent(assets: Assets, prop: str) -> None:
    empty, holding = played(assets, "marlow"), played(assets, "marlow", Look(props=(prop,)))
    for extent in ("bust", "half", "full"):
        one, other = (person.sprite(Pose(), DAY, extent, 40) for person in (empty, holding))
        assert changed(one, other, 30).sum() > 80


def test_two_things_are_in_two_hands_and_a_slung_arm_holds_nothing(assets: Assets) -> None:
    one, two = (played(assets, "kairo", Look(props=props)) for props in (("book",), ("cup", "book")))
    assert changed(bust(one), bust(two)).sum() > 100
    sling = played(
        assets, "kairo", Look(props=("book",), injuries=(Injury(what="sprain", where="right arm", bandaged=True),))
    )
    x = np.nonzero(changed(bust(sling), bust(one)))[1]
    assert x.min() < bust(one).eyes[0] < x.max()
