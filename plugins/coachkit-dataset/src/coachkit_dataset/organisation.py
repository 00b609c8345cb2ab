"""People, teams, memberships, and on request a team's leads as its managers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from coachkit.sdk import Failure, Item, Membership, PersonProfile, ReportingLine, Sensitivity, Team, Upsert
from coachkit_dataset.tables import Tables, Unusable, day, listed, moment, person_key, seconds

__all__ = ["LEADING_ROLES", "memberships", "people", "reporting_lines", "teams"]

LEADING_ROLES = frozenset({"chair", "lead", "maintainer", "org_admin"})


def people(tables: Tables, stream: str) -> Iterator[Item]:
    """Everybody the tables name, from the first time that they do.

    The data has no names: a person is called by their organisation and the start of their key.
    """
    first: dict[str, int] = {}
    for row in tables.rows("people"):
        try:
            _earliest(first, row["person_id"], seconds(row["first_ts"], "first_ts") or 0)
        except Unusable as error:
            yield Failure(stream=stream, native_id=row["person_id"] or "?", reason=str(error), payload=dict(row))
    for person, at in _mentions(tables):
        _earliest(first, person, at)
    for person in sorted(first):
        if tables.is_known(first[person]):
            profile = PersonProfile(identity=person_key(person), name=_label(person))
            yield Upsert(stream=stream, native_id=person, record=profile, occurred_at=moment(first[person]))


def _earliest(first: dict[str, int], person: str, at: int) -> None:
    if person:
        first[person] = min(first.get(person, at), at)


def _mentions(tables: Tables) -> Iterator[tuple[str, int]]:
    """People in tables other than ``people.csv``, and when they are named there."""
    for row in tables.memberships():
        yield from _mentioned([row["person_id"]], row["start"])
    for row in tables.rows("goals"):
        yield from _mentioned(listed(row["owners"]), row["created_ts"])
    for row in tables.rows("items"):
        if row["ts"]:
            yield from _mentioned([row["author"]], row["ts"])


def _mentioned(persons: list[str] | tuple[str, ...], at: str) -> Iterator[tuple[str, int]]:
    try:
        when = seconds(at, "time")
    except Unusable:
        return
    if when is not None:
        yield from ((person, when) for person in persons)


def _label(person: str) -> str:
    organisation, _, key = person.rpartition("-")
    return f"{organisation} {key[:8]}".strip()


def teams(tables: Tables, stream: str) -> Iterator[Item]:
    """The teams. The tables do not say since when they exist: they are dated by the first person of the data."""
    began = _beginning(tables)
    for row in tables.rows("teams"):
        key = row["team"]
        if not key:
            yield Failure(stream=stream, native_id="?", reason="a team without a name", payload=dict(row))
            continue
        paths = ", ".join(listed(row.get("paths")))
        team = Team(
            key=key,
            name=key,
            parent=row.get("parent") or None,
            kind=row["kind"] or None,
            description=row.get("description") or paths or None,
        )
        yield Upsert(stream=stream, native_id=key, record=team, occurred_at=moment(began))


def _beginning(tables: Tables) -> int:
    found = []
    for row in tables.rows("people"):
        try:
            found.append(seconds(row["first_ts"], "first_ts"))
        except Unusable:
            continue
    return min((at for at in found if at), default=0)


class _Stay(NamedTuple):
    """A membership whose fields have been read."""

    team: str
    person: str
    role: str
    start: int
    end: int | None


def memberships(tables: Tables, stream: str) -> Iterator[Item]:
    for row in tables.memberships():
        try:
            stay = _stay(tables, row)
        except Unusable as error:
            native_id = "/".join((row["team"], row["person_id"], row["role"], row["start"]))
            yield Failure(stream=stream, native_id=native_id, reason=str(error), payload=dict(row))
            continue
        if stay is None:
            continue
        record = Membership(
            team=stay.team,
            person=person_key(stay.person),
            role=stay.role,
            starts_on=day(stay.start),
            ends_on=day(stay.end),
        )
        native_id = f"{stay.team}/{stay.person}/{stay.role}/{stay.start}"
        yield Upsert(stream=stream, native_id=native_id, record=record, occurred_at=moment(stay.end or stay.start))


def _stay(tables: Tables, row: dict[str, str]) -> _Stay | None:
    """The membership in a row; ``None`` if it may not be known yet. An end that is yet to come is not known."""
    start, end = seconds(row["start"], "start") or 0, seconds(row["end"], "end")
    if not row["team"] or not row["person_id"]:
        raise Unusable("it lacks its team or its person")
    if end is not None and end < start:
        raise Unusable("it ends before it starts")
    if not tables.is_known(start):
        return None
    end = end if tables.is_known(end) else None
    return _Stay(row["team"], row["person_id"], row["role"] or "member", start, end)


def reporting_lines(tables: Tables, stream: str) -> Iterator[Item]:
    """Who leads a team, as the manager of its members: an assumption, for trying the product on data without lines.

    Who leads any team reports to nobody, so there are no circles. Of several teams, the one joined last counts; of
    several leads, the one who has led longest.
    """
    stays: list[_Stay] = []
    for row in tables.memberships():
        try:
            stay = _stay(tables, row)
        except Unusable:
            continue  # said where memberships are read
        if stay is not None:
            stays.append(stay)
    leads: dict[str, list[_Stay]] = {}
    for stay in sorted((s for s in stays if s.role in LEADING_ROLES), key=lambda s: (s.start, s.person)):
        leads.setdefault(stay.team, []).append(stay)
    leading = {stay.person for stay in stays if stay.role in LEADING_ROLES}
    led: dict[str, list[_Stay]] = {}
    for stay in stays:
        if stay.person not in leading:
            led.setdefault(stay.person, []).append(stay)
    for person in sorted(led):
        yield from _lines(person, sorted(led[person], key=lambda s: (s.start, s.team)), leads, stream)


def _lines(person: str, stays: list[_Stay], leads: dict[str, list[_Stay]], stream: str) -> Iterator[Upsert]:
    spans: list[tuple[date, date | None, str]] = []
    for stay in stays:
        for lead in leads.get(stay.team, ()):
            start, end = max(stay.start, lead.start), _sooner(stay.end, lead.end)
            first, last = moment(start).date(), day(end)
            if last is None or first <= last:
                spans.append((first, last, lead.person))
                break
    for number, (first, last, manager) in enumerate(spans):
        if number + 1 < len(spans):
            before_next = spans[number + 1][0] - timedelta(days=1)
            last = before_next if last is None else min(last, before_next)
        if last is not None and last < first:
            continue
        line = ReportingLine(person=person_key(person), manager=person_key(manager), starts_on=first, ends_on=last)
        at = moment(0).replace(year=first.year, month=first.month, day=first.day)
        yield Upsert(
            stream=stream,
            native_id=f"{person}/{manager}/{first}",
            record=line,
            occurred_at=at,
            sensitivity=Sensitivity.PERSONAL,
        )


def _sooner(one: int | None, other: int | None) -> int | None:
    ends = [end for end in (one, other) if end is not None]
    return min(ends) if ends else None
