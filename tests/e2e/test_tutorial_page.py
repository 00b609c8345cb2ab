"""The page that teaches how to write a connector is carried out, block by block, as it stands."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "write-a-connector.md"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]

_EDIT = re.compile(r"In `([^`]+)`, replace")


@dataclass(frozen=True)
class Block:
    """One block of the page. ``before``: the paragraph above it."""

    kind: str
    text: str
    before: str


def blocks() -> Iterator[Block]:
    page = PAGE.read_text("utf-8")
    last = 0
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        above = page[last : found.start()].strip().rpartition("\n\n")[2]
        yield Block(found[1], found[2], above)
        last = found.end()


def replaced(source: str, pieces: str) -> str:
    """``source`` with each top-level statement of ``pieces`` in the place of the one that has its name."""
    wanted = {_name(node): ast.get_source_segment(pieces, node) for node in ast.parse(pieces).body}
    lines, made, last = source.splitlines(keepends=True), "", 0
    for node in ast.parse(source).body:
        piece = wanted.pop(_name(node), None)
        if piece is not None:
            made += "".join(lines[last : node.lineno - 1]) + piece + "\n"
            last = node.end_lineno or 0
    assert not wanted, f"the page replaces what is not there: {wanted.keys()}"
    return made + "".join(lines[last:])


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    return str(getattr(node, "name", f"line {node.lineno}"))


class Desk:
    """A folder of somebody who follows the page, with a shell that knows a coachkit of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = folder / ".venv"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        where = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True
        )
        packages = Path(where.stdout.strip())
        # what `make setup-dev` has installed, without installing it again
        (packages / "installed.pth").write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", "utf-8"
        )
        command = environment / "bin" / "coachkit"
        command.write_text(f'#!/bin/sh\nexec "{python}" -m coachkit "$@"\n', "utf-8")
        command.chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("COACHKIT_", "PYTEST_"))},
            "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
            "COACHKIT_DATA": str(folder / "data"),
            "COACHKIT_MODEL": "none",
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, script: str) -> tuple[int, str]:
        ran = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        return ran.returncode, ran.stdout


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    desk, said = Desk(tmp_path), ""
    for block in blocks():
        if block.kind == "sh":
            code, said = desk.run(block.text)
            assert (code != 0) == ("<!-- fails -->" in block.before), f"{block.text}\n{said}"
        elif block.kind == "python":
            place = _EDIT.search(block.before)
            assert place is not None, f"nobody is told where this goes:\n{block.text[:200]}"
            path = tmp_path / place[1]
            path.write_text(replaced(path.read_text("utf-8"), block.text), "utf-8")
        elif block.kind == "":
            missing = [line for line in block.text.splitlines() if _flat(line) not in _flat(said)]
            assert not missing, f"the page promises what did not come:\n{missing}\n{said}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_blocks_are_replaced_by_name() -> None:
    source = "import x\n\nA = 1\n\n\nclass B:\n    b = 2\n\n\ndef c():\n    pass\n"
    assert replaced(source, "class B:\n    b = 3\n\nA = 7\n") == source.replace("2", "3").replace("A = 1", "A = 7")
    with pytest.raises(AssertionError, match="not there"):
        replaced(source, "D = 1")


def test_this_python_is_the_one_with_everything(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    code, said = desk.run("coachkit plugin list && python -m pytest --version")
    assert code == 0, said
    assert "jsonl" in said
    assert str(Path(sys.prefix)) not in desk.run("command -v coachkit")[1]
