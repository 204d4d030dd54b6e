"""Figures are kept whole, in order and once each."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bench import figures, report


@pytest.fixture(autouse=True)
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(figures, "FIGURES", tmp_path / "figures.json")
    return tmp_path / "figures.json"


def test_a_new_run_takes_the_place_of_the_old_row() -> None:
    for value in (1.0, 0.25):
        figures.record("main.9.cut", "share of a re-encode", value, "ratio", "<= 0.15", value <= 0.15, "bench.cut")
    assert [(row["value"], row["ok"]) for row in figures.rows()] == [(0.25, False)]


def test_rows_stand_in_the_order_of_the_promises() -> None:
    for line in ("main.10", "main.2.strangers", "main.2", "main.1"):
        figures.record(line, f"film of {line}", 1, "", "", True, "test")
    assert [row["line"] for row in figures.rows()] == ["main.1", "main.2", "main.2.strangers", "main.10"]


def _record_one(file: Path, number: int) -> None:
    figures.FIGURES = file
    figures.record("main.7", f"writer {number}", number, "", "", True, "test")


def test_many_processes_lose_no_row(book: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(_record_one, [book] * 24, range(24)))
    assert sorted(row["value"] for row in json.loads(book.read_text())) == list(range(24))


def test_the_page_shows_the_machine_and_every_row() -> None:
    figures.record("main.3", "bad takes | rejected", 0.97, "share", ">= 0.95", True, "tests/test_judge.py")
    figures.record("main.3", "good takes rejected", 0.5, "share", "<= 0.02", False, "tests/test_judge.py")
    page = report.page(figures.rows())
    assert "| main.3 | bad takes \\| rejected | 0.97 | share | >= 0.95 | yes | `tests/test_judge.py` |" in page
    assert "**no**" in page
    assert report.machine()["processor"] in page
