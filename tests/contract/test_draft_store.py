"""The store of drafts: a draft comes back as it was made, and what people do with it is only ever added to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from coachkit.domain.drafts import (
    Check,
    Decided,
    Decision,
    Draft,
    DraftKind,
    Edit,
    EditAction,
    Origin,
    Section,
    Statement,
)
from coachkit.domain.identity import public_id
from coachkit.store.relational.database import Database
from coachkit.store.relational.drafts import SqlDraftStore
from coachkit.store.relational.schema import draft_decisions, draft_edits, draft_evidence, drafts

ANA, MARIA = 11, 12
NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
STATEMENT = Statement(
    text="PAY-17 waits.",
    evidence=(public_id(31),),
    origin=Origin.REPLACED,
    fact="explore.wait",
    checks=(Check(name="citation", passed=False, reason="cites nothing"),),
    data={"id": "f1234"},
)
DRAFT = Draft(
    id="draft-1",
    kind=DraftKind.AGENDA,
    language="en",
    subject=public_id(MARIA),
    viewer=public_id(ANA),
    actor=public_id(ANA),
    purpose="preparing",
    window_start=NOW - timedelta(days=14),
    window_end=NOW,
    created_at=NOW,
    title="Maria",
    sections=(Section(name="explore", title="To explore", statements=(STATEMENT,)),),
    evidence={public_id(31): ("3", "abc"), public_id(32): ("1", "def")},
    prompt="agenda@1.0.0#abc",
    model="openai/some",
    settings={"temperature": 0.2},
    raw_output="{}",
)


@pytest.fixture
def store(database: Database) -> SqlDraftStore:
    return SqlDraftStore(database)


def save(store: SqlDraftStore, draft: Draft = DRAFT) -> None:
    store.save(draft, viewer=ANA, subject=MARIA, explanation={"plan": {"told": []}})


def test_a_draft_comes_back_as_it_was_made(store: SqlDraftStore) -> None:
    save(store)
    found = store.get("draft-1")
    assert found is not None
    assert found.draft == DRAFT
    assert found.explanation == {"plan": {"told": []}}
    assert (found.edits, found.decisions) == ((), ())
    assert store.get("draft-2") is None


def test_what_is_set_when_it_is_read_is_not_stored(store: SqlDraftStore) -> None:
    edit = Edit(statement="f1234", action=EditAction.REMOVE, by=public_id(ANA), at=NOW)
    decided = Decided(decision=Decision.ACCEPTED, by=public_id(ANA), at=NOW)
    save(store, replace(DRAFT, stale=True, edits=(edit,), removed=(STATEMENT,), decided=decided))
    found = store.get("draft-1")
    assert found is not None
    assert found.draft == DRAFT


def test_edits_and_decisions_are_added_and_never_overwritten(store: SqlDraftStore) -> None:
    save(store)
    edits = [
        Edit(statement="f1234", action=EditAction.EDIT, text="它还在等。", by=public_id(ANA), at=NOW),
        Edit(statement="f1234", action=EditAction.REMOVE, by=public_id(ANA), at=NOW),
        Edit(statement="f1234", action=EditAction.KEEP, by=public_id(ANA), at=NOW + timedelta(seconds=1)),
    ]
    decisions = [
        Decided(decision=Decision.SUBMITTED, by=public_id(ANA), at=NOW),
        Decided(decision=Decision.WITHDRAWN, by=public_id(ANA), at=NOW),
    ]
    for edit in edits:
        store.add_edit("draft-1", edit)
    for decided in decisions:
        store.add_decision("draft-1", decided)
    found = store.get("draft-1")
    assert found is not None
    assert (list(found.edits), list(found.decisions)) == (edits, decisions)
    assert found.draft == DRAFT, "the draft itself stays as it was made"


def test_a_draft_that_is_not_there_takes_no_edit(store: SqlDraftStore) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        store.add_edit("nothing", Edit(statement="f1", action=EditAction.KEEP, by=public_id(ANA), at=NOW))


def test_the_newest_of_a_kind_is_found(store: SqlDraftStore) -> None:
    save(store)
    save(store, replace(DRAFT, id="draft-2", created_at=NOW + timedelta(hours=1)))
    save(store, replace(DRAFT, id="draft-3", created_at=NOW + timedelta(hours=2), on=date(2026, 5, 18)))
    save(store, replace(DRAFT, id="draft-4", created_at=NOW + timedelta(hours=3), kind=DraftKind.BRIEF))
    newest = store.latest(DraftKind.AGENDA, viewer=ANA, subject=MARIA)
    assert newest is not None
    assert newest.draft.id == "draft-2"
    then = store.latest(DraftKind.AGENDA, viewer=ANA, subject=MARIA, on=date(2026, 5, 18))
    assert then is not None
    assert then.draft.id == "draft-3"
    assert store.latest(DraftKind.AGENDA, viewer=MARIA, subject=MARIA) is None
    assert store.latest(DraftKind.AGENDA, viewer=ANA, subject=MARIA, language="zh") is None


def test_what_belongs_to_a_draft_goes_with_it(store: SqlDraftStore, database: Database) -> None:
    save(store)
    store.add_edit("draft-1", Edit(statement="f1234", action=EditAction.KEEP, by=public_id(ANA), at=NOW))
    store.add_decision("draft-1", Decided(decision=Decision.REJECTED, by=public_id(ANA), at=NOW))
    with database.write() as connection:
        connection.execute(sa.delete(drafts).where(drafts.c.id == "draft-1"))
    with database.read() as connection:
        for table in (draft_evidence, draft_edits, draft_decisions):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
