"""Opening a record: permission is asked at the moment of opening, and the people it is about can see who did."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from coachkit.access import ReadLog, Viewer
from coachkit.domain.audience import Sensitivity
from coachkit.domain.evidence import Evidence
from coachkit.domain.identity import unpublic_id
from coachkit.errors import NotFound

__all__ = ["EvidenceDesk", "EvidenceReader", "people_of"]

_ABOUT = frozenset(
    {"subject", "owner", "report", "manager", "authored", "co_authored", "assigned", "reported", "asked", "answered"}
)
"""Roles of those whose record it is; a reviewer or somebody who is mentioned is not among them."""


class EvidenceReader(Protocol):
    """Reads records under scopes; the facts' reader of the drafting room is one."""

    def evidence(self, ids: Collection[int], scopes: frozenset[int]) -> list[Evidence]: ...


class EvidenceDesk:
    """Opens records for a viewer. A record that does not exist and one that is not theirs to read look the same."""

    def __init__(self, reader: EvidenceReader, reads: ReadLog) -> None:
        self._reader = reader
        self._reads = reads

    def open(self, evidence_id: str, viewer: Viewer, *, purpose: str = "evidence") -> Evidence:
        """The record, and a note for everyone whose record it is.

        :raises NotFound: if there is none, or it is outside the viewer's scopes.
        """
        try:
            found = self._reader.evidence([unpublic_id(evidence_id)], viewer.scopes)
        except ValueError:
            found = []
        if not found:
            raise NotFound("there is no such record.", chinese=("没有这条记录，或者此人无权查看。", ""))
        evidence = found[0]
        for person in people_of(evidence):
            self._reads.record(viewer, person, f"evidence {evidence.key or evidence.kind}", purpose, viewer.at)
        return evidence

    def several(self, records: Sequence[int], viewer: Viewer, *, purpose: str) -> tuple[Evidence, ...]:
        """Records for a list, in this order, without those that the viewer may not read.

        A list shows titles of ordinary work, which is no news; of what is personal each read is noted.
        """
        found = tuple(self._reader.evidence(records, viewer.scopes))
        for evidence in found:
            if evidence.sensitivity is not Sensitivity.WORK:
                for person in people_of(evidence):
                    self._reads.record(viewer, person, f"evidence {evidence.key or evidence.kind}", purpose, viewer.at)
        return found


def people_of(evidence: Evidence) -> frozenset[int]:
    """The people whose record it is."""
    return frozenset(unpublic_id(a.person) for a in evidence.actors if a.person is not None and a.role in _ABOUT)
