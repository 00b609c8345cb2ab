"""Records: they read back as they were written, and say what they are not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coachkit.errors import BadInput
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import (
    CaseLine,
    Cell,
    EndLine,
    RunLine,
    RunRecord,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
    Score,
    ScorerInfo,
    without_times,
)

AT = datetime(2026, 5, 11, 6, tzinfo=UTC)


def record(text: str = "Bo closed T-1.", value: bool | float = True, seconds: float = 1.0) -> RunRecord:
    statement = SampleStatement(id="f1", text=text, evidence=("abc",))
    draft = SampleDraft(
        window_start=AT, window_end=AT, sections=(SampleSection(name="wins", title="Wins", statements=(statement,)),)
    )
    return RunRecord(
        RunLine(id="r", started_at=AT, suite="s"),
        cases=[CaseLine(split="dev", case=EvalCase(id="a", document="brief", organisation="o", subject="x"))],
        samples=[
            Sample(
                key="k", case="a", organisation="o", split="dev", slices=("thin",), seconds=seconds, draft=draft,
                cell=Cell(document="brief", language="en"),
            )
        ],
        scorers=[
            ScorerInfo(name="m", version=1, unit="share", higher_is_better=True),
            ScorerInfo(name="latency", version=1, unit="seconds"),
        ],
        scores=[Score(sample="k", scorer="m", value=value), Score(sample="k", scorer="latency", value=seconds)],
        end=EndLine(samples=1),
    )  # fmt: skip


@settings(max_examples=40)
@given(text=some.text(min_size=1), value=some.booleans() | some.floats(allow_nan=False, allow_infinity=False))
def test_a_record_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, text: str, value: bool | float
) -> None:
    path = tmp_path_factory.mktemp("record") / "r.jsonl"
    one = record(text.encode("utf-8", "replace").decode(), value)
    one.save(path)
    again = RunRecord.load(path)
    assert list(again.lines()) == list(one.lines())
    assert again.samples[0].draft == one.samples[0].draft
    assert type(again.all_scores[0].value) is type(value)


def test_scores_are_a_table_with_what_results_are_told_apart_by() -> None:
    table = record(value=True).scores("m")
    assert table.rows(named=True) == [
        {
            "metric": "m", "case": "a", "organisation": "o", "split": "dev", "document": "brief", "prompt": "",
            "model": "none", "language": "en", "repeat": 1, "slices": ["thin"], "value": 1.0, "sample": "k",
        }
    ]  # fmt: skip
    assert record().scores().height == 2


def test_two_runs_that_differ_in_time_alone_are_the_same_without_times() -> None:
    assert without_times(record(seconds=1.0)) == without_times(record(seconds=9.0))
    assert without_times(record()) != without_times(record("Bo closed T-2."))
    assert without_times(record(value=True)) != without_times(record(value=False))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no record of a run"),
        ('{"type":"end"}\n', "no record of a run"),
        ("nonsense\n", "line 1 is no line"),
        ('{"type":"run","schema":7}\n', "schema 7"),
        ('{"type":"poem"}\n', "line 1 is no line"),
    ],
)
def test_what_is_no_record_is_said(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=says):
        RunRecord.load(path)
    with pytest.raises(BadInput, match="no record can be read"):
        RunRecord.load(tmp_path / "none.jsonl")


def test_a_record_says_its_schema_in_its_first_line() -> None:
    first = json.loads(next(record().lines()))
    assert (first["type"], first["schema"]) == ("run", 1)
