"""A character's reference pictures as faces that can be put onto others, and which of them to show when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engines.refine.expression import traits
from engines.refine.warp import height, turned
from engines.video.puppet.figure.cutout import cutout
from events.character import Reference
from events.errors import BadPicture
from media.assets import Assets

TURN = 0.2
"""Radians between two heads that count as one difference of expression."""
SAME, SAME_WITHIN = 4, 0.03
"""Grey levels by which two pictures of one sitting may differ about a point, and how far about it, in heights of the
face."""
SWITCH = 0.8
"""Price of showing another view in the next picture: a face that lies between two does not flicker."""


@dataclass(frozen=True)
class View:
    """``rgba`` (h, w, 4) uint8, the face's ``mesh`` (468, 3) in pixels, and what it does (``expression.traits``)."""

    name: str
    rgba: np.ndarray
    mesh: np.ndarray
    traits: np.ndarray


def views_of(references: Sequence[Reference], assets: Assets) -> list[View]:
    """The references in which the mesh of a face is found; each picture is prepared once per process. Raises
    ``BadPicture`` when there is none."""
    found = []
    for reference in references:
        try:
            cut = cutout(assets.path(reference.uri))
        except BadPicture:
            continue
        mesh = cut.mesh.astype(np.float64)
        found.append(View(reference.view, np.dstack([cut.rgb, cut.alpha]), mesh, traits(cut.rgb, mesh)))
    if not found:
        raise BadPicture("No reference picture shows a face that can be put onto another. Add one from the front.")
    return [_registered(view, found[0]) for view in found]


def _registered(view: View, first: View) -> View:
    """The view with its mesh where the first one's is, wherever the two pictures are the same (of one sitting, with
    only the eyes closed): there the meshes differ by error alone, and a brow would jump at every blink."""
    if view is first or view.rgba.shape != first.rgba.shape:
        return view
    gone = cv2.GaussianBlur(cv2.absdiff(view.rgba, first.rgba), (0, 0), SAME_WITHIN * height(first.mesh)).max(2)
    x, y = np.clip(np.rint(first.mesh[:, :2]).astype(int), 0, np.array(gone.shape[::-1]) - 1).T
    mesh = np.where(gone[y, x, None] < SAME, first.mesh, view.mesh)
    return replace(view, mesh=mesh)


def chosen(meshes: Sequence[np.ndarray], seen: np.ndarray, views: Sequence[View], done: np.ndarray) -> list[int]:
    """The view to show in each picture: the nearest in expression and turn, by the cheapest way through all pictures
    with a price on every change (Viterbi). ``seen`` and ``done`` are what pictures and views do (``expression.away``).
    """
    costs = ((seen[:, None] - done[None]) ** 2).sum(-1)
    costs += np.array([[(turned(view.mesh, mesh) / TURN) ** 2 for view in views] for mesh in meshes])
    total, came = costs[0], []
    for cost in costs[1:]:
        best = int(total.argmin())
        came.append(np.where(total <= total[best] + SWITCH, np.arange(len(views)), best))
        total = np.minimum(total, total[best] + SWITCH) + cost
    way = [int(total.argmin())]
    for before in reversed(came):
        way.append(int(before[way[-1]]))
    return way[::-1]
