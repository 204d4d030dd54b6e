"""From a scene to its shots: time, cuts, framings, and who is seen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.errors import BadScript
from events.script import FPS, NARRATOR, Change, ChangeKind, Line, Mood, Scene
from events.storyboard import (
    FACES,
    LEAD_IN,
    LONGEST,
    PAIRS,
    PAUSE,
    SHORTEST,
    TAIL,
    WIDE_FRAMINGS,
    Angle,
    Camera,
    Framing,
    Move,
    Shot,
    camera,
    lay_out_lines,
    plan_shots,
    scene_frames,
)

CAST = ("ava", "marlow", "kairo")


def scene(
    seconds: float = 20,
    speakers: str = "",
    cast: tuple[str, ...] = CAST,
    camera_words: str = "slow dolly in, low angle close-up",
    mood: Mood = Mood.TENSE,
    changes: tuple[Change, ...] = (),
) -> Scene:
    """``speakers`` is a letter per line: n for the narrator, a, m, k for the cast."""
    names = {"n": NARRATOR, "a": "ava", "m": "marlow", "k": "kairo"}
    lines = tuple(Line(speaker=names[letter], text=f"Line {i}.") for i, letter in enumerate(speakers))
    return Scene(
        number=3,
        scene_id="03-test",
        description="A test.",
        characters=cast,
        seconds=seconds,
        camera=camera_words,
        mood=mood,
        lines=lines,
        changes=changes,
    )


def shots_of(played: Scene, spoken: list[int], seed: int = 1) -> tuple[Shot, ...]:
    return plan_shots(played, lay_out_lines(played, spoken), seed)


@st.composite
def played_scenes(draw: st.DrawFn) -> tuple[Scene, list[int]]:
    frames = draw(st.integers(2 * FPS, 40 * FPS))
    cast = CAST[: draw(st.integers(0, 3))]
    voices = "n" + "".join(who[0] for who in cast)
    speakers = draw(st.text(alphabet=voices, max_size=5))
    hurt = draw(st.booleans()) and bool(cast)
    change = Change(kind=ChangeKind.INJURY, character=cast[-1], what="cut", where="forehead") if hurt else None
    played = scene(
        frames / FPS,
        speakers,
        cast,
        draw(st.sampled_from(["", "wide shot", "two-shot", "over the shoulder, handheld", "extreme close-up"])),
        draw(st.sampled_from(list(Mood))),
        (change,) if change else (),
    )
    room = max(1, (frames - LEAD_IN - TAIL) // max(1, len(speakers)) - PAUSE)
    return played, [draw(st.integers(1, max(1, room))) for _ in speakers]


@settings(max_examples=80, deadline=None)
@given(played=played_scenes(), seed=st.integers(0, 1000))
def test_shots_fill_the_scene_and_hold_the_rules(played: tuple[Scene, list[int]], seed: int) -> None:
    one, spoken = played
    if len(spoken) * PAUSE + sum(spoken) + LEAD_IN + TAIL > scene_frames(one):
        return
    timings = lay_out_lines(one, spoken)
    shots = plan_shots(one, timings, seed)

    assert shots == plan_shots(one, timings, seed)
    assert sum(shot.frames for shot in shots) == scene_frames(one)
    assert [shot.start for shot in shots] == [sum(s.frames for s in shots[:i]) for i in range(len(shots))]
    assert [shot.index for shot in shots] == list(range(len(shots)))
    assert len({shot.shot_id for shot in shots}) == len(shots)
    if scene_frames(one) >= SHORTEST:
        assert all(SHORTEST <= shot.frames <= LONGEST for shot in shots)
    for shot in shots:
        assert set(shot.identified) <= set(shot.visible) <= set(one.characters)
        assert list(shot.visible) == [who for who in one.characters if who in shot.visible]
        assert bool(shot.identified) == (shot.camera.framing in FACES)
        assert shot.focus in ("", *shot.visible)
        assert (shot.camera.framing in PAIRS) <= (len(shot.visible) == 2)
        end = shot.start + shot.frames
        assert shot.lines == tuple(t for t in timings if t.start < end and t.start + t.frames > shot.start)
    for before, after in pairwise(shots):
        assert before.camera != after.camera or after.continues
    if one.changes and len(shots) > 1:
        assert not shots[0].after_changes and shots[-1].after_changes


@settings(max_examples=100, deadline=None)
@given(played=played_scenes())
def test_lines_never_overlap_and_stay_inside_the_scene(played: tuple[Scene, list[int]]) -> None:
    one, spoken = played
    try:
        timings = lay_out_lines(one, spoken)
    except BadScript:
        talk = [length for length, line in zip(spoken, one.lines, strict=True) if line.speaker != NARRATOR]
        assert sum(talk) + PAUSE * (len(talk) - 1) + LEAD_IN + TAIL > scene_frames(one)
        return
    for before, after in pairwise(timings):
        assert before.start + before.frames + PAUSE <= after.start
    if timings:
        assert timings[0].start >= LEAD_IN
        assert timings[-1].start + timings[-1].frames + TAIL <= scene_frames(one)


def test_the_pause_in_an_exchange_stays_short() -> None:
    timings = lay_out_lines(scene(25, "ama"), [40, 40, 40])
    pauses = [after.start - before.start - before.frames for before, after in pairwise(timings)]
    assert all(0.4 * FPS - 1 <= pause <= 0.9 * FPS + 1 for pause in pauses)


def test_narration_that_does_not_fit_is_dropped_from_the_end_and_dialogue_is_refused() -> None:
    timings = lay_out_lines(scene(10.5, "nank"), [60, 90, 60, 40])
    assert [timing.line for timing in timings] == [0, 1, 3]
    with pytest.raises(BadScript, match="scene 3"):
        lay_out_lines(scene(10, "amk"), [100, 100, 100])


def test_a_scene_is_three_to_five_shots() -> None:
    for seconds in range(15, 26):
        assert 3 <= len(shots_of(scene(seconds, "nam"), [60, 70, 80])) <= 5


def test_the_first_shot_establishes_and_the_camera_then_follows_who_speaks() -> None:
    for seed in range(20):
        shots = shots_of(scene(22, "amk", camera_words=""), [90, 90, 90], seed)
        assert shots[0].camera.framing in WIDE_FRAMINGS
        assert shots[0].visible == CAST and shots[0].identified == ()
        for shot in shots[1:]:
            speakers = {timing.speaker for timing in shot.lines}
            assert shot.focus in shot.identified
            assert shot.focus in speakers or not speakers


def test_cuts_fall_between_lines() -> None:
    for seed in range(20):
        played = scene(21, "amka")
        timings = lay_out_lines(played, [70, 80, 70, 60])
        for shot in plan_shots(played, timings, seed)[1:]:
            assert not any(t.start < shot.start < t.start + t.frames for t in timings)


def test_a_line_longer_than_a_shot_goes_on_or_is_heard_over_a_listener() -> None:
    alone = shots_of(scene(20, "a", cast=("ava",), camera_words=""), [16 * FPS])
    assert any(shot.continues for shot in alone)
    together = shots_of(scene(20, "a", cast=("ava", "marlow"), camera_words=""), [16 * FPS])
    assert {shot.focus for shot in together} == {"ava", "marlow"}
    assert not any(shot.continues for shot in together)


def test_the_scenes_own_camera_words_are_honoured() -> None:
    for seed in range(10):
        shots = shots_of(scene(20, "nam"), [60, 70, 80], seed)
        assert Camera(framing=Framing.CLOSE_UP, angle=Angle.LOW, move=Move.DOLLY_IN) in [s.camera for s in shots[1:]]
        wide = shots_of(scene(20, "nam", camera_words="high angle wide shot, pan left"), [60, 70, 80], seed)
        assert wide[0].camera == Camera(framing=Framing.WIDE, angle=Angle.HIGH, move=Move.PAN_LEFT)


def test_an_injury_is_seen_to_happen() -> None:
    hurt = Change(kind=ChangeKind.INJURY, character="kairo", what="cut", where="forehead")
    for seed in range(20):
        shots = shots_of(scene(20, "nama", changes=(hurt,)), [60, 60, 60, 50], seed)
        first_after = next(shot for shot in shots if shot.after_changes)
        assert "kairo" in first_after.identified
        assert first_after.start + first_after.frames // 2 >= scene_frames(scene(20)) // 2
    coat = Change(kind=ChangeKind.WARDROBE, character="kairo", what="coat")
    assert all(shot.after_changes for shot in shots_of(scene(20, "nam", changes=(coat,)), [60, 60, 60]))


def test_a_place_without_people_is_shown_moving() -> None:
    shots = shots_of(scene(20, "n", cast=(), camera_words=""), [90])
    assert all(shot.camera.framing in WIDE_FRAMINGS and shot.visible == () for shot in shots)
    assert all(shot.camera.move != Move.STATIC for shot in shots)


def test_seeds_differ() -> None:
    played = scene(24, "nam")
    assert len({shots_of(played, [60, 70, 80], seed) for seed in range(10)}) > 5


@pytest.mark.parametrize(
    ("words", "framing", "angle", "move"),
    [
        ("slow dolly in, low angle close-up", Framing.CLOSE_UP, Angle.LOW, Move.DOLLY_IN),
        ("Extreme wide shot, pan left", Framing.EXTREME_WIDE, Angle.EYE, Move.PAN_LEFT),
        ("handheld over-the-shoulder", Framing.OVER_THE_SHOULDER, Angle.EYE, Move.HANDHELD),
        ("OTS, static", Framing.OVER_THE_SHOULDER, Angle.EYE, Move.STATIC),
        ("medium two-shot, track right", Framing.TWO_SHOT, Angle.EYE, Move.TRACK_RIGHT),
        ("dutch angle ECU", Framing.EXTREME_CLOSE_UP, Angle.DUTCH, Move.STATIC),
        ("bird's eye wide, slow pull back", Framing.WIDE, Angle.HIGH, Move.DOLLY_OUT),
        ("zoom out from her face, medium", Framing.MEDIUM, Angle.EYE, Move.ZOOM_OUT),
        ("tilt down, full shot", Framing.FULL, Angle.EYE, Move.TILT_DOWN),
        ("crane up", Framing.MEDIUM, Angle.EYE, Move.TILT_UP),
        ("close on the key", Framing.CLOSE_UP, Angle.EYE, Move.STATIC),
        ("", Framing.MEDIUM, Angle.EYE, Move.STATIC),
    ],
)
def test_camera_words(words: str, framing: Framing, angle: Angle, move: Move) -> None:
    assert camera(words) == Camera(framing=framing, angle=angle, move=move)
