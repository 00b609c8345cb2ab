"""How often the verifier errs: a true statement refused, a false one let through, by what is wrong in it."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.corrupting import FAMILIES
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["REFUSES", "AcceptsTrue", "Refuses"]


@dataclass(frozen=True, kw_only=True)
class AcceptsTrue(Measure):
    """Whether a statement that is true of its evidence holds; the mean is 1 - the share of false alarms."""

    name: str = "verifier_accepts_true"
    unit: str = "pass"
    primary: bool = True
    documents: tuple[str, ...] = ("verifier",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        refused = sample.output.get("true", ())
        return Score(value=not refused, reason="; ".join(map(str, refused))[:400])


@dataclass(frozen=True, kw_only=True)
class Refuses(Measure):
    """Share of the ways to make a statement wrong, of one family of mistakes, that are refused: ``refused / applied``.

    The families are those of :data:`coachkit.evaluation.corrupting.FAMILIES`; a way counts where it applies to the
    statement. Refused by whichever check.
    """

    family: tuple[str, ...] = ()
    primary: bool = True
    documents: tuple[str, ...] = ("verifier",)

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        tried = {kind: said for kind, said in sample.output.get("corrupted", {}).items() if kind in self.family}
        passed = [(kind, said["text"]) for kind, said in tried.items() if not said["by"]]
        reason = "; ".join(f"{kind}: “{text}”" for kind, text in passed[:3])
        return share(len(tried) - len(passed), len(tried), reason, tuple(kind for kind, _ in passed))


REFUSES = tuple(Refuses(name=f"verifier_refuses_{name}", family=kinds) for name, kinds in FAMILIES.items())
