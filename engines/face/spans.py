"""From samples of a clip to the stretches of time in which something is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise


def stretches(wrong: Sequence[bool], times: Sequence[float], length: float) -> Iterator[tuple[float, float]]:
    """Start and end, in seconds, of every run of samples that are wrong.

    A sample stands for the time around it: its edges lie half-way to the samples before and after it, those of the
    first and last at the ends of the clip. So no edge is further from the truth than half a sampling step, as long as
    what is wrong lasts as long as a step.
    """
    edges = [0.0, *((one + next_one) / 2 for one, next_one in pairwise(times)), length]
    for is_wrong, run in groupby(range(len(times)), key=lambda index: wrong[index]):
        if is_wrong:
            first, *more = run
            yield edges[first], edges[(more or [first])[-1] + 1]
