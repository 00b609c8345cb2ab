"""Goals with the history of their state, and the change requests that people linked to them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from coachkit.sdk import (
    Failure,
    Goal,
    GoalLevel,
    Interaction,
    InteractionKind,
    Item,
    StateChange,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit_dataset.tables import Tables, Unusable, day, listed, moment, person_key, seconds

__all__ = ["UNDATED", "change_requests", "goals"]

_CATEGORIES = {
    "provisional": "draft",
    "proposed": "draft",
    "backlog": "draft",
    "approved": "active",
    "accepted": "active",
    "started": "active",
    "implementable": "active",
    "implementeable": "active",  # as some authors spelt it
    "implemented (alpha)": "active",
    "implemented (beta)": "active",
    "alpha": "active",
    "implemented": "done",
    "completed": "done",
    "imlpemented": "done",
    "deferred": "dropped",
    "rejected": "dropped",
    "withdrawn": "dropped",
    "replaced": "dropped",
    "superseded": "dropped",
    "removed": "dropped",
    "abandoned": "dropped",
    "obsolete": "dropped",
}

_NONE = ("", "None")
LONGEST_TITLE = 300

UNDATED = moment(0)
"""Stands for a date that nobody knows."""


def goals(tables: Tables, stream: str) -> Iterator[Item]:
    histories = _histories(tables)
    for row in tables.rows("goals"):
        key = row["goal_id"]
        transitions = histories.pop(key, [])
        try:
            upsert = _goal(tables, row, transitions, stream)
        except Unusable as error:
            yield Failure(stream=stream, native_id=key or "?", reason=str(error), payload=dict(row))
        else:
            if upsert is not None:
                yield upsert
    for key in sorted(histories):
        reason = "its states are listed, but not the goal itself"
        yield Failure(stream=stream, native_id=key, reason=reason, payload={"goal_id": key})


def _histories(tables: Tables) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in tables.rows("goal_transitions"):
        found.setdefault(row["goal_id"], []).append(row)
    return found


def _goal(tables: Tables, row: dict[str, str], transitions: list[dict[str, str]], stream: str) -> Upsert | None:
    created = seconds(row["created_ts"], "created_ts")
    if created is None:
        created = min(filter(None, (seconds(one["ts"], "a transition's ts") for one in transitions)), default=None)
    if created is None:
        raise Unusable("it has no created_ts")
    if not row["goal_id"] or not row["title"]:
        raise Unusable("it lacks its id or its title")
    if not tables.is_known(created):
        return None
    history = tuple(_history(tables, transitions))
    team = row["team"] or None
    goal = Goal(
        key=row["goal_id"],
        title=row["title"],
        description=_about(row),
        level=GoalLevel.TEAM if team else None,
        owners=tuple(person_key(owner) for owner in listed(row["owners"])),
        team=team,
        other_teams=tuple(other for other in listed(row.get("other_teams")) if other != team),
        starts_on=day(created),
        state=history[-1].state if history else None,
        state_category=history[-1].category if history else None,
        history=history,
    )
    at = max([moment(created), *(change.at for change in history)])
    return Upsert(stream=stream, native_id=goal.key, record=goal, occurred_at=at)


def _about(row: dict[str, str]) -> str | None:
    """The summary, and the switches by which the goal's work is called in code."""
    gates = listed(row.get("feature_gates"))
    parts = (row.get("summary") or "", f"Feature gates: {', '.join(gates)}" if gates else "")
    return "\n\n".join(part for part in parts if part) or None


def _history(tables: Tables, transitions: list[dict[str, str]]) -> Iterator[StateChange]:
    """State by state; what repeats the one before is left out. A stage (alpha, beta …) belongs to the state."""
    dated = sorted((seconds(row["ts"], "a transition's ts") or 0, number) for number, row in enumerate(transitions))
    before: tuple[str, str | None] | None = None
    for at, number in dated:
        row = transitions[number]
        status = row["status"].strip()
        if not tables.is_known(at) or not status:
            continue
        if "|" in status:
            raise Unusable("it is a template: its state names every state there is")
        state = status if row["stage"] in _NONE or row["stage"] == status else f"{status} · {row['stage']}"
        reason = _aim(row)
        if (state, reason) != before:
            yield StateChange(at=moment(at), state=state, category=_CATEGORIES.get(status.lower()), reason=reason)
        before = (state, reason)


def _aim(row: dict[str, str]) -> str | None:
    """The release that it aims at: by its number within the first series, or by its name."""
    minor, name = row.get("target_minor") or "", (row.get("target") or "").strip()
    if minor.replace(".", "", 1).isdigit():
        return f"target release 1.{int(float(minor))}"
    return f"target release {name}" if name and name not in _NONE else None


def change_requests(tables: Tables, stream: str, releases: Mapping[str, date]) -> Iterator[Item]:
    """The items; one that only names a release is dated by that release's day, if it is given.

    Without any date an item is read where nothing depends on dates: it stands at :data:`UNDATED` and has not closed.
    Where ``as_of`` is set, nobody can tell whether it was there, and it is kept aside.
    """
    for row in tables.rows("items"):
        try:
            upsert = _change_request(tables, row, stream, releases)
        except Unusable as error:
            yield Failure(stream=stream, native_id=row["item_id"] or "?", reason=str(error), payload=dict(row))
        else:
            if upsert is not None:
                yield upsert


def _change_request(tables: Tables, row: dict[str, str], stream: str, releases: Mapping[str, date]) -> Upsert | None:
    if not row["item_id"] or not row["text"].strip():
        raise Unusable("it lacks its id or its text")
    at = _when(row, releases, tables)
    if at != UNDATED and not tables.is_known(int(at.timestamp())):
        return None
    first, _, rest = row["text"].strip().partition("\n")
    long = len(first) > LONGEST_TITLE
    teams = listed(row["teams"])
    author = person_key(row["author"]) if row["author"] else None
    item = WorkItem(
        kind=WorkItemKind.CHANGE_REQUEST,
        key=row["item_id"],
        title=f"{first[: LONGEST_TITLE - 1]}…" if long else first,
        body=(row["text"].strip() if long else rest.strip()) or None,
        areas=tuple(dict.fromkeys(_labels(row, teams))),
        team=teams[0] if len(teams) == 1 else None,
        state="merged",
        state_category="done",
        closed_at=at if at != UNDATED else None,
        interactions=(Interaction(kind=InteractionKind.AUTHORED, actor=author, at=at),) if author else (),
    )
    return Upsert(stream=stream, native_id=row["item_id"], record=item, occurred_at=at)


def _labels(row: dict[str, str], teams: Sequence[str]) -> Iterator[str]:
    """Its areas and kinds; its teams if there are several, and its release, for which an item has no field."""
    yield from listed(row.get("areas"))
    yield from listed(row.get("kinds"))
    if len(teams) > 1:
        yield from teams
    if row.get("release"):
        yield f"release {row['release']}"


def _when(row: dict[str, str], releases: Mapping[str, date], tables: Tables) -> datetime:
    at = seconds(row["ts"], "ts")
    if at is not None:
        return moment(at)
    release = row.get("release") or ""
    if release in releases:
        return datetime.combine(releases[release], time(), UTC)
    if tables.as_of is None:
        return UNDATED
    if not release:
        raise Unusable("it has neither a date nor a release")
    raise Unusable(f"it has no date, only release {release}, whose day `releases` does not say")
