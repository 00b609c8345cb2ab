"""Whoever a contribution summary names sees it first: a look, an answer, notes beside it, and then it opens.

Until everybody named has answered, or some days have gone by, a statement is seen by those whom it names and by nobody
else; who asked for the summary sees what names nobody, and for whom it waits. Then all its readers see all of it, with
what those named wrote beside it. Nothing is overwritten: an annotation that is taken back stays on record, unshown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from coachkit.access import Directory, ReadLog, Viewer
from coachkit.access.contributions import Asking, TargetDirectory, asks_as
from coachkit.domain.drafts import Draft, Statement
from coachkit.domain.identity import content_hash, unpublic_id
from coachkit.drafting.agents import Sides
from coachkit.drafting.cleaning import clean, name_of, shorten
from coachkit.drafting.showing_kinds import (
    LONGEST_ANNOTATION,
    NEVER,
    Annotation,
    AnnotationKind,
    Answer,
    Showing,
    ShowingState,
    ShowingStore,
    Standing,
)
from coachkit.drafting.showing_words import OWN, WAITS, beside, count
from coachkit.errors import BadInput, NotFound

__all__ = ["Showings"]

PURPOSE = "a contribution summary"


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
        withheld = count(draft) - count(kept)
        kept = replace(kept, notes=(*kept.notes, *self._notes(showing, draft.language, withheld, viewer)))
        notes = self._annotations(showing, kept, viewer)
        return beside(kept, [(one, self._name(one.person)) for one in notes])

    def _annotations(self, showing: Showing, draft: Draft, viewer: Viewer) -> list[Annotation]:
        """What those named wrote: once it is open all of it, before that one's own."""
        open_now = showing.is_open(viewer.at) and not showing.is_own
        visible = {one.id for section in draft.sections for one in section.statements}
        return [
            one
            for one in self._store.annotations(showing.target)
            if (open_now or one.person == viewer.person)
            and (one.statement in visible or (one.statement == "" and one.draft == draft.id))
        ]

    def _notes(self, showing: Showing, language: str, withheld: int, viewer: Viewer) -> tuple[str, ...]:
        """How it stands, in the reader's language: nothing, once it is open."""
        zh = language == "zh"
        if showing.is_own:
            return (OWN[zh],)
        if showing.is_open(viewer.at):
            return ()
        names = sorted(self._name(person) for person in showing.waits_for)
        day = self._directory.today(showing.opens_at)
        listed = ("、" if zh else ", ").join(names)
        return (WAITS[zh].format(withheld=withheld, day=day.isoformat(), names=listed),)

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
                opens_at=NEVER if own else at + wait,
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
        for one in self._annotations(showing, draft, viewer):
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
        return name_of(self._directory.person(person).name) or "…"

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
