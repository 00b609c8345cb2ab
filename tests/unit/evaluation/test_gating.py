"""The gate: what stops a change, what it only says, and what it lets pass."""

from __future__ import annotations

import math

import pytest
from eval_records import HARD, RECALL, RIGHT, Value, a_record

from coachkit.drafting.prompts.locking import Finding
from coachkit.evaluation.comparing import compare
from coachkit.evaluation.gating import Gate, Reason, gate, prompt_reasons
from coachkit.evaluation.record import RunRecord, ScorerInfo
from coachkit.evaluation.rules import GateRules


def wave(place: int, number: int, language: str) -> float:
    return 0.5 + 0.1 * math.sin(7 * place + 3 * number + (language == "zh"))


GOOD: dict[ScorerInfo, Value] = {RECALL: wave, RIGHT: lambda *_: True, HARD: lambda *_: True}


def judged(after: RunRecord, before: RunRecord | None = None, rules: GateRules | None = None) -> Gate:
    found = compare(before or a_record(GOOD), after, rules=rules, common=True)
    return gate(after, [found], rules=rules)


def codes(found: Gate) -> list[tuple[str, str]]:
    return [(one.code, one.level) for one in found.reasons]


def only(found: Gate) -> Reason:
    assert len(found.reasons) == 1, codes(found)
    return found.reasons[0]


def test_the_same_again_passes_without_a_word() -> None:
    found = judged(a_record(GOOD))
    assert found.is_open
    assert not found.reasons


def test_a_hard_failure_stops_without_a_baseline_and_names_every_case() -> None:
    after = a_record({**GOOD, HARD: lambda place, number, language: (place, number) != (1, 1)})
    reason = only(gate(after))
    assert (reason.code, reason.level, reason.metric) == ("hard", "stop", "citations_valid")
    assert reason.cases == (
        "brief-1-1 (en): citations_valid is False",
        "brief-1-1 (zh): citations_valid is False",
    )
    assert reason.said[0].en.startswith("2 documents")
    assert reason.said[0].zh


def test_a_hard_failure_stops_though_the_baseline_had_it_too() -> None:
    broken = a_record({**GOOD, HARD: lambda place, *_: place > 0})
    assert codes(judged(broken, broken)) == [("hard", "stop")]


def test_a_count_of_what_must_not_be_stops_above_zero() -> None:
    leaks = ScorerInfo(name="leaks", version=1, unit="count", higher_is_better=False, hard=True)
    assert gate(a_record({**GOOD, leaks: lambda *_: 0.0})).is_open
    assert only(gate(a_record({**GOOD, leaks: lambda place, *_: float(place == 3)}))).metric == "leaks"


def test_a_significant_loss_of_a_primary_metric_stops_and_the_figures_are_told() -> None:
    worse = a_record({**GOOD, RECALL: lambda *at: wave(*at) - 0.05 - 0.02 * math.sin(at[0])})
    reason = only(judged(worse))
    assert (reason.code, reason.metric, reason.document, reason.model) == ("loss", "evidence_recall", "brief", "none")
    assert reason.figures is not None
    assert reason.figures["loss"] == pytest.approx(0.05, abs=0.02)
    assert reason.figures["p"] < 0.05
    assert len(reason.cases) == 64
    assert "baseline accept" in reason.said[1].en


def test_the_more_baselines_there_are_the_more_it_takes() -> None:
    def slightly(place: int, number: int, language: str) -> float:
        return wave(place, number, language) - 0.02 * math.sin(3 * place) - 0.0165

    rules = GateRules(margins={"share": 0.5})
    one = compare(a_record({RECALL: wave}), a_record({RECALL: slightly}), rules=rules)
    same = compare(a_record({RECALL: wave}), a_record({RECALL: wave}), rules=rules)
    after = a_record({RECALL: slightly})
    assert [found.code for found in gate(after, [one], rules=rules).stops] == ["loss"]
    assert gate(after, [one, *[same] * 40], rules=rules).is_open


def test_what_is_not_primary_stops_nothing() -> None:
    loose = RECALL.model_copy(update={"primary": False})
    before, after = a_record({loose: wave}), a_record({loose: lambda *at: wave(*at) - 0.3})
    assert not judged(after, before).reasons
    assert only(judged(after, before, GateRules(primary=("evidence_recall",)))).code == "loss"


def test_a_loss_beyond_the_margin_stops_where_the_same_question_has_the_same_answer() -> None:
    after = a_record({**GOOD, RIGHT: lambda place, number, language: (place, number) not in ((0, 0), (4, 2))})
    assert only(judged(after)).code == "margin"
    wide = GateRules(margins={"pass": 0.3})
    assert not judged(after, rules=wide).reasons
    noisy = {"none": {"repeats": 3}}
    before = a_record(GOOD, models=noisy)
    chance = a_record(
        {**GOOD, RIGHT: lambda place, number, language: (place, number) not in ((0, 0), (4, 2))}, models=noisy
    )
    assert codes(judged(chance, before)) == [("inconclusive", "warning")]


@pytest.mark.parametrize(("setting", "told"), [("stop", ["stop"]), ("warn", ["warning"]), ("pass", [])])
def test_too_little_to_tell_is_said_as_the_suite_wants_it(setting: str, told: list[str]) -> None:
    shaken = a_record({**GOOD, RECALL: lambda *at: wave(*at) + 0.3 * math.sin(11 * at[0] + 5 * at[1]) + 0.02})
    rules = GateRules.model_validate({"inconclusive": setting})
    found = judged(shaken, rules=rules)
    assert [one.level for one in found.reasons] == told
    assert found.is_open is (setting != "stop")
    for one in found.reasons:
        assert one.code == "inconclusive"
        assert one.figures is not None
        assert one.figures["detectable"] > one.figures["margin"]


def test_where_nothing_changed_there_is_nothing_to_be_unsure_of() -> None:
    one = a_record(GOOD, organisations=1)
    assert not judged(one, one).reasons


def test_what_failed_is_missing_or_says_nothing_any_more_stops() -> None:
    assert only(judged(a_record(GOOD, failed=["brief-2-2"]))).code == "failed"
    assert codes(judged(a_record(GOOD, without=["brief-2-2"]))) == [("missing", "stop")]
    silent = a_record({**GOOD, RECALL: lambda *at: None if at[0] == 5 else wave(*at)})
    assert only(judged(silent)).code == "unscored"
    mute = a_record({**GOOD, RECALL: lambda *_: None})
    assert only(judged(mute)).code == "unscored"
    one = a_record({**GOOD, RECALL: lambda *at: None if at[:2] == (5, 1) else wave(*at)})
    assert not judged(one).reasons


def test_a_run_that_did_not_end_stops() -> None:
    assert only(gate(a_record(GOOD, ended=False))).code == "unfinished"


def test_new_cases_and_altered_ones_are_told_and_stop_nothing() -> None:
    fewer = a_record(GOOD, without=["brief-0-0"])
    assert codes(judged(a_record(GOOD), fewer)) == [("added", "warning")]
    relabelled = a_record(
        GOOD, change=lambda case: case.model_copy(update={"gold": ("X-1",)}) if case.id == "brief-0-0" else case
    )
    assert codes(judged(relabelled)) == [("altered", "warning")]


def test_a_primary_metric_by_another_formula_stops_and_a_new_one_does_not() -> None:
    anew = {RECALL.model_copy(update={"version": 2}): wave, RIGHT: GOOD[RIGHT], HARD: GOOD[HARD]}
    assert codes(judged(a_record(anew))) == [("incomparable", "stop")]
    fewer = {metric: value for metric, value in GOOD.items() if metric is not RECALL}
    assert codes(judged(a_record(GOOD), a_record(fewer))) == [("incomparable", "warning")]
    assert codes(judged(a_record(fewer))) == [("incomparable", "stop")]
    assert not judged(a_record({**GOOD, RECALL: lambda *_: None}), a_record(fewer)).reasons


def test_a_prompt_whose_text_changed_under_its_version_stops() -> None:
    before = a_record(GOOD, prompts={"brief@1.1.0": "aaa", "agenda@1.0.0": "ccc"})
    after = a_record(GOOD, prompts={"brief@1.1.0": "bbb", "agenda@1.0.0": "ccc"})
    reason = only(judged(after, before))
    assert (reason.code, reason.document) == ("prompt", "brief")
    assert reason.said[1].en == "coachkit prompt new brief"
    versioned = a_record(GOOD, prompts={"brief@1.2.0": "bbb", "agenda@1.0.0": "ccc"})
    assert not judged(versioned, before).reasons


def test_what_the_lock_of_the_prompts_says_stops_too() -> None:
    lock = prompt_reasons([Finding("changed", "brief/1.1.0.prompt.md", "it {changed}.", "Put it back.")])
    found = gate(a_record(GOOD), prompts=lock)
    assert only(found).said[0].en == "brief/1.1.0.prompt.md: it {changed}."
    assert not found.is_open


def test_what_stops_stands_before_what_is_only_said() -> None:
    after = a_record({**GOOD, HARD: lambda place, *_: place > 0})
    found = judged(after, a_record(GOOD, without=["brief-0-0"]))
    assert codes(found) == [("hard", "stop"), ("added", "warning")]
    assert (len(found.stops), len(found.warnings)) == (1, 1)
