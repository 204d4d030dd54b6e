"""What a face does: eyes, mouth and brows as numbers.

Numbers of different people are compared as what they are away from each one's usual: one person's open eyes are
as narrow as another's half closed ones.
"""

from __future__ import annotations

import cv2
import numpy as np

from engines.video.puppet.figure.landmarks import BROW_TOP, CHIN, EYES, FOREHEAD, MOUTH_CORNERS

EYES_OPEN, MOUTH_OPEN = 0, 1
"""Places in the traits."""
UPPER_LIDS = (159, 386)
LIPS = (13, 14)
USUAL = np.array((0.4, 0.4, 0.53, 0.005, 0.29))
"""For somebody of whom too little is seen: the sample cast's mean, but for the contrast its least."""
SCALE = np.array((1.0, 0.35, 0.06, 0.03, 0.06))
"""Differences that count as one."""
CLOSED, OPEN = 0.5, 0.75
"""Shares of the usual contrast at which an eye is held for shut and for open."""
SHUT = 3.0
"""In differences that count."""
ENOUGH = 5
"""Pictures by which somebody's rest is known."""
DOUBT = 1.5
"""Differences that may be the person's own where it is not."""


def traits(picture: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """What the face with this mesh ``(468, 3)`` does in an RGB uint8 picture, ``(5,)``: contrast of the eyes, opening
    of the mouth (its logarithm), width of the mouth, how far its corners hang, height of the brows. Lengths are in
    distances between the outer corners of the eyes."""
    outer = mesh[EYES["left"]["corners"][1]] - mesh[EYES["right"]["corners"][0]]
    between = np.linalg.norm(outer)
    down = _upright(mesh[CHIN] - mesh[FOREHEAD], outer / between)
    lips, corners = mesh[list(LIPS)], mesh[list(MOUTH_CORNERS)]
    mouth = np.log1p(np.linalg.norm(lips[0] - lips[1]) / between / 0.05)
    width = np.linalg.norm(corners[0] - corners[1]) / between
    hanging = (corners.mean(0) - lips.mean(0)) @ down / between
    brows = (mesh[list(UPPER_LIDS)].mean(0) - mesh[list(BROW_TOP)].mean(0)) @ down / between
    eyes = np.mean([_contrast(picture, mesh[list(eye["corners"]), :2]) for eye in EYES.values()])
    return np.array((eyes, mouth, width, hanging, brows))


def _upright(down: np.ndarray, across: np.ndarray) -> np.ndarray:
    along = down - (down @ across) * across
    upright: np.ndarray = along / np.linalg.norm(along)
    return upright


def _contrast(picture: np.ndarray, corners: np.ndarray) -> float:
    """Spread of brightness between the corners of an eye, as a share of its mean: a lid has little. The mesh alone
    takes a frown for a blink; by this, blinks have at most 0.48 of the usual on the sample cast, all else 0.8 and
    more."""
    along = corners[1] - corners[0]
    radius = np.linalg.norm(along) / 2
    middle = corners.mean(0)
    reach = int(radius) + 2
    low = np.maximum(np.rint(middle).astype(int) - reach, 0)
    grey = cv2.cvtColor(picture[low[1] : low[1] + 2 * reach, low[0] : low[0] + 2 * reach], cv2.COLOR_RGB2GRAY)
    eye = np.zeros_like(grey)
    axes = (max(1, int(0.8 * radius)), max(1, int(0.35 * radius)))
    turn = float(np.degrees(np.arctan2(along[1], along[0])))
    cv2.ellipse(eye, np.rint(middle - low).astype(int).tolist(), axes, turn, 0, 360, 1, -1)
    seen = grey[eye > 0]
    return float(seen.std() / max(1.0, seen.mean())) if seen.size else 0.0


def away(seen: np.ndarray) -> np.ndarray:
    """How far the traits ``(n, 5)`` of one person's pictures are from that person at rest, in differences that count.
    Rest is their median; of whom too little is seen, only what nobody does at rest counts."""
    known = len(seen) >= ENOUGH
    rest = np.median(seen, 0) if known else USUAL
    gone = seen - rest
    gone[:, EYES_OPEN] = np.interp(seen[:, EYES_OPEN] / rest[EYES_OPEN], (CLOSED, OPEN), (-SHUT, 0))
    gone /= SCALE
    return gone if known else np.sign(gone) * np.maximum(np.abs(gone) - DOUBT, 0)
