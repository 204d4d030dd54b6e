"""The tables of the read models. They hold what events say and nothing else: no clock, no counter of their own.

Identifiers are text (``str(UUID)``), times ISO 8601 in UTC, structures JSON. Rows about a character carry its
``character_id``, so that they can be found when it has to be erased.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

PREFIX = "view_"

metadata = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(PREFIX + name, metadata, *columns)


def _key(name: str, kind: type[String | Integer] = String) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, default=default)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, default=0)


def _number(name: str) -> Column[float]:
    return Column(name, Double, nullable=False, default=0.0)


def _measure(name: str) -> Column[float | None]:
    """A number that may be unknown."""
    return Column(name, Double)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=False)


def _json(name: str) -> Column[Any]:
    return Column(name, JSON(none_as_null=True))


characters = _table(
    "characters",
    _key("character_id"),
    _text("slug"),
    _text("name"),
    _text("description"),
    _text("pronoun"),
    _text("consent_by"),
    _text("consent_on"),
    _text("voice"),
    _json("look"),
    _text("embedder"),
    _json("calibration"),
    _json("traits"),
    _text("branch_of"),
    _count("scenes"),
    _text("last_episode_id"),
    _count("last_scene"),
    _count("version"),
    _text("created_at"),
    _text("updated_at"),
)
pictures = _table("pictures", _key("character_id"), _key("version", Integer), _text("view"), _text("uri"))
history = _table(
    "history",
    _key("character_id"),
    _key("version", Integer),
    _text("occurred_at"),
    _text("topic"),
    _text("episode_id"),
    _count("scene"),
    _json("fact"),
)

series = _table("series", _key("series_id"), _text("title"), _json("rules"), _count("version"), _text("created_at"))
series_cast = _table("series_cast", _key("series_id"), _key("character_id"), _count("version"))
series_episodes = _table("series_episodes", _key("series_id"), _key("episode_id"), _count("version"))

episodes = _table(
    "episodes",
    _key("episode_id"),
    _text("series_id"),
    _text("title"),
    _text("logline"),
    _text("story"),
    _text("status"),
    _text("reason"),
    _number("seconds"),
    _count("seed"),
    _json("engines"),
    _json("limits"),
    _text("film"),
    _text("subtitles"),
    _count("frames"),
    Column("passed", Boolean),
    _json("measures"),
    _json("findings"),
    _json("continuity"),
    _json("files"),
    _count("version"),
    _text("requested_at"),
    _text("updated_at"),
    _text("delivered_at"),
)
episode_cast = _table("episode_cast", _key("episode_id"), _key("slug"), _text("character_id"), _count("version"))
scenes = _table(
    "scenes",
    _key("episode_id"),
    _key("number", Integer),
    _text("scene_id"),
    _text("description"),
    _number("seconds"),
    _text("location"),
    _text("place"),
    _text("time"),
    _text("weather"),
    _text("mood"),
    _text("camera"),
    _json("characters"),
    _json("changes"),
    _text("engine"),
    _text("status"),
    _text("reason"),
    _count("rounds"),
)
lines = _table(
    "lines",
    _key("episode_id"),
    _key("scene", Integer),
    _key("line", Integer),
    _text("speaker"),
    _text("text"),
    _text("voice"),
    _text("uri"),
    _count("frames"),
)
shots = _table(
    "shots",
    _key("episode_id"),
    _key("shot_id"),
    _count("scene"),
    _count("index"),
    _count("start"),
    _count("frames"),
    _json("camera"),
    _text("focus"),
    _json("visible"),
    _json("identified"),
    _text("accepted"),
)
takes = _table(
    "takes",
    _key("episode_id"),
    _key("take_id"),
    _text("shot_id"),
    _count("scene"),
    _text("engine"),
    _count("seed"),
    _text("prompt"),
    _text("status"),
    _text("operation"),
    _text("uri"),
    _text("tail"),
    _count("frames"),
    _number("worked"),
    _text("verdict"),
    _text("code"),
    _text("reason"),
    _json("observed"),
    _text("requested_at"),
    _text("updated_at"),
)
sightings = _table(
    "sightings",
    _key("episode_id"),
    _key("take_id"),
    _key("slug"),
    _text("character_id"),
    _count("frames"),
    _measure("idr"),
    _measure("low"),
    _measure("raw"),
    _measure("copied"),
    _flag("copy_paste"),
)
film_sightings = _table(
    "film_sightings",
    _key("episode_id"),
    _key("shot_id"),
    _key("slug"),
    _text("character_id"),
    _count("frames"),
    _measure("idr"),
    _measure("low"),
    _measure("raw"),
    _measure("copied"),
    _flag("copy_paste"),
)
refinements = _table(
    "refinements",
    _key("episode_id"),
    _key("take_id"),
    _key("round", Integer),
    _text("uri"),
    _measure("before"),
    _measure("after"),
    _number("outside"),
    _flag("kept"),
)
work = _table("work", _key("episode_id"), _key("version", Integer), _text("stage"), _number("seconds"))
purchases = _table(
    "purchases",
    _key("purchase_id"),
    _text("project"),
    _text("series_id"),
    _text("stage"),
    _text("engine"),
    _text("account"),
    _text("status"),
    _text("reason"),
    _number("reserved"),
    _number("spent"),
    _text("reserved_at"),
    _text("settled_at"),
)
budgets = _table("budgets", _key("scope"), _number("dollars"))
estimates = _table("estimates", _key("project"), _number("dollars"))

jobs = _table(
    "jobs",
    _key("job_id"),
    _text("character_id"),
    _text("asked"),
    _text("status"),
    _text("reason"),
    _text("uri"),
    _measure("idr"),
    _count("pictures"),
    _count("version"),
    _text("requested_at"),
    _text("updated_at"),
)

position = _table("position", _key("name"), _count("position"), _text("shape"))
"""How far the tables have read the log, in the same transaction as what they read; and the shape they have."""


def put(connection: Connection, table: Table, **row: Any) -> None:
    """Insert a row, or replace the one with the same primary key."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    inserted = dialect.insert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    rest = {name: inserted.excluded[name] for name in row if name not in keys}
    connection.execute(inserted.on_conflict_do_update(index_elements=keys, set_=rest))


def change(connection: Connection, table: Table, key: dict[str, Any], **values: Any) -> None:
    """Update the rows with this key (a primary key or a part of one)."""
    chosen = and_(*(table.c[name] == value for name, value in key.items()))
    connection.execute(update(table).where(chosen).values(**values))
