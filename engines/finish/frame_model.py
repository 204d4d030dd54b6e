"""Frame interpolation by a model of the user's own (ONNX): of two pictures it makes the one between them.

It has two pictures as inputs, or one of six channels. With one input more, that is the moment between them (0..1);
without, it makes the middle, and other moments are found by halving.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

from engines.finish.model import Model, planes
from engines.finish.pictures import filtered, painted, rate, write
from events.errors import BadSetting

HALVINGS = 3
"""A moment is met to an eighth of the way between two pictures."""
NEAR = 0.05
"""As a share of that way: so near to a picture, it is shown itself."""


class FrameModel:
    """``multiple`` is 32 for most of these models (RIFE)."""

    licence = "Whatever the licence of your model says."

    def __init__(self, model: str = "", multiple: int = 32, threads: int = 1) -> None:
        self._model = Model(model, multiple, threads)

    def smooth(self, source: Path, fps: int, folder: Path) -> Path:
        """Raises ``EngineMissing`` without a model, ``BadSetting`` for one of another kind."""
        if rate(source) == fps:
            return source
        return write(self._regular(source, fps), folder / f"{source.stem}-smooth.mp4", fps)

    def _regular(self, source: Path, fps: int) -> Iterator[av.VideoFrame]:
        """One picture each 1/fps s, as long as the clip."""
        number, last = 0, None
        for (before, one), (after, other) in pairwise(_timed(source)):
            while Fraction(number, fps) < after:
                share = float((Fraction(number, fps) - before) / (after - before))
                yield painted(self._between(one, other, share), number, Fraction(1, fps))
                number += 1
            last = other
        if last is not None:
            yield painted(last, number, Fraction(1, fps))

    def _between(self, one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
        if share < NEAR or share > 1 - NEAR:
            return one if share < NEAR else other
        if self._moment:
            return self._made(one, other, share)
        for _ in range(HALVINGS):
            middle = self._made(one, other, 0.5)
            if abs(share - 0.5) < NEAR:
                return middle
            one, other, share = (one, middle, 2 * share) if share < 0.5 else (middle, other, 2 * share - 1)
        return one if share < 0.5 else other

    @property
    def _inputs(self) -> list[Any]:
        return list(self._model.session.get_inputs())

    @property
    def _moment(self) -> Any:
        """The input that is the moment; None where there is none."""
        pictures = 1 if self._inputs[0].shape[1] == 6 else 2
        if len(self._inputs) not in (pictures, pictures + 1):
            raise BadSetting(f"A model with {len(self._inputs)} inputs makes no picture between two others.")
        return self._inputs[pictures] if len(self._inputs) > pictures else None

    def _made(self, one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
        first, second, moment = planes(one), planes(other), self._moment
        if self._inputs[0].shape[1] == 6:
            feed = {self._inputs[0].name: np.concatenate([first, second], axis=1)}
        else:
            feed = {self._inputs[0].name: first, self._inputs[1].name: second}
        if moment is not None:
            shape = (1, 1, *first.shape[2:]) if _is_plane(moment) else (1,) * len(moment.shape)
            feed[moment.name] = np.full(shape, share, np.float32)
        return self._model.run(feed, one.shape[:2])


def _is_plane(moment: Any) -> bool:
    """Whether the moment is told for each pixel."""
    return len(moment.shape) == 4 and moment.shape[3] != 1


def _timed(source: Path) -> Iterator[tuple[Fraction, np.ndarray]]:
    """The pictures of a clip and their seconds, from 0."""
    began = None
    for frame in filtered(source, ()):
        time = frame.pts * Fraction(frame.time_base)
        began = time if began is None else began
        yield time - began, frame.to_ndarray(format="rgb24")
