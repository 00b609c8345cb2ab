"""What somebody who connects Jira decides."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from coachkit.sdk import Configuration, SecretRef, StateCategory, checked_url

__all__ = ["STREAM_NAMES", "JiraConfig"]

STREAM_NAMES = ("projects", "accounts", "issues", "comments", "sprints")

_DROPPED = (
    *("Won't Do", "Won't Fix", "Won’t Do", "Won’t Fix", "Duplicate", "Cannot Reproduce", "Declined", "Rejected"),
    *("Cancelled", "Canceled", "Abandoned", "Obsolete", "Invalid", "Not a Bug"),
    *("不予修复", "不修复", "重复", "无法重现", "无法复现", "已拒绝", "拒绝", "已取消", "取消", "无效", "已作废"),
)


class JiraConfig(Configuration):
    base_url: str = Field(
        description="Address of Jira: https://company.atlassian.net, or of a Data Center with its path. "
        "http only on loopback."
    )
    web: str = Field("", description="Address of Jira for people, if it is another than `base_url`.")
    deployment: Literal["auto", "cloud", "datacenter"] = Field(
        "auto", description="Which kind of Jira; `auto` asks it."
    )
    token: SecretRef = Field(
        description="Where the API token (Cloud) or personal access token (Data Center) lies: "
        "env:NAME, file:/path or keyring:service/name."
    )
    email: str = Field(
        "",
        description="Cloud: whose e-mail address the API token belongs to; without it the token is a bearer token.",
    )
    user: str = Field("", description="Data Center without access tokens: user name; `token` is then its password.")
    projects: tuple[str, ...] = Field((), description="Keys of the projects to read; empty: all that it may see.")
    streams: tuple[str, ...] = Field(STREAM_NAMES, description="What to read.")
    worklogs: bool = Field(
        False, description="Read that somebody logged work and what they wrote there; never how many hours."
    )
    states: dict[str, StateCategory] = Field(
        {},
        description="What states mean where Jira does not say it rightly: Ready for test=waiting,Parked=dropped. "
        "todo, doing, waiting, done or dropped.",
    )
    dropped_resolutions: tuple[str, ...] = Field(
        _DROPPED, description="Resolutions with which an issue was given up rather than done."
    )
    goals: dict[str, str] = Field({}, description="Which goal an epic stands for: PAY-1=O-2,PAY-9=KR-3.")
    goal_field: str = Field("", description="Id of a custom field that holds keys of goals, such as customfield_10100.")
    epic_field: str = Field("", description="Id of the field that names the epic; empty: found by its type.")
    teams: dict[str, str] = Field({}, description="Which team's queue a project is: PAY=payments,OPS=operations.")
    open_projects: tuple[str, ...] = Field(
        (), description="Keys of projects that everyone in the organisation may read, whatever Jira says; * for all."
    )
    account_system: str = Field(
        "",
        pattern=r"^[a-z0-9.-]*$",
        description="By what name accounts are known to HR; empty: `jira` on Cloud, the host's name on Data Center.",
    )
    webhook_secret: SecretRef | None = Field(
        None, description="Where the secret of the webhook (or the client secret of the app) lies."
    )
    webhook_max_age_minutes: int = Field(
        180, ge=1, description="Older deliveries are refused. Cloud tries again for more than an hour."
    )
    page_size: int = Field(100, ge=1, le=1000, description="Issues to ask for at once; Jira may give fewer.")
    access_every_minutes: int = Field(
        0, ge=0, description="How long what permission schemes say holds before it is asked again; 0: every sync."
    )
    sweep_every_hours: int = Field(
        1, ge=0, description="How often all ids are compared, to see what was deleted; 0: every sync."
    )
    sweep_comments_every_hours: int = Field(
        168, ge=0, description="The same for comments, which Jira lists only with their text."
    )

    @field_validator("base_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        return checked_url(value)

    @field_validator("projects", "streams", "open_projects", "dropped_resolutions", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("states", "goals", "teams", mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        """``a=b,c=d``, as it is written on a command line."""
        if not isinstance(value, str):
            return value
        pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
        if not all(name.strip() and equals and meant.strip() for name, equals, meant in pairs):
            raise ValueError("write it as name=value,name=value")
        return {name.strip(): meant.strip() for name, _, meant in pairs}

    @field_validator("streams")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(STREAM_NAMES))
        if unknown:
            raise ValueError(f"no streams of Jira: {', '.join(unknown)}; there are {', '.join(STREAM_NAMES)}")
        return value

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> JiraConfig:
        if self.email and self.user:
            raise ValueError("give email (Cloud) or user (Data Center), not both")
        if (urlsplit(self.base_url).hostname or "").endswith(".atlassian.net") and not self.email:
            raise ValueError("Jira Cloud needs the e-mail address that the API token belongs to: email=…")
        return self
