"""A model's sentence that cites the wrong record is given its right one, by comparison alone, or is not shown.

Models cite badly: small ones wrongly four times out of five. What a sentence says is checked against facts, so where
its words hold, the records behind the fact are the right ones, whatever the model wrote beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from coachkit.domain.drafts import Check, Origin, Statement
from coachkit.drafting.cleaning import clean
from coachkit.drafting.verify import Claim, Ground, accept

__all__ = ["attributed"]


def attributed(claim: Claim, ground: Ground, others: Iterable[Ground], origin: Origin) -> tuple[Ground, Statement]:
    """The fact whose sentence this is, and the statement to show for it.

    First as it is proposed; then with the fact's own records; then as a sentence about another fact. Where nothing
    holds, our own words stand for the fact that was named, with what the checks said of the proposal.

    :param others: facts that nobody has worded yet.
    """
    first = accept(claim, ground, origin)
    if first.origin is not Origin.REPLACED:
        return ground, _noted(first, claim, ground)
    if _failed(first) == {"citation"}:
        again = accept(replace(claim, evidence=ground.fact.evidence), ground, origin)
        if again.origin is origin:
            return ground, _noted(again, claim, ground)
    for other in others:
        moved = accept(replace(claim, evidence=other.fact.evidence), other, origin)
        if moved.origin is origin:
            return other, _noted(moved, claim, other)
    return ground, first


def _failed(statement: Statement) -> set[str]:
    return {check.name for check in statement.checks if not check.passed}


def _noted(statement: Statement, claim: Claim, ground: Ground) -> Statement:
    """With a note in the check of citations, where what was cited does not stand behind the fact."""
    if claim.evidence and set(claim.evidence) <= set(ground.fact.counted):
        return statement
    if ground.fact.uncited and not claim.evidence:
        return statement
    cited, right = _listed(claim.evidence), _listed(statement.evidence)
    note = Check(name="citation", passed=True, reason=f"re-attributed from {cited} to {right}")
    rest = tuple(check for check in statement.checks if check.name != "citation")
    return replace(statement, checks=(note, *rest))


def _listed(ids: tuple[str, ...]) -> str:
    """Ids as a check names them; what a model made up may be anything."""
    return ", ".join(clean(one)[:40] for one in ids[:5]) or "nothing"
