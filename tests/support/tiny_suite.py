"""A small organisation as files, and a folder of evaluations about it: synced in a second."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

__all__ = ["VARIABLE", "tiny_suite"]

VARIABLE = "COACHKIT_EVAL_TINY"
"""Names the folder of the organisation's data, as the suite says."""

_PEOPLE = [
    ("1", "Dana Whitlock", "dana@tiny.example", "Engineering Manager", "", "tracker:dana"),
    ("2", "Bo Larsen", "bo@tiny.example", "Engineer", "1", "tracker:bo"),
    ("3", "罗敏", "min@tiny.example", "Engineer", "1", "tracker:min"),
]
_NOW = "2026-05-11"


def tiny_suite(folder: Path, *, extra: tuple[dict[str, Any], ...] = ()) -> tuple[Path, Path]:
    """The folder with evaluations, and that of the data, for the environment variable :data:`VARIABLE`.

    :param extra: more cases of briefs.
    """
    data, evals = folder / "data", folder / "evals"
    _write_data(data)
    (evals / "brief" / "cases").mkdir(parents=True)
    organisations = {
        "tiny": {
            "split": "development",
            "today": _NOW,
            "needs": VARIABLE,
            "connections": [
                {
                    "name": "hr",
                    "connector": "hris-csv",
                    "config": {"people": f"${{{VARIABLE}}}/people.csv", "teams": f"${{{VARIABLE}}}/teams.csv"},
                },
                {"name": "tracker", "connector": "jsonl", "config": {"path": f"${{{VARIABLE}}}/tracker"}},
            ],
        },
        "away": {
            "split": "held-out",
            "today": _NOW,
            "needs": "COACHKIT_EVAL_AWAY",
            "connections": [{"name": "x", "connector": "jsonl", "config": {"path": "${COACHKIT_EVAL_AWAY}"}}],
        },
    }
    cases = [
        {"id": "brief-bo", "subject": "bo@tiny.example", "slices": ["plain"], "gold": ["T-12"]},
        {"id": "brief-bo-then", "subject": "bo@tiny.example", "slices": ["past"], "day": "2026-05-08"},
        {"id": "brief-min", "subject": "min@tiny.example", "slices": ["thin"]},
        {"id": "review-bo", "document": "self_review", "subject": "bo@tiny.example"},
        {"id": "brief-away", "subject": "bo@tiny.example", "organisation": "away"},
        *extra,
    ]  # fmt: skip
    shared = {"schema": 1, "document": "brief", "organisation": "tiny", "provenance": "written by hand"}
    _yaml(evals / "organisations.yaml", {"schema": 1, "organisations": organisations})
    _yaml(evals / "brief" / "cases" / "tiny.yaml", {**shared, "cases": cases})
    _yaml(evals / "suite.yaml", {"schema": 1, "name": "suite", "blocks": [{"models": ["none"]}]})
    return evals, data


def _yaml(path: Path, value: object) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")


def _write_data(data: Path) -> None:
    (data / "tracker").mkdir(parents=True)
    head = "employee_id,name,email,title,team,manager_id,started_on,accounts\n"
    rows = [
        f"{n},{name},{mail},{title},T,{boss},2024-01-08,{account}" for n, name, mail, title, boss, account in _PEOPLE
    ]
    (data / "people.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
    (data / "teams.csv").write_text("key,name,kind\nT,Tiny,team\n", "utf-8")
    lines = [_line(number) for number in range(1, 13)]
    (data / "tracker" / "records.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines), "utf-8")


def _line(number: int) -> dict[str, Any]:
    """A ticket that Bo closed, one every other day up to the last working one."""
    closed = datetime(2026, 5, 8, 9, tzinfo=UTC) - timedelta(days=2 * (12 - number))
    begun, done = (closed - timedelta(days=3)).isoformat(), closed.isoformat()
    doing = {"state": "In progress", "category": "doing", "by": "tracker:bo", "at": begun}
    ended = {"state": "Done", "category": "done", "by": "tracker:bo", "at": done}
    return {
        "native_id": f"T-{number}",
        "occurred_at": done,
        "record": {
            "noun": "work_item",
            "kind": "issue",
            "key": f"T-{number}",
            "title": f"Move counter {number} to the new clock",
            "body": "It ran ahead of the others.",
            "container": "T",
            "team": "T",
            "state": "Done",
            "state_category": "done",
            "created_at": begun,
            "closed_at": done,
            "history": [doing, ended],
            "interactions": [{"kind": "authored", "actor": "tracker:bo", "at": begun}],
        },
    }
