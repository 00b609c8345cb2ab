"""What people say beside the view of their own contribution: what no system saw, and what they see differently.

Only who the view is of writes beside it. Nothing is overwritten: a note that is taken back stays on record, unshown,
and can be put back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from coachkit.access import Viewer
from coachkit.domain.identity import content_hash
from coachkit.errors import BadInput, NotFound
from coachkit.insight.contribution import KINDS

__all__ = ["LONGEST_NOTE", "ContributionNote", "ContributionNotes", "NoteKind", "NoteStore"]

LONGEST_NOTE = 400
"""Characters."""


class NoteKind(StrEnum):
    ADDS = "adds"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionNote:
    """:ivar help: the kind of help that it adds; empty, if none was named. ``statement``: what it contests.

    :ivar day: when what it adds was done.
    """

    id: str
    person: int
    kind: NoteKind
    text: str
    day: date
    at: datetime
    help: str = ""
    statement: str = ""
    withdrawn_at: datetime | None = None


class NoteStore(Protocol):
    """Keeps notes."""

    def add(self, note: ContributionNote) -> None:
        """One that is there stays as it is."""

    def of(self, person: int) -> tuple[ContributionNote, ...]:
        """All of somebody's, from old to new; those taken back too."""

    def contested(self) -> frozenset[tuple[int, str]]:
        """Who contests which sentences, as it stands now."""

    def withdraw(self, note: str, person: int, at: datetime | None) -> bool:
        """Take back one's own, or with ``None`` put it back; whether there was such a one."""


class ContributionNotes:
    """What the viewer does with notes beside their own view."""

    def __init__(self, store: NoteStore) -> None:
        self.store = store

    def standing(self, person: int) -> tuple[ContributionNote, ...]:
        return tuple(one for one in self.store.of(person) if one.withdrawn_at is None)

    def add(self, viewer: Viewer, text: str, *, day: date, help: str = "") -> ContributionNote:  # noqa: A002 - the domain's word
        """Say what no system saw.

        :raises BadInput: if nothing is said, too much, an unknown kind of help, or a day that has not come.
        """
        if help and help not in KINDS:
            raise BadInput(
                f"{help[:40]!r} is no kind of help.",
                hint=f"Name one of {', '.join(KINDS)}, or none.",
                chinese=(f"没有“{help[:40]}”这种协作方式。", f"可选：{'、'.join(KINDS)}，也可以不选。"),
            )
        if day > viewer.at.date():
            raise BadInput("this day has not come yet.", chinese=("这一天还没有到。", ""))
        return self._kept(viewer, NoteKind.ADDS, text, day=day, help=help)

    def contest(self, viewer: Viewer, statement: str, text: str, *, day: date) -> ContributionNote:
        """See a sentence differently.

        :raises BadInput: if nothing is said, too much, or no sentence is named.
        """
        if not 1 <= len(statement) <= 40:
            raise BadInput("say which sentence you see differently.", chinese=("请指明是哪一句。", ""))
        return self._kept(viewer, NoteKind.DIFFERS, text, day=day, statement=statement)

    def withdraw(self, viewer: Viewer, note: str) -> None:
        """:raises NotFound: if it is none of theirs."""
        self._found(self.store.withdraw(note, viewer.person, viewer.at))

    def restore(self, viewer: Viewer, note: str) -> None:
        """Put back what was taken back. :raises NotFound: if it is none of theirs."""
        self._found(self.store.withdraw(note, viewer.person, None))

    @staticmethod
    def _found(there: bool) -> None:
        if not there:
            raise NotFound("there is no such note of yours.", chinese=("没有这条由你写的说明。", ""))

    def _kept(
        self,
        viewer: Viewer,
        kind: NoteKind,
        text: str,
        *,
        day: date,
        help: str = "",  # noqa: A002 - the domain's word
        statement: str = "",
    ) -> ContributionNote:
        words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        if not words:
            raise BadInput("a note says something.", chinese=("说明不能为空。", ""))
        if len(words) > LONGEST_NOTE:
            raise BadInput(
                f"a note has at most {LONGEST_NOTE} characters.",
                hint="Say it shorter, or in two.",
                chinese=(f"说明最多 {LONGEST_NOTE} 个字。", "请写短一些，或分成两条。"),
            )
        at = viewer.at.replace(microsecond=viewer.at.microsecond // 1000 * 1000)  # as the store keeps it
        made = ContributionNote(
            id=content_hash("note", viewer.person, kind, statement, words, at.isoformat())[:16],
            person=viewer.person,
            kind=kind,
            text=words,
            day=day,
            at=at,
            help=help,
            statement=statement,
        )
        self.store.add(made)
        return made
