"""Deliveries in any order, any number of times, cut off anywhere: the end is that of each note's newest version."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signed_source import SignedConfig, SignedSource, note

from coachkit.errors import SourceUnavailable
from coachkit.ingest import Connection
from coachkit.ingest.deliveries import Arrival
from coachkit.ingest.webhooks import Webhooks
from coachkit.sdk import Event, Item, SecretRef
from coachkit.store.relational import schema as t
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.deliveries import SqlDeliveryStore
from coachkit.store.relational.migrating import migrate

NOW = datetime(2026, 5, 20, tzinfo=UTC)


class Cut(BaseException):
    """The process ends here."""


class Shaky(SignedSource):
    """Ends the process, or does not answer, at moments of its own choosing."""

    luck: random.Random

    def handle(self, event: Event) -> Iterator[Item]:
        chance = self.luck.random()
        if chance < 0.1:
            raise Cut
        if chance < 0.2:
            raise SourceUnavailable("did not answer.")
        if chance < 0.3:
            raise KeyError("a mistake that passes")
        yield from super().handle(event)


@contextmanager
def store() -> Iterator[SqlDeliveryStore]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'coachkit.db'}")
        migrate(database)
        SqlConnectionStore(database).save(Connection(name="post", connector="signed", created_at=NOW))
        yield SqlDeliveryStore(database)
        database.close()


deliveries = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=25)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=deliveries, seed=st.integers(0, 2**32))
def test_the_end_is_the_newest_of_each(sent: list[tuple[int, int]], seed: int) -> None:
    luck = random.Random(seed)
    connector = Shaky("post", SignedConfig(secret=SecretRef("env:X")))
    connector.luck = luck
    now = NOW
    with store() as kept:
        webhooks = Webhooks(kept)
        for key, second in sent:
            event = Event(id=f"{key}/{second}", name="note", payload=note(key, second=second, title=f"State {second}"))
            kept.keep([Arrival.of("post", event, now)], lambda *_: None, now=now)
            if luck.random() < 0.4:
                with suppress(Cut):
                    webhooks.drain("post", connector, clock=lambda at=now: at)  # type: ignore[misc]
        for _ in range(200):
            now += timedelta(minutes=1)
            with suppress(Cut):
                webhooks.drain("post", connector, clock=lambda at=now: at)  # type: ignore[misc]
            if kept.retry("post", now) == 0 and not kept.waiting():
                break
        wanted = {f"NOTE-{key}": f"State {max(s for k, s in sent if k == key)}" for key, _ in sent}
        r = t.records.c
        with kept.database.read() as reading:
            found: dict[str, Any] = {
                row.native_id: row.title for row in reading.execute(sa.select(r.native_id, r.title))
            }
        assert found == wanted
        assert kept.counts()["post"].done == len(set(sent))
