"""Writes docs/benchmarks.md from the figures: ``python -m bench.report``."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Row, rows

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
LIBRARIES = ("ray", "eventsourcing", "av", "onnxruntime", "opencv-python-headless", "numpy", "pydantic")

HEAD = """# Benchmarks

Made by `python -m bench.report` from `build/figures.json`, which only tests and benchmarks write
(`make test`, `make test-long`, `make bench`). `line` is the promise that a figure belongs to.

| the machine | |
|---|---|
"""

TABLE = """
| line | what | value | unit | bound | kept | measured by |
|---|---|---:|---|---|---|---|
"""


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def page(found: list[Row]) -> str:
    told = "".join(f"| {name} | {value} |\n" for name, value in machine().items())
    return HEAD + told + TABLE + "".join(map(_line, found))


def _line(row: Row) -> str:
    kept = "yes" if row["ok"] else "**no**"
    cells = (row["line"], row["what"], row["value"], row["unit"], row["bound"], kept, f"`{row['measured_by']}`")
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(rows()))
