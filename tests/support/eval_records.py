"""Records of runs that never took place: samples of a few organisations with the scores a test gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import (
    CaseLine,
    Cell,
    EndLine,
    Failure,
    RunLine,
    RunRecord,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
    Score,
    ScorerInfo,
)

__all__ = ["HARD", "LENGTH", "RECALL", "RIGHT", "a_case", "a_record"]

RECALL = ScorerInfo(name="evidence_recall", version=1, unit="share", higher_is_better=True, primary=True)
RIGHT = ScorerInfo(name="right_language", version=1, unit="pass", higher_is_better=True, primary=True)
LENGTH = ScorerInfo(name="characters", version=1, unit="count", higher_is_better=None)
HARD = ScorerInfo(
    name="citations_valid", version=1, unit="pass", higher_is_better=True, hard=True, meaning="Each citation exists."
)

Value = Callable[[int, int, str], bool | float | None]
"""Score of the case of this organisation, this number, in this language."""


def a_case(organisation: int, number: int, **more: Any) -> EvalCase:
    given = {
        "id": f"brief-{organisation}-{number}",
        "document": "brief",
        "organisation": f"org-{organisation}",
        "subject": f"person{number}@org{organisation}.example",
        "day": date(2026, 5, 8),
        "slices": ("thin",) if number % 2 else ("rich",),
        **more,
    }
    return EvalCase.model_validate(given)


def a_record(
    values: dict[ScorerInfo, Value],
    *,
    organisations: int = 8,
    cases: int = 4,
    languages: Iterable[str] = ("en", "zh"),
    model: str = "none",
    prompt: str = "",
    repeats: int = 1,
    failed: Iterable[str] = (),
    without: Iterable[str] = (),
    change: Callable[[EvalCase], EvalCase] = lambda case: case,
    scorers: Iterable[ScorerInfo] | None = None,
    ended: bool = True,
    made: dict[str, dict[str, Any]] | None = None,
    **run: Any,
) -> RunRecord:
    """:param failed: ids of cases that came to nothing; ``without`` those that are not there."""
    asked = {
        (place, number): change(a_case(place, number)) for place in range(organisations) for number in range(cases)
    }
    asked = {place: case for place, case in asked.items() if case.id not in set(without)}
    samples, scores = [], []
    for (place, number), case in asked.items():
        for language in languages:
            for repeat in range(1, repeats + 1):
                cell = Cell(document=case.document, prompt=prompt, model=model, language=language, repeat=repeat)
                sample = _sample(case, cell, broken=case.id in set(failed))
                samples.append(sample)
                if sample.error is None:
                    scores += _scores(sample, values, (place, number, language))
    return RunRecord(
        RunLine(
            id=f"run-{model}",
            started_at=datetime(2026, 5, 9, tzinfo=UTC),
            suite="quick",
            organisations=made or {},
            **run,
        ),
        cases=[CaseLine(case=case, split="development") for case in asked.values()],
        samples=samples,
        scorers=tuple(values if scorers is None else scorers),
        scores=scores,
        end=EndLine(samples=len(samples)) if ended else None,
    )


def _sample(case: EvalCase, cell: Cell, *, broken: bool) -> Sample:
    day = datetime(2026, 5, 1, tzinfo=UTC)
    said = SampleStatement(id="f1", fact="wins.delivery", text=f"{case.subject} shipped PAY-1.", evidence=("r1",))
    draft = SampleDraft(
        window_start=day, window_end=day, sections=(SampleSection(name="wins", title="Wins", statements=(said,)),)
    )
    return Sample(
        key=f"{case.id}/{cell.model}/{cell.prompt}/{cell.language}/{cell.repeat}",
        case=case.id,
        organisation=case.organisation,
        split="development",
        slices=case.slices,
        cell=cell,
        draft=None if broken else draft,
        error=Failure(code="model-unavailable", message="it hung up") if broken else None,
    )


def _scores(sample: Sample, values: dict[ScorerInfo, Value], place: tuple[int, int, str]) -> list[Score]:
    found = [(metric, value(*place)) for metric, value in values.items()]
    return [
        Score(sample=sample.key, scorer=metric.name, value=value, reason=f"{metric.name} is {value}")
        for metric, value in found
        if value is not None
    ]
