"""Whole episodes by engines that work elsewhere, each against its local server: filmed, judged, cut, delivered.

The real studio, director, workers and clients in one process; the servers send pictures of the sample cast.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from actors.director import Direction
from actors.pools import LocalStages
from actors.settings import Settings
from actors.studio import Studio
from bench.figures import Record
from engines.remote import Patience
from engines.video.slate import Slate
from events.engine_plan import EngineRule, VideoPlan
from events.episode import Episode
from events.episode_facts import TakeRequested
from media.assets import Assets
from media.inspection import inspect
from tests.orders import order
from tests.providers import comfyui, google, kling
from tests.providers.server import Provider
from tests.sample_cast import CAST

PATIENCE = Patience(poll=0, sleep=lambda seconds: None)
KEYS = {
    "GEMINI_API_KEY": google.KEY,
    "KLING_ACCESS_KEY": kling.ACCESS,
    "KLING_SECRET_KEY": kling.SECRET,
}
SERVERS: dict[str, type[Provider]] = {
    "veo": google.Google,
    "omni": google.Google,
    "kling": kling.KlingServer,
    "comfyui": comfyui.ComfyUI,
}
PRICED = {"veo", "omni", "kling"}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def ava(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Eight seconds of Ava, as a provider would send them."""
    folder = tmp_path_factory.mktemp("ava")
    assets = Assets(folder / "assets")
    shown = order(assets, "ava", frames=192)
    slate = Slate(assets)
    return Path(slate.collect(slate.submit(shown), shown, folder).path).read_bytes()


def film(home: Path, servers: dict[str, Provider], scenes: int, plan: VideoPlan) -> tuple[Studio, Episode]:
    """An episode of Ava alone in so many scenes of ten seconds."""
    told = {"LORAFRAME_HOME": str(home), "LORAFRAME_ENGINES": f"video={plan.default},music=synth"}
    settings = Settings.from_env(told)
    video = dict(settings.engine_options["video"])
    for name, server in servers.items():
        video[name] = video.get(name, {}) | {"base_url": server.url, "patience": PATIENCE}
    options = settings.engine_options | {"video": video}
    studio = Studio(settings.model_copy(update={"engine_options": options, "video": plan}))
    studio.import_character(CAST / "ava")
    story = home / "story.json"
    story.write_text(json.dumps([scene(number) for number in range(1, scenes + 1)]))
    episode_id = studio.request_episode(story, ["ava"])
    asyncio.run(Direction(studio.settings, episode_id, LocalStages(studio.settings)).make())
    return studio, studio.episode(episode_id)


def scene(number: int) -> dict[str, Any]:
    words = "waits in the rain" if number % 2 else "fights the storm"
    return {
        "scene_id": f"s{number}",
        "description": f"Ava {words}.",
        "characters": ["ava"],
        "duration_sec": 10,
        "camera": "medium close-up",
        "dialogue": [{"speaker": "ava", "text": "It will pass."}],
        "narration": "",
    }


@pytest.fixture
def started(ava: bytes) -> Iterator[dict[str, Provider]]:
    """The servers, by engine."""
    with ExitStack() as stack:
        made = {name: stack.enter_context(kind(polls=1)) for name, kind in SERVERS.items()}
        for server in made.values():
            server.clip = ava  # type: ignore[attr-defined]
        yield made


def check(studio: Studio, episode: Episode, seconds: float, figure: Record, what: str) -> None:
    film = next(file for file in episode.delivered if file.name == "film.mp4")
    seen = inspect(studio.assets.path(film.uri))
    ok = abs(seen.seconds / seconds - 1) <= 0.05
    figure("engines.1", f"length of a film by {what}", seen.seconds, "s", f"{seconds:g} ± 5 %", ok)
    assert ok and not episode.failed


@pytest.mark.parametrize("scenes", [1, pytest.param(3, marks=pytest.mark.long)])
@pytest.mark.parametrize("engine", SERVERS)
def test_an_episode_is_delivered_by(
    engine: str, scenes: int, tmp_path: Path, started: dict[str, Provider], figure: Record
) -> None:
    """Line engines.1; the long form is thirty seconds."""
    studio, episode = film(tmp_path, started, scenes, VideoPlan(default=engine))
    check(studio, episode, 10 * scenes, figure, engine)
    takes = [take for take in episode.takes.values() if take.uri]
    assert {take.engine for take in takes} == {engine}
    assert started[engine].orders.total() == len(takes)
    paid = studio.views.purchases()
    assert all(row["status"] == "COMPLETED" and row["spent"] > 0 for row in paid)
    assert len(paid) == (len(takes) if engine in PRICED else 0)


@pytest.mark.parametrize("scenes", [2, pytest.param(3, marks=pytest.mark.long)])
def test_an_episode_is_delivered_by_three_together(
    scenes: int, tmp_path: Path, started: dict[str, Provider], figure: Record
) -> None:
    """Line engines.1: Veo for the fight, Kling where each scene is established, the slate for the rest."""
    rules = EngineRule(engine="veo", mentions=("fight",)), EngineRule(engine="kling", framings=("wide", "extreme wide"))
    studio, episode = film(tmp_path, started, scenes, VideoPlan(default="slate", rules=rules))
    check(studio, episode, 10 * scenes, figure, "three engines")
    asked = {fact.engine for entry in studio.entries() if isinstance(fact := entry.recorded.event, TakeRequested)}
    assert asked == {"veo", "kling", "slate"}
    veo = {shot.scene for shot in episode.shots.values() if episode.accepted_take(shot.shot_id).engine == "veo"}
    assert veo == {number for number in range(1, scenes + 1) if number % 2 == 0}


def test_no_key_is_ever_written_down(tmp_path: Path, started: dict[str, Provider]) -> None:
    studio, _ = film(tmp_path, started, 2, VideoPlan(default="kling", fallbacks=("veo",)))
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    facts = " ".join(entry.model_dump_json() for entry in studio.entries()).encode()
    assert not [name for name, key in KEYS.items() if any(key.encode() in text for text in (facts, *written))]
