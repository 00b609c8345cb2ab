"""The verifier as a subject: what it says of a true statement, and of the same one made wrong in every way there is.

A case holds a true statement with its citations and evidence, as ``coachkit verify`` takes them. What comes of it is
the verdict on the statement and on each corruption (:mod:`coachkit.evaluation.corrupting`) that applies to it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coachkit.drafting.verify.alone import check_alone
from coachkit.drafting.verify.statements import read_statements
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.corrupting import CORRUPTIONS, Case
from coachkit.evaluation.matrix import ModelSpec
from coachkit.evaluation.record import Cell, Sample
from coachkit.evaluation.subjects import Lane
from coachkit.retrieval.language import is_chinese

__all__ = ["VerifierSubject", "error_table"]

_OTHERS = {
    "en": ("Priya Vendalur", "Femi Adetola", "Sofie Lindqvarn", "Callum Strachey", "Teodora Vasilescu"),
    "zh": ("梁一鸣", "黎曼青", "丁浩然", "邹启明", "贺子墨"),
}
"""Names that stand in no evidence: somebody's place is given to one of them."""


class VerifierSubject:
    """Holds statements and their corruptions against evidence; no model, no store."""

    documents = ("verifier",)
    parts = ("drafting.verify", "drafting.words", "drafting.suspicion", "evaluation.corrupting", "evaluation.verifying")
    packages: tuple[str, ...] = ()

    def models(self, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        """Evidence alone, as ``coachkit verify`` has it."""
        return (ModelSpec(model="alone"),)

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        return ("",)

    def lane(self, cell: Cell) -> str:
        return Lane.PROCESSES

    def decides(self, case: EvalCase, cell: Cell) -> Mapping[str, Any]:
        return {}

    def make(self, case: EvalCase, cell: Cell, office: Any) -> Sample:
        """The verdicts: ``{"true": reasons, "corrupted": {kind: {"text", "by"}}}``; ``by``: the checks that refuse."""
        true = _case(case)
        rng = random.Random(case.id)  # noqa: S311 - which of several ways to be wrong, no secret
        corrupted: dict[str, Any] = {}
        for kind, corrupt in CORRUPTIONS.items():
            made = corrupt(true, rng)
            if made is not None:
                corrupted[kind] = {"text": made.text, "by": [name for name, _ in _refusing(made)]}
        refused = [f"{name}: {reason}" for name, reason in _refusing(true)]
        return Sample(key="", case=case.id, cell=cell, output={"true": refused, "corrupted": corrupted})


def _case(case: EvalCase) -> Case:
    given = case.data
    evidence = tuple(dict(one) for one in given["evidence"])
    text, language = str(given["statement"]), case.languages[0]
    cited = tuple(map(str, given["citations"]))
    people = [str(actor["name"]) for one in evidence for actor in one.get("actors", ())]
    names = [name for person in people for name in (person, person.split()[0])]
    return Case(
        text,
        language,
        cited,
        evidence,
        names=tuple(dict.fromkeys(name for name in names if name in text)),
        others=_OTHERS["zh" if is_chinese(text) else "en"],
        foreign=tuple(str(one["id"]) for one in evidence if one["id"] not in cited),
        unlike=tuple(map(str, given.get("unlike", ()))),
    )


def _refusing(case: Case) -> list[tuple[str, str]]:
    item = {
        "statement": case.text,
        "lang": case.language,
        "citations": list(case.citations),
        "evidence": list(case.evidence),
    }
    return [(one.name, one.reason) for one in check_alone(read_statements([item])[0]) if not one.passed]


def error_table(samples: Iterable[Sample]) -> dict[str, dict[str, tuple[int, int]]]:
    """Kind of mistake (``true``: none) → language → (wrong, tried); wrong is a true one refused, a false one passed."""
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for sample in samples:
        if sample.cell.document != "verifier" or sample.error is not None:
            continue
        language = sample.cell.language
        verdicts = {"true": bool(sample.output["true"])}
        verdicts |= {kind: not said["by"] for kind, said in sample.output["corrupted"].items()}
        for kind, wrong in verdicts.items():
            found[kind][language][0] += wrong
            found[kind][language][1] += 1
    return {kind: {name: (pair[0], pair[1]) for name, pair in by.items()} for kind, by in found.items()}
