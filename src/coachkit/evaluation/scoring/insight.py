"""How well engines foresee what others know: on organisations whose outcome was written down apart from us."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["INSIGHT", "Foresees"]


@dataclass(frozen=True, kw_only=True)
class Foresees(Measure):
    """How well an engine's scores tell those with an outcome from those without, on one organisation.

    AUC: chance that one with it scores higher (0.5: a coin). Average precision: mean precision at each one with it;
    its chance level is the base rate in the reason. Coverage: share of the labelled that the engine scored at all; the
    others count as lowest.
    """

    figure: str = ""
    documents: tuple[str, ...] = ("insight",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        value = sample.output.get(self.figure)
        if not isinstance(value, int | float):
            return None
        reason = (
            f"{sample.output.get('of')} labelled, {100 * float(sample.output.get('base', 0)):.1f} % with the outcome"
        )
        return Score(value=round(float(value), 6), reason=reason)


INSIGHT = (
    Foresees(name="insight_auc", figure="auc", primary=True),
    Foresees(name="insight_average_precision", figure="ap"),
    Foresees(name="insight_coverage", figure="coverage"),
)
