"""One line of a file as an item: its three forms, checked against the SDK's nouns."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails, from_json, to_json

from coachkit.sdk import (
    Account,
    AclChange,
    ActionItem,
    Audience,
    CheckIn,
    Feedback,
    Goal,
    Interaction,
    Item,
    Membership,
    Note,
    PersonProfile,
    Record,
    ReportingLine,
    Sensitivity,
    Team,
    Tombstone,
    Upsert,
    WorkItem,
)

__all__ = ["NOUNS", "STREAM_OF", "Unreadable", "address_of", "read_line"]

NOUNS: Mapping[str, type[Record]] = {
    "person_profile": PersonProfile,
    "account": Account,
    "team": Team,
    "membership": Membership,
    "reporting_line": ReportingLine,
    "goal": Goal,
    "work_item": WorkItem,
    "interaction": Interaction,
    "feedback": Feedback,
    "check_in": CheckIn,
    "action_item": ActionItem,
    "note": Note,
}

STREAM_OF: Mapping[str, str] = {
    noun: "people" if noun == "person_profile" else f"{noun}s" for noun in NOUNS if noun != "feedback"
} | {"feedback": "feedback"}
"""The stream of a line that names none."""

_STREAMS = frozenset(STREAM_OF.values())


class Unreadable(Exception):
    """A line is no item; the message says why, without repeating what the line says."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _audience(key: object) -> object:
    if not isinstance(key, str):
        raise ValueError("an audience is text such as 'org' or 'team:payments'")
    try:
        return Audience.from_key(key)
    except ValueError:
        raise ValueError("must be org, nobody, team:KEY, group:KEY, people:A|B or subject:A") from None


class _Envelope(_Form):
    """A record's line, without the record."""

    native_id: str = Field(min_length=1)
    occurred_at: AwareDatetime
    stream: str | None = None
    version: int | None = None
    url: str | None = None
    audience: Annotated[Audience, BeforeValidator(_audience)] = Audience.org()
    sensitivity: Sensitivity = Sensitivity.WORK


class _Gone(_Form):
    stream: str
    native_id: str = Field(min_length=1)
    tombstone: bool
    at: AwareDatetime | None = None


class _Group(_Form):
    group: str = Field(min_length=1)
    members: tuple[str, ...]


@cache
def _form_of(noun: str) -> type[_Envelope]:
    """The form of a line that holds this noun; an unknown field is refused at every depth."""
    return create_model(f"{noun}_line", __base__=_Envelope, record=(NOUNS[noun], ...))


def read_line(line: bytes) -> Item:
    """The item that a line says.

    :raises Unreadable: if it says none.
    """
    said = _object(line)
    try:
        if "group" in said:
            group = _Group.model_validate_json(line)
            return AclChange(group=group.group, members=group.members)
        if "tombstone" in said:
            gone = _Gone.model_validate_json(line)
            if not gone.tombstone:
                raise Unreadable("tombstone: false says nothing; leave the line out")
            return Tombstone(stream=_declared(gone.stream), native_id=gone.native_id, at=gone.at)
        return _upsert(said)
    except ValidationError as error:
        raise Unreadable("; ".join(map(_words, error.errors(include_url=False, include_input=False)))) from None


def address_of(line: bytes) -> tuple[str, str] | None:
    """Stream and native id that an unreadable line speaks of, if these at least can be made out."""
    try:
        said = _object(line)
    except Unreadable:
        return None
    record = said.get("record")
    noun = record.get("noun") if isinstance(record, dict) else None
    stream = said.get("stream") or (STREAM_OF.get(noun) if isinstance(noun, str) else None)
    native_id = said.get("native_id")
    if isinstance(stream, str) and stream in _STREAMS and isinstance(native_id, str) and native_id:
        return stream, native_id
    return None


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(said, dict):
        raise Unreadable("not a JSON object")
    return said


def _upsert(said: dict[str, Any]) -> Upsert:
    record = said.get("record")
    if not isinstance(record, dict):
        raise Unreadable("record: missing; a line holds a record, a tombstone or a group")
    fields = {name: value for name, value in record.items() if name != "noun"}
    noun = record.get("noun")
    if not isinstance(noun, str) or noun not in NOUNS:
        raise Unreadable(f"record.noun: must be one of {', '.join(NOUNS)}")
    form: Any = _form_of(noun).model_validate_json(to_json({**said, "record": fields}))
    wrong = next(_wrong_times(form.record, fields, "record"), None) or next(
        _wrong_times(form.occurred_at, said["occurred_at"], "occurred_at"), None
    )
    if wrong:
        raise Unreadable(wrong)
    return Upsert(
        stream=_declared(form.stream or STREAM_OF[noun]),
        native_id=form.native_id,
        record=form.record,
        occurred_at=form.occurred_at,
        version=form.version,
        url=form.url,
        audience=form.audience,
        sensitivity=form.sensitivity,
    )


def _declared(stream: str) -> str:
    if stream not in _STREAMS:
        raise Unreadable(f"stream: must be one of {', '.join(sorted(_STREAMS))}")
    return stream


def _wrong_times(value: object, said: Any, where: str) -> Iterator[str]:
    """Moments without an offset, and bare numbers, which would be taken for seconds since 1970 ("2026")."""
    if isinstance(value, date):
        if not isinstance(said, str) or "-" not in said[1:]:
            yield f"{where}: not an ISO 8601 date"
        elif isinstance(value, datetime) and value.tzinfo is None:
            yield f"{where}: has no offset from UTC; write 2026-05-02T09:30:00Z or +02:00"
    elif isinstance(value, tuple):
        for number, (part, part_said) in enumerate(zip(value, said, strict=True)):
            yield from _wrong_times(part, part_said, f"{where}.{number}")
    elif dataclasses.is_dataclass(value):
        for name, part_said in said.items():
            yield from _wrong_times(getattr(value, name), part_said, f"{where}.{name}")


def _words(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"]))
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where}: unknown field"
    if error["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"{where}: missing"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"
