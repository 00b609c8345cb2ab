"""Everything that is evaluated."""

from __future__ import annotations

from coachkit.evaluation.subjects import Subject, Subjects
from coachkit.proving.documents import DocumentSubject
from coachkit.proving.plan import Plan

__all__ = ["all_subjects"]


def all_subjects(plan: Plan) -> Subjects:
    """Documents, and what else has cases of its own."""
    subjects: list[Subject] = [DocumentSubject(plan)]
    return Subjects(subjects)
