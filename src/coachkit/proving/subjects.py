"""Everything that is evaluated."""

from __future__ import annotations

from coachkit.evaluation.subjects import Subject, Subjects
from coachkit.evaluation.verifying import VerifierSubject
from coachkit.proving.documents import DocumentSubject
from coachkit.proving.insight import InsightSubject
from coachkit.proving.plan import Plan
from coachkit.proving.retrieval import RetrievalSubject

__all__ = ["all_subjects"]


def all_subjects(plan: Plan) -> Subjects:
    """Documents, and what else has cases of its own."""
    subjects: list[Subject] = [DocumentSubject(plan), RetrievalSubject(plan), VerifierSubject(), InsightSubject(plan)]
    return Subjects(subjects)
