"""The refiner: a drifted face becomes the character's own again, nothing else changes, and nothing flickers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.figures import Record
from bench.refining import Outcome, Studio, record_all
from engines.face.identity import idr, likeness
from engines.refine import RefineOrder
from engines.refine.canonical import Canonical, pictures
from engines.refine.expression import EYES_OPEN, away, traits
from engines.refine.paint import Patch
from engines.refine.tracking import follow
from engines.refine.views import chosen, views_of
from engines.refine.warp import solid, spread, thin_plate, turned
from engines.registry import engine_class
from events.camera import Camera, Framing
from events.character import Reference
from events.errors import BadPicture
from media.clips import ClipWriter, i420
from media.frames import frame_count, png
from media.ssim import outside, similarity
from tests.sample_cast import EMPTY, SLUGS, engine, frame, identities

CLOSE = Camera(framing=Framing.CLOSE_UP)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"), seconds=1.0, known=identities())


@pytest.fixture(scope="module")
def outcomes(studio: Studio) -> list[Outcome]:
    cases = (
        studio.miscast("ava", "kairo", 1, CLOSE),
        studio.miscast("zuri", "marlow", 2, slate=True),
        studio.mixed("marlow", "ava", 3, CLOSE),
        studio.swap("kairo", "zuri", 4),
    )
    return [studio.repaired(case) for case in cases]


@pytest.fixture(scope="module")
def canonical(studio: Studio) -> Canonical:
    return studio.canonical


def wanted(studio: Studio, *slugs: str) -> RefineOrder:
    """Everybody named has to be recognisable, from left to right."""
    references = {slug: studio.cast[slug].references for slug in slugs}
    return RefineOrder(visible=slugs, identified=slugs, references=references, identities=identities())


def recognised(picture: np.ndarray, *slugs: str) -> list[float]:
    """IDR of the faces of a picture, from left to right, each as the one named."""
    faces = sorted(engine().faces(picture, len(slugs))[: len(slugs)], key=lambda face: face.box[0])
    references = [[np.array(vector) for vector in identities()[slug].vectors] for slug in slugs]
    raw = [likeness(f.vector, refs, engine().similarity) for f, refs in zip(faces, references, strict=True)]
    return [idr(value, identities()[slug].calibration) for value, slug in zip(raw, slugs, strict=True)]


def film(path: Path, *shown: np.ndarray, repeat: int = 1) -> Path:
    with ClipWriter(path, len(shown) * repeat) as writer:
        for picture in shown:
            writer.write(picture, repeat)
    return path


# ---------------------------------------------------------------- clips


def test_drifted_clips_are_repaired_and_nothing_else_is_changed(outcomes: list[Outcome], figure: Record) -> None:
    """Line identity.2 in short; the whole of it is ``python -m bench refining``."""
    assert all(outcome.before.value == "fail" for outcome in outcomes)
    assert record_all(figure, outcomes)
    for outcome in outcomes:
        assert outcome.refined != outcome.clip
        assert frame_count(outcome.refined) == frame_count(outcome.clip)


def test_the_same_order_gives_the_same_clip(studio: Studio, outcomes: list[Outcome], tmp_path: Path) -> None:
    first = outcomes[1]
    again = studio.canonical.clip(first.clip, wanted(studio, "zuri"), tmp_path)
    assert Path(again.path).read_bytes() == first.refined.read_bytes()
    assert again.outside == first.outside


def test_a_clip_that_is_right_stays_the_very_same(studio: Studio, canonical: Canonical, tmp_path: Path) -> None:
    clip = film(tmp_path / "right.mp4", frame(("ava", "front_smile"), ("kairo", "front_neutral")), repeat=6)
    refined = canonical.clip(clip, wanted(studio, "ava", "kairo"), tmp_path)
    assert (refined.path, refined.outside) == (str(clip), 1.0)


def test_without_a_face_there_is_nothing_to_repair(studio: Studio, canonical: Canonical, tmp_path: Path) -> None:
    clip = film(tmp_path / "empty.mp4", EMPTY, repeat=3)
    assert canonical.clip(clip, wanted(studio, "ava"), tmp_path).path == str(clip)


def test_somebody_who_need_not_be_recognised_is_left_alone(studio: Studio, canonical: Canonical) -> None:
    picture = frame(("kairo", "front_neutral"), ("ava", "front_neutral"))
    order = wanted(studio, "marlow", "zuri").model_copy(update={"identified": ("zuri",)})
    refined = canonical.still(picture, order)
    assert (refined[:, :640] == picture[:, :640]).all()
    assert recognised(refined, "kairo", "zuri")[1] >= 0.75


def test_a_bystander_is_not_taken_for_somebody_who_is_not_seen(studio: Studio, canonical: Canonical) -> None:
    picture = frame(("ava", "front_neutral"))
    order = wanted(studio, "ava", "kairo").model_copy(update={"identified": ("kairo",)})
    assert (canonical.still(picture, order) == picture).all()


def test_a_face_that_comes_late_is_repaired_from_its_first_frame(canonical: Canonical) -> None:
    there = frame(("ava", "front_neutral"))
    tracks = follow([EMPTY] * 3 + [there] * 8, canonical.faces, 1)
    assert [sorted(track.sights) for track in tracks] == [list(range(3, 11))]


def test_a_held_picture_is_looked_at_once(canonical: Canonical) -> None:
    one, other = frame(("ava", "front_neutral")), frame(("ava", "mouth_wide"))
    (track,) = follow([one] * 4 + [other] * 4, canonical.faces, 1)
    assert len({id(sight) for sight in track.sights.values()}) == 2


# ---------------------------------------------------------------- stills


@pytest.mark.parametrize("slug", SLUGS)
def test_a_still_gets_the_right_face(studio: Studio, canonical: Canonical, slug: str) -> None:
    other = SLUGS[(SLUGS.index(slug) + 1) % len(SLUGS)]
    picture = frame((other, "front_neutral"))
    before = picture.copy()
    refined = canonical.still(picture, wanted(studio, slug))
    assert (picture == before).all()
    assert recognised(picture, slug)[0] < 0.6
    assert recognised(refined, slug)[0] >= 0.75
    assert (refined[:200] == picture[:200]).all() and (refined[:, :400] == picture[:, :400]).all()


def test_two_who_were_swapped_get_their_own_places(studio: Studio, canonical: Canonical) -> None:
    refined = canonical.still(
        frame(("kairo", "front_neutral"), ("ava", "front_neutral")), wanted(studio, "ava", "kairo")
    )
    assert min(recognised(refined, "ava", "kairo")) >= 0.75


def test_a_later_attempt_shows_more_of_the_character(studio: Studio, canonical: Canonical) -> None:
    picture, order = frame(("zuri", "front_neutral")), wanted(studio, "marlow")
    first, last = (canonical.still(picture, order.model_copy(update={"attempt": number})) for number in (1, 3))
    assert recognised(last, "marlow")[0] > recognised(first, "marlow")[0]


def test_one_photograph_is_enough(studio: Studio, canonical: Canonical) -> None:
    """What it does not show, here an open mouth, stays the picture's."""
    picture, order = frame(("kairo", "mouth_wide")), wanted(studio, "ava")
    single = {"ava": tuple(r for r in studio.cast["ava"].references if r.view == "front_neutral")}
    refined = canonical.still(picture, order.model_copy(update={"references": single}))
    assert recognised(refined, "ava")[0] >= 0.75
    (face,) = engine().faces(refined, 1)
    assert np.linalg.norm(face.landmarks[62] - face.landmarks[66]) > 0.04 * face.box[3]


def test_references_without_a_face_are_refused(studio: Studio, canonical: Canonical) -> None:
    empty = Reference(view="photo", uri=studio.assets.write(png(EMPTY)))
    order = wanted(studio, "ava").model_copy(update={"references": {"ava": (empty,)}})
    with pytest.raises(BadPicture, match="Add one from the front"):
        canonical.still(frame(("kairo", "front_neutral")), order)


def test_it_can_be_chosen_by_name() -> None:
    assert engine_class("refine", "canonical") is Canonical


# ---------------------------------------------------------------- which view


@pytest.mark.parametrize("slug", SLUGS)
def test_a_blink_is_shown_as_a_blink(studio: Studio, slug: str) -> None:
    views = views_of(studio.cast[slug].references, studio.assets)
    gone = away(np.array([view.traits for view in views]))
    shut = {view.name for view, trait in zip(views, gone, strict=True) if trait[EYES_OPEN] < -1}
    assert shut == {"front_blink"}


@pytest.mark.parametrize("view", ["front_blink", "front_smile", "mouth_wide", "three_quarter_left"])
def test_a_face_is_shown_doing_what_the_other_did(studio: Studio, view: str) -> None:
    """By somebody else's view of the same kind."""
    mine, theirs = (views_of(studio.cast[slug].references, studio.assets) for slug in ("ava", "zuri"))
    seen, done = (away(np.array([one.traits for one in views])) for views in (theirs, mine))
    at = [one.name for one in theirs].index(view)
    (choice,) = chosen([theirs[at].mesh], seen[at : at + 1], mine, done)
    assert mine[choice].name == view


def test_a_face_between_two_views_does_not_flicker(studio: Studio) -> None:
    views = views_of(studio.cast["ava"].references, studio.assets)[:2]
    does = np.array([[0.0] * 5, [1.0] + [0.0] * 4])
    trembling = np.array([[0.45 + 0.1 * (number % 2)] + [0.0] * 4 for number in range(12)])
    assert len(set(chosen([views[0].mesh] * 12, trembling, [views[0], views[0]], does))) == 1
    stepping = np.array([[float(number >= 6)] + [0.0] * 4 for number in range(12)])
    assert chosen([views[0].mesh] * 12, stepping, [views[0], views[0]], does) == [0] * 6 + [1] * 6


def test_traits_do_not_change_with_size_and_tilt(studio: Studio) -> None:
    view = views_of(studio.cast["kairo"].references, studio.assets)[0]
    matrix = cv2.getRotationMatrix2D((320, 320), 12, 0.7)
    smaller = cv2.warpAffine(np.ascontiguousarray(view.rgba[..., :3]), matrix, (640, 640), flags=cv2.INTER_AREA)
    mesh = np.hstack([view.mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2], 0.7 * view.mesh[:, 2:]])
    assert traits(smaller, mesh) == pytest.approx(view.traits, abs=0.12)


# ---------------------------------------------------------------- geometry, paint, similarity


def points() -> Iterator[np.ndarray]:
    random = np.random.default_rng(7)
    while True:
        yield random.normal(size=(40, 3))


def test_a_solid_body_is_found_again() -> None:
    cloud = next(points())
    angle = 0.4
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    moved = 1.7 * cloud @ turn.T + (3, -2, 5)
    found = solid(cloud, moved)
    assert found(cloud) == pytest.approx(moved)
    assert (found.scale, found.rotation) == (pytest.approx(1.7), pytest.approx(turn))


def test_a_turn_is_measured_in_radians(studio: Studio) -> None:
    views = {view.name: view.mesh for view in views_of(studio.cast["marlow"].references, studio.assets)}
    assert turned(views["front_neutral"], views["front_neutral"]) == pytest.approx(0, abs=1e-6)
    assert turned(views["front_neutral"], views["three_quarter_left"]) > 0.3


def test_thin_plates_pass_through_their_points_and_keep_what_is_straight() -> None:
    places = next(points())[:, :2]
    straight = places @ np.array([[2, 1], [0, 3]]) + (4, 5)
    assert thin_plate(places, straight)(places[:5] + 0.3) == pytest.approx(
        (places[:5] + 0.3) @ np.array([[2, 1], [0, 3]]) + (4, 5)
    )
    bent = straight + np.sin(places)
    assert thin_plate(places, bent, stiffness=0)(places) == pytest.approx(bent)


def test_a_slow_field_is_right_on_every_pixel() -> None:
    corner = np.array((31, 7))
    found = spread(lambda places: places * 2.0, corner, (50, 30))
    y, x = np.mgrid[7:37, 31:81]
    assert found.shape == (30, 50, 2)
    assert found == pytest.approx(np.stack([x, y], -1) * 2.0, abs=1e-3)


def test_a_patch_changes_only_what_it_covers() -> None:
    random = np.random.default_rng(3)
    picture = random.integers(0, 256, (48, 64, 3), np.uint8)
    cover = np.zeros((8, 12), np.float32)
    cover[2:6, 2:10] = 1
    patch = Patch(np.full((8, 12, 3), 200, np.uint8), cover, (20, 16))
    painted, planes, before = picture.copy(), i420(picture), i420(picture)
    patch.onto(painted)
    patch.onto_i420(planes)
    changed = np.zeros((48, 64), bool)
    changed[18:22, 22:30] = True
    assert (painted[changed] == 200).all() and (painted[~changed] == picture[~changed]).all()
    luma = planes[:48]
    assert (luma[changed] == i420(np.full((4, 4, 3), 200, np.uint8))[0, 0]).all()
    assert (luma[~changed] == before[:48][~changed]).all()


def test_similarity_is_one_for_the_same_and_falls_with_noise() -> None:
    random = np.random.default_rng(5)
    picture = cv2.GaussianBlur(random.integers(0, 256, (90, 120), np.uint8), (0, 0), 2)
    assert similarity(picture, picture) == pytest.approx(1)
    noisy = [np.clip(picture + random.normal(0, much, picture.shape), 0, 255).astype(np.uint8) for much in (4, 16)]
    values = [similarity(picture, other).mean() for other in noisy]
    assert 0.9 > values[0] > values[1] > 0


def test_similarity_of_flat_pictures_is_as_the_paper_says() -> None:
    """Without any structure only the luminance term is left: (2xy + C1) / (x² + y² + C1)."""
    one, other = (np.full((40, 40), level, np.uint8) for level in (100, 140))
    c1 = (0.01 * 255) ** 2
    assert similarity(one, other) == pytest.approx((2 * 100 * 140 + c1) / (100**2 + 140**2 + c1), abs=1e-3)


def test_outside_does_not_look_into_the_squares(tmp_path: Path) -> None:
    one = frame(("ava", "front_neutral"))
    other = one.copy()
    other[300:500, 560:720] = 0
    clips = film(tmp_path / "one.mp4", one), film(tmp_path / "other.mp4", other)
    assert outside(*clips, [[(540.0, 280.0, 200.0, 240.0)]])[0] > 0.99
    assert outside(*clips, [[]])[0] < 0.98


def test_every_frame_is_still_there(outcomes: list[Outcome]) -> None:
    """And on the clip that is still, the picture stays still."""
    shown = list(pictures(outcomes[1].refined))
    assert np.abs(shown[2].astype(int) - shown[8]).mean() < 0.5
