"""A video engine that goes wrong on purpose: what a judge, a director and their users are tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np

from engines.video import ActorOrder, Clip, ShotOrder, VideoEngine
from events.errors import TakeFailed


class Fate(StrEnum):
    GOOD = "good"
    DRIFTS = "drifts"
    FAILS = "fails"
    SLOW = "slow"


class Drifting:
    """Wraps a video engine: a share of its takes drifts (an actor has another's face), fails or is slow.

    The fate of a take follows from its order alone, so it is the same in every process and at every repetition.
    Only somebody who is ``identified`` in the shot is given the face of an understudy: where nobody can be
    recognised, nobody can drift. ``pause`` is called for each slow take.
    """

    def __init__(
        self,
        engine: VideoEngine,
        understudies: Sequence[ActorOrder] = (),
        *,
        drifts: float = 0.2,
        fails: float = 0.0,
        slow: float = 0.0,
        seed: int = 0,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.profile = engine.profile
        self.understudies = understudies
        self.shares = {Fate.DRIFTS: drifts, Fate.FAILS: fails, Fate.SLOW: slow}
        self.seed = seed
        self.pause = pause

    def submit(self, order: ShotOrder) -> str:
        """The wrapped engine's operation behind the take's fate, so that the log tells which takes were bad."""
        return f"{self.fate(order)}:{self.engine.submit(self._miscast(order))}"

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        fate = self.fate(order)
        if fate is Fate.FAILS:
            raise TakeFailed(f"The take of shot {order.shot.shot_id} was lost. Try again.")
        if fate is Fate.SLOW:
            self.pause()
        return self.engine.collect(operation.partition(":")[2], self._miscast(order), folder)

    def is_bad(self, order: ShotOrder) -> bool:
        """Whether somebody in this take has another's face."""
        return self.fate(order) is Fate.DRIFTS

    def fate(self, order: ShotOrder) -> Fate:
        draw = self._chance(order).random()
        for fate, share in self.shares.items():
            if draw < share:
                return fate if fate is not Fate.DRIFTS or self._castings(order) else Fate.GOOD
            draw -= share
        return Fate.GOOD

    def _miscast(self, order: ShotOrder) -> ShotOrder:
        """The order with one actor's reference pictures exchanged, where the take is to drift."""
        if not self.is_bad(order):
            return order
        castings = self._castings(order)
        victim, understudy = castings[self._chance(order).spawn(1)[0].integers(len(castings))]
        recast = victim.model_copy(update={"references": understudy.references})
        actors = tuple(recast if actor is victim else actor for actor in order.actors)
        return order.model_copy(update={"actors": actors})

    def _castings(self, order: ShotOrder) -> list[tuple[ActorOrder, ActorOrder]]:
        """Everybody who could be given a wrong face, with everybody whose face it could be."""
        victims = [actor for actor in order.actors if actor.slug in order.shot.identified]
        return [(victim, other) for victim in victims for other in self.understudies if other.slug != victim.slug]

    def _chance(self, order: ShotOrder) -> np.random.Generator:
        take = f"{self.seed}/{order.shot.shot_id}/{order.seed}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(take.encode()).digest()[:8]))
