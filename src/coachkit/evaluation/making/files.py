"""Cases as a file: what all share once, then each without what is not known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from coachkit.evaluation.cases import SCHEMA, EvalCase

__all__ = ["HEAD", "written"]

HEAD = "# Written by tools/eval_cases.py; not to be edited: other cases have files of their own.\n"


def written(document: str, cases: Sequence[EvalCase], *, organisation: str = "", slices: Sequence[str] = ()) -> str:
    """The text of a case file.

    :param organisation: of all of them; ``slices``: that all of them have, beside their own.
    """
    head: dict[str, Any] = {"schema": SCHEMA, "document": str(document)}
    if organisation:
        head["organisation"] = organisation
    if slices:
        head["slices"] = list(slices)
    head["cases"] = [_plain(case) for case in cases]
    return HEAD + yaml.dump(
        head, Dumper=yaml.SafeDumper, allow_unicode=True, sort_keys=False, width=160, default_flow_style=None
    )


def _plain(case: EvalCase) -> dict[str, Any]:
    given = case.model_dump(mode="json", exclude={"document", "organisation"}, exclude_defaults=True)
    for name in ("must_mention", "must_not"):
        given[name] = [{part: value for part, value in one.items() if value} for one in given.get(name, ())]
    return {name: value for name, value in given.items() if value not in ([], "", None)}
