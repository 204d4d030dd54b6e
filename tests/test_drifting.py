"""The engine that goes wrong on purpose: how often, for whom, and that it can be told afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.video import ActorOrder, Clip, Profile, ShotOrder
from engines.video.drifting import Drifting, Fate
from events.character import Reference
from events.errors import TakeFailed
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Camera, Shot


class Papers:
    """A video engine that writes down whose pictures it was given instead of filming."""

    profile = Profile(name="papers", longest_clip=8, repeatable=True)

    def submit(self, order: ShotOrder) -> str:
        return self._cast(order)

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        assert operation == self._cast(order)
        path = folder / "clip.txt"
        path.write_text(operation)
        return Clip(path=str(path), frames=order.shot.frames)

    def _cast(self, order: ShotOrder) -> str:
        return " ".join(f"{actor.slug}={actor.references[0].uri}" for actor in order.actors)


def actor(slug: str) -> ActorOrder:
    reference = Reference(view="front_neutral", uri=f"picture-of-{slug}")
    return ActorOrder(slug=slug, name=slug.title(), references=(reference,), look=Look())


def order(number: int, take: int = 0, *slugs: str, identified: tuple[str, ...] | None = None) -> ShotOrder:
    slugs = slugs or ("ava",)
    seen = {"visible": slugs, "identified": slugs if identified is None else identified}
    shot = Shot(shot_id=f"3-{number}", scene=3, index=0, start=0, frames=96, camera=Camera(), **seen)
    return ShotOrder(
        shot=shot,
        prompt="",
        location="lab",
        place=Place.LAB,
        time=TimeOfDay.DAY,
        weather=Weather.CLEAR,
        mood=Mood.CALM,
        actors=tuple(actor(slug) for slug in slugs),
        seed=take,
    )


CAST = [actor(slug) for slug in ("ava", "marlow", "kairo")]


def filmed(engine: Drifting, wanted: ShotOrder, folder: Path) -> str:
    return Path(engine.collect(engine.submit(wanted), wanted, folder).path).read_text()


def test_the_chosen_share_of_takes_drifts_and_is_known(tmp_path: Path) -> None:
    engine = Drifting(Papers(), CAST, drifts=0.2)
    orders = [order(number, take) for number in range(250) for take in range(2)]
    miscast = [filmed(engine, wanted, tmp_path) != "ava=picture-of-ava" for wanted in orders]
    assert miscast == [engine.is_bad(wanted) for wanted in orders]
    assert sum(miscast) / len(orders) == pytest.approx(0.2, abs=0.05)


def test_a_take_has_the_same_fate_in_every_process_and_another_take_its_own() -> None:
    engines = [Drifting(Papers(), CAST, drifts=0.5) for _ in range(2)]
    fates = [[engine.fate(order(7, take)) for take in range(30)] for engine in engines]
    assert fates[0] == fates[1]
    assert len(set(fates[0])) == 2
    assert fates[0] != [Drifting(Papers(), CAST, drifts=0.5, seed=1).fate(order(7, take)) for take in range(30)]


def test_one_actor_gets_another_face_and_keeps_all_else(tmp_path: Path) -> None:
    engine = Drifting(Papers(), CAST, drifts=1)
    for take in range(20):
        got = dict(pair.split("=") for pair in filmed(engine, order(1, take, "ava", "marlow"), tmp_path).split())
        assert list(got) == ["ava", "marlow"]
        assert sum(face != f"picture-of-{slug}" for slug, face in got.items()) == 1


def test_only_somebody_recognisable_drifts(tmp_path: Path) -> None:
    engine = Drifting(Papers(), CAST, drifts=1)
    behind = order(1, 0, "ava", "marlow", identified=("marlow",))
    assert filmed(engine, behind, tmp_path).startswith("ava=picture-of-ava ")
    wide = order(1, 0, "ava", identified=())
    assert not engine.is_bad(wide)
    assert filmed(engine, wide, tmp_path) == "ava=picture-of-ava"


def test_without_an_understudy_nobody_drifts() -> None:
    assert Drifting(Papers(), [actor("ava")], drifts=1).fate(order(1)) is Fate.GOOD


def test_a_share_fails_and_the_next_take_may_not(tmp_path: Path) -> None:
    engine = Drifting(Papers(), CAST, drifts=0, fails=0.5)
    fates = {take: engine.fate(order(1, take)) for take in range(20)}
    for take, fate in fates.items():
        if fate is Fate.FAILS:
            with pytest.raises(TakeFailed, match="shot 3-1"):
                filmed(engine, order(1, take), tmp_path)
        else:
            assert filmed(engine, order(1, take), tmp_path) == "ava=picture-of-ava"
    assert set(fates.values()) == {Fate.FAILS, Fate.GOOD}


def test_a_slow_take_pauses_and_then_is_good(tmp_path: Path) -> None:
    pauses = []
    engine = Drifting(Papers(), CAST, drifts=0, slow=1, pause=lambda: pauses.append("slow"))
    assert filmed(engine, order(1), tmp_path) == "ava=picture-of-ava"
    assert pauses == ["slow"]


def test_it_can_do_what_its_engine_can() -> None:
    assert Drifting(Papers()).profile == Papers.profile
