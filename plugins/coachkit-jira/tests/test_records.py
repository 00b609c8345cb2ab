"""What an issue becomes: history, whose it was, links, talk; and how odd parts are taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jira_organisation import Organisation

from coachkit.sdk import Failure, Interaction, InteractionKind, Item, Link, StateCategory, Tombstone, Upsert, WorkItem
from coachkit_jira.connector import Jira
from coachkit_jira.models import Change, Issue, Status, moment
from coachkit_jira.states import States

EAST = timezone(timedelta(hours=8))


@pytest.fixture
def jira() -> Organisation:
    made = Organisation(cloud=True)
    for name in ("ana", "bo", "chen"):
        made.add_person(name, name.title())
    made.add_project("PAY", "Payments", "ana", [])
    return made


def records(jira: Organisation, raw: Any, **config: Any) -> list[Item]:
    """The records of an issue as a recorded answer with its whole history."""
    found = jira.issues.get(raw["id"]) if isinstance(raw, dict) else None
    history = {"changelog": {"histories": jira.changes(found)}} if found else {}
    base = {"base_url": "https://jira.example.org", "token": "env:X", "email": "r@example.org", **config}
    connector = Jira("tracker", Jira.Config.model_validate(base))
    return list(
        connector.recorded({"url": "https://jira.example.org/rest/api/3/issue/1", "data": {**raw, **history}}, None)
    )


def issue_in(items: list[Item]) -> WorkItem:
    (found,) = [item.record for item in items if isinstance(item, Upsert) and item.stream == "issues"]
    assert isinstance(found, WorkItem)
    return found


def said_in(items: list[Item]) -> list[tuple[str, str, str | None]]:
    records = [item.record for item in items if isinstance(item, Upsert) and item.stream == "comments"]
    return [(str(one.kind), one.actor, one.target) for one in records if isinstance(one, Interaction)]


def test_states_in_order_with_what_they_mean(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    for status, resolution in (("3", None), ("10", None), ("3", None), ("6", "10001"), ("3", None), ("6", "10000")):
        jira.move(issue, "bo", status, resolution)
    item = issue_in(records(jira, jira.issue(issue)))
    steps = [(step.state, step.category) for step in item.history]
    assert steps == [
        ("To Do", StateCategory.TODO),
        ("In Progress", StateCategory.DOING),
        ("Blocked", StateCategory.WAITING),
        ("In Progress", StateCategory.DOING),
        ("Done", StateCategory.DROPPED),
        ("In Progress", StateCategory.DOING),
        ("Done", StateCategory.DONE),
    ]
    assert item.closed_at == issue.changes[-1]["created"]
    assert item.history[1].by == "jira:bo"
    assert item.state_category is StateCategory.DONE


def test_changes_come_in_any_order(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    jira.move(issue, "bo", "3")
    jira.move(issue, "bo", "6", "10000")
    before = records(jira, jira.issue(issue))
    issue.changes.reverse()
    assert records(jira, jira.issue(issue)) == before


def test_flagged_is_waiting(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana", status="3")
    jira.flag(issue, "bo", on=True)
    item = issue_in(records(jira, jira.issue(issue)))
    assert item.state_category is StateCategory.WAITING
    assert (item.history[-1].state, item.history[-1].reason) == ("In Progress", "flagged as impeded")
    jira.flag(issue, "bo", on=False)
    assert issue_in(records(jira, jira.issue(issue))).state_category is StateCategory.DOING


def test_whose_it_was_and_who_gave_it(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    jira.assign(issue, "ana", "bo")
    jira.move(issue, "bo", "3")
    jira.assign(issue, "chen", "chen")
    jira.move(issue, "chen", "6", "10000")
    acts = [(str(one.kind), one.actor, one.target) for one in issue_in(records(jira, jira.issue(issue))).interactions]
    assert acts == [
        ("reported", "jira:ana", None),
        ("assigned", "jira:ana", "jira:bo"),
        ("assigned", "jira:chen", None),
        ("authored", "jira:bo", None),
        ("authored", "jira:chen", None),
    ]


def test_taken_away_it_is_nobodys(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana", assignee="bo")
    jira.assign(issue, "ana", None)
    kinds = {one.kind for one in issue_in(records(jira, jira.issue(issue))).interactions}
    assert InteractionKind.ASSIGNED not in kinds


def test_links_say_since_when_and_until_when(jira: Organisation) -> None:
    issue, other = jira.add_issue("10001", "Refund", "ana"), jira.add_issue("10001", "Certificate", "bo")
    jira.link(other, "Blocks", issue, "bo")
    since = issue.changes[-1]["created"]
    assert issue_in(records(jira, jira.issue(issue))).links == (Link(rel="blocked_by", target="PAY-2", since=since),)
    assert issue_in(records(jira, jira.issue(other))).links == (Link(rel="blocks", target="PAY-1", since=since),)
    issue.links.clear()
    text = {"from": "PAY-2", "fromString": "This issue is blocked by PAY-2", "to": None, "toString": None}
    jira.change(issue, "bo", [{"field": "Link", "fieldtype": "jira", **text}])
    ended = Link(rel="blocked_by", target="PAY-2", since=since, until=jira.now)
    assert issue_in(records(jira, jira.issue(issue))).links == (ended,)


def test_goals_by_epic_and_by_field(jira: Organisation) -> None:
    epic = jira.add_issue("10001", "Trust", "ana")
    issue = jira.add_issue("10001", "Refund", "ana", parent=epic.id)
    raw = jira.issue(issue)
    raw["fields"]["customfield_10100"] = [{"value": "KR-2"}, "KR-3, KR-4"]
    config = {"goals": {"PAY-1": "O-1"}, "goal_field": "customfield_10100", "teams": {"PAY": "payments"}}
    item = issue_in(records(jira, raw, **config))
    assert [(one.rel, one.target) for one in item.links] == [
        ("parent", "PAY-1"),
        *(("goal", key) for key in ("KR-2", "KR-3", "KR-4", "O-1")),
    ]
    assert item.team == "payments"


def test_epic_by_field_of_data_center(jira: Organisation) -> None:
    raw = jira.issue(jira.add_issue("10001", "Refund", "ana"))
    raw["fields"]["customfield_10008"] = "PAY-99"
    item = issue_in(records(jira, raw, epic_field="customfield_10008", goals={"PAY-99": "O-9"}))
    assert [(one.rel, one.target) for one in item.links] == [("epic", "PAY-99"), ("goal", "O-9")]


def test_sprints_as_objects_and_as_text(jira: Organisation) -> None:
    raw = jira.issue(jira.add_issue("10001", "Refund", "ana"))
    values = "id=7,rapidViewId=2,state=CLOSED,name=Pay, part 2,goal=<null>"
    text = f"com.atlassian.greenhopper.service.sprint.Sprint@1[{values}]"
    raw["fields"] |= {
        "customfield_10020": [{"id": 5, "name": "A", "state": "active", "boardId": 1, "goal": ""}],
        "customfield_10007": [text],
        "closedSprints": [{"id": 4, "name": "B", "state": "closed", "originBoardId": 1, "goal": ""}],
        "customfield_1": {"id": 9, "name": "no sprint", "state": "open"},
    }
    links = issue_in(records(jira, raw)).links
    assert [(one.rel, one.target) for one in links] == [("sprint", f"sprint:{n}") for n in (4, 5, 7)]


def test_questions_find_their_answers(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana", assignee="bo")
    jira.comment(issue, "ana", "When is it ready?", "chen")
    jira.comment(issue, "bo", "I am on it.")
    jira.comment(issue, "chen", "Tomorrow.")
    jira.comment(issue, "chen", "Or the day after.")
    jira.comment(issue, "ana", "Thanks!", "chen")
    assert said_in(records(jira, jira.issue(issue))) == [
        ("asked", "jira:ana", "jira:chen"),
        ("commented", "jira:bo", None),
        ("answered", "jira:chen", "jira:ana"),
        ("commented", "jira:chen", "jira:bo"),
        ("commented", "jira:ana", "jira:chen"),
    ]


def test_a_comment_concerns_whose_issue_it_was_then(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    jira.comment(issue, "chen", "Nobody yet")
    jira.assign(issue, "ana", "bo")
    jira.comment(issue, "chen", "Bo now")
    jira.assign(issue, "ana", "chen")
    assert [target for _, _, target in said_in(records(jira, jira.issue(issue)))] == ["jira:ana", "jira:bo"]


def test_a_comment_that_was_deleted_goes(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    gone, stays = jira.comment(issue, "bo", "oops"), jira.comment(issue, "bo", "kept")
    jira.delete_comment(issue, gone, "bo")
    items = records(jira, jira.issue(issue))
    assert [item for item in items if isinstance(item, Tombstone)] == [Tombstone(stream="comments", native_id=gone)]
    assert [item.native_id for item in items if isinstance(item, Upsert) and item.stream == "comments"] == [stays]


def test_restricted_remarks_and_issues_have_their_own_groups(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    for kind, value in (("role", "Developers"), ("group", "payments"), ("moon", "x")):
        jira.comment(issue, "bo", "hush", visibility={"type": kind, "value": value})
    audiences = [item.audience.key for item in records(jira, jira.issue(issue)) if isinstance(item, Upsert)][1:4]
    assert audiences == [
        "group:jira:tracker:10001:role:Developers",
        "group:jira:tracker:10001:group:payments",
        "nobody",
    ]
    issue.level = "70"
    audiences = [item.audience.key for item in records(jira, jira.issue(issue)) if isinstance(item, Upsert)]
    assert audiences[:2] == ["group:jira:tracker:10001:level:70", "nobody"]
    assert records(jira, jira.issue(issue), open_projects=["PAY"])[0].audience.key.endswith(":level:70")  # type: ignore[union-attr]


def test_work_logged_says_that_and_never_how_long(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    issue.worklogs.append({"id": "5", "author": "bo", "text": "Found it.", "at": jira.now})
    assert not [one for one in records(jira, jira.issue(issue)) if getattr(one, "stream", "") == "worklogs"]
    (found,) = [
        one for one in records(jira, jira.issue(issue), worklogs=True) if getattr(one, "stream", "") == "worklogs"
    ]
    assert isinstance(found, Upsert)
    record = Interaction(kind=InteractionKind.AUTHORED, actor="jira:bo", at=jira.now, item="PAY-1", text="Found it.")
    assert found.record == record
    assert "7200" not in repr(found)


def test_missing_is_not_null(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    raw = jira.issue(issue)
    for name in ("assignee", "comment", "description", "status", "labels"):
        del raw["fields"][name]
    item = issue_in(records(jira, raw))
    assert (item.state, item.state_category, item.history) == (None, None, ())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"id": "7", "key": "PAY-7"}, "fields"),
        ({"id": "7", "key": None, "fields": {}}, "key"),
        ({"id": "7", "key": "PAY-7", "fields": {"summary": "no dates"}}, "when it was created"),
        ({"id": "7", "key": "PAY-7", "fields": {"updated": "2026-05-04T10:00:00"}}, "when it was created"),
    ],
)
def test_what_cannot_be_read_says_why(jira: Organisation, raw: dict[str, Any], reason: str) -> None:
    (failure,) = records(jira, raw)
    assert isinstance(failure, Failure)
    assert (failure.stream, failure.native_id) == ("issues", "7")
    assert reason in failure.reason


def test_a_bad_comment_takes_nothing_along(jira: Organisation) -> None:
    issue = jira.add_issue("10001", "Refund", "ana")
    jira.comment(issue, "bo", "fine")
    raw = jira.issue(issue)
    raw["fields"]["comment"]["comments"] += [{"body": "no id"}, {"id": "9", "body": "nobody's"}, "x"]
    items = records(jira, raw)
    assert len([one for one in items if isinstance(one, Failure)]) == 3
    assert len(said_in(items)) == 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020-06-12T08:13:13.360+0800", datetime(2020, 6, 12, 8, 13, 13, 360_000, EAST)),
        ("2020-06-12T00:13:13Z", datetime(2020, 6, 12, 0, 13, 13, tzinfo=UTC)),
        (1_591_920_793_360, datetime(2020, 6, 12, 0, 13, 13, 360_000, UTC)),
        (1_591_920_793, datetime(2020, 6, 12, 0, 13, 13, tzinfo=UTC)),
        ("1591920793360", datetime(2020, 6, 12, 0, 13, 13, 360_000, UTC)),
        ("2020-06-12T08:13:13.360", None),
        ("yesterday", None),
        (True, None),
        (10**30, None),
        (None, None),
    ],
)
def test_moments(text: object, at: datetime | None) -> None:
    assert moment(text) == at


def test_states_by_configuration_name_and_category() -> None:
    states = States({"ready for test": StateCategory.WAITING, "77": StateCategory.DONE}, ["Won't Do"])
    states.learn(Status.model_validate({"id": "9", "name": "x", "statusCategory": {"id": 4, "key": "indeterminate"}}))

    def meant(resolution: str | None = None, **status: Any) -> StateCategory | None:
        return states.category(Status.model_validate(status), resolution)

    done = {"id": 3, "key": "done"}
    assert meant(id="1", name="Ready For Test") is StateCategory.WAITING
    assert meant(id="77", name="?") is StateCategory.DONE
    assert meant(id="9", name="x") is StateCategory.DOING
    assert meant(id="9", name="等待评审") is StateCategory.WAITING
    assert meant(id="9", name="Unblockedish") is StateCategory.DOING
    assert meant("won't do", name="Closed", statusCategory=done) is StateCategory.DROPPED
    assert meant("Fixed", name="On hold", statusCategory=done) is StateCategory.DONE
    assert meant(name="Odd", statusCategory={"key": "quantum"}) is None


_any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "key", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_NAMES = [info.alias or name for name, info in Issue.model_fields["fields"].annotation.model_fields.items()]  # type: ignore[union-attr]


@given(
    st.dictionaries(st.sampled_from(_NAMES), _any),
    st.dictionaries(st.sampled_from(["items", "created", "author"]), _any),
)
def test_strange_fields_never_raise(fields: dict[str, Any], change: dict[str, Any]) -> None:
    raw = {"id": 1, "key": "PAY-1", "fields": {**fields, "created": "2026-05-04T10:00:00Z"}}
    base = {"base_url": "https://jira.example.org", "token": "env:X", "email": "r@example.org"}
    connector = Jira("tracker", Jira.Config.model_validate(base))
    data = {**raw, "changelog": {"histories": [change]}}
    items = list(connector.recorded({"url": "https://jira.example.org/rest/api/3/issue/1", "data": data}, None))
    assert isinstance(items[0], Upsert)
    assert items[0].stream == "issues"
    assert isinstance(Change.model_validate(change), Change)
