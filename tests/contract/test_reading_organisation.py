"""The tables of a whole organisation: the same from SQLite and PostgreSQL, in the scopes of whoever asks."""

from __future__ import annotations

import polars as pl
import pytest
import sqlalchemy as sa
from network_office import NOW, ago, everything, who

from coachkit.ingest.ports import Source
from coachkit.insight.organisation.whole import Whole
from coachkit.sdk import (
    Account,
    Audience,
    Goal,
    Interaction,
    InteractionKind,
    KeyResult,
    Link,
    StateChange,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational import columns
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_organisation import SqlOrganisationReader
from coachkit.store.relational.writing import write_items

TABLES = ("acts", "items", "goals", "owners", "states", "links")
CHARTS = ("teams", "memberships", "about", "waits", "aims")


def odd() -> list[Upsert]:
    """What drivers and types like to take for something else."""

    def item(key: str, audience: Audience, *links: Link, title: str = "", actor: str = "x:bot") -> Upsert:
        acts = (
            Interaction(kind=InteractionKind.REVIEWED, actor=actor, at=ago(4), target=who("pay1")),
            Interaction(kind=InteractionKind.COMMITTED, actor=who("pay2"), at=ago(5), target=actor),
        )
        record = WorkItem(
            kind=WorkItemKind.COMMIT,
            key=key,
            title=title,
            body="",
            areas=("a,b", '"quoted"', "目录"),
            created_at=ago(5),
            closed_at=ago(2),
            interactions=acts,
            history=(StateChange(at=ago(5), state="", category=None), StateChange(at=ago(4), state="\\N")),
            links=links,
        )
        return Upsert(stream="work_items", native_id=key, record=record, occurred_at=ago(5), audience=audience)

    org, mine = Audience.org(), Audience.people(who("risk5"))
    result = KeyResult(key="G-2/1", title="半")
    goal = Goal(
        key="G-2",
        title='Half, "quoted"\nand broken',
        team="risk",
        other_teams=("pay",),
        key_results=(result,),
        owners=(who("risk1"),),
    )
    bot = Account(identity="x:bot", name="Bot", bot=True)
    return [
        Upsert(stream="goals", native_id="G-2", record=goal, occurred_at=ago(90), audience=org),
        Upsert(stream="accounts", native_id="bot", record=bot, occurred_at=ago(90), audience=org),
        item("c1", org, Link(rel="goal", target="G-2/1"), title='半,"a"\n'),
        item("c2", org, Link(rel="blocks", target="PAY-90", since=ago(3)), actor="x:nobody"),
        item("c3", mine, Link(rel="goal", target="G-2"), title="\\N", actor="x:nobody"),
    ]


def filled(database: Database) -> Database:
    source = Source(connection="all", connector="jsonl")
    write_items(database, source, [*everything(), *odd()], now=NOW, retry=False, dry_run=False)
    return database


def scopes_of(database: Database, *keys: str) -> frozenset[int]:
    with database.read() as connection:
        rows = connection.execute(sa.select(t.scopes.c.id, t.scopes.c.key))
        return frozenset(row.id for row in rows if not keys or row.key in keys)


def read(database: Database, *keys: str) -> Whole:
    return SqlOrganisationReader(database).whole(scopes_of(database, *keys))[1]


def told(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    plain = frame.with_columns(pl.col(pl.Categorical).cast(pl.String), pl.col(pl.List(pl.String)).list.join("|"))
    return sorted(plain.iter_rows(), key=repr)


def test_both_databases_give_the_same_tables(
    sqlite_database: Database, postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = read(filled(sqlite_database)), read(filled(postgres_database))
    for part, names in (("tables", TABLES), ("chart", CHARTS)):
        for name in names:
            mine, theirs = getattr(getattr(one, part), name), getattr(getattr(other, part), name)
            assert mine.schema == theirs.schema, name
            assert told(mine) == told(theirs), name
            assert mine.height or name == "about", name
    assert one.chart.bots == other.chart.bots != frozenset()
    monkeypatch.setattr(columns, "ROWS_AT_ONCE", 7)
    for database, whole in ((sqlite_database, one), (postgres_database, other)):
        assert told(read(database).tables.acts) == told(whole.tables.acts), "batch by batch"


def test_what_is_read(database: Database) -> None:
    whole = read(filled(database), Audience.org().key)
    items = {row["key"]: row for row in whole.tables.items.iter_rows(named=True)}
    assert "c3" not in items, "another scope"
    assert (items["c1"]["title"], items["c1"]["areas"]) == ('半,"a"\n', ["a,b", '"quoted"', "目录"])
    of_c1 = whole.tables.acts.filter(pl.col("record") == items["c1"]["record"])
    assert of_c1["kind"].cast(pl.String).to_list() == ["committed"], "programs do nothing"
    assert set((of_c1["known_at"] - of_c1["at"]).to_list()) == {3 * 86_400_000}, "known when it was taken in"
    linked = whole.tables.links.filter(pl.col("record") == items["c1"]["record"])
    assert linked["target"].to_list() == ["G-2"], "through the key result"
    waits = whole.chart.waits.filter(pl.col("record") == items["PAY-90"]["record"])["target"].to_list()
    assert sorted(waits) == ["RISK-90", "c2"], "as either side says"
    nothing = SqlOrganisationReader(database).whole(frozenset())[1]
    assert not any(getattr(nothing.tables, name).height for name in TABLES)


def test_only_tables_that_set_a_mark_are_read(sqlite_database: Database) -> None:
    """What is kept in memory is made of nothing that changes without a sign."""
    from coachkit.store.relational.changes import QUIET

    filled(sqlite_database)
    asked: list[str] = []
    sa.event.listen(
        sqlite_database.engine, "before_cursor_execute", lambda _c, _cu, statement, *_: asked.append(statement)
    )
    read(sqlite_database)
    names = {name for name in t.metadata.tables for statement in asked if f" {name} " in statement.replace("\n", " ")}
    assert {"records", "interactions", "identities", "memberships"} <= names
    assert names & QUIET <= {"changes"}
