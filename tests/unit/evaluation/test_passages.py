"""Sets from outside: their format, what becomes of QMSum's own, and what is told of a file that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coachkit.errors import BadInput
from coachkit.evaluation.passages import Collection, from_qmsum, outside_cases, read_collections

SETS = Path(__file__).resolve().parents[3] / "evals" / "retrieval" / "sets"


def test_the_small_set_of_ours_is_of_the_format() -> None:
    collections = read_collections(SETS / "minutes.jsonl")
    assert [one.collection for one in collections] == ["launch-review", "warehouse-weekly"]
    cases = list(outside_cases(SETS / "minutes.jsonl", root=SETS.parents[1]))
    assert len(cases) == sum(len(one.questions) for one in collections) == 9
    assert {name for case in cases for name in case.slices} == {"outside", "en-en", "zh-en", "zh-zh", "en-zh"}
    first = cases[0]
    assert first.gold == ("t1", "t2", "t3")
    assert first.data["set"] == "retrieval/sets/minutes.jsonl"
    assert first.languages == ("en",)


def test_a_meeting_of_qmsum_becomes_a_collection() -> None:
    meeting = {
        "topic_list": [],
        "general_query_list": [],
        "specific_query_list": [
            {
                "query": "What about the date?",
                "answer": "They moved it.",
                "relevant_text_span": [["1", "2"], ["4", "4"]],
            },
            {"query": "And nothing?", "answer": "", "relevant_text_span": []},
        ],
        "meeting_transcripts": [
            {"speaker": s, "content": c}
            for s, c in (("A", "Hello."), ("B", "The date."), ("A", " "), ("B", "x"), ("A", "y"))
        ],
    }
    one = Collection.model_validate(from_qmsum(meeting, "m1"))
    assert [passage.id for passage in one.passages] == ["t0", "t1", "t3", "t4"]
    assert len(one.questions) == 1, "a question without a span has no gold"
    assert one.questions[0].gold == ("t1", "t4"), "an empty turn is no passage"
    assert one.questions[0].answer[0].citations == ("t1", "t4")
    with pytest.raises(BadInput, match="no meeting of QMSum"):
        from_qmsum({"meeting_transcripts": []}, "m2")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1"),
        (json.dumps({"collection": "c", "passages": []}), "passages"),
        (
            json.dumps(
                {
                    "collection": "c",
                    "passages": [{"id": "p", "text": "t"}],
                    "questions": [{"id": "q", "text": "?", "gold": ["x"]}],
                }
            ),
            "no passage",
        ),
        (json.dumps({"collection": "c", "passages": [{"id": "p", "text": "t", "score": 1}]}), "score"),
    ],
)
def test_a_wrong_line_is_told(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"{line}\n", "utf-8")
    with pytest.raises(BadInput, match=told):
        read_collections(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_collections(tmp_path / "none.jsonl")
