"""The heading of a document about one person, and the plan under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coachkit.drafting.facts import Fact
from coachkit.drafting.plan import Heading, Plan
from coachkit.drafting.plan.conversation import next_check_in
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.sources import coverage

__all__ = ["heading", "planned"]


def planned(desk: Desk, sections: Mapping[str, tuple[Fact, ...]], left_out: Iterable[Fact] = ()) -> Plan:
    """The plan of a document about the person on the desk."""
    return Plan(
        window=desk.window,
        subject=desk.subject,
        names=_everybody(desk),
        heading=heading(desk),
        sections=sections,
        left_out=tuple(left_out),
    )


def heading(desk: Desk) -> Heading:
    """Who, with whom, when next and last; which sources were read, and which could not be."""
    found = coverage(desk.material)
    coming = next_check_in(desk)
    held = [
        one.scheduled_at
        for one in desk.material.check_ins
        if one.state == "held" and one.scheduled_at <= desk.window.end
    ]
    failing = {source.connection: desk.day(source.failing_since) for source in found.failing if source.failing_since}
    return Heading(
        name=desk.subject.name,
        team=desk.subject.team or "",
        other=desk.other.name if desk.other else "",
        meeting_at=coming.scheduled_at if coming else None,
        last_meeting_at=held[-1] if held else None,
        read=tuple(source.connection for source in found.read if source.connection not in failing),
        failing=failing,
    )


def _everybody(desk: Desk) -> frozenset[str]:
    people = desk.material.people
    whos = {desk.party(who) for who in people.names}
    named = {name for party in whos for name in (party.name, party.short) if name}
    return frozenset(named | set(people.team_names.values()))
