"""``coachkit eval compare | gate | baseline`` on records on disk: what they say to people and to scripts, and their
exit codes."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from eval_records import HARD, LENGTH, RECALL, RIGHT, Value, a_case, a_record
from typer.testing import CliRunner

from coachkit.cli.app import app
from coachkit.errors import BadInput, CoachkitError
from coachkit.evaluation.baselines import accept, acceptances, baseline_of
from coachkit.evaluation.record import RunRecord, ScorerInfo


def wave(place: int, number: int, language: str) -> float:
    return 0.5 + 0.1 * math.sin(7 * place + 3 * number + (language == "zh"))


GOOD: dict[ScorerInfo, Value] = {
    RECALL: wave, RIGHT: lambda *_: True, HARD: lambda *_: True, LENGTH: lambda *at: 100 + at[1]
}  # fmt: skip
WORSE = {**GOOD, RECALL: lambda *at: wave(*at) - 0.2 - 0.01 * at[0]}


def run(*words: str | Path, ends: int = 0) -> str:
    ended = CliRunner().invoke(app, ["eval", *map(str, words)])
    if isinstance(ended.exception, CoachkitError):
        raise ended.exception
    assert ended.exit_code == ends, ended.output
    return ended.stdout


def value(*words: str | Path, ends: int = 0) -> Any:
    return json.loads(run(*words, "--json", ends=ends))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    a_record(GOOD).save(tmp_path / "good.jsonl")
    return tmp_path / "good.jsonl"


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    a_record(WORSE).save(tmp_path / "worse.jsonl")
    return tmp_path / "worse.jsonl"


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    """A folder whose dataset is the cases of these records."""
    folder = tmp_path / "evals"
    cases = [a_case(place, number) for place in range(8) for number in range(4)]
    (folder / "brief" / "cases").mkdir(parents=True)
    written = [json.loads(case.model_dump_json(exclude_defaults=True)) for case in cases]
    (folder / "brief" / "cases" / "all.yaml").write_text(yaml.safe_dump({"schema": 1, "cases": written}), "utf-8")
    return folder


def test_compare_says_what_is_worse_how_sure_it_is_and_where(good: Path, worse: Path) -> None:
    told = run("compare", good, worse)
    assert "evidence_recall*" in told
    assert "worse" in told
    assert "64 pairs in 8 clusters" in told
    assert "brief-7-" in told.split("Cases that lost most:")[1]
    chinese = run("compare", good, worse, "--lang", "zh")
    assert "变差" in chinese
    assert "损失最大的用例" in chinese
    found = value("compare", good, worse, "--slices")
    whole = next(one for one in found["metrics"] if one["metric"] == "evidence_recall" and not one["slice"])
    assert whole["verdict"] == "worse"
    assert whole["difference"]["high"] < 0
    assert whole["changed"][0]["loss"] == pytest.approx(0.27)
    assert {one["slice"] for one in found["metrics"]} == {"", "language: en", "language: zh", "rich", "thin"}


def test_two_models_of_one_run_are_compared_by_naming_it_twice(tmp_path: Path) -> None:
    one, other = a_record(GOOD), a_record(WORSE, model="local")
    both = RunRecord(
        one.run,
        cases=one.case_lines,
        samples=(*one.samples, *other.samples),
        scorers=one.scorers.values(),
        scores=(*one.all_scores, *other.all_scores),
        end=one.end,
    )
    both.save(tmp_path / "both.jsonl")
    path = tmp_path / "both.jsonl"
    found = value("compare", path, path, "--before", "model=none", "--after", "model=local")
    assert {one["model"] for one in found["metrics"]} == {"none → local"}
    with pytest.raises(BadInput, match="nothing to choose by"):
        run("compare", path, path, "--before", "mood=good")


def test_other_cases_are_refused_and_said_where_it_was_wanted(good: Path, tmp_path: Path) -> None:
    a_record(GOOD, without=["brief-0-0"]).save(tmp_path / "fewer.jsonl")
    with pytest.raises(BadInput, match="not of the same cases"):
        run("compare", good, tmp_path / "fewer.jsonl")
    assert value("compare", good, tmp_path / "fewer.jsonl", "--common")["only_before"]


def test_a_loss_stops_and_the_same_again_passes(good: Path, worse: Path) -> None:
    stopped = run("gate", worse, "--baseline", good, ends=1)
    assert stopped.startswith("✗ brief none evidence_recall: it is worse")
    assert "→ Read the cases" in stopped
    assert "Stopped: 1 reasons" in stopped
    chinese = run("gate", worse, "--baseline", good, "--lang", "zh", ends=1)
    assert "变差了" in chinese
    assert "不通过" in chinese
    assert "Passed: 0 warnings; 64 pairs compared." in run("gate", good, "--baseline", good)
    found = value("gate", worse, "--baseline", good, ends=1)
    assert (found["passed"], [one["code"] for one in found["reasons"]]) == (False, ["loss"])
    assert found["reasons"][0]["figures"]["p"] < 0.05


def test_infinite_is_null_to_scripts(tmp_path: Path) -> None:
    a_record(GOOD, organisations=1).save(tmp_path / "one.jsonl")
    told = run("compare", tmp_path / "one.jsonl", tmp_path / "one.jsonl", "--json")
    assert "Infinity" not in told
    assert json.loads(told)["metrics"][0]["difference"]["high"] is None


def test_the_suites_own_rules_hold(good: Path, worse: Path, tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text("{schema: 1, name: mine, blocks: [{}], gate: {primary: [right_language]}}", "utf-8")
    assert value("gate", worse, "--baseline", good, "--suite", suite)["passed"]


def test_without_a_baseline_only_hard_rules_are_looked_at_and_that_is_said(good: Path, evals: Path) -> None:
    told = run("gate", good, "--evals", evals)
    assert "brief: nothing was accepted yet" in told
    assert value("gate", good, "--evals", evals)["without_baseline"] == ["brief"]


def test_a_baseline_is_accepted_with_a_reason_checked_and_held_against(good: Path, worse: Path, evals: Path) -> None:
    with pytest.raises(BadInput, match="for a reason"):
        run("baseline", "accept", good, "--evals", evals, "--by", "Ana")
    noted = value("baseline", "accept", good, "--evals", evals, "--by", "Ana", "--why", "first   of all")
    assert [(one["document"], one["by"], one["why"]) for one in noted] == [("brief", "Ana", "first of all")]
    assert value("baseline", "check", "--evals", evals) == {"ok": True, "baselines": 1, "faults": []}
    assert value("gate", good, "--evals", evals)["pairs"] == 64
    assert not value("gate", worse, "--evals", evals, ends=1)["passed"]
    again = run("baseline", "accept", worse, "--evals", evals, "--by", "Ana", "--why", "meant so")
    assert "baseline.jsonl" in again
    assert value("gate", worse, "--evals", evals)["passed"]
    assert [note.why for note in acceptances(evals)] == ["first of all", "meant so"]


def test_a_baseline_that_was_edited_or_whose_cases_changed_is_found_out(good: Path, evals: Path) -> None:
    run("baseline", "accept", good, "--evals", evals, "--by", "Ana", "--why", "first")
    cases = evals / "brief" / "cases" / "all.yaml"
    cases.write_text(cases.read_text("utf-8").replace("person2@org3", "person9@org3"), "utf-8")
    found = value("baseline", "check", "--evals", evals, ends=1)
    assert [(one["code"], one["cases"]) for one in found["faults"]] == [("outdated", ["brief-3-2"])]
    path = baseline_of(evals, "brief")
    path.write_text(path.read_text("utf-8").replace("0.5", "0.1"), "utf-8")
    assert [one["code"] for one in value("baseline", "check", "--evals", evals, ends=1)["faults"]] == ["edited"]
    path.unlink()
    told = run("baseline", "check", "--evals", evals, ends=1)
    assert told.startswith("✗ brief: there is no baseline.")
    (evals / "baselines.yaml").unlink()
    good.rename(path)
    assert [one["code"] for one in value("baseline", "check", "--evals", evals, ends=1)["faults"]] == ["unnoted"]


def test_what_breaks_a_hard_rule_or_did_not_end_is_no_baseline(evals: Path) -> None:
    broken = a_record({**GOOD, HARD: lambda place, *_: place > 0})
    with pytest.raises(BadInput, match="citations_valid fails in 8 samples of brief") as refused:
        accept(broken, evals, by="Ana", why="why not", on=date(2026, 5, 9))
    assert "brief-0-0" in refused.value.hint
    a_record(GOOD, ended=False).save(evals / "part.jsonl")
    with pytest.raises(BadInput, match="did not end"):
        run("baseline", "accept", evals / "part.jsonl", "--evals", evals, "--by", "Ana", "--why", "it will do")
    assert not baseline_of(evals, "brief").exists()


def test_a_baseline_keeps_what_comparing_needs_and_little_else(good: Path, evals: Path) -> None:
    run("baseline", "accept", good, "--evals", evals, "--by", "Ana", "--why", "first")
    kept, whole = RunRecord.load(baseline_of(evals, "brief")), RunRecord.load(good)
    assert kept.all_scores == whole.all_scores
    assert [one.draft.text for one in kept.samples if one.draft] == [
        one.draft.text for one in whole.samples if one.draft
    ]
    assert not any(one.trace.facts for one in kept.samples)
