"""What one document, and one day, may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coachkit.errors import BudgetExceeded
from coachkit.models.tokens import cost_of

__all__ = ["Budget"]


def _nothing() -> float:
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of tokens and of US dollars; zero dollars means that none is set.

    A model without a known price is held to the tokens alone.

    :ivar tokens_in: of prompt, facts and evidence; ``tokens_out`` of the answer.
    :ivar spent_today: what documents of today have cost so far.
    """

    tokens_in: int = 24_000
    tokens_out: int = 6_000
    cost_document: float = 0.5
    cost_day: float = 20.0
    spent_today: Callable[[], float] = _nothing

    def allow(self, model: str, tokens_in: int, tokens_out: int, spent_here: float) -> None:
        """Whether one more request may be sent.

        :param tokens_out: at most.
        :param spent_here: on this document so far, in US dollars.
        :raises BudgetExceeded: whose subject is the code of the limit: ``over-tokens``, ``over-cost``, ``over-day``.
        """
        if tokens_in > self.tokens_in:
            raise BudgetExceeded(f"{tokens_in} tokens are more than {self.tokens_in}.", subject="over-tokens")
        cost = cost_of(model, tokens_in, tokens_out) if self.cost_document or self.cost_day else None
        if not cost:
            return
        if self.cost_document and spent_here + cost > self.cost_document:
            raise BudgetExceeded(f"it could cost {spent_here + cost:.4f} dollars.", subject="over-cost")
        if self.cost_day and self.spent_today() + spent_here + cost > self.cost_day:
            raise BudgetExceeded("today's money is spent.", subject="over-day")
