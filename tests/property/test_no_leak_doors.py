"""What a viewer may not read can neither be returned nor influence what is, at any door.

Two installations hold the same organisation; one of them also holds records that the viewer may not read. Every door
must give the same answer on both, to the last score.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachkit.bootstrap import App, open_app
from coachkit.domain.drafts import DraftKind
from coachkit.ingest import Connection
from coachkit.ingest.ports import Source
from coachkit.retrieval import Query
from coachkit.sdk import (
    ActionItem,
    Audience,
    AudienceKind,
    CheckIn,
    CheckInState,
    Feedback,
    FeedbackKind,
    Goal,
    Interaction,
    InteractionKind,
    KeyResult,
    Measurement,
    Membership,
    PersonProfile,
    Record,
    Relation,
    ReportingLine,
    Team,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.settings import load_settings

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
PEOPLE = [f"hris:{number}" for number in range(6)]
MANAGER, REPORT = PEOPLE[0], PEOPLE[1]
WORDS = ["ledger", "settlement", "timeout", "索引", "重建", "退款", "review", "paging", "对账", "export"]

people = st.sampled_from(PEOPLE)
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
moments = st.integers(min_value=1, max_value=40).map(lambda days: NOW - timedelta(days=days, hours=2))

audiences = st.one_of(
    st.just(Audience.org()),
    st.just(Audience.nobody()),
    people.map(Audience.subject),
    st.lists(people, min_size=1, max_size=3).map(lambda members: Audience.people(*members)),
    st.sampled_from(["a", "b"]).map(Audience.team),
)


@st.composite
def records(draw: st.DrawFn) -> tuple[str, Record, datetime]:
    """A record of some stream, about some of the people."""
    at = draw(moments)
    who, other, text = draw(people), draw(people), draw(phrases)
    made: dict[str, Record] = {
        "work_items": WorkItem(
            kind=draw(st.sampled_from([WorkItemKind.ISSUE, WorkItemKind.COMMIT, WorkItemKind.CHANGE_REQUEST])),
            key=f"PAY-{draw(st.integers(1, 9))}",
            title=text,
            created_at=at,
            interactions=(
                Interaction(kind=InteractionKind.AUTHORED, actor=who, at=at),
                Interaction(kind=draw(st.sampled_from(InteractionKind)), actor=other, at=at, target=who),
            ),
        ),
        "interactions": Interaction(
            kind=draw(st.sampled_from([InteractionKind.ASKED, InteractionKind.ANSWERED, InteractionKind.UNBLOCKED])),
            actor=who,
            target=other,
            item=f"PAY-{draw(st.integers(1, 9))}",
            at=at,
            text=text,
        ),
        "feedback": Feedback(
            subject=who, author=other, kind=FeedbackKind.PRAISE, relation=Relation.PEER, text=text, at=at
        ),
        "action_items": ActionItem(title=text, owner=who, created_at=at, due_on=date(2026, 5, 15), check_in="held"),
        "goals": Goal(
            key=f"G-{draw(st.integers(1, 4))}",
            title=text,
            owners=(who,),
            key_results=(
                KeyResult(
                    key=f"KR-{draw(st.integers(1, 4))}",
                    title=text,
                    start=0,
                    target=100,
                    unit="%",
                    measurements=(Measurement(at=at, value=draw(st.integers(0, 100))),),
                ),
            ),
        ),
    }
    stream = draw(st.sampled_from(sorted(made)))
    return stream, made[stream], at


organisations = st.lists(st.tuples(records(), audiences), min_size=1, max_size=14)

BASE: list[tuple[str, str, Record]] = [
    *[("people", key, PersonProfile(identity=key, name=f"Person {key[-1]}")) for key in PEOPLE],
    *[("teams", key, Team(key=key, name=f"Team {key}")) for key in "ab"],
    *[
        ("memberships", key, Membership(team="ab"[number % 2], person=key, starts_on=date(2025, 1, 1)))
        for number, key in enumerate(PEOPLE)
    ],
    *[("reporting_lines", key, ReportingLine(person=key, manager=MANAGER)) for key in PEOPLE[1:4]],
    ("reporting_lines", PEOPLE[4], ReportingLine(person=PEOPLE[4], manager=PEOPLE[5])),
]


def may_read(audience: Audience, person: str) -> bool:
    """The table of ``domain/audience.py``, said a second time and in another way."""
    manager = {**dict.fromkeys(PEOPLE[1:4], MANAGER), PEOPLE[4]: PEOPLE[5]}
    if audience.kind == AudienceKind.ORG:
        return True
    if audience.kind == AudienceKind.NOBODY:
        return False
    if audience.kind == AudienceKind.SUBJECT:
        return any(person in (member, manager.get(member)) for member in audience.members)
    if audience.kind == AudienceKind.TEAM:
        inside = {key for number, key in enumerate(PEOPLE) if "ab"[number % 2] in audience.members}
        return person in inside or person in {manager.get(key) for key in inside}
    return person in audience.members


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with tables and nothing in them, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    app = open_app(load_settings(data=folder, model="none"))
    assert app.database
    app.close()
    return folder


@contextmanager
def installation(empty: Path, folder: Path, items: list[Upsert]) -> Iterator[App]:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(empty, folder)
    app = open_app(load_settings(data=folder, model="none"), now=lambda: NOW)
    try:
        app.connections_store.save(
            Connection(name="src", connector="jsonl", config={"path": "/nowhere"}, created_at=NOW)
        )
        app.ingest_store.write(Source(connection="src", connector="jsonl"), items, now=NOW)
        yield app
    finally:
        app.close()


def base_items() -> list[Upsert]:
    held = CheckIn(
        manager=MANAGER, report=REPORT, scheduled_at=NOW - timedelta(days=21), state=CheckInState.HELD, every_days=14
    )
    between = Audience.people(MANAGER, REPORT)
    return [
        *[
            Upsert(stream=stream, native_id=native, record=record, occurred_at=NOW - timedelta(days=300))
            for stream, native, record in BASE
        ],
        Upsert(stream="check_ins", native_id="held", record=held, occurred_at=held.scheduled_at, audience=between),
    ]


def upserts(organisation: list[tuple[tuple[str, Record, datetime], Audience]]) -> list[Upsert]:
    return [
        Upsert(stream=stream, native_id=f"n{number}", record=record, occurred_at=at, audience=audience)
        for number, ((stream, record, at), audience) in enumerate(organisation)
    ]


KINDS = (DraftKind.BRIEF, DraftKind.AGENDA, DraftKind.KEY_CONVERSATION)


def drafted(app: App, kind: DraftKind, viewer: str, subject: str, language: str) -> dict[str, Any]:
    reader = app.directory.viewer(app.directory.find_person(viewer).id, NOW)
    draft = app.documents.prepare(
        kind, reader, app.directory.find_person(subject).id, language=language, model="none", now=NOW
    )
    said = asdict(draft)
    del said["id"]
    return said


def offered(app: App, language: str) -> list[dict[str, Any]]:
    """The key conversations with the report that the manager is shown."""
    reader = app.directory.viewer(app.directory.find_person(MANAGER).id, NOW)
    cards = app.talks.conversations.cards(reader, language="zh" if language == "zh" else "en")
    subject = app.directory.find_person(REPORT).public_id
    return [asdict(card) for card in cards if card.subject == subject]


def found_by(app: App, viewer: str, text: str) -> list[Any]:
    reader = app.directory.viewer(app.directory.find_person(viewer).id, NOW)
    return app.retriever.search(Query(text=text, scopes=reader.scopes, limit=50))


SEARCHING = settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.slow
@SEARCHING
@given(organisations, st.sampled_from(["en", "zh"]), st.sampled_from(KINDS))
def test_documents_of_two_rest_only_on_what_both_sides_may_read(
    empty: Path, tmp_path: Path, organisation: list[Any], language: str, kind: DraftKind
) -> None:
    everything = upserts(organisation)
    shared = [item for item in everything if all(may_read(item.audience, who) for who in (MANAGER, REPORT))]
    with (
        installation(empty, tmp_path / "all", base_items() + everything) as full,
        installation(empty, tmp_path / "shared", base_items() + shared) as bare,
    ):
        for who in (MANAGER, REPORT):
            assert drafted(full, kind, who, REPORT, language) == drafted(bare, kind, who, REPORT, language)
        if kind is DraftKind.KEY_CONVERSATION:
            assert offered(full, language) == offered(bare, language)


@SEARCHING
@given(organisations, people, phrases, st.booleans())
def test_hidden_records_change_no_item_order_or_score_of_a_search(
    empty: Path, tmp_path: Path, organisation: list[Any], viewer: str, text: str, embedded: bool
) -> None:
    everything = upserts(organisation)
    readable = [item for item in everything if may_read(item.audience, viewer)]
    with (
        installation(empty, tmp_path / "all", base_items() + everything) as full,
        installation(empty, tmp_path / "readable", base_items() + readable) as bare,
    ):
        if embedded:
            for app in (full, bare):
                app.indexer.embed()
        hits = found_by(full, viewer, text)
        assert not embedded or not hits or any(hit.semantic is not None for hit in hits)
        assert hits == found_by(bare, viewer, text)
