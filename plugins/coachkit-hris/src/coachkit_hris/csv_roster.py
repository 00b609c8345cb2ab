"""Rows of the people file and the teams file as a roster; what cannot be read is put aside by name and line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coachkit.sdk import PersonProfile, Team, identity_key
from coachkit_hris.csv_table import Row
from coachkit_hris.csv_values import DateOrder, is_mangled_number, is_yes, parse_day, split
from coachkit_hris.hierarchy import check_managers
from coachkit_hris.roster import MEMBERSHIPS, PEOPLE, REPORTING_LINES, TEAMS, Person, Place, Roster, base_id

__all__ = ["read_people", "read_teams"]

_EMAIL = re.compile(r"[^\s@,;|<>]+@[^\s@,;|<>]+")
_BETWEEN_EMAILS = re.compile(r"[|;,\s]+")


@dataclass(frozen=True, slots=True)
class _Unreadable(Exception):
    """Why a row cannot be read."""

    reason: str


def read_teams(rows: Iterable[Row], roster: Roster) -> None:
    """Fill ``roster.teams``."""
    for row in rows:
        key = row.cells.get("key", "") or row.cells.get("name", "")
        if row.wrong or not key:
            why = row.wrong or "it has neither key nor name"
            roster.put_aside(TEAMS, key or f"line {row.line}", f"line {row.line}: {why}.")
        elif key in roster.teams:
            roster.put_aside(TEAMS, f"{key} (line {row.line})", f"line {row.line}: the team {key!r} is there twice.")
        else:
            roster.teams[key] = Team(
                key=key,
                name=row.cells.get("name", "") or key,
                other_names=split(row.cells.get("other_names", "")),
                parent=row.cells.get("parent", "") or None,
                kind=row.cells.get("kind", "") or None,
                description=row.cells.get("description", "") or None,
            )
    _check_parents(roster)


def _check_parents(roster: Roster) -> None:
    names = _team_names(roster)
    for key, team in list(roster.teams.items()):
        if team.parent is None or team.parent in roster.teams:
            continue
        parent = names.get(team.parent.casefold())
        if parent is None:
            roster.note(TEAMS, key, f"the parent {team.parent!r} of team {key!r} is not among the teams: read as none.")
        roster.teams[key] = _with_parent(team, parent)
    for key, team in list(roster.teams.items()):
        above, seen = team.parent, {key}
        while above is not None and above not in seen:
            seen.add(above)
            above = roster.teams[above].parent
        if above == key:
            roster.note(TEAMS, key, f"the team {key!r} is above itself: its parent is read as none.")
            roster.teams[key] = _with_parent(team, None)


def _with_parent(team: Team, parent: str | None) -> Team:
    return Team(
        key=team.key,
        name=team.name,
        other_names=team.other_names,
        parent=parent,
        kind=team.kind,
        description=team.description,
    )


def _team_names(roster: Roster) -> dict[str, str]:
    """Name without case → team key, for names that only one team has."""
    owners: dict[str, set[str]] = {}
    for key, team in roster.teams.items():
        for name in (team.name, *team.other_names):
            owners.setdefault(name.casefold(), set()).add(key)
    return {name: next(iter(keys)) for name, keys in owners.items() if len(keys) == 1}


class _People:
    """Reads the people file into a roster."""

    def __init__(self, roster: Roster, *, date_order: DateOrder, teams_given: bool) -> None:
        self._roster = roster
        self._order: DateOrder = date_order
        self._teams_given = teams_given
        self._rows: dict[str, list[Row]] = {}
        self._cleaned: Counter[str] = Counter()
        self._serials: Counter[str] = Counter()

    def read(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._sort_in(row)
        read: dict[str, Row] = {}
        for native_id, same in self._rows.items():
            try:
                self._roster.people[native_id] = Person(profile=self._profile(native_id, same))
                read[native_id] = same[0]
            except _Unreadable as error:
                self._roster.put_aside(PEOPLE, native_id, error.reason)
        by_team = _team_names(self._roster)
        by_manager = self._people_by_name()
        for native_id, row in read.items():
            try:
                self._place(native_id, row, by_team)
                self._manager(native_id, row, by_manager)
            except _Unreadable as error:
                self._roster.put_aside(MEMBERSHIPS, f"{native_id} (since)", error.reason)
        check_managers(self._roster)
        self._tell()

    def _sort_in(self, row: Row) -> None:
        native_id = row.cells.get("employee_id", "")
        self._cleaned.update(row.cleaned)
        if not native_id or not native_id.isprintable() or is_mangled_number(native_id):
            if is_mangled_number(native_id):
                why = f"the id {native_id!r} was shortened by a spreadsheet and lost digits: format the column as text"
            else:
                why = row.wrong or "it has no employee id"
            self._roster.tells_leavers = False
            self._roster.put_aside(
                PEOPLE,
                f"line {row.line}",
                f"line {row.line}: {why}. Until it is repaired, nobody is taken as having left.",
            )
            return
        self._roster.present.add(native_id)
        self._rows.setdefault(native_id, []).append(row)

    def _profile(self, native_id: str, rows: list[Row]) -> PersonProfile:
        row = rows[0]
        lines = ", ".join(str(one.line) for one in rows)
        wrong = next((one for one in rows if one.wrong), None)
        if wrong:
            raise _Unreadable(f"line {wrong.line}: {wrong.wrong}.")
        if any(one.cells != row.cells for one in rows):
            raise _Unreadable(f"lines {lines}: the id {native_id!r} is given to rows that differ. Which one is right?")
        if len(rows) > 1:
            self._roster.note(PEOPLE, native_id, f"lines {lines}: {native_id} is there {len(rows)} times, the same.")
        cells = row.cells
        if not cells.get("name"):
            raise _Unreadable(f"line {row.line}: {native_id} has no name.")
        left_on = self._day(row, "left_on")
        started_on = self._day(row, "started_on")
        if started_on and left_on and left_on < started_on:
            raise _Unreadable(f"line {row.line}: {native_id} left on {left_on} before starting on {started_on}.")
        return PersonProfile(
            identity=identity_key("hris", native_id),
            name=cells["name"],
            other_names=split(cells.get("other_names", "")),
            emails=self._emails(native_id, row),
            accounts=self._accounts(native_id, row),
            title=cells.get("title") or None,
            locale=cells.get("locale") or None,
            started_on=started_on,
            left_on=left_on,
            active=self._active(row, left_on),
        )

    def _day(self, row: Row, column: str) -> date | None:
        text = row.cells.get(column, "")
        try:
            day, serial = parse_day(text, self._order)
        except ValueError as error:
            raise _Unreadable(f"line {row.line}: {column} is {text!r}: {error}.") from error
        self._serials[column] += serial
        return day

    def _active(self, row: Row, left_on: date | None) -> bool:
        text = row.cells.get("active", "")
        try:
            told = is_yes(text)
        except ValueError as error:
            raise _Unreadable(f"line {row.line}: the status is {text!r}: {error}.") from error
        here = left_on is None or left_on >= self._roster.day
        if told is not None and left_on is not None and told != here:
            self._roster.note(
                PEOPLE,
                row.cells["employee_id"],
                f"line {row.line}: the status is {text!r} and the last day {left_on}: the day is believed.",
            )
            return here
        return here if told is None else told

    def _emails(self, native_id: str, row: Row) -> tuple[str, ...]:
        found = []
        for address in filter(None, _BETWEEN_EMAILS.split(row.cells.get("email", ""))):
            if _EMAIL.fullmatch(address):
                found.append(address.lower())
            else:
                self._roster.put_aside(
                    PEOPLE, f"{native_id} (email)", f"line {row.line}: {address!r} is no e-mail address; left out."
                )
        return tuple(dict.fromkeys(found))

    def _accounts(self, native_id: str, row: Row) -> tuple[str, ...]:
        found = []
        for account in split(row.cells.get("accounts", "")):
            system, _, name = account.partition(":")
            if system.strip() and name.strip():
                found.append(identity_key(system.strip().lower(), name))
            else:
                self._roster.put_aside(
                    PEOPLE,
                    f"{native_id} (accounts)",
                    f"line {row.line}: the account {account!r} names no system, as github:weili does; left out.",
                )
        return tuple(dict.fromkeys(found))

    # --- where they are ----------------------------------------------------------------------------------------------

    def _place(self, native_id: str, row: Row, by_name: dict[str, str]) -> None:
        if "team" not in row.cells:
            return
        since = self._day(row, "team_since")
        keys = [self._team(native_id, row, name, by_name) for name in split(row.cells["team"])]
        if None not in keys:
            places = [Place(target=key, since=since if not at else None) for at, key in enumerate(keys) if key]
            self._roster.places[native_id] = tuple({place.target: place for place in reversed(places)}.values())

    def _team(self, native_id: str, row: Row, name: str, by_name: dict[str, str]) -> str | None:
        if name in self._roster.teams:
            return name
        if found := by_name.get(name.casefold()):
            return found
        if self._teams_given:
            self._roster.put_aside(
                MEMBERSHIPS,
                base_id(native_id, name),
                f"line {row.line}: the team {name!r} of {native_id} is not in the teams file. Add or correct it.",
            )
            return None
        self._roster.teams[name] = Team(key=name, name=name)
        return name

    def _manager(self, native_id: str, row: Row, by_name: dict[str, set[str]]) -> None:
        if "manager_id" not in row.cells:
            return
        said = row.cells["manager_id"]
        since = self._day(row, "manager_since")
        if not said:
            self._roster.managers[native_id] = None
            return
        target = said
        if said not in self._roster.present:
            candidates = by_name.get(said.casefold(), set())
            if len(candidates) > 1:
                self._roster.put_aside(
                    REPORTING_LINES,
                    base_id(native_id, said),
                    f"line {row.line}: the manager {said!r} of {native_id} could be any of "
                    f"{', '.join(sorted(candidates))}. Give the id.",
                )
                return
            target = next(iter(candidates), said)
        self._roster.managers[native_id] = Place(target=target, since=since)

    def _people_by_name(self) -> dict[str, set[str]]:
        """E-mail address or name → ids, for files that name managers so."""
        found: dict[str, set[str]] = {}
        for native_id, person in self._roster.people.items():
            for name in (*person.profile.emails, person.profile.name):
                found.setdefault(name.casefold(), set()).add(native_id)
        return found

    # --- what to tell ------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        owners: dict[str, list[str]] = {}
        for native_id, person in self._roster.people.items():
            for address in person.profile.emails:
                owners.setdefault(address, []).append(native_id)
        for address, people in owners.items():
            if len(people) > 1:
                self._roster.note(
                    PEOPLE,
                    people[0],
                    f"{address} is given to {', '.join(people)}: it will be nobody's until somebody decides.",
                )
        for column, count in sorted(self._cleaned.items()):
            self._roster.note(
                PEOPLE, "", f"{column}: {count} cells began with an apostrophe of Excel; it was taken off."
            )
        for column, count in sorted((+self._serials).items()):
            self._roster.note(
                PEOPLE,
                "",
                f"{column}: {count} dates are Excel's day numbers; read as days since 1900. Check one of them.",
            )
        for native_id, place in self._roster.managers.items():
            manager = self._roster.people.get(place.target) if place else None
            if manager and not manager.profile.active and self._roster.people[native_id].profile.active:
                self._roster.note(
                    REPORTING_LINES, native_id, f"{native_id} reports to {place.target if place else ''}, who has left."
                )


def read_people(rows: Iterable[Row], roster: Roster, *, date_order: DateOrder, teams_given: bool) -> None:
    """Fill ``roster`` with people, where they are and whom they report to."""
    _People(roster, date_order=date_order, teams_given=teams_given).read(rows)
