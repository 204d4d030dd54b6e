"""The benchmark of drift in short: real clips, the same code as `make bench` has."""

from __future__ import annotations

from pathlib import Path

from bench.drift import PLOTS, Sizes, judged, plan, plot, report, roc
from bench.figures import Record
from tests.sample_cast import SLUGS, engine, identities

SHORT = Sizes(good=10, drifts=4, blends=1, swaps=4, blurs=1, shares=(0.6, 0.7, 0.8))


def test_drifted_clips_are_refused_and_good_ones_are_not(figure: Record, tmp_path: Path) -> None:
    takes = judged(plan(SHORT, SLUGS), engine(), identities())
    assert report(takes, figure)
    assert {take.planned.fate for take in takes} == {"good", "drifts", "blends", "swaps", "blurs"}

    curve = roc(takes, alone=True)
    assert (curve[0], curve[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert curve == sorted(curve)
    plot(takes, tmp_path)
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in PLOTS)
