"""Runs the vendored MediaPipe files; one interpreter per file and process, one thread."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

MODELS = Path(__file__).parent / "models" / "mediapipe"


@functools.lru_cache(maxsize=4)
def _interpreter(file: str) -> Interpreter:
    interpreter = Interpreter(str(MODELS / file), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def run(file: str, picture: np.ndarray) -> list[np.ndarray]:
    """The outputs for one RGB uint8 picture of the size that the model expects (it sees 0..1)."""
    interpreter = _interpreter(file)
    values = picture.astype(np.float32)[None] / 255
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
