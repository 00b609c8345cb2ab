"""Reading who everybody is: names, teams and their days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from coachkit.insight.rows import MembershipRow, People
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.schema import identities, memberships, people, profiles, records, teams

__all__ = ["Whos", "read_people", "read_profile", "team_mates"]


class Whos:
    """Identity ids, and whose they are. An identity of nobody, or never read, stands for itself."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._of: dict[int, int] = {}

    def learn(self, ids: Collection[int]) -> None:
        new = set(ids) - self._of.keys()
        if not new:
            return
        found = self._scope.rows(
            sa.select(identities.c.id, identities.c.person_id).where(self._scope.within(identities.c.id, new))
        )
        self._of |= {row.id: row.person_id or row.id for row in found}
        for number in new:
            self._of.setdefault(number, number)

    def __getitem__(self, identity: int) -> int:
        return self._of.get(identity, identity)

    def get(self, identity: int | None) -> int | None:
        return None if identity is None else self[identity]

    def all(self) -> frozenset[int]:
        return frozenset(self._of.values())

    def of_person(self, person: int) -> frozenset[int]:
        rows = self._scope.rows(sa.select(identities.c.id).where(identities.c.person_id == person))
        found = frozenset(row.id for row in rows)
        self._of |= dict.fromkeys(found, person)
        return found


def read_people(scope: Scope, whos: frozenset[int]) -> People:
    """Names and memberships of these people and bare identities."""
    names: dict[int, str] = {}
    bots: set[int] = set()
    for row in scope.rows(
        sa.select(identities.c.id, identities.c.key, identities.c.name, identities.c.bot).where(
            scope.within(identities.c.id, whos)
        )
    ):
        names[row.id] = row.name or row.key.partition(":")[2]
        if row.bot:
            bots.add(row.id)
    persons: dict[int, str] = {}
    family_first: set[int] = set()
    for row in scope.rows(
        sa.select(people.c.id, people.c.name, people.c.other_names).where(scope.within(people.c.id, whos))
    ):
        persons[row.id] = row.name
        if any("\u3400" <= char <= "\u9fff" for name in (row.name, *(row.other_names or ())) for char in name):
            family_first.add(row.id)
    belongings: dict[int, list[MembershipRow]] = defaultdict(list)
    m = memberships.c
    columns = (m.record_id, m.team, m.starts_on, m.ends_on, identities.c.person_id)
    for row in scope.rows(
        sa.select(*columns)
        .join(identities, identities.c.id == memberships.c.identity_id)
        .join(records, records.c.id == memberships.c.record_id)
        .where(scope.within(identities.c.person_id, persons), scope.standing())
    ):
        belongings[row.person_id].append(
            MembershipRow(
                who=row.person_id,
                team=row.team,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                record=row.record_id,
            )
        )
    named = {
        row.key: row.name
        for row in scope.rows(
            sa.select(teams.c.key, teams.c.name)
            .join(records, records.c.id == teams.c.record_id)
            .where(scope.standing())
        )
    }
    return People(
        names=names | persons,
        memberships={who: tuple(rows) for who, rows in belongings.items()},
        team_names=named,
        bots=frozenset(bots),
        persons=frozenset(persons),
        family_first=frozenset(family_first),
    )


def read_profile(scope: Scope, person: int, own: frozenset[int]) -> tuple[date | None, int | None]:
    """When somebody started, and the record that says so, if it may be read."""
    started = scope.connection.execute(sa.select(people.c.started_on).where(people.c.id == person)).scalar()
    record = scope.connection.execute(
        sa.select(profiles.c.record_id)
        .join(records, records.c.id == profiles.c.record_id)
        .where(scope.within(profiles.c.identity_id, own), scope.live())
        .order_by(records.c.occurred_at.desc(), records.c.id)
        .limit(1)
    ).scalar()
    return started, record


def team_mates(scope: Scope, person: int, day: date) -> frozenset[int]:
    """People who are in a team with somebody on a day."""
    mine = memberships.alias("mine")
    me = identities.alias("me")
    running = [
        sa.or_(table.c.starts_on.is_(None), table.c.starts_on <= day)
        & sa.or_(table.c.ends_on.is_(None), table.c.ends_on >= day)
        for table in (mine, memberships)
    ]
    rows = scope.rows(
        sa.select(identities.c.person_id)
        .distinct()
        .select_from(me)
        .join(mine, mine.c.identity_id == me.c.id)
        .join(memberships, memberships.c.team == mine.c.team)
        .join(identities, identities.c.id == memberships.c.identity_id)
        .join(records, records.c.id == memberships.c.record_id)
        .where(me.c.person_id == person, identities.c.person_id.is_not(None), *running, scope.standing())
        .limit(200)
    )
    return frozenset(row.person_id for row in rows) - {person}
