"""Which samples of two runs belong together: the same case in the same language, by the same model and prompt.

Where two runs differ in the model alone, or in the prompt's version alone, it is that which is compared. What one run
has and the other has not is never left out in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from coachkit.errors import BadInput
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.matrix import Filters, Wanted
from coachkit.evaluation.record import RunRecord, Sample
from coachkit.evaluation.rules import Cluster

__all__ = ["Pair", "Pairing", "pair_up"]


_Lane = tuple[str, str, str]
"""Document, model and prompt of samples that are compared as one."""


@dataclass(frozen=True)
class Pair:
    """What two runs made of one case.

    :ivar model: in the one run and in the other; so is ``prompt``.
    :ivar tags: by which slices are told: ``language: en``, ``split: held-out``, ``hostile`` …
    :ivar before: samples of the one run, one a repeat.
    """

    case: str
    document: str
    language: str
    model: tuple[str, str]
    prompt: tuple[str, str]
    cluster: str
    tags: tuple[str, ...]
    before: tuple[Sample, ...]
    after: tuple[Sample, ...]

    @property
    def failed(self) -> tuple[bool, bool]:
        """Whether there is no document to score, in the one run and in the other."""
        return _failed(self.before), _failed(self.after)

    @cached_property
    def lane(self) -> _Lane:
        """Document, model and prompt as a person reads them: ``none → local``."""
        return self.document, _turned(self.model), _turned(self.prompt)


@dataclass(frozen=True)
class Pairing:
    """All pairs, and what is in no pair.

    :ivar only_before: ``case (language, model)`` that only the one run has; ``only_after`` the other.
    :ivar altered: cases that ask something else in the other run, are labelled otherwise, or stand in another
        organisation; they are in no pair. Each with what is different.
    """

    pairs: tuple[Pair, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    altered: Mapping[str, str] = field(default_factory=dict)


def pair_up(
    before: RunRecord,
    after: RunRecord,
    *,
    cluster: Cluster = "organisation",
    before_filters: Filters | None = None,
    after_filters: Filters | None = None,
    common: bool = False,
) -> Pairing:
    """Bring the samples of two runs together.

    :param before_filters: take only this part of the one run; ``after_filters`` of the other.
    :param common: compare what both have, and tell what one of them lacks.
    :raises BadInput: if they have no case in common, if one has cases that the other lacks and ``common`` was not
        said, or if it is not clear which model or prompt is to be held against which.
    """
    sides = _chosen(before, before_filters or Filters()), _chosen(after, after_filters or Filters())
    altered = _altered(before, after)
    lanes = _lanes(sides)
    held = [_by_place(side, lanes, place) for place, side in enumerate(sides)]
    both = [place for place in held[0] if place in held[1] and place[1] not in altered]
    alone = [
        tuple(_named(place) for place in one if place not in other)
        for one, other in ((held[0], held[1]), (held[1], held[0]))
    ]
    found = Pairing(
        pairs=tuple(_pair(after, place, held[0][place], held[1][place], cluster) for place in both),
        only_before=alone[0],
        only_after=alone[1],
        altered={case: what for case, what in altered.items() if any(place[1] == case for place in held[0])},
    )
    _hold(found, common)
    return found


def _chosen(record: RunRecord, filters: Filters) -> list[Sample]:
    return [
        sample
        for sample in record.samples
        if (case := record.cases.get(sample.case)) and filters.let(Wanted(case, sample.cell, sample.split))
    ]


def _altered(before: RunRecord, after: RunRecord) -> dict[str, str]:
    """Cases of both runs that are not the same thing, and what is different."""
    found = {}
    for name, case in before.cases.items():
        other = after.cases.get(name)
        if other is None:
            continue
        if case.hash != other.hash:
            found[name] = "asks something else"
        elif _labels(case) != _labels(other):
            found[name] = "is labelled otherwise"
        elif _made(before, case) != _made(after, other):
            found[name] = f"stands in another {case.organisation}"
    return found


def _labels(case: EvalCase) -> str:
    return case.model_dump_json(exclude={"provenance", "languages"})


def _made(record: RunRecord, case: EvalCase) -> object:
    return record.run.organisations.get(case.organisation, {}).get("source")


def _lanes(sides: tuple[list[Sample], list[Sample]]) -> tuple[dict[_Lane, _Lane], dict[_Lane, _Lane]]:
    """For each side, from a sample's document, model and prompt to what it is compared as.

    :raises BadInput: if several stand against others and none is the same.
    """
    found: tuple[dict[_Lane, _Lane], dict[_Lane, _Lane]] = ({}, {})
    there = [_models(side) for side in sides]
    for document in sorted(there[0].keys() & there[1].keys()):
        one, other = there[0][document], there[1][document]
        for model, partner in _matched(one, other, document, "model"):
            for prompt, its_partner in _matched(one[model], other[partner], document, "prompt"):
                lane = (document, _turned((model, partner)), _turned((prompt, its_partner)))
                found[0][document, model, prompt] = lane
                found[1][document, partner, its_partner] = lane
    return found


def _models(samples: list[Sample]) -> dict[str, dict[str, set[str]]]:
    """Document → model → prompts."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for sample in samples:
        found[sample.cell.document][sample.cell.model].add(sample.cell.prompt)
    return found


def _matched(one: Iterable[str], other: Iterable[str], document: str, what: str) -> list[tuple[str, str]]:
    mine, theirs = sorted(one), sorted(other)
    shared = [name for name in mine if name in theirs]
    if shared:
        return [(name, name) for name in shared]
    if len(mine) == len(theirs) == 1:
        return [(mine[0], theirs[0])]
    raise BadInput(
        f"{document}: there is no {what} in both runs, and several that could be meant.",
        hint=f"The one has {', '.join(mine)}; the other {', '.join(theirs)}. Choose with --before {what}=… and "
        f"--after {what}=….",
        chinese=(
            f"{document}：两次运行没有相同的 {what}，可比的不止一个。",
            (
                f"一次有 {'、'.join(mine)}；另一次有 {'、'.join(theirs)}。"
                f"请用 --before {what}=… 和 --after {what}=… 指定。"
            ),
        ),
    )


_Place = tuple[_Lane, str, str]
"""Lane, case and language."""


def _by_place(
    samples: list[Sample], lanes: tuple[dict[_Lane, _Lane], dict[_Lane, _Lane]], side: int
) -> dict[_Place, list[Sample]]:
    """Samples by where they stand; those whose lane the other run has not at all keep their own."""
    found: dict[_Place, list[Sample]] = defaultdict(list)
    for sample in samples:
        own = (sample.cell.document, sample.cell.model, sample.cell.prompt)
        found[lanes[side].get(own, own), sample.case, sample.cell.language].append(sample)
    return found


def _pair(record: RunRecord, place: _Place, before: list[Sample], after: list[Sample], cluster: Cluster) -> Pair:
    one, other = before[0], after[0]
    _, case, language = place
    tags = (f"language: {language}", f"split: {other.split}", *other.slices)
    return Pair(
        case=case,
        document=other.cell.document,
        language=language,
        model=(one.cell.model, other.cell.model),
        prompt=(one.cell.prompt, other.cell.prompt),
        cluster=_cluster(record.cases.get(case), other, cluster),
        tags=tuple(tag for tag in tags if not tag.endswith(": ")),
        before=tuple(before),
        after=tuple(after),
    )


def _cluster(case: EvalCase | None, sample: Sample, by: Cluster) -> str:
    if by == "organisation" and sample.organisation:
        return sample.organisation
    if by == "none":
        return f"{sample.case} {sample.cell.language}"
    return (case.twin if case else "") or sample.case


def _failed(samples: tuple[Sample, ...]) -> bool:
    return all(one.error is not None for one in samples)


def _turned(two: tuple[str, str]) -> str:
    return two[0] if two[0] == two[1] else f"{two[0] or '–'} → {two[1] or '–'}"


def _named(place: _Place) -> str:
    (_, model, _), case, language = place
    return f"{case} ({', '.join(one for one in (language, model) if one)})"


def _hold(found: Pairing, common: bool) -> None:
    """:raises BadInput: if what is compared is not the same on both sides and nobody said that this is meant."""
    differs = len(found.only_before), len(found.only_after), len(found.altered)
    told = f"{differs[0]} samples only in the one, {differs[1]} only in the other, {differs[2]} cases altered"
    said = f"只在前者中 {differs[0]} 个样本，只在后者中 {differs[1]} 个，用例有改动 {differs[2]} 个"
    if not found.pairs:
        raise BadInput(
            f"the two runs have no case in common ({told}).",
            hint="Run the same suite twice, or compare other records.",
            chinese=(f"两次运行没有相同的用例（{said}）。", "请用同一套件各运行一次，或比较其他记录。"),
        )
    if any(differs) and not common:
        first = (*found.only_before, *found.only_after, *(f"{one} {what}" for one, what in found.altered.items()))
        raise BadInput(
            f"the two runs are not of the same cases: {told}.",
            hint=f"Such as {'; '.join(first[:3])}. --common compares what both have and says what it left out.",
            chinese=(
                f"两次运行的用例不同：{said}。",
                f"例如 {'；'.join(first[:3])}。加 --common 只比较共有的部分，并说明略去了什么。",
            ),
        )
