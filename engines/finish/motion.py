"""Frame interpolation along the motion of blocks (FFmpeg's minterpolate): sharp, slow, and wrong where things appear.

A cut inside the clip is left a cut.
"""

from __future__ import annotations

from pathlib import Path

from engines.finish.pictures import filtered, rate, write

SETTINGS = "mi_mode=mci:mc_mode=aobmc:me_mode=bidir:me=epzs:vsbmc=1:scd=fdiff"


class Motion:
    def smooth(self, source: Path, fps: int, folder: Path) -> Path:
        if rate(source) == fps:
            return source
        steps = [("minterpolate", f"fps={fps}:{SETTINGS}")]
        return write(filtered(source, steps), folder / f"{source.stem}-smooth.mp4", fps)
