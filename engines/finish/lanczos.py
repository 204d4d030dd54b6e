"""Upscaling by a windowed sinc: nothing is made up, and no model is needed."""

from __future__ import annotations

from pathlib import Path

from engines.finish.pictures import filtered, is_as_large, rate, size_within, write


class Lanczos:
    def enlarge(self, source: Path, size: tuple[int, int], folder: Path) -> Path:
        width, height = size_within(source, size)
        if is_as_large(source, (width, height)):
            return source
        steps = [("scale", f"{width}:{height}:flags=lanczos+accurate_rnd"), ("setsar", "1")]
        return write(filtered(source, steps), folder / f"{source.stem}-large.mp4", rate(source))
