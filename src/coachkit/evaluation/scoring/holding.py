"""Each statement of a sample held against the records it cites, by the checks of ``coachkit verify``.

The checks are run again on the final text, knowing nothing of what was said of it while it was drafted. Beside the
records stand findings, our own words for what was counted over them (:mod:`coachkit.drafting.verify.handing`). So a
composed sentence agrees with itself where nothing but a count stands behind it; what the checks show of it is that
names, keys, quotations and days come from the records. Consistency, not truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from coachkit.domain.drafts import Check
from coachkit.drafting.facts import Language
from coachkit.drafting.verify.alone import CHECKS, check_alone
from coachkit.drafting.verify.cited import Cited
from coachkit.drafting.verify.sources import Source, source
from coachkit.drafting.words import FORBIDDEN
from coachkit.evaluation.record import EvidenceSeen, Sample, SampleStatement

__all__ = ["HeldSample", "HeldStatement", "held"]

_UNCITED = frozenset({"question", "unknowns", "maybe", "ask", "rule", "coverage"})
"""Parts that are about no record; used where nothing is kept of the fact behind a statement."""

_SUPPORT = {name: finds for name, finds in CHECKS.items() if name not in ("shape", "wording", "size", "question")}
"""Checks of what is said; how it is said is scored apart."""


@dataclass(frozen=True)
class HeldStatement:
    """A statement with all there is to hold it against.

    :ivar due: it claims something about records, so it has to cite.
    :ivar sources: every record of the document, by its id.
    """

    section: str
    said: SampleStatement
    due: bool
    language: Language
    sources: Mapping[str, Source]

    @property
    def id(self) -> str:
        return self.said.id

    def checks(self, citations: Sequence[str]) -> tuple[Check, ...]:
        """What the checks say if it cited these."""
        known = {one: self.sources[one] for one in citations if one in self.sources}
        return check_alone(self._cited(tuple(citations), known), _SUPPORT)

    def _cited(self, citations: tuple[str, ...], known: Mapping[str, Source]) -> Cited:
        return Cited(self.said.text.strip(), citations, known, self.language, self.said.question)

    @cached_property
    def verdict(self) -> tuple[Check, ...]:
        """What the checks say of it as it is."""
        return self.checks(self.said.evidence)

    @cached_property
    def wording(self) -> str:
        """Why its words may not be used, if so: a technical word may, where any record of the document has it."""
        if not any(pattern.search(f"{self.said.text} {self.said.question}") for pattern in FORBIDDEN.values()):
            return ""
        of = self._cited(tuple(self.sources), self.sources)
        return check_alone(of, {"wording": CHECKS["wording"]})[0].reason

    @property
    def holds(self) -> bool:
        return all(check.passed for check in self.verdict)

    def supported_by(self, citations: Sequence[str]) -> bool:
        return bool(citations) and all(check.passed for check in self.checks(citations))


@dataclass(frozen=True)
class HeldSample:
    """All statements of a sample."""

    statements: tuple[HeldStatement, ...]

    @property
    def due(self) -> tuple[HeldStatement, ...]:
        """Those that claim something about records."""
        return tuple(one for one in self.statements if one.due)

    @property
    def cited(self) -> tuple[HeldStatement, ...]:
        return tuple(one for one in self.statements if one.said.evidence)


_last: list[tuple[Sample, HeldSample]] = []


def held(sample: Sample) -> HeldSample:
    """The sample, read. Scorers come one after another to the same sample, so the last one is kept."""
    if _last and _last[0][0] is sample:
        return _last[0][1]
    found = HeldSample(tuple(_statements(sample)))
    _last[:] = [(sample, found)]
    return found


def _statements(sample: Sample) -> Iterable[HeldStatement]:
    if sample.draft is None:
        return
    facts = {str(fact.get("id", "")): fact for fact in sample.trace.facts}
    findings = _findings(sample, facts)
    sources = {
        public: source(_source(public, seen, findings.get(public, ())), place)
        for place, (public, seen) in enumerate(sample.evidence.items(), 1)
    }
    for section in sample.draft.sections:
        for said in section.statements:
            fact = facts.get(said.id)
            rests = bool(fact.get("evidence")) if fact is not None else section.name not in _UNCITED
            yield HeldStatement(
                section=section.name,
                said=said,
                due=bool(said.evidence) or rests,
                language="zh" if sample.cell.language == "zh" else "en",
                sources=sources,
            )


def _findings(sample: Sample, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By record, our own words for what was counted over it: a model's never count as evidence."""
    found: dict[str, list[dict[str, Any]]] = {}
    assert sample.draft is not None
    for said in sample.draft.statements:
        ours = said.composed or (said.text if said.origin in ("composed", "replaced") else "")
        fact = facts.get(said.id, {})
        for public in fact.get("evidence", said.evidence) if ours else ():
            finding = {"kind": said.fact, "said": f"{ours} {said.question}".strip(), "names": _names(fact)}
            found.setdefault(str(public), []).append(finding)
    return found


def _names(fact: Mapping[str, Any]) -> list[str]:
    roles = fact.get("roles", {})
    return [*map(str, fact.get("names", ())), *(map(str, roles.values()) if isinstance(roles, Mapping) else ())]


def _source(public: str, seen: EvidenceSeen, findings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": public,
        "kind": seen.kind,
        "key": seen.key,
        "day": seen.day,
        "title": seen.title,
        "text": seen.text,
        "actors": [{"role": role, "name": name} for role, name in seen.actors],
        "fields": dict(seen.fields),
        "findings": list(findings),
    }
