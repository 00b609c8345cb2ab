"""A model's answer before the checks: what it said nothing about, and how long it got.

The checks replace what does not hold by our own words, so a document may look as it should while the model is of no use
any more. These measures, and :class:`~coachkit.evaluation.scoring.costs.Fallback`, look at what it said itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["Answered", "ProposedLength"]


@dataclass(frozen=True, kw_only=True)
class Answered(Measure):
    """Share of the document's sentences that the model proposed words for: ``proposed / sentences``.

    Parts that no model words (points of people, what is missing) are among the sentences, so it does not reach 1; it is
    there to be compared. Of documents without a model it says nothing.
    """

    name: str = "answered"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.model == "none":
            return None
        there = [one.id for one in sample.draft.statements if one.id]
        proposed = {str(one.get("fact")) for one in sample.trace.proposals}
        silent = tuple(one for one in there if one not in proposed)
        return share(len(there) - len(silent), len(there), f"nothing proposed for {len(silent)}", silent)


@dataclass(frozen=True, kw_only=True)
class ProposedLength(Measure):
    """Length of what the model proposed, as a multiple of our own words for the same facts: the median over sentences.

    ``median(len(proposed) / len(composed))`` in characters. What it says more is refused or has to be read.
    """

    name: str = "proposed_length"
    unit: str = "ratio"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.model == "none":
            return None
        composed = {one.id: one.composed or one.text for one in sample.draft.statements}
        ratios = [
            len(str(one.get("text", ""))) / len(composed[one["fact"]])
            for one in sample.trace.proposals
            if composed.get(one.get("fact", ""))
        ]
        return Score(value=round(median(ratios), 4)) if ratios else None
