"""The streams that all connectors have, and how a check tells what it found."""

from __future__ import annotations

from coachkit.sdk import CheckReport, Stream
from coachkit_hris.roster import MEMBERSHIPS, PEOPLE, REPORTING_LINES, TEAMS, Roster

__all__ = ["STREAMS", "findings_of"]

MOST_FINDINGS = 100

STREAMS = (
    Stream(name=PEOPLE, title=("People", "人员")),
    Stream(name=TEAMS, title=("Teams", "团队")),
    Stream(
        name=MEMBERSHIPS,
        title=("Team memberships", "团队成员"),
        cannot_tell=(
            "Moves before the first sync: where people are is known from then on, and dated from then on.",
            "首次同步之前的调动：人员归属从首次同步起才有记录和日期。",
        ),
    ),
    Stream(
        name=REPORTING_LINES,
        title=("Reporting lines", "汇报关系"),
        cannot_tell=(
            "Managers before the first sync: who reports to whom is known from then on, and dated from then on.",
            "首次同步之前的上级：汇报关系从首次同步起才有记录和日期。",
        ),
    ),
)


def findings_of(roster: Roster) -> CheckReport:
    """What a roster has and what is wrong with it; it can be read if it has anybody."""
    here = sum(person.profile.active for person in roster.people.values())
    managed = sum(place is not None for place in roster.managers.values())
    head = (
        f"{here} people work here on {roster.day}, {len(roster.people) - here} have left; {len(roster.teams)} teams, "
    )
    said = [head + f"{managed} reporting lines."]
    problems = sorted(roster.problems, key=lambda problem: not problem.aside)
    said += dict.fromkeys(problem.reason for problem in problems)  # a circle is told once, not once a person
    if len(said) > MOST_FINDINGS:
        said = [*said[:MOST_FINDINGS], f"… and {len(said) - MOST_FINDINGS} more."]
    return CheckReport(ok=bool(roster.people), findings=tuple(said))
