"""Explaining a draft from what was kept with it: each sentence, and each fact that is not told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coachkit.domain.drafts import Check, Draft, Edit, Section, Statement
from coachkit.domain.explanations import (
    ExplainedEvidence,
    ExplainedFact,
    ExplainedSentence,
    Explanation,
    PackedRecord,
    Proposed,
    Untold,
)
from coachkit.drafting.ports import StoredDraft
from coachkit.drafting.wording.reasons import part_name, reason_in

__all__ = ["explained", "packed"]

Steps = Mapping[str, Any]
"""What was kept of each step, as it was written by :mod:`coachkit.drafting.recording`."""


def packed(stored: StoredDraft) -> tuple[PackedRecord, ...]:
    """The records that could be cited, as they were quoted."""
    pack: Mapping[str, Any] = _part(stored.explanation, "pack")
    findings = _findings(stored)
    return tuple(
        PackedRecord(
            id=one["record"],
            kind=one["kind"],
            key=one["key"],
            day=one["day"],
            title=one["title"],
            text=one["text"],
            actors=tuple((role, name) for role, name in one.get("actors", ())),
            fields=dict(one.get("fields", {})),
            findings=tuple(findings.get(one["record"], ())),
        )
        for one in pack.get("evidence", ())
    )


def _findings(stored: StoredDraft) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """By the id of a record, each fact that cites it: its kind, our own words for it, the names in it."""
    composed = _part(stored.explanation, "composed")
    found: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for fact in _part(stored.explanation, "plan").get("told", ()):
        said = composed.get(fact["id"], {}).get("text", "")
        for public in fact["evidence"] if said else ():
            found.setdefault(public, []).append((fact["kind"], said, tuple(fact.get("names", ()))))
    return found


def explained(stored: StoredDraft, opened: Draft, *, withheld: bool) -> Explanation:
    """Why the draft says what it says.

    :param opened: the draft as its reader may read it now.
    :param withheld: the steps are not shown: evidence has changed or may not be read any more, and their words could
        repeat it.
    """
    made, steps = stored.draft, {} if withheld else stored.explanation
    drafted = _part(steps, "draft")
    told = () if withheld else tuple(_sentences(stored, opened, steps))
    return Explanation(
        id=made.id,
        kind=str(made.kind),
        language=made.language,
        title=made.title,
        subject=made.subject,
        viewer=made.viewer,
        actor=made.actor,
        purpose=made.purpose,
        window_start=made.window_start,
        window_end=made.window_end,
        created_at=made.created_at,
        model=made.model,
        prompt={**_part(stored.explanation, "prompt"), "name": made.prompt} if made.prompt else {},
        settings=dict(made.settings),
        usage=dict(drafted.get("usage", {})),
        passed_over=tuple(drafted.get("passed_over", ())),
        problems=tuple(drafted.get("problems", ())),
        notes=made.notes,
        seconds=dict(_part(stored.explanation, "seconds")),
        pack={name: value for name, value in _part(steps, "pack").items() if name != "evidence"},
        evidence=dict(made.evidence),
        sentences=told,
        untold=() if withheld else tuple(_untold(steps, {one.id for one in told}, made.language)),
        edits=opened.edits,
        decisions=stored.decisions,
        raw_output="" if withheld else opened.raw_output,
        instructions=str(drafted.get("instructions", "")),
        withheld=withheld,
    )


def _part(steps: Steps, name: str) -> Mapping[str, Any]:
    found = steps.get(name, {})
    return found if isinstance(found, Mapping) else {}


def _sentences(stored: StoredDraft, opened: Draft, steps: Steps) -> Iterable[ExplainedSentence]:
    facts = {one["id"]: one for one in _part(steps, "plan").get("told", ())}
    removed = {statement.id for statement in opened.removed}
    shown = {statement.id: statement for section in opened.sections for statement in section.statements}
    for section in stored.draft.sections:
        for made in section.statements:
            if made.id in facts and (made.id in shown or made.id in removed):
                statement = shown.get(made.id, made)
                outcome = "removed" if made.id in removed else str(statement.origin)
                yield _sentence(section, made, statement, outcome, facts[made.id], stored, opened, steps)


def _sentence(
    section: Section,
    made: Statement,
    shown: Statement,
    outcome: str,
    fact: Mapping[str, Any],
    stored: StoredDraft,
    opened: Draft,
    steps: Steps,
) -> ExplainedSentence:
    ours = _part(steps, "composed").get(made.id, {})
    return ExplainedSentence(
        id=made.id,
        section=section.name,
        section_title=section.title,
        text=shown.text,
        question=shown.question,
        outcome=outcome,
        fact=_fact(fact, opened.language),
        evidence=tuple(_evidence(made, opened)),
        composed=ours.get("text", made.text),
        composed_question=ours.get("question", made.question),
        proposed=_proposed(made.id, steps),
        checks=tuple(Check(**check) for check in _part(steps, "verify").get(made.id, ())),
        edits=_edits(stored.edits, made.id),
    )


def _edits(edits: Iterable[Edit], statement: str) -> tuple[Edit, ...]:
    return tuple(edit for edit in edits if edit.statement == statement)


def _evidence(statement: Statement, draft: Draft) -> Iterable[ExplainedEvidence]:
    numbers = draft.citations
    sources = {source.id: source for source in draft.sources}
    for public in statement.evidence:
        if source := sources.get(public):
            yield ExplainedEvidence(
                id=public,
                number=numbers.get(public),
                key=source.key,
                kind=source.kind,
                title=source.title,
                day=source.occurred_at.date().isoformat(),
                connection=source.connection,
                suspicious=source.suspicious,
            )


def _proposed(fact: str, steps: Steps) -> Proposed | None:
    drafted = _part(steps, "draft")
    place = drafted.get("worded", {}).get(fact)
    if place is None:
        return None
    said = drafted["proposals"][place]
    long = {one["id"]: one["record"] for one in _part(steps, "pack").get("evidence", ())}
    return Proposed(
        fact=said["fact"],
        text=said["text"],
        question=said["question"],
        evidence=tuple(long.get(one, one) for one in said["evidence"]),
    )


def _untold(steps: Steps, told: set[str], language: str) -> Iterable[Untold]:
    plan = _part(steps, "plan")
    refused, dropped = _part(steps, "refused"), set(steps.get("dropped", ()))
    for fact in plan.get("told", ()):
        if fact["id"] in refused:
            yield Untold(fact=_fact(fact, language), why="refused", detail=refused[fact["id"]])
        elif fact["id"] in dropped:
            yield Untold(fact=_fact(fact, language), why="room")
        elif fact["id"] not in told:
            yield Untold(fact=_fact(fact, language), why="evidence")
    for fact in plan.get("left_out", ()):
        yield Untold(fact=_fact(fact, language), why="weight")


def _fact(fact: Mapping[str, Any], language: str) -> ExplainedFact:
    return ExplainedFact(
        id=fact["id"],
        kind=fact["kind"],
        section=fact.get("section", fact["kind"].partition(".")[0]),
        day=fact["at"],
        weight=fact["weight"],
        reason=reason_in(fact["reason"], language),
        values={part_name(name, language): said for name, said in fact.get("values", fact["roles"]).items()},
        counted=len(fact["counted"]),
    )
