"""A model's answer before the checks: what it said nothing about, and how long it got.

The checks replace what does not hold by our own words, so a document may look as it should while the model is of no use
any more. These measures, and :class:`~coachkit.evaluation.scoring.costs.Fallback`, look at what it said itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, SampleStatement, Score
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["Answered", "ModelAsks", "ModelCites", "ProposedLength", "Refused"]


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
class Refused(Measure):
    """Share of the model's sentences that a check refused: ``replaced / proposed``, over the document's sentences.

    A sentence in the very same words as ours is not refused; so a model that changes nothing has 0, and what it gets
    wrong later is seen against that. Without any proposal it says nothing.
    """

    name: str = "refused"
    higher_is_better: bool | None = False
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.model == "none":
            return None
        proposed = {str(one.get("fact")) for one in sample.trace.proposals}
        asked = [one for one in sample.draft.statements if one.id in proposed or one.origin == "replaced"]
        refused = [one for one in asked if one.origin == "replaced"]
        reason = "; ".join(_why(one) for one in refused[:3])
        return share(len(refused), len(asked), reason, tuple(one.id for one in refused))


def _why(statement: SampleStatement) -> str:
    failed = next((one for one in statement.checks if not one.get("passed")), None)
    said = statement.proposed[:60] or "nothing"
    return f"“{said}”: {failed['name']} {failed.get('reason', '')}".strip() if failed else f"“{said}”"


@dataclass(frozen=True, kw_only=True)
class ModelCites(Measure):
    """Share of the model's sentences that name evidence, and none that it was not given: ``cited / proposed``.

    Of facts that rest on records. Where a sentence holds without its citation, ours stands behind it and no reader sees
    that the model lost it; whether its citations are the right ones is for the scorers of citations to say.
    """

    name: str = "model_cites"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.model == "none":
            return None
        given = {f"E{place}" for place in range(1, 1 + sum(one.quoted for one in sample.evidence.values()))}
        rests = {str(one.get("id")) for one in sample.trace.facts if one.get("evidence")}
        proposed = [one for one in sample.trace.proposals if one.get("fact") in rests]
        wrong = [one for one in proposed if not one.get("evidence") or not given.issuperset(one["evidence"])]
        reason = "; ".join(f"“{str(one.get('text'))[:60]}”: {one.get('evidence') or 'none'}" for one in wrong[:3])
        at = tuple(str(one["fact"]) for one in wrong)
        return share(len(proposed) - len(wrong), len(proposed), reason, at)


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


@dataclass(frozen=True, kw_only=True)
class ModelAsks(Measure):
    """Share of the document's questions that stand as the model proposed them: ``kept / proposed``.

    Over the sentences that end in a question and that it proposed words for. A question that does not hold (one to be
    answered with yes, one about something else) gives way to ours while its sentence may stay, so no reader sees it.
    """

    name: str = "model_asks"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.model == "none":
            return None
        proposed = {str(one.get("fact")): str(one.get("question", "")).strip() for one in sample.trace.proposals}
        asked = [one for one in sample.draft.statements if one.question and one.id in proposed]
        lost = [one for one in asked if proposed[one.id] != one.question]
        reason = "; ".join(f"“{proposed[one.id][:80]}”" for one in lost[:3])
        return share(len(asked) - len(lost), len(asked), reason, tuple(one.id for one in lost))
