"""What we read of GitHub's answers, and no more: unknown fields and values survive, and missing is not null.

Every model takes the parts it names and ignores the rest. A field that a source may leave out is ``None`` here, and
means "not said"; nothing is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from coachkit.sdk import PayloadRejected

__all__ = [
    "Comment",
    "Commit",
    "Discussion",
    "DiscussionComment",
    "Event",
    "Issue",
    "Pull",
    "PushedCommit",
    "Repository",
    "Review",
    "ReviewComment",
    "Signature",
    "Team",
    "Thread",
    "User",
    "read",
    "version_of",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


_Any = TypeVar("_Any", bound=BaseModel)


def read(model: type[_Any], raw: object, what: str) -> _Any:
    """``raw`` as a model.

    :raises PayloadRejected: naming the fields that are wrong, without their values.
    """
    if not isinstance(raw, Mapping):
        raise PayloadRejected(f"{what} is no object.")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        where = sorted({".".join(map(str, item["loc"])) for item in error.errors(include_url=False)})
        raise PayloadRejected(f"{what} cannot be read: {', '.join(where[:5])}.") from None


def version_of(moment: datetime) -> int:
    """A moment as the version of a record: microseconds since 1970."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def _objects(value: Any) -> Any:
    """The objects of a list; what is no object says nothing."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else None


def _nodes(value: Any) -> Any:
    """The objects of a GraphQL connection."""
    return _objects(value.get("nodes")) if isinstance(value, Mapping) else _objects(value)


def _somebody(value: Any) -> Any:
    """An account; GitHub gives ``null`` or ``{}`` for one that is gone."""
    return value if isinstance(value, Mapping) and value.get("login") else None


def _names(value: Any) -> Any:
    """The names of labels, which are objects or plain words."""
    found = value.get("nodes") if isinstance(value, Mapping) else value
    if not isinstance(found, list):
        return None
    names = [one.get("name") if isinstance(one, Mapping) else one for one in found]
    return tuple(name for name in names if isinstance(name, str) and name)


Moment = Annotated[datetime, AfterValidator(_aware)]


class User(_Part):
    """An account. ``type`` is GitHub's word: User, Bot, Organization, Mannequin …"""

    login: str
    id: int | None = None
    type: str | None = None
    name: str | None = None
    email: str | None = None
    updated_at: Moment | None = None


SomeUser = Annotated[User | None, BeforeValidator(_somebody)]
Users = Annotated[tuple[User, ...] | None, BeforeValidator(_objects)]
Names = Annotated[tuple[str, ...] | None, BeforeValidator(_names)]


class Team(_Part):
    id: int
    slug: str
    name: str
    description: str | None = None
    created_at: Moment | None = None
    parent: Annotated[Team | None, BeforeValidator(lambda v: v if isinstance(v, Mapping) and "slug" in v else None)] = (
        None
    )


Teams = Annotated[tuple[Team, ...] | None, BeforeValidator(_objects)]


class Repository(_Part):
    """A repository. ``visibility`` is public, internal or private; older servers only say ``private``."""

    id: int
    full_name: str
    owner: SomeUser = None
    private: bool | None = None
    visibility: str | None = None
    description: str | None = None
    html_url: str | None = None
    default_branch: str | None = None
    fork: bool | None = None
    archived: bool | None = None
    disabled: bool | None = None
    has_issues: bool | None = None
    has_discussions: bool | None = None
    topics: Names = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    pushed_at: Moment | None = None

    @property
    def is_public(self) -> bool:
        """Only what nothing contradicts: a delivery can say ``private`` and still carry the old visibility."""
        return self.private is False and self.visibility in (None, "public")

    @property
    def is_internal(self) -> bool:
        return self.visibility == "internal"


class _Head(_Part):
    ref: str | None = None
    sha: str | None = None
    repo: Annotated[Repository | None, BeforeValidator(lambda v: v if isinstance(v, Mapping) else None)] = None


class Pull(_Part):
    """A pull request. Lists leave out ``merged_by`` and ``changed_files``."""

    id: int
    number: int
    title: str
    body: str | None = None
    state: str
    draft: bool | None = None
    user: SomeUser = None
    assignees: Users = None
    requested_reviewers: Users = None
    requested_teams: Teams = None
    labels: Names = None
    created_at: Moment
    updated_at: Moment
    closed_at: Moment | None = None
    merged_at: Moment | None = None
    merged_by: SomeUser = None
    changed_files: int | None = None
    html_url: str | None = None
    head: _Head | None = None
    base: _Head | None = None


class Issue(_Part):
    """An issue. The same lists hold pull requests; ``pull_request`` tells them apart."""

    id: int
    number: int
    title: str
    body: str | None = None
    state: str | None = None
    state_reason: str | None = None
    user: SomeUser = None
    assignees: Users = None
    labels: Names = None
    created_at: Moment
    updated_at: Moment
    closed_at: Moment | None = None
    closed_by: SomeUser = None
    html_url: str | None = None
    pull_request: Mapping[str, Any] | None = None
    parent_issue_url: str | None = None


class Comment(_Part):
    """A comment under an issue or pull request, or on a commit (``commit_id``)."""

    id: int
    body: str | None = None
    user: SomeUser = None
    created_at: Moment
    updated_at: Moment
    html_url: str | None = None
    issue_url: str | None = None
    commit_id: str | None = None


class ReviewComment(_Part):
    id: int
    body: str | None = None
    user: SomeUser = None
    created_at: Moment
    updated_at: Moment
    html_url: str | None = None
    pull_request_url: str | None = None
    in_reply_to_id: int | None = None
    path: str | None = None


class Review(_Part):
    """A review. ``state`` is written in capitals by REST and small by webhooks."""

    id: int
    state: str
    body: str | None = None
    user: SomeUser = None
    submitted_at: Moment | None = None
    html_url: str | None = None
    pull_request_url: str | None = None


class Thread(_Part):
    """A thread of review comments, from GraphQL or a delivery. When it was resolved GitHub does not say."""

    node_id: str = Field(validation_alias="id")
    resolved: bool | None = Field(None, validation_alias="isResolved")
    resolved_by: SomeUser = Field(None, validation_alias="resolvedBy")
    comments: Annotated[tuple[ThreadComment, ...], BeforeValidator(lambda value: _nodes(value) or ())] = ()


class ThreadComment(_Part):
    author: SomeUser = None
    updated_at: Moment = Field(validation_alias="updatedAt")
    url: str | None = None


class Signature(_Part):
    """Who signed a commit as git knows them."""

    name: str | None = None
    email: str | None = None
    date: Moment | None = None


class _GitCommit(_Part):
    message: str
    author: Signature | None = None
    committer: Signature | None = None


class _Parent(_Part):
    sha: str


class Commit(_Part):
    """A commit as REST tells it: git's own words, and the accounts that GitHub found for them."""

    sha: str = Field(min_length=7)
    commit: _GitCommit
    author: SomeUser = None
    committer: SomeUser = None
    parents: Annotated[tuple[_Parent, ...] | None, BeforeValidator(_objects)] = None
    html_url: str | None = None
    files: Annotated[tuple[Mapping[str, Any], ...] | None, BeforeValidator(_objects)] = None


class _Pusher(_Part):
    name: str | None = None
    email: str | None = None
    username: str | None = None


class PushedCommit(_Part):
    """A commit as a push tells it."""

    id: str = Field(min_length=7)
    message: str
    timestamp: Moment
    author: _Pusher | None = None
    committer: _Pusher | None = None
    url: str | None = None
    distinct: bool | None = None
    added: tuple[str, ...] | None = None
    removed: tuple[str, ...] | None = None
    modified: tuple[str, ...] | None = None


class _Category(_Part):
    name: str | None = None


class Discussion(_Part):
    """A discussion, in the form of a delivery; :mod:`coachkit_github.graphql` brings answers into the same form."""

    id: int
    number: int
    title: str
    body: str | None = None
    state: str | None = None
    user: SomeUser = None
    created_at: Moment
    updated_at: Moment
    html_url: str | None = None
    category: _Category | None = None
    labels: Names = None
    answer_chosen_at: Moment | None = None
    answer_chosen_by: SomeUser = None
    closed_at: Moment | None = None


class DiscussionComment(_Part):
    id: int
    body: str | None = None
    user: SomeUser = None
    created_at: Moment
    updated_at: Moment
    html_url: str | None = None
    parent_id: int | None = None
    is_answer: bool | None = None


class _Source(_Part):
    issue: Mapping[str, Any] | None = None


class Event(_Part):
    """One entry of a timeline; which fields it has depends on ``event``."""

    event: str
    id: int | None = None
    actor: SomeUser = None
    user: SomeUser = None
    created_at: Moment | None = None
    submitted_at: Moment | None = None
    body: str | None = None
    state: str | None = None
    state_reason: str | None = None
    assignee: SomeUser = None
    assigner: SomeUser = None
    requested_reviewer: SomeUser = None
    requested_team: Annotated[Team | None, BeforeValidator(lambda v: v if isinstance(v, Mapping) else None)] = None
    source: _Source | None = None


Thread.model_rebuild()
