"""From which sides a character's reference pictures show it, which are missing, and which one is most itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import numpy as np

from events.character import Quality, Reference

THREE_QUARTER, PROFILE = 15.0, 50.0
"""Degrees of yaw from which on a face is no longer seen from the front, and no longer with both eyes. Measured: up to 2
on the front views of the sample cast, 26-33 on its views turned by 28."""
TIPPED = 4.7
"""Degrees of pitch, against the same person's usual, from which on a face looks up or down. Measured on the sample
cast: up to 3.6 on front views (a smile lifts the cheeks, a frown sinks the brow), 5.8-9.1 on views tipped by 9."""
TIPPED_AT_ALL = 10.0
"""The same where the person's usual pitch is not known, because too few pictures show it from the front."""
ENOUGH_TO_KNOW = 3


class Side(StrEnum):
    """The classes of poses; left and right are the person's own."""

    FRONT = "front"
    LEFT_THREE_QUARTER = "left three-quarter"
    RIGHT_THREE_QUARTER = "right three-quarter"
    LEFT_PROFILE = "left profile"
    RIGHT_PROFILE = "right profile"
    UP = "up"
    DOWN = "down"


ADVICE = {
    Side.FRONT: "no view from the front yet",
    Side.LEFT_THREE_QUARTER: "no left three-quarter view yet",
    Side.RIGHT_THREE_QUARTER: "no right three-quarter view yet",
    Side.LEFT_PROFILE: "no left profile yet",
    Side.RIGHT_PROFILE: "no right profile yet",
    Side.UP: "no view looking up yet",
    Side.DOWN: "no view looking down yet",
}


def sides(qualities: Mapping[str, Quality]) -> dict[str, Side]:
    """The class of each picture by the name of its view. How far a head is tipped is measured against the median of
    the person's pictures that are not turned: heads are built differently."""
    level = [quality.pitch for quality in qualities.values() if abs(quality.yaw) < THREE_QUARTER]
    known = len(level) >= ENOUGH_TO_KNOW
    usual, tipped = (float(np.median(level)), TIPPED) if known else (0.0, TIPPED_AT_ALL)
    return {view: _side(quality.yaw, quality.pitch - usual, tipped) for view, quality in qualities.items()}


def _side(yaw: float, pitch: float, tipped: float) -> Side:
    if abs(yaw) >= PROFILE:
        return Side.LEFT_PROFILE if yaw > 0 else Side.RIGHT_PROFILE
    if abs(yaw) >= THREE_QUARTER:
        return Side.LEFT_THREE_QUARTER if yaw > 0 else Side.RIGHT_THREE_QUARTER
    if abs(pitch) >= tipped:
        return Side.UP if pitch > 0 else Side.DOWN
    return Side.FRONT


def measured_sides(references: Sequence[Reference]) -> dict[str, Side]:
    """The class of each reference whose quality is known."""
    return sides({reference.view: reference.quality for reference in references if reference.quality})


def missing(references: Sequence[Reference]) -> list[str]:
    """What no picture shows, such as "no left profile yet"; for pictures whose pose was never measured, all of it."""
    seen = set(measured_sides(references).values())
    return [ADVICE[side] for side in Side if side not in seen]


def angles(references: Sequence[Reference], canonical_view: str = "") -> dict[Side, str]:
    """The best picture of each class that there is, by the name of its view: the canonical one, else the sharpest."""
    classes = measured_sides(references)
    ranked = sorted((r for r in references if r.quality), key=lambda r: (r.view == canonical_view, _sharpness(r)))
    return {classes[reference.view]: reference.view for reference in ranked}


def _sharpness(reference: Reference) -> float:
    return reference.quality.sharpness if reference.quality else 0.0


def canonical(qualities: Mapping[str, Quality], alike: np.ndarray) -> str:
    """The view that is most itself: of those from the front that are no worse than most, the one most alike to all
    others.

    ``alike`` are the similarities of all pairs, ``(n, n)``, in the order of ``qualities``. Where none is from the
    front, all are considered.
    """
    views, classes = list(qualities), sides(qualities)
    usual = float(np.median([quality.sharpness for quality in qualities.values()]))
    considered = list(_candidates(views, classes, qualities, usual))
    return max(considered, key=lambda view: float(alike[views.index(view)].mean()))


def _candidates(
    views: Sequence[str], classes: Mapping[str, Side], qualities: Mapping[str, Quality], usual: float
) -> Iterator[str]:
    front = [view for view in views if classes[view] is Side.FRONT]
    sharp = [view for view in front if qualities[view].sharpness >= usual / 2]
    yield from sharp or front or views
