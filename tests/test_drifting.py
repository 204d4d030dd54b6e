"""The engine that goes wrong on purpose: how often, for whom, and that it can be told afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engines.face.identity import likeness
from engines.face.morph import blend
from engines.video import ActorOrder, Clip, Profile, ShotOrder
from engines.video.drifting import Drifting, Fate
from events.character import Reference
from events.errors import BadPicture, BadSetting, TakeFailed
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Camera, Shot
from media.assets import Assets
from media.pictures import flattened, open_picture
from tests.sample_cast import CAST as PICTURES
from tests.sample_cast import EMPTY, cut_out, engine, vectors


class Papers:
    """A video engine that writes down whose pictures it was given instead of filming."""

    profile = Profile(name="papers", longest_clip=8, repeatable=True, house_clips=True)

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


# ---------------------------------------------------------------- blends, blurs and swaps

VIEWS = ("front_neutral", "three_quarter_left")


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return Assets(tmp_path_factory.mktemp("assets"))


def portrayed(assets: Assets, slug: str, *views: str) -> ActorOrder:
    pictures = {view: assets.write((PICTURES / slug / f"{view}.webp").read_bytes()) for view in views or VIEWS}
    references = tuple(Reference(view=view, uri=uri) for view, uri in pictures.items())
    return ActorOrder(slug=slug, name=slug.title(), references=references, look=Look())


class Casting(Papers):
    """Writes down nothing and remembers whom it was given."""

    def _cast(self, order: ShotOrder) -> str:
        self.actors = {actor.slug: actor.references for actor in order.actors}
        return "cast"


def recast(assets: Assets, *slugs: str, take: int = 0, **options: float) -> dict[str, tuple[Reference, ...]]:
    """The references with which somebody's take is made."""
    casting = Casting()
    lenders = [portrayed(assets, slug) for slug in ("ava", "zuri")]
    wanted = order(1, take, *slugs).model_copy(update={"actors": tuple(portrayed(assets, slug) for slug in slugs)})
    Drifting(casting, lenders, assets=assets, drifts=0, **options).submit(wanted)
    return casting.actors


def likenesses(assets: Assets, reference: Reference, *slugs: str) -> list[float]:
    picture = flattened(open_picture(assets.read(reference.uri), reference.view))
    (face,) = engine().faces(picture)
    return [likeness(face.vector, list(vectors(slug)), engine().similarity) for slug in slugs]


def test_a_blend_goes_from_one_face_to_the_other_in_every_view(assets: Assets) -> None:
    for place, view in enumerate(VIEWS):
        shares = [recast(assets, "marlow", blends=1, share=share, take=1)["marlow"] for share in (0.2, 0.5, 0.8)]
        assert [references[place].view for references in shares] == [view] * 3
        own, zuris, avas = zip(
            *[likenesses(assets, references[place], "marlow", "zuri", "ava") for references in shares], strict=True
        )
        assert own == tuple(sorted(own, reverse=True))
        assert own[0] > 0.7 > own[2] + 0.05
        lent = max(zuris, avas, key=lambda likes: likes[2])
        assert lent == tuple(sorted(lent))


def test_a_share_that_is_not_given_lies_between_a_fifth_and_four_fifths(assets: Assets) -> None:
    engines = [Drifting(Papers(), CAST, blends=1, drifts=0, assets=assets) for _ in range(2)]
    drawn = [[engine.share_of(order(1, take)) for take in range(100)] for engine in engines]
    assert drawn[0] == drawn[1]
    assert 0.2 <= min(drawn[0]) < 0.3
    assert 0.7 < max(drawn[0]) <= 0.8


def test_a_blend_keeps_hair_and_clothes_and_what_is_transparent() -> None:
    own = cut_out("kairo")
    half = blend(own, cut_out("marlow"), 0.5)
    assert half.shape == own.shape
    assert np.abs(half[-150:].astype(int) - own[-150:]).mean() < 0.1
    assert np.abs(half[..., 3].astype(int) - own[..., 3]).mean() < 3
    none = blend(own, cut_out("marlow"), 0.0)
    assert np.abs(none.astype(int) - own).mean() < 0.5


def test_what_shows_no_face_cannot_be_blended() -> None:
    with pytest.raises(BadPicture, match="No face was found"):
        blend(EMPTY, cut_out("ava"), 0.5)


def test_only_views_that_both_have_can_be_blended(assets: Assets) -> None:
    wanted = order(1).model_copy(update={"actors": (portrayed(assets, "ava", "look_up"),)})
    lenders = [portrayed(assets, "zuri", "front_neutral")]
    assert Drifting(Papers(), lenders, assets=assets, drifts=0, blends=1).fate(wanted) is Fate.GOOD
    lenders = [portrayed(assets, "zuri", "look_up")]
    assert Drifting(Papers(), lenders, assets=assets, drifts=0, blends=1).fate(wanted) is Fate.BLENDS


def test_who_is_blurred_has_lost_the_edges_and_keeps_the_size(assets: Assets) -> None:
    for reference in recast(assets, "kairo", blurs=1)["kairo"]:
        soft, sharp = open_picture(assets.read(reference.uri), reference.view), cut_out("kairo", reference.view)
        assert soft.shape == sharp.shape
        inside = slice(200, 400)
        edges = [np.abs(np.diff(picture[inside, inside, :3].astype(int), axis=0)).max() for picture in (soft, sharp)]
        assert edges[0] < edges[1] / 4
        assert 0.4 < likenesses(assets, reference, "kairo")[0] < 0.75


def test_a_swap_exchanges_two_faces_and_nothing_else(assets: Assets) -> None:
    got = recast(assets, "ava", "marlow", swaps=1)
    assert got == {slug: portrayed(assets, other).references for slug, other in (("ava", "marlow"), ("marlow", "ava"))}
    assert Drifting(Papers(), CAST, drifts=0, swaps=1).fate(order(1)) is Fate.GOOD


def test_every_fate_has_its_share(assets: Assets) -> None:
    shares = {"drifts": 0.2, "fails": 0.1, "slow": 0.1, "blends": 0.2, "blurs": 0.1, "swaps": 0.1}
    drifting = Drifting(Papers(), CAST, assets=assets, **shares)
    fates = [drifting.fate(order(number, 0, "ava", "marlow")) for number in range(1000)]
    for fate, share in shares.items():
        assert fates.count(Fate(fate)) / 1000 == pytest.approx(share, abs=0.04)


def test_pictures_have_to_be_put_somewhere() -> None:
    with pytest.raises(BadSetting, match="needs assets"):
        Drifting(Papers(), CAST, blends=0.5)
