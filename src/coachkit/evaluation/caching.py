"""Samples that were made, by the hash of everything that decides what comes out.

One file a sample, written beside its place and moved there: a kill at any point leaves a whole sample or none, and two
runs can share a folder.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from pydantic import ValidationError

from coachkit.evaluation.record import Sample

__all__ = ["SampleCache"]


class SampleCache:
    """A folder of samples."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Sample | None:
        """The sample with this key; one that cannot be read counts as none, and is made again."""
        try:
            return Sample.model_validate_json(self._place(key).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, sample: Sample) -> None:
        """Keep a sample. One that failed is not kept: the next run tries again."""
        if sample.error is not None:
            return
        place = self._place(sample.key)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{place.name}.{os.getpid()}.{threading.get_ident()}")
        with part.open("w", encoding="utf-8") as file:
            file.write(sample.model_dump_json(by_alias=True))
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
