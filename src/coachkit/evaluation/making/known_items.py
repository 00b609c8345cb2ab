"""Cases for retrieval and for the verifier, from what was written by hand: questions, rewordings, sets from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from coachkit.domain.work import WorkItem
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.organisations import OrganisationSpec
from coachkit.evaluation.passages import outside_cases
from coachkit.sample import simulate
from coachkit.sample.planted import planted_titles

__all__ = ["outside_files", "question_cases", "statement_cases"]


def question_cases(spec: OrganisationSpec, queries: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[EvalCase]:
    """A case for each question about a planted ticket; the slice says in which language it is asked and written.

    :param queries: handle of a ticket → language → questions.
    """
    assert spec.sample is not None
    organisation = simulate(spec.sample.seed, today=spec.today)
    titles = planted_titles()
    keys = {one.record.title: one.record.key for one in organisation.records if isinstance(one.record, WorkItem)}
    for handle, by_language in queries.items():
        title, written = titles[handle]
        for language, asked in by_language.items():
            for number, text in enumerate(asked, 1):
                yield EvalCase(
                    id=f"retrieval-{spec.name}-{handle.replace('_', '-')}-{language}-{number}",
                    document="retrieval",
                    organisation=spec.name,
                    languages=("zh" if language == "zh" else "en",),
                    slices=(f"{language}-{written}", "across" if language != written else "within"),
                    gold=(keys[title],),
                    data={"text": text},
                    provenance="a question written by hand about a planted ticket",
                )


def statement_cases(held: Mapping[str, Any]) -> Iterator[EvalCase]:
    """A case for each statement that somebody wrote, true of its evidence; with four pieces of evidence of others.

    :param held: ``evidence`` and ``statements``, as ``benchmarks/rewordings.json`` has them.
    """
    evidence = {str(one["id"]): one for one in held["evidence"]}
    statements = held["statements"]
    for number, one in enumerate(statements, 1):
        cited = [str(name) for name in one["citations"]]
        place = list(evidence).index(cited[0])
        others = [name for name in (*list(evidence)[place + 1 :], *list(evidence)[:place]) if name not in cited][:4]
        same = [said for said in statements if said["lang"] == one["lang"]]
        unlike = [said["statement"] for said in same if not set(said["citations"]) & set(one["citations"])]
        half = "held-out" if hashlib.sha256(one["statement"].encode()).digest()[0] % 2 else "development"
        yield EvalCase(
            id=f"verifier-reworded-{number:03}",
            document="verifier",
            languages=("zh" if one["lang"] == "zh" else "en",),
            slices=("by-hand", half),
            data={
                "statement": one["statement"],
                "citations": cited,
                "evidence": [evidence[name] for name in (*cited, *others)],
                "unlike": unlike[number % max(1, len(unlike)) :][:2],
            },
            provenance="a rewording written by hand",
        )


def outside_files(folder: Path, root: Path) -> Iterable[tuple[str, list[EvalCase]]]:
    """The sets of a folder, each with its cases."""
    for path in sorted(folder.glob("*.jsonl")):
        yield path.stem, list(outside_cases(path, root=root))
