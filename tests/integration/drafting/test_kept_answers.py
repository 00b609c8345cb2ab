"""What the store knows of answers and of what they cost, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from brief_office import NOW, Office

from coachkit.domain.drafts import DraftKind
from coachkit.store.relational.drafts import SqlDraftStore


def test_answers_and_their_cost(any_office: Office) -> None:
    store = SqlDraftStore(any_office.database)
    ana, maria = any_office.person("ana").id, any_office.person("maria").id
    plain = any_office.brief()
    for place, cost in enumerate((0.25, 0.5, None)):
        usage = {"cost": cost, "asked": f"h{place}"}
        made = replace(
            plain, id=f"d{place}", settings={"usage": usage}, created_at=NOW - timedelta(hours=place * 10), model="x/y"
        )
        store.save(made, viewer=ana, subject=maria, explanation={"draft": {"raw": f"r{place}"}})
    assert store.spent(NOW - timedelta(hours=24)) == pytest.approx(0.75)
    assert store.spent(NOW - timedelta(hours=5)) == pytest.approx(0.25)
    assert store.spent(NOW) == 0.0
    assert store.answer(DraftKind.BRIEF, viewer=ana, subject=maria, asked="h1") == {"raw": "r1"}
    assert store.answer(DraftKind.BRIEF, viewer=ana, subject=maria, asked="h9") is None
    assert store.answer(DraftKind.AGENDA, viewer=ana, subject=maria, asked="h1") is None
    assert store.answer(DraftKind.BRIEF, viewer=maria, subject=maria, asked="h1") is None
