"""The workers of each stage, as Ray Serve deployments without a route.

Serve gives them replicas, health checks, back-pressure and new replicas for dead ones. Nothing durable is
here: what is in flight when a replica dies is asked for again (``Stages``). Media travel as asset addresses.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import ray
from ray import serve
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError

from actors.settings import Settings
from events.base import Value
from events.character import Identity
from events.episode import Deliverable, Episode, Trait, Verdict
from events.errors import TakeFailed
from events.look import Look
from events.mapper import Recorded
from events.storyboard import Shot

if TYPE_CHECKING:
    from engines.face.judge import Gates
    from engines.refine import RefineEngine, RefineOrder
    from engines.video import Profile, ShotOrder, VideoEngine
    from media.post import Film
    from media.screening import Inspection

ATTEMPTS = 4


class Rendering(Value):
    """A filmed take in the asset store."""

    uri: str
    tail: str
    frames: int
    cost: float
    worked: float


class Painting(Value):
    """A painted picture in the asset store."""

    uri: str
    cost: float
    worked: float


class Refinement(Value):
    """A take with repaired faces in the asset store, judged again; ``outside`` as in ``engines/refine``."""

    uri: str
    tail: str
    verdict: Verdict
    outside: float
    worked: float


class Sitter(Value):
    """How somebody should look in a picture, besides the face: as in the canonical reference, and in this state."""

    canonical: str
    look: Look


class Spoken(Value):
    uri: str
    frames: int
    worked: float


def _assets(settings: Settings) -> Any:
    from media.assets import Assets

    return Assets(settings.home / "assets")


def _gates(settings: Settings) -> Gates:
    from engines.face.judge import Gates

    return Gates(pass_=settings.pass_idr, golden=settings.golden_idr)


@cache
def _loaded(stage: str, name: str) -> Any:
    """Made by a worker's first request and not with the worker: what is missing is then that request's error."""
    from engines.registry import engine_class

    return engine_class(stage, name)()


@serve.deployment(name="filming", max_ongoing_requests=1, max_queued_requests=256, ray_actor_options={"num_cpus": 0})
class Filming:
    """Submits shot orders to the video engine and collects the clips."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._assets = _assets(settings)
        self._made: VideoEngine | None = None

    @property
    def _engine(self) -> VideoEngine:
        from engines.video.build import video_engine

        if self._made is None:
            self._made = video_engine(self._settings.engines["video"], self._assets, self._settings.engine_options)
        return self._made

    def profile(self) -> Profile:
        return self._engine.profile

    def submit(self, order: ShotOrder) -> str:
        return self._engine.submit(order)

    @serve.multiplexed(max_num_models_per_replica=3)  # type: ignore[untyped-decorator]
    async def at_location(self, location: str) -> str:
        """What a replica has set up already: Serve sends a scene's next shot to the replica that has its set
        (or its adapter) in memory, unless it is busy."""
        return location

    async def collect(self, operation: str, order: ShotOrder) -> Rendering:
        await self.at_location(serve.get_multiplexed_model_id())
        return await asyncio.to_thread(self._collect, operation, order)

    def _collect(self, operation: str, order: ShotOrder) -> Rendering:
        from media.frames import last_frame, png

        started = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=self._assets.root) as folder:
            clip = self._engine.collect(operation, order, Path(folder))
            tail = self._assets.write(png(last_frame(Path(clip.path))))
            uri = self._assets.take(Path(clip.path))
        worked = time.perf_counter() - started
        return Rendering(uri=uri, tail=tail, frames=clip.frames, cost=clip.cost, worked=worked)


@serve.deployment(name="painting", max_ongoing_requests=1, max_queued_requests=256, ray_actor_options={"num_cpus": 0})
class Painter:
    """Paints stills with the image engine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._assets = _assets(settings)
        self._made: Any = None

    def paint(self, order: ShotOrder) -> Painting:
        from engines.registry import engine_class
        from media.frames import png

        started = time.perf_counter()
        if self._made is None:
            self._made = engine_class("image", self._settings.engines["image"])(self._assets)
        uri = self._assets.write(png(self._made.paint(order)))
        return Painting(uri=uri, cost=0.0, worked=time.perf_counter() - started)


@serve.deployment(name="judging", max_ongoing_requests=1, max_queued_requests=256, ray_actor_options={"num_cpus": 0})
class Judging:
    """Says whether the people of a take are who they should be, and repairs the faces of those who are not."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._gates = _gates(settings)
        self._every = settings.judge_every
        self._engines = settings.engines
        self._made: RefineEngine | None = None
        self._sheets: dict[str, Any] = {}

    def judge(
        self, uri: str, cast: Mapping[str, Identity], shot: Shot, sitters: Mapping[str, Sitter]
    ) -> tuple[Verdict, float]:
        from engines.face.judge import judge_samples
        from media.frames import sample

        started = time.perf_counter()
        seen = list(sample(self._assets.path(uri), self._every))
        verdict = judge_samples(self._faces, seen, shot.frames, cast, shot.visible, shot.identified, self._gates)
        if shot.identified:
            frames = [picture for _, picture in seen]
            verdict = verdict.replaced(traits=self._traits(frames, cast, shot, sitters))
        return verdict, time.perf_counter() - started

    def judge_still(
        self, uri: str, cast: Mapping[str, Identity], shot: Shot, sitters: Mapping[str, Sitter]
    ) -> tuple[Verdict, float]:
        from engines.face.judge import judge

        started = time.perf_counter()
        picture = self._picture(uri)
        verdict = judge(self._faces, [picture], cast, shot.visible, shot.identified, self._gates)
        if shot.identified:
            verdict = verdict.replaced(traits=self._traits([picture], cast, shot, sitters))
        return verdict, time.perf_counter() - started

    def refine(self, uri: str, repair: RefineOrder, shot: Shot, sitters: Mapping[str, Sitter]) -> Refinement:
        from media.frames import last_frame, png

        started = time.perf_counter()
        before = self._assets.path(uri)
        with tempfile.TemporaryDirectory(dir=self._assets.root) as folder:
            refined = self._refiner.clip(before, repair, Path(folder))
            tail = self._assets.write(png(last_frame(Path(refined.path))))
            repaired = uri if refined.path == str(before) else self._assets.take(Path(refined.path))
        verdict, _ = self.judge(repaired, repair.identities, shot, sitters)
        worked = time.perf_counter() - started
        return Refinement(uri=repaired, tail=tail, verdict=verdict, outside=refined.outside, worked=worked)

    def refine_still(self, uri: str, repair: RefineOrder, shot: Shot, sitters: Mapping[str, Sitter]) -> Refinement:
        from media.frames import png
        from media.ssim import beside, luma

        started = time.perf_counter()
        before = self._picture(uri)
        after = self._refiner.still(before, repair)
        outside = beside(luma(before), luma(after), [face.box for face in self._faces.faces(before)])
        repaired = self._assets.write(png(after))
        verdict, _ = self.judge_still(repaired, repair.identities, shot, sitters)
        worked = time.perf_counter() - started
        return Refinement(uri=repaired, tail="", verdict=verdict, outside=outside, worked=worked)

    def _traits(
        self, frames: Sequence[Any], cast: Mapping[str, Identity], shot: Shot, sitters: Mapping[str, Sitter]
    ) -> tuple[Trait, ...]:
        """Hair, eyes, clothes and marks of those who have to be recognisable."""
        from engines.face.traits import traits

        looks = {slug: sitters[slug].look for slug in shot.identified}
        sheets = {slug: self._sheet(sitters[slug].canonical, cast[slug]) for slug in shot.identified}
        return traits(self._faces, frames, sheets, shot.identified, looks)

    def _sheet(self, canonical: str, identity: Identity) -> Any:
        from engines.face.traits import trait_sheet

        if canonical not in self._sheets:
            self._sheets[canonical] = trait_sheet(self._faces, identity, self._picture(canonical))
        return self._sheets[canonical]

    @property
    def _faces(self) -> Any:
        return _loaded("face", self._engines["face"])

    def _picture(self, uri: str) -> Any:
        from media.pictures import flattened, open_picture

        return flattened(open_picture(self._assets.read(uri), uri))

    @property
    def _refiner(self) -> RefineEngine:
        from engines.registry import engine_class

        if self._made is None:
            self._made = engine_class("refine", self._engines["refine"])(self._assets, self._faces)
        return self._made


@serve.deployment(name="speaking", max_ongoing_requests=1, max_queued_requests=1024, ray_actor_options={"num_cpus": 0})
class Speaking:
    """Speaks a line in a fixed voice."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._engines = settings.engines

    def say(self, text: str, voice: str) -> Spoken:
        from events.script import FPS
        from media.sound import write_wav

        started = time.perf_counter()
        engine = _loaded("speech", self._engines["speech"])
        samples = engine.say(text, voice)
        uri = self._assets.write(write_wav(samples, engine.rate))
        frames = -(-len(samples) * FPS // engine.rate)
        return Spoken(uri=uri, frames=frames, worked=time.perf_counter() - started)


@serve.deployment(name="finishing", max_ongoing_requests=2, max_queued_requests=64, ray_actor_options={"num_cpus": 0})
class Finishing:
    """Cuts the film, watches it, and puts together what is handed over."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._gates = _gates(settings)
        self._engines = settings.engines

    def cut(self, episode: Episode, names: Mapping[str, str]) -> Film:
        from engines.music.ambience import Ambience
        from media.post import assemble

        return assemble(episode, names, self._assets, _loaded("music", self._engines["music"]), Ambience())

    def screen(self, episode: Episode, cast: Mapping[str, Identity]) -> Inspection:
        from media.post import reel_of
        from media.screening import screen

        assert episode.cut and episode.request
        film = self._assets.path(episode.cut.film)
        reel = reel_of(episode, self._assets)
        faces = _loaded("face", self._engines["face"])
        return screen(film, reel, cast, faces, self._gates, episode.request.seconds)

    def deliver(
        self, episode: Episode, episode_id: str, names: Mapping[str, str], ledger: Sequence[Recorded]
    ) -> list[Deliverable]:
        from media.delivery import deliver

        return deliver(episode, episode_id, names, ledger, self._assets, self._gates.pass_)


POOLS: dict[str, Any] = {
    "speaking": Speaking,
    "filming": Filming,
    "judging": Judging,
    "finishing": Finishing,
    "painting": Painter,
}
FILM_POOLS = ("speaking", "filming", "judging", "finishing")
"""In the order in which an episode needs them, and so in which they come up."""
STILL_POOLS = ("painting", "judging")


def app_name(pool: str, settings: Settings) -> str:
    """Studios of different homes or engines can share a cluster: each has pools of its own."""
    return f"{pool}-{crc32(settings.model_dump_json().encode()):08x}"


def open_pools(settings: Settings, needed: Sequence[str] = FILM_POOLS) -> None:
    """Start the workers of these stages, which come up one after the other while the first are already at work.
    A second call changes nothing."""
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    serve.start(proxy_location="Disabled", logging_config={"log_level": "WARNING"})
    running = serve.status().applications
    replicas = {"filming": settings.video_workers, "speaking": settings.speech_workers}
    targets = [
        serve.RunTarget(POOLS[name].options(num_replicas=replicas.get(name, 1)).bind(settings), app, route_prefix=None)
        for name in needed
        if (app := app_name(name, settings)) not in running
    ]
    if targets:
        serve.run_many(targets, wait_for_applications_running=False)


def close_pools(settings: Settings) -> None:
    """Let the workers go."""
    for pool in POOLS:
        serve.delete(app_name(pool, settings), _blocking=False)


class Workbench:
    """The same stages in this process: for a single still, where there is no Ray to wait for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, Any] = {}

    def ask(self, pool: str, method: str, *arguments: Any) -> Any:
        if pool not in self._workers:
            self._workers[pool] = POOLS[pool].func_or_class(self._settings)
        return getattr(self._workers[pool], method)(*arguments)


class Stages:
    """Asks the pools. What a dead replica had in hand is asked for again: every question here is repeatable."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._handles: dict[str, Any] = {}

    async def ask(self, pool: str, method: str, *arguments: Any, near: str = "") -> Any:
        """The pool's answer, preferably from the worker that has ``near`` in memory. Raises what the engine
        raised, ``TakeFailed`` when its worker died too often."""
        if pool not in self._handles:
            name = app_name(pool, self._settings)
            self._handles[pool] = await asyncio.to_thread(serve.get_app_handle, name)
        handle = self._handles[pool].options(multiplexed_model_id=near) if near else self._handles[pool]
        for _ in range(ATTEMPTS):
            try:
                return await getattr(handle, method).remote(*arguments)
            except RayTaskError as error:
                raise error.cause from None
            except (RayActorError, BackPressureError, DeploymentUnavailableError):
                continue
        raise TakeFailed(f"The workers of the stage {pool!r} died {ATTEMPTS} times. See `loraframe doctor`.")


def stages_here_or_there(settings: Settings, needed: Sequence[str]) -> Callable[..., Any]:
    """What answers (pool, method, arguments …): the pools of the Ray we are connected to, else this process."""
    if not ray.is_initialized():
        return Workbench(settings).ask
    open_pools(settings, needed)
    stages = Stages(settings)
    return lambda *question: asyncio.run(stages.ask(*question))
