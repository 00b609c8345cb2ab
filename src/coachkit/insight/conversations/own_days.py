"""The rule that has to be opted into: one's own days with records, against one's own eight weeks before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from coachkit.insight.conversations.matter import Matter
from coachkit.insight.conversations.suggestion import DatedFact, Detail
from coachkit.insight.rows import Material

__all__ = ["BEFORE_DAYS", "own_days"]

BEFORE_DAYS = 56
"""Eight weeks: long enough for a rhythm, short enough to be the same work."""
MOST_CITED = 3


def own_days(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """Fewer days with records than before, while there still are some. It compares nobody with anybody else."""
    today = material.window.today
    begins = today - timedelta(days=limits["days"] - 1)
    earlier = begins - timedelta(days=BEFORE_DAYS)
    if material.window.day(material.window.past) > earlier:
        return
    days: dict[date, int] = {}
    for act in material.own_acts:
        days[material.window.day(act.at)] = act.record
    before = sorted(day for day in days if earlier <= day < begins)
    now = sorted(day for day in days if begins <= day <= today)
    if len(before) < limits["before"] or not now or (today - now[-1]).days > limits["still"]:
        return
    if len(now) * 100 * BEFORE_DAYS >= limits["share"] * len(before) * limits["days"]:
        return
    yield Matter(
        about=f"rhythm:{begins:%G-W%V}",
        facts=(_fact("days-now", now, begins, days), _fact("days-before", before, earlier, days)),
    )


def _fact(kind: str, found: list[date], since: date, days: Mapping[date, int]) -> DatedFact:
    details: dict[str, Detail] = {"days": len(found), "first": since if kind == "days-now" else found[0]}
    records = tuple(dict.fromkeys(days[day] for day in reversed(found)))[:MOST_CITED]
    return DatedFact(kind=kind, at=found[-1], records=records, details={**details, "last": found[-1]})
