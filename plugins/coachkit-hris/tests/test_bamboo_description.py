"""BambooHR's published description, held between connector and stand-in by Prism: what is asked, what is answered.

``COACHKIT_PAYLOADS`` names the folder that has the description as ``specs/bamboohr.yaml``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from bamboo_stand_in import BambooStandIn, small_company

from coachkit.sdk.testing import ReferenceSink
from coachkit_hris.bamboo_connector import HrisBamboo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PRISM = "@stoplight/prism-cli@5.16.0"
PATHS = ("/api/v1/reports/custom", "/api/v1/employees/changed", "/api/v1/employees/{id}/tables/{table}")
_REFERENCE = re.compile(r'"#/components/([^"]+)"')
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def part_of_description(whole: dict[str, Any]) -> dict[str, Any]:
    """The paths that are asked, with all that they refer to."""
    paths = {path: whole["paths"][path] for path in PATHS}
    components: dict[str, dict[str, Any]] = {}
    wanted, done = set(_REFERENCE.findall(json.dumps(paths))), set[str]()
    while wanted - done:
        reference = (wanted - done).pop()
        done.add(reference)
        kind, _, name = reference.partition("/")
        part = whole["components"][kind][name]
        components.setdefault(kind, {})[name] = part
        wanted |= set(_REFERENCE.findall(json.dumps(part)))
    components["securitySchemes"] = whole["components"]["securitySchemes"]
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = os.environ.get("COACHKIT_PAYLOADS")
    found = Path(folder or ".") / "specs" / "bamboohr.yaml"
    if folder is None or not found.is_file():
        pytest.skip("COACHKIT_PAYLOADS names no folder with specs/bamboohr.yaml")
    small = tmp_path_factory.mktemp("description") / "small.json"
    whole = yaml.load(found.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    small.write_text(json.dumps(part_of_description(whole), default=str), "utf-8")
    return small


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory, description: Path) -> Path:
    """Prism, from npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is missing: BambooHR's description is not held against the stand-in")
    folder = tmp_path_factory.mktemp("prism")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), PRISM]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return folder / "node_modules/.bin/prism"


@pytest.fixture
def through_prism(prism: Path, description: Path, tmp_path: Path) -> Iterator[tuple[BambooStandIn, str, Path]]:
    """The stand-in, the address of Prism before it, and Prism's log."""
    log = tmp_path / "prism.log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with BambooStandIn().running() as company, log.open("wb") as written:
        company.nulls = False  # the description knows text alone where the company answers null
        small_company(company)
        command = [str(prism), "proxy", str(description), company.url, "--port", str(port)]
        with subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT) as process:
            try:
                ends = time.monotonic() + 120
                while "Prism is listening" not in log.read_text("utf-8", "replace"):
                    assert process.poll() is None, log.read_text("utf-8", "replace")[-2_000:]
                    assert time.monotonic() < ends, "Prism does not start"
                    time.sleep(0.1)
                yield company, f"http://127.0.0.1:{port}", log
            finally:
                process.terminate()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], HrisBamboo]:
    monkeypatch.setenv("BAMBOO_TEST_KEY", BambooStandIn.token)
    return lambda url: HrisBamboo(
        "hr", HrisBamboo.Config.model_validate({"base_url": url, "key": "env:BAMBOO_TEST_KEY"})
    )


def test_asked_and_answered_as_described(
    connect: Callable[[str], HrisBamboo], through_prism: tuple[BambooStandIn, str, Path]
) -> None:
    company, address, log = through_prism
    sink = ReferenceSink()
    sink.run(connect(address))
    company.edit("4", jobTitle="Lead")
    sink.run(connect(address))
    assert sink.failures == {}
    assert {stream for stream, _ in sink.records} == {"people", "teams", "memberships", "reporting_lines"}
    told = _COLOURS.sub("", log.read_text("utf-8", "replace"))
    assert told.count("Forwarding") >= 8
    assert "NO_PATH_MATCHED" not in told
    wrong = sorted({line.partition("Violation: ")[2] for line in told.splitlines() if "Violation: " in line})
    assert not wrong, "\n".join(wrong)


def test_the_description_is_held_against_it(
    connect: Callable[[str], HrisBamboo], through_prism: tuple[BambooStandIn, str, Path]
) -> None:
    """Prism would have said so."""
    company, address, log = through_prism
    company.nulls = True
    ReferenceSink().run(connect(address))
    assert "Violation: " in _COLOURS.sub("", log.read_text("utf-8", "replace"))
