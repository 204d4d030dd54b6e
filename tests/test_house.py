"""The house keeps its order: which way imports point, what the rules may touch, how large things are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    "serve": 3, "drivers": 3, "actors": 2, "training": 1, "projections": 1, "media": 1, "engines": 1, "events": 0
}  # fmt: skip
"""A floor imports from floors below it; the rooms of one floor may use each other, except at the top."""

STORE = {"events/log.py", "events/keys.py", "events/mapper.py"}
"""The event store: the one place of events/ that may touch a database."""
STORE_MAY = {"eventsourcing", "sqlalchemy", "cryptography"}
RULES_MAY = {"pydantic", "pydantic_core", "numpy"}
CLOCKS_AND_CHANCE = {"time", "random", "secrets", "socket", "asyncio", "threading", "subprocess"}
HEAVY = ("cv2", "onnxruntime", "av", "torch", "ai_edge_litert", "spacy")

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10


def house() -> list[Path]:
    return sorted(file for floor in FLOORS for file in (ROOT / floor).rglob("*.py"))


def everything() -> list[Path]:
    beside = [file for folder in ("bench", "samples", "tests") for file in (ROOT / folder).rglob("*.py")]
    return [*house(), *sorted(beside)]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports, wherever in the file it does."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: say the whole name of the module"
            yield node.lineno, node.module or ""


def functions(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_imports_point_one_way() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in house()
        for line, name in imported(file)
        if not _may_import(file.relative_to(ROOT).parts[0], name.partition(".")[0])
    ]
    assert not wrong, "\n".join(wrong)


def _may_import(room: str, other: str) -> bool:
    if other in ("tests", "bench"):
        return False
    if other not in FLOORS or other == room:
        return True
    return FLOORS[other] < FLOORS[room] or FLOORS[other] == FLOORS[room] == 1


def test_the_rules_touch_nothing_but_values() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in (ROOT / "events").glob("*.py")
        for line, name in imported(file)
        if not _rules_may_import(file, name.partition(".")[0])
    ]
    assert not wrong, "\n".join(wrong)


def _rules_may_import(file: Path, package: str) -> bool:
    if package in CLOCKS_AND_CHANCE:
        return False
    allowed = RULES_MAY | {"events"} | (STORE_MAY if str(file.relative_to(ROOT)) in STORE else set())
    return package in allowed or package in sys.stdlib_module_names


def test_the_rules_read_no_clock() -> None:
    clocks = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in (ROOT / "events").glob("*.py")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]
    assert not clocks, clocks


@pytest.mark.parametrize("room", ["events", "actors"])
def test_waking_an_actor_loads_nothing_heavy(room: str) -> None:
    modules = [f"{room}.{file.stem}" for file in sorted((ROOT / room).glob("*.py")) if file.stem != "__init__"]
    script = f"import sys, {', '.join(modules)}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_is_too_long() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in everything()}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_no_function_is_too_long() -> None:
    assert not [(name, lines) for file in everything() for name, lines in functions(file) if lines > LONGEST_FUNCTION]


def test_most_functions_are_short() -> None:
    assert median(lines for file in house() for _, lines in functions(file)) < MEDIAN_FUNCTION


def test_whatever_is_imported_is_declared() -> None:
    declared = {_plain(re.split(r"[^\w.-]", need, maxsplit=1)[0]) for need in _declared()} | {"pydantic-core"}
    owners = packages_distributions()
    packages = {name.partition(".")[0] for file in house() for _, name in imported(file)}
    foreign = packages - FLOORS.keys() - set(sys.stdlib_module_names) - {"samples"}
    assert not {name for name in foreign if not declared & {_plain(owner) for owner in owners.get(name, ())}}


def _plain(name: str) -> str:
    """The package index takes ``Pydantic_core`` and ``pydantic-core`` for one."""
    return name.lower().replace("_", "-")


def _declared() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *(need for extra in project["optional-dependencies"].values() for need in extra)]
