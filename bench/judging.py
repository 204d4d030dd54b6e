"""Face judging against the bare ONNX sessions: how much of their rate is left with everything around them.

Both sides do the same frames in one process and one thread, in turns. The bare side runs the very sessions with the
inputs that the judge gave them and does nothing else: no scaling, no boxes, no alignment, no comparing.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from time import thread_time
from typing import Any

import cv2
import numpy as np
import onnxruntime

from bench.figures import record
from engines.face.identity import extract
from engines.face.judge import judge
from engines.face.onnx import Faces
from events.character import Identity
from media.pictures import flattened, open_picture

CAST = Path(__file__).resolve().parent.parent / "samples" / "cast"
BOUND = 0.8
ROUNDS = 12
VIEWS = ("front_neutral", "front_smile", "mouth_wide", "three_quarter_left")


class Tap:
    """A session that writes down what it is given, so that it can be run again without anything around it."""

    def __init__(self, session: onnxruntime.InferenceSession, runs: list[Callable[[], object]]) -> None:
        self.session = session
        self.runs = runs

    def run(self, outputs: None, inputs: dict[str, np.ndarray]) -> list[Any]:
        self.runs.append(partial(self.session.run, outputs, inputs))
        return self.session.run(outputs, inputs)


def measure() -> None:
    """Record the rate of ``judge`` as a share of the bare sessions' rate, and what a frame costs."""
    frames = {"close-ups": close_ups(), "two-shots": two_shots()}
    everybody = identities(Faces())
    for what, shown in frames.items():
        visible = ["ava"] if what == "close-ups" else ["ava", "marlow"]
        judging, bare = race(shown, everybody, visible)
        share = bare / judging
        name, per_frame = "bench.judging", 1000 * judging / len(shown)
        record(
            "main.9.judging",
            f"judging {what}, of the bare sessions' rate",
            share,
            "ratio",
            "≥ 0.8",
            share >= BOUND,
            name,
        )
        record("main.9.judging", f"judging {what}, CPU per frame", per_frame, "ms", "", True, name)


def race(frames: list[np.ndarray], everybody: dict[str, Identity], visible: list[str]) -> tuple[float, float]:
    """CPU seconds of one pass over the frames: of the judge, of the bare sessions; the best of several turns."""
    faces = Faces()
    runs = sessions_run(faces, frames, everybody, visible)
    judging, bare = [], []
    for _ in range(ROUNDS):
        began = thread_time()
        judge(faces, frames, everybody, visible, visible)
        judging.append(thread_time() - began)
        began = thread_time()
        for run in runs:
            run()
        bare.append(thread_time() - began)
    return min(judging), min(bare)


def sessions_run(
    faces: Faces, frames: list[np.ndarray], everybody: dict[str, Identity], visible: list[str]
) -> list[Callable[[], object]]:
    """Every call of a session, in order, that judging these frames makes."""
    runs: list[Callable[[], object]] = []
    tapped = copy(faces)
    for name in ("detector", "landmarker", "embedder"):
        setattr(tapped, name, Tap(getattr(faces, name), runs))
    judge(tapped, frames, everybody, visible, visible)
    return runs


def identities(faces: Faces) -> dict[str, Identity]:
    """The whole sample cast with all of its references, as a series has it."""
    folders = sorted(folder for folder in CAST.iterdir() if folder.is_dir())
    pictures = {
        folder.name: {file.stem: portrait(file) for file in sorted(folder.glob("*.webp"))} for folder in folders
    }
    return {slug: extract(faces, views) for slug, views in pictures.items()}


def portrait(file: Path) -> np.ndarray:
    return flattened(open_picture(file.read_bytes(), file.name))


def close_ups() -> list[np.ndarray]:
    return [on_film([("ava", view)]) for view in VIEWS]


def two_shots() -> list[np.ndarray]:
    return [on_film([("ava", view), ("marlow", view)]) for view in VIEWS]


def on_film(people: list[tuple[str, str]]) -> np.ndarray:
    """A frame of 1280×720 with these people side by side."""
    frame = np.full((720, 1280, 3), 128, np.uint8)
    for place, (slug, view) in enumerate(people, 1):
        person = cv2.resize(portrait(CAST / slug / f"{view}.webp"), (480, 480), interpolation=cv2.INTER_AREA)
        left = 1280 * place // (len(people) + 1) - 240
        frame[240:, left : left + 480] = person
    return frame
