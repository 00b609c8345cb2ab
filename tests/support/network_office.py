"""Three teams of six in a real store: who reviews whom, who ties teams together, who reviews alone, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from door_office import Office

from coachkit.bootstrap import open_app
from coachkit.sdk import (
    Audience,
    Goal,
    Interaction,
    InteractionKind,
    Link,
    Membership,
    PersonProfile,
    Record,
    StateChange,
    Team,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.settings import Settings

__all__ = ["BROKER", "NOW", "OUTSIDER", "SECRET_KEY", "SOLE", "everything", "hide", "opened_network_office", "who"]

NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
TEAMS = {"search": "Search", "pay": "支付", "risk": "Risk"}
BROKER, SOLE, OUTSIDER = "search0", "pay2", "risk5"
SECRET_KEY = "NIGHT-1"


def who(name: str) -> str:
    return f"hris:{name}"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def _up(stream: str, native: str, record: Record, at: datetime, audience: Audience | None = None) -> Upsert:
    return Upsert(stream=stream, native_id=native, record=record, occurred_at=at, audience=audience or Audience.org())


def _change(number: int, author: str, reviewer: str, days: float, *, area: str = "") -> Upsert:
    key = f"repo#{number}"
    item = WorkItem(
        kind=WorkItemKind.CHANGE_REQUEST,
        key=key,
        title=f"Change {number}",
        container="repo",
        areas=(area,) if area else (),
        created_at=ago(days + 1),
        closed_at=ago(days - 1),
        interactions=(
            Interaction(kind=InteractionKind.AUTHORED, actor=who(author), at=ago(days + 1)),
            Interaction(kind=InteractionKind.REVIEWED, actor=who(reviewer), at=ago(days), target=who(author)),
        ),
    )
    return _up("work_items", key, item, ago(days + 1))


def _people() -> Iterator[Upsert]:
    start = date(2024, 1, 8)
    for team, name in TEAMS.items():
        yield _up("teams", team, Team(key=team, name=name), ago(500))
        for number in range(6):
            one = f"{team}{number}"
            profile = PersonProfile(identity=who(one), name=f"{name} {number}", emails=(f"{one}@example.org",))
            yield _up("people", one, profile, ago(500), Audience.subject(who(one)))
            yield _up("memberships", one, Membership(team=team, person=who(one), starts_on=start), ago(500))


def _work() -> Iterator[Upsert]:
    number = count(1)
    for team in TEAMS:
        for one in range(6):
            for step in (1, 2):
                for days in (25, 50, 80, 115):
                    yield _change(next(number), f"{team}{(one + step) % 6}", f"{team}{one}", days + one + step)
    for place, other in enumerate(("pay0", "pay1", "pay3", "pay4", "risk0", "risk1", "risk3", "risk4")):
        for days in (25, 52, 79, 111):
            yield _change(next(number), other, BROKER, days + place)
    for place in range(9):
        yield _change(next(number), f"pay{place % 2}", SOLE, 12 + 9 * place, area="ledger/export")


def _issues() -> Iterator[Upsert]:
    yield _up("goals", "G-1", Goal(key="G-1", title="Settle within a minute", team="pay"), ago(200))
    for team in TEAMS:
        for week in range(12):
            begun = 100 - week * 7
            review = 6 if team == "pay" else 1
            history = (("To do", "todo", begun + 2), ("In progress", "doing", begun), ("In review", "doing", begun - 3))
            steps = tuple(StateChange(at=ago(days), state=state, category=kind) for state, kind, days in history)
            done = StateChange(at=ago(begun - 3 - review - week / 20), state="Done", category="done")
            yield _issue(f"{team.upper()}-{week}", team, begun + 2, (*steps, done))
    doing = StateChange(at=ago(20), state="In progress", category="doing")
    wait = Link(rel="blocked_by", target="RISK-90", since=ago(12))
    yield _issue("PAY-90", "pay", 21, (doing,), links=(wait, Link(rel="goal", target="G-1")))
    yield _issue("RISK-90", "risk", 21, (doing,))


def _issue(
    key: str, team: str, created: float, history: tuple[StateChange, ...], *, links: tuple[Link, ...] = ()
) -> Upsert:
    item = WorkItem(
        kind=WorkItemKind.ISSUE,
        key=key,
        title=f"Issue {key}",
        container=team,
        team=team,
        created_at=ago(created),
        history=history,
        links=links,
    )
    return _up("work_items", key, item, ago(created))


def hide(office: Office) -> None:
    """What only :data:`OUTSIDER` may read: ties, waits and states that would change much."""
    mine = Audience.people(who(OUTSIDER))
    items = []
    for number in range(40):
        actor, target = f"risk{number % 5}", f"search{1 + number % 5}"
        item = WorkItem(
            kind=WorkItemKind.CHANGE_REQUEST,
            key=f"{SECRET_KEY[:-1]}{number}",
            title="Night watch",
            container="night",
            team="risk",
            areas=("night/watch",),
            created_at=ago(100 - number * 2),
            interactions=(
                Interaction(kind=InteractionKind.AUTHORED, actor=who(target), at=ago(100 - number * 2)),
                Interaction(
                    kind=InteractionKind.REVIEWED, actor=who(actor), at=ago(99 - number * 2), target=who(target)
                ),
            ),
            history=(StateChange(at=ago(90), state="In review", category="doing"),),
            links=(Link(rel="blocked_by", target="RISK-90", since=ago(60)), Link(rel="goal", target="G-1")),
        )
        items.append(_up("work_items", item.key, item, ago(100 - number * 2), mine))
    office.write("secret", *items)


def everything() -> Iterator[Upsert]:
    """All that everybody may read."""
    yield from _people()
    yield from _work()
    yield from _issues()


@contextmanager
def opened_network_office(folder: Path, *, hidden: bool = False) -> Iterator[Office]:
    """As of :data:`NOW`; ``hidden``: with what only one person may read."""
    settings = Settings(data=folder, model="none", timezone="Asia/Shanghai", worker=False, log_level="error")
    app = open_app(settings, now=lambda: NOW)
    try:
        office = Office(app)
        office.write("people", *_people())
        office.write("tracker", *_work(), *_issues())
        if hidden:
            hide(office)
        yield office
    finally:
        app.close()
