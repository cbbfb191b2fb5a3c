"""Writing a generation of the index. One process at a time: tantivy locks the folder, and a killed process lets go of it."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import tantivy
from django.db import connection

from lantian.commons.search.engine.folders import Folders
from lantian.commons.search.engine.schema import Fields, document_of, index_at, key_of
from lantian.commons.search.queries import reading
from lantian.commons.search.queries.registry import Document, Indexed, facet_keys, indexed, wider

HEAP_BYTES = 50_000_000  # of a writer that keeps up; tantivy wants 15 MB a thread at least
BATCH = 500
# Ids of one token are looked up so many at a time.
CARRIERS = 5000
SAY_EVERY_S = 20.0


class Locked(Exception):
    """Somebody else writes."""


@contextlib.contextmanager
def lock(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock file, which a killed process lets go of. Raises Locked after `patience` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    until = time.monotonic() + patience
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Locked(path.name) from None
                time.sleep(0.05)
        yield


def put(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all, also when the power fails."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Horizon(NamedTuple):
    """Of a moment: transactions before `upto` are over; none has begun from `next` on."""

    upto: int
    next: int


def horizon() -> Horizon:
    """Where the database is now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        )
        return Horizon(*cursor.fetchone())


def fields_of(kind: str, document: Document, more: Iterable[str] = ()) -> Fields:
    """A document with the tokens that apps above add to it."""
    return Fields(
        kind=kind,
        id=document.id.hex,
        see=document.see.union(more),
        title=document.title,
        body=document.body,
        words=document.words,
        people=document.people,
        facets=document.facets,
        at=int(document.at.timestamp()) if document.at else 0,
        quality=document.quality,
        used=document.used,
    )


@dataclass
class Writer:
    """Writes one generation, up to `upto`; what came of transactions later than that is in `applied`. Raises Locked."""

    at: Folders
    name: str
    heap: int = HEAP_BYTES
    threads: int = 1
    upto: int = 0
    applied: set[int] = field(default_factory=set)
    said_at: float = -60.0

    def __post_init__(self) -> None:
        self.facets = facet_keys()
        folder = self.at.generation(self.name)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.index = index_at(str(folder), self.facets)
        try:
            self._writer = self.index.writer(self.heap, self.threads)
        except ValueError as fault:  # LockBusy; tantivy has one class for all faults
            raise Locked(str(fault)) from fault
        told = reading.held(self.name)
        self.upto = told.upto if told else 0

    def close(self) -> None:
        """Let go of the folder, after merges that are under way."""
        self._writer.wait_merging_threads()

    # Documents ---------------------------------------------------------------------------------------------------------

    def add(self, key: str, kind: Indexed, ids: Sequence[UUID]) -> int:
        """Put in the documents of these ids, of which none is there yet."""
        more = wider(key, ids)
        many = 0
        for document in kind.documents(ids):
            self._writer.add_document(document_of(fields_of(key, document, more.get(document.id, ())), self.facets))
            many += 1
        return many

    def refresh(self, key: str, ids: Sequence[UUID]) -> int:
        """Take out the documents of these ids and put in what they are now, if anything. How many were looked at."""
        kinds = indexed()
        kind, many, after = kinds.get(key), len(ids), dict[str, dict[UUID, None]]()
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            self._renew(key, kind, some)
            for other, follower in kinds.items():
                if other != key and (following := follower.follows.get(key)):
                    after.setdefault(other, {}).update(dict.fromkeys(following(some)))
        for other, more in after.items():
            many += self._again(other, list(more))
        return many

    def _again(self, key: str, ids: Sequence[UUID]) -> int:
        """As `refresh`, without those that follow these."""
        kind = indexed()[key]
        for start in range(0, len(ids), BATCH):
            self._renew(key, kind, ids[start : start + BATCH])
        return len(ids)

    def _renew(self, key: str, kind: Indexed | None, ids: Sequence[UUID]) -> None:
        for each in ids:
            self._writer.delete_documents_by_term("id", key_of(key, each.hex))
        if kind is not None:
            self.add(key, kind, ids)

    def carriers(self, token: str) -> dict[str, list[UUID]]:
        """Ids by kind of all documents that carry a token, as last committed."""
        self.index.reload()
        searcher, found = self.index.searcher(), dict[str, list[UUID]]()
        for key in indexed():
            query = tantivy.Query.term_query(self.index.schema, "see", f"{key}|{token}", "basic")
            first = 0
            while hits := searcher.search(query, CARRIERS, count=False, offset=first).hits:
                for _score, address in hits:
                    found.setdefault(key, []).append(UUID(str(searcher.doc(address)["id"][0]).partition(":")[2]))
                first += CARRIERS
        return found

    # Marks -------------------------------------------------------------------------------------------------------------

    def catch_up(self) -> int:
        """Apply all marks that are there and not applied yet, and commit. How many documents were looked at.

        A mark of a transaction that is still open is not seen, and may have a smaller number than those that are: so `upto`
        goes no further than the oldest open transaction, and marks beyond it are remembered one by one. Killed at any moment, one
        begins again from `upto` as it was written last, and applies some marks twice.
        """
        seen = horizon()
        rows = self._marks()
        fresh = [row for row in rows if row[0] not in self.applied]
        many = 0
        if fresh:
            many = self._apply(fresh)
            self._writer.commit()
        moved = seen.upto > self.upto
        self.applied = {pk for pk, xid, *_ in rows if xid >= seen.upto}
        self.upto = max(self.upto, seen.upto)
        if fresh or (moved and not self._is_fresh()):
            self.write_down()
        return many

    def _is_fresh(self) -> bool:
        """Whether it was said not long ago how far this is: what idles need not write down every transaction."""
        return time.monotonic() - self.said_at < SAY_EVERY_S

    def _marks(self) -> list[tuple[int, int, str, list[UUID], str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, xid, kind, ids, token FROM search_mark WHERE xid >= %s ORDER BY id", [self.upto])
            return list(cursor.fetchall())

    def _apply(self, rows: Sequence[tuple[int, int, str, list[UUID], str]]) -> int:
        wanted: dict[str, dict[UUID, None]] = {}
        for token in dict.fromkeys(token for *_, token in rows if token):
            for kind, ids in self.carriers(token).items():
                wanted.setdefault(kind, {}).update(dict.fromkeys(ids))
        for _pk, _xid, kind, ids, _token in rows:
            if kind:
                wanted.setdefault(kind, {}).update(dict.fromkeys(ids))
        return sum(self.refresh(kind, list(ids)) for kind, ids in wanted.items())

    def commit(self) -> None:
        """Make what was added durable and visible."""
        self._writer.commit()

    def write_down(self) -> None:
        """Say on the disk what is held, after it was committed."""
        self.said_at = time.monotonic()
        put(self.at.upto(self.name), json.dumps({"upto": self.upto, "make": reading.make(), "at": int(time.time())}))
