"""Which statements of a run are labelled, in which order, and what of each a rater sees."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from coachkit.evaluation.judging.labels import Label, Said, fingerprint
from coachkit.evaluation.record import EvidenceSeen, RunRecord, Sample, SampleStatement

__all__ = ["ToLabel", "statements_of"]


@dataclass(frozen=True, slots=True)
class ToLabel:
    """A statement beside what it cites. Who worded it, and what the checks said, a rater is not told."""

    sample: Sample
    statement: SampleStatement

    @property
    def place(self) -> tuple[str, str]:
        return self.sample.key, self.statement.id

    @property
    def evidence(self) -> tuple[EvidenceSeen, ...]:
        held = (self.sample.evidence.get(one) for one in self.statement.evidence)
        return tuple(one for one in held if one is not None)

    @property
    def said(self) -> str:
        return f"{self.statement.text} {self.statement.question}".strip()

    def label(self, value: Said) -> Label:
        return Label(
            sample=self.sample.key,
            statement=self.statement.id,
            case=self.sample.case,
            text=fingerprint(self.statement.text),
            value=value,
        )


def statements_of(
    record: RunRecord, number: int | None = None, *, language: str = "", worded: bool = False
) -> tuple[ToLabel, ...]:
    """Statements with evidence in an order by lot, which is the same for every rater: the first hundred of one are
    those of the other.

    :param language: of the documents; empty: both. :param worded: only those in which a model had a word.
    """
    found = [
        ToLabel(sample, one)
        for sample in record.samples
        if sample.draft is not None and language in ("", sample.cell.language)
        for one in sample.draft.statements
        if one.id and one.evidence and (not worded or one.origin in ("reworded", "drafted"))
    ]
    lots = {one.place: sha256(f"{record.run.id} {one.place}".encode()).digest() for one in found}
    return tuple(sorted(found, key=lambda one: lots[one.place])[:number])
