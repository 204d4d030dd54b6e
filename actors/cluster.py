"""The Ray that everything runs on: a cluster named by ``RAY_ADDRESS``, or one of our own on this machine."""

from __future__ import annotations

import logging
import os

import ray
from ray import serve

from actors.pools import open_pools
from actors.residence import NAMESPACE
from actors.settings import Settings
from events.errors import ClusterError

STARTS = 3
"""Ray gives up on a busy machine after a fixed 30 s; trying again helps."""


def start(settings: Settings) -> None:
    """Connect, and open the pools of all stages. A second call changes nothing."""
    if not ray.is_initialized():
        _connect()
    open_pools(settings)


def stop() -> None:
    """Leave the cluster; one that we started ends with us."""
    if ray.is_initialized():
        if not os.environ.get("RAY_ADDRESS"):
            serve.shutdown()
        ray.shutdown()


def _connect() -> None:
    for attempt in range(1, STARTS + 1):
        try:
            ray.init(
                address=os.environ.get("RAY_ADDRESS"),
                namespace=NAMESPACE,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                configure_logging=True,
            )
            return
        except Exception as error:
            ray.shutdown()
            if attempt == STARTS:
                raise ClusterError(f"Ray does not start: {error}. See `loraframe doctor`.") from error
