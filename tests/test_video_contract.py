"""What every video engine does, whoever made it: one contract, run on all of them.

Those that work elsewhere talk to their local servers, those of diffusers run on tiny models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import pytest

from bench.figures import Record
from engines.registry import is_remote, make_engine, names
from engines.remote import Patience
from engines.video import ShotOrder, VideoEngine
from engines.video.build import video_engine
from events.errors import Expired, LoraFrameError, OutcomeUnknown, QuotaExceeded, Refused, TakeFailed, Unsupported
from media.assets import Assets
from tests import tiny_videos
from tests.orders import order
from tests.providers import comfyui, google, kling
from tests.providers.server import Mishap, Provider

PATIENCE = Patience(poll=0, sleep=lambda seconds: None)
SERVERS: dict[str, type[Provider]] = {
    "veo": google.Google,
    "omni": google.Google,
    "kling": kling.KlingServer,
    "comfyui": comfyui.ComfyUI,
}
SMALL = (64, 32)
TINY: dict[str, dict[str, Any]] = {
    "animatediff": {"model": "stable_diffusion", "motion": "motion_adapter", "context": 8},
    "wan": {"model": "wan_text_and_image"},
    "ltx": {"model": "ltx"},
}
OURS = ("puppet", "slate", "drifting", "simulated")
ENGINES = (*OURS, *SERVERS, *TINY)
LONG = 24 * 100
"""Frames that no engine films in one take."""


def test_the_contract_is_run_on_every_engine() -> None:
    assert set(ENGINES) == set(names("video"))


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", google.KEY)
    monkeypatch.setenv("KLING_ACCESS_KEY", kling.ACCESS)
    monkeypatch.setenv("KLING_SECRET_KEY", kling.SECRET)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


Make = Callable[..., tuple[VideoEngine, Provider | None]]


@pytest.fixture
def make(assets: Assets, models: Path) -> Iterator[Make]:
    """An engine by its name, and its server, where things go wrong as told."""
    with ExitStack() as stack:

        def made(name: str, *mishaps: Mishap) -> tuple[VideoEngine, Provider | None]:
            if name in SERVERS:
                server = stack.enter_context(SERVERS[name](mishaps=mishaps, polls=1))
                told = {"base_url": server.url, "patience": PATIENCE}
                return make_engine("video", name, {"video": {name: told}}, assets), server
            if name in TINY:
                return make_engine("video", name, {"video": {name: _tiny(name, models)}}, assets), None
            return video_engine(name, assets, {}), None

        yield made


def _tiny(name: str, folder: Path) -> dict[str, Any]:
    own = {key: str(getattr(tiny_videos, value)(folder)) for key, value in TINY[name].items() if isinstance(value, str)}
    return TINY[name] | own | {"steps": 1, "size": SMALL, "device": "cpu"}


def ordered(assets: Assets, name: str, frames: int = 12) -> ShotOrder:
    told: dict[str, Any] = {"size": SMALL} if name in TINY else {}
    return order(assets, "ava", frames=frames, take_id=f"take of {name}", **told)


# ---------------------------------------------------------------- what it says and does


@pytest.mark.parametrize("name", ENGINES)
def test_an_order_becomes_a_clip_of_its_length_however_often_it_is_collected(
    name: str, make: Make, assets: Assets, tmp_path: Path, figure: Record
) -> None:
    engine, server = make(name)
    wanted = ordered(assets, name)
    operation = engine.submit(wanted)
    assert operation and isinstance(operation, str)
    lengths = []
    for time in ("first", "second"):
        folder = tmp_path / time
        folder.mkdir()
        clip = engine.collect(operation, wanted, folder)
        assert Path(clip.path).parent == folder
        lengths.append(seconds(Path(clip.path)))
    ok = lengths[0] == lengths[1] and lengths[0] >= 12 / 24 - 1e-3
    figure("engines.1.contract", f"video engine {name}: a clip as long as its shot", lengths[0], "s", ">= 0.5", ok)
    assert ok
    assert server is None or server.orders.total() == 1


def seconds(path: Path) -> float:
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        return sum(1 for _ in file.decode(video)) / float(video.average_rate or 24)


@pytest.mark.parametrize("name", ENGINES)
def test_its_profile_says_what_it_is(name: str, make: Make) -> None:
    engine, _ = make(name)
    profile = engine.profile
    assert profile.longest_clip > 0 and profile.remote == is_remote("video", name)
    assert bool(profile.account) == profile.remote
    assert profile.price(96) >= 0 and (profile.remote or profile.price(96) == 0)
    assert not profile.lengths or max(profile.lengths) <= profile.longest_clip
    assert not profile.findable or callable(engine.find)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_too_long_is_refused_by_name_before_it_is_paid_for(name: str, make: Make) -> None:
    engine, _ = make(name)
    with pytest.raises(Unsupported, match=r"films [\d.]+ s at most"):
        engine.profile.price(LONG)


# ---------------------------------------------------------------- what goes wrong


GOES_WRONG: dict[Mishap, type[LoraFrameError]] = {
    Mishap.REFUSED: Refused,
    Mishap.FAILED: TakeFailed,
    Mishap.EXPIRED: Expired,
    Mishap.QUOTA: QuotaExceeded,
    Mishap.ERROR: TakeFailed,
    Mishap.DROP: OutcomeUnknown,
    Mishap.GATEWAY: OutcomeUnknown,
}
PAID = ("veo", "omni", "kling")


@pytest.mark.parametrize("mishap", GOES_WRONG)
@pytest.mark.parametrize("name", PAID)
def test_what_goes_wrong_has_a_type_and_says_what_to_do(
    name: str, mishap: Mishap, make: Make, assets: Assets, tmp_path: Path, figure: Record
) -> None:
    """Line engines.3."""
    engine, server = make(name, mishap)
    wanted, kind = ordered(assets, name), GOES_WRONG[mishap]
    with pytest.raises(LoraFrameError) as raised:
        engine.collect(engine.submit(wanted), wanted, tmp_path)
    what, ok = f"{name}, {mishap}: raises {kind.__name__}", type(raised.value) in (kind, *kind.__subclasses__())
    figure("engines.3", what, raised.value.code, "", kind.code, ok)
    assert ok, raised.value
    assert len(str(raised.value)) > 20 and not any(key in str(raised.value) for key in (google.KEY, kling.SECRET))
    assert server and server.orders.total() <= 1
