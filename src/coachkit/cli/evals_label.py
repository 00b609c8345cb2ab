"""``eval label``, ``judge``, ``agreement`` and ``calibrate``: what people and models say of statements, and how far
a model that judges can be believed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, given, near
from coachkit.cli.evals import RecordFile, commands
from coachkit.cli.output import AsJson, console, emit, notes

if TYPE_CHECKING:
    from coachkit.evaluation.judging.agreement import Agreement
    from coachkit.evaluation.judging.calibration import Calibration, Rate
    from coachkit.evaluation.judging.labels import Said
    from coachkit.evaluation.judging.statements import ToLabel

__all__ = ["printable", "register"]

LabelFile = Annotated[Path, typer.Argument(help="Labels of a rater.", metavar="LABELS")]
Number = Annotated[int | None, typer.Option(help="So many statements, by the same lot for every rater.", min=1)]
Worded = Annotated[bool, typer.Option("--worded", help="Only statements in a model's words.")]
SpokenIn = Annotated[str, typer.Option("--documents", help="Statements of documents in this language: en or zh.")]
Seed = Annotated[int, typer.Option(help="Of the draws for the interval.")]


def register(_app: typer.Typer) -> None:
    """They stand in the group ``eval``, which :mod:`coachkit.cli.evals` registers."""


@commands.command()
def label(
    context: typer.Context,
    record: RecordFile,
    rater: Annotated[str, typer.Option(help="Who labels: a short name.")],
    out: Annotated[Path | None, typer.Option(help="File of labels; else beside RECORD, by the rater's name.")] = None,
    number: Number = None,
    documents: SpokenIn = "",
    worded: Worded = False,
    lang: Language = None,
) -> None:
    """Label statements by hand, one key each: y supported, n not, u unsure, b back, q stop.

    Every label is kept at once, so stop whenever you like and call it again to go on. Two people label apart from each
    other; the order is the same for both. Who worded a sentence is not shown.

    Example: `coachkit eval label evals/runs/quick.jsonl --rater anna --number 100`
    """
    from coachkit.evaluation.judging.labels import Labels, add_label, start_labels
    from coachkit.evaluation.judging.statements import statements_of
    from coachkit.evaluation.record import RunRecord

    found = RunRecord.load(record)
    zh = given(context).settings(language=lang).language == "zh"
    path = out or record.with_name(f"{record.stem}.labels-{rater}.jsonl")
    book = start_labels(path, Labels(run=found.run.id, rater=rater))
    asked = statements_of(found, number, language=documents, worded=worded)
    done = set(book.labels)
    place = next((at for at, one in enumerate(asked) if one.place not in done), len(asked))
    while place < len(asked):
        one = asked[place]
        answer = _ask(one, place, len(asked), zh)
        if answer == "stop":
            break
        if answer == "back":
            place = max(0, place - 1)
            continue
        add_label(path, one.label(_said(answer)))
        done.add(one.place)
        place += 1
        while place < len(asked) and asked[place].place in done:
            place += 1
    left = sum(one.place not in done for one in asked)
    words = f"已标注 {len(done)} 条，还剩 {left} 条：{near(path.resolve())}"
    notes.print(words if zh else f"{len(done)} labelled, {left} left: {near(path.resolve())}", markup=False)


def _said(value: str) -> Said:
    from coachkit.evaluation.judging.labels import Said

    return Said(value)


_KEYS = {"y": "supported", "n": "not", "u": "unsure", "b": "back", "q": "stop", "\x1b": "stop"}


def _ask(one: ToLabel, place: int, of: int, zh: bool) -> str:
    console.rule(f"{place + 1} / {of}")
    for record in one.evidence:
        head = " · ".join(filter(None, [record.key, record.title, record.day]))
        console.print(f"[{printable(head)}]", style="cyan", markup=False)
        console.print(f"  {printable(record.text[:1500])}" if record.text else "", markup=False)
        who = ", ".join(f"{role}: {name}" for role, name in record.actors)
        console.print(f"  {printable(who)}", style="dim", markup=False)
    console.print(f"\n{printable(one.said)}\n", style="bold", markup=False)
    keys = (
        "y 成立 · n 不成立 · u 说不准 · b 上一条 · q 停" if zh else "y supported · n not · u unsure · b back · q stop"
    )
    while True:
        console.print(f"{keys} ", markup=False, end="")
        key = typer.get_text_stream("stdin").read(1) if not _is_terminal() else _key()
        console.print(key.strip() or "", markup=False)
        if not key:
            return "stop"
        if key.lower() in _KEYS:
            return _KEYS[key.lower()]


def printable(text: str) -> str:
    """Words of a record without what would steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def _is_terminal() -> bool:
    return typer.get_text_stream("stdin").isatty()


def _key() -> str:
    import click

    return click.getchar()


@commands.command()
def judge(
    context: typer.Context,
    record: RecordFile,
    model: Annotated[str | None, typer.Option(help="local, or a LiteLLM model string.")] = None,
    out: Annotated[Path | None, typer.Option(help="File of labels; else beside RECORD, by the model's name.")] = None,
    number: Number = None,
    documents: SpokenIn = "",
    worded: Worded = False,
    as_json: AsJson = False,
) -> None:
    """Ask a model about the same statements, and keep what it says as labels. It counts only once it is calibrated.

    Example: `coachkit eval judge evals/runs/quick.jsonl --model openai/gpt-5 --number 100`
    """
    from coachkit.evaluation.judging.asking import judge_name, judged
    from coachkit.evaluation.judging.labels import Labels, add_label, start_labels
    from coachkit.evaluation.judging.statements import statements_of
    from coachkit.evaluation.record import RunRecord
    from coachkit.models.writers import writers_for

    settings = given(context).settings(model=model)
    found = RunRecord.load(record)
    name = judge_name(settings.model)
    path = out or record.with_name(f"{record.stem}.labels-{settings.model.replace('/', '-')}.jsonl")
    book = start_labels(path, Labels(run=found.run.id, rater=name, kind="model"))
    asked = statements_of(found, number, language=documents, worded=worded)
    left = [one for one in asked if one.place not in book.labels]
    writers = writers_for(settings, spent=lambda: 0.0, local_seconds=settings.model_timeout)
    writer = writers(settings.model)
    said = {"supported": 0, "not": 0, "unsure": 0}
    try:
        for one in judged(writer, left, seconds=settings.model_timeout) if writer else ():
            add_label(path, one)
            said[one.value] += 1
    finally:
        writers.close()
    if as_json:
        emit({"labels": path, "judge": name, **said})
    else:
        told = ", ".join(f"{value} {count}" for value, count in said.items())
        console.print(f"{name}: {told}\n{near(path.resolve())}", markup=False)


@commands.command()
def agreement(first: LabelFile, second: LabelFile, seed: Seed = 0, as_json: AsJson = False) -> None:
    """Say how far two raters agree beyond chance: Krippendorff's alpha, with an interval drawn by cases.

    Example: `coachkit eval agreement quick.labels-anna.jsonl quick.labels-bo.jsonl`
    """
    from coachkit.evaluation.judging.calibration import agreement_of
    from coachkit.evaluation.judging.labels import read_labels

    found = agreement_of([read_labels(first), read_labels(second)], seed=seed)
    if as_json:
        emit(found)
    else:
        console.print(_agreement(found), markup=False)


@commands.command()
def calibrate(
    context: typer.Context,
    judge: Annotated[Path, typer.Argument(help="Labels of a model, as `eval judge` wrote them.", metavar="JUDGE")],
    first: LabelFile,
    second: LabelFile,
    seed: Seed = 0,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Hold a model that judges against two people who labelled the same statements. Ends with 1 if it may not count.

    A judge that is not calibrated is shown as such, and never gates anything.

    Example: `coachkit eval calibrate quick.labels-gpt.jsonl quick.labels-anna.jsonl quick.labels-bo.jsonl`
    """
    from coachkit.evaluation.judging.calibration import calibrate as held
    from coachkit.evaluation.judging.labels import read_labels

    found = held(read_labels(judge), read_labels(first), read_labels(second), seed=seed)
    if as_json:
        emit({"calibrated": found.calibrated, "informedness": found.informedness, **_plain(found)})
    else:
        _say(found, given(context).settings(language=lang).language)
    if not found.calibrated:
        raise typer.Exit(1)


def _plain(found: Calibration) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(found)


def _say(found: Calibration, language: str) -> None:
    from coachkit.evaluation.reporting.words import Words

    words = Words("zh" if language == "zh" else "en")
    console.print(f"{found.judge}: {words.calibrated if found.calibrated else words.not_calibrated}", markup=False)
    for reason in found.reasons:
        console.print(f"  - {words.judge_reason(reason)}", markup=False)
    console.print(f"{words.sensitivity}: {_rate(found.sensitivity)}", markup=False)
    console.print(f"{words.specificity}: {_rate(found.specificity)}", markup=False)
    console.print(f"{words.agreement}: {_agreement(found.agreement)}", markup=False)
    console.print(f"{words.disputed}: {found.disputed}; {words.undecided}: {found.undecided}", markup=False)


def _rate(one: Rate) -> str:
    if one.value is None:
        return "– (0)"
    return f"{one.value:.0%} [{one.low:.0%}, {one.high:.0%}] ({one.hits}/{one.of})"


def _agreement(found: Agreement) -> str:
    if found.alpha is None:
        return f"– ({found.units} units, nothing varies)"
    low, high = found.low if found.low is not None else math.nan, found.high if found.high is not None else math.nan
    return f"alpha {found.alpha:.3f} [{low:.3f}, {high:.3f}] ({found.units} statements, {found.same} the same)"
