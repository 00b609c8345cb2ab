"""A judge held against two people: what counts, what does not, and when it may be believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachkit.errors import BadInput
from coachkit.evaluation.judging.calibration import agreement_of, calibrate, wilson
from coachkit.evaluation.judging.labels import (
    Label,
    LabelBook,
    Labels,
    Said,
    add_label,
    fingerprint,
    read_labels,
    start_labels,
)

CODES = {"s": Said.SUPPORTED, "n": Said.NOT, "u": Said.UNSURE}


def book(rater: str, said: str, *, run: str = "r1", kind: str = "person") -> LabelBook:
    """``said``: a letter a statement, a blank for none; four statements a case."""
    labels = {}
    for number, letter in enumerate(said):
        if letter != " ":
            one = Label(
                sample=f"k{number // 4}",
                statement=str(number),
                case=f"case-{number // 4}",
                text=fingerprint(f"sentence {number}"),
                value=CODES[letter],
            )
            labels[one.place] = one
    return LabelBook(Labels(run=run, rater=rater, kind=kind), labels)  # type: ignore[arg-type]  # one of two words


def test_rates_are_over_what_two_people_agree_on() -> None:
    found = calibrate(
        book("judge", "nnssssn  s", kind="model"),
        book("anna", "nnnsssssnu"),
        book("bo", "nnnssssnnu"),
    )
    assert (found.sensitivity.hits, found.sensitivity.of) == (2, 4), "silence about a fault does not find it"
    assert (found.specificity.hits, found.specificity.of) == (3, 4)
    assert (found.disputed, found.undecided) == (2, 1)
    assert found.informedness == pytest.approx(0.5 + 0.75 - 1)
    assert found.corrected(0.4) == pytest.approx((0.4 + 0.75 - 1) / 0.25)
    assert not found.calibrated
    assert {"few-supported", "few-not-supported", "sensitivity", "specificity"} <= set(found.reasons)


def test_a_good_judge_of_many_statements_is_calibrated_and_a_coin_is_not() -> None:
    truth = ("nsnssnsn") * 20
    people = book("anna", truth), book("bo", truth)
    good = calibrate(book("judge", truth[:-8] + "sssnnnss", kind="model"), *people)
    assert good.calibrated
    assert good.agreement.alpha == pytest.approx(1)
    coin = calibrate(book("coin", "nnss" * 40, kind="model"), *people)
    assert coin.reasons == ("sensitivity", "specificity")
    assert coin.informedness == pytest.approx(0)
    assert coin.corrected(0.5) is None, "what tells nothing apart cannot be corrected"


def test_people_who_do_not_agree_calibrate_nobody() -> None:
    found = calibrate(book("judge", "ns" * 80), book("anna", "ns" * 80), book("bo", "nsss" * 40))
    assert "agreement" in found.reasons
    assert agreement_of([book("anna", "ns" * 80), book("bo", "sn" * 80)]).alpha < 0  # type: ignore[operator]


def test_one_person_is_not_two_and_runs_do_not_mix() -> None:
    with pytest.raises(BadInput, match="two people"):
        calibrate(book("judge", "ns"), book("anna", "ns"), book("anna", "ns"))
    with pytest.raises(BadInput, match="different runs"):
        calibrate(book("judge", "ns"), book("anna", "ns"), book("bo", "ns", run="r2"))


def test_wilson_at_the_edges() -> None:
    """Figures of the formula worked by hand for 0 of 10 and 81 of 263 (Newcombe 1998, table I: 0.2553 to 0.3662)."""
    none = wilson(0, 10)
    assert (none.low, none.value) == (0.0, 0.0)
    assert none.high == pytest.approx(0.2775, abs=0.0001)
    some = wilson(81, 263)
    assert (some.low, some.high) == (pytest.approx(0.2553, abs=0.0001), pytest.approx(0.3662, abs=0.0001))
    assert wilson(0, 0).value is None


def test_labels_are_appended_and_the_last_word_counts(tmp_path: Path) -> None:
    path = tmp_path / "labels" / "anna.jsonl"
    head = Labels(run="r1", rater="anna")
    start_labels(path, head)
    one = Label(sample="k", statement="f", case="c", text=fingerprint("x"), value=Said.UNSURE)
    add_label(path, one)
    add_label(path, one.model_copy(update={"value": Said.NOT}))
    again = start_labels(path, head)
    assert [label.value for label in again.labels.values()] == [Said.NOT]
    assert len(path.read_text("utf-8").splitlines()) == 3
    with pytest.raises(BadInput, match="labels of anna"):
        start_labels(path, Labels(run="r1", rater="bo"))


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ('{"type": "label"}', 1), ('{"type": "labels", "schema": 1, "run": "r", "rater": "a"}\n{"x": 1}', 2)],
)
def test_what_is_no_file_of_labels_says_where(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=f"line {line} "):
        read_labels(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_labels(tmp_path / "missing.jsonl")
