"""``coachkit verify``: verdicts, exit codes, and errors that say which item and which field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coachkit.cli.app import app
from coachkit.errors import BadInput

TRUE = {"statement": "Maria reviewed PAY-17.", "citations": ["a"], "evidence": {"a": "Maria Gomez reviewed PAY-17."}}
FALSE = {**TRUE, "statement": "Tom reviewed PAY-17."}


def run(tmp_path: Path, value: object, *options: str) -> tuple[int, str]:
    file = tmp_path / "statements.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    found = CliRunner().invoke(app, ["verify", str(file), *options])
    if isinstance(found.exception, BadInput):
        raise found.exception
    return found.exit_code, found.output


def test_a_verdict_with_reasons_for_each(tmp_path: Path) -> None:
    code, output = run(tmp_path, [TRUE, FALSE])
    assert code == 0
    assert "1  holds  Maria" in output
    assert "2  does not hold  Tom" in output
    assert "- names: names Tom" in output
    code, output = run(tmp_path, [TRUE, FALSE], "--json", "--fail")
    assert code == 1
    assert [(one["item"], one["holds"]) for one in json.loads(output)] == [(1, True), (2, False)]
    assert run(tmp_path, [TRUE], "--fail")[0] == 0


def test_lines_of_json_and_chinese(tmp_path: Path) -> None:
    code, output = run(tmp_path, "\n".join(json.dumps(one) for one in (TRUE, FALSE)), "--lang", "zh")
    assert code == 0
    assert "2 条中 1 条与证据一致" in output


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("{", "statements.json"),
        ("3", "the file"),
        ([3], "item 1"),
        ([TRUE, {"citations": [1], "evidence": []}], "item 2"),
        ([{"statement": "x"}], "item 1"),
        ([{"statement": "x", "citations": [[]], "evidence": []}], "item 1"),
        ([{"statement": "x", "citations": [1], "evidence": [3]}], "item 1, field “evidence”[1]"),
        ([{"statement": "x", "citations": [1], "evidence": 3}], "item 1, field “evidence”"),
        ({"sections": 3}, "the file"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, value: object, where: str) -> None:
    with pytest.raises(BadInput) as error:
        run(tmp_path, value)
    assert error.value.exit_code == 2
    assert where in error.value.subject
    assert error.value.hint
