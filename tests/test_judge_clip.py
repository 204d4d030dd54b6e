"""The judge over the time of a clip: from when to when something is wrong, and faces that are half somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.face.identity import extract
from engines.face.judge import Gates, judge, judge_clip
from engines.face.morph import blend
from engines.face.spans import stretches
from engines.video.drifting import unfocused
from events.verdict import Span, Verdict
from media.clips import ClipWriter
from tests.sample_cast import EMPTY, SLUGS, VIEWS, cut_out, engine, frame, identities, portrait

FPS = 24
STEP = 0.25
"""Seconds between two samples here."""
CALM = ("front_neutral", "front_smile", "mouth_half", "front_sad")


def filmed(folder: Path, *halves: Sequence[np.ndarray]) -> Path:
    """A clip of two seconds; each of its parts shows its pictures in turn, six frames each."""
    path = folder / "clip.mp4"
    frames = 2 * FPS
    with ClipWriter(path, frames) as writer:
        for pictures in halves:
            for turn in range(frames // len(halves) // 6):
                writer.write(pictures[turn % len(pictures)], 6)
    return path


def judged(path: Path, *visible: str, identified: tuple[str, ...] | None = None) -> Verdict:
    seen = visible if identified is None else identified
    return judge_clip(engine(), path, identities(), visible, seen, every=STEP)


def spans(said: Verdict, kind: str) -> list[Span]:
    return [span for span in said.spans if span.kind == kind]


def on_film(person: np.ndarray) -> np.ndarray:
    """A film frame with one cut-out in the middle."""
    picture = np.full((720, 1280, 3), (70, 80, 100), np.uint8)
    height, width = person.shape[:2]
    part = picture[720 - height :, 640 - width // 2 : 640 - width // 2 + width]
    alpha = person[..., 3:] / 255
    part[:] = (person[..., :3] * alpha + part * (1 - alpha)).round()
    return picture


@cache
def half_way(slug: str, other: str, share: float = 0.5) -> list[np.ndarray]:
    """Frames of somebody with a face between their own and another's."""
    return [on_film(blend(cut_out(slug, view), cut_out(other, view), share)) for view in CALM]


def themselves(*slugs: str) -> list[np.ndarray]:
    return [frame(*[(slug, view) for slug in slugs]) for view in CALM]


# ---------------------------------------------------------------- spans


def test_a_good_clip_has_no_spans(tmp_path: Path) -> None:
    said = judged(filmed(tmp_path, themselves("ava")), "ava")
    assert (said.value, said.spans) == ("pass", ())


def test_a_second_half_with_another_face_is_a_drift_from_the_middle_to_the_end(tmp_path: Path) -> None:
    said = judged(filmed(tmp_path, themselves("ava"), themselves("zuri")), "ava")
    (span,) = spans(said, "drift")
    assert said.value == "fail"
    assert (span.slugs, span.end) == (("ava",), 2.0)
    assert span.start == pytest.approx(1.0, abs=STEP)


def test_a_drift_in_the_middle_has_two_edges(tmp_path: Path) -> None:
    ava, zuri = themselves("ava"), themselves("zuri")
    said = judged(filmed(tmp_path, ava, zuri, zuri, ava), "ava")
    (span,) = spans(said, "drift")
    assert (span.start, span.end) == pytest.approx((0.5, 1.5), abs=STEP)


def test_a_drift_of_a_third_of_the_clip_fails_it_although_the_median_passes(tmp_path: Path) -> None:
    ava, zuri = themselves("ava"), themselves("zuri")
    said = judged(filmed(tmp_path, ava, ava, ava, zuri, zuri, ava, ava, ava), "ava")
    (short,) = spans(said, "drift")
    assert said.value == "pass"
    assert (short.start, short.end) == pytest.approx((0.75, 1.25), abs=STEP)
    said = judged(filmed(tmp_path, ava, zuri, ava, ava, zuri, ava, zuri, ava), "ava")
    assert said.value == "fail"
    assert said.sightings[0].idr >= 0.75
    assert "ava is below the gate of 0.75 in" in said.reason
    assert len(spans(said, "drift")) == 3


def test_who_leaves_the_picture_is_missing_from_then_on(tmp_path: Path) -> None:
    said = judged(filmed(tmp_path, themselves("kairo"), [EMPTY]), "kairo")
    (span,) = said.spans
    assert (span.kind, span.slugs, span.end) == ("missing", ("kairo",), 2.0)
    assert span.start == pytest.approx(1.0, abs=STEP)
    assert said.value == "pass"


def test_who_does_not_have_to_be_recognised_is_never_missing(tmp_path: Path) -> None:
    assert judged(filmed(tmp_path, [EMPTY]), "kairo", identified=()).spans == ()


def test_two_who_change_places_half_way_are_a_swap_from_then_on(tmp_path: Path) -> None:
    said = judged(filmed(tmp_path, themselves("ava", "marlow"), themselves("marlow", "ava")), "ava", "marlow")
    (span,) = said.spans
    assert said.value == "fail"
    assert (span.kind, span.slugs, span.end) == ("swap", ("ava", "marlow"), 2.0)
    assert span.start == pytest.approx(1.0, abs=STEP)


def test_frames_without_times_have_no_spans() -> None:
    assert judge(engine(), themselves("zuri"), identities(), ["ava"], ["ava"]).spans == ()


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_stretches_hold_the_wrong_samples_and_no_others(wrong: list[bool]) -> None:
    times = [0.5 * index for index in range(len(wrong))]
    found = list(stretches(wrong, times, times[-1] + 0.1))
    for time, is_wrong in zip(times, wrong, strict=True):
        assert any(start <= time <= end for start, end in found) == is_wrong
    assert all(one[1] < other[0] for one, other in pairwise(found))


# ---------------------------------------------------------------- faces between two


@pytest.mark.parametrize(
    ("slug", "other", "share"), [("zuri", "ava", 0.5), ("ava", "marlow", 0.5), ("marlow", "kairo", 0.6)]
)
def test_half_of_another_of_the_cast_bleeds(slug: str, other: str, share: float) -> None:
    faces = half_way(slug, other, share)
    said = judge(engine(), faces, identities(), [slug], [slug])
    assert said.value == "fail"
    assert said.sightings[0].idr >= 0.75
    assert f"of the way to that of {other}" in said.reason
    assert judge(engine(), faces, identities(), [slug], [slug], Gates(reach=0, bleed=1)).value == "pass"


def test_a_bleeding_second_half_is_a_span_that_names_both(tmp_path: Path) -> None:
    said = judged(filmed(tmp_path, themselves("zuri"), half_way("zuri", "ava")), "zuri")
    (span,) = spans(said, "bleed")
    assert (span.slugs, span.end) == (("zuri", "ava"), 2.0)
    assert span.start == pytest.approx(1.0, abs=STEP)


@pytest.mark.parametrize(("slug", "other"), [("ava", "zuri"), ("kairo", "marlow"), ("zuri", "ava")])
def test_more_than_half_of_somebody_unknown_strays(slug: str, other: str) -> None:
    cast = {name: identity for name, identity in identities().items() if name != other}
    said = judge(engine(), half_way(slug, other, 0.7), cast, [slug], [slug])
    assert said.value == "fail"
    assert "like the nearest of its pictures" in said.reason or "below the gate" in said.reason


@pytest.mark.parametrize("count", [3, 8])
def test_a_few_references_do_not_shut_out_the_other_views(count: int) -> None:
    """They do not say how somebody can look, so the gate of IDR alone decides."""
    few = {view: portrait("marlow", view) for view in ("front_neutral", "three_quarter_left", *VIEWS[:count])[:count]}
    cast = {**identities(), "marlow": extract(engine(), few)}
    for view in VIEWS:
        frames = [frame(("marlow", view), scale=scale) for scale in (0.5, 0.6, 0.75, 0.9)]
        said = judge(engine(), frames, cast, ["marlow"], ["marlow"])
        assert (said.value == "pass") == (said.sightings[0].idr >= 0.75), (view, said.reason)


def test_whose_references_are_few_has_to_be_nearer_to_the_other_than_to_itself() -> None:
    """Half of ava's face: refused where it is known how zuri can look, and not by three pictures."""
    three = {view: portrait("zuri", view) for view in ("front_neutral", "three_quarter_left", "front_smile")}
    cast = {**identities(), "zuri": extract(engine(), three)}
    for share, value in ((0.45, "pass"), (0.7, "fail")):
        said = judge(engine(), half_way("zuri", "ava", share), cast, ["zuri"], ["zuri"], Gates(pass_=0.5))
        assert said.value == value, said.reason


def test_fewer_than_four_faces_are_judged_by_the_gate_alone() -> None:
    faces = half_way("ava", "marlow")
    assert judge(engine(), faces[:3], identities(), ["ava"], ["ava"]).value == "pass"
    assert judge(engine(), faces, identities(), ["ava"], ["ava"]).value == "fail"


@pytest.mark.parametrize("slug", SLUGS)
def test_who_is_out_of_focus_fails(slug: str) -> None:
    sharp = [cut_out(slug, view) for view in CALM]
    said = judge(engine(), [on_film(unfocused(picture, 8)) for picture in sharp], identities(), [slug], [slug])
    assert said.value == "fail", said.reason
    soft = judge(engine(), [on_film(unfocused(picture, 1.5)) for picture in sharp], identities(), [slug], [slug])
    assert soft.value == "pass", soft.reason


# ---------------------------------------------------------------- copies


def test_copied_is_one_for_a_reference_and_falls_as_the_face_lives() -> None:
    pasted = on_film(cut_out("kairo"))
    shares = []
    for sigma in (0.01, 2, 4, 8):
        said = judge(engine(), [cv2.GaussianBlur(pasted, (0, 0), sigma)], identities(), ["kairo"], ["kairo"])
        shares.append(said.sightings[0].copied)
    assert shares[0] > 0.7
    assert shares[-1] == 0
    assert shares == sorted(shares, reverse=True)


def test_nobody_seen_is_no_copy() -> None:
    assert judge(engine(), [EMPTY], identities(), ["ava"], ["ava"]).sightings[0].copied is None
