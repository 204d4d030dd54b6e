"""A provider that is not there: paid, slow and unreliable as asked, for rehearsing with budgets and for tests.

Orders are written into a book, a file of one JSON line each, as a provider keeps its own: it can be asked what arrived.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from enum import StrEnum
from pathlib import Path

import numpy as np

from engines.remote import Patience, refused, unknown
from engines.video import Clip, Profile, ShotOrder, VideoEngine
from engines.video.slate import HOLD, ground
from events.errors import QuotaExceeded, TakeFailed
from media.assets import Assets
from media.clips import ClipWriter


class Fate(StrEnum):
    """What becomes of an order. ``ERRORS`` never arrives; ``DROPS`` arrives and nobody hears of it."""

    GOOD = "good"
    ERRORS = "errors"
    DROPS = "drops"
    BUSY = "busy"
    REFUSES = "refuses"
    FAILS = "fails"


class Simulated:
    """A ``VideoEngine``; its clips are those of ``engine``, or plain ones. ``seconds`` is how long a clip takes;
    ``errors``, ``drops``, ``busy``, ``refuses`` and ``fails`` are shares of the orders, drawn by ``seed`` and the
    order's own name: the same in every process. ``findable``: the book may be asked whether an order arrived."""

    remote = True

    def __init__(
        self,
        assets: Assets,
        engine: VideoEngine | None = None,
        *,
        book: str = "",
        price_per_second: float = 0.1,
        longest_clip: float = 60,
        seconds: float = 0.0,
        findable: bool = False,
        seed: int = 0,
        patience: Patience | None = None,
        **shares: float,
    ) -> None:
        self.profile = Profile(
            name="simulated",
            longest_clip=longest_clip,
            first_frame=True,
            references=20,
            price_per_second=price_per_second,
            account="simulated",
            findable=findable,
            remote=True,
            house_clips=True,
        )
        self.shares = {Fate(name): share for name, share in shares.items()}
        self._assets = assets
        self._engine = engine
        self._book = Path(book) if book else assets.root.parent / "simulated.jsonl"
        self._seconds = seconds
        self._seed = seed
        self._patience = patience or Patience()

    def submit(self, order: ShotOrder) -> str:
        """Raises what the order's fate is."""
        fate = self.fate(order.take_id)
        if fate is Fate.ERRORS:
            raise TakeFailed("The simulated provider answered with an error (HTTP 500).")
        if fate is Fate.BUSY:
            raise QuotaExceeded("The simulated provider's account is used up.")
        operation = f"{time.time():.3f} {order.take_id}"
        with self._book.open("a") as book:
            book.write(json.dumps({"take_id": order.take_id, "operation": operation}) + "\n")
        if fate is Fate.DROPS:
            raise unknown("The simulated provider", "the connection ended")
        return operation

    def find(self, take_id: str) -> str:
        """The operation of an order that arrived; empty where none did."""
        return next((row["operation"] for row in self._orders() if row["take_id"] == take_id), "")

    def orders(self) -> Counter[str]:
        """How often each take was ordered."""
        return Counter(row["take_id"] for row in self._orders())

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        ordered_at, _, take_id = operation.partition(" ")
        self._patience.sleep(max(0.0, float(ordered_at) + self._seconds - time.time()))
        if self.fate(take_id) is Fate.REFUSES:
            raise refused("The simulated provider", "it does not like it.")
        if self.fate(take_id) is Fate.FAILS:
            raise TakeFailed("The simulated provider has lost the take. Try again.")
        if self._engine:
            return self._engine.collect(self._engine.submit(order), order, folder).replaced(cost=None)
        path = folder / "simulated.mp4"
        shutil.copyfile(self._clip(order), path)
        return Clip(path=str(path), frames=order.shot.frames)

    def fate(self, take_id: str) -> Fate:
        digest = f"{self._seed}/{take_id}".encode()
        draw = np.random.default_rng(np.frombuffer(digest, np.uint8)).random()
        for fate, share in self.shares.items():
            if draw < share:
                return fate
            draw -= share
        return Fate.GOOD

    def _orders(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._book.read_text().splitlines()] if self._book.exists() else []

    def _clip(self, order: ShotOrder) -> Path:
        """A plain picture that drifts, made once for every length."""
        frames, (width, height) = order.shot.frames, order.size
        name = f"simulated-{frames}-{width}x{height}-{order.fade_in:d}{order.fade_out:d}.mp4"
        path = self._assets.root / name
        if not path.exists():
            part = path.with_name(f"{path.name}.{time.time_ns()}")
            with ClipWriter(part, frames, order.fade_in, order.fade_out, order.size) as writer:
                for first in range(0, frames, HOLD):
                    writer.write(ground(order, first), min(HOLD, frames - first))
            part.replace(path)
        return path
