"""A source that only speaks through signed webhooks, recorded files and a long connection; and how to speak for it.

It is a plugin too: :func:`install` lays it into a folder as pip would, for a server in a process of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from coachkit.sdk import (
    Audience,
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Delivery,
    Event,
    Interaction,
    InteractionKind,
    Item,
    PayloadRejected,
    Reply,
    SecretRef,
    SourceUnavailable,
    Stream,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
    check_signature,
    hookimpl,
    read_object,
)

SECRET = "a secret that both sides know"
START = datetime(2026, 5, 1, tzinfo=UTC)


class SignedConfig(Configuration):
    secret: SecretRef = Field(description="What deliveries are signed with.")
    outage: Path | None = Field(None, description="While this file is there, the source does not answer.")


class SignedSource(Connector):
    name = "signed"
    title = ("Signed notes", "签名便签")
    streams = (
        Stream(name="notes", title=("Notes", "便签"), events=("note", "gone")),
        Stream(name="links", title=("Links", "链接")),
    )
    Config = SignedConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.WEBHOOK, Capability.LISTEN})

    said: ClassVar[list[Event]] = []
    """What a long connection says next."""

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield Checkpoint(stream="notes", cursor=Cursor(version=1, state={}))

    def verify(self, delivery: Delivery) -> Event | Reply:
        check_signature(delivery, self.config.secret, header="x-signature")
        payload = read_object(delivery.body)
        name = delivery.headers.get("x-event", "")
        if name == "ping":
            return Reply(body=b'{"pong": true}')
        if not name:
            raise PayloadRejected("the delivery names no event.")
        return Event(id=delivery.headers["x-delivery"], name=name, payload=payload)

    def handle(self, event: Event) -> Iterator[Item]:
        if self.config.outage is not None and self.config.outage.exists():
            raise SourceUnavailable("did not answer.", subject=self.connection)
        yield from self._items(event.name, event.payload)

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        if "event" in line:
            yield from self._items(line["event"], line["payload"])
            return
        found = line["data"] if isinstance(line["data"], list) else [line["data"]]
        if "/notes" not in urlsplit(line["url"]).path:
            raise PayloadRejected(f"answers of {line['url']} are of no stream")
        for payload in found:
            yield from self._items("note", payload)

    def listen(self) -> Iterator[Event]:
        while self.said:
            yield self.said.pop(0)

    def _items(self, name: str, payload: Mapping[str, Any]) -> Iterator[Item]:
        if name == "note":
            yield _note(payload)
        elif name == "gone":
            yield Tombstone(stream="notes", native_id=payload["key"])
        elif name == "undeclared":
            yield Tombstone(stream="elsewhere", native_id="1")
        elif name == "no-noun":
            yield Upsert(stream="notes", native_id="1", record=object(), occurred_at=START)  # type: ignore[arg-type]
        elif name == "silent":
            return
        else:
            raise PayloadRejected(f"the event {name} is of no stream")


def _note(payload: Mapping[str, Any]) -> Upsert:
    at = START + timedelta(seconds=payload["second"])
    author = Interaction(kind=InteractionKind.AUTHORED, actor=f"signed:{payload['by']}", at=at)
    record = WorkItem(
        kind=WorkItemKind.ISSUE,
        key=payload["key"],
        title=payload["title"],
        body=payload.get("body"),
        created_at=START,
        interactions=(author,),
    )
    return Upsert(
        stream="notes",
        native_id=payload["key"],
        record=record,
        occurred_at=at,
        version=payload["second"],
        audience=Audience.org(),
    )


@hookimpl
def connectors() -> list[type[Connector]]:
    return [SignedSource]


def note(number: int, *, second: int = 0, title: str = "") -> dict[str, Any]:
    """A payload of the event ``note``."""
    words = title or f"Note {number} about the ledger export"
    return {"key": f"NOTE-{number}", "title": words, "second": second, "by": f"u{number % 7}", "body": "长正文 " * 20}


def signed(event: str, payload: object, delivery_id: str, *, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery."""
    body = json.dumps(payload).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {"X-Signature": f"sha256={digest}", "X-Event": event, "X-Delivery": delivery_id}


def install(site: Path) -> None:
    """Lay this module into ``site`` as an installed plugin."""
    site.mkdir(parents=True, exist_ok=True)
    shutil.copy(__file__, site / "signed_source_plugin.py")
    info = site / "signed_source_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: signed-source-plugin\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[coachkit]\nsigned = signed_source_plugin\n", "utf-8")
