"""One tokenizer for what is stored and what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.retrieval.tokenizer import (
    MAX_QUERY_TERMS,
    MAX_TERM,
    count_terms,
    is_identifier,
    query_terms,
    query_words,
    term_id,
)


def finds(question: str, text: str) -> bool:
    """Whether every term of the question is a term of the text."""
    stored, _ = count_terms(text)
    asked = query_terms(question)
    return bool(asked) and all(term_id(term) in stored for term in asked)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("PAY-123", "Fixes PAY-123, the second time."),
        ("pay-123", "见 PAY-123。"),
        ("ＰＡＹ-123", "PAY-123: page the export"),
        ("PAY-123", "修复ＰＡＹ-123的导出"),
        ("#1234", "closes #1234"),
        ("1234", "closes #1234"),
        ("foo_bar()", "call foo_bar() before it"),
        ("foo_bar", "call foo_bar() before it"),
        ("bar", "call foo_bar() before it"),
        ("src/auth/login.py", "see src/auth/login.py:12"),
        ("login.py", "see src/auth/login.py"),
        ("auth", "see src/auth/login.py"),
        ("登录", "用户登录失败"),
        ("失败", "用户登录失败"),
        ("登", "请登上车"),
        ("C++", "written in C++ and C"),
        ("v1.2.3", "release v1.2.3 is out"),
        ("retryBudget", "the retryBudget field"),
        ("budget", "the retryBudget field"),
        ("HTTPServer", "an HTTPServer of our own"),
        ("server", "an HTTPServer of our own"),
        ("STRASSE", "Straße"),
        ("索引重建", "索引重建之后"),
    ],
)
def test_it_finds(question: str, text: str) -> None:
    assert finds(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [("C++", "written in C"), ("登录", "登上去，录下来"), ("PAY-123", "PAY-1234"), ("v1.2.3", "v1.2.30")],
)
def test_it_does_not_find(question: str, text: str) -> None:
    assert not finds(question, text)


@pytest.mark.parametrize("word", ["PAY-123", "ＰＡＹ-123", "#1234", "foo_bar()", "src/auth/login.py", "C++", "v1.2.3"])
def test_names_are_known_as_such(word: str) -> None:
    (found,) = query_words(word)
    assert is_identifier(found[0])


@pytest.mark.parametrize("word", ["登录", "ledger", "2026", "well-known"])
def test_words_are_no_names(word: str) -> None:
    (found,) = query_words(word)
    assert not is_identifier(found[0])


def test_a_common_part_does_not_make_a_record_be_named() -> None:
    assert is_identifier(query_terms("PAY-123")[0])
    assert not is_identifier(query_terms("PAY-123")[1])


def test_a_question_has_an_end() -> None:
    assert len(query_terms(" ".join(f"word{number}" for number in range(500)))) == MAX_QUERY_TERMS
    assert all(len(term) <= MAX_TERM for term in query_terms("a" * 5_000))


def test_a_long_word_is_cut_alike_on_both_sides() -> None:
    assert finds("x" * 200, "y " + "x" * 200)


@pytest.mark.parametrize("text", ["", "   ", "%", '"', "()", "🙂", "\x00", "--", "…"])
def test_nothing_to_find(text: str) -> None:
    assert query_terms(text) == []
    assert count_terms(text) == ({}, 0)


@given(st.text(max_size=60))
def test_whatever_is_stored_is_found_by_itself(text: str) -> None:
    asked = query_terms(text)
    assert not asked or finds(text, text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_stands_around_does_not_hide_a_text(text: str, other: str) -> None:
    assert not query_terms(text) or finds(text, f"{other} \n {text} \n {other}")
