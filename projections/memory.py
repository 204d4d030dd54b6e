"""What characters remember and whose face is whose, in Milvus: a read model that follows the log.

Two kinds of collections, each with the name of the model whose vectors it holds, so that another model gets another
one: ``memories_…`` and ``faces_…``. How far the log was read is kept beside them. Reading a fact twice changes nothing:
every row has the key of its fact.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self
from uuid import UUID

import numpy as np

from engines.text import TextEngine
from events.character import CHARACTER, CharacterErased, IdentityExtracted, SceneGenerated
from events.log import Entry, Log
from events.look import SceneRef
from events.memories import Memory, memory_of
from events.mentions import unmasked
from projections.recall import Question, Recalled, chosen, ranked
from projections.vectors import VECTOR, Metric, Row, Shape, Vectors

REVISION = 1
"""Raise it when rows are made otherwise than before: everything is made again then."""
BATCH = 500
"""Facts that are followed at once."""
CANDIDATES = 128
"""Memories most alike to the question that are scored."""

MEMORIES, FACES, FOLLOWED = "memories_", "faces_", "followed"
ID = 36
LONGEST_TEXT = 65_535
"""Bytes of a text field in Milvus."""
SCALARS = ("event_id", "character_id", "series_id", "episode_id", "scene", "kind", "hour", "version", "text")


class Memories:
    """The memories and faces of one log. Safe for threads; one process at a time may open an embedded store.

    ``place``: a folder for an embedded store, or the URI of a Milvus server, where ``prefix`` keeps logs apart.
    """

    def __init__(self, place: Path | str, engine: TextEngine, token: str = "", prefix: str = "") -> None:
        self._engine = engine
        self._alone = threading.RLock()
        self._store = Vectors(place, token, prefix)
        self._memories = MEMORIES + _plain(engine.name)
        self._hours: dict[UUID, float] = {}
        self._store.provide(FOLLOWED, Shape("name", 2, "L2", {"name": 255}, integers=["position"]))
        self._position = self._kept_position()
        for name in self._store.names(FACES):
            self._store.load(name)
        if self._position:
            self._store.load(self._memories)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        with self._alone:
            self._store.close()

    # ------------------------------------------------------------ following the log

    def catch_up(self, log: Log) -> int:
        """Read the facts that are new; how many there were."""
        with self._alone:
            read = 0
            while True:
                entries, reached = log.since(self._position, BATCH)
                if reached == self._position:
                    break
                if self._position == 0:
                    self._begin()
                self._follow(entries, log)
                self._keep_position(reached)
                read += len(entries)
            self._store.settle()
            return read

    def rebuild(self, log: Log) -> int:
        """Throw everything away and make it again from the log; how many facts were read."""
        with self._alone:
            self._keep_position(0)
            return self.catch_up(log)

    def _begin(self) -> None:
        for name in [self._memories, *self._store.names(FACES)]:
            self._store.drop(name)
        self._hours.clear()
        self._store.provide(self._memories, _memories(self._engine.dimensions))

    def _follow(self, entries: Sequence[Entry], log: Log) -> None:
        gone = {entry.aggregate_id for entry in entries if isinstance(entry.recorded.event, CharacterErased)}
        if gone:
            self._forget(gone)
        kept = [entry for entry in entries if entry.aggregate_id not in gone]
        memories = [memory for entry in kept if (memory := self._remembered(entry, log))]
        vectors = self._engine.embed([unmasked(memory.text, {}) for memory in memories])
        rows: dict[str, list[Row]] = {}
        for memory, vector in zip(memories, vectors, strict=True):
            rows.setdefault(_partition(memory.character_id), []).append(_row(memory) | {VECTOR: vector})
        for partition, theirs in rows.items():
            self._store.upsert(self._memories, theirs, partition)
        for entry in kept:
            if isinstance(fact := entry.recorded.event, IdentityExtracted):
                self._store_faces(entry, fact, log)

    def _remembered(self, entry: Entry, log: Log) -> Memory | None:
        """The memory that a fact leaves. Its hour is that of the scene, which is told before what happened in it."""
        fact, character_id = entry.recorded.event, entry.aggregate_id
        if isinstance(fact, SceneGenerated):
            self._hours[character_id] = fact.hour
        told = memory_of(fact)
        if told is None:
            return None
        if character_id not in self._hours:
            before = log.stream(character_id, upto=entry.recorded.version)
            hours = [earlier.hour for earlier in before if isinstance(earlier, SceneGenerated)]
            self._hours[character_id] = hours[-1] if hours else 0.0
        kind, text, scene = told
        return Memory(
            event_id=entry.recorded.event_id,
            character_id=character_id,
            version=entry.recorded.version,
            scene=scene,
            kind=kind,
            hour=self._hours[character_id],
            text=text,
        )

    def _store_faces(self, entry: Entry, fact: IdentityExtracted, log: Log) -> None:
        """One vector for each of the references that the character had by then."""
        known = CHARACTER.fold(log.stream(entry.aggregate_id, upto=entry.recorded.version)).references
        owner = {"character_id": str(entry.aggregate_id), "embedder": fact.embedder}
        rows = [
            owner | {"face": f"{entry.aggregate_id}/{reference.view}", "view": reference.view, VECTOR: vector}
            for reference, vector in zip(known, fact.vectors, strict=False)
        ]
        if rows:
            dimensions = len(fact.vectors[0])
            name = _faces_name(fact.embedder, dimensions)
            self._store.provide(name, _faces(dimensions, metric_of(fact.embedder)))
            self._store.upsert(name, rows)

    def _forget(self, characters: Iterable[UUID]) -> None:
        """Nothing of them stays in any file, whichever model it was made with. The position is kept at the beginning
        meanwhile: a crash in between leads to everything being made again."""
        position = self._position
        self._keep_position(0)
        for name in [*self._store.names(MEMORIES), *self._store.names(FACES)]:
            self._store.load(name)
            for character_id in sorted(characters):
                self._store.forget(name, "character_id", str(character_id))
        self._position = position

    # ------------------------------------------------------------ how far the log was read

    @property
    def _bookmark(self) -> str:
        return f"{self._memories} {REVISION}"

    def _kept_position(self) -> int:
        if self._memories not in self._store.names(MEMORIES):
            return 0
        kept = self._store.row(FOLLOWED, self._bookmark)
        return int(kept["position"]) if kept else 0

    def _keep_position(self, position: int) -> None:
        self._store.upsert(FOLLOWED, [{"name": self._bookmark, "position": position, VECTOR: [0.0, 0.0]}])
        self._position = position

    # ------------------------------------------------------------ the whole

    def dump(self) -> dict[str, list[Row]]:
        """All rows of all collections, in the order of their keys, without the vectors of texts."""
        with self._alone:
            texts = sorted(self._store.rows(self._memories), key=lambda row: str(row["event_id"]))
            faces = {name: self._store.rows(name) for name in self._store.names(FACES)}
            told = [{name: value for name, value in row.items() if name != VECTOR} for row in texts]
            return {self._memories: told} | {
                name: sorted(rows, key=lambda row: str(row["face"])) for name, rows in faces.items()
            }

    # ------------------------------------------------------------ asking

    def recall(self, questions: Sequence[Question]) -> list[list[Recalled]]:
        """What comes to mind for each question, best first (``projections/recall.py``). The log is not read."""
        with self._alone:
            return [self._recall(question) for question in questions]

    def _recall(self, question: Question) -> list[Recalled]:
        if not self._is_followed():
            return []
        vector = self._engine.embed([unmasked(question.query, {})])[0]
        where = (
            f'character_id == "{question.character_id}" and series_id == "{question.series_id or ""}" '
            f"and version <= {question.upto}"
        )
        if question.kinds:
            where += f" and kind in {list(question.kinds)}"
        partition = _partition(question.character_id)
        found = self._store.nearest(self._memories, vector, CANDIDATES, [*SCALARS, VECTOR], where, partition)
        candidates = [(_memory(row), np.array(row[VECTOR], np.float32)) for _, row in found]
        return chosen(ranked(candidates, vector, question.hour), question, self._engine.count)

    def _is_followed(self) -> bool:
        """By us, or by another process that follows the log into the same server."""
        if not self._position:
            self._position = self._kept_position()
        return self._position > 0

    def nearest_faces(
        self, vectors: Sequence[Sequence[float]], k: int, embedder: str
    ) -> list[list[tuple[UUID, str, float]]]:
        """For each vector, the faces most like it: (character, view, raw similarity as the embedder's engine measures
        it)."""
        with self._alone:
            return [self._nearest_faces(vector, k, embedder) for vector in vectors]

    def _nearest_faces(self, vector: Sequence[float], k: int, embedder: str) -> list[tuple[UUID, str, float]]:
        name = _faces_name(embedder, len(vector))
        if name not in self._store.names(FACES):
            return []
        found = self._store.nearest(name, np.array(vector), k, ["character_id", "view"])
        measure = similarity_of(embedder)
        return [(UUID(row["character_id"]), row["view"], measure(distance)) for distance, row in found]


# ---------------------------------------------------------------- collections and their rows


def _memories(dimensions: int) -> Shape:
    texts = {"event_id": ID, "character_id": ID, "series_id": ID, "episode_id": ID, "kind": 64, "text": LONGEST_TEXT}
    partitions = [f"p{digit:x}" for digit in range(16)]
    return Shape("event_id", dimensions, "COSINE", texts, ["scene", "version"], ["hour", "importance"], partitions)


def _partition(character_id: UUID) -> str:
    """A character's memories lie together, so that a search passes over those of most others."""
    return f"p{character_id.hex[-1]}"


def _faces(dimensions: int, metric: Metric) -> Shape:
    texts = {"face": 1024, "character_id": ID, "view": 1024, "embedder": 255}
    return Shape("face", dimensions, metric, texts)


def _plain(name: str) -> str:
    """As Milvus takes names: letters, digits and underscores."""
    return re.sub(r"\W", "_", name)


def _faces_name(embedder: str, dimensions: int) -> str:
    name = _plain(embedder)
    return FACES + (name if name.endswith(f"_{dimensions}") else f"{name}_{dimensions}")


def _row(memory: Memory) -> Row:
    return {
        "event_id": str(memory.event_id),
        "character_id": str(memory.character_id),
        "series_id": str(memory.scene.series or ""),
        "episode_id": str(memory.scene.episode),
        "scene": memory.scene.scene,
        "kind": memory.kind,
        "hour": memory.hour,
        "version": memory.version,
        "importance": memory.importance,
        "text": memory.text.encode()[:LONGEST_TEXT].decode(errors="ignore"),
    }


def _memory(row: Row) -> Memory:
    scene = SceneRef(episode=row["episode_id"], scene=row["scene"], series=row["series_id"] or None)
    told = {name: row[name] for name in ("event_id", "character_id", "version", "kind", "hour", "text")}
    return Memory(scene=scene, **told)


# ---------------------------------------------------------------- how alike two faces are


def metric_of(embedder: str) -> Metric:
    """face-api's vectors are compared by their distance, all others by their angle."""
    return "L2" if embedder.startswith("faceapi") else "COSINE"


def similarity_of(embedder: str) -> Callable[[float], float]:
    """From what Milvus says to the raw similarity of the face engine; Milvus squares its distances."""
    if metric_of(embedder) == "L2":
        return lambda squared: 1.0 - math.sqrt(max(0.0, squared))
    return float
