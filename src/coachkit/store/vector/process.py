"""The process in which an embedded Chroma lives: one request a line on standard input, one answer a line back.

A process of its own, because Chroma takes the whole process with it when its files are damaged, keeps Python's lock
while it writes (up to a second), hangs after ``fork``, and breaks its files when it is killed while it writes. Here it
writes to the end whatever happens to the server: signals to end are ignored, and when the other end of the pipe closes,
it finishes what it does, closes, and says so in the folder.

Run as ``python -m coachkit.store.vector.process FOLDER MODEL``.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from coachkit.store.vector.collection import Collection, load_chroma

__all__ = ["COLLECTION", "main", "marked"]

COLLECTION = "coachkit"

PREDECESSOR_SECONDS = 60.0
"""How long the process of a server that was killed may take to finish its last write."""


def marked(folder: Path) -> Path:
    """The mark that something was written and the folder has not been closed since."""
    return folder.with_name(f"{folder.name}.open")


def main() -> None:
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # libraries print; only answers may reach the parent
    folder, model = Path(sys.argv[1]), sys.argv[2]
    with filelock.FileLock(folder.with_name(f"{folder.name}.lock"), timeout=PREDECESSOR_SECONDS):
        served = _Served(folder, model)
        try:
            answers.write(json.dumps(served.state()) + "\n")
            for line in sys.stdin:
                answers.write(json.dumps(served.answer(json.loads(line))) + "\n")
        except BrokenPipeError:
            pass  # the server is gone; what it asked for last is done
        served.close()
    os._exit(0)  # everything is closed and said; what native threads would still do at exit is not waited for


class _Served:
    def __init__(self, folder: Path, model: str) -> None:
        chromadb = load_chroma()
        self._mark = marked(folder)
        self._wrote = False
        folder.mkdir(parents=True, exist_ok=True)
        settings = chromadb.config.Settings(anonymized_telemetry=False, allow_reset=False)
        self._client = chromadb.PersistentClient(path=str(folder), settings=settings)
        self._collection = Collection(self._client, COLLECTION, model)

    def state(self) -> dict[str, Any]:
        found = self._collection
        return {"watermark": found.watermark, "model": found.model, "count": found.count()}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": getattr(self, f"_{request['do']}")(request)}
        except Exception as error:  # whatever Chroma raises, the parent must hear of it
            return {"error": f"{type(error).__name__}: {str(error)[:200]}"}

    def close(self) -> None:
        """Let go of the files, and take the mark away only then."""
        self._client.close()
        if self._wrote:
            self._mark.unlink(missing_ok=True)

    def _apply(self, request: dict[str, Any]) -> int:
        self._wrote = True
        self._mark.touch()
        vectors = _matrix(request["vectors"], len(request["ids"]))
        self._collection.apply(
            request["ids"], request["versions"], request["scopes"], vectors, request["removed"], request["watermark"]
        )
        return int(request["watermark"])

    def _propose(self, request: dict[str, Any]) -> list[int]:
        return self._collection.propose(
            _matrix(request["vector"], 1)[0], request["scopes"], request["limit"], request["readable"]
        )

    def _probe(self, request: dict[str, Any]) -> bool:
        return self._collection.looks_well()

    def _versions(self, request: dict[str, Any]) -> list[tuple[int, int]]:
        return self._collection.versions(request["offset"])


def _matrix(encoded: str, rows: int) -> np.typing.NDArray[np.float32]:
    flat = np.frombuffer(base64.b64decode(encoded), dtype=np.float32)
    return flat.reshape(rows, -1) if rows else flat.reshape(0, 1)


if __name__ == "__main__":
    main()
