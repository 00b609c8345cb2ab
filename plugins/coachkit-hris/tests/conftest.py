"""Small organisations as files, and a sink with the store's rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coachkit_hris.csv_connector import HrisCsv

HEADER = "employee_id,name,other_names,email,title,locale,team,manager_id,started_on,left_on,accounts"

PEOPLE = [
    "1000,陆清和,Lu Qinghe,qinghe@example.org,CTO,zh-CN,lead,,2019-03-04,,",
    "1001,Maria Gomez,,maria@example.org,Engineer,en-GB,search,1000,2022-05-01,,github:mgomez|tracker:maria.g",
    "1002,李薇,Wei Li|Vivian Li,wei@example.org,工程师,zh-CN,payments,1000,2021-09-13,,github:WeiLi",
    "1003,Tom Becker,,tom@example.org,Engineer,en-GB,search,1002,2023-01-09,,",
]


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., HrisCsv]:
    """Writes the people file (and the teams file) and makes a connector over them, as of a day."""

    def write(
        rows: list[str],
        day: str = "2026-05-04",
        *,
        header: str = HEADER,
        teams: str = "",
        raw: bytes = b"",
        **config: object,
    ) -> HrisCsv:
        people = tmp_path / "people.csv"
        people.write_bytes(raw or "\n".join([header, *rows, ""]).encode())
        if teams:
            (tmp_path / "teams.csv").write_text(teams, encoding="utf-8")
            config["teams"] = tmp_path / "teams.csv"
        return HrisCsv("hr", HrisCsv.Config.model_validate({"people": people, "as_of": day, **config}))

    return write


@pytest.fixture
def people() -> list[str]:
    return list(PEOPLE)
