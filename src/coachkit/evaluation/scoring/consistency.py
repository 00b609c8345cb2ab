"""Consistency of the final text with the cited records, one kind of mistake a scorer."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.holding import held
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["CONSISTENCY", "Consistency"]


@dataclass(frozen=True, kw_only=True)
class Consistency(Measure):
    """Share of the cited statements in which every number (name, date, denial, role) is that of the cited records.

    ``passed / cited``, by the checks of the same name of ``coachkit verify``, run again on the final text: each is
    written to refuse what it cannot trace, so it errs towards a lower share (its rates: ``docs/design/verifying.md``).
    """

    checks: tuple[str, ...] = ()
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        cited = held(sample).cited
        wrong = [
            (one, check) for one in cited for check in one.verdict if check.name in self.checks and not check.passed
        ]
        ids = tuple(dict.fromkeys(one.id for one, _ in wrong))
        reason = "; ".join(f"“{one.said.text[:60]}”: {check.reason}" for one, check in wrong[:3])
        return share(len(cited) - len({id(one) for one, _ in wrong}), len(cited), reason, ids)


CONSISTENCY = (
    Consistency(name="numbers_hold", checks=("numbers",)),
    Consistency(name="names_hold", checks=("names", "keys")),
    Consistency(name="dates_hold", checks=("dates",)),
    Consistency(name="negation_holds", checks=("negation",)),
    Consistency(name="roles_hold", checks=("roles", "belonging")),
)
