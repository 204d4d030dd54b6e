"""One reference picture, looked at closely: who sits in it, how good it is, and why it is refused.

A picture is refused for what would spoil everything made from it later: no face or several, a face too small or too
blurred, too dark, too bright or without contrast. Where the limits lie is said at each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from engines.face import Face, FaceEngine
from engines.face.mesh import mesh
from engines.face.onnx import Scales, chip
from engines.video.puppet.figure import landmarks
from events.character import Quality
from events.errors import BadPicture
from media.pictures import flattened

SMALLEST_FACE = 80
"""Pixels from the top of the forehead to the chin. The sample cast has 210-290; shrunk to 80 its faces are still told
apart, but the puppet, the repair of a face and the training of a LoRA have nothing to draw from."""
LEAST_SHARPNESS = 10.0
"""Variance of the Laplacian on the grey 150-pixel chip. Measured: 187-788 on the sample cast, 30-130 on six faces of a
press photograph; a Gaussian blur of 3 pixels on a face of 260 leaves 10-17, of 4 pixels 5-9, and from there on the
similarity to the person's other pictures falls below that of a usual pair."""
DARKEST, BRIGHTEST = 0.09, 0.93
"""Mean brightness of the face. Measured: 0.35-0.77 on the sample cast, 0.46-0.70 on photographs. Darkened to 0.08 the
faces are at the edge of being found; overexposed to 0.94 the fair ones are less like themselves than a usual pair."""
LEAST_CONTRAST = 0.02
"""Standard deviation of the face's brightness. Measured: 0.06-0.19 on the sample cast (the dark face has least), 0.13-
0.24 on photographs; below 0.02 the detector loses faces."""
PITCH_AT_REST = -5.0
"""Degrees between the line from the ears to the bridge of the nose and the way a face looks. Measured: -8 to -1 on the
front views of the sample cast, so a pitch is known to 4 degrees of one picture alone."""
BRIDGE = (168, 6, 197, 195, 5, 4, 1)
RIGHT_EAR, LEFT_EAR = (127, 234, 93, 132), (356, 454, 323, 361)


@dataclass(frozen=True)
class Sitting:
    """A reference picture that was accepted. ``picture`` is RGB on grey; ``alpha`` (h, w) uint8 where the file had
    one; ``mesh`` the ``(468, 3)`` points of its face in pixels."""

    view: str
    picture: np.ndarray
    alpha: np.ndarray | None
    face: Face
    mesh: np.ndarray
    quality: Quality


def sit(engine: FaceEngine, view: str, picture: np.ndarray) -> Sitting:
    """Look at the reference picture ``view``, RGB or RGBA uint8.

    Raises ``BadPicture`` with a sentence that names the picture, the reason and what to do.
    """
    shown = flattened(picture)
    face = only_face(engine, view, shown)
    points, _ = mesh(shown, face.box)
    quality = measured(shown, face, points)
    if reason := next(flaws(quality), ""):
        raise BadPicture(f"In the picture {view} {reason}")
    alpha = picture[..., 3] if picture.shape[2] == 4 else None
    return Sitting(view, shown, alpha, face, points, quality)


def only_face(engine: FaceEngine, view: str, picture: np.ndarray) -> Face:
    faces = engine.faces(picture)
    if not faces:
        raise BadPicture(
            f"No face was found in the picture {view}. Use one that shows the face from the front, sharp, well lit "
            "and not cut off."
        )
    if len(faces) > 1:
        raise BadPicture(f"There are {len(faces)} faces in the picture {view}. Crop it to the one that is meant.")
    return faces[0]


def flaws(quality: Quality) -> Iterator[str]:
    """Why a picture of this quality cannot be used, the worst first: ends of a sentence that begins "In the picture X".

    Darkness comes before blur, because a dark face has no edges either.
    """
    if quality.face < SMALLEST_FACE:
        yield (
            f"the face is only {quality.face:.0f} pixels high. Use a larger one: at least {SMALLEST_FACE} pixels from "
            "forehead to chin."
        )
    if quality.light < DARKEST:
        yield "the face is too dark. Use one with more light on the face."
    if quality.light > BRIGHTEST:
        yield "the face is too bright. Use one that is exposed for the face, without glare."
    if quality.contrast < LEAST_CONTRAST:
        yield "the face has hardly any contrast. Use one without haze, with light from one side."
    if quality.sharpness < LEAST_SHARPNESS:
        yield "the face is blurred. Use one that is in focus and not shaken."


def measured(picture: np.ndarray, face: Face, points: np.ndarray) -> Quality:
    """The quality of an RGB uint8 picture with this face, whose mesh ``points`` are."""
    grey = cv2.cvtColor(chip(Scales(picture), face.landmarks), cv2.COLOR_RGB2GRAY)
    skin = _brightness(picture, points)
    yaw, pitch, roll = pose(points)
    return Quality(
        sharpness=round(float(cv2.Laplacian(grey.astype(np.float32), cv2.CV_32F).var()), 1),
        face=round(float(np.linalg.norm(points[landmarks.FOREHEAD, :2] - points[landmarks.CHIN, :2])), 1),
        light=round(float(skin.mean()), 3),
        contrast=round(float(skin.std()), 3),
        yaw=round(yaw, 1),
        pitch=round(pitch, 1),
        roll=round(roll, 1),
    )


def pose(points: np.ndarray) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of the face with these mesh points: positive to the person's own left, upwards,
    and with the head leaning to its own left shoulder.

    The line between the ears and the one from their middle to the bridge of the nose span the head; no expression
    moves them much. Measured on the sample cast: turned by 28 degrees 26-33, tipped by 9 degrees 6-9 against the
    same person's front view.
    """
    right, left = points[list(RIGHT_EAR)].mean(0), points[list(LEFT_EAR)].mean(0)
    across = (left - right) / np.linalg.norm(left - right)
    ahead = points[list(BRIDGE)].mean(0) - (left + right) / 2
    level = np.array((0, 0, -1)) + across * across[2]
    level /= np.linalg.norm(level)
    tipped = np.arctan2(ahead @ np.cross(across, level), ahead @ level)
    yaw = np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1])))
    roll = np.degrees(np.arctan2(across[1], across[0]))
    return float(yaw), PITCH_AT_REST - float(np.degrees(tipped)), float(roll)


def face_mask(shape: tuple[int, ...], points: np.ndarray) -> np.ndarray:
    """``(h, w)`` bool of the face inside its oval."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points[list(landmarks.OVAL), :2]).astype(np.int32)), 1)
    return mask > 0


def _brightness(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """0..1 of each pixel of the face."""
    inside: np.ndarray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[face_mask(picture.shape, points)] / 255
    return inside
