"""The demo film, made as a user makes it: its shape, how long the making takes, and who is seen on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Record, recorder
from media.inspection import inspect

SECONDS = 300
LEAST_IDR = 0.85
MOST_OUTSIDE = 0.05


def measure() -> None:
    """Record the lines main.1 and main.2 and the engines' share of main.9."""
    record = recorder("bench.film")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        code, took = _make(Path(folder))
        record("main.1", "`loraframe demo` ends with", code, "", "= 0", code == 0)
        if code == 0:
            told = json.loads((Path(folder) / "film/report.json").read_text())
            _shape(record, Path(folder) / "film/film.mp4", told, took)
            _identity(record, told)
            _overhead(record, told)


def _make(folder: Path) -> tuple[int, float]:
    """Exit code, and seconds from the command to its end, Ray's start and stop within."""
    command = [sys.executable, "-m", "drivers.cli", "demo", "--json", "--out", str(folder / "film")]
    started = time.perf_counter()
    made = subprocess.run(command, env=os.environ | {"LORAFRAME_HOME": str(folder / "home")}, capture_output=True)
    return made.returncode, time.perf_counter() - started


def _shape(record: Record, film: Path, told: dict[str, Any], took: float) -> None:
    seen = inspect(film)
    size = f"{seen.width}x{seen.height}, {seen.fps:g} fps"
    scenes, passed, share = len(told["scenes"]), told["quality"]["passed"], took / seen.seconds
    record("main.1", "the picture", size, "", "1280x720, 24 fps", size == "1280x720, 24 fps")
    record("main.1", "length", seen.seconds, "s", "300 ± 2 %", abs(seen.seconds / SECONDS - 1) <= 0.02)
    record("main.1", "scenes", scenes, "", "12-18", 12 <= scenes <= 18)
    record("main.1", "its own quality control", "passed" if passed else "failed", "", "passed", passed)
    record("main.1", "time of making / length of the film", share, "ratio", "<= 1, aim 0.6", share <= 1)


def _identity(record: Record, told: dict[str, Any]) -> None:
    """The medians over each shot in which somebody has to be recognised, as quality control saw them on the film."""
    shots = [shot for scene in told["scenes"] for shot in scene["shots"] if shot["identified"]]
    medians = [seen["idr"] or 0.0 for shot in shots for seen in shot["on_film"]]
    lowest, missed = min(medians), sum(len(shot["on_film"]) < len(shot["identified"]) for shot in shots)
    what = f"lowest median IDR of {len(medians)} faces in {len(shots)} shots"
    record("main.2", what, lowest, "IDR", f">= {LEAST_IDR}", lowest >= LEAST_IDR)
    record("main.2", "shots in which a face was not measured", missed, "shots", "= 0", missed == 0)


def _overhead(record: Record, told: dict[str, Any]) -> None:
    share = told["times"]["outside_engines"] / told["times"]["wall"]
    what = "wall time of an episode outside the engines"
    record("main.9.engines", what, share, "share", f"<= {MOST_OUTSIDE}, aim 0.02", share <= MOST_OUTSIDE)
