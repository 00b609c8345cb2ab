"""What a model said itself, before the checks."""

from __future__ import annotations

import pytest
from made_samples import case_of, sample_of, scored, statement

from coachkit.evaluation.record import Sample, Score, Trace
from coachkit.evaluation.scoring.answers import Answered, ModelAsks, ModelCites, ProposedLength, Refused

SAID = {
    "wins": [statement("a" * 10, id="f1", composed="b" * 10), statement("c" * 20, id="f2", composed="d" * 20)],
    "theirs": [statement("“Hello”", id="f3")],
}


def answer(*proposals: tuple[str, str], model: str = "openai/m") -> Sample:
    made = sample_of(SAID, model=model)
    trace = Trace(proposals=tuple({"fact": fact, "text": text} for fact, text in proposals))
    return made.model_copy(update={"trace": trace})


def test_what_a_model_says_nothing_about_is_counted_and_named() -> None:
    score = scored(Answered(), case_of(), answer(("f1", "x"), ("unknown", "y")))
    assert score is not None
    assert score.value == pytest.approx(1 / 3)
    assert score.at == ("f2", "f3")
    silent = scored(Answered(), case_of(), answer())
    assert silent is not None
    assert silent.value == 0


def test_what_a_check_refused_is_counted_against_what_was_proposed() -> None:
    made = answer(("f1", "a" * 10), ("f2", "wrong"))
    assert made.draft is not None
    check = ({"name": "numbers", "passed": False, "reason": "4 is not in it"},)
    wrong = statement("d" * 20, id="f2", origin="replaced", proposed="wrong", checks=check)
    section = made.draft.sections[0]
    sections = (section.model_copy(update={"statements": (section.statements[0], wrong)}),)
    refused = made.model_copy(update={"draft": made.draft.model_copy(update={"sections": sections})})
    score = scored(Refused(), case_of(), refused)
    assert score is not None
    assert (score.value, score.at, score.reason) == (0.5, ("f2",), "“wrong”: numbers 4 is not in it")
    same = scored(Refused(), case_of(), answer(("f1", "a" * 10)))
    assert same is not None
    assert same.value == 0
    assert scored(Refused(), case_of(), answer()) is None


def test_a_citation_that_a_model_lost_or_made_up_is_counted_though_no_reader_sees_it() -> None:
    facts = [{"id": "f1", "evidence": ["r1"]}, {"id": "f2", "evidence": ["r2"]}, {"id": "f3", "evidence": []}]
    proposals = [
        {"fact": "f1", "text": "a", "evidence": ["E1"]},
        {"fact": "f2", "text": "b", "evidence": []},
        {"fact": "f3", "text": "c", "evidence": []},
    ]
    made = sample_of(SAID, model="openai/m", facts=facts)
    lost = made.model_copy(update={"trace": made.trace.model_copy(update={"proposals": tuple(proposals)})})
    score = scored(ModelCites(), case_of(), lost)
    assert score is not None
    assert (score.value, score.at) == (0.5, ("f2",))
    proposals[1]["evidence"] = ["E1", "E999"]
    made_up = made.model_copy(update={"trace": made.trace.model_copy(update={"proposals": tuple(proposals)})})
    assert value(scored(ModelCites(), case_of(), made_up)) == 0.5
    assert scored(ModelCites(), case_of(), made) is None


def test_a_question_that_gave_way_to_ours_is_counted() -> None:
    said = {"explore": [statement("a", id="f1", question="What now?"), statement("b", id="f2", question="Why?")]}
    proposals = (
        {"fact": "f1", "text": "a", "question": "What now?"},
        {"fact": "f2", "text": "b", "question": "Is it too much?"},
    )
    made = sample_of(said, model="openai/m")
    score = scored(ModelAsks(), case_of(), made.model_copy(update={"trace": Trace(proposals=proposals)}))
    assert score is not None
    assert (score.value, score.at, score.reason) == (0.5, ("f2",), "“Is it too much?”")
    assert scored(ModelAsks(), case_of(), made) is None


def value(score: Score | None) -> float:
    assert score is not None
    return float(score.value)


def test_length_is_told_against_our_own_words() -> None:
    score = scored(ProposedLength(), case_of(), answer(("f1", "x" * 30), ("f2", "y" * 20), ("unknown", "z" * 999)))
    assert score is not None
    assert score.value == 2.0
    assert scored(ProposedLength(), case_of(), answer()) is None


def test_without_a_model_there_is_no_answer() -> None:
    assert scored(Answered(), case_of(), answer(model="none")) is None
    assert scored(Refused(), case_of(), answer(("f1", "x"), model="none")) is None
    assert scored(ProposedLength(), case_of(), answer(("f1", "x"), model="none")) is None
