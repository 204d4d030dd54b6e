"""How answers look: tables for people, JSON for programs; the answer on stdout, all else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from events.errors import LoraFrameError

if TYPE_CHECKING:
    from actors.studio import Studio

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def open_studio(profile: str = "") -> Studio:
    """With the engines of this profile. Imported late: `--help` and wrong arguments are answered at once."""
    from actors.settings import Settings
    from actors.studio import Studio

    settings = Settings.from_env()
    return Studio.open(settings.with_profile(profile) if profile else settings)


def answer(data: Any, shown: RenderableType, as_json: bool) -> None:
    """``data`` as JSON, or what a person reads."""
    if as_json:
        sys.stdout.write(json.dumps(to_jsonable_python(data), indent=2, ensure_ascii=False) + "\n")
    else:
        out.print(shown)


def json_line(data: Any) -> None:
    sys.stdout.write(json.dumps(to_jsonable_python(data), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def complain(error: LoraFrameError) -> None:
    """One sentence that says what to do, with the error's code."""
    err.print(Text.assemble((f"{error.code}: ", "bold red"), str(error)), soft_wrap=True)


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]], title: str = "") -> Table:
    """Rows of plain values; numbers to the right."""
    kept = [[_cell(value) for value in row] for row in rows]
    shown = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        numbers = bool(kept) and all(_is_number(row[index]) for row in kept)
        shown.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in kept:
        shown.add_row(*row)
    return shown


def facts(told: Mapping[str, Any], title: str = "") -> Table:
    """Names and values, one a line; what is empty is left out."""
    shown = Table(title=title or None, title_justify="left", box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold")
    shown.add_column(overflow="fold")
    for name, value in told.items():
        if value not in ("", None, [], (), {}):
            shown.add_row(name, _cell(value))
    return shown


def _cell(value: Any) -> Text | str:
    if isinstance(value, Text):
        return value
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, BaseModel):
        return summary(value)
    if isinstance(value, list | tuple | frozenset):
        return ", ".join(str(_cell(item)) for item in value)
    return "" if value is None else str(value)


def _is_number(cell: Text | str) -> bool:
    return str(cell).replace(".", "", 1).replace("-", "", 1).isdigit()


def summary(value: BaseModel, longest: int = 90) -> str:
    """A record in one line: its short fields, without what only machines read."""
    told = {name: v for name, v in value.model_dump(mode="json").items() if v not in ("", None, [], {}, False)}
    words = [f"{name}={_short(v)}" for name, v in told.items() if name not in ("vectors", "calibration")]
    line = "  ".join(words)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "/".join(_short(part) for part in value.values() if part not in ("", None, False))
    if isinstance(value, list):
        return ",".join(_short(part) for part in value)
    text = str(value)
    return text.removeprefix("asset://")[:12] if text.startswith("asset://") else text
