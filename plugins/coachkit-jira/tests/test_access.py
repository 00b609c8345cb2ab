"""Who may read what: as the schemes say, and never more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jira_stand_in import JiraStandIn

from coachkit.sdk.testing import ReferenceSink
from coachkit_jira.connector import Jira

Connect = Callable[..., Jira]


def groups(connector: Jira) -> dict[str, tuple[str, ...]]:
    sink = ReferenceSink()
    sink.run(connector)
    return {key.removeprefix("jira:tracker:"): members for key, members in sink.groups.items()}


def granted(server: JiraStandIn, connect: Connect, *holders: dict[str, Any]) -> tuple[str, ...]:
    pay = next(iter(server.jira.projects))
    server.jira.schemes[pay] = list(holders)
    return groups(connect())[pay]


def people(server: JiraStandIn, *places: int) -> tuple[str, ...]:
    return tuple(sorted(f"jira:{list(server.jira.people)[place]}" for place in places))


def test_each_kind_of_holder(jira_server: JiraStandIn, connect: Connect) -> None:
    ana = next(iter(jira_server.jira.people))
    one = {"type": "user", "parameter": ana, "value": ana, "user": jira_server.jira.person(ana)}
    assert granted(jira_server, connect, one) == people(jira_server, 0)
    assert granted(jira_server, connect, {"type": "group", "parameter": "payments"}) == people(jira_server, 0, 1)
    assert granted(jira_server, connect, {"type": "projectLead"}) == people(jira_server, 0)
    assert granted(jira_server, connect, {"type": "projectRole", "parameter": "10360"}) == people(jira_server, 0, 1, 2)
    assert granted(jira_server, connect, {"type": "group", "parameter": "risk"}, one) == people(jira_server, 0, 2)
    assert granted(jira_server, connect) == ()
    everyone = people(jira_server, 0, 1, 2, 3) if jira_server.jira.cloud else people(jira_server, 0, 1, 2, 3, 4)
    assert granted(jira_server, connect, {"type": "anyone"}) == everyone
    assert granted(jira_server, connect, {"type": "applicationRole"}) == everyone


def test_what_cannot_be_said_as_a_list_lets_nobody_in(jira_server: JiraStandIn, connect: Connect) -> None:
    for kind in ("reporter", "assignee", "userCustomField", "sd.customer.portal.only", "quantum"):
        assert granted(jira_server, connect, {"type": kind, "parameter": "x"}) == ()
    assert granted(jira_server, connect, {"type": "group", "parameter": "no such group"}) == ()
    assert granted(jira_server, connect, {"type": "applicationRole", "parameter": "jira-software"}) == ()
    findings = " ".join(connect().check().findings)
    assert "who has access to jira-software can be read by administrators" in findings


def test_people_who_left_see_nothing(jira_server: JiraStandIn, connect: Connect) -> None:
    ana = next(iter(jira_server.jira.people.values()))
    ana.active = False
    assert granted(jira_server, connect, {"type": "group", "parameter": "payments"}) == people(jira_server, 1)
    assert people(jira_server, 0)[0] not in granted(jira_server, connect, {"type": "anyone"})


@pytest.mark.parametrize("hidden", ["project/{}/permissionscheme", "group/member", "users/search", "user/search"])
def test_what_may_not_be_read_narrows_and_is_said(jira_server: JiraStandIn, connect: Connect, hidden: str) -> None:
    before = groups(connect())
    pay, ops = jira_server.jira.projects
    jira_server.closed = {hidden.format(pay), hidden.format(ops)}
    after = groups(connect())
    assert all(set(after[key]) <= set(before[key]) for key in before)
    report = connect().check()
    assert report.ok
    if after != before:
        assert any("nobody sees it" in one or "do not see it" in one for one in report.findings)


def test_security_levels_and_roles_cut_the_projects_members(jira_server: JiraStandIn, connect: Connect) -> None:
    pay = next(iter(jira_server.jira.projects))
    dee = list(jira_server.jira.people)[3]
    found = groups(connect())
    assert found[f"{pay}:level:70"] == (people(jira_server, 2) if jira_server.jira.cloud else ())
    assert found[f"{pay}:role:role10360"] == people(jira_server, 0, 1, 2)
    jira_server.jira.schemes[pay] = [{"type": "user", "parameter": dee, "value": dee}]
    found = groups(connect())
    assert (found[f"{pay}:level:70"], found[f"{pay}:role:role10360"]) == ((), ())


def test_a_project_that_is_no_longer_shown_to_us_is_closed_at_once(jira_server: JiraStandIn, connect: Connect) -> None:
    sink = ReferenceSink()
    sink.run(connect())
    pay = next(iter(jira_server.jira.projects))
    del jira_server.jira.projects[pay]
    jira_server.jira.boards.clear()
    jira_server.jira.issues = {k: v for k, v in jira_server.jira.issues.items() if v.project != pay and not v.links}
    sink.run(connect())
    assert [members for key, members in sink.groups.items() if f":{pay}" in key] == [(), (), ()]


def test_access_is_asked_for_as_often_as_said(jira_server: JiraStandIn, connect: Connect) -> None:
    sink = ReferenceSink()
    sink.run(connect(access_every_minutes=60))
    asked = len(jira_server.requests)
    sink.run(connect(access_every_minutes=60))
    assert not [one for one in jira_server.requests[asked:] if "permissionscheme" in one.path]
    sink.run(connect())
    assert [one for one in jira_server.requests[asked:] if "permissionscheme" in one.path]


def test_open_projects_are_for_everyone_because_somebody_said_so(jira_server: JiraStandIn, connect: Connect) -> None:
    sink = ReferenceSink()
    sink.run(connect(open_projects=["OPS"]))
    kinds = {
        item.record.container: item.audience.key for (stream, _), item in sink.records.items() if stream == "issues"
    }  # type: ignore[union-attr]
    assert kinds["OPS"] == "org"
    assert kinds["PAY"].startswith("group:")


def test_check_tells_missing_projects_and_a_wrong_token(
    jira_server: JiraStandIn, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = connect(projects=["PAY", "NOPE"]).check()
    assert report.ok
    assert any("NOPE" in one for one in report.findings)
    assert not connect(projects=["NOPE"]).check().ok
    monkeypatch.setenv("JIRA_TOKEN_UNDER_TEST", "wrong")
    report = connect().check()
    assert not report.ok
    assert "wrong" not in report.findings[0]


@pytest.mark.parametrize("deployment", ["datacenter"], indirect=True)
def test_what_does_not_come_along_is_asked_for(jira_server: JiraStandIn, connect: Connect) -> None:
    whole, scanty = ReferenceSink(), ReferenceSink()
    whole.run(connect())
    jira_server.scanty = True
    scanty.run(connect())
    assert scanty.state() == whole.state()
    assert whole.run(connect()).changed == [], "comments that did not come along are taken to be deleted"


@pytest.mark.parametrize("deployment", ["datacenter"], indirect=True)
def test_an_issue_that_goes_while_it_is_read_takes_no_other_along(jira_server: JiraStandIn, connect: Connect) -> None:
    jira_server.scanty = True
    jira = jira_server.jira
    gone = next(iter(jira.issues))

    def remove(asked: int) -> None:
        last = jira_server.requests[-1].path
        if gone in jira.issues and last.endswith("/search"):
            del jira.issues[gone]
            for issue in jira.issues.values():
                issue.links, issue.parent = [], None

    jira_server.on_answer = remove
    sink = ReferenceSink()
    sink.run(connect())
    assert {key[1] for key in sink.records if key[0] == "issues"} == jira.issues.keys()
