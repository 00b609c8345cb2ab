"""A small tracker and its connector: everything that a source and a connector can have, in as few lines as it takes."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from coachkit.sdk import (
    Account,
    AclChange,
    Answer,
    Audience,
    BearerToken,
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    CursorState,
    Delivery,
    Event,
    Failure,
    HttpSource,
    Item,
    LimitRule,
    NotThere,
    PayloadRejected,
    Reply,
    SecretRef,
    SourceError,
    Stream,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
    check_age,
    check_signature,
    read_object,
    standard_limits,
)
from coachkit.sdk.testing import Fault, Request, Response, StandIn

__all__ = ["NOW", "Tracker", "TrackerStandIn"]

ISSUES, PEOPLE = "issues", "people"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = "canary-of-the-webhook-2b7e"
Row = dict[str, Any]


class TrackerStandIn(StandIn):
    """Issues in pages by time of change, members, and tokens that are traded for a key."""

    knows = frozenset(Fault) & {Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK, Fault.FOREIGN_NEXT}
    trades = frozenset({"/token"})
    limits = ((Response(400, {"X-Wait": "4"}, b'{"code": 99}'), 4.0),)
    strange_values: ClassVar = {"state": "quantum", "kind": ["odd"]}

    def __init__(self, count: int = 8, page: int = 3) -> None:
        super().__init__()
        self.page = page
        self.traded = 1
        self.hidden = False
        self.moment = 1_000_000
        self.members = ["ana", "bo"]
        self.rows: dict[str, Row] = {}
        for number in range(1, count + 1):
            self.add(f"i{number:06}")

    def add(self, key: str, moment: int | None = None, **more: Any) -> tuple[str, str]:
        with self.lock:
            self.moment += 1
            updated = moment or self.moment
            row = {"id": key, "title": f"Issue {key}", "state": "open", "private": False, "updated": updated}
            self.rows[key] = row | more
        return ISSUES, key

    def change(self, key: str, **more: Any) -> Row:
        self.add(key, **{**self.rows[key], "updated": self.moment + 1, **more})
        return self.rows[key]

    def authorized(self, request: Request) -> bool:
        wanted = self.token if request.path == "/token" else f"traded-{self.traded}"
        return request.headers.get("authorization") == f"Bearer {wanted}"

    def respond(self, request: Request) -> Response:
        if request.path == "/token":
            self.traded += 1
            return Response.of({"token": f"traded-{self.traded}"})
        if request.path == "/members":
            members = [{"login": name, "email": f"{name}@example.org"} for name in self.members]
            return Response.of({"members": members})
        if request.path == "/newest":
            return Response.of({"updated": max(row["updated"] for row in self.rows.values())})
        if request.path == "/issues":
            return self._page(request)
        row = self.rows.get(request.path.removeprefix("/issues/"))
        return Response.of(row) if row else Response(404)

    def _page(self, request: Request) -> Response:
        rows = sorted(self.rows.values(), key=lambda row: (row["updated"], row["id"]))[: 1 if self.hidden else None]
        since, after = int(request.query.get("since", 0)), request.query.get("after", "")
        rest = [row for row in rows if (row["updated"], row["id"]) > (since, after)]
        listed, more = rest[: self.page], len(rest) > self.page
        last = listed[-1] if listed else {"updated": since, "id": after}
        link = f"{self.url}/issues?since={last['updated']}&after={last['id']}"
        if request.suffers(Fault.REPEATED_TOKEN):
            link, more = f"{self.url}/issues?since={since}&after={after}", True
        if request.suffers(Fault.FOREIGN_NEXT):
            link, more = f"{self.foreign_url}/issues", True
        if request.suffers(Fault.EMPTY_PAGE) and listed:
            link, listed, more = f"{self.url}/issues?since={since}&after={after}&again=1", [], True
        mark = {} if request.suffers(Fault.NO_LAST_MARK) else {"last": not more}
        return Response.of({"issues": listed, **mark}, **({"Link": f'<{link}>; rel="next"'} if more else {}))

    def sign(self, name: str, payload: Mapping[str, Any], sent_at: datetime | None = None) -> Delivery:
        at = sent_at or NOW
        body = json.dumps({**payload, "event": name, "sent": at.isoformat()}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Signature": f"sha256={signature}", "X-Delivery": uuid.uuid4().hex}
        return Delivery(headers=headers, body=body, received_at=at + timedelta(seconds=1))


class Traded:
    """A key that is traded for a token which can go stale."""

    fingerprint = "the app"

    def __init__(self, connection: str, url: str, key: SecretRef, limits: LimitRule) -> None:
        self._place = (connection, url, key)
        self._limits = limits
        self._token: str | None = None

    def headers(self) -> Mapping[str, str]:
        if self._token is None:
            connection, url, key = self._place
            source = HttpSource(connection, url, auth=BearerToken(key), limits=self._limits)
            try:
                self._token = source.get("token").json()["token"]
            finally:
                source.close()
        return {"Authorization": f"Bearer {self._token}"}

    def refresh(self) -> bool:
        self._token = None
        return True


class Config(Configuration):
    base_url: str = Field(description="Where it is.")
    key: SecretRef = Field(description="Its key.")
    secret: SecretRef = Field(description="What signs its deliveries.")


class Place(CursorState):
    since: int


class Tracker(Connector):
    name = "tracker"
    title = ("Tracker", "工单系统")
    streams = (
        Stream(name=ISSUES, title=("Issues", "工单"), scopes=("read:issues",), events=("issue",)),
        Stream(name=PEOPLE, title=("People", "人员"), scopes=("read:members",)),
    )
    Config: ClassVar[type[Configuration]] = Config
    capabilities = frozenset(
        {Capability.BACKFILL, Capability.POLL, Capability.SWEEP, Capability.WEBHOOK, Capability.ACCESS}
    )

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self.source = self.make_source(connection)

    def make_source(self, connection: str) -> HttpSource:
        auth = Traded(connection, self.config.base_url, self.config.key, self.limit)
        return HttpSource(connection, self.config.base_url, auth=auth, limits=self.limit)

    @staticmethod
    def limit(answer: Answer) -> float | None:
        if answer.status == 400 and "x-wait" in answer.headers:
            return float(answer.headers["x-wait"])
        return standard_limits(answer)

    def check(self) -> CheckReport:
        try:
            self.source.get("members")
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        place = self.place(cursors)
        yield from self.members()
        since = place.since if place else 0
        for rows in self.pages(since):
            for row in rows:
                yield self.item(row)
                since = max(since, int(row["updated"]))
            yield self.checkpoint(since)
        yield self.checkpoint(since)

    def place(self, cursors: Mapping[str, Cursor]) -> Place | None:
        return Place.read(cursors.get(ISSUES), connection=self.connection)

    def checkpoint(self, since: int) -> Checkpoint:
        return Checkpoint(stream=ISSUES, cursor=Place(since=since).cursor())

    def members(self) -> Iterator[Item]:
        members = self.source.get("members").json()["members"]
        yield AclChange(group="tracker:core", members=tuple(f"tracker:{one['login']}" for one in members))
        for one in members:
            record = Account(identity=f"tracker:{one['login']}", name=one["login"], emails=(one["email"],))
            yield Upsert(stream=PEOPLE, native_id=one["login"], record=record, occurred_at=NOW)

    def pages(self, since: int) -> Iterator[list[Row]]:
        answer = self.source.get("issues", {"since": since})
        seen = {answer.url}
        while True:
            yield answer.json()["issues"]
            following = answer.next_link
            if following is None:
                return
            if following in seen:
                raise SourceError("the next page was read before.", subject=self.connection, hint="Try again.")
            seen.add(following)
            answer = self.source.get(following)

    def item(self, row: Row) -> Item:
        if not row.get("title"):
            return Failure(stream=ISSUES, native_id=str(row["id"]), reason="it has no title", payload=row)
        return self.upsert(row)

    def upsert(self, row: Row) -> Upsert:
        record = WorkItem(kind=WorkItemKind.TASK, key=row["id"], title=row["title"], state=str(row["state"]))
        return Upsert(
            stream=ISSUES,
            native_id=row["id"],
            record=record,
            occurred_at=NOW,
            version=int(row["updated"]),
            audience=self.audience(row),
        )

    def audience(self, row: Row) -> Audience:
        return Audience.group("tracker:core") if row["private"] else Audience.org()

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self.listed() if stream == ISSUES else None

    def listed(self) -> Iterator[str]:
        for rows in self.pages(0):
            yield from (str(row["id"]) for row in rows)

    def verify(self, delivery: Delivery) -> Event | Reply:
        self.believe(delivery)
        body = read_object(delivery.body)
        sent_at = datetime.fromisoformat(body["sent"])
        self.recent(sent_at, delivery.received_at)
        return Event(id=self.delivery_id(delivery), name=body["event"], payload=body, sent_at=sent_at)

    def believe(self, delivery: Delivery) -> None:
        check_signature(delivery, self.config.secret, header="X-Signature")

    def recent(self, sent_at: datetime, received_at: datetime) -> None:
        check_age(sent_at, received_at)

    def delivery_id(self, delivery: Delivery) -> str:
        return hashlib.sha256(delivery.body).hexdigest()

    def handle(self, event: Event) -> Iterator[Item]:
        row = self.row_of(event.name, event.payload)
        try:
            yield self.item(self.source.get(f"issues/{row['id']}").json())
        except NotThere:
            yield Tombstone(stream=ISSUES, native_id=row["id"])

    def row_of(self, name: object, payload: object) -> Row:
        row = payload.get("issue") if name == "issue" and isinstance(payload, Mapping) else None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise PayloadRejected("it is no event of an issue.", subject=self.connection)
        return row

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        yield self.item(self.row_of(line.get("event"), line.get("payload")))

    def close(self) -> None:
        self.source.close()
