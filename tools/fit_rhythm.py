"""Fit the weights of a person's rhythm against their own past, from organisations in a folder of a data set.

    python tools/fit_rhythm.py ROOT SPLIT [--cache FOLDER] [--write]

The outcome is computed from the acts themselves: fewer than a fifth of one's own active days in the half year after.
One organisation after the other is left out, and the printed figures are those of the one left out. With ``--write``
the weights fitted on all of them go to ``src/coachkit/insight/organisation/rhythm.json``. No data is kept there.
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
from coachkit.insight.organisation.own_rhythm import FEATURES, HORIZON_DAYS, Rhythms, dropped
from coachkit.insight.organisation.tables import DAY, moment
from coachkit.predicting import default_cache, load_tables, organisations

WEIGHTS = Path(__file__).parents[1] / "src/coachkit/insight/organisation/rhythm.json"
PENALTY = 200.0
"""On the squares of the weights of standardised features, of which several say nearly the same."""

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Seen:
    """Percentiles of the features, what came after, and days since the last act, of one organisation."""

    org: str
    x: Array
    y: Array
    last: Array
    common: Array


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
        rows["dropped"].to_numpy(),
        rows["since"].to_numpy(),
        rows["common"].to_numpy(),
    )


def _one(rhythms: Rhythms, at: datetime) -> pl.DataFrame:
    rows = rhythms.features(at).join(dropped(rhythms.days, at), on="person")
    common = rhythms.common(at)
    ranks = {name: pl.col(name).rank("average") / pl.len() for name in FEATURES}
    offset = pl.lit(math.log(common / (1 - common)))
    return rows.select("dropped", since="last", common=offset, **ranks)


def fit(data: list[Seen]) -> tuple[float, Array]:
    """Logistic regression on standardised percentiles; the constant and the weights of the percentiles as they are."""
    x = np.concatenate([one.x for one in data])
    y = np.concatenate([one.y for one in data]).astype(float)
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


def auc(y: Array, score: Array) -> float:
    positives, negatives = int(y.sum()), int((~y).sum())
    if not positives or not negatives:
        return float("nan")
    return float((rankdata(score)[y].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("split")
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    data = [seen(folder, given.cache or default_cache()) for folder in organisations(given.root, given.split)]
    for left in data:
        constant, weights = fit([one for one in data if one is not left])
        score = left.x @ weights + constant + left.common
        active = left.last < 30
        people = f"{len(left.y):>6,} people-quarters, changed {left.y.mean():.3f}"
        found = f"AUC {auc(left.y, score):.3f}, of those still active {auc(left.y[active], score[active]):.3f}"
        print(f"{left.org:<12} {people}  {found}")
    if given.write:
        constant, weights = fit(data)
        made = {
            "made": "tools/fit_rhythm.py: logistic regression on percentiles among the people of the same day",
            "from": f"{len(data)} public histories, {sum(len(one.y) for one in data):,} people-quarters",
            "constant": round(constant, 4),
            "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
        }
        WEIGHTS.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
