"""``eval``: whether documents are as good as they were, before a prompt, a model or the code is changed."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coachkit.cli.context import Language, given, near
from coachkit.cli.output import AsJson, console, emit, notes, table
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from coachkit.evaluation.matrix import Matrix, Wanted
    from coachkit.evaluation.record import EndLine, RunRecord
    from coachkit.proving import Plan

__all__ = ["Evals", "RecordFile", "commands", "evals_folder", "register"]

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Prove that documents are as good as they were, before a prompt, a model or the code is changed.\n\n"
    "`coachkit eval run evals/quick.yaml` prepares the documents of many cases and scores them; `compare` and `gate` "
    "hold one run to another; `report` shows it to people.",
)
"""Modules beside this one add commands of their own: they import it and are named in :mod:`coachkit.cli.app`."""

Evals = Annotated[
    Path | None,
    typer.Option(
        "--evals", help="Folder with cases, organisations and matrices; else ./evals, or that of the checkout."
    ),
]
RecordFile = Annotated[Path, typer.Argument(metavar="RECORD", help="A run's record, as `eval run` wrote it.")]
MatrixFile = Annotated[Path | None, typer.Argument(metavar="MATRIX", help="The matrix; else suite.yaml of the folder.")]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="A part alone: document=brief, case=ID, slice=hostile, model=none, language=zh, organisation=NAME, "
        "split=held-out, prompt=VERSION. * stands for anything; may be said several times.",
        metavar="NAME=VALUE",
    ),
]
Prompts = Annotated[
    Path | None,
    typer.Option(help="A folder of candidates, AGENT/VERSION.prompt.md: laid over the prompts in use."),
]
Cache = Annotated[Path | None, typer.Option(help="Where synced organisations and made samples are kept.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="eval")


def evals_folder(folder: Path | None) -> Path:
    """Where the evaluations are: as it was said, here, or in the checkout around this package."""
    if folder is not None:
        return folder.resolve()
    checkout = Path(__file__).resolve().parents[3] / "evals"
    return next((place for place in (Path.cwd() / "evals", checkout) if place.is_dir()), Path.cwd() / "evals")


def plan_of(context: typer.Context, evals: Path | None, prompts: Path | None = None, cache: Path | None = None) -> Plan:
    """Where everything is that a run needs."""
    from coachkit.proving import Plan
    from coachkit.proving.plan import cache_folder

    settings = given(context).settings(prompts=prompts)
    return Plan(
        settings=settings,
        evals=evals_folder(evals),
        cache=(cache or cache_folder()).resolve(),
        prompts=settings.prompts,
    )


def matrix_of(plan: Plan, path: Path | None) -> Matrix:
    """A matrix by its file, or by its name in the folder."""
    from coachkit.evaluation.matrix import load_matrix
    from coachkit.proving.suite import see_folder

    see_folder(plan.evals)
    named = Path("suite.yaml") if path is None else path
    if not named.is_file() and (plan.evals / f"{named.name.removesuffix('.yaml')}.yaml").is_file():
        named = plan.evals / f"{named.name.removesuffix('.yaml')}.yaml"
    return load_matrix(named)


@commands.command()
def run(
    context: typer.Context,
    matrix: MatrixFile = None,
    only: Only = None,
    prompts: Prompts = None,
    out: Annotated[Path | None, typer.Option(help="The record's file; else in runs/ of the folder.")] = None,
    jobs: Annotated[int, typer.Option(help="How many processes at once.", min=1, max=64)] = os.cpu_count() or 1,
    max_cost: Annotated[
        float | None, typer.Option(help="US dollars that new samples may cost, by LiteLLM's table of prices.", min=0)
    ] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Stop after so long, with what there is.", min=0)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make every sample anew, whatever is in the cache.")] = False,
    evals: Evals = None,
    cache: Cache = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Prepare the documents of a matrix, score them, and write the run's record.

    What was made before, of the same case, prompt, model, organisation and code, comes from the cache. Interrupted, the
    same command goes on where it was. Ends with 1 where a sample failed or is missing.

    Example: `coachkit eval run evals/quick.yaml`, or `coachkit eval run --only document=brief --only model=none`
    """
    from dataclasses import replace

    from coachkit.cli.eval_progress import run_display
    from coachkit.evaluation.matrix import Filters
    from coachkit.evaluation.running import Limits
    from coachkit.proving import Suite

    plan = plan_of(context, evals, prompts, cache)
    zh = given(context).settings(language=lang).language == "zh"
    chosen, filters = matrix_of(plan, matrix), Filters.of(only or ())
    suite = Suite(replace(plan, model_seconds=chosen.model_seconds))
    with run_display(zh=zh, quiet=as_json) as telling:
        made = suite.run(
            chosen,
            filters=filters,
            jobs=jobs,
            limits=Limits(cost=max_cost, seconds=max_seconds),
            fresh=fresh,
            telling=telling,
        )
    path = out or plan.evals / "runs" / f"{chosen.name}-{made.record.run.id}.jsonl"
    made.record.save(path)
    end = made.record.end
    assert end is not None
    if as_json:
        skipped = {name: {"why": why, "samples": number} for name, (why, number) in made.skipped.items()}
        emit({"record": path, "id": made.record.run.id, **end.model_dump(exclude={"type"}), "skipped": skipped})
    else:
        for name, (why, number) in made.skipped.items():
            words = f"略过 {name}（{number} 个样本）：{why}" if zh else f"Skipped {name} ({number} samples): {why}."
            notes.print(words, markup=False)
        _say(made.record, end, path, zh)
    if end.failed or end.missing:
        raise typer.Exit(1)


def _say(record: RunRecord, end: EndLine, path: Path, zh: bool) -> None:
    """What came of it, in a few lines; the means of hard and primary scores first."""
    from coachkit.evaluation.summary import summary

    rows = summary(record)
    if rows:
        titles = ["指标", "均值", "单位", "样本", "失败"] if zh else ["metric", "mean", "unit", "samples", "fails"]
        table(titles, [(one.mark, f"{one.mean:.3f}", one.unit, one.number, one.fails) for one in rows], empty="")
        console.print()
    failed = [one for one in record.samples if one.error is not None]
    for code, number in Counter(one.error.code for one in failed if one.error).most_common(5):
        first = next(one for one in failed if one.error and one.error.code == code)
        message = first.error.message if first.error else ""
        console.print(f"✗ {number} × {code}: {first.case}: {message[:200]}", markup=False)
    if zh:
        words = f"{end.samples} 个样本，其中 {end.cached} 个来自缓存，失败 {end.failed}，用时 {end.seconds:.0f} 秒"
    else:
        words = f"{end.samples} samples, {end.cached} of them from the cache, {end.failed} failed, {end.seconds:.0f} s"
    if end.cost:
        words += f", ${end.cost:.4f}"
    console.print(words, markup=False)
    if end.missing:
        rest = f"还缺 {end.missing} 个（{end.stopped}）：再运行一次即可继续。"
        console.print(
            rest if zh else f"{end.missing} are missing ({end.stopped}): run it again to go on.", markup=False
        )
    console.print(f"{'记录' if zh else 'Record'}: {near(path)}", markup=False)


@commands.command("list")
def listed(
    context: typer.Context,
    matrix: MatrixFile = None,
    only: Only = None,
    names: Annotated[bool, typer.Option("--cases", help="Name every case.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print what a case may say, as JSON Schema.")] = False,
    evals: Evals = None,
    as_json: AsJson = False,
) -> None:
    """List what a matrix would run: cases by document and organisation, and how many samples they make.

    Example: `coachkit eval list evals/quick.yaml`, or `coachkit eval list --cases --only slice=hostile`
    """
    from coachkit.evaluation.cases import EvalCase
    from coachkit.evaluation.matrix import Filters
    from coachkit.proving import Suite

    if schema:
        emit(EvalCase.model_json_schema())
        return
    plan = plan_of(context, evals)
    suite = Suite(plan)
    wanted = suite.wanted(matrix_of(plan, matrix), Filters.of(only or ()))
    skipped = suite.skipped(wanted)
    if names:
        _name(wanted, as_json)
        return
    rows = _rows(wanted)
    if as_json:
        emit([{**row, "skipped": skipped.get(str(row["organisation"]), ("", 0))[0]} for row in rows])
        return
    columns = ["document", "organisation", "split", "cases", "samples", "models", "languages"]
    table(columns, [[row[name] for name in columns] for row in rows], empty="No case fits.")
    for name, (why, number) in skipped.items():
        console.print(f"Skipped here: {name} ({number} samples): {why}.", markup=False)
    console.print(f"\n{len({one.case.id for one in wanted})} cases, {len(wanted)} samples.", markup=False)


def _rows(wanted: tuple[Wanted, ...]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Wanted]] = {}
    for one in wanted:
        groups.setdefault((one.cell.document, one.case.organisation), []).append(one)
    return [
        {
            "document": document,
            "organisation": organisation,
            "split": several[0].split,
            "cases": len({one.case.id for one in several}),
            "samples": len(several),
            "models": " ".join(sorted({one.cell.model for one in several})),
            "languages": " ".join(sorted({one.cell.language for one in several})),
        }
        for (document, organisation), several in groups.items()
    ]


def _name(wanted: tuple[Wanted, ...], as_json: bool) -> None:
    cases = list({one.case.id: one.case for one in wanted}.values())
    if as_json:
        emit([json.loads(one.model_dump_json(exclude_defaults=True)) for one in cases])
        return
    rows = [(one.id, one.document, one.organisation, one.day or "", " ".join(one.slices)) for one in cases]
    table(["case", "document", "organisation", "day", "slices"], rows, empty="No case fits.")


@commands.command()
def score(
    context: typer.Context,
    record: RecordFile,
    out: Annotated[Path | None, typer.Option(help="Write to another file; else the record's own.")] = None,
    relabel: Annotated[
        bool, typer.Option("--relabel", help="Take the labels of its cases as they are in the folder today.")
    ] = False,
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="Evaluators of pydantic-evals beside ours, your own too: PACKAGE.MODULE:NAME, an instance or a list.",
            metavar="PLACE",
        ),
    ] = None,
    evals: Evals = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Score a record again, as it is done today. Nothing is run: samples stay what they are.

    Example: `coachkit eval score evals/runs/quick-20260512-081500-3fa2c1.jsonl --with ours.evals:EVALUATORS`
    """
    from coachkit.evaluation.record import EndLine, RunRecord
    from coachkit.proving.suite import relabelled, rescored

    found = RunRecord.load(record)
    if relabel:
        from coachkit.evaluation.cases import load_cases

        found = relabelled(found, load_cases(evals_folder(evals)))
    again = rescored(found)
    if others:
        from coachkit.evaluation.bridge import evaluated, evaluators_named

        again = evaluated(again, [one for place in others for one in evaluators_named(place)])
    if not again.scorers:
        raise BadInput("there is no scorer for anything in it.", subject=str(record))
    path = out or record
    again.save(path)
    if as_json:
        emit({"record": path, "scores": len(again.all_scores), "scorers": list(again.scorers)})
        return
    _say(again, again.end or EndLine(), path, given(context).settings(language=lang).language == "zh")
