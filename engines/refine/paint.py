"""A character's face painted over another: laid into its outline, in its light, with no edge to be seen."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.refine.colour import light, lit, skin
from engines.refine.tracking import Sight
from engines.refine.views import View
from engines.refine.warp import (
    MOUTH,
    OUTLINE,
    PARTS,
    PLATE,
    height,
    laid,
    sampled,
    shown,
    sideways,
    silhouette,
    thin_plate,
)
from engines.video.puppet.figure.landmarks import EYES, LIPS_INNER_BOTTOM, LIPS_INNER_TOP
from media.clips import i420

SOFT, FINE = 0.1, 0.02
"""Width of the soft edge, in heights of the face, and where an eye or a brow touches it; it lies inside the outline."""
TURNED, ALONG = (0.2, 0.5), 0.85
"""Radians to the side from which on eyes, nose and mouth come to lie where the other's are, and how nearly: on a head
that is turned, the far ones lie on the outline, where nothing may be left over."""
OWN_SHAPE, OWN_COLOURS = 0.5, 0.3
"""How much of following the other's shape and light is left out at the strongest push."""
RIM = 0.12
"""How far from the outline the picture's own hair, beard or background is kept, in heights of the face."""
FOREIGN = 40.0
"""Grey levels by which hair, beard or background differ from the face that is laid over them."""
FRINGE = 0.05
"""How far about eyes, brows, nose and mouth all is covered, in heights of the face."""
GROWN = 0.2
"""How much further those of the face below reach than the mesh says: brows and lashes are thick."""
HOLE = 0.015
"""Softness of the edge of an eye or a mouth that stays, in heights of the face."""
CELL = 4
"""Corners and sides of a patch are multiples of this, as planes with half of the colour need them."""


@dataclass(frozen=True)
class Strokes:
    """How a view is put onto a face, each 0..1. ``mouth``: how far its lips follow the other's, and how much of the
    other's open mouth stays; ``eyes``: how much of the other's eyes stays: both for what no reference shows. ``push``:
    how much more of the character itself there is, and how much less of the picture: shape, colours, rim."""

    mouth: float = 0.0
    eyes: float = 0.0
    push: float = 0.0


@dataclass(frozen=True)
class Patch:
    """``pixels`` (h, w, 3) uint8 RGB and ``cover`` (h, w) float32, 0..1, with their corner (x, y) in the picture;
    corner and sides are multiples of ``CELL``."""

    pixels: np.ndarray
    cover: np.ndarray
    corner: tuple[int, int]

    def onto(self, picture: np.ndarray) -> None:
        """Paint on an ``(h, w, 3)`` RGB uint8 picture."""
        _mix(picture, self.pixels, self.cover[..., None], self.corner)

    def onto_i420(self, planes: np.ndarray) -> None:
        """Paint on a picture in planar YUV 4:2:0 (``media/clips.py``): where nothing covers it, it stays as it was."""
        rows, columns = planes.shape[0] * 2 // 3, planes.shape[1]
        height, width = self.cover.shape
        x, y = self.corner
        own = i420(self.pixels)
        small = cv2.resize(self.cover, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        _mix(planes[:rows], own[:height], self.cover, self.corner)
        chroma = planes[rows:].reshape(2, rows // 2, columns // 2)
        for plane, mine in zip(chroma, own[height:].reshape(2, height // 2, width // 2), strict=True):
            _mix(plane, mine, small, (x // 2, y // 2))


def _mix(picture: np.ndarray, pixels: np.ndarray, cover: np.ndarray, corner: tuple[int, int]) -> None:
    x, y = corner
    part = picture[y : y + pixels.shape[0], x : x + pixels.shape[1]]
    part[:] = np.rint(part + (pixels.astype(np.float32) - part) * cover)


def painted(view: View, sight: Sight, picture: np.ndarray, strokes: Strokes) -> Patch:
    """The view's face as it has to stand in an ``(h, w, 3)`` RGB uint8 picture where ``sight`` is."""
    mesh, unit = sight.mesh, height(sight.mesh)
    edge = silhouette(mesh)
    low, size = _window(edge, picture.shape)
    places = laid(view.mesh, mesh, _following(sight, strokes))
    face = _warped(view, places, shown(mesh, edge), mesh, low, size)
    coefficients = light(skin(view.rgba[..., :3], view.mesh), sight.skin, mesh) * (1 - OWN_COLOURS * strokes.push)
    pixels = lit(face[..., :3], coefficients, mesh, low)

    below = picture[low[1] : low[1] + size[1], low[0] : low[0] + size[0]]
    inside = _polygon(edge - low, size)
    cover = _giving_way(_soft(inside, SOFT * unit), pixels, below, unit, 1 - strokes.push)
    cover = np.maximum(cover, np.minimum(_soft(inside, FINE * unit), _features(places, mesh, low, size)))
    cover *= (1 - _holes(mesh, low, size, strokes)) * (face[..., 3] / np.float32(255)) ** 2
    return Patch(np.rint(pixels).astype(np.uint8), cover, (int(low[0]), int(low[1])))


def _following(sight: Sight, strokes: Strokes) -> np.ndarray:
    """How much each point of ``PLATE`` follows the face that is there."""
    follow = np.full(len(PLATE), np.interp(sideways(sight.mesh), TURNED, (0, ALONG)))
    follow *= 1 - OWN_SHAPE * strokes.push
    follow[: len(OUTLINE)] = 1
    follow[-len(MOUTH) :] = np.maximum(follow[-len(MOUTH) :], strokes.mouth)
    return follow


def _window(outline: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, tuple[int, int]]:
    """Corner and size of the part of the picture that holds the outline, in whole ``CELL``s."""
    limits = np.array(shape[1::-1]) // CELL
    low = np.clip(np.floor(outline.min(0) / CELL), 0, limits - 1).astype(int) * CELL
    high = np.clip(np.ceil(outline.max(0) / CELL), low // CELL + 1, limits).astype(int) * CELL
    return low, (int(high[0] - low[0]), int(high[1] - low[1]))


def _warped(
    view: View, places: np.ndarray, used: np.ndarray, mesh: np.ndarray, low: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """The window at ``low`` of the view, RGBA, bent so that the used points of ``PLATE`` lie at their places."""
    middle, unit = mesh[:, :2].mean(0), height(mesh)
    plate = thin_plate((places[used] - middle) / unit, view.mesh[PLATE, :2][used])
    return sampled(view.rgba, lambda at: plate((at - middle) / unit), low, size)


def _soft(inside: np.ndarray, width: float) -> np.ndarray:
    """1 inside the outline, falling softly to 0 on it."""
    share = np.clip(cv2.distanceTransform((inside > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / width, 0, 1)
    return share * share * (3 - 2 * share)


def _features(places: np.ndarray, mesh: np.ndarray, low: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Eyes with their brows, nose and mouth, as they are laid and as they were: they are covered whole even where they
    touch the outline, as on a head that is turned away."""
    unit = height(mesh)
    spots = np.zeros(size[::-1], np.float32)
    for part in PARTS:
        was = mesh[PLATE, :2][part]
        points = np.vstack([places[part], was + (was - was.mean(0)) * GROWN]) - low
        cv2.fillConvexPoly(spots, cv2.convexHull(np.rint(points * 16).astype(np.int32)), 1.0, cv2.LINE_AA, 4)
    grown = cv2.dilate(spots, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, [2 * round(FRINGE * unit) + 1] * 2))
    return cv2.GaussianBlur(grown, (0, 0), FRINGE * unit / 3)


def _polygon(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    filled = np.zeros(size[::-1], np.float32)
    cv2.fillPoly(filled, [np.rint(points * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return filled


def _giving_way(cover: np.ndarray, pixels: np.ndarray, below: np.ndarray, unit: float, share: float) -> np.ndarray:
    """Less cover along the rim where the picture below is something else than the face laid over it."""
    soft = 0.02 * unit
    gap = cv2.GaussianBlur(pixels - below, (0, 0), soft)
    foreign = np.clip(np.abs(gap).max(2) / FOREIGN, 0, 2) ** 2
    apart = cv2.distanceTransform((cover > 0).astype(np.uint8), cv2.DIST_L2, 5)
    rim = np.clip(1 - apart / (RIM * unit), 0, 1)
    return cover / (1 + share * foreign * rim * 4)


def _holes(mesh: np.ndarray, low: np.ndarray, size: tuple[int, int], strokes: Strokes) -> np.ndarray:
    """Where the picture's own mouth and eyes stay."""
    rings = [(strokes.mouth, (*LIPS_INNER_TOP, *LIPS_INNER_BOTTOM[-2:0:-1]))]
    rings += [(strokes.eyes, (*eye["upper"], *eye["lower"][-2:0:-1])) for eye in EYES.values()]
    holes = np.zeros(size[::-1], np.float32)
    for share, ring in rings:
        if share > 0:
            holes = np.maximum(holes, share * _polygon(mesh[list(ring), :2] - low, size))
    return cv2.GaussianBlur(holes, (0, 0), HOLE * height(mesh)) if holes.any() else holes
