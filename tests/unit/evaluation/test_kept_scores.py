"""Scores of a record in parts: the same as all at once, and kept until something that decides them changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import (
    CaseLine,
    Cell,
    RunLine,
    RunRecord,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
)
from coachkit.evaluation.scoring.protocol import score_all
from coachkit.evaluation.scoring.registry import all_scorers
from coachkit.proving import scoring
from coachkit.proving.scoring import kept_scores

AT = datetime(2026, 5, 11, 6, tzinfo=UTC)


def record(said: str = "Bo closed it.") -> RunRecord:
    """Four cases of which two are twins, in both languages; the samples stand in no order of cases."""
    twins = {"b": "a"}
    cases = [
        EvalCase(
            id=name, document="brief", organisation="o", subject="x", twin=twins.get(name, ""),
            twin_kind="name_gender" if name in twins else "",
        )
        for name in "abcd"
    ]  # fmt: skip
    samples = [
        Sample(
            key=f"{case.id}{language}", case=case.id, cell=Cell(document="brief", language=language),
            draft=SampleDraft(
                window_start=AT, window_end=AT,
                sections=(SampleSection(name="wins", statements=(SampleStatement(id="f", text=said),)),),
            ),
        )
        for language in ("en", "zh")
        for case in reversed(cases)
    ]  # fmt: skip
    return RunRecord(
        RunLine(id="r", started_at=AT, suite="s"), cases=[CaseLine(case=one) for one in cases], samples=samples
    )


def test_in_parts_they_are_what_they_are_all_at_once(tmp_path: Path) -> None:
    one = record()
    whole = score_all(all_scorers(), one.cases, one.samples)
    assert {"twin_parity", "language_parity"} <= {score.scorer for score in whole}
    assert kept_scores(one, jobs=1, cache=tmp_path) == whole
    assert kept_scores(one, jobs=1, cache=tmp_path) == whole


def test_nothing_is_scored_twice_until_a_label_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = record()
    before = kept_scores(one, jobs=1, cache=tmp_path)
    asked: list[list[str]] = []
    given = scoring._scored

    def seen(group: scoring._Group) -> list[scoring.Score]:
        asked.append(sorted(case.id for case in group[0]))
        return given(group)

    monkeypatch.setattr(scoring, "_scored", seen)
    assert kept_scores(one, jobs=1, cache=tmp_path) == before
    assert asked == []
    lines = [
        line.model_copy(update={"case": line.case.model_copy(update={"gold": ("T-1",)})})
        if line.case.id == "a"
        else line
        for line in one.case_lines
    ]
    after = kept_scores(RunRecord(one.run, cases=lines, samples=one.samples), jobs=1, cache=tmp_path)
    assert asked == [["a", "b"]]
    assert len(after) == len(before) + 2
    part = next(path for path in tmp_path.rglob("*.json"))
    part.write_text("[", "utf-8")
    assert len(kept_scores(one, jobs=1, cache=tmp_path)) == len(before)
