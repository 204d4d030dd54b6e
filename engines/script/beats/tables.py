"""The planner's tables: beats, genres, nouns and phrases, as written in the YAML files beside this one."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml


def _table(name: str) -> Any:
    return yaml.safe_load((files(__package__) / f"{name}.yaml").read_text(encoding="utf-8"))


BEATS: list[dict[str, Any]] = _table("beats")
"""The spine of a story in its order; see the head of beats.yaml for the fields."""
GENRES: dict[str, dict[str, Any]] = _table("genres")
NOUNS: dict[str, Any] = _table("nouns")
PHRASES: dict[str, Any] = _table("phrases")
