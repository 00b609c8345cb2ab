"""Check-ins of every manager with every report: what each side brought, what was agreed, what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.conversations import ActionItem, AgendaPoint, CheckIn, CheckInState, Note
from coachkit.sample.meetings import emit_meeting
from coachkit.sample.model import Person, Reference
from coachkit.sample.wording import Portfolio, language_between, slots
from coachkit.sample.world import Issue, World

__all__ = ["Agreed", "Rhythm", "make_check_ins"]

_FORTNIGHT, _MONTH = 14, 28
_CALENDAR_DAYS = 112


@dataclass(slots=True)
class Agreed:
    """A planted action item, agreed in the last check-in. ``due`` and ``done`` are days back (negative: to come).

    :ivar by: ``manager`` or ``report``.
    :ivar place: where it lies, once written.
    """

    by: str
    title: str
    due: int
    done: int | None = None
    item: str | None = None
    place: Reference | None = None
    due_on: date | None = None


@dataclass(slots=True)
class Rhythm:
    """How the check-ins of one report run.

    :ivar next_in: days from today to the next one; moved to a working day of both.
    :ivar gap: days since the last one that was held, if that is longer than usual; those between were cancelled.
    :ivar points: what is planned to be talked about next: (``manager`` or ``report``, text).
    """

    next_in: int
    hour: float
    every: int = _FORTNIGHT
    gap: int | None = None
    points: list[tuple[str, str]] = field(default_factory=list)
    agreed: list[Agreed] = field(default_factory=list)
    planned: Reference | None = None
    last_held: date | None = None
    planned_on: date | None = None
    quiet: bool = False
    """Nothing is drawn by chance for the open end: only what was planted is open."""


def rhythm_of(world: World, manager: Person, report: Person) -> Rhythm:
    """The usual rhythm of a pair: fortnightly, monthly where the report leads a team."""
    rng = world.rng("rhythm", report.handle)
    return Rhythm(
        next_in=rng.randrange(1, 12),
        hour=rng.choice(_hours(manager, report)),
        every=_MONTH if report.role == "lead" else _FORTNIGHT,
    )


def _hours(manager: Person, report: Person) -> tuple[float, ...]:
    """Hours of the report's day at which both are at work: between Shanghai and Europe few are left."""
    if (manager.office == "Shanghai") == (report.office == "Shanghai"):
        return (9.5, 10.0, 11.0, 14.0, 15.0)
    return (17.0, 17.5) if report.office == "Shanghai" else (9.5, 10.0)


def make_check_ins(world: World, portfolio: Portfolio, rhythms: dict[str, Rhythm]) -> None:
    """Write the check-ins of every pair, the past ones and the next."""
    for manager, report in world.roster.pairs():
        if report.left_on:
            continue
        rhythm = rhythms.setdefault(report.handle, rhythm_of(world, manager, report))
        _Series(world, portfolio, manager, report, rhythm).write()


def _back(last: date, first: date, step: timedelta) -> list[date]:
    """Days from ``last`` back to ``first``, the latest first."""
    days = []
    while last >= first:
        days.append(last)
        last -= step
    return days


class _Series:
    """The check-ins of one pair, from the next one backwards in time."""

    def __init__(self, world: World, portfolio: Portfolio, manager: Person, report: Person, rhythm: Rhythm) -> None:
        self.world, self.portfolio, self.rhythm = world, portfolio, rhythm
        self.manager, self.report = manager, report
        self.rng = world.rng("check-ins", report.handle)
        self.language = language_between(manager, report)
        self.words = world.words[self.language]
        self.audience = Audience.people(manager.hris, report.hris)
        self.open_points: list[AgendaPoint] = []

    def both_from(self, day: date) -> date:
        """The first day from ``day`` on when both are at work."""
        for ahead in range(30):
            found = day + timedelta(days=ahead)
            if self.world.clock.at_work(self.manager, found) and self.world.clock.at_work(self.report, found):
                return found
        return day

    def write(self) -> None:
        clock, rhythm = self.world.clock, self.rhythm
        planned = self.both_from(clock.today + timedelta(days=rhythm.next_in))
        rhythm.planned_on = planned
        step, held_until = timedelta(days=rhythm.every), clock.last
        first = max(clock.first, self.report.started_on, self.manager.started_on) + timedelta(days=2)
        if rhythm.gap:
            held_until = clock.day_before(self.report, clock.today - timedelta(days=rhythm.gap))
            for day in reversed(_back(planned - step, held_until + timedelta(days=5), step)):
                self._past(day, cancelled=True)
            planned = held_until + step
        for day in reversed(_back(planned - step, first, step)):
            self._past(day)
        self._planned(rhythm.planned_on)
        self._agreed()

    def _native(self, day: date) -> str:
        return f"ci-{self.report.employee_id}-{day:%Y%m%d}"

    def _past(self, nominal: date, *, cancelled: bool = False) -> None:
        clock, rhythm = self.world.clock, self.rhythm
        day = self.both_from(nominal)
        if day > clock.last or (rhythm.last_held and day <= rhythm.last_held):
            return
        at = clock.at(self.report, day, rhythm.hour)
        if cancelled:
            self._emit(day, at, CheckInState.CANCELLED, (), None, at - timedelta(hours=20))
            return
        issues = self.portfolio.around(self.report, at, 3, self.rng)
        points = self._points(issues, at)
        titles = self._actions(day, at, issues)
        outcome = self._outcome(issues, titles)
        self._emit(day, at, CheckInState.HELD, points, outcome, at + timedelta(minutes=40))
        rhythm.last_held = day
        self._calendar(day, at)
        self._note(day, at, issues)

    def _points(self, issues: list[Issue], at: datetime) -> tuple[AgendaPoint, ...]:
        points = [AgendaPoint(author=p.author, text=p.text, added_at=p.added_at, done=True) for p in self.open_points]
        self.open_points = []
        texts: list[tuple[Person, str]] = []
        texts += [(self.report, self._phrase("agenda_report", one)) for one in issues[: self.rng.choice((1, 2, 2, 3))]]
        texts += [
            (self.manager, self._phrase("agenda_manager", one)) for one in issues[: self.rng.choice((0, 1, 1, 2))]
        ]
        for who, text in texts:
            added = self.world.clock.at(
                who, self.world.clock.day_before(who, at.date() - timedelta(days=1)), 10 + self.rng.random() * 6
            )
            point = AgendaPoint(author=who.hris, text=text, added_at=min(added, at), done=True)
            if self.rng.random() < 0.12:
                self.open_points.append(AgendaPoint(author=point.author, text=text, added_at=point.added_at))
                point = self.open_points[-1]
            points.append(point)
        return tuple(points)

    def _phrase(self, situation: str, issue: Issue, **extra: object) -> str:
        other = issue.reporter if issue.reporter not in (self.report, self.manager) else self.world.roster["clara"]
        bound = slots(issue, self.rng, me=self.report, other=other)
        if self.report.role == "lead" and situation != "note":
            situation = f"{situation}_lead"
        return self.words.pick(situation, self.rng, **{**bound, **extra})

    def _actions(self, day: date, at: datetime, issues: list[Issue]) -> list[str]:
        """What was agreed on that day; mostly done by the next check-in, sometimes later."""
        titles: list[str] = []
        for number in range(self.rng.choice((0, 1, 1, 2)) if issues else 0):
            by_manager = self.rng.random() < 0.35
            owner = self.manager if by_manager else self.report
            title = self._phrase("action_manager" if by_manager else "action_report", issues[number % len(issues)])
            due = self.both_from(day + timedelta(days=self.rng.choice((7, 10, 13))))
            offset = self.rng.choice((-4, -2, -1, 0, 0, 3, 6))
            done_on = self.world.clock.day_from(owner, max(day + timedelta(days=1), due + timedelta(days=offset)))
            done = self.world.clock.at(owner, done_on, 16.5) if done_on <= self.world.clock.last else None
            if done is None and due < self.world.clock.today:
                done = self.world.clock.at(owner, self.world.clock.day_before(owner, self.world.clock.last), 17.0)
            if done and done <= at:
                done = None
            if self.rhythm.quiet and done is None:
                continue
            titles.append(title)
            self._action(f"{self._native(day)}-a{number + 1}", title, owner, at + timedelta(minutes=35), due, done, day)
        return titles

    def _action(
        self,
        native: str,
        title: str,
        owner: Person,
        made: datetime,
        due: date,
        done: datetime | None,
        day: date,
        item: str | None = None,
    ) -> Reference:
        record = ActionItem(
            title=title,
            owner=owner.hris,
            created_at=made,
            due_on=due,
            done_at=done,
            check_in=self._native(day),
            item=item,
        )
        return self.world.emit(
            "checkins", native, done or made, record, audience=self.audience, sensitivity=Sensitivity.PERSONAL
        )

    def _outcome(self, issues: list[Issue], titles: list[str]) -> str | None:
        if not issues:
            return None
        joined = ("；".join(titles) + "。") if self.language == "zh" else ("; ".join(titles) + ".")
        return self._phrase("outcome", issues[0], actions=joined if titles else "").strip()

    def _emit(
        self,
        day: date,
        at: datetime,
        state: CheckInState,
        agenda: tuple[AgendaPoint, ...],
        outcome: str | None,
        changed: datetime,
    ) -> Reference:
        record = CheckIn(
            manager=self.manager.hris,
            report=self.report.hris,
            scheduled_at=at,
            state=state,
            agenda=agenda,
            outcome=outcome,
            every_days=self.rhythm.every,
        )
        native = self._native(day)
        return self.world.emit(
            "checkins",
            native,
            min(changed, self.world.clock.end),
            record,
            audience=self.audience,
            sensitivity=Sensitivity.PERSONAL,
        )

    def _calendar(self, day: date, at: datetime) -> None:
        if (self.world.clock.today - day).days <= _CALENDAR_DAYS:
            title = self.words.pick("one_on_one", self.rng, manager=self.manager.short, report=self.report.short)
            emit_meeting(
                self.world,
                f"1on1-{self._native(day)[3:]}",
                title,
                None,
                [self.manager, self.report],
                at,
                45,
                [],
                private=True,
            )

    def _note(self, day: date, at: datetime, issues: list[Issue]) -> None:
        if not issues or self.rng.random() > 0.07:
            return
        author, about = (self.manager, self.report) if self.rng.random() < 0.7 else (self.report, self.manager)
        text = self._phrase("note", issues[-1])
        when = at + timedelta(minutes=70)
        self.world.emit(
            "checkins",
            f"note-{self._native(day)[3:]}",
            when,
            Note(author=author.hris, about=about.hris, text=text, at=when),
            audience=Audience.people(author.hris),
            sensitivity=Sensitivity.PRIVATE,
        )

    def _planned(self, day: date) -> None:
        clock, rhythm = self.world.clock, self.rhythm
        at = clock.at(self.report, day, rhythm.hour)
        points = list(self.open_points)
        if rhythm.points:
            points = []
            wanted = [(self.report if who == "report" else self.manager, text) for who, text in rhythm.points]
        else:
            issues = self.portfolio.around(self.report, clock.end, 3, self.rng)
            wanted = [(self.report, self._phrase("agenda_report", issue)) for issue in issues[:2]]
            wanted += [(self.manager, self._phrase("agenda_manager", issue)) for issue in issues[2:]]
        for place, (who, text) in enumerate(wanted):
            added = clock.at(who, clock.day_before(who, clock.last), 10 + place * 0.7)
            points.append(AgendaPoint(author=who.hris, text=text, added_at=added))
        changed = max((point.added_at for point in points), default=clock.at(self.report, clock.last, 9.0))
        rhythm.planned = self._emit(day, at, CheckInState.PLANNED, tuple(points), None, changed)

    def _agreed(self) -> None:
        """The planted action items, agreed in the last check-in that was held."""
        clock, held = self.world.clock, self.rhythm.last_held
        for number, agreed in enumerate(self.rhythm.agreed, 1):
            assert held is not None
            owner = self.report if agreed.by == "report" else self.manager
            agreed.due_on = clock.today - timedelta(days=agreed.due)
            done = clock.at(owner, clock.ago(owner, agreed.done), 15.0) if agreed.done is not None else None
            made = clock.at(self.report, held, self.rhythm.hour + 0.6)
            native = f"act-{self.report.employee_id}-{number}"
            agreed.place = self._action(native, agreed.title, owner, made, agreed.due_on, done, held, agreed.item)
