"""The files of one organisation: which there are, whether they changed, and their rows."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from coachkit.sdk import SourceError, identity_key

__all__ = ["Tables", "Unusable", "day", "listed", "moment", "person_key", "seconds"]

COLUMNS = {
    "people": ("person_id", "first_ts"),
    "teams": ("team", "kind"),
    "memberships": ("team", "person_id", "role", "start", "end"),
    "goals": ("goal_id", "title"),
    "goal_transitions": ("goal_id", "ts", "status"),
    "items": ("item_id", "text"),
}
"""The columns without which a table cannot be used."""

OFTEN = {
    "goals": ("team", "created_ts", "owners"),
    "goal_transitions": ("stage",),
    "items": ("author", "teams", "ts"),
}
"""Columns that some organisations do not have: there they are as if every field were empty."""

_LAST_SECOND = 4_102_444_800  # 2100


class Unusable(Exception):
    """A row cannot become a record; the message says why."""


class Tables:
    """The tables in a folder. Dates after ``as_of`` are as if they were not there.

    :param roles: another table with the columns of ``memberships.csv``.
    """

    def __init__(self, root: Path, *, as_of: datetime | None, roles: Path | None, subject: str) -> None:
        self.root = root
        self.as_of = None if as_of is None else int(as_of.timestamp())
        self.roles = roles
        self.subject = subject

    @property
    def events(self) -> Path:
        return self.root / "events.parquet"

    def path(self, name: str) -> Path:
        return self.root / f"{name}.csv"

    def has(self, name: str) -> bool:
        return self.path(name).is_file()

    def verify(self) -> None:
        """:raises SourceError: if this is no folder of an organisation, with what to do."""
        if not self.root.is_dir():
            raise self.error(f"there is no folder {self.root}.", "Check `path` of the connection.")
        if not self.has("people") or not self.events.is_file():
            raise self.error(
                f"{self.root} has no people.csv and events.parquet.", "Give the folder of one organisation."
            )
        if self.roles is not None and not self.roles.is_file():
            raise self.error(f"there is no file {self.roles}.", "Check `roles` of the connection.")
        for name in COLUMNS:
            next(self.rows(name), None)

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of ``NAME.csv``; none if there is no such table."""
        if self.has(name):
            absent = dict.fromkeys(OFTEN.get(name, ()), "")
            for row in self._read(self.path(name), COLUMNS[name]):
                yield {**absent, **row}

    def memberships(self) -> Iterator[dict[str, str]]:
        """The rows of ``memberships.csv``, and those of ``roles`` that it does not have."""
        seen: set[tuple[str, str, str, str]] = set()
        for path in (self.path("memberships"), self.roles):
            if path is None or not path.is_file():
                continue
            for row in self._read(path, COLUMNS["memberships"]):
                key = (row["team"], row["person_id"], row["role"], row["start"])
                if key not in seen:
                    seen.add(key)
                    yield row

    def digest(self) -> str:
        """A digest of all the files."""
        files = sorted(path for path in (*self.root.glob("*.csv"), self.events, self.roles) if path is not None)
        running = hashlib.blake2b(digest_size=16)
        for path in files:
            running.update(f"\0{path.name}\0".encode())
            with path.open("rb") as file:
                for chunk in iter(lambda file=file: file.read(1 << 20), b""):  # type: ignore[misc]  # bound at once
                    running.update(chunk)
        return running.hexdigest()

    def is_known(self, seconds: int | None) -> bool:
        """Whether what happened then may be known."""
        return self.as_of is None or seconds is None or seconds <= self.as_of

    def error(self, message: str, hint: str) -> SourceError:
        return SourceError(message, subject=self.subject, hint=hint)

    def _read(self, path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, restval="")
                missing = sorted(set(columns) - set(reader.fieldnames or ()))
                if missing:
                    raise self.error(f"{path.name} has no column {', '.join(missing)}.", "See the data's own README.")
                yield from reader
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise self.error(f"{path.name} cannot be read: {error}.", "Fetch the data anew.") from error


def seconds(text: str, what: str) -> int | None:
    """Seconds since 1970; ``None`` for an empty field.

    :raises Unusable: if it is no time between 1970 and 2100.
    """
    if not text:
        return None
    try:
        value = int(float(text))
    except (ValueError, OverflowError):
        raise Unusable(f"{what} is no time") from None
    if not 0 <= value < _LAST_SECOND:
        raise Unusable(f"{what} is no time between 1970 and 2100")
    return value


def moment(value: int) -> datetime:
    return datetime.fromtimestamp(value, UTC)


def day(value: int | None) -> date | None:
    """The day of a moment; 0 stands for "since always"."""
    return moment(value).date() if value else None


def listed(text: str | None) -> tuple[str, ...]:
    """The parts of a list such as ``a|b``, each once."""
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split("|") if part.strip()))


def person_key(person_id: str) -> str:
    return identity_key("dataset", person_id)
