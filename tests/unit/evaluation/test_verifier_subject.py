"""The verifier as a subject, and scores of finding and of refusing that can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_samples import scored

from coachkit.evaluation.cases import EvalCase, load_case_file
from coachkit.evaluation.corrupting import CORRUPTIONS, FAMILIES
from coachkit.evaluation.record import Cell, Sample, Score
from coachkit.evaluation.scoring.found import RECALLS, GoldCited, GoldSupports, PrecisionAt, ReciprocalRank
from coachkit.evaluation.scoring.protocol import Scorer
from coachkit.evaluation.scoring.verifier import REFUSES, AcceptsTrue
from coachkit.evaluation.verifying import VerifierSubject, error_table

EVALS = Path(__file__).resolve().parents[3] / "evals"


def value(score: Score | None) -> float:
    assert score is not None
    return float(score.value)


def test_every_corruption_is_in_one_family() -> None:
    named = [kind for kinds in FAMILIES.values() for kind in kinds]
    assert sorted(named) == sorted(CORRUPTIONS)


def test_a_true_statement_holds_and_what_is_made_of_it_does_not() -> None:
    file = load_case_file(EVALS / "verifier" / "cases" / "rewordings.yaml")
    assert len(file.cases) > 100
    assert {case.languages for case in file.cases} == {("en",), ("zh",)}
    samples = []
    for case in (file.cases[0], file.cases[-1]):
        cell = Cell(document="verifier", model="alone", language=case.languages[0])
        sample = VerifierSubject().make(case, cell, None)
        assert sample.output == VerifierSubject().make(case, cell, None).output, "the same every time"
        samples.append(sample)
        assert value(scored(AcceptsTrue(), case, sample)) == 1
        families = {one.name: one.score(case, sample, None) for one in REFUSES}  # type: ignore[arg-type]  # asks nobody
        assert value(families["verifier_refuses_forbidden"]) == 1
        assert value(families["verifier_refuses_citation"]) == 1
    table = error_table(samples)
    assert table["true"] == {"en": (0, 1), "zh": (0, 1)}
    assert table["no id"] == {"en": (0, 1), "zh": (0, 1)}
    assert len(table) > 15


def found(*ids: str, gold: tuple[str, ...] = ("a", "b"), **output: object) -> tuple[EvalCase, Sample]:
    case = EvalCase(id="q", document="retrieval", gold=gold)
    return case, Sample(key="q", case="q", cell=Cell(document="retrieval"), output={"found": list(ids), **output})


@pytest.mark.parametrize(
    ("scorer", "ids", "expected"),
    [
        (RECALLS[0], ("a", "x"), 1.0),
        (RECALLS[0], ("x", "a"), 0.0),
        (RECALLS[1], ("x", "a", "y", "z", "w", "b"), 0.5),
        (RECALLS[2], ("x", "a", "y", "z", "w", "b"), 1.0),
        (ReciprocalRank(), ("x", "y", "b"), 1 / 3),
        (ReciprocalRank(), ("x",), 0.0),
        (PrecisionAt(), ("a", "x", "b", "y"), 0.5),
    ],
)
def test_finding_is_counted(scorer: Scorer, ids: tuple[str, ...], expected: float) -> None:
    case, sample = found(*ids)
    assert value(scored(scorer, case, sample)) == pytest.approx(expected, abs=1e-6)


def test_an_answer_from_outside_is_held_against_peoples_marks() -> None:
    answer = [
        {"statement": "One.", "citations": ["a"], "holds": True, "why": ""},
        {"statement": "Two.", "citations": ["x"], "holds": False, "why": "support: …"},
    ]
    case, sample = found("a", answer=answer)
    assert value(scored(GoldCited(), case, sample)) == 0.5
    assert value(scored(GoldSupports(), case, sample)) == 0.5
    case, sample = found("a")
    assert scored(GoldCited(), case, sample) is None
    assert scored(GoldSupports(), case, sample) is None
