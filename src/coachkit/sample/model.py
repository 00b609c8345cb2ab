"""What the simulator makes: people, records as their sources would hold them, repositories, planted situations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.conversations import ActionItem, CheckIn, Feedback, Note
from coachkit.domain.goals import Goal
from coachkit.domain.identity import content_hash, identity_key
from coachkit.domain.people import Account
from coachkit.domain.work import Interaction, WorkItem

__all__ = [
    "Commit",
    "ConnectionSpec",
    "Group",
    "Noun",
    "Organisation",
    "Person",
    "Reference",
    "Repository",
    "Situation",
    "SourceRecord",
    "TeamEntry",
]

Noun = Account | Goal | WorkItem | Interaction | Feedback | CheckIn | ActionItem | Note

STREAMS: dict[type, str] = {
    Account: "accounts",
    Goal: "goals",
    WorkItem: "work_items",
    Interaction: "interactions",
    Feedback: "feedback",
    CheckIn: "check_ins",
    ActionItem: "action_items",
    Note: "notes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the sample organisation.

    :ivar handle: short name that only the simulator uses (``ines``).
    :ivar vouched: the HR file lists their accounts; otherwise they are found by e-mail, or wait for a human.
    :ivar role: ``engineer``, ``product``, ``service``, ``content`` or ``lead``.
    :ivar topics: ids of the topics they mostly work on; where empty, two of the team's in turn.
    :ivar signatures: (name, address) pairs under which they commit, the usual one first.
    """

    handle: str
    employee_id: str
    name: str
    other_names: tuple[str, ...]
    email: str
    title: str
    office: str
    zone: str
    locale: str
    team: str
    manager: str | None
    started_on: date
    left_on: date | None
    tracker_login: str
    forge_login: str | None
    vouched: bool
    role: str
    other_addresses: tuple[str, ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def hris(self) -> str:
        return identity_key("hris", self.employee_id)

    @property
    def mail(self) -> str:
        return identity_key("email", self.email)

    @property
    def tracker(self) -> str:
        return identity_key("tracker", self.tracker_login)

    @property
    def chat(self) -> str:
        """Key of the account where they talk and meet: an id that says nothing about its owner."""
        return identity_key("feishu", f"ou_{content_hash('feishu', self.handle)}")

    @property
    def forge(self) -> str:
        """Key of the account at the code host; of the address, for those who have none there."""
        return identity_key("github", self.forge_login) if self.forge_login else self.mail

    @property
    def chinese(self) -> bool:
        return self.locale.startswith("zh")

    @property
    def short(self) -> str:
        """As colleagues call them: the given name, or the whole name in Chinese."""
        return self.name if self.chinese else self.name.split()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEntry:
    """A team; ``language`` is the one it mostly works in: ``en``, ``zh`` or ``mixed``."""

    key: str
    name: str
    other_names: tuple[str, ...]
    parent: str | None
    kind: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A record as a connection named after its system would deliver it."""

    connection: str
    native_id: str
    occurred_at: datetime
    record: Noun
    url: str | None = None
    audience: Audience = field(default_factory=Audience.org)
    sensitivity: Sensitivity = Sensitivity.WORK

    @property
    def stream(self) -> str:
        return STREAMS[type(self.record)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group that a source names, and who is in it."""

    connection: str
    key: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit to be written. ``files`` holds whole contents by path; ``merges`` is the number of the merged commit."""

    number: int
    author: tuple[str, str]
    committer: tuple[str, str]
    authored_at: datetime
    committed_at: datetime
    message: str
    files: tuple[tuple[str, str], ...] = ()
    parent: int | None = None
    merges: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository; ``group`` is the key of the group that may read it, if it is private."""

    name: str
    team: str
    commits: tuple[Commit, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a record lies: which connection, which stream of it, which id there."""

    connection: str
    stream: str
    native_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Something planted, and how to recognise that it was noticed.

    :ivar people: employee ids, the protagonist first.
    :ivar manager: employee id of the manager in whose briefs it belongs.
    :ivar brief_of: employee id of the person whose brief it belongs in; ``None``: in nobody's.
    :ivar must_mention: by language, groups of alternatives: of each group at least one has to appear.
    :ivar must_not_mention: what may appear in no document about ``people``.
    """

    id: str
    kind: str
    people: tuple[str, ...]
    manager: str | None
    dates: dict[str, date]
    evidence: tuple[Reference, ...]
    brief_of: str | None = None
    section: str | None = None
    must_mention: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    must_not_mention: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The whole sample organisation on ``today``: the same seed and day give the same one.

    :ivar demo_manager: e-mail address of the manager whom the demo signs in; ``demo_report`` of one of their reports.
    """

    name: str
    seed: int
    today: date
    people: tuple[Person, ...]
    teams: tuple[TeamEntry, ...]
    records: tuple[SourceRecord, ...]
    groups: tuple[Group, ...]
    repositories: tuple[Repository, ...]
    situations: tuple[Situation, ...]
    demo_manager: str
    demo_report: str

    def person(self, employee_id: str) -> Person:
        """The person with this employee id."""
        return next(person for person in self.people if person.employee_id == employee_id)

    def person_of(self, handle: str) -> Person:
        """The person with this handle."""
        return next(person for person in self.people if person.handle == handle)


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """A connection to make: its name, the connector that serves it, and that connector's configuration."""

    name: str
    connector: str
    config: dict[str, Any]
