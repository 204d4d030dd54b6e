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
from uuid import UUID

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
from events.errors import QualityFailed
from events.script import FPS
from media.assets import Assets
from media.inspection import inspect
from tests.orders import order
from tests.plug_in import plug_in
from tests.providers import comfyui, gemini_text, google, kling
from tests.providers.gemini_text import GeminiTextServer
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


def film(
    home: Path, servers: dict[str, Provider], scenes: int, plan: VideoPlan, rules: tuple[str, ...] = (), **others: str
) -> tuple[Studio, Episode]:
    """An episode of Ava alone in so many scenes of ten seconds, by ``others`` in the other stages."""
    chosen = ",".join(f"{stage}={name}" for stage, name in {"video": plan.default, "music": "synth", **others}.items())
    settings = Settings.from_env({"LORAFRAME_HOME": str(home), "LORAFRAME_ENGINES": chosen})
    options = {stage: dict(engines) for stage, engines in settings.engine_options.items()}
    for name, server in servers.items():
        for stage in [stage for stage, chosen in others.items() if chosen == name] or ["video"]:
            told = options.setdefault(stage, {}).get(name, {})
            options[stage][name] = told | {"base_url": server.url, "patience": PATIENCE}
    studio = Studio(settings.model_copy(update={"engine_options": options, "video": plan}))
    studio.import_character(CAST / "ava")
    story = home / "story.json"
    story.write_text(json.dumps([scene(number) for number in range(1, scenes + 1)]))
    if rules:
        studio.write_bible("Rain", rules)
    episode_id = studio.request_episode(story, ["ava"], series="Rain" if rules else None)
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


def test_what_the_bible_forbids_is_told_to_an_engine_that_can_be_told(
    tmp_path: Path, started: dict[str, Provider]
) -> None:
    film(tmp_path, started, 1, VideoPlan(default="veo"), rules=("No neon.", "The sea is always in sight."))
    server = started["veo"]
    assert isinstance(server, google.Google)
    asked = [(body["instances"][0]["prompt"], body["parameters"]["negativePrompt"]) for body in server.bodies]
    assert asked and {negative for _, negative in asked} == {"neon"}
    assert all("The sea" in prompt and "neon" not in prompt for prompt, _ in asked)


def test_a_state_analyst_that_sees_looks_at_each_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", gemini_text.KEY)
    coat = {"kind": "wardrobe", "character": "ava", "what": "torn red coat", "colour": ""}
    with GeminiTextServer([json.dumps({"changes": changes}) for changes in ([], [coat])]) as server:
        studio, episode = film(tmp_path, {"gemini": server}, 1, VideoPlan(default="slate"), analyst="gemini")
    last = episode.accepted_take(episode.shots_of(1)[-1].shot_id)
    assert last and [(error.observed, error.seen_in) for error in last.observed or ()] == [("torn red coat", "picture")]
    report = next(file for file in episode.delivered if file.name == "report.json")
    told = json.loads(studio.assets.read(report.uri))["continuity"]
    assert [error["observed"] for error in told if error["seen_in"] == "picture"] == ["torn red coat"]
    assert [row["status"] for row in studio.views.purchases()] == ["COMPLETED"] * 2


def test_an_analyst_that_fails_stops_no_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", gemini_text.KEY)
    with GeminiTextServer(["Nonsense."] * 6) as server:
        _, episode = film(tmp_path, {"gemini": server}, 1, VideoPlan(default="slate"), analyst="gemini")
    assert episode.delivered and episode.continuity is None


def test_a_clip_that_cannot_be_used_has_been_paid_for(tmp_path: Path, started: dict[str, Provider]) -> None:
    server = started["kling"]
    assert isinstance(server, kling.KlingServer)
    server.clip = b"This is no video."
    with pytest.raises(QualityFailed, match="is not a video"):
        film(tmp_path, started, 1, VideoPlan(default="kling"))
    with Studio.open(Settings.from_env({"LORAFRAME_HOME": str(tmp_path)})) as studio:
        (row,) = studio.episodes()
        episode, paid = studio.episode(UUID(row["episode_id"])), studio.views.purchases()
    assert {take.code for take in episode.takes.values()} == {"unusable"}
    assert len(paid) == server.orders.total() and all(row["spent"] > 0 for row in paid)


TALKER = '''
from shutil import copyfile

from engines.terms import Terms


class Talker:
    """Moves no lips, for two cents a second."""

    remote = True
    terms = Terms(account="somebody", unit="second", dollars=0.02)

    def __init__(self, assets):
        pass

    def speak(self, clip, order, folder):
        return copyfile(clip, folder / "talked.mp4")
'''


def test_lips_that_cost_something_are_paid_by_the_spoken_second(
    tmp_path: Path, started: dict[str, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(TALKER, "lips", "talker", tmp_path, monkeypatch)
    studio, episode = film(tmp_path, started, 1, VideoPlan(default="comfyui"), lips="talker")
    paid = [row for row in studio.views.purchases() if row["stage"] == "lips"]
    spoken = sum(timing.frames for shot in episode.shots_of(1) for timing in shot.lines if timing.speaker == "ava")
    assert spoken and {row["status"] for row in paid} == {"COMPLETED"}
    assert sum(row["spent"] for row in paid) == pytest.approx(0.02 * spoken / FPS)


def test_no_key_is_ever_written_down(tmp_path: Path, started: dict[str, Provider]) -> None:
    studio, _ = film(tmp_path, started, 2, VideoPlan(default="kling", fallbacks=("veo",)))
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    facts = " ".join(entry.model_dump_json() for entry in studio.entries()).encode()
    assert not [name for name, key in KEYS.items() if any(key.encode() in text for text in (facts, *written))]
