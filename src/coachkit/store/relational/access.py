"""The directory, grants and the log of reads, in SQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from coachkit.access.directory import PersonEntry, ReadEntry
from coachkit.access.viewer import Viewer
from coachkit.domain.identity import identity_key, unpublic_id
from coachkit.errors import Ambiguous, NotFound
from coachkit.ingest.identity_names import name_key
from coachkit.store.relational import schema as t
from coachkit.store.relational.access_rules import (
    current_grants,
    here,
    open_scopes,
    reporting_today,
    subjects_granted,
    teams_today,
)
from coachkit.store.relational.database import Database
from coachkit.store.relational.near_names import near_names

__all__ = ["SqlDirectory", "SqlReadLog"]

_PERSON = (
    t.people.c.id,
    t.people.c.name,
    t.people.c.other_names,
    t.people.c.title,
    t.people.c.email,
    t.people.c.locale,
    t.people.c.started_on,
    t.people.c.left_on,
    t.people.c.active,
)


class SqlDirectory:
    """The :class:`~coachkit.access.directory.Directory` over the relational store.

    :param clock: what time it is, where a caller gives no day.
    """

    def __init__(self, database: Database, timezone: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._zone = ZoneInfo(timezone)
        self._clock = clock

    def today(self, now: datetime | None = None) -> date:
        return (now or self._clock()).astimezone(self._zone).date()

    def viewer(self, person: int, now: datetime) -> Viewer:
        today = self.today(now)
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(t.people.c.name, here(today).label("here")).where(t.people.c.id == person)
            ).one_or_none()
            if row is None:
                raise _nobody()
            if not row.here:
                return Viewer(person=person, name=row.name, at=now, scopes=frozenset())
            roles = frozenset(connection.scalars(current_grants(person, t.grants.c.role)))
            scopes = open_scopes(connection, person, today)
        return Viewer(person=person, name=row.name, at=now, scopes=scopes, roles=roles)

    def person(self, person: int, day: date | None = None) -> PersonEntry:
        found = self._entries(day or self.today(), t.people.c.id == person)
        if not found:
            raise _nobody()
        return found[0]

    def people(self, day: date | None = None, *, left: bool = False) -> tuple[PersonEntry, ...]:
        day = day or self.today()
        return self._entries(day, sa.true() if left else here(day))

    def manager_of(self, person: int, day: date | None = None) -> PersonEntry | None:
        day = day or self.today()
        manager = self.person(person, day).manager
        return None if manager is None else self.person(manager, day)

    def reports_of(self, person: int, day: date | None = None) -> tuple[PersonEntry, ...]:
        day = day or self.today()
        line = reporting_today(day)
        mine = sa.select(line.c.person_id).where(line.c.manager_id == person)
        return self._entries(day, sa.and_(t.people.c.id.in_(mine), here(day)))

    def is_manager_of(self, manager: int, person: int, day: date) -> bool:
        line = reporting_today(day)
        statement = (
            sa.select(sa.literal(1))
            .select_from(line.join(t.people, t.people.c.id == line.c.person_id))
            .where(line.c.manager_id == manager, line.c.person_id == person, here(day))
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.scalar(statement) is not None

    def is_granted(self, viewer: int, role: str, subject: int) -> bool:
        with self._database.read() as connection:
            keys = connection.scalars(current_grants(viewer, t.grants.c.scope_key).where(t.grants.c.role == role)).all()
            return subject in subjects_granted(connection, keys)

    def find_person(self, text: str, viewer: Viewer | None = None) -> PersonEntry:
        text = text.strip()
        today = self.today(viewer.at if viewer else None)
        known = sa.true() if viewer is None else here(today)
        found = self._by_key(text, today, known) or self._by_name(text, today, known)
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(
                f"{len(found)} people fit {text!r}.",
                [entry.label for entry in found],
                hint="Give the e-mail address or the id.",
                chinese=(f"有 {len(found)} 个人符合“{text}”。", "请改用邮箱地址或 id。"),
            )
        with self._database.read() as connection:
            rows = connection.execute(sa.select(t.people.c.name, t.people.c.other_names).where(known)).all()
        near = near_names(text, [(row.name, *row.other_names) for row in rows])
        hint = f"Near to it: {', '.join(near)}." if near else "Try an e-mail address, or another spelling."
        advice = f"相近的有：{'、'.join(near)}。" if near else "请试试邮箱地址，或换一种写法。"
        raise NotFound(f"nobody here is called {text!r}.", hint=hint, chinese=(f"这里没有叫“{text}”的人。", advice))

    def _by_key(self, text: str, day: date, known: sa.ColumnElement[bool]) -> tuple[PersonEntry, ...]:
        """By public id, e-mail or identity key."""
        wanted: list[sa.ColumnElement[bool]] = []
        with suppress(ValueError):
            wanted.append(t.people.c.id == unpublic_id(text.lower()))
        keys = [text]
        if "@" in text:
            wanted.append(t.people.c.email == text.lower())
            keys.append(identity_key("email", text))
        elif ":" in text:
            keys.append(identity_key(*text.split(":", 1)))
        if ":" in text or "@" in text:
            owners = sa.select(t.identities.c.person_id).where(t.identities.c.key.in_(keys))
            wanted.append(t.people.c.id.in_(owners.where(t.identities.c.person_id.is_not(None))))
        return self._entries(day, sa.and_(sa.or_(*wanted), known)) if wanted else ()

    def _by_name(self, text: str, day: date, known: sa.ColumnElement[bool]) -> tuple[PersonEntry, ...]:
        """By any name in any script; somebody who works here goes before namesakes who have left."""
        key = name_key(text)
        with self._database.read() as connection:
            rows = connection.execute(sa.select(t.people.c.id, t.people.c.name, t.people.c.other_names).where(known))
            ids = [row.id for row in rows if key and key in map(name_key, (row.name, *row.other_names))]
        found = self._entries(day, t.people.c.id.in_(ids)) if ids else ()
        return tuple(entry for entry in found if entry.active) or found

    def _entries(self, day: date, which: sa.ColumnElement[bool]) -> tuple[PersonEntry, ...]:
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(*_PERSON, here(day).label("here")).where(which).order_by(t.people.c.name, t.people.c.id)
            ).all()
            if not rows:
                return ()
            ids = [row.id for row in rows]
            teams = teams_today(connection, ids, day)
            line = reporting_today(day, among_people=(connection, ids))
            managers: dict[int, int] = {}
            newest_first = sa.select(line).order_by(line.c.starts_on.desc(), line.c.manager_id)
            for person, manager, _ in connection.execute(newest_first):
                managers.setdefault(person, manager)
        return tuple(
            PersonEntry(
                id=row.id,
                name=row.name,
                other_names=tuple(row.other_names),
                title=row.title,
                email=row.email,
                team=teams.get(row.id, (None, None))[0],
                team_name=teams.get(row.id, (None, None))[1],
                manager=managers.get(row.id),
                locale=row.locale,
                started_on=row.started_on,
                left_on=row.left_on,
                active=bool(row.here),
            )
            for row in rows
        )


class SqlReadLog:
    """The :class:`~coachkit.access.directory.ReadLog` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, viewer: Viewer, subject: int, what: str, purpose: str, now: datetime) -> None:
        if viewer.person == subject:
            return
        row = {"at": now, "viewer_id": viewer.person, "subject_id": subject, "what": what, "purpose": purpose}
        with self._database.write() as connection:
            connection.execute(sa.insert(t.reads).values(row))

    def reads_of(self, subject: int, *, limit: int = 100) -> tuple[ReadEntry, ...]:
        statement = (
            sa.select(t.reads, t.people.c.name)
            .join(t.people, t.people.c.id == t.reads.c.viewer_id, isouter=True)
            .where(t.reads.c.subject_id == subject)
            .order_by(t.reads.c.at.desc(), t.reads.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(
                ReadEntry(
                    at=row.at, viewer=row.viewer_id, viewer_name=row.name or "", what=row.what, purpose=row.purpose
                )
                for row in connection.execute(statement)
            )


def _nobody() -> NotFound:
    return NotFound("there is no such person.")
