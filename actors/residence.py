"""Who is awake: wakes an aggregate's actor on first use and keeps the number of awake ones under the cap."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import ray
from ray.exceptions import RayActorError, RayTaskError

from actors.settings import Settings
from actors.shell import AGGREGATES, Outcome, Resident, Shell, open_log
from events.base import Command
from events.errors import Overtaken

ATTEMPTS = 5
TRIES_HERE = 50


class Residence:
    """Sends commands to aggregates. Without a running Ray it hosts them itself: same shell, same log."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._handles: dict[str, Any] = {}

    def tell(self, kind: str, aggregate_id: UUID, command: Command, command_id: UUID) -> Outcome:
        """Deliver a command once, however often an actor dies on the way."""
        if not ray.is_initialized():
            return self._tell_here(kind, aggregate_id, command, command_id)
        name = f"{kind}:{aggregate_id}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                told: Outcome = ray.get(self._handle(name, kind, aggregate_id).tell.remote(command, command_id))
                return told
            except (RayActorError, Overtaken):
                self._handles.pop(name, None)
                if attempt == ATTEMPTS:
                    raise
            except RayTaskError as error:
                raise error.cause from None
        raise AssertionError("unreachable")

    def _tell_here(self, kind: str, aggregate_id: UUID, command: Command, command_id: UUID) -> Outcome:
        """Without a Ray, threads of this process may be after the same aggregate: whoever was overtaken tries again."""
        for _ in range(TRIES_HERE - 1):
            try:
                return self.begin(kind, aggregate_id, command, command_id)
            except Overtaken:
                continue
        return self.begin(kind, aggregate_id, command, command_id)

    def begin(self, kind: str, aggregate_id: UUID, command: Command, command_id: UUID) -> Outcome:
        """The same without waking anybody: how something new begins, which is asked of the log and not of Ray."""
        log = open_log(self._settings.database_url)
        return Shell(AGGREGATES[kind], aggregate_id, log).handle(command, command_id)

    def _handle(self, name: str, kind: str, aggregate_id: UUID) -> Any:
        if name in self._handles:
            self._handles[name] = self._handles.pop(name)  # the most recently used is last
        else:
            self._make_room(kind)
            self._handles[name] = Resident.options(  # type: ignore[attr-defined]
                name=name, namespace=self._settings.namespace, lifetime="detached", get_if_exists=True
            ).remote(kind, str(aggregate_id), self._settings.database_url, self._settings.idle_seconds)
        return self._handles[name]

    def _make_room(self, kind: str) -> None:
        """Put the least recently used to sleep; sleeping is safe at any moment."""
        awake = [name for name in awake_actors(self._settings.namespace) if name.startswith(f"{kind}:")]
        known = [name for name in self._handles if name in awake]
        strangers = [name for name in awake if name not in self._handles]
        for name in (strangers + known)[: max(0, len(awake) + 1 - self._settings.awake_characters)]:
            self._handles.pop(name, None)
            put_to_sleep(name, self._settings.namespace)


def awake_actors(namespace: str) -> list[str]:
    """Names of the living actors of one log."""
    named = ray.util.list_named_actors(all_namespaces=True)
    return [actor["name"] for actor in named if actor["namespace"] == namespace]


def put_to_sleep(name: str, namespace: str) -> None:
    try:
        ray.kill(ray.get_actor(name, namespace=namespace))
    except ValueError:
        return  # it sleeps already
