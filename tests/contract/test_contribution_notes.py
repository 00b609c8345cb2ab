"""Notes beside contribution views, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from coachkit.access import Viewer
from coachkit.errors import BadInput, NotFound
from coachkit.insight.contributing.notes import LONGEST_NOTE, ContributionNotes, NoteKind
from coachkit.store.relational.contribution_notes import SqlContributionNotes
from coachkit.store.relational.database import Database

NOW = datetime(2026, 5, 20, 9, 30, 0, 123456, tzinfo=UTC)
DAY = date(2026, 5, 4)
MARIA, TOM = (Viewer(person=number, name=name, at=NOW, scopes=frozenset()) for number, name in ((1, "M"), (2, "T")))


@pytest.fixture
def notes(database: Database) -> ContributionNotes:
    return ContributionNotes(SqlContributionNotes(database))


def test_notes_are_kept_and_stand_until_their_author_takes_them_back(notes: ContributionNotes) -> None:
    added = notes.add(MARIA, " Stood in for\nthe lead. ", day=DAY, help="decided")
    contested = notes.contest(MARIA, "abc", "It was Tom.", day=NOW.date())
    assert added.text == "Stood in for the lead."
    assert notes.standing(1) == (added, contested) or notes.standing(1) == (contested, added)
    assert {one.kind for one in notes.standing(1)} == {NoteKind.ADDS, NoteKind.DIFFERS}
    assert notes.standing(2) == ()
    assert notes.store.contested() == {(1, "abc")}
    notes.withdraw(MARIA, contested.id)
    assert notes.standing(1) == (added,)
    assert notes.store.contested() == frozenset()
    assert len(notes.store.of(1)) == 2, "what was taken back stays on record"
    notes.restore(MARIA, contested.id)
    assert notes.store.contested() == {(1, "abc")}


def test_nobody_takes_back_what_another_wrote(notes: ContributionNotes) -> None:
    added = notes.add(MARIA, "I did it.", day=DAY)
    for change in (notes.withdraw, notes.restore):
        with pytest.raises(NotFound):
            change(TOM, added.id)
    assert notes.standing(1) == (added,)


def test_a_note_says_something_of_a_day_that_has_come(notes: ContributionNotes) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        (" \n", {}),
        ("x" * (LONGEST_NOTE + 1), {}),
        ("y", {"help": "shone"}),
        ("y", {"day": date(2027, 1, 1)}),
    ]
    for text, more in wrong:
        with pytest.raises(BadInput):
            notes.add(MARIA, text, **{"day": DAY, **more})
    with pytest.raises(BadInput):
        notes.contest(MARIA, "", "No.", day=DAY)
    assert notes.standing(1) == ()
