"""Reference pictures: what is measured of each, which are refused and with what words."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engines.face.mesh import mesh
from engines.face.portrait import SMALLEST_FACE, flaws, measured, sit
from events.character import Quality
from events.errors import BadPicture
from tests.sample_cast import EMPTY, SLUGS, VIEWS, cut_out, engine, frame, portrait

GOOD = Quality(sharpness=200, face=240, light=0.6, contrast=0.15, yaw=0, pitch=0, roll=0)


def quality(slug: str, view: str = "front_neutral") -> Quality:
    return sit(engine(), view, cut_out(slug, view)).quality


def refused(picture: np.ndarray, because: str) -> None:
    with pytest.raises(BadPicture, match=f"picture holiday .*{because}"):
        sit(engine(), "holiday", picture)


# ---------------------------------------------------------------- what is measured


@pytest.mark.parametrize("slug", SLUGS)
def test_every_view_of_the_sample_cast_is_accepted(slug: str) -> None:
    for view in VIEWS:
        assert list(flaws(quality(slug, view))) == [], view


@pytest.mark.parametrize("slug", SLUGS)
def test_yaw_is_positive_to_the_persons_own_left(slug: str) -> None:
    """The cast was rendered with the head turned by 28 degrees."""
    left, front, right = (
        quality(slug, view).yaw for view in ("three_quarter_left", "front_neutral", "three_quarter_right")
    )
    assert left == pytest.approx(28, abs=6)
    assert right == pytest.approx(-28, abs=6)
    assert abs(front) < 3


@pytest.mark.parametrize("slug", SLUGS)
def test_pitch_is_positive_upwards(slug: str) -> None:
    """Rendered with the head tipped by 9 degrees, against the same person's front view."""
    up, front, down = (quality(slug, view).pitch for view in ("look_up", "front_neutral", "look_down"))
    assert up - front == pytest.approx(8, abs=4)
    assert down - front == pytest.approx(-8, abs=4)
    assert abs(front) < 6


@pytest.mark.parametrize("degrees", [-15, 15])
def test_roll_is_positive_to_the_persons_own_left_shoulder(degrees: int) -> None:
    """A picture that is turned clockwise shows a head that leans to its own left."""
    turn = cv2.getRotationMatrix2D((320, 320), -degrees, 1)
    turned = cv2.warpAffine(portrait("kairo"), turn, (640, 640), borderValue=(128, 128, 128))
    assert sit(engine(), "turned", turned).quality.roll == pytest.approx(degrees, abs=3)


def test_a_small_picture_has_a_small_face_and_a_blurred_one_fewer_edges() -> None:
    whole = quality("marlow")
    half = sit(engine(), "half", cv2.resize(portrait("marlow"), (320, 320), interpolation=cv2.INTER_AREA)).quality
    soft = sit(engine(), "soft", cv2.GaussianBlur(portrait("marlow"), (0, 0), 2)).quality
    assert half.face == pytest.approx(whole.face / 2, rel=0.05)
    assert soft.sharpness < whole.sharpness / 8


def test_light_is_that_of_the_face_alone() -> None:
    """A person on white and one on black are lit alike."""
    one, other = (quality_on(grey) for grey in (0, 255))
    assert one.light == pytest.approx(other.light, abs=0.02)
    assert one.contrast == pytest.approx(other.contrast, abs=0.02)


def quality_on(grey: int) -> Quality:
    rgba = cut_out("ava").astype(np.float32)
    share = rgba[..., 3:] / 255
    return sit(engine(), "x", np.rint(rgba[..., :3] * share + grey * (1 - share)).astype(np.uint8)).quality


def test_transparency_is_kept_beside_the_picture() -> None:
    assert sit(engine(), "x", cut_out("zuri")).alpha is not None
    assert sit(engine(), "x", portrait("zuri")).alpha is None


# ---------------------------------------------------------------- what is refused


def test_without_a_face_or_with_several_a_picture_is_refused() -> None:
    with pytest.raises(BadPicture, match="No face was found in the picture holiday"):
        sit(engine(), "holiday", EMPTY)
    with pytest.raises(BadPicture, match="2 faces in the picture holiday"):
        sit(engine(), "holiday", frame(("ava", "front_neutral"), ("kairo", "front_neutral")))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_small_face_is_refused(slug: str) -> None:
    refused(cv2.resize(portrait(slug), (160, 160), interpolation=cv2.INTER_AREA), f"at least {SMALLEST_FACE} pixels")
    assert (
        sit(engine(), "x", cv2.resize(portrait(slug), (256, 256), interpolation=cv2.INTER_AREA)).quality.face
        > SMALLEST_FACE
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_a_blurred_face_is_refused(slug: str) -> None:
    refused(cv2.GaussianBlur(portrait(slug), (0, 0), 4.5), "blurred. Use one that is in focus")
    sit(engine(), "x", cv2.GaussianBlur(portrait(slug), (0, 0), 2))


@pytest.mark.parametrize(("slug", "share"), [("ava", 0.11), ("kairo", 0.12), ("marlow", 0.12), ("zuri", 0.2)])
def test_a_dark_face_is_refused_for_its_darkness(slug: str, share: float) -> None:
    refused((portrait(slug) * share).astype(np.uint8), "too dark. Use one with more light")
    sit(engine(), "x", (portrait(slug) * 0.4).astype(np.uint8))


@pytest.mark.parametrize(("slug", "gain"), [("ava", 2), ("kairo", 2), ("marlow", 2), ("zuri", 4)])
def test_an_overexposed_face_is_refused(slug: str, gain: float) -> None:
    refused(np.clip(portrait(slug) * float(gain), 0, 255).astype(np.uint8), "too bright. Use one that is exposed")
    sit(engine(), "x", np.clip(portrait(slug) * (gain / 2 + 0.1), 0, 255).astype(np.uint8))


def test_a_face_without_contrast_is_refused() -> None:
    refused((128 + (portrait("zuri") - 128.0) * 0.2).astype(np.uint8), "hardly any contrast. Use one without haze")


def test_the_worst_flaw_is_named_first() -> None:
    told = list(flaws(GOOD.replaced(face=40, light=0.05, sharpness=2)))
    assert ["40 pixels" in told[0], "dark" in told[1], "blurred" in told[2]] == [True] * 3


# ---------------------------------------------------------------- photographs


def photograph(package: str, *path: str) -> np.ndarray:
    """A photograph of real people that comes with a library."""
    (folder,) = find_spec(package).submodule_search_locations
    return np.asarray(Image.open(Path(folder, *path)).convert("RGB"))


def test_the_faces_of_a_press_photograph_are_good_enough() -> None:
    picture = photograph("insightface", "data", "images", "t1.jpg")
    faces = engine().faces(picture)
    assert len(faces) == 6
    found = [measured(picture, face, mesh(picture, face.box)[0]) for face in faces]
    assert [list(flaws(each)) for each in found] == [[]] * 6
    assert min(each.sharpness for each in found) < 40


def test_a_portrait_in_a_photograph_is_accepted() -> None:
    astronaut = photograph("skimage", "data", "astronaut.png")
    assert sit(engine(), "astronaut", astronaut).quality.face > SMALLEST_FACE
