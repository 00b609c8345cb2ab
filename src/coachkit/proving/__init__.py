"""Evaluation, wired: organisations synced into stores, documents prepared by the product's own path, and who does it.

What is evaluated is a *subject* (:class:`coachkit.evaluation.subjects.Subject`); :func:`subjects` names them all.
"""

from coachkit.proving.plan import Plan
from coachkit.proving.suite import Suite, SuiteRun

__all__ = ["Plan", "Suite", "SuiteRun"]
