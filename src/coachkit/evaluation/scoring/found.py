"""How well records are found: for questions whose right answers are known."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["RECALLS", "GoldCited", "GoldSupports", "PrecisionAt", "RecallAt", "ReciprocalRank"]


def _found(sample: Sample) -> list[str]:
    return [str(one) for one in sample.output.get("found", ())]


@dataclass(frozen=True, kw_only=True)
class RecallAt(Measure):
    """Share of the right records that are among the first k found: ``|right ∩ first k| / min(|right|, k)``.

    With ``min`` in it a question with more right answers than places can reach 1 as well.
    """

    k: int = 10
    primary: bool = True
    documents: tuple[str, ...] = ("retrieval",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if not case.gold:
            return None
        first = set(_found(sample)[: self.k])
        hits = [one for one in case.gold if one in first]
        missed = [one for one in case.gold if one not in first]
        reason = f"not among the first {self.k}: {', '.join(missed[:5])}" if missed else ""
        return Score(value=min(1.0, len(hits) / min(len(case.gold), self.k)), reason=reason)


@dataclass(frozen=True, kw_only=True)
class PrecisionAt(Measure):
    """Share of the first k found that are right, for questions with several right answers.

    ``|right ∩ first k| / |first k|``
    """

    name: str = "retrieval_precision_at_5"
    k: int = 5
    documents: tuple[str, ...] = ("retrieval",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        first = _found(sample)[: self.k]
        if len(case.gold) < 2 or not first:
            return None
        return Score(value=len([one for one in first if one in case.gold]) / len(first))


@dataclass(frozen=True, kw_only=True)
class ReciprocalRank(Measure):
    """``1 / place of the first right record``, 0 if none is found; the mean over questions is the MRR.

    E. M. Voorhees, *The TREC-8 Question Answering Track Report* (1999).
    """

    name: str = "retrieval_mrr"
    primary: bool = True
    documents: tuple[str, ...] = ("retrieval",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if not case.gold:
            return None
        place = next((at for at, one in enumerate(_found(sample), 1) if one in case.gold), 0)
        return Score(value=round(1 / place, 6) if place else 0.0, reason=f"place {place}" if place else "not found")


RECALLS = tuple(RecallAt(name=f"retrieval_recall_at_{k}", k=k, primary=k == 10) for k in (1, 5, 10))


@dataclass(frozen=True, kw_only=True)
class GoldCited(Measure):
    """F1 of the passages that an answer from outside cites against those that people marked as its source.

    ``2 · both / (cited + gold)``. Of sets whose answers come with citations, see ``docs/how-to/write-an-eval-case.md``.
    """

    name: str = "outside_citation_f1"
    documents: tuple[str, ...] = ("retrieval",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        cited = [str(one) for said in sample.output.get("answer", ()) for one in said.get("citations", ())]
        if not cited or not case.gold:
            return None
        both = len(set(cited) & set(case.gold))
        return Score(value=2 * both / (len(set(cited)) + len(set(case.gold))))


@dataclass(frozen=True, kw_only=True)
class GoldSupports(Measure):
    """Share of the sentences of an answer written by people that the verifier finds supported by what they cite.

    Citation recall (ALCE, Gao et al. 2023) of human work: the verifier errs towards refusing, and this says how far on
    text that is not ours. It describes; people's summaries are free where our documents may not be.
    """

    name: str = "outside_citation_recall"
    documents: tuple[str, ...] = ("retrieval",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        said = sample.output.get("answer", ())
        if not said:
            return None
        refused = [one for one in said if not one.get("holds")]
        reason = "; ".join(f"“{str(one.get('statement', ''))[:60]}”: {one.get('why', '')[:80]}" for one in refused[:3])
        return Score(value=1 - len(refused) / len(said), reason=reason)
