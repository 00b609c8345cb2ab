"""One collection of a Chroma client, and how it is spoken to: id, version, scope and vector; no text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np

from coachkit.retrieval.ports import Matrix

__all__ = ["Collection", "load_chroma", "pages"]

SPACE = {"hnsw": {"space": "cosine"}}

MOST_SCOPES = 30_000
"""``$in`` takes up to 32,000 values; a viewer with more scopes asks without."""

MUCH, WITHOUT_SCOPES_MARGIN = 0.25, 1.5
"""Who may read such a part of all is not asked for scopes, and gets so many times as many as should be enough."""

WITHOUT_SCOPES = 4
"""So many times as many records are asked for, when scopes could not be given."""

PAGE = 5_000
PROBED = 16


def load_chroma() -> Any:
    """Chroma, imported when first needed (it takes a second)."""
    import chromadb

    return chromadb


class Collection:
    """:param name: of the collection, made if it is not there. :param model: whose vectors it holds.

    The version up to which it is complete stands in the collection's own metadata, written after what it counts.
    """

    def __init__(self, client: Any, name: str, model: str, *, watermark: int = 0) -> None:
        self.name = name
        self._model = model
        try:
            self._chroma = client.get_collection(name, embedding_function=_refuses())
        except load_chroma().errors.NotFoundError:
            about = {"watermark": watermark, "model": model}
            self._chroma = client.create_collection(
                name, metadata=about, configuration=SPACE, embedding_function=_refuses()
            )

    @property
    def model(self) -> str:
        return str((self._chroma.metadata or {}).get("model", ""))

    @property
    def watermark(self) -> int:
        return int((self._chroma.metadata or {}).get("watermark", 0))

    def count(self) -> int:
        return int(self._chroma.count())

    def apply(
        self,
        ids: Sequence[int],
        versions: Sequence[int],
        scopes: Sequence[int],
        vectors: Matrix,
        removed: Sequence[int],
        watermark: int,
    ) -> None:
        """Every key of the metadata is written each time: Chroma would keep the others."""
        if removed:
            self._chroma.delete(ids=[str(found) for found in removed])
        if ids:
            self._chroma.upsert(
                ids=[str(found) for found in ids],
                embeddings=np.asarray(vectors, dtype=np.float32),
                metadatas=[{"version": v, "scope": s} for v, s in zip(versions, scopes, strict=True)],
            )
        if watermark != self.watermark:
            self._chroma.modify(metadata={"watermark": watermark, "model": self._model})

    def propose(self, vector: Matrix, scopes: Sequence[int] | None, limit: int, readable: int = 0) -> list[int]:
        """:param scopes: only records of these; ``None``: of any. :param readable: how many records lie in them.

        Choosing among scopes takes Chroma a hundred times as long as not choosing.
        """
        held = self.count()
        if not held:
            return []
        where = None
        if readable >= MUCH * held:
            limit = round(limit * WITHOUT_SCOPES_MARGIN * held / readable)
        elif scopes is not None and len(scopes) <= MOST_SCOPES:
            where = {"scope": {"$in": list(scopes)}}
        else:
            limit *= WITHOUT_SCOPES
        found = self._chroma.query(
            query_embeddings=np.asarray(vector, dtype=np.float32).reshape(1, -1),
            n_results=min(limit, held),
            where=where,
            include=[],
        )
        return [int(one) for one in found["ids"][0]]

    def versions(self, offset: int) -> list[tuple[int, int]]:
        """A page of what it holds, record and version; empty after the last."""
        page = self._chroma.get(limit=PAGE, offset=offset, include=["metadatas"])
        held = zip(page["ids"], page["metadatas"], strict=True)
        return [(int(found), int(cast(int, about["version"]))) for found, about in held]

    def looks_well(self) -> bool:
        """Whether it can be read to the end and finds some of what it holds: raises or crashes when it is broken."""
        held = self.count()
        seen = sum(1 for _ in pages(self.versions))
        for offset in {0, max(0, held - PROBED)}:
            some = self._chroma.get(limit=PROBED, offset=offset, include=["embeddings"])
            for vector in some["embeddings"]:
                self.propose(vector, None, 1)
        return seen == held


def pages(read: Callable[[int], Sequence[Sequence[int]]]) -> Iterator[tuple[int, int]]:
    """Everything of :meth:`Collection.versions`, which ``read`` asks for by offset."""
    offset = 0
    while page := read(offset):
        offset += len(page)
        yield from ((int(found), int(version)) for found, version in page)


@lru_cache(maxsize=1)
def _refuses() -> Any:
    """An embedding function that raises: without one, Chroma would fetch a model from the network."""
    chromadb = load_chroma()

    class Refuses(chromadb.EmbeddingFunction):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            pass

        def __call__(self, input: Any) -> Any:  # noqa: A002 - Chroma's name
            raise RuntimeError("coachkit gives its own vectors")

        @staticmethod
        def name() -> str:
            return "coachkit-gives-its-own"

        def get_config(self) -> dict[str, Any]:
            return {}

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> Any:  # noqa: ARG004 - Chroma gives it
            return _refuses()

    chromadb.utils.embedding_functions.register_embedding_function(Refuses)
    return Refuses()
