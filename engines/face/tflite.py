"""Runs the vendored MediaPipe files; one interpreter per file and process, one thread."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

STDERR = 2
MODELS = Path(__file__).parent / "models" / "mediapipe"


@functools.lru_cache(maxsize=4)
def _interpreter(file: str) -> Interpreter:
    with _quiet():
        interpreter = Interpreter(str(MODELS / file), num_threads=1)
        interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _quiet() -> Iterator[None]:
    """The library tells the terminal, past Python, that it is fast; there is no setting against that."""
    kept = os.dup(STDERR)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), STDERR)
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)


def run(file: str, picture: np.ndarray) -> list[np.ndarray]:
    """The outputs for one RGB uint8 picture of the size that the model expects (it sees 0..1)."""
    interpreter = _interpreter(file)
    values = picture.astype(np.float32)[None] / 255
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
