"""Fit the weights of a person's rhythm against their own past, from organisations in a folder of a data set.

    python tools/fit_rhythm.py ROOT SPLIT [--also ROOT] [--cache FOLDER] [--write]

Two outcomes are computed from the acts themselves: fewer than a fifth of one's own active days in the half year after;
and that, of somebody who is still seen before. One organisation after the other is left out, and the printed figures
are those of the one left out. Those of ``--also`` are never fitted on. With ``--write`` the weights fitted on all of
SPLIT go to ``src/coachkit/insight/organisation/rhythm.json``. No data is kept there.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

from coachkit.insight.organisation.asking import cuts, whole_range
from coachkit.insight.organisation.own_rhythm import FEATURES, FIRST, HORIZON_DAYS, Rhythms, dropped
from coachkit.insight.organisation.tables import DAY, moment
from coachkit.predicting import default_cache, load_tables, organisations

WEIGHTS = Path(__file__).parents[1] / "src/coachkit/insight/organisation/rhythm.json"
PENALTY = 50.0
"""On the squares of the weights of standardised features, of which several say nearly the same."""

OUTCOMES = {"change": "dropped", "ahead": "ahead"}
"""What each sum of weights is fitted to."""

Array = np.ndarray
Made = dict[str, tuple[float, Array]]


@dataclass(frozen=True, slots=True)
class Seen:
    """Percentiles of the features, what came after, and what is needed to order people, of one organisation."""

    org: str
    x: Array
    y: dict[str, Array]
    seen: Array
    common: Array
    day: Array


def seen(folder: Path, cache: Path) -> Seen:
    """Every date of the grid whose outcome is on record."""
    tables = load_tables(folder, cache, print)
    rhythms = Rhythms(tables)
    found = whole_range(tables)
    end = found[1] if found else 0
    rows = pl.concat([_one(rhythms, at) for at in cuts(tables) if moment(at) + HORIZON_DAYS * DAY <= end])
    return Seen(
        folder.name,
        rows.select(FEATURES).to_numpy(),
        {name: rows[outcome].to_numpy() for name, outcome in OUTCOMES.items()},
        rows["seen"].to_numpy(),
        rows["common"].to_numpy(),
        rows["day"].to_numpy(),
    )


def _one(rhythms: Rhythms, at: datetime) -> pl.DataFrame:
    outcomes = dropped(rhythms.days, at).rename({"dropped": "changed", "ahead": "still"})
    rows = rhythms.features(at).join(outcomes, on="person")
    common = rhythms.common(at)
    ranks = {name: pl.col(name).rank("average") / pl.len() for name in FEATURES}
    offset = pl.lit(math.log(common / (1 - common)))
    return rows.select(
        dropped="changed", ahead="still", seen=pl.col("days_30") > 0, common=offset, day=pl.lit(moment(at)), **ranks
    )


def fit(data: list[Seen], outcome: str) -> tuple[float, Array]:
    """Logistic regression on standardised percentiles; the constant and the weights of the percentiles as they are."""
    x = np.concatenate([one.x for one in data])
    y = np.concatenate([one.y[outcome] for one in data]).astype(float)
    mean, scale = x.mean(0), x.std(0)
    z = (x - mean) / scale

    def loss(w: Array) -> tuple[float, Array]:
        s = z @ w[1:] + w[0]
        value = np.logaddexp(0, s).sum() - y @ s + 0.5 * PENALTY * (w[1:] @ w[1:])
        error = expit(s) - y
        return float(value), np.concatenate([[error.sum()], z.T @ error + PENALTY * w[1:]])

    found = minimize(loss, np.zeros(z.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[1:] / scale
    overall = y.mean()
    return float(found[0] - mean @ weights - math.log(overall / (1 - overall))), weights


def ordered(one: Seen, made: Made) -> Array:
    """The order of the engine: a tenth of those still seen first."""
    change, ahead = (one.x @ made[name][1] + made[name][0] + one.common for name in OUTCOMES)
    score: Array = change.copy()
    for day in np.unique(one.day):
        there = np.flatnonzero(one.day == day)
        still = there[one.seen[there]]
        first = still[np.argsort(-ahead[still], kind="stable")][: int(FIRST * len(there) + 0.5)]
        score[first] = ahead[first] + 100
    return score


def auc(y: Array, score: Array) -> float:
    positives, negatives = int(y.sum()), int((~y).sum())
    if not positives or not negatives:
        return float("nan")
    return float((rankdata(score)[y].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def told(one: Seen, score: Array) -> str:
    """Of all and of those still seen; and of the first tenth of each day, how many changed, how many of them later."""
    y, still = one.y["change"], one.seen
    named = []
    for day in np.unique(one.day):
        there = np.flatnonzero(one.day == day)
        named += list(there[np.argsort(-score[there], kind="stable")][: max(1, round(FIRST * len(there)))])
    right = y[named]
    later = one.y["ahead"][named]
    return (
        f"AUC {auc(y, score):.3f}, of those still seen {auc(y[still], score[still]):.3f}; "
        f"of {len(named)} named {right.mean():.3f} right, of these in time {later.sum() / max(1, right.sum()):.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("split")
    parser.add_argument("--also", type=Path, default=None, help="a ROOT with organisations that are only looked at")
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    cache = given.cache or default_cache()
    data = [seen(folder, cache) for folder in organisations(given.root, given.split)]
    for left in data:
        _print(left, [one for one in data if one is not left])
    for folder in organisations(given.also, given.split) if given.also else ():
        _print(seen(folder, cache), data)
    if given.write:
        WEIGHTS.write_text(json.dumps(_written(data), indent=2) + "\n", encoding="utf-8")


def _print(one: Seen, others: list[Seen]) -> None:
    """How well one organisation fares with what was fitted on others: by the order, and by the first sum alone."""
    made = {name: fit(others, name) for name in OUTCOMES}
    constant, weights = made["change"]
    print(f"{one.org}: {len(one.seen):,} people-quarters, changed {one.y['change'].mean():.3f}")
    print(f"  as ordered         {told(one, ordered(one, made))}")
    print(f"  by change alone    {told(one, one.x @ weights + constant + one.common)}")


def _written(data: list[Seen]) -> dict[str, object]:
    made: dict[str, object] = {
        "made": "tools/fit_rhythm.py: logistic regression on percentiles among the people of the same day",
        "from": f"{len(data)} public histories, {sum(len(one.seen) for one in data):,} people-quarters",
    }
    for name in OUTCOMES:
        constant, weights = fit(data, name)
        each = {feature: round(float(value), 4) for feature, value in zip(FEATURES, weights, strict=True)}
        made[name] = {"constant": round(constant, 4), "weights": each}
    return made


if __name__ == "__main__":
    main()
