"""What all scorers have in common: how they describe themselves."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.record import Score

__all__ = ["Measure", "share"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Describes a scorer; see :class:`~coachkit.evaluation.scoring.protocol.Scorer` for the fields."""

    name: str = ""
    version: int = 1
    unit: str = "share"
    higher_is_better: bool | None = True
    hard: bool = False
    primary: bool = False
    documents: tuple[str, ...] = ()


def share(hits: int, of: int, reason: str = "", at: tuple[str, ...] = ()) -> Score | None:
    """``hits`` of ``of`` as a score; of nothing, none."""
    return Score(value=hits / of, reason=reason[:600], at=at) if of else None
