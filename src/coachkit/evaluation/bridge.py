"""pydantic-evals: a record as one of its datasets, and its evaluators, or a team's own, as scorers of a record.

Nothing is run for it but the evaluators: what they are given as output is what the run made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

from coachkit.errors import BadInput
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import RunRecord, Sample, Score, ScorerInfo

if TYPE_CHECKING:
    from pydantic_evals import Dataset
    from pydantic_evals.evaluators import Evaluator

__all__ = ["as_dataset", "evaluated", "evaluators_named"]


def as_dataset(
    record: RunRecord, evaluators: Sequence[Evaluator[EvalCase, str, Sample]] = ()
) -> Dataset[EvalCase, str, Sample]:
    """A case for each sample that there is, named by its key.

    Its inputs are the case, its metadata the sample with evidence and all; the output of a run is the document's text.
    """
    from pydantic_evals import Case, Dataset

    cases: list[Case[EvalCase, str, Sample]] = [
        Case(name=one.key, inputs=record.cases[one.case], metadata=one)
        for one in record.samples
        if one.error is None and one.case in record.cases
    ]
    return Dataset[EvalCase, str, Sample](name=record.run.suite, cases=cases, evaluators=list(evaluators))


def evaluated(record: RunRecord, evaluators: Sequence[Evaluator[EvalCase, str, Sample]]) -> RunRecord:
    """The record with what these evaluators say of each document, beside the scores it has.

    Assertions become passes, and scores values of which higher is better; labels are no scores and are left out. An
    evaluator that raises says nothing of that sample.

    :raises BadInput: if one has the name of a scorer of ours.
    """
    dataset = as_dataset(record, [_reading(one) for one in evaluators])
    # In a thread of its own: in a notebook, say, a loop runs in this one already.
    with ThreadPoolExecutor(1) as thread:
        report = thread.submit(
            lambda: asyncio.run(dataset.evaluate(_unread, name=record.run.suite, progress=False))
        ).result()
    scorers: dict[str, ScorerInfo] = {}
    scores: list[Score] = []
    for case in report.cases:
        said: list[tuple[str, str, Any]] = [(name, "pass", one) for name, one in case.assertions.items()]
        said += [(name, "score", one) for name, one in case.scores.items()]
        for name, unit, one in said:
            if name in record.scorers:
                raise BadInput(f"there is a scorer {name!r} already.", hint="Give the evaluator another name.")
            about = ScorerInfo(name=name, version=1, unit=unit, higher_is_better=True, meaning=_meaning(one.source))
            scorers.setdefault(name, about)
            scores.append(Score(sample=case.name, scorer=name, value=one.value, reason=one.reason or ""))
    order = {sample.key: place for place, sample in enumerate(record.samples)}
    scores.sort(key=lambda score: (order[score.sample], score.scorer))
    return record.scored([*record.scorers.values(), *scorers.values()], [*record.all_scores, *scores])


def evaluators_named(place: str) -> list[Evaluator[EvalCase, str, Sample]]:
    """The evaluators of a module, by ``package.module:NAME``: one, or a list of them.

    :raises BadInput: if there is none.
    """
    from pydantic_evals.evaluators import Evaluator

    module, _, name = place.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BadInput(
            f"no evaluators can be had there: {error}",
            subject=place,
            hint="Say PACKAGE.MODULE:NAME, where NAME is an evaluator of pydantic-evals or a list of them.",
        ) from error
    several = list(found) if isinstance(found, list | tuple) else [found]
    if not several or not all(isinstance(one, Evaluator) for one in several):
        raise BadInput("that is no evaluator of pydantic-evals.", subject=place, hint="An instance, not a class.")
    return several


def _unread(_case: EvalCase) -> str:
    """What was made is not made again."""
    return ""


def _meaning(source: Any) -> str:
    arguments = getattr(source, "arguments", None)
    return f"pydantic-evals: {getattr(source, 'name', '')}{f' {arguments}' if arguments else ''}"


def _reading(evaluator: Evaluator[EvalCase, str, Sample]) -> Evaluator[EvalCase, str, Sample]:
    """The evaluator, given the text of the sample that is its metadata."""
    from dataclasses import dataclass, replace

    from pydantic_evals.evaluators import Evaluator as Base
    from pydantic_evals.evaluators import EvaluatorContext

    @dataclass
    class Reading(Base[EvalCase, str, Sample]):
        def get_default_evaluation_name(self) -> str:
            return evaluator.get_default_evaluation_name()

        async def evaluate(self, ctx: EvaluatorContext[EvalCase, str, Sample]) -> Any:
            sample = ctx.metadata
            text = sample.draft.text if sample is not None and sample.draft else ""
            return await evaluator.evaluate_async(replace(ctx, output=text))

    return Reading()
