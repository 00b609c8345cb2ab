"""Whether the statistics of evaluations keep what they promise, on made-up scores whose truth is known.

Coverage of the intervals (95 % is promised), with the formulas that were not taken beside the ones that were; stops of
the gate where nothing changed; and how often a real loss is found, against what the power formula says.

Run as ``python benchmarks/evaluation_statistics.py [--draws 2000] [--only means,rates,power,gate]``.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import ndtri, stdtrit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from eval_records import a_record  # noqa: E402 - after the path

from coachkit.evaluation.comparing import compare  # noqa: E402
from coachkit.evaluation.gating import Gate, gate  # noqa: E402
from coachkit.evaluation.power import power_of  # noqa: E402
from coachkit.evaluation.record import ScorerInfo  # noqa: E402
from coachkit.evaluation.rules import GateRules  # noqa: E402
from coachkit.evaluation.statistics import Spread, difference, mean_interval, rate_interval, share_interval  # noqa: E402

Z = float(ndtri(0.975))
Draw = tuple[np.ndarray, np.ndarray, float]
"""Values, the cluster of each, and the truth."""


def clusters_of(rng: np.random.Generator, number: int, size: int, *, equal: bool = False) -> np.ndarray:
    """Clusters of very unequal sizes (gamma of shape 1.5), or of one."""
    sizes = np.full(number, size) if equal else np.maximum(1, (size * rng.gamma(1.5, 1 / 1.5, number)).astype(int))
    return np.repeat(np.arange(number), sizes)


def normal(rng: np.random.Generator, clusters: np.ndarray, likeness: float) -> tuple[np.ndarray, float]:
    number = clusters.max() + 1
    return (
        math.sqrt(likeness) * rng.normal(size=number)[clusters]
        + math.sqrt(1 - likeness) * rng.normal(size=len(clusters))
    ), 0.0


def shares(rng: np.random.Generator, clusters: np.ndarray, likeness: float) -> tuple[np.ndarray, float]:
    """Scores from 0 to 1 around 0.9, most near 1."""
    own = _chances(rng, clusters.max() + 1, 0.9, likeness)[clusters]
    return rng.beta(np.maximum(3 * own, 1e-6), np.maximum(3 * (1 - own), 1e-6)), 0.9


def turns(rng: np.random.Generator, clusters: np.ndarray, likeness: float) -> tuple[np.ndarray, float]:
    """Paired differences of yes and no: nine of ten are 0, the others −1 or 1."""
    own = _chances(rng, clusters.max() + 1, 0.1, likeness)[clusters]
    drawn = rng.random(len(clusters))
    return np.where(drawn < own / 2, -1.0, np.where(drawn < own, 1.0, 0.0)), 0.0


def _chances(rng: np.random.Generator, number: int, rate: float, likeness: float) -> np.ndarray:
    """A chance a cluster, beta-distributed so that two values of one cluster correlate by ``likeness``."""
    if likeness == 0:
        return np.full(number, rate)
    weight = 1 / likeness - 1
    return rng.beta(rate * weight, (1 - rate) * weight, number)


def plain_errors(values: np.ndarray, clusters: np.ndarray) -> tuple[float, float, float]:
    """Standard errors that were not taken: without clusters, CR0 (Miller), CR1 (most packages)."""
    number, groups = len(values), clusters.max() + 1
    sums = np.bincount(clusters, values - values.mean())
    cr0 = math.sqrt(float((sums**2).sum())) / number
    return float(values.std(ddof=1)) / math.sqrt(number), cr0, cr0 * math.sqrt(groups / (groups - 1))


def means(draws: int) -> None:
    print("\n| scores | clusters | likeness | no clusters | CR0, normal | CR1, t(G−1) | CR2, t(BM) | ours | "
          "false p < 0.05: t | sign flips |\n|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    rng = np.random.default_rng(1)
    for name, draw in (("normal", normal), ("shares near 1", shares), ("rare turns", turns)):
        for groups in (4, 8, 20, 60):
            for likeness in (0.0, 0.3):
                held, false = np.zeros(5), np.zeros(2)
                for _ in range(draws):
                    clusters = clusters_of(rng, groups, 10)
                    values, truth = draw(rng, clusters, likeness)
                    none, cr0, cr1 = plain_errors(values, clusters)
                    off = abs(values.mean() - truth)
                    t = stdtrit(groups - 1, 0.975)
                    cr2 = truth in mean_interval(values, clusters.tolist())
                    ours = truth in share_interval(values, clusters.tolist()) if draw is shares else cr2
                    held += [off <= Z * none, off <= Z * cr0, off <= t * cr1, cr2, ours]
                    found = difference(np.full(len(values), truth), values, clusters.tolist())
                    false += [found.p < 0.05, found.flips < 0.05]
                cells = " | ".join(f"{share:.1%}" for share in (*held / draws, *false / draws))
                print(f"| {name} | {groups} | {likeness} | {cells} |", flush=True)


def rates(draws: int) -> None:
    print("\n| rate | clusters | likeness | Wilson, no clusters | ours | width, no clusters | ours |"
          "\n|---|---|---|---|---|---|---|")  # fmt: skip
    rng = np.random.default_rng(2)
    for rate in (0.005, 0.02, 0.1, 0.5, 0.98):
        for groups in (4, 8, 30):
            for likeness in (0.0, 0.3):
                held, wide = np.zeros(2), np.zeros(2)
                for _ in range(draws):
                    clusters = clusters_of(rng, groups, 12)
                    values = (rng.random(len(clusters)) < _chances(rng, groups, rate, likeness)[clusters]).astype(float)
                    low, high = wilson(float(values.mean()), len(values))
                    ours = rate_interval(values, clusters.tolist())
                    held += [low <= rate <= high, rate in ours]
                    wide += [high - low, ours.high - ours.low]
                cells = " | ".join([*(f"{one:.1%}" for one in held / draws), *(f"{one:.3f}" for one in wide / draws)])
                print(f"| {rate} | {groups} | {likeness} | {cells} |", flush=True)


def wilson(rate: float, number: int) -> tuple[float, float]:
    shrink = 1 + Z**2 / number
    half = Z / shrink * math.sqrt(rate * (1 - rate) / number + Z**2 / (4 * number**2))
    middle = (rate + Z**2 / (2 * number)) / shrink
    return middle - half, middle + half


def power(draws: int) -> None:
    print("\n| clusters of 10 | likeness | true difference | found | formula |\n|---|---|---|---|---|")
    rng = np.random.default_rng(3)
    for groups in (6, 12, 30):
        for likeness in (0.0, 0.3):
            error = math.sqrt(likeness / groups + (1 - likeness) / (10 * groups))
            known = Spread(mean=0, error=error, freedom=groups - 1, values=10 * groups, clusters=groups)
            for effect in (0.0, 1.5 * error, 3 * error):
                clusters = clusters_of(rng, groups, 10, equal=True)
                found = 0
                for _ in range(draws):
                    values, _ = normal(rng, clusters, likeness)
                    one = difference(np.zeros(len(values)), values + effect, clusters.tolist())
                    found += one.p < 0.05 and one.estimate > 0
                cells = f"{effect:.3f} | {found / draws:.1%} | {power_of(effect, known):.1%}"
                print(f"| {groups} | {likeness} | {cells} |", flush=True)


PRIMARY = tuple(
    ScorerInfo(name=f"share-{place}", version=1, unit="share", higher_is_better=True, primary=True)
    for place in range(4)
) + tuple(
    ScorerInfo(name=f"rate-{place}", version=1, unit="pass", higher_is_better=True, primary=True) for place in range(2)
)


def gated(draws: int) -> None:
    """Six primary metrics of a model that never says the same twice; one of them may lose."""
    print("\n| organisations | cases | rate | true loss | stopped | of these by the metric that lost | "
          "formula, at α/6 |\n|---|---|---|---|---|---|---|")  # fmt: skip
    rng = np.random.default_rng(4)
    for organisations, cases in ((6, 10), (12, 5)):
        for rate in (0.9, 0.98):
            for loss in (0.0, 0.02, 0.04):
                if loss and rate != 0.9:
                    continue
                stopped, right, spreads = 0, 0, []
                for _ in range(draws):
                    found, spread = one_gate(rng, organisations, cases, rate, loss)
                    spreads.append(spread)
                    metrics = {one.metric for one in found.stops}
                    stopped += bool(metrics)
                    right += "share-0" in metrics
                error = math.sqrt(float(np.mean([one.error**2 for one in spreads])))
                mean = Spread(mean=0, error=error, freedom=organisations - 1, values=0, clusters=organisations)
                told = f"{power_of(loss, mean, alpha=0.05 / 6):.1%}" if loss else "at most 5 %"
                cells = f"{loss} | {stopped / draws:.1%} | {right / draws:.1%} | {told}"
                print(f"| {organisations} | {organisations * cases} | {rate} | {cells} |", flush=True)


def one_gate(rng: np.random.Generator, organisations: int, cases: int, rate: float, loss: float) -> tuple[Gate, Spread]:
    """A gate on two runs of the same cases, each asked twice."""
    hard = {metric.name: _case_values(rng, organisations, cases, rate) for metric in PRIMARY}
    sides = []
    for side in range(2):
        values = {
            metric: _asked(rng, metric, hard[metric.name], loss if side and metric.name == "share-0" else 0.0)
            for metric in PRIMARY
        }
        sides.append(a_record(values, organisations=organisations, cases=cases, languages=("en",), repeats=2,
                              models={"none": {"repeats": 2}}))  # fmt: skip
    found = compare(*sides, rules=GateRules(inconclusive="pass"), slices=False)
    return gate(sides[1], [found]), next(row.change.spread for row in found.whole if row.metric.name == "share-0")


def _case_values(rng: np.random.Generator, organisations: int, cases: int, rate: float) -> np.ndarray:
    """How each case stands in truth, organisations alike by 0.2."""
    own = _chances(rng, organisations, rate, 0.2)[:, None]
    weight = 6.0
    return np.clip(rng.beta(weight * own + 1e-6, weight * (1 - own) + 1e-6, (organisations, cases)), 0.0, 1.0)


def _asked(
    rng: np.random.Generator, metric: ScorerInfo, truth: np.ndarray, loss: float
) -> Callable[[int, int, str], bool | float]:
    def answer(place: int, number: int, _language: str) -> bool | float:
        true = float(truth[place, number])
        if metric.unit == "pass":
            return bool(rng.random() < true)
        return min(1.0, max(-1.0, true + 0.1 * float(rng.normal()))) - loss

    return answer


PARTS: dict[str, Callable[[int], None]] = {"means": means, "rates": rates, "power": power, "gate": gated}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--gate-draws", type=int, default=300)
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    for name in given.only.split(","):
        PARTS[name](given.gate_draws if name == "gate" else given.draws)
    return 0


if __name__ == "__main__":
    sys.exit(main())
