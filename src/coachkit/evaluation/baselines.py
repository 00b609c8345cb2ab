"""Accepted runs: what a change is held against. ``evals/<document>/baseline.jsonl``, changed only by a reviewed commit.

``evals/baselines.yaml`` notes every acceptance: whose, why, of which run. The last note on a document holds the hash of
its baseline, so a baseline that was edited by hand is found out, and its cases are held against the dataset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coachkit.errors import BadInput, ConfigError
from coachkit.evaluation.cases import CaseFile, read_yaml
from coachkit.evaluation.gating import hard_failures
from coachkit.evaluation.record import RunRecord, Sample, Trace

__all__ = ["LOG", "Acceptance", "BaselineFault", "accept", "acceptances", "baseline_of", "faults", "lean"]

LOG = "baselines.yaml"
_HEAD = """\
# Which runs stand as baselines, and why: written by `coachkit eval baseline accept`, reviewed like code.
# The last note on a document holds the hash of evals/<document>/baseline.jsonl.
"""


class Acceptance(BaseModel):
    """A note on one document.

    :ivar hash: of the baseline file's bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    run: str
    commit: str = ""
    on: date
    by: str
    why: str = Field(min_length=1)
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineFault:
    """What is wrong with a baseline.

    :ivar code: ``missing``, ``edited``, ``unnoted``, ``outdated``.
    """

    code: str
    document: str
    message: str
    hint: str
    cases: tuple[str, ...] = ()


def baseline_of(evals: Path, document: str) -> Path:
    return evals / document / "baseline.jsonl"


def lean(record: RunRecord, document: str) -> RunRecord:
    """The part of a record about one document that comparisons need: without traces and the text of evidence."""
    samples = [_leaned(one) for one in record.samples if one.cell.document == document]
    keys, cases = {one.key for one in samples}, {one.case for one in samples}
    about = {
        "datasets": {name: held for name, held in record.run.datasets.items() if name.split("/")[0] == document},
        "code": {name: held for name, held in record.run.code.items() if name == document},
        "organisations": {
            name: held
            for name, held in record.run.organisations.items()
            if name in {one.organisation for one in samples}
        },
        "prompts": {
            name: held for name, held in record.run.prompts.items() if name in {one.cell.prompt for one in samples}
        },
    }
    end = record.end and record.end.model_copy(
        update={"samples": len(samples), "failed": sum(one.error is not None for one in samples)}
    )
    return RunRecord(
        record.run.model_copy(update=about),
        cases=[line for line in record.case_lines if line.case.id in cases],
        samples=samples,
        scorers=record.scorers.values(),
        scores=[one for one in record.all_scores if one.sample in keys],
        end=end,
    )


def _leaned(sample: Sample) -> Sample:
    """What was said and what it cites; not how it came to be, which a run tells again."""
    evidence = {
        name: seen.model_copy(update={"text": "", "fields": {}, "actors": ()})
        for name, seen in sample.evidence.items()
        if name in sample.cited
    }
    update: dict[str, Any] = {"trace": Trace(problems=sample.trace.problems), "evidence": evidence}
    if sample.draft is not None:
        sections = tuple(
            section.model_copy(
                update={
                    "statements": tuple(
                        one.model_copy(update={"composed": "", "proposed": "", "checks": ()})
                        for one in section.statements
                    )
                }
            )
            for section in sample.draft.sections
        )
        update["draft"] = sample.draft.model_copy(update={"sections": sections, "header": {}})
    return sample.model_copy(update=update)


def accept(
    record: RunRecord, evals: Path, *, by: str, why: str, on: date, documents: Sequence[str] | None = None
) -> list[Acceptance]:
    """Let a run stand as the baseline of its documents, and note who said so and why.

    :param documents: of these alone.
    :raises BadInput: if the run did not end, a hard rule is broken in it, or no reason is given.
    """
    said = " ".join(why.split())
    _hold(record, by, said)
    there = dict.fromkeys(one.cell.document for one in record.samples)
    wanted = [one for one in there if documents is None or one in documents]
    if not wanted:
        raise BadInput(
            f"there is nothing of {', '.join(documents or ())} in it.", hint=f"There is: {', '.join(there)}."
        )
    notes = []
    for document in wanted:
        path = baseline_of(evals, document)
        lean(record, document).save(path)
        notes.append(
            Acceptance(
                document=document,
                run=record.run.id,
                commit=record.run.commit,
                on=on,
                by=by,
                why=said,
                hash=_hash(path),
            )
        )
    _write(evals, [*acceptances(evals), *notes])
    return notes


def acceptances(evals: Path) -> list[Acceptance]:
    """All notes, the oldest first; none where there is no such file.

    :raises ConfigError: if it is malformed.
    """
    path = evals / LOG
    if not path.is_file():
        return []
    found = read_yaml(path)
    try:
        return [Acceptance.model_validate(one) for one in (found or {})["accepted"]]
    except (ValidationError, TypeError, KeyError) as error:
        raise ConfigError(
            f"it should be a mapping with a list of notes, accepted: {str(error)[:200]}", subject=str(path)
        ) from error


def faults(evals: Path, files: Iterable[CaseFile], documents: Iterable[str] | None = None) -> list[BaselineFault]:
    """What is wrong with the baselines of a folder: edited by hand, without a note, of cases that are not the same now.

    :param documents: those that should have one; ``None``: those that were ever noted.
    """
    last = {note.document: note for note in acceptances(evals)}
    today = {case.id: case for file in files for case in file.cases}
    lying = {path.parent.name for path in evals.glob("*/baseline.jsonl")}
    found = []
    for document in dict.fromkeys([*(documents or ()), *last, *sorted(lying)]):
        path, note = baseline_of(evals, document), last.get(document)
        if not path.is_file():
            found.append(_fault("missing", document, "there is no baseline.", _ANEW))
        elif note is None:
            found.append(_fault("unnoted", document, f"nobody noted why it stands ({LOG}).", _ANEW))
        elif note.hash != _hash(path):
            found.append(
                _fault("edited", document, "it is not the file that was accepted.", f"Put it back, or: {_ANEW}")
            )
        else:
            cases = RunRecord.load(path).cases
            other = tuple(name for name, case in cases.items() if _same(today.get(name)) != _same(case))
            if other:
                message = f"{len(other)} of its {len(cases)} cases are not the same in the dataset."
                found.append(_fault("outdated", document, message, _ANEW, other))
    return found


_ANEW = "coachkit eval run evals/quick.yaml, then: coachkit eval baseline accept RECORD --why '…'"


def _fault(code: str, document: str, message: str, hint: str, cases: tuple[str, ...] = ()) -> BaselineFault:
    return BaselineFault(code=code, document=document, message=message, hint=hint, cases=cases)


def _same(case: Any) -> str:
    """What a comparison holds a case by."""
    return "" if case is None else case.model_dump_json(exclude={"provenance", "languages"})


def _hold(record: RunRecord, by: str, why: str) -> None:
    """:raises BadInput: if the run cannot stand as a baseline."""
    if not why or not by:
        raise BadInput(
            "a baseline is accepted by somebody and for a reason.",
            hint="Say --why 'questions became shorter on purpose' and, where git knows no name, --by NAME.",
            chinese=("接受基线要有人、有理由。", "请用 --why 说明理由；git 里没有名字时再加 --by。"),
        )
    if not record.is_complete:
        raise BadInput("the run did not end: samples are missing.", hint="Run it again: what is done is in the cache.")
    broken = hard_failures(record)
    if broken:
        first = broken[0]
        raise BadInput(
            f"{first.metric} fails in {len(first.cases)} samples of {first.document}, and no baseline can accept that.",
            hint=f"Such as {first.cases[0]}",
        )


def _write(evals: Path, notes: Sequence[Acceptance]) -> None:
    held = {"accepted": [note.model_dump(mode="json", exclude_defaults=True) for note in notes]}
    text = yaml.safe_dump(held, sort_keys=False, allow_unicode=True, width=120)
    (evals / LOG).write_text(_HEAD + text, "utf-8")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:20]
