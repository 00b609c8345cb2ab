"""Preparing a check-in together: points of both sides, ticked, moved, taken back; and each side's private notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from coachkit.access import Directory, Viewer, may_open_conversation
from coachkit.domain.conversations import point_id
from coachkit.domain.identity import content_hash
from coachkit.errors import AccessDenied, BadInput, NotFound
from coachkit.insight.agenda import Agenda, Point, Prepared, agenda_of
from coachkit.insight.rows import CheckInRow

__all__ = [
    "LONGEST_NOTE",
    "LONGEST_POINT",
    "OwnNote",
    "Preparing",
    "PrivateNotes",
    "SharedPoint",
    "Sheet",
    "StoredPoint",
]

LONGEST_POINT = 300
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPoint:
    """A point as it was put down here by one of the two."""

    id: str
    report: int
    manager: int
    author: int
    text: str
    added_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPoint:
    """A point as both sides see it.

    :ivar own: the viewer put it down; ``here`` says that it stands in no source, so its author may take it back.
    :ivar since: day of the check-in at which it was first left open.
    """

    id: str
    text: str
    author: str
    own: bool
    here: bool
    added_at: datetime
    since: date | None = None
    done_at: datetime | None = None

    @property
    def done(self) -> bool:
        return self.done_at is not None

    @property
    def may_remove(self) -> bool:
        return self.own and self.here and not self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the two talk about next: the report's points first.

    :ivar theirs: points of the report, ``others`` of the manager; each in the order of the talk.
    """

    report: int
    report_name: str
    manager: int
    manager_name: str
    theirs: tuple[SharedPoint, ...]
    others: tuple[SharedPoint, ...]
    meeting_at: datetime | None
    last_at: datetime | None
    one_sided: bool

    @property
    def points(self) -> tuple[SharedPoint, ...]:
        return (*self.theirs, *self.others)


class PreparingStore(Protocol):
    """Keeps points and marks of two people."""

    def prepared(self, report: int, manager: int, until: datetime) -> Prepared: ...

    def check_ins(
        self, report: int, manager: int, scopes: frozenset[int], until: datetime
    ) -> tuple[CheckInRow, ...]: ...

    def changed_at(self, report: int) -> datetime | None: ...

    def point(self, point: str) -> StoredPoint | None: ...

    def add(self, point: StoredPoint) -> None: ...

    def set_removed(self, point: str, at: datetime | None) -> None: ...

    def mark_done(
        self, report: int, manager: int, point: str, done_at: datetime | None, *, by: int, now: datetime
    ) -> None: ...

    def place(self, report: int, manager: int, points: Sequence[str], *, by: int, now: datetime) -> None: ...


class Preparing:
    """For the two who talk, and nobody else: the person, and the manager whom they report to today."""

    def __init__(self, directory: Directory, store: PreparingStore, timezone: str) -> None:
        self._directory = directory
        self._store = store
        self._zone = ZoneInfo(timezone)

    def sheet(self, viewer: Viewer, report: int) -> Sheet:
        """The points of both sides.

        :raises AccessDenied: if the viewer is neither of the two.
        :raises NotFound: if the person reports to nobody.
        """
        manager = self._other(viewer, report)
        found = self._agenda(viewer, report, manager)
        names = {one: self._directory.person(one).name for one in (report, manager)}
        shared = [self._shared(point, viewer, names) for point in found.points]
        return Sheet(
            report=report,
            report_name=names[report],
            manager=manager,
            manager_name=names[manager],
            theirs=tuple(one for one, point in zip(shared, found.points, strict=True) if point.author == report),
            others=tuple(one for one, point in zip(shared, found.points, strict=True) if point.author != report),
            meeting_at=found.meeting_at,
            last_at=found.last_at,
            one_sided=found.one_sided,
        )

    def changed_since(self, report: int, at: datetime) -> bool:
        """Whether anybody changed the points of this report's check-ins at a moment or after it."""
        changed = self._store.changed_at(report)
        return changed is not None and changed >= at

    def add(self, viewer: Viewer, report: int, text: str) -> str:
        """Put a point down; the same words again are the same point. Returns its id.

        :raises BadInput: if it says nothing, or more than fits.
        """
        manager = self._other(viewer, report)
        words = _words(text, LONGEST_POINT, "a point", "议题")
        name = point_id(report, manager, viewer.person, words)
        self._store.add(
            StoredPoint(id=name, report=report, manager=manager, author=viewer.person, text=words, added_at=viewer.at)
        )
        return name

    def set_done(self, viewer: Viewer, report: int, point: str, done: bool) -> None:
        """Tick a point off, or open it again; either side may.

        :raises NotFound: if the two have no such point.
        """
        manager, _ = self._point(viewer, report, point)
        self._store.mark_done(report, manager, point, viewer.at if done else None, by=viewer.person, now=viewer.at)

    def move(self, viewer: Viewer, report: int, point: str, by: int) -> None:
        """Move a point ``by`` places among those of its side: -1 is one up.

        :raises NotFound: if the two have no such point.
        """
        manager, found = self._point(viewer, report, point)
        moved = next(one for one in found.points if one.id == point)
        side = [one.id for one in found.points if (one.author == report) == (moved.author == report)]
        here = side.index(point)
        side.insert(max(0, min(len(side) - 1, here + by)), side.pop(here))
        rest = [one.id for one in found.points if one.id not in side]
        self._store.place(report, manager, [*side, *rest], by=viewer.person, now=viewer.at)

    def set_removed(self, viewer: Viewer, report: int, point: str, removed: bool) -> None:
        """Take back a point that the viewer put down here, or put it back.

        :raises NotFound: if there is no such point put down here.
        :raises AccessDenied: if it is the other side's.
        """
        manager = self._other(viewer, report)
        stored = self._store.point(point)
        if stored is None or (stored.report, stored.manager) != (report, manager):
            raise NotFound("there is no such point put down here.", subject=point[:40])
        if stored.author != viewer.person:
            raise AccessDenied(
                "a point is taken back by whoever put it down.",
                subject=viewer.name,
                hint="You can tick it off instead.",
                chinese=("议题只能由写下它的人收回。", "可以改为打勾。"),
            )
        self._store.set_removed(point, viewer.at if removed else None)

    def _other(self, viewer: Viewer, report: int) -> int:
        may_open_conversation(self._directory, viewer, report, viewer.at)
        manager = self._directory.manager_of(report, self._directory.today(viewer.at))
        if manager is None:
            raise NotFound(
                "this person reports to nobody here, so there is nobody to prepare with.",
                hint="Reporting lines come from an HR source.",
                chinese=("这里没有此人的汇报关系，没有可以一起准备的人。", "汇报关系来自人事来源。"),
            )
        return manager.id

    def _agenda(self, viewer: Viewer, report: int, manager: int) -> Agenda:
        other = manager if viewer.person == report else report
        scopes = viewer.scopes & self._directory.viewer(other, viewer.at).scopes
        return agenda_of(
            self._store.check_ins(report, manager, scopes, viewer.at),
            self._store.prepared(report, manager, viewer.at),
            report=report,
            manager=manager,
            end=viewer.at,
            zone=self._zone,
        )

    def _point(self, viewer: Viewer, report: int, point: str) -> tuple[int, Agenda]:
        manager = self._other(viewer, report)
        found = self._agenda(viewer, report, manager)
        if not any(one.id == point for one in found.points):
            raise NotFound("the two have no such point.", subject=point[:40])
        return manager, found

    def _shared(self, point: Point, viewer: Viewer, names: dict[int, str]) -> SharedPoint:
        return SharedPoint(
            id=point.id,
            text=point.text,
            author=names.get(point.author, "?"),
            own=point.author == viewer.person,
            here=point.record is None,
            added_at=point.added_at,
            since=point.since,
            done_at=point.done_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNote:
    """A private note of somebody about somebody."""

    id: str
    text: str
    at: datetime


class NoteStore(Protocol):
    """Keeps private notes; every query names the author."""

    def of(self, author: int, about: int) -> Sequence[OwnNote]: ...

    def add(self, author: int, about: int, note: OwnNote) -> None: ...

    def set_removed(self, author: int, note: str, at: datetime | None) -> bool: ...


class PrivateNotes:
    """Notes that their author alone can read. No document, search or export knows of them."""

    def __init__(self, directory: Directory, store: NoteStore) -> None:
        self._directory = directory
        self._store = store

    def about(self, viewer: Viewer, person: int) -> tuple[OwnNote, ...]:
        """The viewer's own notes about a person, newest first."""
        return tuple(self._store.of(viewer.person, person))

    def add(self, viewer: Viewer, person: int, text: str) -> OwnNote:
        """Keep a note about the other side of a conversation of the viewer's.

        :raises AccessDenied: if the two do not talk: neither reports to the other today.
        :raises BadInput: if it says nothing, or more than fits.
        """
        today = self._directory.today(viewer.at)
        theirs = self._directory.is_manager_of(viewer.person, person, today)
        if not theirs and not self._directory.is_manager_of(person, viewer.person, today):
            raise AccessDenied(
                "private notes are about somebody you have check-ins with.",
                subject=viewer.name,
                chinese=("私人笔记只能写给与你做一对一的人。", ""),
            )
        words = _lines(text, LONGEST_NOTE)
        name = content_hash("note", viewer.person, person, viewer.at.isoformat(), words)[:16]
        note = OwnNote(id=name, text=words, at=viewer.at)
        self._store.add(viewer.person, person, note)
        return note

    def set_removed(self, viewer: Viewer, note: str, removed: bool) -> None:
        """Take a note away, or put it back.

        :raises NotFound: if the viewer has no such note.
        """
        if not self._store.set_removed(viewer.person, note, viewer.at if removed else None):
            raise NotFound("there is no such note of yours.", subject=note[:40])


def _words(text: str, most: int, what: str, chinese: str) -> str:
    words = " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())
    if not words:
        raise BadInput(f"{what} has to say something.", chinese=(f"{chinese}不能是空的。", ""))
    if len(words) > most:
        raise BadInput(
            f"{what} has {most} characters at most.",
            hint="Say it shorter, and the rest when you talk.",
            chinese=(f"{chinese}最多 {most} 个字。", "写短一些，其余的见面再说。"),
        )
    return words


def _lines(text: str, most: int) -> str:
    """``text`` without control characters, its lines kept."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    words = "\n".join(lines).strip()
    if not words:
        raise BadInput("a note has to say something.", chinese=("笔记不能是空的。", ""))
    if len(words) > most:
        raise BadInput(f"a note has {most} characters at most.", chinese=(f"笔记最多 {most} 个字。", ""))
    return words
