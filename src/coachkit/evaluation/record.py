"""The record of a run: one file that says what was run, on what, what came of it, and how good that is.

JSON Lines, a ``type`` each: ``run`` once and first, then ``case``, ``sample``, ``scorer``, ``score``, ``end`` once and
last. Lines are in a fixed order and keys are sorted, so two runs of the same thing differ only in ``run.id``,
``run.started_at``, ``end.seconds``, ``end.cached`` and the times of samples (:data:`VARYING`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coachkit.domain.drafts import DraftKind
from coachkit.errors import BadInput
from coachkit.evaluation.cases import EvalCase

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "SCHEMA",
    "VARYING",
    "CaseLine",
    "Cell",
    "EndLine",
    "EvidenceSeen",
    "Failure",
    "RunLine",
    "RunRecord",
    "Sample",
    "SampleDraft",
    "SampleSection",
    "SampleStatement",
    "Score",
    "ScorerInfo",
    "Trace",
    "Usage",
    "without_times",
]

SCHEMA = 1
"""Version of the shape of records."""

VARYING = {"run": ("id", "started_at"), "sample": ("seconds",), "end": ("seconds", "cached")}
"""Fields that may differ between two runs of the same thing; of a sample ``usage.seconds`` and
``usage.first_seconds`` as well, and scores whose unit is seconds."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Line):
    """Where in the matrix a sample was made.

    :ivar document: kind of document, or the subject: retrieval, verifier, insight.
    :ivar prompt: ``brief@1.1.0``; empty where no model words anything.
    :ivar model: ``none``, ``local``, a LiteLLM model string; of other subjects, what is measured.
    :ivar repeat: from 1.
    """

    document: str
    prompt: str = ""
    model: str = "none"
    language: str = ""
    repeat: int = 1


class RunLine(_Line):
    """What was run, on what.

    :ivar code: subject → hash of the source files that decide what comes out.
    :ivar prompts: ``brief@1.1.0`` → hash of the file.
    :ivar datasets: case file → hash of its bytes.
    :ivar organisations: name → hash of what makes it, its split, and why it was skipped where it was.
    :ivar models: model → whether it answers the same every time, and how often each case was asked.
    :ivar packages: distribution → version, of those that decide what comes out.
    :ivar commit: of the checkout, with ``+`` where files were changed; empty outside one.
    """

    type: Literal["run"] = "run"
    schema_: int = Field(SCHEMA, alias="schema")
    id: str
    started_at: datetime
    suite: str
    matrix: dict[str, Any] = Field(default_factory=dict)
    filters: dict[str, Any] = Field(default_factory=dict)
    code: dict[str, str] = Field(default_factory=dict)
    prompts: dict[str, str] = Field(default_factory=dict)
    datasets: dict[str, str] = Field(default_factory=dict)
    organisations: dict[str, dict[str, Any]] = Field(default_factory=dict)
    models: dict[str, dict[str, Any]] = Field(default_factory=dict)
    packages: dict[str, str] = Field(default_factory=dict)
    python: str = ""
    commit: str = ""
    version: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class CaseLine(_Line):
    """A case as it was when the run was made, so that a record can be read without its dataset."""

    type: Literal["case"] = "case"
    split: str = ""
    case: EvalCase


class SampleStatement(_Line):
    """One or two sentences of a document.

    :ivar id: of the fact behind it; ``fact`` its kind.
    :ivar evidence: ids of records, keys of :attr:`Sample.evidence`.
    :ivar origin: composed, reworded, drafted, replaced, edited (:class:`coachkit.domain.drafts.Origin`).
    :ivar composed: our own words for the fact, where a model's stand in ``text``.
    :ivar proposed: what the model proposed, where it did.
    :ivar checks: what each consistency check said: ``{"name", "passed", "reason"}``.
    """

    id: str = ""
    fact: str = ""
    text: str
    question: str = ""
    evidence: tuple[str, ...] = ()
    origin: str = "composed"
    composed: str = ""
    proposed: str = ""
    checks: tuple[dict[str, Any], ...] = ()


class SampleSection(_Line):
    name: str
    title: str = ""
    statements: tuple[SampleStatement, ...] = ()


class SampleDraft(_Line):
    """A document as it was made.

    :ivar header: what stands above it, as plain data (:class:`coachkit.domain.drafts.Header`).
    """

    title: str = ""
    header: dict[str, Any] = Field(default_factory=dict)
    window_start: datetime
    window_end: datetime
    sections: tuple[SampleSection, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[SampleStatement, ...]:
        return tuple(one for section in self.sections for one in section.statements)

    @property
    def text(self) -> str:
        """All that a reader reads of the body, a statement a line, with the titles of the sections."""
        lines = []
        for section in self.sections:
            lines.append(section.title)
            lines += [f"{one.text} {one.question}".strip() for one in section.statements]
        return "\n".join(filter(None, lines))


class EvidenceSeen(_Line):
    """A record that the document could cite, cleaned, as a model would see it.

    :ivar key: what people call it, ``PAY-12``; what :attr:`EvalCase.gold` names
        (:func:`coachkit.evaluation.scoring.records.native_names`).
    :ivar native_id: what its source calls it, in ``connection`` and ``stream``.
    :ivar actors: (role, name) of who did what in it.
    :ivar fields: typed values: state, days, figures.
    :ivar quoted: it was in the pack that a model is sent; else it is only cited or counted.
    """

    kind: str = ""
    key: str = ""
    native_id: str = ""
    connection: str = ""
    stream: str = ""
    title: str = ""
    text: str = ""
    day: str = ""
    actors: tuple[tuple[str, str], ...] = ()
    fields: dict[str, str | int | float] = Field(default_factory=dict)
    suspicious: bool = False
    quoted: bool = True


class Trace(_Line):
    """How it came to be: what :func:`coachkit.drafting.recording.recorded` keeps, as far as scores need it.

    :ivar facts: the facts told: id, kind, section, roles (role → name), values, evidence, counted.
    :ivar left_out: ids of facts that were found and not told.
    :ivar refused: fact → why its own composed words did not hold.
    :ivar dropped: facts that did not fit.
    :ivar proposals: what a model proposed: ``{"fact", "text", "question", "evidence"}``.
    :ivar problems: codes of what a model could not do.
    """

    facts: tuple[dict[str, Any], ...] = ()
    left_out: tuple[str, ...] = ()
    refused: dict[str, str] = Field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    proposals: tuple[dict[str, Any], ...] = ()
    problems: tuple[str, ...] = ()


class Usage(_Line):
    """What a model took. ``cost`` in US dollars, ``None`` where no price is known."""

    model: str = ""
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    seconds: float = 0.0
    first_seconds: float | None = None


class Failure(_Line):
    """Why there is no sample: the code of an error of ours, or the name of another's."""

    code: str
    message: str = ""


class Sample(_Line):
    """What came of one case in one cell.

    :ivar key: hash of everything that decides what comes out.
    :ivar case: id of the case; ``organisation`` and ``slices`` are its own, ``split`` that of its organisation.
    :ivar draft: of a document; ``output`` is that of another subject.
    :ivar seconds: of the whole document, planning and checking too.
    """

    type: Literal["sample"] = "sample"
    key: str
    case: str
    organisation: str = ""
    split: str = ""
    slices: tuple[str, ...] = ()
    cell: Cell
    draft: SampleDraft | None = None
    evidence: dict[str, EvidenceSeen] = Field(default_factory=dict)
    trace: Trace = Trace()
    output: dict[str, Any] = Field(default_factory=dict)
    usage: Usage = Usage()
    seconds: float = 0.0
    error: Failure | None = None

    @property
    def is_document(self) -> bool:
        return self.cell.document in tuple(DraftKind)

    @property
    def cited(self) -> tuple[str, ...]:
        """Ids of the records cited, in order of first use."""
        statements = self.draft.statements if self.draft else ()
        return tuple(dict.fromkeys(one for statement in statements for one in statement.evidence))

    @property
    def cited_keys(self) -> tuple[str, ...]:
        """Native keys of the records cited; an id where the record is not known."""
        return tuple(self.evidence[one].key if one in self.evidence else one for one in self.cited)


class ScorerInfo(_Line):
    """What a score means; see :class:`coachkit.evaluation.scoring.protocol.Scorer`."""

    type: Literal["scorer"] = "scorer"
    name: str
    version: int
    unit: str
    higher_is_better: bool | None = None
    hard: bool = False
    primary: bool = False
    meaning: str = ""


class Score(_Line):
    """What a scorer says of a sample.

    :ivar value: bool counts as 0 or 1 in means and as a rate in intervals.
    :ivar reason: for a person: which sentence, which record.
    :ivar at: ids of statements (or records) that it is about, for a report to mark.
    """

    type: Literal["score"] = "score"
    sample: str = ""
    scorer: str = ""
    value: bool | float
    reason: str = ""
    at: tuple[str, ...] = ()


class EndLine(_Line):
    """How it ended.

    :ivar cached: samples served from the cache.
    :ivar missing: samples that were wanted and not made; ``stopped`` says why.
    """

    type: Literal["end"] = "end"
    samples: int = 0
    failed: int = 0
    missing: int = 0
    cached: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    stopped: str = ""


_LINES: dict[str, type[_Line]] = {
    "run": RunLine,
    "case": CaseLine,
    "sample": Sample,
    "scorer": ScorerInfo,
    "score": Score,
    "end": EndLine,
}


class RunRecord:
    """A record in memory."""

    def __init__(
        self,
        run: RunLine,
        *,
        cases: Iterable[CaseLine] = (),
        samples: Iterable[Sample] = (),
        scorers: Iterable[ScorerInfo] = (),
        scores: Iterable[Score] = (),
        end: EndLine | None = None,
    ) -> None:
        self.run = run
        self.case_lines = tuple(cases)
        self.samples = tuple(samples)
        self.scorers = {one.name: one for one in scorers}
        self.all_scores = tuple(scores)
        self.end = end

    @classmethod
    def load(cls, path: Path) -> RunRecord:
        """:raises BadInput: if it is none, or of another schema."""
        try:
            with path.open(encoding="utf-8") as file:
                lines = [_line(path, number, text) for number, text in enumerate(file, 1) if text.strip()]
        except OSError as error:
            raise BadInput(
                f"no record can be read there: {error.strerror}",
                subject=str(path),
                hint="`coachkit eval run` writes one and says where.",
            ) from error
        if not lines or not isinstance(lines[0], RunLine):
            raise BadInput("it is no record of a run: its first line should be of the type run.", subject=str(path))
        return cls(
            lines[0],
            cases=[one for one in lines if isinstance(one, CaseLine)],
            samples=[one for one in lines if isinstance(one, Sample)],
            scorers=[one for one in lines if isinstance(one, ScorerInfo)],
            scores=[one for one in lines if isinstance(one, Score)],
            end=next((one for one in lines if isinstance(one, EndLine)), None),
        )

    @cached_property
    def cases(self) -> Mapping[str, EvalCase]:
        return {one.case.id: one.case for one in self.case_lines}

    @cached_property
    def by_key(self) -> Mapping[str, Sample]:
        return {one.key: one for one in self.samples}

    @property
    def is_complete(self) -> bool:
        return self.end is not None and not self.end.missing

    def scored(self, scorers: Sequence[ScorerInfo], scores: Sequence[Score]) -> RunRecord:
        """The same samples with other scores."""
        return RunRecord(
            self.run, cases=self.case_lines, samples=self.samples, scorers=scorers, scores=scores, end=self.end
        )

    def ended(self, seconds: float) -> RunRecord:
        """The same record, with how long all of it took."""
        end = (self.end or EndLine()).model_copy(update={"seconds": seconds})
        return RunRecord(
            self.run,
            cases=self.case_lines,
            samples=self.samples,
            scorers=self.scorers.values(),
            scores=self.all_scores,
            end=end,
        )

    def scores(self, metric: str | None = None) -> pl.DataFrame:
        """A row a score: metric, case, organisation, split, document, prompt, model, language, repeat, slices (a list),
        value (float; true is 1), sample.

        :param metric: of this scorer alone; ``None``: of all.
        """
        import polars as pl

        rows = [
            (
                one.scorer,
                sample.case,
                sample.organisation,
                sample.split,
                sample.cell.document,
                sample.cell.prompt,
                sample.cell.model,
                sample.cell.language,
                sample.cell.repeat,
                list(sample.slices),
                float(one.value),
                one.sample,
            )
            for one in self.all_scores
            if metric in (None, one.scorer) and (sample := self.by_key.get(one.sample)) is not None
        ]
        schema: dict[str, Any] = {
            **dict.fromkeys(("metric", "case", "organisation", "split", "document"), pl.String),
            **dict.fromkeys(("prompt", "model", "language"), pl.String),
            "repeat": pl.Int64,
            "slices": pl.List(pl.String),
            "value": pl.Float64,
            "sample": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def lines(self) -> Iterator[str]:
        """Its lines, in their order, each without a line break."""
        yield _text(self.run)
        for group in (self.case_lines, self.samples, tuple(self.scorers.values()), self.all_scores):
            for one in group:
                yield _text(one)
        if self.end is not None:
            yield _text(self.end)

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in self.lines())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def without_times(record: RunRecord) -> list[dict[str, Any]]:
    """Its lines without what may differ between two runs of the same thing."""
    timed = {one.name for one in record.scorers.values() if one.unit == "seconds"}
    found = []
    for line in map(json.loads, record.lines()):
        if line["type"] == "score" and line["scorer"] in timed:
            continue
        for name in VARYING.get(line["type"], ()):
            line.pop(name, None)
        for name in ("seconds", "first_seconds"):
            line.get("usage", {}).pop(name, None)
        found.append(line)
    return found


def _text(line: _Line) -> str:
    plain = line.model_dump(mode="json", by_alias=True)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _line(path: Path, number: int, text: str) -> _Line:
    try:
        found = json.loads(text)
        kind = _LINES[found["type"]]
        if kind is RunLine and found.get("schema") != SCHEMA:
            raise BadInput(
                f"it is a record of schema {found.get('schema')!r}; this version reads {SCHEMA}.", subject=str(path)
            )
        return kind.model_validate(found)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise BadInput(f"line {number} is no line of a record: {str(error)[:200]}", subject=str(path)) from error
