"""A new plugin is written whole: it parses, is typed, and nothing that is there is overwritten."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from coachkit.errors import BadInput
from coachkit.host import write_plugin
from coachkit.host.quality import read_claims

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", ["desk", "hr-files", "x1"])
def test_a_plugin_is_written(tmp_path: Path, name: str) -> None:
    written = write_plugin(name, tmp_path)
    assert written.folder == tmp_path / f"coachkit-{name}"
    assert {str(file) for file in written.files} == {
        str(path.relative_to(written.folder)) for path in written.folder.rglob("*") if path.is_file()
    }
    project = tomllib.loads((written.folder / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["coachkit"] == {name: f"coachkit_{name.replace('-', '_')}"}
    for path in written.folder.rglob("*.py"):
        ast.parse(path.read_text("utf-8"), str(path))
    claims, problems = read_claims(written.folder)
    assert problems == []
    assert claims["contract"].status == "todo"
    left = [path for path in written.folder.rglob("*") if path.is_file() and ("{{" in path.read_text("utf-8"))]
    assert left == []


@pytest.mark.parametrize("name", ["", "Desk", "1desk", "desk_1", "desk-", "../desk", "a" * 41, "工单"])
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name"):
        write_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_no_name_is_given_twice(tmp_path: Path) -> None:
    write_plugin("desk", tmp_path)
    with pytest.raises(BadInput, match="already"):
        write_plugin("desk", tmp_path)
    with pytest.raises(BadInput, match="a connector git already"):
        write_plugin("git", tmp_path, taken=frozenset({"git"}))


@pytest.mark.slow
def test_what_is_written_is_as_tidy_as_our_own(tmp_path: Path) -> None:
    folder = write_plugin("hr-files", tmp_path).folder
    config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    for words in (["format", "--check"], ["check", "--extend-ignore", "I001,S,T20,ARG,RUF012"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *words, *config, str(folder)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    strict = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "src", "tests/test_hr_files.py"]
    path = {"MYPYPATH": f"src:tests:{ROOT / 'src'}", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(strict, cwd=folder, capture_output=True, text=True, check=False, env=path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
