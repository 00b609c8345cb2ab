"""Pages: nothing is lost while rows move, and nothing turns in circles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import SourceError
from coachkit_jira.paging import offset_pages, token_pages


def _tokens(pages: dict[str | None, dict[str, Any]]) -> list[Any]:
    return [row for page in token_pages(lambda token: pages[token], "tracker") for row in page["issues"]]


def test_tokens_are_followed_to_the_last_page() -> None:
    pages = {
        None: {"issues": [1, 2], "nextPageToken": "b"},
        "b": {"issues": [], "nextPageToken": "c", "isLast": False},
        "c": {"issues": [3]},
    }
    assert _tokens(pages) == [1, 2, 3]


def test_a_last_mark_ends_it_even_with_a_token() -> None:
    assert _tokens({None: {"issues": [1], "nextPageToken": "b", "isLast": True}}) == [1]


@pytest.mark.parametrize("again", ["b", "c"])
def test_a_token_that_comes_again_is_an_error(again: str) -> None:
    pages = {
        None: {"issues": [1], "nextPageToken": "b"},
        "b": {"issues": [2], "nextPageToken": "c"},
        "c": {"issues": [3], "nextPageToken": again},
    }
    with pytest.raises(SourceError, match="same page token twice") as caught:
        _tokens(pages)
    assert caught.value.hint


def test_nothing_but_empty_pages_is_an_error() -> None:
    asked = iter(range(1_000))
    with pytest.raises(SourceError, match="nothing but empty pages"):
        list(token_pages(lambda _: {"issues": [], "nextPageToken": str(next(asked))}, "tracker"))


def _read(at: Callable[[int], tuple[list[int], int | None]], overlap: int = 3) -> list[int]:
    return [row for rows, _ in offset_pages(at, lambda row: row, "tracker", overlap=overlap) for row in rows]


@given(
    st.integers(0, 60),
    st.integers(4, 9),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 59), st.booleans()), max_size=25),
)
def test_rows_that_leave_or_come_meanwhile_take_no_other_along(
    size: int, page: int, tells_total: bool, moves: list[tuple[int, bool]]
) -> None:
    """Between two requests rows are taken out (and, if they changed, put at the end) wherever they stand."""
    rows, waiting, stayed = list(range(size)), list(moves), set(range(size))

    def at(start: int) -> tuple[list[int], int | None]:
        found = rows[start : start + page], (len(rows) if tells_total else None)
        for _ in range(2):
            if waiting:
                place, returns = waiting.pop()
                if place < len(rows):
                    row = rows.pop(place)
                    stayed.discard(row)
                    if returns:
                        rows.append(row + 1_000)
        return found

    assert stayed <= set(_read(at))


def test_more_rows_may_leave_at_once_than_pages_share() -> None:
    rows = list(range(100))
    left = iter([50])

    def at(start: int) -> tuple[list[int], int | None]:
        found = rows[start : start + 10], len(rows)
        if start >= 50 and next(left, None):
            del rows[:40]
        return found

    assert set(range(40, 100)) <= set(_read(at))


def test_an_empty_page_in_the_middle_is_asked_for_again() -> None:
    empty = iter([True])
    assert _read(lambda start: ([] if start and next(empty, False) else [start, start + 1], 9)[0:2]) == sorted(
        _read(lambda start: ([start, start + 1], 9))
    )


def test_a_page_that_stays_empty_is_an_error() -> None:
    with pytest.raises(SourceError, match="gives none"):
        _read(lambda start: ([], 5) if start else ([1, 2], 5))


def test_the_same_page_again_is_an_error() -> None:
    with pytest.raises(SourceError, match="same page twice"):
        _read(lambda start: ([1, 2, 3, 4, 5], 50))
