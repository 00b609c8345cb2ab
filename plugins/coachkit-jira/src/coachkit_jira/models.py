"""What is read of Jira's answers: narrow, tolerant models.

Unknown fields and values survive; an optional part in a shape that nobody expects is left out, and takes nothing else
along.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler
from pydantic.functional_validators import WrapValidator

__all__ = [
    "Board",
    "Change",
    "ChangedField",
    "Comment",
    "Fields",
    "History",
    "Issue",
    "Linked",
    "Named",
    "Project",
    "Sprint",
    "Status",
    "User",
    "Worklog",
    "moment",
]

T = TypeVar("T")

_FIRST_MILLISECOND = 100_000_000_000
"""A number above this counts milliseconds, one below seconds."""


def moment(value: object) -> datetime | None:
    """A moment as Jira writes it, ``2020-06-12T08:13:13.360+0800`` or since 1970; ``None`` if it is none.

    Without an offset it would be in a time zone that nobody names, so it is not taken.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and not value.lstrip("-").isdecimal():
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        return at if at.tzinfo else None
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if abs(number) >= _FIRST_MILLISECOND else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _word(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _or_none(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


def _those_that_fit(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    found = []
    for one in value if isinstance(value, list | tuple) else ():
        try:
            found += handler([one])
        except ValidationError:
            continue
    return found


Word = Annotated[str, BeforeValidator(_word)]
"""An id or a name; a number counts as its digits."""

Soft = WrapValidator(_or_none)
Many = WrapValidator(_those_that_fit)
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Day = Annotated[date | None, BeforeValidator(_day)]
Words = Annotated[list[Word], Many]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Named(_Part):
    id: Annotated[Word | None, Soft] = None
    key: Annotated[Word | None, Soft] = None
    name: Annotated[Word | None, Soft] = None


class User(_Part):
    """An account. Cloud knows ``accountId``; Data Center ``key``, which stays, and ``name``, which can change."""

    account_id: Annotated[Word | None, Soft] = Field(None, alias="accountId")
    key: Annotated[Word | None, Soft] = None
    name: Annotated[Word | None, Soft] = None
    display_name: Annotated[str | None, Soft] = Field(None, alias="displayName")
    email: Annotated[str | None, Soft] = Field(None, alias="emailAddress")
    active: Annotated[bool | None, Soft] = None
    account_type: Annotated[str | None, Soft] = Field(None, alias="accountType")


class Status(_Part):
    id: Annotated[Word | None, Soft] = None
    name: Annotated[Word | None, Soft] = None
    category: Annotated[Named | None, Soft] = Field(None, alias="statusCategory")


class Sprint(_Part):
    id: Word
    name: Annotated[Word | None, Soft] = None
    state: Annotated[Word | None, Soft] = None
    goal: Annotated[str | None, Soft] = None
    starts_at: Moment = Field(None, alias="startDate")
    ends_at: Moment = Field(None, alias="endDate")
    completed_at: Moment = Field(None, alias="completeDate")
    created_at: Moment = Field(None, alias="createdDate")
    board: Annotated[Word | None, Soft] = Field(None, alias="originBoardId")


class _Location(_Part):
    project: Annotated[Word | None, Soft] = Field(None, alias="projectId")


class Board(_Part):
    id: Word
    kind: Annotated[Word | None, Soft] = Field(None, alias="type")
    location: Annotated[_Location | None, Soft] = None


class ChangedField(_Part):
    field: Annotated[Word, Soft] = ""
    field_id: Annotated[Word | None, Soft] = Field(None, alias="fieldId")
    before: Annotated[Word | None, Soft] = Field(None, alias="from")
    before_text: Annotated[Word | None, Soft] = Field(None, alias="fromString")
    after: Annotated[Word | None, Soft] = Field(None, alias="to")
    after_text: Annotated[Word | None, Soft] = Field(None, alias="toString")


class Change(_Part):
    """What somebody changed at once."""

    id: Annotated[Word | None, Soft] = None
    author: Annotated[User | None, Soft] = None
    created: Moment = None
    items: Annotated[list[ChangedField], Many] = []


class History(_Part):
    total: Annotated[int | None, Soft] = None
    histories: Annotated[list[Change], Many] = []


class _Visibility(_Part):
    kind: Annotated[Word | None, Soft] = Field(None, alias="type")
    value: Annotated[Word | None, Soft] = None
    identifier: Annotated[Word | None, Soft] = None


class Comment(_Part):
    """``body`` is a document (Cloud v3) or wiki text. ``public`` is false for a note among agents of a service desk."""

    id: Word
    body: Any = None
    author: Annotated[User | None, Soft] = None
    created: Moment = None
    updated: Moment = None
    visibility: Annotated[_Visibility | None, Soft] = None
    public: Annotated[bool | None, Soft] = Field(None, alias="jsdPublic")


class Comments(_Part):
    total: Annotated[int | None, Soft] = None
    comments: list[Any] = []


class Worklog(_Part):
    id: Word
    issue: Annotated[Word | None, Soft] = Field(None, alias="issueId")
    author: Annotated[User | None, Soft] = None
    comment: Any = None
    started: Moment = None
    created: Moment = None
    updated: Moment = None
    visibility: Annotated[_Visibility | None, Soft] = None


class Worklogs(_Part):
    total: Annotated[int | None, Soft] = None
    worklogs: list[Any] = []


class _LinkType(_Part):
    name: Annotated[Word | None, Soft] = None
    inward: Annotated[Word | None, Soft] = None
    outward: Annotated[Word | None, Soft] = None


class Linked(_Part):
    """A link as one of its issues sees it: the other one stands in ``inward`` or in ``outward``."""

    kind: Annotated[_LinkType | None, Soft] = Field(None, alias="type")
    inward: Annotated[Named | None, Soft] = Field(None, alias="inwardIssue")
    outward: Annotated[Named | None, Soft] = Field(None, alias="outwardIssue")


class Project(_Part):
    id: Word
    key: Word
    name: Annotated[Word | None, Soft] = None
    description: Any = None
    lead: Annotated[User | None, Soft] = None
    archived: Annotated[bool | None, Soft] = None
    kind: Annotated[Word | None, Soft] = Field(None, alias="projectTypeKey")


class Fields(_Part):
    """An issue's fields. Which were there at all says ``model_fields_set``: a missing one is not an empty one."""

    model_config = ConfigDict(extra="allow", frozen=True)

    summary: Annotated[Word | None, Soft] = None
    description: Any = None
    status: Annotated[Status | None, Soft] = None
    resolution: Annotated[Named | None, Soft] = None
    resolved_at: Moment = Field(None, alias="resolutiondate")
    created: Moment = None
    updated: Moment = None
    due_on: Day = Field(None, alias="duedate")
    kind: Annotated[Named | None, Soft] = Field(None, alias="issuetype")
    project: Annotated[Named | None, Soft] = None
    reporter: Annotated[User | None, Soft] = None
    creator: Annotated[User | None, Soft] = None
    assignee: Annotated[User | None, Soft] = None
    parent: Annotated[Named | None, Soft] = None
    epic: Annotated[Named | None, Soft] = None
    labels: Words = []
    components: Annotated[list[Named], Many] = []
    links: Annotated[list[Linked], Many] = Field([], alias="issuelinks")
    security: Annotated[Named | None, Soft] = None
    comment: Annotated[Comments | None, Soft] = None
    worklog: Annotated[Worklogs | None, Soft] = None

    @property
    def others(self) -> Mapping[str, Any]:
        """Custom fields, and whatever else came."""
        return self.model_extra or {}


class Issue(_Part):
    id: Word
    key: Word
    fields: Fields
    changelog: Annotated[History | None, Soft] = None
