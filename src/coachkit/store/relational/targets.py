"""Goals, projects and teams as people call them, who leads them, and what all their readers may read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from coachkit.access.contributions import Resolved
from coachkit.access.directory import Directory, PersonEntry
from coachkit.access.policy import HR
from coachkit.access.viewer import Viewer
from coachkit.domain.audience import Audience
from coachkit.domain.identity import stable_id
from coachkit.domain.targets import Target, TargetKind
from coachkit.errors import Ambiguous, NotFound
from coachkit.store.relational import schema as t
from coachkit.store.relational.access_rules import current_grants, reporting_today, running
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.goal_answers import confirmed
from coachkit.store.relational.near_names import near_names
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_team import members_of

__all__ = ["ORG_SCOPE", "SqlTargets"]

LEADING = ("lead", "leader", "team_lead", "tech_lead", "chair", "maintainer", "org_admin", "manager", "head", "owner")
"""Roles in a team whose bearer leads it."""

ORG_SCOPE = stable_id("scope", Audience.org().key)
LATELY = timedelta(days=200)
MOST_NAMED = 12


class SqlTargets:
    """The :class:`~coachkit.access.contributions.TargetDirectory` over the relational store."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory

    # --- what is meant -----------------------------------------------------------------------------------------------

    def find(self, text: str, viewer: Viewer | None) -> Resolved:
        text = text.strip()
        kind, _, key = text.partition(":")
        kinds = {str(one).replace("_", "-"): one for one in TargetKind}
        with self._database.read() as connection:
            scope = Scope(connection, viewer.scopes if viewer else frozenset({ORG_SCOPE}))
            if kind in kinds and key:
                found = [one for one in self._called(scope, key.strip()) if one.kind is kinds[kind]]
            else:
                found = self._called(scope, text) or self._titled(scope, text)
        people = [] if kind in kinds and key else self._people(text, viewer)
        if len(found) == 1 and not people:
            return self._kept(Resolved(target=found[0]))
        if not found and len(people) == 1:
            return self._kept(self._of_person(people[0], viewer))
        if found or people:
            raise _several(text, [*(one.label for one in found), *(one.label for one in people)])
        raise self._unknown(text, viewer)

    def target(self, target_id: int) -> Target:
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(t.contribution_targets).where(t.contribution_targets.c.id == target_id)
            ).one_or_none()
        if row is None:
            with suppress(NotFound):
                return self._kept(self._of_person(self._directory.person(target_id), None)).target
            raise NotFound("there is no such goal, project or team.", chinese=("没有这个目标、项目或团队。", ""))
        return Target(kind=TargetKind(row.kind), key=row.key, name=row.name, team=row.team)

    def _kept(self, found: Resolved) -> Resolved:
        """So that a draft about it can be opened by its id."""
        one = found.target
        row = {"id": one.id, "kind": str(one.kind), "key": one.key, "name": one.name, "team": one.team}
        with self._database.write() as connection:
            upsert(connection, t.contribution_targets, [row])
        return found

    def _called(self, scope: Scope, text: str) -> list[Target]:
        """Whatever has this key, or is a project of this name."""
        lower = text.lower()
        return [
            *self._teams(scope, sa.func.lower(t.teams.c.key) == lower),
            *self._goals(scope, sa.func.lower(t.goals.c.key) == lower),
            *self._results(scope, sa.func.lower(t.key_results.c.key) == lower),
            *self._epics(scope, text),
            *self._projects(scope, lower),
        ]

    def _titled(self, scope: Scope, text: str) -> list[Target]:
        lower = text.lower()
        if len(text) < 2:
            return []
        teams = [one for one in self._teams(scope) if lower in {name.lower() for name in (one.name, *self._other(one))}]
        goals = self._goals(scope, sa.func.lower(t.records.c.title) == lower)
        return [*teams, *goals, *self._results(scope, sa.func.lower(t.key_results.c.title) == lower)]

    def _teams(self, scope: Scope, *which: sa.ColumnElement[bool]) -> list[Target]:
        rows = scope.rows(
            sa.select(t.teams.c.key, t.teams.c.name, t.teams.c.other_names)
            .join(t.records, t.records.c.id == t.teams.c.record_id)
            .where(*which, scope.standing())
            .order_by(t.teams.c.key, t.teams.c.record_id)
        )
        self._names = {row.key: tuple(row.other_names or ()) for row in rows}
        return _once(Target(kind=TargetKind.TEAM, key=row.key, name=row.name, team=row.key) for row in rows)

    def _other(self, team: Target) -> tuple[str, ...]:
        return self._names.get(team.key, ())

    def _goals(self, scope: Scope, *which: sa.ColumnElement[bool]) -> list[Target]:
        rows = scope.rows(
            sa.select(t.goals.c.key, t.goals.c.team, t.records.c.title)
            .join(t.records, t.records.c.id == t.goals.c.record_id)
            .where(*which, scope.standing())
            .order_by(t.goals.c.key, t.goals.c.record_id)
        )
        return _once(Target(kind=TargetKind.GOAL, key=row.key, name=row.title, team=row.team) for row in rows)

    def _results(self, scope: Scope, which: sa.ColumnElement[bool]) -> list[Target]:
        rows = scope.rows(
            sa.select(t.key_results.c.key, t.key_results.c.title, t.goals.c.team)
            .join(t.goals, t.goals.c.record_id == t.key_results.c.record_id)
            .join(t.records, t.records.c.id == t.key_results.c.record_id)
            .where(which, scope.standing())
            .order_by(t.key_results.c.key, t.key_results.c.record_id)
        )
        return _once(Target(kind=TargetKind.KEY_RESULT, key=row.key, name=row.title, team=row.team) for row in rows)

    def _epics(self, scope: Scope, key: str) -> list[Target]:
        """An item is an epic if others have it for their parent."""
        child = sa.select(t.record_links.c.record_id).where(
            t.record_links.c.target == t.records.c.key, t.record_links.c.rel.in_(("parent", "epic"))
        )
        rows = scope.rows(
            sa.select(t.records.c.key, t.records.c.title, t.work_items.c.team)
            .join(t.work_items, t.work_items.c.record_id == t.records.c.id)
            .where(t.records.c.key.in_((key, key.upper())), scope.live(), child.exists())
        )
        return _once(Target(kind=TargetKind.EPIC, key=row.key, name=row.title, team=row.team) for row in rows)

    def _projects(self, scope: Scope, lower: str) -> list[Target]:
        c = t.work_items.c
        rows = scope.rows(
            sa.select(c.container)
            .distinct()
            .join(t.records, t.records.c.id == c.record_id)
            .where(
                sa.or_(sa.func.lower(c.container) == lower, sa.func.lower(c.container).like(f"%/{_plain(lower)}")),
                t.records.c.kind != "meeting",
                scope.live(),
            )
        )
        return [
            Target(
                kind=TargetKind.PROJECT, key=row.container, name=row.container, team=self._home(scope, row.container)
            )
            for row in rows
        ]

    def _home(self, scope: Scope, container: str) -> str | None:
        """The team whose a project is: that which most of its items name, else that of most who wrote in it lately."""
        c = t.work_items.c
        mine = sa.and_(c.container == container, scope.standing())
        row = scope.connection.execute(
            sa.select(c.team)
            .join(t.records, t.records.c.id == c.record_id)
            .where(mine, c.team.is_not(None))
            .group_by(c.team)
            .order_by(sa.func.count().desc(), c.team)
            .limit(1)
        ).one_or_none()
        if row is not None:
            return str(row.team)
        newest = scope.connection.scalar(
            sa.select(sa.func.max(t.records.c.occurred_at))
            .join(t.work_items, c.record_id == t.records.c.id)
            .where(mine)
        )
        if newest is None:
            return None
        day = self._directory.today(newest)
        writers = (
            sa.select(t.identities.c.person_id)
            .distinct()
            .join(t.interactions, t.interactions.c.actor_id == t.identities.c.id)
            .join(t.work_items, c.record_id == t.interactions.c.record_id)
            .join(t.records, t.records.c.id == c.record_id)
            .where(mine, t.interactions.c.at >= newest - LATELY, t.identities.c.person_id.is_not(None))
        )
        rows = scope.rows(
            sa.select(t.memberships.c.team, t.identities.c.person_id)
            .distinct()
            .join(t.identities, t.identities.c.id == t.memberships.c.identity_id)
            .where(t.identities.c.person_id.in_(writers), running(t.memberships, day))
        )
        often = Counter(row.team for row in rows)
        return min(often, key=lambda team: (-often[team], team)) if often else None

    # --- a person ----------------------------------------------------------------------------------------------------

    def _people(self, text: str, viewer: Viewer | None) -> list[PersonEntry]:
        with suppress(NotFound, Ambiguous):
            return [self._directory.find_person(text, viewer)]
        return []

    def _of_person(self, person: PersonEntry, viewer: Viewer | None) -> Resolved:
        """Their team's; without a team, that of the goals they own; without any, of where they worked last."""
        with self._database.read() as connection:
            scope = Scope(connection, viewer.scopes if viewer else frozenset({ORG_SCOPE}))
            found = self._teams(scope, t.teams.c.key == person.team) if person.team else []
            found = found or self._goals(scope, t.goals.c.record_id.in_(self._owned(person.id)))
            found = found or self._worked_in(scope, person.id)
        if len(found) == 1:
            return Resolved(target=found[0], through=person)
        if found:
            raise _several(person.name, [one.label for one in found])
        raise NotFound(
            f"{person.name} is in no team, owns no goal and has worked in no project that can be read.",
            hint="Name a goal, a project or a team.",
            chinese=(f"“{person.name}”没有团队和目标，也没有能查看的项目。", "请直接写目标、项目或团队。"),
        )

    @staticmethod
    def _owned(person: int) -> sa.Select[int]:
        return (
            sa.select(t.goal_owners.c.record_id)
            .join(t.identities, t.identities.c.id == t.goal_owners.c.identity_id)
            .where(t.identities.c.person_id == person)
        )

    def _worked_in(self, scope: Scope, person: int) -> list[Target]:
        row = scope.connection.execute(
            sa.select(t.work_items.c.container)
            .join(t.interactions, t.interactions.c.record_id == t.work_items.c.record_id)
            .join(t.identities, t.identities.c.id == t.interactions.c.actor_id)
            .join(t.records, t.records.c.id == t.work_items.c.record_id)
            .where(t.identities.c.person_id == person, t.work_items.c.container.is_not(None), scope.live())
            .order_by(t.interactions.c.at.desc(), t.work_items.c.container)
            .limit(1)
        ).one_or_none()
        return self._projects(scope, str(row.container).lower()) if row is not None else []

    def _unknown(self, text: str, viewer: Viewer | None) -> NotFound:
        with self._database.read() as connection:
            scope = Scope(connection, viewer.scopes if viewer else frozenset({ORG_SCOPE}))
            known = [*self._teams(scope), *self._goals(scope)]
        near = near_names(text, [(one.label, one.key, one.name) for one in known])
        people = [entry.name for entry in self._directory.people()]
        near += near_names(text, [(name,) for name in people])
        hint = (
            f"Near to it: {', '.join(near)}." if near else "Try a key: PAY-O1, KR-2, team:PAY, project:payments-ledger."
        )
        advice = (
            f"相近的有：{'、'.join(near)}。"
            if near
            else "请试试编号：PAY-O1、KR-2、team:PAY、project:payments-ledger。"
        )
        return NotFound(
            f"no goal, project, team or person here is called {text!r}.",
            hint=hint,
            chinese=(f"这里没有叫“{text}”的目标、项目、团队或人。", advice),
        )

    # --- who leads, who reads ----------------------------------------------------------------------------------------

    def leads(self, target: Target) -> tuple[PersonEntry, ...]:
        day = self._directory.today()
        with self._database.read() as connection:
            found = self._owners(connection, target)
            if target.team:
                found |= self._team_leads(connection, target.team)
        entries = [self._directory.person(person, day) for person in found]
        return tuple(sorted((one for one in entries if one.active), key=lambda one: (one.name, one.id)))

    def _team_leads(self, connection: sa.Connection, team: str) -> set[int]:
        """Those whose role says so, and those to whom at least half of its people report."""
        day = self._directory.today()
        members = members_of(connection, team, day)
        named = connection.scalars(
            sa.select(t.identities.c.person_id)
            .join(t.memberships, t.memberships.c.identity_id == t.identities.c.id)
            .where(
                t.memberships.c.team == team,
                sa.func.lower(t.memberships.c.role).in_(LEADING),
                running(t.memberships, day),
                t.identities.c.person_id.is_not(None),
            )
        )
        line = reporting_today(day, among_people=(connection, members))
        report_to = Counter(
            row.manager_id for row in connection.execute(sa.select(line.c.person_id, line.c.manager_id))
        )
        managed = {one for one, n in report_to.items() if 2 * n >= len(members - {one})}
        return set(named) | managed

    def _owners(self, connection: sa.Connection, target: Target) -> set[int]:
        owner, c = t.identities.c.person_id, t.goal_owners.c
        if target.kind is TargetKind.EPIC:
            given = sa.select(owner).join(t.interactions, t.interactions.c.actor_id == t.identities.c.id)
            given = given.join(t.records, t.records.c.id == t.interactions.c.record_id).where(
                t.records.c.key == target.key, t.interactions.c.kind == "assigned"
            )
            return {one for one in connection.scalars(given) if one is not None}
        owning = sa.select(owner).join(t.goal_owners, c.identity_id == t.identities.c.id)
        if target.kind is TargetKind.GOAL:
            goal = sa.select(t.goals.c.record_id).where(t.goals.c.key == target.key)
            owning = owning.where(c.record_id.in_(goal), c.key_result == "")
        elif target.kind is TargetKind.KEY_RESULT:
            holds = sa.select(t.key_results.c.record_id).where(t.key_results.c.key == target.key)
            owning = owning.where(c.record_id.in_(holds), c.key_result.in_(("", target.key)))
        else:
            return set()
        return {one for one in connection.scalars(owning) if one is not None}

    def is_granted(self, viewer: int, target: Target) -> bool:
        if target.team is None:
            return False
        with self._database.read() as connection:
            granted = current_grants(viewer, t.grants.c.scope_key).where(t.grants.c.role == HR)
            return Audience.team(target.team).key in set(connection.scalars(granted))

    def takes_part(self, person: int, target: Target) -> bool:
        with self._database.read() as connection:
            if target.team and person in members_of(connection, target.team, self._directory.today()):
                return True
            if target.kind is TargetKind.PROJECT:
                return self._acted(connection, person, t.work_items.c.container == target.key)
            if target.kind is TargetKind.TEAM:
                return self._acted(connection, person, t.work_items.c.team == target.key)
            keys = {target.key}
            if target.kind is TargetKind.GOAL:
                results = sa.select(t.key_results.c.key).join(t.goals, t.goals.c.record_id == t.key_results.c.record_id)
                keys |= set(connection.scalars(results.where(t.goals.c.key == target.key)))
            tied = sa.select(t.record_links.c.record_id).where(t.record_links.c.target.in_(keys))
            answered = confirmed(t.goal_answers.c.goal.in_(keys)).with_only_columns(t.goal_answers.c.item_id)
            on = sa.or_(t.work_items.c.record_id.in_(tied), t.work_items.c.record_id.in_(answered))
            return self._acted(connection, person, on)

    @staticmethod
    def _acted(connection: sa.Connection, person: int, on: sa.ColumnElement[bool]) -> bool:
        """Somebody did something in these items' own records, or in a record about one of them."""
        mine = sa.select(t.identities.c.id).where(t.identities.c.person_id == person)
        acts, items = t.interactions, t.work_items
        within = acts.join(items, items.c.record_id == acts.c.record_id)
        about = acts.join(t.records, t.records.c.key == acts.c.item).join(items, items.c.record_id == t.records.c.id)
        return any(
            connection.scalar(
                sa.select(sa.literal(1)).select_from(joined).where(acts.c.actor_id.in_(mine), on).limit(1)
            )
            is not None
            for joined in (within, about)
        )

    def shared_scopes(self, viewer: Viewer, target: Target, others: Collection[int] = ()) -> frozenset[int]:
        scopes, now = viewer.scopes, viewer.at
        if scopes <= {ORG_SCOPE}:
            return scopes
        with self._database.read() as connection:
            team = members_of(connection, target.team, self._directory.today(now)) if target.team else frozenset()
        readers = {*team, *(lead.id for lead in self.leads(target)), *others} - {viewer.person}
        for person in sorted(readers):
            if scopes <= {ORG_SCOPE}:
                break
            scopes &= self._readable(person, now)
        return scopes

    def _readable(self, person: int, now: datetime) -> frozenset[int]:
        found = self._directory.viewer(person, now)
        return found.scopes or frozenset({ORG_SCOPE})  # who has left reads nothing, and is named nowhere


def _plain(text: str) -> str:
    return text.replace("%", "").replace("_", "")


def _once(found: Iterable[Target]) -> list[Target]:
    return list({(one.kind, one.key): one for one in found}.values())


def _several(text: str, candidates: list[str]) -> Ambiguous:
    return Ambiguous(
        f"{text!r} fits several things.",
        candidates[:MOST_NAMED],
        hint="Give one of these as it is written before the dot: team:PAY, project:PAY, goal:PAY-O1.",
        chinese=(
            f"“{text}”对应好几样东西。",
            "请照候选项中间隔号前面的写法来写，比如 team:PAY、project:PAY、goal:PAY-O1。",
        ),
    )
