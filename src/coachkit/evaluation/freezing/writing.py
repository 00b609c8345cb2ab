"""A frozen case on the disk: its records, its organisation, and the case itself, beside the others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from coachkit.errors import BadInput
from coachkit.evaluation.cases import SCHEMA as CASE_SCHEMA
from coachkit.evaluation.cases import EvalCase

__all__ = ["Frozen", "case_yaml", "write_case", "write_frozen"]

_ORGANISATIONS = "organisations.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A case with the evidence that it needs.

    :ivar today: the day in its organisation: after all that happened in it.
    :ivar lines: its records, as the connector ``jsonl`` reads them.
    """

    case: EvalCase
    today: date
    timezone: str
    lines: Sequence[Mapping[str, Any]]

    @property
    def records(self) -> str:
        return "".join(f"{json.dumps(line, ensure_ascii=False, sort_keys=True)}\n" for line in self.lines)

    @property
    def organisation(self) -> str:
        """Its entry in ``organisations.yaml``."""
        about = {
            "split": "development",
            "today": self.today,
            "timezone": self.timezone,
            "note": "a draft of production, names replaced",
            "connections": [{"name": "frozen", "connector": "jsonl", "config": {"path": f"./frozen/{self.case.id}"}}],
        }
        text = yaml.safe_dump({self.case.organisation: about}, allow_unicode=True, sort_keys=False, width=116)
        return "".join(f"  {line}\n" for line in text.splitlines())


def case_yaml(case: EvalCase) -> str:
    """A case file of this one case."""
    held = case.model_dump(mode="json", exclude_defaults=True, exclude={"document", "organisation"})
    for name in ("must_mention", "must_not"):
        if name in held:
            held[name] = [{key: value for key, value in one.items() if value} for one in held[name]]
    whole = {"schema": CASE_SCHEMA, "document": case.document, "organisation": case.organisation, "cases": [held]}
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=116)


def write_case(case: EvalCase, evals: Path) -> Path:
    """Write a case file of its own.

    :raises BadInput: if there is one of this name.
    """
    path = evals / case.document / "cases" / f"{case.id}.yaml"
    if path.exists():
        raise BadInput(
            "there is such a case already.",
            subject=str(path),
            hint="Give another name with --id, or edit the file.",
            chinese=("已有这个用例。", "请用 --id 换一个名字，或直接编辑该文件。"),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(case_yaml(case), "utf-8")
    return path


def write_frozen(frozen: Frozen, evals: Path) -> tuple[Path, ...]:
    """Write the case, its records and its organisation; what was written, the case first.

    :raises BadInput: if there is a case of this name.
    """
    case = write_case(frozen.case, evals)
    records = evals / "frozen" / frozen.case.id / "records.jsonl"
    records.parent.mkdir(parents=True, exist_ok=True)
    records.write_text(frozen.records, "utf-8")
    organisations = evals / _ORGANISATIONS
    text = organisations.read_text("utf-8") if organisations.is_file() else "schema: 1\norganisations:\n"
    organisations.write_text(f"{text.rstrip()}\n{frozen.organisation}", "utf-8")
    return case, records, organisations
