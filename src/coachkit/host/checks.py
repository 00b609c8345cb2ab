"""What can be seen of a plugin from its files: what it imports, and whether it comes with tests and words."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

__all__ = ["checkout_of", "findings_about", "foreign_imports"]

_OURS = re.compile(r"coachkit(\.(?!sdk(\.|$))|$)|coachkit_")
_CONTRACT = re.compile(r"\bConnectorContract\b")


def findings_about(module: ModuleType, distribution: Distribution | None) -> list[str]:
    """What is wrong with a plugin's files, each in one sentence that says what to do."""
    findings = list(foreign_imports(module))
    if distribution is None:
        return [*findings, "Its package cannot be found; install it with pip."]
    findings += _requirements(distribution)
    root = checkout_of(distribution)
    if root is not None:
        findings += _project(root)
    elif not _described(distribution):
        findings.append('It has no description; add readme = "README.md" to its pyproject.toml.')
    return findings


def foreign_imports(module: ModuleType) -> Iterator[str]:
    """Imports of ours that are not the SDK: those may change without notice."""
    own = module.__name__.partition(".")[0]
    for path in _files(module):
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except SyntaxError as error:
            yield f"{path.name}, line {error.lineno}: cannot be parsed."
            continue
        for node in ast.walk(tree):
            for name in _imported(node):
                foreign = name.partition(".")[0] != own
                if foreign and _OURS.match(name):
                    where = f"{path.name}, line {getattr(node, 'lineno', 0)}"
                    yield f"{where}: imports {name}; a plugin imports coachkit.sdk and nothing else of ours."


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if node.module == "coachkit":
            return [f"coachkit.{alias.name}" for alias in node.names]
        return [node.module]
    return []


def _files(module: ModuleType) -> list[Path]:
    folders = [Path(folder) for folder in getattr(module, "__path__", ())]
    if folders:
        return sorted(path for folder in folders for path in folder.rglob("*.py"))
    return [Path(module.__file__)] if module.__file__ else []


def _requirements(distribution: Distribution) -> Iterator[str]:
    names = {re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower() for requirement in distribution.requires or ()}
    if "coachkit" not in names:
        yield 'It does not say that it needs coachkit; add "coachkit" to its dependencies.'


def checkout_of(distribution: Distribution) -> Path | None:
    """Folder of the project, if it is installed from one in a way that leaves the files there."""
    try:
        source = json.loads(distribution.read_text("direct_url.json") or "{}")
    except ValueError:
        return None
    url = urlsplit(source.get("url", ""))
    if url.scheme != "file" or not source.get("dir_info", {}).get("editable"):
        return None
    root = Path(unquote(url.path))
    return root if root.is_dir() else None


def _project(root: Path) -> Iterator[str]:
    if not (root / "README.md").is_file():
        yield "It has no README.md; say what it reads, what it needs and what it cannot tell."
    tests = [path for path in (root / "tests").rglob("*.py") if _CONTRACT.search(path.read_text("utf-8", "replace"))]
    if not tests:
        yield "No test subclasses coachkit.sdk.testing.ConnectorContract; do, and give its fixtures."


def _described(distribution: Distribution) -> bool:
    head, _, text = (distribution.read_text("METADATA") or "").partition("\n\n")
    return bool(text.strip()) or "\nDescription:" in head
