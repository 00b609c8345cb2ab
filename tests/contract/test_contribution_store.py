"""What a contribution summary is read from and kept in, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from brief_office import NOW, Office, at, key, opened

from coachkit.access.contributions import asks_as
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.targets import TargetKind
from coachkit.drafting.showing_kinds import Annotation, AnnotationKind, Answer, Showing
from coachkit.errors import Ambiguous, NotFound
from coachkit.insight.rows import Window
from coachkit.sdk import (
    Audience,
    Goal,
    GoalLevel,
    InteractionKind,
    KeyResult,
    Link,
    Measurement,
    Membership,
    StateChange,
)
from coachkit.store.relational.database import Database
from coachkit.store.relational.drafts import SqlDraftStore
from coachkit.store.relational.reading_team import SqlTeamReader
from coachkit.store.relational.showings import SqlShowingStore
from coachkit.store.relational.targets import ORG_SCOPE, SqlTargets

ORG = frozenset({ORG_SCOPE})
WINDOW = Window(at(1), NOW, at(1, month=3), ZoneInfo("UTC"))


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with opened(database) as made:
        result = KeyResult(
            key="KR-2",
            title="p95 query latency",
            start=710,
            target=400,
            unit="ms",
            owners=(key("tom"),),
            measurements=(Measurement(at=at(2), value=710), Measurement(at=at(11), value=620)),
        )
        goal = Goal(
            key="G-1",
            title="Search answers at once",
            level=GoalLevel.TEAM,
            team="search",
            owners=(key("maria"),),
            key_results=(result,),
        )
        made.goal(goal, at(11))
        made.issue("PAY-17", "Page the ledger export", "wei", team="payments")
        linked = (Link(rel="goal", target="KR-2"), Link(rel="blocked_by", target="PAY-17", since=at(8), until=at(10)))
        steps = (
            StateChange(at=at(2), state="Doing", category="doing", by=key("maria")),
            StateChange(at=at(8), state="Waiting", category="waiting", by=key("maria")),
            StateChange(at=at(10), state="Done", category="done", by=key("maria")),
        )
        made.issue("SRCH-1", "Index of states", "maria", links=linked, history=steps, state="done", closed=at(10))
        made.act(InteractionKind.UNBLOCKED, "wei", at(10), target="maria", item="SRCH-1", text="Paging is in")
        made.issue("PLAT-1", "Alert rules", "jonas", team="platform", history=steps[:2], state="waiting")
        yield made


def targets(office: Office) -> SqlTargets:
    return SqlTargets(office.database, office.directory)


def test_what_words_mean_and_who_may_ask(office: Office) -> None:
    found = targets(office)
    assert found.find("G-1", None).target.kind is TargetKind.GOAL
    assert found.find("search answers AT ONCE", None).target.key == "G-1"
    assert found.find("kr-2", None).target.kind is TargetKind.KEY_RESULT
    assert found.find("客户成功", None).target.key == "cs"
    through = found.find("Maria Gomez", None)
    assert (through.target.key, through.through and through.through.name) == ("search", "Maria Gomez")
    assert found.target(office.person("maria").id).key == "search", "a person's id means their team"
    with pytest.raises(NotFound, match="no goal, project, team or person"):
        found.find("Nothing of the kind", None)
    office.put(
        "hr", "team-maria", Membership(team="cs", person=key("jonas"), role="Lead", starts_on=at(1).date()), at(1)
    )
    search, goal = found.find("team:search", None).target, found.find("goal:G-1", None).target
    result, cs = found.find("key-result:KR-2", None).target, found.find("team:cs", None).target
    assert [one.name for one in found.leads(search)] == ["Ana Costa"]
    assert [one.name for one in found.leads(goal)] == ["Ana Costa", "Maria Gomez"]
    assert [one.name for one in found.leads(result)] == ["Ana Costa", "Maria Gomez", "Tom Becker"]
    assert [one.name for one in found.leads(cs)] == ["Jonas Weber", "陈静"]
    ways = {
        who: asks_as(found, office.directory.viewer(office.person(who).id, NOW), search)
        for who in ("ana", "tom", "wei")
    }
    assert ways == {"ana": "lead", "tom": "named", "wei": "named"}
    liwei = office.directory.viewer(office.person("liwei").id, NOW)
    assert asks_as(found, liwei, goal) is None


def test_a_word_that_fits_two_things_is_asked_about(office: Office) -> None:
    office.issue("SEARCH-1", "Another project", "maria")
    with pytest.raises(Ambiguous) as several:
        targets(office).find("search", None)
    assert [one.partition(" ")[0] for one in several.value.candidates] == ["team:search", "project:SEARCH"]


def test_the_rows_of_a_goal_and_the_same_elsewhere(office: Office) -> None:
    goal = targets(office).find("G-1", None).target
    shared = SqlTeamReader(office.database).shared(goal, ORG, WINDOW, NOW.date())
    material = shared.material
    assert {item.key for item in material.items.values()} == {"SRCH-1", "PAY-17"}
    assert {(act.kind, material.people.name(act.actor)) for act in material.acts if act.item} == {
        ("unblocked", "Wei Li")
    }
    assert [one.key for one in material.goals] == ["G-1"]
    assert {office.person(who).id for who in ("ana", "maria", "tom")} <= shared.members
    assert dict(shared.elsewhere.steps["Doing"].counts) == {6 * 24: 1}
    waiting = int((NOW - at(8)).total_seconds() // 3600)
    assert dict(shared.elsewhere.steps["Waiting"].counts) == {waiting: 1}, "it still waits"


def test_what_lies_in_no_shared_scope_and_what_comes_later_is_not_read(office: Office) -> None:
    goal = targets(office).find("G-1", None).target
    office.issue(
        "SRCH-9",
        "For Wei alone",
        "wei",
        links=(Link(rel="goal", target="KR-2"),),
        created=at(9),
        audience=Audience.people(key("wei")),
    )
    reader = SqlTeamReader(office.database)
    assert "SRCH-9" not in {one.key for one in reader.shared(goal, ORG, WINDOW, NOW.date()).material.items.values()}
    early = replace(WINDOW, end=at(9), looks_back=True)
    found = reader.shared(goal, ORG, early, NOW.date()).material
    assert not any(act.kind == "unblocked" for act in found.acts)
    assert found.goals[0].key_results[0].measurements[-1].value == 710


def test_a_private_scope_is_shared_only_where_everybody_reads_it(office: Office) -> None:
    search = targets(office).find("team:search", None).target
    office.issue("SRCH-8", "For the team", "maria", audience=Audience.team("search"))
    office.issue("SRCH-9", "For Ana and Maria", "maria", audience=Audience.people(key("ana"), key("maria")))
    ana = office.directory.viewer(office.person("ana").id, NOW)
    shared = targets(office).shared_scopes(ana, search)
    assert len(ana.scopes) == 3
    assert len(shared) == 2, "everybody's, and the team's"
    assert targets(office).shared_scopes(ana, search, [office.person("wei").id]) == ORG


def test_showings_answers_and_annotations_are_kept(office: Office) -> None:
    store, maria, wei = SqlShowingStore(office.database), office.person("maria").id, office.person("wei").id
    draft = Draft(
        id="d1",
        kind=DraftKind.CONTRIBUTION_SUMMARY,
        language="en",
        subject="aaaaaaaaaaaaa",
        viewer="aaaaaaaaaaaaa",
        actor="",
        purpose="",
        window_start=at(1),
        window_end=NOW,
        created_at=NOW,
        title="",
        sections=(),
    )
    SqlDraftStore(office.database).save(draft, viewer=1, subject=7, explanation={})
    showing = Showing(
        draft="d1",
        target=7,
        viewer=1,
        shown_at=NOW,
        opens_at=NOW + timedelta(days=3),
        named={maria: ("f1", "f2"), wei: ("f2",)},
        answers={wei: Answer(person=wei, answered_at=NOW, how="before")},
    )
    store.begin(showing)
    store.begin(replace(showing, named={}))
    kept = store.get("d1")
    assert kept is not None
    assert (kept.named, kept.waits_for) == (showing.named, {maria})
    assert not kept.is_open(NOW)
    store.see("d1", maria, NOW)
    store.see("d1", maria, NOW + timedelta(hours=1))
    store.answer("d1", maria, "agreed", NOW + timedelta(hours=2))
    (again,) = store.of_person(maria)
    assert (again.answers[maria].seen_at, again.answers[maria].how) == (NOW, "agreed")
    assert again.is_open(NOW)
    note = Annotation(
        id="n1", draft="d1", target=7, statement="f1", person=maria, kind=AnnotationKind.ADDS, text="And Tom", at=NOW
    )
    store.annotate(note)
    assert store.annotations(7) == (note,)
    assert not store.withdraw("n1", wei, NOW)
    assert store.withdraw("n1", maria, NOW)
    assert not store.withdraw("n1", maria, NOW)
    assert store.annotations(7) == ()


def test_consent_is_the_authors_and_can_be_taken_back(office: Office) -> None:
    office.praise("maria", "Paging saved us a week.", at(12), author="wei", item="SRCH-1", audience=Audience.org())
    store, goal = SqlShowingStore(office.database), targets(office).find("G-1", None).target
    reader, wei = SqlTeamReader(office.database), office.person("wei").id
    (row,) = store.words_of(wei, ORG)
    assert row.agreed_at is None
    assert not store.consent(row.id, office.person("maria").id, agreed=True, at=NOW)
    assert reader.shared(goal, ORG, WINDOW, NOW.date()).consents == frozenset()
    assert store.consent(row.id, wei, agreed=True, at=NOW)
    assert store.consent(row.id, wei, agreed=True, at=NOW + timedelta(hours=1)), "twice is once"
    assert reader.shared(goal, ORG, WINDOW, NOW.date()).consents == {row.id}
    assert store.consent(row.id, wei, agreed=False, at=NOW + timedelta(hours=2))
    assert reader.shared(goal, ORG, WINDOW, NOW.date()).consents == frozenset()
    assert not store.consent(1, wei, agreed=True, at=NOW)
