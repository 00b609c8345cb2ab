"""The baselines of this repository are the files that were accepted, and their cases are those of the dataset."""

from __future__ import annotations

from pathlib import Path

from coachkit.evaluation.baselines import acceptances, baseline_of, faults
from coachkit.evaluation.cases import load_cases
from coachkit.evaluation.matrix import load_matrix

EVALS = Path(__file__).resolve().parents[3] / "evals"


def test_each_baseline_is_what_was_accepted_and_fits_its_cases() -> None:
    noted = {one.document for one in acceptances(EVALS)}
    assert {path.parent.name for path in EVALS.glob("*/baseline.jsonl")} == noted
    found = faults(EVALS, load_cases(EVALS, noted))
    assert not found, [f"{one.document}: {one.message} {one.cases[:3]}" for one in found]


def test_a_baseline_is_small() -> None:
    for note in acceptances(EVALS):
        assert baseline_of(EVALS, note.document).stat().st_size < 600_000


def test_the_quick_slice_says_what_counts_as_one_draw() -> None:
    assert load_matrix(EVALS / "quick.yaml").gate.cluster == "question"
