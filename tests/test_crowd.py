"""Line identity.6: many characters in one log, few of them awake, and nothing lost when they are put to sleep."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.characters import race, report
from bench.figures import Record

pytestmark = pytest.mark.usefixtures("ray_cluster")


def test_a_crowd_is_made_by_the_log_and_few_are_awake(tmp_path: Path, figure: Record) -> None:
    kept = {}

    def noted(line: str, what: str, value: float, unit: str, bound: str, ok: bool) -> None:
        kept[what] = ok

    report(tmp_path, noted, characters=40, facts=20, cap=2, wakings=4)
    assert all(kept.values()), kept


@pytest.mark.parametrize("races", [10, pytest.param(200, marks=pytest.mark.long)])
def test_whoever_is_put_to_sleep_in_the_middle_of_it_loses_nothing(races: int, tmp_path: Path, figure: Record) -> None:
    lost = race(tmp_path, characters=4, races=races)
    figure(
        "identity.6", f"facts lost or doubled in {races} races of sleep and wake", len(lost), "facts", "= 0", not lost
    )
    assert not lost
