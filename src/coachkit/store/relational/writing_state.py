"""What a few thousand items do to the records that they name, in the order in which they came.

Items are replayed in memory against what is stored, so that each record is written at most once however often it
occurs, and so that it makes no difference where a sync is cut into transactions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

import orjson
import sqlalchemy as sa

from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.errors import ContractViolation, PayloadRejected
from coachkit.ingest.reports import StreamCounts
from coachkit.sdk import AclChange, Failure, Tombstone, Upsert
from coachkit.store.relational import schema as t
from coachkit.store.relational.idset import among
from coachkit.store.relational.types import milliseconds
from coachkit.store.relational.writing_people import scope_id
from coachkit.store.relational.writing_rows import NOUNS, Mapped, map_record
from coachkit.store.relational.writing_values import clean_json, instant, maybe_text, text, whole

__all__ = ["BadRecord", "Change", "Replay", "Stored", "content_hash_of"]

_VERSION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stored:
    """The part of a stored envelope that decides whether something must be written."""

    content_hash: str
    version: int | None
    deleted: bool
    kind: str


@dataclass(slots=True)
class Change:
    """A record as it is after the items so far.

    :ivar stored: as it was before them.
    :ivar read: an upsert told how it is, whether or not that is new.
    :ivar item: the last upsert that was taken in, with ``mapped``; ``None`` if there was none.
    :ivar audience: set when it is not the stored one.
    """

    record_id: int
    stream: str
    native_id: str
    stored: Stored | None
    content_hash: str = ""
    version: int | None = None
    deleted: bool = True
    read: bool = False
    item: Upsert | None = None
    mapped: Mapped | None = None
    envelope: tuple[str | None, int] = (None, 0)
    audience: Audience | None = None
    deleted_at: int | None = None

    @property
    def removed(self) -> bool:
        return self.deleted and self.stored is not None and not self.stored.deleted

    @property
    def written(self) -> bool:
        """Whether rows of its own must be written: its content is not the stored one."""
        if self.item is None:
            return False
        return (
            self.deleted or self.stored is None or self.stored.deleted or self.content_hash != self.stored.content_hash
        )

    @property
    def reclassified(self) -> bool:
        """Whether only its audience changed."""
        return (
            not self.deleted
            and self.item is None
            and self.stored is not None
            and self.content_hash != self.stored.content_hash
        )


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read, as it is kept."""

    stream: str
    native_id: str
    reason: str
    payload: str


@dataclass(slots=True)
class Replay:
    """The state of one batch of items.

    :ivar bad: by stream and native id, in the order of their last occurrence; ``None``: it was read after all.
    """

    connection: str
    now: datetime
    changes: dict[int, Change] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bad: dict[tuple[str, str], BadRecord | None] = field(default_factory=dict)
    identities: dict[int, str] = field(default_factory=dict)
    audiences: dict[int, Audience] = field(default_factory=dict)
    counts: dict[str, StreamCounts] = field(default_factory=dict)

    def load(self, connection: sa.Connection, items: Iterable[Upsert | Tombstone | AclChange | Failure]) -> None:
        """Read what is stored of the records that ``items`` name."""
        for item in items:
            if isinstance(item, Failure) or item.stream is None or item.native_id is None:
                continue
            found = _record_id(self.connection, item.stream, item.native_id)
            if found is not None and found not in self.changes:
                self.changes[found] = Change(found, item.stream, item.native_id, None)
        c = t.records.c
        rows = connection.execute(
            sa.select(c.id, c.content_hash, c.version, sa.type_coerce(c.deleted_at, sa.BigInteger), c.kind).where(
                among(connection, c.id, self.changes)
            )
        )
        for found, content_hash, version, deleted_at, kind in rows:
            change = self.changes[found]
            change.stored = Stored(content_hash, version, deleted_at is not None, kind)
            change.content_hash, change.version = content_hash, version
            change.deleted, change.deleted_at = deleted_at is not None, deleted_at

    def play(self, items: Sequence[Upsert | Tombstone | AclChange | Failure]) -> None:
        """Take in the items, one after the other."""
        for item in items:
            if isinstance(item, Upsert):
                self._upsert(item)
            elif isinstance(item, Failure):
                self._bad(item.stream, item.native_id, item.reason, clean_json(item.payload))
            elif isinstance(item, Tombstone):
                self._tombstone(item)
            else:
                self._acl(item)

    def count(self, stream: str) -> StreamCounts:
        found = self.counts.get(stream)
        if found is None:
            found = self.counts[stream] = StreamCounts()
        return found

    def _upsert(self, item: Upsert) -> None:
        self.count(item.stream).read += 1
        noun = NOUNS.get(type(item.record))
        if noun is None:
            raise ContractViolation(
                f"{type(item.record).__name__} is no noun of coachkit.sdk", subject=f"{self.connection}/{item.stream}"
            )
        try:
            self._take(item, noun[0])
        except (PayloadRejected, ValueError, TypeError, OverflowError, RecursionError) as error:
            cause = error.__cause__ or error  # orjson wraps what our own check said
            reason = cause.message if isinstance(cause, PayloadRejected) else f"{type(cause).__name__}: {cause}"
            self._bad(item.stream, item.native_id, reason, _payload(item, noun[0]), read=False)

    def _take(self, item: Upsert, noun: str) -> None:
        found = record_id(self.connection, item.stream, text(item.native_id, "the native id"))
        change = self.changes[found]
        version = whole(item.version, "the version", most=_VERSION)
        content_hash = content_hash_of(noun, item)
        if version is not None and change.version is not None and version < change.version:
            self.count(item.stream).outdated += 1
            self.bad[item.stream, item.native_id] = None
            return
        if content_hash == change.content_hash and not change.deleted:
            change.version = change.version if version is None else version
        else:
            envelope = maybe_text(item.url, "the address"), instant(item.occurred_at)
            mapped = map_record(found, item)
            change.item, change.mapped, change.envelope = item, mapped, envelope
            change.content_hash, change.deleted, change.deleted_at = content_hash, False, None
            change.version = change.version if version is None else version
            self._audience(change, item.audience)
            self.identities.update(mapped.identities)
        change.read = True
        self.bad[item.stream, item.native_id] = None

    def _audience(self, change: Change, audience: Audience) -> None:
        change.audience = audience
        self.audiences.setdefault(scope_id(audience), audience)

    def _tombstone(self, item: Tombstone) -> None:
        self.count(item.stream).read += 1
        self.bad[item.stream, _storable(item.native_id)] = None
        try:
            at = milliseconds(self.now) if item.at is None else instant(item.at)
        except PayloadRejected as error:
            raise ContractViolation(error.message, subject=f"{self.connection}/{item.stream}") from error
        found = _record_id(self.connection, item.stream, item.native_id)
        change = None if found is None else self.changes[found]
        if change is None or change.deleted:
            return
        change.deleted, change.content_hash, change.deleted_at = True, "", at

    def _acl(self, item: AclChange) -> None:
        if item.group is not None:
            self.groups[item.group] = item.members
            return
        if item.stream is None or item.native_id is None or item.audience is None:
            raise ContractViolation(
                "an AclChange needs a group, or stream, native_id and audience", subject=self.connection
            )
        found = _record_id(self.connection, item.stream, item.native_id)
        change = None if found is None else self.changes[found]
        if change is None or change.deleted:
            return
        content_hash = _with_audience(change.content_hash, item.audience)
        if content_hash != change.content_hash:
            change.content_hash = content_hash
            self._audience(change, item.audience)

    def _bad(self, stream: str, native_id: object, reason: str, payload: str, *, read: bool = True) -> None:
        self.count(stream).quarantined += 1
        self.count(stream).read += read
        name = _storable(native_id)
        self.bad[stream, name] = BadRecord(stream, name, _storable(reason), payload)

    def settle(self) -> None:
        """Count what became of each record, once all items are in."""
        for change in self.changes.values():
            counts = self.count(change.stream)
            if change.deleted:
                counts.removed += change.removed
            elif change.stored is None or change.stored.deleted:
                counts.created += 1
            elif change.written or change.reclassified:
                counts.changed += 1
            else:
                counts.unchanged += change.read


def content_hash_of(noun: str, item: Upsert) -> str:
    """A hash over everything of a record that we keep, and one over its audience, so that either can change alone."""
    body = orjson.dumps(item.record, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
    digest = hashlib.blake2b(body, digest_size=16)
    digest.update(f"\0{noun}\0{item.url}\0{instant(item.occurred_at)}\0{item.sensitivity}".encode())
    return digest.hexdigest() + _audience_hash(item.audience)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise PayloadRejected(f"a value is {type(value).__name__}, which a record cannot hold")


@lru_cache(maxsize=1 << 12)
def _audience_hash(audience: Audience) -> str:
    return "-" + hashlib.blake2b(audience.key.encode(), digest_size=8).hexdigest()


def _with_audience(content_hash: str, audience: Audience) -> str:
    return content_hash.partition("-")[0] + _audience_hash(audience)


def _record_id(connection: str, stream: str, native_id: object) -> int | None:
    """The record's id, unless its native id is nothing that a record can have."""
    try:
        return record_id(connection, stream, text(native_id, "the native id"))
    except (PayloadRejected, UnicodeEncodeError):
        return None


def _storable(value: object) -> str:
    """Text of whatever a source sent, as both databases can hold it."""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _payload(item: Upsert, noun: str) -> str:
    try:
        record = orjson.loads(orjson.dumps(item.record, default=repr))
    except (TypeError, ValueError, RecursionError):
        record = repr(item.record)[:10_000]
    return clean_json({"noun": noun, "record": record})
