"""Tables and a chart of a made-up organisation, in memory: for engines that read nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables, moment

__all__ = ["NOW", "Org", "ago"]

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@dataclass
class Org:
    """Write what happened, then take ``tables()`` and ``chart()``. Times are days before :data:`NOW`."""

    teams: Mapping[str, Sequence[int]]
    acts: list[tuple[int, str, int, int | None, int, int]] = field(default_factory=list)
    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    states: list[tuple[int, int, str, str]] = field(default_factory=list)
    waits: list[tuple[int, str, int, int | None]] = field(default_factory=list)
    aims: list[tuple[int, int]] = field(default_factory=list)
    moves: list[tuple[int, str, float, float | None]] = field(default_factory=list)
    bots: set[int] = field(default_factory=set)

    def item(self, record: int, **values: Any) -> int:
        self.items[record] = {"key": f"I-{record}", "kind": "change_request", "title": f"Item {record}", **values}
        return record

    def act(self, record: int, kind: str, actor: int, target: int | None, days: float) -> None:
        if record not in self.items:
            self.item(record)
        at = moment(ago(days))
        self.acts.append((record, kind, actor, target, at, at))

    def state(self, record: int, state: str, category: str, days: float) -> None:
        self.states.append((record, moment(ago(days)), state, category))

    def wait(self, record: int, target: str, since: float, until: float | None = None) -> None:
        self.waits.append((record, target, moment(ago(since)), None if until is None else moment(ago(until))))

    def tables(self) -> Tables:
        whole = {"record": pl.Int64}
        return Tables(
            acts=pl.DataFrame(
                sorted(self.acts, key=lambda act: (act[4], act[0], act[2])),
                schema={**whole, "kind": pl.String, "actor": pl.Int64, "target": pl.Int64}
                | {"at": pl.Int64, "known_at": pl.Int64},
                orient="row",
            ),
            items=pl.DataFrame(
                [self._row(record, values) for record, values in sorted(self.items.items())],
                schema={**whole, **dict.fromkeys(("key", "kind", "title", "container", "team"), pl.String)}
                | {"areas": pl.List(pl.String), "created_at": pl.Int64, "closed_at": pl.Int64, "known_at": pl.Int64},
                orient="row",
            ),
            goals=pl.DataFrame(schema={**whole, "key": pl.String, "created_at": pl.Int64, "due_at": pl.Int64}),
            owners=pl.DataFrame(schema={**whole, "person": pl.Int64}),
            states=pl.DataFrame(
                sorted(self.states),
                schema={**whole, "at": pl.Int64, "state": pl.String, "category": pl.String},
                orient="row",
            ),
            links=pl.DataFrame(schema={**whole, "target": pl.String, "since": pl.Int64}),
            accounts={},
        )

    @staticmethod
    def _row(record: int, values: Mapping[str, Any]) -> tuple[Any, ...]:
        texts = (values.get(name) for name in ("key", "kind", "title", "container", "team"))
        times = (None if values.get(name) is None else moment(ago(values[name])) for name in ("created", "closed"))
        return (record, *texts, values.get("areas", []), *times, 0)

    def chart(self) -> Chart:
        whole = {"record": pl.Int64}
        return Chart(
            teams=pl.DataFrame(
                [(team, team.title(), None) for team in sorted(self.teams)],
                schema=dict.fromkeys(("key", "name", "parent"), pl.String),
                orient="row",
            ),
            memberships=pl.DataFrame(
                sorted(self._memberships(), key=lambda row: (row[0], row[2] or 0)),
                schema={"person": pl.Int64, "team": pl.String, "starts": pl.Int64, "ends": pl.Int64},
                orient="row",
            ),
            about=pl.DataFrame(schema={**whole, "item": pl.String}),
            waits=pl.DataFrame(
                sorted(self.waits),
                schema={**whole, "target": pl.String, "since": pl.Int64, "until": pl.Int64},
                orient="row",
            ),
            aims=pl.DataFrame(sorted(self.aims), schema={**whole, "goal": pl.Int64}, orient="row"),
            bots=frozenset(self.bots),
        )

    def _memberships(self) -> Iterable[tuple[int, str, int | None, int | None]]:
        moved = {person for person, *_ in self.moves}
        for team, people in self.teams.items():
            yield from ((person, team, None, None) for person in people if person not in moved)
        for person, team, since, until in self.moves:
            yield person, team, moment(ago(since)), None if until is None else moment(ago(until))
