"""The network of people: who stands between teams, what hangs on one person, how newcomers are tied in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from coachkit.insight.network.graph import Agreement, agreement, between, communities
from coachkit.insight.network.hanging import Hanging, areas, hanging
from coachkit.insight.network.ties import helped, ties
from coachkit.insight.organisation.chart import Chart, in_team
from coachkit.insight.organisation.newcomers import FIRST_DAYS
from coachkit.insight.organisation.tables import Tables, moment
from coachkit.insight.small_groups import SMALLEST

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MOST_PEOPLE", "Connector", "Depends", "Network", "Newcomer", "Tie", "network"]

MOST_PEOPLE = 1_000
"""People above which the picture shows teams: a thousand dots say nothing."""

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two people who worked together, however often: ``strength`` is 1 to 5 for each direction, for drawing alone."""

    one: int
    other: int
    strength: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """Somebody through whom teams reach each other: ``teams`` are those besides their own, ``records`` show it."""

    person: int
    team: str
    teams: tuple[str, ...]
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Depends:
    """What hangs on one person, and what depends on it now: ``open`` are the items that would stand still."""

    found: Hanging
    open: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who came within ninety days: the teams with whose people they have ties, ``records`` that show them."""

    person: int
    came_at: datetime
    team: str | None
    teams: tuple[str, ...]
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What :func:`network` found; people and teams in the order of their keys, which says nothing.

    :ivar people: person → team today; those without a team are not drawn.
    :ivar ties: of people with a team; empty above :data:`MOST_PEOPLE`.
    :ivar mixed: (team, other, records): most of ``team`` work in the group in which ``other`` is at home.
    :ivar grouped: the newest record of each two teams whose people are in one group, or of single teams where no two
        are.
    :ivar small: teams of which fewer than five people were in the window.
    """

    since: datetime
    until: datetime
    people: Mapping[int, str]
    ties: tuple[Tie, ...]
    connectors: tuple[Connector, ...]
    depends: tuple[Depends, ...]
    newcomers: tuple[Newcomer, ...]
    agreement: Agreement | None
    mixed: tuple[tuple[str, str, tuple[int, ...]], ...]
    small: frozenset[str]
    grouped: tuple[int, ...] = ()


def network(tables: Tables, chart: Chart, since: datetime, until: datetime) -> Network:
    """Who worked with whom from ``since`` to ``until``."""
    import polars as pl

    acts = helped(tables, chart, since, until)
    known = ties(acts)
    everybody = pl.concat([known["actor"], known["target"].alias("actor")]).unique().sort()
    now = in_team(
        pl.DataFrame({"person": everybody, "at": [moment(until)] * len(everybody)}), chart, "person", "at", name="team"
    )
    team_of = dict(now.drop_nulls("team").select("person", "team").iter_rows())
    members = chart.members(since, until)
    small = frozenset(team for team, people in members.items() if len(people) < SMALLEST)
    groups = communities(known)
    fits = agreement(groups, team_of)
    return Network(
        since=since,
        until=until,
        people=dict(sorted(team_of.items())),
        ties=_drawn(known, team_of) if len(team_of) <= MOST_PEOPLE else (),
        connectors=_connectors(acts, known, team_of),
        depends=_depends(tables, chart, acts, since, until),
        newcomers=_newcomers(tables, chart, acts, team_of, until),
        agreement=fits,
        mixed=_mixed(acts, fits) if fits else (),
        small=small,
        grouped=_grouped(acts, groups) if fits else (),
    )


def _grouped(acts: pl.DataFrame, groups: Mapping[int, int]) -> tuple[int, ...]:
    import polars as pl

    group = pl.DataFrame(
        {"actor": list(groups), "group": list(groups.values())}, schema={"actor": pl.Int64, "group": pl.Int64}
    )
    inside = (
        acts.drop_nulls(("actor_team", "target_team"))
        .join(group, on="actor")
        .join(group.rename({"actor": "target", "group": "other_group"}), on="target")
        .filter(pl.col("group") == pl.col("other_group"))
        .with_columns(
            one=pl.min_horizontal("actor_team", "target_team"), two=pl.max_horizontal("actor_team", "target_team")
        )
        .with_columns(across=pl.col("one") != pl.col("two"))
        .sort("across", "at", "record", descending=[True, True, False])
        .unique(("one", "two"), keep="first", maintain_order=True)
    )
    return tuple(inside["record"].unique(maintain_order=True).head(_SHOWN))


def _mixed(acts: pl.DataFrame, fits: Agreement) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    import polars as pl

    pairs = pl.DataFrame(
        [(min(pair), max(pair)) for pair in fits.mixed], schema={"one": pl.String, "two": pl.String}, orient="row"
    ).unique()
    shown = (
        acts.with_columns(
            one=pl.min_horizontal("actor_team", "target_team"), two=pl.max_horizontal("actor_team", "target_team")
        )
        .join(pairs, on=["one", "two"])
        .sort("at", "record", descending=[True, False])
        .group_by("one", "two", maintain_order=True)
        .agg(pl.col("record").unique(maintain_order=True).head(_SHOWN))
    )
    records = {(one, two): tuple(found) for one, two, found in shown.iter_rows()}
    return tuple((team, other, records.get((min(team, other), max(team, other)), ())) for team, other in fits.mixed)


def _drawn(known: pl.DataFrame, team_of: Mapping[int, str]) -> tuple[Tie, ...]:
    both: dict[tuple[int, int], int] = defaultdict(int)
    for actor, target, strength in known.select("actor", "target", "strength").iter_rows():
        if actor in team_of and target in team_of:
            both[min(actor, target), max(actor, target)] += strength
    return tuple(Tie(one=one, other=other, strength=strength) for (one, other), strength in sorted(both.items()))


def _connectors(acts: pl.DataFrame, known: pl.DataFrame, team_of: dict[int, str]) -> tuple[Connector, ...]:
    import polars as pl

    found = []
    for person in between(known, team_of):
        own = acts.filter((pl.col("actor") == person) | (pl.col("target") == person)).with_columns(
            other=pl.when(pl.col("actor") == person).then("target_team").otherwise("actor_team")
        )
        across = own.drop_nulls("other").filter(pl.col("other") != team_of[person])
        firm = (
            across.group_by("other")
            .agg(days=pl.col("day").n_unique())
            .filter(pl.col("days") >= 2)["other"]
            .sort()
            .to_list()
        )
        shown = (
            across.filter(pl.col("other").is_in(firm))
            .sort("at", "record", descending=[True, False])
            .unique("other", keep="first", maintain_order=True)
        )
        found.append(
            Connector(
                person=person,
                team=team_of[person],
                teams=tuple(firm),
                records=tuple(shown["record"].unique(maintain_order=True).head(_SHOWN)),
            )
        )
    return tuple(one for one in found if len(one.teams) >= 2)


def _depends(tables: Tables, chart: Chart, acts: pl.DataFrame, since: datetime, until: datetime) -> tuple[Depends, ...]:
    found = hanging(tables, chart, acts, since, until)
    waiting = _open(tables, {one.about for one in found if one.about}, until)
    return tuple(Depends(found=one, open=waiting.get(one.about, ())) for one in found)


def _open(tables: Tables, about: set[str], until: datetime) -> dict[str, tuple[int, ...]]:
    """Area → open changes that touch it: what would wait if somebody were away."""
    import polars as pl

    still = tables.items.filter(
        (pl.col("kind") == "change_request") & (pl.col("closed_at").is_null() | (pl.col("closed_at") > moment(until)))
    ).select("record", "created_at")
    rows = (
        areas(tables)
        .filter(pl.col("area").is_in(sorted(about)))
        .join(still, on="record")
        .sort("created_at", "record")
        .group_by("area", maintain_order=True)
        .agg(pl.col("record").head(_SHOWN))
    )
    return {area: tuple(records) for area, records in rows.iter_rows()}


def _newcomers(
    tables: Tables, chart: Chart, acts: pl.DataFrame, team_of: Mapping[int, str], until: datetime
) -> tuple[Newcomer, ...]:
    """Who joined a team within :data:`FIRST_DAYS` and was in none before."""
    import polars as pl

    end = moment(until)
    came = (
        chart.memberships.filter(~pl.col("person").is_in(list(chart.bots)))
        .group_by("person")
        .agg(came=pl.col("starts").min(), open=pl.col("starts").is_null().any(), team=pl.col("team").last())
        .filter(~pl.col("open") & (pl.col("came") > end - FIRST_DAYS * 86_400_000) & (pl.col("came") <= end))
        .sort("person")
    )
    before = tables.acts.join(came, left_on="actor", right_on="person").filter(pl.col("at") < pl.col("came"))
    new = came.join(before, left_on="person", right_on="actor", how="anti")
    sides = [
        acts.select("record", "at", person=one, other=f"{other}_team").join(new, on="person", how="semi")
        for one, other in (("actor", "target"), ("target", "actor"))
    ]
    met = (
        pl.concat(sides)
        .drop_nulls("other")
        .sort("at", "record", descending=[True, False])
        .unique(("person", "other"), keep="first", maintain_order=True)
        .group_by("person", maintain_order=True)
        .agg(teams=pl.col("other").sort(), records=pl.col("record").head(_SHOWN))
    )
    rows = new.join(met, on="person", how="left").sort("person")
    return tuple(
        Newcomer(
            person=row["person"],
            came_at=datetime.fromtimestamp(row["came"] / 1000, UTC),
            team=team_of.get(row["person"], row["team"]),
            teams=tuple(row["teams"] or ()),
            records=tuple(row["records"] or ()),
        )
        for row in rows.iter_rows(named=True)
    )
