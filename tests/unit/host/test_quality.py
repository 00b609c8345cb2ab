"""What plugins claim of themselves is looked at; a tier is reached by what holds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from pydantic import Field

from coachkit.host import PluginHost
from coachkit.host.evidence import evidence_of
from coachkit.host.quality import RULES, Claim, Quality, State, Tier, read_claims
from coachkit.sdk import (
    Capability,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Item,
    SecretRef,
    Stream,
)

ROOT = Path(__file__).resolve().parents[3]
NAMES = [rule.name for rule in RULES]
DONE = {name: Claim("done") for name in NAMES}
CLEAN: dict[str, list[str] | None] = {name: [] for name in NAMES}


def test_every_rule_done_and_seen_is_gold() -> None:
    quality = Quality.of(DONE, [], CLEAN)
    assert (quality.tier, quality.broken, list(quality.next_steps)) == (Tier.GOLD, False, [])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_one_rule_less_ends_the_climb_below_its_tier(rule: Any) -> None:
    below = {Tier.BRONZE: None, Tier.SILVER: Tier.BRONZE, Tier.GOLD: Tier.SILVER}[rule.tier]
    todo = Quality.of({**DONE, rule.name: Claim("todo")}, [], CLEAN)
    assert (todo.tier, todo.broken, [one.rule for one in todo.next_steps]) == (below, False, [rule.name])
    untrue = Quality.of(DONE, [], {**CLEAN, rule.name: ["it is not so"]})
    assert (untrue.tier, untrue.broken) == (below, True)
    unseen = Quality.of(DONE, [], {**CLEAN, rule.name: None})
    assert (unseen.tier, unseen.broken) == (Tier.GOLD, False)
    assert State.CLAIMED in {one.state for one in unseen.results}


def test_an_exemption_counts_and_shows_its_reason() -> None:
    quality = Quality.of({**DONE, "events": Claim("exempt", "a file")}, [], {**CLEAN, "events": ["no WEBHOOK"]})
    assert quality.tier is Tier.GOLD
    (exempt,) = [one for one in quality.results if one.state is State.EXEMPT]
    assert exempt.findings == ("a file",)


def _write(root: Path, rules: object) -> None:
    (root / "quality.yaml").write_text(yaml.safe_dump({"rules": rules}), "utf-8")


def test_claims_are_read(tmp_path: Path) -> None:
    rules: dict[str, object] = {**dict.fromkeys(NAMES, "done"), "peer": "todo", "events": {"exempt": " a file "}}
    _write(tmp_path, rules)
    claims, problems = read_claims(tmp_path)
    assert problems == []
    assert (claims["peer"], claims["events"], claims["loads"]) == (
        Claim("todo"),
        Claim("exempt", "a file"),
        Claim("done"),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lods": "done"}, "there is no rule 'lods'"),
        ({"events": "no"}, "events is 'no'; say done, todo"),
        ({"events": {"exempt": ""}}, "events is {'exempt': ''}; say done"),
        ({"events": {"exempt": ["x"]}}, "events is"),
        ({"contract": {"exempt": "no time"}}, "nobody is exempt from contract"),
        ({"peer": None}, "peer is None"),
    ],
)
def test_claims_that_cannot_be_are_named(tmp_path: Path, change: Mapping[str, object], said: str) -> None:
    _write(tmp_path, {**dict.fromkeys(NAMES, "done"), **change})
    claims, (problem,) = read_claims(tmp_path)
    assert said in problem
    quality = Quality.of(claims, [problem], CLEAN)
    assert (quality.tier, quality.broken) == (None, True)


@pytest.mark.parametrize("text", ["", "rules: []", "[", "other: 1", b"\xff\xfe"])
def test_a_file_that_is_no_claim_is_named(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "quality.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert "quality.yaml" in read_claims(tmp_path)[1][0]


def test_a_missing_file_and_a_missing_rule_are_named(tmp_path: Path) -> None:
    assert "no quality.yaml" in read_claims(tmp_path)[1][0]
    _write(tmp_path, {name: "done" for name in NAMES if name != "peer"})
    assert "says nothing of peer" in read_claims(tmp_path)[1][0]


class Loose(Configuration):
    api_token: str = Field("", description="Its key.")
    token_file: str | None = Field(None, description="Another.")
    secret: SecretRef | None = Field(None, description="By reference.")
    pages: int = Field(1, description="No secret.")


class Careless(Connector):
    name = "careless"
    title = ("Careless", "Careless")
    streams: ClassVar[tuple[Stream, ...]] = (Stream(name="things", title=("Things", "Thinge")),)
    Config = Loose

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        return iter(())


class Careful(Careless):
    name = "careful"
    streams = (
        Stream(
            name="things", title=("Things", "事物"), cannot_tell=("Who.", "谁。"), scopes=("read",), events=("thing",)
        ),
    )
    Config = Configuration
    capabilities = frozenset(Capability)

    def sweep(self, stream: str) -> Iterator[str]:
        return iter(())

    def verify(self, delivery: Any) -> Any:
        return None

    def handle(self, event: Any) -> Iterator[Item]:
        return iter(())

    def listen(self) -> Iterator[Any]:
        return iter(())

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        return iter(())


def seen(root: Path, *connectors: type[Connector], tests: bool = False, **more: Any) -> dict[str, Any]:
    options = {"load_error": "", "import_findings": (), **more}
    return evidence_of(root, connectors, tests=tests, **options)


def test_what_is_lacking_is_seen(tmp_path: Path) -> None:
    found = seen(tmp_path, Careless, import_findings=["imports coachkit.store"])
    against = {name for name, findings in found.items() if findings}
    assert against == set(NAMES) - {"loads", "contract", "peer"}
    assert [line.split()[1] for line in found["secrets-by-reference"]] == ["api_token", "token_file"]
    assert (found["contract"], found["peer"]) == (None, None)


def test_what_is_there_is_seen(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/stand_in.py").write_text("class Mine(testing.StandIn): ...\ndef make_sized_connector(): ...\n")
    (tmp_path / "README.md").write_text(
        "# Careful\n\nReads things. " + "It needs a token that may read. " * 10, "utf-8"
    )
    found = seen(tmp_path, Careful)
    assert {name: findings for name, findings in found.items() if findings} == {}


def test_what_did_not_load_is_said_and_nothing_else_breaks(tmp_path: Path) -> None:
    found = seen(tmp_path, load_error="cannot be imported.")
    assert found["loads"] == found["both-languages"] == ["cannot be imported."]


CONTRACT = """
    import pytest

    class ConnectorContract:  # stands for the suite, which takes its time
        def test_rule(self): ...

    class Middle(ConnectorContract): ...
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tests", "connectors", "said"),
    [
        ("class TestOne(Middle): ...\nclass TestTwo(Middle): ...", 2, []),
        (
            "class TestOne(ConnectorContract): ...",
            2,
            ["2 connectors, and the contract suite for 1: tests.test_it.TestOne"],
        ),
        (
            "class TestOne(ConnectorContract):\n    def test_next(self): pytest.fail('Next: do it')",
            1,
            ["TestOne::test_next: Failed: Next: do it"],
        ),
        ("class TestOne(ConnectorContract):\n    def test_rule(self): pytest.skip('none')", 1, ["no test ran"]),
        ("import nothing_there\nclass TestOne(ConnectorContract): ...", 1, ["::tests.test_it", "1 connectors, and"]),
    ],
)
def test_tests_are_run_and_must_hold(tmp_path: Path, tests: str, connectors: int, said: list[str]) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_it.py").write_text(textwrap.dedent(CONTRACT) + tests, "utf-8")
    found = seen(tmp_path, *[Careful] * connectors, tests=True)["contract"]
    assert len(found) == len(said), found
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True)), found


def test_no_contract_suite_is_seen_without_running_anything(tmp_path: Path) -> None:
    (found,) = seen(tmp_path, Careful, tests=True)["contract"]
    assert "no test subclasses" in found


@pytest.mark.parametrize("path", sorted(ROOT.glob("plugins/*/quality.yaml")), ids=lambda path: path.parent.name)
def test_what_our_own_plugins_claim_is_so(path: Path) -> None:
    quality = PluginHost.load().quality(path.parent.name.removeprefix("coachkit-"), tests=False)
    assert quality is not None, "it is not installed from its folder"
    assert quality.problems == ()
    assert [one for one in quality.results if one.state is State.BROKEN] == []
    assert quality.tier is not None
