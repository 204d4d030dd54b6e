"""The measured figures of this work tree: rows of ``build/figures.json``, written by code alone.

A row says which promise it belongs to (``line``, "main.4"), what was measured, the value, its unit,
the bound it has to keep, whether it did, and which test or benchmark measured it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).resolve().parent.parent / "build" / "figures.json"

Row = dict[str, Any]
Record = Callable[..., None]


def record(line: str, what: str, value: float | int | str, unit: str, bound: str, ok: bool, measured_by: str) -> None:
    """Add a row; it takes the place of an older one with the same ``measured_by`` and ``what``.

    Safe for many processes at once: readers see the old file or the new one, never a part.
    """
    row = {
        "line": line,
        "what": what,
        "value": round(value, 4) if isinstance(value, float) else value,
        "unit": unit,
        "bound": bound,
        "ok": bool(ok),
        "measured_by": measured_by,
    }
    with _locked(FIGURES):
        kept = [old for old in rows() if (old["measured_by"], old["what"]) != (measured_by, what)]
        _replace(FIGURES, sorted([*kept, row], key=order))


def recorder(measured_by: str) -> Record:
    """``record`` with the name of the test or benchmark filled in."""

    def recorded(line: str, what: str, value: float | int | str, unit: str, bound: str, ok: bool) -> None:
        record(line, what, value, unit, bound, ok, measured_by)

    return recorded


def rows() -> list[Row]:
    """All rows, in the order of the promises."""
    return json.loads(FIGURES.read_text()) if FIGURES.exists() else []


def order(row: Row) -> tuple[list[tuple[int, str]], str]:
    """ "main.2" before "main.10"."""
    parts = row["line"].replace("-", ".").split(".")
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts], row["what"]


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(file: Path, content: list[Row]) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    os.replace(part, file)
