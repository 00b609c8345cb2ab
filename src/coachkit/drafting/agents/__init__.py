"""Agents: what one kind of document is, in one place a kind; all of them take the same path.

An agent says which sections there are and in which order, how the facts are chosen, who may open it and what both sides
may read, how long it may be, and which sentences a model may word. :class:`coachkit.drafting.documents.Documents` does
the rest: plan, pack, compose, fit, model, verify, fit, keep, open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coachkit.access import Directory, Viewer
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.drafting.facts import Fact, Language
from coachkit.drafting.plan import Plan
from coachkit.drafting.ports import FactReader
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import section_title
from coachkit.insight.rows import Material, Window

__all__ = ["Agent", "Asked", "Sides", "Stretch", "between_two"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Whom a document is about, and what everybody who will see it may read.

    :ivar subject: id of the person, or of the team or goal; ``title`` is a person's job title.
    :ivar other: the other side of the conversation, where there is one.
    :ivar scopes: what a document may rest on: readable by every side.
    :ivar concerned: the people whose records it is drawn from; that it was opened is noted for them.
    """

    subject: int
    scopes: frozenset[int]
    title: str = ""
    other: int | None = None
    concerned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a planner works from: a reader that sees nothing outside ``sides.scopes``."""

    facts: FactReader
    viewer: Viewer
    sides: Sides
    window: Window

    def material(self) -> Material:
        """Everything that may be said about the person it is about."""
        return self.facts.material(
            subject=self.sides.subject, other=self.sides.other, scopes=self.sides.scopes, window=self.window
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How far a kind of document looks back.

    :ivar usual: without a word from anybody.
    :ivar since_check_in: begins at the last held check-in of the two instead, at most ``longest_usual`` back.
    :ivar longest: what may be asked for.
    """

    usual: timedelta = timedelta(days=14)
    since_check_in: bool = False
    longest_usual: timedelta = timedelta(days=90)
    longest: timedelta = timedelta(days=366)


Opens = Callable[[Directory, Viewer, int, datetime], Sides]
Titles = Callable[[str, Voice, tuple[Fact, ...]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One kind of document.

    :ivar purpose: why records are read; goes into the read log.
    :ivar prompt: folder under ``prompts/`` for a model that words the whole document.
    :ivar sections: names of its parts, in their order.
    :ivar reworded: sections whose sentences a model may word; the others it never sees to word.
    :ivar verbatim: sections of people's own words to each other: shown as they are, checked for their citation alone.
    :ivar limits: of the whole document: words of English, characters of Chinese; ``section_limits`` of single parts.
    :ivar window: how far it looks back.
    :ivar plan: the facts it tells, chosen by weight; deterministic.
    :ivar may_open: raises ``AccessDenied`` unless the viewer may prepare and open it; else what all sides may read.
    :ivar may_read: whether a draft that was prepared for somebody else may be read by this viewer, and under what; left
        out, a draft is its viewer's alone.
    :ivar shown: what of a draft a viewer sees for now, where not all of it is everybody's at once; left out, all of it.
    :ivar titles: what stands above a section.
    :ivar neutral: everybody stands in it by name, nobody as "you": its sides read the same words.
    """

    kind: DraftKind
    purpose: str
    prompt: str
    sections: tuple[str, ...]
    limits: Mapping[Language, int]
    plan: Callable[[Asked], Plan]
    may_open: Opens
    reworded: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ("agenda", "actions")
    section_limits: Mapping[str, Mapping[Language, int]] = field(default_factory=dict)
    window: Stretch = Stretch()
    may_read: Callable[[Directory, Draft, Viewer], Sides | None] | None = None
    shown: Callable[[Draft, Viewer], Draft] | None = None
    titles: Titles = section_title
    neutral: bool = False


def between_two(may_open: Callable[[Directory, Viewer, int, datetime], None]) -> Opens:
    """The sides of a conversation between a person and their manager: it rests on what both of them, and whoever opens
    it, may read."""

    def opens(directory: Directory, viewer: Viewer, subject: int, now: datetime) -> Sides:
        may_open(directory, viewer, subject, now)
        person = directory.person(subject)
        manager = directory.manager_of(subject, directory.today(now))
        scopes = viewer.scopes & directory.viewer(subject, now).scopes
        if manager is not None and manager.id != viewer.person:
            scopes &= directory.viewer(manager.id, now).scopes
        return Sides(
            subject=subject,
            scopes=scopes,
            title=person.title or "",
            other=manager.id if manager else None,
            concerned=frozenset({subject}),
        )

    return opens
