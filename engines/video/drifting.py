"""A video engine that goes wrong on purpose: what a judge, a director and their users are tested with."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from engines.video import ActorOrder, Clip, ShotOrder, VideoEngine
from events.character import Reference
from events.errors import BadSetting, TakeFailed
from media.assets import Assets
from media.frames import png
from media.pictures import open_picture

LEAST_SHARE, MOST_SHARE = 0.2, 0.8
OUT_OF_FOCUS = 0.04
"""Sigma of the blur in widths of the face: eyes and mouth are smudges, and the head is still the same head. On the
pictures of the sample cast the detector still finds all four; at 0.05 it loses two of them, at 0.06 all."""

Recasting = Mapping[str, tuple[Reference, ...]]
"""Other reference pictures for some of the actors, by slug."""


class Fate(StrEnum):
    GOOD = "good"
    DRIFTS = "drifts"
    FAILS = "fails"
    SLOW = "slow"
    BLENDS = "blends"
    BLURS = "blurs"
    SWAPS = "swaps"


SPOILT = {Fate.DRIFTS, Fate.BLENDS, Fate.BLURS, Fate.SWAPS}


class Drifting:
    """Wraps a video engine: a share of its takes is spoilt by what generative engines do to faces.

    ``drifts``: an actor has another's face; ``blends``: it has a face between its own and another's, ``share`` of the
    way (drawn from 0.2 to 0.8 where not given); ``blurs``: an actor is out of focus; ``swaps``: two actors have
    exchanged their faces; ``fails``: the take is lost; ``slow``: ``pause`` is called first. ``assets`` is where
    blended and blurred reference pictures are put.

    The fate of a take follows from its order alone, so it is the same in every process and at every repetition.
    Only somebody who is ``identified`` in the shot is spoilt: where nobody can be recognised, nobody can drift.
    Raises ``BadSetting`` for blends or blurs without a store.
    """

    def __init__(
        self,
        engine: VideoEngine,
        understudies: Sequence[ActorOrder] = (),
        *,
        drifts: float = 0.2,
        fails: float = 0.0,
        slow: float = 0.0,
        blends: float = 0.0,
        blurs: float = 0.0,
        swaps: float = 0.0,
        share: float | None = None,
        seed: int = 0,
        assets: Assets | None = None,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        if assets is None and (blends or blurs):
            raise BadSetting("Drifting needs assets=… to blend or blur: somewhere to put the pictures that it makes.")
        self.engine = engine
        self.profile = engine.profile
        self.understudies = understudies
        self.shares = {
            Fate.DRIFTS: drifts,
            Fate.FAILS: fails,
            Fate.SLOW: slow,
            Fate.BLENDS: blends,
            Fate.BLURS: blurs,
            Fate.SWAPS: swaps,
        }
        self.share = share
        self.seed = seed
        self.assets = assets
        self.pause = pause

    def submit(self, order: ShotOrder) -> str:
        """The wrapped engine's operation behind the take's fate, so that the log tells which takes were bad."""
        return f"{self.fate(order)}:{self.engine.submit(self._recast(order))}"

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        fate = self.fate(order)
        if fate is Fate.FAILS:
            raise TakeFailed(f"The take of shot {order.shot.shot_id} was lost. Try again.")
        if fate is Fate.SLOW:
            self.pause()
        return self.engine.collect(operation.partition(":")[2], self._recast(order), folder)

    def is_bad(self, order: ShotOrder) -> bool:
        """Whether a face in this take is not as it should be."""
        return self.fate(order) in SPOILT

    def fate(self, order: ShotOrder) -> Fate:
        draw = self._chance(order).random()
        for fate, share in self.shares.items():
            if draw < share:
                return fate if fate not in SPOILT or self._victims(order, fate) else Fate.GOOD
            draw -= share
        return Fate.GOOD

    def share_of(self, order: ShotOrder) -> float:
        """How far towards the other face this take goes if it is a blend."""
        drawn = self._chance(order).spawn(2)[1].uniform(LEAST_SHARE, MOST_SHARE)
        return drawn if self.share is None else self.share

    def _recast(self, order: ShotOrder) -> ShotOrder:
        """The order with the reference pictures that its fate gives to its actors."""
        fate = self.fate(order)
        if fate not in SPOILT:
            return order
        pairs = self._victims(order, fate)
        victim, other = pairs[self._chance(order).spawn(1)[0].integers(len(pairs))]
        pictures = self._recasting(fate, victim, other, self.share_of(order))
        actors = tuple(
            actor.model_copy(update={"references": pictures.get(actor.slug, actor.references)})
            for actor in order.actors
        )
        return order.model_copy(update={"actors": actors})

    def _recasting(self, fate: Fate, victim: ActorOrder, other: ActorOrder, share: float) -> Recasting:
        if fate is Fate.DRIFTS:
            return {victim.slug: other.references}
        if fate is Fate.SWAPS:
            return {victim.slug: other.references, other.slug: victim.references}
        assert self.assets is not None
        if fate is Fate.BLURS:
            return {victim.slug: blurred(self.assets, victim.references)}
        return {victim.slug: blended(self.assets, victim.references, other.references, share)}

    def _victims(self, order: ShotOrder, fate: Fate) -> list[tuple[ActorOrder, ActorOrder]]:
        """Everybody to whom this could happen, with everybody who could lend a face for it."""
        seen = [actor for actor in order.actors if actor.slug in order.shot.identified]
        if fate is Fate.BLURS:
            return [(victim, victim) for victim in seen]
        if fate is Fate.SWAPS:
            return list(combinations(seen, 2))
        pairs = [(victim, other) for victim in seen for other in self.understudies if other.slug != victim.slug]
        return pairs if fate is Fate.DRIFTS else [pair for pair in pairs if _views(pair[0]) & _views(pair[1])]

    def _chance(self, order: ShotOrder) -> np.random.Generator:
        take = f"{self.seed}/{order.shot.shot_id}/{order.seed}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(take.encode()).digest()[:8]))


def _views(actor: ActorOrder) -> set[str]:
    return {reference.view for reference in actor.references}


@functools.lru_cache(maxsize=64)
def blended(
    assets: Assets, own: tuple[Reference, ...], others: tuple[Reference, ...], share: float
) -> tuple[Reference, ...]:
    """The views that both have, with a face ``share`` of the way from ``own`` to ``others``."""
    from engines.face.morph import blend  # the networks of the face engine, which no other fate needs

    theirs = {reference.view: _picture(assets, reference) for reference in others}
    pictures = {
        reference.view: blend(_picture(assets, reference), theirs[reference.view], share)
        for reference in own
        if reference.view in theirs
    }
    return tuple(Reference(view=view, uri=assets.write(png(picture))) for view, picture in pictures.items())


@functools.lru_cache(maxsize=64)
def blurred(assets: Assets, own: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """The same views as an unfocused lens sees them."""
    from engines.face.morph import face_points

    pictures = {}
    for reference in own:
        picture = _picture(assets, reference)
        pictures[reference.view] = unfocused(picture, OUT_OF_FOCUS * np.ptp(face_points(picture)[:, 0]))
    return tuple(Reference(view=view, uri=assets.write(png(picture))) for view, picture in pictures.items())


def unfocused(picture: np.ndarray, sigma: float) -> np.ndarray:
    """RGB or RGBA uint8 under a Gaussian of ``sigma`` pixels; what is transparent lends no colour."""
    if picture.shape[2] == 3:
        return cv2.GaussianBlur(picture, (0, 0), sigma)
    solid = picture[..., 3:].astype(np.float32) / 255
    soft = cv2.GaussianBlur(np.dstack([picture[..., :3] * solid, solid]), (0, 0), sigma)
    colour = soft[..., :3] / np.maximum(soft[..., 3:], 1e-3)
    return np.dstack([colour, 255 * soft[..., 3:]]).round().clip(0, 255).astype(np.uint8)


def _picture(assets: Assets, reference: Reference) -> np.ndarray:
    return open_picture(assets.read(reference.uri), reference.uri)
