"""Frame interpolation by mixing the two pictures around each moment: quick, and soft where something moves."""

from __future__ import annotations

from pathlib import Path

from engines.finish.pictures import filtered, rate, write


class Blend:
    def smooth(self, source: Path, fps: int, folder: Path) -> Path:
        if rate(source) == fps:
            return source
        steps = [("minterpolate", f"fps={fps}:mi_mode=blend")]
        return write(filtered(source, steps), folder / f"{source.stem}-blended.mp4", fps)
