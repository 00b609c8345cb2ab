"""Reading what a contribution summary may rest on: the SQL behind :class:`coachkit.drafting.shared.SharedReader`.

What is read follows the work on one goal, project or team in one stretch of time, newest first and at most so much; the
same elsewhere comes as counts by hour, so that memory does not grow with the organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from coachkit.domain.targets import Target, TargetKind
from coachkit.insight.contribution import Shared
from coachkit.insight.resting import Elsewhere, Hours
from coachkit.insight.rows import Act, ItemRow, Material, Tie, Window
from coachkit.store.relational import schema as t
from coachkit.store.relational.access_rules import here, running
from coachkit.store.relational.database import Database
from coachkit.store.relational.goal_answers import confirmed
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_conversations import read_feedback_on
from coachkit.store.relational.reading_goals import read_goals
from coachkit.store.relational.reading_people import Whos, read_people
from coachkit.store.relational.reading_sources import read_sources
from coachkit.store.relational.reading_work import ids_by_key, read_items, read_records, read_steps, read_ties
from coachkit.store.relational.schema import (
    goal_answers,
    identities,
    interactions,
    record_links,
    records,
    state_changes,
    work_items,
)
from coachkit.store.relational.types import BigId, milliseconds

__all__ = ["SqlTeamReader", "members_of"]

MOST_ITEMS = 6_000
MOST_ACTS = 30_000
_HOUR = 3_600_000
_RESTS = ("issue", "change_request", "task")
"""Kinds of work whose steps are compared."""

_ACT = (
    interactions.c.record_id,
    interactions.c.kind,
    interactions.c.actor_id,
    interactions.c.target_id,
    interactions.c.item,
    interactions.c.at,
)


def members_of(connection: sa.Connection, team: str, day: date) -> frozenset[int]:
    """People of a team on a day who work here then."""
    rows = connection.scalars(
        sa.select(identities.c.person_id)
        .distinct()
        .join(t.memberships, t.memberships.c.identity_id == identities.c.id)
        .join(records, records.c.id == t.memberships.c.record_id)
        .join(t.people, t.people.c.id == identities.c.person_id)
        .where(t.memberships.c.team == team, running(t.memberships, day), here(day), records.c.deleted_at.is_(None))
    )
    return frozenset(rows)


class SqlTeamReader:
    """Reads the work on a target, permission first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shared(self, target: Target, scopes: frozenset[int], window: Window, today: date) -> Shared:
        """Everything that may be said about a target under these scopes.

        :param today: who is a member, and who works here, is that of this day.
        """
        with self._database.read() as connection:
            scope = Scope(connection, scopes, window.end if window.looks_back else None)
            members = members_of(connection, target.team, today) if target.team else frozenset()
            return _Reading(scope, target, window, today, members).shared()


class _Reading:
    """One reading of one target."""

    def __init__(self, scope: Scope, target: Target, window: Window, today: date, members: frozenset[int]) -> None:
        self.scope, self.target, self.window, self.today, self.members = scope, target, window, today, members
        self.whos = Whos(scope)

    def shared(self) -> Shared:
        keys = self._goal_keys()
        focus, capped = self._focus(keys)
        items = read_items(self.scope, focus)
        acts = self._acts(focus, {item.key for item in items.values()})
        beyond = ids_by_key(self.scope, {act.item for act in acts if act.item} - {item.key for item in items.values()})
        beyond |= {act.record for act in acts} - items.keys()
        items |= read_items(self.scope, beyond)
        acts = self._with_makers(acts, items)
        ties = read_ties(self.scope, {number for number, item in items.items() if item.kind != "commit"})
        items, acts = self._with_blockers(items, acts, ties)
        aims = self._goals(keys, ties)
        said = read_feedback_on(
            self.scope, self.whos, {item.key for item in items.values()}, self.window.start, self.window.end
        )
        steady = {number for number, item in items.items() if item.kind in (*_RESTS, "document")}
        steps = read_steps(self.scope, self.whos, {*steady, *(goal.record for goal in aims)}, self.window.end)
        found = read_records(self.scope, {*items, *(act.record for act in acts), *(goal.record for goal in aims)})
        about = [(row.connection, row.occurred_at) for row in found.values()]
        people = read_people(self.scope, self.whos.all() | self.members)
        material = Material(
            subject=self.target.id,
            other=None,
            window=self.window,
            people=replace(people, names={**people.names, self.target.id: self.target.name or self.target.key}),
            records=found,
            items=items,
            acts=tuple(sorted(acts, key=lambda act: (act.at, act.record, act.kind, act.actor))),
            steps=steps,
            ties=ties,
            goals=aims,
            feedback=said,
            sources=read_sources(self.scope, about, self.members, self.window.past, self.window.end),
            team_size=len(self.members),
            capped=capped,
        )
        return Shared(
            target=self.target,
            material=material,
            members=self.members,
            present=self._present(people.persons),
            consents=self._consents({row.record for row in said}),
            elsewhere=self._elsewhere(items),
        )

    def _goal_keys(self) -> frozenset[str]:
        """Keys by which work is linked to the target, if it is a goal."""
        if self.target.kind is TargetKind.KEY_RESULT:
            return frozenset({self.target.key})
        if self.target.kind is not TargetKind.GOAL:
            return frozenset()
        results = sa.select(t.key_results.c.key).join(t.goals, t.goals.c.record_id == t.key_results.c.record_id)
        rows = self.scope.rows(results.where(t.goals.c.key == self.target.key))
        return frozenset({self.target.key, *(row.key for row in rows)})

    # --- which work --------------------------------------------------------------------------------------------------

    def _focus(self, goal_keys: frozenset[str]) -> tuple[set[int], bool]:
        """Records of work on the target that changed in the window; and whether there was too much of it."""
        kind, key = self.target.kind, self.target.key
        if kind is TargetKind.TEAM:
            return self._changed(work_items.c.team == key)
        if kind is TargetKind.PROJECT:
            return self._changed(work_items.c.container == key)
        if kind is TargetKind.EPIC:
            own = self._tied({key}, ("parent", "epic")) | ids_by_key(self.scope, {key})
        else:
            own = self._tied(goal_keys, ("goal",))
        keys = {
            row.key for row in self.scope.rows(sa.select(records.c.key).where(self.scope.within(records.c.id, own)))
        }
        found = own | self._tied(keys, ("fixes", "parent"))
        return found, len(found) >= MOST_ITEMS

    def _changed(self, whose: sa.ColumnElement[bool]) -> tuple[set[int], bool]:
        rows = self.scope.rows(
            sa.select(records.c.id)
            .join(work_items, work_items.c.record_id == records.c.id)
            .where(
                self.scope.within(records.c.scope_id, self.scope.scopes),
                records.c.deleted_at.is_(None),
                records.c.occurred_at >= self.window.start,
                self.scope.live(),
                whose,
            )
            .order_by(records.c.occurred_at.desc(), records.c.id)
            .limit(MOST_ITEMS)
        )
        return {row.id for row in rows}, len(rows) >= MOST_ITEMS

    def _tied(self, keys: Collection[str], rels: Collection[str]) -> set[int]:
        """Records that link to one of these keys and changed since the window began, newest first."""
        if not keys:
            return set()
        rows = self.scope.rows(
            sa.select(records.c.id, records.c.occurred_at)
            .distinct()
            .join(record_links, record_links.c.record_id == records.c.id)
            .where(
                self.scope.within(record_links.c.target, keys),
                record_links.c.rel.in_(list(rels)),
                records.c.occurred_at >= self.window.start,
                self.scope.live(),
            )
            .order_by(records.c.occurred_at.desc(), records.c.id)
            .limit(MOST_ITEMS)
        )
        if "goal" in rels:
            rows += self.scope.rows(
                confirmed(self.scope.within(goal_answers.c.goal, keys))
                .join(records, records.c.id == goal_answers.c.item_id)
                .where(records.c.occurred_at >= self.window.start, self.scope.live())
                .add_columns(records.c.id)
                .limit(MOST_ITEMS)
            )
        return {row.id for row in rows}

    # --- who did what ------------------------------------------------------------------------------------------------

    def _acts(self, focus: Collection[int], keys: Collection[str]) -> list[Act]:
        """What was done on this work in the window; of a team, also what its people and others did for each other."""
        inside = interactions.c.at.between(self.window.start, self.window.end)
        about = [self.scope.within(interactions.c.record_id, focus), self.scope.within(interactions.c.item, keys)]
        if self.target.kind is TargetKind.TEAM:
            own = self._accounts_of_team()
            about += [self.scope.within(column, own) for column in (interactions.c.actor_id, interactions.c.target_id)]
        acts = {act for which in about for act in self._read_acts(which, inside)}
        if self.target.kind is not TargetKind.TEAM:
            return list(acts)
        outside = {act for act in acts if act.record not in focus and (act.item is None or act.item not in keys)}
        return [act for act in acts if act not in outside or self._of_team(act)]

    def _read_acts(self, *which: sa.ColumnElement[bool]) -> list[Act]:
        rows = self.scope.rows(
            sa.select(*_ACT)
            .join(records, records.c.id == interactions.c.record_id)
            .where(*which, self.scope.live())
            .order_by(interactions.c.at.desc(), interactions.c.record_id, interactions.c.ordinal)
            .limit(MOST_ACTS)
        )
        self.whos.learn({row.actor_id for row in rows} | {row.target_id for row in rows if row.target_id is not None})
        return [
            Act(
                record=row.record_id,
                kind=row.kind,
                actor=self.whos[row.actor_id],
                at=row.at,
                target=self.whos.get(row.target_id),
                item=row.item,
            )
            for row in rows
        ]

    def _belongings(self) -> list[Any]:
        """Who was in the team when; from first to last day."""
        if not hasattr(self, "_of_the_team"):
            self._of_the_team = self.scope.rows(
                sa.select(identities.c.person_id, t.memberships.c.starts_on, t.memberships.c.ends_on)
                .join(t.memberships, t.memberships.c.identity_id == identities.c.id)
                .join(records, records.c.id == t.memberships.c.record_id)
                .where(t.memberships.c.team == self.target.key, identities.c.person_id.is_not(None))
                .where(self.scope.standing())
            )
        return self._of_the_team

    def _accounts_of_team(self) -> set[int]:
        people = {row.person_id for row in self._belongings()}
        rows = self.scope.rows(sa.select(identities.c.id).where(self.scope.within(identities.c.person_id, people)))
        return {row.id for row in rows}

    def _of_team(self, act: Act) -> bool:
        """One of the two was in the team that day."""
        day = self.window.day(act.at)
        days = defaultdict(list)
        for row in self._belongings():
            days[row.person_id].append((row.starts_on or date.min, row.ends_on or date.max))
        return any(first <= day <= last for who in (act.actor, act.target) if who in days for first, last in days[who])

    def _with_makers(self, acts: Collection[Act], items: Collection[int]) -> list[Act]:
        """Who wrote and who was given each of these items, whenever that was."""
        made = interactions.c.kind.in_(("authored", "co_authored", "assigned"))
        early = interactions.c.at < self.window.start
        return list({*acts, *self._read_acts(self.scope.within(interactions.c.record_id, items), made, early)})

    def _with_blockers(
        self, items: dict[int, ItemRow], acts: list[Act], ties: Collection[Tie]
    ) -> tuple[dict[int, ItemRow], list[Act]]:
        """The items that this work waited for, and whose they are."""
        known = {item.key for item in items.values()}
        new = ids_by_key(self.scope, {tie.target for tie in ties if tie.rel == "blocked_by"} - known)
        given = interactions.c.kind.in_(("authored", "assigned"))
        until = interactions.c.at <= self.window.end
        owners = self._read_acts(self.scope.within(interactions.c.record_id, new), given, until) if new else []
        return items | read_items(self.scope, new), list({*acts, *owners})

    # --- what came of it, and what stands beside ---------------------------------------------------------------------

    def _goals(self, keys: frozenset[str], ties: Collection[Tie]) -> Any:
        """The goals whose key results say what came of it: the target's own, or those that its work is linked to."""
        key = self.target.key
        if self.target.kind is TargetKind.TEAM:
            which = sa.and_(t.goals.c.team == key, t.goals.c.level.is_distinct_from("person"))
        elif keys:
            which = sa.or_(
                t.goals.c.key == key,
                t.goals.c.record_id.in_(sa.select(t.key_results.c.record_id).where(t.key_results.c.key == key)),
            )
        else:
            named = {tie.target for tie in ties if tie.rel == "goal"}
            holds = self.scope.within(t.key_results.c.key, named)
            which = sa.or_(
                self.scope.within(t.goals.c.key, named),
                t.goals.c.record_id.in_(sa.select(t.key_results.c.record_id).where(holds)),
            )
        rows = self.scope.rows(
            sa.select(t.goals.c.record_id)
            .join(records, records.c.id == t.goals.c.record_id)
            .where(which, self.scope.standing())
        )
        found = read_goals(
            Scope(self.scope.connection, self.scope.scopes), self.whos, {row.record_id for row in rows}, self.window.end
        )
        if self.target.kind is not TargetKind.KEY_RESULT:
            return found
        return tuple(
            replace(goal, key_results=tuple(one for one in goal.key_results if one.key == key)) for goal in found
        )

    def _present(self, persons: Collection[int]) -> frozenset[int]:
        rows = self.scope.rows(
            sa.select(t.people.c.id).where(self.scope.within(t.people.c.id, persons), here(self.today))
        )
        return frozenset(row.id for row in rows)

    def _consents(self, said: Collection[int]) -> frozenset[int]:
        if not said:
            return frozenset()
        c = t.quote_consents.c
        rows = self.scope.rows(
            sa.select(c.record_id)
            .join(t.feedback, t.feedback.c.record_id == c.record_id)
            .join(identities, identities.c.id == t.feedback.c.author_id)
            .where(
                self.scope.within(c.record_id, said), c.withdrawn_at.is_(None), c.person_id == identities.c.person_id
            )
        )
        return frozenset(row.record_id for row in rows)

    def _elsewhere(self, items: dict[int, ItemRow]) -> Elsewhere:
        """Hours in each step, and of hand-offs between teams, over all other work that may be read."""
        if not any(item.kind in _RESTS for item in items.values()):
            return Elsewhere()
        mine = [number for number, item in items.items() if item.kind in _RESTS]
        others = sa.and_(
            records.c.kind.in_(_RESTS),
            sa.not_(self.scope.within(records.c.id, mine)),
            records.c.occurred_at >= self.window.start,
            self.scope.live(),
        )
        return Elsewhere(
            steps=self._steps_of(others), hand_offs=self._hand_offs_of(others), people=self._people_of(others)
        )

    def _steps_of(self, others: sa.ColumnElement[bool]) -> dict[str, Hours]:
        at = sa.type_coerce(state_changes.c.at, BigId)
        after = sa.func.lead(at).over(partition_by=state_changes.c.record_id, order_by=(at, state_changes.c.ordinal))
        stays = (
            sa.select(
                state_changes.c.state,
                state_changes.c.category,
                state_changes.c.at,
                at.label("begun"),
                after.label("left"),
            )
            .join(records, records.c.id == state_changes.c.record_id)
            .where(others, state_changes.c.at <= self.window.end)
            .subquery()
        )
        span = sa.func.coalesce(stays.c.left, sa.literal(milliseconds(self.window.end), BigId)) - stays.c.begun
        hours = (span - span % _HOUR) / _HOUR
        rows = self.scope.rows(
            sa.select(stays.c.state, sa.cast(hours, BigId).label("hours"), sa.func.count().label("n"))
            .where(
                stays.c.at >= self.window.start,
                sa.or_(stays.c.category.is_(None), stays.c.category.not_in(("done", "dropped"))),
            )
            .group_by(stays.c.state, sa.cast(hours, BigId))
        )
        found: dict[str, dict[int, int]] = defaultdict(dict)
        for row in rows:
            found[row.state][int(row.hours)] = row.n
        return {state: Hours(counts) for state, counts in found.items()}

    def _hand_offs_of(self, others: sa.ColumnElement[bool]) -> Hours:
        """Of work that names its team and waited for work of another one."""
        blockers, theirs = records.alias("blockers"), work_items.alias("theirs")
        end = sa.literal(self.window.end, record_links.c.since.type)
        until = sa.func.coalesce(record_links.c.until, work_items.c.closed_at, end)
        rows = self.scope.rows(
            sa.select(record_links.c.since, sa.type_coerce(until, record_links.c.since.type).label("until"))
            .join(records, records.c.id == record_links.c.record_id)
            .join(work_items, work_items.c.record_id == records.c.id)
            .join(blockers, sa.and_(blockers.c.key == record_links.c.target, blockers.c.deleted_at.is_(None)))
            .join(theirs, theirs.c.record_id == blockers.c.id)
            .where(
                record_links.c.rel == "blocked_by",
                record_links.c.since.between(self.window.start, self.window.end),
                theirs.c.team != work_items.c.team,
                self.scope.within(blockers.c.scope_id, self.scope.scopes),
                others,
            )
            .limit(MOST_ACTS)
        )
        spans = (min(row.until, self.window.end) - row.since for row in rows)
        return Hours.of(span for span in spans if span.total_seconds() >= 0)

    def _people_of(self, others: sa.ColumnElement[bool]) -> int:
        """How many people's work that is; of more than a few it does not matter how many."""
        rows = self.scope.rows(
            sa.select(interactions.c.actor_id)
            .distinct()
            .join(records, records.c.id == interactions.c.record_id)
            .where(others, interactions.c.kind.in_(("authored", "assigned")))
            .limit(50)
        )
        self.whos.learn({row.actor_id for row in rows})
        return len({self.whos[row.actor_id] for row in rows})
