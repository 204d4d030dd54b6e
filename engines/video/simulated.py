"""A provider that is not there: paid, slow and unreliable as asked, for rehearsing with budgets and for tests.

Orders are written into a book, a file of one JSON line each, as a provider keeps its own: it can be asked what arrived.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import Counter
from enum import StrEnum
from heapq import heappop, heappush
from pathlib import Path

import numpy as np

from engines.remote import Patience, refused, unfinished, unknown
from engines.video import Clip, Profile, ShotOrder, VideoEngine
from engines.video.slate import HOLD, ground
from events.errors import QuotaExceeded, TakeFailed
from media.assets import Assets
from media.clips import ClipWriter

AGAIN = " again"


class Fate(StrEnum):
    """What becomes of an order. ``ERRORS`` never arrives; ``DROPS`` arrives and nobody hears of it; ``SLOW`` is not
    done within the patience of whoever asks first; ``TWICE`` is answered twice, with a clip of its own each time."""

    GOOD = "good"
    ERRORS = "errors"
    DROPS = "drops"
    BUSY = "busy"
    REFUSES = "refuses"
    FAILS = "fails"
    SLOW = "slow"
    TWICE = "twice"


class Simulated:
    """A ``VideoEngine``; its clips are those of ``engine``, or plain ones. ``seconds`` is how long a clip takes, and
    ``at_once`` on how many it works at a time (0: on all). The names of ``Fate`` are shares of the orders, drawn by
    ``seed`` and the order's own name: the same in every process. ``findable``: the book may be asked whether an order
    arrived."""

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
        at_once: int = 0,
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
        self._at_once = at_once
        self._seed = seed
        self._patience = patience or Patience()
        self._drawing = threading.Lock()

    def submit(self, order: ShotOrder) -> str:
        """Raises what the order's fate is."""
        fate = self.fate(order.take_id)
        if fate is Fate.ERRORS:
            raise TakeFailed("The simulated provider answered with an error (HTTP 500).")
        if fate is Fate.BUSY:
            raise QuotaExceeded("The simulated provider's account is used up.")
        operation = f"{time.time():.3f} {order.take_id}"
        self._note(order=order.take_id, operation=operation)
        if fate is Fate.TWICE:
            self._note(answer=order.take_id, operation=operation + AGAIN)
        if fate is Fate.DROPS:
            raise unknown("The simulated provider", "the connection ended")
        return operation

    def find(self, take_id: str) -> str:
        """The operation of an order that arrived; empty where none did."""
        answers = (row["operation"] for row in self._rows() if take_id in (row.get("order"), row.get("answer")))
        return next(reversed([*answers]), "")

    def orders(self) -> Counter[str]:
        """How often each take was ordered."""
        return Counter(row["order"] for row in self._rows() if "order" in row)

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        """Raises what the order's fate is."""
        self._patience.sleep(max(0.0, self._done_at(operation) - time.time()))
        fate = self.fate(order.take_id)
        if fate is Fate.REFUSES:
            raise refused("The simulated provider", "it does not like it.")
        if fate is Fate.FAILS:
            raise TakeFailed("The simulated provider has lost the take. Try again.")
        if fate is Fate.SLOW and {"asked": operation} not in self._rows():
            self._note(asked=operation)
            raise unfinished("The simulated provider", self._patience)
        if self._engine:
            return self._engine.collect(self._engine.submit(order), order, folder).replaced(cost=None)
        path = folder / "simulated.mp4"
        with self._drawing:
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

    def _done_at(self, operation: str) -> float:
        """When an order is done, as those before it leave room."""
        ordered = [row["operation"] for row in self._rows() if "order" in row]
        free, done = [0.0] * (self._at_once or len(ordered)), 0.0
        for one in ordered[: ordered.index(operation.removesuffix(AGAIN)) + 1]:
            done = max(float(one.partition(" ")[0]), heappop(free)) + self._seconds
            heappush(free, done)
        return done

    def _note(self, **row: str) -> None:
        with self._book.open("a") as book:
            book.write(json.dumps(row) + "\n")

    def _rows(self) -> list[dict[str, str]]:
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
                    writer.write(np.roll(ground(order, first), first, axis=0), min(HOLD, frames - first))
            part.replace(path)
        return path
