"""What an episode may do, and the next step of a shot from the log alone."""

from __future__ import annotations

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from events.base import Command
from events.engine_plan import VideoPlan
from events.episode import Episode
from events.episode_facts import (
    ContinuityError,
    Deliverable,
    EpisodeCut,
    EpisodeDelivered,
    EpisodeFailed,
    EpisodeRequested,
    Finding,
    Limits,
    QualityChecked,
    SceneCompleted,
    SceneFlagged,
    ScriptWritten,
    ShotPlanned,
    SpeechRendered,
    TakeAccepted,
    TakeFailed,
    TakeJudged,
    TakeObserved,
    TakeRendered,
    TakeRequested,
    TakeSubmitted,
)
from events.errors import Conflict, KeyMissing, LoraFrameError, NotFound, Refused
from events.production import (
    DECIDE,
    EPISODE,
    AddSpeech,
    CheckContinuity,
    CheckQuality,
    CutEpisode,
    DeliverEpisode,
    EraseEpisode,
    FailEpisode,
    FailTake,
    FlagScene,
    JudgeTake,
    ObserveTake,
    PaintFirstFrame,
    PlanScene,
    RefineTake,
    RenderTake,
    RequestEpisode,
    RequestTake,
    Step,
    SubmitTake,
    WriteScript,
    engine_of,
    next_step,
    take_seed,
)
from events.revision import AssignEngine, DropStoryboard, RefreshEpisode, ReviseLine
from events.verdict import Sighting, Verdict
from tests.examples import CAST, SCRIPT, SHOTS
from tests.scenario import Given, given

LIMITS = Limits(takes=2, rounds=1)
WIDE, CLOSE = "s01-2", "s02-1"
PASS, FAIL, UNKNOWN = (Verdict(value=value) for value in ("pass", "fail", "unknown"))
FILM = EpisodeCut(film="asset://film", subtitles="asset://srt", frames=360)
GOOD = CheckQuality(film=FILM.film, measures={"lufs": -16.0})
FILES = (Deliverable(name="film.mp4", uri="asset://film"),)
BLACK = Finding(kind="black", scene=1, sentence="Scene 1 is black.")

REQUEST = RequestEpisode(story="A light goes out.", cast=CAST, seconds=15, seed=7, limits=LIMITS)


def take(shot_id: str, number: int = 1) -> str:
    return f"{shot_id}-t{number}"


def ask(shot_id: str) -> RequestTake:
    return RequestTake(shot_id=shot_id, engine="puppet", prompt="Go.", price=0.4)


def submit(shot_id: str, number: int = 1) -> SubmitTake:
    return SubmitTake(take_id=take(shot_id, number), operation="op")


def render(shot_id: str, number: int = 1, uri: str = "asset://clip") -> RenderTake:
    return RenderTake(take_id=take(shot_id, number), uri=uri, tail="asset://tail", frames=120, cost=0.3, worked=2)


def judge(shot_id: str, verdict: Verdict = PASS, number: int = 1) -> JudgeTake:
    return JudgeTake(take_id=take(shot_id, number), verdict=verdict)


def fail(shot_id: str, number: int = 1) -> FailTake:
    return FailTake(take_id=take(shot_id, number), code="take-failed", reason="The provider was busy.")


def film(shot_id: str, verdict: Verdict = PASS, number: int = 1) -> list[Command]:
    """The whole way of one take."""
    return [ask(shot_id), submit(shot_id, number), render(shot_id, number), judge(shot_id, verdict, number)]


REQUESTED = given(EPISODE).and_then(REQUEST)
PLANNED = REQUESTED.and_then(
    WriteScript(script=SCRIPT, engine="beats"), PlanScene(shots=SHOTS[:2]), PlanScene(shots=SHOTS[2:])
)
SHOT = PLANNED.and_then(*film("s01-1"), *film(WIDE, UNKNOWN), *film(CLOSE))
CUT = SHOT.and_then(CutEpisode(**FILM.__dict__))
CHECKED = CUT.and_then(GOOD)
DELIVERED = CHECKED.and_then(DeliverEpisode(files=FILES))


# ---------------------------------------------------------------- before the shooting


def test_an_episode_is_requested_once() -> None:
    given(EPISODE).when(REQUEST).then(EpisodeRequested(**REQUEST.__dict__))
    REQUESTED.when(REQUEST).refused(Conflict)


LATER: list[Command] = [
    PaintFirstFrame(shot_id="s01-1", uri="asset://frame"),
    AssignEngine(engine="veo"),
    ReviseLine(scene=1, line=0, text="Take care!"),
    RefreshEpisode(cast=CAST),
    DropStoryboard(scene=1),
    WriteScript(script=SCRIPT, engine="beats"),
    AddSpeech(scene=1, line=0, speaker="ava", voice="v", uri="asset://1", frames=1),
    PlanScene(shots=SHOTS),
    ask("s01-1"),
    submit("s01-1"),
    render("s01-1"),
    judge("s01-1"),
    fail("s01-1"),
    FlagScene(scene=1, reason="because"),
    CutEpisode(**FILM.__dict__),
    GOOD,
    DeliverEpisode(files=FILES),
    FailEpisode(reason="because"),
    CheckContinuity(),
    ObserveTake(take_id="s01-1-t1"),
    RefineTake(take_id="s01-1-t1", uri="asset://2", tail="asset://t", verdict=PASS, outside=1.0),
    EraseEpisode(),
]


@pytest.mark.parametrize("command", LATER, ids=lambda command: type(command).__name__)
def test_nothing_can_be_done_to_an_episode_that_was_never_requested(command: Command) -> None:
    given(EPISODE).when(command).refused(NotFound, "episode list")


def test_every_command_is_tried_on_an_episode_that_is_not_there() -> None:
    assert {type(command) for command in LATER} == DECIDE.keys() - {RequestEpisode}


def test_a_script_is_written_once() -> None:
    written = ScriptWritten(script=SCRIPT, engine="beats")
    assert REQUESTED.when(WriteScript(script=SCRIPT, engine="beats")).then(written).script == SCRIPT
    PLANNED.when(WriteScript(script=SCRIPT, engine="another")).then()


def test_a_line_is_spoken_once() -> None:
    spoken = AddSpeech(scene=1, line=0, speaker="ava", voice="af_heart", uri="asset://1", frames=24)
    state = PLANNED.when(spoken).then(SpeechRendered(**spoken.__dict__))
    assert state.speech["1/0"].frames == 24
    PLANNED.and_then(spoken).when(spoken.replaced(uri="asset://2")).then()


def test_shots_are_planned_once() -> None:
    REQUESTED.when(PlanScene(shots=SHOTS[:2])).then(*(ShotPlanned(shot=shot) for shot in SHOTS[:2]))
    PLANNED.when(PlanScene(shots=SHOTS[:2])).then()


# ---------------------------------------------------------------- a take


def test_the_next_step_leads_through_every_state_of_a_take() -> None:
    way = [
        (Step.REQUEST, ask(CLOSE)),
        (Step.SUBMIT, submit(CLOSE)),
        (Step.COLLECT, render(CLOSE)),
        (Step.JUDGE, judge(CLOSE)),
    ]
    episode = PLANNED
    for step, command in way:
        assert next_step(episode.state, CLOSE)[0] is step
        episode = episode.and_then(command)
    step, accepted = next_step(episode.state, CLOSE)
    assert step is Step.ACCEPTED
    assert accepted is not None and accepted.uri == "asset://clip"


def test_the_intent_is_recorded_with_its_seed_and_its_price() -> None:
    state = PLANNED.when(ask(CLOSE)).then(
        TakeRequested(
            take_id="s02-1-t1",
            shot_id=CLOSE,
            engine="puppet",
            seed=take_seed(PLANNED.state, "s02-1-t1"),
            prompt="Go.",
            reserved=0.4,
        )
    )
    assert state.takes["s02-1-t1"].open


def test_seeds_depend_on_the_episode_and_the_take_alone() -> None:
    other = given(EPISODE).and_then(REQUEST.replaced(seed=8)).state
    seeds = {take_seed(state, take(CLOSE, n)) for state in (REQUESTED.state, other) for n in (1, 2)}
    assert len(seeds) == 4
    assert take_seed(PLANNED.state, take(CLOSE)) == take_seed(REQUESTED.state, take(CLOSE))


@pytest.mark.parametrize("done", range(1, 5))
def test_a_shot_with_a_take_under_way_or_accepted_wants_no_other(done: int) -> None:
    PLANNED.and_then(*film(CLOSE)[:done]).when(ask(CLOSE)).refused(Conflict, CLOSE)


def test_what_a_provider_answers_twice_is_recorded_once() -> None:
    asked = PLANNED.and_then(ask(CLOSE))
    submitted = asked.and_then(submit(CLOSE))
    asked.when(submit(CLOSE)).then(TakeSubmitted(take_id="s02-1-t1", operation="op"))
    submitted.when(submit(CLOSE)).then()
    submitted.when(render(CLOSE)).then(TakeRendered(**render(CLOSE).__dict__))
    submitted.and_then(render(CLOSE)).when(render(CLOSE, uri="asset://other")).then()


def test_a_good_take_is_accepted_and_the_last_one_completes_its_scene() -> None:
    verdict = {"take_id": "s02-1-t1", "verdict": PASS}
    accepted = TakeAccepted(take_id="s02-1-t1", shot_id=CLOSE)
    PLANNED.and_then(*film(CLOSE)[:3]).when(judge(CLOSE)).then(TakeJudged(**verdict), accepted, SceneCompleted(scene=2))
    first = PLANNED.and_then(*film("s01-1")[:3])
    state = first.when(judge("s01-1")).then(
        TakeJudged(take_id="s01-1-t1", verdict=PASS), TakeAccepted(take_id="s01-1-t1", shot_id="s01-1")
    )
    assert state.completed == frozenset()


def test_only_a_take_that_is_in_the_film_is_looked_at() -> None:
    coat = ContinuityError(scene=2, slug="ava", kind="wardrobe", planned="", observed="red coat", seen_in="picture")
    look = ObserveTake(take_id="s02-1-t1", observed=(coat,))
    PLANNED.and_then(*film(CLOSE)[:3]).when(look).then()
    state = PLANNED.and_then(*film(CLOSE)).when(look).then(TakeObserved(take_id="s02-1-t1", observed=(coat,)))
    take = state.accepted_take(CLOSE)
    assert take and take.observed == (coat,)


def test_no_face_is_a_pass_only_where_none_has_to_be_known() -> None:
    wide = PLANNED.and_then(*film(WIDE, UNKNOWN)).state
    close = PLANNED.and_then(*film(CLOSE, UNKNOWN)).state
    assert next_step(wide, WIDE)[0] is Step.ACCEPTED
    assert next_step(close, CLOSE)[0] is Step.REQUEST


def test_a_take_that_was_not_rendered_cannot_be_judged() -> None:
    PLANNED.and_then(*film(CLOSE)[:2]).when(judge(CLOSE)).refused(Conflict, "s02-1-t1")


def test_a_rejected_take_is_filmed_again_until_the_limit() -> None:
    once = PLANNED.and_then(*film(CLOSE, FAIL))
    assert next_step(once.state, CLOSE) == (Step.REQUEST, None)
    twice = once.and_then(*film(CLOSE, FAIL, number=2))
    step, last = next_step(twice.state, CLOSE)
    assert step is Step.EXHAUSTED
    assert last is not None and last.take_id == "s02-1-t2"
    twice.when(ask(CLOSE)).refused(Conflict)


@pytest.mark.parametrize("done", [1, 2, 3])
def test_a_take_can_fail_at_every_step_and_is_tried_again(done: int) -> None:
    under_way = PLANNED.and_then(*film(CLOSE)[:done])
    state = under_way.when(fail(CLOSE)).then(TakeFailed(**fail(CLOSE).__dict__))
    assert next_step(state, CLOSE)[0] is Step.REQUEST


@pytest.mark.parametrize(
    "late", [submit(CLOSE), render(CLOSE), judge(CLOSE), fail(CLOSE)], ids=lambda c: type(c).__name__
)
@pytest.mark.parametrize(
    "decided", [film(CLOSE), film(CLOSE, FAIL), [*film(CLOSE)[:2], fail(CLOSE)]], ids=["accepted", "rejected", "failed"]
)
def test_a_late_result_of_a_decided_take_is_discarded(decided: list[Command], late: Command) -> None:
    PLANNED.and_then(*decided).when(late).then()


@pytest.mark.parametrize("command", [submit("nowhere"), render("nowhere"), judge("nowhere"), fail("nowhere")])
def test_a_take_that_was_never_asked_for_is_an_error(command: Command) -> None:
    PLANNED.when(command).refused(NotFound, "nowhere-t1")


DRIFTED = Verdict(value="fail", sightings=(Sighting(slug="ava", frames=5, idr=0.4),))
REPAIRED = Verdict(value="pass", sightings=(Sighting(slug="ava", frames=5, idr=0.9),))


def repairable(limits: Limits = LIMITS) -> Given[Episode]:
    """A rejected take whose faces can be repaired."""
    request = REQUEST.replaced(engines={"refine": "canonical"}, limits=limits)
    planned = given(EPISODE).and_then(request).past + PLANNED.past[1:]
    return given(EPISODE, *planned).and_then(*film(CLOSE, DRIFTED))


@pytest.mark.parametrize("code", ["take-failed", Refused.code, KeyMissing.code])
@pytest.mark.parametrize(("takes", "then"), [(2, Step.REQUEST), (1, Step.EXHAUSTED)])
def test_a_take_whose_repair_fails_is_an_attempt_of_its_engine(code: str, takes: int, then: Step) -> None:
    rejected, failing = repairable(LIMITS.replaced(takes=takes)), fail(CLOSE).replaced(code=code)
    assert next_step(rejected.state, CLOSE)[0] is Step.REFINE
    state = rejected.when(failing).then(TakeFailed(**failing.__dict__))
    assert next_step(state, CLOSE)[0] is then
    rejected.and_then(failing).when(failing).then()


def test_who_filmed_a_take_has_not_given_up_when_its_repair_was_refused() -> None:
    plan = VideoPlan(default="puppet", fallbacks=("veo",))
    past = given(EPISODE, repairable().past[0].replaced(video=plan), *repairable().past[1:])
    assert engine_of(past.and_then(fail(CLOSE).replaced(code=Refused.code)).state, CLOSE) == "puppet"


def test_a_repaired_take_that_was_accepted_does_not_fail_any_more() -> None:
    repair = RefineTake(take_id=take(CLOSE), uri="asset://2", tail="asset://t", outside=1.0, verdict=REPAIRED)
    accepted = repairable().and_then(repair)
    assert next_step(accepted.state, CLOSE)[0] is Step.ACCEPTED
    accepted.when(fail(CLOSE)).then()


# ---------------------------------------------------------------- rounds


def test_a_flagged_scene_loses_its_takes_and_goes_round_again() -> None:
    state = CUT.when(FlagScene(scene=1, reason="black")).then(SceneFlagged(scene=1, reason="black"))
    assert (state.rounds, state.completed, state.accepted) == ({1: 1}, {2}, {CLOSE: "s02-1-t1"})
    assert state.cut is None and state.quality is None
    assert [next_step(state, shot.shot_id)[0] for shot in SHOTS] == [Step.REQUEST, Step.REQUEST, Step.ACCEPTED]


def test_a_flagged_scene_has_all_its_takes_again_under_new_names() -> None:
    again = CUT.and_then(FlagScene(scene=1, reason="black"), ask("s01-1")).state
    assert next_step(again, "s01-1")[1] == again.takes["s01-1-t2"]


def test_a_late_result_of_a_dropped_take_is_discarded() -> None:
    flagged = PLANNED.and_then(*film(CLOSE)[:2], FlagScene(scene=2, reason="black"))
    flagged.when(render(CLOSE)).then()


def test_after_the_last_round_the_episode_fails() -> None:
    last = CUT.and_then(FlagScene(scene=1, reason="black"))
    given(EPISODE, *last.past).when(FlagScene(scene=1, reason="black again")).then(
        EpisodeFailed(reason="Scene 1 still fails after its last round: black again")
    )


# ---------------------------------------------------------------- cut, quality, delivery


def test_an_episode_is_cut_when_all_its_scenes_are_completed() -> None:
    PLANNED.and_then(*film(CLOSE)).when(CutEpisode(**FILM.__dict__)).refused(Conflict, "[1]")
    assert SHOT.when(CutEpisode(**FILM.__dict__)).then(FILM).cut == FILM


def test_an_episode_without_a_script_or_with_a_scene_that_was_never_planned_is_not_cut() -> None:
    REQUESTED.when(CutEpisode(**FILM.__dict__)).refused(Conflict, "script")
    unplanned = REQUESTED.and_then(WriteScript(script=SCRIPT, engine="beats"), PlanScene(shots=SHOTS[2:]))
    unplanned.and_then(*film(CLOSE)).when(CutEpisode(**FILM.__dict__)).refused(Conflict, "[1]")


def test_only_the_quality_of_the_cut_counts() -> None:
    SHOT.when(GOOD).refused(Conflict, "cut")
    CUT.when(GOOD.replaced(film="asset://an older cut")).refused(Conflict, "cut")


def test_a_good_film_passes() -> None:
    state = CUT.when(GOOD).then(QualityChecked(film=FILM.film, passed=True, measures={"lufs": -16.0}))
    assert state.quality is not None and state.quality.passed


def test_findings_flag_their_scenes_once_each_with_the_first_sentence() -> None:
    second = Finding(kind="frozen", scene=1, sentence="Scene 1 is frozen.")
    state = CUT.when(CheckQuality(film=FILM.film, findings=(BLACK, second))).then(
        QualityChecked(film=FILM.film, passed=False, findings=(BLACK, second)),
        SceneFlagged(scene=1, reason="Scene 1 is black."),
    )
    assert state.completed == {2}


def test_a_finding_about_the_whole_film_fails_the_episode() -> None:
    loud = Finding(kind="loud", sentence="The film is too loud.")
    state = CUT.when(CheckQuality(film=FILM.film, findings=(loud,))).then(
        QualityChecked(film=FILM.film, passed=False, findings=(loud,)),
        EpisodeFailed(reason="The film is too loud."),
    )
    assert state.failed


def test_a_scene_that_fails_quality_after_its_last_round_fails_the_episode() -> None:
    again = CUT.and_then(
        CheckQuality(film=FILM.film, findings=(BLACK,)),
        *film("s01-1", number=2),
        *film(WIDE, UNKNOWN, number=2),
        CutEpisode(**FILM.__dict__),
        CheckQuality(film=FILM.film, findings=(BLACK,)),
    )
    assert again.state.failed.startswith("Scene 1 still fails")


@pytest.mark.parametrize("unchecked", [SHOT, CUT, CUT.and_then(CheckQuality(film=FILM.film, findings=(BLACK,)))])
def test_only_a_film_that_passed_is_delivered(unchecked: Given[Episode]) -> None:
    unchecked.when(DeliverEpisode(files=FILES)).refused(Conflict, "quality")


def test_a_new_cut_has_to_pass_again() -> None:
    CHECKED.and_then(CutEpisode(**FILM.__dict__)).when(DeliverEpisode(files=FILES)).refused(Conflict, "quality")


def test_an_episode_is_delivered_once() -> None:
    assert CHECKED.when(DeliverEpisode(files=FILES)).then(EpisodeDelivered(files=FILES)).delivered == FILES
    DELIVERED.when(DeliverEpisode(files=FILES)).then()


def test_an_episode_fails_once() -> None:
    failed = PLANNED.and_then(FailEpisode(reason="No disk."))
    assert failed.state.failed == "No disk."
    failed.when(FailEpisode(reason="Still no disk.")).then()


# ---------------------------------------------------------------- whatever comes, in whatever order


def episode_commands() -> st.SearchStrategy[Command]:
    shots, verdicts = st.sampled_from([shot.shot_id for shot in SHOTS]), st.sampled_from([PASS, FAIL, UNKNOWN])
    number = st.integers(min_value=1, max_value=3)
    return st.one_of(
        st.builds(ask, shots),
        st.builds(submit, shots, number),
        st.builds(render, shots, number),
        st.builds(judge, shots, verdicts, number),
        st.builds(fail, shots, number),
        st.sampled_from([*LATER, CheckQuality(film=FILM.film, findings=(BLACK,))]),
    )


def told(episode: Given[Episode], commands: list[Command]) -> Given[Episode]:
    for command in commands:
        try:
            episode = episode.and_then(command)
        except LoraFrameError:
            continue  # refusing is right; anything else is not
    return episode


@given_any(st.lists(episode_commands(), max_size=30), st.integers(min_value=0, max_value=60))
def test_any_order_of_commands_folds_from_any_snapshot(commands: list[Command], cut: int) -> None:
    episode = told(PLANNED, commands)
    snapshot = Episode.model_validate_json(EPISODE.fold(episode.past[:cut]).model_dump_json())
    assert EPISODE.fold(episode.past[cut:], snapshot) == episode.state


@given_any(st.lists(episode_commands(), max_size=30))
def test_any_order_of_commands_keeps_the_rules_of_takes(commands: list[Command]) -> None:
    episode = told(PLANNED, commands)
    state = episode.state
    accepted = [event.shot_id for event in episode.past if isinstance(event, TakeAccepted)]
    rounds = {shot.shot_id: 1 + state.rounds.get(shot.scene, 0) for shot in SHOTS}
    assert all(accepted.count(shot_id) <= rounds[shot_id] for shot_id in rounds)
    assert all(state.takes[take_id].uri for take_id in state.accepted.values())
    assert all({s.shot_id for s in state.shots_of(n)} <= state.accepted.keys() for n in state.completed)
