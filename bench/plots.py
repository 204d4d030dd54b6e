"""The curves of the benchmarks as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]


def plot_roc(curves: Mapping[str, Points], file: Path) -> None:
    """Receiver operating characteristic: false alarms across, recall upwards, a step per gate."""
    figure, axes = _paper("good takes refused (false alarms)", "drifted takes refused (recall)")
    for name, points in curves.items():
        axes.step(*zip(*points, strict=True), where="post", label=name)
    axes.axvline(0.02, color="grey", linestyle=":", label="bounds: 0.02 and 0.95")
    axes.axhline(0.95, color="grey", linestyle=":")
    axes.set_xlim(-0.005, 0.3)
    axes.set_title("The judge at every gate of IDR")
    _print(figure, axes, file)


def plot_blends(curves: Mapping[str, Points], file: Path) -> None:
    """How often a take is refused by the share of another face in it."""
    figure, axes = _paper("share of another face", "takes refused")
    for (name, points), line in zip(curves.items(), cycle(("-", "--")), strict=False):
        axes.plot(*zip(*points, strict=True), line, marker="o", label=name)
    axes.axvline(0.5, color="grey", linestyle=":")
    axes.set_title("Faces between two")
    _print(figure, axes, file)


def _paper(across: str, upwards: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.4, 4.2), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=across, ylabel=upwards, ylim=(-0.02, 1.02))
    axes.grid(alpha=0.3)
    return figure, axes


def _print(figure: Figure, axes: Axes, file: Path) -> None:
    axes.legend(loc="lower right")
    file.parent.mkdir(exist_ok=True)
    FigureCanvasAgg(figure).print_png(str(file))
