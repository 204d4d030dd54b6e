"""A face between two: the classical morph of face-morphing attacks, made to test what recognises faces with.

The points of both faces are brought to the places between them, both pictures are warped there triangle by triangle
(Delaunay, piecewise affine) and cross-dissolved inside the face. Hair, neck and clothes stay those of the first
picture. After Wolberg, "Image morphing: a survey" (1998), and Ferrara, Franco and Maltoni, "The magic passport" (2014).
"""

from __future__ import annotations

import functools

import cv2
import numpy as np
from matplotlib.tri import LinearTriInterpolator, Triangulation

from engines.face.mesh import mesh
from engines.face.onnx import Faces, similarity_transform
from events.errors import BadPicture
from media.pictures import flattened

AROUND = 1.7
"""How far out the picture stays as it is, in extents of the face."""
FEATHER = 0.03
"""Softness of the seam, in widths of the face."""
COARSE = 4
"""The warp is worked out for every so manieth pixel and interpolated; it is linear inside a triangle anyway."""


def blend(picture: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """``picture``, ``(h, w, 3 or 4)`` RGB or RGBA uint8, its face brought ``share`` (0..1) of the way to ``other``'s.

    Raises ``BadPicture`` when one of them shows no face.
    """
    own, theirs = face_points(picture), face_points(other)
    matrix = similarity_transform(theirs, own)
    goal = own + share * (theirs @ matrix[:, :2].T + matrix[:, 2] - own)
    rim = cv2.convexHull(own.astype(np.float32), returnPoints=False).ravel()
    edge = _corners(picture)

    kept = _warped(picture, np.vstack([own, _ring(own, rim), edge]), np.vstack([goal, _ring(own, rim), edge]), picture)
    shown = flattened(other)
    wide = _warped(shown, np.vstack([theirs, _ring(theirs, rim)]), np.vstack([goal, _ring(own, rim)]), picture)
    weight = share * _inside(goal, picture)[..., None]
    kept[..., :3] += weight * (wide - kept[..., :3])
    return kept.round().clip(0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=1)
def _faces() -> Faces:
    return Faces()


def face_points(picture: np.ndarray) -> np.ndarray:
    """The 468 points, ``(468, 2)`` in pixels, of the largest face. Raises ``BadPicture`` where there is none."""
    shown = flattened(picture)
    found = _faces().faces(shown)
    if not found:
        raise BadPicture("No face was found in a picture to blend. Use one that shows the face from the front.")
    return mesh(shown, found[0].box)[0][:, :2].astype(np.float64)


def _ring(points: np.ndarray, rim: np.ndarray) -> np.ndarray:
    """The rim of a face, moved outwards."""
    middle = points.mean(0)
    return middle + AROUND * (points[rim] - middle)


def _corners(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    return np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)


def _warped(picture: np.ndarray, points: np.ndarray, places: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The picture, float32 of the size of ``like``, with these points brought to those places."""
    height, width = like.shape[:2]
    triangles = Triangulation(*places.T)
    across, down = np.meshgrid(np.arange(0, width + COARSE, COARSE), np.arange(0, height + COARSE, COARSE))
    maps = [LinearTriInterpolator(triangles, axis)(across, down).filled(-1).astype(np.float32) for axis in points.T]
    whole = np.array([[1 / COARSE, 0, 0], [0, 1 / COARSE, 0]])
    finer = [cv2.warpAffine(m, whole, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP) for m in maps]
    return cv2.remap(picture.astype(np.float32), *finer, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _inside(points: np.ndarray, like: np.ndarray) -> np.ndarray:
    """1 inside the face, 0 outside, ``(h, w)`` float32 with a soft seam."""
    mask = np.zeros(like.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.float32)).astype(int), 1)
    soft = FEATHER * np.ptp(points[:, 0])
    side = 2 * round(2 * soft) + 1
    return cv2.GaussianBlur(cv2.erode(mask, np.ones((side, side), np.uint8)), (0, 0), soft)
