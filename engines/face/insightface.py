"""InsightFace's model packs as a face engine, for those who may use them.

The library is MIT; its downloadable packs (``buffalo_l``, ``antelopev2`` …) are **for non-commercial research only**.
A folder with ONNX files of one's own is taken in the place of a pack.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from engines.face import Anchors, Face
from engines.face.onnx import Faces, Scales
from events.errors import BadSetting, EngineMissing

PACK = "buffalo_l"
VARIABLE = "LORAFRAME_INSIGHTFACE_PACK"
LICENCE = (
    "InsightFace's library is MIT, but its downloadable model packs are for non-commercial research only. "
    f"For any other use, point {VARIABLE} at a folder with ONNX models that you may use."
)
INSTALL = "pip install --no-deps -c requirements/constraints.txt -r requirements/insightface.txt"

try:
    from insightface.app import FaceAnalysis
except ModuleNotFoundError as error:
    raise EngineMissing(
        "The face engine 'insightface' needs the extra loraframe[insightface]. So that opencv-python does not take the "
        f"place of opencv-python-headless, install it by `{INSTALL}`. {LICENCE}"
    ) from error

TASKS = ["detection", "recognition", "landmark_3d_68"]
ANCHORS = Anchors(stranger=0.35, weakest=0.40, median=0.46)
"""Cosines of ArcFace. The library takes 0.40 and more for one person and less than 0.35 for two (``insightface`` 2.1,
``gui/core/recognition.py``); two photographs of one person have a median near 0.46."""
LANDMARKS = 68


class InsightFace:
    """A ``FaceEngine`` on ``insightface.app.FaceAnalysis``.

    **Licence**: the library is MIT; the packs that it downloads at first use are for non-commercial research only.
    ``pack`` is a pack's name or a folder with ONNX files: a detector (SCRFD) and a recogniser (ArcFace), and 68
    landmarks (``1k3d68.onnx``) where there are any; without them the embedded landmark network places the points.
    Left out, it is what ``LORAFRAME_INSIGHTFACE_PACK`` says, else ``buffalo_l``.

    Runs on CUDA where ONNX Runtime has it. Raises ``EngineMissing`` where the extra is not installed or the pack cannot
    be downloaded, ``BadSetting`` for a folder that lacks a detector or a recogniser.
    """

    anchors = ANCHORS
    licence = LICENCE

    def __init__(self, pack: str = "", threads: int = 1) -> None:
        self.pack = pack or os.environ.get(VARIABLE, PACK)
        self.name = f"insightface-{Path(self.pack).name}"
        self.app = _loaded(self.pack, threads)
        self.landmarker = None if "landmark_3d_68" in self.app.models else Faces(threads)

    def faces(self, picture: np.ndarray, expected: int | None = None) -> list[Face]:
        """The faces of an ``(h, w, 3)`` RGB uint8 picture, largest first. All are looked for at once, so ``expected``
        saves nothing."""
        found = self.app.get(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        faces = [self._face(Scales(picture), each) for each in found]
        return sorted(faces, key=lambda face: -face.box[2] * face.box[3])

    def similarity(self, one: np.ndarray, other: np.ndarray) -> float:
        """The cosine of the angle between two vectors."""
        return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))

    def _face(self, scales: Scales, found: Any) -> Face:
        left, top, right, bottom = (float(number) for number in found.bbox)
        box = (left, top, right - left, bottom - top)
        return Face(box, float(found.det_score), self._landmarks(scales, found, box), found.normed_embedding)

    def _landmarks(self, scales: Scales, found: Any, box: tuple[float, float, float, float]) -> np.ndarray:
        if self.landmarker is None:
            points: np.ndarray = np.asarray(found.landmark_3d_68)[:LANDMARKS, :2]
            return points
        return self.landmarker.landmarks(scales, np.array([box]))[0][0]


def _loaded(pack: str, threads: int) -> Any:
    """The library's own analysis with the models of this pack."""
    if not Path(pack).expanduser().is_dir():
        logging.getLogger("loraframe").warning(LICENCE)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    try:
        app = FaceAnalysis(name=pack, allowed_modules=TASKS, providers=providers(), sess_options=options)
    except AssertionError as error:  # how the library says that there is no detector
        raise BadSetting(f"{pack} holds no face detector (an SCRFD model as ONNX). {LICENCE}") from error
    except (OSError, RuntimeError) as error:
        raise EngineMissing(
            f"The InsightFace pack {pack!r} cannot be had: {error}. Download it where there is a network, and point "
            f"{VARIABLE} at its folder. {LICENCE}"
        ) from error
    if "recognition" not in app.models:
        raise BadSetting(f"{pack} holds no face recogniser (an ArcFace model as ONNX). {LICENCE}")
    app.prepare(ctx_id=0)
    return app


def providers() -> list[str]:
    """CUDA where it is there, then the CPU."""
    usable = onnxruntime.get_available_providers()
    return [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in usable]
