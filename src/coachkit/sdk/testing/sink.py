"""A sink in memory with the engine's rules: what precedes a checkpoint is kept with it; what follows can be lost."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from coachkit.domain.audience import Audience, AudienceKind
from coachkit.errors import ContractViolation, PayloadRejected
from coachkit.sdk.connector import Connector
from coachkit.sdk.items import AclChange, Checkpoint, Cursor, Failure, Item, Progress, Tombstone, Upsert
from coachkit.sdk.webhooks import Delivery, Reply

__all__ = ["Key", "ReferenceSink", "Run"]

Key = tuple[str, str]
"""Stream and native id."""

REMOVED_WITHOUT_ASKING = 5
REMOVED_SHARE = 0.2
"""So many records, or this share of a stream, may vanish at once; the engine has the same limits."""


@dataclass(slots=True)
class Run:
    """What one run, or one delivery, did.

    :ivar changed: keys of records that are new, different or gone after it.
    :ivar longest_gap: most items between two checkpoints.
    :ivar refused: why a delivery was not taken; empty if it was.
    :ivar duplicate: the delivery was there before.
    """

    items: int = 0
    changed: list[Key] = field(default_factory=list)
    longest_gap: int = 0
    refused: str = ""
    duplicate: bool = False


class ReferenceSink:
    """Keeps what a connector yields, as a store would, and counts what changed.

    :ivar unswept: streams of which too much had vanished to believe it.
    """

    def __init__(self) -> None:
        self.records: dict[Key, Upsert] = {}
        self.failures: dict[Key, str] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self.cursors: dict[str, Cursor] = {}
        self.unswept: set[str] = set()
        self._delivered: set[str] = set()
        self._payloads: dict[Key, Failure] = {}
        self._versions: dict[Key, int] = {}
        self._pending: list[Item] = []

    def state(self) -> dict[str, object]:
        """What is kept, to be compared; cursors may differ between two ways to the same state."""
        return {"records": self.records, "failures": self.failures, "groups": self.groups}

    def copied(self) -> ReferenceSink:
        """Another sink that keeps the same."""
        other = ReferenceSink()
        for name in vars(other):
            setattr(other, name, copy.copy(getattr(self, name)))
        return other

    def readers(self, key: Key) -> tuple[Audience, frozenset[str] | None]:
        """Who may read a record: its audience, and the members of the group where it is one."""
        audience = self.records[key].audience
        if audience.kind is not AudienceKind.GROUP:
            return audience, None
        return audience, frozenset(self.groups.get(audience.members[0], ()))

    def run(
        self,
        connector: Connector,
        *,
        stop_after: int | None = None,
        between: Callable[[int], object] | None = None,
        allow_removals: bool = False,
    ) -> Run:
        """Pull from ``connector`` as a sync does.

        :param stop_after: be killed after so many items.
        :param between: called after each item with how many there were.
        :param allow_removals: believe it if most of a stream has vanished.
        :raises ContractViolation: if something follows the last checkpoint, or an item is none of the SDK's.
        """
        run = Run()
        gap = 0
        connector.allow_removals = allow_removals
        self._pending.clear()
        pulled = connector.pull(dict(self.cursors))
        try:
            for item in pulled:
                run.items += 1
                gap = 0 if isinstance(item, Checkpoint) else gap + (not isinstance(item, Progress))
                run.longest_gap = max(run.longest_gap, gap)
                self.take(item, run)
                if between is not None:
                    between(run.items)
                if run.items == stop_after:
                    self._pending.clear()
                    return run
            if self._pending:
                raise ContractViolation(f"{len(self._pending)} items follow the last checkpoint and would be lost.")
            self._retry(connector, run)
            self._sweep(connector, run, allow_removals=allow_removals)
        finally:
            close = getattr(pulled, "close", None)
            if close is not None:
                close()
            connector.close()
        return run

    def deliver(self, connector: Connector, delivery: Delivery) -> Run:
        """Take a webhook delivery as the door and its worker do: verified, each once, refusals counted.

        :raises SourceError: if it is not believed, or the source fails; it may then be delivered again.
        """
        run = Run()
        try:
            event = connector.verify(delivery)
            if isinstance(event, Reply):
                return run
            if event.id in self._delivered:
                run.duplicate = True
                return run
            try:
                items = list(connector.handle(event))
            except PayloadRejected as error:
                run.refused = error.message
                items = []
            for item in items:
                run.items += 1
                if not isinstance(item, Progress | Checkpoint):
                    self._apply(item, run)
            self._delivered.add(event.id)
        finally:
            connector.close()
        return run

    def take(self, item: Item, run: Run) -> None:
        """Take one item; a checkpoint makes everything taken so far stay."""
        if isinstance(item, Progress):
            return
        if not isinstance(item, Checkpoint):
            self._pending.append(item)
            return
        for waiting in self._pending:
            self._apply(waiting, run)
        self._pending.clear()
        state = json.loads(json.dumps(dict(item.cursor.state), allow_nan=False))
        self.cursors[item.stream] = Cursor(version=item.cursor.version, state=state)

    def _apply(self, item: Item, run: Run) -> None:
        if isinstance(item, Upsert):
            self._upsert(item, run)
        elif isinstance(item, Tombstone):
            key = (item.stream, item.native_id)
            self._forget(key)
            self._versions.pop(key, None)
            if self.records.pop(key, None) is not None:
                run.changed.append(key)
        elif isinstance(item, Failure):
            key = (item.stream, item.native_id)
            self.failures[key] = item.reason
            self._payloads[key] = item
        elif isinstance(item, AclChange):
            self._access(item, run)
        else:
            raise ContractViolation(f"{type(item).__name__} is no item of the SDK.")

    def _upsert(self, item: Upsert, run: Run) -> None:
        key = (item.stream, item.native_id)
        self._forget(key)
        if item.version is not None:
            if item.version < self._versions.get(key, item.version):
                return
            self._versions[key] = item.version
        if self.records.get(key) != item:
            self.records[key] = item
            run.changed.append(key)

    def _access(self, item: AclChange, run: Run) -> None:
        if item.group is not None:
            members = tuple(sorted(set(item.members)))
            if self.groups.get(item.group) != members:
                self.groups[item.group] = members
                run.changed.append(("group", item.group))
        elif item.stream is not None and item.native_id is not None:
            key = (item.stream, item.native_id)
            known = self.records.get(key)
            if known is not None:
                self.records[key] = replace(known, audience=item.audience or Audience.nobody())
                run.changed.append(key)

    def _forget(self, key: Key) -> None:
        self.failures.pop(key, None)
        self._payloads.pop(key, None)

    def _retry(self, connector: Connector, run: Run) -> None:
        for item in connector.refetch(list(self._payloads.values())):
            self._apply(item, run)

    def _sweep(self, connector: Connector, run: Run, *, allow_removals: bool) -> None:
        for stream in connector.streams:
            present = connector.sweep(stream.name)
            if present is None:
                continue
            gone = list(self._vanished(stream.name, set(present)))
            kept = sum(key[0] == stream.name for key in self.records)
            if len(gone) > max(REMOVED_WITHOUT_ASKING, REMOVED_SHARE * kept) and not allow_removals:
                self.unswept.add(stream.name)
                continue
            for key in gone:
                self._forget(key)
                if self.records.pop(key, None) is not None:
                    run.changed.append(key)

    def _vanished(self, stream: str, present: set[str]) -> Iterator[Key]:
        kept = dict.fromkeys(key for key in (*self.records, *self.failures) if key[0] == stream)
        yield from (key for key in kept if key[1] not in present)
