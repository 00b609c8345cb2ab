"""The sample organisation: a seeded simulator of a bilingual company, coherent from goals to commits to feedback.

It enters coachkit through connectors like everything else: :func:`write` makes the files that they read.
"""

from coachkit.sample.model import ConnectionSpec, Organisation, Person, Reference, Situation, SourceRecord
from coachkit.sample.simulation import simulate
from coachkit.sample.writing import write

__all__ = ["ConnectionSpec", "Organisation", "Person", "Reference", "Situation", "SourceRecord", "simulate", "write"]
