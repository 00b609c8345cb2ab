"""Citations, coverage and consistency of samples whose scores can be counted by hand."""

from __future__ import annotations

import pytest
from made_samples import RECORDS, case_of, sample_of, scored, statement

from coachkit.evaluation.cases import Forbidden, Mention
from coachkit.evaluation.record import Score
from coachkit.evaluation.scoring.citations import (
    CitationPrecision,
    CitationRecall,
    EvidenceRecall,
    Leaks,
    ValidCitations,
)
from coachkit.evaluation.scoring.consistency import CONSISTENCY
from coachkit.evaluation.scoring.coverage import Abstains, MustMention, MustNot
from coachkit.evaluation.scoring.registry import all_scorers

HOLDS = statement("Maria Gomez reviewed PAY-17 of Tom Becker on 9 May.", "r1", origin="drafted")
TURNED = statement("Tom Becker reviewed PAY-17 of Maria Gomez on 9 May.", "r1", origin="drafted")
BARE = statement("Maria Gomez reviewed PAY-17.", origin="drafted")
WIDE = statement("Maria Gomez reviewed Tom Becker’s PAY-17.", "r1", "r2", origin="drafted")
QUESTION = statement("What would you do first?")


def value(score: Score | None) -> float:
    assert score is not None
    return float(score.value)


def test_recall_is_the_share_of_claims_that_their_citations_support() -> None:
    sample = sample_of({"wins": [HOLDS, TURNED, BARE], "question": [QUESTION]})
    score = scored(CitationRecall(), case_of(), sample)
    assert value(score) == pytest.approx(1 / 3), "the question rests on no record and does not count"
    assert score is not None
    assert set(score.at) == {TURNED.id, BARE.id}
    assert "cites nothing" in score.reason


def test_a_fact_that_rests_on_nothing_need_not_cite() -> None:
    sample = sample_of({"wins": [BARE]}, facts=[{"id": BARE.id, "evidence": []}])
    assert scored(CitationRecall(), case_of(), sample) is None


def test_precision_counts_citations_that_are_needed() -> None:
    assert value(scored(CitationPrecision(), case_of(), sample_of({"wins": [WIDE]}))) == 0.5
    assert value(scored(CitationPrecision(), case_of(), sample_of({"wins": [HOLDS, TURNED]}))) == 0.5
    assert scored(CitationPrecision(), case_of(), sample_of({"wins": [BARE]})) is None


def test_gold_is_found_by_key_by_native_id_and_by_connection() -> None:
    sample = sample_of({"wins": [HOLDS, statement("Wei Li answered.", "r2")]})
    case = case_of(gold=("PAY-17", "fb-2", "feedback/fb-2", "PAY-18"))
    score = scored(EvidenceRecall(), case, sample)
    assert value(score) == 0.75
    assert score is not None
    assert "PAY-18" in score.reason
    assert scored(EvidenceRecall(), case_of(), sample) is None


def test_a_citation_of_nothing_and_of_what_is_closed_are_told() -> None:
    sample = sample_of({"wins": [HOLDS, statement("It is done.", "r9")]})
    assert value(scored(ValidCitations(), case_of(), sample)) == 0
    assert value(scored(ValidCitations(), case_of(), sample_of({"wins": [HOLDS]}))) == 1
    closed = case_of(must_not=(Forbidden(record="PAY-17"),))
    assert value(scored(Leaks(), closed, sample)) == 0
    assert value(scored(Leaks(), case_of(), sample)) == 1


def test_what_must_be_told_is_told_in_its_language_or_by_its_record() -> None:
    wanted = (
        Mention(en=("ledger export", "PAY-17"), zh=("账本导出",)),
        Mention(en=("9  may",)),
        Mention(record="fb-2"),
        Mention(zh=("五月",)),
    )
    case = case_of(must_mention=wanted)
    assert value(scored(MustMention(), case, sample_of({"wins": [HOLDS]}))) == pytest.approx(2 / 3)
    chinese = sample_of({"wins": [statement("账本 导出已分页。", "r2")]}, language="zh")
    score = scored(MustMention(), case, chinese)
    assert value(score) == pytest.approx(2 / 3), (
        "the first by its words, the third by its record; of the second none in Chinese"
    )
    assert score is not None
    assert "五月" in score.reason


@pytest.mark.parametrize(
    ("forbidden", "stands"),
    [
        (Forbidden(text="REVIEWED"), True),
        (Forbidden(text="promoted"), False),
        (Forbidden(pattern=r"pay-\d+ of tom"), True),
        (Forbidden(pattern=r"^of"), False),
        (Forbidden(record="PAY-17"), True),
        (Forbidden(record="PAY-18"), False),
        (Forbidden(text="check-in"), True),
    ],
)
def test_what_must_not_stand_there(forbidden: Forbidden, stands: bool) -> None:
    score = scored(MustNot(), case_of(must_not=(forbidden,)), sample_of({"wins": [HOLDS]}))
    assert value(score) == (not stands)


def test_abstaining_is_to_claim_nothing_and_to_say_so() -> None:
    empty = case_of(abstain=True)
    unknown = statement("Nothing was read from chat.")
    assert value(scored(Abstains(), empty, sample_of({"unknowns": [unknown]}))) == 1
    assert value(scored(Abstains(), empty, sample_of({"unknowns": [unknown], "wins": [HOLDS]}))) == 0
    assert value(scored(Abstains(), empty, sample_of({}))) == 0
    assert scored(Abstains(), case_of(), sample_of({"wins": [HOLDS]})) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("numbers_hold", "Maria Gomez reviewed PAY-17 and tested 7 pages."),
        ("names_hold", "Ana Costa reviewed PAY-17."),
        ("dates_hold", "Maria Gomez reviewed PAY-17 on 19 May."),
        ("negation_holds", "Maria Gomez has not reviewed PAY-17."),
        ("roles_hold", "Tom Becker reviewed PAY-17 of Maria Gomez."),
    ],
)
def test_each_kind_of_mistake_lowers_its_own_score(name: str, text: str) -> None:
    sample = sample_of({"wins": [HOLDS, statement(text, "r1", origin="drafted")]})
    found = {scorer.name: value(scored(scorer, case_of(), sample)) for scorer in CONSISTENCY}
    assert found[name] == 0.5
    assert value(scored(CitationRecall(), case_of(), sample)) == 0.5


def test_our_own_words_for_a_fact_are_evidence_and_a_models_are_not() -> None:
    counted = "PAY-17 has waited for 12 days."
    ours = statement(counted, "r1", id="f1", origin="composed")
    assert value(scored(CitationRecall(), case_of(), sample_of({"explore": [ours]}))) == 1
    theirs = statement(counted, "r1", id="f1", origin="drafted")
    assert value(scored(CitationRecall(), case_of(), sample_of({"explore": [theirs]}))) == 0
    worded = statement("PAY-17 has been waiting for 12 days.", "r1", id="f1", origin="reworded", composed=counted)
    assert value(scored(CitationRecall(), case_of(), sample_of({"explore": [worded]}))) == 1


def test_scorers_have_names_of_their_own_and_say_what_they_mean() -> None:
    names = [scorer.name for scorer in all_scorers()]
    assert len(set(names)) == len(names)
    for scorer in all_scorers():
        assert len((type(scorer).__doc__ or "").strip()) > 60, scorer.name
    assert {one.name for one in all_scorers() if one.hard} >= {"valid_citations", "no_leak", "must_not", "no_echo"}


def test_no_scorer_minds_a_sample_without_a_draft_or_words() -> None:
    empty = sample_of({}, evidence={})
    gone = empty.model_copy(update={"draft": None})
    odd = sample_of({"wins": [statement("", "r1"), statement("“”", "r1"), statement("[1] \x00", "r404")]})
    for sample in (empty, gone, odd):
        for scorer in all_scorers():
            scored(scorer, case_of(gold=("PAY-17",), abstain=True), sample)
    assert RECORDS
