"""Works behind the sync: embeds what it wrote, and keeps the vector index up with the vector store."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from coachkit.errors import CoachkitError, StoreBusy
from coachkit.retrieval.language import is_chinese
from coachkit.retrieval.ports import Embedded, Embedder, EmbeddingStore, IndexEntry, Matrix, VectorIndex, Waiting
from coachkit.retrieval.reconciling import Reconciled, reconcile
from coachkit.telemetry import get_logger

__all__ = ["Indexer"]

_log = get_logger("indexer")

BATCH = 32
"""Records embedded and stored in one transaction: a few seconds of work at most are done twice after a kill."""

CHANGES = 100
"""Changes given to the vector index at once: it is at nothing else meanwhile."""

EMBEDDING, INDEXING = "the embeddings", "the vector index"
"""What is held while it is worked on, across processes."""

WISHES, RECONCILED, KEPT = "vector_index_wishes", "vector_index_reconciled", "vector_index"
"""Notes: what any process asks of the owner of the index, how the last comparison ended, how far the index is."""


class Indexer:
    """Embeds what waits in the queue, and feeds the vector index.

    Both can be killed at any point and run again: what is stored is stored with its version, and the index is told
    everything after its own last version once more.

    :param embedder: ``None``: nothing is embedded; what waits goes on waiting.
    :param index: ``None``: there is no index in this process.
    """

    def __init__(
        self,
        store: EmbeddingStore,
        embedder: Embedder | None,
        index: VectorIndex | None,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._index = index
        self._clock = clock
        self._turn = threading.Lock()
        self._trouble = ""

    # --- embedding ---------------------------------------------------------------------------------------------------

    def pending(self) -> int:
        """How many records wait for their vector; until then they are found by words."""
        return self._store.pending()

    def embed(
        self,
        *,
        check: Callable[[], None] = lambda: None,
        progress: Callable[[int, int], None] | None = None,
        enough: Callable[[], bool] = lambda: False,
    ) -> int:
        """Embed what waits, oldest first; returns how many records were done.

        :param check: called between batches; may raise to end. :param enough: ends it when it becomes true.
        :raises StoreBusy: if another process is at it. :raises ModelUnavailable: if the model cannot answer now.
        """
        if self._embedder is None:
            return 0
        done = 0
        with self._store.hold(EMBEDDING):
            self._requeue(self._embedder.model)
            total = self._store.pending()
            while not enough() and (batch := self._store.waiting(BATCH)):
                self._embed(self._embedder, batch)
                done += len(batch)
                if progress is not None:
                    progress(done, max(total, done))
                check()
        return done

    def _requeue(self, model: str) -> None:
        """After a change of the embedder every record waits again; vectors of two models are never compared."""
        if self._store.state("embedder").get("model") != model:
            queued = self._store.requeue(model, self._clock())
            self._store.set_state("embedder", {"model": model})
            if queued:
                _log.info("queued records for another embedder", records=queued, model=model)

    def _embed(self, embedder: Embedder, batch: list[Waiting]) -> None:
        texts = {one.record_id: one.text for one in batch if one.text is not None}
        hashes = {found: hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for found, text in texts.items()}
        vectors: dict[str, Matrix] = dict(self._store.known(embedder.model, hashes.values()))
        new = {hashes[found]: text for found, text in texts.items() if hashes[found] not in vectors}
        if new:
            vectors |= zip(new, embedder.passages(list(new.values())), strict=True)
        self._store.save(
            embedder.model,
            [
                Embedded(one, hashes[one.record_id], is_chinese(one.text), vectors[hashes[one.record_id]])
                for one in batch
                if one.text is not None
            ],
            [one for one in batch if one.text is None],
        )

    # --- the vector index --------------------------------------------------------------------------------------------

    def tend(self, check: Callable[[], None] = lambda: None) -> bool:
        """Open the index if it is not, rebuild it if it cannot be trusted, and tell it what changed.

        :returns: whether it is up to date. Never fails: while it is away, search compares exactly.
        """
        if self._index is None or self._embedder is None:
            return False
        try:
            with self._turn:
                self._tend(_Kept(self._index, self._embedder.model, check))
        except CoachkitError as error:
            if str(error) != self._trouble:  # said once, not with every look
                _log.warning("the vector index is away; search compares exactly", error=error.code, said=str(error))
            self._trouble = str(error)
            return False
        self._trouble = ""
        return True

    def _tend(self, kept: _Kept) -> None:
        wishes = self._store.state(WISHES)
        if not kept.index.open() or wishes.get("rebuild"):
            self._rebuild(kept)
        self._feed(kept)
        if kept.index.doubtful or wishes.get("reconcile"):
            self._reconcile(kept)
        if wishes:
            self._store.set_state(WISHES, {})

    def _feed(self, kept: _Kept) -> None:
        watermark = kept.index.watermark()
        if watermark == self._store.newest():
            self._note(watermark)
            return
        with self._store.hold(INDEXING):
            while True:
                kept.check()
                watermark = kept.index.watermark()
                if watermark is None:
                    raise StoreBusy("the vector index went away.", hint="It is opened again.")
                self._note(watermark)
                changes = self._store.changes(kept.model, watermark, CHANGES)
                if changes.watermark == watermark:
                    break
                kept.index.apply(changes.entries, changes.removed, changes.watermark)

    def _note(self, up_to: int) -> None:
        """How far the index is, for whoever asks elsewhere; a keeper that was ended before it said so says it now."""
        if self._store.state(KEPT) != {"up_to": up_to}:
            self._store.set_state(KEPT, {"up_to": up_to})

    def _rebuild(self, kept: _Kept) -> None:
        def entries() -> Iterator[IndexEntry]:
            for number, entry in enumerate(self._store.entries(kept.model)):
                if number % CHANGES == 0:
                    kept.check()
                yield entry

        with self._store.hold(INDEXING):
            # What changes while it is read comes again afterwards, by its version.
            watermark = self._store.newest()
            kept.index.rebuild(entries(), watermark)
            self._store.forget_removals(watermark)
            self._note(watermark)
        _log.info("rebuilt the vector index", up_to=watermark)

    def _reconcile(self, kept: _Kept) -> Reconciled:
        with self._store.hold(INDEXING):
            found = reconcile(self._store, kept.index, kept.model, kept.check)
        if found.lost or self._store.removals():  # its files keep what is removed until they are removed themselves
            self._rebuild(kept)
        kept.index.believe()
        self._store.set_state(RECONCILED, {"at": self._clock().isoformat(), **asdict(found)})
        return found

    # --- by hand -----------------------------------------------------------------------------------------------------

    def wish(self, what: str) -> None:
        """Let whoever owns the index rebuild or reconcile it: ``what`` is ``rebuild`` or ``reconcile``."""
        self._store.set_state(WISHES, {what: True})

    def rebuild(self) -> None:
        """Make the vector index anew, here and now.

        :raises StoreBusy: if another process owns it.
        """
        if (kept := self._kept()) is not None:
            with self._turn:
                kept.index.open()
                self._rebuild(kept)
                self._feed(kept)

    def reconcile(self) -> Reconciled | None:
        """Compare what the index holds with what it should hold, and mend it; ``None`` where there is no index.

        :raises StoreBusy: if another process owns it.
        """
        if (kept := self._kept()) is None:
            return None
        with self._turn:
            if not kept.index.open():
                self._rebuild(kept)
            self._feed(kept)
            return self._reconcile(kept)

    def _kept(self) -> _Kept | None:
        if self._index is None or self._embedder is None:
            return None
        return _Kept(self._index, self._embedder.model, lambda: None)

    def run_pending(self) -> int:
        """Embed all that waits and bring the index up to date, here in this thread; returns how many were embedded."""
        done = self.embed()
        self.tend()
        return done

    def status(self) -> dict[str, object]:
        """What waits, and how the index is; for people."""
        found: dict[str, object] = {
            "embedder": self._embedder.model if self._embedder is not None else "none: search by words alone",
            "waiting": self.pending(),
        }
        if self._index is not None:
            up_to = int(str(self._store.state(KEPT).get("up_to", 0)))  # before the newest, which only grows
            behind = self._store.newest() - up_to
            found |= {
                **self._index.status(),
                "changes_behind": behind,
                "removed_since_rebuilt": self._store.removals(),
                "trouble": self._trouble or "none",
            }
        found["last_reconciled"] = str(self._store.state(RECONCILED).get("at", "never"))
        return found


@dataclass(frozen=True, slots=True)
class _Kept:
    """The index under work, the model whose vectors it holds, and what is called often and may raise to end."""

    index: VectorIndex
    model: str
    check: Callable[[], None]
