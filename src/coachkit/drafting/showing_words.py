"""A contribution summary as it stands, in words: for whom it waits, and what those named wrote beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from coachkit.domain.drafts import Draft, Origin, Section, Statement
from coachkit.domain.identity import public_id
from coachkit.drafting.cleaning import quote
from coachkit.drafting.showing_kinds import LONGEST_ANNOTATION, Annotation, AnnotationKind
from coachkit.drafting.wording import chinese_contribution, english_contribution

__all__ = ["OWN", "WAITS", "beside", "count"]

VIEWS = "views"

OWN = (
    "Asked for by somebody who leads neither the team nor the goal: it shows what names nobody, and what names them.",
    "这是本人自己看的：只显示没有点名的内容，以及写到自己的部分。",
)
WAITS = (
    (
        "Whoever is named sees first what is said about them; {withheld} statements are not shown to you yet. They "
        "open on {day}, or when all have answered. Waiting for: {names}."
    ),
    "写到谁，谁先看；有 {withheld} 条暂时不给你看。{day} 起开放，都答复了就提前开放。还在等：{names}。",
)
_BESIDE = {
    AnnotationKind.REMARK: (
        "{title} — {text} | {author} remarks: “{words}”",
        "{title}——{text} | {author}批注：“{words}”",
    ),
    AnnotationKind.ADDS: ("{author} adds: “{words}”", "{author}补充：“{words}”"),
    AnnotationKind.DIFFERS: (
        "{title} — {text} | {author} sees it differently: “{words}”",
        "{title}——{text} | {author}的看法不同：“{words}”",
    ),
}
"""A statement and what somebody wrote beside it, in one line."""
_WHOLE = ("{author}: “{words}”", "{author}：“{words}”")


def beside(draft: Draft, notes: Iterable[tuple[Annotation, str]]) -> Draft:
    """The draft with what those named wrote, each beside the statement it is about; the statement stays as it is."""
    zh = draft.language == "zh"
    places = {one.id: (section, one) for section in draft.sections for one in section.statements}
    added = []
    for note, author in notes:
        section, about = places.get(note.statement, (None, None))
        pattern = _BESIDE[note.kind][zh] if about is not None or note.kind is AnnotationKind.ADDS else _WHOLE[zh]
        words = quote(note.text, LONGEST_ANNOTATION)
        text = pattern.format(
            title=section.title if section else "",
            text=about.text.rstrip(".。") if about else "",
            author=author,
            words=words.text if words else "…",
        )
        added.append(
            Statement(
                text=text,
                evidence=about.evidence if about else (),
                origin=Origin.EDITED,
                fact=f"contribution.{note.kind}",
                data={"id": note.id, "annotation": note.statement or "whole", "by": public_id(note.person)},
            )
        )
    if not added:
        return draft
    views = next((section for section in draft.sections if section.name == VIEWS), None)
    title = (chinese_contribution.TITLES if zh else english_contribution.TITLES)[VIEWS]
    made = replace(views or Section(name=VIEWS, title=title), statements=(*(views.statements if views else ()), *added))
    others = [section for section in draft.sections if section.name != VIEWS]
    place = next((n for n, section in enumerate(others) if section.name == "unknowns"), len(others))
    return replace(draft, sections=(*others[:place], made, *others[place:]))


def count(draft: Draft) -> int:
    """How many statements it has."""
    return sum(len(section.statements) for section in draft.sections)
