"""Kling's films, ordered over its REST API: from text, from a first (and last) picture, from pictures of the cast."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engines.keys import key
from engines.remote import Patience, Remote, unknown
from engines.video import Clip, ShotOrder
from engines.video.kling.access import NAME, NotThere, OrderedAlready, explain, failure, signed_token
from engines.video.kling.models import Setup, model_named
from engines.video.kling.request import PATHS, Request
from events.errors import Expired, TakeFailed
from media.assets import Assets

ACCOUNT = "kling"
BASE_URL = "https://api-singapore.klingai.com"
LOOKS = 3


class Kling:
    """A ``VideoEngine`` over Kling's REST API.

    It follows the API reference at app.klingai.com/global/dev/document-api, as of June 2026: Omni Video, Text to Video,
    Image to Video, Multi-Image to Video, error codes, capability map. Requests are signed with ``KLING_ACCESS_KEY`` and
    ``KLING_SECRET_KEY``. An order carries our take's id as ``external_task_id``, which is unique in an account: so it
    can be found again, and is never taken twice. The operation is ``<path>/<task id>``.

    ``model`` is one of ``models.MODELS``, or a newer one ``like`` one of them. ``price_per_second`` is a price, or one
    for each of ``std``, ``pro``, ``std sound`` and ``pro sound``; where ``dollars_per_unit`` is given, a clip costs the
    units that Kling says it has deducted. ``elements`` are ids of Kling's element library by slug of a character.
    ``multi_shot`` lets a shot be cut inside: ``intelligence`` as Kling likes, ``customize`` where another begins to
    speak; Kling takes no first picture for these, so every shot begins anew.
    """

    licence = "Kling's terms of service hold for its clips. It deletes them after 30 days."

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "kling-v3-omni",
        like: str = "",
        mode: str = "std",
        sound: bool = False,
        multi_shot: str = "",
        elements: Mapping[str, int] | None = None,
        cfg_scale: float | None = None,
        price_per_second: float | Mapping[str, float] = 0.0,
        dollars_per_unit: float = 0.0,
        hops: int = 0,
        base_url: str = "",
        poll_seconds: float = 5.0,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._assets, self._unit, self._clock = assets, dollars_per_unit, clock
        self._setup = Setup(model, model_named(like or model), mode, sound, multi_shot, elements or {}, cfg_scale)
        self.profile = self._setup.profile(self._setup.price(price_per_second), ACCOUNT, hops)
        url = base_url or os.environ.get("KLING_BASE_URL", "") or BASE_URL
        self._api = Remote(NAME, url, self._headers, explain, patience or Patience(poll=poll_seconds))

    def submit(self, order: ShotOrder) -> str:
        seconds = round(self.profile.seconds_for(order.shot.frames))
        request = Request(self._setup, self._assets, order, seconds)
        try:
            answer = self._api.submit(f"/v1/videos/{request.path}", json=request.body)
        except OrderedAlready:
            if found := self.find(order.take_id):
                return found
            raise
        try:
            return f"{request.path}/{answer.json()['data']['task_id']}"
        except (ValueError, LookupError, TypeError) as error:
            raise unknown(NAME, "an answer without a task id") from error

    def find(self, take_id: str) -> str:
        """The operation of an order of ours; empty where Kling has none under any of its paths. It is looked for more
        than once: what was sent a moment ago may still be on its way, and who hears of none may order again."""
        for look in range(LOOKS if take_id else 0):
            if look:
                self._api.patience.sleep(self._api.patience.poll)
            for path in PATHS:
                if task := self._task(path, take_id):
                    return f"{path}/{task['task_id']}"
        return ""

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        task = self._api.until(lambda: self._finished(operation))
        videos = (task.get("task_result") or {}).get("videos") or [{}]
        if not (url := videos[0].get("url")):
            raise TakeFailed(f"{NAME} has finished without a clip. Try again.")
        place = folder / f"{hashlib.sha256(operation.encode()).hexdigest()[:16]}.mp4"
        self._api.download(url, place)
        return Clip(path=str(place), cost=self._charged(task))

    def _finished(self, operation: str) -> dict[str, Any] | None:
        path, _, task_id = operation.partition("/")
        task = self._task(path, task_id)
        if task is None:
            raise Expired(f"{NAME} no longer has this order. It has been paid for: film it again.")
        if task.get("task_status") == "failed":
            raise failure(str(task.get("task_status_msg") or ""))
        return task if task.get("task_status") == "succeed" else None

    def _task(self, path: str, task_id: str) -> dict[str, Any] | None:
        """What Kling says of a task, by its id or by ours; None where it has none."""
        try:
            body = self._api.ask(f"/v1/videos/{path}/{quote(task_id, safe='')}").json()
        except NotThere:
            return None
        task = body.get("data") if isinstance(body, dict) else None
        return task if isinstance(task, dict) and task.get("task_id") else None

    def _charged(self, task: Mapping[str, Any]) -> float | None:
        try:
            return float(task["final_unit_deduction"]) * self._unit if self._unit else None
        except (LookupError, TypeError, ValueError):
            return None

    def _headers(self) -> dict[str, str]:
        """Made for every request: a token lives for minutes."""
        token = signed_token(key("KLING_ACCESS_KEY"), key("KLING_SECRET_KEY"), self._clock())
        return {"Authorization": f"Bearer {token}"}
