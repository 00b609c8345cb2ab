"""What a model says of each statement; it counts only once it was held against two people and found to be of use."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.judging.calibration import Calibration
from coachkit.evaluation.judging.labels import LabelBook, Said, fingerprint
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["Judged"]


@dataclass(frozen=True, kw_only=True)
class Judged(Measure):
    """Share of the statements that a model calls supported by their records: ``supported / labelled``.

    The labels are a file (:mod:`coachkit.evaluation.judging.labels`) made by asking the model about each statement of a
    run. Without a calibration that holds (:mod:`coachkit.evaluation.judging.calibration`: two people agree, and the
    judge with them often enough) it says nothing at all; with one, the share is corrected for how often the judge errs
    (W. J. Rogan, B. Gladen 1978). A label of other words than those that stand there now is passed over.
    """

    book: LabelBook
    calibration: Calibration | None = None
    name: str = "judged_support"

    @property
    def counts(self) -> bool:
        """Whether it was calibrated: otherwise it has no score for anything."""
        held = self.calibration
        return held is not None and held.calibrated and held.judge == self.book.head.rater

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if not self.counts or sample.draft is None:
            return None
        assert self.calibration is not None
        said: list[tuple[str, Said]] = []
        for one in sample.draft.statements:
            label = self.book.labels.get((sample.key, one.id))
            if label is not None and label.text == fingerprint(one.text) and label.value is not Said.UNSURE:
                said.append((one.id, label.value))
        if not said:
            return None
        against = tuple(name for name, value in said if value is Said.NOT)
        wrong = self.calibration.corrected(len(against) / len(said))
        if wrong is None:
            return None
        reason = f"{len(against)} of {len(said)} called not supported, before correction"
        return Score(value=round(1 - wrong, 4), reason=reason, at=against)
