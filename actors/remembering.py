"""Who owns the memories: one actor follows the log into Milvus and answers what comes to mind.

An embedded store can be open in one process at a time. So the owner is a Ray actor, woken on first use and asleep again
when idle, as a character is; without a running Ray each call opens the store, and closes it again. A Milvus server is
searched directly; following the log is the owner's work there too.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

import ray
from ray.exceptions import RayActorError, RayTaskError

from actors.settings import Settings
from actors.shell import open_log
from engines.registry import engine_class
from events.errors import InUse
from projections.recall import Question, Recalled

if TYPE_CHECKING:
    from projections.memory import Memories

ATTEMPTS = 5
PATIENCE, LOOK_AGAIN = 20.0, 0.2
"""Seconds that one waits for another process, and between two tries."""
HOLD = 1.0
"""Seconds after its last answer for which the owner keeps the embedded store open: others wait for it."""
OWNER = "memories"
"""Name of the actor."""
STORE = "memories.db"
"""Folder of the embedded store, in the studio's home."""


def open_memories(settings: Settings, patience: float = PATIENCE) -> Memories:
    """The memories where the settings say; loads the text engine. Waits so many seconds for another process to let go
    of the embedded store, then raises ``InUse``; raises ``EngineMissing``."""
    from projections.memory import Memories

    engine = engine_class("text", settings.engines["text"])()
    if settings.milvus_uri:
        prefix = settings.namespace.replace("-", "_") + "_"
        return Memories(settings.milvus_uri, engine, settings.milvus_token, prefix)
    deadline = time.monotonic() + patience
    while True:
        try:
            return Memories(settings.home / STORE, engine)
        except InUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN)


@ray.remote(num_cpus=0, max_restarts=0, max_task_retries=0)
class Owner:
    """The one process that has the memories open. It reads what is new in the log before it answers."""

    def __init__(self, settings: Settings, patience: float) -> None:
        self._settings = settings
        self._patience = patience
        self._log = open_log(settings.database_url)
        self._memories: Memories | None = None
        self._busy = threading.Lock()
        self._alarms = self._set_alarms()

    def ask(self, method: str, *arguments: Any) -> Any:
        for alarm in self._alarms:
            alarm.cancel()
        with self._busy:
            try:
                self._memories = self._memories or open_memories(self._settings, self._patience)
                return answer(self._memories, self._log, method, *arguments)
            finally:
                self._alarms = self._set_alarms()

    def process_id(self) -> int:
        return os.getpid()

    def _set_alarms(self) -> list[threading.Timer]:
        alarms = [threading.Timer(HOLD, self._let_go), threading.Timer(self._settings.idle_seconds, self._sleep)]
        for alarm in alarms:
            alarm.daemon = True
            alarm.start()
        return alarms

    def _let_go(self) -> None:
        with self._busy:
            if self._memories:
                self._memories.close()
            self._memories = None

    def _sleep(self) -> None:
        self._let_go()
        ray.kill(ray.get_runtime_context().current_actor)


def answer(memories: Memories, log: Any, method: str, *arguments: Any) -> Any:
    """What ``memories.method`` says when it knows all of the log."""
    if method == "rebuild":
        return memories.rebuild(log)
    read = memories.catch_up(log)
    return read if method == "catch_up" else getattr(memories, method)(*arguments)


class Remembrance:
    """What the studio and its directors ask. Close it where it searches a server."""

    def __init__(
        self, settings: Settings, patience: float = PATIENCE, on_ray: Callable[[], bool] = ray.is_initialized
    ) -> None:
        """``on_ray`` tells whether the owner is to be asked; else this process opens the memories itself."""
        self._settings = settings
        self._patience = patience
        self._on_ray = on_ray

    def recall(self, questions: Sequence[Question]) -> list[list[Recalled]]:
        """What comes to mind for each question, best first (``projections/recall.py``). Ask many at once."""
        found: list[list[Recalled]] = self._ask("recall", tuple(questions))
        return found

    def nearest_faces(
        self, vectors: Sequence[Sequence[float]], k: int, embedder: str
    ) -> list[list[tuple[UUID, str, float]]]:
        """For each vector the known faces most like it, by the embedder that made it: (character, view, raw
        similarity)."""
        asked = tuple(map(tuple, vectors))
        found: list[list[tuple[UUID, str, float]]] = self._ask("nearest_faces", asked, k, embedder)
        return found

    def catch_up(self) -> int:
        """Read what is new in the log; how many facts. After an erasure this is what removes the vectors."""
        read: int = self._ask("catch_up")
        return read

    def rebuild(self) -> int:
        """Throw the memories away and make them again from the log; how many facts were read."""
        read: int = self._ask("rebuild")
        return read

    def close(self) -> None:
        if "_server" in self.__dict__:
            self._server.close()

    @cached_property
    def _server(self) -> Memories:
        return open_memories(self._settings)

    @cached_property
    def _log(self) -> Any:
        return open_log(self._settings.database_url)

    def _ask(self, method: str, *arguments: Any) -> Any:
        if not self._on_ray():
            return self._ask_here(method, *arguments)
        if self._settings.milvus_uri and method in ("recall", "nearest_faces"):
            self._ask_owner("catch_up")
            return getattr(self._server, method)(*arguments)
        return self._ask_owner(method, *arguments)

    def _ask_here(self, method: str, *arguments: Any) -> Any:
        if self._settings.milvus_uri:
            return answer(self._server, self._log, method, *arguments)
        with open_memories(self._settings, self._patience) as memories:
            return answer(memories, self._log, method, *arguments)

    def _ask_owner(self, method: str, *arguments: Any) -> Any:
        """Asking twice does no harm, so whatever happened to the owner it is asked again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return ray.get(self._owner().ask.remote(method, *arguments))
            except RayActorError:
                if attempt == ATTEMPTS:
                    raise
            except RayTaskError as error:
                raise error.cause from None
        raise AssertionError("unreachable")

    def _owner(self) -> Any:
        return Owner.options(  # type: ignore[attr-defined]
            name=OWNER, namespace=self._settings.namespace, lifetime="detached", get_if_exists=True
        ).remote(self._settings, self._patience)
