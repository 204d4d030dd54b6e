"""Kling's REST API on this machine, as its reference describes it: signed tokens, tasks by two ids, service codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from PIL import Image

from tests.providers.clips import mp4
from tests.providers.server import Answer, Mishap, Provider, Request

ACCESS, SECRET = "test-access-key-of-kling", "test-secret-key-of-kling"
PATHS = {"text2video", "image2video", "multi-image2video", "omni-video"}
ANYWHERE = {"model_name", "prompt", "mode", "duration", "external_task_id", "aspect_ratio"}
THIRD = {"sound", "multi_shot", "shot_type", "multi_prompt"}
FIELDS = {
    "text2video": ANYWHERE | THIRD | {"negative_prompt", "cfg_scale"},
    "image2video": ANYWHERE - {"aspect_ratio"}
    | THIRD
    | {"negative_prompt", "cfg_scale", "image", "image_tail", "element_list"},
    "multi-image2video": ANYWHERE | {"negative_prompt", "image_list"},
    "omni-video": ANYWHERE | THIRD | {"image_list", "element_list"},
}
HTTP = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **dict.fromkeys((1100, 1101, 1102, 1302, 1303, 1304), 429),
    **dict.fromkeys((1200, 1201, 1300, 1301), 400),
    **{1103: 403, 1202: 404, 1203: 404, 5000: 500, 5001: 503},
}
WORDS = {
    1000: "Authentication failed",
    1001: "Authorization is empty",
    1003: "Authorization is not yet valid",
    1004: "Authorization has expired",
    1102: "Resource pack depleted or expired",
    1303: "parallel task over resource pack limit",
}
SHORTEST, FLATTEST = 300, 2.5


class Wrong(Exception):
    """An answer that ends a request: a service code, and what is said with it."""

    def __init__(self, code: int, why: str = "") -> None:
        self.code, self.why = code, why


class KlingServer(Provider):
    """``refuses`` is a service code that the next orders are answered with, in turn; ``clock`` is the server's own."""

    def __init__(
        self,
        mishaps: Iterable[Mishap] = (),
        polls: int = 1,
        refuses: Iterable[int] = (),
        clock: Callable[[], float] = time.time,
        seconds: float = 2,
    ) -> None:
        super().__init__(mishaps, polls)
        self.refuses = list(refuses)
        self.clock = clock
        self.clip = mp4(seconds, (320, 180))
        self.tasks: dict[str, dict[str, Any]] = {}
        """Bodies of accepted orders, by task id."""
        self.paths: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/files/"):
            return self._file(request)
        try:
            claims(request.headers.get("authorization", ""), self.clock())
            return self._answer(request)
        except Wrong as wrong:
            return self._said(wrong.code, wrong.why)

    def busy(self) -> Answer:
        said = self._said(1303)
        return Answer(said.status, said.body, {"Retry-After": "0"})

    def used_up(self) -> Answer:
        return self._said(1102)

    @property
    def body(self) -> dict[str, Any]:
        """What the last order said."""
        return next(request.json for request in reversed(self.requests) if request.method == "POST")

    def _said(self, code: int, why: str = "") -> Answer:
        body = {"code": code, "message": why or WORDS.get(code, "Something else"), "request_id": "9984d27b"}
        return Answer(HTTP[code], body)

    def _answer(self, request: Request) -> Answer:
        version, videos, path, *rest = request.path.strip("/").split("/")
        if (version, videos) != ("v1", "videos") or path not in PATHS:
            raise Wrong(1202, "The requested method is invalid")
        if request.method == "POST" and not rest:
            return self._create(path, request)
        if request.method == "GET" and len(rest) == 1:
            return self._query(path, rest[0])
        raise Wrong(1202, "The requested method is invalid")

    # ------------------------------------------------------------ orders

    def _create(self, path: str, request: Request) -> Answer:
        if self.refuses:
            raise Wrong(self.refuses.pop(0), f"no, and by the way {request.headers['authorization']} {SECRET}")
        body = request.json
        check(path, body)
        ours = body.get("external_task_id", "")
        if ours and any(task.get("external_task_id") == ours for task in self.tasks.values()):
            raise Wrong(1201, "external_task_id already exists")
        task_id = str(829836802793406551 + len(self.tasks))
        try:
            wrong = self.accept(ours or hashlib.sha256(request.body).hexdigest(), task_id)
        finally:
            if task_id in self.fates:
                self.tasks[task_id], self.paths[task_id] = body, path
        return wrong or Answer(body={"code": 0, "message": "SUCCEED", "data": {"task_id": task_id}})

    # ------------------------------------------------------------ questions

    def _query(self, path: str, asked: str) -> Answer:
        for task_id, body in self.tasks.items():
            if asked in (task_id, body.get("external_task_id")) and self.paths[task_id] == path:
                return Answer(body={"code": 0, "message": "SUCCEED", "data": self._task(task_id, body)})
        raise Wrong(1203, "task not found")

    def _task(self, task_id: str, body: dict[str, Any]) -> dict[str, Any]:
        task: dict[str, Any] = {"task_id": task_id, "task_status": "processing", "task_status_msg": ""}
        task["task_info"] = {"external_task_id": body.get("external_task_id", "")}
        if not self.is_done(task_id):
            return task
        match self.fates[task_id]:
            case Mishap.REFUSED:
                return task | {"task_status": "failed", "task_status_msg": "Failure to pass the risk control system"}
            case Mishap.FAILED:
                return task | {"task_status": "failed", "task_status_msg": "Internal generation error"}
        video = {"id": "1", "url": f"{self.url}/files/{task_id}.mp4", "duration": body["duration"]}
        units = f"{0.6 * int(body['duration']):.1f}"
        return task | {"task_status": "succeed", "task_result": {"videos": [video]}, "final_unit_deduction": units}

    def _file(self, request: Request) -> Answer:
        assert "authorization" not in request.headers, "The token went to the file server."
        task_id = request.path.rpartition("/")[2].removesuffix(".mp4")
        if self.fates[task_id] is Mishap.EXPIRED:
            return Answer(403, b"AccessDenied", {"Content-Type": "text/plain"})
        return Answer(200, self.clip, {"Content-Type": "video/mp4"})


# ---------------------------------------------------------------- tokens


def claims(authorization: str, now: float) -> dict[str, Any]:
    """What a token claims. Raises ``Wrong`` as the API does."""
    if not authorization:
        raise Wrong(1001)
    scheme, _, token = authorization.partition(" ")
    try:
        header, payload, signature = token.split(".")
        expected = hmac.digest(SECRET.encode(), f"{header}.{payload}".encode(), "sha256")
        told, claimed = json.loads(decoded(header)), json.loads(decoded(payload))
        good = scheme == "Bearer" and told == {"alg": "HS256", "typ": "JWT"} and claimed["iss"] == ACCESS
        good = good and hmac.compare_digest(decoded(signature), expected)
    except (ValueError, LookupError) as error:
        raise Wrong(1000) from error
    if not good:
        raise Wrong(1000)
    if claimed["nbf"] > now:
        raise Wrong(1003)
    if claimed["exp"] < now:
        raise Wrong(1004)
    return claimed


def decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars="-_", validate=True)


# ---------------------------------------------------------------- rules


def check(path: str, body: dict[str, Any]) -> None:
    """What the reference says of each field. Raises ``Wrong``."""
    if unknown := set(body) - FIELDS[path]:
        raise Wrong(1201, f"unknown {unknown}")
    if not body["model_name"].startswith("kling-"):
        raise Wrong(1203, f"model {body['model_name']} does not exist")
    if body.get("multi_shot"):
        _check_beats(body)
    elif not 0 < len(body.get("prompt", "")) <= 2500:
        raise Wrong(1201, "prompt")
    if not isinstance(body["duration"], str) or int(body["duration"]) not in range(3, 16):
        raise Wrong(1201, "duration")
    if not isinstance(body.get("multi_shot", False), bool) or body.get("sound", "off") not in ("on", "off"):
        raise Wrong(1201, "switches")
    _check_pictures(path, body)


def _check_beats(body: dict[str, Any]) -> None:
    if body["shot_type"] == "intelligence":
        return
    beats = body["multi_prompt"]
    good = 1 <= len(beats) <= 6 and all(len(beat["prompt"]) <= 512 and int(beat["duration"]) >= 1 for beat in beats)
    if not good or sum(int(beat["duration"]) for beat in beats) != int(body["duration"]):
        raise Wrong(1201, "multi_prompt")


def _check_pictures(path: str, body: dict[str, Any]) -> None:
    listed = body.get("image_list", [])
    sent = [entry.get("image_url") or entry.get("image") for entry in listed]
    sent += [body[name] for name in ("image", "image_tail") if name in body]
    for picture in sent:
        seen = Image.open(io.BytesIO(base64.b64decode(picture, validate=True)))
        if (
            seen.format not in ("JPEG", "PNG")
            or min(seen.size) < SHORTEST
            or max(seen.size) > FLATTEST * min(seen.size)
        ):
            raise Wrong(1201, f"image {seen.format} {seen.size}")
    elements = body.get("element_list", [])
    begun = path == "image2video" or any(entry.get("type") == "first_frame" for entry in listed)
    if len(listed) + len(elements) > 7 or len(elements) > (3 if begun else 7):
        raise Wrong(1201, "too many references")
    if not begun and body.get("aspect_ratio") not in ("16:9", "9:16", "1:1"):
        raise Wrong(1201, "aspect_ratio")
    if path == "multi-image2video" and not 1 <= len(listed) <= 4:
        raise Wrong(1201, "image_list")
