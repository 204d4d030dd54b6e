"""A model of the user's own, as an ONNX file: pictures in and out are NCHW, RGB, 0..1.

``multiple``: sides that the model takes are multiples of it; pictures are continued at their edges and cut back.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime

from events.errors import BadSetting, EngineMissing

PREFERRED = ("CUDAExecutionProvider", "CoreMLExecutionProvider", "CPUExecutionProvider")
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class Model:
    """Loaded by its first run. Raises ``EngineMissing`` where there is no such file."""

    def __init__(self, file: str, multiple: int = 1, threads: int = 1) -> None:
        if multiple < 1:
            raise BadSetting(f"The sides of a picture cannot be a multiple of {multiple}.")
        self._file = file
        self._multiple = multiple
        self._threads = threads
        self._loaded: onnxruntime.InferenceSession | None = None

    @property
    def session(self) -> onnxruntime.InferenceSession:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> onnxruntime.InferenceSession:
        place = Path(self._file).expanduser()
        if not self._file or not place.is_file():
            raise EngineMissing(
                f"There is no model {self._file!r}. Set `model` of this engine in engines.yaml to an ONNX file."
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        there = onnxruntime.get_available_providers()
        try:
            return onnxruntime.InferenceSession(str(place), options, [name for name in PREFERRED if name in there])
        except Exception as error:  # onnxruntime's own errors have no common class
            raise BadSetting(f"{place.name} is not a model that onnxruntime can load: {error}") from error

    def run(self, inputs: Mapping[str, np.ndarray], size: tuple[int, int]) -> np.ndarray:
        """Run it on planes ``(1, channels, h, w)``, and give its picture ``(h * scale, w * scale, 3)`` uint8; ``size``
        is ``(h, w)``. Raises ``BadSetting`` for a model of another kind."""
        types = {put.name: TYPES.get(put.type) for put in self.session.get_inputs()}
        try:
            feed = {name: self._padded(array).astype(types[name] or np.float32) for name, array in inputs.items()}
            made = np.asarray(self.session.run(None, feed)[0], np.float32)
        except Exception as error:
            raise BadSetting(f"{self._file} does not take pictures as they are here: {error}") from error
        return self._picture(made, size)

    def _padded(self, planes: np.ndarray) -> np.ndarray:
        if planes.ndim != 4:
            return planes
        more = [(-side) % self._multiple for side in planes.shape[2:]]
        return np.pad(planes, ((0, 0), (0, 0), (0, more[0]), (0, more[1])), mode="edge")

    def _picture(self, made: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        height, width = (side + (-side) % self._multiple for side in size)
        if made.ndim != 4 or made.shape[1] != 3 or made.shape[2] * width != made.shape[3] * height:
            raise BadSetting(f"{self._file} makes {made.shape} of a picture of {height} x {width}, and no picture.")
        scale = made.shape[2] / height
        kept = made[0, :, : round(size[0] * scale), : round(size[1] * scale)]
        return np.ascontiguousarray(np.round(kept.clip(0, 1) * 255).astype(np.uint8).transpose(1, 2, 0))


def planes(picture: np.ndarray) -> np.ndarray:
    """An ``(h, w, 3)`` uint8 picture as ``(1, 3, h, w)`` float32, 0..1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32) / 255
