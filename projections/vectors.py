"""Collections of vectors in Milvus: embedded in a folder of this machine (``milvus-lite``), or on a server by URI.

Searches are exact (a FLAT index), so the same question has the same answer whatever was stored in between. Everything
that is filtered is a field with a type.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import numpy as np
from milvus_lite.adapter.grpc.server import start_server_in_thread
from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError
from pymilvus import CollectionSchema, DataType, MilvusClient, MilvusException

from events.errors import InUse, StorageError

Row = dict[str, Any]
Metric = Literal["COSINE", "L2"]

VECTOR = "vector"
PAGE = 1000
"""Rows that are read or written at once."""
SETTLE_EVERY = 200
"""Rows that an embedded collection may hold in its write-ahead log before they are sorted in: until then each costs a
search of its partition about 0.05 ms (measured: 11 ms for 10,000 rows sorted in, 21 ms with 200 more that are not)."""
PATIENCE = 10.0
"""Seconds to wait for a server."""
NEXT = "_next"
DEFAULT = "_default"
"""The partition of a collection that has no others."""

for _name in ("pymilvus", "pymilvus.milvus_client", "milvus_lite", "grpc._server"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # they log every exception that they raise or try first


@dataclass(frozen=True)
class Shape:
    """The fields of a collection besides its vector. ``texts`` maps a field to the most bytes that it can hold.

    A search that names its partition looks at nothing else: measured, embedded, 4.6 ms in one of 16 partitions of
    10,000 rows, 11 ms in all of them.
    """

    key: str
    dimensions: int
    metric: Metric
    texts: Mapping[str, int]
    integers: Sequence[str] = ()
    numbers: Sequence[str] = ()
    partitions: Sequence[str] = ()

    def schema(self) -> CollectionSchema:
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        for name, longest in self.texts.items():
            schema.add_field(name, DataType.VARCHAR, max_length=longest, is_primary=name == self.key)
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=self.dimensions)
        for name in self.integers:
            schema.add_field(name, DataType.INT64)
        for name in self.numbers:
            schema.add_field(name, DataType.DOUBLE)
        return schema


class Vectors:
    """An open store. Close it: an embedded one can be open once at a time. Not safe for threads that write.

    ``place`` is a folder, or the URI of a server (``http://host:19530``, with ``/database`` where it is shared);
    ``prefix`` begins the names of all collections. Raises ``StorageError`` whenever the store cannot be used.
    """

    def __init__(self, place: Path | str, token: str = "", prefix: str = "") -> None:
        self._place = _shown(place)
        self._prefix = prefix
        self._unsettled: dict[str, int] = {}
        self._embedded = _Embedded(place) if isinstance(place, Path) else None
        uri = self._embedded.uri if self._embedded else str(place)
        try:
            with self._errors():
                self._client = MilvusClient(uri, token=token, timeout=PATIENCE)
                self._drop_half_moved()
        except StorageError:
            if self._embedded:
                self._embedded.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()
        if self._embedded:
            self._embedded.close()

    # ------------------------------------------------------------ collections

    def names(self, beginning: str = "") -> list[str]:
        """The collections whose names begin so."""
        with self._errors():
            return [name[len(self._prefix) :] for name in self._all() if name.startswith(self._prefix + beginning)]

    def provide(self, name: str, shape: Shape) -> None:
        """Make the collection where it is missing; ready to be searched."""
        with self._errors():
            if not self._client.has_collection(self._prefix + name):
                self._create(self._prefix + name, shape.schema(), shape.metric, shape.partitions)
            self._client.load_collection(self._prefix + name)

    def load(self, name: str) -> None:
        """Ready to be searched, as after ``provide``."""
        with self._errors():
            self._client.load_collection(self._prefix + name)

    def drop(self, name: str) -> None:
        with self._errors():
            self._client.drop_collection(self._prefix + name)
            self._unsettled.pop(name, None)

    def _drop_half_moved(self) -> None:
        for name in self._all():
            if name.endswith(NEXT):
                self._client.drop_collection(name)

    def _all(self) -> list[str]:
        names: list[str] = self._client.list_collections()
        return sorted(name for name in names if name.startswith(self._prefix))

    def _create(self, name: str, schema: CollectionSchema, metric: str, partitions: Sequence[str]) -> None:
        index = self._client.prepare_index_params()
        index.add_index(VECTOR, index_type="FLAT", metric_type=metric)
        self._client.create_collection(name, schema=schema, consistency_level="Strong")
        for partition in partitions:
            self._client.create_partition(name, partition)
        self._client.create_index(name, index, sync=False)  # there is nothing in it yet; pymilvus would wait 0.5 s

    # ------------------------------------------------------------ rows

    def upsert(self, name: str, rows: Sequence[Row], partition: str = DEFAULT) -> None:
        """Write rows; one with a known key takes the place of the old one in its partition."""
        with self._errors():
            for start in range(0, len(rows), PAGE):
                self._client.upsert(self._prefix + name, list(rows[start : start + PAGE]), partition_name=partition)
            self._unsettled[name] = self._unsettled.get(name, 0) + len(rows)

    def settle(self) -> None:
        """Keep searches of an embedded store fast; a server does so by itself."""
        with self._errors():
            for name in [name for name, rows in self._unsettled.items() if rows > SETTLE_EVERY]:
                self._flush(name)

    def _flush(self, name: str) -> None:
        if self._embedded:
            self._client.flush(self._prefix + name)
        self._unsettled.pop(name, None)

    def row(self, name: str, key: str) -> Row | None:
        with self._errors():
            found = self._client.get(self._prefix + name, [key])
            return dict(found[0]) if found else None

    def rows(self, name: str) -> Iterator[Row]:
        """All rows with all their fields."""
        with self._errors():
            for page in self._pages(self._prefix + name, "", None):
                yield from page

    def nearest(
        self, name: str, vector: np.ndarray, limit: int, fields: Iterable[str], where: str = "", partition: str = ""
    ) -> list[tuple[float, Row]]:
        """The rows nearest to a vector with their cosine or their squared distance, by the collection's metric."""
        with self._errors():
            hits = self._client.search(
                self._prefix + name,
                data=[np.asarray(vector, np.float32)],
                limit=limit,
                filter=where,
                output_fields=list(fields),
                partition_names=[partition] if partition else None,
            )[0]
            return [(float(hit["distance"]), dict(hit["entity"])) for hit in hits]

    def forget(self, name: str, field: str, value: str) -> None:
        """Remove rows so that nothing of them is left in any file. Where there are any, all others move.

        Milvus only marks what is deleted; what is dropped goes as a whole. (A server deletes the files of a dropped
        collection when its garbage collector comes round.) What a crash leaves half moved is dropped on opening.
        """
        with self._errors():
            old, new = self._prefix + name, self._prefix + name + NEXT
            if not self._client.query(old, f'{field} == "{value}"', limit=1):
                return
            schema = CollectionSchema.construct_from_dict(self._client.describe_collection(old))
            partitions = self._client.list_partitions(old)
            metric = self._client.describe_index(old, VECTOR)["metric_type"]
            self._create(new, schema, metric, [partition for partition in partitions if partition != DEFAULT])
            for partition in partitions:
                for page in self._pages(old, f'{field} != "{value}"', [partition]):
                    self._client.upsert(new, page, partition_name=partition)
            self._client.drop_collection(old)
            self._client.rename_collection(new, old)
            self._client.load_collection(old)
            self._flush(name)

    def _pages(self, name: str, where: str, partitions: list[str] | None) -> Iterator[list[Row]]:
        found = self._client.query_iterator(
            name, batch_size=PAGE, filter=where, output_fields=["*"], partition_names=partitions
        )
        while page := found.next():
            yield [dict(row) for row in page]
        found.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turns a store that cannot be used into a sentence that helps."""
        try:
            yield
        except (MilvusException, MilvusLiteError, OSError) as error:
            reason = getattr(error, "message", "") or str(error)
            raise StorageError(
                f"The memories at {self._place} cannot be used: {reason.strip().rstrip('.')}. "
                "Free some space, or mend LORAFRAME_MILVUS_URI."
            ) from error


class _Embedded:
    """The store of one folder, served to this process on a port of loopback.

    What ``MilvusClient`` does with a path; but it says who holds the folder, and its port closes with it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._server, self._store, port = start_server_in_thread(str(folder))
        except DataDirLockedError as error:
            raise InUse(f"{folder} is open in another process; set LORAFRAME_MILVUS_URI to share it.") from error
        except (MilvusLiteError, OSError) as error:
            raise StorageError(
                f"The memories at {folder} cannot be opened: {error}. Delete that folder: the log makes them again."
            ) from error
        self.uri = f"http://127.0.0.1:{port}"

    def close(self) -> None:
        self._server.stop(grace=1).wait()
        self._store.close()


def _shown(place: Path | str) -> str:
    """The place without a password."""
    if isinstance(place, Path):
        return str(place)
    parts = urlsplit(place)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}" if parts.hostname else place
