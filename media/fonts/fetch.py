"""Fetches the DejaVu fonts 2.37 out of the wheel of matplotlib: ``python media/fonts/fetch.py``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "matplotlib==3.11.2"
INSIDE = "matplotlib/mpl-data/fonts/ttf"
FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "LICENSE_DEJAVU")


def fetch(folder: Path) -> None:
    """Write the fonts and their hashes into ``folder``."""
    with tempfile.TemporaryDirectory() as download:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", download, WHEEL], check=True)
        with zipfile.ZipFile(next(Path(download).glob("*.whl"))) as wheel:
            for name in FILES:
                (folder / name).write_bytes(wheel.read(f"{INSIDE}/{name}"))
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in FILES]
    (folder / "SHA256SUMS").write_text("".join(sums))


if __name__ == "__main__":
    fetch(Path(__file__).parent)
