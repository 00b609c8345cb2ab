"""GitHub's published description, held between connector and stand-in by Prism: what is asked and what is answered."""

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
from github_stand_in import GitHubStandIn
from github_state import GitHubState, small_world

from coachkit.sdk.testing import ReferenceSink
from coachkit_github import GitHub, graphql

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PACKAGES = ("@octokit/graphql-schema@15.26.1", "@stoplight/prism-cli@5.16.0", "@octokit/openapi@23.0.2")
DESCRIPTION = "node_modules/@octokit/openapi/generated/api.github.com.json"
_REPO = "/repos/{owner}/{repo}"
PATHS = re.compile(
    re.escape(_REPO)
    + r"(/(issues|pulls)(/comments(/\{comment_id\})?|/\{\w+\}(/timeline|/reviews)?)?"
    + r"|/comments(/\{comment_id\})?|/commits|/compare/\{basehead\}|/collaborators)?"
    + r"|/orgs/\{org\}/(repos|teams|members|teams/\{team_slug\}(/members|/repos)?)|/users/\{username\}"
)
_REFERENCE = re.compile(r'"#/components/([^"]+)"')
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prism and the description, from npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        if os.environ.get("CI"):
            pytest.fail("npm is missing; CI needs it for this test")
        pytest.skip("npm is missing: GitHub's description is not held against the stand-in")
    folder = tmp_path_factory.mktemp("prism")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return folder


def part_of_description(whole: dict[str, Any]) -> dict[str, Any]:
    """The paths that are asked, with all that they refer to: the whole takes Prism minutes."""
    paths = {path: value for path, value in whole["paths"].items() if PATHS.fullmatch(path)}
    graphql = {
        "requestBody": {"content": {"application/json": {"schema": {}}}},
        "responses": {"200": {"description": ""}},
    }
    paths["/graphql"] = {"post": graphql}
    components: dict[str, dict[str, Any]] = {}
    wanted, done = set(_REFERENCE.findall(json.dumps(paths))), set[str]()
    while wanted - done:
        reference = (wanted - done).pop()
        done.add(reference)
        kind, _, name = reference.partition("/")
        part = whole["components"][kind][name]
        components.setdefault(kind, {})[name] = part
        wanted |= set(_REFERENCE.findall(json.dumps(part)))
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


QUESTIONS = [value for name, value in vars(graphql).items() if name.isupper() and not name.startswith("_")]
_VALIDATE = """
import { validate } from "@octokit/graphql-schema";
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.flatMap((one) => validate(one).map((error) => error.message))));
"""


def test_graphql_knows_what_it_is_asked(packages: Path) -> None:
    asked = [one for value in QUESTIONS for one in ([value] if isinstance(value, str) else value)]
    assert len(asked) == 8
    (packages / "validate.mjs").write_text(_VALIDATE, "utf-8")
    asked.append("query { nobody }")
    command = ["node", "validate.mjs"]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, cwd=packages)
    assert done.returncode == 0, done.stderr[-2_000:]
    wrong = json.loads(done.stdout)
    assert [message.partition(" on type")[0] for message in wrong] == ['Cannot query field "nobody"'], wrong


@pytest.fixture
def through_prism(packages: Path, tmp_path: Path) -> Iterator[tuple[GitHubStandIn, str, Path]]:
    """The stand-in, the address of Prism before it, and Prism's log."""
    small, log = tmp_path / "small.json", tmp_path / "prism.log"
    small.write_text(json.dumps(part_of_description(json.loads((packages / DESCRIPTION).read_text("utf-8")))), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with GitHubStandIn(GitHubState(f"http://127.0.0.1:{port}")).running() as source, log.open("wb") as written:
        source.shown_url = source.state.url
        source.tags = False  # Prism makes an error of 304, which the description leaves out for some lists
        small_world(source.state)
        prism = packages / "node_modules/.bin/prism"
        command = [str(prism), "proxy", str(small), source.url, "--port", str(port)]
        with subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT) as process:
            try:
                ends = time.monotonic() + 120
                while "Prism is listening" not in log.read_text("utf-8", "replace"):
                    assert process.poll() is None, log.read_text("utf-8", "replace")[-2_000:]
                    assert time.monotonic() < ends, "Prism does not start"
                    time.sleep(0.1)
                yield source, source.state.url, log
            finally:
                process.terminate()


def test_asked_and_answered_as_described(
    connect: Callable[..., GitHub], through_prism: tuple[GitHubStandIn, str, Path]
) -> None:
    source, address, log = through_prism
    sink = ReferenceSink()
    for _ in range(2):
        sink.run(connect(base_url=address))
    source.state.commit(source.state.repos[min(source.state.repos)], "tom", "One more")
    sink.run(connect(base_url=address))
    assert sink.failures == {}
    assert {stream for stream, _ in sink.records} >= {
        "pull_requests",
        "reviews",
        "review_comments",
        "issues",
        "commits",
    }
    told = _COLOURS.sub("", log.read_text("utf-8", "replace"))
    assert told.count("Forwarding") > 40
    assert "NO_PATH_MATCHED" not in told
    wrong = sorted({line.partition("Violation: ")[2] for line in told.splitlines() if "Violation: " in line})
    assert not wrong, "\n".join(wrong)


def test_the_description_is_held_against_it(
    connect: Callable[..., GitHub], through_prism: tuple[GitHubStandIn, str, Path]
) -> None:
    """Prism would have said so."""
    source, address, log = through_prism
    source.unknown_values = True
    ReferenceSink().run(connect(base_url=address))
    assert "Violation: " in _COLOURS.sub("", log.read_text("utf-8", "replace"))
