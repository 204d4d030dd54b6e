"""What a user sees while a film is made."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from drivers.progress import Progress, stages
from events import episode_facts as e
from events import production as p
from events.base import Event
from events.production import EPISODE
from events.verdict import Verdict
from tests.examples import CAST, SCRIPT, SEEN, SHOTS
from tests.scenario import Given, given

FILM = "asset://" + "e" * 64
ASKED = p.RequestEpisode(story="A light goes out.", cast=CAST, seconds=15)
PLANNED = given(EPISODE).and_then(
    ASKED, p.WriteScript(script=SCRIPT, engine="beats"), p.PlanScene(shots=SHOTS[:2]), p.PlanScene(shots=SHOTS[2:])
)


def filmed(so_far: Given[e.Episode], shot: str, take: int, verdict: e.Verdict) -> Given[e.Episode]:
    name = f"{shot}-t{take}"
    return so_far.and_then(
        p.RequestTake(shot_id=shot, engine="puppet", prompt=""),
        p.SubmitTake(take_id=name, operation="op"),
        p.RenderTake(take_id=name, uri=FILM, tail=FILM, frames=120),
        p.JudgeTake(take_id=name, verdict=verdict),
    )


GOOD = Verdict(value="pass", sightings=(SEEN,))
DRIFTED = Verdict(value="fail", reason="The face is not Ava's.")
EMPTY = Verdict(value="unknown", reason="No face is seen.")
FIRST_SCENE = filmed(filmed(filmed(PLANNED, "s01-1", 1, DRIFTED), "s01-1", 2, GOOD), "s01-2", 1, EMPTY)
CUT = filmed(FIRST_SCENE, "s02-1", 1, GOOD).and_then(p.CutEpisode(film=FILM, subtitles=FILM, frames=360))


def shown(facts: tuple[Event, ...], past: tuple[Event, ...] = (), terminal: bool = False) -> str:
    paper = StringIO()
    with Progress(Console(file=paper, width=100, force_terminal=terminal), past) as progress:
        for fact in facts:
            progress.tell(fact)
    return paper.getvalue()


def test_without_a_terminal_every_scene_is_a_line() -> None:
    lines = shown(CUT.past).splitlines()
    assert lines == [
        "script    “The lantern”, 2 scenes, 15 s",
        "retake    s01-1: The face is not Ava's.",
        "scene  1  the old stairs · 2 shots · 3 takes · ava 0.90",
        "scene  2  1 shot · 1 take · ava 0.90",
        "cut       15.0 s",
    ]


def test_a_repair_is_a_line_where_it_helped() -> None:
    told = {"take_id": "s01-1-t1", "uri": FILM, "tail": FILM, "verdict": GOOD, "before": 0.41, "after": 0.87}
    better = e.TakeRefined(**told, round=1, outside=0.99, kept=True)
    past = filmed(PLANNED, "s01-1", 1, DRIFTED).past
    assert shown((better,), past).splitlines() == ["repaired  s01-1: IDR 0.41 → 0.87"]
    assert shown((better.replaced(kept=False),), past) == ""


def test_quality_control_says_what_it_found_and_which_scene_goes_round_again() -> None:
    finding = e.Finding(kind="black", scene=2, sentence="Scene 2 is black for 3 s.")
    checked = CUT.and_then(p.CheckQuality(film=FILM, findings=(finding,)))
    told = shown(checked.past[len(CUT.past) :], past=CUT.past)
    assert "quality   not passed" in told
    assert "scene  2  goes round again: Scene 2 is black for 3 s." in told


def test_a_resumed_film_begins_with_what_was_done_and_says_only_what_is_new() -> None:
    new = CUT.past[len(FIRST_SCENE.past) :]
    assert shown(new, past=FIRST_SCENE.past).splitlines()[0].startswith("scene  2")


def test_the_bars_count_what_is_done_at_each_stage() -> None:
    told = stages(FIRST_SCENE.state)
    assert told["script"] == (1, 1)
    assert told["speech"] == (0, 2)
    assert told["shots"] == (2, 3)
    assert told["scenes"] == (1, 2)
    assert told["cut"] == told["quality"] == (0, 1)


def test_scenes_that_are_not_planned_yet_count_with_as_many_shots_as_the_others() -> None:
    half = given(EPISODE).and_then(ASKED, p.WriteScript(script=SCRIPT, engine="beats"), p.PlanScene(shots=SHOTS[:2]))
    assert stages(half.state)["shots"] == (0, 4)


def test_a_terminal_sees_the_bars_and_the_scene_under_way() -> None:
    told = shown(FIRST_SCENE.past[-2:], past=FIRST_SCENE.past[:-2], terminal=True)
    assert "shots" in told and "scene  2" in told
