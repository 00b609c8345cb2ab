"""Small collections of passages that can be searched like records: made once, kept, and opened again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from coachkit.domain.audience import Audience, AudienceKind
from coachkit.domain.identity import record_id
from coachkit.retrieval import Query, Retriever
from coachkit.retrieval.indexer import Indexer
from coachkit.retrieval.ports import Embedder
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import insert_rows
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import SqlEmbeddingStore
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.postings import IndexableRecord, index_records
from coachkit.store.relational.searching import RelationalSearch
from coachkit.store.relational.types import milliseconds
from coachkit.store.relational.vectors import VectorMemory
from coachkit.store.relational.writing_people import scope_id

__all__ = ["Corpora", "Text"]

_EVERYBODY = Audience.org()


@dataclass(frozen=True, slots=True)
class Text:
    """A passage: what it is called, what it says, and of which day."""

    id: str
    key: str
    title: str
    text: str
    day: date


class Corpora:
    """Makes collections below a folder and searches them. A kill leaves a whole one or none.

    :param embedder: by which meaning is compared; ``None``: by words alone.
    """

    def __init__(self, folder: Path, embedder: Embedder | None) -> None:
        self._folder = folder
        self._embedder = embedder
        self._open: dict[tuple[str, bool], tuple[Database, Retriever, dict[int, str]]] = {}

    def search(self, name: str, texts: Sequence[Text], asked: str, *, meaning: bool, limit: int) -> list[str]:
        """Ids of the texts that fit best, best first.

        :param name: of the collection, by everything in it: under it it is kept.
        :param meaning: compare by meaning too.
        """
        _, retriever, ids = self._opened(name, texts, meaning=meaning)
        query = Query(text=asked, scopes=frozenset({scope_id(_EVERYBODY)}), limit=limit)
        return [ids[hit.record_id] for hit in retriever.search(query)]

    def close(self) -> None:
        for database, _, _ in self._open.values():
            database.close()
        self._open.clear()

    def _opened(self, name: str, texts: Sequence[Text], *, meaning: bool) -> tuple[Database, Retriever, dict[int, str]]:
        place = (name, meaning)
        if place not in self._open:
            embedder = self._embedder if meaning else None
            path = self._made(name, texts, embedder)
            database = Database(f"sqlite:///{path}")
            retriever = Retriever(RelationalSearch(database, VectorMemory(patience=0)), embedder)
            self._open[place] = (database, retriever, {_number(one.id): one.id for one in texts})
        return self._open[place]

    def _made(self, name: str, texts: Sequence[Text], embedder: Embedder | None) -> Path:
        suffix = "" if embedder is None else f"-{embedder.model.replace('/', '_')}"
        path = self._folder / f"{name}{suffix}.db"
        if path.is_file():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if not path.is_file():
                part = path.with_suffix(".part")
                shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
                part.mkdir()
                _fill(part / "corpus.db", texts, embedder)
                (part / "corpus.db").rename(path)
                shutil.rmtree(part, ignore_errors=True)
        return path


def _number(text_id: str) -> int:
    return record_id("corpus", "texts", text_id)


def _fill(path: Path, texts: Sequence[Text], embedder: Embedder | None) -> None:
    database = Database(f"sqlite:///{path}")
    try:
        migrate(database)
        newest = max(one.day for one in texts)
        now = datetime.combine(newest, time(23), UTC)
        scope = scope_id(_EVERYBODY)
        with database.write() as writing:
            known = writing.execute(sa.select(t.scopes.c.id).where(t.scopes.c.id == scope)).first()
            if known is None:
                insert_rows(writing, t.scopes, [(scope, str(AudienceKind.ORG), _EVERYBODY.key)])
            insert_rows(writing, t.records, [_row(one, scope, now) for one in texts])
            words = [IndexableRecord(_number(o.id), scope, _at(o.day), o.key, o.title, o.text) for o in texts]
            index_records(writing, words, now=now, new=True)
        if embedder is not None:
            Indexer(SqlEmbeddingStore(database), embedder, None, clock=lambda: now).embed()
    finally:
        database.close()
    with closing(sqlite3.connect(path)) as connection:  # into one file, which can be moved
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def _row(one: Text, scope: int, now: datetime) -> tuple[object, ...]:
    at = milliseconds(_at(one.day))
    named = ("corpus", "corpus", "corpus", "texts", one.id, "text", one.key)
    return (_number(one.id), *named, one.title, one.text, None, at, milliseconds(now), None, scope, "work", "", None)
