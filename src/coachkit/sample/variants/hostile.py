"""Hostile texts in the records of the last weeks: in each place where somebody's words come in, and in some names.

What shows a planted situation gets its texts beside its own words, never instead of them, so that what should be told
of it still can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from itertools import cycle

from coachkit.domain.people import Account
from coachkit.sample.model import Organisation, Person, SourceRecord, TeamEntry
from coachkit.sample.variants.hostile_sites import SITES
from coachkit.sample.variants.hostile_texts import Hostile, our_texts

__all__ = ["polluted"]

_WEEKS = 9
_ONE_OF = 3
"""One of so many records is left as it was."""

_BESIDE = ("ticket body", "end of a comment", "end of feedback", "measurement", "link")
"""Places that take nothing away from a record."""


def polluted(organisation: Organisation) -> Organisation:
    """The organisation with hostile texts; every second one of the texts that are ours, over and over."""
    supply = cycle(sorted(our_texts(), key=lambda one: one.token)[::2])
    shown = {
        (place.connection, place.stream, place.native_id) for one in organisation.situations for place in one.evidence
    }
    since = datetime.combine(organisation.today - timedelta(weeks=_WEEKS), time(), UTC)
    counts = dict.fromkeys(SITES, 0)
    records = []
    for record in organisation.records:
        spared = record.occurred_at < since or isinstance(record.record, Account)
        if not spared and sha256(f"hostile {record.native_id}".encode()).digest()[0] % _ONE_OF:
            place = (record.connection, record.stream, record.native_id)
            record = _with(record, next(supply), _BESIDE if place in shown else tuple(SITES), counts)
        records.append(record)
    return replace(
        organisation,
        records=tuple(records),
        people=tuple(_people(organisation, supply)),
        teams=tuple(_teams(organisation, supply)),
    )


def _with(record: SourceRecord, hostile: Hostile, sites: tuple[str, ...], counts: dict[str, int]) -> SourceRecord:
    """The text in the place of this record that has had the fewest."""
    for site in sorted(sites, key=lambda site: counts[site]):
        changed = SITES[site](record.record, hostile.marked)
        if changed is not None and changed != record.record:
            counts[site] += 1
            return replace(record, record=changed)
    return record


def _people(organisation: Organisation, supply: Iterator[Hostile]) -> Iterator[Person]:
    """A job title in seven is a hostile text."""
    for place, person in enumerate(organisation.people):
        title = " ".join(next(supply).marked.split())
        yield replace(person, title=title) if place % 7 == 3 else person


def _teams(organisation: Organisation, supply: Iterator[Hostile]) -> Iterator[TeamEntry]:
    for place, team in enumerate(organisation.teams):
        other = " ".join(next(supply).marked.split())
        yield replace(team, other_names=(*team.other_names, other)) if place % 4 == 1 else team
