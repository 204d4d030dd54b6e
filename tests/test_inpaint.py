"""Faces of stills by diffusion models: the real pipelines of diffusers, with tiny weights, which paint but no faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engines.refine.edit import covering
from engines.refine.tracking import follow
from engines.registry import is_remote, make_engine
from events.errors import BadSetting, Unsupported
from media.assets import Assets
from tests.lora_files import lora
from tests.orders import repair
from tests.sample_cast import engine, frame
from tests.test_painters import pytestmark  # noqa: F401
from tests.tiny_models import saved


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture(params=["sdxl", "flux", "sd3"])
def base(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refiner(base: str, assets: Assets, **options: Any) -> Any:
    told = {"model": str(saved(base)), "steps": 2, "device": "cpu", "pixels": 64 * 64, **options}
    return make_engine("retouch", base, {"retouch": {base: told}}, assets, engine())


def test_wrong_faces_are_painted_anew_and_nothing_else(base: str, assets: Assets) -> None:
    picture = frame(("ava", "front_neutral"), ("zuri", "front_neutral"))
    sights = [track.sights[0] for track in follow([picture], engine(), 2)]
    wrong, right = (covering([sight], picture.shape) > 0.5 for sight in sights)
    refined = refiner(base, assets).still(picture, repair(assets, "kairo", "zuri"))
    outside = covering(sights[:1], picture.shape) == 0
    assert np.abs(refined[wrong].astype(int) - picture[wrong]).mean() > 5
    assert np.array_equal(refined[outside], picture[outside]) and np.array_equal(refined[right], picture[right])
    again = refiner(base, assets).still(picture, repair(assets, "kairo", "zuri"))
    assert np.array_equal(refined, again)


def test_the_characters_adapter_paints_its_face(base: str, assets: Assets, tmp_path: Path) -> None:
    picture, order = frame(("zuri", "front_neutral")), repair(assets, "ava")
    file = str(lora(base, "kohya", tmp_path))
    plain, others, own = (
        refiner(base, assets, loras=loras).still(picture, order) for loras in ({}, {"marlow": file}, {"ava": file})
    )
    assert np.array_equal(plain, others) and not np.array_equal(plain, own)


def test_it_works_here_and_costs_nothing(base: str, assets: Assets) -> None:
    made = refiner(base, assets)
    assert not is_remote("retouch", base) and made.terms.price(1) == 0 and made.licence
    with pytest.raises(Unsupported, match="flicker"):
        made.clip(Path("clip.mp4"), repair(assets, "ava"), Path())
    with pytest.raises(BadSetting, match="stepz"):
        refiner(base, assets, stepz=3)
