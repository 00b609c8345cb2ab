"""Variants of the sample organisation: what each changes, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pytest

from coachkit.domain.conversations import ActionItem
from coachkit.domain.people import Account
from coachkit.errors import BadInput
from coachkit.sample import Organisation
from coachkit.sample.model import SourceRecord
from coachkit.sample.variants import VARIANTS, vary
from coachkit.sample.variants.hostile_texts import our_texts
from coachkit.sample.variants.swapped import Renaming, names_of_twins
from coachkit.sample.variants.thinned import silent

TOKEN = re.compile("zq[0-9a-f]{8}")


@pytest.fixture(scope="module")
def varied(organisation: Organisation) -> Callable[[str], Organisation]:
    @lru_cache(maxsize=8)
    def made(variant: str) -> Organisation:
        return vary(organisation, variant)

    return made


def places(organisation: Organisation) -> list[tuple[str, str, str]]:
    return [place(record) for record in organisation.records]


def place(record: SourceRecord) -> tuple[str, str, str]:
    return record.connection, record.stream, record.native_id


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_records_stay_distinct_and_what_is_told_of_the_planted_is_there(
    varied: Callable[[str], Organisation], variant: str
) -> None:
    made = varied(variant)
    there = set(places(made))
    assert len(there) == len(made.records)
    shown = {(one.connection, one.stream, one.native_id) for told in made.situations for one in told.evidence}
    assert shown <= there


def test_nobody_speaks_of_the_silent(organisation: Organisation, varied: Callable[[str], Organisation]) -> None:
    quiet = silent(organisation)
    assert len(quiet) >= 5
    keys = {key for one in quiet for key in (one.tracker, one.hris, one.forge, one.chat)}
    told = [record for record in varied("thin").records if not isinstance(record.record, Account)]
    assert not [place(record) for record in told if any(f"'{key}'" in repr(record.record) for key in keys)]
    assert len(told) < len(organisation.records) / 2


def test_what_contradicts_is_said_beside_typed_records_that_stay(
    organisation: Organisation, varied: Callable[[str], Organisation]
) -> None:
    made = varied("contradictory")
    before = set(places(organisation))
    added = [record for record in made.records if place(record) not in before]
    assert {record.connection for record in added} == {"tracker", "feedback", "checkins"}
    work = [record for record in organisation.records if record.stream == "work_items"]
    assert work == [record for record in made.records if record.stream == "work_items"]
    again = [record.record for record in added if isinstance(record.record, ActionItem)]
    assert again
    assert all(one.due_on and one.due_on > organisation.today for one in again)
    assert any(one.must_not_mention for one in made.situations if one.kind == "blocked_across_teams")


def test_hostile_texts_stand_in_many_places_and_take_no_planted_words(
    organisation: Organisation, varied: Callable[[str], Organisation]
) -> None:
    made = varied("hostile")
    changed = [
        (old, new) for old, new in zip(organisation.records, made.records, strict=True) if old.record != new.record
    ]
    assert len(changed) > 500
    assert all(TOKEN.search(repr(new.record)) for _, new in changed)
    tokens = {one.token for one in our_texts()}
    found = {token for _, new in changed for token in TOKEN.findall(repr(new.record))}
    assert found <= tokens
    assert len(found) > 50
    shown = {(one.connection, one.stream, one.native_id) for told in organisation.situations for one in told.evidence}
    titles = [
        (getattr(old.record, "title", None), getattr(new.record, "title", None))
        for old, new in changed
        if place(old) in shown
    ]
    assert titles
    assert all(old == new for old, new in titles)


def test_names_are_swapped_everywhere_and_nothing_else(
    organisation: Organisation, varied: Callable[[str], Organisation]
) -> None:
    made = varied("swapped")
    back = {new: old for old, new in names_of_twins(organisation.people).items()}
    restore = Renaming(back)
    for old, new in zip(organisation.people, made.people, strict=True):
        assert (old.email, old.employee_id, old.tracker) == (new.email, new.employee_id, new.tracker)
        assert old.name != new.name
    names = {person.name for person in organisation.people}
    left = [place(one) for one in made.records if any(name in repr(one.record) for name in names)]
    assert left == []
    differ = [
        place(old)
        for old, new in zip(organisation.records, made.records, strict=True)
        if restore(repr(new.record)) != repr(old.record)
    ]
    assert len(differ) < 10, "her is his and him: the way back is not always the same"


def test_names_inside_other_words_stay() -> None:
    put = Renaming({"Rui": "Rita", "一鸣": "依茗"})
    assert put("Rui fixed ruins of Ruin; mail rui@x, Rui@x") == "Rita fixed ruins of Ruin; mail rui@x, Rui@x"
    assert put("一鸣说其他人和她都看过，他们没有") == "依茗说其他人和他都看过，他们没有"
    assert put("She gave him her notes") == "He gave her his notes"


def test_an_unknown_variant_is_told_apart(organisation: Organisation) -> None:
    with pytest.raises(BadInput, match="no variant"):
        vary(organisation, "upside-down")
