"""The map of goals and the queue of links, through the API, the pages' forms and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from door_office import SECRET, Office, at, key
from starlette.testclient import TestClient
from typer.testing import CliRunner

from coachkit.cli.app import app as cli
from coachkit.sdk import Audience, Goal, Interaction, InteractionKind, KeyResult, Link, WorkItem, WorkItemKind
from coachkit.store.relational.schema import embeddings

ClientOf = Callable[..., TestClient]
QUEUE, GOALS = "/api/insight/goal-links", "/api/insight/goals"


def issue(office: Office, name: str, title: str, by: str, *links: Link, audience: Audience | None = None) -> None:
    act = Interaction(kind=InteractionKind.AUTHORED, actor=key(by), at=at(15))
    item = WorkItem(
        kind=WorkItemKind.ISSUE,
        key=name,
        title=title,
        created_at=at(15),
        interactions=(act,),
        links=links,
        team="search",
    )
    office.put("tracker", "work_items", name, item, at(15), audience=audience)


@pytest.fixture
def office(door_office: Office) -> Office:
    issue(door_office, "SRCH-100", "Search answers in half the query latency", "tom")
    issue(door_office, "SRCH-101", "Query latency of the first search answer", "tom")
    issue(door_office, "SRCH-102", "Search answers from a warm cache", "tom", Link(rel="goal", target="KR-2"))
    return door_office


def asked(client: TestClient, name: str) -> dict[str, Any] | None:
    return next((one for one in client.get(f"{QUEUE}?limit=50").json() if one["key"] == name), None)


def work(client: TestClient) -> dict[str, Any]:
    detail = client.get(f"{GOALS}/G-1").json()
    return {one["key"]: one for one in detail["work"]}


def test_a_link_to_a_key_result_is_work_on_its_goal(office: Office, client_of: ClientOf) -> None:
    found = work(client_of(office, "maria"))
    assert found["SRCH-102"]["confidence"] is None
    assert found["SRCH-102"]["answered_by"] is None


def test_an_answer_links_the_item_teaches_the_next_and_can_be_undone(office: Office, client_of: ClientOf) -> None:
    client = client_of(office, "tom")
    first = asked(client, "SRCH-100")
    other = asked(client, "SRCH-101")
    assert first is not None
    assert other is not None
    assert first["candidates"][0]["goal"] == "G-1"
    assert first["candidates"][0]["reasons"]
    given = client.post(f"{QUEUE}/{first['item']}", json={"verdict": "goal", "goal": "g-1"})
    assert given.status_code == 200, given.text
    assert asked(client, "SRCH-100") is None
    assert work(client)["SRCH-100"]["answered_by"] == "Tom Becker"
    after = asked(client, "SRCH-101")
    assert after is not None
    assert after["candidates"][0]["confidence"] > other["candidates"][0]["confidence"]
    assert client.delete(f"{QUEUE}/answers/{given.json()['id']}").status_code == 200
    assert asked(client, "SRCH-100") == first
    assert client.delete(f"{QUEUE}/answers/{given.json()['id']}").status_code == 404


def test_no_goal_and_not_sure_are_answers_too(office: Office, client_of: ClientOf) -> None:
    client = client_of(office, "tom")
    assert client.post(f"{QUEUE}/SRCH-100", json={"verdict": "none"}).status_code == 200
    assert client.post(f"{QUEUE}/SRCH-101", json={"verdict": "unsure"}).status_code == 200
    assert asked(client, "SRCH-100") is asked(client, "SRCH-101") is None
    assert "SRCH-100" not in work(client)


def test_who_may_answer(office: Office, client_of: ClientOf) -> None:
    """Who made it, who owns the goal, who leads the team; nobody else, and nobody for what they may not read."""
    body = {"verdict": "goal", "goal": "G-1"}
    wei = client_of(office, "wei")
    assert wei.post(f"{QUEUE}/SRCH-100", json=body).status_code == 403
    assert asked(wei, "SRCH-100") is None
    for who in ("tom", "maria", "ana"):
        client = client_of(office, who)
        assert asked(client, "SRCH-101") is not None, who
        assert client.post(f"{QUEUE}/SRCH-100", json=body).status_code == 200, who
    assert client_of(office, "maria").post(f"{QUEUE}/PAY-99", json=body).status_code == 404
    assert client_of(office, "tom").post(f"{QUEUE}/SRCH-101", json={"verdict": "goal"}).status_code == 422
    assert client_of(office, "tom").post(f"{QUEUE}/SRCH-101", json=body | {"goal": "G-9"}).status_code == 404
    assert client_of(office).get(QUEUE).status_code == 401


def test_an_answer_is_a_fact_wherever_links_are(office: Office, client_of: ClientOf) -> None:
    from coachkit.store.relational.reading_base import Scope
    from coachkit.store.relational.reading_work import read_ties, records_tied_to

    client_of(office, "tom").post(f"{QUEUE}/SRCH-100", json={"verdict": "goal", "goal": "G-1"})
    item = office.app.insights.goals.item(office.viewer("tom"), "SRCH-100").record
    with office.app.database.read() as connection:
        scope = Scope(connection, office.viewer("maria").scopes)
        assert [(tie.rel, tie.target) for tie in read_ties(scope, {item})] == [("goal", "G-1")]
        assert item in records_tied_to(scope, {"G-1"}, ("goal",))
    assert item in office.app.insights.tables(office.viewer("maria"), office.app.now()).links["record"].to_list()


def test_what_is_hidden_changes_nothing(office: Office, client_of: ClientOf) -> None:
    """A goal and items that somebody may not read leave every word of theirs as it was, links and answers included."""
    maria = client_of(office, "maria")
    paths = (GOALS, f"{GOALS}/G-1", f"{QUEUE}?limit=100")
    before = [maria.get(path).json() for path in paths]
    hidden = Audience.people(key("wei"))
    result = KeyResult(key="KR-9", title=f"p95 query latency {SECRET}", start=1, target=9, owners=(key("wei"),))
    goal = Goal(key="G-2", title=f"Search answers at once {SECRET}", team="search", key_results=(result,))
    office.put("okr", "goals", "G-2", goal, at(11), audience=hidden)
    issue(office, "SRCH-200", f"Query latency {SECRET}", "wei", Link(rel="goal", target="G-1"), audience=hidden)
    issue(office, "SRCH-201", f"Search answers {SECRET}", "wei", audience=hidden)
    wei = client_of(office, "wei")
    assert wei.post(f"{QUEUE}/SRCH-201", json={"verdict": "goal", "goal": "G-2"}).status_code == 200
    assert SECRET in wei.get(GOALS).text
    assert [maria.get(path).json() for path in paths] == before
    assert maria.get(f"{GOALS}/G-2").status_code == 404


def test_meaning_counts_where_both_are_embedded(office: Office, client_of: ClientOf) -> None:
    issue(office, "SRCH-110", "新增缩短等待", "tom")
    tom = office.app.insights.goals
    item = tom.item(office.viewer("tom"), "SRCH-110").record
    other = KeyResult(key="KR-8", title="Pages in one style", start=0, target=1)
    office.put("okr", "goals", "G-3", Goal(key="G-3", title="One style", team="search", key_results=(other,)), at(10))
    goals = {goal.key: goal.record for goal in tom.overview(office.viewer("tom")).goals}
    before = asked(client_of(office, "tom"), "SRCH-110")
    vectors = {item: (1.0, 0.0), goals["G-3"]: (0.9, 0.436), goals["G-1"]: (0.0, 1.0)}
    rows = [
        {"record_id": record, "model": "m", "content_hash": str(record), "language": "en", "version": number}
        | {"vector": np.array(vector, dtype=np.float32).tobytes()}
        for number, (record, vector) in enumerate(vectors.items())
    ]
    with office.app.database.write() as connection:
        connection.execute(sa.insert(embeddings), rows)
    issue(office, "SRCH-111", "Anything new", "wei")  # what was kept is looked at again after a change
    after = asked(client_of(office, "tom"), "SRCH-110")
    assert before is None or before["candidates"][0]["goal"] == "G-1"
    assert after is not None
    assert after["candidates"][0]["goal"] == "G-3"
    assert "it means much the same" in after["candidates"][0]["reasons"]


def test_the_page_works_with_forms_alone(office: Office, client_of: ClientOf) -> None:
    client = client_of(office, "tom")
    page = client.get("/insight/links").text
    item = office.app.insights.goals.item(office.viewer("tom"), "SRCH-100")
    assert item.title in page
    sent = client.post(f"/insight/links/{item.key}", data={"verdict": "goal", "goal": "G-1"}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/insight/links")
    page = client.get("/insight/links").text
    assert "is for G-1" in page
    (answer, _), *_ = office.app.insights.goals.latest(office.viewer("tom"))
    client.post(f"/insight/links/answers/{answer.id}/undo")
    assert "taken back" in client.get("/insight/links").text
    for path in ("/insight/goals", "/insight/goals?team=Search&show=running", "/insight/goals/G-1"):
        shown = client.get(path)
        assert shown.status_code == 200, path
        assert "Search answers at once" in shown.text
    assert client.get("/insight/goals/G-9").status_code == 404


def test_the_command_line_asks_answers_and_takes_back(office: Office) -> None:
    def coachkit(*words: str) -> str:
        ended = CliRunner().invoke(cli, ["--data", str(office.app.settings.data), *words])
        assert ended.exit_code == 0, ended.output
        return ended.output

    assert "G-1" in coachkit("insight", "goals", "--as", "Maria Gomez")
    assert "SRCH-102" in coachkit("insight", "goals", "G-1", "--as", "Maria Gomez", "--lang", "zh")
    given = json.loads(coachkit("goals", "confirm", "SRCH-100", "G-1", "--as", "Tom Becker", "--json"))
    assert (given["verdict"], given["goal"]) == ("goal", "G-1")
    assert "SRCH-100" in coachkit("goals", "confirm", "undo", "--as", "Tom Becker")
    assert "不属于任何目标" in coachkit("goals", "confirm", "SRCH-100", "--none", "--as", "Tom Becker", "--lang", "zh")
    assert json.loads(coachkit("goals", "links", "--as", "Wei Li", "--json")) == []
