"""When a rejected take is repaired, which of the two is kept, and when the director gives up on it."""

from __future__ import annotations

import pytest

from events.episode_facts import Limits, SceneCompleted, TakeAccepted, TakeRefined
from events.production import EPISODE, FlagScene, RefineTake, Step, next_step
from events.verdict import Sighting, Trait, Verdict
from tests.scenario import Given, given
from tests.test_episode import CLOSE, PLANNED, REQUEST, film, take

TAKE = take(CLOSE)


def verdict(value: str, idr: float | None) -> Verdict:
    return Verdict(value=value, sightings=(Sighting(slug="ava", frames=5, idr=idr),))  # type: ignore[arg-type]


def refine(idr: float, outside: float = 0.99, uri: str = "asset://repaired") -> RefineTake:
    judged = verdict("pass" if idr >= 0.75 else "fail", idr)
    return RefineTake(take_id=TAKE, uri=uri, tail="asset://its-tail", verdict=judged, outside=outside, worked=2)


def refined(command: RefineTake, round_: int, before: float, kept: bool) -> TakeRefined:
    after = command.verdict.lowest({"ava"})
    return TakeRefined(**command.__dict__, round=round_, before=before, after=after, kept=kept)


TWO_TAKES = Limits(takes=2)


def drifted(limits: Limits = TWO_TAKES, engine: str = "canonical", idr: float | None = 0.4) -> Given:
    """A take of the close-up in which Ava has another's face."""
    request = REQUEST.replaced(engines={"refine": engine}, limits=limits)
    planned = given(EPISODE).and_then(request).past + PLANNED.past[1:]
    return given(EPISODE, *planned).and_then(*film(CLOSE, verdict("fail", idr)))


def test_a_rejected_take_is_repaired_before_another_is_filmed() -> None:
    step, meant = next_step(drifted().state, CLOSE)
    assert step is Step.REFINE
    assert meant is not None and meant.take_id == TAKE


@pytest.mark.parametrize("given_up", [drifted(engine="none"), drifted(Limits(refinements=0)), drifted(idr=None)])
def test_without_an_engine_or_a_face_there_is_nothing_to_repair(given_up: Given) -> None:
    assert next_step(given_up.state, CLOSE)[0] is Step.REQUEST
    given_up.when(refine(0.9)).then()


def test_a_repair_that_passes_is_accepted_and_the_first_clip_is_kept_on_record() -> None:
    good = refine(0.9)
    accepted = TakeAccepted(take_id=TAKE, shot_id=CLOSE)
    state = drifted().when(good).then(refined(good, 1, 0.4, kept=True), accepted, SceneCompleted(scene=2))
    shown = state.accepted_take(CLOSE)
    assert shown is not None
    assert (shown.uri, shown.tail, shown.original) == ("asset://repaired", "asset://its-tail", "asset://clip")
    assert state.identity_in(2) == {"ava": 0.9}


def test_a_repair_that_is_better_but_not_good_is_repaired_again() -> None:
    better, good = refine(0.6), refine(0.8, uri="asset://again")
    once = drifted().and_then(better)
    assert next_step(once.state, CLOSE)[0] is Step.REFINE
    state = once.when(good).then(
        refined(good, 2, 0.6, kept=True), TakeAccepted(take_id=TAKE, shot_id=CLOSE), SceneCompleted(scene=2)
    )
    assert state.takes[TAKE].original == "asset://clip"


@pytest.mark.parametrize("worse", [refine(0.3), refine(0.4), refine(0.9, outside=0.97)])
def test_a_repair_that_is_no_better_or_spoils_the_rest_is_dropped_and_the_next_round_tried(worse: RefineTake) -> None:
    state = drifted().when(worse).then(refined(worse, 1, 0.4, kept=False))
    assert state.takes[TAKE].uri == "asset://clip"
    assert next_step(state, CLOSE)[0] is Step.REFINE
    assert next_step(drifted().and_then(worse, worse, worse).state, CLOSE)[0] is Step.REQUEST


def test_the_right_face_under_anothers_hair_is_no_repair() -> None:
    hair = Trait(slug="ava", trait="hair", value="fail", expected="#a04020", measured="#101010", distance=60)
    good = refine(0.9)
    chimera = good.replaced(verdict=good.verdict.replaced(traits=(hair,)))
    state = drifted().when(chimera).then(refined(chimera, 1, 0.4, kept=False))
    assert next_step(state, CLOSE)[0] is Step.REQUEST


def test_a_take_is_repaired_three_times_at_most() -> None:
    tried = drifted().and_then(*(refine(idr) for idr in (0.5, 0.6, 0.7)))
    assert next_step(tried.state, CLOSE)[0] is Step.REQUEST
    tried.when(refine(0.9)).then()


def test_a_late_repair_of_an_accepted_shot_changes_nothing() -> None:
    drifted().and_then(refine(0.9)).when(refine(0.95)).then()


def test_a_scene_that_goes_round_again_forgets_its_repairs() -> None:
    again = drifted().and_then(refine(0.6), FlagScene(scene=2, reason="because"))
    assert next_step(again.state, CLOSE)[0] is Step.REQUEST
    again.when(refine(0.9)).then()
