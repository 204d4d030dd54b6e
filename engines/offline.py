"""The switch that makes every call off this machine fail: ``LORAFRAME_OFFLINE=1``.

For tests, which must never reach a provider by accident, and for whoever must not send pictures anywhere. It is an
audit hook of the interpreter, so no Python library gets past it, and it holds for the life of the process.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

from events.errors import Offline

VARIABLE = "LORAFRAME_OFFLINE"


def forbid_if_asked() -> None:
    """Forbid it in this process if the variable says so."""
    if os.environ.get(VARIABLE, "") not in ("", "0"):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """A connected datagram socket sends nothing: that is how a machine asks for its own address."""
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[0].type == socket.SOCK_STREAM:
        _must_be_here(str(arguments[1][0]))


def _must_be_here(host: str) -> None:
    if not is_here(host):
        raise Offline(f"A call to {host} was stopped, because {VARIABLE} is set.")


def is_here(host: str) -> bool:
    """Whether an address or name is this machine's loopback, or all of its own addresses (to listen on)."""
    try:
        return ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == "localhost"
