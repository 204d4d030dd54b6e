"""Google as it answers: Veo and Imagen in enterprise mode, Gemini's pictures and Omni's clips in the Developer API."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from tests.providers.clips import mp4, png
from tests.providers.server import Answer, Mishap, Provider, Request

KEY = "test-key-google-5c1e9a"
PROJECT = "projects/test/locations/global"
REFUSAL = "The prompt could not be submitted: it may violate Google's Responsible AI practices. Support code: 58061214."

Paints = Callable[[list[dict[str, Any]]], bytes]
"""From the parts of a request (text and pictures) to the picture that is the answer."""


class Google(Provider):
    """``by_address``: clips are fetched from this server, and do not come with the answer."""

    def __init__(
        self,
        mishaps: Iterable[Mishap] = (),
        polls: int = 1,
        clip: bytes = b"",
        by_address: bool = False,
        paints: Paints = lambda parts: png((320, 180)),
    ) -> None:
        super().__init__(mishaps, polls)
        self.clip = clip or mp4(2)
        self.by_address = by_address
        self.paints = paints
        self.bodies: list[Any] = []
        """What was ordered, in turn."""

    # ------------------------------------------------------------ what every method has

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/made/"):
            return self._file(request)
        if request.headers.get("x-goog-api-key") != KEY:
            return self._no_key(request)
        for pattern, handle in (
            (r".*/models/[^/]+:predictLongRunning", self._film),
            (r".*:fetchPredictOperation", self._operation),
            (r"/v1/models/[^/]+:generateContent", self._content),
            (r".*/models/[^/]+:predict", self._predict),
            (r"/v1/interactions", self._interact),
            (r"/v1/interactions/(.+)", self._interaction),
        ):
            if found := re.fullmatch(pattern, request.path):
                return handle(request, *found.groups())
        return self.error(404, "NOT_FOUND", f"{request.path} is not found.")

    def error(self, status: int, name: str, message: str, details: list[Any] | None = None) -> Answer:
        return Answer(status, {"error": {"code": status, "status": name, "message": message, "details": details or []}})

    def _no_key(self, request: Request) -> Answer:
        """It repeats what it was sent, as careless servers do."""
        told = f"API key not valid: {request.headers.get('x-goog-api-key')}. Please pass a valid API key."
        if "/publishers/" in request.path:
            return self.error(401, "UNAUTHENTICATED", told)
        return self.error(400, "INVALID_ARGUMENT", told, [{"reason": "API_KEY_INVALID"}])

    def busy(self) -> Answer:
        answer = self.error(429, "RESOURCE_EXHAUSTED", "Resource exhausted.", [{"retryDelay": "0s"}])
        return Answer(429, answer.body, {"Retry-After": "0"})

    def used_up(self) -> Answer:
        told = "You exceeded your current quota, please check your plan and billing details."
        return self.error(429, "RESOURCE_EXHAUSTED", told, [{"violations": [{"quotaId": "RequestsPerDayPerProject"}]}])

    def _taken(self, request: Request, operation: str) -> Answer | None:
        self.bodies.append(request.json)
        return self.accept(request.body.decode(), operation)

    def _file(self, request: Request) -> Answer:
        gone = self.fates[request.path.rpartition("/")[2]] is Mishap.EXPIRED
        return self.error(404, "NOT_FOUND", "gone") if gone else Answer(200, self.clip, {"Content-Type": "video/mp4"})

    # ------------------------------------------------------------ Veo

    def _film(self, request: Request) -> Answer:
        instance = request.json["instances"][0]
        if instance.get("referenceImages") and {"image", "video", "lastFrame"} & instance.keys():
            return self.error(400, "INVALID_ARGUMENT", "referenceImages exclude image, video and lastFrame.")
        model = request.path.rpartition("/")[2].partition(":")[0]
        number = f"{len(self.bodies) + 1}"
        instead = self._taken(request, number)
        name = f"{PROJECT}/publishers/google/models/{model}/operations/{number}"
        return instead or Answer(200, {"name": name})

    def _operation(self, request: Request) -> Answer:
        name = request.json["operationName"]
        number = name.rpartition("/")[2]
        if number not in self.fates:
            return self.error(404, "NOT_FOUND", f"{name} is not found.")
        if not self.is_done(number):
            return Answer(200, {"name": name})
        return Answer(200, {"name": name, "done": True} | self._filmed(number))

    def _filmed(self, number: str) -> dict[str, Any]:
        fate = self.fates[number]
        if fate is Mishap.REFUSED:
            return {"response": {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [REFUSAL]}}
        if fate is Mishap.FAILED:
            return {"error": {"code": 13, "message": "Internal error encountered."}}
        sent = {"bytesBase64Encoded": base64.b64encode(self.clip).decode()}
        where = {"gcsUri": f"{self.url}/made/{number}"} if self.by_address or fate is Mishap.EXPIRED else sent
        return {"response": {"videos": [where | {"mimeType": "video/mp4"}]}}

    # ------------------------------------------------------------ Omni

    def _interact(self, request: Request) -> Answer:
        number = f"{len(self.bodies) + 1}"
        instead = self._taken(request, number)
        return instead or Answer(200, {"id": number, "status": "in_progress", "model": request.json["model"]})

    def _interaction(self, request: Request, number: str) -> Answer:
        if number not in self.fates:
            return self.error(400, "INVALID_ARGUMENT", "Invalid interaction name.")
        if not self.is_done(number):
            return Answer(200, {"id": number, "status": "in_progress"})
        return Answer(200, {"id": number} | self._interacted(number))

    def _interacted(self, number: str) -> dict[str, Any]:
        fate = self.fates[number]
        if fate is Mishap.FAILED:
            return {"status": "failed", "errors": [{"code": "internal", "message": "Internal error."}]}
        content = [{"type": "text", "text": "I cannot make this video."}]
        if fate is not Mishap.REFUSED:
            sent = {"data": base64.b64encode(self.clip).decode()}
            where = {"uri": f"{self.url}/made/{number}"} if self.by_address or fate is Mishap.EXPIRED else sent
            content = [{"type": "video", "mime_type": "video/mp4"} | where]
        return {"status": "completed", "steps": [{"type": "model_output", "content": content}]}

    # ------------------------------------------------------------ pictures

    def _content(self, request: Request) -> Answer:
        number = f"{len(self.bodies) + 1}"
        if instead := self._taken(request, number):
            return instead
        fate = self.fates[number]
        if fate is Mishap.REFUSED:
            return Answer(200, {"candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": REFUSAL}]})
        parts: list[dict[str, Any]] = [{"text": "Here it is."}]
        if fate is not Mishap.FAILED:
            made = base64.b64encode(self.paints(request.json["contents"][0]["parts"])).decode()
            parts.append({"inlineData": {"mimeType": "image/png", "data": made}})
        return Answer(200, {"candidates": [{"finishReason": "STOP", "content": {"role": "model", "parts": parts}}]})

    def _predict(self, request: Request) -> Answer:
        number = f"{len(self.bodies) + 1}"
        if instead := self._taken(request, number):
            return instead
        fate = self.fates[number]
        if fate is Mishap.REFUSED:
            return Answer(200, {"predictions": [{"raiFilteredReason": REFUSAL}]})
        if fate is Mishap.FAILED:
            return Answer(200, {"predictions": []})
        made = base64.b64encode(self.paints([{"text": request.json["instances"][0]["prompt"]}])).decode()
        return Answer(200, {"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": made}]})
