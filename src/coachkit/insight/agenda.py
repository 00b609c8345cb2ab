"""The agenda of two people: points of both sides, from sources and put down here, and what was carried over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coachkit.domain.conversations import point_id
from coachkit.insight.rows import CheckInRow, MarkRow, Material, OwnPointRow

__all__ = ["Agenda", "Point", "Prepared", "agenda", "agenda_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What two people put down here, and what they did with points by their ids."""

    points: tuple[OwnPointRow, ...] = ()
    marks: Mapping[str, MarkRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something one side wants to talk about.

    :ivar record: the check-in that holds it; ``None`` for one put down here.
    :ivar since: day of the check-in at which it was first left open; ``None`` for one that is new.
    """

    id: str
    author: int
    text: str
    added_at: datetime
    record: int | None = None
    since: date | None = None
    done_at: datetime | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Points in the order of their talk: moved ones where they were moved to, the others by time.

    :ivar report: whose side comes first.
    :ivar meeting_at: the next planned check-in; ``last_at`` the last one held.
    """

    report: int
    points: tuple[Point, ...]
    meeting_at: datetime | None = None
    meeting: int | None = None
    last_at: datetime | None = None

    @property
    def open(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.done_at is None)

    @property
    def new(self) -> tuple[Point, ...]:
        """Those that no check-in has left open yet."""
        return tuple(point for point in self.open if point.since is None)

    @property
    def others(self) -> int:
        """How many of the new points are not the report's."""
        return sum(point.author != self.report for point in self.new)

    @property
    def one_sided(self) -> bool:
        """The manager owns over half of what is new on it."""
        return 2 * self.others > len(self.new)


def agenda(material: Material) -> Agenda:
    """The agenda as of the end of the window."""
    return agenda_of(
        material.check_ins,
        Prepared(points=material.points, marks=material.marks),
        report=material.subject,
        manager=material.other,
        end=material.window.end,
        zone=material.window.zone,
    )


def agenda_of(
    check_ins: Sequence[CheckInRow],
    prepared: Prepared,
    *,
    report: int,
    manager: int | None,
    end: datetime,
    zone: ZoneInfo,
) -> Agenda:
    """What the two have to talk about next.

    A point that was not ticked off at the last check-in is carried over, with the day since when. One that was ticked
    off here since then is still listed as done, so that it can be taken back.
    """
    held = [one for one in check_ins if one.state == "held" and one.scheduled_at <= end]
    today = end.astimezone(zone).date()
    coming = next(
        (one for one in check_ins if one.state == "planned" and one.scheduled_at.astimezone(zone).date() >= today), None
    )
    last = held[-1] if held else None
    found: dict[str, Point] = {}
    for check_in in [*([coming] if coming else []), *([last] if last else [])]:
        for row in check_in.agenda:
            name = point_id(report, manager or 0, row.author, row.text)
            if row.done or name in found:
                continue
            found[name] = Point(
                id=name,
                author=row.author,
                text=row.text,
                added_at=row.added_at,
                record=check_in.record,
                since=_first_left(held, row.author, row.text, zone),
            )
    for mine in prepared.points:
        left = next((one for one in held if one.scheduled_at > mine.added_at), None)
        since = left.scheduled_at.astimezone(zone).date() if left else None
        found.setdefault(
            mine.id, Point(id=mine.id, author=mine.author, text=mine.text, added_at=mine.added_at, since=since)
        )
    points = [point for one in found.values() if (point := _marked(one, prepared.marks, last, end)) is not None]
    return Agenda(
        report=report,
        points=tuple(sorted(points, key=_order)),
        meeting_at=coming.scheduled_at if coming else None,
        meeting=coming.record if coming else None,
        last_at=last.scheduled_at if last else None,
    )


def _first_left(held: Sequence[CheckInRow], author: int, text: str, zone: ZoneInfo) -> date | None:
    """The day of the first check-in in the latest unbroken run that left this point open."""
    since: date | None = None
    for check_in in reversed(held):
        if not any((row.author, row.text, row.done) == (author, text, False) for row in check_in.agenda):
            break
        since = check_in.scheduled_at.astimezone(zone).date()
    return since


def _marked(point: Point, marks: Mapping[str, MarkRow], last: CheckInRow | None, end: datetime) -> Point | None:
    """The point with what was done with it here; none, if it was ticked off before the last check-in was over."""
    mark = marks.get(point.id)
    if mark is None:
        return point
    done = mark.done_at if mark.done_at is not None and mark.done_at <= end else None
    if done is not None and last is not None and done < last.scheduled_at:
        return None
    return replace(point, done_at=done, place=mark.place)


def _order(point: Point) -> tuple[bool, int, datetime, str]:
    return (point.place is None, point.place or 0, point.added_at, point.id)
