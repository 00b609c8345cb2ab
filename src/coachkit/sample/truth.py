"""The truth about what was planted: who, when, which records show it, and how to recognise that it was noticed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from coachkit.domain.work import InteractionKind
from coachkit.sample.goals import GoalPlan
from coachkit.sample.model import Person, Reference, Situation
from coachkit.sample.world import Issue, World

__all__ = ["Truth", "spellings"]

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def spellings(day: date, language: str) -> tuple[str, ...]:
    """The usual ways to write a day in a document."""
    iso = day.isoformat()
    if language == "zh":
        return (f"{day.month}月{day.day}日", f"{day.month} 月 {day.day} 日", iso)
    month = _MONTHS[day.month - 1]
    return (f"{day.day} {month}", f"{day.day} {month[:3]}", f"{month} {day.day}", f"{month[:3]} {day.day}", iso)


class Truth:
    """Tells a situation from the records that were written for it."""

    def __init__(self, world: World, goals: GoalPlan, rhythms: dict[str, Any], feedback: dict[str, Reference]) -> None:
        self.world, self.goals, self.rhythms, self.feedback = world, goals, rhythms, feedback
        self._keys = {issue.handle: issue.key for issue in world.issues if issue.handle}
        self._written = {(r.connection, r.stream, r.native_id): r for r in world.records}

    def situation(self, entry: dict[str, Any]) -> Situation:
        """The situation of one entry of the plan."""
        roster = self.world.roster
        who = roster[entry["who"]]
        manager = roster.manager(who)
        dates, evidence = self._seen(entry, who)
        return Situation(
            id=entry["id"],
            kind=entry["kind"],
            people=tuple(roster[handle].employee_id for handle in (entry["who"], *entry["others"])),
            manager=manager.employee_id if manager else None,
            brief_of=who.employee_id,
            section=entry["section"],
            dates=dates,
            evidence=tuple(evidence),
            must_mention={language: self._must(entry["must"], dates, language) for language in ("en", "zh")},
            must_not_mention=tuple(text.format_map(self._keys) for text in entry.get("never", ())),
            note=entry.get("note", ""),
        )

    def _must(self, groups: list[list[str]], dates: dict[str, date], language: str) -> tuple[tuple[str, ...], ...]:
        found = []
        for group in groups:
            if group[0].startswith("@"):
                found.append(spellings(dates[group[0][1:]], language))
            else:
                found.append(tuple(text.format_map(self._keys) for text in group))
        return tuple(found)

    def _seen(self, entry: dict[str, Any], who: Person) -> tuple[dict[str, date], list[Reference]]:
        """Dates and evidence by what the situation is about."""
        dates: dict[str, date] = {}
        evidence: list[Reference] = []
        for name in ("issue", "blocker", "asked"):
            if name in entry:
                evidence += self._issue(self.world.issue(entry[name]))
        if "action" in entry:
            agreed = self.rhythms[entry["action"][0]].agreed[entry["action"][1] - 1]
            dates["due"] = agreed.due_on
            evidence.append(agreed.place)
        if "goal" in entry:
            evidence.append(Reference(connection="okr", stream="goals", native_id=entry["goal"]))
        if entry.get("incident"):
            evidence += self._under("tracker", "INC-52")
        if "feedback" in entry:
            evidence.append(self.feedback[entry["feedback"]])
        if "helped" in entry:
            evidence += self._helped(entry["helped"], who)
        if "topic" in entry:
            evidence += self._reviewed(entry["topic"], who)
        if entry["kind"] == "same_name":
            evidence += self._under("tracker", "tracker:weiwang", stream="accounts")
        self._rhythm(entry, who, dates, evidence)
        return dates | self._days(entry, who), evidence

    def _rhythm(self, entry: dict[str, Any], who: Person, dates: dict[str, date], evidence: list[Reference]) -> None:
        if entry["kind"] in ("check_in_gap", "manager_owns_agenda"):
            rhythm = self.rhythms[who.handle]
            assert rhythm.last_held
            assert rhythm.planned_on
            assert rhythm.planned
            dates.update(last=rhythm.last_held, next=rhythm.planned_on)
            evidence.append(rhythm.planned)

    def _days(self, entry: dict[str, Any], who: Person) -> dict[str, date]:
        """Days that follow from the plan and the working calendar."""
        days: dict[str, date] = {}
        if entry["kind"] in ("blocked_across_teams", "hostile_text"):
            waits = self.world.issue(entry["issue"]).waits
            assert waits
            days["since"] = waits[0].date()
        if entry["kind"] == "incident_response":
            days["began"] = self.world.clock.ago(who, int(entry["dates"]["began"]))
        if "result" in entry:
            days["measured"] = self.goals.last[entry["result"]].at.date()
        if entry["kind"] == "newcomer":
            days["started"] = who.started_on
        return days

    def _issue(self, issue: Issue) -> list[Reference]:
        return self._under("tracker", issue.key)

    def _under(self, connection: str, key: str, *, stream: str | None = None) -> list[Reference]:
        """A record and what was said under it."""
        return [
            Reference(connection=place[0], stream=place[1], native_id=place[2])
            for place in self._written
            if place[0] == connection
            and (place[2] == key or place[2].startswith(f"{key}/"))
            and stream in (None, place[1])
        ]

    def _helped(self, handles: Iterable[str], who: Person) -> list[Reference]:
        """The interactions by which somebody unblocked the owners of these issues."""
        found = []
        for handle in handles:
            issue = self.world.issue(handle)
            for place in self._issue(issue):
                record = self._written[place.connection, place.stream, place.native_id].record
                if (
                    getattr(record, "kind", None) == InteractionKind.UNBLOCKED
                    and getattr(record, "actor", "") == who.tracker
                ):
                    found.append(place)
        return found

    def _reviewed(self, topic: str, who: Person) -> list[Reference]:
        """The changes of a topic that one person reviewed, of the last twelve weeks."""
        since = self.world.clock.end - timedelta(weeks=12)
        return [
            Reference(connection="reviews", stream="work_items", native_id=change.key)
            for change in self.world.changes
            if change.issue.topic
            and change.issue.topic.id == topic
            and change.reviewer is who
            and change.opened >= since
        ]
