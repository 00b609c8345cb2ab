"""What is not known: sources that fail, are old or say nothing about somebody, and records too thin to go by.

These lines are about sources, never about somebody's absence.
"""

from __future__ import annotations

from collections.abc import Iterator

from coachkit.drafting.facts import Fact
from coachkit.drafting.plan.conversation import next_check_in
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.sources import Coverage, coverage

__all__ = ["MOST_UNKNOWNS", "unknowns"]

MOST_UNKNOWNS = 4


def unknowns(desk: Desk, found: Coverage | None = None) -> list[Fact]:
    """Candidates, the weightiest first; each cites nothing and says so."""
    found = found or coverage(desk.material)
    return sorted(_lines(desk, found), key=lambda fact: (-fact.weight, fact.id))


def _lines(desk: Desk, found: Coverage) -> Iterator[Fact]:
    today = desk.window.today
    for source in found.failing:
        since = desk.day(source.failing_since) if source.failing_since else today
        yield desk.fact(
            "unknowns.failing",
            since,
            weight=94,
            reason="a source fails",
            slots={"source": source.connection, "since": since},
        )
    for source in found.old:
        since = desk.day(source.read_at) if source.read_at else today
        yield desk.fact(
            "unknowns.old",
            since,
            weight=79,
            reason="a source is old",
            slots={"source": source.connection, "since": since},
        )
    if found.thin:
        yield desk.fact(
            "unknowns.thin",
            today,
            weight=93,
            reason="few records in the window",
            slots={"acts": found.acts, "first": desk.day(desk.window.start), "last": today},
        )
    if found.without:
        yield desk.fact(
            "unknowns.without",
            today,
            weight=89,
            reason="sources that know the team and not this person",
            slots={"sources": tuple(source.connection for source in found.without)},
        )
    if found.missing:
        yield desk.fact(
            "unknowns.missing",
            today,
            weight=87,
            reason="kinds of record that no source gives about this person",
            slots={"kinds": found.missing},
        )
    if found.capped:
        yield desk.fact("unknowns.capped", today, weight=77, reason="more records than are read at once")
    if desk.other is not None and next_check_in(desk) is None and not desk.window.looks_back:
        yield desk.fact(
            "unknowns.no_meeting", today, weight=60, reason="no check-in is planned", roles={"other": desk.other}
        )
    yield desk.fact("unknowns.always", today, weight=30, reason="what no connected source can see")
