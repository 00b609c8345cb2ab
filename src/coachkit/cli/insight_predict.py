"""``insight predict``: what the engines say of organisations whose outcome others know, for scoring them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from coachkit.cli.context import Language, given
from coachkit.cli.output import AsJson, console, emit, notes
from coachkit.errors import BadInput

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    group.command()(predict)


def predict(
    context: typer.Context,
    task: Annotated[str, typer.Argument(metavar="TASK", help="What is asked, such as keynodes or disengage.")],
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="Folder of the data, with a folder for each split.")],
    split: Annotated[str, typer.Argument(metavar="SPLIT", help="Which of them, such as dev.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="File for the answers.")],
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder that keeps what was loaded, by the content of the files.")
    ] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Ask an engine about organisations of a published data set, as of each date in question, for scoring.

    Each folder in ROOT/SPLIT is loaded as the `dataset` connector reads it. Of ROOT/labels/SPLIT only the columns are
    read that say of whom and when it is asked; without them all are asked about, at dates a quarter apart.

    Example: `coachkit insight predict keynodes data dev keynodes.csv`
    """
    from coachkit.predicting import predict as answer
    from coachkit.predicting import tasks

    zh = given(context).settings(language=lang).language == "zh"
    known = tasks()
    if task not in known:
        names = ", ".join(sorted(known))
        raise BadInput(
            f"there is no task {task}.", hint=f"There are: {names}.", chinese=(f"没有任务 {task}。", f"现有：{names}。")
        )
    began = time.monotonic()
    found = answer(
        known[task], root, split, out, cache=cache, say=lambda words: notes.print(f"  {words}", markup=False)
    )
    rows, seconds = sum(one.rows for one in found), time.monotonic() - began
    for one in found:
        if one.skipped:
            notes.print(f"  {'略过' if zh else 'left out'} {one.org}: {one.skipped}", markup=False)
    if as_json:
        emit({"task": task, "out": out, "organisations": found, "rows": rows, "seconds": round(seconds, 1)})
    elif zh:
        console.print(f"{task}：{rows:,} 行，写入 {out}（{seconds:.0f} 秒）", markup=False)
    else:
        console.print(f"{task}: {rows:,} rows in {out} ({seconds:.0f} s)", markup=False)
