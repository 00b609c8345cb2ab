"""People named by a rule: the most active of those who report to somebody, the same ones every time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sample_office import opened_sample

from coachkit.errors import NotFound
from coachkit.evaluation.organisations import OrganisationSpec, Sampled
from coachkit.proving.choosing import chosen, is_rule
from coachkit.proving.offices import Office

TODAY = date(2026, 11, 24)


def test_a_rule_is_told_from_an_address() -> None:
    assert is_rule("active:12")
    assert not is_rule("active:0")
    assert not is_rule("ana@guidu.example")


@pytest.mark.slow
def test_the_most_active_come_first_and_report_to_somebody(tmp_path: Path) -> None:
    spec = OrganisationSpec(name="s", split="development", today=TODAY, sample=Sampled(seed=7))
    with opened_sample(tmp_path, 7, TODAY) as sample:
        office = Office(spec, sample.app)
        first, second = (chosen(office, f"active:{place}") for place in (1, 2))
        assert first.id != second.id
        assert first.id == chosen(office, "active:1").id
        assert all(sample.app.directory.manager_of(one.id) is not None for one in (first, second))
        with pytest.raises(NotFound, match="there are not 999"):
            chosen(office, "active:999")
        with pytest.raises(NotFound, match="no rule"):
            chosen(office, "anybody")
