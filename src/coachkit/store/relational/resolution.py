"""Keeps ``identities.person_id`` and ``people`` right while records come and go: the SQL around ``ingest.identities``.

A person whose HR profile vanishes stays, inactive, so that the history of others' work keeps its names. An erasure of
that person would need more: their ``people`` row, ``grants``, ``sessions``, ``sign_in_links``, ``identity_decisions``,
``identity_suggestions`` and ``kept_identities`` deleted; ``person_id`` of their identities set to null, and the keys
and names of these replaced; and the source told, or its next sync brings the profile back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from coachkit.domain.identity import stable_id
from coachkit.ingest.identities import (
    CONTESTED,
    MANY,
    Decided,
    Identity,
    Material,
    Outcome,
    Ownership,
    Profile,
    Verdict,
    decide,
)
from coachkit.ingest.identity_names import name_key
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import upsert
from coachkit.store.relational.idset import among

__all__ = ["resolve_identities"]


def resolve_identities(connection: sa.Connection, identity_ids: set[int], now: datetime) -> None:
    """Decide anew whose the given identities are, and all others on which that bears.

    Runs inside the caller's transaction, after its rows are written. Safe to call with too many identities, or twice.

    :param identity_ids: identities that appeared; both ends of every alias row that was added or removed; those whose
        ``bot`` mark changed; profile identities whose profile was written or removed.
    """
    if not identity_ids:
        return
    region = _Region(connection)
    region.load(set(identity_ids))
    outcome = decide(region.material)
    _write_people(connection, region.people, outcome)
    _write_owners(connection, region.material, outcome)
    _write_kept(connection, region.material, outcome, now)
    _write_contested(connection, region.material, outcome, now)


class _Region:
    """All that bears on some identities, read from the tables level by level.

    Profiles that are only reached as claimants of something stand at the rim: taken as they are and not walked
    through, so a mailbox that a whole company shares does not make the company one region.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.material = Material()
        self.people: dict[int, Mapping[str, Any]] = {}
        self._open: set[int] = set()
        self._live: set[int] = set()
        self._people_done: set[int] = set()

    def load(self, touched: set[int]) -> None:
        frontier = touched
        while frontier:
            frontier = self._open_up(frontier)
        rim = self.material.identities.keys() - self._open
        for node_id in rim:
            self.material.identities[node_id] = replace(self.material.identities[node_id], fixed=True)
        self._load_people()

    def _open_up(self, ids: set[int]) -> set[int]:
        """Take ``ids`` into the region; returns what must come in with them."""
        ids = ids - self._open
        self._load_nodes(ids - self.material.identities.keys())
        ids = {node_id for node_id in ids if node_id in self.material.identities}
        self._open |= ids
        reached, linked_profiles = self._load_edges(ids)
        self._load_nodes(reached - self.material.identities.keys())
        following = {n for n in reached if n in self.material.identities and n not in self._live} | linked_profiles
        following |= self._held_by(self._people_behind(ids))
        return following - self._open

    def _people_behind(self, ids: set[int]) -> set[int]:
        behind: set[int] = set()
        for node_id in ids:
            node = self.material.identities[node_id]
            behind |= {person for person in (node.person, node.kept) if person is not None}
            if node.decided is not None and node.decided.person is not None:
                behind.add(node.decided.person)
            if node_id in self._live:
                behind.add(stable_id("person", node.key))
        behind -= self._people_done
        self._people_done |= behind
        return behind

    def _held_by(self, people: set[int]) -> set[int]:
        if not people:
            return set()
        i, k = t.identities.c, t.kept_identities.c
        now = sa.select(i.id).where(among(self.connection, i.person_id, people))
        before = sa.select(k.identity_id).where(among(self.connection, k.person_id, people))
        return set(self.connection.scalars(now)) | set(self.connection.scalars(before))

    def _load_nodes(self, ids: set[int]) -> None:
        if not ids:
            return
        c, k = t.identities.c, t.kept_identities.c
        rows = self.connection.execute(
            sa.select(c.id, c.key, c.person_id, c.method, c.bot, k.person_id.label("kept"))
            .join(t.kept_identities, k.identity_id == c.id, isouter=True)
            .where(among(self.connection, c.id, ids))
        ).all()
        decided, refused = self._decisions(ids)
        for row in rows:
            self.material.identities[row.id] = Identity(
                id=row.id,
                key=row.key,
                person=row.person_id,
                method=row.method,
                bot=row.bot or row.key.endswith("[bot]"),
                kept=row.kept,
                decided=decided.get(row.id),
                refused=frozenset(refused.get(row.id, ())),
            )
        self._load_profiles(ids)

    def _decisions(self, ids: set[int]) -> tuple[dict[int, Decided], dict[int, set[int]]]:
        c = t.identity_decisions.c
        rows = self.connection.execute(
            sa.select(c.identity_id, c.verdict, c.person_id, t.people.c.id.label("known"))
            .join(t.people, t.people.c.id == c.person_id, isouter=True)
            .where(among(self.connection, c.identity_id, ids), c.undone_at.is_(None))
            .order_by(c.decided_at, c.id)
        )
        decided: dict[int, Decided] = {}
        refused: dict[int, set[int]] = {}
        for row in rows:
            if row.verdict == Verdict.NOBODY:
                decided[row.identity_id] = Decided(None)
            elif row.verdict == Verdict.IS and row.known is not None:
                decided[row.identity_id] = Decided(row.person_id)
            elif row.verdict == Verdict.NOT:
                refused.setdefault(row.identity_id, set()).add(row.person_id)
        return decided, refused

    def _load_profiles(self, ids: set[int]) -> None:
        c = t.profiles.c
        rows = self.connection.execute(
            sa.select(c.record_id, c.identity_id, c.profile, t.records.c.occurred_at)
            .join(t.records, t.records.c.id == c.record_id)
            .where(among(self.connection, c.identity_id, ids), t.records.c.deleted_at.is_(None))
        )
        for row in rows:
            self._live.add(row.identity_id)
            self.material.profiles.append(_profile(row.record_id, row.identity_id, row.occurred_at, row.profile))

    def _load_edges(self, ids: set[int]) -> tuple[set[int], set[int]]:
        """The edges at ``ids``: what they lead to, and among it profiles that another profile names."""
        if not ids:
            return set(), set()
        c = t.identity_aliases.c
        statement = (
            sa.select(c.identity_id, c.alias_id, (t.profiles.c.identity_id == c.identity_id).label("claim"))
            .join(t.records, t.records.c.id == c.record_id)
            .join(t.profiles, t.profiles.c.record_id == c.record_id, isouter=True)
            .where(t.records.c.deleted_at.is_(None))
        )
        reached: set[int] = set()
        claims: set[tuple[int, int]] = set()
        for column in (c.identity_id, c.alias_id):
            for row in self.connection.execute(statement.where(among(self.connection, column, ids))):
                (claims if row.claim else self.material.sames).add((row.identity_id, row.alias_id))
                reached |= {row.identity_id, row.alias_id}
        self.material.claims |= claims
        self._load_nodes(reached - self.material.identities.keys())
        linked = {end for pair in claims if set(pair) <= self._live for end in pair}
        return reached - ids, linked

    def _load_people(self) -> None:
        nodes = self.material.identities.values()
        people = {person for n in nodes for person in (n.person, n.kept) if person is not None}
        people |= {stable_id("person", self.material.identities[i].key) for i in self._live}
        rows = self.connection.execute(
            sa.select(t.people).where(among(self.connection, t.people.c.id, people))
        ).mappings()
        for row in rows:
            self.people[row["id"]] = dict(row)
            self.material.names[row["id"]] = frozenset(map(name_key, [row["name"], *row["other_names"]]))


def _profile(record: int, identity: int, occurred_at: datetime, stored: Mapping[str, Any]) -> Profile:
    return Profile(
        record=record,
        identity=identity,
        occurred_at=occurred_at,
        name=stored["name"],
        other_names=tuple(stored.get("other_names") or ()),
        emails=tuple(stored.get("emails") or ()),
        title=stored.get("title"),
        locale=stored.get("locale"),
        started_on=_day(stored.get("started_on")),
        left_on=_day(stored.get("left_on")),
        active=bool(stored.get("active", True)),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _write_people(connection: sa.Connection, stored: Mapping[int, Mapping[str, Any]], outcome: Outcome) -> None:
    changed = []
    for person, fields in outcome.people.items():
        row = {"id": person, **asdict(fields), "other_names": list(fields.other_names)}
        if dict(stored.get(person, {})) != row:
            changed.append(row)
    upsert(connection, t.people, changed)
    gone = [person for person in outcome.gone if stored.get(person, {}).get("active")]
    if gone:
        connection.execute(sa.update(t.people).where(among(connection, t.people.c.id, gone)).values(active=False))


def _write_owners(connection: sa.Connection, material: Material, outcome: Outcome) -> None:
    """Only what changed: one statement, executed for many rows."""
    changed: list[dict[str, Any]] = []
    for node_id, owner in outcome.owners.items():
        node = material.identities[node_id]
        if owner != Ownership(node.person, node.method):
            changed.append({"node": node_id, "owner": owner.person, "why": owner.method})
    if changed:
        connection.execute(
            sa.update(t.identities)
            .where(t.identities.c.id == sa.bindparam("node"))
            .values(person_id=sa.bindparam("owner"), method=sa.bindparam("why")),
            changed,
        )
    bots = [n.id for n in material.identities.values() if n.bot]
    if bots:
        connection.execute(
            sa.update(t.identities)
            .where(among(connection, t.identities.c.id, bots), t.identities.c.bot.is_(False))
            .values(bot=True)
        )


def _write_kept(connection: sa.Connection, material: Material, outcome: Outcome, now: datetime) -> None:
    if outcome.released:
        column = t.kept_identities.c.identity_id
        connection.execute(sa.delete(t.kept_identities).where(among(connection, column, outcome.released)))
    new = {node: person for node, person in outcome.kept.items() if material.identities[node].kept != person}
    rows = [{"identity_id": node, "person_id": person, "since": now} for node, person in sorted(new.items())]
    upsert(connection, t.kept_identities, rows)


def _write_contested(connection: sa.Connection, material: Material, outcome: Outcome, now: datetime) -> None:
    """Put contested identities into the queue with their claimants, and take them out when they no longer are."""
    were = [n.id for n in material.identities.values() if n.method == CONTESTED and n.id in outcome.owners]
    s = t.identity_suggestions.c
    if were:
        connection.execute(
            sa.delete(t.identity_suggestions).where(among(connection, s.identity_id, were), s.state == "open")
        )
    rows: Iterable[dict[str, Any]] = (
        {
            "identity_id": node_id,
            "person_id": person,
            "evidence_for": [{"kind": "claimed", "value": material.identities[node_id].key, "weight": 3}],
            "evidence_against": [{"kind": "contested", "value": str(len(claimants)), "weight": 3}],
            "state": "open",
            "suggested_at": now,
        }
        for node_id, claimants in outcome.contested.items()
        if MANY not in claimants and not material.identities[node_id].fixed
        for person in sorted(claimants)
    )
    upsert(connection, t.identity_suggestions, rows, update=())
