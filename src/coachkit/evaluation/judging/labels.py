"""Labels of statements: what one rater, a person or a model, says of each sentence of a run. One JSONL file a rater.

The first line says whose labels these are, and of which run; then one line a label. A later line about the same
statement takes the earlier one's place, so a file is only ever appended to and labelling can stop at any moment::

    {"type": "labels", "schema": 1, "run": "…", "rater": "anna", "kind": "person"}
    {"type": "label", "sample": "…", "statement": "…", "case": "…", "text": "sha256 of the sentence, 16 digits",
     "value": "supported"}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coachkit.errors import BadInput

__all__ = [
    "Label",
    "LabelBook",
    "Labels",
    "Said",
    "add_label",
    "fingerprint",
    "read_labels",
    "start_labels",
    "verdicts_of",
]


class Said(StrEnum):
    """What a rater says of a statement beside its evidence."""

    SUPPORTED = "supported"
    """Everything in it stands in the cited records."""
    NOT = "not"
    """Something in it does not stand there, or contradicts them."""
    UNSURE = "unsure"
    """Cannot be told; counts as no label where two raters are compared."""


class Labels(BaseModel):
    """Head of a file of labels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["labels"] = "labels"
    schema_version: Literal[1] = 1
    run: str
    rater: str
    kind: Literal["person", "model"] = "person"


class Label(BaseModel):
    """One rater's word on one statement.

    :ivar text: fingerprint of the sentence: a label is of these words, and not of others under the same id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["label"] = "label"
    sample: str
    statement: str
    case: str
    text: str
    value: Said

    @property
    def place(self) -> tuple[str, str]:
        return self.sample, self.statement


def fingerprint(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class LabelBook:
    """All labels of a file, the last word on each statement, in the order in which they were first given."""

    head: Labels
    labels: dict[tuple[str, str], Label]


def read_labels(path: Path) -> LabelBook:
    """:raises BadInput: if the file is no file of labels; the message names the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"the file cannot be read ({type(error).__name__}).",
            subject=str(path),
            hint="Labels are written by `coachkit eval label RECORD --rater NAME`.",
            chinese=("文件无法读取。", "标注文件由 `coachkit eval label RECORD --rater NAME` 写成。"),
        ) from error
    found = [_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found or not isinstance(found[0], Labels) or not all(isinstance(one, Label) for one in found[1:]):
        raise _no_labels(path, 1, "the first line must say whose labels these are, every other one must be a label")
    kept: dict[tuple[str, str], Label] = {}
    for one in found[1:]:
        if isinstance(one, Label):
            kept[one.place] = one
    return LabelBook(found[0], kept)


def start_labels(path: Path, head: Labels) -> LabelBook:
    """Open a file of labels to go on with, or begin it.

    :raises BadInput: if it is another rater's, or of another run.
    """
    if path.exists():
        book = read_labels(path)
        if (book.head.run, book.head.rater) != (head.run, head.rater):
            raise BadInput(
                f"holds labels of {book.head.rater} on run {book.head.run}.",
                subject=str(path),
                hint="One file holds the labels of one rater on one run: give another with --out.",
                chinese=(
                    f"里面是“{book.head.rater}”对运行 {book.head.run} 的标注。",
                    "一个文件只存一位标注者对一次运行的标注：请用 --out 另指一个文件。",
                ),
            )
        return book
    path.parent.mkdir(parents=True, exist_ok=True)
    _append(path, head)
    return LabelBook(head, {})


def add_label(path: Path, label: Label) -> None:
    """Append a label; it is on the disk when this returns."""
    _append(path, label)


def _append(path: Path, one: Labels | Label) -> None:
    written = one.model_dump(mode="json")
    if isinstance(one, Labels):
        written["schema"] = written.pop("schema_version")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(written, ensure_ascii=False) + "\n")


def _line(path: Path, number: int, line: str) -> Labels | Label:
    try:
        said: Any = json.loads(line)
        if isinstance(said, dict) and said.get("type") == "labels":
            version = said.pop("schema", None)
            return Labels.model_validate({**said, "schema_version": version})
        return Label.model_validate(said)
    except (ValueError, ValidationError) as error:
        raise _no_labels(path, number, type(error).__name__) from error


def _no_labels(path: Path, number: int, why: str) -> BadInput:
    return BadInput(
        f"line {number} is no label: {why}.",
        subject=str(path),
        hint="The format stands in docs/how-to/calibrate-a-judge.md.",
        chinese=(f"第 {number} 行不是标注：{why}。", "格式见 docs/how-to/calibrate-a-judge.md。"),
    )


def verdicts_of(books: Iterable[LabelBook]) -> dict[tuple[str, str], list[Said | None]]:
    """For each statement that anybody labelled what each book says of it, in the order of the books.

    A label of other words than the first book's is left out: the statement was worded anew between.
    """
    listed = list(books)
    texts: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], list[Said | None]] = {}
    for place, book in enumerate(listed):
        for label in book.labels.values():
            if texts.setdefault(label.place, label.text) == label.text:
                found.setdefault(label.place, [None] * len(listed))[place] = label.value
    return found
