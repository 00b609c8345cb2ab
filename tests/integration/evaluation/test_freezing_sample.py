"""Drafts about people of the sample organisation, in both languages, hold nobody's name once they are cases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from sample_office import SampleOffice, opened_sample

from coachkit.domain.drafts import DraftKind
from coachkit.evaluation.freezing.pseudonyms import _COMMON
from coachkit.evaluation.freezing.writing import case_yaml
from coachkit.proving.freezing import freeze
from coachkit.store.relational import schema as t

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    with opened_sample(tmp_path_factory.mktemp("sample"), 7, date(2026, 5, 11)) as found:
        yield found


def names(office: SampleOffice) -> set[str]:
    """Every name, part of a name, mail and account of everybody; words that are names too as they are spelled."""
    found: set[str] = set()
    for one in office.app.directory.people(left=True):
        for name in (one.name, *one.other_names):
            parts = [part for part in re.split(r"[\s.,_-]+", name) if len(part) > 2]
            found |= {name, *(part for part in parts if part.casefold() not in _COMMON)}
        found |= {one.email or ""}
    with office.app.database.read() as connection:
        c = t.identities.c
        for row in connection.execute(sa.select(c.key).where(c.person_id.is_not(None))):
            found.add(row.key)
    return {one for one in found if len(one) > 1}


@pytest.mark.parametrize(
    ("kind", "language"), [(DraftKind.BRIEF, "en"), (DraftKind.AGENDA, "zh"), (DraftKind.SELF_REVIEW, "en")]
)
def test_no_name_is_left(office: SampleOffice, kind: DraftKind, language: str) -> None:
    app = office.app
    subject = app.directory.find_person(office.organisation.demo_report)
    manager = app.directory.manager_of(subject.id)
    assert manager is not None
    reader = subject if kind is DraftKind.SELF_REVIEW else manager
    viewer = app.directory.viewer(reader.id, app.now())
    draft = app.documents.prepare(
        kind,
        viewer,
        subject.id,
        language=language,  # type: ignore[arg-type]  # one of two
        model="none",
        now=app.now(),
    )
    frozen, said = freeze(app, draft.id, viewer)
    whole = frozen.records + case_yaml(frozen.case)
    assert len(frozen.lines) > 20
    assert sum(stands in whole for stands in said.names().values()) > 5, "there were names to replace"
    left = set()
    for one in names(office):
        if re.search(r"[㐀-鿿]", one):
            if one in whole:
                left.add(one)
        elif re.search(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])", whole, re.IGNORECASE):
            left.add(one)
    assert left == set()
    assert said.leftovers(whole) == []
    for line in frozen.records.splitlines():
        assert json.loads(line)["record"]["noun"]
