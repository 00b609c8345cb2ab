"""The command line from a user's side: connect, sync, look, brief; and what it says when something is wrong."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from coachkit.cli import app as cli
from coachkit.cli.app import main

DAY = "2026-05-11T09:00:00+00:00"


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Coachkit:
    """Runs commands on one data folder, through the same ``main`` as a shell does."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def __call__(self, *words: str) -> Answer:
        self._monkeypatch.setattr("sys.argv", ["coachkit", "--data", str(self.data), *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else int(bool(code)), out, err)


@pytest.fixture
def coachkit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Coachkit:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACHKIT_MODEL", "none")
    return Coachkit(tmp_path / "data", monkeypatch, capsys)


def git(folder: Path, *words: str) -> None:
    author = ["-c", "user.name=Maria Gomez", "-c", "user.email=maria@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "service"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for number, subject in enumerate(["Add a retry budget to the indexer", "Page the ledger export"]):
        (folder / f"file{number}.py").write_text(subject, "utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", f"{subject}\n\nReviewed-by: Wei Li <wei@example.org>")
    return folder


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    lines: list[dict[str, Any]] = [
        {"noun": "person_profile", "identity": "hris:1", "name": "Ana Costa", "emails": ["ana@example.org"]},
        {"noun": "person_profile", "identity": "hris:2", "name": "Maria Gomez", "emails": ["maria@example.org"]},
        {"noun": "person_profile", "identity": "hris:3", "name": "Wei Li", "emails": ["wei@example.org"]},
        {"noun": "reporting_line", "person": "hris:2", "manager": "hris:1"},
        {"noun": "reporting_line", "person": "hris:3", "manager": "hris:1"},
    ]
    path = tmp_path / "people.jsonl"
    rows = [
        json.dumps({"native_id": str(number), "occurred_at": DAY, "record": line}) for number, line in enumerate(lines)
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.fixture
def connected(coachkit: Coachkit, repository: Path, roster: Path) -> Coachkit:
    assert coachkit("connection", "add", "people", "jsonl", f"path={roster}").code == 0
    assert coachkit("connection", "add", "code", "git", f"path={repository}").code == 0
    assert coachkit("sync").code == 0
    return coachkit


def test_from_sources_to_a_cited_brief(connected: Coachkit, repository: Path) -> None:
    brief = connected("brief", "Maria Gomez", "--json").json
    cited = {source["id"]: source for source in brief["sources"]}
    numbers = {number for s in brief["sections"] for one in s["statements"] for number in one["citations"]}
    assert numbers == set(range(1, len(cited) + 1))
    assert "Page the ledger export" in {source["title"] for source in cited.values()}
    opened = connected("evidence", *cited, "--as", "Ana Costa", "--json").json
    hashes = subprocess.run(
        ["git", "log", "--format=%H"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.split()
    assert all(any(commit.startswith(record["key"]) for commit in hashes) for record in opened)


def test_a_second_sync_writes_nothing(connected: Coachkit) -> None:
    reports = connected("sync", "--json").json
    assert {report["connection"] for report in reports} == {"code", "people"}
    for report in reports:
        assert all(counts["created"] == counts["changed"] == 0 for counts in report["streams"].values())


def test_a_dry_run_shows_the_difference_and_changes_nothing(connected: Coachkit, roster: Path) -> None:
    roster.write_text(roster.read_text("utf-8").replace("Wei Li", "Wei Li-Costa"), "utf-8")
    dry = connected("sync", "people", "--dry-run")
    assert "Wei Li-Costa" in dry.out
    assert "Wei Li-Costa" not in connected("people").out
    connected("sync", "people")
    assert "Wei Li-Costa" in connected("people").out


def test_only_the_manager_may_open_a_brief(connected: Coachkit) -> None:
    refused = connected("brief", "Maria Gomez", "--as", "Wei Li")
    assert refused.code == 77
    assert refused.out == ""
    assert "this brief is open to" in refused.err


def test_a_document_can_be_explained_and_verified(connected: Coachkit, tmp_path: Path) -> None:
    draft = connected("draft", "brief", "Maria Gomez", "--json").json
    records = {record["id"] for record in draft["evidence"]}
    assert all(set(one["citations"]) <= records and one["checks"] for one in draft["statements"])
    why = connected("explain", draft["id"], "--json").json
    assert {one["id"] for one in why["sentences"]} == {one["id"] for one in draft["statements"]}
    one = next(one for one in why["sentences"] if one["evidence"])
    shown = connected("explain", draft["id"], "--statement", one["id"]).out
    assert one["fact"]["kind"] in shown
    assert one["evidence"][0]["id"] in shown
    assert connected("explain", draft["id"], "--statement", "f0").code == 4
    assert connected("explain", draft["id"], "--as", "Wei Li").code == 4
    path = tmp_path / "draft.json"
    assert connected("draft", "agenda", "Maria Gomez", "--lang", "zh", "--json", "--out", str(path)).code == 0
    assert len(connected("verify", str(path), "--json").json) == len(json.loads(path.read_text("utf-8"))["statements"])


def test_a_kind_of_document_that_there_is_not(connected: Coachkit) -> None:
    refused = connected("draft", "horoscope", "Maria Gomez")
    assert refused.code == 2
    assert "brief, agenda" in refused.err


def test_both_languages(connected: Coachkit) -> None:
    assert "## 来源" in connected("brief", "Maria Gomez", "--lang", "zh", "--markdown").out
    assert "## Sources" in connected("brief", "Maria Gomez", "--lang", "en", "--markdown").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("brief", "Nobody Here"), 4, "nobody here is called"),
        (("connection", "add", "code", "gti", "path=."), 4, "git"),
        (("connection", "add", "code", "git", "path"), 2, "key=value"),
        (("connection", "add", "code", "git", "path=[*]"), 2, "no list"),
        (("connection", "add", "code", "git", "paht=."), 78, "paht"),
        (("connection", "add", "code", "git", "path=."), 78, "repository"),
        (("connection", "check", "nothing"), 4, "nothing"),
        (("sync",), 4, "nothing is connected"),
        (("plugin", "check", "nothing"), 4, "nothing"),
        (("brief", "x", "--since", "yesterday"), 4, "x"),
    ],
)
def test_what_goes_wrong_says_what_to_do(coachkit: Coachkit, words: tuple[str, ...], code: int, said: str) -> None:
    answer = coachkit(*words)
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert answer.code == code
    as_json = json.loads(coachkit(*words, "--json").err.splitlines()[-1])
    assert as_json["message"]


def test_an_ambiguous_name_lists_what_tells_people_apart(connected: Coachkit, roster: Path) -> None:
    twin = {"noun": "person_profile", "identity": "hris:9", "name": "Wei Li", "emails": ["wei.li@example.org"]}
    with roster.open("a", encoding="utf-8") as out:
        out.write(json.dumps({"native_id": "9", "occurred_at": DAY, "record": twin}) + "\n")
    connected("sync", "people")
    answer = connected("brief", "Wei Li")
    assert answer.code == 2
    assert "wei@example.org" in answer.err
    assert "wei.li@example.org" in answer.err


def _commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        inner = _commands(command, (*path, name)) if hasattr(command, "commands") else [(*path, name)]
        found += inner
    return found


SPEAK_NO_JSON = {("serve",), ("worker",), ("eval", "label")}
"""They run until they are stopped, or ask a person one key at a time and keep each answer in a file of its own."""


def test_every_command_teaches_and_speaks_json() -> None:
    """Each says what it does and shows a line; that options and connectors in it exist is held by ``tools/docs.py``."""
    import typer

    silent = set()
    for path in _commands(typer.main.get_command(cli)):
        shown = CliRunner().invoke(cli, [*path, "--help"])
        silent |= {path} if "--json" not in shown.output else set()
        assert shown.exit_code == 0, path
        described = [line for line in shown.output.splitlines() if line.strip() and "Usage" not in line]
        assert len(described[0].strip()) > 15, f"{' '.join(path)} says too little about itself"
        assert "Example:" in shown.output, f"{' '.join(path)} shows no example"
        assert f"coachkit {' '.join(path)}" in " ".join(shown.output.split()) or path == ("demo",), path
    assert silent <= SPEAK_NO_JSON, f"no --json: {silent - SPEAK_NO_JSON}"


def test_what_goes_wrong_is_said_in_chinese_too(coachkit: Coachkit) -> None:
    answer = coachkit("brief", "Nobody Here", "--lang", "zh")
    assert answer.code == 4
    assert "这里没有叫“Nobody Here”的人。" in answer.err
    assert not re.search("[a-z]{4}", answer.err.replace("Nobody Here", "")), "nor is the hint in English"


def test_identities_tokens_and_grants_by_script(connected: Coachkit) -> None:
    made = connected("token", "make", "Ana Costa", "--label", "report", "--json").json
    assert made["token"].startswith("ck-token-")
    listed = connected("token", "list", "Ana Costa", "--json").json
    assert [one["label"] for one in listed] == ["report"]
    assert connected("token", "revoke", "Ana Costa", listed[0]["id"], "--json").json["revoked"] == listed[0]["id"]
    assert connected("token", "list", "Ana Costa", "--json").json == []
    granted = connected("grant", "add", "Wei Li", "hr", "subject:hris:2", "--reason", "asked", "--json").json
    assert (granted["role"], granted["scope_key"]) == ("hr", "subject:hris:2")
    assert connected("brief", "Maria Gomez", "--as", "Wei Li", "--json").code == 0
    connected("grant", "remove", "Wei Li", "hr", "subject:hris:2", "--reason", "over", "--json")
    assert connected("brief", "Maria Gomez", "--as", "Wei Li").code == 77
    assert connected("stop", "--json").json == {"stopped": None}
    decided = connected("identity", "nobody", "email:wei@example.org", "--json")
    assert decided.json["verdict"] == "nobody"
    assert "不属于任何人" in connected("identity", "history", "--lang", "zh").out
    assert "已撤销" in connected("identity", "undo", decided.json["id"], "--lang", "zh").out
    assert connected("identity", "undo", decided.json["id"]).code != 0
    assert "没有" in connected("search", "zzqx", "--as", "Ana Costa", "--lang", "zh").out


def test_control_codes_of_a_source_never_reach_the_terminal(connected: Coachkit, repository: Path) -> None:
    (repository / "bell.py").write_text("x", "utf-8")
    git(repository, "add", ".")
    git(
        repository, "commit", "-q", "-m", "Ring \x1b[31mthe bell\x07\n\nAnd \x1b]0;title\x07 more [bold]not bold[/bold]"
    )
    connected("sync", "code")
    found = connected("search", "Ring the bell", "--as", "Ana Costa")
    record = next(line.split()[2] for line in found.out.splitlines() if "Ring" in line)
    shown = connected("evidence", record, "--as", "Ana Costa")
    assert "[bold]not bold[/bold]" in shown.out
    for text in (found.out, shown.out):
        assert "\x1b" not in text
        assert "\x07" not in text
