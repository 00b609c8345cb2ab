"""Files as people really export them: encodings, headers, spreadsheets' doings, and what is plainly wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import (
    Failure,
    Membership,
    PayloadRejected,
    PersonProfile,
    ReportingLine,
    SourceUnavailable,
    Team,
    Upsert,
)
from coachkit_hris.csv_connector import HrisCsv
from coachkit_hris.csv_values import parse_day
from coachkit_hris.hierarchy import cycles

Files = Callable[..., HrisCsv]

CHINESE = [
    "工号,姓名,英文名,邮箱,职位,部门,直属上级,入职日期,离职日期",
    "1001,李薇,Vivian Li,wei@example.org,工程师,数据平台,,2021/9/13,",
    "1002,陈静,,jing@example.org,客户成功经理,客户成功,李薇,2022年3月1日,",
    "1003,王小明,,ming@example.org,数据分析师,数据平台,李薇,20230405,",
]


def read(connector: HrisCsv) -> tuple[dict[str, object], dict[str, str]]:
    """Records by native id, and reasons of failures by native id."""
    items = list(connector.pull({}))
    records: dict[str, object] = {item.native_id: item.record for item in items if isinstance(item, Upsert)}
    return records, {item.native_id: item.reason for item in items if isinstance(item, Failure)}


def person(records: dict[str, object], native_id: str) -> PersonProfile:
    found = records[native_id]
    assert isinstance(found, PersonProfile)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_chinese_export_is_read_in_every_usual_encoding(files: Files, encoding: str) -> None:
    records, failures = read(files([], raw="\r\n".join(CHINESE).encode(encoding)))
    assert failures == {}
    assert person(records, "1001").name == "李薇"
    assert person(records, "1001").other_names == ("Vivian Li",)
    assert person(records, "1002").started_on == date(2022, 3, 1)
    assert person(records, "1003").started_on == date(2023, 4, 5)
    line = records["1002>1001"]
    assert isinstance(line, ReportingLine), "a manager by name is found where only one person has it"
    assert line.manager == "hris:1001"
    team = records["数据平台"]
    assert isinstance(team, Team)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("latin-1", ["Müller", "José Álvarez", "François Lefèvre", "Åse Sørensen"]),
        ("cp1251", ["Иванов Иван", "Мария Петрова", "Сергей Кузнецов"]),
        ("big5", ["陳靜宜", "黃國華", "劉德明", "許雅婷"]),
        ("shift_jis", ["田中太郎", "佐藤はなこ", "スズキ イチロー"]),
    ],
)
def test_an_encoding_that_would_be_read_wrongly_is_refused(files: Files, encoding: str, names: list[str]) -> None:
    rows = ["employee_id,name", *(f"{at},{name}" for at, name in enumerate(names))]
    connector = files([], raw="\n".join(rows).encode(encoding))
    with pytest.raises(PayloadRejected, match=r"neither UTF-8 nor") as caught:
        list(connector.pull({}))
    assert "UTF-8" in caught.value.hint
    report = connector.check()
    assert not report.ok


def test_lines_in_another_encoding_are_put_aside_by_name(files: Files) -> None:
    raw = "\n".join(CHINESE[:3]).encode() + b"\n" + CHINESE[3].encode("gb18030")
    records, failures = read(files([], raw=raw))
    assert person(records, "1001").name == "李薇"
    assert "1003" not in records
    assert "encoding" in failures["1003"]
    assert "line 4" in failures["1003"]


def test_a_told_encoding_is_believed_and_text_lost_before_is_not(files: Files) -> None:
    raw = "工号,姓名\n1,喆\n2,锟斤拷".encode("gb18030")
    records, failures = read(files([], raw=raw, encoding="gb18030"))
    assert person(records, "1").name == "喆"
    assert "lost before" in failures["2"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(files: Files, sign: str) -> None:
    rows = ["Employee ID,Full Name,E-Mail,Manager", "7,Ana Costa,a@example.org,", "8,Bo Li,b@example.org,7"]
    raw = "\n".join(rows).replace(",", sign).encode()
    records, failures = read(files([], raw=raw))
    assert failures == {}
    assert person(records, "7").emails == ("a@example.org",)
    assert "8>7" in records


def test_excel_says_what_stands_between_cells(files: Files) -> None:
    records, _ = read(files([], raw=b"sep=;\r\nemployee_id;name\r\n1;Costa, Ana\r\n"))
    assert person(records, "1").name == "Costa, Ana"


def test_headers_of_ones_own_are_mapped(files: Files) -> None:
    config = {"columns": "employee_id=Nr,name=Wer"}
    records, _ = read(files([], raw=b"Nr,Wer,name\n1,Ana,ignored\n", **config))
    assert person(records, "1").name == "Ana"
    with pytest.raises(PayloadRejected, match="Wie"):
        read(files([], raw=b"Nr,Wer\n1,Ana\n", columns={"employee_id": "Nr", "name": "Wie"}))
    with pytest.raises(PayloadRejected, match="shoe"):
        read(files([], raw=b"Nr,Wer\n1,Ana\n", columns={"shoe": "Nr"}))


def test_a_file_without_a_header_or_not_there_says_so(files: Files, tmp_path: Path) -> None:
    for raw in (b"\n\n", b"a,b\n1,2\n"):
        with pytest.raises(PayloadRejected):
            read(files([], raw=raw))
    connector = HrisCsv("hr", HrisCsv.Config.model_validate({"people": tmp_path / "nowhere.csv"}))
    with pytest.raises(SourceUnavailable, match=r"nowhere\.csv"):
        list(connector.pull({}))
    assert connector.check().ok is False


def test_what_spreadsheets_do(files: Files) -> None:
    rows = ["'0042,Ana,,a@example.org,,,,,45047,,", "1.23E+11,Bo,,,,,,,,,", "3,Cy,,,,,,'0042,2023-05-01 00:00:00,,"]
    connector = files(rows)
    records, failures = read(connector)
    assert person(records, "0042").started_on == date(2023, 5, 1)
    assert person(records, "3").started_on == date(2023, 5, 1)
    assert "3>0042" in records
    assert "lost digits" in failures["line 3"]
    told = " ".join(connector.check().findings)
    assert "apostrophe" in told
    assert "day numbers" in told


def test_while_an_id_cannot_be_read_nobody_is_taken_as_a_leaver(files: Files) -> None:
    first = files(["1,Ana,,,,,,,,,", "2,Bo,,,,,,,,,"])
    cursors = {i.stream: i.cursor for i in first.pull({}) if hasattr(i, "cursor")}
    connector = files(["1,Ana,,,,,,,,,", ",Bo,,,,,,,,,"], "2026-06-01")
    items = [item for item in connector.pull(cursors) if isinstance(item, Upsert)]
    assert all(item.record.active for item in items if isinstance(item.record, PersonProfile))
    present = connector.sweep("people")
    assert present is not None
    assert "2" in set(present)


def test_dates(files: Files) -> None:
    rows = ["1,Ana,,,,,,,31/12/2020,,", "2,Bo,,,,,,,03/04/2021,,", "3,Cy,,,,,,,2021-02-30,,", "4,Di,,,,,,,soon,,"]
    records, failures = read(files(rows))
    assert failures.keys() == {"1", "2", "3", "4"}
    assert "date_order" in failures["2"]
    assert "no such day" in failures["3"]
    records, failures = read(files(rows, date_order="dmy"))
    assert person(records, "2").started_on == date(2021, 4, 3)
    records, _ = read(files(rows[1:2], date_order="mdy"))
    assert person(records, "2").started_on == date(2021, 3, 4)


@given(st.dates(date(1955, 1, 1), date(2064, 1, 1)))
def test_every_day_is_read_back_however_it_is_written(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    ways = [f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", f"{day:%Y年%m月%d日}", str(serial)]
    assert {parse_day(way, "ymd")[0] for way in ways} == {day}
    assert parse_day(f"{day:%d.%m.%Y}", "dmy")[0] == day
    assert parse_day(f"{day:%m/%d/%Y}", "mdy")[0] == day


def test_bad_rows_are_named_and_take_no_other_along(files: Files) -> None:
    rows = [
        "1,Ana,,ana@example.org,,,,,,,",
        "2,,,b@example.org,,,,,,,",
        "3,Cy,,,,,,,,",
        "4,Di,,,,,,,,,,too,many",
        "5,Ed,,,,,,,2024-01-01,2023-01-01,",
        "6,Flo,,not-an-address,,,,,,,github",
        "7,Gil,,,,,,,,,",
        "7,Another,,,,,,,,,",
        "8,Hua,,,,,,,,,",
        "8,Hua,,,,,,,,,",
    ]
    connector = files(rows)
    records, failures = read(connector)
    assert {key for key, record in records.items() if isinstance(record, PersonProfile)} == {"1", "6", "8"}
    expected = {"2", "3", "4", "5", "6 (email)", "6 (accounts)", "7"}
    assert failures.keys() == expected
    assert "no name" in failures["2"]
    assert "10 columns" in failures["3"]
    assert "lines 8, 9" in failures["7"]
    present = connector.sweep("people")
    assert present is not None
    assert expected <= set(present), "kept aside until repaired, not forgotten by the sweep"
    report = connector.check()
    assert report.ok
    assert all(any(reason in finding for finding in report.findings) for reason in failures.values())


def test_one_address_of_two_people_is_told(files: Files) -> None:
    report = files(["1,Ana,,x@example.org,,,,,,,", "2,Bo,,X@example.org,,,,,,,"]).check()
    assert any("x@example.org is given to 1, 2" in finding for finding in report.findings)


def test_managers_who_are_unknown_or_go_in_circles(files: Files) -> None:
    rows = [
        "1,Ana,,,,,,3,,,", "2,Bo,,,,,,1,,,", "3,Cy,,,,,,2,,,", "4,Di,,,,,,1,,,", "5,Ed,,,,,,99,,,", "6,Flo,,,,,,6,,,",
    ]  # fmt: skip
    connector = files(rows)
    records, failures = read(connector)
    assert {key for key, record in records.items() if isinstance(record, ReportingLine)} == {"4>1"}
    assert failures.keys() == {"1>3", "2>1", "3>2", "5>99"}
    assert "1 → 3 → 2 → 1" in failures["2>1"]
    assert any("6 is their own manager" in finding for finding in connector.check().findings)


def test_a_manager_by_a_name_of_two_people_is_not_guessed(files: Files) -> None:
    rows = ["1,Wei Li,,a@example.org,,,,,,,", "2,Wei Li,,b@example.org,,,,,,,", "3,Bo,,,,,,Wei Li,,,"]
    _, failures = read(files(rows))
    assert "1, 2" in failures["3>Wei Li"]
    records, failures = read(files([*rows[:2], "3,Bo,,,,,,b@example.org,,,"]))
    assert failures == {}
    assert "3>2" in records


def test_an_unknown_manager_leaves_the_line_as_it_was(files: Files, people: list[str]) -> None:
    first = files(people)
    cursors = {i.stream: i.cursor for i in first.pull({}) if hasattr(i, "cursor")}
    wrong = [row.replace("search,1000", "search,77") for row in people]
    written = {i.native_id for i in files(wrong, "2026-06-01").pull(cursors) if isinstance(i, Upsert)}
    assert "1001>1000" not in written, "neither ended nor told anew"


def test_teams_of_a_file(files: Files) -> None:
    rows = ["PLAT,Platform,平台,,dept", "DATA,Data,数据平台,平台,team", "X,X,,nowhere,", "A,A,,B,", "B,B,,A,"]
    teams = "\n".join(["key,name,other_names,parent,kind", *rows])
    connector = files(["1,Ana,,,,,数据平台,,,,", "2,Bo,,,,,data|PLAT,,,,", "3,Cy,,,,,Sales,,,,"], teams=teams)
    records, failures = read(connector)
    data = records["DATA"]
    assert isinstance(data, Team)
    assert (data.parent, data.other_names, data.kind) == ("PLAT", ("数据平台",), "team")
    assert {key for key, record in records.items() if isinstance(record, Membership)} == {"1>DATA", "2>DATA", "2>PLAT"}
    assert failures.keys() == {"3>Sales"}
    told = " ".join(connector.check().findings)
    assert "'nowhere'" in told
    assert "above itself" in told


def test_status_without_a_day_is_a_leaver_on_the_day_we_see_it(files: Files) -> None:
    header = "工号,姓名,状态"
    first = files(["1,李薇,在职", "2,陈静,在职"], header=header)
    cursors = {i.stream: i.cursor for i in first.pull({}) if hasattr(i, "cursor")}
    items = list(files(["1,李薇,离职", "2,陈静,也许"], "2026-06-01", header=header).pull(cursors))
    gone = next(i.record for i in items if isinstance(i, Upsert) and i.native_id == "1")
    assert isinstance(gone, PersonProfile)
    assert (gone.active, gone.left_on) == (False, date(2026, 6, 1))
    assert [i.native_id for i in items if isinstance(i, Failure)] == ["2"]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), max_size=8))
def test_circles_are_found_and_nothing_else(managers: dict[str, str]) -> None:
    def on_circle(person: str) -> bool:
        above = managers.get(person)
        for _ in managers:
            if above == person:
                return True
            above = managers.get(above) if above else None
        return False

    found = cycles(managers)
    assert sorted(p for circle in found for p in circle) == sorted(p for p in managers if on_circle(p))
