"""Turns what a source says today into history: a move ends a row and begins the next.

HR systems know today. What they said before is kept in the cursor: people's profiles (so that somebody who vanishes
can be told as having left, with their name and accounts), and the rows that are open. The cursor moves with the last
item, so a sync that is cut off does the same again and ends in the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from coachkit.sdk import CursorState, Membership, PersonProfile, ReportingLine, Sensitivity, Team, Tombstone, Upsert
from coachkit_hris.roster import MEMBERSHIPS, PEOPLE, REPORTING_LINES, TEAMS, Person, Place, Roster, base_id, nth_id

__all__ = ["History", "Known", "KnownPerson", "OpenLine"]

MOST_LEAVERS = 5
MOST_LEAVERS_SHARE = 0.2
"""More than both at once is left to the engine's guard, which asks a person."""

Lines = dict[str, list["OpenLine"]]
Written = Upsert | Tombstone


class KnownPerson(BaseModel):
    """A person as last written."""

    model_config = ConfigDict(extra="forbid")

    profile: PersonProfile
    at: datetime


class KnownTeam(BaseModel):
    """A team as last written."""

    model_config = ConfigDict(extra="forbid")

    team: Team
    at: datetime


class OpenLine(BaseModel):
    """A row that is still running: the ``nth`` of this person with this target."""

    model_config = ConfigDict(extra="forbid")

    target: str
    nth: int
    start: date | None
    at: datetime


class Known(CursorState):
    """What has been written so far.

    :ivar seen: by stream, ``person>target`` → how many rows there have been: the open one and those that ended.
    :ivar untold: by stream, people of whom it has not been read yet where they are: the first time that it is, it is
        not taken for a move.
    """

    day: date
    people: dict[str, KnownPerson]
    teams: dict[str, KnownTeam]
    open: dict[str, Lines]
    seen: dict[str, dict[str, int]]
    untold: dict[str, list[str]] = Field(default_factory=dict)
    mark: str
    """Where a source that can tell what changed was left; the connector's own."""


class History:
    """One pull's step from what is known to what the source says."""

    def __init__(self, known: Known | None, roster: Roster, *, allow_removals: bool) -> None:
        self.fresh = known is None
        self._roster = roster
        self._day = max(roster.day, known.day) if known else roster.day
        """An older file, or a clock put back, never dates a change before what is already written."""
        self._last = known.day if known else roster.day
        self._before = known.people if known else {}
        self._people = dict(self._before)
        self._teams = dict(known.teams) if known else {}
        self._open: dict[str, Lines] = {s: dict(known.open.get(s, {})) if known else {} for s in _LINES}
        self._seen: dict[str, dict[str, int]] = {s: dict(known.seen.get(s, {})) if known else {} for s in _LINES}
        self._untold = {s: set(known.untold.get(s, ())) if known else set() for s in _LINES}
        self._allow_removals = allow_removals
        self.withheld: set[str] = set()

    def known(self, mark: str = "") -> Known:
        """What is known after :meth:`items`."""
        return Known(
            day=self._day,
            people=self._people,
            teams=self._teams,
            open=self._open,
            seen=self._seen,
            untold={stream: sorted(people) for stream, people in self._untold.items()},
            mark=mark,
        )

    def present(self, stream: str) -> Iterator[str] | None:
        """The native ids that stay, for the engine's sweep."""
        aside = [problem.native_id for problem in self._roster.problems if problem.aside and problem.stream == stream]
        if stream == PEOPLE:
            return iter([*aside, *(person for person in self._people if person not in self.withheld)])
        if stream == TEAMS:
            return iter([*aside, *self._teams])
        if self.fresh:
            return None  # read from the beginning: rows of earlier years are not known here, and stay
        rows = (nth_id(base, nth) for base, count in self._seen[stream].items() for nth in range(1, count + 1))
        return iter([*aside, *rows])

    def items(self) -> Iterator[Written]:
        """What to write. Consume it before :meth:`known` and :meth:`present`."""
        yield from self._team_items()
        for native_id, person in self._roster.people.items():
            yield self._person(native_id, person)
        yield from self._leavers()
        for stream, said in ((MEMBERSHIPS, self._memberships()), (REPORTING_LINES, self._managers())):
            for native_id, places in said:
                yield from self._lines(stream, native_id, places)

    def _team_items(self) -> Iterator[Upsert]:
        """Teams; one that is gone is kept for its name while past memberships speak of it."""
        for key, team in self._roster.teams.items():
            old = self._teams.get(key)
            if old is None or old.team != team:
                self._teams[key] = KnownTeam(team=team, at=self._roster.teams_changed.get(key, self._roster.at))
        used = {base.partition(">")[2] for base in self._seen[MEMBERSHIPS]}
        for key in [key for key in self._teams if key not in self._roster.teams and key not in used]:
            del self._teams[key]
        for key, known in sorted(self._teams.items()):
            yield Upsert(stream=TEAMS, native_id=key, record=known.team, occurred_at=known.at)

    # --- people ------------------------------------------------------------------------------------------------------

    def _person(self, native_id: str, person: Person) -> Upsert:
        old = self._before.get(native_id)
        profile = self._dated(old.profile if old else None, person)
        if old is not None and old.profile == profile:
            at = old.at
        else:
            at = person.changed_at or self._roster.at
            self._people[native_id] = KnownPerson(profile=profile, at=at)
        return _person_upsert(native_id, profile, at)

    def _dated(self, old: PersonProfile | None, person: Person) -> PersonProfile:
        """A leaver whose last day the source does not tell has the day on which we saw it."""
        profile = person.profile
        if profile.active or profile.left_on is not None or old is None:
            return profile
        if not old.active:
            return replace(profile, left_on=old.left_on)
        changed = person.changed_at.astimezone().date() if person.changed_at else None
        return replace(profile, left_on=self._seen_by(changed))

    def _seen_by(self, noticed: date | None) -> date:
        """The day of a change that happened between the last sync and this one."""
        return min(max(noticed, self._last), self._day) if noticed else self._day

    def _leavers(self) -> Iterator[Upsert]:
        """People whom the source no longer has stay, with their last day; many at once wait for a person's word."""
        if not self._roster.tells_leavers:
            return
        gone = [native_id for native_id in self._before if native_id not in self._roster.present]
        active = [native_id for native_id in gone if self._before[native_id].profile.active]
        staff = sum(known.profile.active for known in self._before.values())
        if len(active) > max(MOST_LEAVERS, MOST_LEAVERS_SHARE * staff) and not self._allow_removals:
            self.withheld = set(active)
        for native_id in gone:
            if native_id in self.withheld:
                continue
            known = self._before[native_id]
            if known.profile.active:
                left = replace(known.profile, active=False, left_on=known.profile.left_on or self._day)
                known = self._people[native_id] = KnownPerson(profile=left, at=self._roster.at)
            yield _person_upsert(native_id, known.profile, known.at)

    # --- rows that last ----------------------------------------------------------------------------------------------

    def _memberships(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        yield from self._with_leavers(MEMBERSHIPS, self._roster.places)

    def _managers(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """A manager whose own row could not be read is not known: the line stays as it was."""
        known: dict[str, tuple[Place, ...]] = {
            person: (place,) if place else ()
            for person, place in self._roster.managers.items()
            if place is None or place.target in self._people
        }
        yield from self._with_leavers(REPORTING_LINES, known)

    def _with_leavers(self, stream: str, said: dict[str, tuple[Place, ...]]) -> Iterator[tuple[str, tuple[Place, ...]]]:
        for native_id, known in self._people.items():
            if not known.profile.active:
                told = known.profile.left_on is not None and native_id not in self._before
                yield native_id, said.get(native_id, ()) if told else ()
            elif native_id in said and native_id not in self.withheld:
                yield native_id, said[native_id]
                self._untold[stream].discard(native_id)
            elif native_id not in self._before:
                self._untold[stream].add(native_id)

    def _lines(self, stream: str, native_id: str, places: tuple[Place, ...]) -> Iterator[Written]:
        running = {line.target: line for line in self._open[stream].get(native_id, [])}
        wanted = {place.target: place for place in places}
        profile = self._people[native_id].profile
        new = {
            target: self._start(stream, native_id, place) for target, place in wanted.items() if target not in running
        }
        ended_by = min((start for start in new.values() if start), default=self._day) - timedelta(days=1)
        last = (profile.left_on or ended_by) if not profile.active else ended_by
        kept: list[OpenLine] = []
        for target, line in running.items():
            if target in wanted:
                since = wanted[target].since
                if since is not None and since != line.start:
                    line = OpenLine(target=target, nth=line.nth, start=since, at=_moment(since))
                kept.append(line)
                yield self._written(stream, native_id, line, profile.left_on)
            else:
                yield self._end(stream, native_id, line, last)
        for target, start in new.items():
            line = self._begin(stream, native_id, target, start)
            if profile.active:
                kept.append(line)
                yield self._written(stream, native_id, line, profile.left_on)
            else:
                yield self._end(stream, native_id, line, last)
        if kept:
            self._open[stream][native_id] = kept
        else:
            self._open[stream].pop(native_id, None)

    def _start(self, stream: str, native_id: str, place: Place) -> date | None:
        if place.since is not None:
            return place.since
        old, started = self._before.get(native_id), self._people[native_id].profile.started_on
        if (
            old is None or native_id in self._untold[stream]
        ):  # the source tells where they are, not since when: at most since they came
            return started
        if not old.profile.active and started and old.profile.left_on and started > old.profile.left_on:
            return started  # they came back
        return self._seen_by(place.noticed)

    def _begin(self, stream: str, native_id: str, target: str, start: date | None) -> OpenLine:
        base = base_id(native_id, target)
        nth = self._seen[stream].get(base, 0) + 1
        self._seen[stream][base] = nth
        return OpenLine(target=target, nth=nth, start=start, at=_moment(start) if start else self._people[native_id].at)

    def _end(self, stream: str, native_id: str, line: OpenLine, last: date) -> Written:
        if line.start is not None and line.start > last:  # it never lasted a day: a correction, not a move
            base = base_id(native_id, line.target)
            if self._seen[stream].get(base) == line.nth:
                self._seen[stream][base] = line.nth - 1
            return Tombstone(stream=stream, native_id=nth_id(base_id(native_id, line.target), line.nth))
        return self._written(stream, native_id, line, last, at=_moment(last))

    def _written(
        self, stream: str, native_id: str, line: OpenLine, last: date | None, *, at: datetime | None = None
    ) -> Upsert:
        who = self._people[native_id].profile.identity
        record: Membership | ReportingLine
        if stream == MEMBERSHIPS:
            record = Membership(team=line.target, person=who, starts_on=line.start, ends_on=last)
        else:
            manager = self._people[line.target].profile.identity
            record = ReportingLine(person=who, manager=manager, starts_on=line.start, ends_on=last)
        return Upsert(
            stream=stream,
            native_id=nth_id(base_id(native_id, line.target), line.nth),
            record=record,
            occurred_at=at or line.at,
            sensitivity=Sensitivity.PERSONAL,
        )


_LINES = (MEMBERSHIPS, REPORTING_LINES)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _person_upsert(native_id: str, profile: PersonProfile, at: datetime) -> Upsert:
    return Upsert(stream=PEOPLE, native_id=native_id, record=profile, occurred_at=at, sensitivity=Sensitivity.PERSONAL)
