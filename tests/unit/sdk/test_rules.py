"""What can be seen of a connector class without a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from coachkit.sdk import (
    AuthFailed,
    Capability,
    Checkpoint,
    CheckReport,
    Connector,
    Cursor,
    Delivery,
    Event,
    Item,
    Reply,
    Stream,
)
from coachkit.sdk.rules import broken_rules

ISSUES = Stream(name="issues", title=("Issues", "工单"))
HEARD = Stream(name="issues", title=("Issues", "工单"), events=("issue",), scopes=("read:issues",))


class Sound(Connector):
    name = "sound"
    title = ("Sound", "完好")
    streams: ClassVar[tuple[Stream, ...]] = (ISSUES,)

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield Checkpoint(stream="issues", cursor=Cursor(version=1, state={}))


class Sweeping(Sound):
    def sweep(self, stream: str) -> Iterator[str] | None:
        return iter(())


class Hearing(Sound):
    streams = (HEARD,)

    def verify(self, delivery: Delivery) -> Event | Reply:
        raise AuthFailed("no.")

    def handle(self, event: Event) -> Iterator[Item]:
        return iter(())


def declaring(kind: type[Connector], *more: Capability, **attributes: Any) -> type[Connector]:
    declared = frozenset({Capability.BACKFILL, *more})
    return type(kind.__name__, (kind,), {"capabilities": declared, **attributes})


@pytest.mark.parametrize(
    "kind",
    [
        Sound,
        declaring(Sound, Capability.POLL, Capability.ACCESS),
        declaring(Sweeping, Capability.SWEEP),
        declaring(Hearing, Capability.WEBHOOK),
        declaring(Hearing, Capability.LISTEN, Capability.WEBHOOK, listen=lambda self: iter(())),
    ],
)
def test_sound(kind: type[Connector]) -> None:
    assert broken_rules(kind) == []


@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        (Sweeping, "sweep is written, but capabilities do not say SWEEP."),
        (Hearing, "verify is written, but capabilities do not say WEBHOOK."),
        (declaring(Sound, listen=lambda self: iter(())), "listen is written, but capabilities do not say LISTEN."),
        (declaring(Sound, Capability.SWEEP), "capabilities say SWEEP, but sweep is not written."),
        (declaring(Sound, Capability.WEBHOOK), "capabilities say WEBHOOK, but verify and handle is not written."),
        (declaring(Sound, Capability.LISTEN), "capabilities say LISTEN, but listen and handle is not written."),
        (declaring(Hearing, Capability.WEBHOOK, streams=(ISSUES,)), "no stream names the events that feed it."),
        (declaring(Sound, streams=(HEARD,)), "stream 'issues' names events, but capabilities say neither"),
        (type("Less", (Sound,), {"capabilities": frozenset({Capability.POLL})}), "capabilities lack BACKFILL"),
        (type("Words", (Sound,), {"capabilities": frozenset({"backfill!"})}), "give a frozenset of Capability."),
        (type("Set", (Sound,), {"capabilities": {Capability.BACKFILL}}), "give a frozenset of Capability."),
        (declaring(Sound, verify=lambda self: None), "verify(self) cannot be called as verify(delivery)."),
        (declaring(Sound, recorded=lambda self, line: None), "cannot be called as recorded(line, stream)."),
        (
            declaring(Sound, streams=(Stream(name="a", title=("A", "甲"), scopes="read"),)),  # type: ignore[arg-type]
            "scopes of stream 'a' is 'read'; list the source's own words in a tuple.",
        ),
        (
            declaring(Sound, streams=(Stream(name="a", title=("A", "甲"), scopes=("read", "read")),)),
            "scopes of stream 'a' name one twice.",
        ),
        (
            declaring(Hearing, Capability.WEBHOOK, streams=(Stream(name="a", title=("A", "甲"), events=(" ",)),)),
            "events of stream 'a' is (' ',)",
        ),
    ],
)
def test_each_broken_rule_is_told(kind: type[Connector], finding: str) -> None:
    assert [told for told in broken_rules(kind) if finding in told], broken_rules(kind)


def test_what_is_not_written_says_so() -> None:
    connector = Sound("mine", Sound.Config())
    for call in (
        lambda: connector.verify(Delivery(headers={}, body=b"", received_at=None)),  # type: ignore[arg-type]
        lambda: list(connector.handle(Event(id="1", name="x", payload={}))),
        lambda: list(connector.recorded({}, None)),
        lambda: list(connector.listen()),
    ):
        with pytest.raises(Exception, match=r"^mine: sound ") as caught:
            call()
        assert "mine" in str(caught.value)
