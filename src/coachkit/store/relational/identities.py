"""The queue of doubtful identities and the decisions of people about them, in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from coachkit.domain.identity import identity_id, stable_id, unpublic_id
from coachkit.errors import BadInput, NotFound
from coachkit.ingest.identities import CONTESTED, Verdict
from coachkit.ingest.identity_queue import Candidate, Decision, Question
from coachkit.ingest.identity_suggestions import Clue, Known, Places, Stranger, Suggestion
from coachkit.store.relational import schema as t
from coachkit.store.relational.access_rules import running
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.idset import among
from coachkit.store.relational.resolution import resolve_identities

__all__ = ["SqlIdentityStore"]

_OPEN = "open"


class SqlIdentityStore:
    """The :class:`~coachkit.ingest.identity_queue.IdentityStore` over the relational store."""

    def __init__(self, database: Database, timezone: str) -> None:
        self._database = database
        self._zone = ZoneInfo(timezone)

    def questions(self, *, limit: int, offset: int, everything: bool) -> tuple[Question, ...]:
        i, s = t.identities.c, t.identity_suggestions.c
        acts = (
            sa.select(sa.func.count())
            .select_from(t.interactions)
            .where(t.interactions.c.actor_id == i.id)
            .scalar_subquery()
        )
        suggested = sa.exists().where(s.identity_id == i.id, s.state == _OPEN)
        d = t.identity_decisions.c
        settled = sa.exists().where(d.identity_id == i.id, d.undone_at.is_(None), d.verdict == Verdict.NOBODY)
        statement = sa.select(i.id, i.key, i.name, i.method, acts.label("acts")).where(i.person_id.is_(None), ~settled)
        statement = statement.where(suggested | i.bot.is_(False)) if everything else statement.where(suggested)
        statement = statement.order_by(suggested.desc(), sa.desc("acts"), i.key).limit(limit).offset(offset)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            found = _candidates(connection, [row.id for row in rows])
        return tuple(
            Question(
                identity=row.id,
                key=row.key,
                name=row.name,
                contested=row.method == CONTESTED,
                acts=row.acts,
                candidates=tuple(found.get(row.id, ())),
            )
            for row in rows
        )

    def identity(self, text: str) -> int:
        wanted = [identity_id(text)]
        with suppress(ValueError):
            wanted.append(unpublic_id(text.lower()))
        with self._database.read() as connection:
            found = connection.scalars(sa.select(t.identities.c.id).where(t.identities.c.id.in_(wanted))).all()
        if not found:
            raise NotFound(f"no source has named {text!r}.", hint="coachkit identity list shows what is open.")
        return int(found[0])

    def decide(
        self, identity: int, verdict: str, person: int | None, *, by: str, reason: str, now: datetime
    ) -> Decision:
        with self._database.write() as connection:
            return _decide(connection, identity, verdict, person, by=by, reason=reason, now=now)

    def separate(self, identity: int, *, by: str, reason: str, now: datetime) -> Decision:
        with self._database.write() as connection:
            stored = connection.execute(
                sa.select(t.identities.c.key, t.identities.c.person_id, t.profiles.c.profile)
                .join(t.profiles, t.profiles.c.identity_id == t.identities.c.id)
                .where(t.identities.c.id == identity)
                .order_by(t.profiles.c.record_id)
            ).first()
            if stored is None:
                raise BadInput("no HR record stands behind this identity; only HR records make people.")
            person = stable_id("person", stored.key)
            held = sa.select(t.identities.c.id).where(t.identities.c.person_id == person)
            if connection.scalar(held) is not None:
                person = stable_id("person", stored.key, "separate")
            row = {"id": person, "name": stored.profile["name"], "other_names": [], "active": True}
            upsert(connection, t.people, [row], update=())
            return _decide(connection, identity, Verdict.IS, person, by=by, reason=reason, now=now)

    def undo(self, decision: int, *, by: str, now: datetime) -> Decision:
        d = t.identity_decisions.c
        with self._database.write() as connection:
            undone = connection.execute(
                sa.update(t.identity_decisions)
                .where(d.id == decision, d.undone_at.is_(None))
                .values(undone_at=now, undone_by=by)
                .returning(*d)
            ).one_or_none()
            if undone is None:
                raise NotFound("there is no such answer in force.", hint="coachkit identity history lists the answers.")
            _reopen(connection, undone)
            resolve_identities(connection, {undone.identity_id}, now)
            return _decisions(connection, sa.select(t.identity_decisions).where(d.id == decision))[0]

    def decisions(self, *, identity: int | None, limit: int) -> tuple[Decision, ...]:
        d = t.identity_decisions.c
        statement = sa.select(t.identity_decisions).order_by(d.decided_at.desc(), d.id).limit(limit)
        if identity is not None:
            statement = statement.where(d.identity_id == identity)
        with self._database.read() as connection:
            return _decisions(connection, statement)

    def strangers(self) -> Iterable[Stranger]:
        """Identities of nobody that are no machines, and of which no human has said that they are nobody's."""
        i, s, d = t.identities.c, t.identity_suggestions.c, t.identity_decisions.c
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(i.id, i.key, i.name, i.method)
                .where(i.person_id.is_(None), i.bot.is_(False), sa.func.coalesce(i.method, "") != "human")
                .order_by(i.id)
            ).all()
            refused: dict[int, set[int]] = defaultdict(set)
            in_force = sa.select(d.identity_id, d.person_id).where(d.undone_at.is_(None), d.verdict == Verdict.NOT)
            for node, person in connection.execute(in_force):
                refused[node].add(person)
            claimants: dict[int, set[int]] = defaultdict(set)
            contested = (
                sa.select(s.identity_id, s.person_id)
                .join(t.identities, i.id == s.identity_id)
                .where(i.method == CONTESTED, s.state == _OPEN)
            )
            for node, person in connection.execute(contested):
                claimants[node].add(person)
        return [
            Stranger(
                id=row.id,
                key=row.key,
                name=row.name,
                claimants=frozenset(claimants.get(row.id, ())),
                refused=frozenset(refused.get(row.id, ())),
            )
            for row in rows
            if row.method != CONTESTED or row.id in claimants
        ]

    def known(self) -> Iterable[Known]:
        with self._database.read() as connection:
            keys: dict[int, list[str]] = defaultdict(list)
            i = t.identities.c
            for person, key in connection.execute(sa.select(i.person_id, i.key).where(i.person_id.is_not(None))):
                keys[person].append(key)
            rows = connection.execute(sa.select(t.people).order_by(t.people.c.id)).all()
        return [
            Known(
                person=row.id,
                names=(row.name, *row.other_names),
                keys=tuple(sorted(keys.get(row.id, ()))),
                active=row.active,
            )
            for row in rows
            if row.active or keys.get(row.id)
        ]

    def places(self, identities: set[int], people: set[int], now: datetime) -> Places:
        day = now.astimezone(self._zone).date()
        m, mine, theirs = t.memberships, t.identities.alias("mine"), t.identities.alias("theirs")
        mates = t.memberships.alias("mates")
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(mine.c.person_id, theirs.c.person_id)
                .select_from(
                    mine.join(m, m.c.identity_id == mine.c.id)
                    .join(mates, mates.c.team == m.c.team)
                    .join(theirs, theirs.c.id == mates.c.identity_id)
                )
                .where(among(connection, mine.c.person_id, people), running(m, day), running(mates, day))
                .distinct()
            ).all()
            team: dict[int, set[int]] = defaultdict(set)
            for person, mate in rows:
                if mate is not None:
                    team[person].add(mate)
            seen = {mate for mates_of in team.values() for mate in mates_of} | people
            owner = t.identities.c.person_id
            of_people = _containers(connection, owner, among(connection, owner, seen))
            actor = t.identities.c.id
            of_strangers = _containers(connection, actor, among(connection, actor, identities))
        of_team = {
            person: frozenset().union(
                *(of_people.get(mate, frozenset()) for mate in team.get(person, set()) | {person})
            )
            for person in people
        }
        return Places(of_stranger=of_strangers, of_team=of_team)

    def replace_suggestions(self, found: Sequence[Suggestion], now: datetime) -> None:
        s = t.identity_suggestions.c
        rows = [
            {
                "identity_id": one.identity,
                "person_id": one.person,
                "evidence_for": [asdict(clue) for clue in one.evidence_for],
                "evidence_against": [asdict(clue) for clue in one.evidence_against],
                "state": _OPEN,
                "suggested_at": now,
            }
            for one in found
        ]
        with self._database.write() as connection:
            connection.execute(sa.delete(t.identity_suggestions).where(s.state == _OPEN))
            upsert(connection, t.identity_suggestions, rows, update=())


def _decide(
    connection: sa.Connection, identity: int, verdict: str, person: int | None, *, by: str, reason: str, now: datetime
) -> Decision:
    i, d = t.identities.c, t.identity_decisions.c
    node = connection.execute(sa.select(i.key, i.person_id, i.method).where(i.id == identity)).one_or_none()
    if node is None:
        raise NotFound("no source has named this identity.")
    if person is not None and connection.scalar(sa.select(t.people.c.id).where(t.people.c.id == person)) is None:
        raise NotFound("there is no such person.")
    if verdict == Verdict.NOT and node.method == "profile" and node.person_id == person:
        raise BadInput("this HR record is what makes the person.", hint="Separate it instead, or correct it at HR.")
    previous = node.person_id
    if node.method == "human":  # what lies below the decisions, so that undoing them ends there
        previous = connection.scalar(
            sa.select(d.previous_person_id)
            .where(d.identity_id == identity, d.undone_at.is_(None), d.verdict != Verdict.NOT)
            .order_by(d.decided_at.desc(), d.id.desc())
            .limit(1)
        )
    decision = stable_id("decision", node.key, verdict, str(person), now.isoformat())
    row = {"id": decision, "identity_id": identity, "verdict": verdict, "person_id": person}
    row |= {"previous_person_id": previous, "decided_by": by, "decided_at": now, "reason": reason}
    upsert(connection, t.identity_decisions, [row])
    _answer(connection, identity, verdict, person)
    resolve_identities(connection, {identity}, now)
    return _decisions(connection, sa.select(t.identity_decisions).where(d.id == decision))[0]


def _answer(connection: sa.Connection, identity: int, verdict: str, person: int | None) -> None:
    """Mark the suggestion that was answered, and take out those that the answer settles."""
    s = t.identity_suggestions.c
    state = {Verdict.IS: "accepted", Verdict.NOT: "refused"}.get(verdict)
    if state is not None:
        this = sa.and_(s.identity_id == identity, s.person_id == person)
        connection.execute(sa.update(t.identity_suggestions).where(this).values(state=state))
    if verdict != Verdict.NOT:
        connection.execute(sa.delete(t.identity_suggestions).where(s.identity_id == identity, s.state == _OPEN))


def _reopen(connection: sa.Connection, undone: sa.Row[Any]) -> None:
    """Ask again what was answered; if no decision is left, put the identity back to where it was below them all."""
    s, d, i = t.identity_suggestions.c, t.identity_decisions.c, t.identities.c
    this = sa.and_(s.identity_id == undone.identity_id, s.person_id == undone.person_id)
    connection.execute(sa.update(t.identity_suggestions).where(this, s.state != _OPEN).values(state=_OPEN))
    others = sa.select(d.id).where(d.identity_id == undone.identity_id, d.undone_at.is_(None), d.verdict != Verdict.NOT)
    if undone.verdict == Verdict.NOT or connection.scalar(others) is not None:
        return
    live = sa.exists().where(t.profiles.c.identity_id == i.id)
    connection.execute(
        sa.update(t.identities)
        .where(i.id == undone.identity_id)
        .values(person_id=undone.previous_person_id, method=sa.case((live, "profile"), else_=None))
    )


def _decisions(connection: sa.Connection, statement: sa.Select[Any]) -> tuple[Decision, ...]:
    found = statement.subquery()
    rows = connection.execute(
        sa.select(found, t.identities.c.key)
        .join(t.identities, t.identities.c.id == found.c.identity_id)
        .order_by(found.c.decided_at.desc(), found.c.id)
    )
    return tuple(
        Decision(
            id=row.id,
            identity=row.identity_id,
            key=row.key,
            verdict=row.verdict,
            person=row.person_id,
            previous_person=row.previous_person_id,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            reason=row.reason,
            undone_at=row.undone_at,
            undone_by=row.undone_by,
        )
        for row in rows
    )


def _candidates(connection: sa.Connection, identities: Sequence[int]) -> Mapping[int, list[Candidate]]:
    s, p = t.identity_suggestions.c, t.people.c
    rows = connection.execute(
        sa.select(s.identity_id, s.person_id, s.evidence_for, s.evidence_against, p.name, p.title, p.email)
        .join(t.people, p.id == s.person_id)
        .where(among(connection, s.identity_id, identities), s.state == _OPEN)
    ).all()
    found: dict[int, list[Candidate]] = defaultdict(list)
    for row in rows:
        found[row.identity_id].append(
            Candidate(
                person=row.person_id,
                name=row.name,
                title=row.title,
                email=row.email,
                evidence_for=tuple(Clue(**clue) for clue in row.evidence_for),
                evidence_against=tuple(Clue(**clue) for clue in row.evidence_against),
            )
        )
    for several in found.values():
        several.sort(key=lambda c: (-_weight(c.evidence_for) + _weight(c.evidence_against), c.name, c.person))
    return found


def _weight(clues: Iterable[Clue]) -> int:
    return sum(clue.weight for clue in clues)


def _containers(
    connection: sa.Connection, group: sa.Column[Any], which: sa.ColumnElement[bool]
) -> dict[int, frozenset[str]]:
    """The repositories and projects in which identities act, by identity or by person."""
    rows = connection.execute(
        sa.select(group, t.work_items.c.container)
        .select_from(
            t.identities.join(t.interactions, t.interactions.c.actor_id == t.identities.c.id).join(
                t.work_items, t.work_items.c.record_id == t.interactions.c.record_id
            )
        )
        .where(which, t.work_items.c.container.is_not(None))
        .distinct()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for key, container in rows:
        found[key].add(container)
    return {key: frozenset(containers) for key, containers in found.items()}
