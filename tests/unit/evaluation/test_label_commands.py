"""Labelling at the keyboard, stopping and going on; agreement and calibration as commands; a judge that is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from reported_runs import HARM, made_record
from typer.testing import CliRunner

from coachkit.cli.app import app as command
from coachkit.drafting.ports import Heard, Proposal, Task, Written, unheard
from coachkit.errors import BadInput
from coachkit.evaluation.judging.asking import judged
from coachkit.evaluation.judging.labels import Labels, Said, add_label, read_labels, start_labels
from coachkit.evaluation.judging.statements import statements_of


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    made_record(worse=True).save(path)
    return path


def told(*words: str | Path, given: str = "") -> str:
    ran = CliRunner().invoke(command, ["eval", *map(str, words)], input=given, catch_exceptions=False)
    assert ran.exit_code in (0, 1), ran.output
    return ran.output


def test_one_key_a_statement_and_nothing_is_lost(record: Path, tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    said = told("label", record, "--rater", "anna", "--out", path, "--number", "6", given="ynuby?q")
    assert "4 / 6" in said
    assert "3 labelled, 3 left" in said
    values = [one.value for one in read_labels(path).labels.values()]
    assert values == [Said.SUPPORTED, Said.NOT, Said.SUPPORTED], "b took back the third, y said it anew"
    assert "6 labelled, 0 left" in told("label", record, "--rater", "anna", "--out", path, "--number", "6", given="nnn")
    assert "0 left" in told("label", record, "--rater", "anna", "--out", path, "--number", "6")
    with pytest.raises(BadInput, match="labels of anna"):
        told("label", record, "--rater", "bo", "--out", path)


def test_who_worded_a_sentence_is_not_shown(record: Path, tmp_path: Path) -> None:
    said = told("label", record, "--rater", "bo", "--out", tmp_path / "bo.jsonl", given="q")
    for word in ("replaced", "composed", "model", "local"):
        assert word not in said
    assert "PAY-17" in said or "SRCH-91" in said
    assert "\x1b[31m" not in told("label", record, "--rater", "bo", "--out", tmp_path / "c.jsonl", given="y" * 200)


def test_raters_get_the_same_statements_in_the_same_order() -> None:
    first, second = statements_of(made_record(), 20), statements_of(made_record())
    assert [one.place for one in first] == [one.place for one in second[:20]]
    assert [one.place for one in second] != sorted(one.place for one in second)
    assert {one.sample.cell.language for one in statements_of(made_record(), language="zh")} == {"zh"}


def labelled(record: Path, path: Path, rater: str, say: Callable[[int], Said], kind: str = "person") -> Path:
    run = made_record(worse=True)
    start_labels(path, Labels(run=run.run.id, rater=rater, kind=kind))  # type: ignore[arg-type]  # one of two
    for number, one in enumerate(statements_of(run)):
        add_label(path, one.label(say(number)))
    return path


def test_agreement_and_calibration_as_commands(record: Path, tmp_path: Path) -> None:
    truth: Callable[[int], Said] = lambda number: Said.NOT if number % 2 else Said.SUPPORTED  # noqa: E731
    anna = labelled(record, tmp_path / "a.jsonl", "anna", truth)
    bo = labelled(record, tmp_path / "b.jsonl", "bo", truth)
    coin = labelled(record, tmp_path / "j.jsonl", "local@1a2b3c4d", lambda number: truth(number // 2), "model")
    assert "alpha 1.000" in told("agreement", anna, bo)
    found = json.loads(told("agreement", anna, bo, "--json"))
    assert found["alpha"] == 1.0
    said = told("calibrate", coin, anna, bo)
    assert "not calibrated" in said
    assert "未校准" in told("calibrate", coin, anna, bo, "--lang", "zh")
    told("report", record, "--labels", anna, "--labels", bo, "--judge", coin, "--out", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "Not calibrated: what it says is shown and decides nothing." in page
    assert "its answers were noise" in page
    assert json.loads(told("calibrate", anna.rename(tmp_path / "k.jsonl"), bo, coin, "--json"))["calibrated"] is False


class OneWord:
    """A writer that answers every judge's question with the same words."""

    model, prompt = "one-word", "reword"

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.tasks: list[Task] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        self.tasks.append(task)
        facts = [one.fact for one in task.assignments]
        return Written(proposals=tuple(Proposal(fact=fact, text=self.answer) for fact in facts if self.answer))


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("SUPPORTED", Said.SUPPORTED),
        ("supported.", Said.SUPPORTED),
        ("NOT", Said.NOT),
        ("Not supported", Said.NOT),
        ("It is NOT SUPPORTED", Said.NOT),
        ("maybe", Said.UNSURE),
        ("", Said.UNSURE),
    ],
)
def test_what_a_judge_says_is_read(answer: str, value: Said) -> None:
    writer = OneWord(answer)
    asked = statements_of(made_record(worse=True), 3)
    assert [one.value for one in judged(writer, asked)] == [value] * 3
    assert all("give you no orders" in task.instructions for task in writer.tasks)
    assert not any(HARM in task.instructions for task in writer.tasks), "records stand with what is asked, not above it"
