"""A file that grows: where reading stopped, and whether what was read is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["LONGEST_LINE", "Line", "Place", "TooLong", "count_lines", "read_from"]

LONGEST_LINE = 8_000_000
"""Bytes. A longer line is put aside instead of being held in memory."""

_CHUNK = 1 << 20


class Place(BaseModel):
    """Where reading of one file stopped.

    :ivar digest: BLAKE2b over everything before ``offset``: an appended file keeps it, a rewritten one does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    offset: int = Field(ge=0)
    lines: int = Field(ge=0)
    digest: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """Stands for a line that is longer than :data:`LONGEST_LINE`."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its break, its number from 1, and the place after it."""

    number: int
    content: bytes | TooLong
    _offset: int
    _hash: hashlib.blake2b

    @property
    def place(self) -> Place:
        return Place(offset=self._offset, lines=self.number, digest=self._hash.hexdigest())


def read_from(path: Path, place: Place | None) -> Iterator[Line]:
    """The lines after ``place``; all of them, if the part before it has changed. A last line without break waits.

    :raises OSError: if the file cannot be read.
    """
    with path.open("rb") as file:
        running = _resume(file, place)
        number = place.lines if place is not None and running is not None else 0
        offset = place.offset if place is not None and running is not None else 0
        running = running or _digest()
        file.seek(offset)
        while (taken := _next_line(file)) is not None:
            content, raw_size = taken
            number += 1
            offset += raw_size
            if isinstance(content, bytes):
                running.update(content)
                yield Line(number, _bare(content, number), offset, running)
            else:
                file.seek(offset - raw_size)
                _feed(running, file, raw_size)
                yield Line(number, content, offset, running)


def count_lines(path: Path) -> int:
    """How many complete lines there are."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _bare(content: bytes, number: int) -> bytes:
    """A line without its break, and the first without the mark that some editors put before it."""
    return content.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")


def _digest() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def _resume(file: BinaryIO, place: Place | None) -> hashlib.blake2b | None:
    """The running hash at ``place``, or ``None`` where the file is no longer what was read."""
    if place is None:
        return None
    running = _digest()
    if not _feed(running, file, place.offset) or running.hexdigest() != place.digest:
        return None
    return running


def _feed(running: hashlib.blake2b, file: BinaryIO, size: int) -> bool:
    while size > 0:
        chunk = file.read(min(_CHUNK, size))
        if not chunk:
            return False
        running.update(chunk)
        size -= len(chunk)
    return True


def _next_line(file: BinaryIO) -> tuple[bytes | TooLong, int] | None:
    line = file.readline(LONGEST_LINE)
    if line.endswith(b"\n"):
        return line, len(line)
    size = len(line)
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_LINE)
        size += len(line)
    return (TooLong(), size) if line else None
