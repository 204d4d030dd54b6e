"""Gemini's generateContent for text: a key, a JSON schema, and answers that were written beforehand."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from tests.providers.server import Answer, Mishap, Provider, Request

KEY = "test-key-of-gemini-1234567890"
PATH = re.compile(r"/v1(?:beta)?/models/([\w.-]+):generateContent")
MODELS = {"gemini-3.8-flash", "gemini-3.1-pro-preview"}
USAGE = {"promptTokenCount": 1000, "candidatesTokenCount": 150, "thoughtsTokenCount": 50, "totalTokenCount": 1200}


class GeminiTextServer(Provider):
    """As ``GroqServer``. ``later`` is Google's ``retryDelay`` in seconds; ``blocked``: the question is refused, and not
    the answer."""

    def __init__(
        self,
        answers: Iterable[str],
        mishaps: Iterable[Mishap] = (),
        later: str = "0",
        cut: bool = False,
        blocked: bool = False,
    ) -> None:
        super().__init__(mishaps)
        self.answers = deque(answers)
        self.later = later
        self.cut = cut
        self.blocked = blocked

    def answer(self, request: Request) -> Answer:
        asked = PATH.fullmatch(request.path)
        if request.method != "POST" or not asked:
            return wrong(404, "NOT_FOUND", f"{request.path} is not found.")
        if request.headers.get("x-goog-api-key") != KEY:
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            return wrong(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", reason)
        if asked[1] not in MODELS:
            return wrong(404, "NOT_FOUND", f"models/{asked[1]} is not found for API version v1.")
        return self._generated(request.json["generationConfig"])

    def busy(self) -> Answer:
        delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{self.later}s"}
        return wrong(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", delay)

    def _generated(self, config: dict[str, Any]) -> Answer:
        if config["responseMimeType"] != "application/json" or config["responseJsonSchema"]["type"] != "object":
            return wrong(400, "INVALID_ARGUMENT", "A schema needs the MIME type application/json.")
        operation = f"response-{sum(self.orders.values()) + 1}"
        if lost := self.accept(operation, operation):
            return lost
        if self.blocked:
            return Answer(200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": USAGE})
        if self.fates[operation] is Mishap.REFUSED:
            return Answer(200, {"candidates": [{"finishReason": "SAFETY", "index": 0}], "usageMetadata": USAGE})
        text = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        parts = [{"text": "Thinking.", "thought": True}, {"text": text}]
        reason = "MAX_TOKENS" if self.cut else "STOP"
        said = {"content": {"role": "model", "parts": parts}, "finishReason": reason, "index": 0}
        return Answer(200, {"candidates": [said], "usageMetadata": USAGE, "modelVersion": "m"})


def wrong(status: int, name: str, message: str, detail: dict[str, str] | None = None) -> Answer:
    told = {"code": status, "message": message, "status": name}
    return Answer(status, {"error": told | ({"details": [detail]} if detail else {})})
