"""``eval compare``, ``eval gate`` and ``eval baseline``: one run held against another."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coachkit.cli.context import Language, given, near
from coachkit.cli.evals import Evals, RecordFile, commands, evals_folder
from coachkit.cli.output import AsJson, console, emit, notes, table

if TYPE_CHECKING:
    from coachkit.evaluation.comparing import Comparison, MetricChange
    from coachkit.evaluation.gating import Gate, Reason
    from coachkit.evaluation.record import RunRecord
    from coachkit.evaluation.rules import GateRules

__all__ = ["register"]

baselines = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Accepted runs, `evals/DOCUMENT/baseline.jsonl`: what a change is held against. Changed only by a reviewed "
    "commit, with a note of who and why in `evals/baselines.yaml`.",
)
commands.add_typer(baselines, name="baseline")

Suite = Annotated[
    Path | None, typer.Option(help="Matrix whose rules (`gate:`) are to hold; else those in the later record.")
]
Part = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="This part of the earlier record alone, such as model=none."),
]
OtherPart = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="This part of the later record alone, such as model=local."),
]
Common = Annotated[
    bool, typer.Option("--common", help="Compare the cases that both have, where they are not the same.")
]


def register(_app: typer.Typer) -> None:
    """They stand in the group ``eval``, which :mod:`coachkit.cli.evals` registers."""


@commands.command()
def compare(
    context: typer.Context,
    earlier: Annotated[Path, typer.Argument(metavar="EARLIER", help="A record.")],
    later: Annotated[Path, typer.Argument(metavar="LATER", help="A record of the same cases; may be the same file.")],
    before: Part = None,
    after: OtherPart = None,
    common: Common = False,
    slices: Annotated[bool, typer.Option("--slices", help="Each metric by slice, language and split too.")] = False,
    cases: Annotated[int, typer.Option(help="How many of the cases that lost most are named.", min=0)] = 5,
    suite: Suite = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Hold one run against another on the same cases: each metric with its difference, how sure it is, and a verdict.

    Two models or prompts of one run are compared by naming it twice, with `--before` and `--after`.

    Example: `coachkit eval compare evals/brief/baseline.jsonl runs/mine.jsonl`, or
    `coachkit eval compare runs/mine.jsonl runs/mine.jsonl --before model=none --after model=local`
    """
    from coachkit.evaluation.comparing import compare as held
    from coachkit.evaluation.matrix import Filters
    from coachkit.evaluation.record import RunRecord

    one, other = RunRecord.load(earlier), RunRecord.load(later)
    found = held(
        one,
        other,
        rules=_rules(other, suite),
        before_filters=Filters.of(before or ()),
        after_filters=Filters.of(after or ()),
        common=common,
        slices=slices,
    )
    if as_json:
        emit(_comparison(found))
    else:
        _say_comparison(found, cases, _is_chinese(context, lang))


@commands.command()
def gate(
    context: typer.Context,
    record: RecordFile,
    baseline: Annotated[
        list[Path] | None,
        typer.Option(help="An accepted run; else evals/DOCUMENT/baseline.jsonl of each document in the record."),
    ] = None,
    suite: Suite = None,
    cases: Annotated[int, typer.Option(help="How many cases of each reason are named.", min=0)] = 5,
    evals: Evals = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a change may pass: hold its run against the accepted one. Ends with 1 where it may not.

    A broken hard rule stops always; so do a primary metric that lost significantly or beyond its margin, samples that
    failed or are missing, and a prompt whose text changed without a new version. What the cases cannot tell is said.

    Example: `coachkit eval gate runs/mine.jsonl`
    """
    from coachkit.drafting.prompts import PromptLibrary
    from coachkit.drafting.prompts.locking import check
    from coachkit.evaluation.comparing import compare as held
    from coachkit.evaluation.gating import gate as judged
    from coachkit.evaluation.gating import prompt_reasons
    from coachkit.evaluation.matrix import Filters
    from coachkit.evaluation.record import RunRecord

    found = RunRecord.load(record)
    rules = _rules(found, suite)
    comparisons, without = [], []
    for document, path in _baselines(found, evals_folder(evals), baseline):
        if path is None:
            without.append(document)
            continue
        accepted = RunRecord.load(path)
        for one in dict.fromkeys(sample.cell.document for sample in accepted.samples):
            part = Filters.of([f"document={one}"])
            comparisons.append(
                held(accepted, found, rules=rules, before_filters=part, after_filters=part, common=True, slices=False)
            )
    library = PromptLibrary(team=given(context).settings().prompts)
    lock = check(library, "packaged")
    verdict = judged(found, comparisons, rules=rules, prompts=prompt_reasons(lock))
    if as_json:
        emit(_verdict(verdict, without))
    else:
        _say_verdict(verdict, without, cases, _is_chinese(context, lang))
    if not verdict.is_open:
        raise typer.Exit(1)


@baselines.command("accept")
def accepted(
    context: typer.Context,
    record: RecordFile,
    why: Annotated[str, typer.Option(help="Why documents may be as they are in this run: it is kept with it.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; else the name that git knows.")] = "",
    document: Annotated[list[str] | None, typer.Option(help="Of this document alone.")] = None,
    evals: Evals = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Let a run stand as what documents are held against from now on. Commit what it writes; have it reviewed.

    Example: `coachkit eval baseline accept runs/quick.jsonl --why 'questions became shorter on purpose'`
    """
    from coachkit.evaluation.baselines import LOG, accept, baseline_of
    from coachkit.evaluation.record import RunRecord

    folder = evals_folder(evals)
    made = accept(
        RunRecord.load(record),
        folder,
        by=by or _git_name(),
        why=why,
        on=datetime.now().astimezone().date(),
        documents=document or None,
    )
    if as_json:
        emit([note.model_dump(mode="json") for note in made])
        return
    for note in made:
        console.print(str(near(baseline_of(folder, note.document))), markup=False)
    if _is_chinese(context, lang):
        notes.print(f"理由记在 {near(folder / LOG)}。请提交这些文件并交人评审。", markup=False)
    else:
        notes.print(
            f"The reason stands in {near(folder / LOG)}. Commit these files and have them reviewed.", markup=False
        )


@baselines.command("check")
def checked(evals: Evals = None, as_json: AsJson = False) -> None:
    """See that each baseline is the file that was accepted, and its cases are those of the dataset. Else ends with 1.

    Example: `coachkit eval baseline check`
    """
    from coachkit.evaluation.baselines import acceptances, faults
    from coachkit.evaluation.cases import load_cases

    folder = evals_folder(evals)
    found = faults(folder, load_cases(folder))
    held = len({note.document for note in acceptances(folder)})
    if as_json:
        emit({"ok": not found, "baselines": held, "faults": found})
    else:
        for one in found:
            named = f" ({', '.join(one.cases[:3])}{' …' if len(one.cases) > 3 else ''})" if one.cases else ""
            console.print(f"✗ {one.document}: {one.message}{named}\n  {one.hint}", markup=False)
        if not found:
            console.print(f"{held} baselines are as they were accepted, and fit their cases.")
    if found:
        raise typer.Exit(1)


def _rules(record: RunRecord, suite: Path | None) -> GateRules:
    """Those of a matrix's file, or those that the record says were its own."""
    from coachkit.evaluation.matrix import load_matrix
    from coachkit.evaluation.rules import GateRules

    return load_matrix(suite).gate if suite else GateRules.model_validate(record.run.matrix.get("gate") or {})


def _baselines(record: RunRecord, folder: Path, named: Sequence[Path] | None) -> Iterable[tuple[str, Path | None]]:
    """What each document is held against; ``None`` where nothing was accepted yet."""
    from coachkit.evaluation.baselines import baseline_of

    if named:
        return [(str(path), path) for path in named]
    documents = dict.fromkeys(one.cell.document for one in record.samples)
    places = [(document, baseline_of(folder, document)) for document in documents]
    return [(document, path if path.is_file() else None) for document, path in places]


def _is_chinese(context: typer.Context, lang: str | None) -> bool:
    return given(context).settings(language=lang).language == "zh"


def _git_name() -> str:
    told = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
    return told.stdout.strip()


# --- for people ------------------------------------------------------------------------------------------------------

_VERDICTS = {
    "better": "变好",
    "worse": "变差",
    "no difference shown": "看不出差异",
    "inconclusive": "无法判断",
    "describes": "仅描述",
}


def _say_comparison(found: Comparison, most: int, zh: bool) -> None:
    from coachkit.evaluation.comparing import Verdict

    for words in _left_out(found, zh):
        notes.print(words, markup=False)
    columns = [
        "document",
        "model",
        "metric",
        "slice",
        "before",
        "after",
        "difference",
        "95 %",
        "p (Holm)",
        "would show",
    ]
    if zh:
        columns = ["文档", "模型", "指标", "切片", "之前", "之后", "差异", "95%", "p（Holm）", "可察觉"]
    rows = []
    for row in found.rows:
        verdict = _VERDICTS[row.verdict] if zh else str(row.verdict)
        rows.append((
            row.document,
            row.model,
            f"{row.metric.name}{'!' if row.metric.hard else '*' if row.primary else ''}",
            row.slice,
            _figure(row.change.before),
            _figure(row.change.after),
            f"{row.change.estimate:+.3g}" if row.change.estimate else "0",
            f"{_figure(row.change.interval.low)} … {_figure(row.change.interval.high)}",
            "" if row.verdict is Verdict.DESCRIBES else f"{row.adjusted:.3f}",
            _figure(row.detectable) if row.detectable > 0 else "",
            verdict,
        ))  # fmt: skip
    table([*columns, "判断" if zh else "verdict"], rows, empty="没有共同的指标。" if zh else "No metric in common.")
    pairs, clusters = len(found.pairing.pairs), len({pair.cluster for pair in found.pairing.pairs})
    if zh:
        console.print(f"\n{pairs} 对样本，{clusters} 组（{found.rules.cluster}）。* 主要指标，! 不容例外。")
    else:
        console.print(
            f"\n{pairs} pairs in {clusters} clusters ({found.rules.cluster}). * primary, ! hard.", markup=False
        )
    worst = found.worst_cases[:most]
    if worst:
        console.print("损失最大的用例：" if zh else "Cases that lost most:")
    for case, loss, metrics in worst:
        console.print(
            f"  {case}: {loss:.1f} × {'允许的损失' if zh else 'the margin'}; {', '.join(metrics)}", markup=False
        )


def _left_out(found: Comparison, zh: bool) -> list[str]:
    """What stands in no figure, in a line each."""
    pairing = found.pairing
    told = []
    for number, words, said in (
        (len(pairing.only_before), "samples are only in the earlier record", "个样本只在前一份记录里"),
        (len(pairing.only_after), "samples are only in the later record", "个样本只在后一份记录里"),
        (len(pairing.altered), "cases are not the same in both", "个用例前后不同"),
    ):
        if number:
            told.append(f"{number} {said}，没有比较。" if zh else f"{number} {words}: left out.")
    told += [f"{name}: {why}" for name, why in found.not_comparable.items()]
    return told


def _say_verdict(verdict: Gate, without: Sequence[str], most: int, zh: bool) -> None:
    for reason in verdict.reasons:
        _say_reason(reason, most, zh)
    for document in without:
        words = (
            f"{document}：还没有接受过基线，只看了硬性规则。"
            if zh
            else (f"{document}: nothing was accepted yet to hold it against; only hard rules were looked at.")
        )
        console.print(f"· {words}", markup=False)
    stops, warnings = len(verdict.stops), len(verdict.warnings)
    pairs = sum(len(one.pairing.pairs) for one in verdict.comparisons)
    if zh:
        end = f"不通过：{stops} 条理由，{warnings} 条提醒" if stops else f"通过：{warnings} 条提醒"
        console.print(f"{end}；比较了 {pairs} 对样本。")
    else:
        end = f"Stopped: {stops} reasons, {warnings} warnings" if stops else f"Passed: {warnings} warnings"
        console.print(f"{end}; {pairs} pairs compared.")


def _say_reason(reason: Reason, most: int, zh: bool) -> None:
    what, todo = reason.said
    where = " ".join(one for one in (reason.document, reason.model, reason.metric) if one)
    mark = "✗" if reason.level == "stop" else "·"
    console.print(f"{mark} {where}{': ' if where else ''}{what.zh if zh else what.en}", markup=False)
    for case in reason.cases[:most]:
        console.print(f"    {case[:300]}", markup=False)
    if len(reason.cases) > most:
        console.print(f"    … {len(reason.cases) - most} {'个' if zh else 'more'}", markup=False)
    console.print(f"  → {todo.zh if zh else todo.en}", markup=False)


def _figure(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


# --- for scripts -----------------------------------------------------------------------------------------------------


def _comparison(found: Comparison) -> dict[str, Any]:
    pairing = found.pairing
    return {
        "before": found.before.run.id,
        "after": found.after.run.id,
        "cluster": found.rules.cluster,
        "pairs": len(pairing.pairs),
        "only_before": pairing.only_before,
        "only_after": pairing.only_after,
        "altered": pairing.altered,
        "not_comparable": found.not_comparable,
        "metrics": [_row(row) for row in found.rows],
        "worst_cases": [
            {"case": case, "loss_in_margins": round(loss, 4), "metrics": metrics}
            for case, loss, metrics in found.worst_cases
        ],
    }


def _row(row: MetricChange) -> dict[str, Any]:
    return {
        "document": row.document,
        "model": row.model,
        "prompt": row.prompt,
        "metric": row.metric.name,
        "unit": row.metric.unit,
        "primary": row.primary,
        "hard": row.metric.hard,
        "slice": row.slice,
        "before": _interval(row.before),
        "after": _interval(row.after),
        "difference": _interval(row.change.interval),
        "p": row.change.p,
        "p_sign_flips": row.change.flips,
        "p_holm": row.adjusted,
        "detectable": _finite(row.detectable),
        "margin": row.margin,
        "verdict": row.verdict,
        "unscored": row.unscored,
        "changed": row.changed,
    }


def _interval(one: Any) -> dict[str, Any]:
    return {
        "estimate": one.estimate,
        "low": _finite(one.low),
        "high": _finite(one.high),
        "values": one.values,
        "clusters": one.clusters,
    }


def _finite(value: float) -> float | None:
    """JSON knows no infinity: nothing is known is null."""
    return value if math.isfinite(value) else None


def _verdict(verdict: Gate, without: Sequence[str]) -> dict[str, Any]:
    return {
        "passed": verdict.is_open,
        "without_baseline": without,
        "pairs": sum(len(one.pairing.pairs) for one in verdict.comparisons),
        "reasons": [
            {
                "code": one.code,
                "level": one.level,
                "document": one.document,
                "model": one.model,
                "metric": one.metric,
                "what": one.said[0].en,
                "todo": one.said[1].en,
                "cases": one.cases,
                "figures": {name: _finite(value) for name, value in (one.figures or {}).items()},
            }
            for one in verdict.reasons
        ],
    }
