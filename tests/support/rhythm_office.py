"""Two more in the team of the office: Lea's records thin out, Mo's stop altogether."""

from __future__ import annotations

from datetime import date, timedelta

from door_office import NOW, Office, at, key

from coachkit.sdk import (
    Audience,
    Interaction,
    InteractionKind,
    Membership,
    PersonProfile,
    ReportingLine,
    WorkItem,
    WorkItemKind,
)

__all__ = ["leave", "with_rhythms"]

BEFORE, RECENT = range(30, 84, 2), (3, 10)
"""Days before now with a record: every second day for weeks, then two in four weeks."""


def with_rhythms(office: Office) -> None:
    for who, days in (("lea", (*BEFORE, *RECENT)), ("mo", BEFORE)):
        _join(office, who)
        for days_ago in days:
            when = NOW - timedelta(days=days_ago)
            item = WorkItem(
                kind=WorkItemKind.COMMIT,
                key=f"{who}-{days_ago}",
                title="Change it",
                interactions=(Interaction(kind=InteractionKind.AUTHORED, actor=key(who), at=when),),
            )
            office.put("git", "commits", f"{who}-{days_ago}", item, when)


def _join(office: Office, who: str) -> None:
    """Somebody who reports to Ana, as Maria, Tom and 陈静 do."""
    start = date(2024, 1, 8)
    profile = PersonProfile(identity=key(who), name=f"{who.title()} Novak", started_on=start)
    office.put("people", "people", who, profile, at(1, month=1), audience=Audience.subject(key(who)))
    office.put(
        "people",
        "memberships",
        f"{who}/search",
        Membership(team="search", person=key(who), starts_on=start),
        at(1, month=1),
    )
    line = ReportingLine(person=key(who), manager=key("ana"), starts_on=start)
    office.put("people", "reporting_lines", who, line, at(1, month=1))


def leave(office: Office, who: str) -> None:
    ended = Membership(
        team="search", person=key(who), starts_on=date(2024, 1, 8), ends_on=NOW.date() - timedelta(days=1)
    )
    office.put("people", "memberships", f"{who}/search", ended, at(2, month=1))
