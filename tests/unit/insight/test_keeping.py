"""What is kept in memory: made once, by one at a time, never for another key, never older than its mark."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from org_tables import NOW, Org, ago

from coachkit.insight.organisation.keeping import Memo, Shelf
from coachkit.insight.organisation.tables import moment
from coachkit.insight.organisation.whole import LONGEST_LOOK, Whole


@dataclass(frozen=True)
class Thing:
    name: str
    size: int = 1


def test_many_who_want_the_same_wait_for_the_one_who_makes_it() -> None:
    memo, begun, go = Memo(), Event(), Event()
    made: list[int] = []

    def make() -> int:
        begun.set()
        assert go.wait(30)
        made.append(1)
        return 7

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(memo.of, "a", make)
        assert begun.wait(30)
        others = [pool.submit(memo.of, "a", make) for _ in range(6)]
        assert memo.of("b", lambda: 8) == 8, "something else is not held up"
        go.set()
        assert [one.result() for one in (first, *others)] == [7] * 7
    assert made == [1]


def test_what_failed_is_tried_again() -> None:
    memo = Memo()

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        memo.of("a", fail)
    assert memo.of("a", lambda: 3) == 3


def test_of_a_key_it_is_read_again_exactly_when_the_mark_differs() -> None:
    shelf: Shelf[Thing] = Shelf()
    reads: list[tuple[Thing | None, object]] = []

    def ask(mark: str) -> str:
        def read(before: Thing | None, old: object) -> tuple[str, Thing]:
            reads.append((before, old))
            return mark, Thing(f"read {len(reads)}")

        return shelf.of("key", lambda: mark, read).name

    assert [ask(mark) for mark in ("m1", "m1", "m2", "m2")] == ["read 1", "read 1", "read 2", "read 2"]
    assert reads == [(None, None), (Thing("read 1"), "m1")]


def test_what_changes_while_it_is_read_is_read_again() -> None:
    shelf: Shelf[Thing] = Shelf()
    assert shelf.of("key", lambda: "new", lambda *_: ("old", Thing("half"))).name == "half"
    assert shelf.of("key", lambda: "new", lambda *_: ("new", Thing("whole"))).name == "whole"


def test_keys_are_read_beside_each_other_and_one_key_by_one_reader() -> None:
    shelf: Shelf[Thing] = Shelf()
    both, count = Barrier(2), {"a": 0, "b": 0}

    def ask(key: str) -> str:
        def read(*_: object) -> tuple[int, Thing]:
            count[key] += 1
            both.wait(30)  # only passes while the other key is being read too
            return 1, Thing(key)

        return shelf.of(key, lambda: 1, read).name

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(ask, ["a", "b", "a", "b", "a", "b"])) == ["a", "a", "a", "b", "b", "b"]
    assert count == {"a": 1, "b": 1}


keys = st.sampled_from("abcdef")


@given(st.lists(st.tuples(keys, st.integers(0, 2)), max_size=40), st.integers(1, 4), st.integers(1, 12))
def test_nobody_is_given_what_was_made_for_another_key_or_mark(
    asked: list[tuple[str, int]], most: int, most_bytes: int
) -> None:
    shelf: Shelf[Thing] = Shelf(most=most, most_bytes=most_bytes)
    for key, mark in asked:
        found = shelf.of(key, lambda mark=mark: mark, lambda *_, k=key, m=mark: (m, Thing(f"{k}{m}", size=3)))
        assert found.name == f"{key}{mark}"
        assert len(shelf) <= max(1, min(most, most_bytes // 3))


def test_what_was_asked_for_last_stays() -> None:
    shelf: Shelf[Thing] = Shelf(most=2)
    made: list[str] = []

    def ask(key: str) -> None:
        shelf.of(key, lambda: 1, lambda *_: (1, made.append(key) or Thing(key)))

    for key in "abaca":
        ask(key)
    assert made == ["a", "b", "c"]
    ask("b")
    assert made == ["a", "b", "c", "b"]


# --- how the organisation looks at a moment --------------------------------------------------------------------------

hours = st.integers(-60, 400)


@settings(max_examples=examples(30))
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), hours), max_size=12),
    st.dictionaries(st.tuples(st.integers(1, 4), hours), st.none() | hours, max_size=6),
    st.lists(st.integers(0, 500_000), min_size=1, max_size=12),
)
def test_a_look_is_what_could_be_known_at_that_moment(
    acts: list[tuple[int, int, int]], waits: dict[tuple[int, int], int | None], asked: list[int]
) -> None:
    org = Org({"one": (1, 2), "two": (3, 4)})
    for number, (actor, target, hour) in enumerate(acts):
        org.act(number, "reviewed", actor, target, hour / 24)
    for (record, since), until in waits.items():
        org.wait(record, "I-9", since / 24, None if until is None else until / 24)
    tables, chart = org.tables(), org.chart()
    whole = Whole(tables, chart)
    for seconds in asked:
        at = NOW - timedelta(days=3) + timedelta(seconds=seconds)
        look = whole.look(at)
        known, then = tables.as_of(at), chart.as_of(at)
        for name in ("acts", "items", "goals", "owners", "states", "links"):
            assert getattr(look.tables, name).equals(getattr(known, name), null_equal=True), name
        for name in ("memberships", "waits"):
            assert getattr(look.chart, name).equals(getattr(then, name), null_equal=True), name
        assert timedelta() <= at - look.at < timedelta(milliseconds=LONGEST_LOOK)
        assert (look.at.date(), look.at.hour) == (at.date(), at.hour)


def test_a_look_is_shared_until_something_happens_and_what_was_made_of_it_goes_with_it() -> None:
    org = Org({"one": (1, 2)})
    org.act(1, "reviewed", 1, 2, 1)
    org.act(2, "reviewed", 2, 1, -1 / 24 / 60)  # in a minute
    whole = Whole(org.tables(), org.chart())
    at = ago(0).astimezone(UTC)
    first = whole.look(at)
    assert whole.look(at + timedelta(seconds=30)) is first
    first.memo.of("given", lambda: pl.DataFrame({"a": list(range(1000))}))
    assert whole.size >= 8000
    later = whole.look(at + timedelta(seconds=61))
    assert later is not first
    assert (first.tables.acts.height, later.tables.acts.height) == (1, 2)
    assert later.memo.made() == ()
    assert whole.look(at).tables.acts.height == 1, "an earlier moment never shows what was not known yet"


def test_frames_without_later_rows_are_not_copied() -> None:
    org = Org({"one": (1, 2)})
    org.act(1, "reviewed", 1, 2, 1)
    tables = org.tables()
    assert tables.as_of(datetime(2030, 1, 1, tzinfo=UTC)).acts is tables.acts
    assert tables.next_after(NOW) is None
    assert tables.next_after(NOW - timedelta(days=2)) == moment(ago(1))
