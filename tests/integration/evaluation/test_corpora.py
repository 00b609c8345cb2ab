"""A small collection is made once, searched by words, and still there for the next who opens it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Cell
from coachkit.proving.corpora import Corpora, Text
from coachkit.proving.plan import Plan
from coachkit.proving.retrieval import RetrievalSubject
from coachkit.settings import load_settings

EVALS = Path(__file__).resolve().parents[3] / "evals"
TEXTS = [
    Text("a", "PAY-1", "Ledger export", "The export times out on large files.", date(2026, 5, 4)),
    Text("b", "PAY-2", "退款审批", "大额退款需要第二个人审批。", date(2026, 5, 5)),
    Text("c", "PAY-3", "Receipts", "Words on the receipt of a refund.", date(2026, 5, 6)),
]


def test_it_finds_by_words_and_is_kept(tmp_path: Path) -> None:
    for _ in range(2):
        corpora = Corpora(tmp_path, None)
        try:
            assert corpora.search("three", TEXTS, "export of large files", meaning=False, limit=3)[0] == "a"
            assert corpora.search("three", TEXTS, "谁审批大额退款", meaning=False, limit=3)[0] == "b"
        finally:
            corpora.close()
    assert [path.name for path in tmp_path.glob("*.db")] == ["three.db"]


def test_a_question_of_a_set_from_outside_is_answered(tmp_path: Path) -> None:
    plan = Plan(settings=load_settings(data=tmp_path, embedder="none"), evals=EVALS, cache=tmp_path / "cache")
    subject = RetrievalSubject(plan)
    assert [one.model for one in subject.models(())] == ["lexical"]
    data = {"set": "retrieval/sets/minutes.jsonl", "collection": "launch-review", "question": "q1"}
    case = EvalCase(id="one", document="retrieval", gold=("t1", "t2", "t3"), data=data)
    sample = subject.make(case, Cell(document="retrieval", model="lexical", language="en"), None)
    assert sample.output["of"] == 11
    assert len(sample.output["found"]) > 3
    answer = sample.output["answer"]
    assert [said["citations"] for said in answer] == [["t2"], ["t1"]]
    assert all(isinstance(said["holds"], bool) for said in answer)
