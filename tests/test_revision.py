"""What a change makes stale: exactly that, and nothing else is made again."""

from __future__ import annotations

import pytest

from events.engine_plan import VideoPlan
from events.episode_facts import (
    CastUpdated,
    EngineAssigned,
    EpisodeReopened,
    LineRevised,
    SpeechRendered,
    StoryboardDropped,
)
from events.errors import Conflict, KeyMissing, NotFound
from events.production import AddSpeech, FailEpisode, PaintFirstFrame, Step, engine_of, next_step
from events.revision import AssignEngine, DropStoryboard, RefreshEpisode, ReviseLine
from events.storyboard import Shot, Timing, retimed
from tests.examples import CAST, SHOTS
from tests.scenario import Given
from tests.test_engine_plan import ordered, refused
from tests.test_episode import CLOSE, DELIVERED, PLANNED, SHOT, ask, film, submit

SPOKEN = DELIVERED.and_then(
    AddSpeech(scene=1, line=0, speaker="ava", voice="af_heart", uri="asset://0", frames=24),
    AddSpeech(scene=1, line=1, speaker="narrator", voice="bm_fable", uri="asset://1", frames=24),
)
NEWER = (CAST[0].replaced(version=9), CAST[1])


# ---------------------------------------------------------------- a line


def test_another_line_makes_its_speech_its_mouth_and_the_cut_stale() -> None:
    state = SPOKEN.when(ReviseLine(scene=1, line=0, text="Take care!")).then(
        LineRevised(scene=1, line=0, text="Take care!"),
        EpisodeReopened(takes=("s01-1-t1",), lines=("1/0",), because="line 0 of scene 1 is another"),
    )
    assert state.scene(1).lines[0].text == "Take care!"
    assert state.speech.keys() == {"1/1"}
    assert state.accepted.keys() == {"s01-2", "s02-1"}
    assert state.completed == {2}
    assert (state.cut, state.quality, state.delivered) == (None, None, ())
    assert next_step(state, "s01-1") == (Step.REQUEST, None)


def test_nobody_is_seen_to_speak_the_narration() -> None:
    state = SPOKEN.when(ReviseLine(scene=1, line=1, text="Far too late.")).then(
        LineRevised(scene=1, line=1, text="Far too late."),
        EpisodeReopened(lines=("1/1",), because="line 1 of scene 1 is another"),
    )
    assert len(state.accepted) == 3 and state.cut is None


def test_the_same_line_changes_nothing() -> None:
    SPOKEN.when(ReviseLine(scene=1, line=0, text="Careful!")).then()


@pytest.mark.parametrize(("scene", "line"), [(1, 2), (2, 0), (3, 0)])
def test_a_line_that_is_not_there_is_refused(scene: int, line: int) -> None:
    SPOKEN.when(ReviseLine(scene=scene, line=line, text="Oh.")).refused(NotFound)


def test_nothing_is_changed_under_a_take_that_is_being_made() -> None:
    filming = SPOKEN.and_then(ReviseLine(scene=1, line=0, text="Oh!"), ask("s01-1"), submit("s01-1", 2))
    filming.when(ReviseLine(scene=1, line=1, text="Oh.")).refused(Conflict, "s01-1-t2")


# ---------------------------------------------------------------- an engine


def test_an_upgrade_is_of_the_chosen_scenes_alone() -> None:
    state = SPOKEN.when(AssignEngine(engine="veo", scenes=(2,))).then(
        EngineAssigned(scenes=(2,), engine="veo"),
        EpisodeReopened(takes=("s02-1-t1",), because="filmed by veo from now on"),
    )
    assert state.accepted.keys() == {"s01-1", "s01-2"}
    assert len(state.speech) == 2, "voices stay"


def test_an_upgrade_of_no_scene_in_particular_is_of_all() -> None:
    state = SPOKEN.and_then(AssignEngine(engine="veo")).state
    assert state.assigned == {1: "veo", 2: "veo"} and not state.accepted


def test_what_the_engine_has_filmed_already_stays() -> None:
    SPOKEN.when(AssignEngine(engine="puppet")).then(EngineAssigned(scenes=(1, 2), engine="puppet"))


def filmed_instead(first: str, fallback: str, code: str = "refused") -> Given:
    """The close-up, filmed by a fallback after the first engine gave up."""
    asked, *rest = film(CLOSE, number=2)
    past = ordered(VideoPlan(default=first, fallbacks=(fallback,)))
    return past.and_then(*refused(CLOSE, first, 1, code), asked.replaced(engine=fallback), *rest)


def test_what_a_fallback_has_filmed_already_is_not_filmed_again_by_it() -> None:
    past = filmed_instead("veo", "kling")
    past.when(AssignEngine(engine="kling", scenes=(2,))).then(EngineAssigned(scenes=(2,), engine="kling"))


def test_an_engine_that_gave_up_is_asked_again_where_it_is_chosen() -> None:
    past = filmed_instead("kling", "veo", KeyMissing.code)
    state = past.when(AssignEngine(engine="kling", scenes=(2,))).then(
        EngineAssigned(scenes=(2,), engine="kling"),
        EpisodeReopened(takes=("s02-1-t1", "s02-1-t2"), because="filmed by kling from now on"),
    )
    assert next_step(state, CLOSE) == (Step.REQUEST, None) and engine_of(state, CLOSE) == "kling"


def test_a_shot_that_nobody_could_film_is_tried_again_by_the_engine_that_is_chosen() -> None:
    past = ordered(VideoPlan(default="kling")).and_then(*refused(CLOSE, "kling", 1))
    past.when(AssignEngine(engine="kling", scenes=(2,))).then(
        EngineAssigned(scenes=(2,), engine="kling"),
        EpisodeReopened(takes=("s02-1-t1",), because="filmed by kling from now on"),
    )


def test_a_scene_that_is_not_there_is_not_upgraded() -> None:
    SPOKEN.when(AssignEngine(engine="veo", scenes=(2, 7))).refused(NotFound, "scene 7")


# ---------------------------------------------------------------- the cast


def test_other_pictures_make_the_shots_stale_in_which_they_are_seen() -> None:
    state = SPOKEN.when(RefreshEpisode(cast=NEWER, faces=("marlow",))).then(
        CastUpdated(cast=NEWER), EpisodeReopened(takes=("s01-1-t1",), because="changed: marlow")
    )
    assert state.request and state.request.cast == NEWER


def test_another_voice_makes_its_lines_and_its_mouth_stale() -> None:
    state = SPOKEN.and_then(RefreshEpisode(cast=CAST, voices=("ava",))).state
    assert state.speech.keys() == {"1/1"} and state.accepted.keys() == {"s01-2", "s02-1"}


def test_an_engine_that_is_set_up_otherwise_makes_its_takes_stale() -> None:
    assert not SPOKEN.and_then(RefreshEpisode(cast=CAST, engines=("puppet",))).state.accepted
    SPOKEN.when(RefreshEpisode(cast=CAST, engines=("veo",))).then()


def test_what_a_fallback_filmed_does_not_depend_on_the_engine_that_gave_up() -> None:
    past = filmed_instead("veo", "kling")
    past.when(RefreshEpisode(cast=CAST, engines=("veo",))).then()
    past.when(RefreshEpisode(cast=CAST, engines=("kling",))).then(
        EpisodeReopened(takes=("s02-1-t1", "s02-1-t2"), because="changed: kling")
    )


# ---------------------------------------------------------------- an episode that failed

FAILED = SHOT.and_then(FailEpisode(reason="The disk is full."))
"""With all its takes accepted."""
UNFINISHED = PLANNED.and_then(*film("s01-1"), ask(CLOSE), submit(CLOSE), FailEpisode(reason="The disk is full."))
"""With a take of scene 2 that is being made, and is paid for."""


def test_an_episode_that_failed_is_gone_on_with_though_nothing_is_stale() -> None:
    state = UNFINISHED.when(RefreshEpisode(cast=CAST)).then(EpisodeReopened(because="it had failed"))
    assert not state.failed and state.accepted.keys() == {"s01-1"}
    assert next_step(state, CLOSE) == (Step.COLLECT, state.takes["s02-1-t1"])


def test_a_failed_episode_whose_change_makes_nothing_stale_is_gone_on_with() -> None:
    line = {"scene": 1, "line": 1, "text": "Far too late."}
    state = FAILED.when(ReviseLine(**line)).then(
        LineRevised(**line), EpisodeReopened(because="line 1 of scene 1 is another")
    )
    assert not state.failed and len(state.accepted) == 3
    FAILED.when(AssignEngine(engine="puppet", scenes=(2,))).then(
        EngineAssigned(scenes=(2,), engine="puppet"), EpisodeReopened(because="filmed by puppet from now on")
    )


def test_what_is_not_stale_goes_on_being_made_after_a_failure() -> None:
    state = UNFINISHED.when(AssignEngine(engine="veo", scenes=(1,))).then(
        EngineAssigned(scenes=(1,), engine="veo"),
        EpisodeReopened(takes=("s01-1-t1",), because="filmed by veo from now on"),
    )
    assert not state.failed and next_step(state, CLOSE)[0] is Step.COLLECT


def test_a_take_that_is_being_made_is_finished_before_its_scene_is_changed() -> None:
    UNFINISHED.when(AssignEngine(engine="veo")).refused(Conflict, "s02-1-t1", "episode refresh")
    newer = RefreshEpisode(cast=NEWER, faces=("ava",))
    state = UNFINISHED.when(newer).then(EpisodeReopened(because="take s02-1-t1 is finished first, then refresh"))
    assert next_step(state, CLOSE)[0] is Step.COLLECT
    assert state.request and state.request.cast == CAST, "so that the next refresh finds what has changed"


def test_a_line_is_not_changed_in_a_scene_of_which_a_take_is_being_made() -> None:
    """A line of another length may need another storyboard, which drops every take of its scene."""
    filming = PLANNED.and_then(ask("s01-2"), submit("s01-2"), FailEpisode(reason="The disk is full."))
    filming.when(ReviseLine(scene=1, line=0, text="Take care!")).refused(Conflict, "s01-2-t1", "episode refresh")


# ---------------------------------------------------------------- where a line does not fit


def shots_hearing(*timings: Timing) -> list[Shot]:
    """Two shots of five seconds; each hears the lines that are spoken in it."""
    spans = ((0, 120), (120, 240))
    return [
        SHOTS[0].replaced(
            shot_id=f"s01-{number}",
            index=number,
            start=start,
            frames=end - start,
            lines=tuple(t for t in timings if t.start < end and t.start + t.frames > start),
        )
        for number, (start, end) in enumerate(spans)
    ]


TWO_LINES = shots_hearing(
    Timing(line=0, speaker="ava", start=12, frames=60), Timing(line=1, speaker="marlow", start=130, frames=60)
)


def test_a_line_of_another_length_begins_where_the_old_one_did() -> None:
    shots = retimed(TWO_LINES, [48, 60])
    assert shots and [shot.lines[0].frames for shot in shots] == [48, 60]
    assert shots[1] == TWO_LINES[1]


@pytest.mark.parametrize("frames", [[119, 60], [110, 60], [60, 111]])
def test_a_line_that_is_too_long_fits_nowhere(frames: list[int]) -> None:
    assert retimed(TWO_LINES, frames) is None


def test_a_storyboard_is_dropped_with_all_takes_of_its_scene() -> None:
    state = SHOT.when(DropStoryboard(scene=1)).then(StoryboardDropped(scene=1))
    assert state.shots.keys() == {"s02-1"} and state.accepted.keys() == {"s02-1"}
    assert {take.take_id for take in state.takes.values() if take.dropped} == {"s01-1-t1", "s01-2-t1"}


def test_new_shots_do_not_begin_at_the_pictures_of_the_old_ones() -> None:
    painted = SHOT.and_then(*(PaintFirstFrame(shot_id=shot.shot_id, uri="asset://old") for shot in SHOTS))
    state = painted.when(DropStoryboard(scene=1)).then(StoryboardDropped(scene=1))
    assert state.frames.keys() == {"s02-1"}


def test_speech_of_a_revised_line_is_spoken_anew() -> None:
    revised = SPOKEN.and_then(ReviseLine(scene=1, line=0, text="Take care!"))
    new = AddSpeech(scene=1, line=0, speaker="ava", voice="af_heart", uri="asset://new", frames=30)
    assert revised.when(new).then(SpeechRendered(**new.__dict__)).speech["1/0"].uri == "asset://new"
