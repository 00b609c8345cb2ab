"""Two runs held against each other: which samples belong together, and what may be said of the difference."""

from __future__ import annotations

import math

import pytest
from eval_records import HARD, LENGTH, RECALL, RIGHT, a_record

from coachkit.errors import BadInput
from coachkit.evaluation.comparing import WHOLE, Comparison, MetricChange, Verdict, compare, interval_of
from coachkit.evaluation.matrix import Filters
from coachkit.evaluation.rules import GateRules


def wave(place: int, number: int, language: str) -> float:
    """Values that differ by organisation, case and language, the same every time."""
    return 0.5 + 0.1 * math.sin(7 * place + 3 * number + (language == "zh"))


def row(found: Comparison, metric: str, tag: str = WHOLE) -> MetricChange:
    return next(one for one in found.rows if one.metric.name == metric and one.slice == tag)


def test_the_same_run_twice_shows_no_difference() -> None:
    values = {RECALL: wave, RIGHT: lambda *_: True}
    found = compare(a_record(values), a_record(values))
    assert [one.verdict for one in found.whole] == [Verdict.NO_DIFFERENCE, Verdict.NO_DIFFERENCE]
    assert row(found, "evidence_recall").change.interval.values == 64
    assert row(found, "evidence_recall").change.interval.clusters == 8
    assert not found.worst_cases


def test_a_loss_is_found_with_the_cases_it_comes_from_worst_first() -> None:
    def worse(place: int, number: int, language: str) -> float:
        return wave(place, number, language) - (0.3 if number == 1 else 0.1 + 0.01 * place)

    found = compare(a_record({RECALL: wave}), a_record({RECALL: worse}))
    one = row(found, "evidence_recall")
    assert one.verdict is Verdict.WORSE
    assert one.adjusted < 0.05
    assert one.loss == pytest.approx(0.17625)
    assert one.changed[0].case.endswith("-1")
    assert one.changed[0].loss == pytest.approx(0.3)
    assert one.changed[0].reason.startswith("evidence_recall is")
    assert [change.loss for change in one.changed] == sorted((change.loss for change in one.changed), reverse=True)
    assert found.worst_cases[0][0].endswith("-1")
    assert row(found, "evidence_recall", "thin").loss > row(found, "evidence_recall", "rich").loss
    better = compare(a_record({RECALL: worse}), a_record({RECALL: wave}))
    assert row(better, "evidence_recall").verdict is Verdict.BETTER


def test_what_can_be_neither_shown_nor_excluded_is_inconclusive() -> None:
    def noise(place: int, number: int, language: str) -> float:
        return wave(place, number, language) + 0.25 * math.sin(11 * place + 5 * number)

    found = row(compare(a_record({RECALL: wave}), a_record({RECALL: noise})), "evidence_recall")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.worst_loss > found.margin
    assert found.detectable > found.margin
    loose = compare(a_record({RECALL: wave}), a_record({RECALL: noise}), rules=GateRules(margins={"share": 0.9}))
    assert row(loose, "evidence_recall").verdict is Verdict.NO_DIFFERENCE


def test_one_organisation_alone_says_nothing_about_others() -> None:
    before, after = a_record({RECALL: wave}, organisations=1), a_record({RECALL: lambda *_: 0.1}, organisations=1)
    found = row(compare(before, after), "evidence_recall")
    assert (found.verdict, found.adjusted) == (Verdict.INCONCLUSIVE, 1.0)
    by_question = row(compare(before, after, rules=GateRules(cluster="question")), "evidence_recall")
    assert by_question.change.interval.clusters == 4
    assert by_question.verdict is Verdict.WORSE


def test_a_metric_without_better_and_worse_is_only_told() -> None:
    found = row(compare(a_record({LENGTH: lambda *_: 100.0}), a_record({LENGTH: lambda *_: 300.0})), "characters")
    assert (found.verdict, found.loss, found.change.estimate) == (Verdict.DESCRIBES, 0.0, 200.0)


def test_the_more_is_looked_at_the_more_it_takes() -> None:
    def slightly(place: int, number: int, language: str) -> float:
        return wave(place, number, language) - 0.05 * math.sin(3 * place) - 0.035

    alone = row(compare(a_record({RECALL: wave}), a_record({RECALL: slightly})), "evidence_recall")
    others = {RECALL.model_copy(update={"name": f"other-{place}"}): wave for place in range(20)}
    among = compare(a_record({RECALL: wave, **others}), a_record({RECALL: slightly, **others}))
    assert alone.verdict is Verdict.WORSE
    assert row(among, "evidence_recall").verdict is Verdict.INCONCLUSIVE
    assert row(among, "evidence_recall").adjusted == pytest.approx(min(1, 21 * alone.change.p))


def test_two_models_are_compared_where_each_run_has_one() -> None:
    found = compare(a_record({RECALL: wave}), a_record({RECALL: wave}, model="local", prompt="reword@1.0.0"))
    assert (row(found, "evidence_recall").model, row(found, "evidence_recall").prompt) == (
        "none → local",
        "– → reword@1.0.0",
    )


def test_repeats_are_averaged_before_they_are_compared() -> None:
    once, thrice = a_record({RECALL: wave}), a_record({RECALL: wave}, repeats=3)
    assert row(compare(once, thrice), "evidence_recall").change.interval.values == 64


def test_other_cases_are_refused_unless_it_is_said_and_then_told() -> None:
    before = a_record({RECALL: wave})
    fewer = a_record({RECALL: wave}, without=["brief-0-0"])
    with pytest.raises(BadInput, match="2 samples only in the one") as refused:
        compare(before, fewer)
    assert "brief-0-0 (en, none)" in refused.value.hint
    assert refused.value.chinese[0]
    found = compare(before, fewer, common=True)
    assert row(found, "evidence_recall").change.interval.values == 62
    assert found.pairing.only_before == ("brief-0-0 (en, none)", "brief-0-0 (zh, none)")


def test_a_case_that_was_labelled_anew_is_another_case() -> None:
    before = a_record({RECALL: wave})
    after = a_record({RECALL: wave}, change=lambda case: case.model_copy(update={"gold": ("PAY-1",)}))
    with pytest.raises(BadInput, match="no case in common"):
        compare(before, after)
    one = a_record(
        {RECALL: wave},
        change=lambda case: case.model_copy(update={"gold": ("PAY-1",)}) if case.id == "brief-1-1" else case,
    )
    assert dict(compare(before, one, common=True).pairing.altered) == {"brief-1-1": "is labelled otherwise"}


def test_an_organisation_that_was_made_otherwise_is_another() -> None:
    there = {f"org-{place}": {"source": "a"} for place in range(8)}
    before = a_record({RECALL: wave}, made=there)
    after = a_record({RECALL: wave}, made={**there, "org-3": {"source": "b"}})
    found = compare(before, after, common=True)
    assert set(found.pairing.altered.values()) == {"stands in another org-3"}
    assert len(found.pairing.altered) == 4


def test_what_could_be_meant_in_several_ways_has_to_be_chosen() -> None:
    before = a_record({RECALL: wave}, model="local")
    both = a_record({RECALL: wave}, model="openai/a")
    other = a_record({RECALL: wave}, model="openai/b")
    two = type(both)(
        both.run,
        cases=both.case_lines,
        samples=(*both.samples, *other.samples),
        scorers=both.scorers.values(),
        scores=(*both.all_scores, *other.all_scores),
        end=both.end,
    )
    with pytest.raises(BadInput, match="several that could be meant") as refused:
        compare(before, two)
    assert "--after model=" in refused.value.hint
    found = compare(before, two, after_filters=Filters.of(["model=openai/b"]))
    assert row(found, "evidence_recall").model == "local → openai/b"
    within = compare(
        two, two, before_filters=Filters.of(["model=openai/a"]), after_filters=Filters.of(["model=openai/b"])
    )
    assert row(within, "evidence_recall").verdict is Verdict.NO_DIFFERENCE


def test_metrics_by_another_formula_stand_in_no_row() -> None:
    before, after = (
        a_record({RECALL: wave, RIGHT: lambda *_: True}),
        a_record({RECALL.model_copy(update={"version": 2}): wave, HARD: lambda *_: True, RIGHT: lambda *_: True}),
    )
    found = compare(before, after)
    assert [one.metric.name for one in found.whole] == ["right_language"]
    assert found.not_comparable == {
        "evidence_recall": "its formula changed: version 1, then 2",
        "citations_valid": "only in the later record",
    }


def test_pairs_without_a_score_on_both_sides_are_in_no_figure_and_are_named() -> None:
    def silent(place: int, number: int, language: str) -> float | None:
        return None if (place, number) == (2, 3) else wave(place, number, language)

    found = row(compare(a_record({RECALL: wave}), a_record({RECALL: silent})), "evidence_recall")
    assert found.change.interval.values == 62
    assert found.unscored == ("brief-2-3 (en)", "brief-2-3 (zh)")
    nothing = compare(a_record({RECALL: wave}), a_record({RECALL: lambda *_: None}))
    assert not nothing.rows
    assert [(metric.name, len(cases)) for metric, _, cases in nothing.silent] == [("evidence_recall", 64)]


@pytest.mark.parametrize("unit", ["pass", "share"])
def test_what_was_always_right_may_still_be_wrong_elsewhere(unit: str) -> None:
    found = interval_of([1.0] * 20, [str(place // 4) for place in range(20)], unit)
    assert found.high == 1.0
    assert 0.4 < found.low < 0.95


def test_margins_are_said_in_the_metrics_own_unit_or_as_a_share_of_what_it_was() -> None:
    rules = GateRules(margins={"characters": "10%", "share": 0.05, "seconds": "0.5"})
    assert rules.margin(LENGTH, 400.0) == pytest.approx(40.0)
    assert rules.margin(RECALL, 0.8) == 0.05
    assert rules.margin(RIGHT, 0.8) == 0.02
    assert rules.margin(LENGTH.model_copy(update={"name": "latency", "unit": "seconds"}), 9.0) == 0.5
    with pytest.raises(ValueError, match="no margin"):
        GateRules(margins={"share": "much"})
    with pytest.raises(ValueError, match="no margin"):
        GateRules(margins={"share": -0.1})
