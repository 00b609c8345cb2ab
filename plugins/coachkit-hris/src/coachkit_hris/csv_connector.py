"""``hris-csv``: people, teams and reporting lines from the files that an HR system exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, field_validator

from coachkit.sdk import (
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Item,
    Progress,
    SourceError,
)
from coachkit_hris.csv_roster import read_people, read_teams
from coachkit_hris.csv_table import PEOPLE_COLUMNS, TEAM_COLUMNS, Columns, Delimiter, Row, rows_of
from coachkit_hris.csv_text import Encoding, Text, read_text
from coachkit_hris.csv_values import DateOrder
from coachkit_hris.history import History, Known
from coachkit_hris.roster import PEOPLE, Roster
from coachkit_hris.streams import STREAMS, findings_of

__all__ = ["HrisCsv", "HrisCsvConfig"]


class HrisCsvConfig(Configuration):
    people: Path = Field(description="The people file: one row a person.")
    teams: Path | None = Field(None, description="The teams file; without it, teams are those that people name.")
    encoding: Encoding = Field("auto", description="auto, utf-8 or gb18030. auto finds out, and refuses when in doubt.")
    delimiter: Delimiter = Field("auto", description="What stands between cells; auto takes what fits the header.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Headers of the people file that have unusual names: employee_id=Nr,name=Wer. "
        "The usual English and Chinese ones are known.",
    )
    team_columns: dict[str, str] = Field(default_factory=dict, description="The same for the teams file.")
    date_order: DateOrder = Field(
        "ymd", description="How to read dates such as 03/04/2026: dmy or mdy. ymd takes none of these."
    )
    as_of: date | None = Field(
        None, description="The day on which the files were true; else the day on which the people file was saved."
    )

    @field_validator("people", "teams")
    @classmethod
    def _whole_path(cls, path: Path | None) -> Path | None:
        return path.expanduser().resolve() if path else None

    @field_validator("columns", "team_columns", mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        """``a=b,c=d``, as it is written on a command line."""
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        if not all(equals and header.strip() for _, equals, header in pairs):
            raise ValueError("write it as column=Header,column=Header")
        return {name.strip(): header.strip() for name, _, header in pairs}


class HrisCsv(Connector):
    """People from CSV files. The files know today; moves and leavers between two syncs become dated history.

    The files are read as a whole: what they say of one person depends on others.
    """

    name = "hris-csv"
    title = ("HR file (CSV)", "人事文件（CSV）")
    streams = STREAMS
    Config: ClassVar[type[Configuration]] = HrisCsvConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.SWEEP})

    config: HrisCsvConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._history: History | None = None

    def check(self) -> CheckReport:
        try:
            roster = self._roster()
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        return findings_of(roster)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        known = Known.read(cursors.get(PEOPLE), connection=self.connection)
        roster = self._roster()
        history = History(known, roster, allow_removals=self.allow_removals)
        yield Progress(stream=PEOPLE, done=0, total=len(roster.present))
        yield from history.items()
        for problem in roster.problems:
            if problem.aside:
                yield problem.failure()
        yield Checkpoint(stream=PEOPLE, cursor=history.known().cursor())
        yield Progress(stream=PEOPLE, done=len(roster.present), total=len(roster.present))
        self._history = history

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._history.present(stream) if self._history else None

    def _roster(self) -> Roster:
        config = self.config
        text = read_text(config.people, config.encoding)
        day = config.as_of or text.saved_at.astimezone().date()
        roster = Roster(day=day, at=datetime.combine(day, time.min, UTC))
        if config.teams:
            read_teams(self._rows(config.teams, None, TEAM_COLUMNS, ("name",), config.team_columns), roster)
        rows = self._rows(config.people, text, PEOPLE_COLUMNS, ("employee_id", "name"), config.columns)
        read_people(rows, roster, date_order=config.date_order, teams_given=config.teams is not None)
        if not roster.present and roster.tells_leavers:
            roster.note(PEOPLE, "", f"{config.people.name} has a header and nobody in it.")
        return roster

    def _rows(
        self, path: Path, text: Text | None, columns: Columns, needed: tuple[str, ...], mapping: Mapping[str, str]
    ) -> Iterator[Row]:
        text = text or read_text(path, self.config.encoding)
        return rows_of(
            text.text, columns, needed=needed, mapping=mapping, delimiter=self.config.delimiter, file=path.name
        )
