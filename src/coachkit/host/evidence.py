"""What can be seen of the rules of a plugin, in its classes, its files and by running its tests."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from coachkit.sdk import Capability, SecretRef
from coachkit.sdk.connector import Connector
from coachkit.sdk.rules import broken_rules

__all__ = ["evidence_of"]

TEST_SECONDS = 1_200
_SECRET = re.compile(r"(^|_)(token|secret|password|passwd|api_key|private_key|credential)(s?)($|_)")
_LEAST_WORDS = 40

Findings = list[str]


def evidence_of(
    root: Path,
    connectors: Sequence[type[Connector]],
    *,
    load_error: str,
    import_findings: Sequence[str],
    tests: bool,
) -> dict[str, Findings | None]:
    """By rule, what was found against it: nothing, if it holds; ``None``, if it cannot be seen.

    :param load_error: why the plugin was left out, if it was.
    :param import_findings: imports of ours beside the SDK.
    :param tests: run the plugin's tests.
    """
    broken = [finding for connector in connectors for finding in broken_rules(connector)]
    tongues = [finding for finding in broken if "English" in finding or "Chinese" in finding]
    sources = _Sources(root / "tests")
    return {
        "loads": [load_error] if load_error else [finding for finding in broken if finding not in tongues],
        "sdk-only": list(import_findings),
        "both-languages": tongues if connectors else [load_error],
        "readme": _readme(root, connectors),
        "secrets-by-reference": [finding for connector in connectors for finding in _secrets(connector)],
        "contract": _contract(root, sources, len(connectors)) if tests else None,
        "incremental": _lack(connectors, Capability.POLL),
        "deletions": _lack(connectors, Capability.SWEEP, Capability.WEBHOOK),
        "scopes": [finding for connector in connectors for finding in _scopes(connector)],
        "cannot-tell": [finding for connector in connectors for finding in _cannot_tell(connector)],
        "stand-in": [] if sources.subclasses("StandIn") else ["no class of the tests derives from StandIn"],
        "recorded": [finding for connector in connectors for finding in _recorded(connector)],
        "events": _lack(connectors, Capability.WEBHOOK, Capability.LISTEN),
        "access": _lack(connectors, Capability.ACCESS),
        "bounded": [] if sources.defines("make_sized_connector") else ["no test gives make_sized_connector"],
        "peer": None,
    }


def _readme(root: Path, connectors: Sequence[type[Connector]]) -> Findings:
    path = root / "README.md"
    if not path.is_file():
        return ["there is no README.md"]
    text = path.read_text("utf-8", "replace")
    missing = [stream.name for connector in connectors for stream in connector.streams if stream.name not in text]
    found = [f"it does not name the streams {', '.join(missing)}"] if missing else []
    if len(text.split()) < _LEAST_WORDS:
        found.append("it says too little: what it reads, what it needs, what it cannot tell")
    return found


def _secrets(connector: type[Connector]) -> Iterator[str]:
    for name, field in connector.Config.model_fields.items():
        plain = not _mentions(field.annotation, SecretRef)
        if plain and _mentions(field.annotation, str) and _SECRET.search(name):
            yield f"{connector.name}: {name} sounds like a secret; make it a SecretRef"


def _mentions(annotation: object, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(part, wanted) for part in getattr(annotation, "__args__", ()))


def _lack(connectors: Sequence[type[Connector]], *either: Capability) -> Findings:
    words = " or ".join(capability.name for capability in either)
    return [f"{c.name}: its capabilities do not say {words}" for c in connectors if not set(either) & c.capabilities]


def _scopes(connector: type[Connector]) -> Iterator[str]:
    if any(_mentions(field.annotation, SecretRef) for field in connector.Config.model_fields.values()):
        yield from (f"{connector.name}: {s.name} declares no scopes" for s in connector.streams if not s.scopes)


def _cannot_tell(connector: type[Connector]) -> Iterator[str]:
    if all(stream.cannot_tell is None for stream in connector.streams):
        yield f"{connector.name}: none of its streams says what it cannot tell"


def _recorded(connector: type[Connector]) -> Iterator[str]:
    if connector.recorded is Connector.recorded:
        yield f"{connector.name}: recorded is not written"
        return
    try:
        connector.for_recordings().close()
    except Exception as error:
        yield f"{connector.name}: for_recordings fails with {type(error).__name__}"


class _Sources:
    """The plugin's test files, parsed."""

    def __init__(self, folder: Path) -> None:
        self.trees: list[ast.Module] = []
        for path in sorted(folder.rglob("*.py")):
            try:
                self.trees.append(ast.parse(path.read_bytes(), str(path)))
            except SyntaxError:
                continue  # pytest will say so

    def subclasses(self, base: str) -> list[str]:
        """Names of classes that derive from ``base``, one from another too."""
        found: dict[str, set[str]] = {}
        for tree in self.trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    found[node.name] = {ast.unparse(one).rpartition(".")[2] for one in node.bases}
        derived, before = {base}, 0
        while len(derived) > before:
            before = len(derived)
            derived |= {name for name, bases in found.items() if bases & derived}
        return sorted(derived - {base})

    def defines(self, function: str) -> bool:
        return any(
            isinstance(node, ast.FunctionDef) and node.name == function
            for tree in self.trees
            for node in ast.walk(tree)
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """What pytest said: test classes, by module and name, with how many of their tests passed; and what failed."""

    passed: Mapping[str, int]
    failed: Sequence[str]
    end: str


def _contract(root: Path, sources: _Sources, connectors: int) -> Findings:
    """Run the plugin's tests; the contract suite must be among them, once for each connector, and pass."""
    classes = sources.subclasses("ConnectorContract")
    if not classes:
        return ["no test subclasses coachkit.sdk.testing.ConnectorContract; do, and give its fixtures"]
    if importlib.util.find_spec("pytest") is None:
        return ["the tests cannot be run: pytest is not installed; pip install pytest, or say --no-tests"]
    run = _run_tests(root)
    if run is None:
        return [f"the tests did not end within {TEST_SECONDS // 60} minutes"]
    found = [*run.failed[:10], *([f"… and {len(run.failed) - 10} more"] if len(run.failed) > 10 else [])]
    held = sorted(name for name in run.passed if name.rpartition(".")[2] in classes)
    if not run.passed and not run.failed:
        found.append(f"no test ran: {run.end}")
    elif len(held) < connectors:
        found.append(f"{connectors} connectors, and the contract suite for {len(held)}: {', '.join(held) or 'none'}")
    return found


def _run_tests(root: Path) -> _Run | None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", str(root / "tests"), "-q", "--tb=no", "-p", "no:cacheprovider"]
        try:
            ended = subprocess.run(
                [*command, f"--junitxml={report}"], cwd=root, capture_output=True, text=True, timeout=TEST_SECONDS
            )
        except subprocess.TimeoutExpired:
            return None
        said = (ended.stdout + ended.stderr).strip().splitlines()
        passed: dict[str, int] = {}
        failed: list[str] = []
        cases = ET.parse(report).iter("testcase") if report.is_file() else ()  # noqa: S314 - pytest wrote it just now
        for case in cases:
            of, name = case.get("classname", ""), case.get("name", "")
            wrong = next((part for kind in ("failure", "error") if (part := case.find(kind)) is not None), None)
            if wrong is not None:
                failed.append(
                    f"{of.rpartition('.')[2]}::{name}: {_first_line(wrong.get('message') or wrong.text or '')}"
                )
            elif case.find("skipped") is None:
                passed[of] = passed.get(of, 0) + 1
        return _Run(passed, failed, said[-1] if said else "pytest said nothing")


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "failed"
