"""Evaluation runs behind the API and the pages: who may see them, and what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from door_office import Office, opened_office
from fastapi.testclient import TestClient
from reported_runs import WORST, made_record

from coachkit.web.app import create_app


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("evals")
    made_record().save(folder / "brief" / "baseline.jsonl")
    made_record(worse=True).save(folder / "runs" / "worse.jsonl")
    (folder / "notes.jsonl").write_text("no record\n", "utf-8")
    cut = list(made_record().lines())[:-9]
    (folder / "cut.jsonl").write_text("\n".join(cut).replace("-base", "-cut") + "\n", "utf-8")
    with opened_office(tmp_path_factory.mktemp("office"), evals=folder) as found:
        found.grant("hr", "hr")
        yield found


@pytest.fixture(scope="module")
def client(office: Office) -> Iterator[TestClient]:
    with TestClient(create_app(office.app)) as found:
        yield found


def status(client: TestClient, office: Office, who: str | None, path: str) -> int:
    sent = {"authorization": f"Bearer {office.token(who)}"} if who else {}
    return client.get(path, headers=sent, follow_redirects=False).status_code


RUN = "20260508-090000-worse"


@pytest.mark.parametrize("path", ["/api/evals", f"/api/evals/{RUN}", "/evals", f"/evals/{RUN}", f"/evals/{RUN}/case-1"])
def test_they_are_closed_to_everybody_else(client: TestClient, office: Office, path: str) -> None:
    assert status(client, office, None, path) in (401, 303)
    assert status(client, office, "ana", path) == 403, "a manager is nobody in particular here"
    assert status(client, office, "maria", path) == 403


def test_the_list_and_a_run(client: TestClient, office: Office) -> None:
    sent = {"authorization": f"Bearer {office.token('hr')}"}
    runs = client.get("/api/evals", headers=sent).json()["runs"]
    assert {one["id"]: one["samples"] for one in runs} == {RUN: 48, "20260508-090000-cut": None}
    found = client.get(f"/api/evals/{RUN}", headers=sent).json()
    assert found["verdict"] == "stopped"
    assert found["hard_failures"] == 4
    scores = {(one["model"], one["score"]): one for one in found["scores"]}
    assert scores["none", "evidence_recall"]["change"]["difference"] == pytest.approx(-1 / 12)
    worst = next(one for one in found["worst"] if one["hard"])
    assert worst["case"] == WORST
    for path in ("/api/evals/missing", "/api/evals/..%2F..%2Fnotes", f"/api/evals/{RUN}%00"):
        assert client.get(path, headers=sent).status_code == 404
    page = client.get(f"/evals/{RUN}", headers={**sent, "accept-language": "zh"})
    assert "不可合入" in page.text
    assert f"/evals/{RUN}/{worst['id']}" in page.text
    case = client.get(f"/evals/{RUN}/{worst['id']}", headers=sent)
    assert case.status_code == 200
    assert "&lt;script&gt;alert(1)" in case.text
    assert "<script>alert" not in case.text
    assert " style=" not in page.text + case.text
    assert client.get(f"/evals/{RUN}/case-000000000000", headers=sent).status_code == 404


def test_without_a_folder_there_is_no_run(tmp_path: Path) -> None:
    with opened_office(tmp_path) as office:
        office.grant("ana", "admin")
        sent = {"authorization": f"Bearer {office.token('ana')}", "accept-language": "en"}
        with TestClient(create_app(office.app)) as client:
            assert client.get("/api/evals", headers=sent).json() == {"runs": []}
            assert "There is no run yet" in client.get("/evals", headers=sent).text
