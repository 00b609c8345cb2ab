"""Insight into a whole organisation at scale: time, memory, and ratios to the bare library calls on the same data.

    python benchmarks/insight.py [--interactions 50000 500000 5000000] [--people 50000] [--days 90] [--only ENGINE …]

Each size is made from a seed and measured in a process of its own: seconds of each engine, those of the bare Polars or
igraph call that reads the same columns for the same question, and the largest memory. Times are processor time, so that
a busy machine does not change them; seconds that passed stand beside. People are in teams of about twelve; seven of ten
interactions stay in the team, a quarter goes to teams nearby, the rest anywhere. One person of fifty came within the 90
days. Every team has a goal, a hundred company goals stand above them; three of ten items are linked to one. The linker
looks at the newest 20,000 items without a link, as in the product.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from coachkit.insight.linking.mapping import MappedGoal
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import DAY, Tables, moment

END = datetime(2026, 6, 1, tzinfo=UTC)
TEAM = 12
KINDS = ("authored", "reviewed", "commented", "approved", "answered", "merged", "unblocked")
SHARES = (0.3, 0.3, 0.15, 0.1, 0.08, 0.05, 0.02)
WORDS = 4_000
COMPANY_GOALS = 100


def made(people: int, interactions: int, days: int, seed: int = 7) -> tuple[Tables, Chart]:
    """An organisation of so many people with so many interactions, always the same."""
    draw = np.random.default_rng(seed)
    teams = max(2, people // TEAM)
    items = max(10, interactions // 5)
    team_of = np.arange(people) % teams
    first = moment(END - timedelta(days=days))
    made_at = np.sort(draw.integers(first, moment(END), items))
    item_team = draw.integers(0, teams, items)
    closed = made_at + draw.exponential(5 * DAY, items).astype(np.int64)
    record = draw.integers(0, items, interactions)
    where = draw.random(interactions)
    near = (item_team[record] + draw.integers(1, 6, interactions)) % teams
    team = np.where(where < 0.7, item_team[record], np.where(where < 0.95, near, draw.integers(0, teams, interactions)))
    slots = people // teams
    actor = team + teams * draw.integers(0, slots, interactions)
    target = item_team[record] + teams * draw.integers(0, slots, interactions)
    kind = draw.choice(len(KINDS), interactions, p=SHARES)
    at = np.minimum(made_at[record] + draw.exponential(2 * DAY, interactions).astype(np.int64), moment(END) - 1)
    acts = pl.DataFrame({"record": record + 1, "actor": actor + 1, "target": target + 1, "at": at}).with_columns(
        kind=pl.Series(np.array(KINDS)[kind], dtype=pl.Categorical),
        target=pl.when(pl.Series(kind == 0) | (pl.col("actor") == pl.col("target"))).then(None).otherwise("target"),
        known_at=pl.col("at"),
    )
    done = pl.Series(closed < moment(END))
    frame = pl.DataFrame({"record": np.arange(1, items + 1), "created_at": made_at, "closed_at": closed}).with_columns(
        key=pl.format("ITEM-{}", "record"),
        kind=pl.when(pl.col("record") % 5 == 0).then(pl.lit("issue")).otherwise(pl.lit("change_request")),
        title=pl.format("{} {} {}", *(pl.Series(said(draw, items)) for _ in range(3))),
        text=pl.lit(None, pl.String),
        container=pl.lit("main"),
        areas=pl.concat_list(pl.format("area{}", pl.Series(item_team * 3 + draw.integers(0, 3, items)))),
        team=pl.format("t{}", pl.Series(item_team)),
        known_at=pl.col("created_at"),
        closed_at=pl.when(done).then("closed_at"),
    )
    issues = frame.filter(pl.col("kind") == "issue")
    steps = [("To do", "todo", 0.0), ("In progress", "active", 0.2), ("Waiting", "waiting", 0.5), ("Done", "done", 1.0)]
    length = pl.col("closed_at") - pl.col("created_at")
    states = pl.concat(
        [
            issues.filter(pl.col("closed_at").is_not_null()).select(
                "record",
                at=pl.col("created_at") + (length * part).cast(pl.Int64),
                state=pl.lit(state),
                category=pl.lit(category),
                reason=pl.lit(None, pl.String),
            )
            for state, category, part in steps
        ]
    ).sort("record", "at")
    names = [f"t{number}" for number in range(teams)]
    begun = moment(END - timedelta(days=400))
    goals = pl.DataFrame({"record": np.arange(items + 1, items + 1 + teams + COMPANY_GOALS)}).with_columns(
        key=pl.concat(
            [pl.Series([f"G-{name}" for name in names]), pl.Series([f"C-{n}" for n in range(COMPANY_GOALS)])]
        ),
        title=pl.format("{} {} {}", *(pl.Series(said(draw, teams + COMPANY_GOALS)) for _ in range(3))),
        text=pl.lit(None, pl.String),
        team=pl.concat([pl.Series(names), pl.Series([None] * COMPANY_GOALS, dtype=pl.String)]),
        other_teams=pl.lit([], pl.List(pl.String)),
        created_at=pl.lit(begun),
        due_at=pl.lit(moment(END + timedelta(days=60))),
    )
    linked = frame.filter(pl.Series(draw.random(items) < 0.3))
    came = np.where(draw.random(people) < 0.02, moment(END - timedelta(days=30)), begun)
    tables = Tables(
        acts=acts.select("record", "kind", "actor", "target", "at", "known_at").sort("at", "record", "actor"),
        items=frame.sort("record"),
        goals=goals,
        owners=goals.head(teams).select("record", person=pl.int_range(1, teams + 1)),
        states=states,
        links=linked.select("record", target=pl.format("G-{}", "team"), since="created_at"),
        accounts={},
    )
    chart = Chart(
        teams=pl.DataFrame(
            {"key": names, "name": names, "parent": [None] * teams}, schema_overrides={"parent": pl.String}
        ),
        memberships=pl.DataFrame(
            {"person": np.arange(1, people + 1), "team": [names[n] for n in team_of]}
        ).with_columns(starts=pl.Series(came), ends=pl.lit(None, pl.Int64)),
        about=pl.DataFrame(schema={"record": pl.Int64, "item": pl.String}),
        waits=pl.DataFrame(schema={"record": pl.Int64, "target": pl.String, "since": pl.Int64, "until": pl.Int64}),
        aims=pl.DataFrame(schema={"record": pl.Int64, "goal": pl.Int64}),
        bots=frozenset(),
    )
    return tables, chart


def said(draw: np.random.Generator, count: int) -> list[str]:
    """Words, the common ones often."""
    return [f"word{number}" for number in np.minimum(draw.zipf(1.3, count), WORDS)]


def mapped(tables: Tables) -> list[MappedGoal]:
    """The goals as the map knows them: each team's below one of the company."""
    return [
        MappedGoal(
            record=row["record"],
            key=row["key"],
            title=row["title"],
            level="team" if row["team"] else "company",
            team=row["team"],
            parents=(f"C-{number % COMPANY_GOALS}",) if row["team"] else (),
            category="doing",
        )
        for number, row in enumerate(tables.goals.iter_rows(named=True))
    ]


Engine = tuple[str, Callable[[], object], Callable[[], object]]


def engines(tables: Tables, chart: Chart, days: int) -> list[Engine]:
    """Name, engine, and the bare call on the same data."""
    import igraph

    from coachkit.insight.contributing.given import given
    from coachkit.insight.contributing.together import disputed_projects, loose, reaching
    from coachkit.insight.contributing.view import About, AboutKind, view
    from coachkit.insight.flow.findings import flow
    from coachkit.insight.linking.health import Surroundings, examine
    from coachkit.insight.linking.queue import propose
    from coachkit.insight.linking.slipping import Course, Worked, courses
    from coachkit.insight.network.findings import network
    from coachkit.insight.network.teams import team_map
    from coachkit.insight.network.ties import helped, ties
    from coachkit.insight.organisation.central import dependence
    from coachkit.insight.organisation.newcomers import first_days
    from coachkit.insight.organisation.own_rhythm import Rhythms
    from coachkit.insight.pilots.figures import figures, monday
    from coachkit.insight.small_groups import withheld
    from coachkit.retrieval.tokenizer import query_words

    since = END - timedelta(days=days)
    acts, items = tables.acts, tables.items

    def counted() -> object:
        acts.group_by("actor").agg(pl.col("target").n_unique(), (pl.col("at") // DAY).n_unique())
        return acts.join(items.select("record", "areas"), on="record").explode("areas").group_by("areas", "actor").len()

    def bare_graph() -> object:
        pairs = ties(helped(tables, chart, since, END)).select("actor", "target").unique()
        made_graph = igraph.Graph(n=int(pairs.to_numpy().max()) + 1, edges=pairs.to_numpy())
        return made_graph.as_undirected().simplify().community_leiden(objective_function="modularity", n_iterations=-1)

    def terms(text: str) -> list[str]:
        return [term for _, parts in query_words(text) for term in parts]

    def weekly() -> object:
        week = (pl.col("at") // (7 * DAY)).alias("week")
        return acts.join(items.select("record", "team"), on="record").group_by("team", week).len()

    of_goals, mondays = mapped(tables), [monday(END) - number * 7 * DAY for number in range(13, 0, -1)]
    some, others = ["t1", "t2"], chart.teams["key"].to_list()[2:]
    everyone = range(1, chart.memberships.height + 1)
    worked = [Worked(goal=goal, record=record, at=at) for record, goal, at in tables.links.iter_rows()]
    ran = {goal.record: goal.key for goal in of_goals}

    def way() -> dict[str, Course]:
        return courses(ran, worked, tables.states, moment(END))

    teams = {team: set(members) for team, members in chart.members(since, END).items()}
    whole = {**teams, "all": set().union(*teams.values())}
    return [
        ("key people", lambda: dependence(tables, END), counted),
        (
            "newcomers",
            lambda: first_days(tables, END),
            lambda: acts.group_by("actor").agg(pl.col("at").min(), pl.col("target").n_unique()),
        ),
        (
            "own rhythm",
            lambda: Rhythms(tables).changes(END),
            lambda: acts.select("actor", pl.col("at") // DAY).unique().group_by("actor").len(),
        ),
        (
            "team heat map",
            lambda: team_map(tables, chart, END, 3),
            lambda: acts.group_by("actor", "target", pl.col("at") // (30 * DAY)).len(),
        ),
        (
            "flow",
            lambda: flow(tables, chart, since, END),
            lambda: (
                tables.states.with_columns(pl.col("at").shift(-1).over("record").alias("next")),
                acts.join(items.select("record", "team"), on="record").group_by("team").len(),
            ),
        ),
        (
            "small groups",
            lambda: withheld(whole),
            lambda: [name for name, members in whole.items() if len(members) < 5],
        ),
        ("network", lambda: network(tables, chart, since, END), bare_graph),
        (
            "contribution of a team",
            lambda: view(
                tables, chart, About(kind=AboutKind.TEAM, key="t1"), since, END, present=everyone, goals=of_goals
            ),
            lambda: (
                acts.join(items.select("record", "team", "title"), on="record").group_by("actor", "kind", "team").len(),
            ),
        ),
        (
            "map of goals",
            lambda: (
                examine(Surroundings(goals=of_goals, courses=way(), at=END, terms=terms)),
                reaching(of_goals, way(), moment(END)),
                loose(of_goals),
            ),
            lambda: tables.links.group_by("target").agg(pl.col("since").max()),
        ),
        (
            "whose credit is disputed",
            lambda: disputed_projects(given(tables, chart, since, END), {(1, "x")}, since, END),
            lambda: acts.join(items.select("record", "container"), on="record").group_by("container", "actor").len(),
        ),
        (
            "figures of a pilot",
            lambda: [figures(tables, chart, some_teams, mondays, END) for some_teams in (some, others)],
            weekly,
        ),
        (
            "links of items",
            lambda: propose(tables, terms, moment(END)),
            lambda: items.select(pl.col("title").str.split(" ")).explode("title").group_by("title").len(),
        ),
    ]


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and of the processors."""
    gc.collect()
    wall, own = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - own


def one_size(people: int, interactions: int, days: int, only: list[str]) -> None:
    tables, chart = made(people, interactions, days)
    for name, engine, bare in engines(tables, chart, days):
        if only and not any(name.startswith(one) for one in only):
            continue
        bare_wall, bare_own = timed(bare)
        wall, own = timed(engine)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
        row = {"engine": name, "seconds": wall, "cpu": own, "bare": bare_wall, "bare_cpu": bare_own, "gb": peak}
        print(json.dumps(row), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--interactions", type=int, nargs="+", default=[50_000, 500_000, 5_000_000])
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_size(given.people, given.interactions[0], given.days, given.only)
        return
    print("| interactions | engine | s | processor s | bare processor s | ratio | peak GB |\n" + "|---" * 7 + "|")
    for size in given.interactions:
        call = [sys.executable, __file__, "--one", "--people", str(given.people), "--days", str(given.days)]
        with subprocess.Popen(
            [*call, "--interactions", str(size), "--only", *given.only], stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            for line in running.stdout:
                row = json.loads(line)
                ratio = row["cpu"] / max(row["bare_cpu"], 1e-3)
                print(
                    f"| {size:,} | {row['engine']} | {row['seconds']:.1f} | {row['cpu']:.1f} | {row['bare_cpu']:.2f} "
                    f"| {ratio:.1f} | {row['gb']:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
