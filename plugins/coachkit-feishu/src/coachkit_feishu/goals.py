"""An objective with everything that belongs to it as a goal, whichever interface told it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from coachkit.sdk import (
    Audience,
    Failure,
    Goal,
    GoalLevel,
    Item,
    KeyResult,
    Measurement,
    Upsert,
    clock,
)
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.people import People
from coachkit_feishu.raw import Raw, millis, number, part, parts, word
from coachkit_feishu.texts import block_text

__all__ = ["GOALS", "Goals", "KeyResultParts", "ObjectiveParts", "goal_key"]

GOALS = "goals"

BEIJING = timezone(timedelta(hours=8))
"""Days of OKR begin and end there, whatever the domain: Feishu tells them as moments."""

_CYCLES = {"0": "default", "1": "normal", "2": "invalid", "3": "hidden"}

_PERCENT = ("PERCENT", "%", "百分比")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultParts:
    """A key result, its quantity and the reports on it."""

    raw: Raw
    indicator: Raw = field(default_factory=dict)
    progress: Sequence[Raw] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveParts:
    """An objective and everything that belongs to it."""

    raw: Raw
    cycle: Raw = field(default_factory=dict)
    key_results: Sequence[KeyResultParts] = ()
    alignments: Sequence[Raw] = ()


def goal_key(objective_id: str) -> str:
    """What an objective is called here; Feishu shows no shorter name."""
    return f"O-{objective_id}"


class Goals:
    """From Feishu's words about OKR to ours."""

    def __init__(self, config: FeishuConfig, people: People) -> None:
        self._config = config
        self._people = people

    def of_objective(self, parts_of: ObjectiveParts) -> Iterator[Item]:
        """v2: an objective."""
        raw, cycle = parts_of.raw, parts_of.cycle
        title = block_text(raw.get("content"))
        objective_id = word(raw, "id")
        if not objective_id or not title:
            yield _failed(objective_id, raw)
            return
        owner = part(raw, "owner")
        of_team = word(owner, "owner_type") in ("department", "team")
        owner_key = None if of_team else self._people.key(word(owner, "user_id"))
        key_results = [self._key_result(one) for one in parts_of.key_results]
        goal = Goal(
            key=goal_key(objective_id),
            title=_first_line(title),
            description=_description(title, block_text(raw.get("notes"))),
            level=GoalLevel.TEAM if of_team else GoalLevel.PERSON,
            owners=(owner_key,) if owner_key else (),
            team=self._people.team_key(word(owner, "department_id", "user_id")) if of_team else None,
            parents=_parents(objective_id, parts_of.alignments),
            starts_on=_day(millis(cycle, "start_time")),
            due_on=_day(millis(raw, "deadline") or millis(cycle, "end_time")),
            state=_CYCLES.get(word(cycle, "cycle_status"), word(cycle, "cycle_status")) or None,
            state_category=_category(millis(cycle, "start_time"), millis(cycle, "end_time")),
            key_results=tuple(key_results),
        )
        yield self._record(objective_id, goal, owner_key, _newest(_all_raws(parts_of)))

    def of_okr(self, raw: Raw, owner: str, period: Raw) -> Iterator[Item]:
        """v1: the objectives of one person's OKR in one period. What the app may not see is told by its id alone."""
        owner_key = self._people.key(owner)
        for objective in parts(raw, "objective_list"):
            if raw.get("permission") == 0 or objective.get("permission") == 0:
                continue
            objective_id, title = word(objective, "id"), block_text(objective.get("content"))
            if not objective_id or not title:
                yield _failed(objective_id, objective)
                continue
            aligned = parts(objective, "aligning_objective_list")
            goal = Goal(
                key=goal_key(objective_id),
                title=_first_line(title),
                description=_description(title, block_text(objective.get("progress_report"))),
                level=GoalLevel.PERSON,
                owners=(owner_key,) if owner_key else (),
                parents=tuple(sorted({goal_key(one_id) for one in aligned if (one_id := word(one, "id"))})),
                starts_on=_day(millis(period, "period_start_time")),
                due_on=_day(millis(objective, "deadline") or millis(period, "period_end_time")),
                state=word(raw, "name") or None,
                state_category=_category(millis(period, "period_start_time"), millis(period, "period_end_time")),
                key_results=tuple(self._old_key_result(one) for one in parts(objective, "kr_list")),
            )
            changed = _newest([objective, *parts(objective, "kr_list")])
            yield self._record(objective_id, goal, owner_key, changed)

    def _key_result(self, told: KeyResultParts) -> KeyResult:
        raw, indicator = told.raw, told.indicator
        owner = self._people.key(word(part(raw, "owner"), "user_id"))
        measured = [one for progress in told.progress if (one := self._measured(progress))]
        measured.sort(key=lambda one: one.at)
        current, at = number(indicator, "current_value"), millis(indicator, "update_time")
        if current is not None and at is not None and (not measured or measured[-1].value != current):
            measured.append(Measurement(at=max([at, *(one.at for one in measured[-1:])]), value=current))
        return KeyResult(
            key=f"KR-{word(raw, 'id')}",
            title=block_text(raw.get("content")) or "?",
            start=number(indicator, "start_value"),
            target=number(indicator, "target_value"),
            unit=_unit(part(indicator, "unit")),
            owners=(owner,) if owner else (),
            due_on=_day(millis(raw, "deadline")),
            measurements=tuple(measured),
        )

    def _measured(self, progress: Raw) -> Measurement | None:
        """A report with a number, when it was made; one with words alone measures nothing."""
        value = number(part(progress, "progress_rate"), "progress_percent")
        if value is None:
            value = number(part(progress, "progress_rate"), "percent")
        at = millis(progress, "create_time", "update_time", "modify_time")
        if value is None or at is None:
            return None
        by = self._people.key(word(part(progress, "owner"), "user_id"))
        return Measurement(at=at, value=value, by=by, note=block_text(progress.get("content")))

    def _old_key_result(self, raw: Raw) -> KeyResult:
        value = number(part(raw, "progress_rate"), "percent")
        at = millis(raw, "progress_rate_percent_last_updated_time", "progress_record_last_updated_time")
        return KeyResult(
            key=f"KR-{word(raw, 'id')}",
            title=block_text(raw.get("content")) or "?",
            unit="%",
            due_on=_day(millis(raw, "deadline")),
            measurements=(Measurement(at=at, value=value),) if value is not None and at is not None else (),
        )

    def _record(self, objective_id: str, goal: Goal, owner: str | None, at: datetime) -> Upsert:
        audience = Audience.org()
        if not self._config.open_goals:
            audience = Audience.subject(owner) if owner else Audience.nobody()
        return Upsert(stream=GOALS, native_id=objective_id, record=goal, occurred_at=at, audience=audience)


def _failed(objective_id: str, raw: Raw) -> Failure:
    return Failure(
        stream=GOALS, native_id=objective_id or "without an id", reason="the objective says nothing", payload=dict(raw)
    )


def _parents(objective_id: str, alignments: Iterable[Raw]) -> tuple[str, ...]:
    """What this objective is aligned to; alignments are listed from both ends."""
    to = {
        word(one, "to_entity_id")
        for one in alignments
        if word(one, "from_entity_id") == objective_id and word(one, "to_entity_type") in ("", "2")
    }
    return tuple(sorted(goal_key(one) for one in to - {"", objective_id}))


def _all_raws(told: ObjectiveParts) -> Iterator[Raw]:
    yield told.raw
    yield from told.alignments
    for one in told.key_results:
        yield from (one.raw, one.indicator, *one.progress)


_MOMENTS = (
    "update_time",
    "modify_time",
    "create_time",
    "progress_rate_percent_last_updated_time",
    "progress_rate_status_last_updated_time",
    "progress_record_last_updated_time",
    "progress_report_last_updated_time",
    "score_last_updated_time",
)


def _newest(raws: Iterable[Mapping[str, object]]) -> datetime:
    """When any part of a goal last changed. Removing one leaves no moment, so this is no version."""
    found = (moment for raw in raws for name in _MOMENTS if (moment := millis(raw, name)))
    return max(found, default=datetime(1970, 1, 1, tzinfo=UTC))


def _category(starts: datetime | None, ends: datetime | None) -> str | None:
    """Draft before its cycle, active within it. Afterwards Feishu does not say whether it was reached."""
    now = clock().now()
    if starts is None or ends is None:
        return None
    if now < starts:
        return "draft"
    return "active" if now <= ends else None


def _unit(raw: Raw) -> str | None:
    value = word(raw, "unit_value")
    return "%" if value.upper() in _PERCENT else value or None


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(BEIJING).date() if moment else None


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()


def _description(title: str, notes: str | None) -> str | None:
    rest = title.partition("\n")[2].strip()
    return "\n".join(one for one in (rest, notes or "") if one) or None
