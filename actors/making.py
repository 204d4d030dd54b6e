"""An episode is made: its director is woken, followed by the log, and woken again when it dies."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import ray
from ray.exceptions import RayActorError, RayTaskError

from actors.director import director_actor
from actors.pools import open_pools
from actors.residence import put_to_sleep
from actors.settings import Settings
from events.errors import ClusterError
from events.log import Entry, Log

POLL = 0.25
"""Seconds between two looks at the log."""
DIRECTORS = 5
"""How many directors one command may use up."""

Listener = Callable[[Entry], None]


def make(settings: Settings, log: Log, episode_id: UUID, on_event: Listener | None = None) -> None:
    """Returns when the episode is delivered; ``on_event`` is told every fact of it. Raises what the episode
    failed with, and ``ClusterError`` when its directors keep dying."""
    follower = Follower(log, episode_id, on_event)
    for _ in range(DIRECTORS):
        try:
            _direct(settings, episode_id, follower)
            return
        except RayTaskError as error:
            raise error.cause from None
        except RayActorError:
            continue
        finally:
            put_to_sleep(f"director:{episode_id}", settings.namespace)
    raise ClusterError(f"{DIRECTORS} directors died. Go on with `loraframe episode resume {episode_id}`.")


def _direct(settings: Settings, episode_id: UUID, follower: Follower) -> None:
    director = director_actor(settings, episode_id)  # comes up while the pools open
    open_pools(settings)
    making = director.make.remote()
    finished: list[object] = []
    while not finished:
        finished, _ = ray.wait([making], timeout=POLL)
        follower.look()
    ray.get(making)


class Follower:
    """Tells a listener what is new in the log about one aggregate."""

    def __init__(self, log: Log, aggregate_id: UUID, listener: Listener | None) -> None:
        self._log = log
        self._aggregate_id = aggregate_id
        self._listener = listener
        self._position = log.recorder.max_notification_id() or 0

    def look(self) -> None:
        for entry in self._log.entries(self._position):
            self._position = entry.position
            if self._listener and entry.aggregate_id == self._aggregate_id:
                self._listener(entry)
