"""A file knows today; what it said before must stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from coachkit.sdk import Connector, Membership, PersonProfile, ReportingLine
from coachkit.sdk.testing import ConnectorContract, ReferenceSink
from coachkit_hris.csv_connector import HrisCsv

Files = Callable[..., HrisCsv]


class TestContract(ConnectorContract):
    remembers_people = "a file knows today: who left is told from what it said before"

    @pytest.fixture(autouse=True)
    def _source(self, files: Files, people: list[str]) -> None:
        self.rows = people
        self.teams = "key,name\nlead,Leadership\nsearch,Search\npayments,Payments\nempty,Nobody yet\n"
        self.files = files
        self.config = files(self.rows, teams=self.teams).config

    @pytest.fixture
    def make_connector(self) -> Callable[[], Connector]:
        return lambda: HrisCsv("hr", self.config)

    @pytest.fixture
    def change_source(self) -> Callable[[], object]:
        def change() -> None:
            number = 2000 + len(self.rows)
            self.rows.append(f"{number},New Person,,n{number}@example.org,Engineer,en,search,1001,2026-04-01,,")
            self.files(self.rows, teams=self.teams)

        return change

    @pytest.fixture
    def remove_from_source(self) -> Callable[[], tuple[str, str]]:
        def remove() -> tuple[str, str]:
            self.files(self.rows, teams=self.teams.replace("empty,Nobody yet\n", ""))
            return "teams", "empty"

        return remove

    @pytest.fixture
    def lose_most(self, people: list[str]) -> Callable[[], object]:
        many = [f"{number},Person {number},,n{number}@example.org,,,search,1000,,," for number in range(3000, 3030)]
        self.rows.extend(many)
        self.files(self.rows, teams=self.teams)
        return lambda: self.files(self.rows[:2], teams=self.teams)

    @pytest.fixture
    def spoil_source(self) -> Callable[[], object]:
        return lambda: self.files([*self.rows, "2999,,,x@example.org,,,search,1001,,,"], teams=self.teams)


def of(sink: ReferenceSink, noun: type, native_id: str) -> object:
    found = [u.record for (_, key), u in sink.records.items() if key == native_id and isinstance(u.record, noun)]
    assert len(found) <= 1
    return found[0] if found else None


def line(sink: ReferenceSink, native_id: str) -> tuple[date | None, date | None]:
    found = of(sink, ReportingLine, native_id)
    assert isinstance(found, ReportingLine), f"{native_id} is not there"
    return found.starts_on, found.ends_on


def place(sink: ReferenceSink, native_id: str) -> tuple[date | None, date | None]:
    found = of(sink, Membership, native_id)
    assert isinstance(found, Membership), f"{native_id} is not there"
    return found.starts_on, found.ends_on


def test_first_sync_dates_rows_from_the_start_of_employment(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    sink.run(files(people))
    assert line(sink, "1001>1000") == (date(2022, 5, 1), None)
    assert place(sink, "1001>search") == (date(2022, 5, 1), None)
    maria = of(sink, PersonProfile, "1001")
    assert isinstance(maria, PersonProfile)
    assert maria.identity == "hris:1001"
    assert maria.accounts == ("github:mgomez", "tracker:maria.g")
    wei = of(sink, PersonProfile, "1002")
    assert isinstance(wei, PersonProfile)
    assert wei.other_names == ("Wei Li", "Vivian Li")
    assert wei.accounts == ("github:weili",)


def test_a_move_ends_one_row_and_begins_the_next(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    sink.run(files(people))
    moved = [row.replace("search,1000", "payments,1002") for row in people]
    sink.run(files(moved, "2026-06-01"))
    assert place(sink, "1001>search") == (date(2022, 5, 1), date(2026, 5, 31))
    assert place(sink, "1001>payments") == (date(2026, 6, 1), None)
    assert line(sink, "1001>1000") == (date(2022, 5, 1), date(2026, 5, 31))
    assert line(sink, "1001>1002") == (date(2026, 6, 1), None)
    sink.run(files(people, "2026-07-01"))
    assert place(sink, "1001>search") == (date(2022, 5, 1), date(2026, 5, 31)), "the past is not written anew"
    assert place(sink, "1001>payments") == (date(2026, 6, 1), date(2026, 6, 30))
    assert place(sink, "1001>search#2") == (date(2026, 7, 1), None)
    assert sink.run(files(people, "2026-08-01")).changed == []


def test_a_move_cut_off_and_done_the_next_day_leaves_one_row(files: Files, people: list[str]) -> None:
    first = ReferenceSink()
    first.run(files(people))
    moved = [row.replace("search,1000", "payments,1002") for row in people]
    total = ReferenceSink().run(files(moved)).items
    for stop in range(1, total):
        sink = ReferenceSink()
        sink.cursors, sink.records = dict(first.cursors), dict(first.records)
        sink.run(files(moved, "2026-06-01"), stop_after=stop)
        sink.run(files(moved, "2026-06-02"))
        assert place(sink, "1001>payments") == (date(2026, 6, 2), None)
        assert {key for _, key in sink.records if key.startswith("1001>")} == {
            "1001>search", "1001>payments", "1001>1000", "1001>1002",
        }  # fmt: skip


def test_a_correction_on_the_same_day_leaves_no_row_behind(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    sink.run(files(people))
    sink.run(files([row.replace("search,1000", "payments,1000") for row in people], "2026-06-01"))
    sink.run(files([row.replace("search,1000", "lead,1000") for row in people], "2026-06-01"))
    assert of(sink, Membership, "1001>payments") is None
    assert place(sink, "1001>search") == (date(2022, 5, 1), date(2026, 5, 31))
    assert place(sink, "1001>lead") == (date(2026, 6, 1), None)
    sink.run(files([row.replace("search,1000", "payments,1000") for row in people], "2026-07-01"))
    assert place(sink, "1001>payments") == (date(2026, 7, 1), None), "the number of a row that never was is used again"


def test_the_file_may_say_since_when(files: Files, people: list[str]) -> None:
    header = "employee_id,name,team,team_since,manager_id,manager_since,started_on"
    rows = ["1,Ana,a,2025-02-01,,,2020-01-01", "2,Bo,a,,1,2025-03-01,2020-01-01"]
    sink = ReferenceSink()
    sink.run(files(rows, header=header))
    assert place(sink, "1>a") == (date(2025, 2, 1), None)
    assert line(sink, "2>1") == (date(2025, 3, 1), None)
    sink.run(files([rows[0].replace("a,2025-02-01", "b,2026-03-15"), rows[1]], header=header))
    assert place(sink, "1>a") == (date(2025, 2, 1), date(2026, 3, 14)), "the day in the file, not that of the sync"
    assert place(sink, "1>b") == (date(2026, 3, 15), None)


def test_somebody_who_vanishes_has_left_and_keeps_their_past(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    sink.run(files(people))
    sink.run(files(people[:3], "2026-06-01"))
    tom = of(sink, PersonProfile, "1003")
    assert isinstance(tom, PersonProfile)
    assert (tom.active, tom.left_on, tom.name) == (False, date(2026, 6, 1), "Tom Becker")
    assert place(sink, "1003>search") == (date(2023, 1, 9), date(2026, 6, 1))
    assert line(sink, "1003>1002") == (date(2023, 1, 9), date(2026, 6, 1))
    assert sink.run(files(people[:3], "2026-07-01")).changed == [], "they left once"
    sink.run(files(people, "2026-09-01"))
    back = of(sink, PersonProfile, "1003")
    assert isinstance(back, PersonProfile)
    assert back.active
    assert place(sink, "1003>search#2") == (date(2026, 9, 1), None)


def test_a_last_day_in_the_file_ends_everything_on_it(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    sink.run(files(people))
    leaving = [row.replace("2023-01-09,,", "2023-01-09,2026-06-30,") for row in people]
    sink.run(files(leaving, "2026-06-01"))
    assert place(sink, "1003>search") == (date(2023, 1, 9), date(2026, 6, 30))
    tom = of(sink, PersonProfile, "1003")
    assert isinstance(tom, PersonProfile)
    assert tom.active, "the last day is still to come"
    sink.run(files(leaving, "2026-07-01"))
    tom = of(sink, PersonProfile, "1003")
    assert isinstance(tom, PersonProfile)
    assert (tom.active, tom.left_on) == (False, date(2026, 6, 30))
    assert place(sink, "1003>search") == (date(2023, 1, 9), date(2026, 6, 30))


def test_somebody_who_had_left_before_the_first_sync_has_a_past_too(files: Files, people: list[str]) -> None:
    gone = [row.replace("2023-01-09,,", "2023-01-09,2025-06-30,") for row in people]
    sink = ReferenceSink()
    sink.run(files(gone))
    assert place(sink, "1003>search") == (date(2023, 1, 9), date(2025, 6, 30))
    assert line(sink, "1003>1002") == (date(2023, 1, 9), date(2025, 6, 30))
    assert sink.run(files(gone, "2026-06-01")).changed == []


def test_many_leavers_at_once_wait_for_a_word(files: Files) -> None:
    rows = [f"{n},Person {n},,p{n}@example.org,,,t,,2020-01-01,," for n in range(30)]
    sink = ReferenceSink()
    sink.run(files(rows))
    connector = files(rows[:20], "2026-06-01")
    items = list(connector.pull(sink.cursors))
    assert not [i for i in items if getattr(i, "native_id", "").startswith("25")], "nothing of them is touched"
    present = connector.sweep("people")
    assert present is not None
    assert len(list(present)) == 20, "the engine's guard sees ten of thirty vanish"
    connector = files(rows[:20], "2026-06-01")
    sink.run(connector, allow_removals=True)
    left = [u.record for u in sink.records.values() if isinstance(u.record, PersonProfile) and not u.record.active]
    assert len(left) == 10
    assert place(sink, "25>t") == (date(2020, 1, 1), date(2026, 6, 1))


def test_an_older_file_never_dates_a_change_before_the_last(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    sink.run(files(people, "2026-06-01"))
    sink.run(files([row.replace("search,1000", "payments,1000") for row in people], "2026-05-01"))
    assert place(sink, "1001>search") == (date(2022, 5, 1), date(2026, 5, 31))


def test_without_a_day_the_file_was_true_when_it_was_saved(files: Files, people: list[str]) -> None:
    import os
    from datetime import UTC, datetime

    connector = files(people)
    path = connector.config.people
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    connector = HrisCsv("hr", HrisCsv.Config(people=path))
    sink = ReferenceSink()
    sink.run(connector)
    path.write_text(path.read_text().replace("search,1000", "payments,1000"))
    moment = datetime(2026, 4, 2, 12, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    sink.run(HrisCsv("hr", HrisCsv.Config(people=path)))
    assert place(sink, "1001>payments") == (date(2026, 4, 2), None)


def test_a_dissolved_team_keeps_its_name_for_the_past(files: Files, people: list[str]) -> None:
    teams = "key,name\nlead,Leadership\nsearch,Search & Find\npayments,Payments\n"
    sink = ReferenceSink()
    sink.run(files(people, teams=teams))
    moved = [row.replace(",search,", ",payments,") for row in people]
    sink.run(files(moved, "2026-06-01", teams=teams.replace("search,Search & Find\n", "")))
    assert ("teams", "search") in sink.records


def test_a_manager_who_could_not_be_read_at_first_is_no_move_once_repaired(files: Files, people: list[str]) -> None:
    sink = ReferenceSink()
    wrong = [row.replace("search,1000", "search,9999") for row in people]
    sink.run(files(wrong))
    assert ("reporting_lines", "1001>9999") in sink.failures
    sink.run(files(wrong, "2026-05-05"))
    sink.run(files(people, "2026-05-06"))
    assert sink.failures == {}
    assert line(sink, "1001>1000") == (date(2022, 5, 1), None)
    without = [row.replace("lead,,2019", "lead,1002,2019").replace("payments,1000", "payments,") for row in people]
    sink.run(files(without, "2026-06-01"))
    assert line(sink, "1000>1002") == (date(2026, 6, 1), None), "nobody before, and somebody now: that is a change"
