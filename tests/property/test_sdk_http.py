"""Invariants of what the SDK keeps between requests: the ETag store and the budget of a host."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import ETags
from coachkit.sdk.rate import Budget

_urls = st.sampled_from([f"https://tracker.example.org/{n}" for n in range(12)])
_people = st.sampled_from(["ana", "bo"])
_etags = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(['"v1"', '"v2"', 'W/"3"', "x" * 300, "é", '"a\n"']))


@given(st.lists(st.tuples(_people, _urls, _etags), max_size=60), st.integers(1, 8))
def test_etags_are_bounded_and_each_belongs_to_one_credential(
    puts: list[tuple[str, str, str | None]], most: int
) -> None:
    etags = ETags(most=most)
    last: dict[tuple[str, str], str | None] = {}
    for person, url, etag in puts:
        etags.put(person, url, etag)
        last[person, url] = etag
        assert len(etags) <= most
    for (person, url), etag in last.items():
        found = etags.get(person, url)
        assert found in (None, etag), "an ETag of another address or credential"
    if puts and (usable := puts[-1][2]) in ('"v1"', '"v2"', 'W/"3"'):
        assert etags.get(*puts[-1][:2]) == usable, "the newest is kept"
    state = etags.state()
    assert json.loads(json.dumps(state)) == state
    assert not [text for pair in state.items() for text in pair if "tracker" in text or "ana" in text]
    again = ETags.load(state, most=most)
    assert {key: again.get(*key) for key in last} == {key: etags.get(*key) for key in last}


@given(st.dictionaries(st.text(), st.text()), st.integers(1, 5))
def test_any_state_can_be_loaded(state: dict[str, str], most: int) -> None:
    etags = ETags.load(state, most=most)
    assert len(etags) <= most
    assert all(value.isascii() and value.isprintable() and value for value in etags.state().values())


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.floats(0, 3)),
        st.tuples(st.just("pause"), st.floats(0, 100)),
    ),
    max_size=80,
)


@given(_steps, st.floats(0.1, 50), st.integers(1, 20))
def test_no_window_sees_more_than_the_rate_allows(steps: list[tuple[str, float]], rate: float, burst: int) -> None:
    budget = Budget()
    budget.limit(rate, burst)
    now, until = 0.0, 0.0
    sent: list[float] = []
    for what, seconds in steps:
        if what == "pause":
            budget.pause(now, seconds)
            until = max(until, now + seconds)
            continue
        now += seconds
        wait = budget.take(now)
        assert wait >= 0
        assert now + wait >= until - 1e-6, "sent while the host said to wait"
        now += wait
        sent.append(now)
    for first, begin in enumerate(sent):
        for count, end in enumerate(sent[first:], start=1):
            assert count <= burst + (end - begin) * rate + 1 + 1e-6, "more than the bucket holds"


@given(st.floats(0.1, 100), st.floats(0.1, 100), st.integers(1, 9), st.integers(1, 9))
def test_the_lowest_limit_holds(one: float, other: float, burst: int, more: int) -> None:
    both, lowest = Budget(), Budget()
    both.limit(one, burst)
    both.limit(other, more)
    lowest.limit(min(one, other), min(burst, more))
    assert [both.take(0.0) for _ in range(30)] == [lowest.take(0.0) for _ in range(30)]


@given(st.floats(0, 1000))
def test_a_pause_is_of_one_credential(seconds: float) -> None:
    budget = Budget()
    budget.pause(0.0, seconds, "ana")
    budget.pause(0.0, seconds / 2, "ana")
    assert budget.paused(0.0, "ana") == seconds
    assert (budget.paused(0.0, "bo"), budget.take(0.0, "bo")) == (0.0, 0.0)
