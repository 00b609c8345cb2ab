"""The calendar of two people, and what the sources gave about one of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from story import MARIA, NOW, Story, at

from coachkit.insight.rhythm import check_in_gap, milestone
from coachkit.insight.sources import coverage


@pytest.mark.parametrize(
    ("ago", "every", "gap"),
    [(36, None, True), (35, None, False), (29, 14, True), (28, 14, False), (36, 30, True), (34, 30, False)],
)
def test_a_gap_is_more_than_five_weeks_or_twice_the_rhythm(ago: int, every: int | None, gap: bool) -> None:
    story = Story()
    story.met(NOW - timedelta(days=ago), every=every)
    assert (check_in_gap(story.material()) is not None) is gap


def test_what_was_called_off_since_is_told() -> None:
    story = Story()
    story.met(at(1, month=3), state="cancelled")
    story.met(at(15, month=3))
    story.met(at(1, month=4), state="cancelled")
    story.met(at(28), state="cancelled")
    story.met(at(21), state="planned")
    found = check_in_gap(story.material())
    assert found is not None
    assert (found.last.scheduled_at, found.cancelled) == (at(15, month=3), (at(1, month=4),))
    assert len(found.records) == 2


def test_nobody_who_never_met_has_a_gap() -> None:
    story = Story()
    story.met(at(21), state="planned")
    assert check_in_gap(story.material()) is None


@pytest.mark.parametrize(
    ("started", "day"),
    [
        (date(2026, 3, 22), 60),
        (date(2026, 3, 29), 60),
        (date(2026, 3, 30), None),
        (date(2026, 3, 8), 60),
        (date(2026, 3, 7), None),
        (date(2026, 4, 21), 30),
        (date(2024, 1, 8), None),
        (None, None),
    ],
)
def test_a_newcomers_day_within_the_window_or_a_week_ahead(started: date | None, day: int | None) -> None:
    found = milestone(Story().material(started_on=started, profile=77))
    assert (found.day if found else None) == day
    if found and started:
        assert found.on == started + timedelta(days=found.day - 1)
        assert found.records == (77,)


def test_without_the_record_that_says_so_there_is_no_newcomer() -> None:
    assert milestone(Story().material(started_on=date(2026, 3, 22), profile=None)) is None


def test_sources_that_fail_or_are_old() -> None:
    story = Story()
    story.source("fresh")
    story.source("failing", failing_since=at(18))
    story.source("old", read_at=NOW - timedelta(hours=37))
    story.source("catching-up", read_at=NOW - timedelta(days=9), syncing=True)
    story.source("elsewhere", records=0)
    found = coverage(story.material())
    assert {one.connection for one in found.read} == {"fresh", "failing", "old", "catching-up"}
    assert [one.connection for one in found.failing] == ["failing"]
    assert [one.connection for one in found.old] == ["old"]
    assert not found.without


@pytest.mark.parametrize(("known", "team", "missed"), [(3, 4, True), (2, 4, False), (2, 2, True), (1, 1, False)])
def test_a_source_that_most_of_the_team_uses_is_missed(known: int, team: int, missed: bool) -> None:
    story = Story()
    story.source("tickets", records=0, team_people=known)
    assert bool(coverage(story.material(team_size=team)).without) is missed


def test_missing_kinds_are_named_and_code_only_where_the_team_writes_some() -> None:
    story = Story()
    assert coverage(story.material()).missing == ("tickets", "code", "goals", "feedback", "check_ins")
    story.source("tickets", team_kinds=frozenset({"issue"}))
    story.issue("SRCH-1", MARIA)
    story.goal("O1")
    story.praise(at(9))
    story.met(at(9))
    assert coverage(story.material()).missing == ()
    story.source("code", team_kinds=frozenset({"commit"}))
    assert coverage(story.material()).missing == ("code",)


@pytest.mark.parametrize(("acts", "thin"), [(4, True), (5, False)])
def test_too_little_to_go_by(acts: int, thin: bool) -> None:
    story = Story()
    for place in range(acts):
        story.act("commented", MARIA, at(7 + place))
    story.act("commented", MARIA, at(2))
    found = coverage(story.material())
    assert (found.acts, found.thin) == (acts, thin)
