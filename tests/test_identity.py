"""Identity retention: one scale for every character, measured against its own reference pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.face import Anchors
from engines.face.identity import COVERING, calibrate, extract, idr, likeness, reach
from events.character import Calibration
from events.errors import BadPicture
from tests.sample_cast import EMPTY, SLUGS, VIEWS, engine, frame, identities, portrait, vectors

ANCHORS = Anchors(stranger=0.45, weakest=0.5, median=0.68)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return 1.0 - float(np.linalg.norm(one - other))


def on_a_line(*places: float) -> list[np.ndarray]:
    """Vectors whose similarity is 1 less their distance on a line."""
    return [np.array([place]) for place in places]


def test_the_scale_goes_through_the_promised_points() -> None:
    """Pairs of these three are 0.8, 0.65 and 0.55 alike."""
    scale = calibrate(on_a_line(0.0, 0.2, 0.45), alike, ANCHORS)
    assert (scale.stranger, scale.poor) == (0.45, "")
    assert scale.weakest == pytest.approx(0.55)
    assert scale.median == pytest.approx(0.75)
    points = {0.45: 0.5, scale.weakest: 0.75, scale.median: 0.85, 1.0: 1.0}
    assert {raw: idr(raw, scale) for raw in points} == pytest.approx(points)


@pytest.mark.parametrize("count", [1, 2])
def test_few_references_are_measured_by_the_embedders_own_scale(count: int) -> None:
    scale = calibrate(on_a_line(0.0, 0.9)[:count], alike, ANCHORS)
    assert scale == Calibration(stranger=0.45, weakest=0.5, median=0.68)


def test_references_less_alike_than_strangers_leave_the_gate_above_strangers() -> None:
    views = ["front", "smile", "somebody-else", "left"]
    scale = calibrate(on_a_line(0.0, 0.1, 0.9, 0.05), alike, ANCHORS, views)
    assert scale.poor == "somebody-else"
    assert idr(ANCHORS.stranger, scale) == 0.5
    assert scale.stranger < scale.weakest < scale.median


def test_the_picture_to_blame_is_counted_where_views_have_no_names() -> None:
    assert calibrate(on_a_line(0.9, 0.0, 0.1, 0.05), alike, ANCHORS).poor == "picture 1"


def test_the_same_picture_thrice_does_not_shut_out_every_other_picture() -> None:
    scale = calibrate(on_a_line(0.0, 0.0, 0.0), alike, ANCHORS)
    assert idr(ANCHORS.median, scale) >= 0.75


def test_the_reach_is_the_widest_gap_between_neighbours() -> None:
    """Two groups of pictures 0.4 apart, whose own are near each other."""
    left, right = [0.01 * index for index in range(6)], [0.45 + 0.01 * index for index in range(6)]
    assert reach(on_a_line(*left, *right), alike, ANCHORS) == pytest.approx(0.6)


def test_too_few_or_too_similar_references_have_no_reach() -> None:
    spread = [0.1 * index for index in range(COVERING)]
    assert reach(on_a_line(*spread), alike, ANCHORS) == pytest.approx(0.9)
    assert reach(on_a_line(*spread[1:]), alike, ANCHORS) is None
    assert reach(on_a_line(*[place / 10 for place in spread]), alike, ANCHORS) is None


@pytest.mark.parametrize("slug", SLUGS)
def test_the_sample_cast_covers_how_it_can_look(slug: str) -> None:
    """Its reach lies above the gate of 0.75 and leaves every view but the loneliest in it when it is taken away."""
    own, scale = vectors(slug), identities()[slug].calibration
    needed = reach(own, engine().similarity, engine().anchors)
    assert needed is not None
    assert 0.75 < idr(needed, scale) < 0.85
    nearest = [likeness(one, list(np.delete(own, i, 0)), engine().similarity) for i, one in enumerate(own)]
    assert min(nearest) >= needed - 1e-9


SETS = st.lists(st.lists(st.floats(-2, 2), min_size=3, max_size=3).map(np.array), min_size=1, max_size=6)
RAW = st.floats(-2, 1)


@given(SETS, RAW, RAW)
@settings(max_examples=300)
def test_idr_never_falls_while_the_similarity_rises(references: list[np.ndarray], one: float, other: float) -> None:
    scale = calibrate(references, alike, ANCHORS)
    low, high = sorted((one, other))
    assert 0 <= idr(low, scale) <= idr(high, scale) <= 1
    if 0 <= low < high - 1e-6:
        assert idr(low, scale) < idr(high, scale)


@given(SETS)
@settings(max_examples=300)
def test_every_scale_puts_a_stranger_below_the_gate_and_the_same_face_at_one(references: list[np.ndarray]) -> None:
    scale = calibrate(references, alike, ANCHORS)
    assert scale.stranger < scale.weakest < scale.median < 1
    assert idr(scale.stranger, scale) == 0.5
    assert idr(1.0, scale) == 1.0


def test_a_probe_is_compared_with_its_nearest_reference() -> None:
    assert likeness(np.array([0.3]), on_a_line(0.0, 0.2, 0.9), alike) == pytest.approx(0.9)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_view_of_the_sample_cast_passes_against_the_other_views(slug: str) -> None:
    """Calibrated without the view, so it is a new picture of the character."""
    own = vectors(slug)
    for index, view in enumerate(VIEWS):
        others = np.delete(own, index, 0)
        scale = calibrate(others, engine().similarity, engine().anchors)
        raw = likeness(own[index], list(others), engine().similarity)
        assert idr(raw, scale) >= 0.75, view


def test_the_sample_cast_has_no_poor_reference() -> None:
    assert [identities()[slug].calibration.poor for slug in SLUGS] == [""] * len(SLUGS)


def test_a_foreign_picture_among_the_references_is_blamed() -> None:
    pictures = {view: portrait("ava", view) for view in ("front_neutral", "front_smile", "look_up", "mouth_wide")}
    identity = extract(engine(), {**pictures, "photo": portrait("zuri")})
    assert identity.calibration.poor == "photo"
    raw = likeness(vectors("kairo")[0], [np.array(vector) for vector in identity.vectors], engine().similarity)
    assert idr(raw, identity.calibration) < 0.75


def test_an_identity_keeps_one_vector_per_picture_in_their_order() -> None:
    identity = extract(engine(), {"front_neutral": portrait("ava"), "look_up": portrait("ava", "look_up")})
    assert identity.embedder == "faceapi-128"
    assert np.allclose(identity.vectors, vectors("ava")[[VIEWS.index("front_neutral"), VIEWS.index("look_up")]])


def test_a_picture_without_a_face_is_refused_by_name() -> None:
    with pytest.raises(BadPicture, match="No face was found in the picture holiday"):
        extract(engine(), {"front_neutral": portrait("ava"), "holiday": EMPTY})


def test_a_picture_with_two_faces_is_refused_by_name() -> None:
    both = frame(("ava", "front_neutral"), ("marlow", "front_neutral"))
    with pytest.raises(BadPicture, match="2 faces in the picture party"):
        extract(engine(), {"party": both})
