"""What insight keeps in memory: every change shows in the next answer, and nobody is given what was made for others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from door_office import Office
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from network_office import NOW, OUTSIDER, ago, opened_network_office, who
from starlette.testclient import TestClient

from coachkit.bootstrap import open_app
from coachkit.ingest import Connection
from coachkit.insight.linking.answers import GoalAnswer, Verdict
from coachkit.sdk import (
    Account,
    AclChange,
    Audience,
    Interaction,
    InteractionKind,
    Link,
    Membership,
    StateChange,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational.goal_answers import SqlGoalAnswers
from coachkit.store.relational.reading_organisation import SqlOrganisationReader

Clients = Callable[..., TestClient]
VIEWS = ("network", "teams", "flow", "map", "goals", "contribution?about=team:pay", "contribution?about=team:risk")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """In which only one person may read what would change much; nothing in it changes."""
    with opened_network_office(tmp_path_factory.mktemp("guarded"), hidden=True) as office:
        yield office


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_network_office(tmp_path_factory.mktemp("office")) as made:
        made.app.connections_store.save(Connection(name="tracker", connector="jsonl", created_at=NOW))
        yield made


def ask(client: TestClient, view: str) -> Any:
    answer = client.get(f"/api/insight/{view}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def waiting(key: str, *, days: float = 5, target: str = "RISK-90", audience: Audience | None = None) -> Upsert:
    """An issue that waits, and so stands on the page of the flow."""
    item = WorkItem(
        kind=WorkItemKind.ISSUE,
        key=key,
        title=f"Issue {key}",
        container="pay",
        team="pay",
        created_at=ago(days + 1),
        history=(StateChange(at=ago(days), state="In progress", category="doing"),),
        links=(Link(rel="blocked_by", target=target, since=ago(days)),),
    )
    at = ago(days + 1)
    return Upsert(stream="work_items", native_id=key, record=item, occurred_at=at, audience=audience or Audience.org())


def waits_of(client: TestClient) -> dict[str, str]:
    return {one["details"]["item"]: one["details"]["waits_for"] for one in ask(client, "flow")["waiting"]}


def test_each_kind_of_change_of_records_shows_in_the_next_answer(office: Office, client_of: Clients) -> None:
    client, other = client_of(office, "search3"), client_of(office, "risk1")
    start = waits_of(client)
    assert waits_of(other) == start == {"PAY-90": "RISK-90"}
    office.write("tracker", waiting("PAY-91"))
    assert waits_of(client) == waits_of(other) == {**start, "PAY-91": "RISK-90"}
    office.write("tracker", waiting("PAY-91", target="PAY-90"))
    assert waits_of(client) == {**start, "PAY-91": "PAY-90"}, "corrected"
    mine = Audience.people(who("risk1"))
    office.write("tracker", AclChange(stream="work_items", native_id="PAY-91", audience=mine))
    assert (waits_of(client), waits_of(other)) == (start, {**start, "PAY-91": "PAY-90"}), "who may read it"
    office.write("tracker", Tombstone(stream="work_items", native_id="PAY-91", at=NOW))
    assert waits_of(other) == start, "erased"
    office.write("tracker", waiting("PAY-92", days=-1))
    assert waits_of(client) == start
    office.app.now = lambda: NOW + timedelta(days=2)
    assert waits_of(client) == {**start, "PAY-92": "RISK-90"}, "what lay ahead"
    office.app.connections.remove("tracker", now=NOW)
    assert waits_of(client) == {}, "the whole source"


def test_whose_an_account_is_and_where_people_belong_shows_in_the_next_answer(
    office: Office, client_of: Clients
) -> None:
    client = client_of(office, "search3")

    def newcomers() -> dict[str, Any]:
        found = ask(client, "network")["newcomers"]
        return {one["details"]["person"]: sorted(one["details"]["teams"]) for one in found}

    assert newcomers() == {}
    new = office.person("risk4")
    joined = Membership(team="risk", person=who("risk4"), starts_on=ago(40).date())
    at = {"occurred_at": ago(40), "audience": Audience.org()}
    office.write("people", Upsert(stream="memberships", native_id="risk4", record=joined, **at))
    assert newcomers() == {}, "their acts of before say that they were here"
    account = Account(identity="git:quiet", name="Quiet")
    review = Interaction(kind=InteractionKind.REVIEWED, actor="git:quiet", at=ago(9), target=who("pay1"))
    made = Interaction(kind=InteractionKind.AUTHORED, actor=who("pay1"), at=ago(10))
    items = [
        WorkItem(
            kind=WorkItemKind.CHANGE_REQUEST,
            key=f"repo#9{number}",
            title="Late",
            container="repo",
            created_at=ago(10),
            interactions=(made, review),
        )
        for number in range(3)
    ]
    at = {"occurred_at": ago(9), "audience": Audience.org()}
    office.write("git", Upsert(stream="accounts", native_id="quiet", record=account, **at))
    office.write("git", *(Upsert(stream="work_items", native_id=one.key, record=one, **at) for one in items))
    queue = office.app.identities

    def helped() -> set[str]:
        found = ask(client_of(office, "risk4"), "contribution?about=me&months=3")["did"]
        return {record for kind in found.values() for one in kind for record in one["evidence"]}

    before = helped()
    decision = queue.accept(queue.identity("git:quiet"), new.id, by="test", reason="test", now=NOW)
    assert helped() > before
    queue.undo(decision.id, by="test", now=NOW)
    assert helped() == before


def test_answers_about_goals_are_seen_at_once_and_only_they_are_read(office: Office, client_of: Clients) -> None:
    client = client_of(office, "pay0")
    seen = office.app.insights.seen(office.viewer("pay0"))
    linked = set(seen.tables.links["record"])
    item = next(one for one in office.app.insights.goals.overview(office.viewer("pay0")).items.values())
    with mock.patch("coachkit.store.relational.reading_organisation._acts", side_effect=AssertionError):
        answer = SqlGoalAnswers(office.app.database)
        said = {"id": "a", "item": item.record, "verdict": Verdict.GOAL, "goal": "G-1", "by": office.person("pay0").id}
        answer.add(GoalAnswer(**said, at=NOW))
        now = office.app.insights.seen(office.viewer("pay0"))
        assert set(now.tables.links["record"]) - linked == {item.record} - linked
        assert any(one["key"] == item.key for one in ask(client, "goals/G-1")["work"])
        answer.undo("a", office.person("pay0").id, NOW)
        assert set(office.app.insights.seen(office.viewer("pay0")).tables.links["record"]) == linked


def test_what_another_process_writes_is_seen_at_once(office: Office, client_of: Clients) -> None:
    client = client_of(office, "search3")
    start = waits_of(client)
    with closing(open_app(office.app.settings, now=lambda: NOW)) as second:
        Office(second).write("tracker", waiting("PAY-95"))
    assert waits_of(client) == {**start, "PAY-95": "RISK-90"}


def test_nothing_is_read_twice_and_many_at_once_read_once(office: Office, client_of: Clients) -> None:
    clients = [client_of(office, name) for name in ("search3", "search3", "search3")]
    reads: list[frozenset[int]] = []
    whole = SqlOrganisationReader.whole

    def counted(self: SqlOrganisationReader, scopes: frozenset[int], *rest: Any) -> Any:
        reads.append(scopes)
        return whole(self, scopes, *rest)

    with mock.patch.object(SqlOrganisationReader, "whole", counted), ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda client: ask(client, "flow"), clients))
        assert answers[0] == answers[1] == answers[2]
        for view in VIEWS:  # naming people writes down that they were read of, which is no change of records
            ask(clients[0], view)
    assert len(reads) == 1


people = st.sampled_from(["search3", OUTSIDER, "pay0", "risk1"])
asked = st.tuples(people, st.sampled_from(VIEWS))


@pytest.fixture(scope="module")
def alone(guarded: Office) -> dict[tuple[str, str], str]:
    """Each answer of an installation that has kept nothing."""
    return {}


@pytest.mark.slow
@settings(max_examples=examples(6), deadline=None)
@given(st.lists(asked, min_size=2, max_size=8))
def test_nobody_is_given_what_was_made_for_other_scopes(
    guarded: Office, alone: dict[tuple[str, str], str], asked: list[tuple[str, str]]
) -> None:
    from coachkit.web.app import create_app

    def answer(office: Office, name: str, view: str) -> str:
        client = TestClient(create_app(office.app), headers={"Authorization": f"Bearer {guarded.token(name)}"})
        return json.dumps(ask(client, view), sort_keys=True)

    for name, view in asked:
        if (name, view) not in alone:
            with closing(open_app(guarded.app.settings, now=lambda: NOW)) as fresh:
                alone[name, view] = answer(Office(fresh), name, view)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda one: answer(guarded, *one), asked))
    assert found == [alone[one] for one in asked]


def test_the_outsider_and_the_others_see_different_things(guarded: Office, client_of: Clients) -> None:
    """Otherwise the test above could not fail."""
    for view in ("teams", "flow", "map"):
        assert ask(client_of(guarded, OUTSIDER), view) != ask(client_of(guarded, "search3"), view)
