"""Two ways to read a list in pages without losing what moves meanwhile, and without turning in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coachkit.sdk import SourceError

__all__ = ["offset_pages", "token_pages"]

OVERLAP = 10
"""So many rows of a page are read again with the next one: rows move up when an earlier one leaves the list."""

EMPTY_IN_A_ROW = 100
"""After so many pages without a row a source that still promises more is not believed."""

Row = Any


def token_pages(ask: Callable[[str | None], Mapping[str, Any]], connection: str) -> Iterator[Mapping[str, Any]]:
    """Pages by token. The last has none, or says that it is the last; one in the middle may be empty.

    :raises SourceError: if a token comes a second time: going on would never end, and stopping would lose the rest.
    """
    token: str | None = None
    seen: set[str] = set()
    empty = 0
    while True:
        page = ask(token)
        yield page
        following = page.get("nextPageToken")
        if page.get("isLast") is True or not isinstance(following, str) or not following:
            return
        empty = 0 if any(isinstance(value, list) and value for value in page.values()) else empty + 1
        if following in seen or empty >= EMPTY_IN_A_ROW:
            what = "gave the same page token twice" if following in seen else "gives nothing but empty pages"
            raise _odd(f"Jira {what}; the list would have no end.", connection)
        seen.add(following)
        token = following


def offset_pages(
    at: Callable[[int], tuple[list[Row], int | None]],
    name_of: Callable[[Row], object],
    connection: str,
    *,
    overlap: int = OVERLAP,
) -> Iterator[tuple[list[Row], int | None]]:
    """Pages by number of the first row, each overlapping the one before.

    Where nothing of the overlap is known, more rows left than it holds: the page before is read again.

    :param at: the rows from a number on, and how many there are in all if that is known.
    :raises SourceError: if a page stays empty though there are more rows, or is the page before once more.
    """
    start, last, shared, steps_back = 0, list[object](), 0, 0
    while True:
        rows, total = at(start)
        if not rows and _promises(start, total):
            rows, total = at(start)
            if not rows and _promises(start, total):
                raise _odd(f"Jira speaks of {total} rows and gives none from {start} on.", connection)
        names = [name_of(row) for row in rows]
        if start and overlap and not set(last).intersection(names if steps_back else names[:overlap]):
            steps_back = max(len(last), steps_back * 2)
            start = max(0, start - steps_back)
            continue
        if shared and total is None and len(rows) <= shared and set(last).issuperset(names):
            return
        if start and rows and len(rows) > shared and names == last:
            raise _odd("Jira gave the same page twice; the list would have no end.", connection)
        yield rows, total
        end = start + len(rows)
        if not rows or (total is not None and end >= total):
            return
        shared = min(overlap, len(rows) - 1)
        start, last, steps_back = end - shared, names, 0


def _promises(start: int, total: int | None) -> bool:
    return total is not None and start < total


def _odd(what: str, connection: str) -> SourceError:
    hint = "What was read is kept. Try again later; if it stays so, tell who runs this Jira."
    return SourceError(what, subject=connection, hint=hint)
