"""What two people prepare for their check-in, and each one's private notes, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from coachkit.delivery.preparing import OwnNote, StoredPoint
from coachkit.insight.agenda import Prepared
from coachkit.insight.rows import CheckInRow, MarkRow, OwnPointRow
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_conversations import read_check_ins
from coachkit.store.relational.reading_people import Whos

__all__ = ["SqlPreparing", "SqlPrivateNotes"]

CHECK_INS_BACK = timedelta(days=400)


class SqlPreparing:
    """Points and marks of two people; every query names both of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepared(self, report: int, manager: int, until: datetime) -> Prepared:
        """What the two put down until then, and what they did with it."""
        p, m = t.talking_points.c, t.point_marks.c
        with self._database.read() as connection:
            points = connection.execute(
                sa.select(t.talking_points)
                .where(p.report_id == report, p.manager_id == manager, p.added_at <= until)
                .where(sa.or_(p.removed_at.is_(None), p.removed_at > until))
                .order_by(p.added_at, p.id)
            ).all()
            marks = connection.execute(
                sa.select(t.point_marks).where(m.report_id == report, m.manager_id == manager)
            ).all()
        return Prepared(
            points=tuple(
                OwnPointRow(id=row.id, author=row.author_id, text=row.text, added_at=row.added_at) for row in points
            ),
            marks={row.point_id: MarkRow(done_at=row.done_at, place=row.place) for row in marks},
        )

    def changed_at(self, report: int) -> datetime | None:
        """When somebody last put a point down, took one back, ticked or moved one in a check-in of this report."""
        p, m = t.talking_points.c, t.point_marks.c
        with self._database.read() as connection:
            found = [
                connection.execute(sa.select(sa.func.max(column)).where(report_id == report)).scalar()
                for column, report_id in (
                    (p.added_at, p.report_id),
                    (p.removed_at, p.report_id),
                    (m.at, m.report_id),
                )
            ]
        return max((at for at in found if at is not None), default=None)

    def check_ins(self, report: int, manager: int, scopes: frozenset[int], until: datetime) -> tuple[CheckInRow, ...]:
        """The check-ins of the two in the sources, with their agendas."""
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            whos = Whos(scope)
            own, theirs = whos.of_person(report), whos.of_person(manager)
            return read_check_ins(scope, whos, own, theirs, until - CHECK_INS_BACK)

    def point(self, point: str) -> StoredPoint | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.talking_points).where(t.talking_points.c.id == point)).one_or_none()
        if row is None:
            return None
        return StoredPoint(
            id=row.id,
            report=row.report_id,
            manager=row.manager_id,
            author=row.author_id,
            text=row.text,
            added_at=row.added_at,
            removed_at=row.removed_at,
        )

    def add(self, point: StoredPoint) -> None:
        """Put a point down; the same one of the same person stands again, if it was taken back."""
        row = {
            "id": point.id,
            "report_id": point.report,
            "manager_id": point.manager,
            "author_id": point.author,
            "text": point.text,
            "added_at": point.added_at,
            "removed_at": None,
        }
        with self._database.write() as connection:
            upsert(connection, t.talking_points, [row], update=["added_at", "removed_at"])

    def set_removed(self, point: str, at: datetime | None) -> None:
        with self._database.write() as connection:
            connection.execute(sa.update(t.talking_points).where(t.talking_points.c.id == point).values(removed_at=at))

    def mark_done(
        self, report: int, manager: int, point: str, done_at: datetime | None, *, by: int, now: datetime
    ) -> None:
        row = {"report_id": report, "manager_id": manager, "point_id": point, "by_person_id": by, "at": now}
        with self._database.write() as connection:
            upsert(connection, t.point_marks, [{**row, "done_at": done_at}], update=["done_at", "by_person_id", "at"])

    def place(self, report: int, manager: int, points: Sequence[str], *, by: int, now: datetime) -> None:
        """The order of these points, the first one first."""
        rows = [
            {
                "report_id": report,
                "manager_id": manager,
                "point_id": point,
                "place": place,
                "by_person_id": by,
                "at": now,
            }
            for place, point in enumerate(points)
        ]
        with self._database.write() as connection:
            upsert(connection, t.point_marks, rows, update=["place", "at"])


class SqlPrivateNotes:
    """Private notes. Every query names the author: nobody else's can be found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, author: int, about: int) -> Sequence[OwnNote]:
        n = t.own_notes.c
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(t.own_notes)
                .where(n.author_id == author, n.about_id == about, n.removed_at.is_(None))
                .order_by(n.at.desc(), n.id)
            ).all()
        return [OwnNote(id=row.id, text=row.text, at=row.at) for row in rows]

    def add(self, author: int, about: int, note: OwnNote) -> None:
        row = {"id": note.id, "author_id": author, "about_id": about, "text": note.text, "at": note.at}
        with self._database.write() as connection:
            upsert(connection, t.own_notes, [{**row, "removed_at": None}], update=["removed_at"])

    def set_removed(self, author: int, note: str, at: datetime | None) -> bool:
        """Whether there is such a note of this author."""
        n = t.own_notes.c
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(t.own_notes).where(n.id == note, n.author_id == author).values(removed_at=at)
            )
        return bool(done.rowcount)
