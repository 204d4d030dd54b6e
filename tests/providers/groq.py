"""Groq's chat completions: a bearer token, a JSON schema, and answers that were written beforehand."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from tests.providers.server import Answer, Mishap, Provider, Request

KEY = "test-key-of-groq-1234567890"
STRICT = {"openai/gpt-oss-120b", "openai/gpt-oss-20b"}
SEEING = {"qwen/qwen3.8-27b"}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}


class GroqServer(Provider):
    """``answers`` are what its model says, in turn; the last one again and again. Requests are orders by number.

    ``later`` is what a busy server says in its ``Retry-After``; ``cut`` ends every answer for want of tokens;
    ``checked``: it finds a malformed answer itself, as it does where decoding is not strict.
    """

    def __init__(
        self,
        answers: Iterable[str],
        mishaps: Iterable[Mishap] = (),
        later: str = "0",
        cut: bool = False,
        checked: bool = False,
    ) -> None:
        super().__init__(mishaps)
        self.answers = deque(answers)
        self.later = later
        self.cut = cut
        self.checked = checked

    def answer(self, request: Request) -> Answer:
        given = request.headers.get("authorization", "")
        if given != f"Bearer {KEY}":
            return wrong(401, "invalid_api_key", f"Invalid API Key {given}")
        if (request.method, request.path) != ("POST", "/openai/v1/chat/completions"):
            return wrong(404, "unknown_url", f"Unknown request URL: {request.path}")
        return _invalid(request.json) or self._completed()

    def busy(self) -> Answer:
        told = wrong(429, "rate_limit_exceeded", "Rate limit reached for model in organization on tokens per minute.")
        return Answer(told.status, told.body, {"Retry-After": self.later})

    def _completed(self) -> Answer:
        operation = f"chatcmpl-{sum(self.orders.values()) + 1}"
        if lost := self.accept(operation, operation):
            return lost
        text = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if self.checked and not text.startswith("{"):
            return wrong(400, "json_validate_failed", "Generated JSON does not match the schema.", text)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if self.fates[operation] is Mishap.REFUSED:
            message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
        choice = {"index": 0, "message": message, "finish_reason": "length" if self.cut else "stop"}
        body = {"id": operation, "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return Answer(200, body | {"usage": USAGE})


def _invalid(asked: dict[str, Any]) -> Answer | None:
    """What the documented rules refuse."""
    model, wanted = asked["model"], asked["response_format"]["json_schema"]
    if model not in STRICT | SEEING:
        return wrong(404, "model_not_found", f"The model `{model}` does not exist or you do not have access to it.")
    if wanted["strict"] and model not in STRICT:
        return wrong(400, "invalid_request", "This model does not support strict structured outputs.")
    if wanted["strict"] and (fault := loose(wanted["schema"])):
        return wrong(400, "invalid_schema", f"invalid JSON schema for response_format: {fault}")
    shown = [part for said in asked["messages"] if isinstance(said["content"], list) for part in said["content"]]
    if any(part["type"] == "image_url" for part in shown) and model not in SEEING:
        return wrong(400, "invalid_request", "This model does not support image input.")
    return None


def loose(schema: Any) -> str:
    """What in a schema strict decoding does not take."""
    if isinstance(schema, list):
        return next((fault for part in schema if (fault := loose(part))), "")
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "additionalProperties:false must be set on every object"
        if set(schema["required"]) != set(schema["properties"]):
            return "`required` must list every key"
    if odd := {"default", "pattern", "minLength", "minimum", "exclusiveMinimum", "prefixItems"} & schema.keys():
        return f"{odd.pop()} is not supported"
    return loose(list(schema.values()))


def wrong(status: int, code: str, message: str, generated: str | None = None) -> Answer:
    told = {"message": message, "type": "invalid_request_error", "code": code}
    return Answer(status, {"error": told | ({} if generated is None else {"failed_generation": generated})})
