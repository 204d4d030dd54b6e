"""The identity judge: the right people pass, strangers and swaps fail, and what is not seen is never a number."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Record
from engines.face.assignment import Found, Likeness, assign
from engines.face.identity import idr, likeness
from engines.face.judge import Gates, judge, judge_clip
from events.verdict import Verdict
from media.clips import ClipWriter
from tests.sample_cast import EMPTY, SLUGS, VIEWS, engine, frame, identities, vectors

FRONT = "front_neutral"
TALKING = ("front_neutral", "mouth_half", "mouth_wide", "front_smile", "front_blink", "three_quarter_left")


def verdict(frames: list[np.ndarray], *visible: str, identified: tuple[str, ...] | None = None) -> Verdict:
    return judge(engine(), frames, identities(), visible, visible if identified is None else identified)


@pytest.mark.parametrize("slug", SLUGS)
def test_everybody_passes_as_themselves(slug: str) -> None:
    said = verdict([frame((slug, view)) for view in TALKING], slug)
    (seen,) = said.sightings
    assert said.value == "pass", said.reason
    assert seen.frames == len(TALKING)
    assert seen.idr is not None
    assert seen.idr >= 0.85
    assert seen.low is not None
    assert 0.75 <= seen.low <= seen.idr


def test_no_view_of_anybody_passes_as_another(figure: Record) -> None:
    """Every view of each of the four against each of the three others."""
    highest = 0.0
    for one, other in permutations(SLUGS, 2):
        references = [np.array(vector) for vector in identities()[other].vectors]
        for vector in vectors(one):
            raw = likeness(vector, references, engine().similarity)
            highest = max(highest, idr(raw, identities()[other].calibration))
    ok = highest < Gates().pass_
    figure("main.2.strangers", "highest IDR of a sample picture as another of the cast", highest, "IDR", "< 0.75", ok)
    assert ok


def test_no_clip_of_anybody_passes_as_another(figure: Record) -> None:
    passed = 0
    for one, other in permutations(SLUGS, 2):
        frames = [frame((one, view), scale=scale) for view in TALKING[:2] for scale in (0.5, 0.9)]
        said = verdict(frames, other)
        assert said.value == "fail", (one, other, said.reason)
        passed += said.value == "pass"
    figure("main.2.strangers", "pairs of different cast members judged `pass`", passed, "pairs", "= 0", passed == 0)


GRAIN = np.random.default_rng(3).normal(0, 4, (720, 1280, 1)).astype(np.float32)


def weathered(picture: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A frame as films have it: tilted, soft, tinted, dimmed and grainy."""
    tilt = cv2.getRotationMatrix2D((640, 400), chance.uniform(-10, 10), 1)
    picture = cv2.warpAffine(picture, tilt, (1280, 720), borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.3, 1.5))
    tint = (chance.uniform(0.55, 1.0) * chance.uniform(0.85, 1.0, 3)).astype(np.float32)
    return np.clip(soft * tint + GRAIN, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("takes", [40, pytest.param(300, marks=pytest.mark.long)])
def test_drifted_takes_are_rejected_and_good_ones_are_not(takes: int, figure: Record) -> None:
    """Medium shots and close-ups of one or two people; in every third somebody has another's face."""
    chance = np.random.default_rng(11)
    passed: dict[bool, list[bool]] = {True: [], False: []}
    for take in range(takes):
        meant = [str(slug) for slug in chance.permutation(SLUGS)[: chance.integers(1, 3)]]
        bad = take % 3 == 0
        other = str(chance.choice([slug for slug in SLUGS if slug not in meant]))
        played = [other, *meant[1:]] if bad else meant
        scale = chance.uniform(0.45, 0.95)
        views = chance.choice(TALKING, (2, len(meant)))
        frames = [weathered(frame(*zip(played, view, strict=True), scale=scale), chance) for view in views]
        passed[bad].append(verdict(frames, *meant).value == "pass")
    recall, lost = 1 - np.mean(passed[True]), 1 - np.mean(passed[False])
    figure(
        "main.3.judge", f"of {takes} composited takes, wrong faces rejected", recall, "share", "≥ 0.95", recall >= 0.95
    )
    figure("main.3.judge", f"of {takes} composited takes, good ones rejected", lost, "share", "≤ 0.02", lost <= 0.02)
    assert recall >= 0.95
    assert lost <= 0.02


def test_the_reason_names_whose_face_it_is() -> None:
    said = verdict([frame(("zuri", FRONT))] * 2, "ava")
    assert "the face is that of zuri" in said.reason
    assert "gate of 0.75" in said.reason


def test_a_stranger_to_the_whole_cast_fails() -> None:
    cast = {slug: identities()[slug] for slug in ("ava", "marlow")}
    said = judge(engine(), [frame(("kairo", FRONT))] * 2, cast, ["marlow"], ["marlow"])
    assert said.value == "fail"
    assert "the face is that of" not in said.reason


def test_two_in_their_places_pass() -> None:
    said = verdict([frame(("ava", view), ("marlow", FRONT)) for view in TALKING[:4]], "ava", "marlow")
    assert said.value == "pass", said.reason
    assert [seen.slug for seen in said.sightings] == ["ava", "marlow"]


def test_two_who_are_swapped_fail() -> None:
    said = verdict([frame(("marlow", FRONT), ("ava", view)) for view in TALKING[:4]], "ava", "marlow")
    assert said.value == "fail"
    assert "ava and marlow have changed places" in said.reason


def test_a_swap_half_way_through_fails() -> None:
    right, wrong = frame(("ava", FRONT), ("marlow", FRONT)), frame(("marlow", FRONT), ("ava", FRONT))
    assert verdict([right, right, wrong, wrong], "ava", "marlow").value == "fail"


def test_a_face_that_bleeds_onto_the_other_fails() -> None:
    said = verdict([frame(("ava", FRONT), ("ava", "front_smile"))] * 2, "ava", "kairo")
    assert said.value == "fail"
    assert "kairo" in said.reason


def test_one_of_two_replaced_by_a_third_fails() -> None:
    said = verdict([frame(("ava", FRONT), ("zuri", FRONT))] * 2, "ava", "kairo")
    assert said.value == "fail"
    assert [seen.idr is not None and seen.idr >= 0.75 for seen in said.sightings] == [True, False]


def test_no_face_where_one_is_expected_is_unknown_and_no_number() -> None:
    said = verdict([EMPTY] * 4, "ava")
    (seen,) = said.sightings
    assert said.value == "unknown"
    assert "ava was found in 0 of 4" in said.reason
    assert (seen.frames, seen.idr, seen.low, seen.raw) == (0, None, None, None)


def test_a_face_that_is_hardly_ever_seen_is_unknown() -> None:
    assert verdict([frame(("ava", FRONT)), *[EMPTY] * 5], "ava").value == "unknown"
    assert verdict([frame(("ava", FRONT)), *[EMPTY] * 2], "ava").value == "pass"


def test_one_seen_well_and_the_other_not_at_all_is_unknown() -> None:
    said = verdict([frame(("ava", FRONT))] * 3, "ava", "kairo")
    assert said.value == "unknown"
    assert "kairo was found in 0 of 3" in said.reason


def test_no_frames_at_all_are_unknown() -> None:
    assert verdict([], "ava").value == "unknown"


def test_a_shot_in_which_nobody_has_to_be_recognised_is_unknown() -> None:
    assert verdict([EMPTY] * 2, "ava", identified=()).reason == "No face had to be recognisable in this shot."
    assert verdict([EMPTY] * 2).value == "unknown"


def test_a_cast_member_who_is_not_in_the_shot_fails_it() -> None:
    for visible in (["ava"], []):
        said = verdict([frame(("zuri", FRONT))] * 2, *visible, identified=())
        assert said.value == "fail"
        assert "zuri was found though it is not in the shot" in said.reason


def test_a_passer_by_whom_nobody_knows_does_no_harm() -> None:
    cast = {slug: identities()[slug] for slug in ("ava", "marlow")}
    said = judge(engine(), [frame(("ava", FRONT), ("kairo", FRONT))] * 2, cast, ["ava"], ["ava"])
    assert said.value == "pass", said.reason


def test_a_strangers_face_is_held_against_the_one_who_has_to_be_recognised() -> None:
    """Over the shoulder: marlow is seen from behind, and the face is neither his nor ava's."""
    said = verdict([frame(("zuri", FRONT))] * 2, "marlow", "ava", identified=("ava",))
    assert said.value == "fail"
    assert "ava has IDR" in said.reason


def test_a_pasted_reference_is_warned_of() -> None:
    pasted, alive = frame(("kairo", FRONT), scale=1.0), frame(("kairo", FRONT), scale=1.0)
    alive = cv2.GaussianBlur((alive * 0.55).astype(np.uint8), (0, 0), 3)
    assert verdict([pasted], "kairo").sightings[0].copy_paste
    assert not verdict([alive], "kairo").sightings[0].copy_paste


def test_gates_are_settings() -> None:
    frames = [frame(("ava", FRONT))]
    assert judge(engine(), frames, identities(), ["ava"], ["ava"], Gates(pass_=0.99)).value == "fail"


def test_a_clip_is_judged_from_its_own_frames(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with ClipWriter(path, 48) as writer:
        for view in TALKING[:4]:
            for _ in range(12):
                writer.write(frame(("zuri", view)))
    said = judge_clip(engine(), path, identities(), ["zuri"], ["zuri"], every=0.5)
    assert said.value == "pass", said.reason
    assert said.sightings[0].frames >= 4
    assert judge_clip(engine(), path, identities(), ["ava"], ["ava"], every=0.5).value == "fail"


def someone(*values: float) -> Found:
    return Found(0, {slug: Likeness(value, value) for slug, value in zip("abc", values, strict=True)})


SOMEONE = st.builds(someone, *[st.floats(0, 1)] * 3)


@given(st.lists(SOMEONE, max_size=5), st.sampled_from(["a", "ab", "abc"]))
def test_the_assignment_is_the_best_of_all(faces: list[Found], visible: str) -> None:
    """Against trying every order of the faces, padded with nobody."""
    got = assign(faces, visible)
    slots = [*faces, *[None] * len(visible)]
    totals = [
        sum(face.like[slug].idr for slug, face in zip(visible, order, strict=False) if face)
        for order in permutations(slots, len(visible))
    ]
    assert sum(face.like[slug].idr for slug, face in got.assigned.items()) == pytest.approx(max(totals))
    assert len(got.others) + len(got.assigned) == len(faces)


def test_views_of_the_cast_are_the_thirteen() -> None:
    assert len(VIEWS) == 13
