"""Drafts: what an agent prepared, statement by statement, with what stands behind each. And notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

__all__ = [
    "Check",
    "CitedSource",
    "Decided",
    "Decision",
    "Draft",
    "DraftKind",
    "Edit",
    "EditAction",
    "Header",
    "Notice",
    "Origin",
    "Section",
    "Statement",
]


class DraftKind(StrEnum):
    BRIEF = "brief"
    AGENDA = "agenda"
    SELF_REVIEW = "self_review"
    CONTRIBUTION_SUMMARY = "contribution_summary"
    KEY_CONVERSATION = "key_conversation"


class Origin(StrEnum):
    """How a sentence came to be."""

    COMPOSED = "composed"
    """Computed from facts by our own words."""
    REWORDED = "reworded"
    """Composed, then reworded by a model and checked."""
    DRAFTED = "drafted"
    """Written by a model and checked."""
    REPLACED = "replaced"
    """A model's sentence did not hold; the composed one stands in its place."""
    EDITED = "edited"
    """Changed by a person."""


class EditAction(StrEnum):
    """What a person does with a statement; the last thing counts."""

    KEEP = "keep"
    """As it was drafted, whatever was done with it before."""
    EDIT = "edit"
    REMOVE = "remove"


class Decision(StrEnum):
    """What a person decides about a whole draft; the last one counts."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUBMITTED = "submitted"
    """Handed to those whom it is meant for."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Somebody kept, changed or removed a statement.

    :ivar statement: its id in the draft; ``text`` what stands there instead, of an edit.
    :ivar by: public id of the person.
    """

    statement: str
    action: EditAction
    text: str = ""
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Somebody decided about a draft. ``by`` is the public id of the person."""

    decision: Decision
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one consistency check said of one statement."""

    name: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One or two sentences that stand or fall together, with the ids of their evidence."""

    text: str
    evidence: tuple[str, ...] = ()
    origin: Origin = Origin.COMPOSED
    fact: str = ""
    """Kind of the fact behind it, ``action.overdue``."""
    question: str = ""
    checks: tuple[Check, ...] = ()
    data: dict[str, object] = field(default_factory=dict)
    """What a page shows apart from the text: of an action its id, owner, due date and whether it is done."""

    @property
    def id(self) -> str:
        """Stable within a draft: the id of the fact behind it."""
        return str(self.data.get("id", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a document: its place in the anatomy and its statements."""

    name: str
    title: str
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands above a document: about whom, for which meeting, and what was read for it.

    :ivar other: the other side of the conversation; of a brief, the manager.
    :ivar read: names of the connections that were read.
    :ivar not_read: connection or kind of source → why it is missing, in the reader's language.
    """

    person: str
    title: str = ""
    team: str = ""
    other: str = ""
    meeting_at: datetime | None = None
    last_meeting_at: datetime | None = None
    read: tuple[str, ...] = ()
    not_read: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedSource:
    """A record as the list of sources under a document shows it; the title is cleaned and shortened."""

    id: str
    key: str
    title: str
    kind: str
    connection: str
    occurred_at: datetime
    url: str | None = None
    suspicious: bool = False
    """Its text reads like instructions to a program; it was shown as a quotation and followed by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document for one reader about one person, with everything needed to explain it.

    :ivar evidence: id → (version, content hash) of every record it rests on.
    """

    id: str
    kind: DraftKind
    language: str
    subject: str
    viewer: str
    actor: str
    purpose: str
    window_start: datetime
    window_end: datetime
    created_at: datetime
    title: str
    sections: tuple[Section, ...]
    evidence: dict[str, tuple[str, str]] = field(default_factory=dict)
    prompt: str = ""
    model: str = "none"
    settings: dict[str, object] = field(default_factory=dict)
    raw_output: str = ""
    notes: tuple[str, ...] = ()
    """What the draft could not do, in the reader's language."""
    header: Header | None = None
    sources: tuple[CitedSource, ...] = ()
    """The cited records in the order of their numbers."""
    stale: bool = False
    """Something it rests on has changed or gone since; set when it is read, never stored."""
    on: date | None = None
    """As of the end of which day it was asked for; without one, as of its making."""
    edits: tuple[Edit, ...] = ()
    """What people did with its statements, from first to last, applied above; set when it is read."""
    removed: tuple[Statement, ...] = ()
    """Statements that a person took out; set when it is read."""
    decided: Decided | None = None
    """What was last decided about it; set when it is read."""

    @property
    def citations(self) -> dict[str, int]:
        """Evidence id → its number, in order of first use."""
        numbers: dict[str, int] = {}
        for section in self.sections:
            for statement in section.statements:
                for evidence in statement.evidence:
                    numbers.setdefault(evidence, len(numbers) + 1)
        return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person should know: that their record was read, a sync failed, a conversation is due."""

    id: str
    person: str
    kind: str
    at: datetime
    text: str
    read_at: datetime | None = None
    data: dict[str, object] = field(default_factory=dict)
