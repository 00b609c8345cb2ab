"""From a run record, and the baseline beside it, to what a report shows: plain values, worst first. No markup here."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from coachkit.evaluation.comparing import Comparison, MetricChange, interval_of
from coachkit.evaluation.record import RunRecord, Sample, Score, ScorerInfo
from coachkit.evaluation.reporting.figures import failed_hard, loss
from coachkit.evaluation.statistics import Interval

__all__ = [
    "Column",
    "CostRow",
    "Figure",
    "Ranked",
    "Report",
    "Row",
    "Scorecard",
    "SliceRow",
    "Verdict",
    "report",
]

_STATES = {
    "better": "better",
    "worse": "worse",
    "no difference shown": "same",
    "inconclusive": "inconclusive",
    "describes": "neutral",
}
"""What the comparison says, by the names of shapes and words."""

FEW = 10
"""Samples below which a slice says little."""


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """Where figures were measured: one document, prompt and model."""

    document: str
    prompt: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean with its interval, and what the comparison with the baseline found on the cases that both have."""

    interval: Interval
    change: MetricChange | None = None

    @property
    def state(self) -> str:
        """``better``, ``worse``, ``same``, ``inconclusive`` or ``neutral``."""
        return _STATES[str(self.change.verdict)] if self.change else "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A score in every column of a document; ``None`` where it was not measured."""

    info: ScorerInfo
    figures: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """A slice of one column: means of the scores that count. ``few``: it says little."""

    name: str
    column: Column
    samples: int
    few: bool
    means: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    document: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    counted: tuple[ScorerInfo, ...]
    slices: tuple[SliceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A sample with how bad it is: hard failures, then what it lost of the scores that count, 0 to 1 each.

    :ivar losing: scores in which it lost something, the most first.
    :ivar before: its partner in the baseline.
    """

    sample: Sample
    scores: tuple[Score, ...]
    hard: tuple[Score, ...]
    losing: tuple[Score, ...]
    lost: float
    lost_before: float | None
    before: Sample | None = None

    @property
    def is_bad(self) -> bool:
        return self.sample.error is not None or bool(self.hard) or self.lost > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a column took. ``cost`` is ``None`` if the price of any sample is not known.

    :ivar worded: sentences in a model's words, ``replaced`` those where its words were refused, ``own`` all others.
    """

    column: Column
    samples: int
    median: float
    most: float
    tokens_in: int
    tokens_out: int
    cost: float | None
    worded: int
    replaced: int
    own: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate said. ``name`` is ``passed``, ``stopped`` or ``inconclusive``; ``reasons`` why, in words."""

    name: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    record: RunRecord
    comparisons: tuple[Comparison, ...]
    verdict: Verdict | None
    scorecards: tuple[Scorecard, ...]
    ranked: tuple[Ranked, ...]
    costs: tuple[CostRow, ...]
    hard: int
    refused: Mapping[str, str]

    @property
    def baselines(self) -> tuple[RunRecord, ...]:
        """Each run that it is held against, once."""
        return tuple({id(one.before): one.before for one in self.comparisons}.values())

    @property
    def worst(self) -> tuple[Ranked, ...]:
        return tuple(one for one in self.ranked if one.is_bad)[:10]


def column_of(sample: Sample) -> Column:
    return Column(sample.cell.document, sample.cell.prompt, sample.cell.model)


def report(
    record: RunRecord,
    comparisons: Iterable[Comparison] = (),
    verdict: Verdict | None = None,
    refused: Mapping[str, str] | None = None,
) -> Report:
    """All that a report shows of a run.

    :param comparisons: of baselines with this run; ``verdict`` what the gate said of them.
    :param refused: baselines that could not be compared with it, and why.
    """
    held = tuple(comparisons)
    scores = _by_sample(record)
    ranked = _ranked(record, held, scores)
    return Report(
        record=record,
        comparisons=held,
        verdict=verdict,
        scorecards=tuple(_scorecards(record, scores, _changes(held))),
        ranked=tuple(ranked),
        costs=tuple(_costs(record)),
        hard=sum(len(one.hard) for one in ranked),
        refused=refused or {},
    )


def _changes(comparisons: Iterable[Comparison]) -> dict[tuple[Column, str], MetricChange]:
    """What changed, by the column and score of the later run; ``none → local`` stands in the column of ``local``."""
    return {
        (Column(row.document, _later(row.prompt), _later(row.model)), row.metric.name): row
        for comparison in comparisons
        for row in comparison.whole
    }


def _later(turned: str) -> str:
    return turned.rpartition("→")[2].strip()


def _by_sample(record: RunRecord) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = defaultdict(list)
    for score in record.all_scores:
        found[score.sample].append(score)
    return found


def _ranked(
    record: RunRecord, comparisons: Sequence[Comparison], scores: Mapping[str, Sequence[Score]]
) -> list[Ranked]:
    earlier = _earlier(comparisons)
    found = []
    for sample in record.samples:
        own = scores.get(sample.key, [])
        before, lost_before = earlier.get(sample.key, (None, None))
        found.append(
            Ranked(
                sample=sample,
                scores=tuple(own),
                hard=tuple(one for one in own if failed_hard(one, record.scorers.get(one.scorer))),
                losing=_losing(own, record.scorers),
                lost=_lost(own, record.scorers),
                lost_before=lost_before,
                before=before,
            )
        )
    return sorted(found, key=_badness)


def _badness(one: Ranked) -> tuple[object, ...]:
    grown = one.lost - one.lost_before if one.lost_before is not None else 0.0
    cell = one.sample.cell
    return (
        one.sample.error is None,
        -len(one.hard),
        -round(one.lost, 9),
        -round(grown, 9),
        one.sample.case,
        cell.model,
        cell.language,
        cell.repeat,
    )


def _earlier(comparisons: Iterable[Comparison]) -> dict[str, tuple[Sample, float]]:
    """By the key of a sample of the later run, its partner in the earlier one and what that lost."""
    found = {}
    for comparison in comparisons:
        scores = _by_sample(comparison.before)
        for pair in comparison.pairing.pairs:
            for before, after in zip(pair.before, pair.after, strict=False):
                found[after.key] = (before, _lost(scores.get(before.key, []), comparison.before.scorers))
    return found


def _losing(scores: Sequence[Score], scorers: Mapping[str, ScorerInfo]) -> tuple[Score, ...]:
    lost = [(loss(one, scorers.get(one.scorer)) or 0.0, one) for one in scores]
    return tuple(one for size, one in sorted(lost, key=lambda pair: -pair[0]) if size > 0)


def _lost(scores: Sequence[Score], scorers: Mapping[str, ScorerInfo]) -> float:
    """Mean loss over the primary scores; where there are none, over all that can be lost in."""
    lost = [(scorers[one.scorer].primary, loss(one, scorers[one.scorer])) for one in scores if one.scorer in scorers]
    primary = [value for is_primary, value in lost if is_primary and value is not None]
    chosen = primary or [value for _, value in lost if value is not None]
    return sum(chosen) / len(chosen) if chosen else 0.0


def _scorecards(
    record: RunRecord, scores: Mapping[str, Sequence[Score]], changes: Mapping[tuple[Column, str], MetricChange]
) -> list[Scorecard]:
    columns: dict[str, list[Column]] = defaultdict(list)
    samples: dict[Column, list[Sample]] = defaultdict(list)
    for sample in record.samples:
        column = column_of(sample)
        samples[column].append(sample)
        if column not in columns[column.document]:
            columns[column.document].append(column)
    found = []
    for document, listed in columns.items():
        held = {column: _values(samples[column], scores) for column in listed}
        infos = [info for name, info in record.scorers.items() if any(name in one for one in held.values())]
        counted = tuple([one for one in infos if one.primary] or [one for one in infos if one.higher_is_better][:4])
        found.append(
            Scorecard(
                document=document,
                columns=tuple(listed),
                rows=tuple(_row(info, listed, held, changes) for info in infos),
                counted=counted,
                slices=tuple(row for one in listed for row in _slices(one, samples[one], scores, counted)),
            )
        )
    return found


_Values = list[tuple[float, str]]
"""Values of a score with the organisation that each comes from."""


def _values(samples: Sequence[Sample], scores: Mapping[str, Sequence[Score]]) -> dict[str, _Values]:
    found: dict[str, _Values] = defaultdict(list)
    for sample in samples:
        for score in scores.get(sample.key, ()):
            found[score.scorer].append((float(score.value), sample.organisation or sample.case))
    return found


def _row(
    info: ScorerInfo,
    columns: Sequence[Column],
    held: Mapping[Column, Mapping[str, _Values]],
    changes: Mapping[tuple[Column, str], MetricChange],
) -> Row:
    figures = []
    for column in columns:
        values = held[column].get(info.name)
        figures.append(_figure(values, info, changes.get((column, info.name))) if values else None)
    return Row(info=info, figures=tuple(figures))


def _figure(values: _Values, info: ScorerInfo, change: MetricChange | None) -> Figure:
    found = interval_of([one for one, _ in values], [cluster for _, cluster in values], info.unit)
    return Figure(interval=found, change=change)


def _slices(
    column: Column, samples: Sequence[Sample], scores: Mapping[str, Sequence[Score]], counted: Sequence[ScorerInfo]
) -> list[SliceRow]:
    by_slice: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        for name in _slice_names(sample):
            by_slice[name].append(sample)
    found = []
    for name, chosen in sorted(by_slice.items()):
        values = _values(chosen, scores)
        means = [_mean(values.get(one.name)) for one in counted]
        found.append(SliceRow(name=name, column=column, samples=len(chosen), few=len(chosen) < FEW, means=tuple(means)))
    return found


def _slice_names(sample: Sample) -> list[str]:
    """Its tags, its language and its split."""
    return list(dict.fromkeys(filter(None, [*sample.slices, sample.cell.language, sample.split])))


def _mean(values: _Values | None) -> float | None:
    return sum(one for one, _ in values) / len(values) if values else None


def _costs(record: RunRecord) -> list[CostRow]:
    by_column: dict[Column, list[Sample]] = defaultdict(list)
    for sample in record.samples:
        if sample.error is None:
            by_column[column_of(sample)].append(sample)
    return [_cost(column, samples) for column, samples in by_column.items()]


def _cost(column: Column, samples: Sequence[Sample]) -> CostRow:
    seconds = sorted(one.seconds for one in samples)
    origins = [statement.origin for one in samples if one.draft for statement in one.draft.statements]
    worded = sum(origin in ("reworded", "drafted") for origin in origins)
    replaced = origins.count("replaced")
    costs = [one.usage.cost for one in samples]
    return CostRow(
        column=column,
        samples=len(samples),
        median=median(seconds),
        most=seconds[min(len(seconds) - 1, math.ceil(len(seconds) * 0.95) - 1)],
        tokens_in=sum(one.usage.tokens_in for one in samples),
        tokens_out=sum(one.usage.tokens_out for one in samples),
        cost=None if None in costs else sum(one or 0.0 for one in costs),
        worded=worded,
        replaced=replaced,
        own=len(origins) - worded - replaced,
    )
