"""A package of somebody else's with an engine of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


def plug_in(code: str, stage: str, engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the engine (``talker``: the class ``Talker`` in ``code``) for as long as the test lasts."""
    package, module = folder / "site" / "somebody-1.0.dist-info", f"{engine}_of_somebody"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(f"[loraframe.engines.{stage}]\n{engine} = {module}:{engine.title()}\n")
    (folder / "site" / f"{module}.py").write_text(code)
    monkeypatch.syspath_prepend(folder / "site")
    monkeypatch.delitem(sys.modules, module, raising=False)
