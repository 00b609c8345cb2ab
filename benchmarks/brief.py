"""From request to complete brief without a model, against the bare reads of the same rows.

Two organisations: the sample one, synced through its connectors, and a large one, written through the ingest writer.
For each some people are drawn. Measured are ``Briefs.prepare`` (permission, reads, facts, words, checks, saving) and
the same SQL statements with the same parameters executed again on a bare driver connection, rows fetched and thrown
away. The ratio is of processor time, so that a busy machine does not change it; waiting shows in p50 and p95.

Run as ``python benchmarks/brief.py [--people 1000] [--records 200000] [--sample-only]``.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coachkit.bootstrap import App, open_app
from coachkit.domain.drafts import DraftKind
from coachkit.ingest.ports import Source, Storable
from coachkit.sample import simulate, write
from coachkit.sdk import (
    AgendaPoint,
    CheckIn,
    CheckInState,
    Interaction,
    InteractionKind,
    Link,
    Membership,
    PersonProfile,
    Record,
    ReportingLine,
    StateChange,
    Team,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.settings import load_settings
from coachkit.store.relational.writing import write_items
from coachkit.telemetry import configure_logging

NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
TEAM = 10
DAYS = 120
ASKED = 30
"""How many briefs are timed."""


# --- the large organisation ------------------------------------------------------------------------------------------


def key(number: int) -> str:
    return f"hris:{number}"


def upsert(stream: str, native_id: str, record: Record, when: datetime) -> Upsert:
    return Upsert(stream=stream, native_id=native_id, record=record, occurred_at=when)


def organisation(people: int) -> Iterator[Upsert]:
    """Teams of ten, the first of each its manager."""
    start = date(2024, 1, 8)
    for team in range((people + TEAM - 1) // TEAM):
        yield upsert("teams", f"t{team}", Team(key=f"t{team}", name=f"Team {team}"), NOW - timedelta(days=DAYS))
    for who in range(people):
        team, first = f"t{who // TEAM}", who // TEAM * TEAM
        when = NOW - timedelta(days=DAYS)
        yield upsert("people", f"{who}", PersonProfile(identity=key(who), name=f"Person {who}", started_on=start), when)
        yield upsert("memberships", f"{who}@{team}", Membership(team=team, person=key(who), starts_on=start), when)
        if who != first:
            line = ReportingLine(person=key(who), manager=key(first), starts_on=start)
            yield upsert("reporting_lines", f"{who}>{first}", line, when)


def work(people: int, records: int) -> Iterator[Upsert]:
    """Tickets with history, changes with reviews, remarks, check-ins: spread over four months and all teams."""
    rng = random.Random(7)
    for number in range(records):
        who = rng.randrange(people)
        when = NOW - timedelta(days=rng.random() * DAYS)
        near = who // TEAM * TEAM + rng.randrange(TEAM)
        other = near % people if rng.random() < 0.8 else rng.randrange(people)
        shape = rng.random()
        if shape < 0.35:
            yield upsert("work_items", f"W-{number}", issue(rng, number, who, other, when), when)
        elif shape < 0.6:
            yield upsert("work_items", f"c#{number}", change(number, who, other, when), when)
        elif shape < 0.95:
            kind = rng.choice((InteractionKind.COMMENTED, InteractionKind.ANSWERED, InteractionKind.UNBLOCKED))
            said = Interaction(kind=kind, actor=key(who), target=key(other), at=when, item=f"W-{number}", text="Done")
            yield upsert("interactions", f"i{number}", said, when)
        elif who % TEAM:
            yield upsert("check_ins", f"m{number}", meeting(who, when), when)


def issue(rng: random.Random, number: int, who: int, other: int, when: datetime) -> WorkItem:
    steps = [StateChange(state="doing", category="doing", at=when, by=key(who))]
    later = when + timedelta(days=rng.random() * 20)
    if later < NOW:
        end = "waiting" if rng.random() < 0.1 else "done"
        steps.append(StateChange(state=end, category=end, at=later, by=key(who)))
    return WorkItem(
        kind=WorkItemKind.ISSUE,
        key=f"W-{number}",
        title=f"Give the export number {number} pages of its own",
        team=f"t{who // TEAM}",
        state=steps[-1].state,
        state_category=steps[-1].category,
        created_at=when,
        closed_at=later if steps[-1].category == "done" else None,
        interactions=(
            Interaction(kind=InteractionKind.AUTHORED, actor=key(other), at=when),
            Interaction(kind=InteractionKind.ASSIGNED, actor=key(who), at=when),
        ),
        history=tuple(steps),
        links=(Link(rel="blocked_by", target=f"W-{max(0, number - 7)}"),) if rng.random() < 0.1 else (),
    )


def change(number: int, who: int, other: int, when: datetime) -> WorkItem:
    return WorkItem(
        kind=WorkItemKind.CHANGE_REQUEST,
        key=f"c#{number}",
        title=f"W-{number} Read pages of a thousand",
        container=f"t{who // TEAM}",
        areas=(f"part{number % 5}",),
        state="merged",
        state_category="done",
        created_at=when,
        closed_at=when + timedelta(hours=5),
        interactions=(
            Interaction(kind=InteractionKind.AUTHORED, actor=key(who), at=when),
            Interaction(kind=InteractionKind.REVIEWED, actor=key(other), at=when, target=key(who)),
        ),
    )


def meeting(who: int, when: datetime) -> CheckIn:
    point = AgendaPoint(author=key(who), text="What comes first next week", added_at=when)
    return CheckIn(
        manager=key(who // TEAM * TEAM), report=key(who), scheduled_at=when, state=CheckInState.HELD, agenda=(point,)
    )


def large(folder: Path, people: int, records: int) -> App:
    """The large organisation in a store of its own."""
    app = open_app(load_settings(data=folder), now=lambda: NOW)
    source = Source(connection="bench", connector="jsonl")
    batch: list[Storable] = []
    for made in (*organisation(people), *work(people, records)):
        batch.append(made)
        if len(batch) == 5_000:
            write_items(app.database, source, batch, now=NOW)
            batch = []
    write_items(app.database, source, batch, now=NOW)
    return app


def sample(folder: Path) -> App:
    """The sample organisation, through its connectors."""
    app = open_app(load_settings(data=folder / "data"), now=lambda: NOW)
    for spec in write(simulate(7, today=NOW.date()), folder / "sample"):
        app.connections.add(spec.name, spec.connector, spec.config, now=NOW)
        app.sync(spec.name)
    return app


# --- measuring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One brief: seconds on the clock and on the processor for it, processor seconds for its statements on the bare
    driver, how many there were, rows read."""

    clock: float
    whole: float
    bare: float
    statements: int
    rows: int


def asked(app: App, person: int, manager: int) -> Asked:
    """Prepare a brief, then execute what it read once more without anything around it."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.append((statement, parameters))

    engine = app.database.engine
    viewer = app.directory.viewer(manager, NOW)
    sa.event.listen(engine, "before_cursor_execute", hear)
    begun, worked = time.perf_counter(), time.process_time()
    app.documents.prepare(DraftKind.BRIEF, viewer, person, language="en", model="none", now=NOW)
    whole, clock = time.process_time() - worked, time.perf_counter() - begun
    sa.event.remove(engine, "before_cursor_execute", hear)
    bare, rows = again(str(engine.url.database), heard)
    return Asked(clock, whole, bare, len(heard), rows)


def again(path: str, heard: Sequence[tuple[str, Any]]) -> tuple[float, int]:
    connection = sqlite3.connect(path)
    try:
        begun = time.process_time()
        rows = sum(len(connection.execute(statement, parameters).fetchall()) for statement, parameters in heard)
        return time.process_time() - begun, rows
    finally:
        connection.close()


def measure(name: str, app: App) -> str:
    """A row of the table."""
    pairs = [(p.id, m.id) for p in app.directory.people() if (m := app.directory.manager_of(p.id)) is not None]
    drawn = random.Random(1).sample(pairs, min(ASKED, len(pairs)))
    asked(app, *drawn[0])  # the first one loads code
    found = [asked(app, person, manager) for person, manager in drawn]
    clock = sorted(1000 * one.clock for one in found)
    with app.database.read() as connection:
        records = connection.execute(sa.text("SELECT count(*) FROM records")).scalar_one()
    cells = (
        f"{name:<12}",
        f"{records:>9,}",
        f"{len(pairs):>7,}",
        f"{statistics.median(clock):>9.0f}",
        f"{clock[int(0.95 * len(clock))]:>9.0f}",
        f"{statistics.median(1000 * one.whole for one in found):>9.0f}",
        f"{statistics.median(1000 * one.bare for one in found):>9.0f}",
        f"{statistics.median(one.whole / one.bare for one in found):>6.1f}",
        f"{statistics.median(one.statements for one in found):>11.0f}",
        f"{statistics.median(one.rows for one in found):>7.0f}",
    )
    return " ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--sample-only", action="store_true")
    options = parser.parse_args()
    configure_logging("warning")
    print("organisation   records  people  p50 (ms)  p95 (ms)  CPU (ms) bare (ms)  ratio  statements    rows")
    with tempfile.TemporaryDirectory() as folder:
        app = sample(Path(folder))
        print(measure("sample", app), flush=True)
        app.close()
    if options.sample_only:
        return
    with tempfile.TemporaryDirectory() as folder:
        app = large(Path(folder), options.people, options.records)
        print(measure("large", app), flush=True)
        app.close()


if __name__ == "__main__":
    main()
