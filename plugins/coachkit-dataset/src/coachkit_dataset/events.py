"""Events, grouped so that a commit or merged change request is one record with what each person did on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from coachkit.sdk import (
    Failure,
    Interaction,
    InteractionKind,
    Item,
    Link,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit_dataset.tables import Tables, Unusable, listed, moment, person_key, seconds

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Event", "parts", "work", "work_in"]

Event = dict[str, Any]

COLUMNS = (
    "event_id",
    "repo",
    "type",
    "actor_id",
    "target_id",
    "ts",
    "known_at",
    "ref",
    "pr",
    "nfiles",
    "areas",
    "text",
)
ROWS_IN_MEMORY = 60_000

_KINDS = {
    "commit": InteractionKind.AUTHORED,
    "pr_merged": InteractionKind.AUTHORED,
    "co_author": InteractionKind.CO_AUTHORED,
    "integrate": InteractionKind.COMMITTED,
    "merge": InteractionKind.MERGED,
    "review": InteractionKind.REVIEWED,
    "ack": InteractionKind.APPROVED,
    "test": InteractionKind.TESTED,
}


def parts(tables: Tables) -> list[str]:
    """Ends of ``ref`` by which the rows are taken apart, so that no more than some ten thousand are in memory."""
    import polars as pl

    frame = _frame(tables)
    rows: int = frame.select(pl.len()).collect().item()
    characters = 1 if rows <= 16 * ROWS_IN_MEMORY else 2
    ends = frame.select(pl.col("ref").fill_null("").str.slice(-characters).unique()).collect()
    return sorted(ends.to_series().to_list())


def work(tables: Tables, stream: str) -> Iterator[Item]:
    for part in parts(tables):
        yield from work_in(tables, stream, part)


def work_in(tables: Tables, stream: str, part: str) -> Iterator[Item]:
    """The records of which ``ref`` ends in ``part``."""
    import polars as pl

    wanted = pl.col("ref").fill_null("").str.slice(-max(1, len(part))) == part
    known = _frame(tables).filter(wanted)
    if tables.as_of is not None:
        known = known.filter(pl.col("ts").fill_null(0) <= tables.as_of, pl.col("known_at").fill_null(0) <= tables.as_of)
    rows = known.sort("repo", "ref", "ts", "event_id", nulls_last=True).collect()
    for (repo, ref), group in groupby(rows.iter_rows(named=True), key=lambda row: (row["repo"], row["ref"])):
        yield from _record(str(repo or ""), str(ref or ""), list(group), stream)


def _frame(tables: Tables) -> pl.LazyFrame:
    import polars as pl

    try:
        frame = pl.scan_parquet(tables.events)
        missing = sorted(set(COLUMNS) - set(frame.collect_schema().names()))
    except (OSError, pl.exceptions.PolarsError) as error:
        words = str(error).splitlines()[0]
        raise tables.error(f"events.parquet cannot be read: {words}.", "Fetch the data anew.") from error
    if missing:
        raise tables.error(f"events.parquet has no column {', '.join(missing)}.", "See the data's own README.")
    return frame.select(COLUMNS)


def _record(repo: str, ref: str, group: Sequence[Event], stream: str) -> Iterator[Item]:
    """One record of all rows that can be used, and a failure for each that cannot."""
    usable: list[Event] = []
    for row in group:
        try:
            usable.append(_checked(row))
        except Unusable as error:
            event = str(row["event_id"] or f"{repo}@{ref}")
            yield Failure(stream=stream, native_id=event, reason=str(error), payload={"event_id": event})
    if usable:
        yield _upsert(repo, ref, usable, stream)


def _checked(row: Event) -> Event:
    if row["type"] not in _KINDS:
        raise Unusable(f"events of type {row['type']!r} are not known")
    if not row["actor_id"] or not row["ref"] or not row["repo"]:
        raise Unusable("it lacks its actor, its ref or its repository")
    at = seconds(str(row["ts"] or ""), "ts")
    if at is None:
        raise Unusable("it has no ts")
    return {**row, "ts": at, "known_at": seconds(str(row["known_at"] or ""), "known_at") or at}


def _upsert(repo: str, ref: str, rows: Sequence[Event], stream: str) -> Upsert:
    by_type = {row["type"]: row for row in reversed(rows)}
    main = by_type.get("commit") or by_type.get("pr_merged") or rows[0]
    numbers = [row["pr"] for row in rows if row["pr"] is not None]
    request = f"{repo}#{numbers[0]}" if numbers else None
    merged = "commit" not in by_type and request is not None and bool({"pr_merged", "merge"} & by_type.keys())
    done = max(row["known_at"] for row in rows)
    title = next((row["text"].strip() for row in (main, *rows) if row["text"] and row["text"].strip()), "")
    files = max(row["nfiles"] or 0 for row in rows)
    item = WorkItem(
        kind=WorkItemKind.CHANGE_REQUEST if merged else WorkItemKind.COMMIT,
        key=request if merged and request else ref,
        title=title or _untitled(by_type.keys(), request, ref),
        container=repo,
        areas=listed(main["areas"]),
        state="merged" if merged else None,
        state_category="done" if merged else None,
        created_at=None if merged else moment(main["ts"]),
        closed_at=moment(done),
        size=files or None,
        interactions=tuple(dict.fromkeys(map(_interaction, rows))),
        links=(Link(rel="relates", target=request),) if request and not merged else (),
    )
    return Upsert(stream=stream, native_id=f"{repo}@{ref}", record=item, occurred_at=moment(main["ts"]))


def _untitled(types: Any, request: str | None, ref: str) -> str:
    """Words for what the data gives none."""
    if "merge" in types or "pr_merged" in types:
        return f"Merge of {request}" if request else f"Merge {ref}"
    return f"Commit {ref}"


def _interaction(row: Event) -> Interaction:
    target = row["target_id"] if row["target_id"] and row["target_id"] != row["actor_id"] else None
    return Interaction(
        kind=_KINDS[row["type"]],
        actor=person_key(row["actor_id"]),
        at=moment(row["ts"]),
        target=person_key(target) if target else None,
    )
