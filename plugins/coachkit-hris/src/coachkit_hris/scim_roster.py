"""Users and groups of a SCIM service as a roster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from coachkit.sdk import Team
from coachkit_hris.hierarchy import check_managers
from coachkit_hris.history import Known
from coachkit_hris.keys import settled_identities
from coachkit_hris.roster import MEMBERSHIPS, PEOPLE, REPORTING_LINES, TEAMS, Person, Place, Roster
from coachkit_hris.scim_http import Page
from coachkit_hris.scim_read import Group, Unreadable, User, read_group, read_user

__all__ = ["ScimRoster"]


class ScimRoster:
    """Collects what pages say; :meth:`finish` makes a roster of it.

    :ivar newest: when the newest of the users read was changed, as ISO text; empty if the service does not tell.
    """

    def __init__(self, known: Known | None, at: datetime) -> None:
        self._known = known
        self._at = at
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.roster = Roster(day=self._at.astimezone().date(), at=self._at)
        self.newest = self._known.mark if self._known else ""
        self._users: dict[str, User] = {}
        self._groups: dict[str, Group] = {}
        self._total = 0

    def take_ids(self, page: Page) -> None:
        """Who is there."""
        self.roster.at = page.at
        self.roster.day = page.at.astimezone().date()
        self._total = max(self._total, page.total)
        for raw in page.resources:
            native_id = next((value for key, value in raw.items() if str(key).lower() == "id"), None)
            if isinstance(native_id, str) and native_id.strip():
                self.roster.present.add(native_id.strip())
            else:
                self.roster.tells_leavers = False

    def take_users(self, resources: Iterable[Mapping[str, Any]]) -> None:
        for at, raw in enumerate(resources):
            native_id = str(raw.get("id") or f"user {at + 1} of a page")
            try:
                user = read_user(raw)
            except Unreadable as error:
                self.roster.put_aside(PEOPLE, native_id, f"the user {native_id} cannot be read: {error}.")
                continue
            self._users[user.id] = user
            self.roster.present.add(user.id)
            if user.changed_at:
                self.newest = max(self.newest, user.changed_at.astimezone(UTC).isoformat())
            for part in user.left_out:
                self.roster.put_aside(PEOPLE, f"{user.id} (email)", f"the user {user.id}: {part}.")

    def take_groups(self, resources: Iterable[Mapping[str, Any]], is_team: Callable[[str], bool]) -> None:
        for at, raw in enumerate(resources):
            try:
                group = read_group(raw)
            except Unreadable as error:
                self.roster.put_aside(TEAMS, f"group {at + 1} of a page", f"a group cannot be read: {error}.")
                continue
            if is_team(group.name):
                self._groups[group.id] = group

    def finish(self, *, departments: bool, whole: bool) -> None:
        """Make the roster.

        :param whole: all pages have been read; otherwise managers and members may lie on pages that were not.
        """
        if whole and len(self.roster.present) < self._total:
            self.roster.tells_leavers = False
            self.roster.note(
                PEOPLE,
                "",
                f"the service speaks of {self._total} users and listed {len(self.roster.present)}: "
                "nobody is taken as having left this time.",
            )
        self._take_people(departments=departments)
        if not departments:
            self._take_teams(whole=whole)
        if whole:
            check_managers(self.roster, self._standing())

    def _standing(self) -> dict[str, str]:
        """Who reports to whom already, of those who were not read this time."""
        lines = self._known.open.get(REPORTING_LINES, {}) if self._known else {}
        return {person: rows[0].target for person, rows in lines.items() if rows and person not in self._users}

    def _take_people(self, *, departments: bool) -> None:
        told = {native_id: user.profile.identity for native_id, user in self._users.items()}
        for native_id, identity in settled_identities(self._known, self.roster, told).items():
            user = self._users[native_id]
            profile = replace(user.profile, identity=identity)
            self.roster.people[native_id] = Person(profile=profile, changed_at=user.changed_at)
            noticed = user.changed_at.astimezone().date() if user.changed_at else None
            self.roster.managers[native_id] = Place(target=user.manager, noticed=noticed) if user.manager else None
            if departments:
                self._place_by_department(native_id, user)

    def _place_by_department(self, native_id: str, user: User) -> None:
        if user.department is None:
            self.roster.places[native_id] = ()
            return
        noticed = user.changed_at.astimezone().date() if user.changed_at else None
        self.roster.places[native_id] = (Place(target=user.department, noticed=noticed),)
        self._add_team(Team(key=user.department, name=user.department), user.changed_at)

    def _add_team(self, team: Team, changed_at: datetime | None) -> None:
        self.roster.teams[team.key] = team
        if changed_at is not None:
            first = self.roster.teams_changed.get(team.key, changed_at)
            self.roster.teams_changed[team.key] = min(first, changed_at)

    def _take_teams(self, *, whole: bool) -> None:
        parents = self._parents()
        places: dict[str, list[Place]] = {native_id: [] for native_id in self.roster.present}
        for group in self._groups.values():
            self._add_team(Team(key=group.id, name=group.name, parent=parents.get(group.id)), group.changed_at)
            noticed = group.changed_at.astimezone().date() if group.changed_at else None
            for native_id in group.users:
                if native_id in places:
                    places[native_id].append(Place(target=group.id, noticed=noticed))
                elif whole and native_id not in self._groups:
                    self.roster.note(
                        MEMBERSHIPS, "", f"{group.name!r} has a member {native_id} who is not among the users."
                    )
        self.roster.places = {native_id: tuple(found) for native_id, found in places.items()}

    def _parents(self) -> dict[str, str]:
        """Group → the group above it; nothing is above itself."""
        parents: dict[str, str] = {}
        for group in self._groups.values():
            for child in (*group.groups, *group.users):
                if child in self._groups and child not in parents and not _is_above(parents, child, group.id):
                    parents[child] = group.id
        return parents


def _is_above(parents: Mapping[str, str], group: str, other: str) -> bool:
    """Whether ``group`` is ``other``, or above it."""
    at: str | None = other
    while at is not None and at != group:
        at = parents.get(at)
    return at == group
