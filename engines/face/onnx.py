"""The embedded face engine: face-api's small networks on ONNX Runtime, without a key and without a GPU.

A picture goes through four steps: detect boxes at one or two sizes, place 68 landmarks in each box, turn and
scale each face onto dlib's 150-pixel chip, embed the chips as vectors of 128 numbers. ``models/README.md`` says
where the networks come from.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from engines.face import Anchors, Face
from events.errors import StorageError

MODELS = Path(__file__).parent / "models"

SIZES = (416, 640, 1280, 224, 128, 320, 512, 832)
"""Pixels of the longer side for the detector. It reliably finds faces higher than 150 pixels of 1280 at 416, 80 at
640, and 48 at 1280, which misses the large ones (measured on film frames); a face that fills its picture is found at
128. Those after the usual ones are tried when too few were found: the score jumps with the exact scale."""
USUAL_SIZES = 3
CELL = 32
ANCHOR_SIZES = np.array(
    [(1.603231, 2.094468), (6.041143, 7.080126), (2.882459, 3.518061), (4.266906, 5.178857), (9.041765, 10.66308)]
)
"""Widths and heights in cells, from face-api's TinyFaceDetector/const.ts."""
THRESHOLD = 0.5
CONFIDENT = 0.7
"""A score below this may be a part of a face, or none: the search goes on for a better box around it."""
OVERLAP = 0.6

BOX = 112
BOX_MARGIN = 1.25
"""Side of the box around found landmarks, in their larger extent: the second look is centred on the face."""
STEADY = 0.04
"""How far the landmarks in a box of low score may move at the second look. Measured: 0.003-0.028 on faces (photographs,
the sample cast, turned by up to 30 degrees, 45 pixels high), 0.05 and more on lamps and other boxes without one."""
CHIP = 150
CHIP_PADDING = 0.25
FIVE_POINTS = [45, 42, 36, 39, 33]
"""Outer and inner corner of the left eye, of the right eye, base of the nose (iBUG order)."""
FIVE_PLACES = np.array(
    [
        (0.8595674595992, 0.2134981538014),
        (0.6460604764104, 0.2289674387677),
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.4901123135679, 0.6277975316475),
    ]
)
"""Where dlib's get_face_chip_details puts these five in the unit square."""


class Scales:
    """A picture and its halves, quarters …, each made once when something smaller is first cut from it.

    To halve is to average: what bilinear sampling would skip (and show as jagged edges) is in the half.
    """

    def __init__(self, picture: np.ndarray) -> None:
        self.picture = picture
        self.halves = [picture]

    def resized(self, width: int, height: int) -> np.ndarray:
        source, _ = self._at_least(self.picture.shape[1] / width)
        return cv2.resize(source, (width, height), interpolation=cv2.INTER_LINEAR)

    def warped(self, matrix: np.ndarray, size: int) -> np.ndarray:
        """The ``(size, size, 3)`` view of the picture to which this ``(2, 3)`` matrix leads."""
        (a, b), (c, d) = matrix[:, :2]
        source, factor = self._at_least(1 / math.sqrt(abs(a * d - b * c)))
        middle = (factor - 1) / 2
        whole = np.array([[factor, 0, middle], [0, factor, middle], [0, 0, 1]])
        return cv2.warpAffine(source, matrix @ whole, (size, size), flags=cv2.INTER_LINEAR)

    def _at_least(self, shrink: float) -> tuple[np.ndarray, int]:
        """The smallest that is no smaller than a view shrunk by so much, and how many times it is smaller."""
        steps = max(0, int(math.log2(shrink)))
        while len(self.halves) <= steps:
            height, width = (side // 2 for side in self.halves[-1].shape[:2])
            even = self.halves[-1][: 2 * height, : 2 * width]
            self.halves.append(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))
        return self.halves[steps], 2**steps


class Faces:
    """A ``FaceEngine``. Raises ``StorageError`` when one of its model files is damaged."""

    name = "faceapi-128"
    anchors = Anchors(stranger=0.45, weakest=0.5, median=0.68)
    """The embedder was trained to hold a person within a distance of 0.6. Measured distances: one person's photographs
    0.23-0.41, different people's 0.68-0.91, the nearest of 1,014 pairs of the sample cast 0.54."""

    def __init__(self, threads: int = 1) -> None:
        cv2.setNumThreads(threads)
        self.detector = session("detector.onnx", threads)
        self.landmarker = session("landmarks.onnx", threads)
        self.embedder = session("embedder.onnx", threads)

    def faces(self, picture: np.ndarray, expected: int | None = None) -> list[Face]:
        """All faces of an ``(h, w, 3)`` RGB uint8 picture, largest first.

        With ``expected``, the search ends at the first size by which that many were found; where nobody is
        expected, it is only for faces that are large.
        """
        scales = Scales(picture)
        boxes, scores = self.detect(scales, expected)
        landmarks, moved = self.landmarks(scales, boxes)
        real = np.flatnonzero((scores >= CONFIDENT) | (moved < STEADY))
        if len(real) == 0:
            return []
        vectors = self.embed(np.stack([chip(scales, landmarks[index]) for index in real]))
        return [
            Face(tuple(boxes[index].tolist()), float(scores[index]), landmarks[index], vector)
            for index, vector in zip(real, vectors, strict=True)
        ]

    def similarity(self, one: np.ndarray, other: np.ndarray) -> float:
        """1 less the Euclidean distance, which is what this embedder was trained for (0.6 apart: another person)."""
        apart = one - other
        return 1.0 - math.sqrt(apart @ apart)

    def detect(self, scales: Scales, expected: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Boxes ``(n, 4)`` (x, y, width, height in pixels) and scores ``(n,)``, largest box first."""
        boxes, scores = np.zeros((0, 4)), np.zeros(0)
        usual = sum(size <= max(scales.picture.shape) for size in SIZES[:USUAL_SIZES])
        wanted, least_looks = (1, usual) if expected is None else (expected, 1 if expected else 2)
        for looks, size in enumerate(SIZES, 1):
            more, more_scores = self._detect_at(scales, size)
            boxes, scores = suppressed(np.vstack([boxes, more]), np.concatenate([scores, more_scores]))
            if looks >= least_looks and (scores >= CONFIDENT).sum() >= wanted:
                break
        return boxes, scores

    def _detect_at(self, scales: Scales, size: int) -> tuple[np.ndarray, np.ndarray]:
        """The detector's answer for a picture whose longer side is scaled to ``size``."""
        height, width = scales.picture.shape[:2]
        scale = size / max(height, width)
        scaled = scales.resized(round(width * scale), round(height * scale))
        rows, columns = (-(-side // CELL) for side in scaled.shape[:2])
        canvas = np.zeros((1, rows * CELL, columns * CELL, 3), np.uint8)
        canvas[0, : scaled.shape[0], : scaled.shape[1]] = scaled
        grid: np.ndarray = self.detector.run(None, {"pixels": canvas})[0][0]
        boxes, scores = boxes_of(grid)
        return suppressed(boxes / scale, scores)

    def landmarks(self, scales: Scales, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """68 points ``(n, 68, 2)`` in pixels for each box, looked at twice, the second time centred on the face.

        Also how far, ``(n,)``, the second look moved them, in their larger extent: far where there is no face.
        """
        if len(boxes) == 0:
            return np.zeros((0, 68, 2)), np.zeros(0)
        rough = self._landmarks_in(scales, squares(boxes))
        points = self._landmarks_in(scales, squares_around(rough))
        return points, np.abs(points - rough).mean((1, 2)) / np.ptp(points, 1).max(1)

    def _landmarks_in(self, scales: Scales, squares: np.ndarray) -> np.ndarray:
        """``squares``: ``(n, 3)`` of x, y of the corner and side."""
        zooms = BOX / squares[:, 2]
        matrices = [np.array([[z, 0, -x * z], [0, z, -y * z]]) for z, (x, y, _) in zip(zooms, squares, strict=True)]
        views = np.stack([scales.warped(matrix, BOX) for matrix in matrices])
        shares: np.ndarray = self.landmarker.run(None, {"pixels": views})[0]
        points: np.ndarray = shares.reshape(-1, 68, 2) * squares[:, None, 2:] + squares[:, None, :2]
        return points

    def embed(self, chips: np.ndarray) -> np.ndarray:
        """Vectors ``(n, 128)`` of chips ``(n, 150, 150, 3)``."""
        vectors: np.ndarray = self.embedder.run(None, {"pixels": chips})[0]
        return vectors


def session(name: str, threads: int = 1, folder: Path = MODELS) -> onnxruntime.InferenceSession:
    """One of the bundled networks. Raises ``StorageError`` when its file is damaged."""
    file = folder / name
    content = file.read_bytes() if file.exists() else b""
    if f"{hashlib.sha256(content).hexdigest()}  {name}" not in (folder / "SHA256SUMS.txt").read_text().splitlines():
        raise StorageError(f"The face model {file} is damaged. Install loraframe again.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def boxes_of(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and scores above ``THRESHOLD`` in the detector's ``(25, rows, columns)`` answer."""
    cells = grid.reshape(len(ANCHOR_SIZES), 5, *grid.shape[1:])
    anchor, row, column = np.nonzero(cells[:, 4] > np.log(THRESHOLD / (1 - THRESHOLD)))
    x, y, width, height, score = cells[anchor, :, row, column].T.astype(np.float64)
    size = np.exp(np.stack([width, height], 1)) * ANCHOR_SIZES[anchor]
    centre = np.stack([column + sigmoid(x), row + sigmoid(y)], 1)
    return np.hstack([centre - size / 2, size]) * CELL, sigmoid(score)


def sigmoid(x: np.ndarray) -> np.ndarray:
    shares: np.ndarray = 1 / (1 + np.exp(-x))
    return shares


def suppressed(boxes: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of boxes that cover each other the one with the best score (non-maximum suppression), largest first."""
    kept: list[int] = []
    for candidate in np.argsort(-scores, kind="stable"):
        if all(covering(boxes[candidate], boxes[other]) < OVERLAP for other in kept):
            kept.append(int(candidate))
    kept.sort(key=lambda index: -boxes[index, 2] * boxes[index, 3])
    return boxes[kept], scores[kept]


def covering(one: np.ndarray, other: np.ndarray) -> float:
    """Share of the smaller box that the other covers."""
    left_top = np.maximum(one[:2], other[:2])
    right_bottom = np.minimum(one[:2] + one[2:], other[:2] + other[2:])
    width, height = np.maximum(right_bottom - left_top, 0)
    return float(width * height / min(one[2] * one[3], other[2] * other[3]))


def squares(boxes: np.ndarray) -> np.ndarray:
    """The square around each box: x, y, side."""
    side = boxes[:, 2:].max(1, keepdims=True)
    return np.hstack([boxes[:, :2] + boxes[:, 2:] / 2 - side / 2, side])


def squares_around(landmarks: np.ndarray) -> np.ndarray:
    """The square around each set of points, a little higher than its middle to hold the forehead."""
    low, high = landmarks.min(1), landmarks.max(1)
    side = (high - low).max(1, keepdims=True) * BOX_MARGIN
    return np.hstack([(low + high) / 2 - side / 2 - [0, 0.04] * side, side])


def chip(scales: Scales, landmarks: np.ndarray) -> np.ndarray:
    """The face turned upright and scaled to dlib's ``(150, 150, 3)`` chip by its five points."""
    places = (CHIP_PADDING + FIVE_PLACES) / (2 * CHIP_PADDING + 1) * CHIP
    return scales.warped(similarity_transform(landmarks[FIVE_POINTS], places), CHIP)


def similarity_transform(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The ``(2, 3)`` matrix of turn, scale and shift that brings points nearest to places (least squares).

    As complex numbers, turn and scale are one factor: place = factor * point + shift.
    """
    point, place = points @ (1, 1j), places @ (1, 1j)
    spread = point - point.mean()
    factor = np.vdot(spread, place) / np.vdot(spread, spread)
    shift = place.mean() - factor * point.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
