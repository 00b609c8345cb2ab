"""A run held against accepted ones, and what the gate says of it, for a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coachkit.drafting.facts import Language
from coachkit.errors import BadInput
from coachkit.evaluation.baselines import baseline_of
from coachkit.evaluation.comparing import Comparison, compare
from coachkit.evaluation.gating import Gate, Reason, gate
from coachkit.evaluation.matrix import Filters
from coachkit.evaluation.record import RunRecord
from coachkit.evaluation.reporting.viewing import Verdict
from coachkit.evaluation.reporting.words import Words
from coachkit.evaluation.rules import GateRules

__all__ = ["Held", "accepted", "held_against", "verdict_of"]


def accepted(record: RunRecord, evals: Path) -> list[RunRecord]:
    """The baselines of the documents in a record, ``evals/<document>/baseline.jsonl``, as far as there are any."""
    documents = dict.fromkeys(one.cell.document for one in record.samples)
    places = [baseline_of(evals, document) for document in documents]
    return [RunRecord.load(path) for path in places if path.is_file()]


@dataclass(frozen=True)
class Held:
    """What came of it. :ivar refused: run of a baseline that could not be compared → why."""

    comparisons: tuple[Comparison, ...]
    gate: Gate
    refused: Mapping[str, str]


def held_against(record: RunRecord, baselines: Iterable[RunRecord]) -> Held:
    """Each baseline with this run, a document at a time, and the gate's judgement by the rules in the record."""
    rules = GateRules.model_validate(record.run.matrix.get("gate") or {})
    found = []
    refused: dict[str, str] = {}
    for baseline in baselines:
        for document in dict.fromkeys(one.cell.document for one in baseline.samples):
            part = Filters.of([f"document={document}"])
            try:
                found.append(
                    compare(
                        baseline,
                        record,
                        rules=rules,
                        before_filters=part,
                        after_filters=part,
                        common=True,
                        slices=False,
                    )
                )
            except BadInput as error:
                refused[f"{baseline.run.id}, {document}"] = error.message
    return Held(tuple(found), gate(record, found, rules=rules), refused)


def verdict_of(judged: Gate, language: Language) -> Verdict | None:
    """What the gate said in words; ``None`` where nothing was compared and no rule was broken."""
    if judged.is_open and not judged.comparisons:
        return None
    unsure = any(one.code == "inconclusive" for one in judged.warnings)
    name = "stopped" if not judged.is_open else "inconclusive" if unsure else "passed"
    return Verdict(name=name, reasons=tuple(_said(one, language) for one in _told(judged)))


def _told(judged: Gate) -> Sequence[Reason]:
    """What stops; where nothing does, what is to be known beside."""
    return judged.stops or judged.warnings


def _said(reason: Reason, language: Language) -> str:
    what, words = reason.said[0], Words(language)
    metric = words.metric(reason.metric) if reason.metric else ""
    document = words.document(reason.document) if reason.document else ""
    where = " · ".join(filter(None, [document, reason.model, metric]))
    said = what.zh if language == "zh" else what.en
    between = "：" if language == "zh" else ": "
    return f"{where}{between}{said}" if where else said
