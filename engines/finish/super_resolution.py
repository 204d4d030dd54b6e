"""Upscaling by a super-resolution model of the user's own (ONNX): one input, one output that is some times as large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2

from engines.finish.model import Model, planes
from engines.finish.pictures import filtered, is_as_large, painted, rate, size_within, write


class SuperResolution:
    """How many times as large its pictures are is found from what it makes; the rest of the way is Lanczos'."""

    licence = "Whatever the licence of your model says."

    def __init__(self, model: str = "", multiple: int = 1, threads: int = 1) -> None:
        self._model = Model(model, multiple, threads)

    def enlarge(self, source: Path, size: tuple[int, int], folder: Path) -> Path:
        """Raises ``EngineMissing`` without a model, ``BadSetting`` for one of another kind."""
        wanted = size_within(source, size)
        if is_as_large(source, wanted):
            return source
        return write(self._enlarged(source, wanted), folder / f"{source.stem}-large.mp4", rate(source))

    def _enlarged(self, source: Path, size: tuple[int, int]) -> Iterator[av.VideoFrame]:
        name = self._model.session.get_inputs()[0].name
        for frame in filtered(source, ()):
            picture = frame.to_ndarray(format="rgb24")
            large = self._model.run({name: planes(picture)}, picture.shape[:2])
            shrinks = large.shape[0] > size[1]
            fitted = cv2.resize(large, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4)
            yield painted(fitted, frame.pts, frame.time_base)
