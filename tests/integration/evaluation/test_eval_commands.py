"""``eval`` at the command line, on a small organisation that is synced and drafted as any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tiny_suite import VARIABLE, tiny_suite
from typer.testing import CliRunner, Result

from coachkit.cli.app import app as cli
from coachkit.errors import CoachkitError
from coachkit.evaluation.record import RunRecord, without_times


@dataclass
class Bench:
    """A folder of evaluations that was run once."""

    folder: Path
    evals: Path
    first: Path
    ended: dict[str, Any]

    def call(self, *words: str) -> Result:
        """:raises CoachkitError: as the command does, before a door says it."""
        result = CliRunner().invoke(cli, ["--data", str(self.folder / "none"), "eval", *words])
        if isinstance(result.exception, CoachkitError):
            raise result.exception
        return result

    def run(self, *words: str, out: Path, code: int = 0, evals: Path | None = None) -> dict[str, Any]:
        places = ["--evals", str(evals or self.evals), "--cache", str(self.folder / "cache"), "--out", str(out)]
        result = self.call("run", *places, "--jobs", "1", "--json", *words)
        assert result.exit_code == code, result.output
        found: dict[str, Any] = json.loads(result.stdout[result.stdout.index("{\n") :])  # logs stand before it in tests
        return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("evals")
    evals, data = tiny_suite(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(data))
        patch.delenv("COACHKIT_EVAL_AWAY", raising=False)
        made = Bench(folder, evals, folder / "first.jsonl", {})
        made.ended = made.run(out=made.first)
        yield made


def test_a_run_prepares_documents_as_readers_get_them_and_says_what_it_left_out(bench: Bench) -> None:
    record = RunRecord.load(bench.first)
    assert {name: bench.ended[name] for name in ("samples", "failed", "missing", "cached")} == {
        "samples": 8, "failed": 0, "missing": 0, "cached": 0,
    }  # fmt: skip
    assert bench.ended["skipped"]["away"]["samples"] == 2
    assert "COACHKIT_EVAL_AWAY" in record.run.organisations["away"]["skipped"]
    assert set(record.cases) == {"brief-bo", "brief-bo-then", "brief-min", "review-bo"}
    now, then = (next(one for one in record.samples if one.case == name) for name in ("brief-bo", "brief-bo-then"))
    assert now.cell.language == "en"
    assert "T-12" in now.cited_keys
    assert now.draft is not None
    assert then.draft is not None
    assert now.draft.window_end > then.draft.window_end
    assert {one.actors[0] for one in now.evidence.values()} == {("authored", "Bo Larsen")}
    assert now.evidence[now.cited[0]].native_id.startswith("T-")
    assert all(one.trace.facts and one.draft and one.draft.statements for one in record.samples)


def test_a_record_says_what_it_was_made_of(bench: Bench) -> None:
    run = RunRecord.load(bench.first).run
    assert run.organisations["tiny"]["split"] == "development"
    assert len(run.organisations["tiny"]["hash"]) == 20
    assert set(run.code) == {"brief", "self_review"}
    assert list(run.datasets) == ["brief/cases/tiny.yaml"]
    assert run.models == {"none": {"samples": 8, "repeats": 1}}
    assert run.packages["pydantic"]
    assert run.python.startswith("3.")


def test_a_second_run_comes_from_the_cache_and_is_the_same(bench: Bench) -> None:
    second = bench.folder / "second.jsonl"
    ended = bench.run(out=second)
    assert (ended["samples"], ended["cached"]) == (8, 8)
    assert without_times(RunRecord.load(second)) == without_times(RunRecord.load(bench.first))


def test_a_run_made_anew_says_the_same(bench: Bench) -> None:
    anew = bench.folder / "anew.jsonl"
    ended = bench.run("--fresh", "--only", "document=brief", out=anew)
    assert (ended["samples"], ended["cached"]) == (6, 0)
    before = {one.key: one for one in RunRecord.load(bench.first).samples}
    for one in RunRecord.load(anew).samples:
        assert one.model_copy(update={"seconds": before[one.key].seconds}) == before[one.key]


def test_limits_leave_a_record_of_what_there_is_and_the_next_run_goes_on(bench: Bench, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    part, whole = tmp_path / "part.jsonl", tmp_path / "whole.jsonl"
    ended = bench.run("--max-seconds", "0", "--cache", str(cache), out=part, code=1)
    assert (ended["samples"], ended["missing"]) == (0, 8)
    assert "seconds" in ended["stopped"]
    assert not RunRecord.load(part).is_complete
    bench.run("--cache", str(cache), "--only", "case=brief-*", out=part)
    ended = bench.run("--cache", str(cache), out=whole)
    assert (ended["samples"], ended["cached"]) == (8, 6)
    assert without_times(RunRecord.load(whole)) == without_times(RunRecord.load(bench.first))


def test_new_labels_are_scored_without_a_run(bench: Bench, tmp_path: Path) -> None:
    evals = tmp_path / "evals"
    (evals / "brief" / "cases").mkdir(parents=True)
    cases = (bench.evals / "brief" / "cases" / "tiny.yaml").read_text("utf-8").replace("T-12", "T-1")
    (evals / "brief" / "cases" / "tiny.yaml").write_text(cases, "utf-8")
    again = tmp_path / "again.jsonl"
    result = bench.call("score", str(bench.first), "--out", str(again), "--relabel", "--evals", str(evals), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["scores"]
    before, after = RunRecord.load(bench.first), RunRecord.load(again)
    assert after.cases["brief-bo"].gold == ("T-1",)
    assert [one.draft for one in after.samples] == [one.draft for one in before.samples]
    recall = [one.scores("evidence_recall")["value"].mean() for one in (before, after)]
    assert recall == [1.0, 0.0]


def test_a_case_about_nobody_is_a_failed_sample_and_not_the_end(bench: Bench, tmp_path: Path) -> None:
    evals, _ = tiny_suite(tmp_path, extra=({"id": "nobody", "subject": "nobody@tiny.example"},))
    out = tmp_path / "r.jsonl"
    ended = bench.run(out=out, evals=evals, code=1)
    assert (ended["samples"], ended["failed"], ended["cached"]) == (10, 2, 8)
    record = RunRecord.load(out)
    failed = [one for one in record.samples if one.error is not None]
    assert {(one.case, one.error.code) for one in failed if one.error} == {("nobody", "not-found")}
    assert not [one for one in record.all_scores if one.sample in {sample.key for sample in failed}]


def test_what_there_is_can_be_listed(bench: Bench) -> None:
    rows = json.loads(bench.call("list", "--evals", str(bench.evals), "--json").stdout)
    assert [(one["document"], one["organisation"], one["cases"], one["samples"]) for one in rows] == [
        ("brief", "away", 1, 2),
        ("brief", "tiny", 3, 6),
        ("self_review", "tiny", 1, 2),
    ]
    assert "COACHKIT_EVAL_AWAY" in rows[0]["skipped"]
    named = bench.call("list", "--evals", str(bench.evals), "--cases", "--only", "slice=past").stdout
    assert "brief-bo-then" in named
    assert "brief-min" not in named
    assert json.loads(bench.call("list", "--schema").stdout)["title"] == "EvalCase"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--only", "person=bo"], "nothing to choose by"),
        (["--only", "case=none-such"], "no case is left to run"),
        (["--only", "organisation=away"], "can be had here"),
        (["--evals", "/none/such"], "no such folder"),
        (["none-such.yaml"], "no such file"),
    ],
)
def test_what_cannot_be_run_says_why(bench: Bench, words: list[str], says: str) -> None:
    given = words if "--evals" in words else [*words, "--evals", str(bench.evals)]
    with pytest.raises(CoachkitError, match=says):
        bench.call("run", *given, "--cache", str(bench.folder / "cache"))


def test_a_candidate_prompt_that_cannot_stand_for_the_packaged_one_is_refused(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "poem").mkdir()
    with pytest.raises(CoachkitError, match="no agent 'poem'"):
        bench.call("run", "--evals", str(bench.evals), "--prompts", str(tmp_path))
