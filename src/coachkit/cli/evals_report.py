"""``eval report``: a run for people and for a CI, in one file."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coachkit.cli.context import Language, given, near
from coachkit.cli.evals import Evals, RecordFile, commands, evals_folder
from coachkit.cli.output import AsJson, emit, notes
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from coachkit.evaluation.judging.calibration import Calibration
    from coachkit.evaluation.reporting.viewing import Report

__all__ = ["Format", "register"]


class Format(StrEnum):
    HTML = "html"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    INSPECT = "inspect"


_ENDINGS = {Format.HTML: ".html", Format.MARKDOWN: ".md", Format.JUNIT: ".xml", Format.INSPECT: ""}


def register(_app: typer.Typer) -> None:
    """It stands in the group ``eval``, which :mod:`coachkit.cli.evals` registers."""


@commands.command()
def report(
    context: typer.Context,
    record: RecordFile,
    baseline: Annotated[
        list[Path] | None,
        typer.Option(help="A run to hold it against; else evals/DOCUMENT/baseline.jsonl of each document in it."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="For whom it is.")] = Format.HTML,
    out: Annotated[
        Path | None,
        typer.Option(help="Where to write: a file, of inspect a folder; - for standard output; else beside RECORD."),
    ] = None,
    most: Annotated[int, typer.Option(help="Of html: samples that are shown sentence by sentence.", min=1)] = 200,
    link: Annotated[str, typer.Option(help="Of markdown: address of the whole report.")] = "",
    labels: Annotated[
        list[Path] | None, typer.Option(help="Labels of a rater, as `eval label` wrote them; of two, with --judge.")
    ] = None,
    judge: Annotated[Path | None, typer.Option(help="Labels of a model, held against those of the two raters.")] = None,
    evals: Evals = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show a run: html for people, markdown for a pull request, junit for a CI, inspect for Inspect's viewer.

    The HTML is one file that needs no server and no script. The worst cases stand first; each opens on its sentences
    beside their evidence, with what the checks did and what changed since the baseline.

    Example: `coachkit eval report evals/runs/quick.jsonl --out report.html`
    """
    from coachkit.evaluation.record import RunRecord
    from coachkit.evaluation.reporting.held import accepted, held_against, verdict_of
    from coachkit.evaluation.reporting.inspect_log import inspect_logs
    from coachkit.evaluation.reporting.viewing import report as seen

    found = RunRecord.load(record)
    if form is Format.INSPECT:
        _write_logs(inspect_logs(found), out or record.with_suffix(""), as_json)
        return
    language = given(context).settings(language=lang).language
    before = [RunRecord.load(path) for path in baseline] if baseline else accepted(found, evals_folder(evals))
    held = held_against(found, before)
    view = seen(found, held.comparisons, verdict_of(held.gate, language), held.refused)
    text = _text(form, view, language, most, link, _calibrations(judge, labels or []))
    if out is not None and str(out) == "-":
        sys.stdout.write(text)
        return
    path = out or record.with_suffix(_ENDINGS[form])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    if as_json:
        emit({"report": path, "format": form, "verdict": view.verdict.name if view.verdict else None})
    else:
        said = f"报告：{near(path.resolve())}" if language == "zh" else f"Report: {near(path.resolve())}"
        notes.print(said, markup=False)


def _text(
    form: Format,
    view: Report,
    language: Literal["en", "zh"],
    most: int,
    link: str,
    calibrations: tuple[Calibration, ...],
) -> str:
    from coachkit.evaluation.reporting.html import html_report
    from coachkit.evaluation.reporting.junit import junit
    from coachkit.evaluation.reporting.markdown import markdown_summary

    if form is Format.HTML:
        return html_report(view, language, most=most, calibrations=calibrations)
    if form is Format.MARKDOWN:
        return markdown_summary(view, language, links=link, calibrations=calibrations)
    return junit(view)


def _write_logs(logs: dict[str, str], folder: Path, as_json: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in logs.items():
        (folder / name).write_text(text, "utf-8")
    paths = [folder / name for name in logs]
    if as_json:
        emit({"logs": paths})
    else:
        for path in paths:
            notes.print(str(near(path.resolve())), markup=False)


def _calibrations(judge: Path | None, labels: list[Path]) -> tuple[Calibration, ...]:
    from coachkit.evaluation.judging.calibration import calibrate
    from coachkit.evaluation.judging.labels import read_labels

    if judge is None and not labels:
        return ()
    if judge is None or len(labels) != 2:
        raise BadInput(
            "a judge is held against the labels of two people.",
            hint="Say --judge JUDGE.jsonl --labels ANNA.jsonl --labels BO.jsonl.",
            chinese=(
                "评判者要与两个人的标注对照。",
                "请写 --judge JUDGE.jsonl --labels ANNA.jsonl --labels BO.jsonl。",
            ),
        )
    first, second = (read_labels(path) for path in labels)
    return (calibrate(read_labels(judge), first, second),)
