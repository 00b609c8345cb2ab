"""The connector: what GitHub has, what is new of it, and what its webhooks tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from coachkit.sdk import CheckReport, Configuration, Connector, Cursor, Item, SecretRef
from coachkit_github.config import GitHubConfig
from coachkit_github.people import People
from coachkit_github.recorded import Recorded
from coachkit_github.streams import STREAMS

__all__ = ["GitHub"]


class GitHub(Connector):
    """Repositories, pull requests, issues, discussions, commits and teams."""

    name = "github"
    title = ("GitHub", "GitHub")
    streams = STREAMS
    Config: ClassVar[type[Configuration]] = GitHubConfig

    config: GitHubConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._people = People(self.config.identity_system)

    @classmethod
    def for_recordings(cls) -> Self:
        config = GitHubConfig(token=SecretRef("env:NOT_NEEDED_FOR_RECORDINGS"), repositories=("recorded/recorded",))
        return cls("recorded", config)

    def check(self) -> CheckReport:
        return CheckReport(ok=False, findings=("nothing is read yet",))

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield from ()

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        yield from Recorded(self.config, People(self.config.identity_system)).line(line, stream)
