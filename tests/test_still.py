"""Stills: the rules of the loop, and a picture from words with the embedded engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.settings import Settings
from actors.shell import state_at
from actors.studio import Studio
from events.episode_facts import CastMember, Limits
from events.errors import Conflict, InvalidInput, NotFound
from events.job import (
    JOB,
    EraseJob,
    FailPicture,
    JobCompleted,
    JobErased,
    JobFailed,
    JobRequested,
    JudgePicture,
    PaintPicture,
    PictureFailed,
    PictureJudged,
    PicturePainted,
    PictureRefined,
    PictureRequested,
    RefinePicture,
    RequestPicture,
    RequestStill,
    Step,
    next_step,
)
from events.verdict import Sighting, Verdict
from media.pictures import open_picture
from tests.examples import AVA
from tests.scenario import Given, given

CAST = Path(__file__).parent.parent / "samples" / "cast"
MEMBER = CastMember(slug="ava", character_id=AVA, version=5)
ORDER = RequestStill(character=MEMBER, asked="Ava in the rain", engines={"refine": "canonical"}, limits=Limits(takes=2))
REQUESTED = given(JOB).and_then(ORDER)
PAINTED = REQUESTED.and_then(RequestPicture(prompt="Ava."), PaintPicture(uri="asset://1"))


def verdict(value: str, idr: float | None) -> Verdict:
    return Verdict(value=value, sightings=(Sighting(slug="ava", frames=1, idr=idr),))  # type: ignore[arg-type]


def judged(value: str, idr: float | None) -> JudgePicture:
    return JudgePicture(verdict=verdict(value, idr))


def refined(idr: float) -> RefinePicture:
    judged = verdict("pass" if idr >= 0.75 else "fail", idr)
    return RefinePicture(uri="asset://2", verdict=judged, outside=0.99)


# ---------------------------------------------------------------- the rules


def test_the_next_step_leads_to_the_picture() -> None:
    way = [
        (Step.REQUEST, RequestPicture(prompt="Ava.")),
        (Step.PAINT, PaintPicture(uri="asset://1")),
        (Step.JUDGE, judged("fail", 0.4)),
        (Step.REFINE, refined(0.9)),
    ]
    job = REQUESTED
    for step, command in way:
        assert next_step(job.state) is step
        job = job.and_then(command)
    assert next_step(job.state) is Step.DONE
    assert job.state.completed == JobCompleted(uri="asset://2", idr=0.9)
    assert job.state.pictures[0].original == "asset://1"


def test_a_good_picture_completes_the_still() -> None:
    PAINTED.when(judged("pass", 0.9)).then(
        PictureJudged(picture=1, verdict=verdict("pass", 0.9)), JobCompleted(uri="asset://1", idr=0.9)
    )


@pytest.mark.parametrize(("face", "done"), [(True, False), (False, True)])
def test_no_face_is_good_only_where_none_has_to_be_known(face: bool, done: bool) -> None:
    asked = given(JOB).and_then(ORDER.replaced(face=face), *(RequestPicture(prompt="Ava."), PaintPicture(uri="a")))
    assert (asked.and_then(judged("unknown", None)).state.completed is not None) is done


def test_a_repair_that_is_no_better_is_dropped_and_after_three_another_picture_is_painted() -> None:
    bad = PAINTED.and_then(judged("fail", 0.5))
    first = bad.when(refined(0.4)).then(
        PictureRefined(**refined(0.4).__dict__, picture=1, round=1, before=0.5, after=0.4, kept=False)
    )
    assert next_step(first) is Step.REFINE
    assert first.pictures[0].uri == "asset://1"
    assert next_step(bad.and_then(refined(0.4), refined(0.4), refined(0.4)).state) is Step.REQUEST


def test_a_stranger_nobody_found_is_not_repaired() -> None:
    assert next_step(PAINTED.and_then(judged("unknown", None)).state) is Step.REQUEST


def test_after_the_last_try_the_still_has_failed() -> None:
    bad: Given = REQUESTED
    for _ in range(2):
        bad = bad.and_then(RequestPicture(prompt="Ava."), FailPicture(code="take-failed", reason="Busy."))
    state = bad.when(RequestPicture(prompt="Ava.")).then(JobFailed(reason="Busy."))
    assert next_step(state) is Step.DONE


def test_every_picture_has_a_seed_of_its_own() -> None:
    failed = FailPicture(code="take-failed", reason="Busy.")
    twice = REQUESTED.and_then(RequestPicture(prompt="a"), failed, RequestPicture(prompt="b"))
    seeds = [fact.seed for fact in twice.past if isinstance(fact, PictureRequested)]
    assert len(set(seeds)) == 2


@pytest.mark.parametrize(
    "command", [PaintPicture(uri="a"), judged("pass", 0.9), refined(0.9), RequestPicture(prompt="")]
)
def test_a_step_out_of_order_is_refused(command: RequestPicture) -> None:
    done = PAINTED.and_then(judged("pass", 0.9))
    done.when(command).refused(Conflict)
    given(JOB).when(command).refused(NotFound)


def test_failing_is_told_of_the_picture_at_hand() -> None:
    fail = FailPicture(code="take-failed", reason="Busy.")
    PAINTED.when(fail).then(PictureFailed(picture=1, code="take-failed", reason="Busy."))
    REQUESTED.when(fail).refused(Conflict)


def test_a_still_is_asked_for_once_and_erased_for_ever() -> None:
    given(JOB).when(ORDER).then(JobRequested(**ORDER.__dict__))
    REQUESTED.when(ORDER).refused(Conflict)
    gone = PAINTED.and_then(EraseJob())
    assert gone.past[-1] == JobErased() and gone.state.request is None
    gone.when(ORDER).refused(Conflict)
    gone.when(judged("pass", 0.9)).refused(NotFound, "erased")


def test_painting_is_recorded_with_its_cost() -> None:
    asked = REQUESTED.and_then(RequestPicture(prompt="Ava."))
    painted = PaintPicture(uri="asset://1", cost=0.04, worked=1.5)
    asked.when(painted).then(PicturePainted(picture=1, **painted.__dict__))


# ---------------------------------------------------------------- a picture


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio(Settings.from_env({"LORAFRAME_HOME": str(tmp_path / "home")})) as studio:
        studio.import_character(CAST / "ava")
        yield studio


def test_a_picture_is_painted_from_words_and_the_character_remembers(studio: Studio, tmp_path: Path) -> None:
    made = studio.generate("ava", "Ava waits at the harbour in the rain at dusk, medium shot", out=tmp_path / "a.png")
    picture = open_picture(made.picture.read_bytes(), "a.png")
    assert picture.shape == (720, 1280, 3)
    assert made.idr is not None and made.idr >= 0.75
    ava = studio.character("ava")
    assert (ava.scenes, ava.notes[-1].medium, ava.look.weather) == (1, "still", "rain")
    (shown,) = studio.views.jobs()
    assert (shown["status"], shown["pictures"], shown["idr"]) == ("completed", 1, made.idr)


def test_what_the_words_do_to_the_character_is_painted_and_stays(studio: Studio) -> None:
    made = studio.generate("ava", "Ava cuts her left cheek in the library, close-up")
    (cut,) = studio.character("ava").look.injuries
    assert (cut.what, cut.where) == ("cut", "left cheek")
    job = state_at(JOB, made.job_id, studio.log)
    assert "with a cut on the left cheek" in job.pictures[-1].prompt


def test_an_earlier_still_comes_to_mind(studio: Studio) -> None:
    studio.generate("ava", "Ava reads an old letter in the library, close-up")
    made = studio.generate("ava", "Ava thinks of the letter, close-up")
    prompt = state_at(JOB, made.job_id, studio.log).pictures[-1].prompt
    assert "Ava remembers: scene 1: Ava reads an old letter in the library" in prompt


def test_a_still_goes_on_where_it_was_left(studio: Studio) -> None:
    job_id = studio.request_still("ava", "Ava in the library, close-up")
    first = studio.resume_still(job_id)
    assert studio.resume_still(job_id) == first
    assert studio.character("ava").scenes == 1


def test_the_same_seed_paints_the_same_picture(studio: Studio) -> None:
    one, other = (studio.generate("ava", "Ava in the library, close-up", seed=5) for _ in range(2))
    assert one.picture == other.picture


def test_stills_of_the_erased_are_erased(studio: Studio) -> None:
    made = studio.generate("ava", "Ava in the library, close-up")
    gone = studio.erase_character("ava")
    assert gone.stills == (made.job_id,) and not made.picture.exists()
    assert studio.views.jobs() == []


def test_nothing_is_painted_of_nobody_or_of_no_words(studio: Studio) -> None:
    with pytest.raises(NotFound):
        studio.generate("nobody", "in the rain")
    with pytest.raises(InvalidInput):
        studio.generate("ava", "  ")
    assert studio.views.jobs() == []
