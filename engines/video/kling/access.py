"""How Kling is spoken to: the signed token of a request, and what the service codes of an answer mean here."""

from __future__ import annotations

import base64
import hmac
import json
import re
from typing import Any

from engines.keys import without_secrets
from engines.remote import Final, message, refused
from events.errors import KeyMissing, LoraFrameError, OutcomeUnknown, QuotaExceeded, TakeFailed, Unsupported

NAME = "Kling"
LIFETIME, BACKDATED = 300, 5
"""Seconds that a token is good for, and before its making: clocks differ."""
TOKEN = re.compile(r"[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
NOT_ALLOWED = re.compile(r"risk control|content security|sensitive|policy|moderation|prohibit", re.IGNORECASE)
THERE_ALREADY = re.compile(r"external[ _]?task[ _]?id.*(exist|duplicat|repeat|unique|already|used)", re.IGNORECASE)


class NotThere(Unsupported):
    """The provider does not know something that the request names: a parameter, a model, a task."""


class OrderedAlready(OutcomeUnknown):
    """It has an order of this name, and takes no second one."""


def signed_token(access_key: str, secret_key: str, now: float) -> str:
    """A JSON Web Token (RFC 7519, HS256) that the holder of the keys has made now."""
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {"iss": access_key, "exp": int(now) + LIFETIME, "nbf": int(now) - BACKDATED}
    signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
    return f"{signed}.{_encoded(hmac.digest(secret_key.encode(), signed.encode(), 'sha256'))}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def explain(status: int, body: Any) -> LoraFrameError | None:
    """Kling's service codes; what carries none is read by its HTTP status."""
    code = body.get("code") if isinstance(body, dict) else None
    if not isinstance(code, int) or code == 0:
        return None
    told = without_tokens(message(body))[:300]
    if THERE_ALREADY.search(told):
        return OrderedAlready(f"{NAME} has an order of this take already: {told}")
    if code in (1300, 1301):
        return refused(NAME, told)
    return _meaning(code, f"{told} ({code})")


def _meaning(code: int, told: str) -> LoraFrameError:
    if code in (1003, 1004):
        return KeyMissing(f"{NAME} takes the time of the token for wrong: {told}. Set the clock of this machine.")
    if 1000 <= code < 1100:
        return KeyMissing(f"{NAME} does not accept the key: {told}. Check KLING_ACCESS_KEY and KLING_SECRET_KEY.")
    if 1100 <= code < 1200 or code == 1304:
        return Final(f"The account at {NAME} does not allow it: {told}. Buy units there, or ask it for access.")
    if code in (1302, 1303):
        return QuotaExceeded(f"{NAME} asks to wait: {told}")
    if 1200 <= code < 1300:
        kind = Unsupported if code == 1202 else NotThere
        return kind(f"{NAME} does not take this order: {told}")
    return TakeFailed(f"{NAME} answered with an error: {told}")


def failure(why: str) -> TakeFailed:
    """What a failed task means."""
    told = without_tokens(why)[:300]
    if NOT_ALLOWED.search(told):
        return refused(NAME, told)
    return TakeFailed(f"{NAME} tried and failed: {told or 'it does not say why'}. Try again.")


def without_tokens(text: str) -> str:
    return TOKEN.sub("[token]", without_secrets(text))
