"""Where things are on a face: names for points of the 468-point mesh.

Indices are those of MediaPipe's canonical face model (mediapipe/modules/face_geometry/data). ``right`` and ``left``
are the character's own.
"""

from __future__ import annotations

import numpy as np

BROW_TOP = (105, 334)
CHIN = 152
NOSE_TIP = 4
NOSE_BASE = 2
FOREHEAD = 10
EARS = (234, 454)
MOUTH_CORNERS = (61, 291)

OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
LIPS_OUTER_TOP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIPS_INNER_TOP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_INNER_BOTTOM = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)

EYES = {
    "right": {"corners": (33, 133), "upper": (33, 246, 161, 160, 159, 158, 157, 173, 133),
              "lower": (33, 7, 163, 144, 145, 153, 154, 155, 133), "brow": (46, 53, 52, 65, 55)},
    "left": {"corners": (362, 263), "upper": (362, 398, 384, 385, 386, 387, 388, 466, 263),
             "lower": (362, 382, 381, 380, 374, 373, 390, 249, 263), "brow": (285, 295, 282, 283, 276)},
}  # fmt: skip
BROWS = {
    "right": (70, 63, 105, 66, 107, 46, 53, 52, 65, 55),
    "left": (300, 293, 334, 296, 336, 276, 283, 282, 295, 285),
}

RIGID = (10, 151, 9, 8, 168, 6, 197, 33, 133, 263, 362, 127, 356, 116, 345, 50, 280, 21, 251)
"""Points that no expression moves much."""


def between_eyes(mesh: np.ndarray) -> np.ndarray:
    """The point midway between the eyes, ``(2,)``."""
    corners = [*EYES["right"]["corners"], *EYES["left"]["corners"]]
    return mesh[corners, :2].mean(0)


def face_height(mesh: np.ndarray) -> float:
    """Brow top to chin in pixels, along the face's own axis in depth too."""
    return float(np.linalg.norm(mesh[CHIN] - mesh[list(BROW_TOP)].mean(0)))


def face_width(mesh: np.ndarray) -> float:
    """Ear to ear, in pixels, in depth too."""
    return float(np.linalg.norm(mesh[EARS[0]] - mesh[EARS[1]]))


def face_size(mesh: np.ndarray) -> float:
    """The face's height in pixels, averaged with its width, so that people with long and with round faces stand beside
    each other with heads of one size."""
    return float(np.sqrt(1.1 * face_height(mesh) * face_width(mesh)))


def size(mesh: np.ndarray) -> float:
    """How large the head appears, whatever it does and wherever it turns: spread of the rigid points in 3-D."""
    points = mesh[list(RIGID)]
    return float(np.sqrt(((points - points.mean(0)) ** 2).sum(1).mean()))


def eye_radius(mesh: np.ndarray, side: str) -> float:
    one, other = EYES[side]["corners"]
    return float(np.linalg.norm(mesh[one, :2] - mesh[other, :2])) / 2
