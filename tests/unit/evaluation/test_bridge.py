"""Evaluators of pydantic-evals, its own and a team's, over a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from pydantic_evals.evaluators import Contains, EvaluationReason, Evaluator, EvaluatorContext

from coachkit.errors import BadInput
from coachkit.evaluation.bridge import as_dataset, evaluated, evaluators_named
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import (
    CaseLine,
    Cell,
    Failure,
    RunLine,
    RunRecord,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
    ScorerInfo,
)

AT = datetime(2026, 5, 11, 6, tzinfo=UTC)


def sample(key: str, text: str) -> Sample:
    said = SampleSection(name="wins", statements=(SampleStatement(text=text, evidence=("x",)),))
    draft = SampleDraft(window_start=AT, window_end=AT, sections=(said,))
    return Sample(key=key, case="a", cell=Cell(document="brief", language="en"), draft=draft)


def record(*scorers: ScorerInfo) -> RunRecord:
    failed = Sample(key="f", case="a", cell=Cell(document="brief"), error=Failure(code="x"))
    return RunRecord(
        RunLine(id="r", started_at=AT, suite="s"),
        cases=[CaseLine(case=EvalCase(id="a", document="brief", organisation="o", subject="x", gold=("T-1",)))],
        samples=[sample("one", "Bo closed T-1."), failed, sample("two", "Nothing is known.")],
        scorers=scorers,
    )


@dataclass
class SaysGold(Evaluator[EvalCase, str, Sample]):
    """A team's own: it sees the case, the text and the sample with its evidence."""

    def evaluate(self, ctx: EvaluatorContext[EvalCase, str, Sample]) -> EvaluationReason:
        assert ctx.metadata is not None
        assert ctx.metadata.cited == ("x",)
        return EvaluationReason(sum(key in ctx.output for key in ctx.inputs.gold) / len(ctx.inputs.gold), "by hand")


EVALUATORS = [SaysGold(), Contains(value="Bo")]


def test_what_they_say_stands_beside_the_scores_of_each_document() -> None:
    found = evaluated(record(), EVALUATORS)
    assert [
        (one.sample, one.scorer, one.value, one.reason) for one in found.all_scores if one.scorer == "SaysGold"
    ] == [
        ("one", "SaysGold", 1.0, "by hand"),
        ("two", "SaysGold", 0.0, "by hand"),
    ]
    contains = {one.sample: one.value for one in found.all_scores if one.scorer == "Contains"}
    assert contains == {"one": True, "two": False}
    assert {one.name: one.unit for one in found.scorers.values()} == {"SaysGold": "score", "Contains": "pass"}
    assert found.samples == record().samples


def test_they_do_not_take_the_name_of_a_scorer_of_ours() -> None:
    with pytest.raises(BadInput, match="scorer 'Contains' already"):
        evaluated(record(ScorerInfo(name="Contains", version=1, unit="pass")), EVALUATORS)


def test_a_record_is_one_of_its_datasets() -> None:
    assert [case.name for case in as_dataset(record()).cases] == ["one", "two"]


def test_they_are_found_by_module_and_name() -> None:
    assert evaluators_named(f"{__name__}:EVALUATORS") == EVALUATORS
    for place in ("none.such:x", f"{__name__}:nothing", f"{__name__}:SaysGold", "coachkit"):
        with pytest.raises(BadInput):
            evaluators_named(place)
