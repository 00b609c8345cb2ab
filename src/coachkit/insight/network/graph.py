"""The ties as a graph: who stands between teams, and how groups that work together fit the org chart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import igraph
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

__all__ = ["LARGE", "VISITS", "Agreement", "agreement", "between", "communities", "graph"]

LARGE = 2_000
"""People above which paths are followed only so far: nobody stands between teams over seven corners."""

VISITS = 100_000_000
"""Ties followed for betweenness: some five seconds of one processor."""

FEWEST_BEGUN = 256
"""People at whom paths begin, at least. On public histories 256 of 680 found 4.4 of the five that all of them find."""

_PARTS = 8
_CORNERS = 4
_SEED = 7


def graph(ties: pl.DataFrame) -> igraph.Graph:
    """People and their ties, without direction: ``name`` is the person; ``strength`` adds both directions up."""
    import igraph
    import numpy as np
    import polars as pl

    both = (
        ties.select(
            one=pl.min_horizontal("actor", "target"), other=pl.max_horizontal("actor", "target"), strength="strength"
        )
        .group_by("one", "other")
        .agg(pl.col("strength").sum())
        .sort("one", "other")
    )
    people = np.unique(np.concatenate([both["one"].to_numpy(), both["other"].to_numpy()]))
    edges = np.searchsorted(people, both.select("one", "other").to_numpy())
    made = igraph.Graph(n=len(people), edges=edges)
    made.vs["name"] = people.tolist()
    made.es["strength"] = both["strength"].to_list()
    return made


def between(ties: pl.DataFrame, team_of: dict[int, str], *, most: int = 5) -> list[int]:
    """The people through whom most of the shortest paths between teams go, at most ``most``, without an order.

    Freeman's betweenness (*A set of measures of centrality based on betweenness*, 1977) on paths of which a strong tie
    is a short step; only of people with firm ties into two teams that are not theirs, and only above what half of all
    people together have: in a company where everybody works with everybody nobody stands out. Where it is estimated,
    it must be above that by twice its standard error.
    """
    made = graph(ties)
    if made.vcount() == 0:
        return []
    shares, errors = _betweenness(made)
    usual = sorted(shares)[len(shares) // 2]
    lowest = [share - 2 * error for share, error in zip(shares, errors, strict=True)]
    found: list[int] = []
    for vertex, share in sorted(zip(made.vs, lowest, strict=True), key=lambda pair: (-pair[1], pair[0]["name"])):
        if len(found) == most or share <= 3 * usual or share <= 0:
            break
        own = team_of.get(vertex["name"])
        firm: Counter[str] = Counter()
        for edge in made.es[made.incident(vertex)]:
            other = edge.target if edge.source == vertex.index else edge.source
            team = team_of.get(made.vs[other]["name"])
            if team and team != own:
                firm[team] += edge["strength"]
        if own and sum(1 for strength in firm.values() if strength >= _FIRM) >= 2:
            found.append(vertex["name"])
    return sorted(found)


_FIRM = 3


def _betweenness(made: igraph.Graph) -> tuple[list[float], list[float]]:
    """Betweenness and its standard error, both in paths.

    Above :data:`LARGE` people every tie is a step. Where following all paths would visit more than :data:`VISITS` ties,
    only those that begin at some people are followed, each with the same chance, and the sum is scaled up (Brandes and
    Pich, *Centrality estimation in large networks*, 2007). The error is that of as many parts of the sample: it is
    measured, as the bounds that hold for every network (Riondato and Kornaropoulos 2016) are wide for a few hundred.
    """
    import numpy as np

    people, nobody = made.vcount(), [0.0] * made.vcount()
    if people <= LARGE:
        made.es["length"] = [1 / strength for strength in made.es["strength"]]
        return made.betweenness(directed=False, weights="length"), nobody
    begun = max(FEWEST_BEGUN, VISITS // max(1, made.ecount()))
    if begun >= people:
        return made.betweenness(directed=False, cutoff=_CORNERS), nobody
    parts = np.array(
        [
            np.array(made.betweenness(directed=False, sources=some.tolist())) * (people / len(some))
            for some in np.array_split(_drawn(made.vs["name"], begun), _PARTS)
        ]
    )
    return parts.mean(axis=0).tolist(), (parts.std(axis=0, ddof=1) / _PARTS**0.5).tolist()


def _drawn(people: Sequence[int], begun: int) -> NDArray[np.int64]:
    """Places of so many, by a fixed mixing of their ids: who comes or leaves changes little for the others."""
    import numpy as np

    mixed = np.array(people, dtype=np.int64).view(np.uint64)
    for times, shift in ((0xBF58476D1CE4E5B9, 30), (0x94D049BB133111EB, 27)):  # the finish of splitmix64
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(times)
    return np.argsort(mixed ^ (mixed >> np.uint64(31)))[:begun]


def communities(ties: pl.DataFrame) -> dict[int, int]:
    """Person → number of the group they work in, by the Leiden algorithm on modularity (Traag, Waltman, van Eck 2019).

    The same ties give the same groups.
    """
    import random

    import igraph

    made = graph(ties)
    if made.ecount() == 0:
        return {}
    igraph.set_random_number_generator(random.Random(_SEED))  # noqa: S311 - the same groups each time, no secret
    try:
        found = made.community_leiden(objective_function="modularity", weights="strength", n_iterations=-1)
    finally:
        igraph.set_random_number_generator(random)
    return dict(zip(made.vs["name"], found.membership, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How the groups that work together fit the teams of the chart.

    :ivar value: adjusted Rand index: 1 if they are the same, 0 if they agree as by chance.
    :ivar low: 95 % interval, by drawing people anew.
    :ivar people: how many have both a team and ties.
    :ivar mixed: (team, other): most of the people of ``team`` work in the group in which ``other`` is at home.
    """

    value: float
    low: float
    high: float
    people: int
    teams: int
    groups: int
    mixed: tuple[tuple[str, str], ...]


def agreement(
    groups: dict[int, int], team_of: dict[int, str], *, fewest: int = 5, draws: int = 200
) -> Agreement | None:
    """Figure of the chart, not of a person; ``None`` below ten people or two teams.

    The share of pairs of people whom both put together or both keep apart, adjusted for chance (Hubert and Arabie,
    *Comparing partitions*, 1985).
    """
    import igraph
    import numpy as np

    both = sorted(person for person in groups if person in team_of)
    teams = {team_of[person] for person in both}
    if len(both) < 2 * fewest or len(teams) < 2:
        return None
    order = {team: number for number, team in enumerate(sorted(teams))}
    chart = np.array([order[team_of[person]] for person in both])
    found = np.array([groups[person] for person in both])
    draw = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(draws if len(both) <= LARGE else draws // 5):
        some = draw.integers(0, len(both), len(both))
        drawn.append(_alike(igraph, chart[some].tolist(), found[some].tolist()))
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = _alike(igraph, chart.tolist(), found.tolist())
    return Agreement(
        value=value,
        low=min(value, float(low)),
        high=max(value, float(high)),
        people=len(both),
        teams=len(teams),
        groups=len(set(found.tolist())),
        mixed=_mixed(groups, team_of, both, fewest),
    )


def _alike(igraph: Any, one: list[int], other: list[int]) -> float:
    return float(igraph.compare_communities(one, other, method="adjusted_rand"))


def _mixed(
    groups: dict[int, int], team_of: dict[int, str], both: list[int], fewest: int
) -> tuple[tuple[str, str], ...]:
    """Teams of which most work in another team's group; a group is at home where most of its people are."""
    in_team = Counter(team_of[person] for person in both)
    cells = Counter((team_of[person], groups[person]) for person in both)
    homes: dict[int, str] = {}
    for (team, group), _ in sorted(cells.items(), key=lambda pair: (-pair[1], pair[0])):
        homes.setdefault(group, team)
    found = []
    largest: dict[str, tuple[int, int]] = {}
    for (team, group), people in cells.items():
        largest[team] = max(largest.get(team, (0, 0)), (people, -group))
    for team, people in sorted(in_team.items()):
        if people < fewest:
            continue
        most, group = largest[team][0], -largest[team][1]
        if homes[group] != team and most > people / 2 and in_team[homes[group]] >= fewest:
            found.append((team, homes[group]))
    return tuple(found)
