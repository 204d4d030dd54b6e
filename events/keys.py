"""One key per character and per episode, kept beside the log: delete the key and what it sealed is gone for ever."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

metadata = MetaData()
keys_table = Table("keys", metadata, Column("owner", String(32), primary_key=True), Column("key", LargeBinary))


_EMPTIED = text("INSERT INTO keys (owner, key) VALUES (:owner, '') ON CONFLICT (owner) DO UPDATE SET key = ''")


class Keys:
    """A small table of AES-256 keys. A key that was forgotten is never made again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[UUID, AESGCM] = {}

    def create_table(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(CreateTable(keys_table, if_not_exists=True))

    def find(self, owner: UUID) -> AESGCM | None:
        """The owner's cipher, or None when there is no key (never made, or forgotten)."""
        if owner not in self._known and (key := self._read(owner)):
            self._known[owner] = AESGCM(key)
        return self._known.get(owner)

    def provide(self, owner: UUID) -> AESGCM:
        """The owner's cipher, made on first use; two processes agree on one key."""
        if found := self.find(owner):
            return found
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(keys_table).values(owner=owner.hex, key=AESGCM.generate_key(256)))
        except IntegrityError:
            pass  # another process was first: read its key
        cipher = self.find(owner)
        if cipher is None:
            raise LookupError(f"The key of {owner} was erased.")
        return cipher

    def forget(self, owner: UUID) -> None:
        """Erase the key, from the file too; an empty row stays so that it is never made again."""
        self._known.pop(owner, None)
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            connection.execute(_EMPTIED, {"owner": owner.hex})
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _read(self, owner: UUID) -> bytes | None:
        with self._engine.connect() as connection:
            return connection.scalar(select(keys_table.c.key).where(keys_table.c.owner == owner.hex))
