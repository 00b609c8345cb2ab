"""BambooHR, as it answers: the contract, and what becomes of changes between syncs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bamboo_stand_in import BambooStandIn, small_company
from hypothesis import given
from hypothesis import strategies as st

from coachkit.errors import PayloadRejected
from coachkit.sdk import CheckReport, Connector, Membership, PersonProfile, ReportingLine, Team
from coachkit.sdk.testing import ConnectorContract, ReferenceSink
from coachkit_hris.bamboo_connector import HrisBamboo
from coachkit_hris.bamboo_http import FIELDS
from coachkit_hris.bamboo_read import read_employee, read_jobs
from coachkit_hris.scim_read import Unreadable

Make = Callable[..., HrisBamboo]
TABLE = "employees/all/tables/jobInfo"


@pytest.fixture
def company() -> Iterator[BambooStandIn]:
    with BambooStandIn().running() as made:
        small_company(made)
        yield made


@pytest.fixture
def make(company: BambooStandIn, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setenv("BAMBOO_TEST_KEY", company.token)

    def connector(**config: object) -> HrisBamboo:
        given = {"base_url": company.url, "key": "env:BAMBOO_TEST_KEY", **config}
        return HrisBamboo("hr", HrisBamboo.Config.model_validate(given))

    return connector


def today() -> date:
    return datetime.now(UTC).astimezone().date()


class TestContract(ConnectorContract):
    remembers_people = "BambooHR knows today: who left is told from what it said before"
    secrets = (base64.b64encode(f"{BambooStandIn.token}:x".encode()).decode(),)

    @pytest.fixture
    def stand_in(self, company: BambooStandIn) -> BambooStandIn:
        return company

    @pytest.fixture
    def make_connector(self, make: Make) -> Callable[[], Connector]:
        return make

    @pytest.fixture
    def change_source(self, company: BambooStandIn) -> Callable[[], object]:
        return lambda: company.hire(2000 + len(company.employees), "New Person", department="Search", supervisorEId="2")

    @pytest.fixture
    def remove_from_source(self, company: BambooStandIn) -> Callable[[], tuple[str, str]]:
        """A move of today that was a mistake is taken back."""
        company.edit("4", department="Payments")
        company.put_job("4", today())

        def remove() -> tuple[str, str]:
            company.jobs.pop()
            company.edit("4", department="Search")
            return "memberships", "4>Payments"

        return remove

    @pytest.fixture
    def spoil_source(self, company: BambooStandIn) -> Callable[[], object]:
        return lambda: company.hire(2999, "Lost Person", supervisorEId="999")

    @pytest.fixture
    def crowd_one_moment(self, company: BambooStandIn) -> Callable[[], set[tuple[str, str]]]:
        def crowd() -> set[tuple[str, str]]:
            return {("people", company.hire(3000 + n, f"Crowd {n}", tick=False)) for n in range(4)}

        return crowd

    @pytest.fixture
    def lose_most(self, company: BambooStandIn) -> Callable[[], object]:
        def lose() -> None:
            for who in list(company.employees)[1:]:
                company.delete(who)

        return lose


def checked(connector: HrisBamboo) -> CheckReport:
    with closing(connector):
        return connector.check()


def records(sink: ReferenceSink, noun: type) -> dict[str, Any]:
    return {key: item.record for (_, key), item in sink.records.items() if isinstance(item.record, noun)}


def test_people_teams_and_lines_are_read(company: BambooStandIn, make: Make) -> None:
    sink = ReferenceSink()
    sink.run(make())
    people = records(sink, PersonProfile)
    assert len(people) == 9
    maria = people["2"]
    assert (maria.identity, maria.name, maria.title) == ("hris:1001", "Maria Gomez", "Lead")
    assert (maria.emails, maria.started_on, maria.left_on) == (("n1001@example.org",), date(2022, 5, 1), None)
    assert {team.name for team in records(sink, Team).values()} == {"Leadership", "Search", "Payments"}
    line = records(sink, ReportingLine)["2>1"]
    assert (line.person, line.manager, line.starts_on) == ("hris:1001", "hris:1000", date(2022, 5, 1))
    assert sink.run(make()).changed == []


def test_nobody_is_asked_for_more_than_needed(company: BambooStandIn, make: Make) -> None:
    ReferenceSink().run(make())
    asked = next(request.json()["fields"] for request in company.requests if request.method == "POST")
    assert not {"ssn", "birthDate", "dateOfBirth", "payRate", "homeEmail", "gender", "address1"} & set(asked)


def test_a_poll_without_a_change_is_one_request(company: BambooStandIn, make: Make) -> None:
    sink = ReferenceSink()
    sink.run(make())
    before = len(company.requests)
    sink.run(make())
    assert [request.path for request in company.requests[before:]] == ["/api/v1/employees/changed"]
    company.edit("3", jobTitle="Engineer")
    sink.run(make())
    assert records(sink, PersonProfile)["3"].title == "Engineer"


def test_a_change_in_the_same_second_as_the_last_one_is_seen(company: BambooStandIn, make: Make) -> None:
    sink = ReferenceSink()
    sink.run(make())
    company.employees["4"]["jobTitle"] = "Late"
    company.note("4", tick=False)
    sink.run(make())
    assert records(sink, PersonProfile)["4"].title == "Late"


def test_a_new_day_is_read_whole(company: BambooStandIn, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was entered ahead comes into force without a change."""
    sink = ReferenceSink()
    sink.run(make())
    company.employees["4"]["jobTitle"] = "From tomorrow on"
    sink.run(make())
    assert records(sink, PersonProfile)["4"].title is None
    cursor = sink.cursors["people"]
    yesterday = (today() - timedelta(days=1)).isoformat()
    monkeypatch.setitem(cursor.state, "day", yesterday)  # type: ignore[arg-type]  # a cursor's state is a dict
    sink.run(make())
    assert records(sink, PersonProfile)["4"].title == "From tomorrow on"


def test_moves_are_dated_by_the_table_of_jobs(company: BambooStandIn, make: Make) -> None:
    day = today() - timedelta(days=40)
    company.edit("4", department="Payments", supervisorEId="1")
    company.put_job("4", day)
    company.put_job("4", today() + timedelta(days=30))  # what is to come is not so yet
    sink = ReferenceSink()
    sink.run(make())
    assert records(sink, Membership)["4>Payments"].starts_on == day
    assert records(sink, ReportingLine)["4>1"].starts_on == day, "the first sync knows since when"
    moved = today() - timedelta(days=3)
    company.edit("5", department="Payments", supervisorEId="1")
    company.put_job("5", moved)
    sink.run(make())
    places, lines = records(sink, Membership), records(sink, ReportingLine)
    assert (places["5>Search"].starts_on, places["5>Search"].ends_on) == (date(2022, 5, 1), moved - timedelta(days=1))
    assert (places["5>Payments"].starts_on, places["5>Payments"].ends_on) == (moved, None)
    assert (lines["5>2"].ends_on, lines["5>1"].starts_on) == (moved - timedelta(days=1), moved)
    assert sink.run(make()).changed == []


def test_without_the_table_moves_are_dated_when_seen_and_the_check_says_so(company: BambooStandIn, make: Make) -> None:
    for status in (403, 404):
        company.forbidden[TABLE] = status
        report = checked(make())
        assert report.ok
        assert any("jobInfo" in finding for finding in report.findings)
    sink = ReferenceSink()
    sink.run(make())
    company.edit("5", department="Payments")
    sink.run(make())
    assert records(sink, Membership)["5>Payments"].starts_on == today()
    del company.forbidden[TABLE]
    assert not any("jobInfo" in finding for finding in checked(make()).findings)


def test_fields_that_the_key_may_not_read(company: BambooStandIn, make: Make) -> None:
    sink = ReferenceSink()
    sink.run(make())
    company.hidden = {"supervisorEId", "department"}
    company.edit("4", jobTitle="Engineer")
    told = " ".join(checked(make()).findings)
    assert "supervisorEId" in told
    assert "department" in told
    before = (records(sink, ReportingLine), records(sink, Membership))
    sink.run(make())
    assert (records(sink, ReportingLine), records(sink, Membership)) == before, "unknown is not nobody"
    company.hidden = {"status"}
    company.edit("4", jobTitle="Lead")
    assert not checked(make()).ok
    with pytest.raises(PayloadRejected, match="status") as caught:
        sink.run(make())
    assert caught.value.hint
    assert all(person.active for person in records(sink, PersonProfile).values())


def test_who_is_inactive_or_deleted_has_left(company: BambooStandIn, make: Make) -> None:
    sink = ReferenceSink()
    company.edit("6", terminationDate="2030-01-31")
    sink.run(make())
    assert records(sink, PersonProfile)["6"].left_on is None, "a last day to come is not told"
    company.edit("6", status="Inactive", terminationDate="2026-05-31")
    company.delete("7")
    sink.run(make())
    people = records(sink, PersonProfile)
    assert (people["6"].active, people["6"].left_on) == (False, date(2026, 5, 31))
    assert (people["7"].active, people["7"].left_on) == (False, today())
    assert records(sink, Membership)["6>Search"].ends_on == date(2026, 5, 31)
    company.edit("6", status="Active", hireDate="2026-06-15")
    sink.run(make())
    assert records(sink, PersonProfile)["6"].left_on is None
    assert records(sink, Membership)["6>Search#2"].ends_on is None, "they came back"


def test_divisions_may_be_the_teams(company: BambooStandIn, make: Make) -> None:
    company.edit("2", division="Commerce")
    sink = ReferenceSink()
    sink.run(make(teams="divisions"))
    assert list(records(sink, Team)) == ["Commerce"]
    sink = ReferenceSink()
    sink.run(make(teams="none"))
    assert records(sink, Team) == {}


def test_two_employees_with_one_number(company: BambooStandIn, make: Make) -> None:
    sink = ReferenceSink()
    sink.run(make())
    second = company.hire(1001, "Second")
    sink.run(make())
    assert "1001" in sink.failures["people", second]
    sink.run(make())
    assert ("people", second) in sink.failures, "kept aside until it is repaired"
    company.edit(second, employeeNumber="1099")
    sink.run(make())
    assert sink.failures == {}


def test_odd_employees_are_read_as_far_as_they_go() -> None:
    employee = read_employee(
        {"id": 7, "firstName": "薇", "lastName": "李", "preferredName": "Vivian", "workEmail": "no address"}
        | {"hireDate": "5/1/2022", "terminationDate": "0000-00-00", "status": "inactive", "supervisorEId": 3}
    )
    assert (employee.id, employee.supervisor) == ("7", "3")
    assert (employee.profile.name, employee.profile.other_names) == ("Vivian 李", ("李薇",))
    assert (employee.profile.identity, employee.profile.active, employee.profile.started_on) == ("hris:7", False, None)
    assert [part.split()[0] for part in employee.left_out] == ["workEmail", "hireDate"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "employeeId", "date", "department", "reportsTo", *FIELDS]), _json))
def test_no_row_breaks_the_reading(raw: dict[str, Any]) -> None:
    assert all(read_jobs([raw], date(2026, 5, 4)))
    with suppress(Unreadable):
        assert read_employee(raw).id


def test_the_address_may_be_that_of_the_company_or_of_the_api(make: Make) -> None:
    assert make(base_url="https://acme.bamboohr.com").config.base_url == "https://acme.bamboohr.com/api"
    gateway = "https://api.bamboohr.com/api/gateway.php/acme"
    assert make(base_url=gateway).config.base_url == gateway
    with pytest.raises(ValueError, match="https"):
        make(base_url="http://acme.bamboohr.com")
