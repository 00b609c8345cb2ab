"""The gate: whether a change may pass, and if not, which cases stop it and what to do.

Hard failures stop always, whatever else is better and without a baseline. All else is judged against an accepted run of
the same cases: a primary metric that lost significantly (Holm over all of them) or, where a model answers the same
every time, lost more than its margin; samples that failed, are missing, or cannot be scored any more; a prompt whose
text changed under a version that was there before. Where the cases can tell neither, it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coachkit.drafting.prompts.locking import Finding as PromptFinding
from coachkit.evaluation.comparing import Comparison, MetricChange, Verdict, judged
from coachkit.evaluation.gate_words import WORDS, Said
from coachkit.evaluation.record import RunRecord, Sample, Score
from coachkit.evaluation.rules import GateRules

__all__ = ["Gate", "Reason", "gate", "hard_failures", "prompt_reasons"]

Level = Literal["stop", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the gate stays shut, or what it wants said.

    :ivar code: ``hard``, ``loss``, ``margin``, ``failed``, ``missing``, ``unscored``, ``incomparable``, ``prompt``,
        ``unfinished``, ``altered``, ``inconclusive``, ``added``.
    :ivar said: what is the matter and what to do, in English and Chinese.
    :ivar cases: the worst first.
    :ivar figures: of a metric: before, after, p, margin …
    """

    code: str
    level: Level
    document: str = ""
    metric: str = ""
    model: str = ""
    said: tuple[Said, Said]
    cases: tuple[str, ...] = ()
    figures: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Gate:
    """The verdict. ``comparison`` is ``None`` where there was no baseline to compare with."""

    reasons: tuple[Reason, ...]
    comparisons: tuple[Comparison, ...] = ()

    @property
    def stops(self) -> tuple[Reason, ...]:
        return tuple(one for one in self.reasons if one.level == "stop")

    @property
    def warnings(self) -> tuple[Reason, ...]:
        return tuple(one for one in self.reasons if one.level == "warning")

    @property
    def is_open(self) -> bool:
        return not self.stops


def gate(
    record: RunRecord,
    comparisons: Iterable[Comparison] = (),
    *,
    rules: GateRules | None = None,
    prompts: Iterable[Reason] = (),
) -> Gate:
    """Judge a run.

    :param comparisons: of accepted runs (``before``) with this one (``after``), one a baseline.
    :param prompts: what is wrong with the prompts' files (:func:`prompt_reasons`).
    """
    rules, held = rules or GateRules(), tuple(comparisons)
    reasons = [*prompts, *hard_failures(record), *_unfinished(record)]
    for comparison in held:
        reasons += _of_comparison(comparison, rules)
    reasons += _of_rows(held, rules)
    order = {"stop": 0, "warning": 1}
    return Gate(tuple(sorted(reasons, key=lambda one: order[one.level])), held)


def prompt_reasons(findings: Iterable[PromptFinding]) -> list[Reason]:
    """What the lock of the prompts says (``coachkit prompt check``), as reasons to stop."""
    return [
        _reason(
            "prompt", values={"what": f"{one.file}: {one.message}", "todo": one.hint}, document=one.file.split("/")[0]
        )
        for one in findings
    ]


def hard_failures(record: RunRecord) -> list[Reason]:
    """A reason for each document, model and hard metric that failed anywhere, with every case."""
    found: dict[tuple[str, str, str], list[tuple[Sample, Score]]] = {}
    for score in record.all_scores:
        metric, sample = record.scorers.get(score.scorer), record.by_key.get(score.sample)
        if metric is None or sample is None or not metric.hard:
            continue
        wrong = float(score.value) < 1 if metric.higher_is_better is not False else float(score.value) > 0
        if wrong:
            found.setdefault((sample.cell.document, score.scorer, sample.cell.model), []).append((sample, score))
    return [
        _reason(
            "hard",
            document=document,
            metric=metric,
            model=model,
            cases=[_with_reason(sample, score.reason) for sample, score in wrong],
            values={"number": len(wrong), "meaning": record.scorers[metric].meaning},
        )
        for (document, metric, model), wrong in sorted(found.items())
    ]


def _unfinished(record: RunRecord) -> list[Reason]:
    if record.is_complete:
        return []
    missing = record.end.missing if record.end else 0
    why = (record.end.stopped if record.end else "") or "it has no end"
    return [_reason("unfinished", values={"missing": missing, "why": why})]


def _of_comparison(comparison: Comparison, rules: GateRules) -> Iterator[Reason]:
    yield from _of_prompts(comparison)
    yield from _of_pairing(comparison)
    for metric, document, cases in comparison.silent:
        if rules.is_primary(metric) or metric.hard:
            yield _reason("unscored", document=document, metric=metric.name, cases=cases, values={"number": len(cases)})
    for name, why in comparison.not_comparable.items():
        metric = comparison.after.scorers.get(name) or comparison.before.scorers[name]
        if rules.is_primary(metric) or metric.hard:
            new = name not in comparison.before.scorers
            if new and all(one.scorer != name for one in comparison.after.all_scores):
                continue  # it says nothing of these documents
            yield _reason("incomparable", "warning" if new else "stop", metric=name, values={"why": why})


def _of_rows(comparisons: Sequence[Comparison], rules: GateRules) -> Iterator[Reason]:
    """What the metrics say, all primary ones of all baselines as one family."""
    owners = [comparison for comparison in comparisons for _ in comparison.whole]
    rows = judged([row for comparison in comparisons for row in comparison.whole], rules)
    for comparison, row in zip(owners, rows, strict=True):
        if row.primary or row.metric.hard:
            yield from _of_scored(row, rules)
        if row.primary and row.metric.higher_is_better is not None:
            yield from _of_row(row, rules, noisy=_is_noisy(comparison, row))


def _of_prompts(comparison: Comparison) -> Iterator[Reason]:
    before, after = comparison.before.run.prompts, comparison.after.run.prompts
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            agent = name.partition("@")[0]
            todo = f"coachkit prompt new {agent}"
            what = f"{name}: its text is not what the baseline was made with, and its version is the same."
            yield _reason("prompt", document=agent, values={"what": what, "todo": todo})


def _of_pairing(comparison: Comparison) -> Iterator[Reason]:
    pairing = comparison.pairing
    if pairing.only_before:
        yield _reason("missing", cases=pairing.only_before, values={"number": len(pairing.only_before)})
    if pairing.altered:
        cases = [f"{case}: {what}" for case, what in pairing.altered.items()]
        yield _reason("altered", "warning", cases=cases, values={"number": len(cases)})
    if pairing.only_after:
        number = len(pairing.only_after)
        yield _reason("added", "warning", cases=pairing.only_after, values={"number": number})
    broken = [pair for pair in pairing.pairs if pair.failed[1] and not pair.failed[0]]
    if broken:
        cases = [_with_reason(pair.after[0], _failure(pair.after[0])) for pair in broken]
        yield _reason("failed", cases=cases, values={"number": len(broken)})


def _of_scored(row: MetricChange, rules: GateRules) -> Iterator[Reason]:
    """Samples that lost their score: what says nothing cannot be wrong, and is no success."""
    lost = len(row.unscored)
    if lost and lost > rules.unscored * (row.change.interval.values + lost):
        yield _of_metric("unscored", row, cases=row.unscored, more={"number": lost})


def _of_row(row: MetricChange, rules: GateRules, *, noisy: bool) -> Iterator[Reason]:
    beyond = row.loss > row.margin * (1 + 1e-9)
    if row.verdict is Verdict.WORSE:
        yield _of_metric("loss", row)
    elif beyond and not noisy:
        yield _of_metric("margin", row)
    elif not row.changed:  # the same in every case: there is nothing to be unsure of here
        return
    elif row.verdict is Verdict.INCONCLUSIVE and row.worst_loss > row.margin and rules.inconclusive != "pass":
        yield _of_metric("inconclusive", row, level="stop" if rules.inconclusive == "stop" else "warning")


def _is_noisy(comparison: Comparison, row: MetricChange) -> bool:
    """Whether a model says something else each time, and was asked more than once for that reason: what it lost in one
    run is then no loss yet."""
    models = row.model.split(" → ")
    known = {**comparison.before.run.models, **comparison.after.run.models}
    return any(known.get(model, {}).get("repeats", 1) > 1 for model in models)


def _of_metric(
    code: str,
    row: MetricChange,
    *,
    level: Level = "stop",
    cases: Sequence[str] | None = None,
    more: Mapping[str, object] | None = None,
) -> Reason:
    figures = {
        "before": row.change.before,
        "after": row.change.after,
        "loss": row.loss,
        "low": row.change.interval.low,
        "high": row.change.interval.high,
        "p": row.adjusted,
        "margin": row.margin,
        "worst_loss": row.worst_loss,
        "detectable": row.detectable,
        "cases": float(row.change.interval.values),
        "clusters": float(row.change.interval.clusters),
    }
    lost = [
        f"{one.case} ({one.language}): {_figure(one.before)} → {_figure(one.after)}"
        + (f", {one.reason}" if one.reason else "")
        for one in row.changed
        if one.loss > 0
    ]
    told = {name: _figure(value) for name, value in figures.items()}
    return _reason(
        code,
        level,
        document=row.document,
        metric=row.metric.name,
        model=row.model,
        cases=lost if cases is None else cases,
        values={**told, "unit": row.metric.unit, **(more or {})},
        figures=figures,
    )


def _reason(
    code: str,
    level: Level = "stop",
    *,
    document: str = "",
    metric: str = "",
    model: str = "",
    cases: Iterable[str] = (),
    values: Mapping[str, object] | None = None,
    figures: Mapping[str, float] | None = None,
) -> Reason:
    told = values or {}
    what, todo = WORDS[code]
    fill: Callable[[Said], Said] = lambda said: Said(said.en.format(**told), said.zh.format(**told))  # noqa: E731
    return Reason(
        code=code,
        level=level,
        document=document,
        metric=metric,
        model=model,
        said=(fill(what), fill(todo)),
        cases=tuple(cases),
        figures=figures,
    )


def _with_reason(sample: Sample, reason: str) -> str:
    where = f"{sample.case} ({sample.cell.language})" if sample.cell.language else sample.case
    return f"{where}: {reason}" if reason else where


def _failure(sample: Sample) -> str:
    return f"{sample.error.code} {sample.error.message}".strip() if sample.error else ""


def _figure(value: float) -> str:
    """As short as it stays exact enough: 0.93, 412, 1.2e-05."""
    return f"{value:.3g}" if abs(value) < 100 or value == float("inf") else f"{value:.0f}"
