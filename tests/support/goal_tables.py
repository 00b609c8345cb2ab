"""Tables of goals and items, in memory, for what proposes links between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from coachkit.insight.organisation.tables import Tables, moment
from coachkit.retrieval.tokenizer import query_words

__all__ = ["NOW", "Desk", "ms", "terms"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def ms(days_ago: float) -> int:
    return moment(NOW - timedelta(days=days_ago))


def terms(text: str) -> list[str]:
    return [term for _, parts in query_words(text) for term in parts]


@dataclass
class Desk:
    """Write goals, items and links, then take ``tables()``. Times are days before :data:`NOW`."""

    goals: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    owners: list[tuple[int, int]] = field(default_factory=list)
    acts: list[tuple[int, int, int]] = field(default_factory=list)
    links: list[tuple[int, str, int]] = field(default_factory=list)
    states: list[tuple[int, int, str, str, str | None]] = field(default_factory=list)

    def goal(
        self,
        record: int,
        key: str,
        title: str,
        *,
        team: str | None = None,
        owners: Iterable[int] = (),
        days: float = 200,
        text: str = "",
    ) -> None:
        row = {"record": record, "key": key, "title": title, "text": text, "team": team, "other_teams": []}
        self.goals.append(row | {"created_at": ms(days), "due_at": None})
        self.owners += [(record, who) for who in owners]

    def item(
        self,
        record: int,
        title: str,
        *,
        by: int | None = None,
        days: float = 10,
        key: str | None = None,
        areas: Sequence[str] = (),
        team: str | None = None,
        kind: str = "issue",
    ) -> None:
        at = ms(days)
        row = {
            "record": record,
            "key": key or f"I-{record}",
            "kind": kind,
            "title": title,
            "text": "",
            "container": None,
        }
        row |= {"areas": list(areas), "team": team, "created_at": at, "closed_at": None, "known_at": at}
        self.items.append(row)
        if by is not None:
            self.acts.append((record, by, at))

    def link(self, record: int, goal: str, days: float = 9) -> None:
        self.links.append((record, goal, ms(days)))

    def state(self, record: int, state: str, category: str, days: float, reason: str | None = None) -> None:
        self.states.append((record, ms(days), state, category, reason))

    def tables(self) -> Tables:
        whole, text = pl.Int64, pl.String
        names = ("key", "title", "text", "team")
        goals = {"record": whole, **dict.fromkeys(names, text), "other_teams": pl.List(text)}
        items = {"record": whole, **dict.fromkeys(("key", "kind", "title", "text", "container", "team"), text)}
        times = ("created_at", "closed_at", "known_at")
        acts = {"record": whole, "kind": text, "actor": whole, "target": whole, "at": whole, "known_at": whole}
        return Tables(
            acts=pl.DataFrame(
                [(record, "authored", who, None, at, at) for record, who, at in self.acts], schema=acts, orient="row"
            ),
            items=pl.DataFrame(
                self.items, schema={**items, "areas": pl.List(text), **dict.fromkeys(times, whole)}
            ).sort("record"),
            goals=pl.DataFrame(self.goals, schema={**goals, "created_at": whole, "due_at": whole}).sort("record"),
            owners=pl.DataFrame(self.owners, schema={"record": whole, "person": whole}, orient="row"),
            states=pl.DataFrame(
                self.states,
                schema={"record": whole, "at": whole, "state": text, "category": text, "reason": text},
                orient="row",
            ),
            links=pl.DataFrame(self.links, schema={"record": whole, "target": text, "since": whole}, orient="row"),
            accounts={who: f"dataset:o-{who}" for who in range(1, 9)},
        )
