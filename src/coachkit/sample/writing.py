"""Writes the sample organisation as its sources would hold it: HR files, repositories, JSON Lines; and the truth."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from coachkit.errors import SourceUnavailable
from coachkit.sample.model import ConnectionSpec, Organisation, Person, Repository, Situation, SourceRecord
from coachkit.sample.world import WEB

__all__ = ["write"]

_NOUNS = {
    "Account": "account",
    "Goal": "goal",
    "WorkItem": "work_item",
    "Interaction": "interaction",
    "Feedback": "feedback",
    "CheckIn": "check_in",
    "ActionItem": "action_item",
    "Note": "note",
}


def write(organisation: Organisation, folder: Path) -> list[ConnectionSpec]:
    """Write all files below ``folder`` and say which connections to make, in the order in which to sync them.

    ``truth.json`` lies beside them; nothing but tests and evaluations reads it.

    :raises SourceUnavailable: if git cannot be run.
    """
    folder = folder.resolve()
    (folder / "hr").mkdir(parents=True, exist_ok=True)
    _write_people(organisation, folder / "hr" / "people.csv")
    _write_teams(organisation, folder / "hr" / "teams.csv")
    specs = [
        ConnectionSpec(
            "hr", "hris-csv", {"people": str(folder / "hr" / "people.csv"), "teams": str(folder / "hr" / "teams.csv")}
        )
    ]
    specs += _write_lines(organisation, folder / "systems")
    forge = f"{WEB.format(system='forge')}/guidu"
    for repository in organisation.repositories:
        path = folder / "git" / repository.name
        _write_repository(repository, path)
        config: dict[str, Any] = {
            "path": str(path),
            "numstat": True,
            "web": f"{forge}/{repository.name}/commit/{{hash}}",
        }
        if repository.group:
            config["group"] = repository.group
        specs.append(ConnectionSpec(f"git-{repository.name}", "git", config))
    truth = {
        "today": organisation.today.isoformat(),
        "seed": organisation.seed,
        "demo_manager": organisation.demo_manager,
        "demo_report": organisation.demo_report,
        "situations": [_whole(situation) for situation in organisation.situations],
    }
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return specs


# --- people and teams ------------------------------------------------------------------------------------------------


def _write_people(organisation: Organisation, path: Path) -> None:
    numbers = {person.handle: person.employee_id for person in organisation.people}
    rows = [
        {
            "employee_id": person.employee_id,
            "name": person.name,
            "other_names": "|".join(person.other_names),
            "email": person.email,
            "title": person.title,
            "locale": person.locale,
            "team": person.team,
            "manager_id": numbers[person.manager] if person.manager else "",
            "started_on": person.started_on.isoformat(),
            "left_on": person.left_on.isoformat() if person.left_on else "",
            "accounts": "|".join(_accounts(person)),
        }
        for person in organisation.people
    ]
    _write_csv(path, rows)


def _accounts(person: Person) -> list[str]:
    if not person.vouched:
        return []
    forge = [person.forge] if person.forge_login else []
    return [*forge, person.tracker, *(f"email:{address}" for address in person.other_addresses)]


def _write_teams(organisation: Organisation, path: Path) -> None:
    rows = [
        {
            "key": team.key,
            "name": team.name,
            "other_names": "|".join(team.other_names),
            "parent": team.parent or "",
            "kind": team.kind,
        }
        for team in organisation.teams
    ]
    _write_csv(path, rows)


def _write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# --- systems ---------------------------------------------------------------------------------------------------------


def _write_lines(organisation: Organisation, folder: Path) -> list[ConnectionSpec]:
    by_connection: dict[str, list[str]] = defaultdict(list)
    for group in organisation.groups:
        by_connection[group.connection].append(_json({"group": group.key, "members": list(group.members)}))
    for record in sorted(organisation.records, key=lambda r: (r.connection, r.occurred_at, r.stream, r.native_id)):
        by_connection[record.connection].append(_json(_line(record)))
    specs = []
    for connection, lines in by_connection.items():
        path = folder / connection / "records.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        specs.append(ConnectionSpec(connection, "jsonl", {"path": str(path.parent)}))
    return sorted(specs, key=lambda spec: spec.name)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _line(record: SourceRecord) -> dict[str, Any]:
    line: dict[str, Any] = {"native_id": record.native_id, "occurred_at": _plain(record.occurred_at)}
    line["record"] = {"noun": _NOUNS[type(record.record).__name__], **_plain(record.record)}
    if record.url:
        line["url"] = record.url
    if record.audience.key != "org":
        line["audience"] = record.audience.key
    if record.sensitivity != "work":
        line["sensitivity"] = str(record.sensitivity)
    return line


@lru_cache(maxsize=32)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    """A value as JSON holds it; what is unknown or empty is left out."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        kind: type = type(value)
        found = ((name, getattr(value, name)) for name in _names(kind))
        return {name: _plain(part) for name, part in found if part is not None and part != () and part != {}}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value]


def _whole(situation: Situation) -> dict[str, Any]:
    """A situation with all of its fields, the empty ones too: whoever reads the truth should not have to guess."""
    return {name: _plain(getattr(situation, name)) for name in _names(Situation)}


# --- repositories ----------------------------------------------------------------------------------------------------

_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _git(path: Path, *arguments: str, given: bytes | None = None) -> None:
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("GIT_")}, **_ENVIRONMENT}
    try:
        subprocess.run(
            ["git", "-C", str(path), *arguments], input=given, env=environment, check=True, capture_output=True
        )
    except FileNotFoundError as error:
        raise SourceUnavailable(
            "git is not installed.", subject=str(path), hint="Install git, 2.30 or newer."
        ) from error
    except subprocess.CalledProcessError as error:
        raise SourceUnavailable(
            f"git {arguments[0]} failed: {error.stderr.decode(errors='replace').strip()}", subject=str(path)
        ) from error


def _write_repository(repository: Repository, path: Path) -> None:
    """The whole history in one ``git fast-import``; the same commits have the same hashes every time."""
    path.mkdir(parents=True, exist_ok=True)
    if not (path / ".git").is_dir():
        _git(path, "init", "--quiet", "--template=", "--initial-branch=main")
    _git(path, "fast-import", "--quiet", "--force", "--date-format=raw", given=b"".join(_stream(repository)))
    _git(path, "reset", "--quiet", "--hard", "main")


def _stream(repository: Repository) -> Iterator[bytes]:
    last = repository.commits[-1].number
    for commit in repository.commits:
        yield b"commit refs/heads/main\nmark :%d\n" % commit.number
        yield _person("author", commit.author, commit.authored_at)
        yield _person("committer", commit.committer, commit.committed_at)
        yield _data(commit.message.strip() + "\n")
        if commit.parent:
            yield b"from :%d\n" % commit.parent
        if commit.merges:
            yield b"merge :%d\n" % commit.merges
        for path, text in commit.files:
            yield f"M 100644 inline {path}\n".encode()
            yield _data(text)
        yield b"\n"
    yield b"reset refs/heads/main\nfrom :%d\n" % last


def _person(role: str, who: tuple[str, str], at: datetime) -> bytes:
    return f"{role} {who[0]} <{who[1]}> {int(at.timestamp())} +0000\n".encode()


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)
