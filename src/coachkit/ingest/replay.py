"""Recorded payloads through a connector into a scratch store: what is read, refused and why, and what fails where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from coachkit.errors import CoachkitError, ConfigError, ContractViolation, PayloadRejected
from coachkit.ingest.ports import Source, Storable, Written
from coachkit.ingest.reports import StreamCounts
from coachkit.ingest.webhooks import failure_of
from coachkit.sdk import AclChange, Checkpoint, Connector, Failure, Progress, Tombstone, Upsert

__all__ = ["FailedLine", "Replay", "ReplayReport", "ScratchStore", "StreamReplay"]

PART_ITEMS = 2_000
PART_LINES = 1_000
LISTED_FAILURES = 50
"""Lines that failed and are named, of each stream; the others are counted."""

MOST_REASONS = 200
"""Reasons that are told apart, of each stream: a connector that puts an id into each must not fill the memory."""

NO_STREAM = "-"
"""Of a line that nothing says the stream of."""


class Silence(CoachkitError):
    """A line of which nothing came, neither a record nor a reason."""


class Unstorable(CoachkitError):
    """A record that the store could not take, with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLine:
    """A line that nobody can explain. :ivar line: from 1. :ivar kind: of the error; ``reason`` says where."""

    line: int
    kind: str
    reason: str


@dataclass(slots=True, kw_only=True)
class StreamReplay:
    """The lines of one stream: ``read`` is ``ingested`` + ``refused`` + ``failed``.

    :ivar refused: by reason. :ivar failures: the first of them. :ivar records: what the lines became.
    :ivar set_aside: by reason, single records that the connector could not read in lines that it could.
    """

    read: int = 0
    ingested: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    failures: list[FailedLine] = field(default_factory=list)
    records: StreamCounts = field(default_factory=StreamCounts)
    set_aside: dict[str, int] = field(default_factory=dict)

    def refuse(self, reason: str) -> None:
        self.read += 1
        _count(self.refused, reason)

    def ingest(self, aside: Iterable[str]) -> None:
        self.read += 1
        self.ingested += 1
        for reason in aside:
            _count(self.set_aside, reason)

    def fail(self, line: int, error: Exception) -> None:
        self.read += 1
        self.failed += 1
        if len(self.failures) < LISTED_FAILURES:
            kind = type(error).__name__
            reason = failure_of(error).removeprefix(kind).strip()
            self.failures.append(FailedLine(line=line, kind=kind, reason=reason))


@dataclass(slots=True, kw_only=True)
class ReplayReport:
    """What a replay found, by stream. :ivar second: records that the same lines, replayed again, would write."""

    source: str
    lines: int = 0
    streams: dict[str, StreamReplay] = field(default_factory=dict)
    second: int = 0

    @property
    def failed(self) -> int:
        return sum(stream.failed for stream in self.streams.values())


class ScratchStore(Protocol):
    """What a replay needs of a store: :class:`~coachkit.ingest.ports.IngestStore` has it."""

    def write(self, source: Source, items: list[Storable], *, now: datetime) -> Written: ...

    def quarantined(self, connection: str, *, before: datetime) -> Iterator[Failure]: ...


@dataclass(slots=True)
class _Line:
    """One line and the items that it became."""

    number: int
    stream: str
    items: list[Storable]


class Replay:
    """What a connector makes of recorded lines.

    Feeds lines to :meth:`~coachkit.sdk.Connector.recorded`, part by part, so that a file of any size fits.

    :param connector: made once for each time through the lines, for recordings.
    """

    def __init__(self, store: ScratchStore, connector: type[Connector], *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._class = connector
        self._clock = clock
        self._report: ReplayReport
        self._source: Source
        self._connector: Connector

    def run(self, connection: str, lines: Callable[[], Iterable[bytes]], *, stream: str | None = None) -> ReplayReport:
        """All lines, twice: the second time nothing should be written.

        :param lines: opens the lines. :param stream: what they are said to be of.
        :raises ConfigError: if the connector cannot be made without its configuration.
        """
        first = self._once(connection, lines(), stream)
        again = self._once(connection, lines(), stream)
        first.second = sum(
            found.records.created + found.records.changed + found.records.removed for found in again.streams.values()
        )
        return first

    def _once(self, connection: str, lines: Iterable[bytes], stream: str | None) -> ReplayReport:
        self._connector = self._made()
        self._source = Source(connection=connection, connector=type(self._connector).name)
        self._report = ReplayReport(source=type(self._connector).name)
        waiting: list[_Line] = []
        try:
            for number, raw in enumerate(lines, 1):
                if not raw.strip():
                    continue
                self._report.lines += 1
                line = self._read(number, raw, stream)
                if line is not None:
                    waiting.append(line)
                if len(waiting) >= PART_LINES or sum(len(one.items) for one in waiting) >= PART_ITEMS:
                    self._write(waiting)
                    waiting = []
            self._write(waiting)
        finally:
            self._connector.close()
        return self._report

    def _made(self) -> Connector:
        try:
            return self._class.for_recordings()
        except ValueError as error:
            hint = "Its authors should write the classmethod for_recordings."
            raise ConfigError("cannot be made without a configuration.", subject=self._class.name, hint=hint) from error

    def _read(self, number: int, raw: bytes, stream: str | None) -> _Line | None:
        """One line; what cannot be written is counted, and the others go on."""
        try:
            value: Any = orjson.loads(raw)
        except orjson.JSONDecodeError:
            self._of(stream or NO_STREAM).refuse("the line is no JSON")
            return None
        named = stream or self._stream_of_event(value)
        shape = _shape(value)
        if shape is not None:
            self._of(named).refuse(shape)
            return None
        items: list[Storable] = []
        try:
            for item in self._connector.recorded(value, stream):
                if isinstance(item, Upsert | Tombstone | AclChange | Failure):
                    items.append(item)
                elif not isinstance(item, Progress | Checkpoint):
                    raise ContractViolation(f"it yielded {type(item).__name__}, which is no item")
            self._check_streams(items)
        except PayloadRejected as error:
            self._of(named).refuse(error.message)
            return None
        except Exception as error:
            self._of(named).fail(number, error)
            return None
        return self._sorted_in(number, named, value, items)

    def _sorted_in(self, number: int, named: str, value: Mapping[str, Any], items: list[Storable]) -> _Line | None:
        """A line that was understood, unless nothing came of it."""
        streams = [item.stream for item in items if not isinstance(item, Checkpoint) and item.stream is not None]
        of = named if named != NO_STREAM else next(iter(streams), NO_STREAM)
        if not items:
            if value.get("data") in ([], {}):
                self._of(of).refuse("the answer is empty")
            else:
                self._of(of).fail(number, Silence("the connector said nothing about it, not even why"))
            return None
        bad = [item for item in items if isinstance(item, Failure)]
        if len(bad) == len(items):
            self._of(of).refuse(bad[0].reason)
            return None
        return _Line(number, of, items)

    def _check_streams(self, items: list[Storable]) -> None:
        declared = {stream.name for stream in self._connector.streams}
        for item in items:
            if item.stream is not None and item.stream not in declared:
                raise ContractViolation(f"it yielded an item of the stream {item.stream!r}, which it does not declare")

    def _write(self, lines: list[_Line]) -> None:
        """Write a part; if that fails, line by line, so that the one that is wrong is found."""
        if not lines:
            return
        try:
            items = [item for line in lines for item in line.items]
            written = self._store.write(self._source, items, now=self._clock())
        except Exception as error:
            if len(lines) == 1:
                self._of(lines[0].stream).fail(lines[0].number, error)
                return
            for line in lines:
                self._write([line])
            return
        for name, counts in written.counts.items():
            self._of(name).records.add(counts)
        wrong = self._set_aside(lines) if any(counts.quarantined for counts in written.counts.values()) else {}
        for line in lines:
            if line.number in wrong:
                self._of(line.stream).fail(line.number, Unstorable(wrong[line.number]))
            else:
                self._of(line.stream).ingest(item.reason for item in line.items if isinstance(item, Failure))

    def _set_aside(self, lines: list[_Line]) -> dict[int, str]:
        """Lines with a record that the store could not take, with its reason."""
        aside = self._store.quarantined(self._source.connection, before=self._clock() + timedelta(days=1))
        reasons = {(failure.stream, failure.native_id): failure.reason for failure in aside}
        wrong = {}
        for line in lines:
            for item in line.items:
                if isinstance(item, Upsert) and (item.stream, str(item.native_id)) in reasons:
                    wrong[line.number] = reasons[item.stream, str(item.native_id)]
        return wrong

    def _of(self, stream: str) -> StreamReplay:
        return self._report.streams.setdefault(stream, StreamReplay())

    def _stream_of_event(self, value: object) -> str:
        """The stream that declares the event of a line."""
        event = value.get("event") if isinstance(value, dict) else None
        if not isinstance(event, str):
            return NO_STREAM
        return next((stream.name for stream in self._connector.streams if event in stream.events), NO_STREAM)


def _count(reasons: dict[str, int], reason: str) -> None:
    known = reason if reason in reasons or len(reasons) < MOST_REASONS else "other reasons"
    reasons[known] = reasons.get(known, 0) + 1


def _shape(value: object) -> str | None:
    """Why a line is neither a delivery nor an answer; ``None`` if it is one."""
    if not isinstance(value, dict):
        return "the line is no JSON object"
    if isinstance(value.get("event"), str) and isinstance(value.get("payload"), dict):
        return None
    if isinstance(value.get("url"), str) and isinstance(value.get("data"), dict | list):
        return None
    return 'the line is neither {"event", "payload"} nor {"url", "data"}'
