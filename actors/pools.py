"""The pools: which workers there are for each stage, and how they are asked.

Serve gives them replicas, health checks, back-pressure and new replicas for dead ones. What they do is in
``workers.py``.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol
from zlib import crc32

import ray
from ray import serve
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError, RayServeException
from ray.serve.schema import ApplicationStatus

from actors.settings import Settings
from actors.workers import Filming, Finishing, Judging, Painter, Speaking
from events.errors import ClusterError, OutcomeUnknown

ATTEMPTS = 4
PAUSE = 1.0
"""Seconds to wait for a pool that is full or away, doubled each time."""

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


def app_name(pool: str, settings: Settings, engine: str = "") -> str:
    """Studios of different homes or settings can share a cluster: each has pools of its own, and each video engine."""
    own = f"{settings.model_dump_json()} {engine}"
    return f"{pool}-{crc32(own.encode()):08x}"


def open_pools(settings: Settings, needed: Sequence[str] = FILM_POOLS) -> None:
    """Start the workers of these stages, which come up one after the other while the first are already at work.
    A second call changes nothing."""
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    serve.start(proxy_location="Disabled", logging_config={"log_level": "WARNING"})
    running = {name for name, app in serve.status().applications.items() if app.status != ApplicationStatus.DELETING}
    apps = {name: app for pool in needed for name, app in _apps(pool, settings)}
    targets = [serve.RunTarget(app, name, route_prefix=None) for name, app in apps.items() if name not in running]
    if targets:
        serve.run_many(targets, wait_for_applications_running=False)


def _apps(pool: str, settings: Settings) -> Iterator[tuple[str, Any]]:
    """The pool's applications: of filming one for each engine."""
    if pool != "filming":
        staff = {"speaking": settings.speech_workers, "judging": settings.judge_workers}.get(pool, 1)
        yield app_name(pool, settings), POOLS[pool].options(num_replicas=staff).bind(settings)
        return
    for engine in settings.video_engines:
        yield app_name(pool, settings, engine), POOLS[pool].options(**_staff(engine, settings)).bind(settings, engine)


def _staff(engine: str, settings: Settings) -> dict[str, Any]:
    """A worker for each core that films, and one that waits for everything that is filmed elsewhere."""
    from engines.registry import is_remote

    if is_remote("video", engine):
        return {"num_replicas": 1, "max_ongoing_requests": settings.remote_calls}
    return {"num_replicas": settings.video_workers}


def close_pools(settings: Settings) -> None:
    """Let the workers go."""
    for pool in POOLS:
        for name, _ in _apps(pool, settings):
            serve.delete(name, _blocking=False)


class Workbench:
    """The same stages in this process: for a single still, where there is no Ray to wait for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, Any] = {}

    def ask(self, pool: str, method: str, *arguments: Any, once: bool = False) -> Any:
        return getattr(self.worker(pool), method)(*arguments)

    def worker(self, pool: str, engine: str = "") -> Any:
        """A worker of this pool; of filming, of this engine's."""
        if (name := f"{pool} {engine}") not in self._workers:
            self._workers[name] = POOLS[pool].func_or_class(self._settings, *([engine] if engine else []))
        return self._workers[name]


class Staff(Protocol):
    """Who answers a director."""

    async def ask(
        self, pool: str, method: str, *arguments: Any, engine: str = "", near: str = "", once: bool = False
    ) -> Any: ...


class LocalStages:
    """A staff of one workbench: a whole film in one process, one thing after the other."""

    def __init__(self, settings: Settings) -> None:
        self._workbench = Workbench(settings)

    async def ask(
        self, pool: str, method: str, *arguments: Any, engine: str = "", near: str = "", once: bool = False
    ) -> Any:
        answer = getattr(self._workbench.worker(pool, engine), method)(*arguments)
        return await answer if inspect.isawaitable(answer) else answer


class Stages:
    """Asks the pools. What a dead replica had in hand is asked for again: every question here is repeatable, but for
    those that are asked ``once``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._handles: dict[str, Any] = {}
        self._opening = threading.Lock()

    async def ask(
        self, pool: str, method: str, *arguments: Any, engine: str = "", near: str = "", once: bool = False
    ) -> Any:
        """The pool's answer, preferably from the worker that has ``near`` in memory. Raises what the engine raised,
        ``ClusterError`` when its workers died too often, and ``OutcomeUnknown`` when one died at what is asked once."""
        name = app_name(pool, self._settings, engine)
        for attempt in range(ATTEMPTS):
            handle: Any = self._handles.get(name) or await asyncio.to_thread(self._handle, pool, name)
            if near:
                handle = handle.options(multiplexed_model_id=near)
            try:
                return await getattr(handle, method).remote(*arguments)
            except RayTaskError as error:
                raise error.cause from None
            except (BackPressureError, DeploymentUnavailableError):
                self._handles.pop(name, None)
                await asyncio.sleep(PAUSE * 2**attempt)
            except RayActorError:
                if once:
                    raise OutcomeUnknown(f"A worker of the stage {pool!r} died while it ordered.") from None
        raise ClusterError(
            f"The workers of the stage {pool!r} died or were away {ATTEMPTS} times. See `loraframe doctor`, then go on "
            "with `loraframe episode resume`."
        )

    def _handle(self, pool: str, name: str) -> Any:
        """The application; it is started where nobody has needed it before, as not every film needs a painter."""
        with self._opening:
            if name not in self._handles:
                try:
                    self._handles[name] = serve.get_app_handle(name)
                except RayServeException:
                    open_pools(self._settings, [pool])
                    self._handles[name] = serve.get_app_handle(name)
            return self._handles[name]


def stages_here_or_there(settings: Settings, needed: Sequence[str]) -> Callable[..., Any]:
    """What answers (pool, method, arguments …): the pools of the Ray we are connected to, else this process."""
    if not ray.is_initialized():
        return Workbench(settings).ask
    open_pools(settings, needed)
    stages = Stages(settings)
    return lambda *question, **told: asyncio.run(stages.ask(*question, **told))
