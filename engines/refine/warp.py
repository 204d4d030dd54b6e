"""Laying one face over another: turned in depth as the other is, with its own proportions, inside the other's outline.

The face is turned, scaled and shifted as a solid body (Umeyama 1991) and then bent smoothly (thin plates, Bookstein
1989) so that its outline lies on the other's: what is inside stays in its own proportions, by which a person is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.figure.landmarks import BROWS, CHIN, EYES, FOREHEAD, LIPS, NOSE_BASE, NOSE_TIP, OVAL, RIGID

Warp = Callable[[np.ndarray], np.ndarray]

SOLID = [*RIGID, NOSE_TIP, NOSE_BASE]
OUTLINE = list(OVAL)
NOSE = [168, 6, NOSE_TIP, NOSE_BASE, 98, 327]
EYE = {name: [*eye["upper"], *eye["lower"][1:-1], *BROWS[name]] for name, eye in EYES.items()}
MOUTH = list(LIPS)
PLATE = [*OUTLINE, *NOSE, *EYE["right"], *EYE["left"], *MOUTH]
"""Mesh points by which a face is laid, and where its features are among them."""
PARTS = [
    [PLATE.index(point, len(OUTLINE)) for point in feature] for feature in (NOSE, EYE["right"], EYE["left"], MOUTH)
]
STIFFNESS = 1e-4
"""Keeps the thin plates from following the mesh's noise; points in units of the face's height."""
HIDDEN = 0.04
"""How far inside the silhouette a point of the outline is hidden, in heights of the face."""
STEP = 12
"""Pixels between the places at which what changes slowly across a face is computed."""


@dataclass(frozen=True)
class Solid:
    """Scale, rotation and shift in depth."""

    scale: float
    rotation: np.ndarray
    shift: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        moved: np.ndarray = self.scale * points @ self.rotation.T + self.shift
        return moved


def solid(points: np.ndarray, places: np.ndarray) -> Solid:
    """What brings points ``(n, 3)`` nearest to places without bending them (Umeyama 1991)."""
    middle, centre = points.mean(0), places.mean(0)
    from_middle = points - middle
    u, spread, vt = np.linalg.svd(from_middle.T @ (places - centre))
    sign = np.array((1, 1, np.sign(np.linalg.det(u @ vt))))
    rotation = (u * sign @ vt).T
    scale = float((spread * sign).sum() / (from_middle**2).sum())
    return Solid(scale, rotation, centre - scale * rotation @ middle)


def turned(mesh: np.ndarray, other: np.ndarray) -> float:
    """The angle between two heads, in radians."""
    rotation = solid(mesh[SOLID], other[SOLID]).rotation
    return float(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1)))


def sideways(mesh: np.ndarray) -> float:
    """How far a head is turned from the viewer to either side, in radians."""
    right, left = EYES["right"]["corners"][0], EYES["left"]["corners"][1]
    ahead = np.cross(mesh[left] - mesh[right], mesh[CHIN] - mesh[FOREHEAD])
    return float(np.arctan2(abs(ahead[0]), abs(ahead[2])))


def laid(mesh: np.ndarray, other: np.ndarray, follow: np.ndarray) -> np.ndarray:
    """Where the points of ``PLATE`` of a mesh ``(468, 3)`` come to lie, ``(n, 2)``, when it is laid over another;
    ``follow`` ``(n,)`` is how much of the way each of them goes to the other's own."""
    own = solid(mesh[SOLID], other[SOLID])(mesh[PLATE])[:, :2]
    places: np.ndarray = own + follow[:, None] * (other[PLATE, :2] - own)
    return places


def silhouette(mesh: np.ndarray) -> np.ndarray:
    """What a face covers, as a convex polygon ``(n, 2)``: on a head that is turned, nose and cheek hide a part of the
    outline."""
    hull: np.ndarray = cv2.convexHull(mesh[:, :2].astype(np.float32))[:, 0]
    return hull


def shown(mesh: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Which points of ``PLATE`` can be seen, ``(n,)`` bool: all but the hidden part of the outline."""
    near = HIDDEN * height(mesh)
    depths = [cv2.pointPolygonTest(edge, point, True) for point in mesh[OUTLINE, :2].tolist()]
    seen = np.ones(len(PLATE), bool)
    seen[: len(OUTLINE)] = np.array(depths) < near
    return seen


def height(mesh: np.ndarray) -> float:
    """Forehead to chin in pixels, in depth too."""
    return float(np.linalg.norm(mesh[FOREHEAD] - mesh[CHIN]))


def thin_plate(points: np.ndarray, values: np.ndarray, stiffness: float = STIFFNESS) -> Warp:
    """The smoothest bending of the plane that leads from points ``(n, 2)`` to values ``(n, 2)`` (Bookstein 1989)."""
    count = len(points)
    flat = np.hstack([np.ones((count, 1)), points])
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _radial(points, points) + stiffness * np.eye(count)
    system[:count, count:], system[count:, :count] = flat, flat.T
    _, weights = cv2.solve(system, np.vstack([values, np.zeros((3, values.shape[1]))]), flags=cv2.DECOMP_LU)

    def warp(places: np.ndarray) -> np.ndarray:
        bent: np.ndarray = _radial(places, points) @ weights[:count] + weights[count] + places @ weights[count + 1 :]
        return bent

    return warp


def _radial(places: np.ndarray, points: np.ndarray) -> np.ndarray:
    squares = ((places[:, None] - points[None]) ** 2).sum(-1)
    radial: np.ndarray = squares * np.log(np.maximum(squares, 1e-12))
    return radial


def sampled(picture: np.ndarray, warp: Warp, corner: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The ``size`` (width, height) window at ``corner``, each pixel taken from where the warp leads it."""
    x, y = cv2.split(spread(warp, corner, size))
    return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def spread(field: Callable[[np.ndarray], np.ndarray], corner: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A smooth field of ``n`` values over places ``(…, 2)`` on each pixel of a window, ``(h, w, n)`` float32: computed
    every ``STEP`` pixels and linear between."""
    columns, rows = (-(-side // STEP) + 2 for side in size)
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), -1) * STEP - (STEP + 1) / 2
    coarse = field((grid + corner).reshape(-1, 2)).reshape(rows, columns, -1).astype(np.float32)
    fine = cv2.resize(coarse, None, fx=STEP, fy=STEP, interpolation=cv2.INTER_LINEAR)
    return fine[STEP : STEP + size[1], STEP : STEP + size[0]]
