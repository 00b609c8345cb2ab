"""Cases: what is asked for, on which day, by whom, and what a good answer has in it.

A file under ``evals/<document>/cases/`` holds many::

    schema: 1
    document: brief              # for every case of the file that does not say otherwise; so are
    organisation: sample-7       # organisation, languages, slices and provenance
    cases:
      - id: brief-sample-7-ana-costa
        subject: ana.costa@guidu.example
        day: 2026-05-08
        gold: [PAY-12]
        must_mention: [{en: [ledger export], zh: [账本导出], why: "unblocked two teams"}]
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from coachkit.domain.drafts import DraftKind
from coachkit.drafting.facts import Language
from coachkit.errors import ConfigError

__all__ = [
    "SCHEMA",
    "CaseFile",
    "EvalCase",
    "Forbidden",
    "Mention",
    "load_case_file",
    "load_cases",
    "read_yaml",
]

SCHEMA = 1
"""Version of the shape of case files."""

_SHARED = ("document", "organisation", "languages", "slices", "provenance")
"""What a file may say once for all of its cases; slices are joined, the others replaced by a case's own."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mention(_Shape):
    """A fact that must be told: in a language any of these words (letter case does not count), or the record cited."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    record: str = Field("", description="Native key of a record that a statement must cite, such as PAY-12.")
    why: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Mention:
        if not (self.en or self.zh or self.record):
            raise ValueError("say en, zh or record")
        return self


class Forbidden(_Shape):
    """What must not be told: words (letter case does not count), a pattern, or a record that must not be cited."""

    text: str = ""
    pattern: str = Field("", description="Regular expression, searched without regard to letter case.")
    record: str = Field("", description="Native key of a record that no statement may cite.")
    why: str = ""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Forbidden:
        if sum(map(bool, (self.text, self.pattern, self.record))) != 1:
            raise ValueError("say one of text, pattern, record")
        return self


class EvalCase(_Shape):
    """One thing to ask for, and what is known about a good answer.

    What is not known is left out; a scorer that needs it then says nothing about the case.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", description="Of its own among all cases.")
    document: str = Field(description="A kind of document; or another subject: retrieval, verifier, insight.")
    organisation: str = Field("", description="Its name in organisations.yaml; empty, where none is needed.")
    subject: str = Field(
        "", description="Work mail of a person, or a target as the command line takes it: goal:PAY-O1."
    )
    viewer: str | None = Field(None, description="Work mail of who reads it; left out: who normally does.")
    day: date | None = Field(None, description="As of the end of this day; left out: the organisation's last day.")
    languages: tuple[Language, ...] = ("en", "zh")
    slices: tuple[str, ...] = Field((), description="Tags by which results are told apart: thin, hostile, newcomer …")
    gold: tuple[str, ...] = Field(
        (), description="Records that should be cited: keys (PAY-12), or connection/native id."
    )
    must_mention: tuple[Mention, ...] = ()
    must_not: tuple[Forbidden, ...] = ()
    abstain: bool = Field(False, description="There is no evidence: nothing may be claimed.")
    twin: str = Field("", description="Id of the case of which this is the twin.")
    twin_kind: Literal["", "name_gender", "language"] = ""
    data: dict[str, Any] = Field(
        default_factory=dict, description="Input and labels of a subject other than documents."
    )
    provenance: str = Field("", description="Where it comes from: a planted situation, a generator, a bad draft.")

    @field_validator("document")
    @classmethod
    def _known(cls, value: str) -> str:
        known = (*DraftKind, "retrieval", "verifier", "insight")
        if value not in known:
            raise ValueError(f"no such document or subject; there are {', '.join(known)}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> EvalCase:
        if self.document in tuple(DraftKind) and not (self.subject and self.organisation):
            raise ValueError("a document needs organisation and subject")
        if bool(self.twin) != bool(self.twin_kind):
            raise ValueError("twin and twin_kind go together")
        return self

    @cached_property
    def hash(self) -> str:
        """Of what is asked, without what is known about a good answer: labels can change without a new run."""
        asked = self.model_dump_json(include={"document", "organisation", "subject", "viewer", "day", "data"})
        return hashlib.sha256(asked.encode()).hexdigest()[:16]


class CaseFile(_Shape):
    """Cases of one file, with the hash of its bytes."""

    path: str
    hash: str
    cases: tuple[EvalCase, ...]


def read_yaml(path: Path) -> Any:
    """What a YAML file holds.

    :raises ConfigError: if there is none, or it is malformed.
    """
    try:
        return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe, and ten times as fast
    except FileNotFoundError as error:
        raise ConfigError("there is no such file.", subject=str(path)) from error
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"no YAML can be read there: {str(error)[:300]}", subject=str(path)) from error


def load_case_file(path: Path, *, root: Path | None = None) -> CaseFile:
    """:raises ConfigError: naming the file, the case and the field of what is wrong."""
    found = read_yaml(path)
    if not isinstance(found, Mapping) or not isinstance(found.get("cases"), list):
        raise ConfigError(
            "it should be a mapping with a list of cases.",
            subject=str(path),
            hint="Begin with: schema: 1, document: brief, organisation: sample-7, cases: [...]",
        )
    if found.get("schema") != SCHEMA:
        raise ConfigError(
            f"its schema is {found.get('schema')!r}; this version reads {SCHEMA}.",
            subject=str(path),
            hint=f"Write schema: {SCHEMA} at its top, if its cases have this shape.",
        )
    shared = {name: found[name] for name in _SHARED if name in found}
    if unknown := sorted(set(found) - set(_SHARED) - {"schema", "cases"}):
        raise ConfigError(f"nobody knows what {', '.join(unknown)} means there.", subject=str(path))
    cases = tuple(_case(path, number, shared, one) for number, one in enumerate(found["cases"], 1))
    name = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.name
    return CaseFile(path=name, hash=hashlib.sha256(path.read_bytes()).hexdigest()[:16], cases=cases)


def load_cases(folder: Path, documents: Iterable[str] | None = None) -> tuple[CaseFile, ...]:
    """The case files of ``evals/``, ordered by document and name.

    :param documents: of these alone; ``None``: of all there are.
    :raises ConfigError: if a file is wrong, or two cases have one id.
    """
    wanted = None if documents is None else set(documents)
    files = [
        load_case_file(path, root=folder)
        for path in sorted(folder.glob("*/cases/*.yaml"))
        if wanted is None or path.parent.parent.name in wanted
    ]
    seen: dict[str, str] = {}
    for file in files:
        for case in file.cases:
            if case.id in seen:
                raise ConfigError(
                    f"the case {case.id} is there twice.", subject=file.path, hint=f"The other is in {seen[case.id]}."
                )
            seen[case.id] = file.path
    return tuple(files)


def _case(path: Path, number: int, shared: Mapping[str, Any], given: Any) -> EvalCase:
    if not isinstance(given, Mapping):
        raise ConfigError(f"case {number} is no mapping.", subject=str(path))
    values = {**shared, **given}
    values["slices"] = [*shared.get("slices", ()), *given.get("slices", ())]
    try:
        return EvalCase.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"case {given.get('id', number)}: {where + ': ' if where else ''}{first['msg']}",
            subject=str(path),
            hint="`coachkit eval list --schema` prints what a case may say.",
        ) from error
