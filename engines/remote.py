"""A provider's HTTP API: at most one submission, patient questions, and errors that say what to do.

A submission is never repeated once it may have arrived: what is not known is raised as ``OutcomeUnknown`` and decided
by whoever pays. Questions cost nothing and are repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from engines.keys import without_secrets
from engines.offline import is_here
from events.errors import (
    Expired,
    KeyMissing,
    LoraFrameError,
    OutcomeUnknown,
    QuotaExceeded,
    Refused,
    TakeFailed,
    Unanswered,
    Unsupported,
)

TRIES = 5
LARGEST = 2**30
"""Bytes of a clip that is fetched."""
LONGEST_WAIT = 60.0
"""Seconds that a provider may ask us to wait between two tries."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
LOST_ON_THE_WAY = {502, 504}
"""A gateway answered, and not the provider behind it."""

Explain = Callable[[int, Any], LoraFrameError | None]
"""(status, decoded body) to what it means at this provider; None: what it means anywhere."""


@dataclass(frozen=True)
class Patience:
    """How long to wait: between two questions, and for the whole of one order. ``sleep`` is given in tests."""

    poll: float = 5.0
    longest: float = 1800.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Final(QuotaExceeded):
    """Used up until somebody pays: no use in waiting."""


class Remote:
    """One provider's API. ``headers`` is asked for every request: tokens may be short-lived. Keys and faces travel only
    by https or to this machine, unless the server is the user's own (``trusted``)."""

    def __init__(
        self,
        name: str,
        base_url: str,
        headers: Callable[[], Mapping[str, str]] = dict,
        explain: Explain = lambda status, body: None,
        patience: Patience | None = None,
        timeout: float = 120.0,
        trusted: bool = False,
    ) -> None:
        if not trusted:
            must_be_safe(base_url)
        self._trusted = trusted
        self.name = name
        self.patience = patience or Patience()
        self._headers = headers
        self._explain = explain
        # No connection is kept: one that the provider has closed meanwhile would make a submission's outcome unknown.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(base_url=base_url, timeout=timeout, limits=fresh, trust_env=False)

    def close(self) -> None:
        """Let its connections go; for whoever needs it only for a moment (``contextlib.closing``)."""
        self._client.close()

    def submit(self, path: str, method: str = "POST", **request: Any) -> httpx.Response:
        """Send what costs money, once; again only where it certainly did not arrive. Raises ``OutcomeUnknown``."""
        for attempt in range(TRIES):
            try:
                answer = self._client.request(method, path, headers=self._headers(), **request)
            except NOT_SENT as error:
                self._pause(attempt, reason=TakeFailed(f"{self.name} cannot be reached: {error}."))
                continue
            except httpx.HTTPError as error:
                raise unknown(self.name, type(error).__name__) from error
            if answer.status_code in LOST_ON_THE_WAY:
                raise unknown(self.name, f"HTTP {answer.status_code}")
            if (error := self._wrong(answer)) is None:
                return answer
            if answer.status_code != 429 or attempt + 1 == TRIES or isinstance(error, Final):
                raise error
            self.patience.sleep(retry_after(answer.headers, attempt))
        raise AssertionError("unreachable")

    def ask(self, path: str, method: str = "GET", **request: Any) -> httpx.Response:
        """Send what may be repeated, until there is an answer. Raises ``Unanswered`` where there is none for long."""
        for attempt in range(TRIES):
            try:
                answer = self._client.request(method, path, headers=self._headers(), **request)
            except httpx.HTTPError as error:
                self._pause(attempt, reason=unanswered(self.name, str(error)))
                continue
            if (error := self._wrong(answer)) is None:
                return answer
            if isinstance(error, Final) or (answer.status_code != 429 and answer.status_code < 500):
                raise error
            seconds = retry_after(answer.headers, attempt)
            self._pause(attempt, reason=unanswered(self.name, str(error)), seconds=seconds)
        raise AssertionError("unreachable")

    def until(self, question: Callable[[], Any], pause: Callable[[float], None] | None = None) -> Any:
        """Ask again and again until the answer is not None; ``pause`` may end before its time. Raises
        ``Unanswered`` when it takes too long."""
        began = self.patience.clock()
        while (answer := question()) is None:
            if self.patience.clock() - began > self.patience.longest:
                raise unfinished(self.name, self.patience)
            (pause or self.patience.sleep)(self.patience.poll)
        return answer

    def download(self, url: str, place: Path) -> None:
        """Fetch a file that the provider has made; the key is not sent along. Raises ``Expired``, ``Unanswered``."""
        if not self._trusted:
            must_be_safe(url)
        for attempt in range(TRIES):
            try:
                with httpx.stream("GET", url, timeout=120, follow_redirects=True, trust_env=False) as answer:
                    if answer.status_code in (403, 404, 410):
                        raise Expired(f"{self.name} no longer has this file. It has been paid for: film it again.")
                    answer.raise_for_status()
                    save(answer.iter_bytes(), place)
                    return
            except httpx.HTTPError as error:
                self._pause(attempt, reason=unanswered(self.name, f"a file cannot be fetched, {error}"))

    def _wrong(self, answer: httpx.Response) -> LoraFrameError | None:
        body = decoded(answer)
        return self._explain(answer.status_code, body) or error_for(self.name, answer.status_code, body)

    def _pause(self, attempt: int, reason: LoraFrameError, seconds: float | None = None) -> None:
        if attempt + 1 == TRIES:
            raise reason
        self.patience.sleep(2.0**attempt if seconds is None else seconds)


def unknown(name: str, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"The order was sent to {name} and no answer came ({why}): it may have been accepted, and paid for."
    )


def unanswered(name: str, why: str) -> Unanswered:
    return Unanswered(
        f"{name} cannot be asked now ({without_secrets(why)[:300]}). Nothing is lost: ask again with "
        "`loraframe episode resume`."
    )


def unfinished(name: str, patience: Patience) -> Unanswered:
    return Unanswered(
        f"{name} has not finished within {patience.longest:g} s. Ask again with `loraframe episode resume`."
    )


def error_for(name: str, status: int, body: Any) -> LoraFrameError | None:
    """What an HTTP status means, with the provider's own words and without secrets; None for a success."""
    if status < 400:
        return None
    told = without_secrets(message(body))[:300]
    if status in (401, 403):
        return KeyMissing(f"{name} does not accept the key: {told}")
    if status == 402:
        return Final(f"The account at {name} is used up: {told}")
    if status == 429:
        return QuotaExceeded(f"{name} asks to wait, or the quota is used up: {told}")
    if status in (404, 410):
        return Expired(f"{name} does not have it (any more): {told}")
    if status in (400, 413, 415, 422):
        return Unsupported(f"{name} does not take this order: {told}")
    return TakeFailed(f"{name} answered with an error (HTTP {status}): {told}")


def refused(name: str, why: str) -> Refused:
    return Refused(
        f"{name} refuses to show this, by its safety rules: {without_secrets(why)[:300]} Reword the scene, or choose "
        "another engine for it."
    )


def decoded(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text if len(answer.content) < 10_000 else ""


def message(body: Any) -> str:
    """The sentence in an error's body, wherever this provider puts it."""
    while isinstance(body, dict):
        inner = next((body[name] for name in ("error", "detail", "message", "msg", "status") if body.get(name)), None)
        if inner is None:
            return str(body)
        body = inner
    return str(body)


def retry_after(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds that the provider asks for, else doubling ones."""
    try:
        return min(float(headers.get("retry-after", "")), LONGEST_WAIT)
    except ValueError:
        return min(2.0**attempt, LONGEST_WAIT)


def must_be_safe(url: str) -> None:
    """Raises ``Unsupported`` for what is neither https nor on this machine: keys and faces travel there."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(parts.hostname or "")):
        raise Unsupported(f"{url} is not an https address. Only a server on this machine may be reached without.")


def save(chunks: Any, place: Path) -> None:
    """Write what is streamed, up to ``LARGEST``; the file is there whole or not at all."""
    part, size = place.with_name(place.name + ".part"), 0
    with part.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                raise TakeFailed(f"A clip of more than {LARGEST // 2**20} MiB is not taken.")
            file.write(chunk)
    part.replace(place)
