"""The parent's side of :mod:`coachkit.store.vector.process`: start it, ask it, end it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import numpy as np

from coachkit.errors import StoreBusy
from coachkit.retrieval.ports import IndexEntry, Matrix

__all__ = ["Child", "apply_request"]

START_SECONDS = 90.0
ANSWER_SECONDS = 120.0
END_SECONDS = 30.0
BUSY_SECONDS = 0.05
"""A search does not wait longer for an index that is writing: comparing exactly is faster."""


class Child:
    """A running process over one folder.

    :raises StoreBusy: from every method, when the process has ended or does not answer.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self.folder = folder
        self._turn = threading.Lock()
        self._ended = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coachkit.store.vector.process", str(folder), model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._answers: Queue[str | None] = Queue()
        threading.Thread(target=self._read, name="chroma-answers", daemon=True).start()
        try:
            self.state: dict[str, Any] = json.loads(self._line(START_SECONDS))
        except StoreBusy:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        """Whether it can be asked: one whose pipe broke is gone, even if the system has not noted its end yet."""
        return not self._ended and self._process.poll() is None

    def ask(self, request: dict[str, Any], *, wait: bool = True) -> Any:
        """:param wait: for what it does already; else :class:`~coachkit.errors.StoreBusy` at once."""
        if not self._turn.acquire(timeout=-1 if wait else BUSY_SECONDS):
            raise StoreBusy("the vector index is writing.", subject=self.folder.name)
        try:
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError):
                raise self._gone() from None
            answer = json.loads(self._line(ANSWER_SECONDS))
        finally:
            self._turn.release()
        if "error" in answer:
            raise StoreBusy(f"the vector index failed: {answer['error']}", subject=self.folder.name)
        return answer["ok"]

    def close(self) -> bool:
        """Let it finish and close; whether it did so cleanly."""
        with self._turn:
            if self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
            try:
                code = self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                return False
        self._let_go()
        return code == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _line(self, seconds: float) -> str:
        try:
            line = self._answers.get(timeout=seconds)
        except Empty:
            self._process.kill()  # an answer that comes later would be taken for that of another question
            raise self._gone() from None
        if line is None:
            self._answers.put(None)
            raise self._gone()
        return line

    def _gone(self) -> StoreBusy:
        self._ended = True
        code = self._process.poll()
        return StoreBusy(f"the process of the vector index has ended ({code}).", subject=self.folder.name)

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._answers.put(line)
        except ValueError:  # closed while reading: it was killed
            pass
        self._answers.put(None)


def apply_request(entries: Sequence[IndexEntry], removed: Sequence[int], watermark: int) -> dict[str, Any]:
    return {
        "do": "apply",
        "ids": [entry.record_id for entry in entries],
        "versions": [entry.version for entry in entries],
        "scopes": [entry.scope_id for entry in entries],
        "vectors": encoded(np.stack([entry.vector for entry in entries]) if entries else np.empty(0, np.float32)),
        "removed": list(removed),
        "watermark": watermark,
    }


def encoded(vectors: Matrix) -> str:
    return base64.b64encode(np.ascontiguousarray(vectors, dtype=np.float32).tobytes()).decode("ascii")
