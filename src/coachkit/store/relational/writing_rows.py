"""What each noun becomes: its rows, its searchable text, and the identities that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from coachkit.domain.identity import identity_key
from coachkit.errors import PayloadRejected
from coachkit.sdk import (
    Account,
    ActionItem,
    CheckIn,
    CheckInState,
    Feedback,
    FeedbackKind,
    Goal,
    Interaction,
    InteractionKind,
    Membership,
    Note,
    PersonProfile,
    Record,
    Relation,
    ReportingLine,
    StateChange,
    Team,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational.bulk import Row
from coachkit.store.relational.writing_values import day, identity, instant, json_text, maybe_text, number, text, whole

__all__ = ["NOUNS", "TABLES", "Mapped", "map_record"]


@dataclass(slots=True)
class Mapped:
    """A record as rows.

    :ivar rows: table name and row, without the envelope.
    :ivar identities: id → key of everybody it names.
    :ivar aliases: identity id, alias id, method.
    :ivar describes: identity that it gives a name and more.
    """

    record_id: int
    kind: str
    key: str = ""
    title: str = ""
    text: str = ""
    rows: list[tuple[str, Row]] = field(default_factory=list)
    identities: dict[int, str] = field(default_factory=dict)
    aliases: list[tuple[int, int, str]] = field(default_factory=list)
    describes: int | None = None

    def somebody(self, key: str) -> int:
        found, normal = identity(key)
        self.identities[found] = normal
        return found

    def maybe_somebody(self, key: str | None) -> int | None:
        return None if key is None else self.somebody(key)


def map_record(record_id: int, item: Upsert) -> Mapped:
    """The rows of ``item``.

    :raises PayloadRejected: if a value cannot be stored; says which.
    """
    noun, mapper = NOUNS[type(item.record)]
    mapped = Mapped(record_id, noun)
    mapper(mapped, item.record)
    mapped.key = mapped.key or text(item.native_id, "the native id")
    return mapped


def _person_profile(out: Mapped, record: PersonProfile) -> None:
    own = out.somebody(record.identity)
    out.key = out.identities[own]
    out.describes = own
    text(record.name, "the name")
    day(record.started_on), day(record.left_on)  # checked here, kept in the document
    out.rows.append(("profiles", (out.record_id, own, json_text(record))))
    _aliases(out, own, [*map(_email, record.emails), *record.accounts], "profile")


def _account(out: Mapped, record: Account) -> None:
    own = out.somebody(record.identity)
    out.key = out.identities[own]
    out.describes = own
    out.rows.append(("accounts", (out.record_id, own, maybe_text(record.name, "the name"), bool(record.bot))))
    _aliases(out, own, [*map(_email, record.emails), *record.same_as], "account")


def _email(address: str) -> str:
    return identity_key("email", text(address, "an e-mail address"))


def _aliases(out: Mapped, own: int, keys: Iterable[str], method: str) -> None:
    others = dict.fromkeys(out.somebody(key) for key in keys)
    out.aliases.extend((own, other, method) for other in others if other != own)


def _team(out: Mapped, record: Team) -> None:
    out.key = text(record.key, "the team's key")
    out.title = text(record.name, "the team's name")
    out.text = maybe_text(record.description, "the description") or ""
    names = json_text([text(name, "a name") for name in record.other_names])
    parent, kind = maybe_text(record.parent, "the parent"), maybe_text(record.kind, "the kind")
    description = maybe_text(record.description, "the description")
    out.rows.append(("teams", (out.record_id, out.key, out.title, names, parent, kind, description)))


def _membership(out: Mapped, record: Membership) -> None:
    team, role = text(record.team, "the team"), text(record.role, "the role")
    person = out.somebody(record.person)
    out.rows.append(("memberships", (out.record_id, team, person, role, day(record.starts_on), day(record.ends_on))))


def _reporting_line(out: Mapped, record: ReportingLine) -> None:
    person, manager = out.somebody(record.person), out.somebody(record.manager)
    out.rows.append(("reporting_lines", (out.record_id, person, manager, day(record.starts_on), day(record.ends_on))))


def _goal(out: Mapped, record: Goal) -> None:
    out.key, out.title = text(record.key, "the goal's key"), text(record.title, "the title")
    description = maybe_text(record.description, "the description") or ""
    titles = [text(result.title, "a key result's title") for result in record.key_results]
    out.text = "\n".join(filter(None, [description, *titles]))
    out.rows.append(
        (
            "goals",
            (
                out.record_id,
                out.key,
                _name(record.level),
                _name(record.commitment),
                maybe_text(record.team, "the team"),
                json_text([text(team, "a team") for team in record.other_teams]),
                json_text([text(parent, "a parent") for parent in record.parents]),
                day(record.starts_on),
                day(record.due_on),
                maybe_text(record.state, "the state"),
                _name(record.state_category),
            ),
        )
    )
    owners = dict.fromkeys(("", out.somebody(owner)) for owner in record.owners)
    _key_results(out, record, owners)
    out.rows.extend(("goal_owners", (out.record_id, *owner)) for owner in owners)
    _history(out, record.history)


def _key_results(out: Mapped, record: Goal, owners: dict[tuple[str, int], None]) -> None:
    if len({result.key for result in record.key_results}) < len(record.key_results):
        raise PayloadRejected(f"two key results of {record.key} have one key")
    measured: dict[tuple[str, int], Row] = {}
    for ordinal, result in enumerate(record.key_results):
        key = text(result.key, "a key result's key")
        if not key:
            raise PayloadRejected(f"a key result of {record.key} has no key")
        start, target = number(result.start, "the start"), number(result.target, "the target")
        unit = maybe_text(result.unit, "the unit")
        title = text(result.title, "the title")
        row = (out.record_id, key, ordinal, title, start, target, unit, day(result.due_on))
        out.rows.append(("key_results", row))
        owners.update(dict.fromkeys((key, out.somebody(owner)) for owner in result.owners))
        for m in result.measurements:
            at, value = instant(m.at), number(m.value, "a measurement")
            if value is None:
                raise PayloadRejected(f"a measurement of {key} has no value")
            by, note = out.maybe_somebody(m.by), maybe_text(m.note, "a note")
            measured[key, at] = (out.record_id, key, at, value, by, note)
    out.rows.extend(("measurements", row) for row in measured.values())


def _history(out: Mapped, history: Iterable[StateChange]) -> None:
    for ordinal, change in enumerate(history):
        state, reason = text(change.state, "a state"), maybe_text(change.reason, "a reason")
        by = out.maybe_somebody(change.by)
        row = (out.record_id, ordinal, instant(change.at), state, _name(change.category), by, reason)
        out.rows.append(("state_changes", row))


def _work_item(out: Mapped, record: WorkItem) -> None:
    out.kind = _one_of(WorkItemKind, record.kind)
    out.key, out.title = text(record.key, "the key"), text(record.title, "the title")
    said = [maybe_text(part.text, "what was said") for part in record.interactions]
    out.text = "\n\n".join(filter(None, [maybe_text(record.body, "the body"), *said]))
    out.rows.append(
        (
            "work_items",
            (
                out.record_id,
                maybe_text(record.container, "the container"),
                json_text([text(area, "an area") for area in record.areas]),
                maybe_text(record.team, "the team"),
                maybe_text(record.state, "the state"),
                _name(record.state_category),
                None if record.created_at is None else instant(record.created_at),
                None if record.closed_at is None else instant(record.closed_at),
                day(record.due_on),
                whole(record.size, "the size"),
            ),
        )
    )
    for ordinal, part in enumerate(record.interactions):
        _interaction_row(out, ordinal, part, None)
    _history(out, record.history)
    links = {}
    for link in record.links:
        rel, target = text(link.rel, "a link"), text(link.target, "a link's target")
        since = None if link.since is None else instant(link.since)
        until = None if link.until is None else instant(link.until)
        links[rel, target] = (out.record_id, rel, target, since, until)
    out.rows.extend(("record_links", row) for row in links.values())


def _interaction(out: Mapped, record: Interaction) -> None:
    item = maybe_text(record.item, "the item")
    out.key = item or ""
    out.text = maybe_text(record.text, "what was said") or ""
    _interaction_row(out, 0, record, item)


def _interaction_row(out: Mapped, ordinal: int, record: Interaction, item: str | None) -> None:
    actor = out.somebody(record.actor)
    target = None if record.target is None else out.somebody(record.target)
    out.rows.append(
        (
            "interactions",
            (out.record_id, ordinal, _one_of(InteractionKind, record.kind), actor, target, item, instant(record.at)),
        )
    )


def _feedback(out: Mapped, record: Feedback) -> None:
    out.text = text(record.text, "the feedback")
    subject, author = out.somebody(record.subject), out.maybe_somebody(record.author)
    name, item = maybe_text(record.author_name, "the author's name"), maybe_text(record.item, "the item")
    instant(record.at)
    kind, relation = _one_of(FeedbackKind, record.kind), _one_of(Relation, record.relation)
    row = (out.record_id, subject, author, name, kind, relation, item)
    out.rows.append(("feedback", row))


def _check_in(out: Mapped, record: CheckIn) -> None:
    outcome = maybe_text(record.outcome, "the outcome")
    points = [text(point.text, "a point of the agenda") for point in record.agenda]
    out.text = "\n".join(filter(None, [*points, outcome]))
    manager, report = out.somebody(record.manager), out.somebody(record.report)
    every = whole(record.every_days, "the interval")
    at = instant(record.scheduled_at)
    state = _one_of(CheckInState, record.state)
    out.rows.append(("check_ins", (out.record_id, manager, report, at, state, outcome, every)))
    for ordinal, point in enumerate(record.agenda):
        author = out.somebody(point.author)
        row = (out.record_id, ordinal, author, points[ordinal], instant(point.added_at), bool(point.done))
        out.rows.append(("agenda_points", row))


def _action_item(out: Mapped, record: ActionItem) -> None:
    out.title = text(record.title, "the title")
    owner = out.somebody(record.owner)
    done = None if record.done_at is None else instant(record.done_at)
    check_in, item = maybe_text(record.check_in, "the check-in"), maybe_text(record.item, "the item")
    row = (out.record_id, owner, instant(record.created_at), day(record.due_on), done, check_in, item)
    out.rows.append(("action_items", row))


def _note(out: Mapped, record: Note) -> None:
    out.text = text(record.text, "the note")
    instant(record.at)
    out.rows.append(("notes", (out.record_id, out.somebody(record.author), out.somebody(record.about))))


@lru_cache
def _values(names: type[StrEnum]) -> dict[str, str]:
    return {member.value: member.value for member in names}


def _one_of(names: type[StrEnum], value: str) -> str:
    """A name that must be one of ours."""
    try:
        return _values(names)[value]
    except KeyError:
        raise PayloadRejected(f"{value!r} is none of: {', '.join(_values(names))}") from None


def _name(value: object) -> str | None:
    """A name from one of our lists, or the source's own."""
    return None if value is None else text(str(value), "a name")


NOUNS: dict[type[Record], tuple[str, Callable[[Mapped, Any], None]]] = {
    Account: ("account", _account),
    ActionItem: ("action_item", _action_item),
    CheckIn: ("check_in", _check_in),
    Feedback: ("feedback", _feedback),
    Goal: ("goal", _goal),
    Interaction: ("interaction", _interaction),
    Membership: ("membership", _membership),
    Note: ("note", _note),
    PersonProfile: ("person_profile", _person_profile),
    ReportingLine: ("reporting_line", _reporting_line),
    Team: ("team", _team),
    WorkItem: ("work_item", _work_item),
}
"""Every noun: its name and how it becomes rows."""

_OF_WORK = ("work_items", "interactions", "state_changes", "record_links")

TABLES: dict[str, tuple[str, ...]] = {
    "account": ("accounts", "identity_aliases"),
    "action_item": ("action_items",),
    "check_in": ("check_ins", "agenda_points"),
    "feedback": ("feedback",),
    "goal": ("goals", "key_results", "goal_owners", "measurements", "state_changes"),
    "interaction": ("interactions",),
    "membership": ("memberships",),
    "note": ("notes",),
    "person_profile": ("profiles", "identity_aliases"),
    "reporting_line": ("reporting_lines",),
    "team": ("teams",),
    "issue": _OF_WORK,
    "change_request": _OF_WORK,
    "commit": _OF_WORK,
    "document": _OF_WORK,
    "meeting": _OF_WORK,
    "task": _OF_WORK,
}
"""Which tables may hold rows of a record, by its kind."""
