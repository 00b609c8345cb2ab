"""The table of :mod:`coachkit.domain.audience` as SQL: which scopes are open to a person on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from coachkit.domain.audience import Audience, AudienceKind
from coachkit.domain.identity import identity_id, stable_id
from coachkit.store.relational import schema as t
from coachkit.store.relational.idset import among

__all__ = [
    "current_grants",
    "here",
    "open_scopes",
    "reporting_today",
    "running",
    "subjects_granted",
    "teams_today",
]


def running(table: sa.FromClause, day: date) -> sa.ColumnElement[bool]:
    """Whether a dated row holds on ``day``, first and last day included."""
    return sa.and_(
        sa.or_(table.c.starts_on.is_(None), table.c.starts_on <= day),
        sa.or_(table.c.ends_on.is_(None), table.c.ends_on >= day),
    )


def here(day: date) -> sa.ColumnElement[bool]:
    """Whether a row of ``people`` works here on ``day``."""
    return sa.and_(t.people.c.active, sa.or_(t.people.c.left_on.is_(None), t.people.c.left_on >= day))


def reporting_today(day: date, among_people: tuple[sa.Connection, Iterable[int]] | None = None) -> sa.Subquery:
    """Rows (person_id, manager_id, starts_on) of who reports to whom on ``day``, by people rather than identities."""
    report, manager = t.identities.alias("report"), t.identities.alias("manager")
    lines = t.reporting_lines
    statement = (
        sa.select(report.c.person_id, manager.c.person_id.label("manager_id"), _first_day(lines).label("starts_on"))
        .select_from(
            lines.join(report, report.c.id == lines.c.identity_id).join(manager, manager.c.id == lines.c.manager_id)
        )
        .where(report.c.person_id.is_not(None), manager.c.person_id.is_not(None), running(lines, day))
        .where(report.c.person_id != manager.c.person_id)
    )
    if among_people:
        connection, ids = among_people
        statement = statement.where(among(connection, report.c.person_id, ids))
    return statement.subquery("line")


def _first_day(table: sa.Table) -> sa.ColumnElement[Any]:
    """Its first day, with an unknown one before all others on both databases."""
    return sa.func.coalesce(table.c.starts_on, date(1, 1, 1))


def teams_today(connection: sa.Connection, people: Sequence[int], day: date) -> dict[int, tuple[str, str]]:
    """Person → (key, name) of their team on ``day``: of several, the one they joined last."""
    rows = connection.execute(
        sa.select(t.identities.c.person_id, t.memberships.c.team, t.teams.c.name)
        .select_from(
            t.memberships.join(t.identities, t.identities.c.id == t.memberships.c.identity_id).join(
                t.teams, t.teams.c.key == t.memberships.c.team, isouter=True
            )
        )
        .where(among(connection, t.identities.c.person_id, people), running(t.memberships, day))
        .order_by(_first_day(t.memberships).desc(), t.memberships.c.team, t.teams.c.record_id)
    )
    found: dict[int, tuple[str, str]] = {}
    for person, key, name in rows:
        found.setdefault(person, (key, name or key))
    return found


def current_grants(person: int, column: sa.Column[str]) -> sa.Select[str]:
    return sa.select(column).where(t.grants.c.person_id == person, t.grants.c.revoked_at.is_(None)).distinct()


def subjects_granted(connection: sa.Connection, scope_keys: Iterable[str]) -> set[int]:
    """The people whom grants for these audience keys are about (``subject:…``)."""
    audiences = [Audience.from_key(key) for key in scope_keys if key]
    keys = [member for one in audiences if one.kind is AudienceKind.SUBJECT for member in one.members]
    if not keys:
        return set()
    ids = [identity_id(key) for key in keys]
    c = t.identities.c
    return set(connection.scalars(sa.select(c.person_id).where(among(connection, c.id, ids), c.person_id.is_not(None))))


def open_scopes(connection: sa.Connection, person: int, day: date) -> frozenset[int]:
    """The ids of all scopes that are open to somebody who works here."""
    scopes = set(_org_scopes(connection))
    mine = sa.select(t.identities.c.id).where(t.identities.c.person_id == person)
    scopes |= _about(connection, AudienceKind.PEOPLE, mine)
    scopes |= _about(connection, AudienceKind.SUBJECT, _identities_of_subjects(person, day))
    scopes |= _named(connection, AudienceKind.TEAM, "team", _team_keys(connection, person, day))
    groups = sa.select(t.groups.c.key).where(t.groups.c.identity_id.in_(mine)).distinct()
    scopes |= _named(connection, AudienceKind.GROUP, "group", connection.scalars(groups))
    return frozenset(scopes | _granted(connection, person))


def _org_scopes(connection: sa.Connection) -> Iterable[int]:
    key = Audience.org().key
    return connection.scalars(sa.select(t.scopes.c.id).where(t.scopes.c.key == key))


def _about(connection: sa.Connection, kind: AudienceKind, identities: Any) -> set[int]:
    """Scopes of a kind that name one of these identities."""
    statement = (
        sa.select(t.scope_members.c.scope_id)
        .join(t.scopes, t.scopes.c.id == t.scope_members.c.scope_id)
        .where(t.scope_members.c.member_id.in_(identities), t.scopes.c.kind == str(kind))
    )
    return set(connection.scalars(statement))


def _named(connection: sa.Connection, kind: AudienceKind, noun: str, keys: Iterable[str]) -> set[int]:
    """Scopes of a kind that name one of these teams or groups."""
    ids = [stable_id(noun, key) for key in keys]
    if not ids:
        return set()
    statement = (
        sa.select(t.scope_members.c.scope_id)
        .join(t.scopes, t.scopes.c.id == t.scope_members.c.scope_id)
        .where(among(connection, t.scope_members.c.member_id, ids), t.scopes.c.kind == str(kind))
    )
    return set(connection.scalars(statement))


def _identities_of_subjects(person: int, day: date) -> sa.Select[int]:
    """Identities of the person, and of those who work here and report to them directly."""
    line = reporting_today(day)
    reports = (
        sa.select(line.c.person_id)
        .join(t.people, t.people.c.id == line.c.person_id)
        .where(line.c.manager_id == person, here(day))
    )
    owner = t.identities.c.person_id
    return sa.select(t.identities.c.id).where(sa.or_(owner == person, owner.in_(reports)))


def _team_keys(connection: sa.Connection, person: int, day: date) -> set[str]:
    """Teams of the person, and of everyone who reports to them directly or through others, if they work here."""
    line = reporting_today(day)
    below = sa.select(sa.literal(person, t.people.c.id.type).label("person_id")).cte("below", recursive=True)
    below = below.union(sa.select(line.c.person_id).join(below, line.c.manager_id == below.c.person_id))
    statement = (
        sa.select(t.memberships.c.team)
        .select_from(
            below.join(t.people, t.people.c.id == below.c.person_id)
            .join(t.identities, t.identities.c.person_id == below.c.person_id)
            .join(t.memberships, t.memberships.c.identity_id == t.identities.c.id)
        )
        .where(here(day), running(t.memberships, day))
        .distinct()
    )
    return set(connection.scalars(statement))


def _granted(connection: sa.Connection, person: int) -> set[int]:
    """Scopes with exactly a granted key; for a granted subject, those about any identity of that person."""
    keys = connection.scalars(current_grants(person, t.grants.c.scope_key)).all()
    if not any(keys):
        return set()
    ids = [stable_id("scope", key) for key in keys if key]
    granted = set(connection.scalars(sa.select(t.scopes.c.id).where(among(connection, t.scopes.c.id, ids))))
    subjects = subjects_granted(connection, keys)
    theirs = sa.select(t.identities.c.id).where(among(connection, t.identities.c.person_id, subjects))
    return granted | (_about(connection, AudienceKind.SUBJECT, theirs) if subjects else set())
