"""Citations: do they support what they stand behind, are they needed, do they exist, may the reader open them."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.holding import HeldStatement, held
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers
from coachkit.evaluation.scoring.records import cites

__all__ = ["CitationPrecision", "CitationRecall", "EvidenceRecall", "Leaks", "ValidCitations"]


@dataclass(frozen=True, kw_only=True)
class CitationRecall(Measure):
    """Share of the statements about records that their citations support: ``supported / due``.

    A statement is supported if it cites something and the records it cites, taken together, pass every check of
    ``coachkit verify``. Statements that rest on no record (what is not known, the one question) are left out.
    Source: T. Gao, H. Yen, J. Yu, D. Chen, *Enabling Large Language Models to Generate Text with Citations* (ALCE),
    EMNLP 2023, section 4.3, where a natural-language-inference model judges; here the verifier alone does.
    """

    name: str = "citation_recall"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        due = held(sample).due
        failed = [one for one in due if not (one.said.evidence and one.holds)]
        return share(len(due) - len(failed), len(due), _why(failed), tuple(one.id for one in failed))


def _why(failed: list[HeldStatement]) -> str:
    told = [
        f"“{one.said.text[:70]}”: "
        + ("cites nothing" if not one.said.evidence else "; ".join(c.reason for c in one.verdict if not c.passed)[:160])
        for one in failed
    ]
    return " | ".join(told[:3])


@dataclass(frozen=True, kw_only=True)
class CitationPrecision(Measure):
    """Share of the citations that are needed: ``needed / given``.

    A citation is needed if its statement is supported, and either it supports the statement alone or the statement is
    no longer supported without it. A statement with one citation needs it. Source: ALCE (Gao et al. 2023, section 4.3);
    the verifier judges.
    """

    name: str = "citation_precision"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        given = needed = 0
        at = []
        for one in held(sample).cited:
            cited = tuple(dict.fromkeys(one.said.evidence))
            useful = [public for public in cited if _needed(one, public, cited)]
            given += len(cited)
            needed += len(useful)
            if len(useful) < len(cited):
                at.append(one.id)
        return share(needed, given, f"{given - needed} of {given} are not needed" if at else "", tuple(at))


def _needed(one: HeldStatement, public: str, cited: tuple[str, ...]) -> bool:
    if not one.holds:
        return False
    if len(cited) == 1:
        return True
    rest = tuple(other for other in cited if other != public)
    return not one.supported_by(rest) or one.supported_by((public,))


@dataclass(frozen=True, kw_only=True)
class EvidenceRecall(Measure):
    """Share of the records that the case calls gold which some statement cites: ``cited gold / gold``."""

    name: str = "evidence_recall"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        missed = [one for one in case.gold if not cites(sample, one)]
        reason = f"not cited: {', '.join(missed[:8])}" if missed else ""
        return share(len(case.gold) - len(missed), len(case.gold), reason)


@dataclass(frozen=True, kw_only=True)
class ValidCitations(Measure):
    """Whether every citation leads to a record that the document had: none is made up.

    Holds of what is shown, not of what a model proposed.
    """

    name: str = "valid_citations"
    unit: str = "pass"
    hard: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None:
            return None
        wrong = [
            (one, public) for one in sample.draft.statements for public in one.evidence if public not in sample.evidence
        ]
        reason = "; ".join(f"{public} does not exist, behind “{one.text[:60]}”" for one, public in wrong[:3])
        return Score(value=not wrong, reason=reason, at=tuple(one.id for one, _ in wrong))


@dataclass(frozen=True, kw_only=True)
class Leaks(Measure):
    """Whether the reader may open every record that is cited.

    When a run is made the data layer is asked again for each record, with the reader's own scopes: one that is there
    and was not given has no connection in the sample. The records that the case names as closed count as well.
    """

    name: str = "no_leak"
    unit: str = "pass"
    hard: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None:
            return None
        closed = [one.record for one in case.must_not if one.record and cites(sample, one.record)]
        cited = [sample.evidence[public] for public in sample.cited if public in sample.evidence]
        closed += [one.key or one.native_id for one in cited if one.native_id and not one.connection]
        return Score(
            value=not closed, reason=f"cites what the reader may not open: {', '.join(closed)}" if closed else ""
        )
