"""Little evidence: a fifth of the work, no code host's clones, and some people of whom nothing is left at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

from coachkit.domain.goals import Goal
from coachkit.domain.people import Account
from coachkit.sample.model import Organisation, Person, SourceRecord

__all__ = ["silent", "thinned"]

_KEPT_OF = 5
"""One of so many threads (an item with its remarks, a feedback, a meeting) is kept."""


def silent(organisation: Organisation) -> tuple[Person, ...]:
    """Those of whom the thin variant has no record: a third of those who lead nobody and have nothing planted."""
    planted = {number for one in organisation.situations for number in one.people}
    leads = {person.manager for person in organisation.people}
    others = [
        person
        for person in organisation.people
        if person.employee_id not in planted and person.handle not in leads and person.left_on is None
    ]
    return tuple(others[1::3])


def thinned(organisation: Organisation) -> Organisation:
    """The organisation with little evidence. What was planted is told where all of its evidence is left."""
    gone = {key for person in silent(organisation) for key in _keys(person)}
    records = tuple(kept for record in organisation.records if (kept := _kept(record, gone)) is not None)
    there = {(record.connection, record.stream, record.native_id) for record in records}
    situations = tuple(
        one
        for one in organisation.situations
        if all((place.connection, place.stream, place.native_id) in there for place in one.evidence)
    )
    return replace(organisation, records=records, situations=situations, repositories=())


def _keys(person: Person) -> tuple[str, ...]:
    return (person.hris, person.mail, person.tracker, person.forge, person.chat)


def _kept(record: SourceRecord, gone: set[str]) -> SourceRecord | None:
    noun = record.record
    if isinstance(noun, Account):
        return record
    if isinstance(noun, Goal):
        return replace(record, record=_goal(noun, gone))
    if any(text in gone for text in _texts(noun)):
        return None
    thread = record.native_id.split("/")[0]
    if record.connection == "checkins":
        return record
    return record if sha256(f"{record.connection} {thread}".encode()).digest()[0] % _KEPT_OF == 0 else None


def _goal(goal: Goal, gone: set[str]) -> Goal:
    """The goal with the last measurement of each result, and without a trace of those who are gone."""
    results = tuple(
        replace(
            one,
            owners=_without(one.owners, gone),
            measurements=tuple(
                replace(last, by=None if last.by in gone else last.by) for last in one.measurements[-1:]
            ),
        )
        for one in goal.key_results
    )
    history = tuple(replace(one, by=None if one.by in gone else one.by) for one in goal.history)
    return replace(goal, owners=_without(goal.owners, gone), key_results=results, history=history)


def _without(keys: tuple[str, ...], gone: set[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key not in gone)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a record, its identity keys among them."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    else:
        assert value is None or isinstance(value, int | float | date | datetime | Enum)
