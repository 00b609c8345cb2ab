"""A CSV file as rows with known columns: delimiter and header found out, each row checked against the header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from coachkit.sdk import PayloadRejected
from coachkit_hris.csv_text import undecoded
from coachkit_hris.csv_values import without_apostrophe

__all__ = ["PEOPLE_COLUMNS", "TEAM_COLUMNS", "Columns", "Delimiter", "Row", "rows_of"]

Columns = Mapping[str, tuple[str, ...]]
Delimiter = Literal["auto", ",", ";", "\t", "|"]

PEOPLE_COLUMNS: Columns = {
    "employee_id": (
        "id",
        "employee",
        "employee number",
        "employee no",
        "staff id",
        "personnel number",
        "worker id",
        "工号",
        "员工号",
        "员工编号",
        "人员编号",
        "员工id",
        "职工号",
    ),
    "name": ("full name", "display name", "employee name", "姓名", "员工姓名", "名字"),
    "other_names": (
        "also known as",
        "aliases",
        "english name",
        "nickname",
        "preferred name",
        "别名",
        "英文名",
        "花名",
        "曾用名",
    ),
    "email": (
        "e-mail",
        "mail",
        "email address",
        "work email",
        "emails",
        "邮箱",
        "电子邮箱",
        "电子邮件",
        "工作邮箱",
        "企业邮箱",
    ),
    "title": ("job title", "position", "role", "职位", "岗位", "职务"),
    "locale": ("language", "preferred language", "语言"),
    "team": ("department", "org unit", "organization unit", "部门", "团队", "所属部门", "所属团队"),
    "team_since": ("in team since", "department since", "入部门日期", "部门生效日期"),
    "manager_id": (
        "manager",
        "manager employee id",
        "manager number",
        "supervisor id",
        "reports to",
        "manager email",
        "上级工号",
        "直属上级工号",
        "直属上级",
        "直接上级",
        "主管工号",
        "直属主管",
        "汇报对象",
        "汇报对象工号",
        "上级",
    ),
    "manager_since": ("reports to since", "汇报生效日期"),
    "started_on": ("start date", "hire date", "hired on", "joined on", "入职日期", "入职时间"),
    "left_on": ("end date", "leave date", "termination date", "last day", "离职日期", "离职时间", "最后工作日"),
    "active": ("status", "employment status", "状态", "在职状态", "员工状态"),
    "accounts": ("account", "logins", "账号", "帐号"),
}
"""Columns of a people file: our name, and what else it may be called."""

TEAM_COLUMNS: Columns = {
    "key": (
        "team",
        "id",
        "team id",
        "team key",
        "code",
        "department id",
        "编号",
        "部门编号",
        "团队编号",
        "编码",
        "部门编码",
    ),
    "name": ("team name", "department", "department name", "名称", "部门名称", "团队名称", "部门"),
    "other_names": ("also known as", "aliases", "别名", "英文名"),
    "parent": ("parent team", "parent id", "parent department", "上级部门", "上级部门编号", "上级团队", "上级编号"),
    "kind": ("type", "类型"),
    "description": ("描述", "说明", "职责"),
}
"""Columns of a teams file."""

_SEP = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row.

    :ivar line: where it ends in the file.
    :ivar cells: our column name → text without space around it.
    :ivar wrong: why it cannot be read; empty if it can.
    :ivar cleaned: columns from which an apostrophe of Excel was taken.
    """

    line: int
    cells: Mapping[str, str]
    wrong: str = ""
    cleaned: tuple[str, ...] = ()


def rows_of(
    text: str, columns: Columns, *, needed: tuple[str, ...], mapping: Mapping[str, str], delimiter: Delimiter, file: str
) -> Iterator[Row]:
    """The rows of a file.

    :param mapping: our column name → header in this file, where it is none of the usual ones.
    :raises PayloadRejected: if there is no header, or it lacks what is needed.
    """
    told = _SEP.match(text)
    text = text[told.end() :] if told else text
    between = (told[1] if told else None) if delimiter == "auto" else delimiter
    head = next((line for line in text.splitlines() if line.strip()), "")
    if not head:
        raise PayloadRejected(f"{file} is empty.", hint=f"Its first line names the columns: {', '.join(columns)}.")
    names = _names(columns, mapping, file)
    if between is None:
        between = max(",;\t|", key=lambda sign: _recognised(head, sign, names))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    try:
        header = next(row for row in reader if any(cell.strip() for cell in row))
        found = _header(header, names, needed, mapping, file)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(reader.line_num, cells, len(header), found)
    except csv.Error as error:
        raise PayloadRejected(
            f"{file} is no CSV from line {reader.line_num} on ({error}).", hint="Export it again, or repair that line."
        ) from error


def _names(columns: Columns, mapping: Mapping[str, str], file: str) -> dict[str, str]:
    """Normal form of a header → our name; what the configuration says goes before the usual names."""
    unknown = sorted(mapping.keys() - columns.keys())
    if unknown:
        raise PayloadRejected(
            f"columns of {file} maps {', '.join(unknown)}, which we do not know.", hint=f"Known: {', '.join(columns)}."
        )
    names: dict[str, str] = {}
    for ours, others in columns.items():
        for header in (ours, *others) if ours not in mapping else ():
            names.setdefault(_normal(header), ours)
    names.update({_normal(header): ours for ours, header in mapping.items()})
    return names


def _normal(header: str) -> str:
    return re.sub(r"[\s_\-*]+", "", header).casefold()


def _recognised(head: str, sign: str, names: Mapping[str, str]) -> tuple[int, int]:
    cells = next(csv.reader([head], delimiter=sign), [])
    return sum(_normal(cell) in names for cell in cells), len(cells)


def _header(
    header: list[str], names: Mapping[str, str], needed: tuple[str, ...], mapping: Mapping[str, str], file: str
) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, cell in enumerate(header):
        ours = names.get(_normal(cell))
        if ours is None:
            continue
        if ours in found.values():
            if _normal(cell) == _normal(ours):  # the column under our own name is the one that is meant
                found = {at: name for at, name in found.items() if name != ours}
            else:
                continue
        found[place] = ours
    absent = [mapping.get(name, name) for name in (*needed, *mapping) if name not in found.values()]
    if absent:
        raise PayloadRejected(
            f"{file} has no column for {', '.join(dict.fromkeys(absent))}; its header is: {', '.join(header)[:200]}.",
            hint="Name it in the configuration: columns={employee_id: Your header}.",
        )
    return found


def _row(line: int, cells: list[str], width: int, found: Mapping[int, str]) -> Row:
    values: dict[str, str] = {}
    cleaned = []
    for place, name in found.items():
        cell = cells[place].strip() if place < len(cells) else ""
        values[name] = without_apostrophe(cell)
        if values[name] != cell:
            cleaned.append(name)
    wrong = ""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        wrong = f"it has {len(cells)} columns, the header {width}: a quotation mark is missing, or a comma too many"
    elif any(map(undecoded, cells)):
        wrong = "some of its characters are in another encoding than the rest of the file, or were lost before"
    return Row(line=line, cells=values, wrong=wrong, cleaned=tuple(cleaned))
