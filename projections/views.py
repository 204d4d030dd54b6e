"""The read models: everything that is shown comes from here and wakes nobody.

The tables live in a database of their own and can be thrown away: they follow the log, each batch of facts in
one transaction with the position it ends at, so that every fact is applied exactly once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import fsum
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, NullPool, Select, Table, create_engine, delete, event, func, inspect, select
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from events.errors import InvalidInput, NotFound, StorageError
from events.log import LOCK_TIMEOUT, Log, sqlalchemy_url
from projections import tables as t
from projections.apply import REVISION, apply

Row = dict[str, Any]

BATCH = 500
LOG = "log"
_CREATING = 7_311_402
"""PostgreSQL's advisory lock while the tables are made."""


class Views:
    """Every public read catches up with the log first. Safe for threads and for many processes."""

    def __init__(self, url: str, log: Log) -> None:
        self._log = log
        self._engine = _engine(url)
        with self._alone() as connection:
            _make_tables(connection)

    # ------------------------------------------------------------ following the log

    def catch_up(self) -> int:
        """Apply the facts that are new; how many this call applied (another process may apply the rest)."""
        applied = 0
        while (count := self._advance()) is not None:
            applied += count
        return applied

    def rebuild(self) -> None:
        """Throw all rows away and make them again from the log. Others may read and follow meanwhile."""
        with self._alone() as connection:
            _position(connection, lock=True)
            for table in t.metadata.sorted_tables:
                if table is not t.position:
                    connection.execute(delete(table))
            t.change(connection, t.position, {"name": LOG}, position=0)
        self.catch_up()

    def scrub(self) -> None:
        """Catch up with what was erased, and leave nothing of it in the database's files either."""
        self.catch_up()
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                for table in t.metadata.sorted_tables:
                    connection.exec_driver_sql(f"VACUUM FULL {table.name}")

    def _advance(self) -> int | None:
        """One batch; None when there is nothing new. The log is read before the lock is taken: whoever finds
        the position moved under the lock applies nothing and looks again."""
        with self._engine.connect() as connection:
            known = _position(connection)
        entries, reached = self._log.since(known, BATCH)
        if reached == known:
            return None
        with self._alone() as connection:
            if _position(connection, lock=True) != known:
                return 0
            for entry in entries:
                apply(connection, entry)
            t.change(connection, t.position, {"name": LOG}, position=reached)
        return len(entries)

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A transaction that writes. SQLite lets one in at a time; PostgreSQL waits at the position's row."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    # ------------------------------------------------------------ the whole

    def dump(self) -> dict[str, list[Row]]:
        """All rows of all tables, in the order of their primary keys."""
        with self._engine.connect() as connection:
            return {table.name: _sorted_rows(connection, table) for table in t.metadata.sorted_tables}

    def digest(self) -> str:
        """The sha256 of ``dump``: equal exactly when all rows are."""
        told = json.dumps(self.dump(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    # ------------------------------------------------------------ characters

    def characters(self) -> list[Row]:
        return self._rows(select(t.characters).order_by(t.characters.c.created_at, t.characters.c.character_id))

    def character(self, slug: str) -> Row:
        """One character with its ``pictures``. Raises ``NotFound``."""
        table = t.characters
        found = self._rows(select(table).where(table.c.slug == slug).order_by(table.c.created_at))
        if not slug or not found:
            raise NotFound(f"There is no character {slug!r}. `loraframe character create` makes one.")
        return found[0] | {"pictures": self._of_character(t.pictures, found[0])}

    def character_id(self, slug: str) -> UUID | None:
        try:
            return UUID(self.character(slug)["character_id"])
        except NotFound:
            return None

    def history(self, slug: str) -> list[Row]:
        """What happened to a character, oldest first."""
        return self._of_character(t.history, self.character(slug))

    def _of_character(self, table: Table, character: Row) -> list[Row]:
        owned = table.c.character_id == character["character_id"]
        return self._rows(select(table).where(owned).order_by(table.c.version))

    # ------------------------------------------------------------ series

    def series(self, title: str) -> Row:
        """A series with ``cast`` (characters' ids) and ``episodes`` (rows, in their order). Raises ``NotFound``."""
        found = self._rows(select(t.series).where(t.series.c.title == title).order_by(t.series.c.created_at))
        if not found:
            raise NotFound(f"There is no series {title!r}.")
        series_id = found[0]["series_id"]
        joined = select(t.series_cast.c.character_id).where(t.series_cast.c.series_id == series_id)
        cast = self._rows(joined.order_by(t.series_cast.c.version))
        ordered = t.series_episodes.c.episode_id == t.episodes.c.episode_id
        shown = select(t.episodes).join(t.series_episodes, ordered).where(t.series_episodes.c.series_id == series_id)
        episodes = self._rows(shown.order_by(t.series_episodes.c.version))
        return found[0] | {"cast": [row["character_id"] for row in cast], "episodes": episodes}

    # ------------------------------------------------------------ episodes

    def episodes(self) -> list[Row]:
        return self._rows(select(t.episodes).order_by(t.episodes.c.requested_at, t.episodes.c.episode_id))

    def episode(self, id_or_prefix: UUID | str) -> Row:
        """An episode by its id or the beginning of it, with ``cast`` and ``progress``.

        Raises ``NotFound``, or ``InvalidInput`` when several ids begin so.
        """
        prefix = str(id_or_prefix).lower()
        found = self._rows(select(t.episodes).where(t.episodes.c.episode_id.startswith(prefix, autoescape=True)))
        if not prefix or not found:
            raise NotFound(f"There is no episode {prefix!r}. `loraframe episode list` shows all.")
        if len(found) > 1:
            raise InvalidInput(f"{len(found)} episodes begin with {prefix!r}. Give more of the id.")
        episode_id = found[0]["episode_id"]
        cast = self._of_episode(t.episode_cast, episode_id, t.episode_cast.c.slug)
        return found[0] | {"cast": cast, "progress": self._progress(episode_id)}

    def episode_id(self, id_or_prefix: UUID | str) -> UUID:
        """The whole id of an episode. Raises as ``episode`` does."""
        return UUID(self.episode(id_or_prefix)["episode_id"])

    def scenes(self, episode_id: UUID | str) -> list[Row]:
        """The scenes in story order, each with its ``lines``."""
        lines = self._of_episode(t.lines, episode_id, t.lines.c.scene, t.lines.c.line)
        scenes = self._of_episode(t.scenes, episode_id, t.scenes.c.number)
        return [scene | {"lines": [n for n in lines if n["scene"] == scene["number"]]} for scene in scenes]

    def shots(self, episode_id: UUID | str) -> list[Row]:
        """The shots in story order, each with its ``sightings`` on the finished film."""
        seen = self._of_episode(t.film_sightings, episode_id, t.film_sightings.c.slug)
        shots = self._of_episode(t.shots, episode_id, t.shots.c.scene, t.shots.c.index)
        return [shot | {"sightings": [n for n in seen if n["shot_id"] == shot["shot_id"]]} for shot in shots]

    def takes(self, episode_id: UUID | str) -> list[Row]:
        """The takes in the order of their request, each with its ``sightings``."""
        seen = self._of_episode(t.sightings, episode_id, t.sightings.c.slug)
        takes = self._of_episode(t.takes, episode_id, t.takes.c.requested_at, t.takes.c.take_id)
        return [take | {"sightings": [n for n in seen if n["take_id"] == take["take_id"]]} for take in takes]

    def _of_episode(self, table: Table, episode_id: UUID | str, *order: Any) -> list[Row]:
        return self._rows(select(table).where(table.c.episode_id == str(episode_id)).order_by(*order))

    def _progress(self, episode_id: str) -> dict[str, int]:
        scenes = self._of_episode(t.scenes, episode_id, t.scenes.c.number)
        shots = self._of_episode(t.shots, episode_id, t.shots.c.shot_id)
        return {
            "scenes": len(scenes),
            "scenes_completed": sum(scene["status"] == "completed" for scene in scenes),
            "shots": len(shots),
            "shots_accepted": sum(bool(shot["accepted"]) for shot in shots),
        }

    # ------------------------------------------------------------ stills

    def jobs(self) -> list[Row]:
        """Stills in the order of their request, with the ``status`` that each has come to."""
        return self._rows(select(t.jobs).order_by(t.jobs.c.requested_at, t.jobs.c.job_id))

    # ------------------------------------------------------------ money and measures

    def purchases(self, project: UUID | str = "") -> list[Row]:
        """Every paid call in order, of one episode or still or of all: ``reserved`` (still held) and ``spent`` dollars,
        and the ``status`` that it has come to (RESERVED, UNKNOWN, COMPLETED, FAILED or REFUNDED)."""
        table = t.purchases
        query = select(table).order_by(table.c.reserved_at, table.c.purchase_id)
        return self._rows(query.where(table.c.project == str(project)) if project else query)

    def budgets(self) -> dict[str, float]:
        """Dollars by scope (``events/ledger.py``)."""
        return {row["scope"]: row["dollars"] for row in self._rows(select(t.budgets).order_by(t.budgets.c.scope))}

    def estimates(self) -> dict[str, float]:
        """Dollars that an episode was thought to cost, by its id."""
        return {row["project"]: row["dollars"] for row in self._rows(select(t.estimates))}

    def takes_per_shot(self, engine: str) -> float | None:
        """How many takes an accepted shot of this engine has needed so far; None where it has filmed none."""
        found = self._rows(select(t.takes.c.status).where(t.takes.c.engine == engine))
        accepted = sum(take["status"] in ("accepted", "stale") for take in found)
        return len(found) / accepted if accepted else None

    def metrics(self) -> Row:
        """``takes`` by verdict (``failed`` and ``unjudged`` beside them), ``retakes`` (takes beyond a shot's first),
        ``idr`` (median of the accepted takes, by slug) and ``engine_seconds`` by stage."""
        takes = self._rows(select(t.takes))
        verdicts: dict[str, int] = {}
        for take in takes:
            verdict = take["verdict"] or ("failed" if take["status"] == "failed" else "unjudged")
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
        return {
            "takes": dict(sorted(verdicts.items())),
            "retakes": len(takes) - len({(take["episode_id"], take["shot_id"]) for take in takes}),
            "idr": self._median_idr(),
            "engine_seconds": self._engine_seconds(),
        }

    def _engine_seconds(self) -> dict[str, float]:
        spent: dict[str, list[float]] = {}
        for row in self._rows(select(t.work).order_by(t.work.c.stage, t.work.c.episode_id, t.work.c.version)):
            spent.setdefault(row["stage"], []).append(row["seconds"])
        return {stage: fsum(seconds) for stage, seconds in spent.items()}

    def _median_idr(self) -> dict[str, float]:
        seen, takes = t.sightings, t.takes
        same = (seen.c.episode_id == takes.c.episode_id) & (seen.c.take_id == takes.c.take_id)
        measured = seen.c.idr.is_not(None) & (takes.c.status == "accepted")
        values: dict[str, list[float]] = {}
        for row in self._rows(select(seen.c.slug, seen.c.idr).join(takes, same).where(measured).order_by(seen.c.slug)):
            values.setdefault(row["slug"], []).append(row["idr"])
        return {slug: median(found) for slug, found in values.items()}

    def _rows(self, query: Select[Any]) -> list[Row]:
        self.catch_up()
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


# ---------------------------------------------------------------- the database


def _engine(url: str) -> Engine:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        Path(parts.database or "").parent.mkdir(parents=True, exist_ok=True)
        arguments = {"timeout": LOCK_TIMEOUT, "isolation_level": None}  # we say ourselves where a transaction begins
        engine = create_engine(parts, connect_args=arguments)
    else:
        engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    event.listen(engine, "handle_error", _storage_error)
    return engine


def _storage_error(context: ExceptionContext) -> None:
    """A database that is full or cannot be reached, in a sentence that helps."""
    if isinstance(context.sqlalchemy_exception, OperationalError):
        reason = str(context.original_exception).strip().partition("\n")[0].rstrip(".")
        raise StorageError(f"The read models cannot be kept: {reason}. Free some space, or mend LORAFRAME_VIEWS_URL.")


def _make_tables(connection: Connection) -> None:
    """Make what is missing; make everything again when it has another shape than ours."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CREATING)))
    shape = _shape()
    if inspect(connection).has_table(t.position.name):
        known = connection.scalar(select(t.position.c.shape).where(t.position.c.name == LOG))
        if known == shape:
            return
        t.metadata.drop_all(connection)
    t.metadata.create_all(connection)
    t.put(connection, t.position, name=LOG, position=0, shape=shape)


def _shape() -> str:
    told = [str(CreateTable(table)) for table in t.metadata.sorted_tables]
    return hashlib.sha256("".join([str(REVISION), *told]).encode()).hexdigest()[:16]


def _position(connection: Connection, lock: bool = False) -> int:
    query = select(t.position.c.position).where(t.position.c.name == LOG)
    position: int = connection.execute(query.with_for_update() if lock else query).scalar_one()
    return position


def _sorted_rows(connection: Connection, table: Table) -> list[Row]:
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    return sorted(rows, key=lambda row: [row[column.name] for column in table.primary_key])
