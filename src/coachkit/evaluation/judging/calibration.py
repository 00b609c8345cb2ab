"""Whether a model that judges can be believed: held against statements on which two people agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from coachkit.errors import BadInput
from coachkit.evaluation.judging.agreement import Agreement, alpha_interval
from coachkit.evaluation.judging.labels import LabelBook, Said, verdicts_of

__all__ = [
    "LEAST_AGREEMENT",
    "LEAST_OF_EACH",
    "LEAST_RATE",
    "Calibration",
    "Rate",
    "agreement_of",
    "calibrate",
    "wilson",
]

LEAST_AGREEMENT = 0.667
"""Alpha of the two people, at its lower bound: below it Krippendorff (2004, p. 241) draws no conclusion at all."""

LEAST_OF_EACH = 30
"""Statements that both call supported, and that both call not supported: fewer say little about either rate."""

LEAST_RATE = 0.7
"""Sensitivity and specificity, each at its lower bound: a judge below it is wrong too often to gate by."""

_NUMBERS = {Said.SUPPORTED: 1.0, Said.NOT: 0.0, Said.UNSURE: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its 95 % interval by Wilson's score; ``value`` is ``None`` of nothing."""

    hits: int
    of: int
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A judge beside two people.

    A statement that is *not supported* is what a judge is to find, so it is the positive case.

    :ivar sensitivity: of the statements that both people call not supported, the share that the judge does.
    :ivar specificity: of those that both call supported, the share that the judge does.
    :ivar agreement: of the two people with each other.
    :ivar disputed: statements on which the people differ or are unsure; they count for neither rate.
    :ivar undecided: of the agreed statements those to which the judge said nothing or unsure; they count against it.
    :ivar reasons: codes of why it is not calibrated: ``agreement``, ``few-supported``, ``few-not-supported``,
        ``sensitivity``, ``specificity``. Without any it is.
    """

    judge: str
    raters: tuple[str, str]
    sensitivity: Rate
    specificity: Rate
    agreement: Agreement
    disputed: int
    undecided: int
    reasons: tuple[str, ...]

    @property
    def calibrated(self) -> bool:
        return not self.reasons

    @property
    def informedness(self) -> float | None:
        """Youden's J, sensitivity + specificity - 1: 0 if it tells nothing apart, 1 without a fault."""
        if self.sensitivity.value is None or self.specificity.value is None:
            return None
        return self.sensitivity.value + self.specificity.value - 1

    def corrected(self, share: float) -> float | None:
        """The true share of statements that are not supported, if the judge says ``share``.

        ``(share + specificity - 1) / (sensitivity + specificity - 1)``, held between 0 and 1; ``None`` where the judge
        tells nothing apart. Source: W. J. Rogan, B. Gladen, *Estimating prevalence from the results of a screening
        test* (1978).
        """
        told = self.informedness
        if told is None or told <= 0 or self.specificity.value is None:
            return None
        return min(1.0, max(0.0, (share + self.specificity.value - 1) / told))


def wilson(hits: int, of: int) -> Rate:
    """A share with the interval of E. B. Wilson (1927) for 95 %, which also holds near 0 and 1."""
    if of == 0:
        return Rate(hits=0, of=0, value=None, low=0.0, high=1.0)
    z = 1.959963984540054
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Rate(hits=hits, of=of, value=share, low=max(0.0, middle - half), high=min(1.0, middle + half))


def agreement_of(books: Sequence[LabelBook], *, seed: int = 0) -> Agreement:
    """Alpha of the raters over what they labelled, drawn by cases; unsure counts as no label."""
    _same_run(books)
    said = verdicts_of(books)
    cases = _cases(books)
    units = [[_NUMBERS[one] if one is not None else None for one in given] for given in said.values()]
    return alpha_interval(units, [cases[place] for place in said], seed=seed)


def calibrate(judge: LabelBook, first: LabelBook, second: LabelBook, *, seed: int = 0) -> Calibration:
    """Hold a judge's labels against those of two people.

    :raises BadInput: if they are not of the same run, or one person stands for two.
    """
    people = (first.head.rater, second.head.rater)
    if people[0] == people[1] or judge.head.rater in people:
        raise BadInput(
            "a judge is held against two people who labelled apart from each other.",
            hint="Give the labels of two raters of different names, and those of the judge.",
            chinese=("评判者要与两位各自独立标注的人对照。", "请给出两位不同标注者的标注，以及评判者的标注。"),
        )
    _same_run([judge, first, second])
    agreed = Counter[tuple[Said, Said | None]]()
    disputed = 0
    for said, one, other in verdicts_of([judge, first, second]).values():
        if one is None or other is None:
            continue
        if one is other and one is not Said.UNSURE:
            agreed[one, said] += 1
        else:
            disputed += 1
    totals = {value: sum(number for (truth, _), number in agreed.items() if truth is value) for value in Said}
    people_agree = agreement_of([first, second], seed=seed)
    sensitivity = wilson(agreed[Said.NOT, Said.NOT], totals[Said.NOT])
    specificity = wilson(agreed[Said.SUPPORTED, Said.SUPPORTED], totals[Said.SUPPORTED])
    return Calibration(
        judge=judge.head.rater,
        raters=people,
        sensitivity=sensitivity,
        specificity=specificity,
        agreement=people_agree,
        disputed=disputed,
        undecided=sum(number for (_, said), number in agreed.items() if said in (None, Said.UNSURE)),
        reasons=tuple(_reasons(people_agree, sensitivity, specificity)),
    )


def _reasons(people: Agreement, sensitivity: Rate, specificity: Rate) -> list[str]:
    found = []
    if people.low is None or people.low < LEAST_AGREEMENT:
        found.append("agreement")
    if specificity.of < LEAST_OF_EACH:
        found.append("few-supported")
    if sensitivity.of < LEAST_OF_EACH:
        found.append("few-not-supported")
    if sensitivity.low < LEAST_RATE:
        found.append("sensitivity")
    if specificity.low < LEAST_RATE:
        found.append("specificity")
    return found


def _same_run(books: Sequence[LabelBook]) -> None:
    runs = {book.head.run for book in books}
    if len(runs) > 1:
        raise BadInput(
            f"these labels are of different runs: {', '.join(sorted(runs))}.",
            hint="Raters and judge label the statements of one and the same run record.",
            chinese=(f"这些标注属于不同的运行：{'、'.join(sorted(runs))}。", "标注者和评判者要标注同一份运行记录。"),
        )


def _cases(books: Sequence[LabelBook]) -> Mapping[tuple[str, str], str]:
    return {label.place: label.case for book in books for label in book.labels.values()}
