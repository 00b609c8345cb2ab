"""Reading what a document about one person may rest on: the SQL behind :class:`coachkit.drafting.ports.FactReader`.

Every query carries the scopes that both sides may read. The subject's own acts come first; what they touch (items, what
blocks them, what they block, goals) is read around them, so the cost follows one person's work and not the company's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from coachkit.domain.evidence import Evidence
from coachkit.insight.rows import Act, ItemRow, Material, Window
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_conversations import read_actions, read_check_ins, read_feedback
from coachkit.store.relational.reading_evidence import digest_accounts, read_evidence
from coachkit.store.relational.reading_goals import goals_of, read_goals
from coachkit.store.relational.reading_people import Whos, read_people, read_profile, team_mates
from coachkit.store.relational.reading_sources import read_sources
from coachkit.store.relational.reading_work import (
    acts_about,
    acts_of,
    ids_by_key,
    open_items_of,
    read_items,
    read_records,
    read_reviews,
    read_steps,
    read_ties,
    records_tied_to,
)
from coachkit.store.relational.schema import check_ins, identities, records

__all__ = ["SqlFactReader"]

CHECK_INS_BACK = timedelta(days=400)
OPEN_BACK = timedelta(days=365)


class SqlFactReader:
    """Reads facts from the relational store, permission first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_check_in(self, subject: int, other: int, scopes: frozenset[int], before: datetime) -> datetime | None:
        """When these two last held a check-in."""
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            report, manager = identities.alias("report"), identities.alias("manager")
            held: datetime | None = connection.execute(
                sa.select(check_ins.c.scheduled_at)
                .join(records, records.c.id == check_ins.c.record_id)
                .join(report, report.c.id == check_ins.c.report_id)
                .join(manager, manager.c.id == check_ins.c.manager_id)
                .where(
                    report.c.person_id == subject,
                    manager.c.person_id == other,
                    check_ins.c.state == "held",
                    check_ins.c.scheduled_at <= before,
                    scope.live(),
                )
                .order_by(check_ins.c.scheduled_at.desc())
                .limit(1)
            ).scalar()
        return held

    def evidence(self, ids: Collection[int], scopes: frozenset[int]) -> list[Evidence]:
        """These records as evidence; what is gone or not permitted is left out."""
        with self._database.read() as connection:
            return read_evidence(Scope(connection, scopes), ids)

    def hashes(self, ids: Collection[int], scopes: frozenset[int]) -> dict[int, str]:
        """Content hash of each of these records that still exists and may be read."""
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            rows = scope.rows(
                sa.select(records.c.id, records.c.content_hash).where(scope.within(records.c.id, ids), scope.live())
            )
        return {row.id: row.content_hash for row in rows}

    def accounts(self, people: Collection[int], ids: Collection[int], scopes: frozenset[int]) -> str:
        """A digest of whose accounts are whose: all that are these people's, and those that act in these records."""
        with self._database.read() as connection:
            return digest_accounts(Scope(connection, scopes), people, ids)

    def material(self, *, subject: int, other: int | None, scopes: frozenset[int], window: Window) -> Material:
        """Everything that may be said about ``subject`` to both sides, in and around the window."""
        with self._database.read() as connection:
            until = window.end if window.looks_back else None
            return _read(Scope(connection, scopes, until), subject, other, window)


def _read(scope: Scope, subject: int, other: int | None, window: Window) -> Material:
    whos = Whos(scope)
    own = whos.of_person(subject)
    theirs = whos.of_person(other) if other is not None else frozenset()
    own_acts, capped = acts_of(scope, whos, own, window.past, window.end)
    items, acts = _around(scope, whos, own, own_acts, window)
    ties = read_ties(scope, items)
    met = read_check_ins(scope, whos, own, theirs, window.end - CHECK_INS_BACK)
    actions = read_actions(scope, whos, own, theirs, met, window.end)
    said = read_feedback(scope, whos, own, window.past, window.end)
    goal_ids = goals_of(scope, own, {tie.target for tie in ties if tie.rel == "goal"})
    aims = read_goals(scope, whos, goal_ids, window.end)
    reviewed = {act.target for act in own_acts if act.actor == subject and act.kind in ("reviewed", "approved")}
    reviews = read_reviews(scope, whos, _identities(scope, reviewed - {None, subject}), window.past, window.end)
    spoken = {row.record for row in met} | {row.record for row in said}
    cited = {act.record for act in acts} | items.keys() | spoken | goal_ids | {row.record for row in actions}
    found = read_records(scope, cited)
    own_records = {act.record for act in own_acts} | spoken
    about = [(found[n].connection, found[n].occurred_at) for n in own_records if n in found]
    mates = team_mates(scope, subject, window.today)
    started, profile = read_profile(scope, subject, own)
    steps = read_steps(scope, whos, {*items, *goal_ids}, window.end)
    return Material(
        subject=subject,
        other=other,
        window=window,
        people=read_people(scope, whos.all() | mates | {subject} | ({other} if other is not None else set())),
        records=found,
        items=items,
        acts=tuple(acts),
        steps=steps,
        ties=ties,
        goals=aims,
        feedback=said,
        check_ins=met,
        actions=actions,
        sources=read_sources(scope, about, mates, window.past, window.end),
        reviews=reviews,
        team_size=len(mates),
        started_on=started,
        profile=profile,
        capped=capped,
    )


def _around(
    scope: Scope, whos: Whos, own: Collection[int], own_acts: list[Act], window: Window
) -> tuple[Mapping[int, ItemRow], list[Act]]:
    """The items that the subject touched, what these wait for and what waits for them, and what was done on them."""
    touched = {act.record for act in own_acts} | ids_by_key(scope, {act.item for act in own_acts if act.item})
    touched |= open_items_of(scope, own, window.end - OPEN_BACK, window.end)
    mine = read_items(scope, touched)
    alive = {n for n, item in mine.items() if item.kind != "commit"}
    ties = read_ties(scope, alive)
    beyond = ids_by_key(scope, {tie.target for tie in ties if tie.rel in ("blocked_by", "blocks")})
    beyond |= records_tied_to(scope, {mine[n].key for n in alive}, ("blocked_by", "blocks"))
    items = mine | read_items(scope, beyond - touched)
    focus = {n for n, item in items.items() if item.kind != "commit"}
    acts = {*own_acts, *acts_about(scope, whos, focus, {items[n].key for n in focus}, window.end)}
    return items, sorted(acts, key=lambda act: (act.at, act.record, act.kind, act.actor))


def _identities(scope: Scope, persons: Collection[int | None]) -> set[int]:
    """Identity ids of these whos."""
    wanted = {person for person in persons if person is not None}
    if not wanted:
        return set()
    rows = scope.rows(sa.select(identities.c.id).where(scope.within(identities.c.person_id, wanted)))
    return {row.id for row in rows} | wanted
