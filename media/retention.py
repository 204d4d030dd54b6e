"""How well everybody stayed themselves over a finished film: by time, and by how long they had not been seen.

The film's own frames were measured by its quality control (``media/screening.py``). The recurrence gap of a sighting
is how many scenes ago the character was last seen: where a video model forgets, IDR falls with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from events.script import FPS
from media.reel import Reel

COLOURS = ("#2b7a78", "#d2691e", "#5b5ea6", "#b3262e", "#7a8b2a", "#7c8087")
SIZE = (10, 6)


def retention(reel: Reel, names: Mapping[str, str], gate: float) -> dict[str, Any]:
    """Ready for JSON; ``gate`` is the IDR that passes.

    By slug, ``over_time`` (seconds of the film, scene, shot, idr, low; idr None where the face was looked for and not
    found) and ``by_gap`` (gap in scenes, 0 for the first time; median IDR; sightings).
    """
    told: dict[str, Any] = {}
    for slug, name in names.items():
        seen = list(_seen(reel, slug))
        told[slug] = {"name": name, "over_time": seen, "by_gap": _by_gap(seen)}
    return {"gate": gate, "seconds": reel.seconds, "characters": told}


def _seen(reel: Reel, slug: str) -> Iterator[dict[str, Any]]:
    assert reel.episode.quality
    shots = {shot.shot_id: shot for shot in reel.shots()}
    for shot_id, sighting in reel.episode.quality.identity:
        if sighting.slug == slug:
            shot = shots[shot_id]
            middle = (reel.starts[shot_id] + shot.frames / 2) / FPS
            where = {"seconds": round(middle, 2), "scene": shot.scene, "shot": shot_id}
            yield where | {"idr": sighting.idr, "low": sighting.low}


def _by_gap(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, list[float]] = defaultdict(list)
    last = 0
    for sighting in sorted(seen, key=lambda s: s["seconds"]):
        if sighting["idr"] is not None:
            found[sighting["scene"] - last if last else 0].append(sighting["idr"])
            last = sighting["scene"]
    return [{"gap": gap, "idr": median(values), "sightings": len(values)} for gap, values in sorted(found.items())]


def plot(told: Mapping[str, Any], title: str, file: Path) -> None:
    """The same as a picture: IDR over the film above, by recurrence gap below."""
    figure = Figure(figsize=SIZE, dpi=120, layout="constrained")
    over_time, by_gap = figure.subplots(2, 1, height_ratios=(3, 2))
    for colour, seen in zip(_colours(), told["characters"].values(), strict=False):
        _draw_time(over_time, seen, colour)
        _draw_gaps(by_gap, seen, colour)
    over_time.set(title=title, xlabel="seconds", ylabel="IDR", xlim=(0, told["seconds"]))
    by_gap.set(xlabel="scenes since last seen", ylabel="median IDR")
    by_gap.xaxis.get_major_locator().set_params(integer=True)
    for axes in (over_time, by_gap):
        axes.axhline(told["gate"], color="#b3262e", linewidth=0.8, linestyle="--")
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.25)
    if any(seen["over_time"] for seen in told["characters"].values()):
        over_time.legend(loc="lower right", frameon=False)
    figure.savefig(file)


def _colours() -> Iterator[str]:
    while True:
        yield from COLOURS


def _draw_time(axes: Axes, seen: Mapping[str, Any], colour: str) -> None:
    found = [s for s in seen["over_time"] if s["idr"] is not None]
    if found:
        times, values = [s["seconds"] for s in found], [s["idr"] for s in found]
        axes.plot(times, values, "o-", color=colour, markersize=4, linewidth=1, label=seen["name"])
        axes.vlines(times, [s["low"] for s in found], values, color=colour, alpha=0.35)


def _draw_gaps(axes: Axes, seen: Mapping[str, Any], colour: str) -> None:
    gaps = seen["by_gap"]
    axes.plot([g["gap"] for g in gaps], [g["idr"] for g in gaps], "s-", color=colour, markersize=5, linewidth=1)
