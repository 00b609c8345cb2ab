"""Chroma as a server, by URL: any number of our processes share one index."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np

from coachkit.errors import ConfigError, StoreBusy
from coachkit.retrieval.ports import IndexEntry, Matrix
from coachkit.store.vector.collection import Collection, load_chroma, pages

__all__ = ["ServerIndex"]

T = TypeVar("T")

BATCH = 100
SEARCH_SECONDS = 5.0
"""A search that waits longer compares exactly."""
WRITE_SECONDS = 60.0
LOOK_SECONDS = 5.0
LOOK_AFTER_FAILURE_SECONDS = 30.0


class ServerIndex:
    """:class:`~coachkit.retrieval.ports.VectorIndex` on a Chroma server.

    Collections are named ``coachkit-<name>-<generation>``; the highest that is complete serves.

    :param url: ``http://host:port`` or ``https://…``. :param name: of the installation; several may share a server.
    :raises ConfigError: if the URL is none.
    """

    doubtful = False

    def __init__(self, url: str, name: str, model: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                f"COACHKIT_CHROMA_URL is no address of a Chroma server: {url!r}.", hint="Try http://127.0.0.1:8000."
            )
        self._url, self._parts = url, parts
        self._name = re.compile(rf"coachkit-{re.escape(name)}-(\d+)")
        self._prefix = f"coachkit-{name}-"
        self._model = model
        self._guard = threading.RLock()
        self._reader: Any = None
        self._writer: Any = None
        self._reading: Collection | None = None
        self._writing: Collection | None = None
        self._watermark: int | None = None
        self._look_again = 0.0

    # --- opening and closing -----------------------------------------------------------------------------------------

    def open(self) -> bool:
        with self._guard:
            return self._mapped(self._open)

    def _open(self) -> bool:
        """Find the generation that serves, as it is now on the server."""
        self._reader = self._reader or self._client(SEARCH_SECONDS)
        number = max((n for n, complete in self._generations() if complete), default=None)
        if number is None:
            self._reading = self._writing = self._watermark = None
            return False
        found = Collection(self._reader, f"{self._prefix}{number}", self._model)
        if self._writing is not None and self._writing.name != found.name:
            self._writing = None
        self._reading = found
        self._watermark = found.watermark if found.model == self._model else None
        return self._watermark is not None

    def _look(self) -> None:
        """See what other processes did: they write to the same server, and a process that only searches is not told."""
        if time.monotonic() < self._look_again or not self._guard.acquire(blocking=False):
            return
        try:
            self._look_again = time.monotonic() + LOOK_SECONDS
            self.open()
        except StoreBusy:
            self._look_again = time.monotonic() + LOOK_AFTER_FAILURE_SECONDS
        finally:
            self._guard.release()

    def _client(self, seconds: float) -> Any:
        chromadb = load_chroma()
        # Chroma writes into the settings it is given: each client needs its own.
        client = chromadb.HttpClient(
            host=self._parts.hostname,
            port=self._parts.port or (443 if self._parts.scheme == "https" else 80),
            ssl=self._parts.scheme == "https",
            settings=chromadb.config.Settings(anonymized_telemetry=False),
        )
        for session in _sessions(client):
            session.timeout = seconds
        return client

    def _generations(self) -> list[tuple[int, bool]]:
        """Numbers of our collections, and whether each was built to its end."""
        found = []
        offset = 0
        while page := self._reader.list_collections(limit=100, offset=offset):
            offset += len(page)
            for one in page:
                if named := self._name.fullmatch(one.name):
                    about = one.metadata or {}
                    found.append((int(named[1]), int(about.get("watermark", -1)) >= 0))
        return found

    def believe(self) -> None:
        """A server looks after its own files."""

    def close(self) -> None:
        with self._guard:
            self._drop()

    def _drop(self) -> None:
        for client in (self._reader, self._writer):
            if client is not None:
                for session in _sessions(client):
                    session.close()
                client.close()
        self._reader = self._writer = self._reading = self._writing = self._watermark = None

    # --- searching and writing ---------------------------------------------------------------------------------------

    def watermark(self) -> int | None:
        self._look()
        return self._watermark

    def propose(self, vector: Matrix, scopes: frozenset[int], limit: int, readable: int = 0) -> list[int]:
        reading = self._opened()
        return self._mapped(lambda: reading.propose(vector, sorted(scopes), limit, readable))

    def apply(self, entries: Sequence[IndexEntry], removed: Sequence[int], watermark: int) -> None:
        with self._guard:
            name = self._opened().name
            if self._writing is None:
                self._writing = self._mapped(lambda: Collection(self._connected(), name, self._model))
            self._mapped(partial(_apply, self._writing, entries, removed, watermark))
            self._watermark = watermark

    def versions(self) -> Iterator[tuple[int, int]]:
        reading = self._opened()
        return pages(lambda offset: self._mapped(lambda: reading.versions(offset)))

    def rebuild(self, entries: Iterable[IndexEntry], watermark: int) -> None:
        with self._guard:
            self._mapped(self._open)
            before = self._mapped(self._generations)
            number = max((n for n, _ in before), default=0) + 1
            name = f"{self._prefix}{number}"
            made = self._mapped(lambda: Collection(self._connected(), name, self._model, watermark=-1))
            rest = iter(entries)
            while batch := list(islice(rest, BATCH)):
                self._mapped(partial(_apply, made, batch, [], -1))
            self._mapped(partial(_apply, made, [], [], watermark))
            self._mapped(self._open)
            for old, _ in before:
                self._mapped(partial(self._connected().delete_collection, f"{self._prefix}{old}"))

    def _connected(self) -> Any:
        """The client that writes: it may wait longer than a search."""
        self._writer = self._writer or self._client(WRITE_SECONDS)
        return self._writer

    def _opened(self) -> Collection:
        if self._reading is None:
            raise StoreBusy("it is not open.", subject="the vector index")
        return self._reading

    def _mapped(self, ask: Callable[[], T]) -> T:
        """:raises StoreBusy: for whatever the client raises; everything is opened anew the next time."""
        try:
            return ask()
        except StoreBusy:
            raise
        except Exception as error:  # Chroma's, httpx's and the system's own
            self._drop()
            raise StoreBusy(
                f"the Chroma server at {self._url} failed ({type(error).__name__}).",
                subject="the vector index",
                hint="Search goes on by exact comparison; it is tried again.",
            ) from error

    # --- for people --------------------------------------------------------------------------------------------------

    def status(self) -> dict[str, object]:
        found: dict[str, object] = {"index": f"Chroma server at {self._url}"}
        try:
            trusted = self.open()
            found["generation"] = self._reading.name if self._reading is not None else "none yet"
            found["usable"] = trusted
        except StoreBusy as error:
            found["usable"] = str(error)
        return found


def _sessions(client: Any) -> list[Any]:
    """The client's HTTP sessions. By itself Chroma waits for ever, and leaves its sockets open."""
    return [one._server._session for one in (client, client._admin_client)]


def _apply(collection: Collection, entries: Sequence[IndexEntry], removed: Sequence[int], watermark: int) -> None:
    collection.apply(
        [entry.record_id for entry in entries],
        [entry.version for entry in entries],
        [entry.scope_id for entry in entries],
        np.stack([entry.vector for entry in entries]) if entries else np.empty((0, 1), np.float32),
        removed,
        watermark,
    )
