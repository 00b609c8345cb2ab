"""Action items: what is open, and ticking it off here, over what its source says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from coachkit.access import Viewer
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.errors import AccessDenied, NotFound

__all__ = ["ActionItemState", "ActionItemStore", "ActionItems", "StoredAction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAction:
    """An action item with what was ticked here.

    :ivar owner: person id, ``None`` while the owner's account is nobody's.
    :ivar sides: the two people of the check-in where it was agreed.
    :ivar source_done_at: what the source says; ``ticked`` whether somebody said something else here, and then
        ``tick_done_at`` (``None``: open again), ``ticked_by`` and ``ticked_at``.
    """

    record: int
    title: str
    owner: int | None
    owner_name: str
    sides: frozenset[int]
    created_at: datetime
    due_on: date | None
    source_done_at: datetime | None
    ticked: bool = False
    tick_done_at: datetime | None = None
    ticked_by: str = ""
    ticked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItemState:
    """An action item as one viewer sees it now."""

    id: str
    title: str
    owner: str
    """Name of the owner."""
    owned: bool
    """The viewer owns it."""
    created_at: datetime
    due_on: date | None
    done_at: datetime | None
    ticked_by: str
    """Who last ticked or unticked it here; empty if nobody did."""
    may_tick: bool

    @property
    def done(self) -> bool:
        return self.done_at is not None


class ActionItemStore(Protocol):
    """Reads action items under scopes and keeps ticks."""

    def find(self, records: Collection[int], scopes: frozenset[int]) -> Sequence[StoredAction]: ...

    def open_of(self, person: int, scopes: frozenset[int], *, limit: int) -> Sequence[StoredAction]:
        """What the person owns and has not done, by due date."""

    def put_tick(self, record: int, done_at: datetime | None, *, by: int, now: datetime) -> None: ...

    def remove_tick(self, record: int) -> None:
        """What the source says holds again."""


class ActionItems:
    """Ticks belong to those who agreed on the item: its owner, and the two sides of the check-in."""

    def __init__(self, store: ActionItemStore) -> None:
        self._store = store

    def get(self, item: str, viewer: Viewer) -> ActionItemState:
        """:raises NotFound: if there is no such item, or the viewer may not read it."""
        return _seen(self._find(item, viewer), viewer)

    def several(self, items: Collection[str], viewer: Viewer) -> dict[str, ActionItemState]:
        """Those of ``items`` (public ids) that exist and that the viewer may read, by id."""
        found = self._store.find([unpublic_id(item) for item in items], viewer.scopes)
        return {public_id(action.record): _seen(action, viewer) for action in found}

    def open_of(self, viewer: Viewer, *, limit: int = 20) -> tuple[ActionItemState, ...]:
        """What the viewer has taken on and not done, the most urgent first."""
        return tuple(_seen(action, viewer) for action in self._store.open_of(viewer.person, viewer.scopes, limit=limit))

    def set_done(self, item: str, viewer: Viewer, done: bool, now: datetime) -> ActionItemState:
        """Tick the item off, or open it again; saying so twice changes nothing.

        :raises NotFound: if there is no such item, or the viewer may not read it.
        :raises AccessDenied: if it is neither theirs nor from a check-in of theirs.
        """
        action = self._find(item, viewer)
        if not _may_tick(action, viewer):
            raise AccessDenied(
                "only the owner of an action item and the two who agreed on it can tick it off.", subject=viewer.name
            )
        if done != (_done_at(action) is not None):
            if done == (action.source_done_at is not None):
                self._store.remove_tick(action.record)
            else:
                self._store.put_tick(action.record, now if done else None, by=viewer.person, now=now)
        return self.get(item, viewer)

    def _find(self, item: str, viewer: Viewer) -> StoredAction:
        try:
            found = self._store.find([unpublic_id(item)], viewer.scopes)
        except ValueError:
            found = ()
        if not found:
            raise NotFound("there is no such action item.")
        return found[0]


def _done_at(action: StoredAction) -> datetime | None:
    return action.tick_done_at if action.ticked else action.source_done_at


def _may_tick(action: StoredAction, viewer: Viewer) -> bool:
    return viewer.person == action.owner or viewer.person in action.sides


def _seen(action: StoredAction, viewer: Viewer) -> ActionItemState:
    return ActionItemState(
        id=public_id(action.record),
        title=action.title,
        owner=action.owner_name,
        owned=action.owner == viewer.person,
        created_at=action.created_at,
        due_on=action.due_on,
        done_at=_done_at(action),
        ticked_by=action.ticked_by,
        may_tick=_may_tick(action, viewer),
    )
