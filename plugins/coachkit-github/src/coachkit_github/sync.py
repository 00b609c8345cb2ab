"""One sync: first who may read what, then teams, then repository by repository what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from coachkit.sdk import (
    AclChange,
    Checkpoint,
    Failure,
    Item,
    NotAllowed,
    NotThere,
    PayloadRejected,
    Progress,
    Refused,
    Tombstone,
    clock,
)
from coachkit_github.access import GONE, Access, Found
from coachkit_github.api import Api
from coachkit_github.auth import AppKey
from coachkit_github.config import GitHubConfig
from coachkit_github.deliveries import Deliveries
from coachkit_github.hints import Hints
from coachkit_github.items import Items
from coachkit_github.people import ACCOUNTS, People
from coachkit_github.places import PLACED, KnownTeams, Left, State
from coachkit_github.reading import Reading, Step
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS, REPOSITORIES, Records
from coachkit_github.streams import STREAMS
from coachkit_github.sweeping import Sweep
from coachkit_github.talk import COMMENTS, REVIEW_COMMENTS
from coachkit_github.teams import MEMBERSHIPS, TEAMS

__all__ = ["Sync"]

PROFILES_AT_ONCE = 200
"""Profiles of people outside the organisation that one sync reads; the others wait for the next."""
PROFILES_KEPT_DAYS = 30
"""After so many days profiles are read again as their owners are seen."""
_SHAPE = "1"
"""Raised when the same answer makes another record than before, so that everything is read again."""


class Sync:
    """Reads everything that is new since ``state``."""

    def __init__(
        self,
        connection: str,
        config: GitHubConfig,
        api: Api,
        access: Access,
        items: Items,
        reading: Reading,
        people: People,
        state: State,
    ) -> None:
        self._connection = connection
        self._config = config
        self._api = api
        self._access = access
        self._items = items
        self._reading = reading
        self._people = people
        self._state = state
        self._refused: set[str] = set()
        self._found: list[Found] = []
        self._missing = False
        self._unread: set[str] = set()
        self._sweep: Sweep | None = None

    def run(self) -> Iterator[Item]:
        """The items of the whole sync."""
        yield Progress(stream=REPOSITORIES, done=0)
        yield from self._access_first()
        if self._config.organisation:
            yield from self._organisation()
        for number, found in enumerate(self._found, 1):
            yield from self.repository(found)
            yield Progress(stream=REPOSITORIES, done=number, total=len(self._found))
        if self._config.hooks:
            yield from self._failed_deliveries()
        yield from self._profiles()
        yield from self._finish()

    def sweep(self, stream: str) -> Iterator[str] | None:
        """The ids of a stream, when it is time to look and everything can be looked at."""
        if self._sweep is None or stream in self._unread or not self._config.reads(stream):
            return None
        return self._sweep.ids(stream)

    # access

    def _access_first(self) -> Iterator[Item]:
        records = Records(self._people)
        for one in self._access.repositories():
            if isinstance(one, Failure):
                self._missing = self._missing or one.reason != GONE
                yield self._refuse(one)
                continue
            self._found.append(one)
            yield from self._group(one)
            yield from self._new_audience(one)
            if self._config.reads(REPOSITORIES):
                yield records.repository(one.repository, one.place)
        if not self._found and self._access.refusal is not None:
            raise self._access.refusal
        yield from self._gone()
        yield from self._checkpoint(REPOSITORIES)

    def _new_audience(self, found: Found) -> Iterator[Item]:
        """Others may read a repository than before: so everything in it, before anything else is looked at."""
        native_id, audience = str(found.repository.id), found.place.audience
        if self._state.known.audiences.get(native_id, audience.key) != audience.key:
            yield from self.readers(found)
        audiences = {**self._state.known.audiences, native_id: audience.key}
        self._state.known = self._state.known.model_copy(update={"audiences": audiences})

    def readers(self, found: Found) -> Iterator[Item]:
        """Who may read each record of a repository."""
        listed = Sweep(self._api, self._items, [found.place], dropped=True)
        for stream, native_id in listed.everything():
            yield AclChange(stream=stream, native_id=native_id, audience=found.place.audience)

    def _group(self, found: Found) -> Iterator[Item]:
        for item in self._access.group(found):
            yield self._refuse(item) if isinstance(item, Failure) else item

    def _gone(self) -> Iterator[Item]:
        """Repositories that were read once and are not listed now: moved, hidden, deleted, or no longer wanted."""
        listed = {str(found.repository.id) for found in self._found}
        for native_id, name in self._state.known.repositories.items():
            if native_id in listed or self._access.is_excluded(name):
                continue
            there = self._access.numbered(int(native_id))
            if isinstance(there, Failure) and there.reason != GONE:
                self._missing = True
                reason = f"{name} is {there.reason}"
                yield self._refuse(Failure(stream=REPOSITORIES, native_id=f"name:{name}", reason=reason))

    def _refuse(self, failure: Failure) -> Failure:
        self._refused.add(f"{failure.stream}/{failure.native_id}")
        return failure

    # teams

    def _organisation(self) -> Iterator[Item]:
        if self._config.reads(ACCOUNTS):
            self._access.people()
        if not self._config.reads(TEAMS, MEMBERSHIPS):
            return
        try:
            yield from self._teams()
        except (NotAllowed, NotThere) as refused:
            yield self._refuse(_cannot(TEAMS, self._config.organisation, refused))

    def _teams(self) -> Iterator[Item]:
        """Teams and their members. The lists come whole: what is not on them any more has gone."""
        before = {name: self._state.lists[name].members for name in (TEAMS, MEMBERSHIPS)}
        now: dict[str, dict[str, list[str]]] = {TEAMS: {}, MEMBERSHIPS: {}}
        made = {native_id: dates[0] for native_id, dates in before[TEAMS].items() if dates}
        for team, item in self._access.teams(made):
            now[TEAMS][str(team.id)] = [team.created_at.isoformat()] if team.created_at else []
            if self._config.reads(TEAMS):
                yield item
            if not self._config.reads(MEMBERSHIPS):
                continue
            members = list(self._access.members(team))
            yield from (membership for _, membership in members)
            now[MEMBERSHIPS][str(team.id)] = sorted(native_id for native_id, _ in members)
        ids = {TEAMS: set(now[TEAMS]), MEMBERSHIPS: _all(now[MEMBERSHIPS])}
        known = {TEAMS: set(before[TEAMS]), MEMBERSHIPS: _all(before[MEMBERSHIPS])}
        for stream in (TEAMS, MEMBERSHIPS):
            if self._config.reads(stream):
                gone = sorted(known[stream] - ids[stream])
                yield from (Tombstone(stream=stream, native_id=one) for one in gone)
                self._state.lists[stream] = KnownTeams(members=now[stream])
                yield from self._checkpoint(stream)

    # repositories

    def repository(self, found: Found) -> Iterator[Item]:
        """What is new in one repository. A part that cannot be read is told, and the others go on."""
        place, repository = found.place, found.repository
        branch = repository.default_branch or "main"
        if repository.has_issues is not False:
            yield from self._part(ISSUES, found, lambda left: self._reading.issues(place, left))
        yield from self._part(PULL_REQUESTS, found, lambda left: self._reading.pulls(place, left))
        yield from self._part(COMMENTS, found, lambda left: self._reading.comments(place, left))
        yield from self._part(REVIEW_COMMENTS, found, lambda left: self._reading.review_comments(place, left))
        yield from self._part(COMMITS, found, lambda left: self._reading.commits(place, branch, left))
        if repository.has_discussions is not False:
            yield from self._part(DISCUSSIONS, found, lambda left: self._reading.discussions(place, left))

    def _part(self, stream: str, found: Found, read: Callable[[Left], Iterator[Step]]) -> Iterator[Item]:
        if not self._config.reads(*PLACED[stream]):
            return
        number = found.repository.id
        left = self._state.places[stream].at(number, self._reads_as(found))
        try:
            for step in read(left):
                if isinstance(step, Left):
                    yield from self._step(stream, number, step)
                else:
                    yield step
        except (NotAllowed, Refused, PayloadRejected) as refused:
            if isinstance(refused, Refused) and refused.status == 410:
                return  # this part is switched off
            self._unread.update(PLACED[stream])
            yield self._refuse(_cannot(stream, str(number), refused))
            yield from self._checkpoint(stream)

    def _step(self, stream: str, repository: int, left: Left) -> Iterator[Item]:
        self._state.places[stream] = self._state.places[stream].moved(repository, left)
        yield from self._checkpoint(stream)

    def _reads_as(self, found: Found) -> str:
        """Stands for all that decides what a record of the repository becomes."""
        config = self._config
        parts = [_SHAPE, found.place.name, config.identity_system, str(config.timelines)]
        parts += [*config.issue_keys, *config.streams]
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    # what is left

    def _failed_deliveries(self) -> Iterator[Item]:
        api, own = self._api, None
        if self._config.private_key is not None:
            own = Api(self._connection, self._config, AppKey(self._config.app_id, self._config.private_key))
            api = own
        try:
            yield from self._from_deliveries(Deliveries(api, self._config))
        except (NotAllowed, Refused) as refused:
            yield self._refuse(_cannot(REPOSITORIES, "webhook deliveries", refused))
        finally:
            if own is not None:
                own.close()

    def _from_deliveries(self, deliveries: Deliveries) -> Iterator[Item]:
        hints = Hints(self._api, self._config, self._people, self._access, self._items, self._ignore, self._ignore)
        for path in deliveries.hooks([found.place for found in self._found]):
            newest = self._state.known.deliveries.get(path, 0)
            latest, lost = deliveries.failed(path, newest)
            for native_id in lost if newest else []:  # at first everything was read anyway
                try:
                    event = deliveries.event(path, native_id)
                    yield from hints.follow(event.name, event.payload)
                except PayloadRejected:
                    continue  # of no stream, or gone: the sync itself has read what there is
            known = {**self._state.known.deliveries, path: latest}
            self._state.known = self._state.known.model_copy(update={"deliveries": known})
            yield from self._checkpoint(REPOSITORIES)

    def _ignore(self, found: Found) -> Iterator[Item]:
        return iter(())  # this very sync has read it

    def _profiles(self) -> Iterator[Item]:
        """Names of people of whom only a login was seen, some at each sync."""
        if not self._config.reads(ACCOUNTS):
            return
        kept = self._state.lists[ACCOUNTS].members
        today = clock().now().date()
        began = date.fromisoformat(kept["since"][0]) if kept.get("since") else today
        fresh = today - began < timedelta(days=PROFILES_KEPT_DAYS)
        known = set(kept.get("read", ())) if fresh else set()
        strangers = {one: login for one, login in self._people.strangers.items() if str(one) not in known}
        read = self._access.profiles(strangers, PROFILES_AT_ONCE)
        known |= {str(one) for one in read}
        since = [(began if fresh else today).isoformat()]
        self._state.lists[ACCOUNTS] = KnownTeams(members={"since": since, "read": sorted(known)})
        yield from self._checkpoint(ACCOUNTS)

    def _finish(self) -> Iterator[Item]:
        known, today = self._state.known, clock().now().date()
        yield from self._taken_back()
        due = bool(known.swept_on) and today >= date.fromisoformat(known.swept_on) + timedelta(
            days=self._config.sweep_days
        )
        here = {str(found.repository.id): found.place.name for found in self._found}
        dropped = sorted(known.repositories.keys() - here.keys())
        lost = bool(dropped) or self._reading.history_lost
        if (due or lost) and not self._missing:
            places = [found.place for found in self._found]
            self._sweep = Sweep(self._api, self._items, places, dropped=lost)
        if not self._missing:
            yield from (Tombstone(stream=REPOSITORIES, native_id=one) for one in dropped)
        update = {
            "repositories": {**known.repositories, **here} if self._missing else here,
            "audiences": {key: one for key, one in known.audiences.items() if self._missing or key in here},
            "refused": sorted(self._refused),
            "swept_on": today.isoformat() if self._sweep or not known.swept_on else known.swept_on,
            "etags": self._api.etags.state(),
        }
        self._state.known = known.model_copy(update=update)
        for stream in PLACED:
            if self._state.places[stream].repositories and not self._missing:
                self._state.places[stream] = self._state.places[stream].only(set(here))
        yield from self._checkpoint(REPOSITORIES)

    def _taken_back(self) -> Iterator[Item]:
        """What could not be read the last time and can be now."""
        for one in self._state.known.refused:
            if one not in self._refused:
                stream, _, native_id = one.partition("/")
                yield Tombstone(stream=stream, native_id=native_id)

    def _checkpoint(self, stream: str) -> Iterator[Item]:
        yield from self._people.seen()
        state = self._state
        if stream == REPOSITORIES:
            yield Checkpoint(stream=stream, cursor=state.known.cursor())
        elif stream in PLACED:
            yield Checkpoint(stream=stream, cursor=state.places[stream].cursor())
        else:
            yield Checkpoint(stream=stream, cursor=state.lists[stream].cursor())


def _all(lists: dict[str, list[str]]) -> set[str]:
    return {one for ids in lists.values() for one in ids}


def _cannot(stream: str, where: str, refused: PayloadRejected | NotAllowed) -> Failure:
    """A part that cannot be read, with what it would need."""
    scopes = ", ".join(next(one.scopes for one in STREAMS if one.name == stream))
    reason = refused.message
    if isinstance(refused, NotAllowed):
        reason = f"the credential may not read this; it needs: {scopes}"
    return Failure(stream=stream, native_id=f"part:{where}", reason=reason)
