"""Records of runs in a folder: which there are, and one of them held against the accepted runs beside it.

``<folder>/*.jsonl`` and ``<folder>/runs/*.jsonl`` are runs; ``<folder>/<document>/baseline.jsonl`` what they are held
against. A file that is no record is passed over in the list.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coachkit.drafting.facts import Language
from coachkit.errors import BadInput, NotFound
from coachkit.evaluation.record import EndLine, RunLine, RunRecord
from coachkit.evaluation.reporting.held import Held, accepted, held_against, verdict_of
from coachkit.evaluation.reporting.viewing import Report, report

__all__ = ["Archive", "RunEntry"]

_MOST_RUNS = 200
_TAIL = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A run in the list. ``end`` is ``None`` of one that was cut off."""

    id: str
    suite: str
    started_at: datetime
    models: tuple[str, ...]
    documents: tuple[str, ...]
    commit: str
    end: EndLine | None
    path: Path


class Archive:
    """The records below a folder; read again when a file has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def runs(self) -> tuple[RunEntry, ...]:
        """The newest first; of two files of one run, the one that was written last."""
        found: dict[str, RunEntry] = {}
        for path in sorted(self._paths(), key=lambda one: one.stat().st_mtime_ns):
            entry = _entry(path, *_stamp(path))
            if entry is not None:
                found[entry.id] = entry
        return tuple(sorted(found.values(), key=lambda one: (one.started_at, one.id), reverse=True)[:_MOST_RUNS])

    def report(self, run: str, language: Language) -> Report:
        """:raises NotFound: if there is no run of this id, or its file cannot be read any more."""
        entry = next((one for one in self.runs() if one.id == run), None)
        if entry is None:
            raise NotFound(
                "there is no such run.",
                hint="`coachkit eval run` writes one; its file belongs into the folder COACHKIT_EVALS.",
                chinese=("没有这次运行。", "`coachkit eval run` 会写出记录，请放进 COACHKIT_EVALS 指定的目录。"),
            )
        documents = {one.parent.name: _stamp(one) for one in self._folder.glob("*/baseline.jsonl")}
        record, held = _held(entry.path, _stamp(entry.path), self._folder, tuple(sorted(documents.items())))
        return report(record, held.comparisons, verdict_of(held.gate, language), held.refused)

    def _paths(self) -> Iterator[Path]:
        for folder in (self._folder, self._folder / "runs"):
            yield from folder.glob("*.jsonl") if folder.is_dir() else ()


def _stamp(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=_MOST_RUNS)
def _entry(path: Path, _changed: int, _size: int) -> RunEntry | None:
    """What the first and the last line say; samples are not read."""
    try:
        with path.open("rb") as file:
            run = RunLine.model_validate(json.loads(file.readline()))
            file.seek(max(0, path.stat().st_size - _TAIL), os.SEEK_SET)
            last = file.read().splitlines()[-1]
    except (OSError, ValueError, IndexError, ValidationError):
        return None
    return RunEntry(
        id=run.id,
        suite=run.suite,
        started_at=run.started_at,
        models=tuple(run.models),
        documents=tuple(dict.fromkeys(name.partition("/")[0] for name in run.datasets)),
        commit=run.commit,
        end=_end(last),
        path=path,
    )


def _end(line: bytes) -> EndLine | None:
    try:
        said: Any = json.loads(line)
        return EndLine.model_validate(said) if isinstance(said, dict) and said.get("type") == "end" else None
    except (ValueError, ValidationError):
        return None


@lru_cache(maxsize=4)
def _held(
    path: Path, _changed: tuple[int, int], folder: Path, _baselines: tuple[tuple[str, tuple[int, int]], ...]
) -> tuple[RunRecord, Held]:
    try:
        record = RunRecord.load(path)
    except BadInput as error:
        raise NotFound("its record cannot be read.", subject=error.subject, hint=error.message) from error
    return record, held_against(record, accepted(record, folder))
