"""Write the cases that are made by rule: ``python tools/eval_cases.py``; with ``--check`` only compare.

What is made, and from what, says :mod:`coachkit.evaluation.making`. Files that this tool wrote and would
write no more are removed; all others are left alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from coachkit.evaluation.cases import read_yaml
from coachkit.evaluation.making.files import HEAD, written
from coachkit.evaluation.making.from_sample import files_of
from coachkit.evaluation.making.known_items import outside_files, question_cases, statement_cases
from coachkit.evaluation.organisations import load_organisations

ROOT = Path(__file__).resolve().parent.parent
EVALS = ROOT / "evals"
ASKED_ABOUT = ("sample-7", "sample-42")
"""Organisations whose tickets are looked for, one of each split."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="Write nothing; fail if a file is not what it should be.")
    parser.add_argument("--only", default="", metavar="NAME", help="Of this organisation alone.")
    asked = parser.parse_args()
    specs = [one for one in load_organisations(EVALS).by_name.values() if asked.only in ("", one.name)]
    wanted = dict(files_of(specs)) | ({} if asked.only else dict(others()))
    wrong = [name for name, text in wanted.items() if _text(EVALS / name) != text]
    known = {
        path.relative_to(EVALS).as_posix() for path in EVALS.glob("*/cases/*.yaml") if _text(path).startswith(HEAD)
    }
    left = sorted(known - wanted.keys()) if not asked.only else []
    for name in wrong:
        print(f"{'is not what it should be' if asked.check else 'written'}: evals/{name}")
        if not asked.check:
            (EVALS / name).parent.mkdir(parents=True, exist_ok=True)
            (EVALS / name).write_text(wanted[name], "utf-8")
    for name in left:
        print(f"{'is made no more' if asked.check else 'removed'}: evals/{name}")
        if not asked.check:
            (EVALS / name).unlink()
    return 1 if asked.check and (wrong or left) else 0


def others() -> Iterator[tuple[str, str]]:
    """Files of cases for retrieval and for the verifier."""
    specs = load_organisations(EVALS)
    queries = read_yaml(EVALS / "retrieval" / "queries.yaml")
    for name in ASKED_ABOUT:
        cases = list(question_cases(specs.get(name), queries))
        yield f"retrieval/cases/{name}.yaml", written("retrieval", cases, organisation=name)
    for name, cases in outside_files(EVALS / "retrieval" / "sets", EVALS):
        yield f"retrieval/cases/outside-{name}.yaml", written("retrieval", cases)
    held = json.loads((ROOT / "benchmarks" / "rewordings.json").read_text("utf-8"))
    yield "verifier/cases/rewordings.yaml", written("verifier", list(statement_cases(held)))


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
