"""The Ray that everything runs on: a cluster named by ``RAY_ADDRESS``, or one of our own on this machine."""

from __future__ import annotations

import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor, wait

import ray

from actors.pools import close_pools, open_pools
from actors.settings import Settings
from events.errors import ClusterError

STARTS = 3
"""Ray gives up on a busy machine after a fixed 30 s; trying again helps."""


class Cluster:
    """A connection to Ray and the pools of one studio there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connected = False
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="cluster")
        """The kernel ends Ray's processes with the thread that started them, so this one stays."""
        self._starting: Future[None] | None = None

    def begin(self) -> None:
        """Connect and let the workers of a film come up, beside whatever the caller does next. What failed is begun
        again."""
        if self._starting is None or (self._starting.done() and self._starting.exception()):
            self._starting = self._beside.submit(self._start)

    def start(self) -> None:
        """Connect, or wait until what was begun is done. A second call changes nothing."""
        self.begin()
        assert self._starting
        self._starting.result()

    @property
    def is_up(self) -> bool:
        """Whether there is a Ray to ask; not while it is only coming up."""
        return ray.is_initialized() and (self._starting is None or self._starting.done())

    def _start(self) -> None:
        if not ray.is_initialized():
            _connect()
            self._connected = True
        open_pools(self._settings)

    def stop(self) -> None:
        """End the Ray that we started; in a Ray of somebody else's, end only our workers."""
        if self._starting is None:
            return
        wait([self._starting])
        self._starting = None
        if ray.is_initialized():
            if self._connected:
                ray.shutdown()
            else:
                close_pools(self._settings)
        self._connected = False


def _connect() -> None:
    for attempt in range(1, STARTS + 1):
        try:
            ray.init(
                address=os.environ.get("RAY_ADDRESS"),
                namespace="loraframe",
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
            return
        except Exception as error:
            ray.shutdown()
            if attempt == STARTS:
                raise ClusterError(f"Ray does not start: {error}. See `loraframe doctor`.") from error
