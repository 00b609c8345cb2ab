"""What a scorer is, and what it may look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Cell, Sample, Score, ScorerInfo

__all__ = ["Peers", "Scorer", "info_of", "score_all"]


class Peers:
    """The other samples of a run, for scores that compare twins."""

    def __init__(self, cases: Mapping[str, EvalCase], samples: Iterable[Sample]) -> None:
        self._cases = cases
        self._samples = {(one.case, one.cell): one for one in samples}

    def case(self, name: str) -> EvalCase | None:
        return self._cases.get(name)

    def twin(self, case: EvalCase, sample: Sample) -> Sample | None:
        """What was made in the same cell for the case whose twin this is; ``None`` without one, or where it failed."""
        return self._held(case.twin, sample.cell) if case.twin else None

    def other_language(self, sample: Sample) -> Sample | None:
        """The same case in the other language, by the same prompt and model."""
        other = "zh" if sample.cell.language == "en" else "en"
        return self._held(sample.case, sample.cell.model_copy(update={"language": other}))

    def repeats(self, sample: Sample) -> list[Sample]:
        """All samples of this case and cell, this one too, by number."""
        found = [
            one
            for (case, cell), one in self._samples.items()
            if case == sample.case and cell.model_copy(update={"repeat": sample.cell.repeat}) == sample.cell
        ]
        return sorted(found, key=lambda one: one.cell.repeat)

    def _held(self, case: str, cell: Cell) -> Sample | None:
        found = self._samples.get((case, cell))
        return None if found is None or found.error is not None else found


class Scorer(Protocol):
    """Says one thing about a sample.

    Its docstring holds the formula, the unit, and whose it is. A change of what it says is a change of ``version``.

    :ivar name: as records and reports call it: ``citation_recall``.
    :ivar unit: ``share`` (0 to 1), ``pass`` (true or false), ``count``, ``seconds``, ``tokens``, ``usd``, ``grade`` …
    :ivar higher_is_better: which way is up; ``None``: it only describes.
    :ivar hard: a false value (or, of a count, one above 0) stops a change whatever else is better.
    :ivar primary: a significant loss in it stops a change.
    :ivar documents: which documents and subjects it is about; empty: all documents.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def higher_is_better(self) -> bool | None: ...
    @property
    def hard(self) -> bool: ...
    @property
    def primary(self) -> bool: ...
    @property
    def documents(self) -> tuple[str, ...]: ...

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        """``None``: it does not apply, or the case does not say what would be needed. Never raises for what a model
        wrote."""


def info_of(scorer: Scorer) -> ScorerInfo:
    """What a record says of a scorer; the first paragraph of its docstring as what it means."""
    words = " ".join((type(scorer).__doc__ or "").split("\n\n")[0].split())
    return ScorerInfo(
        name=scorer.name,
        version=scorer.version,
        unit=scorer.unit,
        higher_is_better=scorer.higher_is_better,
        hard=scorer.hard,
        primary=scorer.primary,
        meaning=words,
    )


def score_all(scorers: Sequence[Scorer], cases: Mapping[str, EvalCase], samples: Sequence[Sample]) -> list[Score]:
    """Every score of every sample, in order of samples and scorers. A sample that failed has none."""
    peers = Peers(cases, samples)
    found = []
    for sample in samples:
        case = cases.get(sample.case)
        if case is None or sample.error is not None:
            continue
        for scorer in scorers:
            if scorer.documents and sample.cell.document not in scorer.documents:
                continue
            if not scorer.documents and not sample.is_document:
                continue
            score = scorer.score(case, sample, peers)
            if score is not None:
                found.append(score.model_copy(update={"sample": sample.key, "scorer": scorer.name}))
    return found
