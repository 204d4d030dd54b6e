"""What the workers of each stage do, as Ray Serve deployments without a route.

Nothing durable is here: what is in flight when a replica dies is asked for again (``actors/pools.py``). Media travel as
asset addresses.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ray import serve

from actors.settings import Settings
from events.base import Value
from events.character import Identity
from events.episode import Episode
from events.episode_facts import Deliverable
from events.errors import TakeFailed, Unusable
from events.look import Look
from events.mapper import Recorded
from events.production import NO_ENGINE
from events.script import Change
from events.storyboard import Shot
from events.verdict import Trait, Verdict

if TYPE_CHECKING:
    from engines.analyst import Person
    from engines.face.judge import Gates
    from engines.refine import RefineEngine, RefineOrder
    from engines.terms import Terms
    from engines.video import FindsOrders, Profile, ShotOrder, VideoEngine
    from media.ingest import Steps
    from media.post import Film
    from media.screening import Inspection


T = TypeVar("T")


class Rendering(Value):
    """A filmed take in the asset store."""

    uri: str
    tail: str
    frames: int
    cost: float
    worked: float
    sound: str = ""


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


def terms_of(engine: Any) -> Terms:
    """What a call of an engine costs; nothing where it does not say."""
    from engines.terms import FREE

    told: Terms = getattr(engine, "terms", FREE)
    return told


@contextmanager
def paid_for() -> Iterator[None]:
    """Around work on what a provider has delivered: that it fails does not take the bill back."""
    try:
        yield
    except TakeFailed as error:
        raise Unusable(str(error)) from error


def _assets(settings: Settings) -> Any:
    from media.assets import Assets

    return Assets(settings.home / "assets")


def _gates(settings: Settings) -> Gates:
    from engines.face.judge import Gates

    return Gates(pass_=settings.pass_idr, golden=settings.golden_idr)


class Engines:
    """The engines of a worker, each made by its first request and not with the worker: what is missing is then that
    request's error."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, Any] = {}

    def __call__(self, stage: str, *resources: Any) -> Any:
        from engines.registry import make_engine

        if stage not in self._made:
            name = self._settings.engines[stage]
            self._made[stage] = make_engine(stage, name, self._settings.engine_options, *resources)
        return self._made[stage]

    def optional(self, stage: str, *resources: Any) -> Any:
        """None where the stage is left out."""
        return None if self._settings.engines[stage] == NO_ENGINE else self(stage, *resources)


@serve.deployment(name="filming", max_ongoing_requests=1, max_queued_requests=256, ray_actor_options={"num_cpus": 0})
class Filming:
    """Submits shot orders to one video engine and collects the clips."""

    def __init__(self, settings: Settings, engine: str) -> None:
        self._settings = settings
        self._name = engine
        self._assets = _assets(settings)
        self._engines = Engines(settings)
        self._made: VideoEngine | None = None
        self._making = threading.Lock()
        self._threads = ThreadPoolExecutor(settings.remote_calls, thread_name_prefix=engine)

    @property
    def _engine(self) -> VideoEngine:
        from engines.video.build import video_engine

        with self._making:
            if self._made is None:
                self._made = video_engine(self._name, self._assets, self._settings.engine_options)
        return self._made

    async def profile(self) -> Profile:
        return self._engine.profile

    def terms(self, stage: str) -> Terms:
        """What a second of moving lips costs."""
        return terms_of(self._engines(stage, self._assets))

    async def submit(self, order: ShotOrder) -> str:
        return await self._in_a_thread(lambda: self._engine.submit(order))

    async def find(self, take_id: str) -> str:
        """The operation of an order that may have arrived; empty where it never did."""
        return await self._in_a_thread(lambda: cast("FindsOrders", self._engine).find(take_id))

    @serve.multiplexed(max_num_models_per_replica=3)  # type: ignore[untyped-decorator]
    async def with_at_hand(self, near: str) -> str:
        """What a replica has set up already: Serve sends the next shot to the replica that has its set, or the
        adapters of its cast, in memory, unless it is busy."""
        return near

    async def collect(self, operation: str, order: ShotOrder) -> Rendering:
        if near := serve.get_multiplexed_model_id():
            await self.with_at_hand(near)
        return await self._in_a_thread(lambda: self._collect(operation, order))

    async def _in_a_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _keeps_sound(self, profile: Profile) -> bool:
        """A clip that is heard speaks its lines itself, so its mouths have to move with them."""
        return self._settings.native_audio == "keep" and profile.native_audio and profile.speaks

    def _steps(self, profile: Profile) -> Steps:
        from media.ingest import Steps

        return Steps(
            lips=None if profile.speaks else self._engines.optional("lips", self._assets),
            interpolate=self._engines.optional("interpolate"),
            upscale=self._engines.optional("upscale"),
        )

    def _collect(self, operation: str, order: ShotOrder) -> Rendering:
        from media.frames import last_frame, png
        from media.ingest import take_in

        started = time.perf_counter()
        profile = self._engine.profile
        with tempfile.TemporaryDirectory(dir=self._assets.root) as name:
            clip, sound = self._engine.collect(operation, order, Path(name)), ""
            path, frames = Path(clip.path), clip.frames
            if not profile.house_clips:
                with paid_for():
                    taken = take_in(path, order, self._assets, self._keeps_sound(profile), self._steps(profile))
                path, frames, sound = taken.path, taken.frames, taken.sound
            tail = self._assets.write(png(last_frame(path)))
            uri = self._assets.take(path)
        cost = profile.price(order.shot.frames) if clip.cost is None else clip.cost
        worked = time.perf_counter() - started
        return Rendering(uri=uri, tail=tail, frames=frames, cost=cost, worked=worked, sound=sound)


@serve.deployment(name="painting", max_ongoing_requests=1, max_queued_requests=256, ray_actor_options={"num_cpus": 0})
class Painter:
    """Paints stills with the image engine."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._engines = Engines(settings)

    def terms(self, stage: str) -> Terms:
        return terms_of(self._engines(stage, self._assets))

    def paint(self, order: ShotOrder) -> Painting:
        from media.frames import png

        started = time.perf_counter()
        engine = self._engines("image", self._assets)
        uri = self._assets.write(png(engine.paint(order)))
        return Painting(uri=uri, cost=terms_of(engine).price(1), worked=time.perf_counter() - started)


@serve.deployment(name="judging", max_ongoing_requests=1, max_queued_requests=256, ray_actor_options={"num_cpus": 0})
class Judging:
    """Says whether the people of a take are who they should be, and repairs the faces of those who are not."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._gates = _gates(settings)
        self._every = settings.judge_every
        self._engines = Engines(settings)
        self._sheets: dict[str, Any] = {}

    def terms(self, stage: str) -> Terms:
        """What a repair of a clip (``refine``) or of a still (``retouch``) costs."""
        return terms_of(self._engines(stage, self._assets, self._faces))

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
        after = self._engines("retouch", self._assets, self._faces).still(before, repair)
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
        return self._engines("face")

    def _picture(self, uri: str) -> Any:
        from media.pictures import flattened, open_picture

        return flattened(open_picture(self._assets.read(uri), uri))

    @property
    def _refiner(self) -> RefineEngine:
        made: RefineEngine = self._engines("refine", self._assets, self._faces)
        return made


@serve.deployment(name="speaking", max_ongoing_requests=1, max_queued_requests=1024, ray_actor_options={"num_cpus": 0})
class Speaking:
    """Speaks a line in a fixed voice."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._engines = Engines(settings)

    def terms(self, stage: str) -> Terms:
        return terms_of(self._engines(stage))

    def say(self, text: str, voice: str) -> Spoken:
        from events.script import FPS
        from media.sound import write_wav

        started = time.perf_counter()
        engine = self._engines("speech")
        samples = engine.say(text, voice)
        uri = self._assets.write(write_wav(samples, engine.rate))
        frames = -(-len(samples) * FPS // engine.rate)
        return Spoken(uri=uri, frames=frames, worked=time.perf_counter() - started)


@serve.deployment(name="finishing", max_ongoing_requests=2, max_queued_requests=64, ray_actor_options={"num_cpus": 0})
class Finishing:
    """Reads the scenes for their continuity, cuts the film, watches it, and puts together what is handed over."""

    def __init__(self, settings: Settings) -> None:
        self._assets = _assets(settings)
        self._gates = _gates(settings)
        self._engines = Engines(settings)

    def observe(self, scenes: Sequence[tuple[str, Mapping[str, Person], Sequence[Change]]]) -> list[tuple[Change, ...]]:
        """What happens in each of these scenes, told as for ``Analyst.observe``."""
        analyst = self._engines("analyst")
        return [analyst.observe(*told) for told in scenes]

    def cut(self, episode: Episode, names: Mapping[str, str]) -> Film:
        from engines.music.ambience import Ambience
        from media.post import assemble

        return assemble(episode, names, self._assets, self._engines("music"), Ambience())

    def screen(self, episode: Episode, cast: Mapping[str, Identity]) -> Inspection:
        from media.post import reel_of
        from media.screening import screen

        assert episode.cut and episode.request
        film = self._assets.path(episode.cut.film)
        reel = reel_of(episode, self._assets)
        faces = self._engines("face")
        return screen(film, reel, cast, faces, self._gates, episode.request.seconds)

    def deliver(
        self, episode: Episode, episode_id: str, names: Mapping[str, str], ledger: Sequence[Recorded]
    ) -> list[Deliverable]:
        from media.delivery import deliver

        return deliver(episode, episode_id, names, ledger, self._assets, self._gates.pass_)
