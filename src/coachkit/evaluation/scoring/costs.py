"""What a document took: seconds, tokens, dollars; and how much of it a model's words are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["Cost", "Fallback", "Latency", "Tokens"]


@dataclass(frozen=True, kw_only=True)
class Latency(Measure):
    """Seconds from asking for the document to having it, planning and checks included; of one run on one machine."""

    name: str = "latency"
    unit: str = "seconds"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        return Score(value=round(sample.seconds, 4))


@dataclass(frozen=True, kw_only=True)
class Tokens(Measure):
    """Tokens that the model read and wrote; not told of documents that no model was asked about."""

    name: str = "tokens"
    unit: str = "tokens"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        used = sample.usage
        if not used.requests:
            return None
        return Score(
            value=float(used.tokens_in + used.tokens_out), reason=f"{used.tokens_in} in, {used.tokens_out} out"
        )


@dataclass(frozen=True, kw_only=True)
class Cost(Measure):
    """US dollars that the model's provider asks for; not told where no price is known."""

    name: str = "cost"
    unit: str = "usd"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if not sample.usage.requests or sample.usage.cost is None:
            return None
        return Score(value=sample.usage.cost)


@dataclass(frozen=True, kw_only=True)
class Fallback(Measure):
    """Share of a model's sentences in whose place our own words stand: ``replaced / (reworded + drafted + replaced)``.

    A sentence is replaced if a check refused it. Sentences that the model was not asked to word, or did not get to, do
    not count; of documents without a model it says nothing.
    """

    name: str = "composed_fallback"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.model == "none":
            return None
        origins = Counter(one.origin for one in sample.draft.statements)
        worded = origins["reworded"] + origins["drafted"] + origins["replaced"]
        if not worded:
            return None
        at = tuple(one.id for one in sample.draft.statements if one.origin == "replaced")
        return Score(value=origins["replaced"] / worded, reason=f"{origins['replaced']} of {worded} replaced", at=at)
