"""Naming people of an organisation from outside by a rule, so that nothing about them stands in the repository.

``active:3`` is the third most active of those who report to somebody: by what they did in the ninety days before the
organisation's day. Ties go by the person's id, so the same data has the same answer.
"""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa

from coachkit.access import PersonEntry
from coachkit.errors import NotFound
from coachkit.proving.offices import Office
from coachkit.store.relational import schema as t

__all__ = ["chosen", "is_rule"]

_RULE = re.compile(r"active:([1-9]\d{0,3})")
_WINDOW = timedelta(days=90)


def is_rule(subject: str) -> bool:
    """Whether a case names somebody by a rule."""
    return _RULE.fullmatch(subject) is not None


def chosen(office: Office, subject: str) -> PersonEntry:
    """Whom a rule means here.

    :raises NotFound: if so many people are not there.
    """
    match = _RULE.fullmatch(subject)
    if match is None:
        raise NotFound(
            f"{subject!r} is no rule.", hint="active:K is the K-th most active of those who report to somebody."
        )
    place, directory = int(match[1]), office.app.directory
    query = (
        sa.select(t.identities.c.person_id, sa.func.count().label("acts"))
        .join(t.interactions, t.interactions.c.actor_id == t.identities.c.id)
        .where(
            t.identities.c.person_id.is_not(None),
            t.identities.c.bot.is_(False),
            t.interactions.c.at < office.now,
            t.interactions.c.at >= office.now - _WINDOW,
        )
        .group_by(t.identities.c.person_id)
        .order_by(sa.desc("acts"), t.identities.c.person_id)
    )
    with office.app.database.read() as reading:
        ranked = [row.person_id for row in reading.execute(query)]
    reports = (person for person in ranked if directory.manager_of(person) is not None)
    for number, person in enumerate(reports, 1):
        if number == place:
            return directory.person(person)
    raise NotFound(f"there are not {place} people who did something and report to somebody.", subject=office.spec.name)
