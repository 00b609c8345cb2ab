"""Whoever a contribution summary names sees it first: a look, an answer, notes beside it, and then it opens.

Until everybody named has answered, or some days have gone by, a statement is seen by those whom it names and by nobody
else; who asked for the summary sees what names nobody, and for whom it waits. Then all its readers see all of it, with
what those named wrote beside it. Nothing is overwritten: an annotation that is taken back stays on record, unshown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from coachkit.access import Directory, ReadLog, Viewer
from coachkit.access.contributions import Asking, TargetDirectory, asks_as
from coachkit.domain.drafts import Draft, Statement
from coachkit.domain.identity import content_hash, unpublic_id
from coachkit.drafting.agents import Sides
from coachkit.drafting.cleaning import clean, shorten
from coachkit.errors import BadInput, NotFound

__all__ = [
    "LONGEST_ANNOTATION",
    "Annotation",
    "AnnotationKind",
    "Answer",
    "Showing",
    "ShowingState",
    "ShowingStore",
    "Showings",
    "Standing",
]

LONGEST_ANNOTATION = 400
"""Characters; a note stands beside a statement of one line."""

PURPOSE = "a contribution summary"


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
        return self.opens_at.year >= _NEVER.year


_NEVER = datetime.fromisoformat("9000-01-01T00:00:00+00:00")


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


class Showings:
    """Shows summaries to those named first, and keeps what they answer.

    :param days: how long those named have, if they do not answer.
    """

    def __init__(
        self,
        store: ShowingStore,
        targets: TargetDirectory,
        directory: Directory,
        reads: ReadLog,
        *,
        days: float,
    ) -> None:
        self._store = store
        self._targets = targets
        self._directory = directory
        self._reads = reads
        self._days = timedelta(days=days)

    # --- hooks of the agent ------------------------------------------------------------------------------------------

    def may_read(self, _directory: Directory, draft: Draft, viewer: Viewer) -> Sides | None:
        """A draft that somebody else asked for is open to those whom it names, unless it was asked for oneself."""
        showing = self._store.get(draft.id)
        if showing is None or showing.is_own or viewer.person not in showing.named or not viewer.scopes:
            return None
        return Sides(subject=unpublic_id(draft.subject), scopes=viewer.scopes)

    def shown(self, draft: Draft, viewer: Viewer) -> Draft:
        """What the viewer sees of a draft now; that they see it is noted for those whom it names."""
        showing = self._showing(draft)
        if viewer.person in showing.named:
            self._store.see(draft.id, viewer.person, viewer.at)
        kept = _within(draft, lambda one: self._sees(showing, one, viewer))
        named = {person for section in kept.sections for one in section.statements for person in _people(one)}
        for person in sorted(named - {viewer.person}):
            self._reads.record(viewer, person, str(draft.kind), PURPOSE, viewer.at)
        return kept

    def _sees(self, showing: Showing, statement: Statement, viewer: Viewer) -> bool:
        people = _people(statement)
        if not people or viewer.person in people:
            return True
        return not showing.is_own and showing.is_open(viewer.at)

    def _showing(self, draft: Draft) -> Showing:
        """The showing of a draft; one that nobody has begun begins when the draft was made."""
        found = self._store.get(draft.id)
        if found is not None:
            return found
        self.begin(draft)
        found = self._store.get(draft.id)
        if found is None:
            raise NotFound("there is no such draft.", subject=draft.id)
        return found

    # --- beginning ---------------------------------------------------------------------------------------------------

    def begin(self, draft: Draft, *, days: float | None = None) -> None:
        """Show a new draft to those whom it names.

        :param days: how long they have, if other than usual; 0 opens it at once.
        """
        target, viewer = unpublic_id(draft.subject), unpublic_id(draft.viewer)
        asker = self._directory.viewer(viewer, draft.created_at)
        own = asks_as(self._targets, asker, self._targets.target(target)) != Asking.LEAD
        wait = self._days if days is None else timedelta(days=days)
        named: dict[int, list[str]] = {}
        for section in draft.sections:
            for statement in section.statements:
                for person in _people(statement):
                    named.setdefault(person, []).append(statement.id)
        at = draft.created_at.replace(microsecond=draft.created_at.microsecond // 1000 * 1000)  # as the store keeps it
        answered = self._answered_before(target, named, at)
        self._store.begin(
            Showing(
                draft=draft.id,
                target=target,
                viewer=viewer,
                shown_at=at,
                opens_at=_NEVER if own else at + wait,
                named={person: tuple(statements) for person, statements in sorted(named.items())},
                answers={person: Answer(person=person, answered_at=at, how="before") for person in answered},
            )
        )

    def _answered_before(self, target: int, named: Mapping[int, Collection[str]], now: datetime) -> set[int]:
        """Those who had all statements about them before, in a summary that they answered or that opened."""
        seen: dict[int, set[str]] = {}
        for earlier in self._store.of_target(target):
            if earlier.is_own:
                continue
            for person, statements in earlier.named.items():
                answer = earlier.answers.get(person)
                if now >= earlier.opens_at or (answer is not None and answer.answered_at is not None):
                    seen.setdefault(person, set()).update(statements)
        return {person for person, statements in named.items() if set(statements) <= seen.get(person, set())}

    # --- how it stands -----------------------------------------------------------------------------------------------

    def standing(self, draft: Draft, viewer: Viewer) -> Standing:
        """How a draft stands, as its viewer got it from :meth:`shown`."""
        showing = self._showing(draft)
        open_now = showing.is_open(viewer.at) and not showing.is_own
        answer = showing.answers.get(viewer.person)
        visible = {one.id for section in draft.sections for one in section.statements}
        everything = {statement for statements in showing.named.values() for statement in statements}
        notes: dict[str, list[Annotation]] = {}
        for one in self._store.annotations(showing.target):
            whole = one.statement == "" and (one.draft == draft.id)
            if (one.statement in visible or whole) and (open_now or one.person == viewer.person):
                notes.setdefault(one.statement, []).append(one)
        authors = {one.person: self._name(one.person) for several in notes.values() for one in several}
        own = showing.is_own
        return Standing(
            state=ShowingState.OWN if own else ShowingState.OPEN if open_now else ShowingState.SHOWN,
            shown_at=showing.shown_at,
            opens_at=None if own else showing.opens_at,
            waits_for=() if own else tuple(sorted(self._name(person) for person in showing.waits_for)),
            mine=frozenset(showing.named.get(viewer.person, ())),
            answered=answer is not None and answer.answered_at is not None,
            withheld=len(everything - visible),
            annotations={statement: tuple(several) for statement, several in notes.items()},
            authors=authors,
        )

    def of_person(self, viewer: Viewer) -> tuple[Showing, ...]:
        """Summaries that name the viewer or that they asked for, the newest of each target first."""
        found: dict[tuple[int, int], Showing] = {}
        for one in self._store.of_person(viewer.person):
            if one.viewer == viewer.person or not one.is_own:
                found.setdefault((one.target, one.viewer), one)
        return tuple(found.values())

    def waiting(self, viewer: Viewer) -> tuple[Showing, ...]:
        """Summaries in which something about the viewer waits for their look."""
        return tuple(
            one for one in self.of_person(viewer) if viewer.person in one.waits_for and not one.is_open(viewer.at)
        )

    def _name(self, person: int) -> str:
        return self._directory.person(person).name

    # --- what those named do -----------------------------------------------------------------------------------------

    def agree(self, draft: Draft, viewer: Viewer) -> None:
        """The viewer has nothing to add to what is said about them.

        :raises BadInput: if it does not name them.
        """
        self._named(draft, viewer)
        self._store.answer(draft.id, viewer.person, "agreed", viewer.at)

    def annotate(self, draft: Draft, viewer: Viewer, statement: str, text: str, kind: AnnotationKind) -> Annotation:
        """Write beside a statement that the viewer sees; it counts as their answer.

        :param statement: its id; empty: beside the whole summary.
        :raises BadInput: if there is no such statement, nothing is said, or the viewer takes no part in it.
        """
        showing = self._showing(draft)
        words = clean(text)
        if not words:
            raise BadInput("an annotation says something.", chinese=("批注不能为空。", ""))
        if len(words) > LONGEST_ANNOTATION:
            raise BadInput(
                f"an annotation has at most {LONGEST_ANNOTATION} characters.",
                hint="Say it shorter, or in two.",
                chinese=(f"批注最多 {LONGEST_ANNOTATION} 个字。", "请写短一些，或分成两条。"),
            )
        if statement and statement not in {one.id for section in draft.sections for one in section.statements}:
            raise NotFound("there is no such statement.", subject=shorten(clean(statement), 40)[0])
        if viewer.person not in showing.named and viewer.person != showing.viewer:
            self._named(draft, viewer)
        made = Annotation(
            id=content_hash(draft.id, statement, viewer.person, words, viewer.at.isoformat())[:16],
            draft=draft.id,
            target=showing.target,
            statement=statement,
            person=viewer.person,
            kind=kind,
            text=words,
            at=viewer.at,
        )
        self._store.annotate(made)
        if viewer.person in showing.named:
            self._store.answer(draft.id, viewer.person, "annotated", viewer.at)
        return made

    def withdraw(self, annotation: str, viewer: Viewer) -> None:
        """Take back one's own annotation; that it was there stays on record.

        :raises NotFound: if the viewer has written none such.
        """
        if not self._store.withdraw(annotation, viewer.person, viewer.at):
            raise NotFound("there is no such annotation of yours.", chinese=("没有这条由你写的批注。", ""))

    def consent(self, record: str, viewer: Viewer, *, agreed: bool) -> None:
        """Let one's own feedback be quoted in summaries, or not any more.

        :raises NotFound: if it is no feedback of the viewer's.
        """
        try:
            number = unpublic_id(record)
        except ValueError:
            number = 0
        if not self._store.consent(number, viewer.person, agreed, viewer.at):
            raise NotFound("there is no such feedback of yours.", chinese=("没有这条由你写的反馈。", ""))

    def _named(self, draft: Draft, viewer: Viewer) -> None:
        if viewer.person not in self._showing(draft).named:
            raise BadInput(
                "the summary does not name you, so there is nothing to answer.",
                subject=viewer.name,
                chinese=("这份小结没有写到你，不需要答复。", ""),
            )


def _people(statement: Statement) -> frozenset[int]:
    listed = statement.data.get("people")
    return frozenset(unpublic_id(str(one)) for one in listed) if isinstance(listed, list) else frozenset()


def _within(draft: Draft, sees: Callable[[Statement], bool]) -> Draft:
    """The draft with the statements that ``sees`` lets through, and the sources these cite."""
    sections = tuple(
        replace(section, statements=tuple(one for one in section.statements if sees(one))) for section in draft.sections
    )
    if sections == draft.sections:
        return draft
    kept = replace(draft, sections=tuple(section for section in sections if section.statements), raw_output="")
    numbers = kept.citations
    sources = sorted((one for one in draft.sources if one.id in numbers), key=lambda one: numbers[one.id])
    evidence = {public: known for public, known in draft.evidence.items() if public in numbers}
    return replace(kept, sources=tuple(sources), evidence=evidence)
