"""A few rows told like a story, for tests of what is computed from them: no store, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from coachkit.insight.rows import (
    Act,
    ActionRow,
    AgendaRow,
    CheckInRow,
    FeedbackRow,
    GoalRow,
    ItemRow,
    KeyResultRow,
    Material,
    MeasurementRow,
    MembershipRow,
    People,
    RecordRow,
    ReviewRow,
    SourceRow,
    Step,
    Tie,
    Window,
)

__all__ = ["ANA", "BOT", "JONAS", "LIWEI", "MARIA", "NOW", "TOM", "WEI", "Story", "at"]

MARIA, ANA, TOM, WEI, JONAS, LIWEI, BOT = 1, 2, 3, 4, 5, 6, 9
NAMES = {
    MARIA: "Maria Gomez",
    ANA: "Ana Costa",
    TOM: "Tom Becker",
    WEI: "Wei Li",
    JONAS: "Jonas Weber",
    LIWEI: "李薇",
    BOT: "ci",
}
TEAMS = {MARIA: "search", ANA: "search", TOM: "search", WEI: "payments", JONAS: "platform", LIWEI: "cs"}
TEAM_NAMES = {"search": "Search", "payments": "Payments", "platform": "Platform", "cs": "客户成功"}
NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)


def at(day: int, hour: int = 9, *, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


BEGUN = at(6)


@dataclass
class Story:
    """About Maria of Search, whom Ana manages, from 6 to 20 May 2026; context reaches back to 19 February."""

    start: datetime = BEGUN
    end: datetime = NOW
    zone: str = "UTC"
    subject: int = MARIA
    other: int | None = ANA
    records: dict[int, RecordRow] = field(default_factory=dict)
    items: dict[int, ItemRow] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    steps: dict[int, tuple[Step, ...]] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    goals: list[GoalRow] = field(default_factory=list)
    feedback: list[FeedbackRow] = field(default_factory=list)
    check_ins: list[CheckInRow] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)
    sources: list[SourceRow] = field(default_factory=list)
    reviews: list[ReviewRow] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=lambda: dict(NAMES))
    teams: dict[int, str] = field(default_factory=lambda: dict(TEAMS))
    more: dict[str, Any] = field(default_factory=dict)
    _next: int = 100

    def number(self, kind: str, key: str = "", title: str = "", text: str = "", when: datetime | None = None) -> int:
        """A record, and its id."""
        self._next += 1
        self.records[self._next] = RecordRow(
            id=self._next,
            kind=kind,
            key=key,
            title=title,
            text=text,
            connection="tracker",
            stream="records",
            native_id=str(self._next),
            occurred_at=when or at(10),
        )
        return self._next

    def issue(
        self,
        key: str,
        owner: int,
        *history: tuple[str, datetime],
        kind: str = "issue",
        title: str = "",
        reason: str | None = None,
        created: datetime | None = None,
        **more: Any,
    ) -> ItemRow:
        """An item with the states it went through: (category, when). Without any it is being worked on."""
        record = self.number(kind, key, title or f"Title of {key}", when=created)
        category = history[-1][0] if history else "doing"
        item = ItemRow(
            record=record,
            key=key,
            title=title or f"Title of {key}",
            kind=kind,
            category=category,
            created_at=created or at(1),
            **{"closed_at": history[-1][1] if category == "done" else None, **more},
        )
        self.items[record] = item
        self.acts.append(Act(record=record, kind="authored", actor=owner, at=created or at(1)))
        if kind == "issue":
            self.acts.append(Act(record=record, kind="assigned", actor=owner, at=created or at(1)))
        if history:
            self.steps[record] = tuple(
                Step(record=record, at=when, state=name, category=name, reason=reason if name == "waiting" else None)
                for name, when in history
            )
        return item

    def blocked(self, item: ItemRow, by: str, since: datetime | None = None, until: datetime | None = None) -> None:
        self.ties.append(Tie(record=item.record, rel="blocked_by", target=by, since=since, until=until))

    def act(
        self,
        kind: str,
        actor: int,
        when: datetime,
        *,
        target: int | None = None,
        item: str | None = None,
        text: str = "",
        record: int | None = None,
    ) -> int:
        """Something done, as a record of its own unless ``record`` says where it stands."""
        number = record if record is not None else self.number("interaction", text=text, when=when)
        self.acts.append(Act(record=number, kind=kind, actor=actor, at=when, target=target, item=item))
        return number

    def commit(self, author: int, when: datetime, title: str, *, area: str = "index", kind: str = "commit") -> ItemRow:
        record = self.number(kind, f"c{self._next}", title, when=when)
        item = ItemRow(
            record=record, key=f"c{record}", title=title, kind=kind, areas=(area,), category=None, created_at=when
        )
        self.items[record] = item
        self.acts.append(Act(record=record, kind="authored", actor=author, at=when))
        return item

    def review(self, reviewer: int, author: int, when: datetime, *, area: str = "index", record: int = 0) -> int:
        number = record or self.number("change_request", when=when)
        self.reviews.append(
            ReviewRow(record=number, reviewer=reviewer, author=author, at=when, container="engine", areas=(area,))
        )
        return number

    def praise(self, when: datetime, *, author: int | None = None, relation: str = "peer", **more: Any) -> FeedbackRow:
        text = more.pop("text", "Thank you")
        row = FeedbackRow(
            record=self.number("feedback", text=text, when=when),
            subject=self.subject,
            kind=more.pop("kind", "praise"),
            relation=relation,
            text=text,
            at=when,
            author=author,
            **more,
        )
        self.feedback.append(row)
        return row

    def met(
        self, when: datetime, state: str = "held", *, every: int | None = 14, **points: tuple[str, ...]
    ) -> CheckInRow:
        """A check-in; ``maria=("…",)`` and ``ana=("…",)`` are agenda points."""
        agenda = tuple(
            AgendaRow(
                author={"maria": MARIA, "ana": ANA}[who], text=text, added_at=when - timedelta(days=1), done=False
            )
            for who, texts in points.items()
            for text in texts
        )
        row = CheckInRow(
            record=self.number("check_in", when=when),
            native_id=f"ci-{when.date()}",
            connection="checkins",
            scheduled_at=when,
            state=state,
            every_days=every,
            agenda=agenda,
        )
        self.check_ins.append(row)
        return row

    def agreed(
        self, title: str, owner: int, created: datetime, *, due: date | None = None, done: datetime | None = None
    ) -> ActionRow:
        row = ActionRow(
            record=self.number("action_item", title=title, when=created),
            title=title,
            owner=owner,
            created_at=created,
            due_on=due,
            done_at=done,
        )
        self.actions.append(row)
        return row

    def goal(
        self,
        key: str,
        *values: tuple[datetime, float],
        owners: tuple[int, ...] = (MARIA,),
        start: float | None = 0,
        target: float | None = 100,
        unit: str | None = "%",
        ended: tuple[str, datetime] | None = None,
    ) -> GoalRow:
        """A goal with one key result, ``KR-`` of the same number."""
        record = self.number("goal", key, f"Goal {key}")
        result = KeyResultRow(
            key=f"KR-{key}",
            title=f"Result {key}",
            start=start,
            target=target,
            unit=unit,
            owners=frozenset(owners),
            measurements=tuple(MeasurementRow(at=when, value=value) for when, value in values),
        )
        row = GoalRow(
            record=record,
            key=key,
            title=f"Goal {key}",
            commitment="committed",
            category=ended[0] if ended else "active",
            owners=frozenset(owners),
            key_results=(result,),
        )
        self.goals.append(row)
        if ended:
            self.steps[record] = (Step(record=record, at=ended[1], state=ended[0], category=ended[0]),)
        return row

    def source(self, name: str, *, records: int = 3, **more: Any) -> None:
        self.sources.append(
            SourceRow(connection=name, connector="jsonl", records=records, newest=at(19), **{"read_at": NOW, **more})
        )

    def people(self) -> People:
        return People(
            names=self.names,
            memberships={
                who: (MembershipRow(who=who, team=team, starts_on=date(2024, 1, 8)),)
                for who, team in self.teams.items()
            },
            team_names=TEAM_NAMES,
            bots=frozenset({BOT}),
            persons=frozenset(self.names) - {BOT},
            family_first=frozenset({LIWEI}),
        )

    def material(self, **more: Any) -> Material:
        """The rows, in the order in which a reader gives them."""
        made = Material(
            subject=self.subject,
            other=self.other,
            window=Window(start=self.start, end=self.end, past=self.end - timedelta(days=90), zone=ZoneInfo(self.zone)),
            people=self.people(),
            records=self.records,
            items=self.items,
            acts=tuple(sorted(self.acts, key=lambda act: (act.at, act.record, act.kind, act.actor))),
            steps=self.steps,
            ties=tuple(self.ties),
            goals=tuple(self.goals),
            feedback=tuple(self.feedback),
            check_ins=tuple(sorted(self.check_ins, key=lambda row: row.scheduled_at)),
            actions=tuple(self.actions),
            sources=tuple(self.sources),
            reviews=tuple(sorted(self.reviews, key=lambda row: row.at)),
        )
        return replace(made, **{**self.more, **more})
