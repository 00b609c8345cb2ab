"""What a record went through stands on its page and in the API, without keys of what the reader may not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from door_office import NOW, Office, at, key, opened_office
from starlette.testclient import TestClient

from coachkit.domain.identity import public_id, record_id
from coachkit.sdk import Audience, Interaction, InteractionKind, Link, StateChange, WorkItem, WorkItemKind

SECRET = "NIGHT-9"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_office(tmp_path_factory.mktemp("trails")) as office:
        authored = (Interaction(kind=InteractionKind.AUTHORED, actor=key("maria"), at=at(2)),)
        secret = WorkItem(kind=WorkItemKind.ISSUE, key=SECRET, title="Night watch", interactions=authored)
        office.put("tracker", "work_items", SECRET, secret, at(2), audience=Audience.people(key("maria")))
        item = WorkItem(
            kind=WorkItemKind.ISSUE,
            key="SRCH-200",
            title="Wait for two",
            created_at=at(2),
            interactions=authored,
            history=(
                StateChange(at=at(2), state="Doing", category="doing"),
                StateChange(at=at(8), state="On hold", category="waiting", reason="paging is not there yet"),
            ),
            links=(
                Link(rel="blocked_by", target=SECRET, since=at(8)),
                Link(rel="blocked_by", target="PAY-17", since=at(8)),
            ),
        )
        office.put("tracker", "work_items", item.key, item, at(8))
        yield office


def test_states_and_links_with_their_days(office: Office, client_of: Callable[..., TestClient]) -> None:
    place = public_id(record_id("tracker", "work_items", "SRCH-200"))
    found = client_of(office, "tom").get(f"/api/evidence/{place}").json()
    assert [(one["state"], one["at"][:10], one["reason"]) for one in found["states"]] == [
        ("Doing", "2026-05-02", None),
        ("On hold", "2026-05-08", "paging is not there yet"),
    ]
    assert [(one["rel"], one["target"]) for one in found["links"]] == [("blocked_by", "PAY-17")]
    own = client_of(office, "maria").get(f"/api/evidence/{place}").json()
    assert {one["target"] for one in own["links"]} == {"PAY-17", SECRET}
    page = client_of(office, "tom").get(f"/evidence/{place}").text
    assert "On hold · paging is not there yet" in page
    assert "waits for PAY-17" in page
    assert SECRET not in page


def test_where_key_results_are(office: Office, client_of: Callable[..., TestClient]) -> None:
    client = client_of(office, "maria")
    goal = next(one for one in client.get("/api/insight/goals").json() if one["results"])
    found = client.get(f"/api/evidence/{goal['id']}").json()
    assert [(one["key"], one["value"]) for one in found["values"]] == [
        (one["key"], one["value"]) for one in goal["results"]
    ]
    assert all(one["at"] is None or one["at"] <= NOW.isoformat() for one in found["values"])
