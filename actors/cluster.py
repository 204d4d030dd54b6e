"""The Ray that everything runs on: a cluster named by ``RAY_ADDRESS``, or one of our own on this machine."""

from __future__ import annotations

import logging
import os

import ray

from actors.pools import close_pools
from actors.settings import Settings
from events.errors import ClusterError

STARTS = 3
"""Ray gives up on a busy machine after a fixed 30 s; trying again helps."""


class Cluster:
    """A connection to Ray and the pools of one studio there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connected = False

    def start(self) -> None:
        """Connect. A second call changes nothing."""
        if not ray.is_initialized():
            _connect()
            self._connected = True

    def stop(self) -> None:
        """End the Ray that we started; in a Ray of somebody else's, end only our workers."""
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
