"""Showings, answers and annotations: what is kept about whom a contribution summary was shown to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

__all__ = [
    "LONGEST_ANNOTATION",
    "NEVER",
    "Annotation",
    "AnnotationKind",
    "Answer",
    "Showing",
    "ShowingState",
    "ShowingStore",
    "Standing",
]

LONGEST_ANNOTATION = 400
"""Characters; a note stands beside a statement of one line."""


class ShowingState(StrEnum):
    SHOWN = "shown"
    """To those named, and not yet to the others."""
    OPEN = "open"
    OWN = "own"
    """Asked for by somebody for themselves: it shows them what names them, and never opens."""


class AnnotationKind(StrEnum):
    REMARK = "remark"
    ADDS = "adds"
    """What no system saw."""
    DIFFERS = "differs"
    """Sees it differently: the statement is marked as contested, and both stand side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody named did with it.

    :ivar how: ``agreed``, ``annotated``; ``before``: they had answered to the same statements in an earlier summary.
    """

    person: int
    seen_at: datetime | None = None
    answered_at: datetime | None = None
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """That a summary is shown to those whom it names, and until when.

    :ivar named: person → ids of the statements that name them.
    """

    draft: str
    target: int
    viewer: int
    shown_at: datetime
    opens_at: datetime
    named: Mapping[int, tuple[str, ...]]
    answers: Mapping[int, Answer] = field(default_factory=dict)

    @property
    def waits_for(self) -> frozenset[int]:
        """Those named who have not answered; who asked for it is not waited for."""
        answered = {person for person, answer in self.answers.items() if answer.answered_at is not None}
        return frozenset(self.named) - answered - {self.viewer}

    def is_open(self, now: datetime) -> bool:
        return now >= self.opens_at or not self.waits_for

    @property
    def is_own(self) -> bool:
        """It shows nobody but who asked for it."""
        return self.opens_at.year >= NEVER.year


NEVER = datetime.fromisoformat("9000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What somebody named wrote beside a statement (``statement`` empty: beside the whole summary)."""

    id: str
    draft: str
    target: int
    statement: str
    person: int
    kind: AnnotationKind
    text: str
    at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a summary stands for one viewer.

    :ivar waits_for: names of those who have not answered, by name.
    :ivar mine: ids of statements that name the viewer; ``answered``: they have answered.
    :ivar withheld: how many statements the viewer does not see yet.
    :ivar annotations: those that the viewer sees, by statement; ``authors`` by person.
    """

    state: ShowingState
    shown_at: datetime
    opens_at: datetime | None
    waits_for: tuple[str, ...]
    mine: frozenset[str]
    answered: bool
    withheld: int
    annotations: Mapping[str, tuple[Annotation, ...]]
    authors: Mapping[int, str]

    @property
    def contested(self) -> frozenset[str]:
        """Statements that somebody named sees differently."""
        return frozenset(
            statement
            for statement, several in self.annotations.items()
            if any(one.kind is AnnotationKind.DIFFERS for one in several)
        )


class ShowingStore(Protocol):
    """Keeps showings, answers and annotations."""

    def begin(self, showing: Showing) -> None:
        """Keep a new one with its answers; one that is there stays as it is."""

    def get(self, draft: str) -> Showing | None: ...

    def of_target(self, target: int) -> tuple[Showing, ...]:
        """Every showing of a target, with its answers, from old to new."""

    def of_person(self, person: int) -> tuple[Showing, ...]:
        """Every showing that names or was asked for by somebody, the newest first."""

    def see(self, draft: str, person: int, at: datetime) -> None:
        """The first look counts."""

    def answer(self, draft: str, person: int, how: str, at: datetime) -> None: ...

    def annotate(self, annotation: Annotation) -> None: ...

    def annotations(self, target: int) -> tuple[Annotation, ...]:
        """All about a target that stand, from old to new."""

    def withdraw(self, annotation: str, person: int, at: datetime) -> bool:
        """Take back one's own; whether there was such a one."""

    def consent(self, record: int, person: int, agreed: bool, at: datetime) -> bool:
        """Let one's own words be quoted, or not any more; whether somebody's words they are."""
