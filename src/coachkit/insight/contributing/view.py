"""The contribution view of a person, a team, a project, a goal, or of two teams towards each other.

One sentence tells one kind of help of one team for one team towards one goal: all who gave it stand in it by name, and
how often is told of nobody. What came of it and what customers said stand beside it, not in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from coachkit.domain.identity import content_hash
from coachkit.insight.contributing.given import given
from coachkit.insight.contribution import KINDS
from coachkit.insight.linking.cards import ENDED
from coachkit.insight.linking.mapping import MappedGoal
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables
from coachkit.insight.rows import KeyResultRow, MeasurementRow
from coachkit.insight.work import is_routine

if TYPE_CHECKING:
    import polars as pl

__all__ = ["About", "AboutKind", "Came", "CustomerWord", "Did", "View", "Voice", "view"]

EACH_KIND = 12
"""Sentences of one kind; the others are named in a note."""

SHOWN = 4
"""Records that show a sentence, the newest of those that say most."""

_LOOKED_AT = 200
"""The newest acts behind a sentence, among which those that show it are chosen."""


class AboutKind(StrEnum):
    PERSON = "person"
    TEAM = "team"
    PROJECT = "project"
    EPIC = "epic"
    GOAL = "goal"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a view is of.

    :ivar key: of a team, project, epic or goal; of a person the public id; ``other`` the second of two teams.
    :ivar items: of an epic, its record and those of its parts.
    """

    kind: AboutKind
    key: str
    person: int | None = None
    other: str | None = None
    items: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """One kind of help of one team for another towards one goal.

    :ivar people: who gave it, in no order that means anything; ``records`` and ``items`` are among those that show it.
    :ivar team: of those who gave it, on that day; ``other``: of those it was for.
    """

    kind: str
    people: tuple[int, ...]
    team: str | None
    other: str | None
    goal: str | None
    goal_team: str | None
    records: tuple[int, ...]
    items: tuple[int, ...]
    last: datetime

    @property
    def id(self) -> str:
        """The same for the same help, whenever it is looked at and in whichever view."""
        return content_hash("did", self.kind, self.team or "", self.other or "", self.goal or "")[:16]

    @property
    def across(self) -> bool:
        return self.team is not None and self.other is not None and self.team != self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A key result at the beginning and now, or a goal that went from one state to another, ``at`` that moment."""

    goal: MappedGoal
    result: KeyResultRow | None = None
    old: float | None = None
    new: MeasurementRow | None = None
    before: str | None = None
    now: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWord:
    """What a customer said about somebody's work. ``kind``: ``praise`` or ``suggestion``."""

    record: int
    subject: int
    kind: str
    at: datetime
    customer: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A customer's word, with whose work it was about."""

    word: CustomerWord
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What was found, from ``since`` to ``until``.

    :ivar more: kinds of help of which there were more sentences than are told.
    :ivar unnamed: somebody took part who is matched to nobody here, or has left.
    """

    about: About
    since: datetime
    until: datetime
    did: tuple[Did, ...]
    came: tuple[Came, ...]
    voices: tuple[Voice, ...]
    more: tuple[str, ...] = ()
    unnamed: bool = False

    @property
    def people(self) -> frozenset[int]:
        """Everybody who is named."""
        return frozenset(who for one in self.did for who in one.people) | {one.word.subject for one in self.voices}

    @property
    def records(self) -> frozenset[int]:
        of_goals = {one.goal.record for one in self.came}
        return frozenset(
            {record for one in self.did for record in (*one.records, *one.items)}
            | of_goals
            | {one.word.record for one in self.voices}
        )


def view(
    tables: Tables,
    chart: Chart,
    about: About,
    since: datetime,
    until: datetime,
    *,
    present: Collection[int],
    goals: Sequence[MappedGoal] = (),
    words: Iterable[CustomerWord] = (),
    belonging: Mapping[int, Collection[str]] | None = None,
    rows: pl.DataFrame | None = None,
) -> View:
    """Deterministic for the same rows in whatever order.

    :param present: people who work here today: nobody else is named.
    :param words: customers' words that the reader may read.
    :param belonging: by item, goals of the epic it is part of and of what it fixes.
    :param rows: what :func:`~coachkit.insight.contributing.given.given` found, where that is known already.
    """
    import polars as pl

    rows = (given(tables, chart, since, until, belonging) if rows is None else rows).filter(_selected(about))
    named = rows.filter(pl.col("who").is_in(list(present)))
    found = [_did(group) for _, group in named.group_by("kind", "team", "other", "goal", maintain_order=True)]
    kept, more = _capped(found)
    touched = {one.goal for one in found if one.goal}
    mine = [goal for goal in goals if _of(goal, about) or (goal.key in touched and goal.level != "person")]
    return View(
        about=about,
        since=since,
        until=until,
        did=kept,
        came=tuple(one for goal in mine for one in _came(goal, since, until)),
        voices=_voices(words, chart, about, tables, since, until, present),
        more=more,
        unnamed=named.height < rows.height,
    )


def _selected(about: About) -> pl.Expr:
    import polars as pl

    if about.kind is AboutKind.PERSON:
        return pl.col("who") == about.person
    if about.kind is AboutKind.PROJECT:
        return (pl.col("container") == about.key).fill_null(value=False)
    if about.kind is AboutKind.GOAL:
        return (pl.col("goal") == about.key).fill_null(value=False)
    if about.kind is AboutKind.EPIC:
        return pl.col("item").is_in(list(about.items)).fill_null(value=False)
    team, other, goal = (pl.col(name).fill_null("") for name in ("team", "other", "goal_team"))
    if about.kind is AboutKind.BETWEEN:
        there = (team == about.key) & ((other == about.other) | (goal == about.other))
        back = (team == about.other) & ((other == about.key) | (goal == about.key))
        return there | back
    return (team == about.key) | (other == about.key) | (goal == about.key)


def _did(rows: pl.DataFrame) -> Did:
    import polars as pl

    newest = rows.sort("at", "item", "record", descending=[True, False, False]).head(_LOOKED_AT)
    telling = [bool(title) and not is_routine(title) for title in newest["title"].to_list()]
    best = newest.with_columns(telling=pl.Series(telling)).sort(
        "telling", "at", "item", "record", descending=[True, True, False, False]
    )
    shown = best.unique("item", keep="first", maintain_order=True).head(SHOWN)
    first: Mapping[str, Any] = rows.row(0, named=True)
    records = [value for pair in zip(shown["item"], shown["record"], strict=True) for value in pair]
    return Did(
        kind=first["kind"],
        people=tuple(sorted(rows["who"].unique().to_list())),
        team=first["team"],
        other=first["other"],
        goal=first["goal"],
        goal_team=first["goal_team"],
        records=tuple(dict.fromkeys(records)),
        items=tuple(shown["item"]),
        last=datetime.fromtimestamp(max(rows["at"]) / 1000, UTC),
    )


def _capped(found: Iterable[Did]) -> tuple[tuple[Did, ...], tuple[str, ...]]:
    """Of each kind what says most: towards a goal, across teams, the latest; in an order that is the same each time."""

    def worth(one: Did) -> tuple[bool, bool, float, str]:
        return (one.goal is None, not one.across, -one.last.timestamp(), one.id)

    kept: list[Did] = []
    more: list[str] = []
    for kind in KINDS:
        ordered = sorted((one for one in found if one.kind == kind), key=worth)
        kept += ordered[:EACH_KIND]
        if len(ordered) > EACH_KIND:
            more.append(kind)
    return tuple(kept), tuple(more)


def _of(goal: MappedGoal, about: About) -> bool:
    if about.kind is AboutKind.GOAL:
        return goal.key == about.key
    if about.kind is AboutKind.PERSON:
        return about.person in goal.owners or any(about.person in result.owners for result in goal.results)
    return about.kind is AboutKind.TEAM and about.key in goal.teams and goal.level != "person"


def _came(goal: MappedGoal, since: datetime, until: datetime) -> Iterable[Came]:
    for result in goal.results:
        known = [one for one in result.measurements if one.at <= until]
        inside = [one for one in known if one.at >= since]
        before = [one for one in known if one.at < since]
        if inside:
            old = before[-1].value if before else result.start
            yield Came(goal=goal, result=result, old=old, new=inside[-1])
    steps = [one for one in goal.history if one.at <= until]
    turned = [one for one in steps if one.at >= since]
    earlier = [one for one in steps if one.at < since]
    began = not earlier and turned and turned[-1].category not in ENDED
    if turned and not began and (not earlier or earlier[-1].state != turned[-1].state):
        was = earlier[-1].state if earlier else None
        yield Came(goal=goal, before=was, now=turned[-1].state, at=turned[-1].at)


def _voices(
    words: Iterable[CustomerWord],
    chart: Chart,
    about: About,
    tables: Tables,
    since: datetime,
    until: datetime,
    present: Collection[int],
) -> tuple[Voice, ...]:
    import polars as pl

    from coachkit.insight.organisation.chart import in_team
    from coachkit.insight.organisation.tables import moment

    inside = [one for one in words if since <= one.at <= until and one.subject in present]
    if not inside or about.kind is AboutKind.BETWEEN:
        return ()
    dated = pl.DataFrame(
        {"subject": [one.subject for one in inside], "at": [moment(one.at) for one in inside]},
        schema={"subject": pl.Int64, "at": pl.Int64},
    )
    teams = in_team(dated, chart, "subject", "at", name="team")["team"].to_list()
    keys = {one.item for one in inside if one.item}
    places = dict(tables.items.filter(pl.col("key").is_in(list(keys))).select("key", "container").iter_rows())
    serving = dict(
        tables.items.filter(pl.col("key").is_in(list(keys)))
        .join(tables.links, on="record")
        .select("key", "target")
        .iter_rows()
    )
    records: dict[str, set[int]] = {}
    for key, record in tables.items.filter(pl.col("key").is_in(list(keys))).select("key", "record").iter_rows():
        records.setdefault(key, set()).add(record)
    chosen = []
    for one, team in zip(inside, teams, strict=True):
        item = one.item or ""
        fits = {
            AboutKind.PERSON: one.subject == about.person,
            AboutKind.TEAM: team == about.key,
            AboutKind.PROJECT: places.get(item) == about.key,
            AboutKind.EPIC: bool(records.get(item, set()) & about.items),
            AboutKind.GOAL: serving.get(item) == about.key,
        }
        if fits[about.kind]:
            chosen.append(Voice(word=one, team=team))
    return tuple(sorted(chosen, key=lambda one: (-one.word.at.timestamp(), one.word.record)))
