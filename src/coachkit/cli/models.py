"""``model check``: which language models write, and whether they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, opened
from coachkit.cli.output import AsJson, console, emit

if TYPE_CHECKING:
    from coachkit.models.checking import ModelReport

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="Language models: none, local, or any through LiteLLM.")

_MARKS = {True: "✓", False: "✗", None: "·"}
_NAMES = {
    "key": ("key", "密钥"),
    "address": ("address", "地址"),
    "answer": ("answer", "应答"),
    "structured": ("structured output", "结构化输出"),
    "streaming": ("streaming", "流式输出"),
    "latency": ("latency", "耗时"),
    "tokens": ("tokens of the trial", "试用词元数"),
    "price": ("price", "价格"),
    "languages": ("languages", "语言"),
    "weights": ("weights", "模型文件"),
    "wording": ("wording", "行文"),
    "privacy": ("privacy", "隐私"),
}


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="model")


@commands.callback()
def models() -> None:
    """Which model words the documents is one setting: COACHKIT_MODEL."""


@commands.command()
def check(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(help="none, local, a LiteLLM model string, or several with commas; else the setting."),
    ] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Let each model of the setting word two sentences in each language, and say point by point what works.

    Key, address, answer, structured output, streaming, latency, tokens, price and languages, each with what to do where
    it fails. It ends with 0 if at least one of them can word documents. What is sent is made up and names nobody.

    Example: `coachkit model check 'openai/gpt-5, local' --lang zh`
    """
    from coachkit.models.checking import check_model
    from coachkit.models.writers import access_of, budget_of
    from coachkit.telemetry import configure_logging

    configure_logging("error")  # what fails is said point by point
    with opened(context, model=model, language=lang) as app:
        settings = app.settings
        budget = budget_of(settings, spent=lambda: 0.0)
        reports = check_model(
            settings.model, app.writers, access=access_of(settings), budget=budget, language=settings.language
        )
        zh = settings.language == "zh"
    works = any(report.works for report in reports)
    if as_json:
        emit({"model": settings.model, "works": works, "models": reports})
    else:
        for report in reports:
            _show(report, zh)
    if not works:
        raise typer.Exit(75)


def _show(report: ModelReport, zh: bool) -> None:
    console.print(f"{_MARKS[report.works]} {report.model}", style="bold", markup=False)
    width = 12 if zh else 20
    for one in report.findings:
        name = _NAMES[one.name][zh]
        room = width - sum(2 if ord(letter) > 0x2E7F else 1 for letter in name)
        console.print(f"  {_MARKS[one.ok]} {name}{' ' * room}{one.said}", markup=False)
        if one.to_do:
            console.print(f"      → {one.to_do}", markup=False)
    if report.said:
        console.print(f"    “{report.said}”", style="dim", markup=False)
