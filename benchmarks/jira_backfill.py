"""A first sync of a large Jira: memory, cost of an issue, and where the time goes.

    python benchmarks/jira_backfill.py                       # 50,000 issues, some minutes on two cores
    python benchmarks/jira_backfill.py --issues 1000000      # an hour or more, and some gigabytes of disk
    python benchmarks/jira_backfill.py --store none          # the connector alone

A generated Jira Cloud answers from a process of its own: projects, accounts, issues of everyday size (a description in
Atlassian Document Format, two comments each second issue, about four changes, links). It holds nothing: every answer is
made from the number of the issue. The connector reads it over loopback into the sync engine and a database in a
temporary folder.

At each tenth of the way: resident memory of this process, and milliseconds an issue since the tenth before. At the end:
how much of the time went to the network (waiting for and receiving answers), to the database (the engine's write), and
how much to neither (parsing, mapping, the engine).

Memory grows until the database's page cache (64 MB) and the tokenizer's caches of words (262,144 entries each, about
170 MB in all) are full, and then no more: with those caches emptied on the way it stands still after some thousand
issues, and with `--store none` from the start.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from coachkit.ingest import Connection, SyncEngine
from coachkit.sdk import Checkpoint, Progress, Upsert
from coachkit.sdk.answers import Answer
from coachkit.sdk.http import HttpSource
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.syncs import SqlIngestStore
from coachkit.telemetry import configure_logging
from coachkit_jira.connector import Jira

START_MS = 1_700_000_000_000
STEP_MS = 31_000
PEOPLE = 2_000
PROJECTS = 40
PAGE = 100
_SINCE = re.compile(r"updated >= (\d+)")
_STATES = (("1", "To Do", 2, "new"), ("3", "In Progress", 4, "indeterminate"), ("6", "Done", 3, "done"))
_TEXT = "Refunds of split payments round each part on its own, so a cent is lost. 拆分支付的退款逐笔取整，会丢一分钱。"


# the generated Jira


class GeneratedJira(BaseHTTPRequestHandler):
    """Answers what the connector asks, for as many issues as it is told."""

    protocol_version = "HTTP/1.1"
    issues = 0

    def do_GET(self) -> None:
        self._answer(self.path.partition("?")[0].rpartition("/rest/")[2], {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self._answer(self.path.partition("?")[0].rpartition("/rest/")[2], json.loads(body))

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""

    def _answer(self, path: str, asked: dict[str, Any]) -> None:
        made = self._made(path, asked)
        body = json.dumps(made if made is not None else {"errorMessages": ["no"]}, ensure_ascii=False).encode()
        self.send_response(404 if made is None else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _made(self, path: str, asked: dict[str, Any]) -> Any:
        last = {"isLast": True, "startAt": 0, "maxResults": 50}
        if path == "api/3/search/jql":
            return self._search(asked)
        if path == "api/3/changelog/bulkfetch":
            logs = [
                {"issueId": one, "changeHistories": changes_of(int(one) - 10_000)} for one in asked["issueIdsOrKeys"]
            ]
            return {"issueChangeLogs": logs}
        if path == "api/3/search/approximate-count":
            return {"count": self.issues}
        if path == "api/3/users/search":
            start = int(self.path.partition("startAt=")[2].partition("&")[0] or 0)
            return [person(number) for number in range(start, min(start + 1_000, PEOPLE))]
        if path == "api/3/project/search":
            found = [project(number) for number in range(PROJECTS)]
            return {**last, "total": PROJECTS, "values": found}
        if path.endswith("/permissionscheme"):
            return {"id": 1, "permissions": [{"permission": "BROWSE_PROJECTS", "holder": {"type": "applicationRole"}}]}
        return {
            "api/3/myself": {"accountId": "reader"},
            "api/3/field": [],
            "api/3/status": [status(number) for number in range(len(_STATES))],
            "agile/1.0/board": {**last, "values": []},
        }.get(path)

    def _search(self, asked: dict[str, Any]) -> dict[str, Any]:
        since = _SINCE.search(asked["jql"])
        first = max(0, -(-(int(since[1]) - START_MS) // STEP_MS)) if since else 0
        first = int(asked.get("nextPageToken") or first)
        size = asked["maxResults"] if asked["fields"] == ["id"] else min(PAGE, asked["maxResults"])
        after = min(first + size, self.issues)
        make = (lambda number: {"id": str(10_000 + number)}) if asked["fields"] == ["id"] else issue
        body = {"issues": [make(number) for number in range(first, after)], "isLast": after >= self.issues}
        return body if after >= self.issues else {**body, "nextPageToken": str(after)}


def moment(number: int, before: int = 0) -> str:
    at = datetime.fromtimestamp((START_MS + number * STEP_MS - before * 60_000) / 1000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"


def person(number: int) -> dict[str, Any]:
    number %= PEOPLE
    avatars = {f"{size}x{size}": f"https://avatars.example.org/{number}/{size}" for size in (16, 24, 32, 48)}
    names = {"displayName": f"Person {number}", "emailAddress": f"p{number}@example.org", "avatarUrls": avatars}
    return {"accountId": f"5f{number:022d}", "accountType": "atlassian", "active": True, **names, "timeZone": "UTC"}


def project(number: int) -> dict[str, Any]:
    number %= PROJECTS
    return {"id": str(100 + number), "key": f"P{number}", "name": f"Project {number}", "projectTypeKey": "software"}


def status(number: int) -> dict[str, Any]:
    native, name, category, key = _STATES[number]
    return {"id": native, "name": name, "statusCategory": {"id": category, "key": key, "name": name}}


def document(number: int, sentences: int) -> dict[str, Any]:
    text = {"type": "text", "text": f"{_TEXT} ({number})"}
    mention = {"type": "mention", "attrs": {"id": person(number + 1)["accountId"], "text": f"@Person {number + 1}"}}
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text, mention]}] * sentences}


def issue(number: int) -> dict[str, Any]:
    state, key = number % 3, f"P{number % PROJECTS}-{number}"
    comments = [
        {
            "id": str(5_000_000 + 2 * number + place),
            "author": person(number + place + 2),
            "body": document(number, 1),
            "created": moment(number, 5 - place),
            "updated": moment(number, 5 - place),
        }
        for place in range(2 if number % 2 else 0)
    ]
    links = [
        {"type": {"inward": "is blocked by", "outward": "blocks"}, "outwardIssue": {"id": "1", "key": f"P1-{number}"}}
    ]
    fields = {
        "summary": f"Refund {number} fails for split payments",
        "description": document(number, 3),
        "status": status(state),
        "resolution": {"id": "1", "name": "Done"} if state == 2 else None,
        "resolutiondate": moment(number, 1) if state == 2 else None,
        "created": moment(number, 3_000),
        "updated": moment(number),
        "issuetype": {"id": "1", "name": "Story"},
        "project": project(number),
        "reporter": person(number),
        "creator": person(number),
        "assignee": person(number + 1),
        "labels": ["refund", "checkout"],
        "components": [{"id": "1", "name": "billing"}],
        "issuelinks": links if number % 5 == 0 else [],
        "security": None,
        "comment": {"total": len(comments), "maxResults": 20, "startAt": 0, "comments": comments},
    }
    return {"id": str(10_000 + number), "key": key, "self": f"https://jira.example.org/{number}", "fields": fields}


def changes_of(number: int) -> list[dict[str, Any]]:
    rows = [changed("assignee", None, None, person(number + 1)["accountId"], "Person")]
    rows += [changed("status", *_STATES[at][:2], *_STATES[at + 1][:2]) for at in range(number % 3)]
    rows.append(changed("description", None, _TEXT, None, 2 * _TEXT))
    base, author = START_MS + number * STEP_MS, person(number + 1)
    return [
        {"id": str(9_000_000 + 5 * number + at), "author": author, "created": base - (60 - at) * 60_000, "items": [row]}
        for at, row in enumerate(rows)
    ]


def changed(field: str, before: Any, before_text: Any, after: Any, after_text: Any) -> dict[str, Any]:
    values = {"from": before, "fromString": before_text, "to": after, "toString": after_text}
    return {"field": field, "fieldtype": "jira", "fieldId": field, **values}


def serve(issues: int, port: Any, over: Event) -> None:
    """The process of the generated Jira."""
    GeneratedJira.issues = issues
    server = ThreadingHTTPServer(("127.0.0.1", 0), GeneratedJira)
    port.value = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    over.wait()
    server.shutdown()


# measuring


class Clocks:
    """Seconds that went to the network and to the database."""

    def __init__(self) -> None:
        self.network = 0.0
        self.database = 0.0
        self.parsing = 0.0

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Time every request and every parsing of an answer."""
        asked, parsed = HttpSource._try, Answer.json

        def ask(source: HttpSource, request: Any) -> Answer:
            began, parsing = time.perf_counter(), self.parsing
            try:
                return asked(source, request)
            finally:
                self.network += time.perf_counter() - began - (self.parsing - parsing)

        def parse(answer: Answer) -> Any:
            began = time.perf_counter()
            try:
                return parsed(answer)
            finally:
                self.parsing += time.perf_counter() - began

        HttpSource._try, Answer.json = ask, parse  # type: ignore[method-assign]
        try:
            yield
        finally:
            HttpSource._try, Answer.json = asked, parsed  # type: ignore[method-assign]

    def timed(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def written(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return write(*given, **named)
            finally:
                self.database += time.perf_counter() - began

        return written


class Tenths:
    """Memory and speed on the way."""

    def __init__(self, issues: int) -> None:
        self.issues = issues
        self.rows: list[tuple[int, float, float, float]] = []
        self._began = self._last = time.perf_counter()
        self._cpu = time.process_time()

    def at(self, done: int) -> None:
        if done < (len(self.rows) + 1) * self.issues / 10:
            return
        now, cpu = time.perf_counter(), time.process_time()
        since = done - (self.rows[-1][0] if self.rows else 0)
        row = (done, resident(), (now - self._last) * 1000 / since, (cpu - self._cpu) * 1000 / since)
        self._last, self._cpu = now, cpu
        self.rows.append(row)
        print(f"{row[0]:>12,}{row[1]:>12,.0f}{row[2]:>14.2f}{row[3]:>14.2f}", flush=True)


def resident() -> float:
    """MB of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def backfill(address: str, issues: int, folder: Path, store: str) -> None:
    os.environ["JIRA_BENCH_TOKEN"] = "nobody's"
    config = {
        "base_url": address,
        "deployment": "cloud",
        "email": "reader@example.org",
        "token": "env:JIRA_BENCH_TOKEN",
    }
    connector = Jira("bench", Jira.Config.model_validate(config))
    clocks, tenths = Clocks(), Tenths(issues)
    print(f"\n{'issues':>12}{'memory MB':>12}{'ms an issue':>14}{'cpu ms':>14}", flush=True)
    began = time.perf_counter()
    with clocks.watch():
        found = read_only(connector, tenths) if store == "none" else synced(connector, folder, clocks, tenths)
    took = time.perf_counter() - began
    if found != issues:
        raise SystemExit(f"{found} of {issues} issues came in")
    rest = took - clocks.network - clocks.database
    half = [row[1] for row in tenths.rows[4:]]
    rate = f"{issues / took:,.0f} a second, {took * 1000 / issues:.2f} ms an issue"
    print(f"\n{issues:,} issues in {took:,.0f} seconds: {rate}")
    print(f"memory over the second half: {half[-1] - half[0]:+,.0f} MB")
    for name, spent in (("network", clocks.network), ("database", clocks.database), ("neither", rest)):
        print(f"{name:>10}: {spent:>10,.0f} s  {spent / took:>6.1%}  {spent * 1000 / issues:>6.2f} ms an issue")
    print(f"   of that parsing JSON: {clocks.parsing:,.0f} s", flush=True)


def read_only(connector: Jira, tenths: Tenths) -> int:
    found = 0
    for item in connector.pull({}):
        if isinstance(item, Upsert) and item.stream == "issues":
            found += 1
        elif isinstance(item, Checkpoint):
            tenths.at(found)
    connector.close()
    return found


def synced(connector: Jira, folder: Path, clocks: Clocks, tenths: Tenths) -> int:
    """Through the engine into a database; returns how many issues it says are new."""
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    migrate(database)
    SqlConnectionStore(database).save(Connection(name="bench", connector="jira", created_at=datetime.now(UTC)))
    ingest = SqlIngestStore(database)
    ingest.write = clocks.timed(ingest.write)  # type: ignore[method-assign]
    pull = connector.pull

    def watched(cursors: Any) -> Iterator[Any]:
        for item in pull(cursors):
            if isinstance(item, Progress) and item.stream == "issues":
                tenths.at(item.done)
            yield item

    connector.pull = watched  # type: ignore[method-assign]
    report = SyncEngine(ingest).run("bench", connector, clock=lambda: datetime.now(UTC))
    size = sum(path.stat().st_size for path in folder.glob("bench.db*")) / 1e6
    database.close()
    if report.error or report.total.quarantined:
        raise SystemExit(f"the sync failed: {report.error}, {report.total}")
    print(f"database: {size:,.0f} MB; {report.total.created:,} records", flush=True)
    return report.streams["issues"].created


def main() -> None:
    parser = argparse.ArgumentParser(description="Backfill of a large Jira.")
    parser.add_argument("--issues", type=int, default=50_000)
    parser.add_argument("--store", choices=["sqlite", "none"], default="sqlite")
    given = parser.parse_args()
    configure_logging("error")
    folder = Path(tempfile.mkdtemp(prefix="coachkit-bench-"))
    context = multiprocessing.get_context("spawn")
    port, over = context.Value("i", 0), context.Event()
    process = context.Process(target=serve, args=(given.issues, port, over), daemon=True)
    process.start()
    try:
        while not port.value:
            if not process.is_alive():
                raise SystemExit("the generated Jira did not start")
            time.sleep(0.05)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        backfill(f"http://127.0.0.1:{port.value}", given.issues, folder, given.store)
    finally:
        over.set()
        process.join(10)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
