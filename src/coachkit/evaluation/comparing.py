"""Two runs held against each other: each metric of each document, with how sure the difference is.

Every figure is a paired difference on the same cases. A metric is told for all cases and for each slice; only the first
is a finding, and its p is adjusted for how many were looked at: one family of the primary metrics, one of the others.
Slices are a family of their own, to say where to look.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from coachkit.evaluation.matrix import Filters
from coachkit.evaluation.pairing import Pair, Pairing, pair_up
from coachkit.evaluation.power import minimal_detectable
from coachkit.evaluation.record import RunRecord, Score, ScorerInfo
from coachkit.evaluation.rules import GateRules
from coachkit.evaluation.statistics import (
    Difference,
    Interval,
    difference,
    holm,
    mean_interval,
    rate_interval,
    share_interval,
)

__all__ = ["WHOLE", "CaseChange", "Comparison", "MetricChange", "Verdict", "compare", "interval_of", "judged"]

WHOLE = ""
"""The slice that is all cases."""


class Verdict(StrEnum):
    """What can be said of a difference."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"
    """The interval lies within the margin on both sides: what differs, if anything, is too little to count."""
    INCONCLUSIVE = "inconclusive"
    """Neither: the cases at hand can neither show a difference nor exclude one that would count."""
    DESCRIBES = "describes"
    """The metric has no better and worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """One case by one metric.

    :ivar loss: how much worse it became, in the metric's unit; below 0 it became better.
    :ivar reason: what the scorer said of it afterwards, of a loss; else what it said before.
    :ivar samples: keys in the one record and in the other.
    """

    case: str
    language: str
    before: float
    after: float
    loss: float
    reason: str = ""
    samples: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """One metric of one document, for all cases or for a slice.

    :ivar model: as a person reads it, ``none → local`` where they differ; so is ``prompt``.
    :ivar before: mean and interval of the one run alone; ``after`` of the other.
    :ivar change: after − before on the same cases.
    :ivar adjusted: its p among all that were looked at with it (Holm).
    :ivar detectable: the smallest difference that these cases would show four times of five, at the level that Holm
        leaves it in the worst place; 0 where nothing varied, infinite for a single organisation.
    :ivar margin: how much may be lost before it counts.
    :ivar unscored: pairs that had a score before and have none now; ``scored`` the reverse. They are in no figure.
    :ivar changed: cases that changed, the worst first.
    """

    metric: ScorerInfo
    document: str
    model: str
    prompt: str
    slice: str
    primary: bool
    before: Interval
    after: Interval
    change: Difference
    adjusted: float
    detectable: float
    margin: float
    verdict: Verdict
    unscored: tuple[str, ...] = ()
    scored: tuple[str, ...] = ()
    changed: tuple[CaseChange, ...] = ()

    @property
    def loss(self) -> float:
        """How much worse it became, in its unit; below 0 it became better. 0 of what has no better and worse."""
        return _loss(self.metric, self.change.before, self.change.after)

    @property
    def worst_loss(self) -> float:
        """The largest loss that the interval allows."""
        up = self.metric.higher_is_better
        if up is None:
            return 0.0
        return -self.change.interval.low if up else self.change.interval.high


@dataclass(frozen=True)
class Comparison:
    """All of it.

    :ivar rows: the whole first, then slices, in order of documents and metrics.
    :ivar not_comparable: metric → why it stands in no row.
    :ivar silent: metric and document that had scores before and have none at all now, with the pairs.
    """

    before: RunRecord
    after: RunRecord
    pairing: Pairing
    rules: GateRules
    rows: tuple[MetricChange, ...]
    not_comparable: Mapping[str, str]
    silent: tuple[tuple[ScorerInfo, str, tuple[str, ...]], ...] = ()

    @cached_property
    def whole(self) -> tuple[MetricChange, ...]:
        return tuple(row for row in self.rows if row.slice == WHOLE)

    def slices(self, of: MetricChange) -> tuple[MetricChange, ...]:
        """The same metric, document and model in each slice."""
        place = (of.metric.name, of.document, of.model, of.prompt)
        return tuple(
            row
            for row in self.rows
            if row.slice != WHOLE and (row.metric.name, row.document, row.model, row.prompt) == place
        )

    @cached_property
    def worst_cases(self) -> tuple[tuple[str, float, tuple[str, ...]], ...]:
        """Cases by how much they lost, the worst first: case, loss in margins over primary and hard metrics, metrics.

        A loss counts in units of its metric's margin, so that a rate and a length can be added.
        """
        lost: dict[str, float] = defaultdict(float)
        by: dict[str, dict[str, None]] = defaultdict(dict)
        for row in self.whole:
            if not (row.primary or row.metric.hard):
                continue
            for one in row.changed:
                if one.loss > 0:
                    lost[one.case] += one.loss / max(row.margin, 1e-9)
                    by[one.case][row.metric.name] = None
        order = sorted(lost, key=lambda case: (-lost[case], case))
        return tuple((case, lost[case], tuple(by[case])) for case in order)


def compare(
    before: RunRecord,
    after: RunRecord,
    *,
    rules: GateRules | None = None,
    before_filters: Filters | None = None,
    after_filters: Filters | None = None,
    common: bool = False,
    slices: bool = True,
) -> Comparison:
    """Hold ``after`` against ``before``.

    :param rules: what counts as one draw, which metrics are primary, how much may be lost.
    :param common: see :func:`~coachkit.evaluation.pairing.pair_up`.
    :raises BadInput: if they cannot be compared.
    """
    rules = rules or GateRules()
    pairing = pair_up(
        before,
        after,
        cluster=rules.cluster,
        before_filters=before_filters,
        after_filters=after_filters,
        common=common,
    )
    metrics, why_not = _metrics(before, after)
    scores = _scores(before), _scores(after)
    rows, silent = [], []
    for pairs in _lanes(pairing.pairs):
        for metric in metrics:
            if gone := _gone(metric, pairs, scores):
                silent.append((metric, pairs[0].document, gone))
            for tag in (WHOLE, *_tags(pairs)) if slices else (WHOLE,):
                chosen = [pair for pair in pairs if tag in (WHOLE, *pair.tags)]
                row = _row(metric, chosen, scores, rules, tag)
                if row is not None and (tag == WHOLE or row.change.interval.values < len(pairs)):
                    rows.append(row)
    return Comparison(before, after, pairing, rules, judged(rows, rules), why_not, tuple(silent))


def interval_of(values: Sequence[float], clusters: Sequence[str], unit: str) -> Interval:
    """The interval that fits a metric's unit: of a rate, of a mean of shares, of a mean of anything else."""
    kinds = {"pass": rate_interval, "share": share_interval}
    return kinds.get(unit, mean_interval)(values, clusters)


def _metrics(before: RunRecord, after: RunRecord) -> tuple[list[ScorerInfo], dict[str, str]]:
    """Metrics that both records have by the same formula, and the others with why not."""
    found, why_not = [], {}
    for name, metric in after.scorers.items():
        other = before.scorers.get(name)
        if other is None:
            why_not[name] = "only in the later record"
        elif other.version != metric.version:
            why_not[name] = f"its formula changed: version {other.version}, then {metric.version}"
        else:
            found.append(metric)
    why_not |= {name: "only in the earlier record" for name in before.scorers if name not in after.scorers}
    return found, why_not


Scored = Mapping[tuple[str, str], Score]
"""Sample and scorer → score."""


def _scores(record: RunRecord) -> Scored:
    return {(one.sample, one.scorer): one for one in record.all_scores}


def _lanes(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs by document, model and prompt, in order of first sight."""
    found: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.lane].append(pair)
    return list(found.values())


def _tags(pairs: Iterable[Pair]) -> list[str]:
    return sorted({tag for pair in pairs for tag in pair.tags})


def _row(
    metric: ScorerInfo, pairs: Sequence[Pair], scores: tuple[Scored, Scored], rules: GateRules, tag: str
) -> MetricChange | None:
    """``None`` where no pair has a score on both sides."""
    told = [(pair, _told(pair, metric, scores)) for pair in pairs]
    held = [(pair, one, other) for pair, (one, other) in told if one is not None and other is not None]
    unscored = tuple(_named(pair) for pair, (one, other) in told if one is not None and other is None)
    if not held:
        return None
    before, after = [one for _, one, _ in held], [other for _, _, other in held]
    clusters = [pair.cluster for pair, _, _ in held]
    change = difference(before, after, clusters)
    document, model, prompt = pairs[0].lane
    return MetricChange(
        metric=metric,
        document=document,
        model=model,
        prompt=prompt,
        slice=tag,
        primary=rules.is_primary(metric),
        before=interval_of(before, clusters, metric.unit),
        after=interval_of(after, clusters, metric.unit),
        change=change,
        adjusted=change.p,
        detectable=math.nan,
        margin=rules.margin(metric, change.before),
        verdict=Verdict.INCONCLUSIVE,
        unscored=unscored,
        scored=tuple(_named(pair) for pair, (one, other) in told if one is None and other is not None),
        changed=_changed(metric, held, scores),
    )


def _gone(metric: ScorerInfo, pairs: Sequence[Pair], scores: tuple[Scored, Scored]) -> tuple[str, ...]:
    """The pairs that had a score, if none has one now."""
    told = [(pair, _told(pair, metric, scores)) for pair in pairs]
    if any(other is not None for _, (_, other) in told):
        return ()
    return tuple(_named(pair) for pair, (one, _) in told if one is not None)


def _told(pair: Pair, metric: ScorerInfo, scores: tuple[Scored, Scored]) -> tuple[float | None, float | None]:
    """Mean over repeats on either side; ``None`` where nothing was said."""
    found = []
    for side, samples in enumerate((pair.before, pair.after)):
        values = [float(one.value) for each in samples if (one := scores[side].get((each.key, metric.name)))]
        found.append(sum(values) / len(values) if values else None)
    return found[0], found[1]


def _changed(
    metric: ScorerInfo, held: Iterable[tuple[Pair, float, float]], scores: tuple[Scored, Scored]
) -> tuple[CaseChange, ...]:
    found = [
        CaseChange(
            case=pair.case,
            language=pair.language,
            before=one,
            after=other,
            loss=_loss(metric, one, other),
            reason=_reason(metric, pair, scores, later=_loss(metric, one, other) >= 0),
            samples=(pair.before[0].key, pair.after[0].key),
        )
        for pair, one, other in held
        if one != other
    ]
    return tuple(sorted(found, key=lambda change: (-change.loss, change.case, change.language)))


def _reason(metric: ScorerInfo, pair: Pair, scores: tuple[Scored, Scored], *, later: bool) -> str:
    samples, side = (pair.after, scores[1]) if later else (pair.before, scores[0])
    said = (side.get((each.key, metric.name)) for each in samples)
    return next((one.reason for one in said if one is not None and one.reason), "")


def _loss(metric: ScorerInfo, before: float, after: float) -> float:
    if metric.higher_is_better is None:
        return 0.0
    return before - after if metric.higher_is_better else after - before


def _named(pair: Pair) -> str:
    return f"{pair.case} ({pair.language})" if pair.language else pair.case


def judged(rows: Sequence[MetricChange], rules: GateRules) -> tuple[MetricChange, ...]:
    """The rows with p adjusted by families, what they could have shown, and a verdict each.

    :param rows: of one comparison, or of several that are judged together.
    """
    families: dict[tuple[bool, bool], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row.metric.higher_is_better is not None:
            families[row.slice == WHOLE, row.primary].append(place)
    found = [replace(row, verdict=Verdict.DESCRIBES) for row in rows]
    for (whole, _), places in families.items():
        for place, adjusted in zip(places, holm([rows[one].change.p for one in places]), strict=True):
            row = replace(rows[place], adjusted=adjusted)
            if whole:
                seen = minimal_detectable(row.change.spread, alpha=rules.alpha / len(places))
                row = replace(row, detectable=seen)
            found[place] = replace(row, verdict=_verdict(row, rules.alpha))
    return tuple(found)


def _verdict(row: MetricChange, alpha: float) -> Verdict:
    if row.adjusted < alpha and row.change.estimate:
        return Verdict.WORSE if row.loss > 0 else Verdict.BETTER
    interval = row.change.interval
    within = -row.margin <= interval.low and interval.high <= row.margin
    return Verdict.NO_DIFFERENCE if within else Verdict.INCONCLUSIVE
