"""The connector: what GitHub has, what is new of it, and what its webhooks tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs

from coachkit.sdk import (
    AuthFailed,
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Delivery,
    ETags,
    Event,
    Failure,
    Item,
    NotAllowed,
    PayloadRejected,
    Refused,
    Reply,
    SecretRef,
    SourceError,
    check_signature,
    read_object,
)
from coachkit_github.access import Access, Found
from coachkit_github.api import Api
from coachkit_github.auth import auth_of
from coachkit_github.config import GitHubConfig
from coachkit_github.hints import Hints
from coachkit_github.items import Items
from coachkit_github.people import People
from coachkit_github.places import State
from coachkit_github.reading import Reading
from coachkit_github.recorded import Recorded
from coachkit_github.records import COMMITS, ISSUES, PULL_REQUESTS
from coachkit_github.retry import Retry
from coachkit_github.streams import STREAMS
from coachkit_github.sync import Sync
from coachkit_github.teams import TEAMS

__all__ = ["GitHub"]


MOST_CHECKED = 100


class GitHub(Connector):
    """Repositories, pull requests, issues, discussions, commits and teams."""

    name = "github"
    title = ("GitHub", "GitHub")
    streams = STREAMS
    Config: ClassVar[type[Configuration]] = GitHubConfig
    capabilities = frozenset(
        {Capability.BACKFILL, Capability.POLL, Capability.SWEEP, Capability.WEBHOOK, Capability.ACCESS}
    )

    config: GitHubConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._people = People(self.config.identity_system, logins=False)
        self._opened: Api | None = None
        self._parts: tuple[Access, Items, Reading] | None = None
        self._sync: Sync | None = None

    @classmethod
    def for_recordings(cls) -> Self:
        config = GitHubConfig(token=SecretRef("env:NOT_NEEDED_FOR_RECORDINGS"), repositories=("recorded/recorded",))
        return cls("recorded", config)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened, self._parts = None, None

    def _open(self, etags: ETags | None = None) -> tuple[Access, Items, Reading]:
        if self._parts is None:
            self._opened = Api(self.connection, self.config, auth_of(self.connection, self.config), etags)
            access = Access(self._opened, self.config, self._people)
            items = Items(self._opened, self.config, self._people)
            self._parts = access, items, Reading(self._opened, self.config, items)
        return self._parts

    @property
    def _api(self) -> Api:
        self._open()
        assert self._opened is not None
        return self._opened

    # check

    def check(self) -> CheckReport:
        """Looks at the first repositories, and at each stream of the first of them."""
        try:
            access, _, _ = self._open()
            found: list[Found] = []
            findings: list[str] = []
            for one in access.repositories():
                if isinstance(one, Failure):
                    findings.append(f"{one.native_id.removeprefix('name:')}: {one.reason}.")
                    continue
                found.append(one)
                if len(found) == MOST_CHECKED:
                    break
            if not found:
                return CheckReport(ok=False, findings=(*findings, "There is no repository to be read."))
            more = " or more" if len(found) == MOST_CHECKED else ""
            head = f"{len(found)}{more} repositories can be read, {found[0].place.name} among them."
            return CheckReport(ok=True, findings=(head, *findings, *self._missing(found[0])))
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))

    def _missing(self, found: Found) -> Iterator[str]:
        name = found.place.name
        paths = {
            PULL_REQUESTS: f"repos/{name}/pulls?per_page=1",
            ISSUES: f"repos/{name}/issues?per_page=1",
            COMMITS: f"repos/{name}/commits?per_page=1",
        }
        if self.config.organisation:
            paths[TEAMS] = f"orgs/{self.config.organisation}/teams?per_page=1"
        for stream, path in paths.items():
            try:
                if self.config.reads(stream):
                    self._api.get(path)
            except (NotAllowed, Refused) as refused:
                if refused.status not in (409, 410):  # empty, or a part that is switched off
                    scopes = next(one.scopes for one in STREAMS if one.name == stream)
                    yield f"{stream} cannot be read ({refused.status}); the credential needs: {', '.join(scopes)}."

    # pull

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        state = State.read(cursors, connection=self.connection)
        self._open(ETags.load(state.known.etags))
        self._sync = self._new_sync(state)
        yield from self._sync.run()

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._sync.sweep(stream) if self._sync is not None else None

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        """Reads what could not be read once more, by its number; what GitHub no longer has is let go."""
        access, items, _ = self._open()
        yield from Retry(self._api, access, items).these(failures)
        yield from self._people.seen()

    def _new_sync(self, state: State) -> Sync:
        access, items, reading = self._open()
        return Sync(self.connection, self.config, self._api, access, items, reading, self._people, state)

    # webhooks

    def verify(self, delivery: Delivery) -> Event | Reply:
        """GitHub signs the body; when it sent it, it does not say. What comes again has the same id."""
        if self.config.webhook_secret is None:
            raise AuthFailed(
                "no webhook secret is set, so nobody's deliveries are believed.",
                subject=self.connection,
                hint="Set webhook_secret=env:NAME, and the same secret at GitHub.",
            )
        check_signature(delivery, self.config.webhook_secret, header="x-hub-signature-256")
        name, native_id = delivery.headers.get("x-github-event", ""), delivery.headers.get("x-github-delivery", "")
        if not name or not native_id:
            raise PayloadRejected("the delivery says neither its event nor its id.", subject=self.connection)
        if name == "ping":
            return Reply()
        return Event(id=native_id, name=name, payload=_payload(delivery))

    def handle(self, event: Event) -> Iterator[Item]:
        access, items, _ = self._open()
        sync = self._new_sync(State.empty())
        hints = Hints(self._api, self.config, self._people, access, items, sync.readers, self._whole)
        yield from hints.follow(event.name, event.payload)

    def _whole(self, found: Found) -> Iterator[Item]:
        """Everything of one repository, as if it had never been read."""
        sync = self._new_sync(State.empty())
        for item in sync.repository(found):
            if not isinstance(item, Checkpoint):
                yield item

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        yield from Recorded(self.config, People(self.config.identity_system)).line(line, stream)


def _payload(delivery: Delivery) -> dict[str, Any]:
    """The object, sent as JSON or as a form."""
    if "x-www-form-urlencoded" in delivery.headers.get("content-type", ""):
        form = parse_qs(delivery.body.decode("utf-8", "replace"))
        return read_object(form.get("payload", [""])[0].encode())
    return read_object(delivery.body)
