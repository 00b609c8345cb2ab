"""``verify``: hold statements against the evidence that came with them, without a model and without a store."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from coachkit.cli.context import Language
from coachkit.cli.output import AsJson, console, emit
from coachkit.errors import BadInput

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    file: Annotated[str, typer.Argument(metavar="FILE.json", help="The statements; - for standard input.")],
    lang: Language = None,
    as_json: AsJson = False,
    fail: Annotated[
        bool, typer.Option("--fail", help="End with exit code 1 if a statement does not hold; otherwise with 0.")
    ] = False,
) -> None:
    """Hold statements against the evidence they cite: consistency checks, no proof of truth.

    FILE.json is a list of {"statement", "citations", "evidence"}, or what `coachkit draft … --json` prints. Evidence is
    a list or an object; each piece a text, or an object with a text and any other fields. Citations are ids, or places
    in the list from 1. JSON lines are read too. Exit code 0 if it ran, 2 if the file cannot be used.

    Example: `coachkit draft brief 'Maria Gomez' --json | coachkit verify -`
    """
    from coachkit.drafting.verify.statements import verdicts

    found = verdicts(_read(file), "zh" if lang == "zh" else "en" if lang == "en" else None)
    if as_json:
        emit(found)
    else:
        zh = lang == "zh"
        for one in found:
            said = {True: "成立", False: "不成立", None: "未检查"}[one.holds] if zh else one.verdict
            console.print(f"{one.item:>3}  {said}  {one.statement}", markup=False)
            for reason in one.reasons:
                console.print(f"     - {reason}", markup=False)
        held = sum(one.holds is True for one in found)
        console.print(
            f"{len(found)} 条中 {held} 条与证据一致。" if zh else f"{held} of {len(found)} agree with their evidence.",
            markup=False,
        )
    if fail and any(one.holds is False for one in found):
        raise typer.Exit(1)


def _read(file: str) -> Any:
    if file == "-":
        text = sys.stdin.read()
    else:
        try:
            text = Path(file).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                f"the file cannot be read ({type(error).__name__}).",
                subject=file,
                hint="Give a file of JSON in UTF-8, or - for standard input.",
                chinese=("文件无法读取。", "请给出 UTF-8 编码的 JSON 文件，或用 - 表示标准输入。"),
            ) from error
    try:
        return json.loads(text)
    except ValueError as error:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()] or _fail(file, error)
        except ValueError:
            return _fail(file, error)


def _fail(file: str, error: ValueError) -> Any:
    raise BadInput(
        f"is no JSON: {error}.",
        subject=file,
        hint="Expected: a list of {“statement”, “citations”, “evidence”}.",
        chinese=(f"不是 JSON：{error}。", "应为由 {“statement”, “citations”, “evidence”} 组成的列表。"),
    ) from error
