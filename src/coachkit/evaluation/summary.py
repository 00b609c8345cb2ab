"""A record in a few lines: the mean of each score, over all of its samples."""

from __future__ import annotations

from dataclasses import dataclass

from coachkit.evaluation.record import RunRecord, Score, ScorerInfo

__all__ = ["SummaryRow", "is_hard_failure", "summary"]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One score.

    :ivar number: of samples that have it. :ivar fails: of a hard score, how many samples fail it.
    """

    name: str
    unit: str
    mean: float
    number: int
    fails: str
    hard: bool
    primary: bool

    @property
    def mark(self) -> str:
        """Its name, with ``!`` where it is hard and ``*`` where it is primary."""
        return f"{self.name}{' !' if self.hard else ' *' if self.primary else ''}"


def is_hard_failure(scorer: ScorerInfo, score: Score) -> bool:
    """Whether a score stops a change whatever else is better.

    Of a pass it is false, of a count above 0, of a share below 1.
    """
    if not scorer.hard:
        return False
    if isinstance(score.value, bool):
        return not score.value
    return score.value > 0 if scorer.higher_is_better is False else score.value < 1


def summary(record: RunRecord) -> list[SummaryRow]:
    """The hard scores, then the primary, then the others, each in the order of their scorers."""
    values: dict[str, list[Score]] = {}
    for score in record.all_scores:
        values.setdefault(score.scorer, []).append(score)
    rows = []
    for info in record.scorers.values():
        several = values.get(info.name, [])
        if not several:
            continue
        fails = sum(is_hard_failure(info, one) for one in several)
        rows.append(
            SummaryRow(
                name=info.name,
                unit=info.unit,
                mean=sum(float(one.value) for one in several) / len(several),
                number=len(several),
                fails=str(fails) if info.hard else "",
                hard=info.hard,
                primary=info.primary,
            )
        )
    return sorted(rows, key=lambda row: (not row.hard, not row.primary))
