"""What a connection to GitHub is told."""

from __future__ import annotations

import re
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from coachkit.sdk import Configuration, SecretRef, checked_url

__all__ = ["DEFAULT_STREAMS", "GitHubConfig"]

DEFAULT_STREAMS = (
    "repositories",
    "teams",
    "memberships",
    "accounts",
    "pull_requests",
    "reviews",
    "review_comments",
    "review_threads",
    "issues",
    "comments",
    "commits",
    "discussions",
    "discussion_comments",
)

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_OWNER = re.compile(r"[A-Za-z0-9][\w-]*")


class GitHubConfig(Configuration):
    base_url: str = Field(
        "https://api.github.com",
        description="Where the REST API lies; for GitHub Enterprise Server https://HOST/api/v3. http only on loopback.",
    )
    token: SecretRef | None = Field(None, description="Where a personal access token lies; or give an App instead.")
    app_id: str = Field("", description="The GitHub App's client id or App id.")
    private_key: SecretRef | None = Field(None, description="Where the App's private key (PEM) lies.")
    installation: int | None = Field(
        None, ge=1, description="Id of the App's installation; without it, the installation of the organisation."
    )
    repositories: tuple[str, ...] = Field((), description="Repositories to read: owner/name.")
    organisation: str = Field("", description="Read every repository of this organisation, and its teams.")
    exclude: tuple[str, ...] = Field((), description="Repositories not to read, as owner/name with * and ?.")
    forks: bool = Field(False, description="Read forks too, of those that the organisation has.")
    archived: bool = Field(True, description="Read archived repositories too.")
    streams: tuple[str, ...] = Field(DEFAULT_STREAMS, description="What to read.")
    timelines: bool = Field(
        True,
        description="Read the timeline of each changed issue and pull request: states, assignments, requested reviews. "
        "One more request for each.",
    )
    private_group: str = Field(
        "",
        description="Key of the group that may read private repositories; empty: each one's own collaborators.",
    )
    issue_keys: tuple[str, ...] = Field(
        (), description="Projects of another tracker whose keys count, such as PAY; empty: all that look so."
    )
    webhook_secret: SecretRef | None = Field(None, description="Where the secret of the webhook lies.")
    hooks: bool = Field(
        False, description="Ask GitHub at each sync for webhook deliveries that failed, and read what they were about."
    )
    sweep_days: int = Field(7, ge=0, description="Look for what was deleted every so many days; 0: at each sync.")
    system: str = Field("", description="First part of identity keys; empty: github, or the host of an own server.")

    @field_validator("base_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        return checked_url(value)

    @field_validator("repositories", "exclude", "streams", "issue_keys", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("repositories")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _REPOSITORY.fullmatch(name):
                raise ValueError(f"{name!r} is no owner/name")
        return tuple(dict.fromkeys(value))

    @field_validator("organisation")
    @classmethod
    def _owner(cls, value: str) -> str:
        if value and not _OWNER.fullmatch(value):
            raise ValueError(f"{value!r} is no name of an organisation")
        return value

    @field_validator("streams")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(DEFAULT_STREAMS))
        if unknown or not value:
            raise ValueError(f"there are no such streams: {', '.join(unknown)}; there are {', '.join(DEFAULT_STREAMS)}")
        return tuple(name for name in DEFAULT_STREAMS if name in value)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.repositories and not self.organisation:
            raise ValueError("name what to read: organisation=NAME, or repositories=[owner/name]")
        if bool(self.app_id) != (self.private_key is not None):
            raise ValueError("an App needs both app_id and private_key")
        if (self.token is None) == (self.private_key is None):
            raise ValueError("give either token, or app_id and private_key")
        return self

    @property
    def identity_system(self) -> str:
        """The first part of identity keys: a login on an own server is not the same person's on github.com."""
        if self.system:
            return self.system
        host = (urlsplit(self.base_url).hostname or "").lower()
        if host == "api.github.com":
            return "github"
        return host.removeprefix("api.") if host.endswith(".ghe.com") else host

    @property
    def web(self) -> str:
        """The address of the pages for people."""
        parts = urlsplit(self.base_url)
        host = parts.netloc.removeprefix("api.") if parts.path in ("", "/") else parts.netloc
        return f"{parts.scheme}://{host}"

    @property
    def graphql(self) -> str:
        """The address of GraphQL: beside the REST API, on the same host."""
        if self.base_url.endswith("/api/v3"):
            return f"{self.base_url.removesuffix('/v3')}/graphql"
        return f"{self.base_url}/graphql"

    def reads(self, *streams: str) -> bool:
        """Whether one of these streams is to be read."""
        return any(stream in self.streams for stream in streams)
