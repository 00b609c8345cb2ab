"""The pages are held to the code; here, that what holds them can fail."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def docs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("docs")


@pytest.fixture
def page(docs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A page with this text, in a repository of its own that has our Makefile."""
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"), "utf-8")
    (tmp_path / "other.md").write_text("# Other page\n\n## Was it `so`? 是的\n\n## Twice\n\n## Twice\n", "utf-8")
    monkeypatch.setattr(docs, "ROOT", tmp_path)

    def write(text: str) -> Path:
        path = tmp_path / "page.md"
        path.write_text(text, "utf-8")
        docs.anchors.cache_clear()
        return path

    return write


@pytest.mark.parametrize(
    "line",
    [
        "coachkit brief 'Maria Gomez' --lang zh --model none",
        "coachkit --data .data/demo connection add people hris-csv people=a.csv encoding=gb18030 --every 60",
        "COACHKIT_WORKER=false coachkit serve",
        ".venv/bin/coachkit sync people --dry-run   # what would change",
        "coachkit people | head -3",
        "make test",
        "pip install coachkit-made-up",
    ],
)
def test_lines_that_work_are_let_through(docs: ModuleType, page: Callable[[str], Path], line: str) -> None:
    assert list(docs.wrong_commands(page(f"```sh\n{line}\n```\n"))) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("coachkit breif Maria", "no command breif"),
        ("coachkit connection ad people", "no command connection ad"),
        ("coachkit brief Maria --colour red", "no option --colour"),
        ("coachkit --data x connection add people hris-cvs", "no connector hris-cvs"),
        ("coachkit connection add people hris-csv peeple=a.csv", "no key peeple"),
        ("cd x && coachkit nothing", "no command nothing"),
        ("make tset", "no target tset"),
    ],
)
def test_lines_that_do_not_work_are_found(docs: ModuleType, page: Callable[[str], Path], line: str, wrong: str) -> None:
    in_block = list(docs.wrong_commands(page(f"```sh\n{line}\n```\n")))
    assert len(in_block) == 1
    assert wrong in in_block[0]
    if not line.startswith("cd"):
        assert list(docs.wrong_commands(page(f"Say `{line}`.\n"))) == in_block


def test_links(docs: ModuleType, page: Callable[[str], Path]) -> None:
    to_here = "[d](https://example.org/x) [e](#here)\n\n# Here\n"
    good = f"[a](other.md) [b](other.md#was-it-so-是的) [c](other.md#twice-1) {to_here}"
    assert list(docs.broken_links(page(good))) == []
    bad = "[a](gone.md) [b](other.md#not-there) [c](#nowhere) [d](../../outside.md)\n```\n[e](in-code.md)\n```\n"
    found = list(docs.broken_links(page(bad)))
    assert [said.split()[2] for said in found] == ["gone.md", "other.md#not-there", "#nowhere", "../../outside.md"]


def test_settings(docs: ModuleType, page: Callable[[str], Path]) -> None:
    assert list(docs.unknown_settings(page("`COACHKIT_MODEL` and COACHKIT_MODLE"))) == [
        "there is no setting COACHKIT_MODLE"
    ]


def test_a_stale_page_is_found(docs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "REFERENCE", tmp_path)
    monkeypatch.setattr(docs, "PAGES", {"a.md": lambda: "# A\n", "b.md": lambda: "# B\n"})
    (tmp_path / "a.md").write_text(docs.whole("# A\n"), "utf-8")
    (tmp_path / "b.md").write_text(docs.whole("# B, once\n"), "utf-8")
    (tmp_path / "c.md").write_text("left over", "utf-8")
    found = list(docs.stale())
    assert [said.split()[0] for said in found] == ["docs/reference/b.md", "docs/reference/c.md"]
