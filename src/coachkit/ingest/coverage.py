"""What is connected, how fresh it is, what could not be read, and what is missing. Missing is never shown as zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from coachkit.errors import CoachkitError
from coachkit.ingest.deliveries import DeliveryCounts
from coachkit.ingest.ports import Connection
from coachkit.ingest.reports import SyncState
from coachkit.sdk import Connector, Stream

__all__ = [
    "ConnectionCoverage",
    "Coverage",
    "CoverageReader",
    "CoverageReport",
    "Holdings",
    "PersonSource",
    "QuarantineReason",
    "StreamCoverage",
    "StreamHoldings",
    "SyncRun",
]

Words = tuple[str, str]
"""In English and Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHoldings:
    """What the store has of one stream. ``newest`` is ``None`` where the source gives its records no day."""

    connection: str
    stream: str
    kinds: frozenset[str]
    records: int
    newest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineReason:
    """So many records of a stream were kept aside for one reason."""

    connection: str
    stream: str
    reason: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRun:
    """One sync of a connection, as it was noted."""

    connection: str
    started_at: datetime
    finished_at: datetime | None
    state: SyncState
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything that the report is made of.

    :ivar last: the newest run of each connection; ``done`` the newest that succeeded.
    :ivar webhooks: how the webhook deliveries of each connection stand, of those that have any.
    :ivar unmatched: identities that are nobody's and no bot's.
    :ivar alone: names of active people whom no account in any source is matched to, in order.
    """

    connections: Sequence[Connection]
    streams: Sequence[StreamHoldings]
    quarantine: Sequence[QuarantineReason]
    last: Mapping[str, SyncRun]
    done: Mapping[str, SyncRun]
    webhooks: Mapping[str, DeliveryCounts]
    unmatched: int
    people: int
    alone: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSource:
    """What a stream has about one person: how many records, from when to when, where they have a day at all."""

    connection: str
    stream: str
    records: int
    since: datetime | None
    newest: datetime | None


class CoverageReader(Protocol):
    """What the report needs of a store."""

    def holdings(self, scopes: frozenset[int] | None) -> Holdings:
        """
        :param scopes: count only records in these; ``None``: all, for those who run the installation.
        """
        ...

    def of_person(self, person: int, scopes: frozenset[int] | None) -> Sequence[PersonSource]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCoverage:
    """One stream. ``newest`` and ``last_sync`` are ``None`` where there is nothing, or no sync has succeeded yet.

    :ivar lag: time since the last sync that succeeded.
    """

    name: str
    title: Words
    records: int
    newest: datetime | None
    last_sync: datetime | None
    lag: timedelta | None
    quarantined: int
    cannot_tell: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCoverage:
    """One connection.

    :ivar state: of the last run; ``None`` if it was never synced.
    :ivar error: of the last run.
    :ivar webhooks: what came by itself in the last week; ``None`` if nothing did.
    """

    name: str
    connector: str
    title: Words
    enabled: bool
    every_minutes: int | None
    state: SyncState | None
    error: str | None
    last_sync: datetime | None
    lag: timedelta | None
    streams: tuple[StreamCoverage, ...]
    webhooks: DeliveryCounts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """The whole picture at one moment.

    :ivar missing: what a reader should know is not here, each in English and Chinese.
    """

    at: datetime
    connections: tuple[ConnectionCoverage, ...]
    quarantine: tuple[QuarantineReason, ...]
    unmatched_identities: int
    people: int
    people_without_account: tuple[str, ...]
    missing: tuple[Words, ...]


_EXPECTED: tuple[tuple[frozenset[str], Words], ...] = (
    (
        frozenset({"person_profile"}),
        (
            "No source of people is connected, so nobody is known yet. Connect HR by CSV or SCIM.",
            "尚未接入人员来源，因此系统还不认识任何人。请通过 CSV 或 SCIM 接入人事数据。",
        ),
    ),
    (
        frozenset({"reporting_line"}),
        (
            "No source says who reports to whom, so no manager can open a brief.",
            "没有来源说明汇报关系，因此主管还无法打开任何简报。",
        ),
    ),
    (
        frozenset({"issue", "change_request", "commit", "task"}),
        ("No source of work (tickets, changes, code) is connected.", "尚未接入工作来源（工单、变更、代码）。"),
    ),
    (frozenset({"goal"}), ("No source of goals is connected.", "尚未接入目标来源。")),
    (
        frozenset({"check_in"}),
        ("No source of check-ins and their actions is connected.", "尚未接入一对一及其待办的来源。"),
    ),
    (frozenset({"feedback"}), ("No source of feedback is connected.", "尚未接入反馈来源。")),
    (
        frozenset({"document", "meeting"}),
        (
            "Neither documents nor meetings are read; what happens there leaves no trace here.",
            "未读取文档和会议，那里发生的事在这里没有记录。",
        ),
    ),
)
"""What a complete picture would have, by the kinds of record that show it."""

WAITING_LONG = timedelta(minutes=10)
"""A delivery is handled in a moment; one that waits longer is told."""

_NAMED = 5
"""People without an account that are named; the others are counted."""


class Coverage:
    """Makes the report.

    :param connector_class: the class of a connector by its name, for the titles of its streams.
    """

    def __init__(self, reader: CoverageReader, connector_class: Callable[[str], type[Connector]]) -> None:
        self._reader = reader
        self._connector_class = connector_class

    def report(self, now: datetime, scopes: frozenset[int] | None = None) -> CoverageReport:
        """What is here and what is not.

        :param scopes: count only records in these; ``None``: all, for those who run the installation.
        """
        holdings = self._reader.holdings(scopes)
        connections = tuple(self._connection(found, holdings, now) for found in holdings.connections)
        return CoverageReport(
            at=now,
            connections=connections,
            quarantine=tuple(holdings.quarantine),
            unmatched_identities=holdings.unmatched,
            people=holdings.people,
            people_without_account=tuple(holdings.alone),
            missing=tuple(_missing(holdings, connections, now)),
        )

    def of_person(self, person: int, scopes: frozenset[int] | None = None) -> Sequence[PersonSource]:
        """Which sources have records of a person, and since when."""
        return self._reader.of_person(person, scopes)

    def _connection(self, found: Connection, holdings: Holdings, now: datetime) -> ConnectionCoverage:
        title, declared = self._declared(found.connector)
        last, done = holdings.last.get(found.name), holdings.done.get(found.name)
        last_sync = (done.finished_at or done.started_at) if done else None
        held = {h.stream: h for h in holdings.streams if h.connection == found.name}
        names = dict.fromkeys([*declared, *held])
        return ConnectionCoverage(
            name=found.name,
            connector=found.connector,
            title=title,
            enabled=found.enabled,
            every_minutes=found.every_minutes,
            state=last.state if last else None,
            error=last.error if last else None,
            last_sync=last_sync,
            lag=now - last_sync if last_sync else None,
            webhooks=holdings.webhooks.get(found.name),
            streams=tuple(
                StreamCoverage(
                    name=name,
                    title=declared[name].title if name in declared else (name, name),
                    records=held[name].records if name in held else 0,
                    newest=held[name].newest if name in held else None,
                    last_sync=last_sync,
                    lag=now - last_sync if last_sync else None,
                    quarantined=sum(
                        q.count for q in holdings.quarantine if (q.connection, q.stream) == (found.name, name)
                    ),
                    cannot_tell=declared[name].cannot_tell if name in declared else None,
                )
                for name in names
            ),
        )

    def _declared(self, connector: str) -> tuple[Words, dict[str, Stream]]:
        """Title and streams of a connector; of one whose plugin is gone, its name and none."""
        try:
            found = self._connector_class(connector)
        except CoachkitError:
            return (connector, connector), {}
        return found.title, {stream.name: stream for stream in found.streams}


def _missing(holdings: Holdings, connections: Sequence[ConnectionCoverage], now: datetime) -> Iterator[Words]:
    kinds = {kind for stream in holdings.streams if stream.records for kind in stream.kinds}
    yield from (words for expected, words in _EXPECTED if not expected & kinds)
    for found in connections:
        yield from _stale(found, now)
        if found.webhooks is not None:
            yield from _undelivered(found.name, found.webhooks, now)
    if holdings.alone:
        named, more = list(holdings.alone[:_NAMED]), len(holdings.alone) - _NAMED
        english = ", ".join(named) + (f" and {more} more" if more > 0 else "")
        chinese = "、".join(named) + (f" 等 {len(holdings.alone)} 人" if more > 0 else "")
        what = f"Of {len(holdings.alone)} of {holdings.people} people only HR data is here; no other source knows "
        yield (
            f"{what}{english}.",
            f"{holdings.people} 人中有 {len(holdings.alone)} 人只有人事数据，其他来源中没有他们的账号：{chinese}。",
        )
    if holdings.unmatched:
        yield (
            f"{holdings.unmatched:,} accounts in sources are matched to nobody; what they did is not attributed.",
            f"来源中有 {holdings.unmatched:,} 个账号未匹配到人，其记录未归到任何人名下。",
        )


def _undelivered(name: str, webhooks: DeliveryCounts, now: datetime) -> Iterator[Words]:
    if webhooks.oldest_waiting is not None and now - webhooks.oldest_waiting > WAITING_LONG:
        since = f"{webhooks.oldest_waiting:%Y-%m-%d %H:%M} UTC"
        yield (
            f"{webhooks.waiting:,} webhook deliveries of {name} wait to be read, the first since {since}.",
            f"{name} 有 {webhooks.waiting:,} 条推送等待处理，最早的始于 {since}。",
        )
    if webhooks.failed:
        yield (
            f"{webhooks.failed:,} webhook deliveries of {name} could not be read; see `coachkit webhook list`.",
            f"{name} 有 {webhooks.failed:,} 条推送无法读取，详见 `coachkit webhook list`。",
        )
    turned_away = sum(door.count for door in webhooks.at_door)
    if turned_away:
        yield (
            f"{turned_away:,} requests to the webhook address of {name} were not let in: {webhooks.at_door[0].reason}",
            f"{name} 的推送地址拒绝了 {turned_away:,} 个请求：{webhooks.at_door[0].reason}",
        )


def _stale(found: ConnectionCoverage, now: datetime) -> Iterator[Words]:
    name = found.name
    if found.last_sync is None:
        yield f"{name} is connected, but no sync of it has succeeded yet.", f"{name} 已接入，但尚未成功同步。"
        return
    day = f"{found.last_sync:%Y-%m-%d %H:%M} UTC"
    if found.state == SyncState.FAILED:
        yield f"{name} fails since its last good sync ({day}).", f"{name} 自上次成功同步（{day}）后持续失败。"
    elif found.every_minutes and now - found.last_sync > timedelta(minutes=3 * found.every_minutes):
        yield (
            f"{name} should be synced every {found.every_minutes} minutes, and last was {day}.",
            f"{name} 应每 {found.every_minutes} 分钟同步一次，上次同步为 {day}。",
        )
