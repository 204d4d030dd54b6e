"""What every local provider has in common: it counts what is ordered, and goes wrong when told to.

A subclass answers requests in ``answer``; it calls ``accept`` for what costs money. ``mishaps`` are what happens to the
next orders, in turn.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


class Mishap(StrEnum):
    """What goes wrong with an order."""

    NONE = "none"
    ERROR = "error"
    """HTTP 500, and nothing was accepted."""
    DROP = "drop"
    """Accepted, and the connection ends without an answer."""
    BUSY = "busy"
    """HTTP 429 with ``Retry-After``, and nothing was accepted."""
    GATEWAY = "gateway"
    """HTTP 502: accepted, and a gateway lost the answer."""
    REFUSED = "refused"
    """Accepted, and the result is a safety refusal."""
    FAILED = "failed"
    """Accepted, and the result is a failure."""
    EXPIRED = "expired"
    """Made, and gone when it is fetched."""
    QUOTA = "quota"
    """The account is used up."""


class Dropped(Exception):
    """End the connection here."""


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass
class Answer:
    """``body`` is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Provider:
    """A server on loopback; use it as a context manager. ``polls`` is how often an order is still being worked on."""

    def __init__(self, mishaps: Iterable[Mishap] = (), polls: int = 1) -> None:
        self.mishaps = deque(mishaps)
        self.polls = polls
        self.orders: Counter[str] = Counter()
        """How often each order arrived and was accepted, by what makes it one (its take, or all of its content)."""
        self.requests: list[Request] = []
        self.fates: dict[str, Mishap] = {}
        """What happens to accepted orders, by operation."""
        self._polled: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except Dropped:
                    self.close_connection = True

            def _serve(self) -> None:
                answer = provider._answered(self)
                self.send_response(answer.status)
                for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, *arguments: Any) -> None:
                """Nothing is printed: ``requests`` has it all."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def busy(self) -> Answer:
        """What this provider says when it asks to wait."""
        return Answer(429, {"error": {"message": "Too many requests."}}, {"Retry-After": "0"})

    def used_up(self) -> Answer:
        """What this provider says when the account is empty."""
        return Answer(429, {"error": {"message": "Quota exceeded."}})

    def accept(self, order: str, operation: str) -> Answer | None:
        """Take an order in, unless the next mishap says otherwise: then this is the answer. Raises ``Dropped``."""
        with self._lock:
            mishap = self.mishaps.popleft() if self.mishaps else Mishap.NONE
            if mishap is Mishap.ERROR:
                return Answer(500, {"error": {"message": "Internal error."}})
            if mishap is Mishap.BUSY:
                return self.busy()
            if mishap is Mishap.QUOTA:
                return self.used_up()
            self.orders[order] += 1
            self.fates[operation] = mishap
        if mishap is Mishap.DROP:
            raise Dropped
        return Answer(502, b"<html>Bad Gateway</html>") if mishap is Mishap.GATEWAY else None

    def is_done(self, operation: str) -> bool:
        """Whether an order has been asked for often enough to be finished."""
        with self._lock:
            self._polled[operation] += 1
            return self._polled[operation] > self.polls

    def _answered(self, handler: BaseHTTPRequestHandler) -> Answer:
        parts = urlsplit(handler.path)
        request = Request(
            method=handler.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in handler.headers.items()},
            body=handler.rfile.read(int(handler.headers.get("Content-Length") or 0)),
        )
        with self._lock:
            self.requests.append(request)
        return self.answer(request)
