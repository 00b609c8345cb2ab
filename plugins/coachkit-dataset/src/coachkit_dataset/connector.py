"""The connector: table by table, each from where it was left; a change of the files reads all of them again."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from coachkit.sdk import (
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    CursorState,
    Failure,
    Item,
    Progress,
    SourceError,
    Stream,
    Upsert,
)
from coachkit_dataset import events, goals, organisation
from coachkit_dataset.tables import COLUMNS, Tables

__all__ = ["Dataset", "DatasetConfig"]

CHECKPOINT_EVERY = 2_000
SWEEPS_AFTER_READING = 2
"""So many syncs after a reading compare what is stored with the tables: the first may be cut off."""

_SHAPE = "4"
"""Raised when the same row gives another record than before, so that everything is read again."""


def _midnight(value: object) -> object:
    return f"{value}T00:00:00Z" if isinstance(value, str) and len(value) == len("2026-01-01") else value


class DatasetConfig(Configuration):
    path: Path = Field(description="Folder of one organisation, with events.parquet and people.csv.")
    as_of: Annotated[AwareDatetime | None, BeforeValidator(_midnight)] = Field(
        None, description="Leave out what could not be known at this moment; a date means its first moment, UTC."
    )
    managers: Literal["none", "leads"] = Field(
        "none", description="leads: take who leads a team for the manager of its members. The data does not say so."
    )
    roles: Path | None = Field(None, description="Another CSV with the columns of memberships.csv, such as who leads.")
    releases: Path | None = Field(
        None, description="CSV with the columns release and date, for items that name a release instead of a date."
    )


class _Place(CursorState):
    """Where a table was left.

    :ivar tables: digest of the files and of the settings; with another one the table is read anew.
    :ivar part: which of its parts is being read, and ``done`` records of that part are.
    """

    tables: str
    part: int
    done: int
    sweeps: int = 0


_Part = Callable[[], Iterator[Item]]


class Dataset(Connector):
    """One organisation of the data set: people, teams, goals, change requests, and what people did."""

    name = "dataset"
    title = ("Organisation data set", "组织数据集")
    streams = (
        Stream(
            name="people",
            title=("People", "人员"),
            cannot_tell=(
                "Names, and who has left: people are keyed hashes.",
                "没有姓名，也没有离职信息：人员以散列值表示。",
            ),
        ),
        Stream(name="teams", title=("Teams", "团队")),
        Stream(name="memberships", title=("Memberships", "团队成员")),
        Stream(
            name="reporting_lines",
            title=("Reporting lines", "汇报关系"),
            cannot_tell=(
                "Who reports to whom. With managers=leads, who leads a team stands in for the manager.",
                "没有汇报关系。设置 managers=leads 时，以团队负责人代替主管。",
            ),
        ),
        Stream(name="goals", title=("Goals", "目标")),
        Stream(name="change_requests", title=("Change requests", "变更请求")),
        Stream(name="work", title=("Commits and merges", "提交与合并")),
    )
    Config: ClassVar[type[Configuration]] = DatasetConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.SWEEP})

    config: DatasetConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        roles = self.config.roles.expanduser() if self.config.roles else None
        root = self.config.path.expanduser()
        self.tables = Tables(root, as_of=self.config.as_of, roles=roles, subject=connection)
        self._to_sweep: set[str] = set()

    def check(self) -> CheckReport:
        try:
            self.tables.verify()
            events.parts(self.tables)
            self._releases()
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        missing = [f"{name}.csv" for name in COLUMNS if not self.tables.has(name)]
        words = f"This organisation has no {', '.join(missing)}; nothing is known of what would be there."
        return CheckReport(ok=True, findings=(words,) if missing else ())

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        self.tables.verify()
        digest = self._digest()
        for stream in self.streams:
            yield from self._read(
                stream.name, _Place.read(cursors.get(stream.name), connection=self.connection), digest
            )

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._present(stream) if stream in self._to_sweep else None

    def _present(self, stream: str) -> Iterator[str]:
        for part in self._parts(stream):
            yield from (item.native_id for item in part() if isinstance(item, Upsert | Failure))

    def _read(self, stream: str, kept: _Place | None, digest: str) -> Iterator[Item]:
        parts = self._parts(stream)
        place = kept
        if place is None or place.tables != digest:
            place = _Place(tables=digest, part=0, done=0, sweeps=SWEEPS_AFTER_READING)
        for number in range(place.part, len(parts)):
            yield from self._read_part(stream, place, parts[number])
            place = place.model_copy(update={"part": number + 1, "done": 0})
            yield Checkpoint(stream=stream, cursor=place.cursor())
            yield Progress(stream=stream, done=number + 1, total=len(parts))
        if place.sweeps:
            self._to_sweep.add(stream)
            place = place.model_copy(update={"sweeps": place.sweeps - 1})
        yield Checkpoint(stream=stream, cursor=place.cursor())

    def _read_part(self, stream: str, place: _Place, part: _Part) -> Iterator[Item]:
        for done, item in enumerate(islice(part(), place.done, None), place.done + 1):
            yield item
            if done % CHECKPOINT_EVERY == 0:
                yield Checkpoint(stream=stream, cursor=place.model_copy(update={"done": done}).cursor())

    def _parts(self, stream: str) -> Sequence[_Part]:
        if stream == "work":
            return [partial(events.work_in, self.tables, stream, part) for part in events.parts(self.tables)]
        if stream == "change_requests":
            return [partial(goals.change_requests, self.tables, stream, self._releases())]
        if stream == "reporting_lines" and self.config.managers == "none":
            return []
        read: dict[str, Callable[[Tables, str], Iterator[Item]]] = {
            "people": organisation.people,
            "teams": organisation.teams,
            "memberships": organisation.memberships,
            "reporting_lines": organisation.reporting_lines,
            "goals": goals.goals,
        }
        return [partial(read[stream], self.tables, stream)]

    def _releases(self) -> dict[str, date]:
        path = self.config.releases
        if path is None:
            return {}
        try:
            with path.expanduser().open(encoding="utf-8-sig", newline="") as file:
                return {row["release"]: date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
        except (OSError, KeyError, TypeError, ValueError) as error:
            message = f"{path.name} is no table of releases: {type(error).__name__}."
            hint = "It needs the columns release and date, such as 1.30,2024-04-17."
            raise SourceError(message, subject=self.connection, hint=hint) from error

    def _digest(self) -> str:
        settings = self.config.model_dump_json(include={"as_of", "managers"})
        releases = sorted(self._releases().items())
        decides = f"{_SHAPE}\0{settings}\0{releases}\0{self.tables.digest()}"
        return hashlib.blake2b(decides.encode(), digest_size=16).hexdigest()
