"""Sets from outside in which people marked where an answer stands: questions over collections of passages.

The format is one that QMSum (M. Zhong et al., *QMSum*, NAACL 2021), its kind, and a table of one's own fit into: JSON
Lines, a collection a line::

    {"collection": "meeting-4", "language": "en",
     "passages": [{"id": "t0", "text": "…", "speaker": "…", "day": "2026-05-04"}, …],
     "questions": [{"id": "q1", "text": "…", "language": "en", "gold": ["t4", "t5"],
                    "answer": [{"statement": "…", "citations": ["t4"]}]}]}

``speaker``, ``day``, ``language`` and ``answer`` may be left out. Nothing of an outside set lies in the repository: a
suite names the file, a case the collection and the question.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coachkit.drafting.facts import Language
from coachkit.errors import BadInput
from coachkit.evaluation.cases import EvalCase
from coachkit.retrieval.language import is_chinese

__all__ = ["Collection", "Passage", "Question", "from_qmsum", "outside_cases", "read_collections"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Passage(_Shape):
    """A turn, a paragraph, a record: what can be cited."""

    id: str
    text: str
    title: str = ""
    speaker: str = ""
    day: date = date(2026, 1, 5)


class Said(_Shape):
    """A sentence of an answer that somebody wrote, and what stands behind it."""

    statement: str
    citations: tuple[str, ...] = ()


class Question(_Shape):
    """:ivar gold: ids of the passages in which people found the answer."""

    id: str
    text: str
    language: Language | None = None
    gold: tuple[str, ...]
    answer: tuple[Said, ...] = ()

    @property
    def tongue(self) -> Language:
        return self.language or ("zh" if is_chinese(self.text) else "en")


class Collection(_Shape):
    """Passages that are searched together, and the questions about them."""

    collection: str
    language: Language = "en"
    passages: tuple[Passage, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = ()

    @property
    def hash(self) -> str:
        """Of what is searched."""
        return sha256("\n".join(one.model_dump_json() for one in self.passages).encode()).hexdigest()[:20]


def read_collections(path: Path) -> tuple[Collection, ...]:
    """The collections of a file.

    :raises BadInput: naming the line and the field of what is wrong; also where a gold passage does not exist.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise BadInput(
            f"the set cannot be read: {error.strerror}.", subject=str(path), hint="Its format: the how-to about cases."
        ) from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = Collection.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BadInput(f"line {number}, {where}: {first['msg']}.", subject=str(path)) from error
        known = {passage.id for passage in one.passages}
        for question in one.questions:
            if unknown := sorted(set(question.gold) - known):
                raise BadInput(
                    f"line {number}: {question.id} has gold that is no passage: {unknown}.", subject=str(path)
                )
        found.append(one)
    return tuple(found)


def outside_cases(path: Path, *, root: Path, split: str = "") -> Iterator[EvalCase]:
    """A case for each question of a file. Its ``data`` names the file, below ``root`` if it lies there."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    for one in read_collections(path):
        for question in one.questions:
            pair = f"{question.tongue}-{one.language}"
            yield EvalCase(
                id=f"retrieval-{path.stem}-{one.collection}-{question.id}".lower(),
                document="retrieval",
                languages=(question.tongue,),
                slices=tuple(filter(None, ("outside", pair, split))),
                gold=question.gold,
                data={"set": name, "collection": one.collection, "question": question.id, "text": question.text},
                provenance=f"people's marks, {path.name}",
            )


def from_qmsum(meeting: dict[str, Any], name: str) -> dict[str, Any]:
    """A meeting in QMSum's own JSON as a collection: turns as passages, specific queries with their spans as questions.

    ``specific_query_list`` has ``query``, ``answer`` and ``relevant_text_span``: pairs of first and last turn.

    :raises BadInput: if it is no such meeting.
    """
    try:
        passages = [
            {"id": f"t{number}", "text": turn["content"], "speaker": turn["speaker"]}
            for number, turn in enumerate(meeting["meeting_transcripts"])
            if turn["content"].strip()
        ]
        known = {one["id"] for one in passages}
        questions = []
        for number, query in enumerate(meeting["specific_query_list"]):
            spans = [range(int(first), int(last) + 1) for first, last in query["relevant_text_span"]]
            gold = [f"t{turn}" for span in spans for turn in span if f"t{turn}" in known]
            answer = [{"statement": query["answer"], "citations": gold}]
            if gold:
                questions.append({"id": f"q{number}", "text": query["query"], "gold": gold, "answer": answer})
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"it is no meeting of QMSum: {error!r}.", subject=name) from error
    return {"collection": name, "language": "en", "passages": passages, "questions": questions}
