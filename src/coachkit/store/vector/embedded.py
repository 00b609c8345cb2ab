"""Chroma embedded in the data folder: one owner process, one process under it that touches the files."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import filelock

from coachkit.errors import StoreBusy
from coachkit.retrieval.ports import IndexEntry, Matrix
from coachkit.store.vector.child import Child, apply_request, encoded
from coachkit.store.vector.collection import pages
from coachkit.store.vector.generations import Generations
from coachkit.telemetry import get_logger

__all__ = ["EmbeddedIndex"]

_log = get_logger("vector")

BATCH = 100
"""Vectors of one write."""

MOST_ENDS = 2
"""So many times the process may end by itself; then its files are not gone on with, however well they look."""

PROBES = 2
"""Files that a kill has broken can look well when they are opened first, and end the process the second time."""


class EmbeddedIndex:
    """:class:`~coachkit.retrieval.ports.VectorIndex` on a folder of its own.

    :param root: the folder; made when it is first opened. :param model: whose vectors it holds.
    """

    def __init__(self, root: Path, model: str) -> None:
        self._generations = Generations(root)
        self._model = model
        self._owner = filelock.FileLock(root / "owner.lock", thread_local=False)
        self._guard = threading.RLock()
        self._child: Child | None = None
        self._watermark: int | None = None
        self._ends = 0

    # --- opening and closing -----------------------------------------------------------------------------------------

    def open(self) -> bool:
        with self._guard:
            self._own()
            if self._child is not None:
                if self._child.alive():
                    return True
                _log.warning("the process of the vector index ended by itself", generation=self._child.folder.name)
                self._ends += 1
                self._child.close()
                self._forget()
            folder = self._generations.current
            if folder is None or self._ends >= MOST_ENDS or not self._sound(folder):
                return False
            return self._start(folder)

    def _own(self) -> None:
        if self._owner.is_locked:
            return
        self._generations.root.mkdir(parents=True, exist_ok=True)
        try:
            self._owner.acquire(timeout=0)
        except filelock.Timeout:
            raise StoreBusy(
                f"process {self._owner_pid() or '?'} owns it; this one searches by exact comparison.",
                subject="the vector index",
                hint="For more than one process, run a Chroma server and set COACHKIT_CHROMA_URL.",
            ) from None
        self._note.write_text(json.dumps({"pid": os.getpid()}), "utf-8")
        self._generations.remove_others()

    @property
    def _note(self) -> Path:
        return self._generations.root / "owner.json"

    def _owner_pid(self) -> int | None:
        try:
            return int(json.loads(self._note.read_text("utf-8"))["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _sound(self, folder: Path) -> bool:
        """Closed after the last write; or it looks well, each time it is opened."""
        if not self._generations.unclean(folder):
            return True
        self._generations.doubt(folder)
        try:
            sound = all(self._probe(folder) for _ in range(PROBES))
        except StoreBusy:
            sound = False
        _log.warning("the vector index was not closed", generation=folder.name, looks_well=sound)
        return sound

    def _probe(self, folder: Path) -> bool:
        child = Child(folder, self._model)
        try:
            return bool(child.ask({"do": "probe"}))
        finally:
            child.close()

    def _start(self, folder: Path) -> bool:
        try:
            child = Child(folder, self._model)
        except StoreBusy:
            return False
        if child.state["model"] != self._model:
            child.close()
            return False
        self._child, self._watermark = child, int(child.state["watermark"])
        return True

    @property
    def doubtful(self) -> bool:
        child = self._child
        return child is not None and self._generations.doubted(child.folder)

    def believe(self) -> None:
        if self._child is not None:
            self._generations.believe(self._child.folder)
            self._ends = 0

    def close(self) -> None:
        with self._guard:
            if self._child is not None:
                self._child.close()
            self._forget()
            if self._owner.is_locked:
                self._note.unlink(missing_ok=True)
                self._owner.release()

    def _forget(self) -> None:
        self._child, self._watermark = None, None

    # --- searching and writing ---------------------------------------------------------------------------------------

    def watermark(self) -> int | None:
        child = self._child
        return self._watermark if child is not None and child.alive() else None

    def propose(self, vector: Matrix, scopes: frozenset[int], limit: int, readable: int = 0) -> list[int]:
        asked = {"scopes": sorted(scopes), "limit": limit, "readable": readable}
        request = {"do": "propose", "vector": encoded(vector), **asked}
        return [int(found) for found in self._opened().ask(request, wait=False)]

    def apply(self, entries: Sequence[IndexEntry], removed: Sequence[int], watermark: int) -> None:
        self._opened().ask(apply_request(entries, removed, watermark))
        self._watermark = watermark

    def versions(self) -> Iterator[tuple[int, int]]:
        child = self._opened()
        return pages(lambda offset: child.ask({"do": "versions", "offset": offset}))

    def rebuild(self, entries: Iterable[IndexEntry], watermark: int) -> None:
        with self._guard:
            self._own()
            folder = self._generations.next()
            built = Child(folder, self._model)
            try:
                rest = iter(entries)
                while batch := list(islice(rest, BATCH)):
                    built.ask(apply_request(batch, [], 0))
                built.ask(apply_request([], [], watermark))
            except BaseException:
                built.kill()
                self._generations.remove(folder)
                raise
            self._generations.point_to(folder)
            before, self._child, self._watermark, self._ends = self._child, built, watermark, 0
            if before is not None:
                before.close()
            self._generations.remove_others()

    def _opened(self) -> Child:
        child = self._child
        if child is None:
            raise StoreBusy("it is not open.", subject="the vector index")
        return child

    # --- for people --------------------------------------------------------------------------------------------------

    def status(self) -> dict[str, object]:
        folder, owner = self._generations.current, None
        if self._owner.is_locked:
            owner = f"this process ({os.getpid()})"
        elif self._held_by_another():
            owner = f"process {self._owner_pid() or '?'}"
        with suppress(OSError):
            return {
                "index": f"Chroma, embedded in {self._generations.root}",
                "owner": owner or "nobody now",
                "generation": folder.name if folder else "none yet",
                "closed_cleanly": folder is None or bool(owner) or not self._generations.unclean(folder),
                "megabytes": self._generations.megabytes() if self._generations.root.is_dir() else 0.0,
            }
        return {"index": f"Chroma, embedded in {self._generations.root}"}

    def _held_by_another(self) -> bool:
        if not self._generations.root.is_dir():
            return False
        try:
            with filelock.FileLock(self._generations.root / "owner.lock", timeout=0, thread_local=False):
                return False
        except filelock.Timeout:
            return True
