"""The jobs that are printed for teams: YAML as each forge reads it, and only commands and options that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from coachkit.cli.app import app as command


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_every_command_in_it_exists(forge: str, tmp_path: Path) -> None:
    path = tmp_path / "ci" / "job.yml"
    ran = CliRunner().invoke(command, ["eval", "ci", forge, "--out", str(path)])
    assert ran.exit_code == 0, ran.output
    text = path.read_text("utf-8")
    job = yaml.safe_load(text)
    steps = job["jobs"]["evals"]["steps"] if forge == "github" else job["evals"]["script"]
    assert len(steps) >= 3
    lines = re.findall(r"(coachkit eval [^\n#]+)", text)
    assert {line.split()[2] for line in lines} == {"run", "gate", "report"}
    for line in lines:
        found: Any = get_command(command)
        words = shlex.split(line)[1:]
        while hasattr(found, "commands"):
            found = found.commands[words.pop(0)]
        known = {name for one in found.params for name in one.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_it_is_printed_where_nobody_says_a_file() -> None:
    ran = CliRunner().invoke(command, ["eval", "ci", "gitlab"])
    assert ran.output.startswith("# Evaluations on each merge request")
    assert CliRunner().invoke(command, ["eval", "ci", "elsewhere"]).exit_code == 2
