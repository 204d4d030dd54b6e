"""The puppet film: the same order gives the same pictures, and the words of an order change them."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engines.face.judge import judge
from engines.image.puppet import PuppetStill
from engines.video import ActorOrder, ShotOrder
from engines.video.puppet import Puppet
from engines.video.puppet.staging import marks
from events.character import Reference
from events.errors import TakeFailed
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Angle, Camera, Framing, Move, Shot
from media.assets import Assets
from media.frames import frame_count, last_frame, png
from tests.sample_cast import CAST, engine, identities

VIEWS = ("front_neutral", "front_blink", "three_quarter_left", "three_quarter_right")
LONELY = {Framing.TWO_SHOT, Framing.OVER_THE_SHOULDER}


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return Assets(tmp_path_factory.mktemp("assets"))


@pytest.fixture(scope="module")
def puppet(assets: Assets) -> Puppet:
    return Puppet(assets, sets_kept=4)


def actor(assets: Assets, slug: str) -> ActorOrder:
    pictures = ((view, (CAST / slug / f"{view}.webp").read_bytes()) for view in VIEWS)
    references = tuple(Reference(view=view, uri=assets.write(content)) for view, content in pictures)
    return ActorOrder(slug=slug, name=slug.title(), references=references, look=Look())


def ordered(assets: Assets, *who: str, framing: Framing = Framing.WIDE, **changes: object) -> ShotOrder:
    """An order for a shot of these characters; ``changes`` are fields of the order, the shot or the camera."""
    parts: dict[type, dict[str, object]] = {Camera: {"framing": framing}, Shot: {}, ShotOrder: {}}
    for name, value in changes.items():
        owner = next(model for model in parts if name in model.model_fields)
        parts[owner][name] = value
    shot = {"shot_id": "s1-0", "scene": 1, "index": 0, "start": 0, "frames": 48, "visible": who, "identified": who}
    shot |= {"focus": who[0] if who else "", "camera": Camera(**parts[Camera])} | parts[Shot]
    place = {"location": "the old observatory", "place": Place.ROOM, "time": TimeOfDay.DUSK, "weather": Weather.CLEAR}
    cast = tuple(actor(assets, slug) for slug in who)
    return ShotOrder(
        **{"shot": Shot(**shot), "prompt": "", "mood": Mood.CALM, "actors": cast} | place | parts[ShotOrder]
    )


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


# ---------------------------------------------------------------- weather and mood


def test_it_rains_outside_and_never_indoors(assets: Assets, puppet: Puppet) -> None:
    def stirred(place: Place, sky: Weather) -> float:
        film = puppet.film(ordered(assets, place=place, weather=sky))
        return difference(film.frame(0)[500:660], film.frame(2)[500:660])

    assert stirred(Place.ROOFTOP, Weather.RAIN) > 1.2 * stirred(Place.ROOFTOP, Weather.CLEAR)
    assert stirred(Place.ROOM, Weather.RAIN) < 1.05 * stirred(Place.ROOM, Weather.CLEAR)


def test_moods_share_the_set_and_differ_in_the_print(assets: Assets, puppet: Puppet) -> None:
    calm, sad = (puppet.film(ordered(assets, mood=mood)) for mood in (Mood.CALM, Mood.SAD))
    assert calm.stage is sad.stage
    assert difference(calm.frame(0), sad.frame(0)) > 4


# ---------------------------------------------------------------- camera


@pytest.mark.parametrize("move", [move for move in Move if move is not Move.STATIC])
def test_moves_move_the_picture(assets: Assets, puppet: Puppet, move: Move) -> None:
    film = puppet.film(ordered(assets, move=move, frames=96))
    still = puppet.film(ordered(assets, move=Move.STATIC, frames=96))
    assert difference(film.frame(0), film.frame(94)) > 1.3 * difference(still.frame(0), still.frame(94))


@pytest.mark.parametrize("angle", [angle for angle in Angle if angle is not Angle.EYE])
def test_angles_change_the_picture(assets: Assets, puppet: Puppet, angle: Angle) -> None:
    level, other = (puppet.film(ordered(assets, angle=a)).frame(0) for a in (Angle.EYE, angle))
    assert difference(level, other) > 3


def test_sideways_moves_over_a_sharp_set_are_on_ones_and_all_else_on_twos(assets: Assets, puppet: Puppet) -> None:
    def unique(move: Move, framing: Framing = Framing.WIDE) -> int:
        return sum(1 for _ in puppet.film(ordered(assets, move=move, framing=framing, frames=24)).frames())

    assert unique(Move.TRACK_LEFT) == 24
    assert unique(Move.STATIC) == unique(Move.DOLLY_IN) == unique(Move.TRACK_LEFT, Framing.TWO_SHOT) == 12


def test_an_odd_shot_ends_on_its_last_frame(assets: Assets, puppet: Puppet) -> None:
    assert sum(repeat for _, repeat in puppet.film(ordered(assets, frames=13)).frames()) == 13


# ---------------------------------------------------------------- people


@pytest.mark.parametrize("framing", Framing)
def test_identified_faces_are_large_inside_and_apart(framing: Framing, assets: Assets) -> None:
    who = ("ava", "marlow") if framing in LONELY else ("ava",)
    placed = marks(ordered(assets, *who, framing=framing).shot, floor=628)
    shown = [mark for mark in placed if not mark.foreground]
    for mark in shown:
        assert mark.face >= 150
        assert mark.eyes - 0.5 * mark.face > 56
        assert mark.eyes + 0.8 * mark.face < 664
        assert mark.face * 0.6 < mark.x < 1280 - mark.face * 0.6
    for one, other in pairwise(shown):
        assert other.x - one.x > one.face * 1.4


def test_wide_figures_stand_on_the_floor(assets: Assets) -> None:
    shot = ordered(assets, "ava", "marlow", "kairo", framing=Framing.WIDE, identified=()).shot
    placed = marks(shot, floor=620)
    assert all(mark.extent == "full" and abs((mark.feet or 0) - 620) < 20 for mark in placed)
    assert [mark.slug for mark in sorted(placed, key=lambda mark: mark.x)] == ["ava", "marlow", "kairo"]


def test_a_visible_actor_without_pictures_is_an_error(assets: Assets, puppet: Puppet) -> None:
    order = ordered(assets, "ava").model_copy(update={"actors": ()})
    with pytest.raises(TakeFailed, match="ava"):
        puppet.film(order)


def test_the_judge_knows_the_faces_in_a_storm_at_night(assets: Assets, puppet: Puppet) -> None:
    order = ordered(
        assets,
        *("ava", "kairo"),
        framing=Framing.TWO_SHOT,
        angle=Angle.DUTCH,
        place=Place.ROOFTOP,
        time=TimeOfDay.NIGHT,
        weather=Weather.STORM,
        mood=Mood.TENSE,
    )
    film = puppet.film(order)
    frames = [film.frame(number) for number in (2, 18, 34)]
    verdict = judge(engine(), frames, identities(), order.shot.visible, order.shot.identified)
    assert verdict.value == "pass", verdict.reason


# ---------------------------------------------------------------- chain and clip


def test_a_shot_that_continues_begins_where_the_last_one_ended(assets: Assets, puppet: Puppet) -> None:
    first = ordered(assets, "ava", framing=Framing.MEDIUM, move=Move.DOLLY_IN, frames=48)
    *_, (end, _) = puppet.film(first).frames()
    goes_on = first.shot.model_copy(update={"start": 48, "index": 1, "continues": True})
    second = first.model_copy(update={"shot": goes_on, "tail": assets.write(png(end))})
    film = puppet.film(second)
    assert difference(end, film.frame(0)) < 1.5
    assert difference(end, film.frame(0)) < difference(end, film.frame(40))


def test_a_cut_does_not_show_the_tail(assets: Assets, puppet: Puppet) -> None:
    order = ordered(assets, "ava", framing=Framing.MEDIUM)
    white = assets.write(png(np.full((720, 1280, 3), 255, np.uint8)))
    cut = order.model_copy(update={"tail": white})
    assert np.array_equal(puppet.film(order).frame(0), puppet.film(cut).frame(0))


def test_a_clip_is_written_whole(assets: Assets, puppet: Puppet, tmp_path: Path) -> None:
    order = ordered(assets, "ava", framing=Framing.CLOSE_UP, frames=30, place=Place.FOREST)
    clip = puppet.collect(puppet.submit(order), order, tmp_path)
    assert clip.frames == frame_count(Path(clip.path)) == 30
    assert difference(last_frame(Path(clip.path)), puppet.film(order).frame(28)) < 6


def test_an_operation_of_another_order_is_refused(assets: Assets, puppet: Puppet, tmp_path: Path) -> None:
    order = ordered(assets, seed=1)
    with pytest.raises(TakeFailed):
        puppet.collect(puppet.submit(ordered(assets, seed=2)), order, tmp_path)


def test_a_still_is_a_picture_of_the_film(assets: Assets, puppet: Puppet) -> None:
    order = ordered(assets, "ava", framing=Framing.CLOSE_UP)
    assert np.array_equal(PuppetStill(assets).paint(order), puppet.film(order).frame(24))


FRESH = """
import hashlib, sys
from pathlib import Path
from engines.video import ShotOrder
from engines.video.puppet import Puppet
from media.assets import Assets
film = Puppet(Assets(Path(sys.argv[1]))).film(ShotOrder.model_validate_json(sys.stdin.read()))
print(hashlib.sha256(b"".join(film.frame(n).tobytes() for n in (0, 20, 46))).hexdigest())
"""


def test_a_fresh_process_gives_the_same_frames(assets: Assets) -> None:
    order = ordered(
        assets, "ava", framing=Framing.MEDIUM, move=Move.HANDHELD, place=Place.ROOFTOP, weather=Weather.STORM
    )

    def digest() -> str:
        command = [sys.executable, "-c", FRESH, str(assets.root)]
        done = subprocess.run(command, input=order.model_dump_json(), capture_output=True, text=True, check=True)
        return done.stdout

    assert digest() == digest()
