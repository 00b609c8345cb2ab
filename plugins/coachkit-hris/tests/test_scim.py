"""SCIM against a real server in its own process, with changes between pulls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from coachkit.sdk import AuthFailed, Connector, Membership, PersonProfile, ReportingLine, Team
from coachkit.sdk.testing import ConnectorContract, ReferenceSink, StandIn
from coachkit_hris.scim_connector import HrisScim

if TYPE_CHECKING:
    from conftest import ScimServer

Make = Callable[..., HrisScim]


@pytest.fixture
def staff(scim: ScimServer) -> dict[str, str]:
    """Four people in two teams under one of them."""
    ids = {"boss": scim.add_user("boss@example.org", displayName="陆清和", employeeNumber="1000")}
    for number, (login, name) in enumerate([("maria", "Maria Gomez"), ("wei", "李薇"), ("tom", "Tom Becker")], 1001):
        given, _, family = name.rpartition(" ")
        ids[login] = scim.add_user(
            login,
            displayName=name,
            name={"givenName": given or name, "familyName": family},
            title="Engineer",
            emails=[{"value": f"{login}@example.org", "type": "work", "primary": True},
                    {"value": f"{login}@home.example", "type": "home"}],
            employeeNumber=str(number),
            department="Engineering",
            manager={"value": ids["boss"], "$ref": f"{scim.base_url}/Users/{ids['boss']}"},
        )  # fmt: skip
    member = {name: {"value": value, "$ref": f"{scim.base_url}/Users/{value}"} for name, value in ids.items()}
    ids["search"] = scim.add_group("Search", [member["maria"], member["tom"]])
    ids["payments"] = scim.add_group("Payments", [member["wei"]])
    ids["vpn"] = scim.add_group("vpn users", list(member.values()))
    return ids


class TestContract(ConnectorContract):
    remembers_people = "a SCIM service knows today: who left is told from what it said before"

    @pytest.fixture
    def stand_in(self, scim_front: StandIn) -> StandIn:
        return scim_front

    @pytest.fixture
    def make_connector(self, make_scim: Make, staff: dict[str, str], stand_in: StandIn) -> Callable[[], Connector]:
        url = f"{stand_in.url}/scim"
        return lambda: make_scim(base_url=url, page_size=2, groups=["Search", "Payments", "Empty"])

    @pytest.fixture
    def change_source(self, scim: ScimServer, staff: dict[str, str]) -> Callable[[], object]:
        def change() -> None:
            login = f"new{datetime.now(UTC).timestamp()}"
            scim.add_user(login, displayName="New Person", manager={"value": staff["maria"]})

        return change

    @pytest.fixture
    def remove_from_source(self, scim: ScimServer, staff: dict[str, str]) -> Callable[[], tuple[str, str]]:
        group = scim.add_group("Empty", [])

        def remove() -> tuple[str, str]:
            scim.send("DELETE", f"Groups/{group}")
            return "teams", group

        return remove

    @pytest.fixture
    def spoil_source(self, scim: ScimServer, staff: dict[str, str]) -> Callable[[], object]:
        return lambda: scim.add_user("lost", displayName="Lost", manager={"value": "nobody-here"})


def records(sink: ReferenceSink, noun: type) -> dict[str, Any]:
    return {key: item.record for (_, key), item in sink.records.items() if isinstance(item.record, noun)}


def test_people_teams_and_lines_are_read(make_scim: Make, staff: dict[str, str]) -> None:
    sink = ReferenceSink()
    sink.run(make_scim(page_size=3, groups=["Search", "Pay*"]))
    people = records(sink, PersonProfile)
    assert len(people) == 4
    maria = people[staff["maria"]]
    assert (maria.identity, maria.name, maria.title) == ("hris:1001", "Maria Gomez", "Engineer")
    assert maria.emails == ("maria@example.org",), "the private address is not ours to know"
    assert people[staff["boss"]].emails == ("boss@example.org",), "a login that is an address is one"
    assert {team.name for team in records(sink, Team).values()} == {"Search", "Payments"}
    lines = records(sink, ReportingLine)
    assert {line.manager for line in lines.values()} == {"hris:1000"}
    assert len(lines) == 3
    assert {(place.person, place.team) for place in records(sink, Membership).values()} == {
        ("hris:1001", staff["search"]),
        ("hris:1003", staff["search"]),
        ("hris:1002", staff["payments"]),
    }


def test_departments_may_be_the_teams(make_scim: Make, staff: dict[str, str]) -> None:
    sink = ReferenceSink()
    sink.run(make_scim(teams="departments"))
    assert list(records(sink, Team)) == ["Engineering"]
    assert len(records(sink, Membership)) == 3
    assert sink.run(make_scim(teams="departments")).changed == []


def test_changes_between_pulls_become_history(make_scim: Make, scim: ScimServer, staff: dict[str, str]) -> None:
    sink = ReferenceSink()

    def make() -> HrisScim:
        return make_scim(page_size=2, groups=["Search", "Payments"])

    sink.run(make())
    today = datetime.now(UTC).astimezone().date()
    tom, maria, wei = staff["tom"], staff["maria"], staff["wei"]
    scim.change_enterprise(tom, "manager", {"value": maria, "$ref": f"{scim.base_url}/Users/{maria}"})
    scim.change(f"Groups/{staff['payments']}", members=[{"value": wei}, {"value": maria}])
    scim.change(f"Groups/{staff['search']}", members=[{"value": tom}])
    scim.change(f"Users/{wei}", active=False)
    sink.run(make())
    lines = records(sink, ReportingLine)
    assert lines[f"{tom}>{maria}"].starts_on == today
    assert lines[f"{tom}>{staff['boss']}"].ends_on is not None
    places = records(sink, Membership)
    assert places[f"{maria}>{staff['payments']}"].starts_on == today
    assert places[f"{maria}>{staff['search']}"].ends_on is not None
    left = records(sink, PersonProfile)[wei]
    assert (left.active, left.left_on, left.name) == (False, today, "李薇")
    assert places[f"{wei}>{staff['payments']}"].ends_on == today
    assert sink.run(make()).changed == []


def test_a_deleted_user_has_left_and_keeps_their_past(make_scim: Make, scim: ScimServer, staff: dict[str, str]) -> None:
    sink = ReferenceSink()
    sink.run(make_scim())
    scim.send("DELETE", f"Users/{staff['tom']}")
    sink.run(make_scim())
    tom = records(sink, PersonProfile)[staff["tom"]]
    assert not tom.active
    assert tom.left_on is not None
    assert sink.run(make_scim()).changed == []


def test_only_what_changed_is_read_in_full(
    make_scim: Make, scim: ScimServer, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = ReferenceSink()
    sink.run(make_scim())
    monkeypatch.setattr("coachkit_hris.scim_connector.OVERLAP", datetime.resolution)
    scim.change(f"Users/{staff['maria']}", title="Lead")
    connector = make_scim()
    written = [item for item in connector.pull(sink.cursors) if getattr(item, "stream", "") == "people"]
    ids = {getattr(item, "native_id", None) for item in written} - {None}
    assert ids == {staff["maria"]} | (ids & {staff["tom"]}), "at most the newest of last time is read again"
    connector.close()
    everybody = make_scim(changed_only=False)
    ids = {getattr(item, "native_id", None) for item in everybody.pull(sink.cursors)}
    assert {staff["boss"], staff["wei"]} <= ids
    everybody.close()


def test_a_circle_over_people_who_did_not_change_is_found(
    make_scim: Make, scim: ScimServer, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = ReferenceSink()
    sink.run(make_scim())
    monkeypatch.setattr("coachkit_hris.scim_connector.OVERLAP", datetime.resolution)
    scim.change_enterprise(staff["boss"], "manager", {"value": staff["maria"]})
    sink.run(make_scim())
    assert ("reporting_lines", f"{staff['boss']}>{staff['maria']}") in sink.failures
    assert f"{staff['boss']}>{staff['maria']}" not in records(sink, ReportingLine)
    scim.change_enterprise(staff["boss"], "manager", {"value": staff["boss"]})
    sink.run(make_scim())
    assert sink.failures == {}


def test_two_users_with_one_number(make_scim: Make, scim: ScimServer, staff: dict[str, str]) -> None:
    sink = ReferenceSink()
    sink.run(make_scim())
    second = scim.add_user("second", displayName="Second", employeeNumber="1001")
    sink.run(make_scim())
    assert "1001" in sink.failures["people", second]
    assert second not in records(sink, PersonProfile)
    sink.run(make_scim())
    assert ("people", second) in sink.failures, "kept aside until it is repaired"
    scim.change_enterprise(second, "employeeNumber", "1009")
    sink.run(make_scim())
    assert sink.failures == {}
    assert records(sink, PersonProfile)[second].identity == "hris:1009"


def test_check_tells_what_is_there(make_scim: Make, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    report = make_scim().check()
    assert report.ok
    told = " ".join(report.findings)
    assert "4 users" in told
    assert "by filter" in told
    monkeypatch.setenv("SCIM_TEST_TOKEN", "wrong")
    report = make_scim().check()
    assert not report.ok
    assert "env:SCIM_TEST_TOKEN" in report.findings[0]
    with pytest.raises(AuthFailed):
        list(make_scim().pull({}))
