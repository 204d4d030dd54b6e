"""Who films what: rules of the user's, and fallbacks in the user's order."""

from __future__ import annotations

import pytest

from events.camera import Framing
from events.engine_plan import EngineRule, VideoPlan
from events.errors import Conflict, QuotaExceeded, Refused
from events.production import EPISODE, FailTake, PlanScene, RequestEpisode, Step, WriteScript, engine_of, next_step
from events.script import Mood
from tests.examples import CAST, SCRIPT, SHOTS
from tests.scenario import Given, given
from tests.test_episode import film, submit, take

FALL, LOOK = SCRIPT.scenes
PAIR, WIDE, CLOSE = SHOTS


def films(rule: EngineRule) -> list[str]:
    """The shots that a rule is about."""
    scenes = {scene.number: scene for scene in SCRIPT.scenes}
    return [shot.shot_id for shot in SHOTS if rule.holds(scenes[shot.scene], shot)]


@pytest.mark.parametrize(
    ("conditions", "shots"),
    [
        ({}, ["s01-1", "s01-2", "s02-1"]),
        ({"scenes": (2,)}, ["s02-1"]),
        ({"framings": (Framing.EXTREME_WIDE, Framing.WIDE)}, ["s01-2"]),
        ({"moods": (Mood.TENSE,)}, ["s01-1", "s01-2"]),
        ({"mentions": ("fall",)}, ["s01-1", "s01-2"]),
        ({"mentions": ("all",)}, []),
        ({"mentions": ("look",), "framings": (Framing.CLOSE_UP,)}, ["s02-1"]),
        ({"mentions": ("fall",), "framings": (Framing.CLOSE_UP,)}, []),
    ],
)
def test_a_rule_is_about_the_shots_for_which_all_its_conditions_hold(conditions: dict, shots: list[str]) -> None:
    assert films(EngineRule(engine="veo", **conditions)) == shots


def test_the_first_rule_that_holds_decides() -> None:
    rules = EngineRule(engine="veo", framings=(Framing.EXTREME_WIDE,)), EngineRule(engine="kling", scenes=(1,))
    plan = VideoPlan(default="puppet", rules=rules)
    assert [plan.choice(FALL, WIDE), plan.choice(FALL, PAIR), plan.choice(LOOK, CLOSE)] == ["veo", "kling", "puppet"]
    assert plan.choice(FALL, WIDE, assigned="omni") == "omni"
    assert plan.engines == ("puppet", "veo", "kling")


def ordered(plan: VideoPlan) -> Given:
    request = RequestEpisode(story="A light goes out.", cast=CAST, seconds=15, video=plan)
    return given(EPISODE).and_then(request, WriteScript(script=SCRIPT, engine="beats"), PlanScene(shots=SHOTS))


def refused(shot_id: str, engine: str, number: int, code: str = Refused.code) -> list:
    asked, *_ = film(shot_id)
    failing = FailTake(take_id=take(shot_id, number), code=code, reason="No.")
    return [asked.replaced(engine=engine), submit(shot_id, number), failing]


def test_without_fallbacks_nobody_else_is_asked() -> None:
    past = ordered(VideoPlan(default="veo")).and_then(*refused("s02-1", "veo", 1))
    assert engine_of(past.state, "s02-1") == "veo"


@pytest.mark.parametrize("code", [Refused.code, QuotaExceeded.code])
def test_who_gives_up_is_followed_by_the_fallbacks_in_their_order(code: str) -> None:
    past = ordered(VideoPlan(default="veo", fallbacks=("kling", "puppet")))
    seen = []
    for number, engine in enumerate(("veo", "kling"), 1):
        seen.append(engine_of(past.state, "s02-1"))
        past = past.and_then(*refused("s02-1", engine, number, code))
    assert [*seen, engine_of(past.state, "s02-1")] == ["veo", "kling", "puppet"]
    assert next_step(past.state, "s02-1") == (Step.REQUEST, None)
    assert engine_of(past.state, "s01-1") == "veo", "every shot has its own luck"


def test_a_take_that_merely_failed_is_tried_again_by_the_same_engine() -> None:
    past = ordered(VideoPlan(default="veo", fallbacks=("puppet",)))
    past = past.and_then(*refused("s02-1", "veo", 1, code="take-failed"))
    assert engine_of(past.state, "s02-1") == "veo"


def test_the_last_engine_is_tried_as_often_as_any() -> None:
    past = ordered(VideoPlan(default="veo", fallbacks=("puppet",)))
    past = past.and_then(*refused("s02-1", "veo", 1))
    for number in (2, 3, 4):
        assert next_step(past.state, "s02-1")[0] is Step.REQUEST
        past = past.and_then(*refused("s02-1", "puppet", number, code="take-failed"))
    assert next_step(past.state, "s02-1")[0] is Step.EXHAUSTED
    past.when(film("s02-1")[0]).refused(Conflict)
