"""Sources as they lie about in a company, made on the spot: a git history, an HR file, an export of a tracker."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["PEOPLE", "git_history", "hr_file", "tracker_export"]

PEOPLE = 40
START = 1_767_571_200  # 5 January 2026
_WORDS = ("ledger", "export", "paging", "login", "cache", "索引", "对账", "重建", "迁移", "search")
_TEAMS = ("payments", "search", "platform", "mobile")


def address(number: int) -> str:
    return f"p{number}@example.org"


def git_history(folder: Path, commits: int, *, seed: int = 1) -> Path:
    """A bare repository with merges, trailers, Chinese messages, and a commit whose dates cannot be."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True, env=_env())
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet", "--date-format=raw-permissive"],
        input=b"".join(_stream(commits, random.Random(seed))),
        check=True,
        env=_env(),
    )
    return folder


def _env() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def _stream(commits: int, chance: random.Random) -> Iterator[bytes]:
    """What ``git fast-import`` reads."""
    for number in range(1, commits + 1):
        author, committer, other = (chance.randrange(PEOPLE + 5) for _ in range(3))
        at = 9 if number == commits // 2 else START + 600 * number
        words = " ".join(chance.choices(_WORDS, k=8))
        message = f"{words}\n\nPAY-{chance.randrange(1, 300)}: {words}\n"
        if chance.random() < 0.3:
            message += f"\nReviewed-by: Person {other} <{address(other)}>\n"
        text = message.encode()
        merged = number > 20 and chance.random() < 0.1
        lines = [
            "commit refs/heads/main",
            f"mark :{number}",
            f"author Person {author} <{address(author)}> {at} +0800",
            f"committer Person {committer} <{address(committer)}> {at} +0800",
            f"data {len(text)}",
        ]
        yield "\n".join(lines).encode() + b"\n" + text
        if number > 1:
            yield f"from :{number - 1}\n".encode()
        if merged:
            yield f"merge :{number - chance.randrange(2, 19)}\n".encode()
        yield b"\n"


def hr_file(path: Path, *, leave_out: int = 0) -> Path:
    """Everybody in a tree of managers; one row that cannot be read."""
    rows = ["employee_id,name,email,title,team,manager_id,started_on"]
    for number in range(PEOPLE - leave_out):
        manager = "" if number == 0 else f"E{(number - 1) // 5}"
        team = _TEAMS[number % len(_TEAMS)]
        rows.append(f"E{number},Person {number},{address(number)},Engineer,{team},{manager},2024-01-0{1 + number % 9}")
    rows.append("E99,Nobody,,Engineer,search,E0,2024-02-31")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def tracker_export(path: Path, lines: int, *, seed: int = 2) -> Path:
    """Issues that come again changed, go and come back; every hundredth line cannot be read."""
    chance = random.Random(seed)
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            at = (moment + timedelta(minutes=number)).isoformat()
            key = f"PAY-{chance.randrange(1, lines // 3)}"
            kind = chance.randrange(100)
            if kind == 0:
                file.write('{"native_id": "PAY-0", "occurred_at": \n')
            elif kind < 5:
                gone = {"stream": "work_items", "native_id": key, "tombstone": True, "at": at}
                file.write(json.dumps(gone) + "\n")
            else:
                who = f"email:{address(chance.randrange(PEOPLE))}"
                record = {
                    "noun": "work_item",
                    "kind": "issue",
                    "key": key,
                    "title": " ".join(chance.choices(_WORDS, k=6)),
                    "state": chance.choice(("Open", "Waiting", "Done")),
                    "created_at": at,
                    "interactions": [{"kind": "reported", "actor": who, "at": at}],
                }
                whole = {"native_id": key, "occurred_at": at, "record": record}
                file.write(json.dumps(whole, ensure_ascii=False) + "\n")
    return path
