"""Runs every benchmark of this folder and prints its figures: ``python -m bench [NAME…]``.

A benchmark is a module with ``measure()``, which records its rows with ``bench.figures``.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from types import ModuleType

from rich.console import Console
from rich.table import Table

import bench
from bench.figures import Row, rows

COLUMNS = ("line", "what", "value", "unit", "bound", "kept")


def benchmarks(names: list[str]) -> list[ModuleType]:
    found = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    modules = [importlib.import_module(f"bench.{name}") for name in names or found]
    return [module for module in modules if hasattr(module, "measure")]


def table(found: list[Row]) -> Table:
    shown = Table(*COLUMNS, title="LoraFrame, measured side by side")
    for row in found:
        kept = "[green]yes" if row["ok"] else "[red]no"
        shown.add_row(row["line"], row["what"], str(row["value"]), row["unit"], row["bound"], kept)
    return shown


def main(names: list[str]) -> int:
    """0 when every benchmark ran; a bound that was not kept is shown and makes it 1."""
    console = Console()
    ran = benchmarks(names)
    for module in ran:
        with console.status(f"measuring {module.__name__.removeprefix('bench.')}"):
            module.measure()
    measured = [row for row in rows() if row["measured_by"].split(":")[0] in {module.__name__ for module in ran}]
    console.print(table(measured))
    return 0 if all(row["ok"] for row in measured) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
