"""The git connector on real repositories: the contract, who did what, rewritten and shallow histories, odd commits."""

from __future__ import annotations

import contextlib
import importlib.metadata
import itertools
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from coachkit.sdk import (
    Account,
    Audience,
    Checkpoint,
    Connector,
    Failure,
    Link,
    Progress,
    SourceError,
    Tombstone,
    Upsert,
    WorkItem,
)
from coachkit.sdk.testing import ConnectorContract, ReferenceSink
from coachkit_git import Git, connectors
from coachkit_git import commits as commits_module
from coachkit_git import connector as connector_module
from coachkit_git.connector import GitConfig

NOON = 1_746_100_800
WEI = "Wei Li <wei@example.org>"
TOM = "Tom Becker <tom@example.org>"


def _open(repo: Any, **more: Any) -> Git:
    return Git("code", GitConfig(path=repo.path if hasattr(repo, "path") else repo, **more))


def _read(repo: Any, **more: Any) -> ReferenceSink:
    sink = ReferenceSink()
    sink.run(_open(repo, **more))
    return sink


def _record(sink: ReferenceSink, name: str) -> WorkItem:
    record = sink.records["commits", name].record
    assert isinstance(record, WorkItem)
    return record


def _acts(sink: ReferenceSink, name: str) -> list[tuple[str, str, str | None]]:
    return [(str(part.kind), part.actor, part.target) for part in _record(sink, name).interactions]


def _commits(sink: ReferenceSink) -> set[str]:
    return {native_id for stream, native_id in sink.records if stream == "commits"}


def _import(path: Path, count: int) -> Path:
    """A repository of ``count`` commits by 40 people with a side branch now and then, through git fast-import."""
    if path.exists():
        return path
    path.mkdir(parents=True)
    lines: list[str] = []
    side = 0
    for number in range(1, count + 1):
        at = NOON + number * 60
        message = f"Change {number}\n\nWords about it.\n\nReviewed-by: R{number % 7} <r{number % 7}@example.org>\n"
        lines += [
            "commit refs/heads/main" if number % 10 != 5 else "commit refs/heads/side",
            f"mark :{number}",
            f"author P{number % 40} <p{number % 40}@example.org> {at} +0000",
            f"committer C <c@example.org> {at} +0000",
            f"data {len(message)}\n{message}",
        ]
        if number > 1:
            lines.append(f"from :{number - 1 if number % 10 != 6 else number - 2}")
        if number % 10 == 5:
            side = number
        if number % 10 == 8 and side:
            lines.append(f"merge :{side}")
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    stream = "\n".join([*lines, "done\n"]).encode()
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet", "--done", "--force"], input=stream, check=True)
    subprocess.run(["git", "-C", str(path), "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    return path


@pytest.fixture
def history(repo: Any) -> Any:
    """Two people, a mailmap, a merged branch, a review."""
    mailmap = "Ana Costa <ana@example.org> <ana@laptop.local>\n"
    repo.commit("Begin", files={"a.txt": "1", ".mailmap": mailmap})
    repo.commit("Second\n\nReviewed-by: Wei Li <wei@example.org>", "Ana <ana@laptop.local>", files={"src/b.py": "1"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Topic", TOM, files={"c.txt": "1"})
    repo.git("checkout", "-q", "main")
    repo.commit("Main goes on", files={"a.txt": "2"})
    repo.merge("topic")
    repo.commit("After", TOM)
    return repo


class TestContract(ConnectorContract):
    sizes = (1_000, 4_000)

    @pytest.fixture(autouse=True)
    def _small_steps(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commits_module, "AUTHORS_REMEMBERED", 200)
        if "make_sized_connector" not in request.fixturenames:
            monkeypatch.setattr(connector_module, "CHECKPOINT_EVERY", 2)

    @pytest.fixture
    def make_connector(self, history: Any) -> Callable[[], Connector]:
        return lambda: _open(history)

    @pytest.fixture
    def change_source(self, history: Any) -> Callable[[], object]:
        return lambda: history.commit("New\n\nTested-by: Kim <kim@example.org>", WEI)

    @pytest.fixture
    def remove_from_source(self, history: Any) -> Callable[[], tuple[str, str]]:
        def remove() -> tuple[str, str]:
            gone = history.head()
            history.git("reset", "-q", "--hard", "HEAD~1")
            return "commits", gone

        return remove

    @pytest.fixture
    def spoil_source(self, history: Any) -> Callable[[], object]:
        return lambda: history.raw("author A <a@b.c> 0 +0000\ncommitter A <a@b.c> 99999999999999999999 +0000\n\nx\n")

    @pytest.fixture
    def make_sized_connector(self, tmp_path: Path) -> Callable[[int], Connector]:
        return lambda size: _open(_import(tmp_path / f"{size}.git", size))


class TestContractWithFolders(TestContract):
    @pytest.fixture
    def make_connector(self, history: Any) -> Callable[[], Connector]:
        return lambda: _open(history, numstat=True, all_branches=True, group="payments")

    @pytest.fixture
    def make_sized_connector(self, tmp_path: Path) -> Callable[[int], Connector]:
        return lambda size: _open(_import(tmp_path / f"{size}.git", size // 2), numstat=True)


def test_entry_point_names_the_connector() -> None:
    (entry,) = [e for e in importlib.metadata.entry_points(group="coachkit") if e.name == "git"]
    assert entry.load().connectors() == connectors() == [Git]


# one commit


def test_commit_is_a_work_item(repo: Any) -> None:
    body = "Retries had no limit.\n\nCloses #12, see PAY-17."
    name = repo.commit(f"Add a retry budget\n\n{body}\n", files={"src/x.py": "1"})
    upsert = _read(repo, name="org/ledger").records["commits", name]
    at = datetime.fromtimestamp(NOON + 3600, UTC)
    assert (upsert.occurred_at, upsert.url, upsert.audience) == (at, f"git:{repo.path}#{name}", Audience.org())
    record = upsert.record
    assert isinstance(record, WorkItem)
    assert (record.key, record.title, record.body) == (name[:12], "Add a retry budget", body)
    assert (record.container, record.created_at, record.closed_at) == ("org/ledger", at, at)
    assert (record.areas, record.size) == ((), None)
    assert record.links == (Link(rel="fixes", target="org/ledger#12"), Link(rel="relates", target="PAY-17"))
    assert _acts(_read(repo), name) == [("authored", "email:ana@example.org", None)]


def test_web_address_group_and_folders(repo: Any) -> None:
    name = repo.commit("x", files={"a/b/c/d/e.py": "1", "a/b/c/f.py": "1", "top": "1", "数据/表.csv": "1"})
    upsert = _read(repo, web="https://code.example.org/commit/{hash}", group="payments", numstat=True).records[
        "commits", name
    ]
    assert upsert.url == f"https://code.example.org/commit/{name}"
    assert upsert.audience == Audience.group("payments")
    assert isinstance(upsert.record, WorkItem)
    assert upsert.record.areas == (".", "a/b/c", "数据")
    assert upsert.record.size == 4


def test_committer_hands_on_the_authors_change(repo: Any) -> None:
    name = repo.commit("x", TOM, WEI)
    assert _acts(_read(repo), name) == [
        ("authored", "email:tom@example.org", None),
        ("committed", "email:wei@example.org", "email:tom@example.org"),
    ]


def test_trailers(repo: Any) -> None:
    message = """Subject

Words with Reviewed-by: nobody <in@the.middle> of a line.

Reported-by: Kim <kim@example.org>
Suggested-by: Lea <lea@example.org>
Co-authored-by: "Tom Becker" <tom@example.org>
Reviewed-By: Wei Li <WEI@example.org> # twice
Reviewed-by: Wei Li <wei@example.org>
Acked-by: 99+octo <99+octo@users.noreply.github.com>
Tested-by: bare@example.org
Reviewed-by: no address
Signed-off-by: Ana Costa <ana@example.org>
Signed-off-by: Tom Becker <tom@example.org>
Signed-off-by: Max <max@example.org>
"""
    ana = "email:ana@example.org"
    name = repo.commit(message)
    assert _acts(_read(repo), name) == [
        ("authored", ana, None),
        ("reported", "email:kim@example.org", ana),
        ("commented", "email:lea@example.org", ana),
        ("co_authored", "email:tom@example.org", ana),
        ("reviewed", "email:wei@example.org", ana),
        ("approved", "github:octo", ana),
        ("tested", "email:bare@example.org", ana),
        ("committed", "email:max@example.org", ana),
    ]


def test_reviewing_ones_own_change_is_no_review(repo: Any) -> None:
    name = repo.commit("x\n\nReviewed-by: Ana Costa <ana@example.org>")
    assert _acts(_read(repo), name) == [("authored", "email:ana@example.org", None)]


@pytest.mark.parametrize(
    ("subject", "body", "links"),
    [
        ("Page the export (#482)", "", [("relates", "r#482")]),
        ("Merge pull request #7 from a/b", "", [("relates", "r#7")]),
        ("x", "Fixes: #1 and #2", [("fixes", "r#1"), ("fixes", "r#2")]),
        ("x", "resolves org/other#3", [("fixes", "org/other#3")]),
        ("x", "PAY-17, SRCH-91", [("relates", "PAY-17"), ("relates", "SRCH-91")]),
        ("PAY-17: x", "Closes PAY-17", [("fixes", "PAY-17")]),
        ("x", "#1 first point\n#2 second point", []),
        ("x", "UTF-8, SHA-256, CVE-2024-1, ISO-8859-1, a/B-2, PAY-17.1, x-PAY-3, P-1", []),
        ("x", 'This reverts commit 0123456789abcdef0123456789abcdef01234567.', [("reverts", "0123456789ab")]),
        ("x", 'Fixes: 0123456789abcd ("y")', [("fixes", "0123456789ab")]),
    ],
)  # fmt: skip
def test_references(repo: Any, subject: str, body: str, links: list[tuple[str, str]]) -> None:
    name = repo.commit(f"{subject}\n\n{body}")
    assert [(link.rel, link.target) for link in _record(_read(repo, name="r"), name).links] == links


def test_named_issue_keys_count_alone(repo: Any) -> None:
    name = repo.commit("UTF-8 for PAY-17 and SRCH-91")
    assert [link.target for link in _record(_read(repo, issue_keys=("UTF", "PAY")), name).links] == ["UTF-8", "PAY-17"]


def test_merge_is_by_who_merged_for_who_wrote(history: Any) -> None:
    merge = history.git("rev-parse", "HEAD~1")
    assert _acts(_read(history), merge) == [("merged", "email:wei@example.org", "email:tom@example.org")]


def test_merge_on_a_hosts_pages_is_by_its_author(repo: Any) -> None:
    repo.commit("Begin")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Topic", TOM)
    repo.git("checkout", "-q", "main")
    merge = repo.merge("topic", committer="GitHub <noreply@github.com>")
    squash = repo.commit("Squashed (#3)", TOM, "GitHub <noreply@github.com>")
    sink = _read(repo)
    assert _acts(sink, merge) == [("merged", "email:wei@example.org", "email:tom@example.org")]
    assert _acts(sink, squash) == [("authored", "email:tom@example.org", None)]


def test_octopus_merge_thanks_every_branch_and_own_branch_nobody(repo: Any) -> None:
    repo.commit("Begin")
    for branch, author in (("one", TOM), ("two", "Ana Costa <ana@example.org>"), ("three", WEI)):
        repo.git("checkout", "-q", "-b", branch, "main")
        repo.commit(branch, author)
    repo.git("checkout", "-q", "main")
    env = repo.who(WEI, None, None)
    repo.git("merge", "-q", "--no-ff", "-m", "All", "one", "two", "three", **env)
    wei = "email:wei@example.org"
    assert _acts(_read(repo), repo.head()) == [
        ("merged", wei, "email:tom@example.org"),
        ("merged", wei, "email:ana@example.org"),
    ]
    repo.git("checkout", "-q", "-b", "own")
    repo.commit("own", WEI)
    repo.git("checkout", "-q", "main")
    own = repo.merge("own")
    assert _acts(_read(repo), own) == [("merged", wei, None)]


def test_author_of_a_branch_read_long_ago_is_asked_of_git(repo: Any) -> None:
    repo.commit("Begin")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Topic", TOM)
    sink = _read(repo, all_branches=True)
    repo.git("checkout", "-q", "main")
    merge = repo.merge("topic")
    sink.run(_open(repo, all_branches=True))
    assert _acts(sink, merge) == [("merged", "email:wei@example.org", "email:tom@example.org")]


# people


def _accounts(sink: ReferenceSink) -> dict[str, Account]:
    found = {}
    for (stream, native_id), upsert in sink.records.items():
        if stream == "accounts":
            assert isinstance(upsert.record, Account)
            found[native_id] = upsert.record
    return found


def test_mailmap_is_applied_and_the_raw_address_kept_as_the_same(history: Any) -> None:
    sink = _read(history)
    second = history.git("rev-list", "--grep=Second", "HEAD")
    assert _acts(sink, second)[0] == ("authored", "email:ana@example.org", None)
    accounts = _accounts(sink)
    assert accounts["email:ana@example.org"].name == "Ana Costa"
    raw = accounts["email:ana@laptop.local"]
    assert (raw.same_as, raw.name) == (("email:ana@example.org",), "Ana")


def test_changed_mailmap_reads_everything_again(history: Any) -> None:
    sink = _read(history)
    history.commit("Map Tom", files={".mailmap": "Tom Becker <tb@example.org> <tom@example.org>\n"})
    sink.run(_open(history))
    assert sink.state()["records"] | {} == _read(history).records | _accounts_left(sink)
    topic = history.git("rev-list", "--grep=^Topic", "HEAD")
    assert _acts(sink, topic) == [("authored", "email:tb@example.org", None)]


def _accounts_left(sink: ReferenceSink) -> dict[tuple[str, str], Upsert]:
    """Accounts stay known when a mailmap no longer speaks of them."""
    return {key: upsert for key, upsert in sink.records.items() if key[0] == "accounts"}


def test_address_shared_by_several_people_is_nobodys_alias(repo: Any) -> None:
    mailmap = "Ana Costa <ana@example.org> ana <root@build>\nWei Li <wei@example.org> wei <root@build>\n"
    repo.commit("Begin", files={".mailmap": mailmap})
    one, two = repo.commit("x", "ana <root@build>"), repo.commit("y", "Wei <root@build>")
    sink = _read(repo)
    assert _acts(sink, one) == [("authored", "email:ana@example.org", None)]
    assert _acts(sink, two) == [("authored", "email:wei@example.org", None)]
    assert "email:root@build" not in _accounts(sink)


def test_newest_name_stays_in_whatever_order_it_is_read(repo: Any) -> None:
    repo.commit("x", "Ana Silva <ana@example.org>", at=NOON + 90_000)
    repo.commit("y", "Ana Costa <ana@example.org>", at=NOON)
    repo.commit("z\n\nReviewed-by: A. <ana@example.org>", TOM, at=NOON + 95_000)
    assert _accounts(_read(repo))["email:ana@example.org"].name == "Ana Silva"


def test_bots(repo: Any) -> None:
    repo.commit("a", "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")
    repo.commit("b", "Prow Robot <prow@example.org>")
    repo.commit("c", "Ana Botha <botha@example.org>", "GitHub <noreply@github.com>")
    accounts = _accounts(_read(repo, bots=("*robot",)))
    assert {key for key, account in accounts.items() if account.bot} == {
        "github:dependabot[bot]",
        "email:prow@example.org",
        "email:noreply@github.com",
    }
    assert not accounts["email:botha@example.org"].bot


# odd commits


BOTH = "author {0}\ncommitter {0}\n"


def test_one_bad_date_is_replaced_by_the_other(repo: Any) -> None:
    repo.commit("Begin")
    early = repo.raw(f"author A <a@b.c> 0 +0000\ncommitter B <b@b.c> {NOON} +9999\n\nx\n")
    late = repo.raw(f"author A <a@b.c> {NOON} +0000\ncommitter A <a@b.c> 7258118400 +0000\n\nx\n")
    sink = _read(repo)
    assert (
        _record(sink, early).created_at
        == sink.records["commits", early].occurred_at
        == datetime.fromtimestamp(NOON, UTC)
    )
    assert _record(sink, late).closed_at == datetime.fromtimestamp(NOON, UTC)


@pytest.mark.parametrize("stamp", ["0 +0000", "7258118400 +0000", "99999999999999999999 +0000", "-5 +0000", "soon"])
def test_impossible_dates_put_the_commit_aside_and_the_rest_is_read(repo: Any, stamp: str) -> None:
    repo.commit("Begin")
    bad = repo.raw(BOTH.format(f"A <a@b.c> {stamp}") + "\nx\n")
    good = repo.commit("Goes on")
    sink = _read(repo)
    assert "date" in sink.failures["commits", bad]
    assert good in _commits(sink)


def test_commit_of_tomorrow_is_read_the_day_after(repo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_three_days = int(time.time()) + 3 * 86_400
    name = repo.commit("x", at=in_three_days)
    sink = _read(repo)
    assert list(sink.failures) == [("commits", name)]
    monkeypatch.setattr(Git, "now", lambda self: in_three_days + 1.0)
    sink.run(_open(repo))
    assert not sink.failures
    assert name in _commits(sink)
    assert sink.state() == _read(repo).state()


@pytest.mark.parametrize(
    ("header", "acts"),
    [
        (f"author A <> {NOON} +0000\ncommitter A <> {NOON} +0000", [("authored", "git:A", None)]),
        (f"author <a@b.c> {NOON} +0000\ncommitter <a@b.c> {NOON} +0000", [("authored", "email:a@b.c", None)]),
        (f"author  <> {NOON} +0000\ncommitter B <b@b.c> {NOON} +0000", [("committed", "email:b@b.c", None)]),
        (
            f"author A <a b@b.c > {NOON} +0000\ncommitter A <a b@b.c> {NOON} +0000",
            [("authored", "email:a b@b.c", None)],
        ),
    ],
)
def test_odd_names_and_addresses(repo: Any, header: str, acts: list[object]) -> None:
    repo.commit("Begin")
    name = repo.raw(f"{header}\n\nx\n")
    assert _acts(_read(repo), name) == acts


def test_odd_messages(repo: Any) -> None:
    repo.commit("Begin")
    header = BOTH.format(f"A <a@b.c> {NOON} +0000")
    latin = repo.raw(f"{header}encoding ISO-8859-1\n\n".encode() + b"D\xe9j\xe0 vu\n")
    broken = repo.raw(f"{header}\n".encode() + b"raw \xff\xfe bytes\x1e\x1fand\tmore\n")
    empty = repo.raw(f"{header}\n")
    long = repo.raw(f"{header}\n{'word ' * 10_000}\n")
    sink = _read(repo, numstat=True)
    assert _record(sink, latin).title == "Déjà vu"
    assert _record(sink, broken).title == "raw \ufffd\ufffd bytes\x1e\x1fand\tmore"
    assert _record(sink, empty).title == "(no message)"
    assert len(_record(sink, long).title) == 300
    assert len(_record(sink, long).body or "") == 20_000


# histories


def test_rewritten_history_tombstones_what_is_gone(history: Any) -> None:
    sink = _read(history)
    gone = history.head()
    history.git("reset", "-q", "--hard", "HEAD~1")
    again = history.commit("After, reworded", TOM)
    items = list(_open(history).pull(sink.cursors))
    assert [item.native_id for item in items if isinstance(item, Tombstone)] == [gone]
    assert [i.native_id for i in items if isinstance(i, Upsert) and i.stream == "commits"] == [again]
    sink.run(_open(history))
    assert _commits(sink) == _commits(_read(history))


def test_deleted_branch_goes_with_its_own_commits_only(history: Any) -> None:
    history.git("checkout", "-q", "-b", "side", "HEAD~1")
    side = history.commit("Only here")
    history.git("checkout", "-q", "main")
    sink = _read(history, all_branches=True)
    assert side in _commits(sink)
    history.git("branch", "-q", "-D", "side")
    sink.run(_open(history, all_branches=True))
    assert _commits(sink) == _commits(_read(history))


def test_rewritten_in_the_middle_of_a_first_read(history: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector_module, "CHECKPOINT_EVERY", 2)
    total = len(list(_open(history).pull({})))
    for stop in range(1, total):
        sink = ReferenceSink()
        sink.run(_open(history), stop_after=stop)
        kept = history.head()
        history.git("reset", "-q", "--hard", "HEAD~3")
        history.commit("Instead")
        sink.run(_open(history))
        assert _commits(sink) == _commits(_read(history)), stop
        history.git("reset", "-q", "--hard", kept)


def test_objects_that_are_gone_for_good_are_swept(history: Any) -> None:
    sink = _read(history)
    before = _commits(sink)
    history.git("reset", "-q", "--hard", "HEAD~1")
    history.commit("Instead")
    history.git("reflog", "expire", "--expire=now", "--all")
    history.git("branch", "-q", "-D", "topic")
    history.git("gc", "-q", "--prune=now")
    sink.run(_open(history))
    assert len(before - _commits(sink)) == 1
    assert _commits(sink) == _commits(_read(history))


def test_sweep_is_asked_for_only_where_it_is_needed(history: Any) -> None:
    sink = _read(history)
    connector = _open(history)
    for _ in connector.pull(sink.cursors):
        pass
    assert connector.sweep("commits") is None


def test_shallow_clone_is_read_and_completed_later(history: Any, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=2", f"file://{history.path}", str(clone)], check=True)
    report = _open(clone).check()
    assert report.ok
    assert "shallow" in report.findings[0]
    sink = _read(clone, name="r", web="w{hash}")
    assert len(_commits(sink)) == 2
    history.commit("Later")
    subprocess.run(["git", "-C", str(clone), "fetch", "-q", "--depth=1"], check=True)
    subprocess.run(["git", "-C", str(clone), "reset", "-q", "--hard", "origin/main"], check=True)
    sink.run(_open(clone, name="r", web="w{hash}"))
    assert len(_commits(sink)) == 3, "what lies behind the cut was read before, and is not gone"
    subprocess.run(["git", "-C", str(clone), "fetch", "-q", "--unshallow"], check=True)
    sink.run(_open(clone, name="r", web="w{hash}"))
    assert sink.records == _read(history, name="r", web="w{hash}").records


def test_resumed_read_does_not_read_again(tmp_path: Path) -> None:
    path = _import(tmp_path / "r.git", 5_000)
    items = list(_open(path).pull({}))
    first = next(item for item in items if isinstance(item, Checkpoint))
    rest = [i for i in _open(path).pull({"commits": first.cursor}) if isinstance(i, Upsert) and i.stream == "commits"]
    assert len(rest) == 3_000
    progress = [item for item in items if isinstance(item, Progress)]
    assert [(p.done, p.total) for p in progress] == [(2_000, 5_000), (4_000, 5_000), (5_000, 5_000)]


def test_order_that_changed_is_noticed(tmp_path: Path) -> None:
    path = _import(tmp_path / "r.git", 5_000)
    first = next(item for item in _open(path).pull({}) if isinstance(item, Checkpoint))
    other = type(first.cursor)(version=1, state={**first.cursor.state, "last": "0" * 40})
    commits = [i for i in _open(path).pull({"commits": other}) if isinstance(i, Upsert) and i.stream == "commits"]
    assert len(commits) == 5_000


def test_parents_come_before_children(tmp_path: Path) -> None:
    path = _import(tmp_path / "r.git", 500)
    place = {
        item.native_id: number
        for number, item in enumerate(_open(path).pull({}))
        if isinstance(item, Upsert) and item.stream == "commits"
    }
    listed = subprocess.run(["git", "-C", str(path), "rev-list", "--parents", "HEAD"], capture_output=True, check=True)
    for line in listed.stdout.decode().splitlines():
        child, *parents = line.split()
        assert all(place[parent] < place[child] for parent in parents)


def test_leaving_in_the_middle_ends_git(tmp_path: Path) -> None:
    path = _import(tmp_path / "r.git", 9_000)
    items = _open(path).pull({})
    for _ in itertools.islice(items, 10):
        pass
    read = _gits(path)
    assert read
    items.close()  # type: ignore[attr-defined]  # a generator, as the contract demands
    assert not any(one.is_running() for one in read)
    assert not _gits(path)


def _gits(path: Path) -> list[psutil.Process]:
    """Our processes that read this repository: the worker that runs this test may have others, of other tests."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if str(path) in child.cmdline():
                found.append(child)
    return found


# what cannot be read


def test_no_repository(tmp_path: Path) -> None:
    report = _open(tmp_path).check()
    assert not report.ok
    assert "is not a git repository. Check `path`" in report.findings[0]
    with pytest.raises(SourceError, match="there is no folder"):
        list(_open(tmp_path / "nowhere").pull({}))


def test_no_commits(repo: Any) -> None:
    with pytest.raises(SourceError, match="has no commits yet"):
        list(_open(repo).pull({}))


def test_unknown_ref(repo: Any) -> None:
    repo.commit("x")
    for ref in ("nosuch", "--all", "-x"):
        with pytest.raises(SourceError, match="no commit called"):
            list(_open(repo, ref=ref).pull({}))


def test_no_git(repo: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repo.commit("x")
    monkeypatch.setenv("PATH", str(tmp_path))
    report = _open(repo).check()
    assert not report.ok
    assert "git was not found. Install git" in report.findings[0]


def test_git_that_dies_is_an_error_not_an_end(history: Any) -> None:
    (objects,) = (history.path / ".git" / "objects").rglob(history.git("rev-parse", "HEAD~3")[2:])
    objects.chmod(0o600)
    objects.write_bytes(b"broken")
    with pytest.raises(SourceError, match=r"git could not read .* Try: git fsck"):
        list(_open(history).pull({}))


def test_environment_of_git_hooks_does_not_point_elsewhere(history: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    assert _open(history).check().ok


def test_failure_can_be_refetched_only_if_it_is_a_commit(history: Any) -> None:
    failures = [Failure(stream="commits", native_id=n, reason="?") for n in ("-x", "zz", "0" * 40, history.head())]
    items = [item for item in _open(history).refetch(failures) if item.stream == "commits"]  # type: ignore[union-attr]
    assert [item.native_id for item in items] == [history.head()]  # type: ignore[union-attr]
