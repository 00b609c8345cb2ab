"""The house keeps its own rules: sizes, imports, settings in one place, time passed in."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for path in [*sorted((ROOT / "src").rglob("*.py")), *sorted(ROOT.glob("plugins/*/src/**/*.py"))]
    if path.parent.name != "versions"  # migrations are written by a program
]
CORE = [path for path in SOURCES if path.is_relative_to(ROOT / "src")]
CLOCKS = ("datetime", "date", "time")
MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 60

MAY_READ_ENVIRONMENT = {"settings.py", "sdk/secrets.py", "models/embedder.py"}
"""The environment is read here and nowhere else; ``models/gateway`` and children of ours may be given one.

The embedder's engine takes the number of its threads from there alone: set while it loads, and put back.
"""

MAY_ASK_THE_CLOCK = {"bootstrap.py", "cli", "web", "api", "jobs", "sdk/clock.py"}
"""Doors, the job worker and the SDK's clock know what time it is; all other rooms are told."""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def test_modules_and_functions_can_be_read_at_a_glance() -> None:
    faults = []
    for path in SOURCES:
        lines = path.read_text("utf-8").count("\n")
        if lines > MAX_MODULE_LINES:
            faults.append(f"{_name(path)} has {lines} lines; split it by subject")
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    faults.append(f"{_name(path)}: {node.name} has {length} lines")
    assert not faults, "\n".join(faults)


def test_every_module_says_what_it_is() -> None:
    said = {_name(path): ast.get_docstring(_tree(path)) for path in SOURCES}
    assert [name for name, docstring in said.items() if not docstring or "TODO" in docstring] == []


def _calls(path: Path) -> Iterator[str]:
    """What a module of ours calls or looks up of the system's environment and clock."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call | ast.Attribute | ast.Subscript) and _root(node) in ("os", *CLOCKS):
            yield ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _root(node: ast.AST) -> str:
    """The name that a chain of calls, attributes and places begins with."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_settings_are_read_in_one_place() -> None:
    faults = [
        f"{_name(path)} reads the environment: {call}; make it a setting"
        for path in CORE
        if path.relative_to(ROOT / "src" / "coachkit").as_posix() not in MAY_READ_ENVIRONMENT
        for call in _calls(path)
        if re.match(r"os\.(getenv|environ\.get|environ\[)", call)
    ]
    assert not faults, "\n".join(faults)


def test_time_is_passed_in() -> None:
    faults = []
    for path in CORE:
        inside = path.relative_to(ROOT / "src" / "coachkit")
        if {inside.parts[0], inside.as_posix()} & MAY_ASK_THE_CLOCK:
            continue
        asks = [c for c in _calls(path) if c in ("datetime.now", "datetime.utcnow", "date.today", "time.time")]
        faults += [f"{_name(path)} asks the clock itself: {call}" for call in asks]
    assert not faults, "\n".join(faults)


def test_public_names_exist() -> None:
    for name in ("coachkit.sdk", "coachkit.errors", "coachkit.domain.work", "coachkit.domain.audience"):
        module = importlib.import_module(name)
        assert module.__all__ == sorted(set(module.__all__)), f"{name}.__all__ is not sorted"
        assert not [exported for exported in module.__all__ if not hasattr(module, exported)]


def test_error_tree_is_the_one_drawn() -> None:
    errors = importlib.import_module("coachkit.errors")
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted([*drawn, "CoachkitError"]) == sorted(errors.__all__)


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text, f"{lock.name} names an address"
        assert "--index" not in text
        assert text.count("==") <= text.count("--hash=sha256:"), f"{lock.name} has a pin without a hash"


def test_the_order_of_rooms_is_enforced(tmp_path: Path) -> None:
    """A forbidden import must break the build: the contract itself is tested, on a copy of the tree."""
    copy = tmp_path / "house"
    ignore = shutil.ignore_patterns("__pycache__", "*.po", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=ignore)
    shutil.copytree(ROOT / "plugins", copy / "plugins", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", copy)
    sneaked = copy / "src/coachkit/domain/audience.py"
    sneaked.write_text(sneaked.read_text("utf-8") + "\nimport coachkit.store.relational.schema\n", "utf-8")
    paths = [copy / "src", *copy.glob("plugins/*/src")]
    path = [str(p) for p in paths]
    code = f"import sys; sys.path[:0] = {path!r}; from importlinter import cli; cli.lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0, run.stdout
    assert "coachkit.domain.audience -> coachkit.store" in run.stdout
