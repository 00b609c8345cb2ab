"""The matrix: which documents are made, by which prompts and models, in which languages, of which cases.

A small YAML file, such as ``evals/quick.yaml``::

    schema: 1
    name: quick
    blocks:
      - documents: [brief, agenda]
        models: [none, {model: local, languages: [en], take: 6}]
        languages: [en, zh]
        slices: [planted, hostile]      # cases with any of these; left out: all
        prompts: {brief: [1.0.0, newest]}
        take: 30                        # of each document, spread over organisations and slices
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from coachkit.domain.drafts import DraftKind
from coachkit.drafting.facts import Language
from coachkit.errors import BadInput, ConfigError
from coachkit.evaluation.cases import EvalCase, read_yaml
from coachkit.evaluation.organisations import Organisations
from coachkit.evaluation.record import Cell
from coachkit.evaluation.rules import GateRules

__all__ = [
    "FILTERS",
    "NEWEST",
    "Block",
    "Filters",
    "Matrix",
    "ModelSpec",
    "Variants",
    "Wanted",
    "expand",
    "load_matrix",
]

SCHEMA = 1
NEWEST = "newest"
FILTERS = ("document", "case", "organisation", "split", "slice", "model", "language", "prompt")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSpec(_Shape):
    """A model, and what is particular to it.

    :ivar repeats: how often each case is asked; more than once where it does not answer the same every time.
    :ivar languages: in these alone.
    :ivar take: at most so many cases of each document.
    """

    model: str
    repeats: int = Field(1, ge=1, le=100)
    languages: tuple[Language, ...] | None = None
    take: int | None = Field(None, ge=1)


class Block(_Shape):
    """A part of the matrix. What is left out means everything there is.

    :ivar prompts: document → versions; ``newest`` is the one in use, a team's before the packaged.
    """

    documents: tuple[str, ...] = ()
    models: tuple[ModelSpec, ...] = (ModelSpec(model="none"),)
    languages: tuple[Language, ...] = ("en", "zh")
    slices: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    cases: tuple[str, ...] = Field((), description="Ids; * stands for anything.")
    prompts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    take: int | None = Field(None, ge=1)

    @field_validator("models", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return [{"model": one} if isinstance(one, str) else one for one in value]
        return value

    def has(self, case: EvalCase, split: str) -> bool:
        """Whether a case is of this part."""
        return (
            case.document in (self.documents or (case.document,))
            and bool(set(self.slices or case.slices or ("",)) & set(case.slices or ("",)))
            and split in (self.splits or (split,))
            and case.organisation in (self.organisations or (case.organisation,))
            and (not self.cases or any(fnmatchcase(case.id, one) for one in self.cases))
        )


class Matrix(_Shape):
    """All of it.

    :ivar model_seconds: how long one document may wait for its model. Long, so that a busy machine cannot change what
        is said; what a reader would have waited is measured beside it.
    :ivar gate: by which rules a run of it is held against an accepted one.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    blocks: tuple[Block, ...]
    model_seconds: float = Field(600.0, gt=0)
    note: str = ""
    gate: GateRules = GateRules()


def load_matrix(path: Path) -> Matrix:
    """:raises ConfigError: naming the field of what is wrong."""
    found = read_yaml(path)
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA:
        raise ConfigError(
            f"it should be a mapping with schema: {SCHEMA}.",
            subject=str(path),
            hint="Begin with: schema: 1, name: quick, blocks: [{documents: [brief], models: [none]}]",
        )
    try:
        return Matrix.model_validate({name: value for name, value in found.items() if name != "schema"})
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", subject=str(path)) from error


class Variants(Protocol):
    """What the subjects of a run can be made by."""

    def models(self, document: str, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        """Of a document, those wanted; of another subject, what is measured there."""

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        """The prompts, ``brief@1.1.0``, that a model works with; one empty name where none is used."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sample that should be there."""

    case: EvalCase
    cell: Cell
    split: str = ""


@dataclass(frozen=True)
class Filters:
    """What of a matrix is wanted now: of one name any of its values, of several names all of them."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Iterable[str]) -> Filters:
        """:param given: ``name=value``; several values with commas between them. :raises BadInput: for another name."""
        values: dict[str, list[str]] = {}
        for one in given:
            name, equals, value = one.partition("=")
            if not equals or name not in FILTERS or not value:
                raise BadInput(
                    f"{one!r} is nothing to choose by.",
                    hint=f"Say NAME=VALUE, where NAME is one of {', '.join(FILTERS)}; * stands for anything.",
                    chinese=(
                        f"“{one}”不能用来筛选。",
                        f"写成 名称=值，名称可以是 {', '.join(FILTERS)}；* 代表任意内容。",
                    ),
                )
            values.setdefault(name, []).extend(filter(None, value.split(",")))
        return cls({name: tuple(several) for name, several in values.items()})

    def let(self, wanted: Wanted) -> bool:
        case, cell = wanted.case, wanted.cell
        found: dict[str, Collection[str]] = {
            "document": (cell.document,),
            "case": (case.id,),
            "organisation": (case.organisation,),
            "split": (wanted.split,),
            "slice": case.slices,
            "model": (cell.model,),
            "language": (cell.language,),
            "prompt": (cell.prompt, cell.prompt.rpartition("@")[2]),
        }
        return all(
            any(fnmatchcase(one, pattern) for one in found[name] for pattern in patterns)
            for name, patterns in self.values.items()
        )


def expand(
    matrix: Matrix,
    cases: Sequence[EvalCase],
    organisations: Organisations,
    variants: Variants,
    filters: Filters | None = None,
) -> tuple[Wanted, ...]:
    """Every sample that a matrix wants, each once, in a fixed order.

    Cases are taken first and filtered afterwards, so that a filter shows a part of the same run.
    """
    filters = filters or Filters()
    found: dict[tuple[str, Cell], Wanted] = {}
    for block in matrix.blocks:
        for wanted in _of_block(block, cases, organisations, variants):
            if filters.let(wanted):
                found.setdefault((wanted.case.id, wanted.cell), wanted)
    return tuple(sorted(found.values(), key=_order))


def _of_block(
    block: Block, cases: Sequence[EvalCase], organisations: Organisations, variants: Variants
) -> Iterator[Wanted]:
    there = [(one, _split(one, organisations)) for one in cases]
    fitting = taken([(one, split) for one, split in there if block.has(one, split)], block.take)
    for document in dict.fromkeys(case.document for case, _ in fitting):
        of_document = [(case, split) for case, split in fitting if case.document == document]
        for spec in variants.models(document, block.models):
            versions = block.prompts.get(document, (NEWEST,))
            prompts = variants.prompts(document, spec.model, versions)
            for case, split in taken(of_document, spec.take):
                for cell in _cells(case, block, spec, prompts):
                    yield Wanted(case, cell, split)


def _cells(case: EvalCase, block: Block, spec: ModelSpec, prompts: Sequence[str]) -> Iterator[Cell]:
    for language in case.languages:
        if language not in block.languages or language not in (spec.languages or (language,)):
            continue
        for prompt in prompts:
            for repeat in range(1, spec.repeats + 1):
                yield Cell(document=case.document, prompt=prompt, model=spec.model, language=language, repeat=repeat)


def _split(case: EvalCase, organisations: Organisations) -> str:
    return organisations.get(case.organisation).split if case.organisation else ""


def taken(cases: Sequence[tuple[EvalCase, str]], most: int | None) -> list[tuple[EvalCase, str]]:
    """At most so many cases of each document, the same ones every time.

    They are drawn by the hash of their ids, in turn from each organisation and first slice; with each twin comes the
    case it is the twin of.
    """
    if most is None:
        return list(cases)
    by_id = {case.id: (case, split) for case, split in cases}
    chosen: dict[str, tuple[EvalCase, str]] = {}
    for document in dict.fromkeys(case.document for case, _ in cases):
        strata: dict[tuple[str, str], list[EvalCase]] = {}
        of_document = [case for case, _ in cases if case.document == document]
        for case in sorted(of_document, key=lambda one: _lot(one.id)):
            strata.setdefault((case.organisation, case.slices[0] if case.slices else ""), []).append(case)
        picked: dict[str, None] = {}
        for turn in range(max(map(len, strata.values()), default=0)):
            for stratum in sorted(strata, key=_lot):
                if len(picked) < most and turn < len(strata[stratum]):
                    picked[strata[stratum][turn].id] = None
        for name in list(picked):
            twin = by_id[name][0].twin
            if twin in by_id:
                picked[twin] = None
        chosen |= {name: by_id[name] for name in picked}
    return [one for one in cases if one[0].id in chosen]


def _lot(*words: object) -> bytes:
    """Its place in an order that looks like chance and is always the same."""
    return hashlib.sha256(repr(words).encode()).digest()


def _order(wanted: Wanted) -> tuple[Any, ...]:
    documents = list(DraftKind)
    known = documents.index(DraftKind(wanted.cell.document)) if wanted.cell.document in documents else len(documents)
    cell = wanted.cell
    return (
        known,
        cell.document,
        wanted.case.organisation,
        wanted.case.id,
        cell.model,
        cell.prompt,
        cell.language,
        cell.repeat,
    )
