"""A model's word on statements counts only after it was held against two people."""

from __future__ import annotations

import pytest
from made_samples import case_of, sample_of, scored, statement

from coachkit.evaluation.judging.calibration import Calibration, calibrate
from coachkit.evaluation.judging.labels import Label, LabelBook, Labels, Said, fingerprint
from coachkit.evaluation.scoring.judged import Judged

SAID = [statement(f"Statement {number}.", "r1", id=f"f{number}") for number in range(4)]


def book(rater: str, said: dict[tuple[str, str], tuple[Said, str]]) -> LabelBook:
    labels = {
        place: Label(sample=place[0], statement=place[1], case=place[0], text=fingerprint(text), value=value)
        for place, (value, text) in said.items()
    }
    return LabelBook(Labels(run="r1", rater=rater, kind="model"), labels)


def people(errs: int) -> tuple[Calibration, str]:
    """A calibration over 160 statements of which the judge tells so many of a kind wrongly."""
    truth = [Said.NOT if number % 2 else Said.SUPPORTED for number in range(160)]
    turned = {Said.NOT: Said.SUPPORTED, Said.SUPPORTED: Said.NOT}
    judge = [turned[said] if number < 2 * errs else said for number, said in enumerate(truth)]
    books = [
        book(rater, {(f"k{n // 4}", str(n)): (value, str(n)) for n, value in enumerate(said)})
        for rater, said in (("judge", judge), ("anna", truth), ("bo", truth))
    ]
    return calibrate(*books), "judge"


def judged(*values: Said, rater: str = "judge") -> LabelBook:
    return book(rater, {("one-en", one.id): (value, one.text) for one, value in zip(SAID, values, strict=False)})


def test_without_a_calibration_it_says_nothing() -> None:
    sample, labels = sample_of({"wins": SAID}), judged(Said.NOT, Said.SUPPORTED)
    assert scored(Judged(book=labels), case_of(), sample) is None
    poor, _ = people(errs=70)
    assert not Judged(book=labels, calibration=poor).counts
    good, _ = people(errs=0)
    assert scored(Judged(book=judged(Said.NOT, rater="another"), calibration=good), case_of(), sample) is None


def test_a_calibrated_one_is_corrected_for_its_errors() -> None:
    sample = sample_of({"wins": SAID})
    labels = judged(Said.NOT, Said.SUPPORTED, Said.SUPPORTED, Said.UNSURE)
    exact, _ = people(errs=0)
    score = scored(Judged(book=labels, calibration=exact), case_of(), sample)
    assert score is not None
    assert score.value == pytest.approx(2 / 3, abs=1e-4)
    assert score.at == ("f0",)
    erring, _ = people(errs=8)
    assert erring.sensitivity.value == erring.specificity.value == 0.9
    score = scored(Judged(book=labels, calibration=erring), case_of(), sample)
    assert score is not None
    assert score.value == pytest.approx(1 - (1 / 3 - 0.1) / 0.8, abs=1e-4)


def test_a_label_of_other_words_is_passed_over() -> None:
    exact, _ = people(errs=0)
    sample = sample_of({"wins": [SAID[0].model_copy(update={"text": "Other words."}), SAID[1]]})
    score = scored(Judged(book=judged(Said.NOT, Said.SUPPORTED), calibration=exact), case_of(), sample)
    assert score is not None
    assert score.value == 1
