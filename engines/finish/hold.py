"""Frame interpolation that makes no picture up: at each moment the one that was last shown."""

from __future__ import annotations

from pathlib import Path

from engines.finish.pictures import filtered, rate, write


class Hold:
    def smooth(self, source: Path, fps: int, folder: Path) -> Path:
        if rate(source) == fps:
            return source
        return write(filtered(source, [("fps", str(fps))]), folder / f"{source.stem}-held.mp4", fps)
