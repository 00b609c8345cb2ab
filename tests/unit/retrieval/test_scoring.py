"""BM25 over what may be read, meaning beside it, and a spread over the months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.retrieval.bm25 import LexicalHits, score
from coachkit.retrieval.fusing import COVERED, FLOOR, fuse, standard_scores
from coachkit.retrieval.language import MOST_TOKENS, cut, is_chinese
from coachkit.retrieval.ports import Postings, Similar
from coachkit.retrieval.spreading import month_of, spread


def postings(*rows: tuple[int, int, int, int]) -> Postings:
    """Rows of (term, record, tf, length)."""
    term, record, tf, length = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Postings(term=term, record=record, day=record * 0 + 20_000, tf=tf, length=length)


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    common = [(0, record, 1, 40) for record in range(1, 9)]
    found = score(postings(*common, (1, 9, 1, 40)), 10, 2)
    by_record = dict(zip(found.record.tolist(), found.score.tolist(), strict=True))
    assert by_record[9] > by_record[1] > 0


def test_more_of_a_word_counts_more_and_a_longer_text_less() -> None:
    found = score(postings((0, 1, 1, 40), (0, 2, 3, 40), (0, 3, 1, 400)), 10, 1)
    assert found.score[1] > found.score[0] > found.score[2]


def test_coverage_is_the_share_of_what_was_asked() -> None:
    found = score(postings((0, 1, 1, 40), (1, 1, 1, 40), (0, 2, 1, 40)), 10, 2)
    assert found.coverage[0] == pytest.approx(1.0)
    assert 0 < found.coverage[1] < 1


def test_a_word_that_nobody_has_takes_coverage_away() -> None:
    one = score(postings((0, 1, 1, 40)), 10, 1)
    two = score(postings((0, 1, 1, 40)), 10, 2)
    assert one.coverage[0] == 1.0
    assert two.coverage[0] < COVERED


def test_names_are_counted() -> None:
    found = score(postings((0, 1, 1, 40), (1, 2, 1, 40)), 10, 2, frozenset({1}))
    assert found.names.tolist() == [0, 1]


def lexical(*rows: tuple[int, float, float, int]) -> LexicalHits:
    """Rows of (record, score, coverage, names)."""
    record, scores, coverage, names = zip(*rows, strict=True) if rows else ((), (), (), ())
    return LexicalHits(
        record=np.array(record, dtype=np.int64),
        day=np.full(len(rows), 20_000),
        score=np.array(scores, dtype=np.float64),
        coverage=np.array(coverage, dtype=np.float64),
        names=np.array(names, dtype=np.int64),
    )


def near(*rows: tuple[int, float, bool]) -> Similar:
    """Rows of (record, similarity, chinese)."""
    record, similarity, chinese = zip(*rows, strict=True) if rows else ((), (), ())
    return Similar(
        record=np.array(record, dtype=np.int64),
        day=np.full(len(rows), 20_001),
        chinese=np.array(chinese, dtype=np.bool_),
        similarity=np.array(similarity, dtype=np.float64),
    )


def ranked(words: LexicalHits, meaning: Similar | None, standard: list[float]) -> list[int]:
    return [one.record for one in fuse(words, meaning, None if meaning is None else np.array(standard))]


def test_words_and_meaning_together_come_before_either_alone() -> None:
    words = lexical((1, 5.0, 0.9, 0), (2, 5.0, 0.9, 0))
    assert ranked(words, near((1, 0.7, False), (2, 0.9, False), (3, 0.9, False)), [0.0, 4.0, 4.0])[0] == 2


def test_meaning_decides_when_words_cover_too_little() -> None:
    words = lexical((1, 5.0, COVERED - 0.1, 0))
    assert ranked(words, near((1, 0.7, False), (2, 0.9, True)), [0.0, 4.0]) == [2, 1]


def test_a_name_comes_before_everything() -> None:
    words = lexical((1, 2.0, 0.9, 0), (2, 1.0, 0.2, 1))
    assert ranked(words, near((1, 0.9, False)), [5.0])[0] == 2


def test_what_lies_no_nearer_than_chance_is_no_hit() -> None:
    assert ranked(lexical(), near((1, 0.8, False), (2, 0.9, False)), [FLOOR, FLOOR + 0.1]) == [2]


def test_a_stray_word_is_no_hit_where_meaning_says_no() -> None:
    words = lexical((1, 5.0, 0.1, 0), (2, 5.0, 0.4, 0), (3, 5.0, 0.1, 0))
    compared = near((1, 0.7, False), (2, 0.7, False), (3, 0.9, False))
    assert ranked(words, compared, [0.0, 0.0, 3.0]) == [3, 2]
    assert ranked(words, None, []) == [1, 2, 3]


def test_what_is_not_embedded_yet_is_found_by_its_words() -> None:
    first, second = fuse(lexical((1, 5.0, 0.9, 0)), near((2, 0.9, False)), np.array([4.0]))
    assert (first.record, first.semantic, first.score) == (1, None, 1.0)
    assert (second.record, second.semantic) == (2, 1.0)


def test_by_words_alone_the_best_has_the_whole_mark() -> None:
    found = fuse(lexical((1, 5.0, 0.3, 0), (2, 2.5, 0.3, 0)), None, None)
    assert [(one.record, one.score, one.semantic) for one in found] == [(1, 1.0, None), (2, 0.5, None)]


def test_a_language_is_measured_against_itself() -> None:
    """The model finds everything in Chinese nearer: the one English record that stands out must come first."""
    rows = [(number, 0.84 + 0.001 * (number % 5), True) for number in range(100)]
    rows += [(100 + number, 0.77 + 0.001 * (number % 5), False) for number in range(100)]
    compared = near(*rows, (500, 0.83, False))
    standard = standard_scores(compared, compared, lambda chinese: (0.84, 0.01) if chinese else (0.77, 0.01))
    assert int(compared.record[int(np.argmax(standard))]) == 500


def test_three_records_have_a_deviation_too() -> None:
    compared = near((1, 0.90, False), (2, 0.77, False), (3, 0.77, False))
    standard = standard_scores(compared, compared, lambda chinese: (0.78, 0.02))
    assert standard[0] > FLOOR
    assert max(standard[1:]) < FLOOR


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1), st.integers(18_000, 20_000)), max_size=40), st.data())
def test_a_spread_takes_the_best_and_keeps_the_order(rows: list[tuple[int, float, int]], data: st.DataObject) -> None:
    hits = sorted({row[0]: row for row in rows}.values(), key=lambda row: -row[1])
    limit = data.draw(st.integers(1, 45))
    if hits:
        taken = spread(hits, limit)
        assert len(taken) == min(limit, len(hits))
        assert taken[0] == hits[0][0]
        assert taken == [found for found, _, _ in hits if found in set(taken)]


def test_last_week_does_not_push_out_spring() -> None:
    may = [(number, 1.0 - number / 1000, 20_590) for number in range(40)]
    march = [(100 + number, 0.8, 20_520) for number in range(5)]
    taken = spread([*may, *march], 10)
    assert {month_of(20_590), month_of(20_520)} == {month_of(20_590 if found < 100 else 20_520) for found in taken}


def test_languages() -> None:
    assert is_chinese("修复 PAY-123 的 timeout")
    assert is_chinese("登录")
    assert not is_chinese("Fix the timeout of 登录")
    assert not is_chinese("")


@given(st.text(max_size=4_000))
def test_a_cut_text_is_a_beginning(text: str) -> None:
    assert text.startswith(cut(text))
    assert len(cut(text)) >= min(len(text), MOST_TOKENS)
