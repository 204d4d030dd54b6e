"""Google's client for all its engines: one key, one account, and what its errors mean here.

A key reaches the Developer API; asked for ``enterprise`` (with a key of that, or a project), the same client
works in the mode which Veo and Imagen need. The library's retries are off, those of its Interactions API too: what may
cost money is sent once, and again only where Google certainly did not take it (``sent``).

Errors are raised without their cause: what Google answers may repeat what it was sent, and that is taken out here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any, TypeVar

import httpx2
from google import genai
from google.genai import _interactions as interactions
from google.genai import errors, types
from pydantic import ValidationError

from engines.keys import key, without_secrets
from engines.remote import (
    LONGEST_WAIT,
    LOST_ON_THE_WAY,
    TRIES,
    Final,
    Patience,
    error_for,
    message,
    must_be_safe,
    refused,
    unanswered,
    unknown,
)
from events.errors import KeyMissing, LoraFrameError, TakeFailed, Unsupported

T = TypeVar("T")

ACCOUNT = "google"
KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
DEVELOPER_API = "https://generativelanguage.googleapis.com"
TIMEOUT = 300_000
"""Milliseconds for one request: a large picture takes more than a minute."""
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
WRONG = (errors.APIError, interactions.APIError, httpx2.HTTPError, JSONDecodeError, ValidationError)
"""What the library raises."""
SAFETY = re.compile(
    r"responsible ai|usage guidelines|sensitive words|safety (filter|polic|reason)|violat\w* .*polic"
    r"|(blocked|filtered)\b.*\b(safety|polic|prohibited)|prohibited (content|use)",
    re.IGNORECASE,
)
USED_UP = re.compile(r"per ?day|credits? .*(depleted|exhausted)|spend(ing)? (limit|cap)|billing account", re.IGNORECASE)
"""A quota that comes back after minutes is not meant."""


def client(enterprise: bool = False, base_url: str = "") -> genai.Client:
    """``base_url`` is another address of the same API. Raises ``KeyMissing``."""
    url = _elsewhere(base_url, enterprise)
    once = types.HttpRetryOptions(attempts=1)
    options = types.HttpOptions(timeout=TIMEOUT, retry_options=once, base_url=url or None)
    project = os.environ.get("GOOGLE_CLOUD_PROJECT", "")
    if enterprise and project:
        location = os.environ.get("GOOGLE_CLOUD_LOCATION", "global")
        return genai.Client(enterprise=True, project=project, location=location, http_options=options)
    told: dict[str, Any] = {"enterprise": True} if enterprise else {}
    return genai.Client(api_key=key(*KEYS), http_options=options, **told)


def address(base_url: str = "") -> str:
    """Where the Developer API is: the one place besides to which the key may go."""
    return _elsewhere(base_url) or DEVELOPER_API


def _elsewhere(base_url: str, enterprise: bool = False) -> str:
    url = base_url or os.environ.get("GOOGLE_VERTEX_BASE_URL" if enterprise else "GOOGLE_GEMINI_BASE_URL", "")
    if url:
        must_be_safe(url)
    return url


# ---------------------------------------------------------------- calls


def sent(name: str, patience: Patience, call: Callable[[], T]) -> T:
    """The answer to what costs money, sent once; again only where Google asked to wait, or was never reached."""
    for attempt in range(TRIES):
        try:
            return call()
        except WRONG as error:
            wait = _not_taken(error)
            if wait is None or attempt + 1 == TRIES:
                raise meant(name, error, submitting=True) from None
            patience.sleep(wait or min(2.0**attempt, LONGEST_WAIT))
    raise AssertionError("unreachable")


def asked(name: str, patience: Patience, call: Callable[[], T]) -> T:
    """The answer to a question, which costs nothing and is repeated where it did not come through. Raises
    ``Unanswered`` where it never does."""
    for attempt in range(TRIES):
        try:
            return call()
        except WRONG as error:
            status, told = _status(error), meant(name, error)
            if isinstance(told, Final) or (status is not None and status < 500 and status != 429):
                raise told from None
            if attempt + 1 == TRIES:
                raise unanswered(name, str(told)) from None
            patience.sleep(_not_taken(error) or min(2.0**attempt, LONGEST_WAIT))
    raise AssertionError("unreachable")


@contextmanager
def google_errors(name: str, submitting: bool = False) -> Iterator[None]:
    """Around a call: the library's errors as ours. While ``submitting``, a lost answer is ``OutcomeUnknown``."""
    try:
        yield
    except WRONG as error:
        raise meant(name, error, submitting) from None


# ---------------------------------------------------------------- errors


def meant(name: str, error: Exception, submitting: bool = False) -> LoraFrameError:
    """What an error of the library is here."""
    status = _status(error)
    if status is not None:
        return _answered(name, status, _body(error), submitting)
    told = without_secrets(str(error))[:300]
    if isinstance(_cause(error), NOT_SENT):
        return TakeFailed(f"{name} cannot be reached: {told}.")
    return unknown(name, type(_cause(error)).__name__) if submitting else TakeFailed(f"{name}: {told}")


def _answered(name: str, status: int, body: Any, submitting: bool) -> LoraFrameError:
    told = message(body)
    if submitting and status in LOST_ON_THE_WAY:
        return unknown(name, f"HTTP {status}")
    if is_safety(told):
        return refused(name, told)
    if status == 400 and "api key" in told.lower():
        return KeyMissing(f"{name} does not accept the key: {without_secrets(told)[:300]}")
    if status == 400 and "interaction name" in told.lower():
        status = 404
    if status == 404 and submitting:
        return Unsupported(
            f"{name} does not find what this order names: {without_secrets(told)[:300]} Google retires models: set "
            "`model` of this engine in engines.yaml."
        )
    if status == 429 and USED_UP.search(str(body)):
        return Final(f"The account at {name} is used up: {without_secrets(told)[:300]}")
    return error_for(name, status, body) or TakeFailed(f"{name}: {without_secrets(told)[:300]}")


def is_safety(told: str) -> bool:
    """Whether this sentence of Google's says that its safety rules forbid something."""
    return SAFETY.search(told) is not None


def _not_taken(error: Exception) -> float | None:
    """Seconds to wait before the same is sent again, 0 where Google does not say; None where it may have been taken,
    or where waiting is no use."""
    if isinstance(_cause(error), NOT_SENT):
        return 0.0
    if _status(error) != 429 or USED_UP.search(str(_body(error))):
        return None
    headers = getattr(getattr(error, "response", None), "headers", {})
    delay = re.search(r"'retryDelay': '([\d.]+)s'", str(_body(error)))
    told = headers.get("retry-after") or (delay.group(1) if delay else "")
    return min(float(told), LONGEST_WAIT) if re.fullmatch(r"\d+(\.\d+)?", told) else 0.0


def _status(error: Exception) -> int | None:
    """The HTTP status; None where there was no (whole) answer."""
    if isinstance(error, interactions.APIResponseValidationError):
        return None
    return getattr(error, "code" if isinstance(error, errors.APIError) else "status_code", None)


def _body(error: Exception) -> Any:
    body = getattr(error, "details" if isinstance(error, errors.APIError) else "body", None)
    return body[0] if isinstance(body, list) and body else body


def _cause(error: Exception) -> BaseException:
    """The library hides what went wrong on the way behind errors of its own."""
    while isinstance(error, interactions.APIError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    return error


# ---------------------------------------------------------------- sizes


def aspect(size: tuple[int, int], engine: str) -> str:
    """The word for the shape of a picture of so many pixels. Raises ``Unsupported``."""
    width, height = size
    for name, ratio in (("16:9", 16 / 9), ("9:16", 9 / 16)):
        if abs(width / height / ratio - 1) < 0.02:
            return name
    raise Unsupported(f"{engine} films 16:9 and 9:16, and {width}x{height} is neither. Choose another size.")


def resolution(size: tuple[int, int], sizes: dict[int, str], engine: str) -> str:
    """The word for the smallest picture that holds so many pixels. Raises ``Unsupported``."""
    for lines, name in sizes.items():
        if min(size) <= lines:
            return name
    raise Unsupported(f"{engine} films at most {max(sizes)} lines, and {min(size)} are ordered. Choose a smaller size.")
