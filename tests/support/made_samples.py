"""Samples of documents made by hand, so that what a scorer should say of them is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import (
    Cell,
    EvidenceSeen,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
    Score,
    Trace,
)
from coachkit.evaluation.scoring.protocol import Peers, Scorer

__all__ = ["RECORDS", "case_of", "sample_of", "scored", "statement"]

RECORDS = {
    "r1": EvidenceSeen(
        kind="change_request",
        key="PAY-17",
        native_id="PAY-17",
        connection="tracker",
        title="Page the ledger export",
        text="Paged by settlement day; 3 pages tested.",
        day="2026-05-09",
        actors=(("reviewed", "Maria Gomez"), ("authored", "Tom Becker")),
    ),
    "r2": EvidenceSeen(
        kind="feedback",
        key="",
        native_id="fb-2",
        connection="feedback",
        title="",
        text="Wei Li answered within a day.",
        day="2026-05-12",
        actors=(("subject", "Wei Li"),),
    ),
}


def statement(text: str, *evidence: str, **more: Any) -> SampleStatement:
    more.setdefault("id", f"f{abs(hash(text)) % 10**8}")
    return SampleStatement(text=text, evidence=evidence, **more)


def sample_of(
    sections: Mapping[str, Sequence[SampleStatement]],
    *,
    document: str = "brief",
    language: str = "en",
    case: str = "one",
    evidence: Mapping[str, EvidenceSeen] = RECORDS,
    facts: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> Sample:
    """A sample with these parts; composed text counts for nothing unless it is said to be composed."""
    draft = SampleDraft(
        title="Maria Gomez · check-in",
        header={"person": "Maria Gomez", "read": ["tracker"]},
        window_start=datetime(2026, 5, 6, tzinfo=UTC),
        window_end=datetime(2026, 5, 19, tzinfo=UTC),
        sections=tuple(SampleSection(name=name, statements=tuple(said)) for name, said in sections.items()),
        notes=tuple(more.pop("notes", ())),
    )
    cell = Cell(document=document, language=language, model=more.pop("model", "none"))
    return Sample(
        key=f"{case}-{language}",
        case=case,
        cell=cell,
        draft=draft,
        evidence=dict(evidence),
        trace=Trace(facts=tuple(facts)),
        **more,
    )


def case_of(document: str = "brief", **more: Any) -> EvalCase:
    return EvalCase(
        **{"id": "one", "document": document, "organisation": "made", "subject": "maria@made.example", **more}
    )


def scored(
    scorer: Scorer, case: EvalCase, sample: Sample, *others: Sample, cases: Sequence[EvalCase] = ()
) -> Score | None:
    every = {one.id: one for one in (case, *cases)}
    return scorer.score(case, sample, Peers(every, [sample, *others]))
