"""The roster: who works here, since when, where, under which accounts. Names are invented."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from importlib.resources import files

from coachkit.sample.days import Clock
from coachkit.sample.model import Person, TeamEntry

__all__ = ["DOMAIN", "TEAMS", "Roster", "read_roster"]

DOMAIN = "guidu.example"

TEAMS = (
    TeamEntry(key="LEAD", name="Leadership", other_names=("管理层",), parent=None, kind="leadership", language="en"),
    TeamEntry(key="PAY", name="Payments", other_names=("支付",), parent="LEAD", kind="team", language="en"),
    TeamEntry(key="SRCH", name="Search", other_names=("搜索",), parent="LEAD", kind="team", language="mixed"),
    TeamEntry(key="PLAT", name="Platform", other_names=("基础平台",), parent="LEAD", kind="team", language="en"),
    TeamEntry(key="DATA", name="数据平台", other_names=("Data Platform",), parent="LEAD", kind="team", language="zh"),
    TeamEntry(
        key="CS", name="客户成功", other_names=("Customer Success",), parent="LEAD", kind="team", language="mixed"
    ),
    TeamEntry(
        key="DSGN", name="Design and Product", other_names=("设计与产品",), parent="LEAD", kind="team", language="mixed"
    ),
    TeamEntry(key="RISK", name="风控", other_names=("Risk",), parent="LEAD", kind="team", language="zh"),
    TeamEntry(key="MOB", name="Mobile", other_names=("移动端",), parent="LEAD", kind="team", language="mixed"),
)

_ZONES = {"Shanghai": "Asia/Shanghai", "Lisbon": "Europe/Lisbon", "Berlin": "Europe/Berlin"}
_LEFT_DAYS_AGO = 40
_PERSONAL_HOST = "hemail.example"


class Roster:
    """The people by handle and team."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self.people = people
        self._by_handle = {person.handle: person for person in people}
        self.teams = {team.key: team for team in TEAMS}

    def __getitem__(self, handle: str) -> Person:
        return self._by_handle[handle]

    def team(self, key: str, *roles: str) -> list[Person]:
        """Members of a team, of these roles only if any are given."""
        return [person for person in self.people if person.team == key and (not roles or person.role in roles)]

    def manager(self, person: Person) -> Person | None:
        return self._by_handle[person.manager] if person.manager else None

    def lead(self, team: str) -> Person:
        """Who manages the team."""
        return next(person for person in self.people if person.team == team and person.role == "lead")

    def pairs(self) -> list[tuple[Person, Person]]:
        """Every manager with each of their reports."""
        return [(self._by_handle[person.manager], person) for person in self.people if person.manager]


def _signatures(row: dict[str, str], latin_name: str, number: int) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """How somebody signs commits, and which further addresses that brings."""
    usual = (latin_name, f"{row['latin']}@{DOMAIN}")
    if "noreply" in row["flags"]:
        return ((latin_name, f"{70000000 + number * 37}+{row['login']}@users.noreply.github.com"), usual), []
    if "two" in row["flags"]:
        second = f"{row['login']}@{_PERSONAL_HOST}"
        return (usual, (row["login"], second)), [second]
    if "orphan" in row["flags"]:
        return ((latin_name, usual[1]), (row["login"], f"{row['login']}@buildbox.local")), []
    return (usual,), []


def read_roster(clock: Clock, rng: random.Random) -> Roster:
    """The roster as of the clock's day, with everybody's days of leave entered into the clock."""
    with files("coachkit.sample").joinpath("data/people.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    people = []
    for number, row in enumerate(rows):
        others = tuple(filter(None, row["other_names"].split("|")))
        chinese = row["locale"].startswith("zh")
        latin_name = " ".join(reversed(others[0].split())) if chinese else row["name"]
        signatures, addresses = _signatures(row, latin_name, number)
        people.append(
            Person(
                handle=row["handle"],
                employee_id=row["id"],
                name=row["name"],
                other_names=others,
                email=f"{row['latin']}@{DOMAIN}",
                title=row["title"],
                office=row["office"],
                zone=_ZONES[row["office"]],
                locale=row["locale"],
                team=row["team"],
                manager=row["manager"] or None,
                started_on=clock.today - timedelta(days=int(row["days"])),
                left_on=clock.today - timedelta(days=_LEFT_DAYS_AGO) if "left" in row["flags"] else None,
                tracker_login=row["latin"],
                forge_login=row["login"] or None,
                vouched=row["flags"] not in ("unvouched", "orphan"),
                role=row["role"],
                other_addresses=tuple(addresses),
                signatures=signatures,
                topics=tuple(f"{row['team']}.{topic}" for topic in row["topics"].split("|") if topic),
            )
        )
    roster = Roster(tuple(people))
    for person in roster.people:
        clock.away[person.handle] = _leave(person, clock, rng)
    return roster


def _leave(person: Person, clock: Clock, rng: random.Random) -> tuple[tuple[date, date], ...]:
    """One or two weeks of leave in the first sixteen weeks: the planted situations lie later."""
    since = clock.first + timedelta(weeks=rng.randrange(2, 14))
    until = since + timedelta(days=rng.choice((4, 4, 9, 11)))
    return ((since, until),) if since >= person.started_on else ()
