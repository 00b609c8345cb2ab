"""The self-review at the command line: written with one's own eyes, and opened with nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from door_office import opened_office
from typer.testing import CliRunner, Result

from coachkit.cli.app import app as cli
from coachkit.errors import AccessDenied, NotFound

Run = Callable[..., Result]
DAY = "2026-05-20"
SECRET = "quokka"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """An office on disk, and commands on it."""
    with opened_office(tmp_path) as office:
        office.grant("hr", "hr")
        office.grant("hr", "admin")

    def called(*words: str) -> Result:
        return CliRunner().invoke(cli, ["--data", str(tmp_path), *words])

    return called


def review(run: Run, who: str = "Maria Gomez") -> dict[str, Any]:
    shown = run("self-review", "show", "--as", who, "--on", DAY, "--model", "none", "--lang", "en", "--json")
    assert shown.exit_code == 0, shown.output
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_it_is_written_and_nobody_else_opens_it(run: Run) -> None:
    period = review(run)["period"]
    assert run("self-review", "add", period, "helped", f"The {SECRET} plan", "--as", "Maria Gomez").exit_code == 0
    made = review(run)
    assert SECRET in json.dumps(made)
    draft = made["document"]["id"]
    for other in ("Ana Costa", "Ines Duarte", "Wei Li"):
        assert SECRET not in json.dumps(review(run, other))
        for words, error in (
            (("self-review", "read", "Maria Gomez", "--as", other), NotFound),
            (("draft", "self-review", "Maria Gomez", "--as", other, "--model", "none"), AccessDenied),
            (("explain", draft, "--as", other), NotFound),
            (("self-review", "withdraw", period, "--as", other), NotFound),
        ):
            refused = run(*words)
            assert isinstance(refused.exception, error), (words, refused.exception)
            assert SECRET not in refused.output + str(refused.exception)
        assert SECRET not in run("search", SECRET, "--as", other).output


def test_it_is_handed_over_read_and_taken_back(run: Run) -> None:
    made = review(run)
    sentence = next(one["data"]["id"] for answer in made["answers"] for one in answer["statements"])
    words = ("--as", "Maria Gomez", "--lang", "en")
    changed = run("self-review", "change", made["period"], sentence, "--text", f"My {SECRET}", *words)
    assert changed.exit_code == 0
    preview = run("self-review", "preview", *words, "--on", DAY, "--markdown")
    assert SECRET in preview.output
    submitted = run("self-review", "submit", *words, "--on", DAY)
    assert submitted.exit_code == 0, submitted.output
    assert "Ana Costa" in submitted.output
    read = run("self-review", "read", "Maria Gomez", "--as", "Ana Costa", "--markdown")
    assert SECRET in read.output
    assert run("self-review", "withdraw", made["period"], "--as", "Maria Gomez").exit_code == 0
    assert isinstance(run("self-review", "read", "Maria Gomez", "--as", "Ana Costa").exception, NotFound)


def test_evidence_is_listed_left_out_and_taken_in_again(run: Run) -> None:
    listed = run("self-review", "evidence", "--as", "Maria Gomez", "--on", DAY, "--json")
    shelf = json.loads(listed.stdout)
    first = next(line["id"] for line in shelf["lines"] if line["key"] == "SRCH-91")
    assert run("self-review", "exclude", shelf["period"], first, "--as", "Maria Gomez").exit_code == 0
    assert "SRCH-91" not in json.dumps(review(run)["answers"])
    assert "left out" in run("self-review", "evidence", "--as", "Maria Gomez", "--on", DAY, "--lang", "en").output
    assert run("self-review", "keep", shelf["period"], first, "--as", "Maria Gomez").exit_code == 0
    assert "SRCH-91" in json.dumps(review(run)["answers"])
