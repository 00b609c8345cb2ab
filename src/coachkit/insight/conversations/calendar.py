"""Rules that look at the calendar: check-ins, due dates, a newcomer's days, coming back, a goal's end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from coachkit.insight.conversations.matter import Matter
from coachkit.insight.conversations.suggestion import DatedFact, Detail
from coachkit.insight.goals import finished
from coachkit.insight.rhythm import MILESTONES, check_in_gap
from coachkit.insight.rows import ActionRow, Material, MembershipRow

__all__ = ["KEYS", "back_again", "check_ins", "ended_goals", "late_by", "newcomer_days", "overdue_actions"]

KEYS = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-[A-Z]?\d+\b")
"""Keys of items and goals in a title: ``PAY-17``, ``SRCH-O2``."""


def check_ins(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """The last check-in of the two is long ago."""
    gap = check_in_gap(material, limits["days"], limits["times"])
    if gap is None:
        return
    last = material.window.day(gap.last.scheduled_at)
    off = sorted({material.window.day(at) for at in gap.cancelled})
    details: dict[str, Detail] = {"last": last, "days": gap.days, "every": gap.every_days}
    facts = [DatedFact(kind="gap", at=last, records=gap.records[:1], calendar=True, details=details)]
    if off:
        called: dict[str, Detail] = {"first": off[0], "last": off[-1], "times": len(off)}
        facts.append(DatedFact(kind="cancelled", at=off[-1], records=gap.records[1:], details=called))
    yield Matter(about=f"gap:{last}", facts=tuple(facts))


def late_by(action: ActionRow, material: Material) -> int:
    """Days since an open action was due; 0 where it has no date or is done."""
    if action.due_on is None or action.done_at is not None:
        return 0
    return max(0, (material.window.today - action.due_on).days)


def overdue_actions(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """What one of the two took on is over its date."""
    for action in material.actions:
        late = late_by(action, material)
        if action.due_on is None or late < limits["days"]:
            continue
        due = DatedFact(
            kind="overdue",
            at=action.due_on,
            records=(action.record,),
            calendar=True,
            details={
                "due": action.due_on,
                "late": late,
                "since": material.window.day(action.created_at),
                "owner": (action.owner,),
                "title": action.title,
            },
        )
        keys = frozenset(KEYS.findall(action.title)) | {f"action:{action.record}"}
        yield Matter(about=f"action:{action.record}", facts=(due,), keys=keys)


def newcomer_days(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """Day 30, 60 or 90 is near."""
    started, today = material.started_on, material.window.today
    if started is None or material.profile is None:
        return
    for number in MILESTONES:
        on = started + timedelta(days=number - 1)
        if abs((on - today).days) <= limits["days"]:
            details: dict[str, Detail] = {"day": number, "on": on, "started": started}
            fact = DatedFact(kind="newcomer", at=on, records=(material.profile,), calendar=True, details=details)
            met = _met(material, started)
            yield Matter(about=f"day:{number}", facts=(fact, *met), by=on if on >= today else None)
            return


def _met(material: Material, started: date) -> tuple[DatedFact, ...]:
    """With whom the newcomer has worked so far, by the records: thin ties early are a reason to introduce somebody."""
    days: dict[int, tuple[date, int]] = {}
    for act in sorted(material.acts, key=lambda act: (act.at, act.record)):
        pair = {act.actor, act.target} - {None, material.other}
        day = material.window.day(act.at)
        if material.subject in pair and len(pair) == 2 and day >= started:
            (other,) = pair - {material.subject}
            if other is not None:
                days[other] = (day, act.record)
    if not days:
        return ()
    newest = sorted(days.values(), reverse=True)
    records = tuple(dict.fromkeys(record for _, record in newest))[:3]
    details: dict[str, Detail] = {"people": len(days), "started": started, "last": newest[0][0]}
    return (DatedFact(kind="met", at=newest[0][0], records=records, details=details),)


def back_again(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """A team membership begins after weeks without one. The days are all that is known, and all that is said."""
    today = material.window.today
    rows = [one for one in material.people.memberships.get(material.subject, ()) if one.starts_on is not None]
    for row in rows:
        gone = _gone_before(row, material)
        if row.starts_on is None or gone is None or row.record is None:
            continue
        away, ago = (row.starts_on - gone).days - 1, (today - row.starts_on).days
        if away >= limits["away"] and -7 <= ago <= limits["days"]:
            details: dict[str, Detail] = {
                "on": row.starts_on,
                "team": material.people.team_names.get(row.team, row.team),
            }
            fact = DatedFact(kind="back", at=row.starts_on, records=(row.record,), calendar=True, details=details)
            yield Matter(about=f"back:{row.starts_on}", facts=(fact,), by=max(row.starts_on, today) + timedelta(days=3))
            return


def _gone_before(row: MembershipRow, material: Material) -> date | None:
    """The last day in any team before this membership began; none where another one ran on."""
    others = [one for one in material.people.memberships.get(row.who, ()) if one is not row]
    before = [one for one in others if one.starts_on is None or (row.starts_on and one.starts_on < row.starts_on)]
    if not before or any(one.ends_on is None for one in before):
        return None
    return max(one.ends_on for one in before if one.ends_on is not None)


def ended_goals(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """A goal was finished or missed."""
    for end in finished(material):
        day = material.window.day(end.at)
        if not 0 <= (material.window.today - day).days <= limits["days"]:
            continue
        details: dict[str, Detail] = {"goal": end.goal.key, "title": end.goal.title, "category": end.category}
        facts = [DatedFact(kind="ended", at=day, records=end.records, calendar=True, details=details)]
        measured = next((one for one in end.results if one.measurements), None)
        if measured is not None:
            value: dict[str, Detail] = {
                "key": measured.key,
                "start": measured.start,
                "value": measured.measurements[-1].value,
                "unit": measured.unit,
                "target": measured.target,
            }
            at = material.window.day(measured.measurements[-1].at)
            facts.append(DatedFact(kind="measured", at=at, records=end.records, details=value))
        yield Matter(about=f"goal:{end.goal.key}", facts=tuple(facts), keys=frozenset({end.goal.key}))
