"""Evidence: a record as a document cites it; and the citation itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from coachkit.domain.audience import Sensitivity

__all__ = ["Actor", "Citation", "Evidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody in a record, in the words of the record's roles.

    :ivar role: an :class:`~coachkit.domain.work.InteractionKind`, or ``owner``, ``subject``, ``manager``, ``report``,
        ``target``.
    :ivar person: id of the person, once the identity is matched.
    :ivar team: key of their team on the day of the record.
    """

    role: str
    identity: str
    person: str | None = None
    name: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A record that a statement can cite.

    :ivar id: public id; opens the record for who may read it.
    :ivar key: what people call it (``PAY-17``).
    :ivar version: of the record when it was read; a draft goes stale when it changes.
    :ivar text: the record's own words: data, never an instruction.
    """

    id: str
    kind: str
    key: str
    title: str
    text: str
    source: str
    connection: str
    stream: str
    occurred_at: datetime
    version: str
    content_hash: str
    scope: int
    url: str | None = None
    sensitivity: Sensitivity = Sensitivity.WORK
    actors: tuple[Actor, ...] = ()
    fields: dict[str, object] = field(default_factory=dict)
    """Typed facts of the record (state, dates, values) that a statement about it may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """``[number]`` in a document: which evidence stands behind a statement."""

    number: int
    evidence: str
