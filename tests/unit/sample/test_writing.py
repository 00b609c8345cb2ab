"""The files: the same bytes for the same seed, and readable by the real connectors."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from coachkit.domain.work import WorkItem, WorkItemKind
from coachkit.sample import ConnectionSpec, Organisation, simulate, write


@pytest.fixture(scope="module")
def written(organisation: Organisation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ConnectionSpec]]:
    folder = tmp_path_factory.mktemp("sample")
    return folder, write(organisation, folder)


def git(path: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, text=True, check=True).stdout


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def heads(folder: Path) -> dict[str, str]:
    return {path.name: git(path, "rev-parse", "HEAD") for path in sorted((folder / "git").iterdir())}


def test_same_seed_gives_the_same_bytes_and_commits(
    written: tuple[Path, list[ConnectionSpec]], organisation: Organisation, tmp_path: Path
) -> None:
    again = simulate(organisation.seed, today=organisation.today)
    assert again is not organisation
    write(again, tmp_path)
    assert files(tmp_path) == files(written[0])
    assert heads(tmp_path) == heads(written[0])


@pytest.mark.slow
def test_another_seed_gives_other_histories_and_writing_over_them_replaces_them(
    written: tuple[Path, list[ConnectionSpec]], organisation: Organisation, tmp_path: Path
) -> None:
    write(simulate(8, today=organisation.today), tmp_path)
    ours, others = heads(written[0]), heads(tmp_path)
    assert ours.keys() == others.keys()
    assert not [name for name in ours if ours[name] == others[name]]
    write(organisation, tmp_path)
    assert heads(tmp_path) == ours
    assert all(git(path, "status", "--porcelain") == "" for path in (tmp_path / "git").iterdir())


def test_repositories_are_whole(written: tuple[Path, list[ConnectionSpec]], organisation: Organisation) -> None:
    for repository in organisation.repositories:
        path = written[0] / "git" / repository.name
        git(path, "fsck", "--strict")
        assert int(git(path, "rev-list", "--count", "HEAD")) == len(repository.commits)
    merges = git(written[0] / "git" / "payments-ledger", "rev-list", "--merges", "--count", "HEAD")
    assert int(merges) > 20
    log = git(written[0] / "git" / "search-service", "log", "--format=%an <%ae>%n%b")
    assert "users.noreply.github.com" in log
    assert "Reviewed-by:" in log
    mapped = git(written[0] / "git" / "search-service", "log", "--use-mailmap", "--format=%aE")
    assert "hemail.example" not in mapped


def test_every_line_is_read_by_its_connector(written: tuple[Path, list[ConnectionSpec]]) -> None:
    from coachkit.sdk import Connector, Failure, Upsert
    from coachkit_git.connector import Git
    from coachkit_hris.csv_connector import HrisCsv
    from coachkit_jsonl.connector import JsonLines

    known: dict[str, type[Connector]] = {"git": Git, "hris-csv": HrisCsv, "jsonl": JsonLines}
    for spec in written[1]:
        connector_class = known[spec.connector]
        connector = connector_class(spec.name, connector_class.Config(**spec.config))
        assert connector.check().ok
        items = list(connector.pull({}))
        assert not [item for item in items if isinstance(item, Failure)]
        assert sum(isinstance(item, Upsert) for item in items) > 20


def test_truth_is_plain_json(written: tuple[Path, list[ConnectionSpec]], organisation: Organisation) -> None:
    truth = json.loads((written[0] / "truth.json").read_text("utf-8"))
    assert truth["demo_manager"] == organisation.demo_manager
    assert [situation["id"] for situation in truth["situations"]] == [s.id for s in organisation.situations]
    assert {frozenset(situation) for situation in truth["situations"]} == {frozenset(truth["situations"][0])}


def test_no_connection_reads_the_truth(written: tuple[Path, list[ConnectionSpec]]) -> None:
    for spec in written[1]:
        assert not list(Path(str(spec.config.get("path", spec.config.get("people")))).rglob("truth.json"))


def test_the_company_is_as_large_as_it_says(organisation: Organisation) -> None:
    kinds = Counter(made.record.kind for made in organisation.records if isinstance(made.record, WorkItem))
    assert 55 <= len([person for person in organisation.people if not person.left_on]) <= 65
    assert len({person.team for person in organisation.people}) == 9
    assert 800 <= kinds[WorkItemKind.ISSUE] <= 1200
    assert 1100 <= kinds[WorkItemKind.CHANGE_REQUEST] <= 1800
    assert 100 <= kinds[WorkItemKind.DOCUMENT] <= 200
    assert 450 <= kinds[WorkItemKind.MEETING] <= 750
    assert 1500 <= sum(len(repository.commits) for repository in organisation.repositories) <= 4000
